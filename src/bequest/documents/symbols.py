"""The symbols of the visual language: circles travel, squares stay, diamonds are findings, bare marks are work."""

from collections.abc import Iterable
from typing import Final

_SURFACE = "var(--surface)"
_RING = '<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.6"/>'
_BOX = '<rect x="2.2" y="2.2" width="11.6" height="11.6" fill="none" stroke="currentColor" stroke-width="1.6"/>'
_DIAMOND = '<path d="M8 .9 15.1 8 8 15.1.9 8z" fill="currentColor"/>'

SYMBOLS: Final[dict[str, str]] = {
    "asis": '<circle cx="8" cy="8" r="7" fill="currentColor"/>'
    f'<path d="M4.5 8h6.2M8.3 5.3 11 8l-2.7 2.7" fill="none" stroke="{_SURFACE}" stroke-width="1.6"/>',
    "mask": f'{_RING}<path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" fill="currentColor"/>',
    "wait": f'{_RING}<path d="M8 4.2V8l2.8 1.9" fill="none" stroke="currentColor" stroke-width="1.6"/>',
    "nogo": f'{_RING}<path d="M3.8 12.2l8.4-8.4" stroke="currentColor" stroke-width="1.6"/>',
    "use": '<rect x="1.5" y="1.5" width="13" height="13" fill="currentColor"/>',
    "keep": f'{_BOX}<circle cx="8" cy="6.7" r="1.7" fill="currentColor"/>'
    '<path d="M8 7v4.4" stroke="currentColor" stroke-width="1.6"/>',
    "anon": '<path d="M2 2h3v3H2zM6.5 2h3v3h-3zM11 2h3v3h-3zM2 6.5h3v3H2zM6.5 6.5h3v3h-3zM11 6.5h3v3h-3z'
    'M2 11h3v3H2zM6.5 11h3v3h-3zM11 11h3v3h-3z" fill="currentColor"/>',
    "del": f'{_BOX}<path d="M5 5l6 6M11 5l-6 6" stroke="currentColor" stroke-width="1.6"/>',
    "lock": f'{_BOX}<path d="M6 5v6M10 5v6" stroke="currentColor" stroke-width="2"/>',
    "clear": f'{_DIAMOND}<path d="M4.9 8.2l2.2 2.2 4-4.4" fill="none" stroke="{_SURFACE}" stroke-width="1.6"/>',
    "planned": '<path d="M8 1.9 14.1 8 8 14.1 1.9 8z" fill="none" stroke="currentColor" stroke-width="1.5"/>'
    '<path d="M8 1.9 14.1 8 8 14.1z" fill="currentColor"/>',
    "unseen": '<path d="M8 1.9 14.1 8 8 14.1 1.9 8z" fill="none" stroke="currentColor" stroke-width="1.5" '
    'stroke-dasharray="2.4 1.7"/><path d="M8 5v3.6" stroke="currentColor" stroke-width="1.6"/>'
    '<circle cx="8" cy="10.7" r=".95" fill="currentColor"/>',
    "found": f'{_DIAMOND}<path d="M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6" stroke="{_SURFACE}" stroke-width="1.6"/>',
    "ok": '<path d="M2 8.6l4 4L14 3.8" fill="none" stroke="currentColor" stroke-width="2.1"/>',
    "run": '<path d="M4 2.5 13 8l-9 5.5z" fill="currentColor"/>',
    "todo": '<circle cx="3" cy="8" r="1.4" fill="currentColor"/><circle cx="8" cy="8" r="1.4" fill="currentColor"/>'
    '<circle cx="13" cy="8" r="1.4" fill="currentColor"/>',
    "warn": '<path d="M8 1.6 15 14H1z" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/>'
    '<path d="M8 6v4" stroke="currentColor" stroke-width="1.7"/><circle cx="8" cy="12" r=".95" fill="currentColor"/>',
    "no": '<path d="M3 3l10 10M13 3 3 13" stroke="currentColor" stroke-width="2.1"/>',
    "info": '<path d="M8 2.2v1.9M8 6.4v7.4" stroke="currentColor" stroke-width="2.1"/>',
}
MARK: Final = (
    '<symbol id="g-mark" viewBox="0 0 22 20">'
    '<rect x="1" y="6" width="13" height="13" fill="none" stroke="currentColor" stroke-width="2"/>'
    '<circle cx="15" cy="8" r="6.4" fill="currentColor"/>'
    '<path d="M12 8h5.4M15.1 5.6 17.5 8l-2.4 2.4" fill="none" stroke="var(--bar)" stroke-width="1.7"/></symbol>'
)
"""The product's mark: a square that stays and a circle that travels."""


def sprite(names: Iterable[str]) -> str:
    """One inline sprite with these symbols, in name order, and the mark."""
    parts = (f'<symbol id="g-{n}" viewBox="0 0 16 16">{SYMBOLS[n]}</symbol>' for n in sorted(set(names)))
    return f'<svg class="sprite" aria-hidden="true">{"".join(parts)}{MARK}</svg>'


def picture(name: str, *, colour: str, ground: str) -> str:
    """One symbol as an SVG file of its own, for documents that have no style sheet."""
    body = SYMBOLS[name].replace("currentColor", colour).replace(_SURFACE, ground)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="16" height="16">{body}</svg>'

"""Messages and hints of errors in Chinese: what the code says in English, looked up by its template.

`errors.zh.tsv` has one line per template, English and Chinese, with `{1}`, `{2}` … where something is named. What is
named is translated too where it is a message itself; a text without translation stays English rather than unsaid.
`command_line.zh.tsv` does the same for what the library that reads the command line says.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_PLACE = re.compile(r"\{(\d+)\}")
_DEPTH = 3  # messages inside messages


@dataclass(frozen=True, slots=True)
class _Template:
    literal: str
    """The longest piece between placeholders: what is looked for first."""
    weight: int
    """Characters of all pieces: of two templates that fit, the one that says more."""
    pattern: re.Pattern[str]
    zh: str


@cache
def translations(name: str = "errors") -> dict[str, str]:
    """English template → Chinese template, from one of the two lists."""
    text = (files("bequest.documents") / f"{name}.zh.tsv").read_text(encoding="utf-8")
    pairs = (line.partition("\t") for line in text.splitlines())
    return {en: zh for en, _, zh in pairs}


@cache
def _all() -> dict[str, str]:
    return translations("command_line") | translations()


def chinese(message: str) -> str:
    """The message in Chinese, as far as it has a translation."""
    return _chinese(message, _DEPTH)


def _chinese(message: str, depth: int) -> str:
    exact = _all().get(message)
    if exact is not None:
        return exact
    if not depth or " " not in message:
        return message
    for template in _templates():
        if template.literal in message and (found := template.pattern.fullmatch(message)):
            parts = [_chinese(part, depth - 1) for part in found.groups()]
            return _filled(template.zh, parts)
    head, colon, tail = message.partition(": ")
    return f"{head}：{_chinese(tail, depth - 1)}" if colon else message


def _filled(template: str, parts: list[str]) -> str:
    return _PLACE.sub(lambda m: parts[int(m[1]) - 1], template)


@cache
def _templates() -> tuple[_Template, ...]:
    made = []
    for en, zh in _all().items():
        pieces = _PLACE.split(en)[::2]
        if len(pieces) > 1:
            pattern = re.compile("(.*?)".join(map(re.escape, pieces)), re.DOTALL)
            made.append(_Template(max(pieces, key=len), sum(map(len, pieces)), pattern, zh))
    return tuple(sorted(made, key=lambda t: -t.weight))

"""What a change of a case changes, line by line, for people to look at before it is taken over."""

from bequest.kernel.canonical import Json, to_json
from bequest.model.case import Case

_KEYS = ("id", "name", "of", "kind")
"""What tells the members of a list apart, the first that there is."""


def diff_cases(old: Case, new: Case) -> list[str]:
    """The differences: `~` changed, `-` gone, `+` new, each with its place; empty where there is none.

    Members of a list are told apart by id or name, so that a change of order alone is none.
    """
    before, after = _leaves("", to_json(old)), _leaves("", to_json(new))
    lines = []
    for place in [*before, *(place for place in after if place not in before)]:
        was, now = before.get(place, ""), after.get(place, "")
        if was == now:
            continue
        if not was:
            lines.append(f"+ {place}: {now}")
        elif not now:
            lines.append(f"- {place}: {was}")
        else:
            lines.append(f"~ {place}: {was} → {now}")
    return lines


def _leaves(place: str, value: Json) -> dict[str, str]:
    """Every single value under its place; what is empty is not there."""
    if isinstance(value, dict):
        parts = ((f"{place}.{key}" if place else key, item) for key, item in value.items())
        return {k: v for where, item in parts for k, v in _leaves(where, item).items()}
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        members = [item for item in value if isinstance(item, dict)]
        return {
            k: v
            for name, item in zip(_names(members), members, strict=True)
            for k, v in _leaves(f"{place}[{name}]", item).items()
        }
    text = _text(value)
    return {place: text} if text else {}


def _names(members: list[dict[str, Json]]) -> list[str]:
    """A name for each member; members that share one are counted."""
    names: list[str] = []
    for n, member in enumerate(members, start=1):
        if {"source", "table", "column"} <= member.keys():
            name = f"{member['source']}.{member['table']}.{member['column']}"
        else:
            name = str(next((member[key] for key in _KEYS if key in member), n))
        names.append(name if name not in names else f"{name} #{n}")
    return names


def _text(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value)
    return str(value)

"""Values as TOML text: just what a case file and a data map need."""

from collections.abc import Mapping, Sequence
from datetime import date

Toml = str | bool | int | date | Sequence["Toml"] | Mapping[str, "Toml"]


def value(v: Toml) -> str:
    """One value, inline."""
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, int):
        return str(v)
    if isinstance(v, date):
        return v.isoformat()
    if isinstance(v, str):
        return '"' + v.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if isinstance(v, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {value(x)}" for k, x in v.items()) + " }" if v else "{}"
    return "[" + ", ".join(value(x) for x in v) + "]"


def table(header: str, values: Mapping[str, Toml], *, comment: str = "") -> str:
    """A table with its header line; empty texts and empty lists are left out."""
    lines = [f"# {line}" for line in comment.splitlines()]
    lines.append(header)
    lines += [f"{_key(k)} = {value(v)}" for k, v in values.items() if v not in ("", [], ())]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    plain = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if plain else value(name)

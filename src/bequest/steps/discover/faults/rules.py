"""The rules, read once from `rules.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

KINDS: Final = (
    *("over_collection", "insecure_storage", "misuse", "irregular_sharing", "stale", "kept_too_long"),
    *("quality", "provenance"),
)
"""The six usual faults, then quality and provenance."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is looked for: in words, with what to do, and the article it rests on (`PIPL-6`)."""

    id: str
    kind: str
    zh: str
    en: str
    do_zh: str
    do_en: str
    article: str
    status: str


def _document() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "rules.toml").read_text(encoding="utf-8"))


_DOCUMENT = _document()
RULES: Final[Mapping[str, Rule]] = {r["id"]: Rule(**r) for r in _DOCUMENT["rule"]}
PARAMETERS: Final[Mapping[str, int]] = {name: int(p["value"]) for name, p in _DOCUMENT["parameters"].items()}
USUAL: Final[Mapping[str, frozenset[str]]] = {name: frozenset(words) for name, words in _DOCUMENT["usual"].items()}
"""Sensitive classes that an industry usually needs; `other` for one that is not listed."""

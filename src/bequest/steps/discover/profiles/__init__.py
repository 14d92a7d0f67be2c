"""Exports of other systems known by their header line: header → class and role, one TOML file each with its source.

A profile fits a table where most of its headers are the profile's and at least `LEAST` of these are about somebody; the
one that knows most of them counts. Headers are compared without spaces and case. What values prove otherwise stays.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from bequest.model.datamap import ColumnMap, FieldClass
from bequest.model.facts import RecordClass, RowRole
from bequest.steps.discover.personal import personal_by_class, sensitive_by_class

LEAST, SHARE = 4, 0.6
_CONFIDENCE = 970
_STRONG = 950
"""A class that values proved so surely stays, whatever the header says."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of export: what its headers hold, and how we know (`status` as in the law packs)."""

    id: str
    kind: str
    zh: str
    en: str
    status: str
    source: str
    record_class: RecordClass
    columns: Mapping[str, tuple[FieldClass, RowRole]]


@cache
def profiles() -> tuple[Profile, ...]:
    """All profiles, by id."""
    paths = sorted(Path(__file__).parent.glob("*.toml"))
    return tuple(_profile(tomllib.loads(p.read_text(encoding="utf-8"))) for p in paths)


def profile_of(headers: Sequence[str]) -> Profile | None:
    """The profile that a header line fits; none for a header line of our own."""
    told = {plain(h) for h in headers}
    best: tuple[int, Profile] | None = None
    for profile in profiles():
        known = told & profile.columns.keys()
        about = sum(profile.columns[k][0] is not FieldClass.NOT_PI for k in known)
        if len(known) >= SHARE * len(told) and about >= LEAST and (best is None or len(known) > best[0]):
            best = (len(known), profile)
    return best[1] if best else None


def as_profiled(columns: tuple[ColumnMap, ...]) -> tuple[tuple[ColumnMap, ...], Profile | None]:
    """The columns as the export's profile has them, and the profile; as they are where none fits."""
    profile = profile_of([c.name for c in columns])
    if profile is None:
        return columns, None
    return tuple(_taken(c, profile) for c in columns), profile


def plain(header: str) -> str:
    """A header without spaces and in lower case, full-width brackets made plain."""
    return re.sub(r"\s+", "", header).lower().translate(str.maketrans("（）", "()"))


def _taken(column: ColumnMap, profile: Profile) -> ColumnMap:
    told = profile.columns.get(plain(column.name))
    if told is None:
        return column
    cls, role = told
    proven = column.coverage >= _STRONG and column.confidence >= _STRONG and column.cls is not cls
    if proven or (cls is FieldClass.NOT_PI and column.in_text):
        return column
    personal = personal_by_class(cls)
    return replace(
        column,
        cls=cls,
        personal=personal,
        sensitive=personal and sensitive_by_class(cls),
        role=role if cls is not FieldClass.NOT_PI else RowRole.RECORD,
        confidence=_CONFIDENCE,
        evidence=(f"profile:{profile.id}", *column.evidence),
    )


def _profile(document: Mapping[str, object]) -> Profile:
    columns = document["columns"]
    assert isinstance(columns, dict)  # noqa: S101 - a file of ours; a test reads every one
    texts = {k: str(document[k]) for k in ("id", "kind", "zh", "en", "status", "source")}
    told = {plain(name): _class_and_role(str(what)) for name, what in columns.items()}
    return Profile(**texts, record_class=RecordClass(str(document["record_class"])), columns=told)


def _class_and_role(text: str) -> tuple[FieldClass, RowRole]:
    cls, _, role = text.partition(" ")
    return FieldClass(cls), RowRole(role or "record")

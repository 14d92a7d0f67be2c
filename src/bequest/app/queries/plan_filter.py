"""The plan narrowed by a filter: which columns it asks for, and the figures of those alone."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

from bequest.documents.citations import cite
from bequest.documents.report.content import CaseReport
from bequest.documents.report.reasons import Why
from bequest.documents.words import word
from bequest.model.datamap import ColumnMap
from bequest.model.disposition import Release, Residue
from bequest.model.plan import Population

Key = tuple[str, str, str]
KINDS = ("personal", "sensitive", "unknown", "not_personal")


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for; empty means all. `q` is looked for in names, classes, reasons and articles."""

    q: str = ""
    system: str = ""
    kind: str = ""
    release: str = ""
    residue: str = ""

    @classmethod
    def asked(cls, given: dict[str, str]) -> "Filter":
        """The filter of an address; words that are none ask for nothing."""
        known = {"kind": KINDS, "release": tuple(Release), "residue": tuple(Residue)}
        found = {f.name: given.get(f.name, "").strip()[:80] for f in fields(cls)}
        return cls(**{n: v for n, v in found.items() if n not in known or v in known[n]})

    @property
    def active(self) -> dict[str, str]:
        """The parts that narrow."""
        return {f.name: v for f in fields(self) if (v := getattr(self, f.name))}

    def query(self, *without: str, **more: str) -> str:
        """An address that asks for this, less some parts, plus others."""
        return urlencode({n: v for n, v in self.active.items() if n not in without} | more)


def matching(report: CaseReport, why: dict[Key, Why], wanted: Filter, lang: str) -> set[Key]:
    """The columns that a filter asks for."""
    if report.population is None:
        return set()
    columns = {
        (t.source, t.name, c.name): c for t in (report.data_map.tables if report.data_map else ()) for c in t.columns
    }
    outcomes: dict[Key, set[str]] = {}
    for line in report.population.counts:
        if line.values:
            outcomes.setdefault((line.source, line.table, line.column), set()).update((line.release, line.residue))
    keys = {(t.source, t.table, t.column) for t in report.population.totals} | outcomes.keys()
    return {
        k
        for k in keys
        if (not wanted.system or k[0] == wanted.system)
        and (not wanted.kind or _is_kind(columns.get(k), wanted.kind))
        and all(w in outcomes.get(k, set()) for w in (wanted.release, wanted.residue) if w)
        and (not wanted.q or _says(k, columns.get(k), why.get(k), wanted.q.casefold(), lang))
    }


def _is_kind(column: ColumnMap | None, kind: str) -> bool:
    if column is None or column.cls.value == "unknown":
        return kind == "unknown"
    return {"sensitive": column.sensitive, "personal": column.personal, "not_personal": not column.personal}.get(
        kind, False
    )


def _says(key: Key, column: ColumnMap | None, why: Why | None, q: str, lang: str) -> bool:
    return any(q in text.casefold() for text in _texts(key, column, why, lang))


def _texts(key: Key, column: ColumnMap | None, why: Why | None, lang: str) -> Iterable[str]:
    yield ".".join(key)
    if column is not None:
        yield from (column.cls.value, word(column.cls).of(lang), word(column.role).of(lang))
    for chain in why.chains if why else ():
        for reason in chain.reasons:
            yield reason.zh if lang == "zh" else reason.en
            yield from reason.articles
            yield from (cite(a, lang) for a in reason.articles)


def only(population: Population | None, keys: set[Key]) -> Population | None:
    """The population of some columns; what is not a count of values stays."""
    if population is None:
        return None
    return replace(
        population,
        counts=tuple(c for c in population.counts if (c.source, c.table, c.column) in keys),
        totals=tuple(t for t in population.totals if (t.source, t.table, t.column) in keys),
        shares=tuple(c for c in population.shares if (c.source, c.table, c.column) in keys),
    )

"""How tables hang together and what the data map asks of people: keys, references, facts, duties, table by table."""

from dataclasses import dataclass

from bequest.app.console.correct import mark_of
from bequest.app.law import pack_of
from bequest.law.retention import Band, bands
from bequest.model.case import Case
from bequest.model.datamap import DataMap, FactBinding, Reference, RetentionBinding, Standing, TableMap
from bequest.model.facts import RecordClass
from bequest.steps.discover.standing import known_references

_KEPT_BY_DUTY = frozenset({RecordClass.ORDER, RecordClass.WEB_LOG, RecordClass.CONSENT, RecordClass.OBJECTION})
"""Records that a duty to keep usually concerns: none said is worth a look."""


@dataclass(frozen=True, slots=True)
class Structure:
    """One table. `references` in the order of its columns, with whether each counts; facts and duties with marks."""

    table: TableMap
    references: tuple[tuple[Reference, bool], ...]
    facts: tuple[tuple[str, FactBinding], ...]
    duties: tuple[tuple[str, RetentionBinding], ...]
    asks: tuple[str, ...]
    """What a person should look at: `record_class`, `key`, `references`, `duties`; empty for tables outside."""

    @property
    def name(self) -> str:
        """How the table is named in addresses."""
        return f"{self.table.source}.{self.table.name}"

    @property
    def n_open(self) -> int:
        """References nobody has spoken of."""
        return sum(r.standing is Standing.OPEN for r, _ in self.references)


def structures(found: DataMap) -> tuple[Structure, ...]:
    """Every table of the map."""
    return tuple(_of(t) for t in found.tables)


def _of(table: TableMap) -> Structure:
    references = known_references(table)
    asks = []
    if table.in_case:
        asks += ["record_class"] if table.record_class is RecordClass.OTHER else []
        asks += [] if table.key else ["key"]
        asks += ["references"] if any(r.standing is Standing.OPEN for r, _ in references) else []
        asks += ["duties"] if table.record_class in _KEPT_BY_DUTY and not table.retention else []
    return Structure(
        table, references, tuple((mark_of(f), f) for f in table.facts),
        tuple((mark_of(r), r) for r in table.retention), tuple(asks),
    )  # fmt: skip


def duties_of_law(case: Case) -> dict[str, Band]:
    """The duties to keep that a record may bear, by the case's law on its law date."""
    return bands(pack_of(case), case.effective_on)


def structure_of(found: DataMap | None, name: str) -> Structure | None:
    """The table of that name (`source.table`), if there is one."""
    return next((_of(t) for t in found.tables if f"{t.source}.{t.name}" == name), None) if found else None

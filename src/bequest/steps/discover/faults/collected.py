"""Over-collection 收集范围过广 (PIPL Art. 6, 28)."""

from collections.abc import Iterator, Sequence

from bequest.model.datamap import FieldClass, Need
from bequest.steps.discover.faults.fault import Fault
from bequest.steps.discover.faults.rules import PARAMETERS, USUAL
from bequest.steps.discover.faults.table import Table

_PAPERS = (FieldClass.NATIONAL_ID, FieldClass.PASSPORT)
_TAKEN_FROM_STAFF = frozenset({"income_assets", "account_number", "bank_card", "employment", "national_id", "marital"})
"""What employing somebody needs, whatever the industry."""


def find(tables: Sequence[Table], industry: str) -> Iterator[Fault]:
    """Columns marked so, sensitive classes the industry has no use for, fields nobody fills, papers kept twice."""
    usual = USUAL.get(industry, USUAL["other"])
    for table in tables:
        for c in table.personal:
            filled = len(table.values(c.name))
            if c.need is Need.OVER_COLLECTED:
                yield table.fault("collected.marked", c.name, filled or table.rows, about=c.cls.value)
            elif c.sensitive and c.cls.value not in usual and not _employs(table, c.cls):
                yield table.fault("collected.unusual", c.name, filled or 1, about=c.cls.value)
            if table.rows >= PARAMETERS["least_rows"]:
                share = 1000 * filled // table.rows
                if 0 < share < PARAMETERS["hardly_filled_per_mille"]:
                    yield table.fault("collected.hardly_filled", c.name, filled, about=c.cls.value)
    yield from _repeated(tables)


def _employs(table: Table, cls: FieldClass) -> bool:
    return not table.map.in_case and cls.value in _TAKEN_FROM_STAFF


def _repeated(tables: Sequence[Table]) -> Iterator[Fault]:
    """Papers of customers that stand in more than one table."""
    kept = [(t, c) for t in tables if t.map.in_case for c in t.of_class(*_PAPERS) if len(t.values(c.name))]
    if len({(t.map.source, t.map.name) for t, _ in kept}) < 2:
        return
    for table, c in kept:
        others = sorted({f"{t.map.source}.{t.map.name}" for t, _ in kept if t is not table})
        yield table.fault("collected.repeated", c.name, len(table.values(c.name)), about=", ".join(others))

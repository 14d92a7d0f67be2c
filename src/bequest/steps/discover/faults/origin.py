"""Provenance 收集渠道: what says where data came from, what for, on what ground, under which notice, until when."""

from collections.abc import Iterator, Sequence

from bequest.model.datamap import ORIGIN_PARTS, FieldClass, Origin
from bequest.model.facts import RecordClass
from bequest.steps.discover.faults.fault import Fault
from bequest.steps.discover.faults.table import Table

_PROFILES = frozenset({RecordClass.CUSTOMER_PROFILE, RecordClass.LOYALTY_ACCOUNT})
_REFERENCES = frozenset({FieldClass.USER_ID, FieldClass.USERNAME, FieldClass.ORDER_NO})


def find(tables: Sequence[Table]) -> Iterator[Fault]:
    """What is missing for the personal fields of profiles, and columns that should say it and are empty."""
    for table in tables:
        if table.map.record_class in _PROFILES and any(c.cls not in _REFERENCES for c in table.personal):
            for part in ORIGIN_PARTS:
                silent = [c.name for c in table.personal if not _is_told(table, c.name, part)]
                about = ", ".join(silent) if len(silent) < len(table.personal) else ""
                yield table.fault(f"origin.{part}", "", len(silent), len(table.personal), about)
        for origin in table.map.origins:
            for part in ORIGIN_PARTS:
                if name := getattr(origin, f"{part}_column"):
                    empty = int((~table.mask(name) & table.holds_somebody()).sum())
                    yield table.fault("origin.unfilled", name, empty, about=part)


def _is_told(table: Table, column: str, part: str) -> bool:
    if part == "keep" and table.map.retention:
        return True
    return any(_speaks_of(o, column) and (getattr(o, part) or getattr(o, f"{part}_column")) for o in table.map.origins)


def _speaks_of(origin: Origin, column: str) -> bool:
    return not origin.columns or column in origin.columns

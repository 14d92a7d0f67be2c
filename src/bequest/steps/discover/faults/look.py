"""All faults of a case: each module asked in turn, in the order of the rules, then of sources, tables and columns."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bequest.model.datamap import DataMap
from bequest.steps.discover.faults import collected, kept, origin, quality, sharing, stale, storage, use
from bequest.steps.discover.faults.fault import Fault
from bequest.steps.discover.faults.rules import RULES
from bequest.steps.discover.faults.table import Table, tables_of
from bequest.steps.discover.sample import TableSample


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the case says beside its tables: its industry, the day to count from, and who else holds data of ours."""

    on: date
    industry: str = ""
    held_elsewhere: tuple[str, ...] = ()


_FINDERS: tuple[Callable[[Sequence[Table], "Surroundings"], Iterator[Fault]], ...] = (
    lambda tables, s: collected.find(tables, s.industry),
    lambda tables, _: storage.find(tables),
    lambda tables, _: use.find(tables),
    lambda tables, s: sharing.find(tables, s.held_elsewhere),
    lambda tables, s: stale.find(tables, s.on),
    lambda tables, s: kept.find(tables, s.on),
    lambda tables, _: quality.find(tables),
    lambda tables, _: origin.find(tables),
)


def find_faults(data_map: DataMap, samples: Sequence[TableSample], about: Surroundings) -> tuple[Fault, ...]:
    """Every finding with a count. Tables nobody could read are not looked at: `discover` reports them.

    Pure: the same map, sample and day give the same findings.
    """
    tables = tables_of(data_map, samples)
    order = {rule: i for i, rule in enumerate(RULES)}
    found = [f for finder in _FINDERS for f in finder(tables, about) if f.n]
    return tuple(sorted(found, key=lambda f: (order[f.rule], f.source, f.table, f.column, f.about)))

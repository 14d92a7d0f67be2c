"""Files out of which no row can be cut: they go when all of their rows go, and else stay as they are. Pure.

Nobody loses a row that must stay because another of the same file goes. What should have gone and stays is blocked
(or, where it is passed on, in use): it is counted so, seen in the plan, and a dated residual on the certificate.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from bequest.engine.tableplan import LEAVES
from bequest.model.datamap import DataMap
from bequest.model.disposition import Disposition, Residue
from bequest.steps.plan.plan import Planned, TableKey, staying

_GOES = LEAVES | {Residue.ANONYMISE}


@dataclass(frozen=True, slots=True)
class StaysWhole:
    """A file that stays although rows of it should have gone."""

    source: str
    rows: int


def keep_whole(
    planned: dict[TableKey, Planned], datamap: DataMap, whole: Collection[str]
) -> tuple[dict[TableKey, Planned], tuple[StaysWhole, ...]]:
    """The plans with the rule applied to the sources in `whole`, and the files that stay."""
    out, stays = dict(planned), []
    for source in sorted(whole):
        mine = [key for key in planned if key[0] == source]
        others = any(t.source == source and not t.in_case and t.n_rows for t in datamap.tables)
        leaving = {key: _rows_leaving(planned[key]) for key in mine}
        if not mine or (not others and all(leaving[key] == len(planned[key].situation) for key in mine)):
            continue
        for key in mine:
            out[key] = replace(planned[key], after=_all_staying(planned[key].after))
        n = sum(_rows_touched(planned[key]) for key in mine)
        if n:
            stays.append(StaysWhole(source, n))
    return out, tuple(stays)


def _rows_leaving(planned: Planned) -> int:
    return _rows_where(planned, [all(d.residue in LEAVES for d in row) for row in planned.after])


def _rows_touched(planned: Planned) -> int:
    return _rows_where(planned, [any(d.residue in _GOES for d in row) for row in planned.after])


def _rows_where(planned: Planned, holds: list[bool]) -> int:
    if not len(planned.situation):
        return 0
    return int(np.array(holds, np.bool_)[planned.situation].sum())


def _all_staying(after: tuple[tuple[Disposition, ...], ...]) -> tuple[tuple[Disposition, ...], ...]:
    """Rows that share an object share the new one."""
    made = {id(row): tuple(staying(d, blocked=True) if d.residue in _GOES else d for d in row) for row in after}
    return tuple(made[id(row)] for row in after)

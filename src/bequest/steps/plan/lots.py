"""Rows in several lots: one decision per lot, one copy at the source. Pure.

Each lot keeps its own release. The copy at the source can end in one way only: the residue that destroys least wins, as
in `law.outcomes` (what one lot must keep, another cannot delete; a stop in one stops the common copy). A value that one
lot has lawfully released stays released there, also where another lot blocks the copy at the source.
"""

from dataclasses import replace

import numpy as np
import polars as pl

from bequest.engine.tableplan import DECISION_PREFIX, TablePlan, scatter
from bequest.kernel.errors import LawError
from bequest.law.outcomes import DESTROYS_LEAST
from bequest.model.datamap import TableMap
from bequest.model.disposition import Disposition, Release, Residue
from bequest.model.plan import ColumnCount

MAX_DISPOSITIONS = 255


def with_residue(d: Disposition, other: Disposition) -> Disposition:
    """The release of `d` with the residue of `other`, and the end that goes with it."""
    until = other.until if other.residue is Residue.CUSTODY else "window" if d.release is Release.WAITING else ""
    return replace(d, residue=other.residue, until=until)


class Residues:
    """The distinct dispositions of a case, growing by the pairs that several lots make together."""

    def __init__(self, dispositions: tuple[Disposition, ...]) -> None:
        self._all = list(dispositions)
        self._place = {d: i for i, d in enumerate(dispositions)}

    @property
    def dispositions(self) -> tuple[Disposition, ...]:
        """All of them; those of the beginning keep their places."""
        return tuple(self._all)

    def place(self, d: Disposition) -> int:
        """The place of a disposition.

        Raises:
            LawError: beyond the number that a plan can hold.
        """
        if d not in self._place:
            if len(self._all) >= MAX_DISPOSITIONS:
                raise LawError("more than 255 distinct dispositions", hint="Report this: a rule multiplies due rules.")
            self._place[d] = len(self._all)
            self._all.append(d)
        return self._place[d]

    def rank(self, index: int) -> int:
        """How little is destroyed: the smaller, the less."""
        return DESTROYS_LEAST.index(self._all[index].residue)

    def joined(self, mine: np.ndarray, others: np.ndarray) -> np.ndarray:
        """For places of equal length: the release of `mine` with the residue of `others`."""
        pairs = mine.astype(np.uint16) << 8 | others.astype(np.uint16)
        out = np.zeros(len(mine), dtype=np.uint8)
        for pair in np.unique(pairs).tolist():
            a, b = divmod(pair, 256)
            made = self.place(with_residue(self._all[a], self._all[b]))
            out[pairs == pair] = made
        return out


def share_residue(plan: TablePlan, shares: pl.DataFrame, residues: Residues) -> TablePlan:
    """The plan with its shares, every row with the same residue in all its lots."""
    if not shares.height:
        return plan
    pos = shares["pos"].to_numpy()
    rows = plan.rows
    for c in plan.columns:
        name = DECISION_PREFIX + c.name
        first, further = rows[name].to_numpy(), shares[name].to_numpy()
        winner = _winner(first, pos, further, residues)
        touched = np.unique(pos)
        rows = rows.with_columns(
            scatter(rows[name], touched, pl.Series(residues.joined(first[touched], winner[touched])))
        )
        shares = shares.with_columns(pl.Series(name, residues.joined(further, winner[pos])))
    return replace(plan, rows=rows, shares=shares)


def _winner(first: np.ndarray, pos: np.ndarray, further: np.ndarray, residues: Residues) -> np.ndarray:
    """Per row the place of the disposition whose residue holds in all its lots."""
    winner = first.copy()
    ranks = np.array([residues.rank(i) for i in range(len(residues.dispositions))], dtype=np.uint8)
    order = np.argsort(-ranks[further].astype(np.int16), kind="stable")  # least destroying last: it is written last
    best = pl.DataFrame({"pos": pos[order], "d": further[order]}).unique("pos", keep="last", maintain_order=True)
    at, found = best["pos"].to_numpy(), best["d"].to_numpy()
    less = ranks[found] < ranks[winner[at]]
    winner[at[less]] = found[less]
    return winner


def counts_of(table: TableMap, plan: TablePlan, index: pl.DataFrame) -> tuple[list[ColumnCount], list[ColumnCount]]:
    """Non-empty values of each column by lot and pair: of all rows in their first lot, and of the shares."""
    filled = index.select(f"v:{c.name}" for c in table.columns)
    first = _counts(table, plan, plan.rows, filled)
    return first, _counts(table, plan, plan.shares, filled[plan.shares["pos"]]) if plan.shares.height else []


def _counts(table: TableMap, plan: TablePlan, rows: pl.DataFrame, filled: pl.DataFrame) -> list[ColumnCount]:
    out = []
    for c in table.columns:
        frame = pl.DataFrame([rows["lot"], rows[DECISION_PREFIX + c.name].alias("d"), filled[f"v:{c.name}"].alias("v")])
        counted = frame.filter("v").group_by("lot", "d").len()
        sums: dict[tuple[str, str, str], int] = {}
        for lot, d, n in counted.iter_rows():
            pair = plan.dispositions[d]
            key = (lot, pair.release.value, pair.residue.value)
            sums[key] = sums.get(key, 0) + n
        out += [
            ColumnCount(table.source, table.name, c.name, c.role, c.cls, c.sensitive, lot, Release(r), Residue(s), n)
            for (lot, r, s), n in sorted(sums.items())
        ]
    return out

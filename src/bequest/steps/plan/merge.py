"""Decisions after the cutover: what answers and late rows change, and what they no longer can. Pure.

A row that went out with an earlier wave keeps the release it had: it is with the receiver. What becomes of its copy at
the source is decided anew, for nothing has been done with it yet: another lot may have kept it in use that no longer
does. If it may go with more than it went with (a late consent) or has changed since, it goes again with the next wave,
whole; until then the plan remembers how it went (`went`) and whether its content is another (`changed`). If it may no
longer go (an objection, a dispute), the copy at the source is blocked: nothing more is done with it, until that is
over. What has not gone out yet is decided anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from bequest.engine.tableplan import DECISION_PREFIX, WENT_PREFIX, TablePlan
from bequest.model.disposition import Disposition, Release, Residue
from bequest.steps.plan.lots import Residues, share_residue, with_residue

_GIVEN = frozenset({Release.AS_IS, Release.MASKED})
_BLOCKED = Disposition(Release.NONE, Residue.BLOCKED)
_DELETED = Disposition(Release.NONE, Residue.DELETE)


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows after a delta cutover: for each row of the plan its place now (-1: gone), and the places that changed."""

    to: np.ndarray
    changed: np.ndarray
    late: int


def moved_rows(old: TablePlan, now: pl.DataFrame) -> Moved:
    """Find the rows of a plan again among `row_tag`, `row_digest` of today's rows: by key, else by their content."""
    by = ["row_tag"] if old.key else ["row_digest"]
    was = old.rows.select("row_tag", "row_digest").with_row_index("old").with_columns(_copies(by))
    here = now.select("row_tag", "row_digest").with_row_index("new").with_columns(_copies(by))
    met = was.join(here, on=[*by, "copy"], how="left", maintain_order="left", suffix="_now")
    to = met["new"].cast(pl.Int64).fill_null(-1).to_numpy()
    other = met.filter(pl.col("row_digest") != pl.col("row_digest_now")) if old.key else met.clear()
    return Moved(to, other["new"].to_numpy(), here.height - int((to >= 0).sum()))


def _copies(by: list[str]) -> pl.Expr:
    return pl.int_range(pl.len()).over(by).alias("copy")


def merge_plan(
    old: TablePlan, new: TablePlan, residues: Residues, sent: Mapping[str, int], *, moved: "Moved | None" = None
) -> TablePlan:
    """The plan of a table as it stands now. `residues` begins with the dispositions of `old`.

    `sent`: lot → waves that went out. `moved`: where the rows of `old` stand in `new`, if not where they stood.
    """
    names = [c.name for c in new.columns]
    new = replace(new, rows=_placed(new.rows, new, residues), shares=_placed(new.shares, new, residues))
    now = _entries(new, names)
    before = _entries(old, names)
    if moved is not None:
        before = before.with_columns(pl.Series("pos", moved.to[before["pos"].to_numpy()])).filter(pl.col("pos") >= 0)
        before = before.with_columns(pl.col("pos").cast(pl.UInt32))
    at = now.select("pos", "lot").join(
        before.with_row_index("was").select("was", "pos", "lot"), on=["pos", "lot"], how="left", maintain_order="left"
    )["was"]
    waves = now["lot"].replace_strict(dict(sent), default=0, return_dtype=pl.UInt8).to_numpy()
    known = before[at.fill_null(0)] if before.height else now.with_columns(wave=0, went=0)
    changed = np.isin(now["pos"].to_numpy(), moved.changed if moved is not None else [])
    if "changed" in known.columns:  # before, and not gone out since
        changed |= known["changed"].to_numpy() & (known["wave"].to_numpy() > waves) & at.is_not_null().to_numpy()
    made = _decide(now, _went(known, names, at.is_not_null().to_numpy(), waves), names, changed, residues)
    result = now.with_columns([*made.columns, pl.Series("wave", np.where(made.stays, made.went, waves + 1), pl.UInt8)])
    kept = ["wave", *(DECISION_PREFIX + c for c in names)]
    if made.again.any():
        went = pl.Series("went", made.went * made.again, pl.UInt8)
        result = result.with_columns([*made.memory, went, pl.Series("changed", made.again & changed)])
        kept += ["went", "changed", *(WENT_PREFIX + c for c in names)]
    n = new.rows.height
    rows = new.rows.with_columns(result[:n].get_column(c) for c in kept)
    merged = replace(new, rows=rows, shares=pl.DataFrame())
    return share_residue(merged, result[n:].select("pos", "lot", *kept), residues)


def _went(before: pl.DataFrame, names: list[str], known: np.ndarray, waves: np.ndarray) -> pl.DataFrame:
    """How each entry went out: `went`, the wave (0: not yet), and `d:*`, the decisions it went with."""
    now_out = known & (before["wave"].to_numpy() <= waves)
    before = before.with_columns(pl.Series("now_out", now_out))
    if "went" not in before.columns:
        before = before.with_columns(pl.lit(0, pl.UInt8).alias("went"))
    earlier = pl.col("went") if known.all() else pl.when(pl.Series(known)).then("went").otherwise(0)
    memory = [WENT_PREFIX + n for n in names if WENT_PREFIX + n in before.columns]
    return before.with_columns(
        pl.when("now_out").then("wave").otherwise(earlier).alias("went"),
        *(
            pl.when(pl.col("now_out") | (pl.col("went") == 0)).then(DECISION_PREFIX + m.removeprefix(WENT_PREFIX))
            .otherwise(m).alias(DECISION_PREFIX + m.removeprefix(WENT_PREFIX))
            for m in memory
        ),
    )  # fmt: skip


def with_wave(plan: TablePlan) -> TablePlan:
    """The plan with its waves written out."""
    wave = pl.lit(1, pl.UInt8).alias("wave")
    rows = plan.rows if "wave" in plan.rows.columns else plan.rows.with_columns(wave)
    shares = plan.shares
    if shares.height and "wave" not in shares.columns:
        shares = shares.with_columns(wave)
    return replace(plan, rows=rows, shares=shares)


def block_rows(plan: TablePlan, pos: pl.Series, residues: Residues) -> TablePlan:
    """The plan with some rows blocked at the source; what was released of them to anybody stays released."""
    return _turned(plan, pos, residues, _BLOCKED)


def delete_rows(plan: TablePlan, pos: pl.Series, residues: Residues) -> TablePlan:
    """The plan with some rows deleted at the source: they were to be anonymised, and too few people look like them."""
    return _turned(plan, pos, residues, _DELETED)


def _turned(plan: TablePlan, pos: pl.Series, residues: Residues, to: Disposition) -> TablePlan:
    if not len(pos):
        return plan
    held = pl.select(pl.int_range(plan.rows.height, dtype=pl.UInt32).is_in(pos.implode())).to_series()
    rows = plan.rows.with_columns(_turned_column(plan.rows, held, c.name, residues, to) for c in plan.columns)
    shares = plan.shares
    if shares.height:
        mine = held[shares["pos"]]
        shares = shares.with_columns(_turned_column(shares, mine, c.name, residues, to) for c in plan.columns)
    return replace(plan, rows=rows, shares=shares)


def _turned_column(
    frame: pl.DataFrame, held: pl.Series, name: str, residues: Residues, other: Disposition
) -> pl.Series:
    column = frame[DECISION_PREFIX + name]
    to = {i: residues.place(with_residue(residues.dispositions[i], other)) for i in column.filter(held).unique()}
    blocked = column.replace_strict(to, default=column, return_dtype=pl.UInt8)
    return blocked.zip_with(held, column).alias(column.name)


def _placed(frame: pl.DataFrame, plan: TablePlan, residues: Residues) -> pl.DataFrame:
    """The same decisions as places in `residues`."""
    if not frame.height:
        return frame
    names = [c for c in frame.columns if c.startswith(DECISION_PREFIX)]
    met = {i for c in names for i in frame[c].unique().to_list()}
    to = {i: residues.place(plan.dispositions[i]) for i in sorted(met)}
    return frame.with_columns(pl.col(c).replace_strict(to, return_dtype=pl.UInt8) for c in names)


def _entries(plan: TablePlan, names: list[str]) -> pl.DataFrame:
    """Entries (row and lot) of one table: `pos`, `lot`, `wave`, `d:*`, and, where any, `went`, `changed`, `went:*`."""
    plan = with_wave(plan)
    columns = ["pos", "lot", "wave", *(DECISION_PREFIX + n for n in names)]
    rows = plan.rows.with_row_index("pos")
    columns += [c for c in rows.columns if c in {"went", "changed"} or c.startswith(WENT_PREFIX)]
    return (
        pl.concat([rows.select(columns), plan.shares.select(columns)]) if plan.shares.height else rows.select(columns)
    )


@dataclass(frozen=True, slots=True)
class _Made:
    """`stays`: as it went, also where the copy at the source is blocked; `again`: goes once more, whole."""

    columns: list[pl.Series]
    memory: list[pl.Series]
    went: np.ndarray
    stays: np.ndarray
    again: np.ndarray


def _decide(
    now: pl.DataFrame, before: pl.DataFrame, names: list[str], changed: np.ndarray, residues: Residues
) -> _Made:
    given = np.array([d.release in _GIVEN for d in residues.dispositions], dtype=np.bool_)
    end = _ends(residues)
    went = before["went"].to_numpy()
    first = {n: before[DECISION_PREFIX + n].to_numpy() for n in names}
    then = {n: now[DECISION_PREFIX + n].to_numpy() for n in names}
    had = {n: given[first[n]] & (went > 0) for n in names}
    may = {n: given[then[n]] for n in names}
    gave = np.logical_or.reduce(list(had.values()))
    stopped = gave & np.logical_or.reduce([had[n] & ~may[n] for n in names])
    more = np.logical_or.reduce([may[n] & (~had[n] | changed) for n in names])
    again = (went > 0) & ~stopped & more
    kept = gave & ~again
    columns = []
    for n in names:
        out = np.where(kept, first[n], then[n])
        other = kept & ~stopped & (end[first[n]] != end[then[n]])
        out[other] = residues.joined(first[n][other], then[n][other])
        out = np.where(stopped, _block(first[n], stopped, residues), out)
        columns.append(pl.Series(DECISION_PREFIX + n, out.astype(np.uint8)))
    memory = [pl.Series(WENT_PREFIX + n, np.where(again, first[n], 0).astype(np.uint8)) for n in names]
    return _Made(columns, memory, went, (went > 0) & ~again, again)


def _ends(residues: Residues) -> np.ndarray:
    """Disposition → a number that is the same where the copy at the source ends in the same way."""
    found: dict[tuple[Residue, str], int] = {}
    ends = [(d.residue, d.until if d.residue is Residue.CUSTODY else "") for d in residues.dispositions]
    return np.array([found.setdefault(e, len(found)) for e in ends], dtype=np.uint8)


def _block(column: np.ndarray, where: np.ndarray, residues: Residues) -> np.ndarray:
    out = column.copy()
    for i in np.unique(column[where]).tolist():
        out[where & (column == i)] = residues.place(with_residue(residues.dispositions[i], _BLOCKED))
    return out

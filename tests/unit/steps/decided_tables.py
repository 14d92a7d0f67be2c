"""Small decided tables for tests: rows in clear, a plan over them, and the batches a source would hand out."""

from collections.abc import Iterator, Sequence
from datetime import date

import polars as pl

from bequest.crypto.cipher import aes_ecb
from bequest.engine.rows import KEY, identify
from bequest.engine.tableplan import DECISION_PREFIX, TablePlan
from bequest.model.datamap import ColumnMap, FieldClass, Relation
from bequest.model.disposition import Disposition, Operator, Release, Residue
from bequest.model.facts import RowRole

LINK = aes_ecb(bytes(range(32)))
OTHER = aes_ecb(bytes(reversed(range(32))))

PASS_DELETE = Disposition(Release.AS_IS, Residue.DELETE)
PASS_CUSTODY = Disposition(Release.AS_IS, Residue.CUSTODY)
PASS_IN_USE = Disposition(Release.AS_IS, Residue.IN_USE)
NONE_DELETE = Disposition(Release.NONE, Residue.DELETE)
NONE_CUSTODY = Disposition(Release.NONE, Residue.CUSTODY)
NONE_IN_USE = Disposition(Release.NONE, Residue.IN_USE)
NONE_BLOCKED = Disposition(Release.NONE, Residue.BLOCKED)
MASK_DELETE = Disposition(Release.MASKED, Residue.DELETE, Operator.MASK)
TOKEN_DELETE = Disposition(Release.MASKED, Residue.DELETE, Operator.TOKEN)
TEXT_DELETE = Disposition(Release.MASKED, Residue.DELETE, Operator.REDACT_TEXT)
YEAR_DELETE = Disposition(Release.MASKED, Residue.DELETE, Operator.GENERALISE)
DROP_DELETE = Disposition(Release.MASKED, Residue.DELETE, Operator.DROP)
WAITING = Disposition(Release.WAITING, Residue.BLOCKED, fallback=Release.NONE)

ALL = (
    PASS_DELETE,
    PASS_CUSTODY,
    PASS_IN_USE,
    NONE_DELETE,
    NONE_CUSTODY,
    NONE_IN_USE,
    NONE_BLOCKED,
    MASK_DELETE,
    TOKEN_DELETE,
    TEXT_DELETE,
    YEAR_DELETE,
    DROP_DELETE,
    WAITING,
)
"""Case-wide list of pairs of all test plans."""


def column(
    name: str, cls: FieldClass, *, personal: bool = True, role: RowRole = RowRole.CUSTOMER, declared: str = "TEXT"
) -> ColumnMap:
    """A column of the data map."""
    return ColumnMap(name, declared, cls, personal, False, role, 1000, 1000)


def batch_of(columns: Sequence[str], rows: Sequence[Sequence[str | None]], keys: Sequence[str]) -> pl.DataFrame:
    """A batch as a source hands it out."""
    data = {KEY: list(keys)} | {c: [r[i] for r in rows] for i, c in enumerate(columns)}
    return pl.DataFrame(data, schema=dict.fromkeys(data, pl.Utf8))


def row_keys(columns: Sequence[str], rows: Sequence[Sequence[str | None]], key: Sequence[str]) -> list[str]:
    """Row keys by the rule of the product: key columns, else row numbers."""
    if not key:
        return [str(i) for i in range(len(rows))]
    at = [list(columns).index(k) for k in key]
    return ["\x1f".join(r[i] or "" for i in at) for r in rows]


def plan_of(
    source: str,
    table: str,
    columns: Sequence[ColumnMap],
    rows: Sequence[Sequence[str | None]],
    decided: Sequence[Disposition | Sequence[Disposition]],
    *,
    key: Sequence[str] = (),
    lots: Sequence[str] | None = None,
    due_on: Sequence[date | None] | None = None,
    relations: tuple[Relation, ...] = (),
) -> TablePlan:
    """A plan: one pair per row for all columns, or one pair per column of the row."""
    names = [c.name for c in columns]
    batch = batch_of(names, rows, row_keys(names, rows, key))
    per_row = [[d] * len(names) if isinstance(d, Disposition) else list(d) for d in decided]
    ids = identify(batch, source, table, names, LINK)
    frame = pl.DataFrame(
        [
            pl.Series("row_no", range(len(rows)), dtype=pl.UInt32),
            ids["row_tag"],
            ids["row_digest"],
            pl.Series("lot", lots or ["lot-1"] * len(rows), dtype=pl.Utf8),
            pl.Series("subject", range(len(rows)), dtype=pl.UInt32),
            pl.Series("due_on", due_on or [None] * len(rows), dtype=pl.Date),
            *(
                pl.Series(DECISION_PREFIX + n, [ALL.index(r[i]) for r in per_row], dtype=pl.UInt8)
                for i, n in enumerate(names)
            ),
        ]
    )
    return TablePlan(source, table, tuple(columns), tuple(key), relations, ALL, frame)


def batches_of(
    plan: TablePlan, rows: Sequence[Sequence[str | None]], *, size: int = 2, keys: Sequence[str] | None = None
) -> Iterator[pl.DataFrame]:
    """The rows in batches of a given size."""
    names = [c.name for c in plan.columns]
    whole = batch_of(names, rows, keys or row_keys(names, rows, plan.key))
    yield from whole.iter_slices(size)

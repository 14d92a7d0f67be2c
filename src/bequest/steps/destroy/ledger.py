"""The erasure ledger: what will be erased, as tokens under the `replay` key, on disk before anything is erased.

A restored backup or a later import is checked against it, so that nobody comes back unseen (restores bring erased
people back). It holds a token of every row that goes or loses a cell, and of every strong identifier in a cell that
goes. An identifier that also stays somewhere lawfully (a family phone) is marked `shared`: a hit on it is for people
to judge. It is written as a union: a run after a crash, when part of the source is gone already, forgets nothing.
"""

import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import polars as pl

from bequest.crypto.atomic import write_file
from bequest.engine.kernels import normalise
from bequest.engine.kernels.cmac import tokens
from bequest.engine.rows import DECIDED, KEY, Ecb, RowMatcher, identify, row_tag_prefix
from bequest.engine.tableplan import DECISION_PREFIX, LEAVES, TablePlan
from bequest.model.anonymising import Way, chosen
from bequest.model.datamap import ColumnMap, FieldClass
from bequest.model.disposition import Residue

STRONG: Final[dict[FieldClass, Callable[[pl.Expr], pl.Expr]]] = {
    FieldClass.PHONE: normalise.phone,
    FieldClass.LANDLINE: normalise.phone,
    FieldClass.EMAIL: normalise.email,
    FieldClass.NATIONAL_ID: normalise.national_id,
    FieldClass.BANK_CARD: normalise.bank_card,
    FieldClass.PASSPORT: normalise.compact,
    FieldClass.SOCIAL_ID: normalise.compact,
}
"""Identifiers that name one person, or a household, wherever they stand; with their normal form."""

_SCHEMA = {
    "kind": pl.Utf8, "token": pl.Binary, "shared": pl.Boolean, "content": pl.Binary, "cells": pl.Utf8,
}  # fmt: skip
WHOLE_ROW = ""
CELL_MARK = "\x1f"
ANONYMISED = "\x1e"
"""Begins `cells` of a row that was anonymised in place: the columns that were emptied follow. Where it comes back with
its person it goes whole: its tokens cannot be made again, nor k people found in a copy."""


@dataclass(frozen=True)
class Ledger:
    """The tokens: `kind` is `row:<source>.<table>` or a class word.

    Of rows also `content`, the digest of what stood in them, and `cells`: empty where the whole row went, else the
    names of the columns that were emptied, apart by U+001F (see also `ANONYMISED`). Both are null for identifiers, and
    in a ledger of before they were written: then only people can say what goes.
    """

    tokens: pl.DataFrame = field(repr=False)

    @property
    def n_rows(self) -> int:
        """Rows that go or lose a cell."""
        return int(self.tokens["kind"].str.starts_with("row:").sum())

    @property
    def n_identifiers(self) -> int:
        """Distinct strong identifiers in cells that go."""
        return self.tokens.height - self.n_rows

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all lines in order: what the evidence refers to."""
        h = hashlib.sha256(b"bequest/ledger/v2\0")
        line = pl.concat_str(
            "kind", pl.col("token").bin.encode("hex"), pl.col("shared").cast(pl.Utf8),
            pl.col("content").bin.encode("hex").fill_null("-"), pl.col("cells").fill_null("-"), separator="\x1f",
        )  # fmt: skip
        for part in self.tokens.iter_slices(1 << 20):
            h.update(part.select(line.str.join("\n")).item().encode() + b"\n")
        return h.hexdigest()

    def rows_of(self, source: str, table: str) -> pl.Series:
        """Tokens of the rows of one table."""
        return self.tokens.filter(pl.col("kind") == row_kind(source, table))["token"]


def row_kind(source: str, table: str) -> str:
    """The kind under which rows of a table stand in the ledger."""
    return f"row:{source}.{table}"


def row_tokens(
    batch: pl.DataFrame, source: str, table: str, key: Sequence[str], columns: list[str], ecb: Ecb
) -> pl.Series:
    """What names a row in the ledger: its key, or its whole content in a table without one (row numbers move)."""
    if key:
        return tokens(batch[KEY], ecb, row_tag_prefix(source, table))
    return identify(batch, source, table, columns, ecb)["row_digest"]


def write_ledger(
    path: Path,
    tables: Iterable[tuple[TablePlan, Iterable[pl.DataFrame]]],
    *,
    link_ecb: Ecb,
    replay_ecb: Ecb,
) -> Ledger:
    """Write the ledger of all tables, joined with what a former run wrote; durable when this returns."""
    gone: list[pl.DataFrame] = []
    stays: list[pl.DataFrame] = []
    for plan, batches in tables:
        matcher = RowMatcher(plan, link_ecb)
        for batch in batches:
            _take(plan, batch, matcher.match(batch), replay_ecb, gone, stays)
    found = _frame(gone).unique(maintain_order=True)
    kept = _frame(stays).select("kind", "token").unique().with_columns(pl.lit(True).alias("shared"))
    found = found.join(kept, on=["kind", "token"], how="left").with_columns(pl.col("shared").fill_null(False))
    found = found.select(list(_SCHEMA))
    if path.exists():
        found = pl.concat([read_ledger(path).tokens, found])
    found = (
        found.group_by("kind", "token", maintain_order=True)
        .agg(pl.col("shared").any(), pl.col("content", "cells").last())
        .sort("kind", "token")
    )
    return _write(path, found)


def settle_ledger(
    path: Path, stays: Iterable[tuple[TablePlan, pl.Series, Iterable[pl.DataFrame]]], *, link_ecb: Ecb, replay_ecb: Ecb
) -> Ledger:
    """Take out of the ledger rows that came on hold while others went: they were not erased, and are never to be.

    `stays`: plan, places in it of rows on hold, batches of the table as it is now. An identifier in such a row is
    `shared` from now on: it stays somewhere lawfully. Durable when this returns; may be repeated.
    """
    ledger = read_ledger(path)
    rows, marks = [pl.DataFrame(schema={"kind": pl.Utf8, "token": pl.Binary})], list[pl.DataFrame]()
    for plan, pos, batches in stays:
        matcher, names = RowMatcher(plan, link_ecb), [c.name for c in plan.columns]
        for batch in batches:
            mine = batch.filter(matcher.match(batch)["pos"].is_in(pos.implode()).fill_null(False))
            token = row_tokens(mine, plan.source, plan.table, plan.key, names, replay_ecb)
            rows.append(_kinded(token, row_kind(plan.source, plan.table)))
            marks += [
                _kinded(_identifiers(mine[c.name], c.cls, replay_ecb), c.cls.value)
                for c in plan.columns
                if c.cls in STRONG
            ]
    on_hold = pl.concat([rows[0], *marks]).drop_nulls("token").unique().with_columns(pl.lit(True).alias("stays"))
    found = ledger.tokens.join(pl.concat(rows).unique(), on=["kind", "token"], how="anti")
    found = found.join(on_hold, on=["kind", "token"], how="left").with_columns(
        (pl.col("shared") | pl.col("stays").fill_null(False)).alias("shared")
    )
    return _write(path, found.select(list(_SCHEMA)).sort("kind", "token"))


def _write(path: Path, tokens_: pl.DataFrame) -> Ledger:
    buffer = io.BytesIO()
    tokens_.write_parquet(buffer, compression="zstd")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, buffer.getvalue())
    return Ledger(tokens_)


def read_ledger(path: Path) -> Ledger:
    """The ledger on disk; an empty one where there is none."""
    if not path.exists():
        return Ledger(pl.DataFrame(schema=_SCHEMA))
    found = pl.read_parquet(path)
    absent = [pl.lit(None, dtype).alias(c) for c, dtype in _SCHEMA.items() if c not in found.columns]
    return Ledger(found.with_columns(absent).select(list(_SCHEMA)))


def replay_hits(
    ledger: Ledger,
    batch: pl.DataFrame,
    *,
    source: str,
    table: str,
    columns: Sequence[ColumnMap],
    key: Sequence[str],
    replay_ecb: Ecb,
) -> pl.DataFrame:
    """Rows of a restored copy or an import that speak of somebody erased: `row` UInt32, `column`, `kind`, `shared`.

    `column` is empty where the row itself is one that was erased. A hit by an identifier is a person's, not a row's:
    it says that somebody erased is here again, perhaps by his own will; people decide.
    """
    names = [c.name for c in columns]
    row = row_tokens(batch, source, table, key, names, replay_ecb)
    looked = [_looked_up(row, row_kind(source, table), "")]
    looked += [
        _looked_up(_identifiers(batch[c.name], c.cls, replay_ecb), c.cls.value, c.name)
        for c in columns
        if c.cls in STRONG
    ]
    return (
        pl.concat(looked)
        .drop_nulls("token")
        .join(ledger.tokens, on=["kind", "token"])
        .select("row", "column", "kind", "shared")
        .sort("row", "column")
    )


def _take(
    plan: TablePlan,
    batch: pl.DataFrame,
    found: pl.DataFrame,
    ecb: Ecb,
    gone: list[pl.DataFrame],
    stays: list[pl.DataFrame],
) -> None:
    """Tokens of one batch: of rows and cells that go, and of identifiers that stay (also in undecided rows)."""
    known = found["state"] == DECIDED
    decisions = plan.rows[found["pos"].filter(known)]
    removed = plan.indices(residue=LEAVES)
    turned = plan.indices(residue=frozenset({Residue.ANONYMISE}))
    names = [c.name for c in plan.columns]
    goes = {
        c.name: decisions[DECISION_PREFIX + c.name].is_in(removed + turned * chosen(c).writes) for c in plan.columns
    }
    any_goes = pl.DataFrame(list(goes.values())).select(pl.any_horizontal(pl.all()).alias("g"))["g"]
    decided = batch.filter(known)
    rows = identify(decided, plan.source, plan.table, names, ecb)
    token, content = rows["row_tag" if plan.key else "row_digest"], rows["row_digest"].alias("content")
    cells = _cells(plan, goes, decisions.select(plan.anonymises().alias("a"))["a"])
    known_rows = _kinded(token, row_kind(plan.source, plan.table)).with_columns(content, cells)
    gone.append(known_rows.filter(any_goes))
    for c in plan.columns:
        if c.cls in STRONG:
            token = _identifiers(decided[c.name], c.cls, ecb)
            gone.append(_kinded(token.filter(goes[c.name]), c.cls.value))
            stays.append(_kinded(token.filter(~goes[c.name]), c.cls.value))
            stays.append(_kinded(_identifiers(batch.filter(~known)[c.name], c.cls, ecb), c.cls.value))


def _identifiers(values: pl.Series, cls: FieldClass, ecb: Ecb) -> pl.Series:
    normal = values.to_frame("v").select(STRONG[cls](pl.col("v")))["v"]
    kind = FieldClass.PHONE if cls is FieldClass.LANDLINE else cls  # a landline in a phone column is the same number
    return tokens(normal, ecb, f"{kind.value}\x1f")


def _cells(plan: TablePlan, goes: dict[str, pl.Series], anonymised: pl.Series) -> pl.Series:
    """`cells` of each row: which go, or that it is anonymised and which columns are then empty."""
    cells = _emptied(plan, goes)
    dropped = [c.name for c in plan.columns if c.name not in plan.key and chosen(c).way is Way.DROP]
    mark = pl.Series([ANONYMISED + CELL_MARK.join(dropped)], dtype=pl.String).new_from_index(0, len(cells))
    return mark.zip_with(anonymised, cells).alias("cells")


def _emptied(plan: TablePlan, goes: dict[str, pl.Series]) -> pl.Series:
    """Which cells go of each row: empty text for the whole row, key columns never."""
    frame = pl.DataFrame([s.alias(n) for n, s in goes.items()])
    names = [pl.when(pl.col(n)).then(pl.lit(n)) for n in goes if n not in plan.key]
    cells = pl.concat_str(names, separator=CELL_MARK, ignore_nulls=True) if names else pl.lit("")
    return frame.select(pl.when(pl.all_horizontal(pl.all())).then(pl.lit(WHOLE_ROW)).otherwise(cells).alias("cells"))[
        "cells"
    ]


def _kinded(token: pl.Series, kind: str) -> pl.DataFrame:
    kind = FieldClass.PHONE.value if kind == FieldClass.LANDLINE.value else kind
    return token.alias("token").to_frame().select(pl.lit(kind).alias("kind"), "token")


def _looked_up(token: pl.Series, kind: str, column: str) -> pl.DataFrame:
    kind = FieldClass.PHONE.value if kind == FieldClass.LANDLINE.value else kind
    return (
        token.alias("token")
        .to_frame()
        .with_row_index("row")
        .select("row", pl.lit(column).alias("column"), pl.lit(kind).alias("kind"), "token")
    )


def _frame(parts: list[pl.DataFrame]) -> pl.DataFrame:
    schema = {c: dtype for c, dtype in _SCHEMA.items() if c != "shared"}
    return pl.concat([pl.DataFrame(schema=schema), *parts], how="diagonal").drop_nulls("token")

"""Custody sealing: what the law keeps is sealed, bucket by due month, before it is erased at the source (decision D10).

    <custody>/<YYYY-MM>/<wave>.<nnn>.sealed          custody cells of one table, Parquet under the bucket's own key
    <custody>/<YYYY-MM>/<wave>.<nnn>.parents.sealed  number and name of the customers these records belong to, frozen
    <custody>/<YYYY-MM>/manifest.json                counts and digests only

A bucket dies as one: first its key, then its files. Sealing is done table by table and noted when a table is whole; a
run that was killed is run again, and a table that is whole is never sealed a second time, because by then the source
may be empty. Rows without a due date go to the bucket `undated`, which never falls due by itself.
"""

import io
import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from bequest.crypto.atomic import write_file
from bequest.crypto.sealing import seal_file
from bequest.engine.kernels import normalise
from bequest.engine.rows import DECIDED, KEY, Ecb, RowMatcher
from bequest.engine.tableplan import DECISION_PREFIX, TablePlan
from bequest.engine.text import non_empty
from bequest.kernel.canonical import canonical, to_json
from bequest.kernel.codec import decode
from bequest.model.disposition import Residue
from bequest.steps.destroy.custody_bucket import (
    PARENTS,
    RECORDS,
    UNDATED,
    CustodyPlaces,
    CustodySpec,
    Done,
    SealedFile,
    check_still_there,
    file_digest,
    key_purpose,
    sealing_aad,
    write_manifests,
)

KeyFor = Callable[[str], bytes]
"""Gives the key of a purpose such as `custody/2036-12`, made where there is none."""
ColumnKey = tuple[str, str, str]
TableKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SealedTable:
    """What was sealed of one table; `rows` (row_tag, row_digest) is what `erase` asks for before a kept row may go."""

    files: tuple[SealedFile, ...]
    rows: pl.DataFrame = field(repr=False)


def seal_table(
    plan: TablePlan,
    batches: Callable[[], Iterable[pl.DataFrame]],
    spec: CustodySpec,
    places: CustodyPlaces,
    *,
    number: int,
    link_ecb: Ecb,
    key_for: KeyFor,
    parents: Mapping[ColumnKey, pl.DataFrame],
    guard: Callable[[], None],
) -> SealedTable:
    """Seal the custody cells of one table; `number` is its fixed place among the tables of the case.

    `parents` maps a customer number column to a frame (`number`, `name`), see `parent_names`. Nothing is read where
    the table was sealed by a former run, or holds nothing to seal.

    Raises:
        StateError: where a file of a table that was sealed is no longer there or was changed.
    """
    name = f"{spec.wave}.{number:03d}"
    done, rows = places.work / f"{name}.json", places.work / f"{name}.rows.parquet"
    if done.exists():
        files = decode(Done, json.loads(done.read_bytes())).files
        check_still_there(files, places.out)
        return SealedTable(files, pl.read_parquet(rows))
    private = places.private / f"custody-{name}"
    shutil.rmtree(private, ignore_errors=True)
    private.mkdir(mode=0o700, parents=True)
    places.work.mkdir(parents=True, exist_ok=True)
    try:
        clear = _ClearBuckets(private, plan, parents)
        matcher = RowMatcher(plan, link_ecb)
        for batch in batches() if keeps_any(plan) else ():
            clear.add(batch, matcher.match(batch))
        clear.close()
        sealed = []
        for bucket in sorted(clear.buckets):
            guard()
            sealed += _seal_bucket(clear, bucket, name, spec, places.out, key_for)
        _write_parquet(rows, clear.rows())
        write_file(done, canonical(to_json(Done(tuple(sealed)))))
    finally:
        shutil.rmtree(private, ignore_errors=True)
    write_manifests(spec, places)
    return SealedTable(tuple(sealed), clear.rows())


def keeps_any(plan: TablePlan) -> bool:
    """Whether any cell of the table goes into custody."""
    kept = plan.indices(residue=frozenset({Residue.CUSTODY}))
    cells = plan.rows.select((pl.col(DECISION_PREFIX + c.name).is_in(kept).any()).alias(c.name) for c in plan.columns)
    return bool(plan.rows.height) and any(cells.row(0))


def parent_names(batches: Iterable[pl.DataFrame], number: str, names: Sequence[str]) -> pl.DataFrame:
    """Number and name of every customer of a parent table: what is frozen beside retained children."""
    parts = [pl.DataFrame(schema={"number": pl.Utf8, "name": pl.Utf8})]
    for batch in batches:
        filled: list[pl.Expr] = [pl.when(non_empty(pl.col(n))).then(pl.col(n)) for n in names]
        name = pl.coalesce(*filled, pl.lit(None, pl.Utf8))
        parts.append(batch.select(normalise.text(pl.col(number)).alias("number"), name.alias("name")))
    return pl.concat(parts).drop_nulls("number").unique(subset="number", keep="first", maintain_order=True)


class _ClearBuckets:
    """Custody cells of one table, on their way into one Parquet file per bucket inside the private directory."""

    def __init__(self, private: Path, plan: TablePlan, parents: Mapping[ColumnKey, pl.DataFrame]) -> None:
        self._private = private
        self._plan = plan
        self._kept = plan.indices(residue=frozenset({Residue.CUSTODY}))
        self._parents = parents
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._numbers: dict[str, list[pl.DataFrame]] = {}
        self._rows: list[pl.DataFrame] = [pl.DataFrame(schema={"row_tag": pl.Binary, "row_digest": pl.Binary})]
        self.values: dict[str, int] = {}
        self.n_rows: dict[str, int] = {}
        self.last_due: dict[str, date] = {}

    @property
    def buckets(self) -> set[str]:
        """Buckets met so far."""
        return set(self.n_rows)

    def rows(self) -> pl.DataFrame:
        """`row_tag`, `row_digest` of every row with a sealed cell."""
        return pl.concat(self._rows)

    def add(self, batch: pl.DataFrame, found: pl.DataFrame) -> None:
        """Take the custody cells of a batch."""
        known = found["state"] == DECIDED
        decisions = self._plan.rows[found["pos"].filter(known)]
        kept = decisions.select(
            pl.any_horizontal(pl.col(DECISION_PREFIX + c.name).is_in(self._kept) for c in self._plan.columns).alias("k")
        )["k"]
        if not kept.any():
            return
        decisions, batch = decisions.filter(kept), batch.filter(known).filter(kept)
        self._rows.append(found.filter(known).filter(kept).select("row_tag", "row_digest"))
        bucket = decisions.select(pl.col("due_on").dt.strftime("%Y-%m").fill_null(UNDATED).alias("__bucket"))
        due = decisions.select(pl.col("due_on").alias("__due_on"))
        cells = self._cells(batch, decisions)
        for (name,), part in pl.concat([bucket, due, cells], how="horizontal").group_by("__bucket"):
            self._write(str(name), part.drop("__bucket"))

    def close(self) -> None:
        """Finish the files in clear."""
        for writer in self._writers.values():
            writer.close()

    def frozen(self, bucket: str) -> pl.DataFrame | None:
        """Numbers and names of the parents of a bucket's rows."""
        parts = self._numbers.get(bucket)
        if not parts:
            return None
        found = [pl.DataFrame(schema=dict.fromkeys(("column", "number", "name"), pl.String))]
        for (column,), numbers in pl.concat(parts).unique().group_by("column"):
            for r in (r for r in self._plan.relations if r.column == column):
                names = self._parents.get((r.to_source, r.to_table, r.to_column))
                if names is not None:
                    found.append(numbers.join(names, on="number").select("column", "number", "name"))
        return pl.concat(found).unique().sort("column", "number")

    def path(self, bucket: str) -> Path:
        """The file in clear of a bucket."""
        return self._private / f"{bucket}.parquet"

    def _cells(self, batch: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
        """Row key and columns: the custody cells and, so that the row can be named, its key columns."""
        columns, filled = [batch[KEY]], []
        for c in self._plan.columns:
            kept = decisions[DECISION_PREFIX + c.name].is_in(self._kept)
            frame = pl.DataFrame([batch[c.name].alias("v"), kept.alias("k")])
            shown = pl.col("k") | pl.lit(c.name in self._plan.key)
            columns.append(frame.select(pl.when(shown).then("v").alias(c.name))[c.name])
            filled.append(frame.select((pl.col("k") & non_empty(pl.col("v"))).alias(c.name))[c.name])
        n_values = pl.DataFrame(filled).select(pl.sum_horizontal(pl.all()).alias("__values"))["__values"]
        return pl.DataFrame([n_values, *columns])

    def _write(self, bucket: str, part: pl.DataFrame) -> None:
        self.n_rows[bucket] = self.n_rows.get(bucket, 0) + part.height
        self.values[bucket] = self.values.get(bucket, 0) + int(part["__values"].sum())
        part = part.drop("__values")
        last = part["__due_on"].max()
        if isinstance(last, date):
            self.last_due[bucket] = max(last, self.last_due.get(bucket, last))
        table: pa.Table = part.to_arrow(compat_level=pl.CompatLevel.oldest())
        if bucket not in self._writers:
            self._writers[bucket] = pq.ParquetWriter(self.path(bucket), table.schema, compression="zstd")
        self._writers[bucket].write_table(table)
        for r in self._plan.relations:
            if (r.to_source, r.to_table, r.to_column) in self._parents and r.column in part.columns:
                number = normalise.text(pl.col(r.column)).alias("number")
                numbers = part.select(pl.lit(r.column).alias("column"), number).drop_nulls().unique()
                self._numbers.setdefault(bucket, []).append(numbers)


def _seal_bucket(
    clear: _ClearBuckets, bucket: str, name: str, spec: CustodySpec, out: Path, key_for: KeyFor
) -> list[SealedFile]:
    """Seal the clear file of a bucket, and the parents of its rows beside it."""
    plan = clear._plan
    key = key_for(key_purpose(bucket))
    (out / bucket).mkdir(parents=True, exist_ok=True)
    last = clear.last_due.get(bucket)
    due = last.isoformat() if last else ""
    jobs = [(f"{name}.sealed", RECORDS, clear.path(bucket), clear.n_rows[bucket], clear.values[bucket])]
    parents = clear.frozen(bucket)
    if parents is not None and parents.height:
        path = clear.path(f"{bucket}.parents")
        parents.write_parquet(path)
        jobs.append((f"{name}.parents.sealed", PARENTS, path, parents.height, 2 * parents.height))
    files = []
    for file, kind, path, n_rows, values in jobs:
        target = out / bucket / file
        seal_file(path, target, key, sealing_aad(spec.case_id, bucket, file))
        digest = file_digest(target)
        files.append(SealedFile(bucket, file, kind, plan.source, plan.table, n_rows, values, due, digest))
    return files


def _write_parquet(path: Path, frame: pl.DataFrame) -> None:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    write_file(path, buffer.getvalue())

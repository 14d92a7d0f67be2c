"""Parquet files: read as text, rewritten row group by row group with the schema as it was."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bequest.engine.kernels.buffers import Bools
from bequest.kernel.errors import SourceError
from bequest.sources.codes import CONSTRAINT, UNREADABLE
from bequest.sources.file_source import Edit, FileSource
from bequest.sources.source import BATCH_ROWS, ColumnInfo, TableInfo

_WHOLE = 1e15  # up to here a float shows every digit of a whole number


class ParquetFile(FileSource):
    """A Parquet file: one table, named as the source. Structs and lists are shown as JSON text."""

    def _scan(self) -> tuple[TableInfo, ...]:
        with self._opened() as file:
            schema = file.schema_arrow
            columns = tuple(ColumnInfo(f.name, str(f.type), _comment(f), nullable=f.nullable) for f in schema)
            n_rows = file.metadata.num_rows
        if len({c.name for c in columns}) < len(columns):
            raise SourceError(f"{self.path.name}: columns with the same name", hint="Rename them in the export.")
        return (TableInfo(self.name, "", columns, (), n_rows, notes=("no_declared_key",)),)

    def _batches(self, _table: TableInfo, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        with self._opened() as file:
            for batch in file.iter_batches(BATCH_ROWS, columns=list(columns)):
                yield _frame(batch, columns)

    def _write(self, _table: TableInfo, edit: Edit, out: BinaryIO) -> None:
        with self._opened() as file:
            schema = file.schema_arrow
            compression = _compression(file)
            with pq.ParquetWriter(out, schema, compression=compression, version="2.6") as writer:
                for group in range(file.num_row_groups):
                    whole = file.read_row_group(group)
                    kept = [self._edited(batch, edit, schema) for batch in whole.to_batches(BATCH_ROWS)]
                    writer.write_table(pa.Table.from_batches(kept, schema))

    def _edited(self, batch: pa.RecordBatch, edit: Edit, schema: pa.Schema) -> pa.RecordBatch:
        decided = edit.decide(_frame(batch, edit.needs()))
        # a dictionary would be written whole, with the values that have gone: so plain values, encoded anew
        arrays = [a.cast(a.type.value_type) if pa.types.is_dictionary(a.type) else a for a in batch.columns]
        for column, cells in decided.cells.items():
            i = schema.get_field_index(column)
            arrays[i] = self._emptied(arrays[i], schema.field(i), cells)
            arrays[i] = self._put(arrays[i], schema.field(i), cells, decided.new(column))
        stays = pa.array(~decided.gone)
        kept = [_typed(array.filter(stays), field.type) for array, field in zip(arrays, schema, strict=True)]
        return pa.RecordBatch.from_arrays(kept, schema=schema)

    def _emptied(self, array: pa.Array, field: pa.Field, cells: Bools) -> pa.Array:
        if not field.nullable and not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
            raise SourceError(
                f"{self.name}.{field.name} cannot be emptied: its values are of type {field.type} and never null",
                hint="Delete the rows, or let the owner of the file make the column nullable.",
                code=CONSTRAINT,
            )
        kept = pa.array(np.where(cells, -1, np.arange(len(array))), mask=np.asarray(cells))
        taken = array.take(kept)
        return taken if field.nullable else pc.fill_null(taken, pa.scalar("", array.type))

    def _put(self, array: pa.Array, field: pa.Field, cells: Bools, texts: pl.Series) -> pa.Array:
        """The array with these texts in these cells, as values of its type."""
        given = texts.is_not_null()
        if not given.any():
            return array
        try:
            new = texts.drop_nulls().to_arrow().cast(pa.string()).cast(array.type)
        except pa.ArrowInvalid:
            raise SourceError(
                f"{self.name}.{field.name} cannot take the new values: its type is {field.type}",
                hint="Choose another way for the column in the data map; nothing was changed.",
                code=CONSTRAINT,
            ) from None
        at = np.flatnonzero(cells)[given.to_numpy()]
        mask = np.zeros(len(array), np.bool_)
        mask[at] = True
        return pc.replace_with_mask(array, pa.array(mask), new)

    @contextmanager
    def _opened(self) -> Iterator[pq.ParquetFile]:
        if not self.path.stat().st_size:
            raise SourceError(
                f"{self.path.name} is empty", hint="Check the export; remove the source if there is none."
            )
        try:
            with pq.ParquetFile(self.path, pre_buffer=False) as file:  # else all that was read stays in memory
                yield file
        except (pa.ArrowException, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # the disk, not the content: Arrow's own errors have no number
            raise SourceError(
                f"{self.path.name} cannot be read as Parquet",
                hint="The file is not Parquet, is cut off or damaged, or is encrypted: export it again.",
                code=UNREADABLE,
            ) from None


def _typed(array: pa.Array, dtype: pa.DataType) -> pa.Array:
    return array.dictionary_encode().cast(dtype) if pa.types.is_dictionary(dtype) else array


def _comment(field: pa.Field) -> str:
    metadata = field.metadata or {}
    return bytes(metadata.get(b"comment", b"")).decode("utf-8", "replace")


def _compression(file: pq.ParquetFile) -> str:
    if not file.num_row_groups or not file.metadata.num_columns:
        return "zstd"
    name = str(file.metadata.row_group(0).column(0).compression)
    return "none" if name == "UNCOMPRESSED" else name.lower()


def _frame(batch: pa.RecordBatch, columns: Sequence[str]) -> pl.DataFrame:
    if not columns:
        return pl.DataFrame({"": np.zeros(batch.num_rows, np.uint8)})
    frame = pl.from_arrow(batch.select(list(columns)))
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - narrows what from_arrow may return
    return frame.select(_as_text(name, frame.schema[name]) for name in columns)


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    """A column as a person would see it: whole numbers without a fraction, dates in ISO form, bytes in hex."""
    value = pl.col(name)
    if dtype.is_float():
        whole = value.is_finite() & (value == value.round(0)) & (value.abs() < _WHOLE)
        plain = pl.when(whole).then(value).cast(pl.Int64).cast(pl.String)
        return pl.coalesce(plain, value.cast(pl.String)).alias(name)
    if isinstance(dtype, pl.Datetime):
        naive = value.dt.convert_time_zone("UTC") if dtype.time_zone else value
        text = naive.dt.strftime("%Y-%m-%dT%H:%M:%S%.f")
        return (text + "Z" if dtype.time_zone else text).alias(name)
    if dtype == pl.Binary:
        return value.bin.encode("hex")
    if isinstance(dtype, pl.Struct):
        return pl.when(value.is_not_null()).then(value.struct.json_encode()).alias(name)
    if isinstance(dtype, pl.List | pl.Array):
        as_list = value.arr.to_list() if isinstance(dtype, pl.Array) else value
        wrapped = pl.struct(as_list.alias("v")).struct.json_encode()
        return pl.when(value.is_not_null()).then(wrapped.str.slice(5).str.head(-1)).alias(name)
    return value.cast(pl.String)

"""Rows of MariaDB and MySQL as batches of text: by the bulk driver, else by the plain one.

The bulk driver opens a connection of its own, so each read is a snapshot of its own: one table is seen as of one
moment, two tables as of two. Only what cannot fail in it reaches it: text, whole numbers and doubles.
"""

import re
from collections.abc import Iterator, Sequence

import connectorx
import polars as pl
import pyarrow as pa

from bequest.kernel.errors import SourceError
from bequest.sources.mariadb_connect import Server, Use, streaming
from bequest.sources.mariadb_errors import refusal
from bequest.sources.mariadb_inventory import Table
from bequest.sources.mariadb_text import content_expression, quoted, sent, shown
from bequest.sources.row_keys import row_keys
from bequest.sources.source import KEY

_BATCH_BYTES = 128 << 20
_NUMBER = re.compile(r"ERROR (\d{4}) \(")
_CONTENT = "content"


def read_rows(
    server: Server,
    table: Table,
    wanted: Sequence[str],
    key: Sequence[str],
    batch_rows: int,
    *,
    where: str = "",
    is_mariadb: bool = True,
) -> Iterator[pl.DataFrame]:
    """`__key`, then the columns wanted; in the order of the declared key, else of the key given or of the content."""
    key = tuple(key or table.info.key)
    names = list(dict.fromkeys((*wanted, *key)))
    selected = [f"{sent(table.columns[n])} AS c{i}" for i, n in enumerate(names)]
    order = [quoted(n) for n in table.info.key or key]
    if not key:
        content = content_expression(table.kinds([c.name for c in table.info.columns]))
        selected.append(f"{content} AS h")
        order = ["h"]
    query = f"SELECT {', '.join(selected)} FROM {quoted(table.info.name)}{where} ORDER BY {', '.join(order)}"  # noqa: S608
    made = [shown(c, pl.col(f"c{i}")).alias(c.name) for i, c in enumerate(table.kinds(names))]
    equal = _Equal()
    rows = max(min(batch_rows, _BATCH_BYTES // max(2 * table.row_bytes, 1)), 1)
    for part in _batches(server, query, rows, is_mariadb=is_mariadb):
        frame = part.select(made)
        keys = row_keys(frame, key, 0) if key else equal.names(part["h"])
        yield frame.select(keys, *wanted)


class _Equal:
    """Names rows by their content: `<digest>#<which of the equal rows>`; rows must come in the order of the digests."""

    def __init__(self) -> None:
        self._last = ""
        self._seen = 0

    def names(self, digests: pl.Series) -> pl.Series:
        """Row keys of a batch."""
        frame = pl.DataFrame({_CONTENT: digests}).with_columns(pl.int_range(1, pl.len() + 1).over(_CONTENT).alias("n"))
        carried = pl.when(pl.col(_CONTENT) == self._last).then(pl.col("n") + self._seen).otherwise("n")
        frame = frame.with_columns(carried.alias("n"))
        self._last, self._seen = frame.row(-1)
        return frame.select(pl.concat_str(_CONTENT, pl.lit("#"), "n").alias(KEY)).to_series()


def _batches(server: Server, query: str, rows: int, *, is_mariadb: bool) -> Iterator[pl.DataFrame]:
    address = server.bulk_address()
    if address is None:
        yield from _plainly(server, query, rows)
        return
    try:
        reader = connectorx.read_sql(
            address, query, return_type="arrow_stream", batch_size=rows,
            pre_execution_query=server.session(Use.READ, is_mariadb=is_mariadb),
        )  # fmt: skip
        first = next(reader, None)
    except BaseException as error:  # a panic of the driver is no Exception
        number = _driver_error(error)
        if number:
            raise refusal(server.name, number) from None
        reader, first = None, None
    if reader is None:
        yield from _plainly(server, query, rows)
    elif first is not None:
        yield from _rest(server, first, reader)


def _rest(server: Server, first: pa.RecordBatch, reader: pa.RecordBatchReader) -> Iterator[pl.DataFrame]:
    """What follows the first batch; now nothing can be read anew, since rows were handed out."""
    batch: pa.RecordBatch | None = first
    while batch is not None:
        if batch.num_rows:
            yield pl.DataFrame(pl.from_arrow(batch))
        try:
            batch = next(reader, None)
        except BaseException as error:
            raise refusal(server.name, _driver_error(error) or 2013) from None


def _driver_error(error: BaseException) -> int:
    """The server's number of an error in the bulk driver, 0 where it is the driver's own.

    Raises:
        BaseException: what is no error of the driver, such as a signal to stop.
    """
    if isinstance(error, SourceError) or not (isinstance(error, Exception) or "Panic" in type(error).__name__):
        raise error
    found = _NUMBER.search(str(error))
    return int(found[1]) if found else 0


def _plainly(server: Server, query: str, rows: int) -> Iterator[pl.DataFrame]:
    with server.connected() as db, streaming(db, query) as cursor:
        schema = dict.fromkeys((d[0] for d in cursor.description), pl.String)
        while part := cursor.fetchmany(rows):
            yield pl.DataFrame(part, schema=schema, orient="row")

"""Parquet files: values as people see them, schema and compression kept."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bequest.kernel.errors import SourceError
from bequest.model.case import Source, SourceKind
from bequest.sources import KEY, Changes, OpenSource, open_source, parquet

AT = datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001 - the column's type says the zone
SHOWN = {
    "whole number": (pa.array([138]), "138"),
    "float that is whole": (pa.array([13800138000.0]), "13800138000"),
    "float": (pa.array([1.5]), "1.5"),
    "decimal": (pa.array([Decimal("1.50")]), "1.50"),
    "text": (pa.array(["张三"]), "张三"),
    "dictionary": (pa.array(["u"]).dictionary_encode(), "u"),
    "date": (pa.array([date(2026, 1, 2)]), "2026-01-02"),
    "time": (pa.array([time(3, 4)]), "03:04:00"),
    "instant": (pa.array([AT], pa.timestamp("s")), "2026-01-02T03:04:05"),
    "instant in a zone": (pa.array([AT], pa.timestamp("s", "Asia/Shanghai")), "2026-01-02T03:04:05Z"),
    "truth": (pa.array([True]), "true"),
    "bytes": (pa.array([b"\x01\xff"]), "01ff"),
    "list": (pa.array([[1, 2]]), "[1,2]"),
    "struct": (pa.array([{"a": "x", "b": None}]), '{"a":"x","b":null}'),
}


def opened(path: Path, table: pa.Table, **options: object) -> OpenSource:
    pq.write_table(table, path, **options)
    return open_source(Source(name="log", kind=SourceKind.PARQUET, path=path))


def nothing() -> None:
    """A guard that always agrees."""


@pytest.mark.parametrize(("array", "expected"), SHOWN.values(), ids=SHOWN)
def test_a_value_is_shown_as_people_see_it(array: pa.Array, expected: str, tmp_path: Path) -> None:
    table = pa.table({"c": pa.chunked_array([array, pa.nulls(1, array.type)])})
    [frame] = opened(tmp_path / "log.parquet", table).read("log")
    assert frame["c"].to_list() == [expected, None]


def test_schema_comments_compression_and_row_groups_stay(tmp_path: Path) -> None:
    fields = [
        pa.field("id", pa.int64(), nullable=False),
        pa.field("phone", pa.string(), metadata={"comment": "手机"}),
        pa.field("kind", pa.dictionary(pa.int32(), pa.string())),
        pa.field("at", pa.timestamp("ms", "Asia/Shanghai")),
    ]
    schema = pa.schema(fields, metadata={"owner": "shop"})
    kinds = pa.array(["a", "b", "a", "c"]).dictionary_encode()
    table = pa.Table.from_arrays(
        [pa.array([1, 2, 3, 4]), pa.array(["p", "q", "r", "s"]), kinds, pa.array([AT] * 4)], schema=schema
    )
    path = tmp_path / "log.parquet"
    source = opened(path, table, row_group_size=2, compression="zstd")
    assert source.inventory()[0].columns[1].comment == "手机"
    changes = Changes(pl.Series(["2"]), {"phone": pl.Series(["3"]), "kind": pl.Series(["4"])}, key=("id",))
    source.apply("log", changes, guard=nothing)
    after = pq.ParquetFile(path)
    assert after.schema_arrow.equals(schema, check_metadata=True)
    assert after.num_row_groups == 2
    assert after.metadata.row_group(0).column(0).compression == "ZSTD"
    assert after.read().drop_columns(["at"]).to_pydict() == {
        "id": [1, 3, 4],
        "phone": ["p", None, "s"],
        "kind": ["a", "a", None],
    }
    assert "b" not in after.read_row_group(0)["kind"].chunk(0).dictionary.to_pylist()


def test_a_column_that_is_never_null_is_emptied_only_where_it_is_text(tmp_path: Path) -> None:
    schema = pa.schema([pa.field("a", pa.string(), nullable=False), pa.field("n", pa.int64(), nullable=False)])
    source = opened(
        tmp_path / "log.parquet", pa.Table.from_arrays([pa.array(["x", "y"]), pa.array([1, 2])], schema=schema)
    )
    state = source.fingerprint()
    none = pl.Series([], dtype=pl.String)
    with pytest.raises(SourceError, match=r"log\.n cannot be emptied"):
        source.apply("log", Changes(none, {"n": pl.Series(["0"])}, taken_from=state), guard=nothing)
    assert source.fingerprint() == state
    source.apply("log", Changes(none, {"a": pl.Series(["0"])}, taken_from=state), guard=nothing)
    assert [f["a"].to_list() for f in source.read("log")] == [["", "y"]]


@pytest.mark.parametrize("content", [b"PAR1 no parquet PAR1", b"name,phone\n", b"PAR1"], ids=["garbage", "csv", "cut"])
def test_what_is_no_parquet_is_told_so(content: bytes, open_file: Callable[..., OpenSource]) -> None:
    with pytest.raises(SourceError, match="cannot be read as Parquet"):
        open_file(content, SourceKind.PARQUET).inventory()


def test_every_row_may_go(tmp_path: Path) -> None:
    source = opened(tmp_path / "log.parquet", pa.table({"a": ["x", "y"]}))
    changes = Changes(pl.Series(["0", "1"]), taken_from=source.fingerprint())
    assert source.apply("log", changes, guard=nothing).rows_deleted == 2
    assert source.inventory()[0].n_rows == 0
    assert [f.columns for f in source.read("log")] in ([], [[KEY, "a"]])


def test_what_was_read_of_a_large_file_does_not_stay_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(1).bytes(8 << 20)  # nothing in it can be compressed
    texts = pa.array([noise[at : at + 1024].hex() for at in range(0, len(noise), 1024)])
    monkeypatch.setattr(parquet, "BATCH_ROWS", 512)
    source = opened(tmp_path / "log.parquet", pa.table({"c": texts}), row_group_size=512, use_dictionary=False)
    before, most, n = pa.total_allocated_bytes(), 0, 0
    for batch in source.read("log"):
        most = max(most, pa.total_allocated_bytes())
        n += batch.height
    assert n == len(texts)
    assert most - before < 6 << 20

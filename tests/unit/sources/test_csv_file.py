"""CSV files: dialects, encodings, broken records, and rewrites that keep every other byte."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bequest.kernel.errors import SourceError
from bequest.model.case import Source, SourceKind
from bequest.sources import KEY, Changes, OpenSource, open_source
from bequest.sources import encoding as encodings

Opener = Callable[..., OpenSource]

CARDS = 'card,name,note\r\n1,张三,"他说""好"",\r\n再见"\r\n\r\n2,李四,\r\n3,,x'


def frame(source: OpenSource) -> pl.DataFrame:
    return pl.concat(list(source.read("people"))).drop(KEY)


def nothing() -> None:
    """A guard that always agrees."""


@pytest.mark.parametrize(
    ("codec", "declared", "mark"),
    [
        ("utf-8", "", b""),
        ("utf-8", "utf-8", b"\xef\xbb\xbf"),
        ("utf-8", "utf-8-sig", b"\xef\xbb\xbf"),
        ("gb18030", "gb18030", b""),
        ("gb18030", "GBK", b""),
        ("utf-16-le", "utf-16", b"\xff\xfe"),
        ("utf-16-be", "", b"\xfe\xff"),
        ("gb18030", "", b""),
        ("utf-16-le", "", b""),
        ("utf-16-be", "", b""),
    ],
)
def test_encodings_are_read_and_kept_when_rows_leave(codec: str, declared: str, mark: bytes, open_file: Opener) -> None:
    source = open_file(mark + CARDS.encode(codec), SourceKind.CSV, declared)
    assert frame(source).rows() == [("1", "张三", '他说"好",\r\n再见'), ("2", "李四", None), ("3", None, "x")]
    changes = Changes(pl.Series(["2"]), {"name": pl.Series(["1"])}, key=("card",))
    source.apply("people", changes, guard=nothing)
    expected = CARDS.replace("2,李四,\r\n", "").replace("张三", "")
    assert source.raw_paths()[0].read_bytes() == mark + expected.encode(codec)


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(separator: str, line_end: str, open_file: Opener) -> None:
    lines = [separator.join(r) for r in (("a", "b"), ("1", "x"), ("2", "y"))]
    source = open_file((line_end.join(lines) + line_end).encode("gb18030"), SourceKind.CSV, "gb18030")
    assert frame(source).rows() == [("1", "x"), ("2", "y")]
    source.apply("people", Changes(pl.Series(["1"]), key=("a",)), guard=nothing)
    assert source.raw_paths()[0].read_bytes() == (line_end.join([lines[0], lines[2]]) + line_end).encode()


def test_an_emptied_cell_of_a_single_column_is_still_a_record(open_file: Opener) -> None:
    source = open_file(b"a\n1\n2\n", SourceKind.CSV)
    changes = Changes(pl.Series([], dtype=pl.String), {"a": pl.Series(["0"])}, taken_from=source.fingerprint())
    source.apply("people", changes, guard=nothing)
    assert source.raw_paths()[0].read_bytes() == b'a\n""\n2\n'
    assert frame(source).rows() == [("",), ("2",)]


BROKEN = {
    "too few fields": ("a,b\n1,2\n\n3\n5,6\n", "line 4: 1 fields where the header has 2"),
    "several": ("a,b\n1\n2\n3,4\n", r"line 2: 1 fields where the header has 2 \(and 1 more such records\)"),
    "too many fields": ("a,b\n1,2,3\n", "line 2: 3 fields where the header has 2"),
    "quote never closed": ('a,b\n1,2\n3,"x\ny,z\n', "line 3: a quoted field is never closed"),
    "text after a quote": ('a,b\n"1\n"x,2\n', "line 3: text follows the closing quote"),
    "no header at all": ("13800138000,b\n1,2\n", "column 1 of the header is a value"),
    "a NUL byte": ("a,b\n1,\0\n", "line 2, byte offset 6"),
}


@pytest.mark.parametrize(("text", "said"), BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_named_by_its_line_and_never_shown(text: str, said: str, open_file: Opener) -> None:
    source = open_file(text.replace("x", "机密").encode(), SourceKind.CSV)
    with pytest.raises(SourceError, match=said) as caught:
        source.inventory()
    assert "机密" not in caught.value.message + caught.value.hint
    assert caught.value.hint


def test_a_column_without_a_name_is_called_by_its_number(open_file: Opener) -> None:
    assert open_file(b"a,,c\n1,2,3\n", SourceKind.CSV).inventory()[0].column_names() == ("a", "column_2", "c")


WRONG_ENCODING = {
    "gb18030 read as utf-8": ("姓名,b\n张三,2\n".encode("gb18030"), "utf-8", "line 1, byte offset 0", "gb18030"),
    "later line": ("n,b\n1,2\n张三,2\n".encode("gb18030"), "utf-8", "line 3, byte offset 8", "gb18030"),
    "utf-8 declared as gb18030": (("姓名地址\n" * 30).encode(), "gb18030", "is UTF-8", "utf-8"),
    "utf-16 without mark": (
        "name\n1\n".encode("utf-16-le") + "张\n".encode("utf-16-le"),
        "utf-8",
        "line 1, byte offset 1",
        "utf-16",
    ),
    "mark against declaration": (b"\xff\xfea\0", "utf-8", "byte order mark says utf-16", "utf-16"),
    "cut character": ("姓名\n张".encode()[:-1], "utf-8", "line 2, byte offset 7", ""),
    "unknown": (b"a\n", "big5", "not supported", "utf-8"),
}


@pytest.mark.parametrize(("content", "declared", "said", "hint"), WRONG_ENCODING.values(), ids=WRONG_ENCODING)
def test_a_wrong_encoding_is_located_and_one_that_fits_is_named(
    content: bytes, declared: str, said: str, hint: str, open_file: Opener
) -> None:
    source = open_file(content, SourceKind.CSV, declared)
    with pytest.raises(SourceError, match=said) as caught:
        source.inventory()
    assert hint in caught.value.hint


def test_records_across_the_borders_of_blocks(open_file: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(str(i), f'名{i}"引', "行\r\n行" * (i % 3)) for i in range(60)]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([("a", "b", "c"), *rows])
    for size in (7, 64, 333):
        monkeypatch.setattr(encodings, "BLOCK_BYTES", size)
        source = open_file(out.getvalue().encode("gb18030"), SourceKind.CSV, "gb18030")
        assert [tuple(v or "" for v in r) for r in frame(source).rows()] == rows
        source.apply("people", Changes(pl.Series(["7", "8", "59"]), key=("a",)), guard=nothing)
        left = [r for r in rows if r[0] not in {"7", "8", "59"}]
        assert [tuple(v or "" for v in r) for r in frame(source).rows()] == left


def test_the_line_of_a_broken_record_counts_over_blocks(open_file: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "BLOCK_BYTES", 16)
    source = open_file(b"a,b\n" + b"1,2\n" * 20 + b"1\n", SourceKind.CSV)
    with pytest.raises(SourceError, match="line 22"):
        source.inventory()


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=6)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=6),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_it_reads_what_the_standard_library_writes(rows: list, quoting: int, open_file: Opener) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=quoting).writerows([("a", "b"), *rows])  # type: ignore[arg-type]
    source = open_file(out.getvalue().encode(), SourceKind.CSV)
    assert [tuple(v or "" for v in r) for r in frame(source).rows()] == rows
    before = source.raw_paths()[0].read_bytes()
    source.apply("people", Changes(pl.Series([], dtype=pl.String), taken_from=source.fingerprint()), guard=nothing)
    assert source.raw_paths()[0].read_bytes() == before


SHOP = "12号店会员名单,,,\r\n姓名,手机,余额,手机\r\n张三,13800138000,5,\r\n李四,13800138001,7,\n合计,,12,\r\n"


def test_titles_sums_and_doubled_names_are_read_for_what_they_are_and_stay(open_file: Opener) -> None:
    source = open_file(SHOP.encode("gb18030"), SourceKind.CSV)
    [info] = source.inventory()
    assert info.column_names() == ("姓名", "手机", "余额", "手机_2")
    assert set(info.notes) >= {"title_rows", "footer_rows", "renamed_columns", "encoding_gb18030"}
    assert frame(source)["姓名"].to_list() == ["张三", "李四"]
    source.apply("people", Changes(pl.Series(["张三"]), key=("姓名",)), guard=nothing)
    left = source.raw_paths()[0].read_bytes().decode("gb18030")
    assert left == SHOP.replace("张三,13800138000,5,\r\n", "")


def test_a_row_of_sums_that_holds_a_number_of_somebody_is_a_record(open_file: Opener) -> None:
    source = open_file("a,b\n1,2\n合计,13800138000\n".encode(), SourceKind.CSV)
    assert frame(source).rows() == [("1", "2"), ("合计", "13800138000")]


def test_guards_of_a_spreadsheet_are_read_through_and_left_as_they_are(open_file: Opener) -> None:
    text = 'no,phone\n="00123",="13800138000"\n"=""00124""",x\n'
    source = open_file(text.encode(), SourceKind.CSV)
    assert frame(source).rows() == [("00123", "13800138000"), ("00124", "x")]
    source.apply("people", Changes(pl.Series(["00124"]), key=("no",)), guard=nothing)
    assert source.raw_paths()[0].read_bytes() == b'no,phone\n="00123",="13800138000"\n'


def test_header_row_and_merged_header_as_declared(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("导出时间^2026-01-01^\n客户^^金额\n姓名^手机^\n张三^1^2\n", "utf-8")
    spec = Source(name="people", kind=SourceKind.CSV, path=path, separator="^", header_row=2, header_rows=2)
    source = open_source(spec)
    assert source.inventory()[0].column_names() == ("客户 姓名", "客户 手机", "金额")
    assert frame(source).rows() == [("张三", "1", "2")]


def test_utf8_with_a_fault_is_not_taken_for_gb18030(open_file: Opener) -> None:
    source = open_file("姓名,b\n张三丰,2\n".encode() + b"\xd5,3\n", SourceKind.CSV)
    with pytest.raises(SourceError, match="is not utf-8: line 3"):
        source.inventory()


LINE_END = st.sampled_from(["\n", "\r\n", "\r"])
FIELD = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=',"'), max_size=5),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters='\0"'), max_size=5).map(lambda t: f'"{t}"'),
    st.from_regex(r'="0[0-9]{1,4}"', fullmatch=True),
)


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=st.lists(st.tuples(FIELD, FIELD, LINE_END), min_size=1, max_size=8),
    title=st.booleans(),
    sums=st.booleans(),
    codec=st.sampled_from(["utf-8", "gb18030", "utf-16-le", "utf-16-be"]),
    gone=st.sets(st.integers(0, 7)),
    emptied=st.sets(st.integers(0, 7)),
)
def test_a_rewrite_keeps_every_other_byte(
    fields: list, title: bool, sums: bool, codec: str, gone: set[int], emptied: set[int], open_file: Opener
) -> None:
    """Records are cut, cells are cut, and what is left is the old text: line ends, quotes, guards, titles and all."""
    head = ("名单,,\r" if title else "") + "k,a,b\n"
    tail = "合计,,12\n" if sums else ""
    lines = [(str(i), *field) for i, field in enumerate(fields)]
    text = head + "".join(f"{k},{a},{b}{end}" for k, a, b, end in lines) + tail
    source = open_file(text.encode(codec), SourceKind.CSV, codec)
    rows = frame(source).rows()
    assert len(rows) == len(lines)
    filled = {i for i, row in enumerate(rows) if (row[2] or "").strip()}
    keys = pl.Series([str(i) for i in sorted(gone)], dtype=pl.String)
    cells = pl.Series([str(i) for i in sorted(emptied)], dtype=pl.String)
    source.apply("people", Changes(keys, {"b": cells}, key=("k",)), guard=nothing)
    left = head + "".join(
        f"{k},{a},{'' if int(k) in emptied & filled else b}{end}" for k, a, b, end in lines if int(k) not in gone
    )
    assert source.raw_paths()[0].read_bytes() == (left + tail).encode(codec)

"""XLSX workbooks: cells as people see them, damage kept visible, rewrites of plain cells only."""

import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import fastexcel
import openpyxl
import polars as pl
import pytest
import xlsxwriter

from bequest.kernel.errors import SourceError
from bequest.model.case import Source, SourceKind
from bequest.sources import KEY, Changes, OpenSource, open_source

Extra = Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], object]
MIDNIGHT = datetime(2026, 1, 2)  # noqa: DTZ001 - spreadsheets know no zone
HEADER = ("订单号", "电话", "下单时间", "金额", "备注")


def workbook(path: Path, n: int = 6, extra: Extra | None = None, **options: object) -> None:
    with xlsxwriter.Workbook(path, options) as book:
        sheet, moment = book.add_worksheet("订单"), book.add_format({"num_format": "yyyy-mm-dd hh:mm", "bold": True})
        sheet.write_row(0, 0, HEADER)
        for i in range(1, n + 1):
            sheet.write_string(i, 0, f"O{i}")
            if i % 2:
                sheet.write_number(i, 1, 13800138000 + i)
            else:
                sheet.write_string(i, 1, f"138 0013 {i:04}")
            sheet.write_datetime(i, 2, MIDNIGHT + timedelta(hours=i), moment)
            sheet.write_number(i, 3, i * 1.1)
            if i % 3:
                sheet.write_string(i, 4, f'<{i}> & "张三"\n_x000D_')
        other = book.add_worksheet("其他")
        other.write_row(0, 0, ["shared", '<1> & "张三"\n_x000D_'])
        if extra:
            extra(book, sheet)


def opened(path: Path, sheet: str = "订单") -> OpenSource:
    return open_source(Source(name="orders", kind=SourceKind.XLSX, path=path, sheet=sheet))


def frame(source: OpenSource, table: str = "orders") -> pl.DataFrame:
    return pl.concat(list(source.read(table))).drop(KEY)


def nothing() -> None:
    """A guard that always agrees."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.xlsx"


def test_cells_are_read_as_people_see_them(path: Path) -> None:
    workbook(path)
    rows = frame(opened(path)).rows()
    assert rows[0] == ("O1", "13800138001", "2026-01-02T01:00:00", "1.1", '<1> & "张三"\n_x000D_')
    assert rows[1][1] == "138 0013 0002"
    assert rows[2][3:] == ("3.3", None)


def test_another_reader_sees_the_same_texts(path: Path) -> None:
    workbook(path, 40, constant_memory=True)  # with inline strings instead of shared ones
    ours = frame(opened(path))
    theirs = fastexcel.read_excel(path).load_sheet("订单", dtypes="string").to_polars()
    dates = pl.col("下单时间").str.replace("T", " ")
    assert ours.with_columns(dates).drop("金额").equals(theirs.drop("金额"))


NUMBERS = {
    "identity number, rounded": (110101199001011234, "110101199001011000"),
    "with an exponent inside": (1.38e20, "138000000000000000000"),
    "fraction": (0.1 + 0.2, "0.3"),
    "small": (1e-7, "0.0000001"),
    "negative": (-5.5, "-5.5"),
    "whole": (15, "15"),
}


@pytest.mark.parametrize(("number", "expected"), NUMBERS.values(), ids=NUMBERS)
def test_numbers_have_the_digits_a_spreadsheet_keeps(number: float, expected: str, path: Path) -> None:
    workbook(path, 1, lambda _, sheet: sheet.write_number(1, 4, number))
    assert frame(opened(path))["备注"].to_list() == [expected]


def test_dates_times_truth_and_rich_text(path: Path) -> None:
    def extra(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        day, clock = book.add_format({"num_format": 14}), book.add_format({"num_format": "[h]:mm:ss"})
        sheet.write_number(1, 4, 46024, day)
        sheet.write_number(2, 4, 0.5, clock)
        sheet.write_boolean(3, 4, True)
        sheet.write_rich_string(4, 4, "张", book.add_format({"bold": True}), "三 ", "x")
        sheet.write_number(5, 4, 12, book.add_format({"num_format": '0.0 "yd"'}))

    workbook(path, 5, extra)
    assert frame(opened(path))["备注"].to_list() == ["2026-01-02", "12:00:00", "true", "张三 x", "12"]


def test_rows_and_cells_leave_and_everything_else_stays(path: Path) -> None:
    workbook(path)
    before = parts(path)
    source = opened(path)
    changes = Changes(
        pl.Series(["O2", "O4"]), {"电话": pl.Series(["O1", "O6"]), "备注": pl.Series(["O1", "O3"])}, key=("订单号",)
    )
    applied = source.apply("orders", changes, guard=nothing)
    assert (applied.rows_deleted, dict(applied.cells_emptied)) == (2, {"电话": 2, "备注": 1})
    book = openpyxl.load_workbook(path)
    rows = [[c.value for c in row] for row in book["订单"].iter_rows()]
    assert [r[0] for r in rows] == ["订单号", "O1", "O3", "O5", "O6"]
    assert [r[1] for r in rows[1:]] == [None, 13800138003, 13800138005, None]
    assert book["订单"]["C3"].font.bold
    assert book["订单"].dimensions == "A1:E5"
    after = parts(path)
    assert {n for n in before if before[n] != after[n]} == {"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"}
    assert b"138 0013 0002" not in after["xl/sharedStrings.xml"]
    # the other sheet still shows the text that one row here had too
    assert [[c.value for c in row] for row in book["其他"].iter_rows()] == [["shared", '<1> & "张三"\n_x000D_']]


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {n: archive.read(n) for n in archive.namelist()}


REFUSED: dict[str, tuple[Extra, str]] = {
    "formula": (lambda _, s: s.write_formula(9, 0, "=1+1"), "formulas in sheet 订单"),
    "formula in another sheet": (
        lambda b, _: b.worksheets()[1].write_formula(9, 0, "=订单!B2"),
        "formulas in sheet 其他",
    ),
    "merged cells": (lambda _, s: s.merge_range(9, 0, 9, 2, "x"), "mergeCells"),
    "comment": (lambda _, s: s.write_comment(1, 1, "hi"), "comments1.xml"),
    "link": (lambda _, s: s.write_url(9, 0, "mailto:a@example.com"), "hyperlinks"),
    "choice list": (
        lambda _, s: s.data_validation(1, 1, 3, 1, {"validate": "list", "source": ["a"]}),
        "dataValidations",
    ),
    "chart": (lambda b, s: s.insert_chart("H2", b.add_chart({"type": "line"})) or s, "drawing"),
    "name": (lambda b, _: b.define_name("Buyers", "=订单!$B$2:$B$6"), "defined names"),
    "filter in use": (lambda _, s: (s.autofilter(0, 0, 6, 4), s.filter_column(0, "x == O1")), "an active filter"),
}


@pytest.mark.parametrize(("extra", "said"), REFUSED.values(), ids=REFUSED)
def test_a_workbook_of_more_than_plain_cells_is_read_but_not_cut(extra: Extra, said: str, path: Path) -> None:
    def with_chart_data(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        extra(book, sheet)
        for chart in book.charts:
            chart.add_series({"values": "=订单!$D$2:$D$6"})

    workbook(path, extra=with_chart_data)
    source = opened(path)
    state = source.fingerprint()
    assert frame(source).height >= 6
    with pytest.raises(SourceError, match=said) as caught:
        source.apply("orders", Changes(pl.Series(["0"]), taken_from=state), guard=nothing)
    assert "as a whole" in caught.value.hint
    assert source.fingerprint() == state


def test_a_plain_filter_range_shrinks_with_the_sheet(path: Path) -> None:
    workbook(path, extra=lambda _, s: s.autofilter(0, 0, 6, 4))
    source = opened(path)
    source.apply("orders", Changes(pl.Series(["O1", "O2"]), key=("订单号",)), guard=nothing)
    assert openpyxl.load_workbook(path)["订单"].auto_filter.ref == "A1:E5"


def test_sheets_are_tables_when_none_is_declared(path: Path) -> None:
    workbook(path)
    tables = {i.name: (i.n_rows, i.why_not_scanned) for i in opened(path, "").inventory()}
    assert tables == {"订单": (6, ""), "其他": (0, "")}
    tables = {i.name: (i.n_rows, i.why_not_scanned) for i in opened(path).inventory()}
    assert tables == {"orders": (6, ""), "其他": (0, "sheet_not_declared")}


def test_blank_rows_columns_and_missing_names(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("s")
        sheet.write_row(2, 1, ["a", "b"])
        sheet.write_row(3, 1, ["1", "2", "", "extra"])
        sheet.write_row(6, 1, ["3", " "])
    source = opened(path, "")
    [info] = source.inventory()
    assert (info.column_names(), info.n_rows) == (("a", "b", "column_5"), 2)
    assert "blank_rows" in info.notes
    source.apply("orders", Changes(pl.Series(["1"]), key=("a",)), guard=nothing)
    assert frame(source).rows() == [("3", " ")]


def test_a_missing_sheet_is_told_with_those_there_are(path: Path) -> None:
    workbook(path)
    with pytest.raises(SourceError, match="no sheet 客户") as caught:
        opened(path, "客户").inventory()
    assert "订单, 其他" in caught.value.hint


def test_names_with_a_namespace_prefix(path: Path) -> None:
    workbook(path)
    content = parts(path)
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with zipfile.ZipFile(path, "w") as archive:
        for name, raw in content.items():
            if name.endswith(("sheet1.xml", "sharedStrings.xml")):
                raw = raw.replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"<x:?", b"<?")
                raw = raw.replace(b'xmlns="' + main, b'xmlns:x="' + main)
            archive.writestr(name, raw)
    source = opened(path)
    before = frame(source)
    assert before.row(0)[0] == "O1"
    source.apply("orders", Changes(pl.Series(["O1"]), {"电话": pl.Series(["O2"])}, key=("订单号",)), guard=nothing)
    assert frame(source)["订单号"].to_list() == ["O2", "O3", "O4", "O5", "O6"]
    assert openpyxl.load_workbook(path)["订单"]["B2"].value is None


UNUSABLE = {
    "password": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "password"),
    "old binary kind": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "old binary kind"),
    "no archive": (b"name,phone\n", "no XLSX file"),
    "cut off": (b"PK\x03\x04" + bytes(40), "no XLSX file"),
    "empty": (b"", "is empty"),
}


@pytest.mark.parametrize(("content", "said"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_cannot_be_read_is_told_with_the_way_out(content: bytes, said: str, path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(SourceError, match=said) as caught:
        opened(path).inventory()
    assert caught.value.hint


def test_an_archive_without_its_parts_is_damaged(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    with pytest.raises(SourceError, match="is missing"):
        opened(path).inventory()

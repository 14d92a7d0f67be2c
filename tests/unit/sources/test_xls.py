"""Workbooks that are read but never cut: old ones and protected ones; they go or stay as a whole."""

import io
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxwriter
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile

from bequest.kernel.errors import InputError, SourceError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source, SourceKind
from bequest.sources import KEY, Changes, OpenSource, open_source

ROWS = [("K1", "张三", "13800138001"), ("K2", "李四", "13800138002")]


def nothing() -> None:
    """A guard that always agrees."""


def xls(path: Path, *, hidden: bool = False) -> OpenSource:
    book = xlwt.Workbook()
    sheet = book.add_sheet("客户")
    for i, row in enumerate((("会员名单",), ("编号", "姓名", "手机"), *ROWS, ("合计", "", 2))):
        for j, value in enumerate(row):
            sheet.write(i, j, value)
    if hidden:
        other = book.add_sheet("隐藏")
        other.visibility = 1
        other.write(0, 0, "编号")
        other.write(1, 0, "K9")
    book.save(str(path))
    return open_source(Source(name="people", kind=SourceKind.XLS, path=path))


def protected(path: Path, password: str) -> None:
    plain = io.BytesIO()
    with xlsxwriter.Workbook(plain, {"in_memory": True}) as book:
        sheet = book.add_worksheet("客户")
        for i, row in enumerate((("编号", "姓名", "手机"), *ROWS)):
            sheet.write_row(i, 0, row)
    plain.seek(0)
    with path.open("wb") as out:
        OOXMLFile(plain).encrypt(password, out)


def frame(source: OpenSource, table: str = "people") -> pl.DataFrame:
    return pl.concat(list(source.read(table))).drop(KEY)


def test_an_old_workbook_is_read_with_its_title_and_sums_told(tmp_path: Path) -> None:
    source = xls(tmp_path / "a.xls")
    [info] = source.inventory()
    assert info.column_names() == ("编号", "姓名", "手机")
    assert set(info.notes) >= {"title_rows", "footer_rows"}
    assert frame(source).rows() == ROWS
    assert source.sample("people", 1).height == 1


def test_hidden_sheets_are_read_and_told(tmp_path: Path) -> None:
    source = xls(tmp_path / "a.xls", hidden=True)
    assert [(i.name, "hidden_sheet" in i.notes) for i in source.inventory()] == [("客户", False), ("隐藏", True)]
    assert frame(source, "隐藏").rows() == [("K9",)]


def test_it_goes_as_a_whole_once_every_table_went_and_is_gone_for_good(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    source = xls(path, hidden=True)
    source.apply("客户", Changes(pl.Series(["K1", "K2"]), key=("编号",)), guard=nothing)
    with pytest.raises(SourceError, match="while tables of it stay: 隐藏"):
        source.clean(nothing)
    assert path.exists()
    source.apply("隐藏", Changes(pl.Series(["0"]), taken_from=source.fingerprint()), guard=nothing)
    assert source.clean(nothing).actions == ("unlinked",)
    assert not path.exists()
    again = open_source(Source(name="people", kind=SourceKind.XLS, path=path), may_be_gone=True)
    assert (again.inventory(), list(again.read("客户")), again.fingerprint()) == ((), [], "")
    assert again.clean(nothing).actions == ("unlinked",)
    with pytest.raises(SourceError, match="does not exist"):
        open_source(Source(name="people", kind=SourceKind.XLS, path=path))


@pytest.mark.parametrize(("gone", "emptied"), [(["K1"], []), (["K1", "K2"], ["K1"]), ([], ["K2"])])
def test_no_row_and_no_cell_leaves_alone(tmp_path: Path, gone: list[str], emptied: list[str]) -> None:
    source = xls(tmp_path / "a.xls")
    state = source.fingerprint()
    cells = {"手机": pl.Series(emptied, dtype=pl.String)}
    changes = Changes(pl.Series(gone, dtype=pl.String), cells, key=("编号",))
    with pytest.raises(SourceError, match="no row can be cut out") as caught:
        source.apply("people", changes, guard=nothing)
    assert "张三" not in caught.value.message
    assert source.fingerprint() == state


def test_numbers_that_lost_their_last_digits_are_seen_as_damaged(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("客户")
    for i, value in enumerate(("证件号", 110101199003074514, 110101199003071234)):
        sheet.write(i, 0, value)
    book.save(str(tmp_path / "a.xls"))
    source = open_source(Source(name="people", kind=SourceKind.XLS, path=tmp_path / "a.xls"))
    assert all(v.endswith("000") for v in frame(source)["证件号"])


def test_a_protected_workbook_is_read_in_memory_and_goes_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    protected(path, "a secret")
    spec = Source(name="people", kind=SourceKind.XLSX, path=path, password="env:P")
    source = open_source(spec, Secrets({"P": "a secret"}))
    assert frame(source).rows() == ROWS
    assert [p.name for p in tmp_path.iterdir()] == ["a.xlsx"]
    assert getattr(source, "why_whole") == "protected"  # noqa: B009 - of files only
    source.apply("people", Changes(pl.Series(["K1", "K2"]), key=("编号",)), guard=nothing)
    source.clean(nothing)
    assert not path.exists()


WRONG = {
    "none": ("", {}, "is protected by a password", "password = "),
    "another": ("env:P", {"P": "guess"}, "does not open it", "Correct what"),
    "nowhere": ("env:P", {}, "is not set or empty", "Set P"),
}


@pytest.mark.parametrize(("reference", "environ", "said", "hint"), WRONG.values(), ids=WRONG)
def test_passwords_that_do_not_open_it(
    tmp_path: Path, reference: str, environ: dict[str, str], said: str, hint: str
) -> None:
    path = tmp_path / "a.xlsx"
    protected(path, "a secret")
    with pytest.raises(InputError, match=said) as caught:
        open_source(
            Source(name="people", kind=SourceKind.XLSX, path=path, password=reference), Secrets(environ)
        ).inventory()
    assert hint in caught.value.hint
    assert "guess" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)])
def test_what_is_no_workbook_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        open_source(Source(name="people", kind=SourceKind.XLS, path=path)).inventory()
    assert caught.value.hint


def test_a_merged_header_of_two_rows_is_joined(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("客户")
        sheet.write(0, 0, "导出")
        sheet.merge_range(1, 0, 1, 1, "联系人")
        sheet.write(1, 2, "金额")
        sheet.write_row(2, 0, ["姓名", "手机"])
        sheet.write_row(3, 0, ["张三", "13800138000", "5"])
    spec = Source(name="people", kind=SourceKind.XLSX, path=path, header_row=2, header_rows=2)
    source = open_source(spec)
    assert source.inventory()[0].column_names() == ("联系人 姓名", "联系人 手机", "金额")
    assert frame(source).rows() == [("张三", "13800138000", "5")]


def test_titles_and_sums_of_a_plain_sheet_stay_when_rows_are_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("客户")
        sheet.set_row(3, None, None, {"hidden": True})
        for i, row in enumerate((["12号店名单"], ["编号", "姓名", "手机"], *ROWS, ["合计", "", "2"])):
            sheet.write_row(i, 0, row)
    source = open_source(Source(name="people", kind=SourceKind.XLSX, path=path))
    assert frame(source).rows() == ROWS
    assert set(source.inventory()[0].notes) >= {"title_rows", "footer_rows", "hidden_rows_or_columns"}
    source.apply("people", Changes(pl.Series(["K1"]), key=("编号",)), guard=nothing)
    left = [[c.value for c in row] for row in openpyxl.load_workbook(path)["客户"].iter_rows()]
    assert left == [["12号店名单", None, None], ["编号", "姓名", "手机"], list(ROWS[1]), ["合计", None, "2"]]

"""An export of what somebody else holds: files of one pattern, each a table of one source."""

from pathlib import Path

import polars as pl
import pytest
import xlwt

from bequest.kernel.errors import SourceError
from bequest.model.case import Source, SourceKind
from bequest.sources import KEY, Changes, OpenSource, open_source
from bequest.steps.destroy.verifier.reading import read_rows
from bequest.steps.destroy.verifier.task import Task


def nothing() -> None:
    """A guard that always agrees."""


def spec(folder: Path) -> Source:
    return Source(name="market", kind=SourceKind.HELD_ELSEWHERE, path=folder / "ex-*", owner="x")


def opened(folder: Path) -> OpenSource:
    (folder / "ex-a.csv").write_text("no,name\n1,张三\n2,李四\n", "utf-8")
    (folder / "ex-b.jsonl").write_text('{"no": "7", "name": "王五"}\n', "utf-8")
    book = xlwt.Workbook()
    for name in ("s1", "s2"):
        sheet = book.add_sheet(name)
        for i, row in enumerate((("no", "name"), ("9", "赵六"))):
            for j, value in enumerate(row):
                sheet.write(i, j, value)
    book.save(str(folder / "ex-c.xls"))
    return open_source(spec(folder))


def frame(source: OpenSource, table: str) -> list[tuple[str, ...]]:
    return pl.concat(list(source.read(table))).drop(KEY).rows()


def test_every_file_is_a_table_and_every_sheet_one_behind_its_name(tmp_path: Path) -> None:
    source = opened(tmp_path)
    assert [i.name for i in source.inventory()] == ["ex-a", "ex-b", "ex-c.s1", "ex-c.s2"]
    assert frame(source, "ex-a") == [("1", "张三"), ("2", "李四")]
    assert frame(source, "ex-c.s2") == [("9", "赵六")]
    assert source.sample("ex-b", 5).height == 1
    with pytest.raises(SourceError, match="no table nothing"):
        source.read("nothing")


def test_rows_leave_the_file_they_are_in_and_no_other(tmp_path: Path) -> None:
    source = opened(tmp_path)
    others = [(tmp_path / n).read_bytes() for n in ("ex-b.jsonl", "ex-c.xls")]
    state = source.fingerprint()
    source.apply("ex-a", Changes(pl.Series(["0"]), taken_from=state), guard=nothing)
    assert (tmp_path / "ex-a.csv").read_text("utf-8") == "no,name\n2,李四\n"
    assert [(tmp_path / n).read_bytes() for n in ("ex-b.jsonl", "ex-c.xls")] == others
    with pytest.raises(SourceError, match="has changed since"):
        source.apply("ex-b", Changes(pl.Series(["0"]), taken_from=state), guard=nothing)


def test_a_workbook_in_it_goes_as_a_whole(tmp_path: Path) -> None:
    source = opened(tmp_path)
    for table in ("ex-c.s1", "ex-c.s2"):
        source.apply(table, Changes(pl.Series(["9"]), key=("no",)), guard=nothing)
    assert "unlinked" in source.clean(nothing).actions
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["ex-a.csv", "ex-b.jsonl"]


def test_the_verifier_reads_the_same_tables_on_its_own(tmp_path: Path) -> None:
    source = opened(tmp_path)
    task = Task((spec(tmp_path),), (), bytes(32), lambda blocks: blocks)
    seen: dict[str, int] = {}
    for rows in read_rows(spec(tmp_path), task):
        seen[rows.table] = seen.get(rows.table, 0) + len(rows.names)
    assert seen == {i.name: i.n_rows for i in source.inventory()}


def test_no_file_and_files_of_unknown_kinds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no file fits"):
        open_source(spec(tmp_path))
    (tmp_path / "ex-a.doc").write_text("x")
    with pytest.raises(SourceError, match="of no kind that can be read"):
        open_source(spec(tmp_path))
    (tmp_path / "ex-a.doc").unlink()
    for ending in ("csv", "tsv"):
        (tmp_path / f"ex-a.{ending}").write_text("a\n1\n")
    with pytest.raises(SourceError, match="differ by their ending only"):
        open_source(spec(tmp_path))

"""The working directory: private, replaced whole, told apart by table."""

import json
import os
import stat
from pathlib import Path

import polars as pl
import pytest

import bequest.app.workspace
from bequest.app.workspace import TableFile, Workspace, parquet_bytes
from bequest.kernel.errors import StateError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    before = os.umask(0)  # the most careless of all settings
    try:
        return Workspace(tmp_path / "home", "acme-2026")
    finally:
        os.umask(before)


def test_every_directory_is_private_whatever_the_umask(workspace: Workspace) -> None:
    before = os.umask(0)
    try:
        deep = workspace.dir("work", "a", "b")
    finally:
        os.umask(before)
    cases = workspace.root.parent
    for path in [cases, workspace.root, *workspace.root.rglob("*"), deep]:
        assert mode(path) == 0o700, path.relative_to(cases)


def test_the_same_directory_twice_is_one(workspace: Workspace) -> None:
    (workspace.dir("work") / "x").write_text("kept")
    assert (Workspace(workspace.root.parents[1], "acme-2026").dir("work") / "x").read_text() == "kept"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a.b", "c"), ("a", "b.c")),
        (("a", "b/c"), ("a", "b%2Fc")),
        (("a", "B"), ("a", "b")),
        (("a", "../../x"), ("a", "x")),
        (("a", "订单" * 60), ("a", "订单" * 60 + "二")),
        (("a", ""), ("a", ".")),
    ],
)
def test_every_table_has_a_file_of_its_own_below_the_case(workspace: Workspace, one, other) -> None:
    paths = [workspace.table_file("index", *table) for table in (one, other)]
    assert paths[0] != paths[1]
    for path in paths:
        assert path.parent == workspace.root / "work" / "index"
        workspace.write(path, pl.DataFrame({"x": [1]}))
        assert workspace.read(path, "link")["x"].to_list() == [1]


def test_the_demos_names_are_readable(workspace: Workspace) -> None:
    assert workspace.table_file("index", "crm", "customers").name == "crm.customers.parquet"


def test_a_frame_is_replaced_whole_and_nothing_lies_about(workspace: Workspace) -> None:
    path = workspace.table_file("index", "crm", "customers")
    workspace.write(path, pl.DataFrame({"x": [1, 2]}))
    path.with_name(path.name + ".part").write_bytes(b"cut off by a crash")
    workspace.write(path, pl.DataFrame({"x": [3]}))
    assert workspace.read(path, "link")["x"].to_list() == [3]
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_column_comes_in_parts_of_bounded_size(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bequest.app.workspace, "_ROWS_AT_ONCE", 3)
    frames = [pl.DataFrame({"t": [b"a", None]}), pl.DataFrame({"t": [b"b"] * 5}), pl.DataFrame({"t": [b"c"]})]
    batches, whole = workspace.dir("work") / "batches.parquet", workspace.dir("work") / "whole.parquet"
    workspace.write_batches(batches, frames)
    workspace.write(whole, pl.concat(frames))
    for path in (batches, whole):
        file = TableFile(path)
        parts = list(file.parts("t"))
        assert (file.columns, file.height) == (["t"], 8)
        assert pl.concat(parts).equals(pl.concat(frames)["t"])
        assert max(len(p) for p in parts) <= 3


def test_a_frame_that_is_not_there_names_the_step_that_writes_it(workspace: Workspace) -> None:
    with pytest.raises(StateError, match=r"crm\.x\.parquet is not there yet") as caught:
        workspace.read(workspace.table_file("index", "crm", "x"), "link")
    assert caught.value.hint == "Run `bequest link` first."


def test_json_is_replaced_whole_and_keeps_chinese(workspace: Workspace) -> None:
    path = workspace.dir("work") / "x.json"
    workspace.write_json(path, {"b": 1, "a": "订单"})
    workspace.write_json(path, {"b": 2, "a": "订单"})
    assert json.loads(path.read_text(encoding="utf-8")) == {"a": "订单", "b": 2}
    assert "订单" in path.read_text(encoding="utf-8")
    assert list(path.parent.glob("*.part")) == []


def test_a_json_value_that_cannot_be_written_leaves_the_old_one(workspace: Workspace) -> None:
    path = workspace.dir("work") / "x.json"
    workspace.write_json(path, 1)
    with pytest.raises(TypeError):
        workspace.write_json(path, object())
    assert json.loads(path.read_text()) == 1


def test_what_a_crash_left_in_the_private_directory_is_wiped_at_the_next_use(workspace: Workspace) -> None:
    (workspace.dir("tmp") / "left").write_text("in clear")
    (workspace.dir("tmp", "deep") / "left").write_text("in clear")
    with workspace.private_tmp() as tmp:
        assert mode(tmp) == 0o700
        assert list(tmp.iterdir()) == []
        (tmp / "new").write_text("in clear")
    assert not (tmp / "new").exists()


def test_the_private_directory_is_wiped_after_a_failure_too(workspace: Workspace) -> None:
    def fails() -> None:
        with workspace.private_tmp() as tmp:
            (tmp / "new").write_text("in clear")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert not (workspace.root / "tmp" / "new").exists()


def test_a_frame_in_pieces_is_one_parquet_file() -> None:
    frame = pl.DataFrame({"a": ["x", None, "长"] * 1_000, "b": range(3_000)})
    pieces = list(parquet_bytes(frame.iter_slices(700)))
    assert len(pieces) == 6
    assert all(pieces)
    assert pl.read_parquet(b"".join(pieces)).equals(frame)
    assert pl.read_parquet(b"".join(parquet_bytes([frame.clear()]))).equals(frame.clear())

"""Opening sources, and the rehearsal marker."""

from pathlib import Path

import pytest

from bequest.kernel.errors import SourceError
from bequest.model.case import Source, SourceKind
from bequest.sources import open_source
from bequest.sources.marker import write_folder_marker, write_table_marker
from bequest.sources.opening import FILES, SERVERS


def test_every_kind_of_source_has_an_opener() -> None:
    others = {SourceKind.FILE, SourceKind.HELD_ELSEWHERE}  # kept or gone as a whole; files of other kinds
    assert set(FILES) | set(SERVERS) | others == set(SourceKind)


@pytest.mark.parametrize("kind", FILES)
def test_a_missing_file_or_a_folder_is_told_with_its_path(kind: SourceKind, tmp_path: Path) -> None:
    for path, said in ((tmp_path / "none.x", "does not exist"), (tmp_path, "is a folder")):
        with pytest.raises(SourceError, match=said) as caught:
            open_source(Source(name="crm", kind=kind, path=path))
        assert str(path) in caught.value.message
        assert caught.value.exit_code == 2


def test_an_empty_text_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.touch()
    with pytest.raises(SourceError, match="is empty"):
        open_source(Source(name="a", kind=SourceKind.CSV, path=path))


def test_a_folder_marker_speaks_for_one_case_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")
    source = open_source(Source(name="a", kind=SourceKind.CSV, path=path))
    assert not source.marker("demo-e5")
    write_folder_marker(tmp_path, "demo-e5")
    assert source.marker("demo-e5")
    assert not source.marker("demo-e2")
    (tmp_path / ".bequest-rehearsal").write_bytes(b"\xff not json")
    assert not source.marker("demo-e5")


def test_a_table_marker_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    for _ in range(2):
        write_table_marker(path, "demo-e5")
    source = open_source(Source(name="a", kind=SourceKind.SQLITE, path=path))
    assert source.marker("demo-e5")
    assert source.inventory() == ()

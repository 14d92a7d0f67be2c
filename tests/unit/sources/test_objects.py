"""Objects of whole stores: listed without their names, their text looked through where there is any."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from bequest.kernel.errors import SourceError
from bequest.model.case import Source, SourceKind
from bequest.sources.marker import write_folder_marker
from bequest.sources.objects import list_objects, object_id, object_paths

PHONE = "13900139000"


def tag(message: bytes) -> bytes:
    return hashlib.sha256(b"key" + message).digest()


def spec(path: Path) -> Source:
    return Source(name="docs", kind=SourceKind.FILE, path=path)


def test_a_file_a_folder_and_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.pdf", "b.pdf", "sub/c.txt", ".hidden"):
        (tmp_path / name).write_text(name)
    write_folder_marker(tmp_path, "a-case")
    assert list(object_paths(spec(tmp_path))) == [".hidden", "a.pdf", "b.pdf", "sub/c.txt"]
    assert list(object_paths(spec(tmp_path / "*.pdf"))) == ["a.pdf", "b.pdf"]
    assert list(object_paths(spec(tmp_path / "a.pdf"))) == ["a.pdf"]
    with pytest.raises(SourceError, match="no file at its path"):
        list_objects(spec(tmp_path / "*.doc"), tag)


def test_no_name_of_a_file_is_in_what_is_told_of_it(tmp_path: Path) -> None:
    (tmp_path / f"张三-{PHONE}.pdf").write_bytes(b"%PDF-1.4 x")
    [found] = list_objects(spec(tmp_path), tag)
    assert PHONE not in repr(found)
    assert "张三" not in repr(found)
    assert found.id == object_id(f"张三-{PHONE}.pdf", tag)
    assert found.id != object_id(f"张三-{PHONE}.pdf", lambda m: hashlib.sha256(b"other" + m).digest())


def test_text_is_counted_and_what_cannot_be_looked_at_is_said(tmp_path: Path) -> None:
    (tmp_path / "1.txt").write_text(f"{PHONE} a@example.com 12{PHONE}34", "utf-8")
    (tmp_path / "2.pdf").write_bytes(b"%PDF-1.4\n" + PHONE.encode())
    (tmp_path / "3.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    with zipfile.ZipFile(tmp_path / "4.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{PHONE}.txt", f"x {PHONE}\n" * 3)
        archive.writestr("b.txt", "nothing")
    (tmp_path / "5.zip").write_bytes((tmp_path / "4.zip").read_bytes()[:-40])
    found = list_objects(spec(tmp_path), tag)
    assert [(o.form, o.values, o.n_members, o.is_searched) for o in found] == [
        ("txt", 2, 0, True), ("pdf", 1, 0, False), ("png", 0, 0, False), ("zip", 4, 2, True), ("zip", 2, 0, False),
    ]  # fmt: skip


def test_an_identifier_that_two_blocks_share_counts_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text(f"{PHONE}\n" * 200)
    for size in (140, 333, 1024):
        monkeypatch.setattr("bequest.sources.objects._PIECE", size)
        assert list_objects(spec(tmp_path), tag)[0].values == 200

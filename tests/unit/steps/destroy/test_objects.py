"""Whole objects: sealed and unlinked only as they were decided on, any number of times; the verifier's look at them."""

import hashlib
from pathlib import Path

import pytest

from bequest.crypto.sealing import read_sealed
from bequest.model.case import Source, SourceKind, WholeFate
from bequest.model.destruction import Finding
from bequest.model.disposition import Residue
from bequest.model.whole import WholeObject, WholeStore
from bequest.steps.destroy.custody_bucket import sealing_aad
from bequest.steps.destroy.objects import Place, keep_objects, seal_objects, sums_of, unlink_objects
from bequest.steps.destroy.verifier.objects import Expected, first_look, second_look

KEY = bytes(range(32))
RESIDUES = {WholeFate.UNLINKED: Residue.DELETE, WholeFate.CUSTODY: Residue.CUSTODY, WholeFate.KEPT: Residue.IN_USE}


def nothing() -> None:
    """A guard that always agrees."""


class KilledError(Exception):
    """A run is killed here."""


def place(folder: Path, fate: WholeFate, n: int = 3) -> Place:
    folder.mkdir(exist_ok=True)
    objects, paths = [], {}
    for i in range(n):
        path = folder / f"{i}.txt"
        if not path.exists() and not (folder / "begun").exists():
            path.write_text(f"content {i}")
        content = f"content {i}".encode()
        objects.append(WholeObject(f"o{i}", "txt", len(content), hashlib.sha256(content).hexdigest(), 2))
        if path.exists():
            paths[f"o{i}"] = path
    (folder / "begun").touch()
    return Place(WholeStore("docs", fate, RESIDUES[fate], "某所", "理由", tuple(objects)), paths)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_killed_while_unlinking_and_run_again_it_ends_the_same(tmp_path: Path, n: int) -> None:
    calls = 0

    def killed() -> None:
        nonlocal calls
        calls += 1
        if calls == n:
            raise KilledError

    folder, journal = tmp_path / "docs", tmp_path / "journal.json"
    with pytest.raises(KilledError):
        unlink_objects(place(folder, WholeFate.UNLINKED), journal, frozenset(), killed)
    again = place(folder, WholeFate.UNLINKED)
    done = unlink_objects(again, journal, frozenset(), nothing)
    assert (len(done.gone), len(done.left)) == (3, 0)
    t = sums_of(again.store, done)
    assert (t.rows_before, t.rows_after, t.before, t.deleted, t.difference) == (3, 0, 6, 6, 0)


def test_what_changed_or_was_taken_away_since_the_mark_is_left_and_reported(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    here = place(folder, WholeFate.UNLINKED)
    (folder / "0.txt").write_text("changed")
    (folder / "1.txt").unlink()
    here = Place(here.store, {k: p for k, p in here.paths.items() if p.exists()} | {"o9": folder / "begun"})
    done = unlink_objects(here, tmp_path / "journal.json", frozenset(), nothing)
    assert ([o.id for o in done.left], [o.id for o in done.gone], done.new) == (["o0", "o1"], ["o2"], 1)
    assert (folder / "0.txt").exists()
    assert sums_of(here.store, done).difference == 0


def test_nothing_is_unlinked_that_is_not_sealed_where_the_law_keeps_it(tmp_path: Path) -> None:
    here = place(tmp_path / "docs", WholeFate.CUSTODY)
    done = unlink_objects(here, tmp_path / "journal.json", frozenset({"o1"}), nothing)
    assert [o.id for o in done.gone] == ["o1"]
    assert (tmp_path / "docs" / "0.txt").exists()


def test_objects_are_sealed_once_and_open_again(tmp_path: Path) -> None:
    here = place(tmp_path / "docs", WholeFate.CUSTODY)
    first = seal_objects(here, "a-case", tmp_path / "custody", KEY, nothing)
    assert first == seal_objects(here, "a-case", tmp_path / "custody", KEY, nothing)
    sealed = tmp_path / "custody" / "whole-docs" / "o1.sealed"
    assert read_sealed(sealed, KEY, sealing_aad("a-case", "whole-docs", "o1.sealed")) == b"content 1"


def test_what_stays_becomes_read_only(tmp_path: Path) -> None:
    here = place(tmp_path / "docs", WholeFate.KEPT)
    done = keep_objects(here, nothing)
    assert not done.left
    assert not here.paths["o0"].stat().st_mode & 0o222
    assert sums_of(here.store, done).in_use == 6


def looked(tmp_path: Path, *, goes: bool) -> Finding:
    spec = Source(name="docs", kind=SourceKind.FILE, path=tmp_path / "docs")
    [result] = second_look(tmp_path, [spec], KEY, {"docs": Expected(3, goes)})
    return result.finding


def test_the_verifier_finds_a_copy_under_another_name(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    place(folder, WholeFate.UNLINKED)
    (folder / "begun").unlink()
    spec = Source(name="docs", kind=SourceKind.FILE, path=folder)
    first_look(tmp_path, [spec], KEY)
    for path in list(folder.iterdir()):
        path.unlink()
    assert looked(tmp_path, goes=True) is Finding.CLEAR
    (folder / "notes.bak").write_text("content 1")
    assert looked(tmp_path, goes=True) is Finding.RESIDUE
    assert b"content" not in (tmp_path / "objects.json").read_bytes()


def test_the_verifier_misses_what_should_have_stayed(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    place(folder, WholeFate.KEPT)
    (folder / "begun").unlink()
    first_look(tmp_path, [Source(name="docs", kind=SourceKind.FILE, path=folder)], KEY)
    assert looked(tmp_path, goes=False) is Finding.AS_PLANNED
    (folder / "2.txt").write_text("other content")
    assert looked(tmp_path, goes=False) is Finding.NOT_SEARCHED


def test_what_the_verifier_did_not_see_before_was_not_searched(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    first_look(tmp_path, [Source(name="docs", kind=SourceKind.FILE, path=folder)], KEY)
    assert looked(tmp_path, goes=True) is Finding.NOT_SEARCHED

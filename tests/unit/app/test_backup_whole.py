"""A whole home without its keys goes into one encrypted file and comes back; no restore forks a log."""

import shutil
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from tests.unit.store.samples import CASE, T0

from bequest.app import backup_whole
from bequest.app.backup_whole import Restored, restore_whole, write_whole_backup
from bequest.app.context import Context, open_context
from bequest.app.evidence import open_log, publish, record
from bequest.cli.main import main
from bequest.crypto.age import decrypt_stream, encrypt_stream, generate_identity
from bequest.evidence.event_types import EventType
from bequest.kernel.errors import InputError, StateError

KEY = generate_identity()


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    (tmp_path / "backup.age").write_text(KEY.secret)
    return tmp_path / "backup.age"


def happen(ctx: Context, key: str) -> int:
    with ctx.store.transaction() as tx:
        record(ctx, tx, CASE.id, EventType.ACCESS_READ, key, at=T0)
    return publish(ctx, CASE.id)


def log_size(ctx: Context) -> int:
    with open_log(ctx, CASE.id) as log:
        return log.size


def saved(ctx: Context, path: Path) -> Path:
    assert write_whole_backup(ctx, path, [KEY.recipient]) == path.stat().st_size
    return path


def names(path: Path) -> list[str]:
    plain = BytesIO()
    with path.open("rb") as sealed:
        decrypt_stream(sealed, plain, [KEY.secret])
    plain.seek(0)
    with tarfile.open(fileobj=plain) as tar:
        return tar.getnames()


def keys_back(old: Path, new: Path) -> None:
    """What whoever holds the keys does."""
    shutil.copy(old / "master.key", new / "master.key")
    for folder in (old / "cases").glob("*/keys"):
        shutil.copytree(folder, new / folder.relative_to(old), dirs_exist_ok=True)


def test_it_holds_everything_but_keys_and_comes_back(ctx: Context, identity: Path, tmp_path: Path) -> None:
    happen(ctx, "1")
    long = ctx.workspace(CASE.id).dir("work") / ("t" * 180 + ".parquet")
    long.write_bytes(b"work")
    (ctx.workspace(CASE.id).dir("work") / "half.parquet.part").write_bytes(b"half")
    file = saved(ctx, tmp_path / "whole.backup")
    held = names(file)
    assert {"control.jsonl", f"cases/{CASE.id}/log/signed"} <= {*held}
    assert not [n for n in held if "/keys/" in n or n.endswith((".part", "master.key", "lock"))]
    home = tmp_path / "new"
    restored = restore_whole(home, file, identity)
    assert restored == Restored(restored.rows, len(held) - 1, (CASE.id,))
    assert not (home / ".restore").exists()
    assert (home / long.relative_to(ctx.home)).read_bytes() == b"work"
    assert (home / "cases").stat().st_mode & 0o077 == 0
    keys_back(ctx.home, home)
    back = open_context(home)
    assert log_size(back) == log_size(ctx)
    size = happen(back, "2")  # the log goes on
    with open_log(back, CASE.id) as log:
        assert log.checkpoint is not None
        assert log.checkpoint.size == size == log_size(ctx) + 1
    back.store.close()


def test_an_older_backup_never_forks_a_log_whose_newer_head_is_known(
    ctx: Context, identity: Path, tmp_path: Path
) -> None:
    happen(ctx, "1")
    file = saved(ctx, tmp_path / "old.backup")
    happen(ctx, "2")
    newer = tmp_path / "newer.checkpoint"  # what a witness or the other side was given
    shutil.copy(ctx.workspace(CASE.id).dir("log") / "checkpoint", newer)
    with pytest.raises(StateError, match="would make a second history") as refusal:
        restore_whole(tmp_path / "new", file, identity, heads=[newer])
    assert "newer backup" in refusal.value.hint
    assert not list((tmp_path / "new").rglob("*.parquet"))
    ctx.store.close()
    with pytest.raises(StateError, match="second history"):  # the home itself remembers
        restore_whole(ctx.home, file, identity)
    assert restore_whole(tmp_path / "unaware", file, identity).files  # who knows of nothing newer cannot be warned


def test_a_backup_of_another_history_is_refused(ctx: Context, identity: Path, tmp_path: Path) -> None:
    file = saved(ctx, tmp_path / "common.backup")
    restore_whole(tmp_path / "twin", file, identity)
    keys_back(ctx.home, tmp_path / "twin")
    twin = open_context(tmp_path / "twin")
    happen(twin, "other")
    happen(ctx, "one")
    head = tmp_path / "twin.checkpoint"
    shutil.copy(twin.workspace(CASE.id).dir("log") / "checkpoint", head)
    twin.store.close()
    with pytest.raises(StateError, match="another history"):
        restore_whole(tmp_path / "new", saved(ctx, tmp_path / "one.backup"), identity, heads=[head])


def test_nothing_is_overwritten(ctx: Context, identity: Path, tmp_path: Path) -> None:
    happen(ctx, "1")
    file = saved(ctx, tmp_path / "whole.backup")
    ctx.store.close()
    with pytest.raises(StateError, match="has files of case"):
        restore_whole(ctx.home, file, identity)
    home = tmp_path / "new"
    home.mkdir(mode=0o700)
    shutil.copytree(ctx.workspace(CASE.id).dir("keys"), home / "cases" / CASE.id / "keys")  # keys may come first
    assert restore_whole(home, file, identity).files
    with pytest.raises(StateError):
        restore_whole(home, file, identity)


def test_the_commands(
    ctx: Context, identity: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    happen(ctx, "1")
    head = ctx.workspace(CASE.id).dir("log") / "checkpoint"
    monkeypatch.setenv("BEQUEST_LANG", "en")
    file, new = str(tmp_path / "b.age"), str(tmp_path / "new")
    for words in (
        ["--home", str(ctx.home), "backup", file, "--to", KEY.recipient, "--whole"],
        ["--home", new, "restore", file, "--identity", str(identity), "--whole", "--earlier", str(head)],
    ):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 0, capsys.readouterr()
    assert f"cases {CASE.id}. Put master.key" in " ".join(capsys.readouterr().out.split())


def test_a_step_at_work_is_waited_for_and_then_said(
    ctx: Context, identity: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = iter(range(100))
    plain: Callable[..., None] = encrypt_stream

    def busy(*arguments: object) -> None:
        happen(ctx, f"meanwhile-{next(count)}")
        plain(*arguments)

    monkeypatch.setattr(backup_whole, "encrypt_stream", busy)
    with pytest.raises(StateError, match="a step is at work"):
        write_whole_backup(ctx, tmp_path / "busy.backup", [KEY.recipient])
    assert not (tmp_path / "busy.backup").exists()
    assert next(count) == 3


def test_a_damaged_or_foreign_backup_restores_nothing(ctx: Context, identity: Path, tmp_path: Path) -> None:
    good = saved(ctx, tmp_path / "whole.backup").read_bytes()
    bad = tmp_path / "bad.backup"
    evil = BytesIO()
    with tarfile.open(fileobj=evil, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("cases/../../outside"), BytesIO())
    sealed = BytesIO()
    encrypt_stream(BytesIO(evil.getvalue()), sealed, [KEY.recipient])
    for data in (good[:-20], good[:-20] + bytes(20), b"x", sealed.getvalue()):
        bad.write_bytes(data)
        with pytest.raises(InputError):
            restore_whole(tmp_path / "new", bad, identity)
        assert not (tmp_path / "new" / "cases").exists()
        assert not (tmp_path / "new" / ".restore").exists()
    with pytest.raises(InputError, match="is no checkpoint"):
        restore_whole(tmp_path / "new", tmp_path / "whole.backup", identity, heads=[identity])


def test_a_damaged_log_in_a_backup_is_noticed(ctx: Context, identity: Path, tmp_path: Path) -> None:
    happen(ctx, "1")
    [entries] = [p for p in (ctx.workspace(CASE.id).dir("log") / "tile" / "entries").rglob("*") if p.is_file()]
    entries.write_bytes(entries.read_bytes()[:-1] + b"?")
    with pytest.raises(StateError, match="damaged"):
        restore_whole(tmp_path / "new", saved(ctx, tmp_path / "whole.backup"), identity)

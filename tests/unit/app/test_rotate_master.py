"""A new master key: all keys open under it and none under the old one, whatever was killed in between."""

import json
import os
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.app.fake_vault import TOKEN, FakeVault
from tests.unit.store.samples import CASE, REAL_CASE

from bequest.app.console.accounts import add_account, open_totp
from bequest.app.context import Context, NoHooks, open_context
from bequest.app.home_master import MASTER, HomeMaster
from bequest.app.rotate_master import NEXT, give_up, rotate_master
from bequest.app.split_master import join_master, split_master
from bequest.cli.main import main
from bequest.crypto.keys import FileKeyProvider
from bequest.crypto.masters import master_id
from bequest.evidence.event_types import EventType
from bequest.kernel.errors import InputError, LeaseError, StateError

POINTS = ("rotate.made", "rotate.intended", "rotate.prepared", "rotate.committed", "rotate.settled")


def command(*words: str) -> object:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as ended:
        main([*words])
    return ended.value.code


def keys_of(ctx: Context) -> dict[str, bytes]:
    providers = {folder: ctx.master.keys(folder) for folder in ctx.master.folders()}
    return {f"{f.parent.name}/{p}": keys.get(p) for f, keys in providers.items() for p in keys.live()}


def said(ctx: Context, case_id: str) -> list[tuple[str, str, bool]]:
    """(type, id of the master key, abandoned) of what the log has."""
    with ctx.store.transaction() as tx:
        events = [e for e in tx.outbox.all(case_id) if e.typ.startswith("key.rewrap")]
    assert all(e.published_index is not None for e in events)
    return [(e.typ, e.event_id.partition(":")[2], bool(e.payload["counts"])) for e in events]


def under_old(ctx: Context, old: bytes) -> list[str]:
    """Keys that the old master key still opens."""
    opened = []
    for folder in ctx.master.folders():
        provider = FileKeyProvider(folder, old)
        for purpose in provider.live():
            try:
                provider.get(purpose)
                opened.append(purpose)
            except InputError:
                pass
    return opened


def test_every_key_opens_under_the_new_one_and_none_under_the_old(ctx: Context, tmp_path: Path) -> None:
    account = add_account(ctx, CASE.id, CASE.people[0].id)
    old, kept = ctx.master.read(), keys_of(ctx)
    shares = split_master(ctx.home, tmp_path / "shares", need=2, of=2)
    done = rotate_master(ctx)
    new = ctx.master.read()
    assert (done.holder, done.id, done.keys) == ("file", master_id(new), len(kept))
    assert new != old
    assert keys_of(ctx) == kept
    assert "home/home" in kept
    assert under_old(ctx, old) == []
    assert not (ctx.home / NEXT).exists()
    assert not list(ctx.home.rglob("*.next"))
    for case in (CASE, REAL_CASE):
        assert said(ctx, case.id) == [(f"key.rewrap.{w}", done.id, False) for w in ("intent", "outcome")]
    with ctx.store.transaction() as tx:
        record = tx.accounts.get(account.name)
    assert record is not None
    assert open_totp(ctx, account.name, record.totp_sealed) == account.totp_secret
    with pytest.raises(StateError, match="another master key"):
        join_master(ctx.home, shares)
    ctx.master.path.unlink()
    with pytest.raises(StateError, match="sealed under another master key"):
        join_master(ctx.home, shares)


class KilledAt(NoHooks):
    """The process dies at a boundary, as by SIGKILL: nothing behind it runs, no block is left in order."""

    def __init__(self, point: str, nth: int) -> None:
        self.point, self.left = point, nth

    def at(self, case_id: str, point: str) -> None:
        if point == self.point:
            self.left -= 1
            if not self.left:
                os._exit(9)


def killed(home: Path, point: str, nth: int = 1, holder: Path | None = None) -> None:
    child = os.fork()
    if not child:
        try:
            rotate_master(open_context(home, hooks=KilledAt(point, nth), environ={"VAULT_TOKEN": TOKEN}), holder)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 9, f"{point} was not reached"


@pytest.mark.parametrize(
    ("point", "nth"),
    [
        *((point, 1) for point in POINTS),
        ("rotate.prepared", 2), ("outbox.after_publish", 1), ("outbox.after_publish", 2), ("outbox.after_publish", 3),
    ],
)  # fmt: skip
def test_a_change_that_was_killed_leaves_every_key_readable_and_is_finished(ctx: Context, point: str, nth: int) -> None:
    old, kept = ctx.master.read(), keys_of(ctx)
    ctx.store.close()
    killed(ctx.home, point, nth)
    with closing(open_context(ctx.home).store):
        again = open_context(ctx.home)
        assert keys_of(again) == kept
        done = rotate_master(again)
        assert keys_of(again) == kept
        assert under_old(again, old) == []
        assert not list(again.home.rglob("*.next"))
        for case in (CASE, REAL_CASE):
            assert said(again, case.id) == [(f"key.rewrap.{w}", done.id, False) for w in ("intent", "outcome")]
        again.store.close()


def test_a_key_made_or_destroyed_between_a_kill_and_the_end_is_not_lost(ctx: Context) -> None:
    ctx.store.close()
    killed(ctx.home, "rotate.prepared", 2)
    again = open_context(ctx.home)
    keys = again.keys(CASE.id)
    made = keys.create("custody/2036-12")
    keys.destroy("verifier")
    rotate_master(again)
    assert again.keys(CASE.id).get("custody/2036-12") == made
    with pytest.raises(StateError, match="destroyed"):
        again.keys(CASE.id).get("verifier")
    assert not list(again.home.rglob("verifier.[kn]*"))
    again.store.close()


def test_a_change_to_a_holder_that_is_lost_can_be_taken_back(ctx: Context, tmp_path: Path) -> None:
    with pytest.raises(StateError, match="no change of the master key is under way"):
        give_up(ctx)
    old, kept = ctx.master.read(), keys_of(ctx)
    ctx.store.close()
    file = tmp_path / "vault.toml"
    with closing(FakeVault()) as vault:
        settings = f'kind = "vault"\naddress = "{vault.address}"\nkey = "bequest"\ntoken = "env:VAULT_TOKEN"\n'
        file.write_text(settings)
        killed(ctx.home, "rotate.prepared", 1, file)
    again = open_context(ctx.home, environ={"VAULT_TOKEN": TOKEN})
    with pytest.raises(StateError, match="cannot be reached"):
        rotate_master(again)
    (tmp_path / "plain.toml").write_text('kind = "file"\n')
    with pytest.raises(StateError, match="to a holder of kind vault was cut off"):
        rotate_master(again, tmp_path / "plain.toml")
    assert give_up(again).given_up
    assert (again.master.read(), keys_of(again)) == (old, kept)
    assert not list(again.home.rglob("*.next"))
    assert [(kind, bad) for kind, _, bad in said(again, CASE.id)] == [
        ("key.rewrap.intent", False), ("key.rewrap.outcome", True),
    ]  # fmt: skip
    assert rotate_master(again).keys == len(kept)
    again.store.close()


def test_the_master_key_moves_to_a_vault_and_back(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = keys_of(ctx)
    ctx.store.close()
    file, plain, home = tmp_path / "vault.toml", tmp_path / "plain.toml", str(ctx.home)
    plain.write_text('kind = "file"\n')
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    with closing(FakeVault()) as vault:
        file.write_text(f'kind = "vault"\naddress = "{vault.address}"\nkey = "bequest"\ntoken = "env:VAULT_TOKEN"\n')
        assert command("--home", home, "key", "rotate", "--holder", str(file)) == 0
        held = json.loads((ctx.home / MASTER).read_text())
        assert held["wrapped"]
        assert TOKEN not in (ctx.home / MASTER).read_text()
        assert command("--home", home, "key", "show") == 0
        shown = capsys.readouterr().out
        assert "kind = vault" in shown
        assert TOKEN not in shown
        opened = open_context(ctx.home, environ=os.environ)
        assert keys_of(opened) == kept
        opened.store.close()
        assert command("--home", home, "key", "split", "--out", str(tmp_path / "shares")) == 0
        vault.sealed = True
        assert command("--home", home, "key", "show") == 3
        vault.sealed = False
        shutil.copytree(ctx.home, tmp_path / "copy")
        assert command("--home", home, "key", "rotate", "--holder", str(plain)) == 0
    assert keys_of(Context(ctx.home, ctx.store)) == kept
    # the vault is gone for good: the shares open the copy of the home that it held
    (tmp_path / "copy" / MASTER).unlink()
    shares = [str(p) for p in sorted((tmp_path / "shares").iterdir())[:2]]
    assert command("--home", str(tmp_path / "copy"), "key", "join", *shares) == 0
    assert HomeMaster(tmp_path / "copy").read()


def test_no_key_is_made_while_the_master_key_is_changed(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bequest.app.home_master.WAIT_SECONDS", 0.0)
    keys, other = ctx.keys(CASE.id), Context(ctx.home, ctx.store)
    with other.master.alone(), pytest.raises(LeaseError, match="makes keys or changes the master key"):
        keys.create("custody/2036-12")
    rotate_master(other)
    with pytest.raises(StateError, match="changed meanwhile"):
        keys.create("custody/2036-12")
    assert ctx.keys(CASE.id).create("custody/2036-12")


def test_it_waits_for_no_step_at_work(ctx: Context) -> None:
    with ctx.store.transaction() as tx:
        tx.leases.acquire(CASE.id, "discover", "another-host/1", ctx.system.now(), 120)
    with pytest.raises(StateError, match="step 'discover' of case"):
        rotate_master(ctx)
    assert not (ctx.home / NEXT).exists()
    assert EventType.KEY_REWRAP_INTENT not in {kind for kind, *_ in said(ctx, CASE.id)}


@pytest.mark.parametrize(
    ("text", "why"),
    [("kind =", "is no TOML"), ("kind = 1", "is a text in quotes"), ('kind = "usb"', "no key holder of kind 'usb'")],
)
def test_a_file_of_a_holder_that_cannot_be_used_changes_nothing(
    ctx: Context, tmp_path: Path, text: str, why: str
) -> None:
    (tmp_path / "h.toml").write_text(text)
    before = ctx.master.read()
    with pytest.raises(InputError, match=why):
        rotate_master(ctx, tmp_path / "h.toml")
    assert ctx.master.read() == before
    assert not (ctx.home / NEXT).exists()

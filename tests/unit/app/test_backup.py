"""Backups of the control database, and the way back: same engine, other engine, wrong key, damage, not empty."""

from pathlib import Path

import pytest
from tests.control_databases import SETTING, give_back, new_control_database
from tests.servers import Postgres
from tests.unit.app.app_cases import T0
from tests.unit.store.samples import CASE, REAL_CASE, a_policy

from bequest.app.backup import restore_backup, write_backup
from bequest.app.context import Context, open_context, step
from bequest.cli.main import main
from bequest.crypto.age import generate_identity
from bequest.kernel.errors import BequestError, InputError, StateError
from bequest.store.boot import open_store
from bequest.store.repositories import Store

KEY = generate_identity()
CARD = bytes(range(256))


@pytest.fixture
def ctx(ctx_on_both: Context) -> Context:
    """With a bit of everything."""
    with step(ctx_on_both, CASE.id, "discover") as run:
        run.counts["rows"] = 3
    with ctx_on_both.store.transaction() as tx:
        tx.policies.add(CASE.id, a_policy(), T0)
        tx.settings.set("log_domain", "例.example", T0)
        tx.portal.put_cards(CASE.id, [("a" * 32, CARD)], opens_until=T0, at=T0)
    return ctx_on_both


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    path = tmp_path / "backup.age"
    path.write_text(f"# made for a test\n{KEY.secret}\n")
    return path


@pytest.fixture
def saved(ctx: Context, tmp_path: Path) -> Path:
    path = tmp_path / "control.backup"
    assert write_backup(ctx, path, [KEY.recipient]) == path.stat().st_size
    return path


def content(store: Store) -> list[str]:
    with store.transaction() as tx:
        return list(tx.copies.lines())


def put_back(ctx: Context, saved: Path, identity: Path, home: Path, url: str) -> None:
    restore_backup(home, saved, identity, database_url=url)
    store = open_store(home, url)
    assert content(store) == content(ctx.store)
    assert len(content(store)) > 20
    with store.transaction() as tx:
        assert [c.case for c in tx.cases.list()] == [CASE, REAL_CASE]
        assert tx.settings.get("log_domain") == "例.example"
        card = tx.portal.card("a" * 32)
        assert card is not None
        assert card.sealed == CARD
        run = tx.steps.start(CASE.id, "link", "", T0)  # numbers go on after those that came back
        assert run.run_number == 1
        tx.settings.set("other", 1, T0)
        assert tx.leases.acquire(CASE.id, "discover", "new", tx.leases.now(T0), 60) == 2
    store.close()


def test_a_backup_comes_back_into_a_file(ctx: Context, saved: Path, identity: Path, tmp_path: Path) -> None:
    put_back(ctx, saved, identity, tmp_path / "new", "")


def test_a_backup_comes_back_onto_a_server(
    ctx: Context, saved: Path, identity: Path, tmp_path: Path, postgres: Postgres
) -> None:
    url = new_control_database(postgres)
    put_back(ctx, saved, identity, tmp_path / "new", url)
    give_back(postgres, url)


def test_a_backup_shows_nothing_and_is_for_its_owner_only(saved: Path) -> None:
    text = saved.read_bytes()
    assert text.startswith(b"age-encryption.org/v1")
    assert CASE.id.encode() not in text
    assert saved.stat().st_mode & 0o077 == 0


def test_a_database_with_cases_is_not_overwritten(ctx: Context, saved: Path, identity: Path, control_url: str) -> None:
    before = content(ctx.store)
    with pytest.raises(StateError, match="has cases already"):
        restore_backup(ctx.home, saved, identity, database_url=control_url)
    assert content(ctx.store) == before


@pytest.mark.parametrize("control_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("damage", ["cut", "altered", "other key", "no backup"])
def test_a_backup_that_cannot_be_used_leaves_nothing(saved: Path, identity: Path, tmp_path: Path, damage: str) -> None:
    text = saved.read_bytes()
    saved.write_bytes({"cut": text[:-20], "altered": text[:-20] + bytes(20), "no backup": b"x"}.get(damage, text))
    if damage == "other key":
        identity.write_text(generate_identity().secret)
    with pytest.raises(InputError, match="cannot be opened"):
        restore_backup(tmp_path / "new", saved, identity)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("control_url", ["sqlite"], indirect=True)
def test_a_copy_of_another_version_or_without_its_end_is_refused(ctx: Context, tmp_path: Path) -> None:
    lines = content(ctx.store)
    store = open_store(tmp_path / "new")
    wrong: list[tuple[type[BequestError], list[str]]] = [
        (InputError, lines[:-1]),
        (InputError, [*lines[:-2], lines[-1]]),
        (InputError, [*lines, lines[-1]]),
        (InputError, [lines[0], "[1", lines[-1]]),
        (InputError, [lines[0], '["store_case", 1]', lines[-1]]),
        (InputError, []),
        (StateError, [lines[0].replace("0001", "0099"), *lines[1:]]),
    ]
    for error, some in wrong:
        with pytest.raises(error), store.transaction() as tx:
            tx.copies.put_back(some)
    assert len(content(store)) == 2
    store.close()


@pytest.mark.parametrize("control_url", ["sqlite"], indirect=True)
def test_the_commands(
    ctx: Context, identity: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BEQUEST_LANG", "en")
    monkeypatch.delenv(SETTING, raising=False)
    file = tmp_path / "b.age"
    for words in (
        ["--home", str(ctx.home), "backup", str(file), "--to", KEY.recipient],
        ["--home", str(tmp_path / "new"), "restore", str(file), "--identity", str(identity)],
    ):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 0, capsys.readouterr()
    assert "rows restored" in capsys.readouterr().out
    assert [c.case.id for c in _cases(tmp_path / "new")] == [CASE.id, REAL_CASE.id]


def _cases(home: Path):
    ctx = open_context(home)
    with ctx.store.transaction() as tx:
        found = tx.cases.list()
    ctx.store.close()
    return found

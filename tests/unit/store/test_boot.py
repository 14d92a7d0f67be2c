"""Opening a home: private, migrated once, many at a time."""

import inspect
import stat
from pathlib import Path

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.db import connections
from tests.unit.store.samples import CASE, ORGANISATION, T0, later, start_python

from bequest.kernel.errors import GuardError, InputError, StateError
from bequest.store.boot import open_store
from bequest.store.drift import missing_migrations
from bequest.store.repositories import DATABASE_NAME, Store
from bequest.store.transaction import Tx
from bequest.store.unit import Unit


def test_home_and_files_are_private(tmp_path: Path) -> None:
    store = open_store(tmp_path / "a" / "home")
    with store.transaction() as tx:
        tx.cases.add(CASE, organisation=ORGANISATION, at=T0)
        modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in store.home.iterdir()}
    assert stat.S_IMODE(store.home.stat().st_mode) == 0o700
    assert {"control.db", "control.db-wal", "control.db-shm"} <= modes.keys()
    assert set(modes.values()) == {0o600}


def test_an_open_directory_of_ours_is_closed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    home.chmod(0o755)
    open_store(home)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_an_open_directory_of_somebody_else_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "letter.txt").write_text("x")
    with pytest.raises(GuardError, match="open to other users"):
        open_store(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["letter.txt"]


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x")
    with pytest.raises(InputError, match="cannot be used"):
        open_store(tmp_path / "home")


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / DATABASE_NAME).write_text("no database " * 200)
    with pytest.raises(InputError, match="not a control database"):
        open_store(tmp_path)
    assert (tmp_path / DATABASE_NAME).read_text().startswith("no database")


def test_a_database_of_a_newer_version_is_refused(empty: Store, control_url: str) -> None:
    with connections[empty._alias].cursor() as raw:
        raw.execute("insert into django_migrations (app, name, applied) values ('store', '0099_later', '2030-01-01')")
    empty.close()
    with pytest.raises(StateError, match=r"newer version.*0099_later"):
        open_store(empty.home, control_url)


@pytest.mark.parametrize("control_url", ["sqlite"], indirect=True)
def test_the_file_is_durable_and_waits_for_locks(store: Store) -> None:
    with store.transaction(), connections[store._alias].cursor() as cursor:
        pragmas = {}
        for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout"):
            cursor.execute(f"PRAGMA {name}")
            pragmas[name] = cursor.fetchone()[0]
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 30_000,
    }


def test_opening_again_finds_what_was_written(store: Store, control_url: str) -> None:
    store.close()
    again = open_store(store.home, control_url)
    with again.transaction() as tx:
        assert tx.cases.get(CASE.id).case == CASE


def test_several_homes_are_open_at_once_and_do_not_mix(tmp_path: Path) -> None:
    one, two = open_store(tmp_path / "one"), open_store(tmp_path / "two")
    with one.transaction() as tx, two.transaction() as other:
        tx.cases.add(CASE, organisation=ORGANISATION, at=T0)
        assert other.cases.list() == ()
    with two.transaction() as tx:
        assert tx.cases.list() == ()
    with one.transaction() as tx:
        assert [c.case.id for c in tx.cases.list()] == [CASE.id]


def test_two_processes_open_a_new_home_together(tmp_path: Path, control_url: str) -> None:
    code = (
        "import sys; from pathlib import Path; from bequest.store.boot import open_store\n"
        "from bequest.store.settings import database_url\n"
        "with open_store(Path(sys.argv[1]), database_url()).transaction() as tx: print(len(tx.cases.list()))"
    )
    both = [start_python(code, tmp_path / "home") for _ in range(2)]
    ends = [p.communicate(timeout=60) for p in both]
    assert ends == [("0\n", ""), ("0\n", "")]


def test_what_raises_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.transaction() as tx:  # noqa: PT012 - the whole block is undone
        tx.outbox.append(CASE.id, "e1", "case.opened", {}, T0)
        tx.cases.set_clock(CASE.id, later(days=1))
        raise RuntimeError
    with store.transaction() as tx:
        assert tx.outbox.all(CASE.id) == ()
        assert tx.cases.get(CASE.id).clock_at is None


def test_a_nested_transaction_is_refused_and_the_outer_one_goes_on(store: Store) -> None:
    with store.transaction() as tx:
        with pytest.raises(StateError, match="open already"), store.transaction():
            pass
        tx.outbox.append(CASE.id, "e1", "case.opened", {}, T0)
    with store.transaction() as tx:
        assert len(tx.outbox.all(CASE.id)) == 1


def test_a_reading_writes_nothing_and_the_next_transaction_does(store: Store) -> None:
    with pytest.raises(StateError), store.reading() as tx:
        tx.outbox.append(CASE.id, "e1", "case.opened", {}, T0)
    with store.reading() as tx:
        assert tx.outbox.all(CASE.id) == ()
    with store.transaction() as tx:
        tx.outbox.append(CASE.id, "e1", "case.opened", {}, T0)
    with store.reading() as tx:
        assert len(tx.outbox.all(CASE.id)) == 1
        with pytest.raises(StateError, match="open already"), store.reading():
            pass


def test_a_setting_of_the_case_goes_before_that_of_the_home(store: Store) -> None:
    with store.transaction() as tx:
        tx.settings.set("x", 1, T0)
        assert tx.settings.get("x", 0, case_id=CASE.id) == 1
        tx.settings.set("x", 2, T0, case_id=CASE.id)
        assert tx.settings.get("x", 0, case_id=CASE.id) == 2
        assert tx.settings.get("x", 0) == 1
        assert tx.settings.get("y", 0, case_id=CASE.id) == 0


def test_a_transaction_that_is_over_cannot_be_used(store: Store) -> None:
    with store.transaction() as tx:
        pass
    with pytest.raises(StateError, match="transaction is over"):
        tx.cases.list()


def test_instants_without_zone_are_a_fault_of_the_program(store: Store) -> None:
    with store.transaction() as tx, pytest.raises(ValueError, match="time zone"):
        tx.outbox.append(CASE.id, "e1", "case.opened", {}, T0.replace(tzinfo=None))


def test_no_migration_is_missing() -> None:
    assert missing_migrations() == ()


def test_a_changed_model_without_migration_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apps.get_model("store", "Case")._meta.get_field("status"), "max_length", 7)
    assert missing_migrations() == ("Alter field status on case",)


def test_django_finds_no_fault_with_the_models() -> None:
    assert run_checks() == []


UNSCOPED = {"people", "settings", "copies", "accounts", "attempts", "visits", "tokens", "factors"}
WITHOUT_CASE = {
    ("cases", "list"),
    ("leases", "now"),
    ("portal", "card"),  # a link's secret is all a visitor has; which case it is stands on the card
    ("portal", "drop_expired"),
    ("portal", "by_code"),  # so is a receipt code
    ("portal", "unsaid"),  # replies of all cases, told of by the server
    ("portal", "was_told"),
    ("webhooks", "live"),  # the server tells the addresses of all cases
    ("webhooks", "claim"),
    *(("webhooks", v) for v in ("add", "plan", "note")),  # endpoint and message name their case
    *(("orders", v) for v in ("is_done_by", "beat", "end")),  # the order names its case
    *(("orders", v) for v in ("take", "note_worker", "drop_worker", "workers")),  # a worker takes those of all cases
}


def test_every_method_of_a_repository_names_its_case() -> None:
    repositories = vars(Tx(Unit("nowhere")))
    checked = 0
    for name, repository in repositories.items():
        if name in UNSCOPED:
            continue
        for verb, method in inspect.getmembers(repository, inspect.ismethod):
            if verb.startswith("_") or (name, verb) in WITHOUT_CASE:
                continue
            first = next(iter(inspect.signature(method).parameters))
            assert first in {"case_id", "case", "run"}, f"{name}.{verb}"
            checked += 1
    assert checked > 60


def test_every_table_but_those_of_the_home_belongs_to_a_case() -> None:
    free = {m.__name__ for m in apps.get_app_config("store").get_models() if not hasattr(m, "case")}
    assert free == {"Case", "Organisation", "Person", "Setting", "Account", "SignIn", "Attempt", "PortalVisit",
                    "ApiToken", "ApiAnswer", "StepWorker", "Passkey", "RecoveryCode", "SpentChallenge",
                    "Identity"}  # fmt: skip


def test_what_belongs_to_one_case_is_not_seen_from_another(store: Store) -> None:
    with store.transaction() as tx:
        tx.outbox.append(CASE.id, "e1", "case.opened", {}, T0)
        tx.steps.start(CASE.id, "discover", "", T0)
        assert tx.outbox.all("other-2026") == ()
        assert tx.steps.all("other-2026") == ()


def test_a_case_that_does_not_exist_is_named_with_a_near_one(store: Store) -> None:
    with store.transaction() as tx, pytest.raises(StateError, match="no case 'acme-2062'") as caught:
        tx.outbox.append("acme-2062", "e1", "case.opened", {}, T0)
    assert "'acme-2026'" in caught.value.hint

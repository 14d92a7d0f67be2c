"""The control database on a server: whose it is, what is refused, what is said when something is wrong."""

import datetime as dt
import ipaddress
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import connections
from tests.control_databases import give_back, new_control_database
from tests.servers import PASSWORD, Postgres
from tests.unit.store.samples import CASE, ORGANISATION, T0, start_python

from bequest.kernel.errors import BequestError, GuardError, InputError, StateError
from bequest.store import postgresql
from bequest.store.address import PLACE_NAME, read_address
from bequest.store.boot import is_home, open_store
from bequest.store.repositories import DATABASE_NAME, Store
from bequest.store.settings import database_url

SECRETS = (PASSWORD, "pass%20w", "w/rd", "w%2Frd")


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    made = new_control_database(postgres)
    yield made
    give_back(postgres, made)


@pytest.fixture
def opened(url: str, tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path / "home", url)
    yield store
    store.close()


def ask(store: Store, what: str) -> object:
    with connections[store._alias].cursor() as cursor:
        cursor.execute(f"SELECT {what}")
        return cursor.fetchone()[0]


# whose it is


def test_a_home_remembers_its_database_without_the_secret(opened: Store, url: str) -> None:
    text = (opened.home / PLACE_NAME).read_text()
    assert not any(s in text for s in SECRETS)
    assert url.rpartition("/")[2] in text
    assert (opened.home / PLACE_NAME).stat().st_mode & 0o077 == 0
    assert is_home(opened.home)
    assert not (opened.home / DATABASE_NAME).exists()


def test_a_home_on_a_server_is_not_opened_as_a_file(opened: Store) -> None:
    with pytest.raises(StateError, match="is the PostgreSQL database 'db") as caught:
        open_store(opened.home)
    assert "BEQUEST_DATABASE_URL" in caught.value.hint
    assert not (opened.home / DATABASE_NAME).exists()


def test_a_home_with_a_file_is_not_moved_by_an_address(tmp_path: Path, url: str, postgres: Postgres) -> None:
    open_store(tmp_path / "home").close()
    with pytest.raises(StateError, match=r"in its own file control\.db"):
        open_store(tmp_path / "home", url)
    assert postgres.execute(url.rpartition("/")[2], "SELECT count(*) FROM store_setting") == [(0,)]


def test_another_database_than_the_one_of_the_home_is_refused(opened: Store, postgres: Postgres) -> None:
    other = new_control_database(postgres)
    with pytest.raises(StateError, match="this home belongs to the PostgreSQL database"):
        open_store(opened.home, other)
    give_back(postgres, other)


def test_a_database_of_another_home_is_refused(opened: Store, url: str, tmp_path: Path) -> None:
    with pytest.raises(StateError, match="belongs to another home"):
        open_store(tmp_path / "second", url)
    assert not is_home(tmp_path / "second")


def test_an_empty_database_in_place_of_the_one_with_the_cases_is_refused(
    opened: Store, url: str, postgres: Postgres
) -> None:
    (opened.home / "cases" / "acme").mkdir(parents=True)
    postgres.execute(url.rpartition("/")[2], "DELETE FROM store_setting")
    with pytest.raises(StateError, match="is not the one this home has worked with"):
        open_store(opened.home, url)


def test_a_home_that_was_killed_between_the_two_notes_goes_on(opened: Store, url: str, postgres: Postgres) -> None:
    before = (opened.home / PLACE_NAME).read_bytes()
    postgres.execute(url.rpartition("/")[2], "DELETE FROM store_setting")
    open_store(opened.home, url).close()
    assert (opened.home / PLACE_NAME).read_bytes() == before


def test_a_damaged_note_is_said_so(opened: Store, url: str) -> None:
    (opened.home / PLACE_NAME).write_text("{")
    with pytest.raises(StateError, match="cannot be read"):
        open_store(opened.home, url)


def test_a_database_with_other_tables_is_left_alone(postgres: Postgres, tmp_path: Path) -> None:
    name = postgres.new_database()
    postgres.execute(name, "CREATE TABLE customers (id int)")
    with pytest.raises(GuardError, match="1 tables of something else"):
        open_store(tmp_path / "home", postgres.url(name))
    assert postgres.execute(name, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == [("customers",)]
    postgres.execute(name, "CREATE SCHEMA bequest")
    own = postgres.url(name) + "?options=-csearch_path%3Dbequest"
    store = open_store(tmp_path / "home", own)
    with store.transaction() as tx:
        tx.cases.add(CASE, organisation=ORGANISATION, at=T0)
    store.close()
    assert postgres.execute(name, "SELECT id FROM bequest.store_case") == [(CASE.id,)]


def test_a_database_that_cannot_hold_every_text_is_refused(postgres: Postgres, tmp_path: Path) -> None:
    postgres.execute("postgres", "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(InputError, match="LATIN1"):
        open_store(tmp_path / "home", postgres.url("latin"))


# what it gives


def test_two_processes_make_the_tables_together(postgres: Postgres, tmp_path: Path) -> None:
    """Each from a machine of its own: not even the lock of the home is shared. One gets the database."""
    code = (
        "import sys; from pathlib import Path; from bequest.store.boot import open_store\n"
        "from bequest.kernel.errors import StateError\n"
        "try: open_store(Path(sys.argv[1]), sys.argv[2]); print('mine')\n"
        "except StateError as error: print(error.message[-24:])"
    )
    url = postgres.url(postgres.new_database())
    both = [start_python(code, tmp_path / name, url) for name in ("one", "two")]
    ends = sorted(p.communicate(timeout=60) for p in both)
    assert ends == [(" belongs to another home\n", ""), ("mine\n", "")]


def test_text_compares_by_its_bytes_and_an_intent_is_on_disk(opened: Store) -> None:
    assert ask(
        opened,
        "count(*) FROM information_schema.columns WHERE table_name LIKE 'store\\_%' AND collation_name IS DISTINCT"
        " FROM 'C' AND data_type IN ('text', 'character varying')",
    ) == 0  # fmt: skip
    ask(opened, "set_config('synchronous_commit', 'off', false)")
    with opened.transaction():
        assert ask(opened, "current_setting('synchronous_commit')") == "on"
        assert ask(opened, "current_setting('transaction_isolation')") == "read committed"
        assert ask(opened, "current_setting('lock_timeout')") == "30s"


def test_who_waits_too_long_for_a_turn_is_told(opened: Store, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr(postgresql, "_BEGIN", postgresql._BEGIN.replace("'30s'", "'200ms'"))
    import psycopg

    with psycopg.connect(url) as other:
        other.execute(f"SELECT pg_advisory_xact_lock({postgresql.TURN}, 0)")
        with pytest.raises(StateError, match="in use by another process") as caught, opened.transaction():
            pass
    assert "Wait until" in caught.value.hint
    with opened.transaction() as tx:
        assert tx.cases.list() == ()


def test_a_connection_that_the_server_ended_meanwhile_is_made_again(
    opened: Store, postgres: Postgres, url: str
) -> None:
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'bequest'"
    with opened.transaction() as tx:
        assert tx.cases.list() == ()
    assert postgres.execute(url.rpartition("/")[2], end) == [(True,)]
    with opened.transaction() as tx:
        assert tx.cases.list() == ()
    with pytest.raises(StateError, match="connection to the control database was lost"):  # noqa: SIM117, PT012
        with opened.transaction() as tx:
            tx.cases.add(CASE, organisation=ORGANISATION, at=T0)
            postgres.execute("postgres", end)
            tx.cases.list()
    with opened.transaction() as tx:
        assert tx.cases.list() == ()
    with pytest.raises(StateError, match="lost"), opened.alone("the log", 1):  # noqa: PT012
        postgres.execute("postgres", end)
        with opened.transaction():
            pass


def test_a_name_is_held_by_one_process(opened: Store, url: str, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from bequest.store.boot import open_store\n"
        "with open_store(Path(sys.argv[1]), sys.argv[2]).alone('the log', 5): print('held', flush=True); input()"
    )
    other = start_python(code, opened.home, url)
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    with pytest.raises(StateError, match="another process holds the log"), opened.alone("the log", 0.1):
        pass
    with opened.alone("another log", 0.1):
        pass
    other.kill()
    other.communicate()
    with opened.alone("the log", 5):
        pass


# what is said when something is wrong


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda s, d: s.url(d, password="se%cret"), "refuses the user or the password"),
        (lambda s, d: s.url(d, user="nobody"), "refuses the user or the password"),
        (lambda s, d: s.url("absent"), "no database of the name"),
        (lambda s, d: s.url(d).replace(str(s.port), "1"), "cannot be reached"),
        (lambda s, d: s.url(d) + "?sslmode=require", "TLS failed"),
        (lambda s, d: s.url(d) + "?sslmode=perhaps", "TLS failed"),
        (lambda s, d: s.url(d) + "?nonsense=1", "cannot be read as an address"),
        (lambda s, d: s.url(d).replace("%", "%zz"), "cannot be read as an address"),
        (lambda s, d: s.url("").rstrip("/"), "names no database"),
        (lambda s, d: s.url(d).replace("postgresql", "mysql"), "no address of a PostgreSQL database"),
    ],
)
def test_a_wrong_address_is_said_so_without_its_secret(postgres, url: str, tmp_path: Path, make, says: str) -> None:
    with pytest.raises(BequestError, match=says) as caught:
        open_store(tmp_path / "home", make(postgres, url.rpartition("/")[2]))
    said = f"{caught.value.message} {caught.value.hint} {caught.value.__cause__}"
    assert not any(s in said for s in (*SECRETS, "se%cret", "se%25cret"))
    assert not is_home(tmp_path / "home")


def test_an_address_shows_no_secret() -> None:
    address = read_address("postgresql://me:hush@db.example.com:6432/control?sslmode=require")
    assert "hush" not in f"{address!r} {address.place} {address.place!r}"
    assert (address.place.host, address.place.port, address.place.database) == ("db.example.com", "6432", "control")


@pytest.mark.parametrize(
    ("host", "mode"),
    [("db.example.com", "verify-full"), ("127.0.0.1,db.example.com", "verify-full"), ("127.0.0.1", None), ("", None)],
)
def test_over_a_network_the_server_is_checked_unless_the_address_says_else(host: str, mode: str | None) -> None:
    assert read_address(f"postgresql://{host}/control").parameters.get("sslmode") == mode
    assert read_address(f"postgresql://{host}/control?sslmode=require").parameters["sslmode"] == "require"


def test_the_address_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("postgresql://h/d\n")
    assert database_url({}) == ""
    assert database_url({"BEQUEST_DATABASE_URL": " postgresql://h/e "}) == "postgresql://h/e"
    assert database_url({"BEQUEST_DATABASE_URL_FILE": str(file)}) == "postgresql://h/d"
    with pytest.raises(InputError, match="'nothing'"):
        database_url({"BEQUEST_DATABASE_URL_FILE": str(tmp_path / "nothing")})


def test_without_the_driver_a_file_serves_and_an_address_is_refused_with_the_way_out(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from bequest.cli.main import main\n"
        "main(['--home', sys.argv[1], 'case', 'list'])"
    )
    open_store(tmp_path / "home").close()
    env = {**os.environ, "BEQUEST_LANG": "en", "PYTHONPATH": os.pathsep.join(sys.path)}
    (tmp_path / "home" / "master.key").unlink(missing_ok=True)

    def run(**more: str) -> "subprocess.CompletedProcess[str]":
        words = [sys.executable, "-c", code, str(tmp_path / "home")]
        return subprocess.run(words, env={**env, **more}, capture_output=True, text=True, check=False)

    done = run()
    assert done.returncode == 0, done.stderr
    refused = run(BEQUEST_DATABASE_URL="postgresql://me:hush@h/d")
    said = " ".join((refused.stdout + refused.stderr).split())
    assert refused.returncode == InputError.exit_code
    assert "pip install 'bequest[databases]'" in said
    assert "hush" not in said


# TLS


@pytest.fixture
def certificate(postgres: Postgres, tmp_path: Path) -> Iterator[Path]:
    """The server speaks TLS; the certificate it shows."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test server")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    for file, text in (("server.crt", made.public_bytes(pem)), ("server.key", secret)):
        path = postgres.data / file
        path.write_bytes(text)
        path.chmod(0o600)
        if postgres.account:
            shutil.chown(path, postgres.account)
    postgres.execute("postgres", "ALTER SYSTEM SET ssl = 'on'", "SELECT pg_reload_conf(), pg_sleep(0.3)")
    shown = tmp_path / "authority.pem"
    shown.write_bytes(made.public_bytes(pem))
    yield shown
    postgres.execute("postgres", "ALTER SYSTEM RESET ssl", "SELECT pg_reload_conf(), pg_sleep(0.3)")


def test_tls_as_the_address_says(postgres: Postgres, url: str, certificate: Path, tmp_path: Path) -> None:
    checked = f"{url}?sslmode=verify-full&sslrootcert={certificate}"
    store = open_store(tmp_path / "home", checked)
    assert ask(store, "ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") is True
    store.close()
    for wrong in (f"{url}?sslmode=verify-full&sslrootcert={tmp_path / 'none.pem'}",
                  checked.replace("127.0.0.1", "localhost")):  # fmt: skip
        with pytest.raises(InputError, match="TLS failed") as caught:
            open_store(tmp_path / "other", wrong)
        assert not any(s in f"{caught.value} {caught.value.hint}" for s in SECRETS)


def test_a_reading_waits_for_no_transaction_and_sees_one_moment(opened: Store) -> None:
    seen: list[object] = []

    def look() -> None:
        with opened.reading() as tx:
            seen.append(tx.settings.get("x", "before"))
        opened.close()

    with opened.transaction() as tx:
        tx.settings.set("x", "after", T0)
        beside = threading.Thread(target=look)
        beside.start()
        beside.join(20)
        assert seen == ["before"]
    with opened.reading() as tx:
        assert tx.settings.get("x", "before") == "after"


def test_a_case_is_read_without_holding_it(opened: Store) -> None:
    with opened.transaction() as tx:
        tx.cases.add(CASE, organisation=ORGANISATION, at=T0)
    with opened.reading() as tx:
        assert tx.cases.get(CASE.id).organisation == ORGANISATION

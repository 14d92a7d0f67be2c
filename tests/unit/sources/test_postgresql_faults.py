"""What goes wrong with a server: addresses, TLS, rights, time-outs, a lost server, a full disk, two at once."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import polars as pl
import pytest
from tests.servers import PASSWORD, Postgres, free_port

from bequest.kernel.errors import InputError, SourceError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source, SourceKind
from bequest.sources import Changes, OpenSource, open_source
from bequest.steps.destroy.verifier.read_postgresql import read_postgresql

Opener = Callable[..., OpenSource]
ROWS = 400


@pytest.fixture
def database(postgres: Postgres) -> str:
    name = postgres.new_database()
    postgres.execute(
        name,
        "CREATE TABLE people (id int PRIMARY KEY, phone text)",
        f"INSERT INTO people SELECT i, '1380013' || lpad(i::text, 4, '0') FROM generate_series(1, {ROWS}) i",
    )
    return name


def nothing() -> None:
    """A guard that always agrees."""


def at(url: str, **more: str) -> OpenSource:
    return open_source(Source(name="people", kind=SourceKind.POSTGRESQL, url="env:P", **more), Secrets({"P": url}))


def refused(act: Callable[[], object]) -> SourceError:
    with pytest.raises(SourceError) as caught:
        act()
    error = caught.value
    assert error.hint
    for secret in (PASSWORD, quote(PASSWORD, safe=""), "1380013"):
        assert secret not in error.message + error.hint
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__
    return error


def all_keys() -> pl.Series:
    return pl.Series([str(i) for i in range(1, ROWS + 1)])


# Addresses.


def test_a_reference_that_leads_nowhere_is_named() -> None:
    with pytest.raises(InputError, match="environment variable 'P'"):
        open_source(Source(name="people", kind=SourceKind.POSTGRESQL, url="env:P"), Secrets({})).inventory()


@pytest.mark.parametrize("address", ["nonsense://x", "postgresql://a:b@h", "host=x user=y", "postgresql://[::1"])
def test_what_is_no_address_is_told_without_showing_it(address: str) -> None:
    error = refused(at(address).inventory)
    assert error.code == "BQ-SOURCE-20"
    assert address not in error.message


@pytest.mark.parametrize("use", ["inventory", "read", "clean"])
def test_each_failure_to_connect_says_what_it_is(use: str, database: str, postgres: Postgres) -> None:
    def act(url: str) -> Callable[[], object]:
        source = at(url)
        return {
            "inventory": source.inventory,
            "read": lambda: list(source.read("people")),
            "clean": lambda: source.clean(nothing),
        }[use]

    good = postgres.url(database)
    said = {
        "password": good.replace(quote(PASSWORD, safe=""), "wrong"),
        "no such database": postgres.url("nowhere"),
        "host of the server is not known": good.replace("127.0.0.1", "nowhere.invalid"),
        "no server answers": good.replace(str(postgres.port), str(free_port())),
    }
    for words, url in said.items():
        error = refused(act(url))
        assert words in error.message, (words, error.message)
        assert error.code == "BQ-SOURCE-20"


# TLS.


class TlsPostgres(Postgres):
    settings = (*Postgres.settings, "ssl=on")

    def __init__(self) -> None:
        super().__init__()
        openssl = shutil.which("openssl")
        if openssl is None:
            pytest.skip("openssl is not installed")
        names = ("server.key", "server.crt")
        key, certificate = (self.data / n for n in names)
        self.run(
            openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", certificate,
            "-subj", "/CN=db.example.com", "-addext", "subjectAltName=DNS:db.example.com",
        )  # fmt: skip
        key.chmod(0o600)

    @property
    def authority(self) -> Path:
        return self.data / "server.crt"


@pytest.fixture(scope="module")
def tls() -> Iterator[TlsPostgres]:
    server = TlsPostgres()
    server.start()
    server.execute("postgres", "CREATE TABLE people (id int PRIMARY KEY)", "INSERT INTO people VALUES (1)")
    yield server
    server.end()


def elsewhere(server: Postgres, database: str, host: str = "db.example.com", more: str = "") -> str:
    """The same server under a name that is not of this machine."""
    return server.url(database).replace("127.0.0.1", host) + f"?hostaddr=127.0.0.1{more}"


def test_a_server_elsewhere_is_reached_by_tls_only(database: str, postgres: Postgres, tls: TlsPostgres) -> None:
    error = refused(at(elsewhere(postgres, database)).inventory)
    assert "no TLS" in error.message
    assert "sslmode=disable" in error.hint
    assert [i.name for i in at(elsewhere(postgres, database, more="&sslmode=disable")).inventory()] == ["people"]
    source = at(elsewhere(tls, "postgres"))
    assert [i.n_rows for i in source.inventory()] == [1]
    assert pl.concat(list(source.read("people")))["id"].to_list() == ["1"]
    assert source.apply("people", Changes(pl.Series(["7"])), guard=nothing).rows_deleted == 0


def test_the_authority_named_is_the_only_one_believed(tls: TlsPostgres, tmp_path: Path) -> None:
    good = f"&sslrootcert={quote(str(tls.authority))}"
    assert pl.concat(list(at(elsewhere(tls, "postgres", more=good)).read("people"))).height == 1
    error = refused(at(elsewhere(tls, "postgres", host="other.example.com", more=good)).inventory)
    assert "certificate" in error.message
    other = tmp_path / "other.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", os.devnull, "-out", str(other)]
    subprocess.run([*command, "-subj", "/CN=other"], check=True, capture_output=True)
    error = refused(lambda: list(at(elsewhere(tls, "postgres", more=f"&sslrootcert={other}")).read("people")))
    assert "certificate" in error.message


@pytest.mark.parametrize("name", ["PGHOSTADDR", "PGHOST", "PGSERVICE"])
def test_the_environment_names_no_other_server(
    name: str, database: str, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 192.0.2.1 (of nobody, RFC 5737) in force a connection would leave this machine, unencrypted."""
    (tmp_path / "services").write_text("[away]\nhostaddr=192.0.2.1\nhost=db.example.com\n")
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "2")
    monkeypatch.setenv(name, "away" if name == "PGSERVICE" else "192.0.2.1")
    address = postgres.url(database) + "?connect_timeout=2"
    if name == "PGHOST":  # no host in the address: the socket of this machine, not that host
        address = address.replace(f"127.0.0.1:{postgres.port}", "")
        for reads in (at(address).inventory, lambda: read_verifying(address)):
            with pytest.raises(
                Exception, match=r"no server answers|No such file|no such database|does not exist|authentication"
            ):
                reads()
        return
    address = address.replace("127.0.0.1", "localhost")
    assert [i.name for i in at(address).inventory()] == ["people"]
    assert pl.concat(list(at(address).read("people"))).height == ROWS
    assert read_verifying(address) == ROWS


def read_verifying(url: str) -> int:
    spec = Source(name="people", kind=SourceKind.POSTGRESQL, url="env:NONE", verify_url="env:V")
    return sum(f.height for t, f, _ in read_postgresql(spec, Secrets({"V": url})) if t == "people")


@pytest.mark.parametrize(
    ("more", "said"),
    [("&service=crm", "service file"), ("&sslmode=prefer", "leaves"), ("&sslmode=allow", "leaves")],
)
def test_an_address_says_itself_where_and_how(more: str, said: str, database: str, postgres: Postgres) -> None:
    address = elsewhere(postgres, database, more=more)
    assert said in refused(at(address).inventory).message
    with pytest.raises(InputError, match=said):
        read_verifying(address)


def test_the_verifier_asks_for_the_same(database: str, postgres: Postgres, tls: TlsPostgres) -> None:
    def heights(url: str) -> int:
        spec = Source(name="people", kind=SourceKind.POSTGRESQL, url="env:NONE", verify_url="env:V")
        return sum(f.height for t, f, _ in read_postgresql(spec, Secrets({"V": url})) if t == "people")

    assert heights(elsewhere(tls, "postgres")) == 1
    assert heights(postgres.url(database)) == ROWS
    with pytest.raises(Exception, match="SSL"):
        heights(elsewhere(postgres, database))


# Rights, locks, time.


def test_a_missing_right_is_told(database: str, postgres: Postgres) -> None:
    role = f"reads_{database}"
    postgres.execute(database, f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'", f"GRANT SELECT ON people TO {role}")
    source = at(postgres.url(database, role))
    assert source.inventory()[0].n_rows == ROWS
    error = refused(lambda: source.apply("people", Changes(pl.Series(["1"])), guard=nothing))
    assert error.code == "BQ-SOURCE-21"
    assert postgres.execute(database, "SELECT count(*) FROM people") == [(ROWS,)]


def test_a_lock_of_somebody_else_is_waited_for_and_then_told(database: str, postgres: Postgres) -> None:
    source = at(postgres.url(database) + "?options=-c%20lock_timeout%3D300ms")
    changes = Changes(pl.Series(["1", "2"]))
    with closing(postgres.connect(database)) as other:
        other.autocommit = False
        other.execute("SELECT FROM people WHERE id = 2 FOR UPDATE")
        error = refused(lambda: source.apply("people", changes, guard=nothing))
        assert error.code == "BQ-SOURCE-11"
        other.rollback()
    assert source.apply("people", changes, guard=nothing).rows_deleted == 2


def test_a_statement_that_takes_too_long_is_told(database: str, postgres: Postgres) -> None:
    postgres.execute(database, "INSERT INTO people SELECT i, repeat('x', 300) FROM generate_series(1000, 90000) i")
    source = at(postgres.url(database) + "?options=-c%20statement_timeout%3D30ms")
    error = refused(lambda: sum(b.height for b in source.read("people")))
    assert error.code == "BQ-SOURCE-22"


# The server goes away.


@pytest.fixture
def own() -> Iterator[Postgres]:
    server = Postgres()
    server.start()
    yield server
    server.end()


def test_a_server_that_dies_in_mid_delete_is_gone_on_with(own: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bequest.sources.postgresql_writing.BATCH", 50)
    own.execute("postgres", "CREATE TABLE people (id int PRIMARY KEY, phone text)")
    own.execute("postgres", f"INSERT INTO people SELECT i, 'p' FROM generate_series(1, {ROWS + 10}) i")
    source = at(own.url("postgres"))
    emptied = pl.Series([str(ROWS + 1), str(ROWS + 2)])
    changes = Changes(all_keys(), {"phone": emptied})
    calls = []

    def dies() -> None:
        calls.append(1)
        if len(calls) == 5:
            own.kill()

    error = refused(lambda: source.apply("people", changes, guard=dies))
    assert "lost" in error.message
    assert "goes on where it stopped" in error.hint
    own.start()
    [(left,)] = own.execute("postgres", "SELECT count(*) FROM people")
    assert 10 < left < ROWS + 10
    done = source.apply("people", changes, guard=nothing)
    assert done.rows_deleted == left - 10
    assert own.execute("postgres", "SELECT count(*), count(phone) FROM people") == [(10, 8)]
    assert source.apply("people", changes, guard=nothing).rows_deleted == 0


def test_a_server_that_dies_while_it_is_read_is_told(own: Postgres) -> None:
    own.execute("postgres", "CREATE TABLE people (id int PRIMARY KEY, phone text)")
    own.execute("postgres", "ALTER TABLE people ALTER phone SET STORAGE EXTERNAL")
    own.execute("postgres", "INSERT INTO people SELECT i, repeat('p', 40000) FROM generate_series(1, 4000) i")
    source = at(own.url("postgres"))

    def read() -> int:
        total = 0
        for batch in source.read("people"):
            if not total:
                own.kill()
            total += batch.height
        return total

    assert "lost" in refused(read).message


def test_a_full_disk_of_the_server_is_told_and_gone_on_with(own: Postgres) -> None:
    small = own.folder / "small"
    small.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", small], capture_output=True, check=False
    ).returncode:
        pytest.skip("no small file system can be mounted here")
    try:
        if own.account:
            shutil.chown(small, own.account)
        own.execute("postgres", f"CREATE TABLESPACE small LOCATION '{small}'")
        own.execute("postgres", "CREATE TABLE people (id int PRIMARY KEY, phone text) TABLESPACE small")
        own.execute("postgres", "INSERT INTO people SELECT i, repeat('p', 400) FROM generate_series(1, 18000) i")
        source = at(own.url("postgres"))
        assert source.apply("people", Changes(pl.Series(["1"])), guard=nothing).rows_deleted == 1
        assert refused(lambda: source.clean(nothing)).code == "BQ-SOURCE-23"  # no room for the table a second time
        keys = pl.Series([str(i) for i in range(1, 16000)])
        assert source.apply("people", Changes(keys), guard=nothing).rows_deleted == 15998
        assert "vacuum_full" in source.clean(nothing).actions
    finally:
        own.stop()
        subprocess.run(["umount", small], check=True)


# Two at once.


def test_two_workers_do_nothing_twice(database: str, postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bequest.sources.postgresql_writing.BATCH", 20)
    changes = Changes(all_keys()[:300], {"phone": all_keys()[300:]})
    meet = threading.Barrier(2)
    done = []
    errors = []

    def work() -> None:
        source = at(postgres.url(database))
        meet.wait()
        try:
            done.append(source.apply("people", changes, guard=nothing))
        except SourceError as error:
            errors.append(error)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    assert errors == []
    assert sum(d.rows_deleted for d in done) == 300
    assert sum(d.cells_emptied["phone"] for d in done) == 100
    assert postgres.execute(database, "SELECT count(*), count(phone) FROM people") == [(100, 0)]

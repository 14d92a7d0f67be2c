"""MariaDB over TLS: demanded where the server is elsewhere, checked as the address says, never given up in silence."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import connectorx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.servers import Mariadb

from bequest.kernel.errors import InputError, SourceError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source, SourceKind
from bequest.sources import OpenSource, mariadb_reading, open_source
from bequest.sources.mariadb_connect import Server, parsed
from bequest.steps.destroy.verifier.read_mariadb import read_mariadb


def write_certificate(folder: Path, host: str) -> Path:
    """A certificate for the host that is its own authority, and its key beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "key.pem").write_bytes(pem)
    (folder / "key.pem").chmod(0o644)
    return folder / "cert.pem"


@pytest.fixture(scope="module")
def tls() -> Iterator[Mariadb]:
    server = Mariadb()
    certificate = write_certificate(server.folder, "localhost")
    server.settings = (
        *Mariadb.settings, f"--ssl-cert={certificate}", f"--ssl-key={server.folder / 'key.pem'}",
        "--require-secure-transport=OFF",
    )  # fmt: skip
    server.start()
    server.execute(
        "mysql", "CREATE USER 'secure'@'%' IDENTIFIED BY 'pass w/rd@:1' REQUIRE SSL", "GRANT ALL ON *.* TO 'secure'@'%'"
    )
    yield server
    server.end()


def spec() -> Source:
    return Source(name="people", kind=SourceKind.MARIADB, url="env:P")


def opened(address: str) -> OpenSource:
    return open_source(spec(), Secrets({"P": address}))


@pytest.fixture(scope="module")
def database(tls: Mariadb) -> str:
    name = tls.new_database()
    tls.execute(name, "CREATE TABLE t (id int PRIMARY KEY, x varchar(9))", "INSERT INTO t VALUES (1, '行'), (2, NULL)")
    return name


@pytest.mark.parametrize("how", ["ssl-mode=required", "ssl-ca={ca}", "ssl-mode=verify-ca&ssl-ca={ca}"])
def test_an_encrypted_connection_reads_all(
    tls: Mariadb, database: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mariadb_reading, "_plainly", lambda *_: pytest.fail("the bulk driver did not read"))
    address = tls.url(database, user="secure").replace("127.0.0.1", "localhost")
    address += "?" + how.format(ca=tls.folder / "cert.pem")
    [frame] = opened(address).read("t")
    assert frame.rows() == [("1", "1", "行"), ("2", "2", None)]
    found = [f for _, f, _ in read_mariadb(spec(), Secrets({"P": address})) if f.height]
    assert found[0].rows() == [("1", "行"), ("2", None)]


@pytest.mark.parametrize(
    ("host", "how"),
    [
        ("localhost", "ssl-mode=verify-identity"),  # an authority nobody knows here
        ("127.0.0.1", "ssl-ca={ca}"),  # the certificate is for another name
        ("localhost", "ssl-mode=disabled"),  # the account demands it
    ],
)
def test_a_connection_that_does_not_hold_what_is_demanded_is_refused(
    tls: Mariadb, database: str, host: str, how: str
) -> None:
    address = tls.url(database, user="secure").replace("127.0.0.1", host) + "?" + how.format(ca=tls.folder / "cert.pem")
    with pytest.raises(SourceError) as caught:
        opened(address).inventory()
    assert caught.value.code == "BQ-SOURCE-20"
    assert "pass w" not in str(caught.value)


def test_the_bulk_driver_keeps_to_what_is_demanded(tls: Mariadb, database: str, tmp_path: Path) -> None:
    address = tls.url(database, user="secure").replace("127.0.0.1", "localhost")
    bulk = Server(
        spec(), Secrets({"P": address + f"?ssl-ca={write_certificate(tmp_path, 'localhost')}"})
    ).bulk_address()
    with pytest.raises(RuntimeError, match="certificate verify failed"):
        connectorx.read_sql(bulk, "SELECT 1 AS x", return_type="arrow_stream")


@pytest.mark.parametrize(
    ("address", "mode"),
    [
        ("mariadb://a:geheim@127.0.0.1/x", ""),
        ("mysql://a:geheim@localhost/x", ""),
        ("mysql://a:geheim@[::1]:3307/x", ""),
        ("mysql://a:geheim@localhost/x?socket=/run/mysqld.sock", ""),
        ("mysql://a:geheim@10.0.0.5/x", "required"),
        ("mysql://a:geheim@db.example.com/x", "required"),
        ("mysql://a:geheim@db.example.com/x?ssl-ca=/ca.pem", "verify-identity"),
        ("mysql://a:geheim@db.example.com/x?ssl-mode=VERIFY_CA", "verify-ca"),
        ("mysql://a:geheim@db.example.com/x?ssl-mode=disabled", "disabled"),
    ],
)
def test_tls_is_demanded_unless_the_server_is_here(address: str, mode: str) -> None:
    found = parsed("people", "url", address)
    assert found.tls == mode
    assert "geheim" not in repr(found)


@pytest.mark.parametrize(
    "more", ["ssl_mode=verify-identity", "sslrootcert=/ca.pem", "ssl-mode=verify-identity&ssl-mode=disabled"]
)
def test_a_demand_that_nobody_would_keep_is_refused(tls: Mariadb, database: str, more: str) -> None:
    address = f"{tls.url(database)}?{more}"
    with pytest.raises(SourceError, match="options that are not known or stand twice"):
        opened(address).inventory()
    if "ssl-mode" not in more:
        with pytest.raises(InputError, match="options that are not known"):
            list(read_mariadb(spec(), Secrets({"P": address})))

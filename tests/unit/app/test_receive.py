"""The receiver needs a package and keys of its own, nothing else."""

from pathlib import Path

import polars as pl
import pytest
from tests.unit.steps.deliver import delivery_cases as c

from bequest.app.receive import receive_package, write_receipt
from bequest.crypto.signing import Signer
from bequest.crypto.verify import parse_public_line
from bequest.demo.keys import make_keys
from bequest.evidence.note import ED25519_NOTE, NoteKey
from bequest.evidence.statement import verify_statement
from bequest.evidence.trust import Trust, render_trust
from bequest.kernel.errors import BequestError, DeliveryError, InputError


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return c.build(tmp_path).folder


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    path = tmp_path / "buyer.age"
    path.write_text(f"# created: 2026-11-02\n# public key: {c.BUYER.recipient}\n{c.BUYER.secret}\n", encoding="utf-8")
    return path


def trust_file(tmp_path: Path, platform: Signer) -> Path:
    origin, log = "bequest.example/demo-e5", Signer.from_bytes(b"l" * 32)
    trust = Trust(
        case="demo-e5", event="E5", origin=origin, rehearsal=True,
        log_vkey=NoteKey(origin, ED25519_NOTE, log.public).vkey, platform_key=platform.public.line,
        persons=(), required_roles=(),
    )  # fmt: skip
    path = tmp_path / "trust.json"
    path.write_bytes(render_trust(trust))
    return path


@pytest.mark.parametrize("checked", [False, True])
def test_a_package_opens_and_a_receipt_is_signed(package: Path, identity: Path, tmp_path: Path, checked: bool) -> None:
    trust = trust_file(tmp_path, c.SENDER_KEY) if checked else None
    received = receive_package(package, identity, tmp_path / "in", trust=trust)
    assert received.counts == {"crm.customers": 7, "订单.订单": 1, "crm.addresses": 0}
    assert received.signature_checked == checked
    assert pl.read_parquet(sorted(tmp_path.glob("in/**/data/crm/customers/*.parquet"))).height == 7
    keys = make_keys(tmp_path / "keys", ("su-muyun",), ())
    receipt = tmp_path / "receipt.json"
    write_receipt(received, keys.person_files["su-muyun"], receipt, at=c.AT)
    public = parse_public_line(keys.person_public["su-muyun"])
    stated = verify_statement(receipt.read_bytes(), [public]).statement.predicate
    assert stated["deliveryId"] == "d-1"


def test_a_package_of_another_sender_is_refused_where_the_trust_file_is_given(
    package: Path, identity: Path, tmp_path: Path
) -> None:
    with pytest.raises(BequestError) as caught:
        receive_package(package, identity, tmp_path / "in", trust=trust_file(tmp_path, c.BUYER_KEY))
    assert caught.value.exit_code in {8, 9}
    assert not (tmp_path / "in").exists()


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (None, "there is no identity file"),
        ("", "holds no age identity"),
        ("# a comment\nage1notasecret\n", "holds no age identity"),
    ],
)
def test_without_an_identity_nothing_opens(package: Path, tmp_path: Path, content: str | None, match: str) -> None:
    path = tmp_path / "mine.age"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=match) as caught:
        receive_package(package, path, tmp_path / "in")
    assert caught.value.hint
    assert not (tmp_path / "in").exists()


@pytest.mark.parametrize("secret", ["AGE-SECRET-KEY-1NONSENSE", c.STRANGER.secret], ids=["nonsense", "a stranger"])
def test_a_key_that_does_not_fit_opens_nothing(package: Path, tmp_path: Path, secret: str) -> None:
    path = tmp_path / "mine.age"
    path.write_text(secret, encoding="utf-8")
    with pytest.raises(BequestError) as caught:
        receive_package(package, path, tmp_path / "in")
    assert secret not in caught.value.message + caught.value.hint
    assert not (tmp_path / "in").exists()


def test_a_folder_that_is_no_package_is_refused(identity: Path, tmp_path: Path) -> None:
    with pytest.raises(DeliveryError):
        receive_package(tmp_path / "none", identity, tmp_path / "in")


def test_a_trust_file_that_is_not_there_or_is_none_is_said_so(package: Path, identity: Path, tmp_path: Path) -> None:
    other = tmp_path / "trust.json"
    for _ in range(2):
        with pytest.raises(BequestError) as caught:
            receive_package(package, identity, tmp_path / "in", trust=other)
        assert caught.value.exit_code in {2, 8}
        assert not (tmp_path / "in").exists()
        other.write_text("{}", encoding="utf-8")

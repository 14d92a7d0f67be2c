"""The escrow releases the key after the first receipt; before, nobody but the escrow can open. With the real age."""

import hashlib
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.steps.deliver import delivery_cases as c

from bequest.crypto.age import AgeIdentity, generate_identity
from bequest.evidence.statement import Statement, read_statement
from bequest.kernel.errors import DeliveryError
from bequest.steps.deliver.content import AgeRecipient
from bequest.steps.deliver.package import Package
from bequest.steps.deliver.receipt import sign_ciphertext_receipt, sign_receipt
from bequest.steps.deliver.receive import check_ciphertext, receive
from bequest.steps.deliver.release import check_release, release_key

DELIVERY_KEY: AgeIdentity = generate_identity()


@pytest.fixture
def package(tmp_path: Path) -> Package:
    made = c.spec(
        recipients=(AgeRecipient(DELIVERY_KEY.recipient, "delivery"),),
        released_by="示例托管公司",
        released_to=c.BUYER.recipient,
    )
    return c.build(tmp_path, made=made)


def first_receipt(package: Package) -> bytes:
    statement, volumes = check_ciphertext(package.folder, c.opening(c.SENDER_KEY))
    return sign_ciphertext_receipt(statement, volumes, c.AT, c.signing(c.BUYER_KEY))[1]


def capsule_of(package: Package, receipt: bytes | None = None) -> bytes:
    signed = first_receipt(package) if receipt is None else receipt
    said = read_statement(signed).statement
    digest = hashlib.sha256(signed).hexdigest()
    made = release_key(package.statement, said, digest, [c.STRANGER, DELIVERY_KEY], c.AT)
    check_release(made.statement, package.statement, digest)
    return made.capsule


def age(*words: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    if shutil.which("age") is None:
        pytest.skip("age is not installed here")
    return subprocess.run(["age", *words], cwd=folder, capture_output=True, check=False)


def test_age_cli_opens_nothing_with_the_receivers_key_before_the_release_and_all_after(
    package: Package, tmp_path: Path
) -> None:
    (tmp_path / "own.txt").write_text(c.BUYER.secret)
    volume = str(package.folder / "data" / "vol-0001.tar.age")
    before = age("-d", "-i", "own.txt", volume, folder=tmp_path)
    assert before.returncode != 0
    assert before.stdout == b""
    (tmp_path / "capsule.age").write_bytes(capsule_of(package))
    opened = age("-d", "-i", "own.txt", "capsule.age", folder=tmp_path)
    (tmp_path / "key.txt").write_bytes(opened.stdout)
    after = age("-d", "-i", "key.txt", volume, folder=tmp_path)
    assert after.returncode == 0, after.stderr
    (tmp_path / "v.tar").write_bytes(after.stdout)
    subprocess.run(["tar", "xf", "v.tar"], cwd=tmp_path, check=True)
    assert (tmp_path / "bag").is_dir()
    assert "own-key.txt DELIVERY.capsule.age" in (package.folder / "VERIFY.md").read_text(encoding="utf-8")


def test_age_cli_gives_a_capsule_to_nobody_else(package: Package, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text(c.STRANGER.secret)
    (tmp_path / "capsule.age").write_bytes(capsule_of(package))
    assert age("-d", "-i", "other.txt", "capsule.age", folder=tmp_path).returncode != 0


def test_the_receiver_is_told_where_the_key_is_and_opens_with_the_capsule(package: Package, tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="the key of this package is with the escrow"):
        receive(package.folder, c.BUYER.secret, tmp_path / "in")
    assert not (tmp_path / "in").exists()
    received = receive(package.folder, c.BUYER.secret, tmp_path / "in", capsule=capsule_of(package))
    assert received.counts == package.counts


def test_a_capsule_that_was_changed_or_holds_something_else_opens_nothing(package: Package, tmp_path: Path) -> None:
    capsule = bytearray(capsule_of(package))
    capsule[-1] ^= 1
    with pytest.raises(DeliveryError):
        receive(package.folder, c.BUYER.secret, tmp_path / "in", capsule=bytes(capsule))
    with pytest.raises(DeliveryError):
        receive(package.folder, c.STRANGER.secret, tmp_path / "in", capsule=capsule_of(package))
    assert not (tmp_path / "in").exists()


def other(statement: Statement, **said: object) -> Statement:
    return replace(statement, predicate={**statement.predicate, **said})  # type: ignore[arg-type, dict-item]


def test_the_key_is_released_for_the_first_receipt_of_this_delivery_only(package: Package, tmp_path: Path) -> None:
    said = read_statement(first_receipt(package)).statement
    received = receive(package.folder, c.BUYER.secret, tmp_path / "in", capsule=capsule_of(package))
    second = read_statement(sign_receipt(received, c.AT, c.signing(c.BUYER_KEY))[1]).statement
    wrong = {
        "not the first one": second,
        "for another delivery": other(said, deliveryId="d-2"),
        "another delivery, or for other volumes": replace(said, subjects=said.subjects[:1]),
    }
    for why, receipt in wrong.items():
        with pytest.raises(DeliveryError, match=why):
            release_key(package.statement, receipt, "ab" * 32, [DELIVERY_KEY], c.AT)
    with pytest.raises(DeliveryError, match="has none of this delivery"):
        release_key(package.statement, said, "ab" * 32, [c.STRANGER], c.AT)


def test_a_package_that_the_receiver_opens_directly_has_no_key_to_release(tmp_path: Path) -> None:
    direct = c.build(tmp_path)
    assert "keyRelease" not in direct.statement.predicate
    with pytest.raises(DeliveryError, match="opens it directly"):
        release_key(direct.statement, direct.statement, "ab" * 32, [DELIVERY_KEY], c.AT)


def test_a_release_that_does_not_fit_is_refused(package: Package) -> None:
    receipt = first_receipt(package)
    said = read_statement(receipt).statement
    digest = hashlib.sha256(receipt).hexdigest()
    made = release_key(package.statement, said, digest, [DELIVERY_KEY], c.AT).statement
    for why, bad, receipt_digest in (
        ("not about this delivery", other(made, caseRef="x"), digest),
        ("somebody else than was agreed", other(made, releasedTo="age1other"), digest),
        ("another first receipt", made, "cd" * 32),
    ):
        with pytest.raises(DeliveryError, match=why):
            check_release(bad, package.statement, receipt_digest)

from dataclasses import replace

import pytest
from tests.unit.steps.deliver import delivery_cases as c

from bequest.kernel.errors import DeliveryError, VerificationError
from bequest.steps.deliver.receipt import (
    CIPHERTEXT,
    DECRYPTED,
    check_receipt,
    sign_ciphertext_receipt,
    sign_receipt,
)
from bequest.steps.deliver.receive import check_ciphertext, receive

SALT = b"c" * 32


@pytest.fixture
def package(tmp_path):
    return c.build(tmp_path)


@pytest.fixture
def received(package, tmp_path):
    return receive(package.folder, c.BUYER.secret, tmp_path / "in", open_statement=c.opening(c.SENDER_KEY))


def check(envelope, package, key=c.BUYER_KEY):
    return check_receipt(envelope, c.opening(key), package.statement, SALT)


def test_the_first_receipt_confirms_the_ciphertext_and_lets_nothing_be_destroyed(package):
    statement, volumes = check_ciphertext(package.folder)
    _, envelope = sign_ciphertext_receipt(statement, volumes, c.AT, c.signing(c.BUYER_KEY))
    receipt = check(envelope, package)
    assert (receipt.stage, receipt.lets_destroy) == (CIPHERTEXT, False)


def test_the_second_receipt_quotes_the_nonce_and_lets_the_destruction_begin(package, received):
    statement, envelope = sign_receipt(received, c.AT, c.signing(c.BUYER_KEY))
    receipt = check(envelope, package)
    assert (receipt.stage, receipt.lets_destroy) == (DECRYPTED, True)
    assert receipt.counts == package.counts
    assert statement.predicate["nonce"] == (b"n" * 32).hex()


def test_a_receipt_with_an_exception_stands_and_lets_nothing_be_destroyed(package, received):
    less = replace(received, counts={**received.counts, "crm.customers": 6})
    with pytest.raises(DeliveryError, match="counts differ"):
        check(sign_receipt(less, c.AT, c.signing(c.BUYER_KEY))[1], package)
    _, envelope = sign_receipt(less, c.AT, c.signing(c.BUYER_KEY), exceptions=["one row short in crm.customers"])
    assert not check(envelope, package).lets_destroy


def test_only_the_receivers_key_signs(package, received):
    _, envelope = sign_receipt(received, c.AT, c.signing(c.SENDER_KEY))
    with pytest.raises(VerificationError):
        check(envelope, package)


WRONG = {
    "nonce": ({"nonce": "00" * 32}, "nonce"),
    "no nonce": ({"nonce": "zz"}, "nonce"),
    "manifest": ({"innerManifestSha256": "0" * 64}, "inner manifest"),
    "delivery": ({"deliveryId": "d-2"}, "another delivery"),
    "case": ({"caseRef": "other"}, "another delivery"),
    "rehearsal": ({"rehearsal": False}, "another delivery"),
    "volumes": ({"volumesVerified": []}, "not every volume"),
    "stage": ({"stage": "later"}, "stage"),
    "shape": ({"exceptions": None}, "not built"),
}


@pytest.mark.parametrize(("changes", "why"), WRONG.values(), ids=WRONG)
def test_a_receipt_that_does_not_fit_is_refused(package, received, changes, why):
    statement, _ = sign_receipt(received, c.AT, c.signing(c.BUYER_KEY))
    forged = replace(statement, predicate={**statement.predicate, **changes})
    with pytest.raises(DeliveryError, match=why):
        check(c.signing(c.BUYER_KEY)(forged), package)


def test_another_kind_of_statement_is_no_receipt(package, received):
    with pytest.raises(DeliveryError, match="not a delivery receipt"):
        check(c.signing(c.BUYER_KEY)(package.statement), package)


def test_a_receipt_for_other_volumes_is_refused(package, received, tmp_path):
    other = c.build(tmp_path / "other", made=c.spec(volume_bytes=1_000_000))
    statement, _ = sign_receipt(received, c.AT, c.signing(c.BUYER_KEY))
    with pytest.raises(DeliveryError, match="other volumes"):
        check(c.signing(c.BUYER_KEY)(statement), other)

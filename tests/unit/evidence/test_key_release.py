"""What `bequest verify` says of keys an escrow releases: receipt, release, receipt, and nothing else."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bequest.evidence.checks.files import BundleFiles
from bequest.evidence.checks.log import LogView
from bequest.evidence.checks.release import check_releases
from bequest.evidence.event import Leaf, Ref
from bequest.evidence.event_types import EventType
from bequest.evidence.report import Check, Findings
from bequest.evidence.statement import Statement

NUMBER = "delivery-1"
COMMON = {"deliveryId": NUMBER, "caseRef": "c", "rehearsal": True, "recipientOrg": "buyer"}
TERMS = {"escrowOrg": "escrow", "releasedTo": "buyer"}
DIGESTS = {name: letter * 64 for name, letter in (("first", "1"), ("release", "2"), ("second", "3"))}
TYPES = {
    "first": EventType.DELIVERY_RECEIPT, "release": EventType.KEY_RELEASED, "second": EventType.DELIVERY_RECEIPT
}  # fmt: skip
ORDER = ("first", "release", "second")


def leaf(number: int, name: str) -> Leaf:
    refs = (Ref(name, DIGESTS[name]),)
    if name == "release":
        refs += (Ref("receipt", DIGESTS["first"]),)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Leaf(
        id=f"e{number}", seq=number, type=TYPES[name], case="c", at=at, actor="platform", prev_intent=None, body=None,
        counts={}, refs=refs,
    )  # fmt: skip


def said(order: tuple[str, ...] = ORDER, *, without: str = "", **changed: Any) -> tuple[Check, ...]:
    """The checks of a bundle whose log has these entries, without one statement, or with a changed release."""
    delivery = Statement("DataDelivery", (), COMMON | {"keyRelease": TERMS})
    statements = {
        "first": Statement("DeliveryReceipt", (), {"deliveryId": NUMBER, "stage": "ciphertext"}),
        "release": Statement("KeyRelease", (), COMMON | TERMS | {"receiptSha256": DIGESTS["first"]} | changed),
        "second": Statement("DeliveryReceipt", (), {"deliveryId": NUMBER, "stage": "decrypted"}),
    }
    statements.pop(without, None)
    files = BundleFiles(Path("nowhere"), DIGESTS)
    log = LogView(None, None, (), tuple(leaf(n, name) for n, name in enumerate(order)))  # type: ignore[arg-type]
    findings = Findings()
    check_releases(files, statements, {NUMBER: delivery}, log, findings)
    return findings.report(complete=True).checks


def test_receipt_release_receipt_holds() -> None:
    (check,) = said()
    assert (check.code, check.ok, check.file) == ("release", True, "release")


@pytest.mark.parametrize(
    "order",
    [("release", "first", "second"), ("first", "second", "release"), ("second", "first", "release"),
     ("first", "second"), ("release", "second")],
)  # fmt: skip
def test_any_other_order_in_the_log_fails(order: tuple[str, ...]) -> None:
    assert [c.ok for c in said(order)] == [False]


def test_an_opened_delivery_without_a_release_fails() -> None:
    (check,) = said(without="release")
    assert not check.ok
    assert "no statement says that the key was released" in check.en


def test_what_was_not_opened_needs_no_release() -> None:
    assert said(without="second") == ()


@pytest.mark.parametrize(
    "changed",
    [{"receiptSha256": "9" * 64}, {"deliveryId": "delivery-2"}, {"recipientOrg": "other"}, {"escrowOrg": "other"},
     {"releasedTo": "other"}, {"rehearsal": False}],
)  # fmt: skip
def test_a_release_for_something_else_does_not_count(changed: dict[str, Any]) -> None:
    checks = said(**changed)
    assert [c.ok for c in checks] == [False, False]


def test_a_delivery_whose_key_was_never_with_an_escrow_is_left_alone() -> None:
    findings = Findings()
    plain = Statement("DataDelivery", (), COMMON)
    opened = Statement("DeliveryReceipt", (), {"deliveryId": NUMBER, "stage": "decrypted"})
    log = LogView(None, None, (), ())  # type: ignore[arg-type]
    check_releases(BundleFiles(Path("nowhere"), DIGESTS), {"second": opened}, {NUMBER: plain}, log, findings)
    assert findings.report(complete=True).checks == ()

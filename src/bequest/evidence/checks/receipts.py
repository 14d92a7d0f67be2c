"""Receipts: each is for a delivery of this case that the bundle states, and none is played again from elsewhere."""

import hashlib
from collections.abc import Mapping

from bequest.evidence.checks.files import BundleFiles
from bequest.evidence.checks.log import LogView
from bequest.evidence.checks.release import check_releases
from bequest.evidence.report import Findings
from bequest.evidence.statement import Statement
from bequest.evidence.trust import Trust
from bequest.kernel.errors import VerificationError

DELIVERY, RECEIPT = "DataDelivery", "DeliveryReceipt"
_SAME = ("deliveryId", "caseRef", "rehearsal", "recipientOrg")
_OPENED = "decrypted"


def check_receipts(
    files: BundleFiles, statements: Mapping[str, Statement], trust: Trust, log: LogView, findings: Findings
) -> None:
    """Every receipt fits a delivery: id, case, receiver, volumes, nonce; a key was released in between where agreed."""
    deliveries: dict[str, Statement] = {}
    for path, statement in statements.items():
        if statement.name == DELIVERY:
            said = statement.predicate
            if said.get("rehearsal") is not trust.rehearsal:
                zh, en = "交付是否演练与案件不符", "the delivery differs from the case on whether it is a rehearsal"
                findings.failed("receipt", path, zh, en)
            deliveries[str(said.get("deliveryId"))] = statement
    for path, statement in statements.items():
        if statement.name != RECEIPT:
            continue
        try:
            _check(statement, deliveries)
        except VerificationError as error:
            findings.refused("receipt", path, "签收与交付不符", "the receipt does not fit a delivery", error)
            continue
        stage = statement.predicate.get("stage")
        zh, en = f"签收（{stage}）与交付相符", f"the receipt ({stage}) fits its delivery"
        findings.passed("receipt", zh, en, file=path)
    check_releases(files, statements, deliveries, log, findings)


def _check(receipt: Statement, deliveries: Mapping[str, Statement]) -> None:
    said = receipt.predicate
    delivery = deliveries.get(str(said.get("deliveryId")))
    if delivery is None:
        raise VerificationError("the bundle states no delivery of that id")
    sent = delivery.predicate
    differing = [name for name in _SAME if said.get(name) != sent.get(name)]
    if differing:
        raise VerificationError(f"its {differing[0]!r} is another than the delivery's")
    if receipt.subjects != delivery.subjects:
        raise VerificationError("it is for other volumes")
    if said.get("stage") == _OPENED and _commitment(str(said.get("nonce"))) != sent.get("nonceCommit"):
        raise VerificationError("it does not quote the nonce that lies in the package")


def _commitment(nonce: str) -> str:
    try:
        return hashlib.sha256(bytes.fromhex(nonce)).hexdigest()
    except ValueError:
        return ""

"""Keys that an escrow released: for a delivery agreed so, after the first receipt and before the second."""

from collections.abc import Mapping

from bequest.evidence.checks.files import BundleFiles
from bequest.evidence.checks.log import LogView
from bequest.evidence.report import Findings
from bequest.evidence.statement import Statement
from bequest.kernel.errors import VerificationError

RELEASE, RECEIPT = "KeyRelease", "DeliveryReceipt"
_SAME = ("deliveryId", "caseRef", "rehearsal", "recipientOrg")
_FIRST, _SECOND = "ciphertext", "decrypted"


def check_releases(
    files: BundleFiles,
    statements: Mapping[str, Statement],
    deliveries: Mapping[str, Statement],
    log: LogView,
    findings: Findings,
) -> None:
    """Each release fits its delivery and first receipt; no escrowed delivery was opened without one, or before it."""
    places = {ref.sha256: n for n, leaf in reversed(tuple(enumerate(log.leaves))) for ref in leaf.refs}
    receipts = {
        (str(s.predicate.get("deliveryId")), str(s.predicate.get("stage"))): files.digests[path]
        for path, s in statements.items()
        if s.name == RECEIPT
    }
    released: dict[str, str] = {}
    for path, statement in statements.items():
        if statement.name != RELEASE:
            continue
        try:
            number = _check(statement, deliveries, receipts)
        except VerificationError as error:
            findings.refused("release", path, "放行与交付不符", "the release of the key does not fit", error)
            continue
        released[number] = path
    for number, delivery in deliveries.items():
        if "keyRelease" not in delivery.predicate or (number, _SECOND) not in receipts:
            continue
        problem, file = _out_of_order(number, released, receipts, places, files)
        if problem:
            zh = f"交付 {number} 的钥匙须经托管机构放行（{problem}）"
            findings.failed("release", file, zh, f"the key of delivery {number} was with an escrow: {problem}")
        else:
            zh, en = "先签收密文，后放行钥匙，再签收明文", "ciphertext signed for, then the key released, then opened"
            findings.passed("release", zh, en, file=file)


def _check(release: Statement, deliveries: Mapping[str, Statement], receipts: Mapping[tuple[str, str], str]) -> str:
    """The delivery whose key was released.

    Raises:
        VerificationError: where it is not about such a delivery and its first receipt.
    """
    said = release.predicate
    number = str(said.get("deliveryId"))
    sent = deliveries[number].predicate if number in deliveries else {}
    terms = sent.get("keyRelease")
    if not isinstance(terms, dict):
        raise VerificationError("the bundle states no delivery of that id whose key is with an escrow")
    differing = [n for n in _SAME if said.get(n) != sent.get(n)]
    differing += [n for n in ("escrowOrg", "releasedTo") if said.get(n) != terms.get(n)]
    if differing:
        raise VerificationError(f"its {differing[0]!r} is another than the delivery's")
    if said.get("receiptSha256") != receipts.get((number, _FIRST)):
        raise VerificationError("it does not rest on the first receipt in the bundle")
    return number


def _out_of_order(
    number: str,
    released: Mapping[str, str],
    receipts: Mapping[tuple[str, str], str],
    places: Mapping[str, int],
    files: BundleFiles,
) -> tuple[str, str]:
    """What is wrong with the order in the log, if anything, and the file to blame."""
    path = released.get(number)
    if path is None:
        return "it was opened, and no statement says that the key was released", "data/receipts/"
    first, second = (places.get(receipts.get((number, stage), ""), -1) for stage in (_FIRST, _SECOND))
    if not first < places.get(files.digests[path], -1) < second:
        return "the log has receipt, release and receipt in another order", path
    return "", path

"""Registrations of heads elsewhere: the records speak of heads of this log. What the platforms hold is their word."""

import hashlib

from bequest.crypto.sm3 import sm3
from bequest.evidence.anchors import RECEIPT, RECORD, Anchor, names_digest, parse_anchor, text_of_bytes
from bequest.evidence.checks.files import BundleFiles
from bequest.evidence.heads import NOTE
from bequest.evidence.report import Findings
from bequest.kernel.errors import VerificationError


def check_anchors(files: BundleFiles, folder: str, findings: Findings) -> None:
    """Each record below `folder` names a head that is there, and the receipt that lies beside it."""
    receipts = {path for path in files.below(folder) if RECEIPT.fullmatch(path.removeprefix(folder))}
    for path in files.below(folder):
        match = RECORD.fullmatch(path.removeprefix(folder))
        if match is None:
            continue
        size = match["size"]
        try:
            anchor = parse_anchor(files.read(path))
            receipts.discard(f"{folder}{anchor.receipt}")
            named = _check_anchor(files, f"{folder}{size}{NOTE}", folder, anchor)
        except VerificationError as error:
            zh, en = "存证记录不成立", "the record of a registration does not hold"
            findings.refused("log.anchors", path, zh, en, error)
            continue
        what = f"{anchor.platform} {anchor.reference} {anchor.registered_at}"
        look_up = f" {anchor.look_up}" if anchor.look_up else ""
        zh = (
            f"{size} 条的日志头据回执已存证：{what}；{'回执载有其摘要' if named else '请在回执中核对其摘要'}；"
            f"平台所存须向平台查验{look_up}"
        )
        en = (
            f"the head of {size} entries was registered, says the receipt: {what};"
            f" {'the receipt names its digest' if named else 'look for its digest in the receipt'};"
            f" what the platform holds must be looked up there{look_up}"
        )
        findings.passed("log.anchors", zh, en, file=path)
    for path in sorted(receipts):
        findings.failed("log.anchors", path, "存证回执没有记录", "the receipt of a registration has no record")


def _check_anchor(files: BundleFiles, head: str, folder: str, anchor: Anchor) -> bool:
    """Whether the receipt, read as text, names the digest of the head."""
    note = files.read(head)
    digest = hashlib.sha256(note).hexdigest()
    if anchor.sha256 != digest:
        raise VerificationError("it is of another head than the one it lies beside")
    receipt = files.read(f"{folder}{anchor.receipt}")
    if hashlib.sha256(receipt).hexdigest() != anchor.receipt_sha256:
        raise VerificationError("it is of another receipt than the one it names")
    return names_digest(text_of_bytes(receipt), (digest, sm3(note).hex()))

"""Whether a certificate was issued here, as it stands: checked from its QR text or from its signed original.

What is needed for that is kept beside the case when a certificate is issued: digests, public keys, place in the log.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from bequest.app.public.revocations import revocation_in
from bequest.crypto.verify import PublicKey, parse_public_line
from bequest.documents.qr import parse_qr_text, short_id
from bequest.evidence.checks.later import REASONS
from bequest.evidence.statement import read_statement, verify_statement
from bequest.kernel.canonical import Json, to_json
from bequest.kernel.codec import decode
from bequest.kernel.errors import VerificationError
from bequest.store.repositories import Store
from bequest.store.transaction import Tx

REGISTER = "public_certificates"
"""Setting of the case: the list below."""
LONGEST = 2_000_000
"""Bytes of an original that is looked at."""


@dataclass(frozen=True, slots=True)
class PublicSigner:
    """Who signed: the part, and the public key, as the case file has it."""

    name: str
    part: str
    public_key: str


@dataclass(frozen=True, slots=True)
class PublicCertificate:
    """A certificate as anybody may know it who holds it."""

    case_id: str
    certificate_id: str
    state: str
    issued_at: str
    rehearsal: bool
    transferor: str
    transferor_en: str
    payload_sha256: str
    index: int
    """Its place in the log."""
    log_key: str
    """The log's public key as an OpenSSH line."""
    signers: tuple[PublicSigner, ...]
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was checked."""

    ok: bool
    zh: str
    en: str


@dataclass(slots=True)
class Checked:
    """What a check found. `certificate` is None where nothing of ours was handed in."""

    certificate: PublicCertificate | None = None
    replaced_by: PublicCertificate | None = None
    lines: list[Line] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether it is ours and everything fits."""
        return self.certificate is not None and bool(self.lines) and all(x.ok for x in self.lines)


def keep_public(tx: Tx, found: PublicCertificate, at: datetime) -> None:
    """Enter a certificate; the same again changes nothing."""
    known = [c for c in register_of(tx, found.case_id) if c.certificate_id != found.certificate_id]
    tx.settings.set(REGISTER, to_json((*known, found)), at, case_id=found.case_id)


def register_of(tx: Tx, case_id: str) -> tuple[PublicCertificate, ...]:
    """The certificates of a case that can be checked."""
    kept = tx.settings.get(REGISTER, [], case_id=case_id)
    return tuple(decode(PublicCertificate, c) for c in kept) if isinstance(kept, list) else ()


def check_certificate(store: Store, given: bytes) -> Checked:
    """Check what was pasted or uploaded: the text of a QR code, or the signed original (`….dsse.json`)."""
    with store.transaction() as tx:
        cases = [r.case.id for r in tx.cases.list()]
        known = [c for case_id in cases for c in register_of(tx, case_id)]
        revoked = [r for case_id in cases if (r := revocation_in(tx, case_id)) is not None]
    text = given.strip()
    if text[:5].upper() == b"EVQ1:":
        checked = _from_qr(known, text.decode("ascii", "replace").upper())
    else:
        checked = _from_original(known, text)
    for r in revoked:
        if checked.certificate is not None and r.certificate_id == checked.certificate.certificate_id:
            zh, en = REASONS[r.reason]
            checked.lines.append(Line(False, f"已于 {r.at[:10]} 撤销：{zh}", f"It was revoked on {r.at[:10]}: {en}"))
    return checked


def revocation_list(store: Store) -> list[Json]:
    """Every certificate of this platform that was revoked, the latest first."""
    found: list[tuple[str, Json]] = []
    with store.transaction() as tx:
        for record in tx.cases.list():
            revoked = revocation_in(tx, record.case.id)
            for c in register_of(tx, record.case.id) if revoked else ():
                if revoked and c.certificate_id == revoked.certificate_id:
                    line: Json = {
                        "certificate": c.certificate_id, "payload_sha256": c.payload_sha256, "reason": revoked.reason,
                        "revoked_at": revoked.at, "statement_sha256": revoked.statement_sha256,
                        "rehearsal": c.rehearsal,
                    }  # fmt: skip
                    found.append((revoked.at, line))
    return [line for _, line in sorted(found, key=lambda pair: pair[0], reverse=True)]


def _from_qr(known: list[PublicCertificate], text: str) -> Checked:
    checked = Checked()
    try:
        claim, signature = parse_qr_text(text)
    except VerificationError:
        checked.lines.append(Line(False, "这不是完整的证书二维码", "This is no whole QR code of a certificate"))
        return checked
    _find(checked, known, claim.payload_sha256.hex())
    found = checked.certificate
    if found is None:
        return checked
    is_signed = _key(found.log_key).verify(claim.signing_input(), signature)
    checked.lines += [
        _line(is_signed, "二维码由本案日志的密钥签名", "the code is signed by the key of the case’s log"),
        _line(
            claim.certificate_id == short_id(found.certificate_id), "证书号相符", "the number of the certificate fits"
        ),
        _line(claim.index == found.index, f"是日志的第 {found.index} 条", f"it is entry {found.index} of the log"),
    ]
    return checked


def _from_original(known: list[PublicCertificate], data: bytes) -> Checked:
    checked = Checked()
    try:
        envelope = read_statement(data)
    except VerificationError:
        checked.lines.append(
            Line(
                False,
                "这既不是证书二维码的文字，也不是签名原件（.dsse.json，附在 PDF 里）",
                "This is neither the text of a QR code nor a signed original (.dsse.json, attached to the PDF)",
            )
        )
        return checked
    _find(checked, known, hashlib.sha256(envelope.payload).hexdigest())
    found = checked.certificate
    if found is None:
        return checked
    keys = {s.name: _key(s.public_key) for s in found.signers}
    try:
        signers = {k.fingerprint for k in verify_statement(data, keys.values(), len(keys)).signers}
    except VerificationError:
        signers = set()
    checked.lines += [
        _line(
            keys[s.name].fingerprint in signers,
            f"{s.name} 的签名相符（{_PARTS.get(s.part, (s.part, s.part))[0]}）",
            f"the signature of {s.name} fits ({_PARTS.get(s.part, (s.part, s.part))[1]})",
        )
        for s in found.signers
    ]
    return checked


_PARTS = {"performed": ("执行", "performed"), "verified": ("检验", "verified"), "accepted": ("认可", "accepted")}


def _find(checked: Checked, known: list[PublicCertificate], payload_sha256: str) -> None:
    found = next((c for c in known if c.payload_sha256 == payload_sha256), None)
    if found is None:
        checked.lines.append(
            Line(
                False,
                "本平台没有签发过这样的证书，或者内容被改动过",
                "No such certificate was issued here, or its content was changed",
            )
        )
        return
    checked.certificate = found
    checked.replaced_by = next(
        (c for c in known if c.case_id == found.case_id and c.replaces == found.certificate_id), None
    )
    checked.lines.append(Line(True, "内容与签发时一字不差", "the content is exactly as it was issued"))


def _line(ok: bool, zh: str, en: str) -> Line:
    return Line(ok, zh if ok else f"不符：{zh}", en if ok else f"does not hold: {en}")


def _key(line: str) -> PublicKey:
    return parse_public_line(line)

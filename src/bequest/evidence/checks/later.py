"""What was stated after the certificate: custody that ended, and a certificate that no longer holds.

Before the close such statements are in the bundle and its log; afterwards they lie beside it, and a reader who has one
hands it in. Two people of the case sign them either way.
"""

from collections.abc import Mapping, Sequence

from bequest.crypto.verify import PublicKey
from bequest.evidence.checks.certificate import CERTIFICATE
from bequest.evidence.checks.files import BundleFiles
from bequest.evidence.checks.statements import check_case, check_demand
from bequest.evidence.report import Findings
from bequest.evidence.statement import Statement, verify_statement
from bequest.evidence.trust import Trust
from bequest.kernel.canonical import Json
from bequest.kernel.errors import VerificationError
from bequest.model.destruction import CertificateState, RevocationReason

ENDED, REVOKED, REPLAYED = "CustodyDestruction", "CertificateRevocation", "ErasureReplay"
REASONS = {
    RevocationReason.RESIDUE_FOUND: ("发现残留", "something was found left"),
    RevocationReason.WRONG_SCOPE: ("范围有误", "its scope was wrong"),
    RevocationReason.KEY_COMPROMISED: ("签名密钥失密", "a signing key was compromised"),
    RevocationReason.SIGNED_IN_ERROR: ("误签", "it was signed in error"),
}


def read_later(items: Sequence[tuple[str, bytes]], trust: Trust, findings: Findings) -> dict[str, Statement]:
    """Name → statement of those handed in that verify."""
    keys: list[PublicKey] = [trust.platform, *(person.key for person in trust.persons if person.key)]
    found: dict[str, Statement] = {}
    for name, data in items:
        try:
            verified = verify_statement(data, keys)
            check_case(verified.statement, trust)
            check_demand(verified.statement, verified.signers, trust.signing_keys())
            if verified.statement.name not in (ENDED, REVOKED, REPLAYED):
                raise VerificationError(f"{verified.statement.name} is nothing that is stated after the close")
        except VerificationError as error:
            findings.refused("later", name, "后来的陈述不能核实", "the later statement does not verify", error)
            continue
        found[name] = verified.statement
        zh, en = f"后来的陈述 {verified.statement.name}", f"a later statement, {verified.statement.name}"
        findings.passed("later", zh, en, file=name)
    return found


def check_ends(files: BundleFiles, statements: Mapping[str, Statement], later: Mapping[str, Statement],
               findings: Findings) -> None:  # fmt: skip
    """Custody that ended is custody of the certificate and was due; a revoked certificate does not hold."""
    certificates = {path: s for path, s in statements.items() if s.name == CERTIFICATE}
    everything = {**statements, **later}
    for name, statement in everything.items():
        if statement.name == ENDED:
            _check_ended(name, statement, certificates, findings)
    revoked: dict[str, Mapping[str, Json]] = {}
    for statement in everything.values():
        if statement.name == REVOKED:
            revoked |= {subject.sha256: statement.predicate for subject in statement.subjects}
    _check_revoked(files, certificates, revoked, findings)


def _check_ended(name: str, statement: Statement, certificates: Mapping[str, Statement], findings: Findings) -> None:
    said = statement.predicate
    bucket, on, due = (str(said.get(key, "")) for key in ("bucket", "destroyedOn", "dueAfter"))
    kept = {subject for certificate in certificates.values() for subject in certificate.subjects}
    problem = ("", "")
    if not statement.subjects or not set(statement.subjects) <= kept:
        problem = ("其文件不在销毁证明所列留存之中", "its files are not among those that the certificate says are kept")
    elif not (due and due < on) and not (due == "" and said.get("reason")):
        problem = ("尚未到期，也没有理由", "it was not due, and no reason is given")
    if problem[0]:
        findings.failed("custody.ended", name, problem[0], problem[1])
        return
    zh = f"留存批次 {bucket} 已于 {on} 销毁（{len(statement.subjects)} 个文件）"
    en = f"the custody bucket {bucket} was destroyed on {on} ({len(statement.subjects)} files)"
    findings.passed("custody.ended", zh, en, file=name)


def _check_revoked(
    files: BundleFiles, certificates: Mapping[str, Statement], revoked: Mapping[str, Mapping[str, Json]],
    findings: Findings,
) -> None:  # fmt: skip
    """A revoked certificate fails, unless one that replaces it stands."""
    replaced = {
        str(s.predicate.get("replaces")) for path, s in certificates.items()
        if files.digests[path] not in revoked and s.predicate.get("state") != CertificateState.REFUSED
    }  # fmt: skip
    for path, certificate in certificates.items():
        said = revoked.get(files.digests[path])
        if said is None:
            continue
        number, at = str(certificate.predicate.get("certificate_id")), str(said.get("at"))[:10]
        zh, en = _reason(said)
        text = f"销毁证明 {number} 已于 {at} 撤销：{zh}", f"the certificate {number} was revoked on {at}: {en}"
        if number in replaced:
            findings.passed("certificate.revoked", *text, file=path)
        else:
            findings.failed("certificate.revoked", path, *text)


def _reason(said: Mapping[str, Json]) -> tuple[str, str]:
    try:
        return REASONS[RevocationReason(str(said.get("reason")))]
    except ValueError:
        return "未说明", "no known reason"

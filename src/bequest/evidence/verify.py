"""Verification of a bundle from the bundle and a trust file alone.

In this order, each part resting on those before it: files (nothing missing, nothing more, every byte signed for), keys,
log, heads that others saw, statements, proofs and receipts, approvals, certificate, dispositions, answers. Where files
or log do not hold, what rests on them is not looked at, and the report says so. What a person keeps (a proof, a receipt
of an answer) brings a signed head of the log along and is checked without a bundle, too; with one, that head must be
part of the history of the bundle's log.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bequest.evidence.answer_proof import is_answer_receipt
from bequest.evidence.checks.answers import AnswerLines, check_answers, check_receipt_of_answer
from bequest.evidence.checks.approvals import check_approvals
from bequest.evidence.checks.certificate import check_certificates
from bequest.evidence.checks.disposition import check_disposition, check_person
from bequest.evidence.checks.files import BundleFiles, check_files
from bequest.evidence.checks.guomi import check_guomi
from bequest.evidence.checks.heads import check_earlier, check_heads
from bequest.evidence.checks.later import check_ends, read_later
from bequest.evidence.checks.log import LogView, check_log
from bequest.evidence.checks.receipts import check_receipts
from bequest.evidence.checks.statements import check_proofs, check_statements
from bequest.evidence.report import Findings, VerifyReport
from bequest.evidence.trust import Trust, parse_trust
from bequest.evidence.trust_files import POLICY, key_files, names_log
from bequest.kernel.errors import InputError, VerificationError

_MAX_TRUST_BYTES = 1 << 20


def verify_bundle(
    bundle: Path,
    trust: Path,
    *,
    rehearsal: bool = False,
    earlier: Sequence[Path] = (),
    later: Sequence[Path] = (),
    persons: Sequence[Path] = (),
) -> VerifyReport:
    """What holds of the bundle under this trust file. `rehearsal`: the reader knows it may be a rehearsal.

    `earlier` are checkpoints of the log that the reader has from an earlier day: the log must contain each. `later` are
    statements made after the close: custody that was destroyed, a certificate that was revoked. `persons` are proofs
    that people kept of what became of their data, and receipts of their answers.

    Raises:
        InputError: where there is no bundle folder, the trust file is missing, malformed, or lies in the bundle, or an
            earlier checkpoint, later statement or person's proof cannot be read.
    """
    if not bundle.is_dir():
        raise InputError(f"there is no bundle folder {bundle.name}", hint="Give the folder that holds bagit.txt.")
    anchors = _read_trust(trust, bundle)
    beside = _Beside([(p.name, _read_note(p)) for p in earlier], [(p.name, _read_beside(p)) for p in later],
                     [(p.name, _read_beside(p)) for p in persons])  # fmt: skip
    findings = Findings()
    if _refuse_rehearsal(anchors, "bag-info.txt", findings, known=rehearsal):
        return findings.report(complete=False)
    files = check_files(bundle, anchors, findings)
    if files is None:
        return findings.report(complete=False)
    try:
        return _verify_payload(files, anchors, beside, findings)
    except VerificationError as error:  # a file that changed while it was being read
        findings.refused("files.digests", "data/", "读取时出错", "reading failed", error)
        return findings.report(complete=False)


def verify_kept(trust: Path, persons: Sequence[Path], *, rehearsal: bool = False) -> VerifyReport:
    """What holds of proofs and receipts that people kept, by the trust file and the heads in them alone.

    Nothing of anybody else is needed, and nothing of anybody else is learned. What came later in the log is not seen.

    Raises:
        InputError: where the trust file is missing or malformed, or a file cannot be read.
    """
    anchors = _read_trust(trust, None)
    kept = [(p.name, _read_beside(p)) for p in persons]
    findings = Findings()
    if _refuse_rehearsal(anchors, trust.name, findings, known=rehearsal):
        return findings.report(complete=False)
    _check_kept(kept, anchors, findings)
    return findings.report(complete=True)


def _refuse_rehearsal(trust: Trust, file: str, findings: Findings, *, known: bool) -> bool:
    if not trust.rehearsal or known:
        return False
    zh = "这是演练，不是证据；确要核验请加 --rehearsal"
    en = "this is a rehearsal, not evidence; to check it all the same, give --rehearsal"
    findings.failed("rehearsal", file, zh, en)
    return True


def _check_kept(
    persons: Sequence[tuple[str, bytes]],
    trust: Trust,
    findings: Findings,
    log: LogView | None = None,
    lines: AnswerLines | None = None,
) -> None:
    for name, data in persons:
        if is_answer_receipt(data):
            check_receipt_of_answer(name, data, trust, findings, log, lines)
        else:
            check_person(name, data, trust, findings, log)


class _Beside(NamedTuple):
    """What the reader hands in beside the bundle: (name, content)."""

    earlier: Sequence[tuple[str, str]]
    later: Sequence[tuple[str, bytes]]
    persons: Sequence[tuple[str, bytes]]


def _verify_payload(files: BundleFiles, trust: Trust, beside: _Beside, findings: Findings) -> VerifyReport:
    _check_keys(files, trust, findings)
    if trust.guomi:
        check_guomi(files.digests, files.read, trust.guomi, findings)
    log = check_log(files, trust, findings)
    if log is None:
        return findings.report(complete=False)
    check_heads(files, trust, log, findings)
    check_earlier(beside.earlier, trust, log, findings)
    statements = check_statements(files, trust, log, findings)
    check_proofs(files, trust, log, findings)
    check_receipts(files, statements, trust, log, findings)
    approved = check_approvals(files, trust, log, findings)
    check_certificates(files, trust, log, statements, approved, findings)
    check_ends(files, statements, read_later(beside.later, trust, findings), findings)
    check_disposition(files, log, statements, findings)
    lines = check_answers(files, log, findings)
    _check_kept(beside.persons, trust, findings, log, lines)
    return findings.report(complete=True)


def _check_keys(files: BundleFiles, trust: Trust, findings: Findings) -> None:
    """The key files that standard tools would be given must be the keys of the trust file."""
    wrong = [path for path, data in key_files(trust).items() if path not in files.digests or files.read(path) != data]
    if POLICY not in files.digests or not names_log(files.read(POLICY), trust.log):
        wrong.append(POLICY)
    for path in wrong:
        zh, en = "与信任文件中的公钥不符", "it does not hold the keys of the trust file"
        findings.failed("trust.keys", path, zh, en)
    if not wrong:
        zh, en = "包内公钥与信任文件一致", "the keys in the bundle are those of the trust file"
        findings.passed("trust.keys", zh, en, file="data/trust/")


def _read_trust(path: Path, bundle: Path | None) -> Trust:
    hint = "Use the trust.json that reached you by another way than the bundle."
    if bundle is not None and bundle.resolve() in path.resolve().parents:
        raise InputError("the trust file lies inside the bundle", hint=hint)
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_TRUST_BYTES)
        return parse_trust(data)
    except OSError as error:
        raise InputError(f"the trust file {path.name} cannot be read", hint=hint) from error
    except VerificationError as error:
        raise InputError(f"the trust file {path.name} cannot be used: {error.message}", hint=hint) from error


def _read_note(path: Path) -> str:
    try:
        return _read_beside(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path.name} is no checkpoint",
            hint="It is a file such as data/log/checkpoint of an earlier bundle, or what a witness was handed.",
        ) from error


def _read_beside(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_TRUST_BYTES)
    except OSError as error:
        raise InputError(f"the file {path.name} cannot be read", hint="Name a file that is there.") from error

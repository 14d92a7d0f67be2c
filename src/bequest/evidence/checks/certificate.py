"""The destruction certificate: its state follows from what it reports, and the log says the same."""

from collections.abc import Mapping

from bequest.evidence.checks.files import BundleFiles
from bequest.evidence.checks.log import LogView
from bequest.evidence.event_types import EventType
from bequest.evidence.report import Findings
from bequest.evidence.statement import Statement
from bequest.evidence.trust import Trust
from bequest.kernel.canonical import Json
from bequest.kernel.errors import VerificationError
from bequest.model.destruction import CertificateState, Finding

CERTIFICATE, REPORT = "DataDestruction", "RescanReport"
_RESIDUAL = "residual"
_WHY = frozenset({_RESIDUAL, "not_searched", "residue", "unbalanced", "unknown_column", "late_rows", "not_anonymous"})
_SUMS = ("deleted", "anonymised", "sealed", "blocked", "in_use")


def check_certificates(
    files: BundleFiles,
    trust: Trust,
    log: LogView,
    statements: Mapping[str, Statement],
    approved: frozenset[str],
    findings: Findings,
) -> None:
    """Every certificate is consistent in itself and with the log; a log with a destruction has one."""
    by_digest: dict[str, CertificateState] = {}
    reports = {files.digests[path] for path, statement in statements.items() if statement.name == REPORT}
    for path, statement in statements.items():
        if statement.name != CERTIFICATE:
            continue
        try:
            state = _check(statement.predicate, trust, approved, reports)
        except VerificationError as error:
            findings.refused("certificate", path, "销毁证明前后不一致", "the certificate contradicts itself", error)
            continue
        by_digest[files.digests[path]] = state
        zh, en = (
            f"销毁证明为 {state.value}，与所列事实一致",
            f"the certificate is {state.value}, as its own facts make it",
        )
        findings.passed("certificate", zh, en, file=path)
    _check_log(log, by_digest, findings)


def _check(
    predicate: Mapping[str, Json], trust: Trust, approved: frozenset[str], reports: set[str]
) -> CertificateState:
    """The state a certificate claims, where it may claim it.

    Raises:
        VerificationError: saying what contradicts it.
    """
    if predicate.get("case_id") != trust.case or predicate.get("rehearsal") is not trust.rehearsal:
        raise VerificationError("it is of another case, or differs on whether this is a rehearsal")
    if predicate.get("policy_digest") not in approved:
        raise VerificationError("it names a policy that was not approved")
    verification = predicate.get("verification")
    if not isinstance(verification, dict) or verification.get("reportSha256") not in reports:
        raise VerificationError("it rests on a report of the verifier that the bundle does not have")
    why = frozenset(str(code) for code in _list(predicate, "why"))
    if not why <= _WHY:
        raise VerificationError("it gives an unknown reason")
    if unsaid := sorted(_shown(predicate) - why):
        raise VerificationError(f"its figures show {unsaid[0]!r}, which it does not give as a reason")
    expected = CertificateState.FINAL
    if why:
        expected = CertificateState.INTERIM if why == {_RESIDUAL} else CertificateState.REFUSED
    if predicate.get("state") != expected.value:
        raise VerificationError(f"its state must be {expected.value}")
    return expected


def _shown(predicate: Mapping[str, Json]) -> frozenset[str]:
    """The reasons that its own figures give."""
    shown = set()
    if _list(predicate, "residuals"):
        shown.add(_RESIDUAL)
    for search in _rows(predicate, "searches"):
        if search.get("finding") == Finding.RESIDUE.value or _number(search, "hits_residue"):
            shown.add("residue")
        missed = _number(search, "control_found") < _number(search, "control_expected")
        if search.get("finding") == Finding.NOT_SEARCHED.value or missed:
            shown.add("not_searched")
    for sums in _rows(predicate, "tables"):
        if _number(sums, "before") != sum(_number(sums, name) for name in _SUMS):
            shown.add("unbalanced")
    for table in _rows(predicate, "anonymised") if "anonymised" in predicate else ():
        lost = _number(table, "rows_found") != _number(table, "rows")
        if lost or (_number(table, "rows") and _number(table, "k") < _number(table, "k_wanted")):
            shown.add("not_anonymous")
    return frozenset(shown)


def _check_log(log: LogView, by_digest: Mapping[str, CertificateState], findings: Findings) -> None:
    issued = _referred(log, EventType.CERTIFICATE_ISSUED)
    refused = _referred(log, EventType.CERTIFICATE_REFUSED)
    problem = ""
    if log.of_type(EventType.DESTRUCTION_INTENT) and not (
        log.of_type(EventType.CERTIFICATE_ISSUED, EventType.CERTIFICATE_REFUSED)
    ):
        problem = "the log has a destruction and neither a certificate nor its refusal"
    for digest, state in by_digest.items():
        if digest not in (refused if state is CertificateState.REFUSED else issued):
            problem = f"the log does not say that the {state.value} certificate was {_word(state)}"
    certified = by_digest.keys() & issued
    if log.of_type(EventType.CERTIFICATE_ISSUED) and not certified:
        problem = "the log says a certificate was issued, and it is not in the bundle"
    if problem:
        zh = f"日志与销毁证明不一致（{problem}）"
        findings.failed("certificate.logged", "data/log/", zh, f"log and certificate differ: {problem}")
    elif by_digest:
        zh, en = "日志与销毁证明一致", "log and certificate agree"
        findings.passed("certificate.logged", zh, en, file="data/log/")


def _referred(log: LogView, kind: EventType) -> frozenset[str]:
    return frozenset(ref.sha256 for leaf in log.of_type(kind) for ref in leaf.refs)


def _word(state: CertificateState) -> str:
    return "refused" if state is CertificateState.REFUSED else "issued"


def _list(value: Mapping[str, Json], name: str) -> list[Json]:
    found = value.get(name)
    if not isinstance(found, list):
        raise VerificationError(f"it has no list {name!r}")
    return found


def _rows(value: Mapping[str, Json], name: str) -> list[dict[str, Json]]:
    rows = [row for row in _list(value, name) if isinstance(row, dict)]
    if len(rows) != len(_list(value, name)):
        raise VerificationError(f"its list {name!r} is malformed")
    return rows


def _number(row: Mapping[str, Json], name: str) -> int:
    found = row.get(name)
    if not isinstance(found, int) or isinstance(found, bool):
        raise VerificationError(f"it has no number {name!r}")
    return found

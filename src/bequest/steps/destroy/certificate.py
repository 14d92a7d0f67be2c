"""The certificate follows from what was done and found; nobody chooses its state. Pure.

Refused: residue outside the plan; a source not searched, or whose control did not find all it should; a table that does
not balance; a column still unknown; rows that came or changed after the mark; rows anonymised in place of which too few
people look alike, or that are not found so. Interim: nothing of these, but something
remains until a date (a copy, a key, a store of ours). Final: nothing remains. Fields: evidence formats §3.2.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bequest.kernel.canonical import Json, to_json
from bequest.kernel.clock import rfc3339
from bequest.kernel.codec import decode
from bequest.kernel.errors import ResidueFoundError
from bequest.model.case import Case
from bequest.model.destruction import (
    AnonymisedTable,
    Certificate,
    CertificateState,
    Finding,
    Kept,
    Level,
    Residual,
    SearchResult,
    Signer,
    TableSums,
)

RESIDUAL = "residual"
NOT_SEARCHED = "not_searched"
RESIDUE = "residue"
UNBALANCED = "unbalanced"
UNKNOWN_COLUMN = "unknown_column"
LATE_ROWS = "late_rows"
NOT_ANONYMOUS = "not_anonymous"

STANDARD = "none claimed (NIST SP 800-88r2: erasing rows and files is neither clear nor purge)"
_BESIDE: Final = ("method", "verification", "validation", "limits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """All that the certificate follows from. `open_rows`: rows late, changed, missing or not yet sealed."""

    tables: tuple[TableSums, ...]
    searches: tuple[SearchResult, ...]
    residuals: tuple[Residual, ...]
    kept: tuple[Kept, ...]
    unknown_columns: int
    open_rows: int
    anonymised: tuple[AnonymisedTable, ...] = ()


def state_of(outcome: Outcome) -> tuple[CertificateState, tuple[str, ...]]:
    """The state and the codes why it is not final, in a fixed order."""
    shown = {
        RESIDUE: any(s.hits_residue or s.finding is Finding.RESIDUE for s in outcome.searches),
        NOT_SEARCHED: _not_searched(outcome),
        UNBALANCED: any(t.difference for t in outcome.tables),
        UNKNOWN_COLUMN: outcome.unknown_columns > 0,
        LATE_ROWS: outcome.open_rows > 0,
        NOT_ANONYMOUS: not all(a.holds for a in outcome.anonymised),
        RESIDUAL: bool(outcome.residuals),
    }
    why = tuple(code for code, holds in shown.items() if holds)
    if not why:
        return CertificateState.FINAL, why
    return (CertificateState.INTERIM if why == (RESIDUAL,) else CertificateState.REFUSED), why


def check_issued(certificate: Certificate) -> None:
    """Nothing, where it was issued.

    Raises:
        ResidueFoundError: where it is refused, with what stands against it.
    """
    if certificate.state is CertificateState.REFUSED:
        raise ResidueFoundError(
            f"the certificate is refused: {', '.join(w for w in certificate.why if w != RESIDUAL)}",
            hint="`bequest report` shows where. Mend it, or say hit by hit what it is (`bequest adjudicate`); then run"
            " it again. Late rows: `bequest cutover --delta`, as long as the destruction has not begun.",
        )


def certify(
    outcome: Outcome,
    case: Case,
    *,
    certificate_id: str,
    issued_at: datetime,
    ground: Sequence[str],
    receivers: Sequence[tuple[str, str, str]],
    policy_digest: str,
    signers: Sequence[Signer],
) -> Certificate:
    """The certificate of an outcome, or its refusal: both are documents."""
    state, why = state_of(outcome)
    return Certificate(
        certificate_id=certificate_id,
        case_id=case.id,
        rehearsal=case.rehearsal,
        issued_at=rfc3339(issued_at),
        state=state,
        why=why,
        ground=tuple(ground),
        transferor_zh=case.transferor.name,
        transferor_en=case.transferor.name_en or case.transferor.name,
        receivers=tuple(receivers),
        policy_digest=policy_digest,
        tables=outcome.tables,
        searches=outcome.searches,
        residuals=outcome.residuals,
        kept=outcome.kept,
        signers=tuple(signers),
        anonymised=outcome.anonymised,
    )


def predicate(
    certificate: Certificate,
    *,
    tool_version: str,
    steps: Mapping[str, Sequence[str]],
    report_sha256: str,
    verified_by: str,
    accepted_by: str,
    limits: Sequence[tuple[str, str]],
) -> dict[str, Json]:
    """The predicate of a DataDestruction statement: the certificate itself, and how it came about.

    `steps`: source → codes of what cleaned its files. `verified_by`, `accepted_by`: key ids (`k:…`) or fingerprints.
    """
    plain = to_json(certificate)
    assert isinstance(plain, dict)  # noqa: S101 - a dataclass is a table
    return {
        **plain,
        "method": {
            "level": Level.LOGICAL.value,
            "technique": "row-delete+rewrite" + "+anonymise-in-place" * bool(certificate.anonymised),
            "standard": STANDARD,
            "tool": "bequest",
            "toolVersion": tool_version,
            "steps": [{"source": source, "actions": list(actions)} for source, actions in sorted(steps.items())],
        },
        "verification": {
            "method": "full-rescan",
            "by": verified_by,
            "reportSha256": report_sha256,
            "hits": sum(s.hits_residue for s in certificate.searches),
            "candidatesScanned": sum(s.candidates for s in certificate.searches),
        },
        "validation": {
            "by": accepted_by,
            "decision": "repeat" if certificate.state is CertificateState.REFUSED else "accepted",
            "at": certificate.issued_at,
        },
        "limits": [{"zh": zh, "en": en} for zh, en in limits],
    }


def read_predicate(predicate: Mapping[str, Json]) -> Certificate:
    """The certificate in a DataDestruction predicate.

    Raises:
        InputError: where it is malformed.
    """
    return decode(Certificate, {k: v for k, v in predicate.items() if k not in _BESIDE})


def _not_searched(outcome: Outcome) -> bool:
    """A source that lost something and was not searched counts as one that could not be searched."""
    searched = {s.source for s in outcome.searches}
    lost = {t.source for t in outcome.tables if t.deleted or t.sealed or t.anonymised}
    missed = any(s.finding is Finding.NOT_SEARCHED or s.control_found < s.control_expected for s in outcome.searches)
    return missed or bool(lost - searched)

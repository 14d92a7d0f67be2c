from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from bequest.kernel.canonical import canonical
from bequest.model.destruction import (
    CertificateState,
    Finding,
    Kept,
    Level,
    Residual,
    SearchResult,
    Signer,
    TableSums,
)
from bequest.steps.destroy.certificate import Outcome, certify, predicate, read_predicate, state_of

BALANCED = TableSums("crm", "customers", 6, 3, before=40, deleted=20, anonymised=0, sealed=7, blocked=6, in_use=7)
CLEAR = SearchResult("crm", "cells+bytes", Level.LOGICAL, 9, 1000, 50, 50, 0, 3, 1, Finding.AS_PLANNED)
BACKUP = Residual("备份", "backup", "未到期", "not yet due", "到期销毁", "destroyed when due", "2027-02-01")
KEPT = Kept("发票", "invoices", "TAX-29", "示例甲公司", 7, "2036-12-31")
CLEAN = Outcome(tables=(BALANCED,), searches=(CLEAR,), residuals=(), kept=(KEPT,), unknown_columns=0, open_rows=0)

FINAL, INTERIM, REFUSED = CertificateState.FINAL, CertificateState.INTERIM, CertificateState.REFUSED
STATES = {
    "nothing open": ({}, FINAL, ()),
    "a backup remains": ({"residuals": (BACKUP,)}, INTERIM, ("residual",)),
    "residue": ({"searches": (replace(CLEAR, hits_residue=1, finding=Finding.RESIDUE),)}, REFUSED, ("residue",)),
    "residue whatever the finding says": ({"searches": (replace(CLEAR, hits_residue=1),)}, REFUSED, ("residue",)),
    "not searched": ({"searches": (replace(CLEAR, finding=Finding.NOT_SEARCHED),)}, REFUSED, ("not_searched",)),
    "control missed one": ({"searches": (replace(CLEAR, control_found=49),)}, REFUSED, ("not_searched",)),
    "a source without a search": ({"searches": ()}, REFUSED, ("not_searched",)),
    "unbalanced": ({"tables": (replace(BALANCED, deleted=19),)}, REFUSED, ("unbalanced",)),
    "too much accounted for": ({"tables": (replace(BALANCED, deleted=21),)}, REFUSED, ("unbalanced",)),
    "an unknown column": ({"unknown_columns": 1}, REFUSED, ("unknown_column",)),
    "late rows": ({"open_rows": 2}, REFUSED, ("late_rows",)),
    "a backup and late rows": ({"residuals": (BACKUP,), "open_rows": 1}, REFUSED, ("late_rows", "residual")),
    "untouched source needs no search": (
        {"tables": (BALANCED, replace(BALANCED, source="x", deleted=0, sealed=0, in_use=34))},
        FINAL,
        (),
    ),
}


@pytest.mark.parametrize(("changes", "state", "why"), STATES.values(), ids=STATES)
def test_the_state_follows_from_what_was_done_and_found(changes, state, why):
    assert state_of(replace(CLEAN, **changes)) == (state, why)


def certificate(outcome=CLEAN):
    case = SimpleNamespace(
        id="demo-e5", rehearsal=True, transferor=SimpleNamespace(name="示例甲公司", name_en="Example A")
    )
    signer = Signer("周八", "verified", "独立检验人", "independent verifier", "2027-01-02T00:00:00Z", "SHA256:x")
    return certify(
        outcome,
        case,
        certificate_id="DC-2027-000001",
        issued_at=datetime(2027, 1, 2, tzinfo=UTC),
        ground=("PIPL-47",),
        receivers=[("示例乙公司", "Example B", "2026-12-31")],
        policy_digest="a" * 64,
        signers=[signer],
    )


def predicate_of(certificate):
    return predicate(
        certificate,
        tool_version="0.1.0",
        steps={"crm": ("secure_delete", "vacuum")},
        report_sha256="b" * 64,
        verified_by="k:1",
        accepted_by="k:2",
        limits=[("一", "one")],
    )


def test_the_predicate_holds_the_certificate_and_how_it_came_about():
    made = predicate_of(certificate())
    assert read_predicate(made) == certificate()
    assert made["method"]["level"] == "logical"
    assert made["verification"]["hits"] == 0
    assert made["validation"]["decision"] == "accepted"
    assert canonical(made)


def test_a_refusal_says_that_the_work_must_be_repeated():
    refused = certificate(replace(CLEAN, open_rows=1))
    assert predicate_of(refused)["validation"]["decision"] == "repeat"


def test_the_standing_check_of_the_evidence_accepts_every_state():
    from bequest.evidence.checks.certificate import _check

    trust = SimpleNamespace(case="demo-e5", rehearsal=True)
    for changes, state, _ in STATES.values():
        if "searches" in changes and not changes["searches"]:
            continue  # a missing search cannot be seen from the certificate's own figures alone
        made = predicate_of(certificate(replace(CLEAN, **changes)))
        assert _check(made, trust, frozenset({"a" * 64}), {made["verification"]["reportSha256"]}) is state


def test_dates_stay_plain_text():
    assert certificate().issued_at == "2027-01-02T00:00:00Z"
    assert date.fromisoformat(KEPT.until).year == 2036

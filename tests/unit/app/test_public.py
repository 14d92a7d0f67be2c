"""A certificate that anybody checks: ours as issued, or not; changed, replaced and foreign ones are called that."""

import base64
import hashlib
import json
from dataclasses import replace

import pytest
from tests.unit.app.app_cases import T0
from tests.unit.store.samples import CASE

from bequest.app.context import Context
from bequest.app.public.certificates import (
    PublicCertificate,
    PublicSigner,
    check_certificate,
    keep_public,
    register_of,
    revocation_list,
)
from bequest.app.public.disclosure import Disclosed, disclose, disclosure_of
from bequest.app.public.revocations import SETTING
from bequest.crypto.signing import Signer
from bequest.documents.qr import QrClaim, qr_text, short_id
from bequest.evidence.statement import Statement, Subject, read_statement, sign_statement

OPERATOR, VERIFIER, LOG = (Signer.from_bytes(bytes([n]) * 32) for n in (1, 2, 3))
STATEMENT = Statement("DataDestruction", (Subject("urn:bequest:rescan", "ab" * 32),), {"state": "interim"})
ENVELOPE = sign_statement(STATEMENT, [OPERATOR, VERIFIER])
PAYLOAD = hashlib.sha256(read_statement(ENVELOPE).payload).digest()
ISSUED = PublicCertificate(
    case_id=CASE.id, certificate_id="DC-1", state="interim", issued_at="2026-12-31T01:00:00Z", rehearsal=True,
    transferor="甲", transferor_en="A", payload_sha256=PAYLOAD.hex(), index=7, log_key=LOG.public.line,
    signers=(
        PublicSigner("Operator", "performed", OPERATOR.public.line),
        PublicSigner("Verifier", "verified", VERIFIER.public.line),
    ),
)  # fmt: skip


@pytest.fixture
def issued(ctx: Context) -> Context:
    with ctx.store.transaction() as tx:
        keep_public(tx, ISSUED, T0)
        keep_public(tx, ISSUED, T0)
        assert register_of(tx, CASE.id) == (ISSUED,)
    return ctx


def code(claim: QrClaim, signer: Signer = LOG) -> bytes:
    return qr_text(claim, signer.sign(claim.signing_input())).encode()


CLAIM = QrClaim(short_id("DC-1"), PAYLOAD, 7, 12)


def test_the_original_and_the_code_of_a_certificate_are_known_again(issued: Context) -> None:
    for given in (ENVELOPE, b"  " + ENVELOPE + b"\n", code(CLAIM), code(CLAIM).lower()):
        checked = check_certificate(issued.store, given)
        assert checked.ok, checked.lines
        assert checked.certificate == ISSUED


def changed() -> bytes:
    value = json.loads(ENVELOPE)
    payload = base64.b64decode(value["payload"]).replace(b"interim", b"final")
    value["payload"] = base64.b64encode(payload).decode()
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


FOREIGN = {
    "changed": changed(),
    "signed by one alone": sign_statement(STATEMENT, [OPERATOR]),
    "signed by somebody else": sign_statement(STATEMENT, [OPERATOR, Signer.from_bytes(b"x" * 32)]),
    "a code signed by another log": code(CLAIM, OPERATOR),
    "a code of another number": code(replace(CLAIM, certificate_id=short_id("DC-2"))),
    "a code of another entry": code(replace(CLAIM, index=8)),
    "a code of something else": code(replace(CLAIM, payload_sha256=bytes(32))),
    "half a code": code(CLAIM)[:60],
    "nothing of the kind": b"\x89PNG\r\n",
    "too deep": b"[" * 5000,
}


@pytest.mark.parametrize("given", FOREIGN.values(), ids=FOREIGN)
def test_what_is_not_exactly_ours_is_not_taken_for_it(issued: Context, given: bytes) -> None:
    checked = check_certificate(issued.store, given)
    assert not checked.ok
    assert any(not x.ok for x in checked.lines)


def test_a_certificate_that_was_replaced_says_by_which(issued: Context) -> None:
    final = replace(ISSUED, certificate_id="DC-1-final", state="final", payload_sha256="0" * 64, replaces="DC-1")
    with issued.store.transaction() as tx:
        keep_public(tx, final, T0)
    assert check_certificate(issued.store, ENVELOPE).replaced_by == final


def test_a_case_is_not_there_before_its_public_notice_and_the_first_day_stays(ctx: Context) -> None:
    assert disclosure_of(ctx.store, CASE.id, T0) is None
    assert disclosure_of(ctx.store, "no-such", T0) is None
    first = Disclosed(T0.date(), 40, 30, "log", "cn")
    with ctx.store.transaction() as tx:
        disclose(tx, CASE.id, first, T0)
        disclose(tx, CASE.id, replace(first, on=T0.date().replace(day=20), by_letter=35), T0)
    from bequest.app.public.disclosure import _kept

    with ctx.store.transaction() as tx:
        assert _kept(tx, CASE.id) == replace(first, by_letter=35)


def test_a_revoked_certificate_is_called_that_and_is_on_the_list(issued: Context) -> None:
    assert revocation_list(issued.store) == []
    with issued.store.transaction() as tx:
        tx.settings.set(
            SETTING,
            {"certificate": "DC-1", "reason": "residue-found", "at": "2027-02-01T00:00:00Z", "statement": "cd" * 32},
            T0,
            case_id=CASE.id,
        )
    for given in (ENVELOPE, code(CLAIM)):
        checked = check_certificate(issued.store, given)
        assert not checked.ok
        assert checked.lines[-1].en == "It was revoked on 2027-02-01: something was found left"
    assert revocation_list(issued.store) == [
        {
            "certificate": "DC-1", "payload_sha256": PAYLOAD.hex(), "reason": "residue-found",
            "revoked_at": "2027-02-01T00:00:00Z", "statement_sha256": "cd" * 32, "rehearsal": True,
        }
    ]  # fmt: skip

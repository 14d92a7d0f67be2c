"""Statements: signed by one or more, read by other DSSE tools, in one spelling."""

import base64
import json
from pathlib import Path

import pytest
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError as DsseError
from securesystemslib.signer import SSlibKey

from bequest.crypto.signing import Signer, write_person_key
from bequest.crypto.verify import ES256
from bequest.evidence.jcs import decode_object, encode
from bequest.evidence.statement import (
    DEMANDS,
    PREDICATES,
    Statement,
    Subject,
    add_signature,
    read_statement,
    sign_statement,
    verify_statement,
)
from bequest.kernel.errors import VerificationError

PLATFORM = Signer.from_bytes(b"p" * 32)
VERIFIER = Signer.from_bytes(b"v" * 32)
STRANGER = Signer.from_bytes(b"s" * 32)
STATEMENT = Statement(
    "RescanReport", (Subject("urn:bequest:case:demo-e5", "ab" * 32),), {"hits": 0, "where": "全部来源"}
)
ENVELOPE = sign_statement(STATEMENT, [PLATFORM, VERIFIER])
KEYS = [PLATFORM.public, VERIFIER.public]


def test_a_statement_is_verified_with_all_who_signed_it() -> None:
    verified = verify_statement(ENVELOPE, KEYS, 2)
    assert verified.statement == STATEMENT
    assert set(verified.signers) == set(KEYS)
    assert STATEMENT.predicate_type == "urn:bequest:evidence:RescanReport:v1"


def test_the_order_of_signers_does_not_matter_and_a_later_signature_gives_the_same_bytes() -> None:
    assert sign_statement(STATEMENT, [VERIFIER, PLATFORM]) == ENVELOPE
    assert add_signature(sign_statement(STATEMENT, [PLATFORM]), VERIFIER) == ENVELOPE
    assert add_signature(ENVELOPE, VERIFIER) == ENVELOPE


def test_too_few_unknown_or_wrong_signatures_are_refused() -> None:
    with pytest.raises(VerificationError, match="2 signatures, expected at least 3"):
        verify_statement(ENVELOPE, KEYS, 3)
    with pytest.raises(VerificationError, match="does not name"):
        verify_statement(add_signature(ENVELOPE, STRANGER), KEYS)
    value = decode_object(ENVELOPE, "it")
    value["payload"] = base64.b64encode(Statement("RescanReport", STATEMENT.subjects, {"hits": 1}).payload()).decode()
    with pytest.raises(VerificationError, match="does not fit"):
        verify_statement(encode(value), KEYS)
    with pytest.raises(VerificationError, match="at least one key"):
        sign_statement(STATEMENT, [])
    with pytest.raises(VerificationError, match="each once"):
        sign_statement(STATEMENT, [PLATFORM, PLATFORM])


@pytest.mark.parametrize("kind", ["ssh-ed25519", ES256])
def test_securesystemslib_verifies_it(kind: str, tmp_path: Path) -> None:
    person = write_person_key(tmp_path / "id", kind=kind)
    envelope = sign_statement(STATEMENT, [person])
    theirs = Envelope.from_dict(json.loads(envelope))
    if kind == ES256:
        value = {"public": person.public.pem.decode()}
        key = SSlibKey(person.public.fingerprint, "ecdsa", "ecdsa-sha2-nistp256", value)
        other_value = {"public": Signer(write_person_key(tmp_path / "x", kind=kind)._key).public.pem.decode()}
        other = SSlibKey(person.public.fingerprint, "ecdsa", "ecdsa-sha2-nistp256", other_value)
    else:
        key = SSlibKey(person.public.fingerprint, "ed25519", "ed25519", {"public": person.public.raw.hex()})
        other = SSlibKey(person.public.fingerprint, "ed25519", "ed25519", {"public": PLATFORM.public.raw.hex()})
    assert theirs.payload == STATEMENT.payload()
    theirs.verify([key], 1)
    with pytest.raises(DsseError):
        theirs.verify([other], 1)


def test_every_changed_byte_of_an_envelope_is_refused() -> None:
    for at in range(len(ENVELOPE)):
        changed = ENVELOPE[:at] + bytes([ENVELOPE[at] ^ 1]) + ENVELOPE[at + 1 :]
        with pytest.raises(VerificationError):
            verify_statement(changed, KEYS)


def _envelope(**fields: object) -> bytes:
    value = decode_object(ENVELOPE, "it")
    value.update(fields)  # type: ignore[arg-type]
    return encode(value)


def _payload(**fields: object) -> bytes:
    value = decode_object(STATEMENT.payload(), "it")
    value.update(fields)  # type: ignore[arg-type]
    return _envelope(payload=base64.b64encode(encode(value)).decode())


SIGNATURES = decode_object(ENVELOPE, "it")["signatures"]
REFUSED = {
    "another payload type": _envelope(payloadType="text/plain"),
    "a further field": _envelope(extra=1),
    "no signatures": _envelope(signatures=[]),
    "signatures out of order": _envelope(signatures=list(reversed(SIGNATURES))),  # type: ignore[arg-type]
    "a signature twice": _envelope(signatures=[SIGNATURES[0], SIGNATURES[0]]),  # type: ignore[index]
    "a signature without key": _envelope(signatures=[{"sig": "AAAA"}]),
    "payload with trailing bits": _envelope(payload="e31="),
    "payload with spaces": _envelope(
        payload=base64.b64encode(json.dumps(json.loads(STATEMENT.payload())).encode()).decode()
    ),
    "another statement version": _payload(_type="https://in-toto.io/Statement/v0.1"),
    "an unknown predicate": _payload(predicateType="urn:bequest:evidence:Anything:v1"),
    "a foreign predicate": _payload(predicateType="https://slsa.dev/provenance/v1"),
    "no subject": _payload(subject=[]),
    "a subject without digest": _payload(subject=[{"name": "x"}]),
    "a subject with another digest": _payload(subject=[{"name": "x", "digest": {"sha1": "00"}}]),
    "a subject with two digests": _payload(subject=[{"name": "x", "digest": {"sha256": "ab" * 32, "sha1": "00"}}]),
    "a predicate that is a list": _payload(predicate=[]),
    "spaces": json.dumps(json.loads(ENVELOPE)).encode(),
}


@pytest.mark.parametrize("envelope", REFUSED.values(), ids=REFUSED)
def test_a_malformed_envelope_is_refused(envelope: bytes) -> None:
    with pytest.raises(VerificationError):
        read_statement(envelope)


def test_a_malformed_statement_is_not_signed() -> None:
    for statement in (
        Statement("Anything", STATEMENT.subjects, {}),
        Statement("RescanReport", (), {}),
        Statement("RescanReport", (Subject("x", "short"),), {}),
    ):
        with pytest.raises(VerificationError):
            sign_statement(statement, [PLATFORM])


def test_predicates_have_meanings_in_both_languages_and_demands_are_about_known_ones() -> None:
    assert set(DEMANDS) <= set(PREDICATES)
    for zh, en in PREDICATES.values():
        assert any("\u4e00" <= c <= "\u9fff" for c in zh)
        assert en.isascii()

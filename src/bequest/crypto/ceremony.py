"""The two ceremonies of passkeys (W3C Web Authentication §7.1, §7.2): what a browser is asked, and what it answers.

Only ES256 is asked for: every authenticator has it, and its assertions fit into SSH signatures. No attestation is asked
for: of which make an authenticator is, nobody needs to know. Its user is always verified (fingerprint, face, PIN).
"""

import json
import logging
import secrets
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256 as COSE_ES256
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialParameters,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from bequest.crypto.assertion import Assertion
from bequest.crypto.cipher import hmac_sha256
from bequest.crypto.verify import PASSKEY, PublicKey
from bequest.kernel.errors import VerificationError

CHALLENGE_SECONDS = 300
"""How long a page that asks for a passkey may stay open."""
LONGEST_ANSWER = 16 * 1024
_REQUIRED = UserVerificationRequirement.REQUIRED
_TIME_BYTES, _NONCE_BYTES = 8, 16
logging.getLogger("fido2").disabled = True  # it writes ids of passkeys


@dataclass(frozen=True, slots=True)
class Party:
    """Where passkeys are for: the domain they are bound to, and the one origin whose pages may ask for them."""

    domain: str
    origin: str


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """What is kept of a passkey that was made."""

    credential_id: str
    public: PublicKey
    counter: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What an authenticator answered: its assertion, the DER of its signature, whose it says it is."""

    credential_id: str
    der: bytes
    assertion: Assertion


def new_challenge(key: bytes, purpose: str, at_seconds: int) -> bytes:
    """A challenge that tells by itself when and for what it was made: nothing is kept until it is answered."""
    made = at_seconds.to_bytes(_TIME_BYTES, "big") + secrets.token_bytes(_NONCE_BYTES)
    return made + _tag(key, purpose, made)


def is_challenge(key: bytes, purpose: str, challenge: bytes, at_seconds: int) -> bool:
    """Whether it was made here, for this, in the last minutes."""
    made, tag = challenge[: _TIME_BYTES + _NONCE_BYTES], challenge[_TIME_BYTES + _NONCE_BYTES :]
    age = at_seconds - int.from_bytes(made[:_TIME_BYTES], "big")
    return secrets.compare_digest(tag, _tag(key, purpose, made)) and 0 <= age <= CHALLENGE_SECONDS


def _tag(key: bytes, purpose: str, made: bytes) -> bytes:
    return hmac_sha256(key, b"bequest/challenge/v1\0" + purpose.encode() + b"\0" + made)


def enrol_options(party: Party, challenge: bytes, user: bytes, name: str, known: tuple[str, ...]) -> dict[str, Any]:
    """What `navigator.credentials.create` is called with; bytes in base64url. `user`: an opaque handle."""
    options, _ = _server(party).register_begin(
        PublicKeyCredentialUserEntity(id=user, name=name, display_name=name), _descriptors(known),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED, user_verification=_REQUIRED, challenge=challenge,
    )  # fmt: skip
    return dict(json.loads(json.dumps(dict(options.public_key))))


def sign_options(party: Party, challenge: bytes, known: tuple[str, ...] = ()) -> dict[str, Any]:
    """What `navigator.credentials.get` is called with. Without `known` the authenticator offers what it has."""
    options, _ = _server(party).authenticate_begin(_descriptors(known) or None, _REQUIRED, challenge)
    return dict(json.loads(json.dumps(dict(options.public_key))))


def check_enrolment(party: Party, challenge: bytes, answer: str) -> NewPasskey:
    """The passkey that was made in answer to the challenge.

    Raises:
        VerificationError: where the answer is none.
    """
    try:
        made = _server(party).register_complete(_state(challenge), _read(answer))
        data = made.credential_data
        key = data.public_key if data is not None else None
        if data is None or not isinstance(key, COSE_ES256):
            raise VerificationError("the passkey has a key of another kind than ES256")
        point = b"\x04" + key[-2] + key[-3]
        return NewPasskey(websafe_encode(data.credential_id), PublicKey(PASSKEY, point, party.domain), made.counter)
    except VerificationError:
        raise
    except Exception as error:  # whatever a made-up answer breaks inside the library
        raise VerificationError(f"this is no new passkey for {party.origin}: {_why(error)}") from error


def read_answer(answer: str) -> Answer:
    """The parts of what `navigator.credentials.get` gave, not yet checked.

    Raises:
        VerificationError: where it is not that.
    """
    try:
        found = AuthenticationResponse.from_dict(_read(answer))
        data, said = found.response.authenticator_data, found.response.client_data
        assertion = Assertion(int(data.flags), data.counter, said.origin, bytes(said), bytes(data)[37:])
        return Answer(websafe_encode(found.raw_id), bytes(found.response.signature), assertion)
    except Exception as error:
        raise VerificationError(f"this is no answer of a passkey: {_why(error)}") from error


def check_answer(party: Party, challenge: bytes, answer: str, public: PublicKey) -> None:
    """Nothing, where the passkey with this key answered the challenge for its person, on our own page.

    Raises:
        VerificationError: where it did not.
    """
    try:
        given = AuthenticationResponse.from_dict(_read(answer))
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public.raw)
        known = AttestedCredentialData.create(Aaguid(bytes(16)), given.raw_id, COSE_ES256.from_cryptography_key(point))  # type: ignore[no-untyped-call]
        _server(party).authenticate_complete(_state(challenge), [known], given)
    except Exception as error:
        raise VerificationError(f"the passkey does not prove it: {_why(error)}") from error


def answered(answer: str) -> bytes:
    """The challenge that an answer says it is to.

    Raises:
        VerificationError: where it says none.
    """
    try:
        return bytes(websafe_decode(json.loads(_data_of(answer))["challenge"]))
    except Exception as error:
        raise VerificationError("this is no answer of a passkey") from error


def went_back(before: int, now: int) -> bool:
    """Whether a counter did not go on: then there may be a copy of the passkey (§6.1.1). Many never count."""
    return (before or now) > 0 and now <= before


def _server(party: Party) -> Fido2Server:
    made = Fido2Server(
        PublicKeyCredentialRpEntity(id=party.domain, name="Bequest"), verify_origin=lambda o: o == party.origin
    )
    made.allowed_algorithms = [
        PublicKeyCredentialParameters(type=PublicKeyCredentialType.PUBLIC_KEY, alg=COSE_ES256.ALGORITHM)
    ]
    made.timeout = CHALLENGE_SECONDS * 1000  # type: ignore[assignment]
    return made


def _state(challenge: bytes) -> dict[str, Any]:
    return {"challenge": websafe_encode(challenge), "user_verification": _REQUIRED}


def _descriptors(known: tuple[str, ...]) -> list[PublicKeyCredentialDescriptor]:
    kind = PublicKeyCredentialType.PUBLIC_KEY
    return [PublicKeyCredentialDescriptor(type=kind, id=websafe_decode(c)) for c in known]


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise VerificationError("an answer of a passkey is never that long")
    return dict(json.loads(answer))


def _data_of(answer: str) -> bytes:
    return bytes(websafe_decode(_read(answer)["response"]["clientDataJSON"]))


def _why(error: Exception) -> str:
    """What the library says; of other faults their kind alone, for they may hold what was sent."""
    return str(error).rstrip(".") if type(error) in (ValueError, VerificationError) else type(error).__name__

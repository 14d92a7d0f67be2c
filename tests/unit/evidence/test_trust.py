"""The trust file: well-formed, unambiguous, and never the copy out of a bundle."""

from dataclasses import replace

import pytest

from bequest.crypto.signing import Signer
from bequest.evidence.jcs import decode_object, encode
from bequest.evidence.note import COSIGNATURE, ED25519_NOTE, NoteKey
from bequest.evidence.trust import Trust, TrustedPerson, parse_trust, render_copy, render_trust
from bequest.evidence.trust_files import key_files, names_log, policy_text
from bequest.kernel.errors import VerificationError

LOG, PLATFORM, PERSON, WITNESS = (Signer.from_bytes(c * 32).public for c in (b"l", b"p", b"a", b"w"))
ORIGIN = "bequest.example/demo-e5"
VKEY = NoteKey(ORIGIN, ED25519_NOTE, LOG).vkey
WITNESS_VKEY = NoteKey("witness.example/n", COSIGNATURE, WITNESS).vkey
TRUST = Trust(
    case="demo-e5",
    event="E5",
    origin=ORIGIN,
    rehearsal=True,
    log_vkey=VKEY,
    platform_key=PLATFORM.line,
    persons=(TrustedPerson("p-legal", ("legal",), PERSON.line), TrustedPerson("p-clerk", (), "")),
    required_roles=("legal",),
)


def test_a_trust_file_comes_back() -> None:
    for trust in (
        TRUST,
        replace(TRUST, quorum=1, witnesses=(WITNESS_VKEY,), policy_digest="ab" * 32),
        replace(TRUST, intent_quorum=1, witnesses=(WITNESS_VKEY,)),
    ):
        assert parse_trust(render_trust(trust)) == trust
    assert set(decode_object(render_trust(TRUST).rstrip(b"\n"), "it")) == {
        "v", "case", "event", "origin", "rehearsal", "log_vkey", "platform_key", "persons", "required_roles", "quorum",
    }  # fmt: skip


def test_the_copy_out_of_a_bundle_is_no_trust_file() -> None:
    with pytest.raises(VerificationError, match="copy out of a bundle"):
        parse_trust(render_copy(TRUST))


BAD_FIELDS = {
    "an unknown event": {"event": "E99"},
    "a case in capitals": {"case": "Demo"},
    "another case than the origin": {"case": "demo-e2"},
    "a real origin in a rehearsal": {"rehearsal": False},
    "the key of another log": {"log_vkey": NoteKey("bequest.example/other", ED25519_NOTE, LOG).vkey},
    "a witness key for the log": {"log_vkey": NoteKey(ORIGIN, COSIGNATURE, LOG).vkey},
    "a platform key that is none": {"platform_key": "ssh-rsa AAAA"},
    "a person twice": {"persons": TRUST.persons * 2},
    "one key for two": {"persons": (TrustedPerson("p-legal", (), PLATFORM.line),)},
    "a person with a blank": {"persons": (TrustedPerson("p legal", (), ""),)},
    "a role with a line end": {"required_roles": ("legal\n",)},
    "more witnesses than there are": {"quorum": 1},
    "a negative quorum": {"quorum": -1},
    "more witnesses of intents than there are": {"intent_quorum": 1},
    "a witness with the platform's key": {"witnesses": (NoteKey("w.example", COSIGNATURE, PLATFORM).vkey,)},
    "a witness with the log's key": {"witnesses": (NoteKey("w.example", COSIGNATURE, LOG).vkey,)},
    "a witness with a person's key": {"witnesses": (NoteKey("w.example", COSIGNATURE, PERSON).vkey,)},
    "a log key for a witness": {"witnesses": (NoteKey("w.example", ED25519_NOTE, WITNESS).vkey,)},
    "a witness twice": {"witnesses": (WITNESS_VKEY, WITNESS_VKEY)},
    "a short policy digest": {"policy_digest": "ab"},
}


@pytest.mark.parametrize("fields", BAD_FIELDS.values(), ids=BAD_FIELDS)
def test_a_contradictory_trust_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(VerificationError):
        replace(TRUST, **fields)  # type: ignore[arg-type]


def changed(**fields: object) -> bytes:
    value = decode_object(render_trust(TRUST).rstrip(b"\n"), "it")
    for name, field in fields.items():
        if field is None:
            del value[name]
        else:
            value[name] = field  # type: ignore[assignment]
    return encode(value)


MALFORMED = {
    "not JSON": b"trust me",
    "spaces": render_trust(TRUST).replace(b",", b", ", 1),
    "an unknown field": changed(also=1),
    "a missing field": changed(quorum=None),
    "another version": changed(v=2),
    "a quorum that is true": changed(quorum=True),
    "a rehearsal that is a word": changed(rehearsal="no"),
    "persons that are no list": changed(persons={}),
    "a person without key": changed(persons=[{"id": "a", "roles": []}]),
    "a role that is a number": changed(required_roles=[1]),
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_trust_file_is_refused(data: bytes) -> None:
    with pytest.raises(VerificationError):
        parse_trust(data)


def test_keys_are_written_for_standard_tools() -> None:
    files = key_files(TRUST)
    assert files["data/trust/log.vkey"].decode() == VKEY + "\n"
    assert PERSON.line.encode() in files["data/trust/allowed_signers"]
    assert b"p-clerk" not in files["data/trust/allowed_signers"]
    assert files["data/trust/platform.pub.pem"].startswith(b"-----BEGIN PUBLIC KEY-----")


def test_the_policy_names_the_log_and_the_quorum() -> None:
    assert policy_text(TRUST).decode() == f"log {VKEY}\nquorum none\n"
    cosigned = policy_text(replace(TRUST, quorum=1, witnesses=(WITNESS_VKEY,)))
    assert cosigned.decode() == f"log {VKEY}\nwitness w1 {WITNESS_VKEY}\ngroup q 1 w1\nquorum q\n"
    assert names_log(cosigned, TRUST.log)
    assert not names_log(b"log other\n" + cosigned, TRUST.log)
    assert not names_log(b"", TRUST.log)


def test_signing_keys_have_holders_and_roles() -> None:
    keys = TRUST.signing_keys()
    assert keys[PLATFORM.fingerprint] == ("platform", ())
    assert keys[PERSON.fingerprint] == ("p-legal", ("legal",))
    assert len(keys) == 2
    assert TRUST.moves_nothing is False
    assert replace(TRUST, event="E2").moves_nothing is True

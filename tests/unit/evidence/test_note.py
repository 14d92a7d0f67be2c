"""Signed notes against the example of the Go library that defines them, and cosignatures of witnesses."""

import base64

import pytest

from bequest.crypto.signing import Signer
from bequest.evidence.checkpoint import checkpoint_body, parse_checkpoint
from bequest.evidence.merkle import EMPTY_ROOT, leaf_hash
from bequest.evidence.note import (
    COSIGNATURE,
    ED25519_NOTE,
    NoteKey,
    cosign,
    note_text,
    open_note,
    parse_vkey,
    sign_note,
)
from bequest.kernel.errors import VerificationError

# The example of golang.org/x/mod/sumdb/note: private key, verifier key and note as its documentation gives them.
GO_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = (
    GO_TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)

LOG = Signer.from_bytes(b"l" * 32)
WITNESS = Signer.from_bytes(b"w" * 32)
ORIGIN = "bequest.example/c-1"
LOG_KEY = NoteKey(ORIGIN, ED25519_NOTE, LOG.public)
WITNESS_KEY = NoteKey("witness.example/notary", COSIGNATURE, WITNESS.public)
ROOT = leaf_hash(b"one")
BODY = checkpoint_body(ORIGIN, 1, ROOT)
NOTE = sign_note(BODY, ORIGIN, LOG)


def test_the_go_example_opens_and_is_reproduced_byte_for_byte() -> None:
    key = parse_vkey(GO_VKEY)
    opened = open_note(GO_NOTE, [key])
    assert (opened.text, opened.signers) == (GO_TEXT, ("PeterNeumann",))
    signer = Signer.from_bytes(GO_SEED)
    assert sign_note(GO_TEXT, "PeterNeumann", signer) == GO_NOTE
    assert NoteKey("PeterNeumann", ED25519_NOTE, signer.public).vkey == GO_VKEY
    assert note_text(GO_NOTE) == GO_TEXT


def test_every_changed_or_missing_character_of_a_verifier_key_is_refused() -> None:
    for at in range(len(GO_VKEY)):
        changed = GO_VKEY[:at] + chr(ord(GO_VKEY[at]) + 1) + GO_VKEY[at + 1 :]
        for text in (changed, GO_VKEY[:at], GO_VKEY[at + 1 :]):
            with pytest.raises(VerificationError):
                parse_vkey(text)


def test_verifier_keys_of_wrong_length_or_algorithm_are_refused() -> None:
    for text in (
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ):
        with pytest.raises(VerificationError):
            parse_vkey(text)


def test_every_changed_character_of_a_note_is_refused() -> None:
    for at in range(len(NOTE)):
        changed = NOTE[:at] + ("A" if NOTE[at] != "A" else "B") + NOTE[at + 1 :]
        with pytest.raises(VerificationError):
            parse_checkpoint(changed, LOG_KEY)


def test_a_note_of_strangers_only_is_refused_and_a_stranger_beside_the_log_is_passed_over() -> None:
    stranger = sign_note(BODY, "stranger.example", WITNESS)
    with pytest.raises(VerificationError, match="not signed by the key expected"):
        open_note(stranger, [LOG_KEY])
    both = NOTE + stranger.removeprefix(BODY + "\n")
    assert open_note(both, [LOG_KEY]).signers == (ORIGIN,)


def test_signatures_made_twice_or_of_known_keys_that_do_not_fit_spoil_the_note() -> None:
    line = NOTE.removeprefix(BODY + "\n")
    with pytest.raises(VerificationError, match="twice"):
        open_note(NOTE + line, [LOG_KEY])
    other = sign_note("another text\n", ORIGIN, LOG)
    with pytest.raises(VerificationError, match="does not fit"):
        open_note(other.replace("another", "changed"), [LOG_KEY])


MALFORMED = {
    "no signature": BODY,
    "no blank line": BODY + NOTE.removeprefix(BODY + "\n"),
    "no line end at the end": NOTE[:-1],
    "hyphen for the dash": NOTE.replace("—", "-"),
    "a control character": NOTE.replace("\n1\n", "\n1\r\n"),
    "two blanks": NOTE.replace("— ", "—  "),
    "empty": "",
    "trailing bits": NOTE[:-3] + chr(ord(NOTE[-3]) + 1) + NOTE[-2:],
    "too many signatures": NOTE + NOTE.removeprefix(BODY + "\n") * 100,
    "too long": BODY + "x" * 300_000,
}


@pytest.mark.parametrize("note", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_note_is_refused(note: str) -> None:
    with pytest.raises(VerificationError):
        open_note(note, [LOG_KEY])


def test_names_with_blanks_or_plus_are_refused() -> None:
    for name in ("", "a b", "a+b"):
        with pytest.raises(VerificationError):
            NoteKey(name, ED25519_NOTE, LOG.public)


def test_a_cosignature_tells_the_time_and_verifies() -> None:
    note = NOTE + cosign(BODY, WITNESS_KEY.name, WITNESS, 1_793_000_000)
    checkpoint = parse_checkpoint(note, LOG_KEY, [WITNESS_KEY])
    assert checkpoint.cosignatures == ((WITNESS_KEY.name, 1_793_000_000),)
    assert parse_checkpoint(note, LOG_KEY).cosignatures == ()
    assert parse_vkey(WITNESS_KEY.vkey) == WITNESS_KEY


def test_a_cosignature_for_another_time_or_text_spoils_the_note() -> None:
    line = cosign(BODY, WITNESS_KEY.name, WITNESS, 1_793_000_000)
    data = bytearray(base64.b64decode(line.split(" ")[2]))
    data[11] ^= 1  # the last byte of the time
    forged = f"— {WITNESS_KEY.name} {base64.b64encode(data).decode()}\n"
    other = cosign(checkpoint_body(ORIGIN, 2, ROOT), WITNESS_KEY.name, WITNESS, 1_793_000_000)
    for bad in (forged, other):
        with pytest.raises(VerificationError, match="cosignature"):
            open_note(NOTE + bad, [LOG_KEY, WITNESS_KEY])


def test_a_cosignature_alone_does_not_make_a_checkpoint() -> None:
    with pytest.raises(VerificationError):
        parse_checkpoint(BODY + "\n" + cosign(BODY, WITNESS_KEY.name, WITNESS, 1), LOG_KEY, [WITNESS_KEY])


BAD_BODIES = {
    "another origin": checkpoint_body("other.example/c-1", 1, ROOT),
    "a leading zero": BODY.replace("\n1\n", "\n01\n"),
    "a negative size": BODY.replace("\n1\n", "\n-1\n"),
    "an extension line": BODY + "extension\n",
    "a short root": checkpoint_body(ORIGIN, 1, ROOT[:-1]),
    "an empty tree with a root of its own": checkpoint_body(ORIGIN, 0, ROOT),
    "two lines": f"{ORIGIN}\n1\n",
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_malformed_checkpoint_is_refused_even_when_signed(body: str) -> None:
    with pytest.raises(VerificationError):
        parse_checkpoint(sign_note(body, ORIGIN, LOG), LOG_KEY)


def test_the_checkpoint_of_an_empty_log_is_one() -> None:
    assert parse_checkpoint(sign_note(checkpoint_body(ORIGIN, 0, EMPTY_ROOT), ORIGIN, LOG), LOG_KEY).size == 0

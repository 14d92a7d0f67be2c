"""A witness refuses forks, rollbacks and truncation whoever signs them, and cosigns what extends what it saw."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bequest.crypto.signing import Signer
from bequest.evidence.checkpoint import checkpoint_body, parse_checkpoint
from bequest.evidence.merkle import EMPTY_ROOT, Tree, leaf_hash
from bequest.evidence.note import COSIGNATURE, ED25519_NOTE, NoteKey, sign_note
from bequest.evidence.witness import (
    FOREIGN,
    FORKED,
    INCONSISTENT,
    MALFORMED,
    OTHER_SIZE,
    Request,
    Seen,
    parse_request,
    witness,
)
from bequest.kernel.errors import VerificationError

LOG, WITNESS, STRANGER = (Signer.from_bytes(c * 32) for c in (b"l", b"w", b"s"))
ORIGIN, NAME = "bequest.example/demo-e5", "witness.example/notary"
KEY, WITNESS_KEY = NoteKey(ORIGIN, ED25519_NOTE, LOG.public), NoteKey(NAME, COSIGNATURE, WITNESS.public)
NOW = 1_800_000_000


@dataclass
class Writer:
    """Whoever holds the log's key: can sign any tree at all."""

    tree: Tree

    def note(self, size: int, signer: Signer = LOG) -> str:
        return sign_note(checkpoint_body(ORIGIN, size, self.tree.root(size)), ORIGIN, signer)

    def request(self, old: int, size: int, signer: Signer = LOG) -> Request:
        return Request(old, self.tree.consistency(old, size) if old else (), self.note(size, signer))

    def seen(self, size: int) -> Seen:
        return Seen(size, self.tree.root(size), NOW - 60)


def writer(n: int, salt: str = "") -> Writer:
    return Writer(Tree(leaf_hash(f"{salt}{number}".encode()) for number in range(n)))


HONEST, OTHER = writer(40), writer(40, "other")


def ask(request: Request, seen: Seen | None = None, now: int = NOW) -> tuple[str, Seen]:
    return witness(parse_request(request.render()), KEY, seen, name=NAME, signer=WITNESS, now=now)


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_head_that_extends_the_one_seen_is_cosigned(a: int, b: int) -> None:
    old, size = sorted((a, b))
    request = HONEST.request(old, size)
    line, now = ask(request, HONEST.seen(old) if old else None)
    assert now == Seen(size, HONEST.tree.root(size) if size else EMPTY_ROOT, NOW)
    assert parse_checkpoint(request.note + line, KEY, [WITNESS_KEY]).cosignatures == ((NAME, NOW),)


def swapped(request: Request) -> Request:
    return Request(request.old, request.proof[::-1], request.note)


REFUSED: dict[str, tuple[Request, Seen | None, str]] = {
    "split view: another tree, the same size": (OTHER.request(7, 7), HONEST.seen(7), FORKED),
    "split view: another tree, larger": (OTHER.request(7, 20), HONEST.seen(7), INCONSISTENT),
    "split view: another tree, from the beginning": (OTHER.request(0, 20), HONEST.seen(7), OTHER_SIZE),
    "rollback to an earlier head": (HONEST.request(3, 5), HONEST.seen(7), OTHER_SIZE),
    "truncation to nothing": (HONEST.request(0, 0), HONEST.seen(7), OTHER_SIZE),
    "a request from another size": (HONEST.request(5, 20), HONEST.seen(7), OTHER_SIZE),
    "a first request with a past": (HONEST.request(5, 20), None, OTHER_SIZE),
    "a proof out of order": (swapped(HONEST.request(7, 20)), HONEST.seen(7), INCONSISTENT),
    "no proof": (Request(7, (), HONEST.note(20)), HONEST.seen(7), INCONSISTENT),
    "a proof from nothing": (Request(0, HONEST.tree.consistency(7, 20), HONEST.note(20)), None, INCONSISTENT),
    "signed by a stranger": (HONEST.request(0, 20, STRANGER), None, FOREIGN),
    "an old size beyond the head": (Request(21, (), HONEST.note(20)), HONEST.seen(21), MALFORMED),
}


@pytest.mark.parametrize(("request_", "seen", "code"), REFUSED.values(), ids=REFUSED)
def test_everything_else_is_refused(request_: Request, seen: Seen | None, code: str) -> None:
    with pytest.raises(VerificationError) as refusal:
        ask(request_, seen)
    assert refusal.value.code == code
    assert refusal.value.hint or code == MALFORMED


def test_a_head_of_another_log_is_refused() -> None:
    note = sign_note(checkpoint_body("bequest.example/other", 1, HONEST.tree.root(1)), ORIGIN, LOG)
    with pytest.raises(VerificationError, match="of log"):
        ask(Request(0, (), note))


def test_a_clock_set_back_cosigns_nothing() -> None:
    with pytest.raises(VerificationError, match="clock"):
        ask(HONEST.request(7, 20), HONEST.seen(7), now=NOW - 61)


TEXT = HONEST.request(7, 20).render()
BROKEN: dict[str, Callable[[str], str]] = {
    "no old size": lambda t: t.removeprefix("old 7\n"),
    "a leading zero": lambda t: t.replace("old 7", "old 07"),
    "no blank line": lambda t: t.replace("\n\n", "\n"),
    "a hash that is none": lambda t: t.replace("old 7\n", "old 7\nAAAA\n"),
    "no base64": lambda t: t.replace("old 7\n", "old 7\n***\n"),
    "too many hashes": lambda t: t.replace("old 7\n", "old 7\n" + "A" * 43 + "=\n" + ("A" * 43 + "=\n") * 64),
    "no signature": lambda t: t.split("\n— ")[0],
    "nothing": lambda _: "",
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_a_malformed_request_is_refused(change: Callable[[str], str]) -> None:
    with pytest.raises(VerificationError) as refusal:
        parse_request(change(TEXT))
    assert refusal.value.code == MALFORMED


def test_the_example_of_the_protocol_is_read() -> None:
    """The request of C2SP tlog-witness, as its text has it."""
    text = (
        "old 20852014\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\njrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
        "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\n"
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE"
        "+xeMcTOAYQ8=\n"
    )
    request = parse_request(text)
    assert (request.old, len(request.proof), request.origin) == (20852014, 4, "example.com/behind-the-sofa")
    assert request.render() == text

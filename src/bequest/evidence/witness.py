"""What a witness does: it cosigns the head of a log only where that contains the head it saw last (C2SP tlog-witness).

The request of `add-checkpoint` is text, the same over HTTP and in a file: `old N`, lines of the consistency proof, a
blank line, the checkpoint. Pure: what was seen comes in, the cosignature and what is seen now go out; whoever calls
keeps the latter *before* giving the former away.
"""

import base64
import re
from dataclasses import dataclass

from bequest.crypto.verify import SigningKey, decode_base64
from bequest.evidence.checkpoint import Checkpoint, parse_checkpoint
from bequest.evidence.merkle import HASH_BYTES, verify_consistency
from bequest.evidence.note import NoteKey, cosign, note_text
from bequest.kernel.errors import VerificationError

MALFORMED = "BQ-WITNESS-1"
UNKNOWN_LOG = "BQ-WITNESS-2"
FOREIGN = "BQ-WITNESS-3"
OTHER_SIZE = "BQ-WITNESS-4"
FORKED = "BQ-WITNESS-5"
INCONSISTENT = "BQ-WITNESS-6"
STATUS = {MALFORMED: 400, UNKNOWN_LOG: 404, FOREIGN: 403, OTHER_SIZE: 409, FORKED: 409, INCONSISTENT: 422}
"""Code of a refusal → status of its HTTP answer, as the protocol has it."""
CAUGHT = frozenset({FORKED, INCONSISTENT})
"""Refusals whose request shows, by the log's own signature, that it does not keep one history."""

_MAX_PROOF = 63
_MAX_CHARACTERS = 256 * 1024
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Request:
    """A head to cosign, with the proof that it contains the first `old` entries."""

    old: int
    proof: tuple[bytes, ...]
    note: str

    def render(self) -> str:
        """The text that goes to the witness."""
        lines = [f"old {self.old}", *(base64.b64encode(h).decode() for h in self.proof), ""]
        return "\n".join(lines) + "\n" + self.note

    @property
    def origin(self) -> str:
        """The name that the head bears; nothing is checked yet."""
        return note_text(self.note).split("\n", 1)[0]


@dataclass(frozen=True, slots=True)
class Seen:
    """The largest head of a log that the witness cosigned, and when (seconds since 1970)."""

    size: int
    root: bytes
    time: int


def parse_request(text: str) -> Request:
    """The request in a text.

    Raises:
        VerificationError: where it is malformed.
    """
    head, blank, note = text.partition("\n\n")
    lines = head.split("\n")
    match = _OLD.fullmatch(lines[0])
    if len(text) > _MAX_CHARACTERS or not blank or not match or len(lines) > 1 + _MAX_PROOF:
        raise VerificationError(
            "this is no request to a witness: it begins with a line `old N`",
            hint="Take the file that `bequest evidence checkpoint` wrote.",
            code=MALFORMED,
        )
    try:
        proof = tuple(decode_base64(line, "a hash of the proof") for line in lines[1:])
        note_text(note)
    except VerificationError as error:
        raise VerificationError(error.message, code=MALFORMED) from None
    if any(len(h) != HASH_BYTES for h in proof):
        raise VerificationError("a hash of the proof has not 32 bytes", code=MALFORMED)
    return Request(int(match[1]), proof, note)


def judge(request: Request, log: NoteKey, seen: Seen | None) -> Checkpoint:
    """The head, where the witness may cosign it.

    Raises:
        VerificationError: where the log did not sign it, or it does not contain the head seen last; the code says
            which.
    """
    try:
        head = parse_checkpoint(request.note, log)
    except VerificationError as error:
        raise VerificationError(error.message, hint="Ask the log's owner for a new file.", code=FOREIGN) from None
    known = seen.size if seen else 0
    if request.old > head.size:
        raise VerificationError("the request's old size is larger than its head", code=MALFORMED)
    if seen and head.size < seen.size:
        raise VerificationError(
            f"the log shows a head of {head.size} entries, and one of {seen.size} was cosigned before: rolled back",
            hint="Nothing was cosigned. Ask for the newest head; where this is it, entries were taken out of the log.",
            code=OTHER_SIZE,
        )
    if seen and head.size == seen.size and head.root != seen.root:
        raise VerificationError(
            f"the log shows two different heads of {head.size} entries: it keeps two histories",
            hint="Nothing was cosigned. Keep the request: the log's own signature shows what it did.",
            code=FORKED,
        )
    if request.old != known:
        raise VerificationError(
            f"the request begins at {request.old} entries, the head cosigned last has {known}",
            hint=f"Ask for a request that begins there: `bequest evidence checkpoint CASE --since {known}`.",
            code=OTHER_SIZE,
        )
    if not _contains(request, head, seen):
        raise VerificationError(
            f"the head of {head.size} entries does not contain the one of {known} that was cosigned before"
            " by the proof in the request: another history, or a false proof",
            hint="Nothing was cosigned. Keep the request, and ask for the proof again; where that fails too, the log"
            " was rewritten.",
            code=INCONSISTENT,
        )
    return head


def _contains(request: Request, head: Checkpoint, seen: Seen | None) -> bool:
    if seen is None or seen.size == 0:
        return not request.proof
    return verify_consistency(seen.size, head.size, request.proof, seen.root, head.root)


def witness(
    request: Request, log: NoteKey, seen: Seen | None, *, name: str, signer: SigningKey, now: int
) -> tuple[str, Seen]:
    """The cosignature line, and what the witness has seen from now on. `now` is in seconds since 1970.

    Raises:
        VerificationError: see `judge`; also where the clock stands before the last cosignature.
    """
    head = judge(request, log, seen)
    if seen and now < seen.time:
        raise VerificationError(
            "the clock of this machine stands before the last cosignature of this log", hint="Set the clock right."
        )
    return cosign(head.body, name, signer, now), Seen(head.size, head.root, now)

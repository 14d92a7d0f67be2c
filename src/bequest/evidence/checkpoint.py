"""Checkpoints: the signed head of a log (C2SP tlog-checkpoint).

The body is three lines, origin, size, root in base64; extension lines are not used, since witnesses do not vouch for
them.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bequest.crypto.verify import decode_base64
from bequest.evidence.merkle import EMPTY_ROOT, HASH_BYTES
from bequest.evidence.note import Cosignature, NoteKey, open_note
from bequest.kernel.errors import VerificationError

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The tree of `size` leaves with this root, as the log of this origin signed it."""

    origin: str
    size: int
    root: bytes
    note: str
    """The signed text, with the log's signature and any cosignatures."""
    cosignatures: tuple[Cosignature, ...] = ()

    @property
    def body(self) -> str:
        """What is signed."""
        return checkpoint_body(self.origin, self.size, self.root)


def checkpoint_body(origin: str, size: int, root: bytes) -> str:
    """The text that the log signs."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def parse_checkpoint(note: str, log: NoteKey, witnesses: Sequence[NoteKey] = ()) -> Checkpoint:
    """The checkpoint in a note that the log's key signed; its origin is the name of that key.

    Raises:
        VerificationError: where the signature, the form or the origin does not hold.
    """
    opened = open_note(note, (log, *witnesses))
    if log.name not in opened.signers:
        raise VerificationError("the checkpoint is not signed by the log")
    lines = opened.text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise VerificationError("a checkpoint has three lines: origin, size, root")
    if lines[0] != log.name:
        raise VerificationError(f"the checkpoint is of log {lines[0]!r}, expected {log.name!r}")
    if not _SIZE.fullmatch(lines[1]):
        raise VerificationError("the size in the checkpoint is not a plain number")
    root = decode_base64(lines[2], "the root in the checkpoint")
    size = int(lines[1])
    if len(root) != HASH_BYTES or (size == 0 and root != EMPTY_ROOT):
        raise VerificationError("the root in the checkpoint is not a tree hash")
    return Checkpoint(lines[0], size, root, note, opened.cosignatures)

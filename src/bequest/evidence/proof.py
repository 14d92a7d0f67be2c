"""One file that shows one entry is in the log: index, audit path, checkpoint (C2SP tlog-proof)."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bequest.crypto.verify import decode_base64
from bequest.evidence.checkpoint import Checkpoint, parse_checkpoint
from bequest.evidence.merkle import HASH_BYTES, leaf_hash, verify_inclusion
from bequest.evidence.note import NoteKey
from bequest.kernel.errors import VerificationError

_HEAD = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")
_MAX_CHARACTERS = 64 * 1024


@dataclass(frozen=True, slots=True)
class TlogProof:
    """The proof for the entry at `index`; `checkpoint` is the signed note as the log published it."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str

    def render(self) -> str:
        """The text of a `.tlog-proof` file."""
        lines = [_HEAD, f"index {self.index}", *(base64.b64encode(h).decode() for h in self.hashes), ""]
        return "\n".join(lines) + "\n" + self.checkpoint


def parse_proof(text: str) -> TlogProof:
    """The proof in a `.tlog-proof` file. The optional `extra` line, which nothing authenticates, is refused.

    Raises:
        VerificationError: where the form does not hold.
    """
    if len(text) > _MAX_CHARACTERS:
        raise VerificationError("the proof is too long")
    head, blank, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or len(lines) < 2 or lines[0] != _HEAD:
        raise VerificationError("this is not a tlog-proof")
    match = _INDEX.fullmatch(lines[1])
    if not match:
        raise VerificationError("the proof has no plain index")
    hashes = tuple(decode_base64(line, "a hash of the proof") for line in lines[2:])
    if any(len(h) != HASH_BYTES for h in hashes):
        raise VerificationError("a hash of the proof has not 32 bytes")
    return TlogProof(int(match[1]), hashes, checkpoint)


def verify_proof(proof: TlogProof, entry: bytes, log: NoteKey, witnesses: Sequence[NoteKey] = ()) -> Checkpoint:
    """The checkpoint under which `entry` is proven to be in the log at the proof's index.

    Raises:
        VerificationError: where the checkpoint or the path does not hold.
    """
    checkpoint = parse_checkpoint(proof.checkpoint, log, witnesses)
    if not verify_inclusion(leaf_hash(entry), proof.index, checkpoint.size, proof.hashes, checkpoint.root):
        raise VerificationError(f"the proof does not lead from entry {proof.index} to the root")
    return checkpoint

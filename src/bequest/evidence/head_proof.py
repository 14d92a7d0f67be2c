"""The head of the log that something handed out speaks of: the entry, its path, and the head as the log signed it.

It travels inside proofs that people keep, so that a proof can be checked with the trust file alone, without the bundle.
An entry holds no personal data, so whoever gets it learns of nobody.
"""

from dataclasses import dataclass

from bequest.evidence.checkpoint import Checkpoint
from bequest.evidence.event import Leaf, parse_leaf
from bequest.evidence.proof import TlogProof, parse_proof, verify_proof
from bequest.evidence.trust import Trust
from bequest.kernel.canonical import Json
from bequest.kernel.errors import VerificationError

TYPE = "bequest/log-proof/v1"


@dataclass(frozen=True, slots=True)
class HeadProof:
    """An entry of the log exactly as it is hashed, and the proof that leads from it to a signed head."""

    entry: bytes
    proof: TlogProof

    def to_json(self) -> dict[str, Json]:
        """The member of a proof's file."""
        return {"type": TYPE, "entry": self.entry.decode(), "proof": self.proof.render()}


def parse_head_proof(value: Json) -> HeadProof:
    """What `to_json` made, its signature not yet checked.

    Raises:
        VerificationError: where it is malformed.
    """
    if not isinstance(value, dict) or set(value) != {"type", "entry", "proof"} or value["type"] != TYPE:
        raise VerificationError("the head of the log in it is not of the form known here")
    entry, proof = value["entry"], value["proof"]
    if not isinstance(entry, str) or not isinstance(proof, str):
        raise VerificationError("the head of the log in it is not text")
    return HeadProof(entry.encode("utf-8", "replace"), parse_proof(proof))


def check_head(head: HeadProof, trust: Trust) -> tuple[Leaf, Checkpoint]:
    """The entry, and the head that holds it, once the log of the case is known to have signed that.

    Raises:
        VerificationError: where it does not hold, or is of another log.
    """
    checkpoint = verify_proof(head.proof, head.entry, trust.log, trust.witness_keys)
    leaf = parse_leaf(head.entry)
    if leaf.seq != head.proof.index or leaf.case != trust.case:
        raise VerificationError("its entry is not the one that stands there in the log of this case")
    return leaf, checkpoint

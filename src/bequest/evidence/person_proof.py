"""The proof that one person can keep: how the case recorded the end of his or her data, and the path to the root.

Whoever holds it can show it to anybody; nobody else can make it, for the salt is in it. It names nobody: the tag is
keyed. The root is in the log of the case, so the proof is checked against the bundle or at the public page; the
file holds the head of the log that it speaks of as well, as the log signed it, and is then checked without a bundle.
"""

import json
from dataclasses import dataclass, replace

from bequest.evidence.disposition_tree import TAG_BYTES, DispositionProof, disposition_leaf
from bequest.evidence.head_proof import HeadProof, parse_head_proof
from bequest.evidence.merkle import HASH_BYTES, leaf_hash, root_of_inclusion
from bequest.kernel.canonical import Json
from bequest.kernel.errors import VerificationError

TYPE = "bequest/person-proof/v1"
SALT_BYTES = 32
LONGEST = 64 * 1024
"""Bytes of a proof file."""
_HINT = "Use the file as it was downloaded, or the whole text of the QR code."


@dataclass(frozen=True, slots=True)
class PersonProof:
    """A person's line and its path. `disposition`: `release residue`; with several lots `lot:…`, joined by `/`."""

    tag: bytes
    salt: bytes
    disposition: str
    at: DispositionProof
    head: HeadProof | None = None
    """The head of the log that holds the root; None in the text of a QR code, and in files of earlier versions."""

    def root(self) -> bytes | None:
        """The root that the path leads to; None for a path that leads nowhere."""
        leaf = leaf_hash(disposition_leaf(self.tag, self.salt, self.disposition))
        return root_of_inclusion(leaf, self.at.index, self.at.size, self.at.hashes)

    def to_json(self, case_id: str) -> bytes:
        """The file for the person to keep. The case is named for finding the bundle; it is no part of the proof.

        Verifiers of earlier versions pass over the head, which names its own version.
        """
        said: dict[str, Json] = {
            "type": TYPE, "case": case_id, "tag": self.tag.hex(), "salt": self.salt.hex(),
            "disposition": self.disposition, "index": self.at.index, "size": self.at.size,
            "hashes": [h.hex() for h in self.at.hashes],
        }  # fmt: skip
        if self.head is not None:
            said["head"] = self.head.to_json()
        return (json.dumps(said, indent=1) + "\n").encode()


def parse_person_proof(data: bytes) -> PersonProof:
    """The proof in a file that `to_json` wrote.

    Raises:
        VerificationError: where it is none.
    """
    try:
        said = json.loads(data)
        if said["type"] != TYPE:
            raise ValueError
        proof = person_proof(
            bytes.fromhex(said["tag"]), bytes.fromhex(said["salt"]), said["disposition"], said["index"], said["size"],
            tuple(bytes.fromhex(h) for h in said["hashes"]),
        )  # fmt: skip
        head = parse_head_proof(said["head"]) if "head" in said else None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise VerificationError("this is no proof of a person's disposition", hint=_HINT) from error
    return replace(proof, head=head)


def person_proof(
    tag: bytes, salt: bytes, disposition: str, index: int, size: int, hashes: tuple[bytes, ...]
) -> PersonProof:
    """A proof of these parts.

    Raises:
        VerificationError: where a part has not its length or kind.
    """
    whole = isinstance(index, int) and isinstance(size, int) and 0 <= index < size < 2**63
    if (
        not whole
        or not isinstance(disposition, str)
        or len(tag) != TAG_BYTES
        or len(salt) != SALT_BYTES
        or any(len(h) != HASH_BYTES for h in hashes)
    ):
        raise VerificationError("a part of the proof has the wrong length", hint=_HINT)
    return PersonProof(tag, salt, disposition, DispositionProof(index, size, hashes))

"""One line per answer of a customer, provable one by one, readable by nobody who does not hold its receipt.

    leaf = tag (16 bytes) || HMAC-SHA256(salt, "bequest/answer/v1" 0x00 tag 0x00 said)

`said` is canonical JSON: what was answered, and the digest of the receipt that the person gets. The lines of a batch,
sorted, are an RFC 6962 tree whose root stands in the log, in the entry `answers.received`, under the role `answers`.

The tag is keyed and stands for the question of one person for one lot, or for what is in no lot: a later line under the
same tag takes the place of an earlier one, so an older answer cannot be played again as the last word. An answer for
all lots has, under the same salt, a line for each lot in which no answer of a later time was there already. An answer
that did not count when it was taken, too late or older than one already there, gets a tag of its own. Lines are filled
up with noise to a multiple of `PADDED`, so that their number does not tell how many answered where few did.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bequest.evidence.disposition_tree import TAG_BYTES, DispositionProof
from bequest.evidence.head_proof import HeadProof, parse_head_proof
from bequest.evidence.jcs import encode
from bequest.evidence.merkle import HASH_BYTES, leaf_hash, root_of_inclusion
from bequest.kernel.canonical import Json
from bequest.kernel.errors import VerificationError

TYPE = "bequest/answer-proof/v1"
MEMBER = "bequest:proof"
"""Where the proof stands in a receipt; the digest of the receipt is over all but this."""
ROLE = "answers"
"""Under which the log's entry refers to the root of a batch."""
SALT_BYTES = 32
PADDED = 16
LONGEST = 256 * 1024
"""Bytes of a receipt."""
STATES = ("taken", "late", "superseded")
"""How an answer counted when it was taken; `superseded`: in every lot it was for, a later one was there already."""
_TAG = re.compile(rf"[0-9a-f]{{{2 * TAG_BYTES}}}")
_SAID = frozenset({"v", "case", "ref", "fact", "value", "lot", "at", "channel", "state", "receipt", "parts", "but"})
_HINT = "Use the receipt as it was handed out, unchanged."


def answer_leaf(tag: bytes, salt: bytes, said: bytes) -> bytes:
    """The line of one answer."""
    if len(tag) != TAG_BYTES or len(salt) != SALT_BYTES:
        raise ValueError("a tag has 16 bytes, a salt 32")
    return tag + hmac.digest(salt, b"\0".join((b"bequest/answer/v1", tag, said)), hashlib.sha256)


@dataclass(frozen=True, slots=True)
class AnswerProof:
    """What opens one line, its path, and the head of the log that holds the root.

    `said`: `v`, `case`, `ref`, `fact`, `value`, `lot`, `at`, `channel`, `state`, `receipt` (SHA-256 over the receipt's
    canonical JSON), `parts` (the tags of the same question for the further lots in which it was the last word when it
    was taken, by lot) and `but` (of an answer for all, the lots in which a later one was there already).
    """

    tag: bytes
    salt: bytes
    said: Mapping[str, Json]
    at: DispositionProof
    head: HeadProof

    def root(self) -> bytes | None:
        """The root that the path leads to; None for a path that leads nowhere."""
        leaf = leaf_hash(answer_leaf(self.tag, self.salt, encode(dict(self.said))))
        return root_of_inclusion(leaf, self.at.index, self.at.size, self.at.hashes)

    def parts(self) -> Iterator[tuple[str, bytes, bytes]]:
        """The further lots for which it was the last word: lot, tag, and the line under that tag."""
        said, parts = encode(dict(self.said)), self.said["parts"]
        assert isinstance(parts, dict)  # noqa: S101 - the parser has seen to it
        for lot, text in parts.items():
            tag = bytes.fromhex(str(text))
            yield lot, tag, answer_leaf(tag, self.salt, said)

    def to_json(self) -> dict[str, Json]:
        """The member of the receipt."""
        return {
            "type": TYPE, "tag": self.tag.hex(), "salt": self.salt.hex(), "said": dict(self.said),
            "index": self.at.index, "size": self.at.size, "hashes": [h.hex() for h in self.at.hashes],
            "head": self.head.to_json(),
        }  # fmt: skip


def render_with_proof(receipt: bytes, proof: AnswerProof) -> bytes:
    """The receipt (canonical JSON) with its proof, as a file for people and machines."""
    whole = {**json.loads(receipt), MEMBER: proof.to_json()}
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()


def is_answer_receipt(data: bytes) -> bool:
    """Whether a file means to be a receipt with a proof."""
    return f'"{MEMBER}"'.encode() in data


def parse_answer_receipt(data: bytes) -> AnswerProof:
    """The proof in a receipt, once all the rest of it is known to be what the line commits to.

    Raises:
        VerificationError: where it is no receipt, a part is malformed, or anything in it was changed.
    """
    try:
        if len(data) > LONGEST:
            raise ValueError
        receipt = json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_float=_refuse, parse_constant=_refuse)
        proof = _proof(receipt.pop(MEMBER))
        digest = hashlib.sha256(encode(receipt)).hexdigest()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise VerificationError("this is no receipt of an answer with its proof", hint=_HINT) from error
    if proof.said["receipt"] != digest:
        raise VerificationError("the receipt says something else than its proof is for", hint=_HINT)
    return proof


def _proof(value: dict[str, Any]) -> AnswerProof:
    if value["type"] != TYPE:
        raise ValueError
    index, size, said = value["index"], value["size"], value["said"]
    tag, salt = bytes.fromhex(value["tag"]), bytes.fromhex(value["salt"])
    hashes = tuple(bytes.fromhex(h) for h in value["hashes"])
    if type(index) is not int or type(size) is not int or not 0 <= index < size < 2**63:
        raise ValueError
    if len(tag) != TAG_BYTES or len(salt) != SALT_BYTES or any(len(h) != HASH_BYTES for h in hashes):
        raise ValueError
    _check_said(said)
    return AnswerProof(tag, salt, said, DispositionProof(index, size, hashes), parse_head_proof(value["head"]))


def _check_said(said: dict[str, Any]) -> None:
    texts = [said[name] for name in _SAID - {"v", "parts", "but"}]
    if set(said) != _SAID or said["v"] != 1 or not all(isinstance(t, str) for t in (*texts, *said["but"])):
        raise ValueError
    if said["state"] not in STATES or not isinstance(said["but"], list) or not isinstance(said["parts"], dict):
        raise ValueError
    if not all(isinstance(t, str) and _TAG.fullmatch(t) for t in said["parts"].values()):
        raise ValueError


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no member stands twice: readers would not agree on which one counts."""
    listed = list(pairs)
    found = dict(listed)
    if len(found) != len(listed):
        raise ValueError
    return found


def _refuse(text: str) -> None:
    raise ValueError(text[:20])

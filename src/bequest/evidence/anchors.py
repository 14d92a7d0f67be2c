"""Heads of the log whose digest somebody registered elsewhere: in a judicial chain, at a notary's, in a register.

Of each registration there are two files beside the head: `SIZE.anchor-N.json`, what is said of it, and
`SIZE.anchor-N.receipt.…`, the receipt as the platform issued it. The bundle proves of which head they speak; that the
platform holds the digest, and since when, is the platform's word: one looks it up there by the reference.
在线诉讼规则（法释〔2021〕12号）Art. 16–19: what a chain holds is presumed unchanged *after* it was put there.
"""

import json
import re
from dataclasses import dataclass

from bequest.kernel.canonical import Json
from bequest.kernel.errors import VerificationError

RECORD = re.compile(r"(?P<size>0|[1-9][0-9]{0,18})\.anchor-(?P<number>[1-9][0-9]{0,3})\.json")
RECEIPT = re.compile(r"(?:0|[1-9][0-9]{0,18})\.anchor-[1-9][0-9]{0,3}\.receipt\.[a-z0-9]{1,5}")
_FIELDS = ("platform", "reference", "registered_at", "look_up", "sha256", "receipt", "receipt_sha256")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What is said of a registration. All is text; digests are lower-case hexadecimal."""

    platform: str
    """The platform or office, as the parties call it."""
    reference: str
    """Its number of the registration: transaction, block, deposit or file number."""
    registered_at: str
    """When, as the receipt has it (RFC 3339)."""
    look_up: str
    """Where anybody can look it up; may be empty."""
    sha256: str
    """Of the head as the log signed it, `SIZE.checkpoint`."""
    receipt: str
    """File name of the receipt."""
    receipt_sha256: str

    def render(self) -> bytes:
        """The record as JSON, one field a line."""
        return json.dumps({f: getattr(self, f) for f in _FIELDS}, ensure_ascii=False, indent=1).encode() + b"\n"


def parse_anchor(data: bytes) -> Anchor:
    """Read a record.

    Raises:
        VerificationError: where it is none.
    """
    try:
        found: Json = json.loads(data)
    except ValueError:
        found = None
    if not isinstance(found, dict) or set(found) != set(_FIELDS):
        raise VerificationError("it is no record of a registration")
    texts = {name: value for name, value in found.items() if isinstance(value, str)}
    if len(texts) != len(_FIELDS) or not all(map(str.isprintable, texts.values())):
        raise VerificationError("it is no record of a registration")
    return Anchor(**texts)


def is_anchor_file(name: str) -> bool:
    """Whether a file of the heads' folder is a record or a receipt of a registration, by its name."""
    return bool(RECORD.fullmatch(name) or RECEIPT.fullmatch(name))


def text_of_bytes(receipt: bytes) -> str:
    """A receipt as text, whatever it is: UTF-16 where it says so, else UTF-8."""
    return receipt.decode("utf-16" if receipt[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8", "replace")


def names_digest(receipt: str, digests: tuple[str, ...]) -> bool:
    """Whether a receipt's text names one of these digests (hexadecimal; breaks, blanks and case do not matter)."""
    plain = re.sub(r"\s+", "", receipt).lower()
    return any(digest in plain for digest in digests)

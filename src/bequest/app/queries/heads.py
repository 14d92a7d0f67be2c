"""Heads of the log that were handed out: their digests, who cosigned, stamped and registered each."""

from dataclasses import dataclass

from bequest.app.anchors import digests_of
from bequest.app.context import Context
from bequest.app.evidence import open_log
from bequest.app.witnesses import last_seen, witness_keys
from bequest.crypto.timestamps import Stamp
from bequest.evidence.anchors import Anchor
from bequest.evidence.checkpoint import Checkpoint
from bequest.evidence.event import parse_leaf
from bequest.evidence.heads import NOTE
from bequest.evidence.log import Log
from bequest.kernel.clock import rfc3339, rfc3339_of
from bequest.kernel.errors import InputError
from bequest.model.witnessing import EvidenceRules


@dataclass(frozen=True, slots=True)
class HeadLine:
    """One head. `size`: entries of the log in it; `last`: when its last entry happened (RFC 3339)."""

    size: int
    last: str
    sha256: str
    sm3: str
    cosigned: tuple[tuple[str, str], ...]
    """Each witness, and when (RFC 3339)."""
    stamp: Stamp | None
    anchors: tuple[Anchor, ...]


@dataclass(frozen=True, slots=True)
class Watching:
    """A witness of the case. `seen`: the size of the largest head it cosigned; 0 where there is none."""

    name: str
    url: str
    seen: int


@dataclass(frozen=True, slots=True)
class Outside:
    """What others vouch for. `heads`: the newest first; `published`: entries in the log as it is now."""

    rules: EvidenceRules
    heads: tuple[HeadLine, ...]
    witnesses: tuple[Watching, ...]
    published: int

    @property
    def newest_cosigned(self) -> int:
        """How many witnesses cosigned the head of the whole log as it is now."""
        return next((len(h.cosigned) for h in self.heads if h.size == self.published), 0)


def outside(ctx: Context, case_id: str) -> Outside:
    """The heads that were handed out, and the witnesses that the case names."""
    case = ctx.case(case_id).case
    keys, rules = witness_keys(case), case.evidence
    with open_log(ctx, case_id) as log:
        kept = reversed(log.heads.all(keys))
        lines = tuple(_line(log, head, rules.tsa_roots) for head in kept)
        seen = tuple(Watching(w.name, w.url, last_seen(log, w)) for w in rules.witnesses)
        return Outside(rules, lines, seen, log.checkpoint.size if log.checkpoint else 0)


def head_file(ctx: Context, case_id: str, size: int) -> bytes:
    """The file of a head as the log signed it, whose digest a platform registers.

    Raises:
        InputError: where none of that size was handed out.
    """
    with open_log(ctx, case_id) as log:
        found = log.heads.files(size).get(f"{size}{NOTE}")
        if found is None:
            raise InputError(f"no head of {size} entries was handed out", hint="Choose one of the list.")
        return found.read_bytes()


def _line(log: Log, head: Checkpoint, roots: tuple[str, ...]) -> HeadLine:
    size = head.size
    sha256, sm3 = digests_of(log.heads.files(size)[f"{size}{NOTE}"].read_bytes())
    last = rfc3339(parse_leaf(log.entry_bytes(size - 1)).at) if size else ""
    cosigned = tuple((name, rfc3339_of(time)) for name, time in head.cosignatures)
    return HeadLine(size, last, sha256, sm3, cosigned, log.heads.stamped(size, roots), log.heads.anchors(size))

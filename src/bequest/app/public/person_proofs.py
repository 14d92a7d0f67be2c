"""Whether a person's proof leads to a root that a case here has in its log: from its QR text, or from its file.

Reads the control database only. Nothing is kept, and nothing tells whose line it is.
"""

from dataclasses import dataclass, field
from datetime import datetime

from bequest.app.portal.page import Page, page_of
from bequest.documents.qr import PERSON_PREFIX, parse_person_text
from bequest.evidence.event_types import EventType
from bequest.evidence.person_proof import LONGEST, PersonProof, parse_person_proof
from bequest.kernel.errors import VerificationError
from bequest.model.disposition import Release, Residue
from bequest.store.records import OutboxRecord
from bequest.store.repositories import Store
from bequest.store.transaction import Tx


@dataclass(frozen=True, slots=True)
class Part:
    """What was recorded, for one lot or for all; both None where a person has no main record of its own."""

    lot: str
    release: Release | None
    residue: Residue | None


@dataclass(frozen=True, slots=True)
class CheckedProof:
    """What a check found. `page` and `at` are None where no case here recorded it."""

    page: Page | None = None
    at: datetime | None = None
    """When the root was recorded."""
    index: int | None = None
    """The entry of the log that holds the root."""
    superseded: bool = False
    """A later root took its place: answers or late rows changed somebody's outcome."""
    parts: tuple[Part, ...] = field(default=())

    @property
    def ok(self) -> bool:
        """Whether it is what the case has on record now."""
        return self.page is not None and self.index is not None and not self.superseded


def is_person_proof(given: bytes) -> bool:
    """Whether what was handed in means to be a person's proof."""
    text = given.strip()
    return text[:5].upper() == PERSON_PREFIX.encode() or (len(text) < LONGEST and b"bequest/person-proof" in text)


def check_person_proof(store: Store, given: bytes) -> CheckedProof:
    """Check the text of a QR code, or the file; nothing is found for what is neither."""
    try:
        proof = _read(given.strip())
        root = proof.root()
    except VerificationError:
        return CheckedProof()
    if root is None:
        return CheckedProof()
    with store.reading() as tx:
        for record in tx.cases.list():
            fixed = tx.outbox.of_type(record.case.id, EventType.DISPOSITION_FIXED.value)
            held = next((e for e in fixed if root.hex() in _digests(e)), None)
            if held is not None:
                return _found(tx, record.case.id, held, proof, superseded=root.hex() not in _digests(fixed[-1]))
    return CheckedProof()


def _read(text: bytes) -> PersonProof:
    if text[:5].upper() == PERSON_PREFIX.encode():
        return parse_person_text(text.decode("ascii", "replace").upper())
    return parse_person_proof(text)


def _found(tx: Tx, case_id: str, held: OutboxRecord, proof: PersonProof, *, superseded: bool) -> CheckedProof:
    parts = tuple(_part(p) for p in proof.disposition.split("/"))
    return CheckedProof(page_of(tx, case_id), held.occurred_at, held.published_index, superseded, parts)


def _part(text: str) -> Part:
    lot, _, pair = text.rpartition(":")
    release, _, residue = pair.partition(" ")
    if pair == "follows record":
        return Part(lot, None, None)
    return Part(lot, Release(release), Residue(residue))


def _digests(event: OutboxRecord) -> set[str]:
    refs = event.payload.get("refs", [])
    return {str(r["sha256"]) for r in refs if isinstance(r, dict)} if isinstance(refs, list) else set()

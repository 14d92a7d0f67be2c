"""Entries of a case's log, newest first, by kind and page; and the proof of one."""

from dataclasses import dataclass

from bequest.app.context import Context
from bequest.app.evidence import open_log
from bequest.evidence.event import parse_leaf
from bequest.evidence.proof import parse_proof, verify_proof
from bequest.kernel.errors import InputError, VerificationError
from bequest.store.records import OutboxRecord

AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Entries:
    """A page of the log. `kinds`: every type that occurs, with how often."""

    shown: tuple[OutboxRecord, ...]
    matching: int
    kinds: tuple[tuple[str, int], ...]
    waiting: int
    """Events that are on record and not yet in the log."""


def log_entries(ctx: Context, case_id: str, *, kind: str = "", first: int = 0) -> Entries:
    """The entries from the number `first` of those that match, counted from the newest."""
    with ctx.store.transaction() as tx:
        known = tx.outbox.all(case_id)
    published = [e for e in known if e.published_index is not None]
    counts: dict[str, int] = {}
    for e in published:
        counts[e.typ] = counts.get(e.typ, 0) + 1
    found = [e for e in reversed(published) if kind in {"", e.typ}]
    page = tuple(found[first : first + AT_ONCE])
    return Entries(page, len(found), tuple(sorted(counts.items())), len(known) - len(published))


def proof_of(ctx: Context, case_id: str, index: int) -> bytes:
    """The proof that an entry is in the log, and the entry itself before it, as files for a reader.

    Raises:
        InputError: where the log has no such entry.
    """
    with open_log(ctx, case_id) as log:
        if log.checkpoint is None or index >= log.checkpoint.size:
            raise InputError(f"the log has no entry {index}", hint="Choose one of the list.")
        return log.prove(index).render().encode()


def entry_of(ctx: Context, case_id: str, index: int) -> bytes:
    """The entry exactly as it is hashed.

    Raises:
        InputError: where the log has no such entry.
    """
    with open_log(ctx, case_id) as log:
        if log.checkpoint is None or index >= log.checkpoint.size:
            raise InputError(f"the log has no entry {index}", hint="Choose one of the list.")
        return log.entry_bytes(index)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a proof that holds says: which entry, of what type, under a head of which size."""

    index: int
    typ: str
    size: int


def check_proof(ctx: Context, case_id: str, proof: str, entry: bytes) -> Checked:
    """Check a proof against the key of this case's log, as any C2SP tool does with the key of the trust file.

    Raises:
        InputError: where proof or entry is missing or cannot be read, or the proof does not hold for this entry.
    """
    if not proof.strip() or not entry:
        raise InputError("proof and entry are not both given", hint="Give both files as they were downloaded.")
    with open_log(ctx, case_id) as log:
        key = log.key
    try:
        found = parse_proof(proof)
        head = verify_proof(found, entry, key)
        leaf = parse_leaf(entry)
    except VerificationError as error:
        raise InputError(
            f"the proof does not hold for this entry: {error.message}",
            hint="Both files must be as they were downloaded, and of this case.",
        ) from None
    return Checked(found.index, leaf.type.value, head.size)

"""Entries of a case's log, newest first, by kind and page; and the proof of one."""

from dataclasses import dataclass

from bequest.app.context import Context
from bequest.app.evidence import open_log
from bequest.kernel.errors import InputError
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

"""From the outbox to the log: in order, once each, however often it is run."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bequest.evidence.checkpoint import Checkpoint
from bequest.evidence.event import Event
from bequest.evidence.log import Log


@dataclass(frozen=True, slots=True)
class Drained:
    """What is under the checkpoint now: (event id, index) of every event that was handed in."""

    published: tuple[tuple[str, int], ...]
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Difference:
    """Where outbox and log disagree; both empty when all is well."""

    not_logged: tuple[str, ...]
    not_in_outbox: tuple[str, ...]


def drain(pending: Iterable[Event], log: Log, at: datetime) -> Drained:
    """Append the pending events in order and publish them.

    An event that the log has already is only looked up, so that a crash between this and the outbox's own mark does no
    harm: run it again with the same events.

    Raises:
        EvidenceError: for an event that may not be logged; those before it are published all the same.
    """
    published: list[tuple[str, int]] = []
    try:
        published.extend((event.id, log.append(event)) for event in pending)
    finally:
        # A machine's clock can be set back; the log's time cannot (see `Log.append`).
        checkpoint = log.publish(max(at, log.last_at or at))
    return Drained(tuple(published), checkpoint)


def difference(outbox_ids: Iterable[str], log: Log) -> Difference:
    """Which events of the outbox the log lacks, and which of the log the outbox does not know."""
    outbox, logged = frozenset(outbox_ids), log.event_ids()
    return Difference(tuple(sorted(outbox - logged)), tuple(sorted(logged - outbox)))

"""The log of a case: one writer, files as C2SP tlog-tiles wants them, and memory of what was ever signed.

Rules kept, in this order at every publish:
1. entries and tiles are on disk, synced;
2. the note is signed and kept, synced, in `signed`: the largest tree this log ever signed;
3. only then `checkpoint` is replaced, and files that no checkpoint needs are dropped.

After a crash only a checkpoint counts. One that was signed but not yet in place is put in place, because somebody may
have seen it; everything beyond is dropped and comes again from the outbox, where each event has its id. Never is
another root signed for a size once signed, nor a tree that does not contain the last signed one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType

from bequest.crypto.verify import SigningKey
from bequest.evidence.checkpoint import Checkpoint, checkpoint_body, parse_checkpoint
from bequest.evidence.event import Event, Leaf, parse_leaf, render_leaf
from bequest.evidence.event_types import EventType
from bequest.evidence.heads import Heads
from bequest.evidence.lock import WriterLock
from bequest.evidence.log_files import CHECKPOINT, HEADS, LOCK, SIGNED, LogFiles
from bequest.evidence.merkle import EMPTY_ROOT, Tree, leaf_hash
from bequest.evidence.note import ED25519_NOTE, NoteKey, sign_note
from bequest.evidence.proof import TlogProof
from bequest.evidence.tiles import TILE_WIDTH, read_entries
from bequest.kernel.errors import EvidenceError, VerificationError


class Log:
    """Appends events, publishes checkpoints, proves entries. Use it as a context manager: it holds the writer's lock.

    Raises:
        LeaseError: on construction, where another process writes.
        EvidenceError: on construction, where the directory is damaged or was rolled back.
    """

    def __init__(self, directory: Path, origin: str, signer: SigningKey) -> None:
        self.directory = directory
        self.key = NoteKey(origin, ED25519_NOTE, signer.public)
        self._signer = signer
        self._files = LogFiles(directory)
        self.heads = Heads(directory / HEADS, self.key)
        self._checkpoint: Checkpoint | None = None
        self._signed: Checkpoint | None = None
        self._forget()
        self._lock = WriterLock(directory / LOCK)
        try:
            self._checkpoint, self._signed = self._recover()
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Log:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let the next writer in. What was appended and not published is given up, as after a crash."""
        self._lock.release()

    @property
    def size(self) -> int:
        """Entries, with those not yet published."""
        return self._tree.size

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The last published checkpoint."""
        return self._checkpoint

    @property
    def last_at(self) -> datetime | None:
        """The instant of the last entry."""
        return self._last.at if self._last else None

    @property
    def is_closed(self) -> bool:
        """Whether the last entry is `log.closed`: then none can follow."""
        return self._last is not None and self._last.type is EventType.LOG_CLOSED

    def append(self, event: Event) -> int:
        """The index of the event in the log; appended, where the log does not have its id yet.

        The log's time never runs backwards: an event dated before its predecessor gets the predecessor's instant.

        Raises:
            EvidenceError: for an event that may not be logged, one that contradicts the entry of the same id, an
                outcome without its intent, or anything after `log.closed`.
        """
        known = self._index_of.get(event.id)
        if known is not None:
            self._compare(event, known)
            return known
        if self.is_closed:
            raise EvidenceError("the log is closed", hint="Nothing can be added to the evidence of a closed case.")
        if event.type is EventType.LOG_CLOSED and dict(event.counts) != self._counts:
            raise EvidenceError("log.closed does not count the entries before it", hint="Use `counts_by_type()`.")
        at = max(event.at, self._last.at) if self._last else event.at
        self._take(render_leaf(event, self.size, self._intent_of(event), at))
        return self.size - 1

    def publish(self, at: datetime) -> Checkpoint:
        """Make everything appended durable and signed; the checkpoint. Without anything new: the last one.

        Raises:
            EvidenceError: where `at` is before the last event, or the tree contradicts one signed before.
        """
        if self._checkpoint is not None and self._checkpoint.size == self.size:
            return self._checkpoint
        if self._last is not None and at < self._last.at:
            raise EvidenceError("the log cannot be published before its last entry", hint="Check the clock.")
        self._refuse_other_history()
        old = self._published
        self._files.write_tree(self._tree, self._tail, old)
        note = sign_note(checkpoint_body(self.key.name, self.size, self._tree.root()), self.key.name, self._signer)
        self._files.write_text(SIGNED, note)
        self._checkpoint = self._signed = self._place(note)
        self._files.drop_partial(old, self.size)
        self._trim()
        return self._checkpoint

    def prove(self, index: int, size: int | None = None) -> TlogProof:
        """The proof that entry `index` is in the published log.

        Raises:
            EvidenceError: where it is not published, or `size` is not the last checkpoint's: older notes are not kept.
        """
        checkpoint = self._checkpoint
        if checkpoint is None or not 0 <= index < checkpoint.size or size not in (None, checkpoint.size):
            raise EvidenceError(
                f"entry {index} is not under the last checkpoint", hint="Publish first, and prove for the current size."
            )
        return TlogProof(index, self._tree.inclusion(index, checkpoint.size), checkpoint.note)

    def consistency(self, old: int) -> tuple[bytes, ...]:
        """The proof that the published tree contains the tree of `old` leaves as its beginning."""
        return self._tree.consistency(old, self._published)

    def entries(self) -> Iterator[Leaf]:
        """Every published entry, in order."""
        return (parse_leaf(data) for data in read_entries(self.directory, self._published))

    def entry_bytes(self, index: int) -> bytes:
        """The leaf at `index`, published or not, exactly as it is hashed."""
        if index >= self._tail_start:
            return self._tail[index - self._tail_start]
        return self._files.entry(index, self._published)

    def index_of(self, event_id: str) -> int | None:
        """The index of an event, where the log has it."""
        return self._index_of.get(event_id)

    def is_published(self, event_id: str) -> bool:
        """Whether the event is under a signed checkpoint: what an act waits for after its intent."""
        index = self._index_of.get(event_id)
        return index is not None and index < self._published

    def event_ids(self) -> frozenset[str]:
        """The ids of all published events."""
        return frozenset(event_id for event_id, index in self._index_of.items() if index < self._published)

    def counts_by_type(self) -> dict[str, int]:
        """How many entries of each type there are: what the `log.closed` event must carry."""
        return dict(self._counts)

    def keep_head(self) -> Checkpoint:
        """Keep the last checkpoint among the heads that are shown to witnesses.

        Raises:
            EvidenceError: where there is no checkpoint yet.
        """
        if self._checkpoint is None:
            raise EvidenceError("there is no checkpoint to cosign", hint="Publish first.")
        self.heads.keep(self._checkpoint.note)
        return self._checkpoint

    def add_cosignatures(self, text: str, witnesses: Sequence[NoteKey]) -> tuple[Checkpoint, ...]:
        """Take in what a witness answered; the heads that got a cosignature.

        Raises:
            VerificationError: where it has none of these witnesses over a head kept.
        """
        changed = self.heads.add(text, witnesses)
        for head in changed:
            if head.size == self._published:
                self._checkpoint = self._place(head.note)
        return changed

    @property
    def _published(self) -> int:
        return self._checkpoint.size if self._checkpoint else 0

    def _forget(self) -> None:
        self._tree = Tree()
        self._tail: list[bytes] = []
        self._tail_start = 0
        self._index_of: dict[str, int] = {}
        self._intents: dict[int, EventType] = {}
        self._answered: dict[int, str] = {}
        self._counts: dict[str, int] = {}
        self._last: Leaf | None = None

    def _take(self, data: bytes) -> None:
        """One more leaf, from an event or from disk."""
        leaf = parse_leaf(data)
        if leaf.seq != self.size or leaf.id in self._index_of:
            raise VerificationError(f"entry {self.size} is not the one that belongs there")
        self._tree.append(leaf_hash(data))
        self._tail.append(data)
        self._index_of[leaf.id] = leaf.seq
        self._counts[leaf.type.value] = self._counts.get(leaf.type.value, 0) + 1
        if leaf.type.is_intent:
            self._intents[leaf.seq] = leaf.type
        if leaf.prev_intent is not None:
            self._answered[leaf.prev_intent] = leaf.id
        self._last = leaf

    def _intent_of(self, event: Event) -> int | None:
        if not event.type.is_outcome:
            return None
        index = self._index_of.get(event.intent) if event.intent is not None else None
        if index is None or index not in self._intents or self._intents[index].outcome is not event.type:
            raise EvidenceError(
                f"{event.type.value} has no intent in the log", hint="Log and publish the intent first."
            )
        if self._answered.get(index, event.id) != event.id:
            raise EvidenceError(f"the intent of {event.type.value} has its outcome", hint="A new run has a new intent.")
        return index

    def _compare(self, event: Event, index: int) -> None:
        """An event that comes again must be the one the log has, whatever its instant became."""
        known = self.entry_bytes(index)
        if render_leaf(event, index, self._intent_of(event), parse_leaf(known).at) != known:
            raise EvidenceError(
                f"the log has another event under the id {event.id!r}",
                hint="Ids must follow from what happened; two events under one id are a programming error.",
            )

    def _trim(self) -> None:
        """Keep only the entries of the last, partial bundle in memory."""
        start = self.size // TILE_WIDTH * TILE_WIDTH
        self._tail = self._tail[start - self._tail_start :]
        self._tail_start = start

    def _refuse_other_history(self) -> None:
        signed = self._signed
        if signed and (self.size < signed.size or self._tree.root(signed.size) != signed.root):
            raise EvidenceError(
                f"a tree of {signed.size} entries was signed before, and this one does not contain it",
                hint="The log's files were rolled back: restore them from the bundle or a mirror.",
            )

    def _place(self, note: str) -> Checkpoint:
        self._files.write_text(CHECKPOINT, note)
        return parse_checkpoint(note, self.key)

    def _read(self, name: str) -> Checkpoint | None:
        text = self._files.read_text(name)
        try:
            return None if text is None else parse_checkpoint(text, self.key)
        except VerificationError as error:
            raise _damaged(f"its {name} file does not verify: {error}") from error

    def _recover(self) -> tuple[Checkpoint | None, Checkpoint | None]:
        checkpoint, signed = self._read(CHECKPOINT), self._read(SIGNED)
        if signed is None and checkpoint is not None:
            raise _damaged("it has a checkpoint but no memory of having signed it")
        same = checkpoint and signed and (signed.size, signed.root) == (checkpoint.size, checkpoint.root)
        if checkpoint and signed and not same and signed.size <= checkpoint.size:
            raise _damaged("its checkpoint is not the one it signed last")
        ahead = signed is not None and (checkpoint is None or signed.size > checkpoint.size)
        if signed is not None and ahead and self._load(signed):
            checkpoint = self._place(signed.note)
        elif checkpoint is not None and not self._load(checkpoint):
            raise _damaged("its entries do not lead to the root of its checkpoint")
        self._files.drop_beyond(self.size)
        self._files.mend(self._tree)
        self._trim()
        return checkpoint, signed

    def _load(self, checkpoint: Checkpoint) -> bool:
        """Read the entries of a checkpoint; whether they lead to its root. Where not, nothing stays read."""
        try:
            for data in read_entries(self.directory, checkpoint.size):
                self._take(data)
        except VerificationError:
            self._forget()
            return False
        if (self._tree.root() if self.size else EMPTY_ROOT) != checkpoint.root:
            self._forget()
            return False
        return True


def _damaged(why: str) -> EvidenceError:
    return EvidenceError(f"the log is damaged: {why}", hint="Restore its directory from the bundle or a mirror.")

"""Evidence of what the app does: into the outbox with the state change, then by the sequencer into the log."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from bequest.app.context import Context
from bequest.app.log_signer import log_signer
from bequest.crypto.atomic import write_file
from bequest.crypto.sealing import open_bytes, seal_bytes
from bequest.crypto.signing import Signer
from bequest.crypto.sm2_signing import Sm2Signer
from bequest.crypto.verify import SigningKey
from bequest.evidence.body import commit_body
from bequest.evidence.event import Event, Ref, parse_event, render_event
from bequest.evidence.event_types import EventType
from bequest.evidence.jcs import decode_object, encode
from bequest.evidence.log import Log
from bequest.evidence.sequencer import drain
from bequest.evidence.statement import Statement, read_statement, sign_statement
from bequest.kernel.canonical import Json
from bequest.kernel.errors import EvidenceError, LeaseError, VerificationError
from bequest.model.case import Case
from bequest.store.transaction import Tx

WAIT_SECONDS = 10.0
GUOMI_KEY = "guomi-signing"
LATER = "later"
"""Folder of statements made after the close: the log cannot refer to them any more, so they lie beside the bundle."""


def platform_signer(ctx: Context, case_id: str) -> Signer:
    """The key with which this installation signs statements and bundles of the case."""
    return Signer.from_bytes(ctx.keys(case_id).get("platform-signing"))


def guomi_signer(ctx: Context, case: Case) -> Sm2Signer | None:
    """The key of second signatures, SM2 with SM3, where the case wants them."""
    return Sm2Signer(ctx.keys(case.id).create(GUOMI_KEY)) if case.evidence.guomi else None


def log_origin(ctx: Context, case_id: str) -> str:
    """Name of the case's log. A rehearsal's can never be taken for a real one."""
    record = ctx.case(case_id)
    if record.rehearsal:
        return f"bequest.example/{case_id}"
    with ctx.store.transaction() as tx:
        domain = str(tx.settings.get("log_domain", "bequest.invalid"))
    return f"{domain}/{case_id}"


@contextmanager
def open_log(ctx: Context, case_id: str) -> Iterator[Log]:
    """The case's log, open for writing: one sequencer per case, by the log's file lock and by the control database.

    Another one is waited for a few seconds.

    Raises:
        LeaseError: where it does not end.
        EvidenceError: where the log lost entries that are on record as published, or has some that are not on record.
    """
    signer = log_signer(ctx, case_id)
    with ctx.store.alone(f"the log of case {case_id}", WAIT_SECONDS), _first_free(ctx, case_id, signer) as log:
        with ctx.store.transaction() as tx:  # only now: whoever held the log has marked what it wrote
            events = tx.outbox.all(case_id)
        _refuse_other_age(case_id, log, len(events), sum(e.published_index is not None for e in events))
        yield log


def _refuse_other_age(case_id: str, log: Log, known: int, published: int) -> None:
    """Refuse where log and control database are not of one time: one of them was put back from an older copy."""
    if log.size < published:
        raise EvidenceError(
            f"the log of case {case_id} has {log.size} entries, {published} were published: files are missing",
            hint="Nothing was written. Put the folder `log` of the case back from the bundle or a backup.",
        )
    written = log.size - log.is_closed  # the last entry is not from the outbox
    if written > known:
        raise EvidenceError(
            f"the log of case {case_id} has {written} entries, the control database knows {known}: it is an older copy",
            hint="Nothing was written. Restore the control database as of the log, or both from one backup.",
        )


def _first_free(ctx: Context, case_id: str, signer: SigningKey) -> Log:
    give_up = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return Log(ctx.workspace(case_id).dir("log"), log_origin(ctx, case_id), signer)
        except LeaseError:
            if time.monotonic() > give_up:
                raise
        time.sleep(0.05)


def event_id(typ: EventType, key: str) -> str:
    """The id of an event: the same whenever a crashed run is repeated."""
    return f"{typ.value}:{key}" if key else typ.value


def record(
    ctx: Context,
    tx: Tx,
    case_id: str,
    typ: EventType,
    key: str = "",
    *,
    at: datetime,
    content: Json = None,
    counts: Mapping[str, int] | None = None,
    refs: Mapping[str, str] | None = None,
    intent: str | None = None,
    actor: str = "",
) -> str:
    """Put an event into the outbox, in the caller's transaction; returns its id.

    An event that is there already stays as it is, with its first instant: saying it again later is no other fact.

    `content` becomes the event's body: committed to in the leaf, its opening sealed under the `evidence` key.
    """
    this = event_id(typ, key)
    body, opened = None, b""
    if content is not None:
        body, opened = commit_body(ctx.keys(case_id).get("evidence"), this, content)
    event = Event(
        id=this,
        type=typ,
        case=case_id,
        at=at,
        actor=actor or platform_signer(ctx, case_id).public.key_id,
        intent=intent,
        body=body,
        counts=dict(counts or {}),
        refs=tuple(Ref(role, sha256) for role, sha256 in sorted((refs or {}).items())),
    )
    payload = decode_object(render_event(event), "event")
    known = tx.outbox.get(case_id, this)
    if known is None or {**known.payload, "at": None} != {**payload, "at": None}:
        tx.outbox.append(case_id, this, typ.value, payload, at)  # refuses another event under a known id
    if content is not None:
        evidence_key = ctx.keys(case_id).get("evidence")
        write_file(_body_file(ctx, case_id, this), seal_bytes(opened, evidence_key, this.encode()))
    return this


def _body_file(ctx: Context, case_id: str, this: str) -> Path:
    return ctx.workspace(case_id).dir("bodies") / f"{this.replace(':', '.').replace('/', '.')}.sealed"


def record_attempt(
    ctx: Context, tx: Tx, case_id: str, typ: EventType, *, at: datetime, content: Json = None,
    refs: Mapping[str, str] | None = None,
) -> tuple[str, str]:  # fmt: skip
    """Put an intent into the outbox that may be formed again otherwise; returns its id and its number.

    The same intent is taken up again. Another one without an outcome was cut off and will not be carried out: that is
    said as its outcome, and the new intent gets the next number.
    """
    number, none = 1, {"abandoned": 1}
    while True:
        known = tx.outbox.get(case_id, event_id(typ, str(number)))
        outcome = tx.outbox.get(case_id, event_id(typ.outcome, str(number)))
        try:
            if known is None or outcome is None or outcome.payload.get("counts") != none:
                return record(ctx, tx, case_id, typ, str(number), at=at, content=content, refs=refs), str(number)
        except EvidenceError:  # this number stands for another intent
            if known is not None and outcome is None:
                record(ctx, tx, case_id, typ.outcome, str(number), at=at, intent=known.event_id, counts=none)
        number += 1


def kept_statement(path: Path, statement: Statement, signers: Sequence[Signer]) -> bytes | None:
    """The envelope that a former run kept, where the same people say the same in it."""
    with suppress(FileNotFoundError, VerificationError):
        kept = path.read_bytes()
        found = read_statement(kept)
        who = {key_id for key_id, _ in found.signatures}
        if found.payload == statement.payload() and who == {s.public.fingerprint for s in signers}:
            return kept
    return None


def keep_statement(path: Path, statement: Statement, signers: Sequence[Signer]) -> bytes:
    """Sign a statement and keep the envelope. That of a former run stays: signatures over one text can differ."""
    kept = kept_statement(path, statement, signers)
    if kept is None:
        kept = sign_statement(statement, signers)
        write_file(path, kept)
    return kept


def opening(ctx: Context, case_id: str, this: str) -> bytes:
    """The opening of an event's body, from its sealed file."""
    return open_bytes(_body_file(ctx, case_id, this).read_bytes(), ctx.keys(case_id).get("evidence"), this.encode())


def publish(ctx: Context, case_id: str) -> int:
    """Drain the outbox into the log and sign a checkpoint; returns the size of the log. Repeatable at any time."""
    with open_log(ctx, case_id) as log:
        with ctx.store.transaction() as tx:
            pending = tx.outbox.pending(case_id)
        if not pending:
            return log.size
        ctx.hooks.at(case_id, "outbox.before_drain")
        drained = drain([parse_event(encode(dict(p.payload))) for p in pending], log, ctx.now(case_id))
        ctx.hooks.at(case_id, "outbox.after_publish")
        with ctx.store.transaction() as tx:
            for this, index in drained.published:
                tx.outbox.mark_published(case_id, this, index)
        return log.size

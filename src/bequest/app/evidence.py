"""Evidence of what the app does: into the outbox with the state change, then by the sequencer into the log."""

from collections.abc import Mapping
from datetime import datetime

from bequest.app.context import Context
from bequest.crypto.atomic import write_file
from bequest.crypto.sealing import open_bytes, seal_bytes
from bequest.crypto.signing import Signer
from bequest.evidence.body import commit_body
from bequest.evidence.event import Event, Ref, parse_event, render_event
from bequest.evidence.event_types import EventType
from bequest.evidence.jcs import decode_object, encode
from bequest.evidence.log import Log
from bequest.evidence.sequencer import drain
from bequest.kernel.canonical import Json
from bequest.kernel.errors import EvidenceError
from bequest.store.transaction import Tx


def platform_signer(ctx: Context, case_id: str) -> Signer:
    """The key with which this installation signs statements and bundles of the case."""
    return Signer.from_bytes(ctx.keys(case_id).get("platform-signing"))


def log_origin(ctx: Context, case_id: str) -> str:
    """Name of the case's log. A rehearsal's can never be taken for a real one."""
    record = ctx.case(case_id)
    if record.rehearsal:
        return f"bequest.example/{case_id}"
    with ctx.store.transaction() as tx:
        domain = str(tx.settings.get("log_domain", "bequest.invalid"))
    return f"{domain}/{case_id}"


def open_log(ctx: Context, case_id: str) -> Log:
    """The case's log, open for writing."""
    signer = Signer.from_bytes(ctx.keys(case_id).get("log-signing"))
    return Log(ctx.workspace(case_id).dir("log"), log_origin(ctx, case_id), signer)


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

    `content` becomes the event's body: committed to in the leaf, its opening sealed under the `evidence` key.
    """
    this = event_id(typ, key)
    body = None
    if content is not None:
        evidence_key = ctx.keys(case_id).get("evidence")
        body, opening = commit_body(evidence_key, this, content)
        path = ctx.workspace(case_id).dir("bodies") / f"{this.replace(':', '.').replace('/', '.')}.sealed"
        write_file(path, seal_bytes(opening, evidence_key, this.encode()))
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
    tx.outbox.append(case_id, this, typ.value, payload, at)
    return this


def opening(ctx: Context, case_id: str, this: str) -> bytes:
    """The opening of an event's body, from its sealed file."""
    path = ctx.workspace(case_id).dir("bodies") / f"{this.replace(':', '.').replace('/', '.')}.sealed"
    return open_bytes(path.read_bytes(), ctx.keys(case_id).get("evidence"), this.encode())


def publish(ctx: Context, case_id: str) -> int:
    """Drain the outbox into the log and sign a checkpoint; returns the size of the log. Repeatable at any time."""
    with ctx.store.transaction() as tx:
        pending = tx.outbox.pending(case_id)
    with open_log(ctx, case_id) as log:
        if not pending:
            return log.size
        ctx.hooks.at(case_id, "outbox.before_drain")
        drained = drain([parse_event(encode(dict(p.payload))) for p in pending], log, ctx.now(case_id))
        ctx.hooks.at(case_id, "outbox.after_publish")
        with ctx.store.transaction() as tx:
            for this, index in drained.published:
                tx.outbox.mark_published(case_id, this, index)
        return log.size


def await_published(ctx: Context, case_id: str, this: str) -> None:
    """Go on only when the intent stands in a signed checkpoint: nothing irreversible happens before.

    Raises:
        EvidenceError: where it does not.
    """
    publish(ctx, case_id)
    with ctx.store.transaction() as tx:
        found = tx.outbox.get(case_id, this)
    if found is None or found.published_index is None:
        raise EvidenceError(
            f"the intent {this} is not in the log", hint="Nothing was done. Check the log directory and run again."
        )

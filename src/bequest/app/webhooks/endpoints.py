"""Addresses that are told of events: declared by whoever runs the server, each with a secret that is shown once."""

from collections.abc import Iterable
from dataclasses import dataclass

from bequest.app.context import Context
from bequest.app.webhooks.guard import read_url
from bequest.app.webhooks.kinds import Kind
from bequest.app.webhooks.tell import begin_here
from bequest.crypto.sealing import open_bytes, seal_bytes
from bequest.crypto.tokens import new_id, new_secret
from bequest.kernel.errors import InputError, StateError
from bequest.store.api_records import EndpointRecord

MOST = 10
"""Addresses of a case."""


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """An address with its secret, shown once."""

    record: EndpointRecord
    secret: str


def add_endpoint(
    ctx: Context, case_id: str, url: str, *, kinds: Iterable[str] = (), allow_private: bool = False
) -> NewEndpoint:
    """Declare an address. It is told of what happens from now on; no `kinds`: of every kind.

    Raises:
        InputError: for an address or a kind that is none, or too many addresses.
    """
    read_url(url, allow_private=allow_private)
    known = [k.value for k in Kind]
    wanted = tuple(dict.fromkeys(kinds)) or tuple(known)
    for kind in wanted:
        if kind not in known:
            raise InputError(f"there is no event {kind!r} to be told of", hint=f"Write some of {', '.join(known)}.")
    ctx.case(case_id)
    secret, this = new_secret(), new_id()
    record = EndpointRecord(
        case_id=case_id, endpoint_id=this, url=url, kinds=wanted, allow_private=allow_private,
        secret_sealed=seal_bytes(secret.encode(), _key(ctx), this.encode()), created_at=ctx.system.now(),
    )  # fmt: skip
    with ctx.store.transaction() as tx:
        if sum(e.ended_at is None for e in tx.webhooks.list(case_id)) >= MOST:
            raise InputError(f"a case has at most {MOST} web hooks", hint="End one with `bequest webhook end`.")
        tx.webhooks.add(record)
        begin_here(ctx, tx, record)
    return NewEndpoint(record, secret)


def end_endpoint(ctx: Context, case_id: str, endpoint_id: str) -> None:
    """Tell an address nothing more.

    Raises:
        StateError: where the case has no such live address.
    """
    with ctx.store.transaction() as tx:
        if not tx.webhooks.end(case_id, endpoint_id, "by hand", ctx.system.now()):
            raise StateError(
                f"case {case_id} has no live web hook {endpoint_id!r}", hint="`bequest webhook list` shows them."
            )


def secret_of(ctx: Context, record: EndpointRecord) -> str:
    """The secret with which messages to an address are signed."""
    return open_bytes(record.secret_sealed, _key(ctx), record.endpoint_id.encode()).decode()


def _key(ctx: Context) -> bytes:
    return ctx.master.derived("webhooks", "secrets")

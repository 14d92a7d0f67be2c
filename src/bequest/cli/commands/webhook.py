"""`bequest webhook`: addresses that are told of events of a case."""

from typing import Annotated

import typer

from bequest.app.webhooks.endpoints import add_endpoint, end_endpoint, secret_of
from bequest.app.webhooks.tell import plan_messages, send_due
from bequest.cli import render
from bequest.cli.state import group, state_of
from bequest.kernel.clock import rfc3339

commands = group("事件通知（webhook）。 Programs of the house told of events.")
_MOST = 50


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="webhook")


@commands.command(name="add", help="Declare an address; its secret is shown once. 登记通知地址，密钥只显示一次。")
def add(
    ctx: typer.Context,
    case: str,
    url: Annotated[str, typer.Argument(help="address, https://…")],
    event: Annotated[list[str] | None, typer.Option("--tell", help="only events of this kind; may be repeated")] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="the address may be inside the house, and without TLS")
    ] = False,
) -> None:
    with state_of(ctx).context() as c:
        made = add_endpoint(c, case, url, kinds=event or (), allow_private=allow_private)
    render.line(f"{render.say('编号', 'id')}: {made.record.endpoint_id}")
    render.line(f"{render.say('事件', 'events')}: {', '.join(made.record.kinds)}")
    render.line(render.say("密钥只显示这一次：", "the secret is shown this once:"))
    render.line(made.secret)


@commands.command(name="list", help="Addresses of a case. 通知地址列表。")
def listed(ctx: typer.Context, case: str) -> None:
    with state_of(ctx).context() as c, c.store.transaction() as tx:
        found = tx.webhooks.list(case)
    render.table(
        "", ("id", "address", "events", "inside", "since", "ended"),
        [
            (e.endpoint_id, e.url, " ".join(e.kinds), "yes" if e.allow_private else "", rfc3339(e.created_at),
             f"{rfc3339(e.ended_at)} {e.ended_why}" if e.ended_at else "")
            for e in found
        ],
    )  # fmt: skip


@commands.command(name="messages", help="What was told to an address, the newest first. 通知记录。")
def messages(
    ctx: typer.Context,
    case: str,
    endpoint: Annotated[str, typer.Argument(help="id of the address, as `webhook list` shows it")],
) -> None:
    with state_of(ctx).context() as c, c.store.transaction() as tx:
        found = tx.webhooks.messages(case, endpoint)
    render.table(
        "", ("id", "event", "state", "tries", "answer", "since", "next try"),
        [
            (m.message_id, m.kind, m.state.value, m.tries, m.status or m.trouble, rfc3339(m.created_at),
             rfc3339(m.next_at) if m.next_at else "")
            for m in found[:_MOST]
        ],
    )  # fmt: skip


@commands.command(name="end", help="Tell an address nothing more. 停用通知地址。")
def end(
    ctx: typer.Context,
    case: str,
    endpoint: Annotated[str, typer.Argument(help="id of the address, as `webhook list` shows it")],
) -> None:
    with state_of(ctx).context() as c:
        end_endpoint(c, case, endpoint)
    render.line(render.say("已停用", "ended"))


@commands.command(name="send", help="Send now what is due; a server does so by itself. 立即发出到期的通知。")
def send(ctx: typer.Context) -> None:
    with state_of(ctx).context() as c:
        planned = plan_messages(c)
        tried = 0
        while n := send_due(c, lambda e: secret_of(c, e)):
            tried += n
    render.line(render.say(f"新通知 {planned} 条，发出 {tried} 条", f"{planned} new messages, {tried} tried"))

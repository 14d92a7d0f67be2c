"""`bequest portal`: links of customers, what they asked, and taking their choices in."""

from typing import Annotated

import typer

from bequest.app.portal.link import link_for
from bequest.app.portal.take import finish_request, read_request, take_requests
from bequest.cli import render
from bequest.cli.state import group, state_of

commands = group("客户门户。 The customer portal.")
Code = Annotated[str, typer.Argument(help="receipt code")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="portal")


@commands.command(name="link", help="The link of a letter, for a customer who lost it (logged). 补发链接（记录在案）。")
def link(ctx: typer.Context, case: str, ref: Annotated[str, typer.Argument(help="reference of the letter")]) -> None:
    with state_of(ctx).context() as c:
        render.line(link_for(c, case, ref))


@commands.command(name="take", help="Take choices made at the portal into the answers. 收取门户上的选择。")
def take(ctx: typer.Context, case: str) -> None:
    with state_of(ctx).context() as c:
        n = take_requests(c, case)
    render.line(render.say(f"收取 {n:,} 项", f"{n:,} taken"))


@commands.command(name="requests", help="What customers asked at the portal. 门户上的请求。")
def requests(ctx: typer.Context, case: str) -> None:
    with state_of(ctx).context() as c, c.store.transaction() as tx:
        found = tx.portal.list(case)
    rows = [(a.code, a.kind, a.ref, a.state.value, str(a.due_on or ""), "yes" if a.sealed_text else "") for a in found]
    render.table("", ("receipt", "what", "reference", "state", "due", "text"), rows)


@commands.command(name="read", help="What a customer wrote with a request (logged). 查看请求原文（记录在案）。")
def read(ctx: typer.Context, case: str, code: Code) -> None:
    with state_of(ctx).context() as c:
        asked, text = read_request(c, case, code)
    render.line(f"{asked.kind} {asked.ref} {asked.due_on or ''}")
    if text:
        render.line(text)


@commands.command(name="answered", help="Note that a request was answered. 记录请求已答复。")
def answered(ctx: typer.Context, case: str, code: Code) -> None:
    with state_of(ctx).context() as c:
        finish_request(c, case, code)
    render.line(render.say("已记录", "noted"))

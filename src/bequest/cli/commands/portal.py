"""`bequest portal`: links of customers, what they asked, and taking their choices in."""

from typing import Annotated

import typer

from bequest.app.portal.carriers import Carriers
from bequest.app.portal.link import link_for
from bequest.app.portal.messages import reply, take_on, thread
from bequest.app.portal.take import finish_request, take_requests
from bequest.app.portal.visitors import answer_visits, listed_codes
from bequest.cli import render
from bequest.cli.state import group, state_of
from bequest.store.portal_records import RequestOutcome

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
        answer_visits(c, Carriers())
        n = take_requests(c, case)
    render.line(render.say(f"收取 {n:,} 项", f"{n:,} taken"))


@commands.command(name="codes", help="One-time codes of a rehearsal, which are never sent. 演练的验证码，从不发出。")
def codes(ctx: typer.Context, case: str) -> None:
    with state_of(ctx).context() as c:
        found = listed_codes(c, case) if c.case(case).rehearsal else []
    render.table("", ("address", "code", "at"), [(x["address"], x["code"], x["at"]) for x in found])


@commands.command(name="requests", help="What customers asked at the portal. 门户上的请求。")
def requests(ctx: typer.Context, case: str) -> None:
    with state_of(ctx).context() as c, c.store.transaction() as tx:
        found = tx.portal.list(case)
    rows = [
        (
            a.code, a.kind, a.ref, a.state.value, str(a.due_on or ""), a.owner, a.outcome.value if a.outcome else "",
            "yes" if a.sealed_text else "",
        )
        for a in found
    ]  # fmt: skip
    render.table("", ("receipt", "what", "reference", "state", "due", "owner", "outcome", "text"), rows)


@commands.command(name="read", help="What a customer wrote with a request (logged). 查看请求原文（记录在案）。")
def read(ctx: typer.Context, case: str, code: Code) -> None:
    with state_of(ctx).context() as c:
        asked, said = thread(c, case, code, by="os-user")
    render.line(f"{asked.kind} {asked.ref} {asked.due_on or ''}")
    for message in said:
        who = render.say("我们", "we") if message.from_staff else render.say("客户", "customer")
        render.line(f"{message.at:%Y-%m-%d %H:%M} {who}: {message.text}")


@commands.command(name="reply", help="Write to the customer about a request. 就请求回复客户。")
def reply_(
    ctx: typer.Context,
    case: str,
    code: Code,
    text: Annotated[str, typer.Argument(help="what the customer reads on the page")],
    outcome: Annotated[
        RequestOutcome | None,
        typer.Option("--outcome", help="with this the request is answered: done, done in part, not done"),
    ] = None,
) -> None:
    with state_of(ctx).context() as c:
        reply(c, case, code, text, by="os-user", outcome=outcome)
    render.line(render.say("已记录，客户在页面上看到", "noted; the customer sees it on the page"))


@commands.command(name="own", help="Who takes a request on. 由谁办理请求。")
def own(
    ctx: typer.Context, case: str, code: Code, person: Annotated[str, typer.Argument(help="person of the case")]
) -> None:
    with state_of(ctx).context() as c:
        take_on(c, case, code, person, by="os-user")
    render.line(render.say("已记录", "noted"))


@commands.command(name="answered", help="Note that a request was answered by another way. 记录请求已另途答复。")
def answered(
    ctx: typer.Context,
    case: str,
    code: Code,
    outcome: Annotated[RequestOutcome, typer.Option("--outcome", help="done, done in part, not done")],
) -> None:
    with state_of(ctx).context() as c:
        finish_request(c, case, code, outcome)
    render.line(render.say("已记录", "noted"))

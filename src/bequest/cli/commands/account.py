"""`bequest account`: who may sign in to the console, and to the receiver's desk."""

from typing import Annotated

import typer

from bequest.app.console.accounts import add_account
from bequest.app.receiver_desk.invite import invite
from bequest.cli import render
from bequest.cli.state import group, state_of

DESK = "http://127.0.0.1:8640"
commands = group("控制台和接收台的账户。 Accounts of console and desk.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="account")


@commands.command(name="add", help="Make or renew the account of a person of a case. 开立或更新账户。")
def add(
    ctx: typer.Context,
    case: str,
    person: Annotated[str, typer.Argument(help="id of the person in the case file")],
) -> None:
    with state_of(ctx).context() as c:
        made = add_account(c, case, person)
    render.line(render.say("以下只显示这一次，请当面交给本人：", "shown this once; hand it to the person:"))
    render.line(f"{render.say('登录名', 'sign-in name')}: {made.name}")
    render.line(f"{render.say('密码', 'password')}: {made.password}")
    render.line(f"{render.say('验证器', 'authenticator')}: {made.totp_address}")


@commands.command(name="invite", help="Link for somebody of a receiver to the desk. 邀请接收方的人进接收台。")
def invite_(
    ctx: typer.Context,
    case: str,
    person: Annotated[str, typer.Argument(help="id of the person in the case file, in the role receiver")],
    by: Annotated[str, typer.Option(help="person of the case who invites, for the record")] = "os-user",
    desk: Annotated[str, typer.Option(help="address at which the desk is reached")] = DESK,
) -> None:
    with state_of(ctx).context() as c:
        token = invite(c, case, person, by=by)
    render.line(
        render.say("以下链接只显示这一次，七天内有效，请交给本人：", "shown this once, good for a week; hand it over:")
    )
    render.line(f"{desk.rstrip('/')}/desk/join/{token}")


@commands.command(name="list", help="Who has an account. 账户列表。")
def listed(ctx: typer.Context) -> None:
    with state_of(ctx).context() as c, c.store.transaction() as tx:
        found = tx.accounts.list()
    render.table(
        "", ("person", "name", "organisation", "locked until"),
        [(a.person, a.name, a.organisation, str(a.locked_until or "")) for a in found],
    )  # fmt: skip

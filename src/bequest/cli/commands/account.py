"""`bequest account`: who may sign in to the console."""

from typing import Annotated

import typer

from bequest.app.console.accounts import add_account
from bequest.cli import render
from bequest.cli.state import group, state_of

commands = group("控制台账户。 Accounts of the console.")


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


@commands.command(name="list", help="Who has an account. 账户列表。")
def listed(ctx: typer.Context) -> None:
    with state_of(ctx).context() as c, c.store.transaction() as tx:
        found = tx.accounts.list()
    render.table(
        "", ("person", "name", "organisation", "locked until"),
        [(a.person, a.name, a.organisation, str(a.locked_until or "")) for a in found],
    )  # fmt: skip

"""`bequest source`: what the owner of a server needs."""

from typing import Annotated

import typer

from bequest.app.source_roles import source_roles
from bequest.cli import render
from bequest.cli.state import state_of

sources = typer.Typer(
    no_args_is_help=True, help="数据库服务器：各阶段的账户。 Database servers: accounts for each phase."
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(sources, name="source")


@sources.callback()
def _group() -> None:
    """Keep `roles` a command of its own."""


@sources.command(
    name="roles", help="Print SQL for accounts with the rights of one phase only. 打印各阶段最小权限账户的 SQL。"
)
def roles(
    ctx: typer.Context,
    case: str,
    source: str,
    phase: Annotated[str, typer.Option(help="read | delete | scrub | verify")] = "",
) -> None:
    with state_of(ctx).context() as c:
        statements = source_roles(c, case, source, phase)
    render.line(statements)

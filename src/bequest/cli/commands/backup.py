"""`bequest backup`, `bequest restore`."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.backup import restore_backup, write_backup
from bequest.cli import render
from bequest.cli.state import state_of
from bequest.store.settings import database_url


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="backup", help="Write the control database to a file, encrypted. 加密备份控制库。")(backup)
    app.command(name="restore", help="Fill a new control database from a backup. 由备份恢复控制库。")(restore)


def backup(
    ctx: typer.Context, file: Path, to: Annotated[list[str], typer.Option(help="age recipient (age1…); repeatable")]
) -> None:
    with state_of(ctx).context() as c:
        size = write_backup(c, file, to)
    render.line(render.say(f"备份：{file}，{size:,} 字节", f"backup: {file}, {size:,} bytes"))


def restore(
    ctx: typer.Context, file: Path, identity: Annotated[Path, typer.Option(help="the age identity that opens it")]
) -> None:
    rows = restore_backup(state_of(ctx).home, file, identity, database_url=database_url())
    render.line(render.say(f"已恢复 {rows:,} 行", f"{rows:,} rows restored"))

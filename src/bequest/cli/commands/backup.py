"""`bequest backup`, `bequest restore`."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.backup import restore_backup, write_backup
from bequest.app.backup_whole import restore_whole, write_whole_backup
from bequest.cli import render
from bequest.cli.state import state_of
from bequest.store.settings import database_url


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="backup", help="Write a backup, encrypted: the control database, or all but keys. 加密备份。")(
        backup
    )
    app.command(name="restore", help="Fill a new home from a backup; never fork a log. 由备份恢复。")(restore)


def backup(
    ctx: typer.Context,
    file: Path,
    to: Annotated[list[str], typer.Option(help="age recipient (age1…); repeatable")],
    whole: Annotated[bool, typer.Option("--whole", help="logs and work as well: all but keys")] = False,
) -> None:
    with state_of(ctx).context() as c:
        size = write_whole_backup(c, file, to) if whole else write_backup(c, file, to)
    render.line(render.say(f"备份：{file}，{size:,} 字节", f"backup: {file}, {size:,} bytes"))


def restore(
    ctx: typer.Context,
    file: Path,
    identity: Annotated[Path, typer.Option(help="the age identity that opens it")],
    whole: Annotated[bool, typer.Option("--whole", help="a backup of all but keys")] = False,
    earlier: Annotated[
        list[Path] | None,
        typer.Option(help="whole: a checkpoint that others have; the backup must contain it; repeatable"),
    ] = None,
) -> None:
    if whole:
        home = state_of(ctx).home
        found = restore_whole(home, file, identity, heads=earlier or (), database_url=database_url())
        render.line(
            render.say(
                f"已恢复 {found.rows:,} 行、{found.files:,} 个文件，案件 {'、'.join(found.cases)}。"
                "请另行放回 master.key、主目录与各案的 keys。",
                f"{found.rows:,} rows and {found.files:,} files restored, cases {', '.join(found.cases)}."
                " Put master.key and the folders keys, of the home and of each case, back from their own backup.",
            )
        )
        return
    rows = restore_backup(state_of(ctx).home, file, identity, database_url=database_url())
    render.line(render.say(f"已恢复 {rows:,} 行", f"{rows:,} rows restored"))

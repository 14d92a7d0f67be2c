"""`bequest custody`: the keeper opens the archive of a company that is gone."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.open_custody import open_custody
from bequest.cli import render
from bequest.cli.state import group

commands = group("留存档案：保管人打开。 The archive of what the law keeps: the keeper opens it.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="custody")


@commands.command(name="open", help="Keeper: check that every bucket opens; with --out read it. 保管人：核对并打开。")
def open_(
    archive: Annotated[Path, typer.Argument(help="案件的 custody 文件夹 · the folder `custody` of the case")],
    identity: Annotated[Path, typer.Option(help="the keeper's age identity file")],
    out: Annotated[Path | None, typer.Option(help="new folder for the records in clear")] = None,
) -> None:
    opened = open_custody(archive, identity, out=out)
    render.table(
        "", ("bucket", "destroy after", "rows", "objects"),
        [(b.bucket, b.until or "—", b.rows, b.objects) for b in opened if not b.keeper], figures=(2, 3),
    )  # fmt: skip
    for b in (b for b in opened if b.keeper):
        render.line(
            render.say(f"{b.bucket}：已移交{b.keeper}，未打开", f"{b.bucket}: handed to {b.keeper}, not opened")
        )

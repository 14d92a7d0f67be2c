"""`bequest key`: the master key of the home, split among holders."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.split_master import join_master, split_master
from bequest.cli import render
from bequest.cli.state import group, state_of

commands = group("主密钥：分给几人保管，其中几人合起来恢复。 The master key, split among holders (SLIP-39).")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="key")


@commands.command(help="One file for each holder; some of them together restore it. 每人一份。")
def split(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option(help="new folder for the shares")],
    need: Annotated[int, typer.Option(help="how many must come together")] = 2,
    of: Annotated[int, typer.Option(help="how many holders")] = 3,
) -> None:
    files = split_master(state_of(ctx).home, out, need=need, of=of)
    render.line(
        render.say(
            f"{len(files)} 份在 {out}，{need} 份可恢复：分交各人后删去此文件夹。各案的 keys 文件夹须另行备份。",
            f"{len(files)} shares in {out}, {need} restore the key: hand them out and delete the folder. The folder"
            " keys of each case needs a backup of its own.",
        )
    )


@commands.command(help="Put the master key together from shares. 由各份恢复主密钥。")
def join(
    ctx: typer.Context,
    shares: Annotated[list[Path], typer.Argument(help="各人的文件 · a file of each holder")],
) -> None:
    tried = join_master(state_of(ctx).home, shares)
    render.line(
        render.say(f"主密钥已恢复，打开了 {tried} 件案件的密钥", f"master key restored; keys of {tried} cases open")
    )

"""`bequest key`: the master key of the home: who holds it, a new one, shares of it."""

import os
from pathlib import Path
from typing import Annotated

import typer

from bequest.app.rotate_master import Rotated, count_keys, give_up, holder_of, rotate_master
from bequest.app.split_master import join_master, split_master
from bequest.cli import render
from bequest.cli.state import group, state_of
from bequest.crypto.masters import master_id
from bequest.kernel.secret import Secrets

commands = group("主密钥：由谁保管、更换、分给几人。 The master key: who holds it, a new one, shares of it.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="key")


@commands.command(help="Who holds the master key. 主密钥由谁保管。")
def show(ctx: typer.Context) -> None:
    with state_of(ctx).context() as c:
        settings, this, n = holder_of(c), master_id(c.master.read()), count_keys(c)
    said = ", ".join(f"{k} = {v}" for k, v in settings.items())
    render.line(
        render.say(
            f"主密钥 {this}，保管：{said}；其下密钥 {n} 把", f"master key {this}, held by: {said}; {n} keys under it"
        )
    )


@commands.command(
    help="A new master key: every key is sealed anew; also to move it to a token, key service or vault. 更换主密钥。"
)
def rotate(
    ctx: typer.Context,
    holder: Annotated[Path | None, typer.Option(help="a TOML file that says who holds the new one")] = None,
    back: Annotated[bool, typer.Option("--give-up", help="take back a change that was cut off")] = False,
) -> None:
    with state_of(ctx).context() as c:
        done = give_up(c) if back else rotate_master(c, holder)
    render.line(_said(done))


def _said(done: Rotated) -> str:
    if done.given_up:
        return render.say(f"已撤回，主密钥仍为 {done.id}", f"taken back: the master key is still {done.id}")
    return render.say(
        f"主密钥已更换为 {done.id}（保管：{done.holder}），{done.keys} 把密钥已重新封存。旧主密钥的分持份已作废，"
        "请重新 `bequest key split`；密钥文件夹请重新备份。",
        f"the master key is now {done.id} (held by: {done.holder}); {done.keys} keys are sealed under it. Shares of the"
        " old one are void: split the new one (`bequest key split`). Back the key folders up anew.",
    )


@commands.command(help="One file for each holder; some of them together restore it. 每人一份。")
def split(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option(help="new folder for the shares")],
    need: Annotated[int, typer.Option(help="how many must come together")] = 2,
    of: Annotated[int, typer.Option(help="how many holders")] = 3,
) -> None:
    files = split_master(state_of(ctx).home, out, need=need, of=of, secrets=Secrets(os.environ))
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
    tried = join_master(state_of(ctx).home, shares, Secrets(os.environ))
    render.line(
        render.say(f"主密钥已恢复，打开了 {tried} 处的密钥", f"master key restored; keys of {tried} folders open")
    )

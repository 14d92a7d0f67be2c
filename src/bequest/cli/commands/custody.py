"""`bequest custody`: what the law keeps: opened by the keeper, destroyed when its time is over."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.end_custody import custody_buckets, destroy_custody, destroy_in_archive
from bequest.app.open_custody import open_custody
from bequest.cli import render
from bequest.cli.state import group, state_of
from bequest.kernel.clock import SystemClock
from bequest.kernel.errors import InputError

commands = group("留存档案：打开，到期销毁。 The archive of what the law keeps: opened, and destroyed when due.")
Keys = Annotated[list[Path], typer.Option("--signer", help="the private keys of two people; given twice")]


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


@commands.command(name="list", help="List the buckets of a case and when each falls due. 各批留存及到期日。")
def list_(ctx: typer.Context, case: str) -> None:
    with state_of(ctx).context() as c:
        buckets = custody_buckets(c, case)
    due = render.say("已到期", "due")
    rows = [(b.bucket, b.until or "—", b.rows, b.keeper, b.destroyed_on or due * b.is_due) for b in buckets]
    heads = (
        ("批次", "bucket"),
        ("留存至", "kept until"),
        ("行", "rows"),
        ("保管人", "keeper"),
        ("已销毁", "destroyed"),
    )
    render.table("", [render.say(zh, en) for zh, en in heads], rows, figures=(2,))


@commands.command(help="Destroy a bucket whose time is over: key, files, signed by two people. 到期销毁一批留存。")
def destroy(
    ctx: typer.Context,
    bucket: Annotated[str, typer.Argument(help="如 2036-12 · such as 2036-12")],
    signer: Keys,
    in_case: Annotated[str, typer.Option(help="the case of this home it belongs to")] = "",
    archive: Annotated[Path | None, typer.Option(help="keeper: the folder with the archive, no case needed")] = None,
    reason: Annotated[str, typer.Option(help="for a bucket without a month: counsel's written reason")] = "",
) -> None:
    if bool(in_case) == (archive is not None):
        raise InputError("give either --in-case or --archive", hint="--archive is for the keeper, who has no case.")
    if archive is not None:
        ended = destroy_in_archive(archive, bucket, signer, SystemClock(), reason=reason)
    else:
        with state_of(ctx).context() as c:
            ended = destroy_custody(c, in_case, bucket, signer, reason=reason)
    render.line(
        render.say(
            f"{ended.bucket}：密钥已销毁，{ended.files} 个文件已删除",
            f"{ended.bucket}: key destroyed, {ended.files} files gone",
        )
    )
    render.line(f"statement: {ended.statement}")

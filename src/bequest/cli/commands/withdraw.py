"""`bequest withdraw`, `bequest carry-out`: what changes after a delivery."""

import os
from pathlib import Path
from typing import Annotated

import typer

from bequest.app.receive import carry_out, check_receipt_files, write_change_receipt
from bequest.app.send import check_lot, send_messages
from bequest.app.transport import way_to
from bequest.app.withdrawals import withdraw
from bequest.cli import render
from bequest.cli.state import state_of
from bequest.cli.times import instant


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="withdraw", help="Tell receivers who withdrew or was corrected. 转告交付后的撤回与更正。")(
        withdraw_
    )
    app.command(name="carry-out", help="Receiver: delete and correct what was withdrawn. 接收方：执行撤回与更正。")(
        carry
    )


def withdraw_(
    ctx: typer.Context,
    case: str,
    people: Annotated[Path | None, typer.Option(help="CSV: ref, action, field, value")] = None,
    to: Annotated[
        str, typer.Option(help="send messages to sftp://ACCOUNT@HOST/FOLDER, s3://HOST/BUCKET or a folder")
    ] = "",
    lot: Annotated[str, typer.Option(help="with --to: the lot whose messages go there")] = "",
    ssh_key: Annotated[Path | None, typer.Option(help="private key for SFTP")] = None,
    known_hosts: Annotated[Path | None, typer.Option(help="keys of SFTP servers, else the account's own")] = None,
) -> None:
    way = way_to(to, ssh_key=ssh_key, known_hosts=known_hosts, environ=os.environ) if to else None
    with state_of(ctx).context() as c:
        if way is not None:
            check_lot(c.case(case).case, lot)
        messages = withdraw(c, case, people=people)
        if way is not None:
            send_messages(c, case, way, lot=lot, tell=c.progress)
    if not messages:
        render.line(render.say("没有要转告的", "nobody to tell of: nothing was written"))
    for m in messages:
        render.line(
            render.say(
                f"{m.message_id}：给 {m.receiver}，删除 {m.asked[0]} 行，更正 {m.asked[1]} 格",
                f"{m.message_id}: to {m.receiver}, {m.asked[0]} rows to delete, {m.asked[1]} cells to correct",
            )
        )
        render.line(f"message: {m.folder}")


def carry(
    message: Path,
    identity: Annotated[Path, typer.Option(help="age identity file")],
    into: Annotated[
        str, typer.Option(help="where it was imported: database address, env:NAME, file:PATH, or a folder")
    ],
    trust: Annotated[Path, typer.Option(help="trust file, to check the sender's signature")],
    sign_key: Annotated[Path, typer.Option(help="your OpenSSH private key, to sign the receipt")],
    schema: Annotated[str, typer.Option(help="PostgreSQL: the schema that was imported into (public)")] = "",
    receipt: Annotated[Path, typer.Option(help="where the receipt goes")] = Path("withdrawal-receipt.dsse.json"),
    at: Annotated[str, typer.Option(help="rehearsals: time of the receipt (RFC 3339)")] = "",
) -> None:
    when = instant(at)
    check_receipt_files(sign_key, receipt)
    done = carry_out(message, identity, trust, into, schema=schema, environ=os.environ)
    rows = [(t, x.gone, x.corrected) for t, x in done.tables.items()]
    render.table(done.opened.message_id, ("table", "rows deleted", "cells corrected"), rows, figures=(1, 2))
    write_change_receipt(done, sign_key, receipt, at=when)
    render.line(f"receipt: {receipt}")

"""`bequest deliver`, `bequest receive`, `bequest receipt`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from bequest.app.context import is_past
from bequest.app.receipts import KeyReleased
from bequest.app.receive import (
    accept_package,
    check_receipt_files,
    import_received,
    receive_package,
    undertakings,
    write_receipt,
)
from bequest.app.run_deliver import enter_receipt, run_deliver
from bequest.app.send import check_lot, send_packages
from bequest.app.transport import way_to
from bequest.cli import render
from bequest.cli.commands.hold import tell_holds
from bequest.cli.impact_owed import warn_impact
from bequest.cli.state import state_of
from bequest.cli.times import instant
from bequest.steps.deliver.change import ChangeReceipt


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="deliver", help="Transform and pack for the receiver. 转换并打包交付。")(deliver)
    app.command(name="receive", help="Receiver: open a package and sign for it. 接收方：打开并签收。")(receive)
    app.command(name="accept", help="Receiver: sign that the package came whole. 接收方：签收密文。")(accept)
    app.command(name="receipt", help="Enter the receiver's signed receipt. 录入签收。")(receipt)


def deliver(
    ctx: typer.Context,
    case: str,
    wave: Annotated[bool, typer.Option("--wave", help="another wave: late consents, late rows 后续批次交付")] = False,
    to: Annotated[
        str, typer.Option(help="send packages to sftp://ACCOUNT@HOST/FOLDER, s3://HOST/BUCKET or a folder")
    ] = "",
    lot: Annotated[str, typer.Option(help="with --to: the lot whose packages go there")] = "",
    ssh_key: Annotated[Path | None, typer.Option(help="private key for SFTP")] = None,
    known_hosts: Annotated[Path | None, typer.Option(help="keys of SFTP servers, else the account's own")] = None,
) -> None:
    way = way_to(to, ssh_key=ssh_key, known_hosts=known_hosts, environ=os.environ) if to else None
    with state_of(ctx).context() as c:
        if way is not None:
            check_lot(c.case(case).case, lot)
        only_sent = way is not None and not wave and is_past(c, case, "deliver")  # made before: now it is sent
        done = () if only_sent else run_deliver(c, case, wave=wave)
        carried = send_packages(c, case, way, lot=lot, tell=c.progress) if way is not None else {}
        warn_impact(c, case)
    if wave and not done:
        render.line(render.say("没有可以追加交付的", "nothing more may go: no wave is due"))
    for d in done:
        rows = [
            (f"{s}.{t}", x.delivered, sum(x.as_is.values()), sum(x.masked.values()), sum(x.withheld.values()))
            for (s, t), x in d.tallies.items()
        ]
        render.table(d.lot.id, ("table", "rows", "values as is", "transformed", "withheld"), rows, figures=range(1, 5))
        render.line(f"package: {d.package.folder}")
    tell_holds(c, case)
    if way is not None and not carried:
        render.line(render.say("没有要送的：都已签收", "nothing to send: every package is signed for"))
    for name, x in carried.items():
        render.line(
            render.say(
                f"{name}：已送到 {way.name if way else to}，本次 {x.sent} 个文件，先前 {x.there} 个",
                f"{name}: is at {way.name if way else to}, {x.sent} files sent now, {x.there} before",
            )
        )
    late = max((sum(t.late + t.changed for t in d.tallies.values()) for d in done), default=0)
    if late:
        render.line(
            render.say(
                f"{late:,} 行在切换后新增或改动，未交付：用 `bequest cutover {case} --delta` 补充切换",
                f"{late:,} rows came or changed after the mark and were left: take them in with"
                f" `bequest cutover {case} --delta`",
            )
        )


def receive(
    package: Path,
    identity: Annotated[Path, typer.Option(help="age identity file")],
    out: Annotated[Path, typer.Option(help="new folder for the data")],
    trust: Annotated[Path | None, typer.Option(help="trust file, to check the sender's signature")] = None,
    sign_key: Annotated[Path | None, typer.Option(help="your OpenSSH private key, to sign the receipt")] = None,
    receipt: Annotated[Path, typer.Option(help="where the receipt goes")] = Path("receipt.dsse.json"),
    into: Annotated[str, typer.Option(help="import into: database address, env:NAME, file:PATH, or a folder")] = "",
    schema: Annotated[str, typer.Option(help="PostgreSQL: the schema to import into (public)")] = "",
    capsule: Annotated[Path | None, typer.Option(help="what the escrow released, where it holds the key")] = None,
    undertake: Annotated[list[str] | None, typer.Option(help="what you undertake: its code, or all")] = None,
    at: Annotated[str, typer.Option(help="rehearsals: time of the receipt (RFC 3339)")] = "",
) -> None:
    when = instant(at)
    if sign_key is not None:
        check_receipt_files(sign_key, receipt)
    received = receive_package(package, identity, out, trust=trust, capsule=capsule)
    render.table("", ("table", "rows"), sorted(received.counts.items()), figures=(1,))
    if not received.signature_checked:
        render.line(
            render.say("发送方签名未核对（没有给信任文件）", "sender's signature not checked (no trust file given)")
        )
    if into or sign_key is not None:
        render.table(
            render.say("承诺", "undertakings"),
            ("code", "meaning"),
            [(u, render.say(zh, en)) for u, zh, en in undertakings(received)],
        )
    imported = import_received(received, into, undertake or (), schema=schema, environ=os.environ) if into else None
    if imported is not None:
        rows = [(t, x.rows, x.left_out, x.there) for t, x in imported.tables.items()]
        render.table(imported.kind, ("table", "imported", "withdrawn before", "there now"), rows, figures=(1, 2, 3))
    if sign_key is not None:
        write_receipt(received, sign_key, receipt, at=when, imported=imported)
        render.line(f"receipt: {receipt}")


def accept(
    package: Path,
    sign_key: Annotated[Path, typer.Option(help="your OpenSSH private key, to sign the receipt")],
    trust: Annotated[Path | None, typer.Option(help="trust file, to check the sender's signature")] = None,
    receipt: Annotated[Path, typer.Option(help="where the receipt goes")] = Path("receipt-ciphertext.dsse.json"),
    at: Annotated[str, typer.Option(help="rehearsals: time of the receipt (RFC 3339)")] = "",
) -> None:
    number = accept_package(package, sign_key, receipt, trust=trust, at=instant(at))
    render.line(f"{number}: {receipt}")
    if trust is None:
        render.line(
            render.say("发送方签名未核对（没有给信任文件）", "sender's signature not checked (no trust file given)")
        )


def receipt(ctx: typer.Context, case: str, file: Path) -> None:
    with state_of(ctx).context() as c:
        entered = enter_receipt(c, case, file)
    if isinstance(entered, KeyReleased):
        render.line(f"{entered.delivery_id}: " + render.say("托管机构已放行钥匙", "the escrow released the key"))
        return
    if isinstance(entered, ChangeReceipt):
        (rows, cells), (asked_rows, asked_cells) = entered.done, entered.asked
        render.line(
            f"{entered.message_id}: "
            + render.say(
                f"删除 {rows} 行（应删 {asked_rows}），更正 {cells} 格（应改 {asked_cells}）",
                f"{rows} of {asked_rows} rows deleted, {cells} of {asked_cells} cells corrected",
            )
        )
        return
    render.line(f"{entered.delivery_id}: {entered.stage}, exceptions {len(entered.exceptions)}")

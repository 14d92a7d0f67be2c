"""`bequest escrow`: for the escrow, who holds the keys of deliveries and releases each after the first receipt."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.escrow import make_escrow_keys, release
from bequest.cli import render
from bequest.cli.state import group
from bequest.cli.times import instant

commands = group("托管机构：保管交付密钥，见第一张回执后放行。 The escrow: holds keys of deliveries, releases each.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="escrow")


@commands.command(help="Make keys, one for each delivery. 生成交付密钥，每次交付一把。")
def keys(
    folder: Annotated[Path, typer.Argument(help="托管机构自己的文件夹 · the escrow's own folder")],
    number: Annotated[int, typer.Option(help="how many more")] = 8,
) -> None:
    made = make_escrow_keys(folder, number)
    render.line(
        render.say(
            f"请把 {made} 交给移交方，写入案件文件的 [escrow]；密钥留在自己手里。",
            f"Give {made} to the transferor, for [escrow] of the case file; keep the keys to yourself.",
        )
    )


@commands.command(name="release", help="Check the first receipt, release the key to the receiver. 核对回执，放行钥匙。")
def release_(
    delivery: Annotated[Path, typer.Argument(help="交付包或其 DataDelivery.dsse.json · the package, or its statement")],
    receipt: Annotated[Path, typer.Argument(help="接收方的第一张回执 · the receiver's first receipt")],
    keys: Annotated[Path, typer.Option(help="the escrow's folder of keys")],
    trust: Annotated[Path, typer.Option(help="trust file of the case")],
    sign_key: Annotated[Path, typer.Option(help="OpenSSH private key of the person with the role escrow")],
    out: Annotated[Path, typer.Option(help="folder for capsule and statement")],
    at: Annotated[str, typer.Option(help="rehearsals: time of the release (RFC 3339)")] = "",
) -> None:
    made = release(delivery, receipt, trust, keys, sign_key, out, at=instant(at))
    render.line(render.say(f"交接收方：{made.capsule}", f"to the receiver: {made.capsule}"))
    render.line(render.say(f"交移交方：{made.statement}", f"to the sender: {made.statement}"))

"""`bequest publicity`: posters and wordings for everybody."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.publicity import kit_of, write_kit
from bequest.cli import render
from bequest.cli.state import state_of


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="publicity", help="Posters and wordings for the public. 宣传材料：海报和各种口径。")(publicity)


def publicity(
    ctx: typer.Context,
    case: str,
    out: Annotated[Path, typer.Option(help="folder for the files")] = Path("publicity"),
    portal: Annotated[str, typer.Option(help="address of the customer portal, where the case names none")] = "",
) -> None:
    with state_of(ctx).context() as c:
        kit = kit_of(c, case, portal=portal)
    for name in write_kit(kit, out):
        render.line(f"{out}/{name}")
    render.line(render.say(f"二维码打开 {kit.facts.address}", f"the QR code opens {kit.facts.address}"))
    if not kit.is_open:
        render.line(
            render.say(
                "该页自公告之日起才有：公告以前不要张贴", "that page is there from the public notice on: post it then"
            )
        )

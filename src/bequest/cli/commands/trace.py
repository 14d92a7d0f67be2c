"""`bequest trace`: which delivery a leaked file comes from."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.trace import SURE, trace
from bequest.cli import render
from bequest.cli.state import state_of


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="trace", help="Which delivery a leaked file comes from. 泄露的文件出自哪次交付。")(trace_)


def trace_(
    ctx: typer.Context,
    leak: Annotated[Path, typer.Argument(help="CSV 或 Parquet · CSV or Parquet, in part, in any order")],
    canaries: Annotated[Path | None, typer.Option(help="CSV: delivery, value of customers you planted")] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    with state_of(ctx).context() as c:
        found = trace(c, leak, canaries=canaries)
    if json:
        render.print_json({"suspects": found, "named": [s.delivery_id for s in found if s.is_named]})
        return
    heads = (
        render.say("交付", "delivery"), render.say("接收方", "receiver"), render.say("水印相符", "marks that fit"),
        render.say("布点客户", "canaries"), render.say("误指概率", "chance of a wrong accusation"),
    )  # fmt: skip
    rows = [(s.delivery_id, s.receiver, f"{s.fits}/{s.rows}", s.canaries, f"{s.probability:.1e}") for s in found]
    render.table("", heads, rows, figures=(2, 3, 4))
    named = [s for s in found if s.is_named]
    for s in named:
        render.line(
            render.say(
                f"出自交付 {s.delivery_id}（{s.receiver}），误指概率不超过 {s.probability:.1e}",
                f"it comes from delivery {s.delivery_id} ({s.receiver}); the chance of a wrong accusation is at most "
                f"{s.probability:.1e}",
            )
        )
    if not named:
        render.line(
            render.say(
                f"无法指认任何交付（误指概率须不超过 {SURE:.0e}）",
                f"no delivery can be named (the chance of a wrong accusation must be at most {SURE:.0e})",
            )
        )

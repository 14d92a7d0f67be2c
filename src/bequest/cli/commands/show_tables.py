"""`bequest show-tables`: the anonymous tables of a due diligence, as its approved plan names them."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.show_tables import Shown, show_tables
from bequest.cli import render
from bequest.cli.state import state_of
from bequest.model.showing import Showing


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        name="show-tables", help="Make the tables that a due diligence may show (E14). 制作尽调案件的匿名表。"
    )(show_tables_command)  # fmt: skip


def show_tables_command(
    ctx: typer.Context,
    case: str,
    out: Annotated[Path, typer.Option(help="folder; each table gets one of its own in it")],
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    with state_of(ctx).context() as c:
        made = show_tables(c, case, out)
    if json:
        render.print_json([{"id": m.showing.id, "rows": m.rows, "chosen": m.chosen} for m in made])
        return
    heads = (
        render.say("表", "table"), render.say("给谁看", "shown to"), render.say("行", "rows"), "k", "l", "t",
        render.say("略去行", "left out"), render.say("文件夹", "folder"),
    )  # fmt: skip
    render.table("", heads, [_row(m) for m in made], figures=range(2, 7))


def _row(m: Shown) -> tuple[object, ...]:
    c = m.chosen
    return m.showing.id, m.showing.receiver, m.rows, c.k, c.l, f"{c.t:.3f}", c.suppressed, str(m.folder)


def print_showings(showings: tuple[Showing, ...]) -> None:
    """What the plan of a due diligence lets a prospective buyer see."""
    for s in showings:
        columns = ", ".join(s.columns)
        render.line(
            render.say(
                f"只给 {s.receiver} 看匿名表 {s.id}：{s.table}（{columns}），{s.wanted}；不移交任何人的行",
                f"{s.receiver} is shown one anonymous table, {s.id}: {s.table} ({columns}), {s.wanted}; no row of"
                " anybody is handed over",
            )
        )

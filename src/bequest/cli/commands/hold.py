"""`bequest hold`: what a court or an authority wants kept is neither passed on nor deleted."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bequest.app.context import Context
from bequest.app.hold_names import named
from bequest.app.legal_holds import Ground
from bequest.app.phases import Phase
from bequest.app.set_hold import Placed, lift_hold, list_holds, set_hold
from bequest.cli import render
from bequest.cli.state import state_of

commands = typer.Typer(
    no_args_is_help=True,
    help="诉讼、机关要求的冻结：不移交、不删除。 Holds for a court or an authority: not passed on, not deleted.",
)
_WORDS = {Ground.LITIGATION: ("诉讼仲裁", "litigation"), Ground.AUTHORITY: ("机关要求", "authority")}

Person = Annotated[str, typer.Option("--as", help="your id in the case file (legal, administrator or liquidator)")]
Key = Annotated[Path, typer.Option(help="your OpenSSH private key")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="hold")


@commands.command(name="set", help="Put people on hold, on a paper; logged. 凭文书冻结；入日志。")
def set_(
    ctx: typer.Context,
    case: str,
    paper: Annotated[Path, typer.Option(help="the court's or authority's paper; it goes into the bundle")],
    reason: Annotated[Ground, typer.Option(help="why: litigation or authority")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="looked at again by this day")],
    person: Person,
    key: Key,
    who: Annotated[list[str] | None, typer.Option(help="reference of a letter, or a row: source.table:key")] = None,
    selector: Annotated[Path | None, typer.Option(help="CSV kind,value: phone, email, ref, row and so on")] = None,
) -> None:
    given = named(who or (), selector)
    with state_of(ctx).context() as c:
        done = set_hold(c, case, given, paper=paper, reason=reason.value, until=until.date(), person_id=person, key=key)
    h = done.hold
    render.line(
        render.say(
            f"{h.hold_id}：冻结 {h.people:,} 人、{h.rows:,} 行；文书 {h.paper}",
            f"{h.hold_id}: {h.people:,} people, {h.rows:,} rows on hold; paper {h.paper}",
        )
    )
    if done.phase is Phase.BEGUN:
        render.line(
            render.say(
                "销毁正在进行：尚未删除的就此留下，已删除的无法恢复",
                "the destruction is under way: what is not erased yet stays; what is erased cannot be brought back",
            )
        )


@commands.command(name="list", help="Holds of the case. 案内的冻结。")
def list_(ctx: typer.Context, case: str, json: Annotated[bool, typer.Option("--json")] = False) -> None:
    with state_of(ctx).context() as c:
        found = list_holds(c, case)
    if json:
        render.print_json([h for h, _ in found])
        return
    if not found:
        render.line(render.say("没有冻结", "no holds"))
        return
    rows = [
        (h.hold_id, render.say(*_WORDS[h.reason]), h.people, h.rows, f"{h.until}{' !' if late else ''}", h.set_by,
         h.paper[:12], h.lifted_by or render.say("有效", "in force"))
        for h, late in found
    ]  # fmt: skip
    heads = ("hold", "reason", "people", "rows", "look at by", "set by", "paper", "lifted by")
    render.table("", heads, rows, figures=(2, 3))
    if any(late for _, late in found):
        render.line(
            render.say("! 复核日已过：冻结仍然有效", "! past the day to look at it again: it is still in force")
        )


@commands.command(name="release", help="Lift a hold, on a paper that says so; logged. 凭文书解除冻结；入日志。")
def release(
    ctx: typer.Context,
    case: str,
    hold: str,
    paper: Annotated[Path, typer.Option(help="the paper that lifts it; it goes into the bundle")],
    person: Person,
    key: Key,
) -> None:
    with state_of(ctx).context() as c:
        done = lift_hold(c, case, hold, paper=paper, person_id=person, key=key)
    render.line(render.say(*_lifted(done)))


def _lifted(done: Placed) -> tuple[str, str]:
    name = done.hold.hold_id
    if done.phase is Phase.OPEN:
        return (f"{name}：已解除，下一步起照方案办理", f"{name}: lifted; from the next step on the plan holds for them")
    return (
        f"{name}：已解除；销毁中因此留下的仍然留下，须另行处理",
        f"{name}: lifted; what stayed because of it in the destruction stays: it takes a decision of its own",
    )


def tell_holds(ctx: Context, case: str) -> None:
    """Say which holds are in force, after a step that they change."""
    for h, late in list_holds(ctx, case):
        if h.in_force:
            render.line(
                render.say(
                    f"冻结 {h.hold_id}：{h.people:,} 人不移交、不删除" + ("（复核日已过）" if late else ""),
                    f"hold {h.hold_id}: {h.people:,} people, neither passed on nor deleted"
                    + (" (past the day to look at it again)" if late else ""),
                )
            )

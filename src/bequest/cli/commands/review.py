"""`bequest review`: pairs in doubt, and what people decide about them."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.linked_people import people_history
from bequest.app.review_links import decide, export_pairs, open_pairs
from bequest.cli import render
from bequest.cli.state import group, state_of
from bequest.steps.link.compare import PARTS

commands = group("存疑：两处记录是否同一人，由人认定。 Pairs in doubt: people say whether they are one person.")
PARTS_ZH = ("先验", "姓名", "电话", "邮箱", "生日", "住址", "证件", "其他", "性别")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="review")


@commands.command(name="run", help="List the pairs in doubt, what spoke for and against. 列出存疑及得分构成。")
def list_(
    ctx: typer.Context,
    case: str,
    top: Annotated[int, typer.Option(help="how many, the likeliest first")] = 20,
    out: Annotated[Path | None, typer.Option(help="write all with row keys in clear to this CSV file (logged)")] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    with state_of(ctx).context() as c:
        if out is not None:
            render.line(f"{export_pairs(c, case, out):,} lines")
            return
        found = open_pairs(c, case)
    shown = found.head(top).to_dicts()
    if json:
        render.print_json(shown)
        return
    names = dict(zip(PARTS, PARTS_ZH, strict=True))
    rows = []
    for r in shown:
        sides = [f"{r[f'{s}_source']}.{r[f'{s}_table']} {r[f'{s}_role']} {r[f'{s}_row']}" for s in ("left", "right")]
        why = "  ".join(f"{render.say(names[p], p)} {r[p]:+.1f}" for p in PARTS if r[p])
        rows.append((r["code"], *sides, f"{r['bits']:+.1f}", why))
    render.table("", ("pair", "one", "other", "bits", render.say("得分构成", "made of")), rows)
    render.line(render.say(f"共 {found.height} 对", f"{found.height} pairs in doubt"))


@commands.command(name="decide", help="Say whether a pair is one person. 认定是否同一人。")
def decide_(
    ctx: typer.Context,
    case: str,
    pair: str,
    verdict: Annotated[str, typer.Argument(help="same or different")],
    person: Annotated[str, typer.Option("--as", help="your id in the case file")],
    reason: Annotated[str, typer.Option(help="why, for the record")] = "",
) -> None:
    if verdict not in {"same", "different"}:
        raise typer.BadParameter(render.say("请写 same 或 different", "say same or different"))
    with state_of(ctx).context() as c:
        decide(c, case, pair, same=verdict == "same", person=person, reason=reason)
    render.line(render.say(f"已记录；请再运行 bequest link {case}", f"noted; run `bequest link {case}` again"))


@commands.command(name="history", help="Ids that were merged or split from run to run. 合并与拆分的历史。")
def history(ctx: typer.Context, case: str, json: Annotated[bool, typer.Option("--json")] = False) -> None:
    with state_of(ctx).context() as c:
        c.case(case)
        found = people_history(c.workspace(case)).to_dicts()
    if json:
        render.print_json(found)
        return
    rows = [(r["run"], r["kind"], str(r["person"]), "" if r["other"] is None else str(r["other"])) for r in found]
    render.table("", ("run", "kind", "id", "other id"), rows)

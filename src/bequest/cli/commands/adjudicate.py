"""`bequest adjudicate`: hits of the verifier that its rules leave open, and what verifier and officer say of them."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.adjudicate import adjudicate, desk_of_hits, second
from bequest.app.signing_people import signing_person
from bequest.cli import render
from bequest.cli.state import group, state_of
from bequest.documents.codes import HIT_ANSWERS, HIT_KINDS, VERDICTS, code_word
from bequest.model.adjudication import Decision, Hit, Verdict

commands = group("检验命中的裁定：偶合、允许留存、真残留。 Hits of the verifier: by chance, may stay, real residue.")

Person = Annotated[str, typer.Option("--as", help="your id in the case file (verifier or officer)")]
Key = Annotated[Path, typer.Option(help="your OpenSSH private key: it shows that it is you")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="adjudicate")


@commands.command(name="list", help="Hits to decide on, without any value. 待裁定的命中，不含任何值。")
def list_(ctx: typer.Context, case: str, json: Annotated[bool, typer.Option("--json")] = False) -> None:
    with state_of(ctx).context() as c:
        desk = desk_of_hits(c, case)
    if json:
        render.print_json({"attempt": desk.attempt, "more": desk.more, "hits": [line.hit for line in desk.lines],
                           "standing": [line.hit for line in desk.standing],
                           "decisions": desk.past})  # fmt: skip
        return
    lang = render.language()
    rows = [
        (x.hit.hit_id, _place(x.hit), getattr(code_word(HIT_KINDS, x.hit.kind), lang), x.hit.hits, x.hit.shape or "—",
         getattr(code_word(VERDICTS, x.hit.suggested.value), lang), _said(x.asked or x.decided, lang))
        for x in (*desk.lines, *desk.standing)
    ]  # fmt: skip
    heads = ("hit", "place", "kind", "times", "looks like", "suggested", "decided")
    render.table("", heads, rows, figures=(3,))
    if desk.more:
        render.line(render.say(f"另有同类 {desk.more:,} 处", f"{desk.more:,} more of the same kinds"))
    if not desk.is_open:
        render.line(render.say("现在没有可裁定的", "nothing can be decided now"))


@commands.command(name="decide", help="Say what a hit is; logged. 说明一处命中是什么；入日志。")
def decide(
    ctx: typer.Context,
    case: str,
    hit: str,
    what: Annotated[Verdict, typer.Argument(help="organic, allowed or residue")],
    reason: Annotated[str, typer.Option(help="why, without any value: it goes into the evidence")],
    person: Person,
    key: Key,
) -> None:
    with state_of(ctx).context() as c:
        who, _ = signing_person(c.case(case).case, person, key)
        made = adjudicate(c, case, hit, what.value, reason, by=who.id, roles=who.roles)
    _print(made, case)


@commands.command(name="agree", help="As the second person: agree, or decline; logged. 第二人同意或不同意；入日志。")
def agree(
    ctx: typer.Context,
    case: str,
    hit: str,
    person: Person,
    key: Key,
    decline: Annotated[bool, typer.Option("--decline", help="do not agree")] = False,
) -> None:
    with state_of(ctx).context() as c:
        who, _ = signing_person(c.case(case).case, person, key)
        made = second(c, case, hit, agrees=not decline, by=who.id, roles=who.roles)
    _print(made, case)


def _place(hit: Hit) -> str:
    return f"{hit.source}.{hit.table}.{hit.column} {render.say('第', '#')}{hit.where:,}"


def _said(d: Decision | None, lang: str) -> str:
    if d is None:
        return "—"
    said = code_word(VERDICTS, d.verdict.value), code_word(HIT_ANSWERS, d.answer.value)
    return ", ".join(getattr(w, lang) for w in said)


def _print(d: Decision, case: str) -> None:
    render.line(f"{d.hit.hit_id}: {_said(d, render.language())}")
    if d.counts:
        render.line(
            render.say(
                f"再次运行 bequest destroy run {case} 时生效", f"it counts when `bequest destroy run {case}` runs again"
            )
        )

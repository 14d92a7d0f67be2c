"""`bequest scrub`: what a scrub of each database server would do, and the decision of those who run it."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bequest.app.scrubbing import decide_scrub, decisions, scrub_plans
from bequest.cli import render
from bequest.cli.state import group, state_of
from bequest.kernel.errors import InputError
from bequest.sources.scrub import ScrubPlan


def register(app: typer.Typer) -> None:
    """Add the commands."""
    scrub = group("Scrubs of database servers: preflight and approval. 数据库服务器清理：预检与批准。")
    scrub.command(name="plan", help="What a scrub of each server would do, what stands against it. 预检。")(plan)
    scrub.command(name="approve", help="Sign: scrub in a window, or leave until a day. 批准清理窗口，或决定不清理。")(
        approve
    )
    app.add_typer(scrub, name="scrub")


def plan(
    ctx: typer.Context, case: str, as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False
) -> None:
    with state_of(ctx).context() as c:
        plans = scrub_plans(c, case)
        record = c.case(case)
        with c.store.transaction() as tx:
            decided = decisions(tx, record.case)
    if as_json:
        render.print_json({"plans": plans, "decisions": decided})
        return
    for source, p in plans.items():
        _show(source, p)
        if source in decided:
            d = decided[source]
            window = f" {d.begins_at} – {d.ends_at}" if d.begins_at else ""
            render.line(f"{render.say('已决定', 'decided')}: {d.choice.value}{window} {d.until} ({d.person})".rstrip())


def _show(source: str, p: ScrubPlan) -> None:
    verdict = render.say("可行", "possible") if p.is_possible else render.say("不可行", "not possible")
    render.line(f"{source}: {verdict}; {render.say('级别', 'level')} {p.level.value}; {', '.join(p.steps)}")
    for command in p.commands:
        render.line(f"    {command}")
    rows = [
        (c.code, "✓" if c.fine else render.say("阻止", "blocks") if c.blocks else render.say("注意", "note"),
         ", ".join(f"{k} {v:,}" if isinstance(v, int) else f"{k} {v}" for k, v in c.facts.items()))
        for c in p.checks
    ]  # fmt: skip
    render.table("", ("check", "", "facts"), rows)
    if p.remains:
        render.line(f"{render.say('清理后仍存', 'remains afterwards')}: {', '.join(p.remains)}")


def approve(
    ctx: typer.Context,
    case: str,
    source: str,
    key: Annotated[Path, typer.Option(help="OpenSSH private key of a person with the role it / IT 人员的私钥")],
    begins: Annotated[
        str, typer.Option("--from", help="when the window opens, such as 2026-12-31T01:00 / 窗口开始")
    ] = "",
    ends: Annotated[str, typer.Option("--to", help="when it closes / 窗口结束")] = "",
    leave: Annotated[
        bool, typer.Option("--leave", help="no scrub: a dated residual instead / 不清理，列为遗留")
    ] = False,
    until: Annotated[str, typer.Option(help="day from which what is left is gone otherwise / 遗留到期日")] = "",
    reason: Annotated[str, typer.Option(help="why it is left / 不清理的理由")] = "",
) -> None:
    with state_of(ctx).context() as c:
        zone = ZoneInfo(c.case(case).case.timezone)
        window = None if leave else (_instant(begins, "--from", zone), _instant(ends, "--to", zone))
        decision = decide_scrub(c, case, source, key, window=window, until=_day(until), reason=reason)
    render.line(f"{source}: {decision.choice.value} {decision.begins_at} {decision.ends_at} {decision.until}".rstrip())


def _instant(text: str, option: str, zone: ZoneInfo) -> datetime:
    """An instant; without an offset, in the time zone of the case."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"{option} is no instant" if text else f"{option} is missing",
            hint="Write such as 2026-12-31T01:00; or --leave for no scrub at all.",
        ) from None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError("--until is no day", hint="Write such as 2027-01-31.") from None

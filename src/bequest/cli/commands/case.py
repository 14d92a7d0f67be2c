"""`bequest case`: open, show, list, keys, stores, clock."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from bequest.app.casefile import write_case_template
from bequest.app.change_case import update_case
from bequest.app.clock import advance_clock
from bequest.app.context import ORDER, how_to
from bequest.app.open_case import open_case
from bequest.app.queries.case import case_overview, key_table, store_table
from bequest.cli import render
from bequest.cli.state import group, state_of
from bequest.kernel.clock import parse_rfc3339
from bequest.kernel.errors import InputError
from bequest.model.case import Event

commands = group("案件：开立、查看、密钥、存放处。 Cases: open, show, keys, places that hold values.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="case")


@commands.command(name="new", help="Open a case from its file, or write a commented template. 由文件开案，或写出模板。")
def new(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="case file (TOML)")] = None,
    event: Annotated[Event | None, typer.Option(help="write a template for this event to standard output")] = None,
    clock: Annotated[str, typer.Option(help="rehearsals: where the movable clock starts (RFC 3339)")] = "",
) -> None:
    if event is not None:
        render.line(write_case_template(event))
        return
    if file is None:
        raise InputError("no case file is given", hint="Give one, or --event E5 for a template to fill in.")
    started = _instant(clock)
    with state_of(ctx).context(create=True) as c:
        case = open_case(c, file, clock_at=started, environ=os.environ)
    render.line(render.say(f"已开案 {case.id}", f"case {case.id} is open"))


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return parse_rfc3339(text)
    except ValueError:
        raise InputError(f"{text!r} is no time with a time zone", hint="Write --clock 2026-11-02T01:00:00Z.") from None


@commands.command(name="update", help="Import a changed case file; the difference is shown. 导入改过的案件文件。")
def update(
    ctx: typer.Context,
    case: str,
    file: Path,
    base: Annotated[int, typer.Option(help="revision the change was made from")],
) -> None:
    with state_of(ctx).context() as c:
        for change in update_case(c, case, file, base_revision=base, environ=os.environ):
            render.line(change)


@commands.command(name="list", help="All cases here. 全部案件。")
def list_cases(ctx: typer.Context) -> None:
    with state_of(ctx).context() as c, c.store.transaction() as tx:
        records = tx.cases.list()
    render.table(
        "", ("case", "event", "status", "rehearsal", "revision"),
        [(r.case.id, r.case.event, r.status, r.rehearsal, r.revision) for r in records],
    )  # fmt: skip


@commands.command(name="show", help="Where a case stands. 案件进度。")
def show(ctx: typer.Context, case: str, json: Annotated[bool, typer.Option("--json")] = False) -> None:
    with state_of(ctx).context() as c:
        overview = case_overview(c, case)
    if json:
        render.print_json(overview)
        return
    render.line(
        f"{overview.case.title} · {overview.case.event} · {overview.now} · "
        + render.say(f"案件文件第 {overview.revision} 版", f"case file revision {overview.revision}")
    )
    runs = sorted(overview.steps, key=lambda r: ORDER.index(r.step) if r.step in ORDER else 99)
    rows = [(r.step, f"{r.state} {r.error_code}".rstrip(), f"{r.seconds:.1f}", render.figures(r.counts)) for r in runs]
    render.table("", ("step", "state", "seconds", "figures"), rows)
    if overview.withdrawals:
        told = [
            (m.message_id, m.receiver, m.created_at, *m.asked, m.executed_at or render.say("待执行", "outstanding"))
            for m in overview.withdrawals
        ]
        heads = ("message", "receiver", "told", "rows", "cells", "carried out")
        render.table(render.say("交付后的撤回与更正", "withdrawn after delivery"), heads, told, figures=(3, 4))
    if overview.next_step:
        render.line(render.say("下一步：", "next: ") + how_to(overview.next_step, case))
        if overview.warning:
            render.line(render.say(*overview.warning))


@commands.command(name="keys", help="The key table: purpose, holder, backup, what is lost, when it dies. 密钥表。")
def keys(ctx: typer.Context, case: str, json: Annotated[bool, typer.Option("--json")] = False) -> None:
    with state_of(ctx).context() as c:
        rows = key_table(c, case)
    if json:
        render.print_json(rows)
        return
    render.table(
        "", ("key", "state", "holder", "backup", "lost with it", "dies"),
        [(k.purpose, k.state, k.holder, k.backup, k.lost_with_it, k.dies_when) for k in rows],
    )  # fmt: skip


@commands.command(name="stores", help="Every place of ours that holds values. 我们自己存有数据的每一处。")
def stores(ctx: typer.Context, case: str, json: Annotated[bool, typer.Option("--json")] = False) -> None:
    with state_of(ctx).context() as c:
        rows = store_table(c, case)
    if json:
        render.print_json(rows)
        return
    render.table(
        "", ("place", "content", "ground", "key", "until", "state"),
        [(s.name, s.content, s.ground, s.key_purpose, s.ends_on or "—", s.state) for s in rows],
    )  # fmt: skip


@commands.command(name="clock", help="Move the clock of a rehearsal forward. 拨快演练案件的时钟。")
def clock(
    ctx: typer.Context,
    case: str,
    days: Annotated[int, typer.Option(help="days to move forward", min=1, max=3660)],
) -> None:
    with state_of(ctx).context() as c:
        now = advance_clock(c, case, timedelta(days=days))
    render.line(now.isoformat())

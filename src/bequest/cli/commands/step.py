"""`bequest cutover`, `bequest close`: the steps that end something."""

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from bequest.app.delta_cutover import run_delta_cutover
from bequest.app.run_close import run_close
from bequest.app.run_cutover import run_cutover
from bequest.app.user_files import check_user_file, new_user_file
from bequest.cli import render
from bequest.cli.commands.plan import print_preview
from bequest.cli.state import state_of, warn_register


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="cutover", help="Writes have stopped: last inventory, last answers, the mark. 切换。")(cutover)
    app.command(name="close", help="Tell people the result, purge our own stores, close the log. 结案。")(close)


def cutover(
    ctx: typer.Context,
    case: str,
    confirmed_by: Annotated[str, typer.Option(help="the person who confirms that writes have stopped")],
    delta: Annotated[bool, typer.Option("--delta", help="take in rows that came since the mark 补充切换")] = False,
) -> None:
    if delta:
        with state_of(ctx).context() as c:
            found = run_delta_cutover(c, case, confirmed_by=confirmed_by)
        render.line(f"late {found.late:,} · changed {found.changed:,} · gone {found.gone:,}")
        if not found.is_empty:
            render.line(render.say("再运行一次，直至没有新增为止", "run it again until none is left"))
        return
    with state_of(ctx).context() as c:
        decided = run_cutover(c, case, confirmed_by=confirmed_by)
        warn_register(c, case)
    print_preview(decided.policy, decided.population)


def close(
    ctx: typer.Context,
    case: str,
    feedback_to: Annotated[Path | None, typer.Option(help="write the feedback to this CSV for the carrier")] = None,
) -> None:
    def send(messages: pl.DataFrame) -> None:
        assert feedback_to is not None  # noqa: S101 - only passed on when given
        with new_user_file(feedback_to) as beside:
            messages.write_csv(beside)

    if feedback_to is not None:
        check_user_file(feedback_to)
    with state_of(ctx).context() as c:
        counts = run_close(c, case, send=send if feedback_to else None, repeatable=True)
    render.line(render.figures(counts))

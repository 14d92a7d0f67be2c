"""`bequest link`: who is who."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.run_link import export_links, run_link
from bequest.cli import render
from bequest.cli.state import state_of


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="link", help="Recognise one person across all systems. 识别各系统中的同一人。")(link)


def link(
    ctx: typer.Context,
    case: str,
    out: Annotated[Path | None, typer.Option(help="write row keys and subjects in clear to this file (logged)")] = None,
) -> None:
    with state_of(ctx).context() as c:
        if out is not None:
            render.line(f"{export_links(c, case, out):,} lines")
            return
        linked = run_link(c, case)
    mentions, people, shared = f"{linked.n_mentions:,}", f"{linked.n_subjects:,}", f"{linked.n_shared_phones:,}"
    render.line(
        render.say(
            f"{mentions} 处提及，{people} 人；{shared} 个共用电话未据以合并",
            f"{mentions} mentions, {people} people; {shared} shared phones merged nobody",
        )
    )

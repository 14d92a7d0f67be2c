"""`bequest link`: who is who."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.run_link import export_links, is_linked, run_link
from bequest.cli import render
from bequest.cli.state import state_of


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="link", help="Recognise one person across all systems. 识别各系统中的同一人。")(link)


def link(
    ctx: typer.Context,
    case: str,
    out: Annotated[
        Path | None, typer.Option(help="write row keys and cluster ids to this file, .parquet or CSV (logged)")
    ] = None,
) -> None:
    with state_of(ctx).context() as c:
        if out is not None and is_linked(c, case):
            render.line(f"{export_links(c, case, out):,} lines")
            return
        linked = run_link(c, case)
        lines = export_links(c, case, out) if out is not None else None
    mentions, people, shared = f"{linked.n_mentions:,}", f"{linked.n_subjects:,}", f"{linked.n_shared_phones:,}"
    render.line(
        render.say(
            f"{mentions} 处提及，{people} 人；{shared} 个共用电话未据以合并",
            f"{mentions} mentions, {people} people; {shared} shared phones merged nobody",
        )
    )
    if linked.n_uncertain or linked.n_refused:
        doubt, refused = f"{linked.n_uncertain:,}", f"{linked.n_refused:,}"
        render.line(
            render.say(
                f"{doubt} 对存疑，未合并（`bequest review {case}`）；{refused} 处提及因身份证号不同而未并",
                f"{doubt} pairs in doubt, merged nobody (`bequest review {case}`);"
                f" {refused} mentions kept apart by different identity numbers",
            )
        )
    if lines is not None:
        render.line(f"{lines:,} lines")

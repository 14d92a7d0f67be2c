"""`bequest diligence`: an anonymous table to show before anything is signed."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.diligence import Diligence, diligence_table
from bequest.cli import render
from bequest.cli.state import state_of
from bequest.steps.anonymise.search import Solution


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        name="diligence", help="An anonymous table to show before signing (E14). 尽职调查用的匿名表。"
    )(diligence)  # fmt: skip


def diligence(
    ctx: typer.Context,
    description: Annotated[Path, typer.Argument(help="TOML：列、级别、k、l、t · columns, levels, k, l, t")],
    out: Annotated[Path, typer.Option(help="folder for the table and its statement")],
    of_case: Annotated[str, typer.Option(help="take the table from this case's sources")] = "",
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    if of_case:
        with state_of(ctx).context() as c:
            made = diligence_table(description, out, ctx=c, case_id=of_case)
    else:
        made = diligence_table(description, out)
    if json:
        chosen = made.search.chosen
        render.print_json({"chosen": chosen, "alternatives": made.search.alternatives, "statement": made.digest})
        return
    _print(made)


def _print(made: Diligence) -> None:
    chosen = made.search.chosen
    assert chosen is not None  # noqa: S101 - refused before
    names = [c.name for c in made.spec.columns if c.role == "quasi"]
    heads = (
        "", *names, "k", "l", "t", render.say("损失", "loss"), render.say("略去行", "left out"),
        render.say("检察官风险", "prosecutor"), render.say("营销风险", "marketer"),
    )  # fmt: skip
    rows = [_row(render.say("选定", "chosen"), chosen)]
    rows += [_row(render.say(f"备选{n}", f"other {n}"), s) for n, s in enumerate(made.search.alternatives, 1)]
    title = render.say(
        f"试过 {made.search.n_nodes:,} 种级别组合，{made.search.n_fitting:,} 种满足 k",
        f"{made.search.n_nodes:,} combinations of levels tried, {made.search.n_fitting:,} hold k",
    )
    render.table(title, heads, rows, figures=range(1 + len(names), len(heads)))
    for path in made.files:
        render.line(str(path))
    render.line(
        render.say(
            "是否为法律上的匿名化由法务认定；他人所知未计入。",
            "Whether this is anonymous in law is for counsel to say; what others know is not counted in.",
        )
    )


def _row(what: str, s: Solution) -> tuple[object, ...]:
    fractions = (f"{s.t:.3f}", f"{s.loss:.3f}")
    return (
        what, *s.words, s.k, s.l, *fractions, s.suppressed, f"{s.risks.prosecutor_max:.4f}", f"{s.risks.marketer:.4f}",
    )  # fmt: skip

"""`bequest demo`: a believable company, and its whole case."""

import shutil
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from bequest.app.context import Context, open_context
from bequest.app.portal.link import rehearsal_link
from bequest.app.rehearse import begin_rehearsal, rehearse
from bequest.cli import render
from bequest.cli.commands.plan import print_preview
from bequest.demo.company import make_company
from bequest.kernel.errors import InputError
from bequest.model.case import Case, Event, Role
from bequest.store.settings import database_url

MARK = ".bequest-demo"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="demo", help="Make a demo company and, with --run, run its whole case. 演示公司与全案。")(demo)


def demo(
    event: Annotated[Event, typer.Option(help="E2, E3, E5, E7 to E12 or E14; see docs/scenarios.md")] = Event.E5,
    customers: Annotated[int, typer.Option(help="number of customers")] = 20_000,
    out: Annotated[Path, typer.Option(help="folder for everything")] = Path("demo-out"),
    seed: Annotated[int, typer.Option(help="the same seed makes the same company")] = 1,
    lots: Annotated[int, typer.Option(help="2: two shops to two buyers, a third stays 两个批次两家接收方")] = 1,
    run: Annotated[bool, typer.Option("--run", help="run the whole case as a rehearsal")] = False,
    stop: Annotated[
        bool, typer.Option("--until-notice", help="run it until customers were told and may answer")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="remove an earlier demo in that folder first")] = False,
) -> None:
    _prepare(out, replace=replace)
    began = time.perf_counter()
    try:
        with render.progress() as bars:
            company = make_company(out, event=event, customers=customers, seed=seed, progress=bars, lots=lots)
    except InputError:  # nothing is left of what cannot be made
        shutil.rmtree(out)
        raise
    made = time.perf_counter() - began
    render.table(
        render.say("演示公司", "the demo company"), (render.say("表", "table"), render.say("行", "rows")),
        company.rows.items(), figures=(1,),
    )  # fmt: skip
    if stop:
        with render.progress() as bars:
            ctx = open_context(out / "home", progress=bars, database_url=database_url())
            _say_where(ctx, begin_rehearsal(ctx, out), out)
        return
    if not run:
        render.line(f"case file: {company.case_file}")
        return
    with render.progress() as bars:
        ctx = open_context(out / "home", progress=bars, database_url=database_url())
        played = rehearse(ctx, out, tell=lambda name: bars(name, 0, 1))
    with ctx.store.transaction() as tx:
        in_force, population = tx.policies.in_force(played.case.id), tx.populations.latest(played.case.id)
    if in_force and population:
        print_preview(in_force.policy, population.population)
    rows = [("demo company", f"{made:.1f}"), *((n, f"{s:.1f}") for n, s in played.seconds.items())]
    render.table(render.say("各步用时", "time per step"), ("step", "seconds"), rows, figures=(1,))
    for check in played.bundle.report.failed:
        render.line(f"{check.code} {check.file}: {render.say(check.zh, check.en)}")
    flag = " --rehearsal" if played.case.rehearsal else ""
    bundle, trust = _near(played.bundle.folder), _near(played.bundle.trust)
    render.line(f"report: {_near(played.reports[render.language()])}")
    render.line(f"bundle: {bundle}")
    render.line(f"verify: {_program()} verify {bundle} --trust {trust}{flag}")
    _say_where(ctx, played.case, out)
    if not played.bundle.report.ok:
        raise typer.Exit(8)


def _say_where(ctx: Context, case: Case, out: Path) -> None:
    """How to look at the case in a browser, as staff and as a customer."""
    program, home = _program(), _near((out / "home").resolve())
    officer = next((p.id for p in case.people if Role.OFFICER in p.roles), case.people[0].id)
    render.line(f"account: {program} --home {home} account add {case.id} {officer}")
    render.line(f"console: {program} --home {home} serve")
    link = rehearsal_link(ctx, case.id)
    if link:
        render.line(f"a customer's page: {link}")


def _near(path: Path) -> Path:
    """The path from here, where it lies below; else as it is."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _program() -> str:
    """How the program was called, so that the line can be copied."""
    called = Path(sys.argv[0])
    return str(_near(called.resolve())) if called.is_file() else "bequest"


def _prepare(out: Path, *, replace: bool) -> None:
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file", hint="Choose a folder with --out.")
    if out.exists() and any(out.iterdir()):
        if not (out / MARK).is_file():
            raise InputError(f"{out} is not empty and no earlier demo", hint="Choose another folder with --out.")
        if not replace:
            raise InputError(f"{out} holds an earlier demo", hint="Add --replace, or choose another folder with --out.")
        shutil.rmtree(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / MARK).write_text("made by bequest demo\n", encoding="utf-8")
    except OSError as e:
        raise InputError(f"{out} cannot be made: {e.strerror}", hint="Choose another folder with --out.") from None

"""`bequest task`: what others have to do, and the evidence that they did."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.tasks import export_list, finish_task, task_list
from bequest.cli import render
from bequest.cli.state import state_of

commands = typer.Typer(
    no_args_is_help=True, help="任务：他方持有的数据、须替换的文件。 Tasks: data held elsewhere, files to replace."
)


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="task")


@commands.command(name="list", help="Who must do what, by when. 谁、做什么、何时办结。")
def list_(ctx: typer.Context, case: str, json: Annotated[bool, typer.Option("--json")] = False) -> None:
    with state_of(ctx).context() as c:
        found = task_list(c, case)
    if json:
        render.print_json(found)
        return
    if not found:
        render.line(
            render.say("没有任务（切换时、交付时开立）", "no tasks (they are opened at the cutover and by a delivery)")
        )
        return
    rows = [(t.task_id, t.task.owner, t.task.contact, t.persons, t.due_on, t.state.value, t.outcome) for t in found]
    render.table("", ("task", "owner", "contact", "listed", "due on", "state", "outcome"), rows, figures=(3,))
    for t in found:
        render.line(f"{t.task_id}: {render.say(t.task.what_zh, t.task.what_en)}")


@commands.command(name="export", help="Write the list of persons for the holder; logged. 导出交持有方的名单。")
def export(ctx: typer.Context, case: str, task: str, file: Path) -> None:
    with state_of(ctx).context() as c:
        n = export_list(c, case, task, file)
    render.line(render.say(f"{n} 行已写入 {file}", f"{n} lines written to {file}"))


@commands.command(name="done", help="Attest that a task is done, with its evidence. 凭证据确认任务办结。")
def done(
    ctx: typer.Context,
    case: str,
    task: str,
    outcome: Annotated[str, typer.Option(help="deleted, kept, transferred, replaced; supervision: in_order, breach")],
    evidence: Annotated[Path, typer.Option(help="the holder's letter or another file; it goes into the bundle")],
    person: Annotated[str, typer.Option("--as", help="your id in the case file")],
    key: Annotated[Path, typer.Option(help="your OpenSSH private key")],
) -> None:
    with state_of(ctx).context() as c:
        found = finish_task(c, case, task, outcome=outcome, evidence=evidence, person_id=person, key=key)
    render.line(f"{found.task_id}: {found.state.value} ({found.outcome}), {found.evidence_digest}")

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
from bequest.cli.mail import Sender, Smtp, Tls, mail_server
from bequest.cli.state import state_of, warn_register
from bequest.documents.words import word
from bequest.kernel.errors import InputError
from bequest.model.case import Role


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
        for task in found.lists:
            render.line(
                render.say(f"名单已更新，请重新导出：bequest task export {case} {task} FILE",
                           f"another list of persons, export it again: bequest task export {case} {task} FILE")
            )  # fmt: skip
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
    smtp: Smtp = "",
    sender: Sender = "",
    tls: Tls = "starttls",
    operator_key: Annotated[Path | None, typer.Option(help="with the two others: a final certificate")] = None,
    verifier_key: Annotated[Path | None, typer.Option(help="… of the independent verifier")] = None,
    officer_key: Annotated[Path | None, typer.Option(help="… of the protection officer")] = None,
) -> None:
    given = {Role.OPERATOR: operator_key, Role.VERIFIER: verifier_key, Role.OFFICER: officer_key}
    keys = {role: key for role, key in given.items() if key is not None}
    if keys and len(keys) < len(given):
        raise InputError(
            "a final certificate is signed by three people, and not all three keys are given",
            hint="Give --operator-key, --verifier-key and --officer-key, or none of them.",
        )

    def send(messages: pl.DataFrame) -> None:
        assert feedback_to is not None  # noqa: S101 - only passed on when given
        with new_user_file(feedback_to) as beside:
            messages.write_csv(beside)

    server = mail_server(smtp, sender, tls)
    if feedback_to is not None:
        check_user_file(feedback_to)
    with state_of(ctx).context() as c:
        closed = run_close(c, case, send=send if feedback_to else None, repeatable=True, smtp=server, keys=keys)
    render.line(render.figures(closed.counts))
    if closed.issued is not None:
        state = getattr(word(closed.issued.certificate.state), render.language())
        render.line(f"certificate: {state} {closed.issued.pdf}")

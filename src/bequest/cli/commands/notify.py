"""`bequest notify`: letters, reports, public notice, answers."""

import re
from pathlib import Path
from typing import Annotated

import typer

from bequest.app.answer_receipts import write_receipts
from bequest.app.answers import enter_answers
from bequest.app.export_letters import export_letters, letter_batches
from bequest.app.phases import Phase
from bequest.app.run_notify import (
    enter_report,
    publish_notice,
    run_notify,
    send_next,
)
from bequest.app.telling import beyond_table, window_closes
from bequest.app.telling import register as read_register
from bequest.cli import render
from bequest.cli.mail import Sender, Smtp, Tls, mail_server
from bequest.cli.state import group, state_of
from bequest.kernel.errors import InputError
from bequest.steps.notify.ladder import tally

commands = group("告知：发出、回执、公告、回应。 Notices: send, reports, public notice, answers.")
Portal = Annotated[str, typer.Option(help="address of the customer portal (`bequest serve`): letters bear a link")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="notify")


@commands.command(name="run", help="Compose the notice, enrol everybody, send the first channel. 起草、登记、发出。")
def run(
    ctx: typer.Context, case: str, smtp: Smtp = "", sender: Sender = "", tls: Tls = "starttls", portal: Portal = ""
) -> None:
    if portal and not re.fullmatch(r"https://[^\s/]+(/[^\s]*)?|http://(127\.0\.0\.1|localhost)(:\d+)?", portal):
        raise InputError(
            "the address of the portal is not usable as given",
            hint="Write --portal https://HOST; without TLS only 127.0.0.1 or localhost, for a rehearsal.",
        )
    with state_of(ctx).context() as c:
        notice = run_notify(c, case, smtp=mail_server(smtp, sender, tls), portal=portal)
    render.line(f"notice {notice.version}")
    _print_state(ctx, case)
    _print_batches(ctx, case)


@commands.command(name="next", help="Send to people whom the ladder moved down. 向下一渠道补发。")
def next_(ctx: typer.Context, case: str, smtp: Smtp = "", sender: Sender = "", tls: Tls = "starttls") -> None:
    with state_of(ctx).context() as c:
        send_next(c, case, smtp=mail_server(smtp, sender, tls))
    _print_state(ctx, case)
    _print_batches(ctx, case)


@commands.command(name="report", help="Enter a carrier's report: ref,state,at. 录入送达回执。")
def report(ctx: typer.Context, case: str, file: Path) -> None:
    with state_of(ctx).context() as c:
        enter_report(c, case, file)
    _print_state(ctx, case)


@commands.command(name="publish", help="The public notice, for everybody not reached. 公告。")
def publish(ctx: typer.Context, case: str) -> None:
    with state_of(ctx).context() as c:
        publish_notice(c, case)
    _print_state(ctx, case)


@commands.command(name="answers", help="Take answers: ref,answer,at,channel[,lot]. 录入回应。")
def answers(ctx: typer.Context, case: str, file: Path) -> None:
    with state_of(ctx).context() as c:
        entered = enter_answers(c, case, file)
    render.line(f"{entered.answers.height:,} answers in all")
    if entered.phase is Phase.BEGUN:
        render.line(
            render.say("销毁正在进行：这些人尚未删除的数据就此冻结，已删除的无法恢复",
                       "the destruction is under way: what is not erased yet of these people stays; what is, is gone")
        )  # fmt: skip


@commands.command(
    name="receipt", help="Receipts of one letter's answers: JSON-LD, ISO/IEC TS 27560 (logged). 回应的回执。"
)
def receipt(
    ctx: typer.Context,
    case: str,
    ref: Annotated[str, typer.Argument(help="reference of the letter")],
    folder: Annotated[Path, typer.Argument(help="folder for the files; made if missing")],
) -> None:
    with state_of(ctx).context() as c:
        names = write_receipts(c, case, ref, folder)
    for name in names:
        render.line(name)


@commands.command(name="export", help="Write a batch in clear: CSV, or .html to print (logged). 导出一批告知书。")
def export(ctx: typer.Context, case: str, batch: str, file: Path) -> None:
    with state_of(ctx).context() as c:
        n = export_letters(c, case, batch, file)
    render.line(f"{n:,} letters")


@commands.command(name="status", help="Who was told how. 告知进度。")
def status(ctx: typer.Context, case: str) -> None:
    _print_state(ctx, case)


def _print_batches(ctx: typer.Context, case: str) -> None:
    """Letters that wait to be handed to a carrier."""
    with state_of(ctx).context() as c:
        names = letter_batches(c, case)
    for name in names:
        render.line(
            render.say(f"交寄：bequest notify export {case} {name} FILE",
                       f"for the carrier: bequest notify export {case} {name} FILE")
        )  # fmt: skip


def _print_state(ctx: typer.Context, case: str) -> None:
    with state_of(ctx).context() as c:
        record = c.case(case)
        state = read_register(c.workspace(case))
        end = window_closes(c.workspace(case), record.case)
        known = beyond_table(record.case, end) if end else None
    render.table("", ("channel", "state", "people"), tally(state), figures=(2,))
    if end is None:
        render.line(render.say("异议期：还有人未被告知", "window: somebody is not told yet"))
        return
    render.line(render.say(f"异议期到 {end} 为止", f"window open until {end}"))
    if known is not None:
        render.line(
            render.say(f"节假日表只到 {known} 年：此后公布的假期未计入，公布后请更新法律包",
                       f"the table of holidays ends with {known}; later ones are not counted: take in a newer law pack")
        )  # fmt: skip

"""`bequest worker`: runs the steps that people order in the console."""

import os
import re
import signal
import threading
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from bequest.app.context import open_context
from bequest.app.run_close import Send
from bequest.app.user_files import new_user_file
from bequest.app.work_orders import Outfit, work, work_off
from bequest.cli import render
from bequest.cli.mail import Sender, Smtp, Tls, mail_server
from bequest.cli.state import state_of
from bequest.kernel.errors import InputError
from bequest.model.case import Role
from bequest.store.one_worker import alone_on_sqlite
from bequest.store.order_records import StepOrder
from bequest.store.settings import database_url

PORTAL = re.compile(r"https://[^\s/]+(/[^\s]*)?|http://(127\.0\.0\.1|localhost)(:\d+)?")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="worker", help="Run the steps ordered in the console. 执行控制台里启动的步骤。")(worker)


def worker(
    ctx: typer.Context,
    smtp: Smtp = "",
    sender: Sender = "",
    tls: Tls = "starttls",
    portal: Annotated[
        str, typer.Option(help="address of the customer portal (`bequest serve`): letters bear a link")
    ] = "",
    feedback_to: Annotated[
        Path | None, typer.Option(help="folder: messages about the result, for a carrier, one CSV a case")
    ] = None,
    operator_key: Annotated[Path | None, typer.Option(help="with the two others: this worker can destroy")] = None,
    verifier_key: Annotated[Path | None, typer.Option(help="… of the independent verifier")] = None,
    officer_key: Annotated[Path | None, typer.Option(help="… of the protection officer")] = None,
    once: Annotated[bool, typer.Option("--once", help="run what waits now, then end")] = False,
) -> None:
    if portal and not PORTAL.fullmatch(portal):
        raise InputError(
            "the address of the portal is not usable as given",
            hint="Write --portal https://HOST; without TLS only 127.0.0.1 or localhost, for a rehearsal.",
        )
    given = {Role.OPERATOR: operator_key, Role.VERIFIER: verifier_key, Role.OFFICER: officer_key}
    keys = {role: key for role, key in given.items() if key is not None}
    if keys and len(keys) < len(given):
        raise InputError(
            "a destruction is signed by three people, and not all three keys are given",
            hint="Give --operator-key, --verifier-key and --officer-key, or none of them.",
        )
    if missing := next((k for k in keys.values() if not k.is_file()), None):
        raise InputError(f"there is no key file {missing}", hint="Name an OpenSSH private key.")
    if feedback_to is not None and not feedback_to.is_dir():
        raise InputError(f"there is no folder {feedback_to}", hint="Make it first, readable by its owner only.")
    outfit = Outfit(
        smtp=mail_server(smtp, sender, tls), portal=portal, keys=keys,
        feedback=(lambda case: _to_file(feedback_to / f"{case}-feedback.csv")) if feedback_to else None,
    )  # fmt: skip
    context = open_context(state_of(ctx).home, create=False, environ=os.environ, database_url=database_url())
    with alone_on_sqlite(context.store):
        if once:
            work_off(context, outfit, _tell)
            return
        render.line(render.say("等候控制台启动的步骤", "waiting for steps ordered in the console"))
        work(context, outfit, _until_told(), _tell)


def _to_file(path: Path) -> Send:
    def send(messages: pl.DataFrame) -> None:
        with new_user_file(path) as beside:
            messages.write_csv(beside)

    return send


def _tell(order: StepOrder) -> None:
    render.line(f"{order.case_id}: {order.step}")


def _until_told() -> threading.Event:
    """Set by the first SIGTERM or SIGINT: the step that runs is finished. The second one ends it where it is."""
    stop = threading.Event()

    def asked(number: int, _: object) -> None:
        if stop.is_set():
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked)
    return stop

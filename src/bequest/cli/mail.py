"""The mail server that a command is given: options, environment."""

import os
from pathlib import Path
from typing import Annotated

import typer

from bequest.app.user_files import read_user_text
from bequest.kernel.errors import InputError
from bequest.steps.notify.smtp import SmtpServer

Smtp = Annotated[str, typer.Option(help="mail server host:port (else mail-merge files); user and password from "
                                        "BEQUEST_SMTP_USER, BEQUEST_SMTP_PASSWORD_FILE")]  # fmt: skip
Sender = Annotated[str, typer.Option(help="sender address")]
Tls = Annotated[str, typer.Option(help="none, starttls or implicit")]

TLS = ("none", "starttls", "implicit")


def mail_server(smtp: str, sender: str, tls: str) -> SmtpServer | None:
    """The server, or None where none is given.

    Raises:
        InputError: where address, sender or TLS mode are not usable.
    """
    if not smtp:
        return None
    host, _, port = smtp.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536 or "@" not in sender:
        raise InputError(
            "the mail server is not usable as given", hint="Write --smtp HOST:PORT --sender ADDRESS, such as "
            "--smtp mail.example.com:587 --sender privacy@example.com.",
        )  # fmt: skip
    if tls not in TLS:
        raise InputError(f"--tls {tls!r} is not known", hint=f"Write one of {', '.join(TLS)}.")
    password_file = os.environ.get("BEQUEST_SMTP_PASSWORD_FILE", "")
    hint = "BEQUEST_SMTP_PASSWORD_FILE names the file that holds the password."
    password = read_user_text(Path(password_file), "password file", hint=hint).strip() if password_file else ""
    return SmtpServer(
        host=host,
        port=int(port),
        sender=sender,
        user=os.environ.get("BEQUEST_SMTP_USER", ""),
        password=password,
        tls=tls,
    )

"""Sending letters by e-mail (RFC 5321). Each message's fate is written down before the next one is sent.

A journal line `>ref` is synced before a message is handed to the server and `+ref` or `-ref` after its answer. After a
crash a message with `>` alone is *possibly sent*: it is reported so and not sent again.
"""

import os
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from pathlib import Path
from typing import TextIO

from bequest.kernel.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """How to reach the mail server. `tls`: `none`, `starttls` or `implicit`; the password is never shown."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    tls: str = "starttls"
    timeout_seconds: int = 30

    def __repr__(self) -> str:
        return f"SmtpServer({self.host}:{self.port}, tls={self.tls})"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message: reference, address, subject line, text."""

    ref: str
    address: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Sent:
    """References by fate."""

    sent: tuple[str, ...]
    refused: tuple[str, ...]
    possibly_sent: tuple[str, ...]


def read_journal(path: Path) -> dict[str, str]:
    """The last mark per reference: `>` handed over, `+` accepted, `-` refused."""
    marks: dict[str, str] = {}
    if path.is_file():
        for line in path.read_text(encoding="ascii").splitlines():
            if line and line[0] in ">+-":
                marks[line[1:]] = line[0]
    return marks


def send_letters(
    letters: Iterator[Letter], server: SmtpServer, journal: Path, *, guard: Callable[[], None] = lambda: None
) -> Sent:
    """Send all letters not yet in the journal. Run again after a crash it goes on where it stopped.

    Raises:
        InputError: where the server cannot be reached or refuses the sign-in; nothing more was sent.
    """
    marks = read_journal(journal)
    with _connect(server) as connection, journal.open("a", encoding="ascii") as log:
        for letter in letters:
            if letter.ref in marks:
                continue
            guard()
            _note(log, ">" + letter.ref)
            try:
                connection.send_message(_message(letter, server.sender))
                mark = "+"
            except smtplib.SMTPRecipientsRefused:
                mark = "-"
            _note(log, mark + letter.ref)
            marks[letter.ref] = mark
    by = {m: tuple(sorted(r for r, x in marks.items() if x == m)) for m in ">+-"}
    return Sent(by["+"], by["-"], by[">"])


def send_one(server: SmtpServer, letter: Letter) -> bool:
    """Send one message; whether the server took it. Nothing of it is written down."""
    return attempt(server, letter) == SENT


SENT, UNREACHABLE = "sent", "unreachable"


def attempt(server: SmtpServer, letter: Letter) -> str:
    """Send one message: `sent`, `refused CODE` with the code of the server's answer (RFC 5321), or `unreachable`."""
    try:
        with _connect(server) as connection:
            connection.send_message(_message(letter, server.sender))
    except smtplib.SMTPRecipientsRefused as error:
        return f"refused {next((code for code, _ in error.recipients.values()), 0)}"
    except smtplib.SMTPResponseException as error:
        return f"refused {error.smtp_code}"
    except (InputError, OSError, smtplib.SMTPException):
        return UNREACHABLE
    return SENT


def _note(log: TextIO, line: str) -> None:
    log.write(line + "\n")
    log.flush()
    os.fsync(log.fileno())


def _message(letter: Letter, sender: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP_POLICY)
    message["From"] = sender
    message["To"] = letter.address
    message["Subject"] = letter.subject
    message["X-Bequest-Reference"] = letter.ref
    message.set_content(letter.text)
    return message


@contextmanager
def _connect(server: SmtpServer) -> Iterator[smtplib.SMTP]:
    try:
        if server.tls == "implicit":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout_seconds, context=ssl.create_default_context()
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds)
            if server.tls == "starttls":
                connection.starttls(context=ssl.create_default_context())
        if server.user:
            connection.login(server.user, server.password)
    except (OSError, smtplib.SMTPException) as e:
        raise InputError(
            f"the mail server {server.host}:{server.port} cannot be used ({type(e).__name__})",
            hint="Check host, port, TLS mode and sign-in; nothing was sent.",
        ) from e
    try:
        yield connection
    finally:
        try:
            connection.quit()
        except smtplib.SMTPException:
            connection.close()

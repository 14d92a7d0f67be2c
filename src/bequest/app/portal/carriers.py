"""How a one-time code reaches somebody: by a mail server, by a program of one's own for text messages.

A code says neither who sends it nor what it is about. Of a rehearsal nothing is ever sent: its codes are listed.
"""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bequest.steps.notify.smtp import Letter, SmtpServer, send_one

SECONDS = 20
"""How long the program may take."""


@dataclass(frozen=True, slots=True)
class Carriers:
    """What there is. Without a way to an address no code goes there, and the visitor is not told so."""

    mail: SmtpServer | None = None
    text_program: Path | None = None
    """Gets one JSON object on standard input: `to` and `text`; exits with 0 where it sent it."""

    def send(self, address: str, code: str) -> bool:
        """Send a code; whether it went out."""
        text = words(code)
        if "@" in address:
            return self.mail is not None and send_one(self.mail, Letter("code", address, "验证码 / code", text))
        if self.text_program is None:
            return False
        given = json.dumps({"to": address, "text": text}, ensure_ascii=False)
        try:
            done = subprocess.run(
                [str(self.text_program)], input=given.encode(), capture_output=True, timeout=SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0


def words(code: str) -> str:
    """The message."""
    return (
        f"验证码 {code}，十五分钟内有效。不是您本人操作，请不要理会。\n"
        f"Your code is {code}, good for fifteen minutes. If this was not you, do nothing."
    )

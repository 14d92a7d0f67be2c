"""How a one-time code or a word about a reply goes out: by a mail server, by a program of one's own for text messages.

Neither says who sends it nor what it is about. Of a rehearsal nothing is ever sent: its codes are listed.
"""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from bequest.steps.notify.smtp import SENT, UNREACHABLE, Letter, SmtpServer, attempt, send_one

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
        return self._send(address, "验证码 / code", words(code))

    def send_word(self, address: str) -> bool:
        """Say that a reply stands on somebody's page; whether it went out."""
        return self._send(address, "有回复 / a reply", REPLY_WORDS)

    SENT: ClassVar[str] = SENT

    def reaches(self, channel: str) -> bool:
        """Whether there is a way for `email` or `sms`."""
        return self.mail is not None if channel == "email" else self.text_program is not None

    def attempt(self, address: str, subject: str, text: str) -> str:
        """Send this to an address of the staff: `sent`, or what stood in the way."""
        if "@" in address and self.mail is not None:
            return attempt(self.mail, Letter("test", address, subject, text))
        return SENT if self._send(address, subject, text) else UNREACHABLE

    def _send(self, address: str, subject: str, text: str) -> bool:
        if "@" in address:
            return self.mail is not None and send_one(self.mail, Letter("portal", address, subject, text))
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


REPLY_WORDS = (
    "您提出的请求有了回复。请打开原来通知里的链接查看。\n"
    "There is a reply to a request of yours. Open the link of the notice to read it."
)


def words(code: str) -> str:
    """The message."""
    return (
        f"验证码 {code}，十五分钟内有效。不是您本人操作，请不要理会。\n"
        f"Your code is {code}, good for fifteen minutes. If this was not you, do nothing."
    )

"""Letters through a real SMTP server on a loopback port; nobody gets one twice."""

import asyncio
import email
import email.policy
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bequest.kernel.errors import InputError
from bequest.steps.notify.smtp import Letter, SmtpServer, read_journal, send_letters


class Mailbox:
    """Keeps messages; refuses one address."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str, str]] = []

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        message = email.message_from_bytes(envelope.content or b"", policy=email.policy.default)
        body = message.get_content().replace("\r\n", "\n")
        self.messages.append((envelope.rcpt_tos[0], str(message["Subject"]), body))
        await asyncio.sleep(0)
        return "250 OK"


@pytest.fixture
def box() -> Iterator[tuple[Mailbox, SmtpServer]]:
    mailbox = Mailbox()
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield mailbox, SmtpServer(host="127.0.0.1", port=port, sender="notice@example.com", tls="none")
    controller.stop()


LETTERS = [
    Letter("R1", "zhang@example.com", "关于您的个人信息的告知", "张三，您好：\n全文"),
    Letter("R2", "nobody@example.com", "关于您的个人信息的告知", "李四，您好"),
    Letter("R3", "li@example.com", "关于您的个人信息的告知", "王五，您好"),
]


def test_chinese_letters_arrive_whole_and_a_refusal_is_told(box: tuple[Mailbox, SmtpServer], tmp_path: Path) -> None:
    mailbox, server = box
    sent = send_letters(iter(LETTERS), server, tmp_path / "journal")
    assert (sent.sent, sent.refused, sent.possibly_sent) == (("R1", "R3"), ("R2",), ())
    assert mailbox.messages[0] == ("zhang@example.com", "关于您的个人信息的告知", "张三，您好：\n全文\n")


def test_a_second_run_sends_nothing_again(box: tuple[Mailbox, SmtpServer], tmp_path: Path) -> None:
    mailbox, server = box
    first = send_letters(iter(LETTERS), server, tmp_path / "journal")
    assert send_letters(iter(LETTERS), server, tmp_path / "journal") == first
    assert len(mailbox.messages) == 2


def test_a_message_cut_off_by_a_crash_is_possibly_sent_and_not_sent_again(
    box: tuple[Mailbox, SmtpServer], tmp_path: Path
) -> None:
    mailbox, server = box
    (tmp_path / "journal").write_text("+R1\n>R3\n", encoding="ascii")
    sent = send_letters(iter(LETTERS), server, tmp_path / "journal")
    assert sent.possibly_sent == ("R3",)
    assert mailbox.messages == []
    assert read_journal(tmp_path / "journal") == {"R1": "+", "R3": ">", "R2": "-"}


def test_a_server_out_of_reach_is_a_clear_error_and_shows_no_password(tmp_path: Path) -> None:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    server = SmtpServer(host="127.0.0.1", port=port, sender="a@example.com", user="u", password="hidden", tls="none")
    with pytest.raises(InputError, match="cannot be used") as caught:
        send_letters(iter(LETTERS), server, tmp_path / "journal")
    assert "hidden" not in str(caught.value) + repr(server)

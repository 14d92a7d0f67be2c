"""Notices and results of a demo company through a real mail server: everybody with an address gets one, nobody two."""

import asyncio
import email
import email.policy
import io
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bequest.app import rehearse
from bequest.app.context import Context, open_context
from bequest.app.run_close import run_close
from bequest.app.run_discover import run_discover, run_import_map
from bequest.app.run_link import run_link
from bequest.app.run_notify import enter_report, run_notify, send_next
from bequest.app.run_plan import run_plan
from bequest.app.telling import register
from bequest.crypto.sealing import read_sealed, write_sealed
from bequest.demo.company import make_company
from bequest.demo.personas import SMALLEST
from bequest.model.case import Event
from bequest.steps.notify.smtp import SmtpServer


class Mailbox:
    """Keeps who got what."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str, str]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        message = email.message_from_bytes(envelope.content or b"", policy=email.policy.default)
        self.got.append((envelope.rcpt_tos[0], str(message["X-Bequest-Reference"]), message.get_content()))
        await asyncio.sleep(0)
        return "250 OK"


@pytest.fixture
def server() -> Iterator[tuple[Mailbox, SmtpServer]]:
    mailbox = Mailbox()
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield mailbox, SmtpServer(host="127.0.0.1", port=port, sender="notice@example.com", tls="none")
    controller.stop()


@pytest.fixture
def approved(tmp_path: Path) -> tuple[Context, str]:
    make_company(tmp_path, event=Event.E2, customers=SMALLEST)
    ctx = open_context(tmp_path / "home")
    case = rehearse._open(ctx, tmp_path)
    run_discover(ctx, case.id)
    run_import_map(ctx, case.id, tmp_path / "map.toml")
    run_link(ctx, case.id)
    run_plan(ctx, case.id)
    rehearse._approve_all(ctx, case, rehearse.Company(tmp_path))
    return ctx, case.id


def test_bounced_text_messages_go_out_by_mail_once_each(
    approved: tuple[Context, str], server: tuple[Mailbox, SmtpServer], tmp_path: Path
) -> None:
    ctx, case_id = approved
    mailbox, smtp = server
    run_notify(ctx, case_id, smtp=smtp)
    workspace = ctx.workspace(case_id)
    by_mail_at_once = register(workspace).filter(pl.col("channel") == "email")
    assert len(mailbox.got) == by_mail_at_once.height
    texted = register(workspace).filter(pl.col("state") == "sent")
    report = tmp_path / "report.csv"
    texted.select("ref", pl.lit("bounced").alias("state"), pl.lit("2026-11-02T01:00:00Z").alias("at")).write_csv(report)
    enter_report(ctx, case_id, report)
    send_next(ctx, case_id, smtp=smtp)
    with_address = texted.filter("has_email").height + by_mail_at_once.height
    assert with_address > 0
    refs = Counter(ref for _, ref, _ in mailbox.got)
    assert len(refs) == len(mailbox.got) == with_address
    send_next(ctx, case_id, smtp=smtp)
    assert len(mailbox.got) == with_address
    _, ref, text = mailbox.got[0]
    assert ref in text
    assert "没有移交任何信息" in text or "信息仍由原公司处理" in text
    assert "nothing is handed to anybody" in " ".join(text.split())


def test_at_the_close_whoever_has_only_an_address_is_told_by_mail_once(
    server: tuple[Mailbox, SmtpServer], tmp_path: Path
) -> None:
    class Reached(BaseException):
        pass

    def tell(name: str) -> None:
        if name == "close":
            raise Reached

    make_company(tmp_path, event=Event.E5, customers=SMALLEST)
    ctx = open_context(tmp_path / "home")
    with pytest.raises(Reached):
        rehearse.rehearse(ctx, tmp_path, tell=tell)
    case_id = "demo-e5"
    sealed = ctx.workspace(case_id).dir("stores", "outbox") / "feedback.sealed"
    key = ctx.keys(case_id).get("outbox")
    rows = pl.read_parquet(read_sealed(sealed, key, b"feedback")).with_row_index("n")
    only_mail = pl.col("n") % 3 == 0  # at this size the company has hardly anybody without a phone
    rows = rows.with_columns(
        pl.when(only_mail).then(pl.lit("email")).otherwise("channel").alias("channel"),
        pl.when(only_mail).then(pl.format("p{}@example.com", "n")).otherwise("address").alias("address"),
    )
    buffer = io.BytesIO()
    rows.drop("n").write_parquet(buffer)
    write_sealed(sealed, [buffer.getvalue()], key, b"feedback")
    mails = rows.filter(pl.col("channel") == "email")
    assert 1 < mails.height < rows.height
    cut_off = mails["n"][0]  # a former run was killed while it handed this one over
    (ctx.workspace(case_id).dir("letters") / "feedback.journal").write_text(f">feedback-{cut_off}\n")

    mailbox, smtp = server
    others: list[pl.DataFrame] = []
    closed = run_close(ctx, case_id, send=others.append, repeatable=True, smtp=smtp)
    assert sorted(to for to, _, _ in mailbox.got) == sorted(mails.filter(pl.col("n") != cut_off)["address"])
    assert others[0].height == rows.height - mails.height
    assert set(others[0]["channel"]) == {"sms"}
    assert closed.counts["feedback"] == rows.height - 1
    assert closed.counts["possibly_sent"] == 1

"""What notices say by each channel, and trials of them through a real mail server: their address is kept nowhere."""

import re
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from tests.e2e.test_notify_smtp import Mailbox
from tests.web.conftest import CASE, Client, Server, Town, sign_in, start, stop
from tests.web.test_screens import CHROMIUM, VIEWS, look, sync_api

from bequest.app.evidence import opening
from bequest.app.portal.carriers import Carriers
from bequest.app.preview_notice import NAME, REF, check_pace, try_notice, wordings
from bequest.app.rehearse import OPENED_AT
from bequest.app.run_notify import notice_file
from bequest.kernel.errors import GuardError, InputError, StateError
from bequest.steps.notify.smtp import SmtpServer

PAGE = f"/console/case/{CASE}/notices/wording"
ADDRESS = "somebody.of.staff@example.com"
_PROGRAM = "#!/bin/sh\ncat > {out}\n"


@pytest.fixture(scope="module")
def with_mail(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mailbox, Server, Path]]:
    """The console, with a mail server and a program for text messages."""
    mailbox = Mailbox()
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    folder = tmp_path_factory.mktemp("program")
    program = folder / "text"
    program.write_text(_PROGRAM.format(out=folder / "got"))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    mail = ["--smtp", f"127.0.0.1:{port}", "--sender", "notice@example.com", "--tls", "none"]
    town.ctx.store.close()
    running = start(town.home, *mail, "--text-program", str(program))
    yield mailbox, running, folder / "got"
    stop(running)
    controller.stop()


@pytest.fixture(scope="module")
def officer(with_mail: tuple[Mailbox, Server, Path], town: Town) -> Client:
    return sign_in(with_mail[1], town, town.roles["officer"])


def test_each_channel_is_shown_as_it_arrives_for_an_invented_person(town: Town) -> None:
    [one] = wordings(town.ctx, CASE)
    assert [p.channel for p in one.previews] == ["sms", "email", "post", "public"]
    assert notice_file(town.ctx.workspace(CASE), one.version).is_file(), "it is the wording that was sent"
    short, letter, _, public = one.previews
    assert all(NAME in p.whole and REF in p.whole and p.link in p.whole for p in (short, letter))
    assert short.parts == -(-len(short.whole) // 67)
    assert (len(letter.texts), "Reference:" in letter.texts[0], "Reference:" in letter.texts[1]) == (2, False, True)
    assert "各位客户" in public.whole
    assert "{{" not in "".join(p.whole for p in one.previews)


def test_a_trial_arrives_and_its_address_is_kept_nowhere(
    with_mail: tuple[Mailbox, Server, Path], officer: Client, town: Town
) -> None:
    mailbox, _, got_text = with_mail
    answer = officer.send(
        PAGE, f"/console/case/{CASE}/notices/try?lang=en", {"channel": "email", "address": ADDRESS}
    )  # fmt: skip
    assert (answer.status, "The server took it" in answer.text) == (200, True)
    [(to, _, text)] = mailbox.got
    assert to == ADDRESS
    assert text.startswith("【试发 / test】")
    assert wordings(town.ctx, CASE)[0].previews[1].texts[1].strip() in text.replace("\r\n", "\n")
    answer = officer.send(PAGE, f"/console/case/{CASE}/notices/try", {"channel": "sms", "address": "13811112222"})
    assert answer.status == 200, re.findall(r'role="alert".*', answer.text)
    assert REF in got_text.read_text("utf-8")
    with town.ctx.store.transaction() as tx:
        tried = [e for e in tx.outbox.all(CASE) if e.typ == "notice.tried"]
    assert [e.payload["counts"] for e in tried] == [{"sent": 1}, {"sent": 1}]
    assert b'"channel":"email"' in opening(town.ctx, CASE, tried[0].event_id).replace(b" ", b"")
    town.ctx.store.close()
    kept = [p for p in town.home.rglob("*") if p.is_file() and ADDRESS.encode() in p.read_bytes()]
    assert kept == []


def test_what_cannot_be_sent_is_said(town: Town) -> None:
    given = {"lots": "", "channel": "email", "address": ADDRESS, "by": "x"}
    closed = Carriers(mail=SmtpServer(host="127.0.0.1", port=1, sender="a@example.com", tls="none"))
    assert try_notice(town.ctx, CASE, **given, carriers=closed) == "unreachable"
    for wrong in ({"address": "a@example.com, b@example.com"}, {"address": "x"}, {"lots": "none"}, {"channel": "post"}):
        with pytest.raises(InputError):
            try_notice(town.ctx, CASE, **(given | wrong), carriers=closed)
    with pytest.raises(StateError, match="no carrier"):
        try_notice(town.ctx, CASE, **given, carriers=Carriers())


def test_trials_are_limited_by_person(town: Town) -> None:
    for _ in range(10):
        check_pace(town.ctx.store, b"k" * 32, "one", OPENED_AT)
    check_pace(town.ctx.store, b"k" * 32, "another", OPENED_AT)
    with pytest.raises(GuardError, match="trials in ten minutes"):
        check_pace(town.ctx.store, b"k" * 32, "one", OPENED_AT)


def test_the_screen_in_a_browser(with_mail: tuple[Mailbox, Server, Path], officer: Client) -> None:
    place = {"domain": "127.0.0.1", "path": "/console", "expires": -1, "httpOnly": True, "secure": False}
    cookies = [{"name": n, "value": v, "sameSite": "Strict", **place} for n, v in officer.cookies.items()]
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        for lang, width, scheme in VIEWS[:1] + VIEWS[3:]:
            state = {"cookies": cookies, "origins": []}
            look(browser, f"{with_mail[1].url}{PAGE}", lang, width, scheme, state=state, least=26)
        browser.close()

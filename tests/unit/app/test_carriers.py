"""One-time codes go out by the way there is, say nothing of what they are for, and failures are no exceptions."""

import json
import stat
from pathlib import Path

import pytest

from bequest.app.portal.carriers import Carriers, words
from bequest.crypto.links import no_links, open_links, seal_links
from bequest.steps.notify.smtp import SmtpServer


def program(folder: Path, body: str) -> Path:
    path = folder / "send"
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_a_program_gets_number_and_text(tmp_path: Path) -> None:
    assert Carriers(text_program=program(tmp_path, f"cat > {tmp_path}/got")).send("13511112222", "123456")
    given = json.loads((tmp_path / "got").read_text(encoding="utf-8"))
    assert given == {"to": "13511112222", "text": words("123456")}
    assert not {"Bequest", "移交", "个人信息"} & set(given["text"].split())


@pytest.mark.parametrize("carriers", [
    Carriers(), Carriers(mail=SmtpServer(host="127.0.0.1", port=1, sender="a@example.com", tls="none")),
])  # fmt: skip
def test_without_a_way_or_a_server_nothing_goes_out(carriers: Carriers) -> None:
    assert not carriers.send("13511112222", "123456")
    assert not carriers.send("a@example.com", "123456")


def test_a_program_that_fails_or_is_gone_sent_nothing(tmp_path: Path) -> None:
    assert not Carriers(text_program=program(tmp_path, "exit 3")).send("13511112222", "1")
    assert not Carriers(text_program=tmp_path / "none").send("13511112222", "1")


def test_links_open_with_cookie_and_code_together_and_nothing_looks_different() -> None:
    secret, links = b"s" * 16, ("a" * 32, "b" * 32)
    sealed = seal_links(secret, "123456", links)
    assert open_links(secret, "123456", sealed) == links
    assert open_links(secret, "123457", sealed) == ()
    assert open_links(b"t" * 16, "123456", sealed) == ()
    assert len(sealed) == len(no_links()) == len(seal_links(secret, "1", ()))
    assert open_links(secret, "123456", no_links()) == ()

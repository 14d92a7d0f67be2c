"""The command line of another machine: all of the API by the server's own document, refusals in clear words."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.web.api_client import EVERYTHING
from tests.web.conftest import CASE, Server, Town

from bequest.app.console.tokens import make_token
from bequest.app.portal.messages import thread
from bequest.app.remote import Operation
from bequest.app.remote import Server as Remote
from bequest.crypto.links import receipt_code
from bequest.kernel.errors import GuardError, InputError, StateError
from bequest.store.portal_records import AskedAtPortal, RequestState


def token_of(town: Town, role: str, **narrowed) -> str:
    organisation = town.ctx.case(CASE).organisation
    given = {"scopes": EVERYTHING} | narrowed
    return make_token(town.ctx, organisation, town.roles[role], label="remote", **given).token


@pytest.fixture
def remote(server: Server, town: Town) -> Remote:
    return Remote(f"http://127.0.0.1:{server.port}", token_of(town, "service"), "en")


def test_lists_pages_and_writes_go_by_name(remote: Remote, town: Town) -> None:
    known = remote.operations()
    assert {"list_cases", "reply_to_request", "correct", "download_bundle"} <= set(known)
    code, at = receipt_code(), town.ctx.now(CASE)
    with town.ctx.store.beside("somebody") as inbox:
        inbox.add(AskedAtPortal(CASE, code, town.people["ref"][13], "complain", "", b"", None, RequestState.NEW, at))
    whole = json.loads(remote.call(known["list_requests"], {"case_id": CASE, "limit": "1"}, all_pages=True))
    assert code in [r["code"] for r in whole["items"]]
    assert len(whole["items"]) == whole["total"]
    given = {"case_id": CASE, "code": code, "text": "Done.", "outcome": "partly"}
    assert json.loads(remote.call(known["reply_to_request"], given))["outcome"] == "partly"
    assert [m.text for m in thread(town.ctx, CASE, code, by="os-user")[1]] == ["Done."]


def test_what_is_refused_is_said_in_the_servers_words(remote: Remote, server: Server, town: Town) -> None:
    known = remote.operations()
    with pytest.raises(InputError, match="needs 'text'"):
        remote.call(known["reply_to_request"], {"case_id": CASE, "code": "X"})
    with pytest.raises(InputError, match="takes no 'txt'"):
        remote.call(known["reply_to_request"], {"case_id": CASE, "code": "X", "text": "a", "txt": "b"})
    with pytest.raises(GuardError):
        remote.call(known["read_case"], {"case_id": "nowhere/../demo-e2"})
    with pytest.raises(InputError, match="1 to 500"):
        remote.call(known["list_cases"], {"limit": "0"})
    stranger = Remote(f"http://127.0.0.1:{server.port}", "bqt_wrong", "en")
    with pytest.raises(GuardError):
        stranger.call(known["list_cases"], {})


@pytest.mark.parametrize("address", [
    "http://example.com", "ftp://127.0.0.1", "https://", "https://a@b.example", "https://h.example/x", "nothing",
])  # fmt: skip
def test_a_token_goes_over_tls_or_stays_on_this_machine(address: str) -> None:
    with pytest.raises(InputError, match="not usable"):
        Remote(address, "bqt_x", "en")


def test_a_broken_connection_is_tried_once_more_under_the_same_key_and_no_redirect_is_followed() -> None:
    keys: list[str] = []

    class Flaky(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            keys.append(self.headers["Idempotency-Key"])
            if len(keys) == 1:
                self.connection.close()
                return
            self.send_response(302)
            self.send_header("Location", "http://localhost:9/stolen")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    host = ThreadingHTTPServer(("127.0.0.1", 0), Flaky)
    threading.Thread(target=host.serve_forever, daemon=True).start()
    try:
        there = Remote(f"http://127.0.0.1:{host.server_port}", "bqt_x", "en")
        tell = Operation("tell", "", "POST", "/x", (), (), {"a": {"type": "string"}}, frozenset(), takes_key=True)
        with pytest.raises(StateError, match="answered 302"):
            there.call(tell, {"a": "b"})
        assert len(keys) == 2
        assert keys[0] == keys[1]
        with pytest.raises(StateError):
            Remote("http://127.0.0.1:9", "bqt_x", "en").operations()
    finally:
        host.shutdown()
        host.server_close()


def test_the_command_shows_tables_and_never_the_token(server: Server, town: Town, tmp_path) -> None:
    token = token_of(town, "service")
    (tmp_path / "token").write_text(token + "\n")
    env = os.environ | {
        "BEQUEST_SERVER": f"http://127.0.0.1:{server.port}", "BEQUEST_TOKEN_FILE": str(tmp_path / "token"),
        "BEQUEST_LANG": "en", "BEQUEST_TOKEN": "",
    }  # fmt: skip

    def bequest(*words: str) -> subprocess.CompletedProcess[str]:
        call = [sys.executable, "-c", "from bequest.cli.main import main; main()"]
        return subprocess.run(
            [*call, "--home", str(tmp_path / "none"), *words],
            env=env, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    listed = bequest("remote", "operations")
    assert "reply_to_request" in listed.stdout, listed.stderr
    cases = bequest("remote", "list_cases")
    assert CASE in cases.stdout, cases.stderr
    wrong = bequest("remote", "no_such_thing")
    assert wrong.returncode == 2
    assert not (tmp_path / "none").exists(), "no home is needed, and none is made"
    for said in (listed, cases, wrong):
        assert token not in said.stdout + said.stderr

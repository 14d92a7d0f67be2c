"""Web hooks against a real receiver: signed as the standard has it, told once, tried again, never into the house."""

import http.server
import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from bequest.app.context import Context, open_context
from bequest.app.open_case import open_case
from bequest.app.rehearse import OPENED_AT
from bequest.app.run_discover import run_discover
from bequest.app.webhooks import call as calling
from bequest.app.webhooks.endpoints import NewEndpoint, add_endpoint, end_endpoint, secret_of
from bequest.app.webhooks.guard import is_public, read_url
from bequest.app.webhooks.kinds import KINDS, Kind
from bequest.app.webhooks.tell import WAITS, plan_messages, send_due
from bequest.demo.company import make_company
from bequest.kernel.clock import MovableClock, SystemClock
from bequest.kernel.errors import InputError, StateError
from bequest.model.case import Event
from bequest.store.api_records import MessageState
from bequest.store.portal_records import AskedAtPortal, RequestState

CASE = "demo-e2"


@dataclass
class Receiver:
    """A program of the house."""

    port: int
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    """Statuses of the next answers; then 204."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


def listen(wrap=lambda s: s) -> tuple[Receiver, http.server.HTTPServer]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
            self.send_header("Location", f"http://127.0.0.1:{receiver.port}/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    server.socket = wrap(server.socket)
    receiver = Receiver(server.server_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return receiver, server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found, server = listen()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a case that was opened, to be copied."""
    base = tmp_path_factory.mktemp("opened")
    (base / "company").mkdir()
    make_company(base / "company", event=Event.E2, customers=120, seed=5)
    made = open_context(base / "home")
    open_case(made, base / "company" / "case.toml", clock_at=OPENED_AT)
    made.store.close()
    return base / "home"


@pytest.fixture
def ctx(opened: Path, tmp_path: Path) -> Iterator[Context]:
    shutil.copytree(opened, tmp_path / "home")
    made = open_context(tmp_path / "home")
    made.system = MovableClock(SystemClock().now())
    yield made
    made.store.close()


def later(ctx: Context, step: timedelta) -> None:
    assert isinstance(ctx.system, MovableClock)
    ctx.system.advance(step)


def tell(ctx: Context) -> int:
    plan_messages(ctx)
    return send_due(ctx, lambda e: secret_of(ctx, e))


def told(ctx: Context, made: NewEndpoint):
    with ctx.store.transaction() as tx:
        return tx.webhooks.messages(CASE, made.record.endpoint_id)


def ask(ctx: Context, code: str, ref: str = "R1") -> None:
    with ctx.store.beside("somebody") as inbox:
        inbox.add(AskedAtPortal(CASE, code, ref, "correct", "", b"sealed", None, RequestState.NEW, OPENED_AT))


def test_a_message_is_signed_as_the_standard_has_it(ctx: Context, receiver: Receiver) -> None:
    made = add_endpoint(ctx, CASE, receiver.url, allow_private=True)
    assert made.secret.startswith("whsec_")
    run_discover(ctx, CASE)
    assert tell(ctx) == 1
    [(headers, body)] = receiver.got
    said = Webhook(made.secret).verify(body, headers)
    assert said["type"] == "step.finished"
    assert said["data"]["case"] == CASE
    assert said["data"]["step"] == "discover"
    assert said["data"]["rehearsal"] is True
    with pytest.raises(WebhookVerificationError):
        Webhook(made.secret).verify(body.replace(b"discover", b"destroys"), headers)
    [message] = told(ctx, made)
    assert (message.state, message.status, message.tries) == (MessageState.DELIVERED, 204, 1)


def test_each_event_is_told_once_and_only_what_happens_after_the_declaration(ctx: Context, receiver: Receiver) -> None:
    ask(ctx, "AAAA-AAAA-AAAA")
    run_discover(ctx, CASE)
    made = add_endpoint(ctx, CASE, receiver.url, kinds=["request.received"], allow_private=True)
    assert tell(ctx) == 0
    ask(ctx, "BBBB-BBBB-BBBB", ref="secret-ref")
    run_discover(ctx, CASE)  # another step of a kind that is not asked for
    assert (tell(ctx), tell(ctx)) == (1, 0)
    [(_, body)] = receiver.got
    assert json.loads(body)["data"] == {"case": CASE, "due_on": None, "kind": "correct", "rehearsal": True}
    for word in (b"BBBB", b"secret-ref", b"sealed"):
        assert word not in body, "neither receipt code nor reference nor text"
    end_endpoint(ctx, CASE, made.record.endpoint_id)
    ask(ctx, "CCCC-CCCC-CCCC")
    assert tell(ctx) == 0
    with pytest.raises(StateError):
        end_endpoint(ctx, CASE, made.record.endpoint_id)


def test_what_fails_is_tried_again_with_growing_waits_under_the_same_id(ctx: Context, receiver: Receiver) -> None:
    made = add_endpoint(ctx, CASE, receiver.url, allow_private=True)
    receiver.answers = [500, 302]
    ask(ctx, "AAAA-AAAA-AAAA")
    assert (tell(ctx), tell(ctx)) == (1, 0)
    later(ctx, WAITS[0])
    assert (tell(ctx), tell(ctx)) == (1, 0)
    later(ctx, WAITS[0])
    assert tell(ctx) == 0, "the second wait is longer"
    later(ctx, WAITS[1])
    assert tell(ctx) == 1
    assert len({h["webhook-id"] for h, _ in receiver.got}) == 1
    assert len({h["webhook-timestamp"] for h, _ in receiver.got}) == 3
    assert [m.tries for m in told(ctx, made)] == [3]
    assert len(receiver.got) == 3, "nothing is followed to another place"


def test_after_ten_tries_it_is_given_up(ctx: Context, receiver: Receiver) -> None:
    made = add_endpoint(ctx, CASE, receiver.url, allow_private=True)
    receiver.answers = [503] * 20
    ask(ctx, "AAAA-AAAA-AAAA")
    tell(ctx)
    for wait in WAITS:
        later(ctx, wait)
        assert tell(ctx) == 1
    later(ctx, timedelta(days=9))
    assert tell(ctx) == 0
    [message] = told(ctx, made)
    assert (message.state, message.tries, message.status) == (MessageState.GIVEN_UP, 10, 503)
    assert timedelta(days=3) < sum(WAITS, timedelta()) < timedelta(days=4)


def test_a_receiver_that_says_gone_is_told_nothing_more(ctx: Context, receiver: Receiver) -> None:
    made = add_endpoint(ctx, CASE, receiver.url, allow_private=True)
    receiver.answers = [410]
    ask(ctx, "AAAA-AAAA-AAAA")
    tell(ctx)
    ask(ctx, "BBBB-BBBB-BBBB")
    assert tell(ctx) == 0
    with ctx.store.transaction() as tx:
        [endpoint] = tx.webhooks.list(CASE)
    assert (endpoint.ended_why, endpoint.ended_at is not None) == ("gone", True)
    assert told(ctx, made)[0].state is MessageState.GIVEN_UP


def test_a_message_that_one_server_has_taken_on_is_not_sent_by_another(ctx: Context, receiver: Receiver) -> None:
    add_endpoint(ctx, CASE, receiver.url, allow_private=True)
    ask(ctx, "AAAA-AAAA-AAAA")
    plan_messages(ctx)
    now = ctx.system.now()
    with ctx.store.transaction() as tx:
        assert len(tx.webhooks.claim(now, now + timedelta(minutes=2), 10)) == 1
    assert send_due(ctx, lambda e: secret_of(ctx, e)) == 0
    later(ctx, timedelta(minutes=3))  # the other one died
    assert send_due(ctx, lambda e: secret_of(ctx, e)) == 1


def test_the_secret_is_kept_sealed(ctx: Context, receiver: Receiver) -> None:
    made = add_endpoint(ctx, CASE, receiver.url, allow_private=True)
    assert secret_of(ctx, made.record) == made.secret
    ctx.store.close()
    kept = b"".join(p.read_bytes() for p in ctx.home.glob("control.db*"))
    assert made.secret.removeprefix("whsec_").encode() not in kept
    assert made.secret not in repr(made.record)


ADDRESSES = {
    "public": ("93.184.216.34", True), "public six": ("2606:2800:220:1::1", True),
    "loopback": ("127.0.0.1", False), "loopback six": ("::1", False), "private": ("10.1.2.3", False),
    "private too": ("172.16.0.1", False), "of the house": ("192.168.1.1", False),
    "of a machine": ("169.254.169.254", False),
    "shared": ("100.64.0.1", False), "nobody": ("0.0.0.0", False), "many": ("224.0.0.1", False),  # noqa: S104
    "mapped": ("::ffff:10.0.0.1", False), "mapped loopback": ("::ffff:127.0.0.1", False), "own": ("fd00::1", False),
    "link": ("fe80::1%eth0", False), "translated": ("64:ff9b::a00:1", False), "six to four": ("2002:a00:1::", False),
}  # fmt: skip


@pytest.mark.parametrize(("address", "public"), ADDRESSES.values(), ids=ADDRESSES)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    "url",
    ["http://example.com/x", "ftp://example.com", "https://", "https://u:p@example.com", "https://example.com/#a",
     "https://exa mple.com", "https://例子.example", "https://example.com:99999", "javascript:alert(1)",
     "https://a" + "a" * 1000],
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(InputError):
        read_url(url, allow_private=False)


def test_an_address_inside_the_house_is_not_called(
    ctx: Context, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = add_endpoint(ctx, CASE, f"https://localhost:{receiver.port}/hook")
    ask(ctx, "AAAA-AAAA-AAAA")
    called: list[object] = []
    connect = socket.create_connection
    monkeypatch.setattr(socket, "create_connection", lambda *a, **k: called.append(a) or connect(*a, **k))
    tell(ctx)
    assert (called, receiver.got) == ([], [])
    assert told(ctx, made)[0].trouble == "guard"
    assert told(ctx, made)[0].state is MessageState.WAITING


def test_the_address_that_was_looked_at_is_the_one_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that resolves to the public web first and to the house a moment later leads nowhere."""
    answers = iter(["93.184.216.34", "127.0.0.1"])
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, port, **_: [(0, 0, 0, "", (next(answers) if host[0] == "e" else host, port))],
    )
    called: list[tuple[str, int]] = []

    def connect(place: tuple[str, int], **_: object) -> socket.socket:
        called.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    end = calling.call("https://example.com/x", "whsec_QUFB", "msg_1", 1, b"{}", allow_private=False)
    assert (called, end.trouble) == ([("93.184.216.34", 443)], "connection")


def test_one_private_address_among_several_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(0, 0, 0, "", (a, 443)) for a in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    end = calling.call("https://example.com/x", "whsec_QUFB", "msg_1", 1, b"{}", allow_private=False)
    assert end.trouble == "guard"


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(tmp_path / "k.pem"), "-out",
         str(tmp_path / "c.pem"), "-days", "2", "-subj", "/CN=localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "c.pem", tmp_path / "k.pem")
    found, server = listen(lambda s: context.wrap_socket(s, server_side=True))
    try:
        end = calling.call(f"https://localhost:{found.port}/", "whsec_QUFB", "m", 1, b"{}", allow_private=True)
    finally:
        server.shutdown()
        server.server_close()
    assert (end.trouble, found.got) == ("tls", [])


def test_bad_declarations_are_told(ctx: Context) -> None:
    with pytest.raises(InputError, match="no event"):
        add_endpoint(ctx, CASE, "https://example.com/h", kinds=["step.begun"])
    with pytest.raises(StateError):
        add_endpoint(ctx, "no-such-case", "https://example.com/h")
    for n in range(10):
        add_endpoint(ctx, CASE, f"https://example.com/{n}")
    with pytest.raises(InputError, match="at most"):
        add_endpoint(ctx, CASE, "https://example.com/x")
    assert set(KINDS) == set(Kind)


def test_no_case_has_messages_of_another(ctx: Context, receiver: Receiver) -> None:
    made = add_endpoint(ctx, CASE, receiver.url, allow_private=True)
    with ctx.store.transaction() as tx, pytest.raises(StateError):
        tx.webhooks.messages("another", made.record.endpoint_id)
    assert replace(made.record, case_id="x") != made.record

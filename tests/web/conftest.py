"""A small rehearsal where customers were told and may answer, another case beside it, and real servers on both."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import polars as pl
import pytest

from bequest.app import rehearse
from bequest.app.console.accounts import add_account
from bequest.app.context import Context, open_context
from bequest.app.open_case import open_case
from bequest.app.portal.cards import _ages_by_ref
from bequest.app.portal.links import link_tokens
from bequest.app.rehearse import OPENED_AT, begin_rehearsal
from bequest.app.run_discover import data_map
from bequest.app.run_link import load_linked
from bequest.app.run_notify import read_sealed_frame
from bequest.app.telling import register
from bequest.crypto.passwords import totp_code
from bequest.demo.company import make_company
from bequest.model.case import Event

CASE, OTHER = "demo-e5", "demo-e2"
PASSWORD = "correct horse battery"
Fields = dict[str, str] | list[tuple[str, str]]
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Town:
    """The home of the tests: what it holds, and how people get in."""

    home: Path
    ctx: Context
    secrets: dict[str, bytes]
    roles: dict[str, str]
    """Role → person of the case."""
    people: pl.DataFrame
    """`ref`, `phone`, `email`, `token` of customers who have both addresses. The first ten are taken by number,
    the others by `customer`: each test has its own."""
    child: str = ""
    """The token of a letter about a child under 14."""
    _next: int = 10

    def customer(self) -> dict[str, str]:
        self._next += 1
        return self.people.row(self._next - 1, named=True)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Client:
    """A browser without script: keeps cookies, also secure ones on this machine, as browsers do."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        return self._do("GET", path, None, headers)

    def post(self, path: str, given: Fields, **headers: str) -> Answer:
        return self._do("POST", path, urlencode(given).encode(), headers)

    def send(self, page: str, path: str, given: Fields) -> Answer:
        """A form of a page: with the token that the page bears."""
        found = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', self.get(page).text)
        assert found, "the page has no form"
        pairs = list(given.items() if isinstance(given, dict) else given)
        return self.post(path, [*pairs, ("csrfmiddlewaretoken", found[1])])

    def _do(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {"Accept-Language": "zh-CN", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        headers = {k.replace("_", "-"): v for k, v in headers.items()}
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, sent | headers)
        got = connection.getresponse()
        data = got.read()
        for cookie in got.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        return Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, data)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    base = tmp_path_factory.mktemp("town")
    first, second = base / "first", base / "second"
    for folder, event, seed in ((first, Event.E5, 1), (second, Event.E2, 2)):
        folder.mkdir()
        make_company(folder, event=event, customers=120, seed=seed)
    with (first / "case.toml").open("a", encoding="utf-8") as f:
        for role in ("auditor", "guest"):  # the demo has nobody who only reads
            f.write(f'\n[[people]]\nid = "{role}-a"\nname = "某{role}"\nroles = ["{role}"]\npaper = "a letter"\n')
    ctx = open_context(base / "home")
    case = begin_rehearsal(ctx, first)
    for person in case.people:  # the other case has people of its own
        text = (second / "case.toml").read_text(encoding="utf-8").replace(f'"{person.id}"', f'"{person.id}-b"')
        (second / "case.toml").write_text(text, encoding="utf-8")
    open_case(ctx, second / "case.toml", clock_at=OPENED_AT)
    roles = {r.value: p.id for p in case.people for r in p.roles}
    secrets = {p.id: add_account(ctx, CASE, p.id, password=PASSWORD).totp_secret for p in case.people}
    stranger = ctx.case(OTHER).case.people[0].id
    secrets[stranger] = add_account(ctx, OTHER, stranger, password=PASSWORD).totp_secret
    roles["stranger"] = stranger
    state = register(ctx.workspace(CASE))
    contacts = read_sealed_frame(
        ctx, CASE, ctx.workspace(CASE).dir("letters") / "contacts.sealed", "bodies", b"contacts"
    )
    both = state.filter(pl.col("has_sms") & pl.col("has_email") & (pl.col("channel") == "sms")).join(contacts, on="ref")
    people = both.with_columns(link_tokens(ctx, CASE, both["ref"]).alias("token")).select(
        "ref", "name", "phone", "email", "token"
    )
    assert people.height >= 12
    linked = load_linked(ctx.workspace(CASE), case, data_map(ctx, CASE), fixed=True)
    ages = state.join(_ages_by_ref(ctx.workspace(CASE), linked), on="ref").filter(
        pl.col("has_sms") | pl.col("has_email")
    )
    children = ages.filter((pl.col("age") == "under_14") & ~pl.col("public_only"))["ref"]
    ctx.store.close()
    return Town(base / "home", ctx, secrets, roles, people, link_tokens(ctx, CASE, children.head(1))[0])


def plan_deal(folder: Path) -> Town:
    """A share deal that waits for its two approvals; the officer has no key in the case file."""
    make_company(folder, event=Event.E2, customers=120, seed=3)
    file = folder / "case.toml"
    text = file.read_text(encoding="utf-8")
    officer = re.search(r'id = "([^"]+)"\nname = [^\n]*\nroles = \["officer"\]', text)
    assert officer
    text, n = re.subn(rf'(id = "{officer[1]}"(?:\n(?!\[).*)*?\n)public_key = [^\n]*\n', r"\1", text)
    assert n == 1
    file.write_text(text, encoding="utf-8")
    ctx = open_context(folder / "home")
    company = rehearse.Company(folder)
    approve = rehearse._approve_all
    rehearse._approve_all = lambda *_: None
    try:
        case = rehearse._prepare(ctx, folder, company, lambda _: nullcontext())
    finally:
        rehearse._approve_all = approve
    roles = {r.value: p.id for p in case.people for r in p.roles}
    secrets = {p.id: add_account(ctx, case.id, p.id, password=PASSWORD).totp_secret for p in case.people}
    ctx.store.close()
    return Town(folder / "home", ctx, secrets, roles, pl.DataFrame())


@dataclass
class Server:
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self) -> Client:
        return Client(self.port)


def start(home: Path, *options: str) -> Server:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    log = home.parent / f"server-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", "from bequest.cli.main import main; main()", "--home", str(home), "serve", "--port",
             str(port), *options],
            stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        )  # fmt: skip
    server = Server(port, process, log)
    for _ in range(300):
        try:
            if server.client().get("/").status == 200:
                return server
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


def stop(server: Server) -> None:
    os.killpg(server.process.pid, signal.SIGTERM)
    server.process.wait(timeout=20)


@pytest.fixture(scope="session")
def server(town: Town) -> Iterator[Server]:
    running = start(town.home)
    yield running
    stop(running)


@pytest.fixture(scope="session")
def portal_alone(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The portal on a host that has the control database and nothing else of the home."""
    home = tmp_path_factory.mktemp("portal-host") / "home"
    home.mkdir(mode=0o700)
    town.ctx.store.close()
    for name in ("control.db", "control.db-wal", "control.db-shm"):
        if (town.home / name).exists():
            shutil.copy(town.home / name, home / name)
    running = start(home, "--only", "portal")
    yield running
    stop(running)


_used: dict[str, int] = {}


def next_code(town: Town, person: str) -> str:
    """A code nobody has used: each works once, that of the next half minute is taken, too."""
    step = int(time.time()) // 30
    while step <= _used.get(person, 0):
        step += 1
        if step > int(time.time()) // 30 + 1:
            time.sleep(1)
            step = int(time.time()) // 30
    _used[person] = step
    return totp_code(town.secrets[person], step * 30)


def sign_in(server: Server, town: Town, person: str) -> Client:
    """A signed-in client. A code works once: a second sign-in of a person waits for the next."""
    client, code = server.client(), next_code(town, person)
    got = client.send("/console/in", "/console/in", {"name": person, "password": PASSWORD, "code": code})
    assert got.status == 303, json.dumps(got.headers)
    return client


def wait_for(condition, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.3)

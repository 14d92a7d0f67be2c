"""Heads of the log go outside and come back by the console and the API: witnesses, time stamps, registrations.

The tests go on from one to the next, as the case does.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from tests.e2e.test_witnessed_case import serving
from tests.unit.crypto.local_tsa import LocalTsa, make_tsa
from tests.web.api_client import EVERYTHING, Program, read
from tests.web.conftest import PASSWORD, Answer, Client, Server, Town, sign_in, start, stop
from tests.web.test_screens import CHROMIUM, VIEWS, look, sync_api

from bequest.app.anchors import MOST_BYTES
from bequest.app.console.accounts import add_account
from bequest.app.console.tokens import make_token
from bequest.app.context import open_context
from bequest.app.evidence import open_log
from bequest.app.open_case import open_case
from bequest.app.queries.heads import outside
from bequest.app.rehearse import OPENED_AT
from bequest.app.run_discover import run_discover
from bequest.app.witness_folder import make_witness, sign_request, watch
from bequest.crypto.sm3 import sm3
from bequest.demo.company import make_company
from bequest.kernel.clock import SystemClock
from bequest.model.case import Event

CASE = "demo-e2"
PAGE, FORMS = f"/console/case/{CASE}/evidence/outside", f"/console/case/{CASE}/outside"


@dataclass
class Watched:
    """A case with a witness by file, one over HTTP, and an authority for time stamps."""

    town: Town
    tsa: LocalTsa
    folder: Path

    @property
    def log_vkey(self) -> str:
        with open_log(self.town.ctx, CASE) as log:
            return log.key.vkey

    @property
    def found(self):
        return outside(self.town.ctx, CASE)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("watched")
    make_company(folder, event=Event.E2, customers=120, seed=6)
    notary, buyer = make_witness(folder / "notary", "notary.example"), make_witness(folder / "buyer", "buyer.example")
    tsa = make_tsa(folder / "tsa")
    (folder / "roots.pem").write_text(tsa.root_pem)
    with serving(folder / "notary") as url:
        with (folder / "case.toml").open("a", encoding="utf-8") as file:
            file.write(f'\n[evidence]\nwitnesses = ["{notary.vkey} {url}", "{buyer.vkey}"]\nquorum = 2\n')
            file.write('tsa_roots = "file:roots.pem"\n')
        ctx = open_context(folder / "home")
        case = open_case(ctx, folder / "case.toml", clock_at=OPENED_AT)
        run_discover(ctx, CASE)
        roles = {r.value: p.id for p in case.people for r in p.roles}
        secrets = {p.id: add_account(ctx, CASE, p.id, password=PASSWORD).totp_secret for p in case.people}
        yield Watched(Town(folder / "home", ctx, secrets, roles, pl.DataFrame()), tsa, folder)
        ctx.store.close()


@pytest.fixture(scope="module")
def running(watched: Watched) -> Iterator[Server]:
    watched.town.ctx.store.close()
    server = start(watched.town.home)
    yield server
    stop(server)


@pytest.fixture(scope="module")
def seat(watched: Watched, running: Server) -> Callable[[str], Client]:
    known: dict[str, Client] = {}

    def of(role: str) -> Client:
        if role not in known:
            known[role] = sign_in(running, watched.town, watched.town.roles[role])
        return known[role]

    return of


@pytest.fixture(scope="module")
def caller(watched: Watched, running: Server) -> Program:
    ctx, legal = watched.town.ctx, watched.town.roles["legal"]
    made = make_token(ctx, ctx.case(CASE).organisation, legal, label="test", scopes=EVERYTHING)
    return Program(running.port, token=made.token)


def upload(client: Client, form: str, name: str, data: bytes, **fields: str) -> Answer:
    """Send a form with a file, with the token of the page."""
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', client.get(PAGE).text)
    assert token
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode()
        for k, v in (fields | {"csrfmiddlewaretoken": token[1]}).items()
    ]
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    body = b"".join([*parts, head, data, b"\r\n--b--\r\n"])
    return client._do("POST", f"{FORMS}/{form}?lang=en", body, {"Content-Type": "multipart/form-data; boundary=b"})


def test_a_head_is_handed_out_once_with_the_digests_of_its_file(
    watched: Watched, seat: Callable[[str], Client]
) -> None:
    legal = seat("legal")
    assert "nobody outside can vouch" in legal.get(f"{PAGE}?lang=en").text
    for _ in range(2):
        assert legal.send(PAGE, f"{FORMS}/head", {}).status == 303
    [head] = watched.found.heads
    assert head.size == watched.found.published > 1
    file = legal.get(f"{PAGE}/{head.size}.checkpoint")
    assert file.headers["content-disposition"] == f'attachment; filename="{CASE}-{head.size}.checkpoint"'
    assert (hashlib.sha256(file.body).hexdigest(), sm3(file.body).hex()) == (head.sha256, head.sm3)
    page = legal.get(f"{PAGE}?lang=en").text
    assert head.sha256 in page
    assert head.sm3 in page
    assert "0 cosignatures, 2 needed" in page
    assert legal.get(f"{PAGE}/{head.size + 1}.checkpoint").status == 404


def test_who_only_reads_sees_the_page_and_no_form(watched: Watched, seat: Callable[[str], Client]) -> None:
    it = seat("it")
    page = it.get(f"{PAGE}?lang=en")
    assert page.status == 200
    assert FORMS not in page.text
    assert it.send(f"/console/case/{CASE}/map", f"{FORMS}/head", {}).status == 404


def test_a_witness_by_file_and_one_over_the_network(watched: Watched, seat: Callable[[str], Client]) -> None:
    legal = seat("legal")
    request = legal.send(PAGE, f"{FORMS}/request", {"witness": "buyer.example"})
    assert request.headers["content-disposition"].endswith('-buyer.example.request"')
    line = sign_request(watched.folder / "buyer", request.body, SystemClock(), log=watched.log_vkey).line
    refused = upload(legal, "cosigned", "a.cosignature", line.replace("buyer", "payer").encode())
    assert refused.status == 422
    assert "no line of it is a cosignature" in refused.text.lower()
    assert upload(legal, "cosigned", "a.cosignature", line.encode()).status == 303

    unknown = legal.send(PAGE, f"{FORMS}/ask", {})
    assert unknown.status == 422, "it does not watch this log yet"
    watch(watched.folder / "notary", watched.log_vkey)
    assert legal.send(PAGE, f"{FORMS}/ask", {}).status == 303
    [head] = watched.found.heads
    assert sorted(name for name, _ in head.cosigned) == ["buyer.example", "notary.example"]
    assert watched.found.newest_cosigned == 2
    text = legal.get(f"{PAGE}?lang=en").text
    assert "2 cosignatures, 2 needed" in text
    assert text.count(f"cosigned up to {head.size}") == 2

    again = legal.send(PAGE, f"{FORMS}/request", {"witness": "buyer.example", "since": str(head.size + 7)})
    assert again.status == 422
    assert "the log is an older copy" in legal.send(
        PAGE, f"{FORMS}/request?lang=en", {"witness": "buyer.example", "since": str(head.size + 7)}
    ).text  # fmt: skip


def test_a_time_stamp_by_file(watched: Watched, seat: Callable[[str], Client]) -> None:
    legal = seat("legal")
    query = legal.send(PAGE, f"{FORMS}/query", {})
    assert query.headers["content-disposition"].endswith('.tsq"')
    assert legal.send(PAGE, f"{FORMS}/stamp", {}).status == 422, "no address is named"
    foreign = make_tsa(watched.folder / "foreign").reply(query.body)
    assert upload(legal, "stamped", "a.tsr", foreign).status == 422
    assert watched.found.heads[0].stamp is None
    assert upload(legal, "stamped", "a.tsr", watched.tsa.reply(query.body)).status == 303
    stamp = watched.found.heads[0].stamp
    assert stamp is not None
    assert stamp.authority in legal.get(f"{PAGE}?lang=en").text


SAID = {"platform": "示例存证平台", "reference": "0xabc-17", "at": "2026-11-03T12:05:06"}


def test_a_receipt_of_a_platform_is_taken_where_it_names_a_head(
    watched: Watched, seat: Callable[[str], Client]
) -> None:
    legal, [head] = seat("legal"), watched.found.heads
    good = json.dumps({"hash": head.sm3.upper()}).encode()
    for name, data, given in (
        ("r.json", b'{"hash": "00"}', SAID),
        ("r.json", good, SAID | {"at": "yesterday"}),
        ("r.json", good, SAID | {"reference": ""}),
        ("r.json", b"", SAID),
        ("r.pdf", good, SAID),
    ):
        got = upload(legal, "registered", name, data, **given)
        assert got.status == 422, (name, watched.found.heads[0].anchors)
    assert watched.found.heads[0].anchors == ()
    large = upload(legal, "registered", "r.json", good + b" " * MOST_BYTES, **SAID)
    assert (large.status, "larger than 16,384 KB" in large.text) == (422, True), "said, not called nothing"
    assert upload(legal, "registered", "r.json", good, **SAID).status == 303
    [anchor] = watched.found.heads[0].anchors
    assert anchor.registered_at == "2026-11-03T04:05:06Z", "the form's time is that of the case, Asia/Shanghai"
    page = legal.get(f"{PAGE}?lang=zh").text
    assert "示例存证平台" in page
    assert "0xabc-17" in page


def test_the_same_over_the_api(watched: Watched, caller: Program) -> None:
    place = f"/cases/{CASE}/heads"
    before = read(caller.ask(place))
    assert (before["quorum"], before["heads"][0]["size"]) == (2, before["size"])
    made = read(caller.tell(place, None))
    assert made["size"] == before["size"], "the same head again"
    request = read(caller.tell(f"{place}/requests", {"witness": "buyer.example"}))
    line = sign_request(watched.folder / "buyer", request["text"].encode(), SystemClock()).line
    after = read(caller.tell(f"{place}/cosignatures", {"text": line}))
    assert sorted(c["witness"] for c in after["heads"][0]["cosigned"]) == ["buyer.example", "notary.example"]
    query = read(caller.tell(f"{place}/query", None))
    answer = base64.b64encode(watched.tsa.reply(base64.b64decode(query["query"]))).decode()
    assert read(caller.tell(f"{place}/stamped", {"answer": answer}))["authority"] == "CN=Example Time"
    assert caller.tell(f"{place}/stamped", None).status == 409, "no address is named"
    receipt = (made["note"] + "x" * 60_000 + hashlib.sha256(made["note"].encode()).hexdigest()).encode()
    given = {
        "name": "r.txt", "receipt": base64.b64encode(receipt).decode(), "platform": "another", "reference": "18",
        "registered_at": "2026-11-03T12:05:06+08:00",
    }  # fmt: skip
    assert read(caller.tell(f"{place}/registrations", given))["registered_at"] == "2026-11-03T04:05:06Z"
    assert [a.platform for a in watched.found.heads[0].anchors] == ["示例存证平台", "another"]
    for strange in ("?", "é", "\x00"):
        assert caller.tell(f"{place}/registrations", given | {"receipt": strange}).status == 422
        assert caller.tell(f"{place}/stamped", {"answer": strange}).status == 422
    for answer in (b"\x00", b"0\x80", b"no token"):
        assert caller.tell(f"{place}/stamped", {"answer": base64.b64encode(answer).decode()}).status == 409
    assert caller.tell(f"{place}/cosignatures", {"text": "x" * 530_000}).status == 413
    assert caller.tell(f"{place}/requests", {"witness": "x" * 40_000}).status == 413, "no file goes there"


def test_it_holds_in_a_browser(seat: Callable[[str], Client], running: Server) -> None:
    here = {"domain": "127.0.0.1", "path": "/", "expires": -1, "httpOnly": True, "secure": True, "sameSite": "Strict"}
    state = {"cookies": [{"name": n, "value": v, **here} for n, v in seat("legal").cookies.items()], "origins": []}
    with sync_api.sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        for lang, width, scheme in VIEWS:
            look(browser, f"{running.url}{PAGE}", lang, width, scheme, state=state, least=26)
        browser.close()

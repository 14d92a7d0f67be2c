"""A destruction that left something: what the desk shows, who decides, what changes by it, and no value anywhere.

The tests go on from one to the next, as the case does.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from tests.e2e.whole_case import assert_verifies
from tests.web.api_client import Program, read
from tests.web.conftest import PASSWORD, Client, Server, Town, next_code, sign_in, start, stop
from tests.web.test_screens import CHROMIUM, VIEWS, look, sync_api
from typer.testing import CliRunner

from bequest.app import rehearse
from bequest.app.adjudicate import adjudicate, desk_of_hits, second
from bequest.app.console.accounts import add_account
from bequest.app.console.tokens import make_token
from bequest.app.context import open_context
from bequest.app.evidence import opening
from bequest.app.run_destroy import run_destroy
from bequest.cli.main import program
from bequest.demo.company import SMALLEST, make_company
from bequest.kernel.errors import ApprovalError, InputError, ResidueFoundError, StateError
from bequest.model.case import Event, Role
from bequest.model.destruction import CertificateState

CASE = "demo-e9"
HITS = f"/console/case/{CASE}/hits"


class AfterErasing:
    """Plants phone numbers of people who were erased into a table that nobody declared, before the verifier looks."""

    def __init__(self, crm: Path) -> None:
        self._crm, self.values = crm, []
        with closing(sqlite3.connect(crm)) as db:
            self._phones = [
                m for (m,) in db.execute("SELECT mobile FROM customers") if m and re.fullmatch(r"1\d{10}", m)
            ]

    def at(self, case_id: str, point: str) -> None:
        if point != "destroy.erased" or self.values:
            return
        with closing(sqlite3.connect(self._crm)) as db, db:
            left = {m for (m,) in db.execute("SELECT mobile FROM customers")}
            a, b, c = self.values = [p for p in self._phones if p not in left][:3]
            db.execute("CREATE TABLE call_log (id INTEGER PRIMARY KEY, serial TEXT, note TEXT)")
            rows = [(a, ""), ("", f"回访电话：{b} 张某已接"), ("", f"手机 {c}")]
            db.executemany("INSERT INTO call_log (serial, note) VALUES (?, ?)", rows)

    def destroy_the_last(self) -> None:
        with closing(sqlite3.connect(self._crm, isolation_level=None)) as db:
            db.execute("PRAGMA secure_delete=ON")
            db.execute("DELETE FROM call_log WHERE id = 3")
            db.execute("VACUUM")


@dataclass
class Refused:
    """A case whose certificate was refused."""

    town: Town
    planted: AfterErasing
    keys: dict[Role, Path]
    folder: Path

    def destroy(self) -> list[str]:
        """Run it again; the reasons for which it is refused once more."""
        with pytest.raises(ResidueFoundError) as refused:
            run_destroy(self.town.ctx, CASE, keys=self.keys)
        return refused.value.message.split(": ")[1].split(", ")

    def hit(self, column: str, row: int) -> str:
        lines = desk_of_hits(self.town.ctx, CASE).lines
        return next(x.hit.hit_id for x in lines if (x.hit.column, x.hit.where) == (column, row))

    def searched(self):
        with self.town.ctx.store.transaction() as tx:
            made = tx.destructions.certificates(CASE)[-1].certificate
        return made, next(s for s in made.searches if s.source == "crm")


def make_refused(folder: Path) -> Refused:
    make_company(folder, event=Event.E9, customers=SMALLEST, seed=5)
    planted = AfterErasing(folder / "sources" / "crm.db")
    ctx = open_context(folder / "home", hooks=planted)
    with pytest.raises(ResidueFoundError, match=r"refused: residue"):
        rehearse.rehearse(ctx, folder)
    case, company = ctx.case(CASE).case, rehearse.Company(folder)
    roles = {r.value: p.id for p in case.people for r in p.roles}
    secrets = {p.id: add_account(ctx, CASE, p.id, password=PASSWORD).totp_secret for p in case.people}
    keys = {r: company.key(p) for r, p in rehearse._destroyers(case).items()}
    ctx.store.close()
    return Refused(Town(folder / "home", ctx, secrets, roles, pl.DataFrame()), planted, keys, folder)


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Refused:
    return make_refused(tmp_path_factory.mktemp("refused"))


@pytest.fixture(scope="module")
def server(refused: Refused) -> Iterator[Server]:
    running = start(refused.town.home)
    yield running
    stop(running)


@pytest.fixture(scope="module")
def seat(refused: Refused, server: Server) -> Callable[[str], Client]:
    """Whoever holds a role, signed in once."""
    known: dict[str, Client] = {}

    def of(role: str) -> Client:
        if role not in known:
            known[role] = sign_in(server, refused.town, refused.town.roles[role])
        return known[role]

    return of


def proven(refused: Refused, role: str, **given: str) -> dict[str, str]:
    return given | {"password": PASSWORD, "code": next_code(refused.town, refused.town.roles[role])}


def test_the_desk_shows_place_and_looks_and_no_value(refused: Refused, seat: Callable[[str], Client]) -> None:
    desk = desk_of_hits(refused.town.ctx, CASE)
    assert (desk.attempt, desk.more, desk.is_open) == (1, 0, True)
    assert {(x.hit.column, x.hit.where, x.hit.kind, x.hit.shape) for x in desk.lines} == {
        ("serial", 1, "phone", "###########"),
        ("note", 2, "phone", "口口电话：########### 口口口口"),
        ("note", 3, "phone", "手机 ###########"),
    }
    for lang, words in (("zh", "在方案不许留存的地方"), ("en", "stands where the plan lets none stay")):
        text = seat("verifier").get(f"{HITS}?lang={lang}").text
        assert text.count(words) == 3
        assert not [v for v in refused.planted.values if v in text]


def test_it_is_there_for_verifier_and_officer_alone(refused: Refused, seat: Callable[[str], Client]) -> None:
    assert seat("officer").get(HITS).status == 200
    assert seat("it").get(HITS).status == 404
    assert seat("it").send(f"/console/case/{CASE}", f"{HITS}/decide", {"at": "x"}).status == 404
    with pytest.raises(ApprovalError, match="verifier and the officer"):
        adjudicate(refused.town.ctx, CASE, "x", "organic", "why", by="x", roles=[Role.IT])


def test_the_screen_in_a_browser(server: Server, seat: Callable[[str], Client]) -> None:
    place = {"domain": "127.0.0.1", "path": "/console", "expires": -1, "httpOnly": True, "secure": False}
    cookies = [{"name": n, "value": v, "sameSite": "Strict", **place} for n, v in seat("officer").cookies.items()]
    with sync_api.sync_playwright() as play:  # ended here: while it runs, this thread has an event loop
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        for lang, width, scheme in VIEWS:
            look(
                browser, f"{server.url}{HITS}", lang, width, scheme, state={"cookies": cookies, "origins": []}, least=26
            )
        browser.close()


def test_what_cannot_be_decided_is_said(refused: Refused) -> None:
    ctx, hit = refused.town.ctx, refused.hit("serial", 1)
    as_officer = {"by": "somebody", "roles": [Role.OFFICER]}
    for verdict, reason in (("nonsense", "why"), ("organic", " "), ("organic", "x" * 501)):
        with pytest.raises(InputError):
            adjudicate(ctx, CASE, hit, verdict, reason, **as_officer)
    with pytest.raises(InputError, match="mobile number") as said:
        adjudicate(ctx, CASE, hit, "organic", f"it is {refused.planted.values[0]}", **as_officer)
    assert refused.planted.values[0] not in str(said.value)
    with pytest.raises(InputError, match="no hit"):
        adjudicate(ctx, CASE, "hit-0000000000", "organic", "why", **as_officer)
    with pytest.raises(StateError, match="waits"):
        second(ctx, CASE, hit, agrees=True, by="x", roles=[Role.OFFICER])


def test_that_a_hit_stands_two_say_at_the_screen(refused: Refused, seat: Callable[[str], Client]) -> None:
    hit, officer, verifier = refused.hit("serial", 1), seat("officer"), seat("verifier")
    said = {"at": hit, "verdict": "organic", "reason": "流水号，与客户无关"}
    unproven = officer.send(HITS, f"{HITS}/decide?lang=en", said)
    assert (unproven.status, "nothing was decided" in unproven.text) == (422, True)
    assert officer.send(HITS, f"{HITS}/decide", proven(refused, "officer", **said)).status == 303
    again = officer.send(HITS, f"{HITS}/agree?lang=en", {"at": hit, "agrees": "no"})
    assert (again.status, "spoke as officer" in again.text) == (422, True)
    assert "waits for the second person" in verifier.get(f"{HITS}?lang=en").text
    assert verifier.send(HITS, f"{HITS}/agree", {"at": hit, "agrees": "yes"}).status == 422
    got = verifier.send(HITS, f"{HITS}/agree", proven(refused, "verifier", at=hit, agrees="yes"))
    assert got.status == 303, re.findall(r'role="alert".*', got.text)
    line = next(x for x in desk_of_hits(refused.town.ctx, CASE).lines if x.hit.hit_id == hit)
    assert line.decided is not None
    assert (line.decided.answer.value, line.decided.first_role, line.decided.second_role) == (
        "agreed", "officer", "verifier",
    )  # fmt: skip


def test_at_the_command_line_each_shows_the_own_key(refused: Refused) -> None:
    hit, roles = refused.hit("note", 2), refused.town.roles
    command = ["--home", str(refused.town.home), "adjudicate"]

    def run(*words: str, role: str, key: str = ""):
        who = ["--as", roles[role], "--key", str(refused.keys[Role(key or role)])]
        return CliRunner().invoke(program(), [*command, *words, *who])

    reason = ["--reason", "依合同留存"]
    assert run("decide", CASE, hit, "allowed", *reason, role="verifier", key="officer").exception
    assert run("decide", CASE, hit, "allowed", *reason, role="verifier").exit_code == 0
    assert isinstance(run("agree", CASE, hit, role="verifier").exception, ApprovalError)
    assert run("agree", CASE, hit, "--decline", role="officer").exit_code == 0
    assert run("decide", CASE, hit, "allowed", *reason, role="verifier").exit_code == 0
    agreed = run("agree", CASE, hit, role="officer")
    assert agreed.exit_code == 0, agreed.output
    listed = CliRunner().invoke(program(), [*command, "list", CASE, "--json"])
    assert hit in listed.output
    assert not [v for v in refused.planted.values if v in listed.output]


def test_a_program_says_real_residue_and_nothing_else(refused: Refused, server: Server) -> None:
    ctx, hit = refused.town.ctx, refused.hit("note", 3)
    made = make_token(
        ctx, ctx.case(CASE).organisation, refused.town.roles["verifier"], label="x", scopes=["read", "do:adjudicate"]
    )
    mine = Program(server.port, token=made.token)
    found = read(mine.ask(f"/cases/{CASE}/hits"))
    assert {(i["id"], i["suggested"]) for i in found["items"]} >= {(hit, "residue")}
    assert mine.tell(f"/cases/{CASE}/hits/{hit}/residue", {"reason": ""}).status == 422
    got = mine.tell(f"/cases/{CASE}/hits/{hit}/residue", {"reason": "left by the exchange"})
    assert (got.status, read(got)["answer"]) == (200, "alone")


def test_decisions_count_when_it_is_run_again(refused: Refused) -> None:
    """Two hits stand, one is residue: refused for that one alone, and nobody is asked of the others again."""
    assert "residue" in refused.destroy()
    _, crm = refused.searched()
    assert (crm.hits_residue, crm.hits_decided) == (1, 2)
    left = desk_of_hits(refused.town.ctx, CASE)
    assert [(x.hit.column, x.hit.where, x.decided and x.decided.verdict.value) for x in left.lines] == [
        ("note", 3, "residue")
    ]


def test_what_two_let_stand_one_takes_back(refused: Refused) -> None:
    """The search passed over it; it lies on the desk all the same, and counts as residue from the next search on."""
    ctx, roles = refused.town.ctx, refused.town.roles
    stands = {x.hit.column: x.hit.hit_id for x in desk_of_hits(ctx, CASE).standing}
    assert set(stands) == {"serial", "note"}
    said = adjudicate(ctx, CASE, stands["serial"], "residue", "是客户的", by=roles["officer"], roles=[Role.OFFICER])
    assert said.answer.value == "alone"
    assert "residue" in refused.destroy()
    _, crm = refused.searched()
    assert (crm.hits_residue, crm.hits_decided) == (2, 1)
    hit = refused.hit("serial", 1)
    adjudicate(ctx, CASE, hit, "organic", "流水号", by=roles["officer"], roles=[Role.OFFICER])
    assert second(ctx, CASE, hit, agrees=True, by=roles["verifier"], roles=[Role.VERIFIER]).answer.value == "agreed"


def test_once_the_residue_is_destroyed_the_certificate_is_issued(refused: Refused, tmp_path: Path) -> None:
    """What waits is ended, as there is nothing left to agree to; bundle and log hold no value."""
    ctx = refused.town.ctx
    left = refused.hit("note", 3)
    adjudicate(ctx, CASE, left, "organic", "再看一次", by=refused.town.roles["verifier"], roles=[Role.VERIFIER])
    refused.planted.destroy_the_last()
    played = rehearse.rehearse(ctx, refused.folder)
    made, crm = refused.searched()
    assert made.state is not CertificateState.REFUSED
    assert (crm.hits_residue, crm.hits_decided) == (0, 2)
    assert_verifies(played.bundle, tmp_path)
    with pytest.raises(StateError, match="desk"):
        adjudicate(ctx, CASE, left, "organic", "too late", by="x", roles=[Role.VERIFIER])
    assert desk_of_hits(ctx, CASE).past[0].answer.value == "gone"
    with ctx.store.transaction() as tx:
        said = [e for e in tx.outbox.all(CASE) if e.typ.startswith("adjudication.")]
    assert [e.typ.rpartition(".")[2] for e in said].count("intent") == 7 == len(said) - 7
    assert b"organic" in opening(ctx, CASE, "adjudication.intent:1")
    ctx.store.close()
    kept = b"".join(
        p.read_bytes() for p in [*played.bundle.folder.rglob("*"), *refused.town.home.rglob("*.db*")] if p.is_file()
    )
    assert not [v for v in refused.planted.values if v.encode() in kept]

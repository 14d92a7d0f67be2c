"""Answers that come again, or after a run that was cut off: each has one line, and its receipt stays what it was."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from tests.unit.app.conftest import copy_home

from bequest.app import answers
from bequest.app.answer_lines import batches, lines_by_entry
from bequest.app.answer_receipts import write_receipts
from bequest.app.answers import enter_answers
from bequest.app.clock import advance_clock
from bequest.app.context import Context, open_context
from bequest.app.evidence import open_log
from bequest.app.make_bundle import write_trust
from bequest.app.phases import Phase
from bequest.app.portal import take
from bequest.app.portal.answer_receipt import kept_receipt
from bequest.app.portal.ask import ask
from bequest.app.portal.choices import Ask
from bequest.app.portal.links import link_tokens
from bequest.app.portal.open_card import Opened, open_link
from bequest.app.rehearse import begin_rehearsal
from bequest.app.telling import register, saved_answers
from bequest.crypto.links import names_of, receipt_code, secret_of
from bequest.demo.company import make_company
from bequest.evidence.answer_proof import MEMBER, PADDED, parse_answer_receipt
from bequest.evidence.checks.answers import AnswerLines, check_receipt_of_answer
from bequest.evidence.checks.log import LogView
from bequest.evidence.disposition_tree import root_of_leaves
from bequest.evidence.event_types import EventType
from bequest.evidence.merkle import Tree, leaf_hash
from bequest.evidence.report import Check, Findings
from bequest.evidence.trust import parse_trust
from bequest.kernel.errors import StateError
from bequest.model.case import Event
from bequest.store.portal_records import AskedAtPortal, RequestState

HEAD = "ref,answer,at,channel,lot"


@pytest.fixture(scope="session")
def told_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two lots; everybody is told, and nobody has answered."""
    top = tmp_path_factory.mktemp("told")
    (top / "company").mkdir()
    make_company(top / "company", event=Event.E5, customers=120, lots=2)
    ctx = open_context(top / "home")
    advance_clock(ctx, begin_rehearsal(ctx, top / "company").id, timedelta(days=1))
    ctx.store.close()
    return top / "home"


class Desk:
    """Staff who enter what came by letter."""

    def __init__(self, ctx: Context, top: Path) -> None:
        self.ctx, self.top = ctx, top
        with ctx.store.transaction() as tx:
            [self.case] = [r.case for r in tx.cases.list()]
        self.id = self.case.id
        self.lots = [lot.id for lot in self.case.lots]
        self.refs: list[str] = register(ctx.workspace(self.id))["ref"].to_list()
        self.day = str(register(ctx.workspace(self.id))["told_on"].max())
        self.n = 0

    def line(self, who: int, word: str, hour: int, lot: str = "") -> str:
        return f"{self.refs[who]},{word},{self.day}T{hour:02}:00:00Z,letter,{lot}"

    def enter(self, *lines: str) -> None:
        self.n += 1
        self.again(self.n, *lines)

    def again(self, n: int, *lines: str) -> None:
        path = self.top / f"answers-{n}.csv"
        path.write_text("\n".join([HEAD, *lines, ""]))
        enter_answers(self.ctx, self.id, path)

    def held(self) -> AnswerLines:
        with open_log(self.ctx, self.id) as log:
            entries = {leaf.id: leaf.seq for leaf in log.entries()}
        return AnswerLines(dict(lines_by_entry(self.ctx, self.id, entries)))

    def receipts(self, who: int) -> dict[tuple[str, str], bytes]:
        """By lot and value."""
        out = self.top / f"receipts-{self.n}-{who}"
        names = write_receipts(self.ctx, self.id, self.refs[who], out)
        found = [(out / name).read_bytes() for name in names]
        said = [json.loads(f)[MEMBER]["said"] for f in found]
        assert len({(s["lot"], s["value"]) for s in said}) == len(found), "one receipt each"
        return {(s["lot"], s["value"]): f for s, f in zip(said, found, strict=True)}

    def check(self, receipt: bytes) -> Check:
        """With the log and all lines of the case, as the bundle will hold them."""
        trust = self.top / "trust.json"
        if not trust.exists():
            write_trust(self.ctx, self.id, trust)
        with open_log(self.ctx, self.id) as log:
            entries = tuple(log.entry_bytes(n) for n in range(log.size))
            head, leaves = log.checkpoint, tuple(log.entries())
        assert head is not None
        view = LogView(head, Tree(map(leaf_hash, entries)), entries, leaves)
        findings = Findings()
        check_receipt_of_answer("r", receipt, parse_trust(trust.read_bytes()), findings, view, self.held())
        [check] = findings.report(complete=True).checks
        return check


@pytest.fixture
def desk(told_home: Path, tmp_path: Path) -> Iterator[Desk]:
    ctx = copy_home(told_home, tmp_path / "home")
    yield Desk(ctx, tmp_path)
    ctx.store.close()


def test_an_answer_in_a_second_file_keeps_its_receipt(desk: Desk) -> None:
    mine = desk.line(0, "object", 3)
    desk.enter(mine)
    [receipt] = desk.receipts(0).values()
    desk.enter(mine, desk.line(1, "object", 4))
    assert desk.check(receipt).ok, desk.check(receipt).en
    assert len(desk.receipts(0)) == 1
    assert desk.check(desk.receipts(1)["", "objected"]).ok
    desk.enter(desk.line(0, "withdraw_objection", 5))
    assert "later answer to the same question" in desk.check(receipt).en


def test_a_file_of_repeats_alone_has_an_entry_of_noise(desk: Desk) -> None:
    mine = desk.line(0, "object", 3)
    more = desk.line(1, "object", 4)
    desk.enter(mine, more)
    [receipt] = desk.receipts(0).values()
    desk.enter(more, mine)
    kept = saved_answers(desk.ctx.workspace(desk.id))
    assert kept is not None
    assert kept.height == 2
    with open_log(desk.ctx, desk.id) as log:
        received = [leaf for leaf in log.entries() if leaf.type is EventType.ANSWERS_RECEIVED]
    lines = desk.held().batches
    assert [len(lines[leaf.seq]) for leaf in received] == [PADDED, PADDED]
    assert [root_of_leaves(lines[leaf.seq]).hex() for leaf in received] == [leaf.refs[0].sha256 for leaf in received]
    assert desk.check(receipt).ok


def test_an_answer_for_all_lots_from_before_leaves_the_receipt_for_one_lot(desk: Desk) -> None:
    one, other = desk.lots
    desk.enter(desk.line(0, "refuse_transfer", 9, one))
    desk.enter(desk.line(0, "consent_transfer", 5))
    found = desk.receipts(0)
    assert desk.check(found[one, "refused"]).ok, desk.check(found[one, "refused"]).en
    given = desk.check(found["", "given"])
    assert given.ok
    assert f"not for {one}, where a later answer was there already" in given.en
    desk.enter(desk.line(0, "refuse_transfer", 10, other))
    assert f"answered again later for {other}" in desk.check(found["", "given"]).en
    desk.enter(desk.line(0, "consent_transfer", 11))
    checked = {key: desk.check(f) for key, f in found.items()}
    assert {key for key, check in checked.items() if not check.ok} == {(one, "refused"), ("", "given")}


def test_one_for_a_lot_behind_one_for_all_has_a_receipt_that_says_so(desk: Desk) -> None:
    one, _ = desk.lots
    desk.enter(desk.line(0, "object", 9), desk.line(0, "withdraw_objection", 5, one))
    found = desk.receipts(0)
    assert parse_answer_receipt(found[one, "none"]).said["state"] == "superseded"
    assert "a later answer was there already" in desk.check(found[one, "none"]).en
    part = json.loads(found[one, "none"])["dct:hasPart"][-1]
    assert part["dpv:hasStatus"] == "dpv:RequestUnfulfilled"
    assert desk.check(found["", "objected"]).ok


class CutError(Exception):
    """A run that ends there."""


@pytest.mark.parametrize("point", ["answers.committed", "answers.saved"])
@pytest.mark.parametrize("same_file", [True, False])
def test_answers_of_a_run_that_was_cut_off_have_their_line_in_the_end(
    desk: Desk, point: str, same_file: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was kept before the log had it is not taken for known."""
    mine, more = desk.line(0, "object", 3), desk.line(1, "object", 4)

    def cut(_self: object, _case: str, at: str) -> None:
        if at == point:
            raise CutError

    with monkeypatch.context() as patch:
        patch.setattr(type(desk.ctx.hooks), "at", cut)
        with pytest.raises(CutError):
            desk.enter(mine)
    assert len(batches(desk.ctx, desk.id)) == 1
    assert desk.held().batches == {}
    desk.again(1 if same_file else 2, *([mine] if same_file else [mine, more]))
    [receipt] = desk.receipts(0).values()
    assert desk.check(receipt).ok
    if not same_file:
        desk.again(1, mine)  # the file that was cut off, once more
        assert desk.check(receipt).ok, "known by now"
        assert len(desk.receipts(0)) == 1


def test_who_chose_before_a_run_was_cut_off_gets_the_receipt_with_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Choices that are in the log already have no second line; their receipt is that of the batch they are in."""
    links = link_tokens(desk.ctx, desk.id, pl.Series("ref", desk.refs))
    opened = [o for t in links if isinstance(o := open_link(desk.ctx.store, t, desk.ctx.now(desk.id)), Opened)]
    first, second = opened[:2]
    ask(desk.ctx.store, first, Ask("object"))
    with monkeypatch.context() as patch:
        patch.setattr(take, "hand_out", _cut)
        with pytest.raises(CutError):
            take.take_requests(desk.ctx, desk.id)
    ask(desk.ctx.store, second, Ask("object"))
    assert take.take_requests(desk.ctx, desk.id) == 2
    for who in (first, second):
        with desk.ctx.store.reading() as tx:
            [made] = tx.portal.of_person(desk.id, who.ref)
        assert made.state is RequestState.TAKEN
        receipt = kept_receipt(desk.ctx.store, who, made)
        assert receipt is not None
        assert desk.check(receipt).ok
        assert list(desk.receipts(desk.refs.index(who.ref))) == [("", "objected")]


def _cut(*_: object) -> int:
    raise CutError


def test_the_portal_tells_of_a_late_answer_by_its_lot(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answer for another lot, which was in time, does not make a late one taken."""
    one, other = desk.lots
    links = link_tokens(desk.ctx, desk.id, pl.Series("ref", desk.refs))
    who = next(o for t in links if isinstance(o := open_link(desk.ctx.store, t, desk.ctx.now(desk.id)), Opened))
    index = desk.refs.index(who.ref)
    desk.enter(desk.line(index, "withdraw_objection", 3, one))
    asked = AskedAtPortal(
        desk.id, receipt_code(), who.ref, "withdraw_objection", other, b"", None, RequestState.NEW, who.now,
        asker=names_of(secret_of(who.token) or b"")[1],
    )  # fmt: skip
    with desk.ctx.store.beside(f"{desk.id}/{who.ref}") as inbox:
        inbox.add(asked)
    monkeypatch.setattr(answers, "phase_of", lambda *_: Phase.BEGUN)
    take.take_requests(desk.ctx, desk.id)
    with desk.ctx.store.reading() as tx:
        [made] = [a for a in tx.portal.of_person(desk.id, who.ref) if a.code == asked.code]
    assert made.state is RequestState.LATE
    found = desk.receipts(index)
    assert parse_answer_receipt(found[other, "none"]).said["state"] == "late"
    assert desk.check(found[one, "none"]).ok


def test_what_was_taken_in_time_is_not_late_when_it_is_entered_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = desk.line(0, "withdraw_objection", 3)
    desk.enter(mine)
    monkeypatch.setattr(answers, "phase_of", lambda *_: Phase.ERASED)
    with pytest.raises(StateError, match=r"^1 answers: .* 1 others were taken"):
        desk.enter(mine, desk.line(1, "object", 4))

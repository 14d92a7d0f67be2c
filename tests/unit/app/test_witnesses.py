"""The case's side of witnessing: requests, answers, addresses, and intents that wait for witnesses."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.unit.app.app_cases import add_case
from tests.unit.store.samples import CASE, T0

from bequest.app.context import Context
from bequest.app.evidence import open_log, publish, record
from bequest.app.intents import await_published
from bequest.app.witness_folder import make_witness, sign_request, watch
from bequest.app.witness_http import make_server
from bequest.app.witnesses import ask_witnesses, heads, read_cosignatures, take_cosignatures, write_requests
from bequest.crypto.signing import Signer
from bequest.evidence.checkpoint import checkpoint_body
from bequest.evidence.event_types import EventType
from bequest.evidence.merkle import Tree, leaf_hash
from bequest.evidence.note import NoteKey, sign_note
from bequest.evidence.tiles import read_entries
from bequest.evidence.witness import Request
from bequest.kernel.clock import MovableClock
from bequest.kernel.errors import BequestError, EvidenceError, InputError, StateError, VerificationError
from bequest.model.witnessing import EvidenceRules, NamedWitness

CLOCK = MovableClock(datetime(2027, 1, 1, tzinfo=UTC))
ID = "watched"
N = 5
"""Entries of the log at first: four keys made, one value read."""


@dataclass(frozen=True)
class Watched:
    """A case with two witnesses: one answers over HTTP, one takes files."""

    ctx: Context
    tmp: Path
    log: NoteKey

    def happen(self, key: str, typ: EventType = EventType.ACCESS_READ) -> str:
        with self.ctx.store.transaction() as tx:
            this = record(self.ctx, tx, ID, typ, key, at=T0)
        publish(self.ctx, ID)
        return this

    def by_file(self, request: Path, *, first: bool = False) -> Path:
        made = sign_request(self.tmp / "notary", request.read_bytes(), CLOCK, log=self.log.vkey if first else "")
        answer = self.tmp / "answer"
        answer.write_text(made.line)
        return answer

    def seen(self) -> list[tuple[int, list[str]]]:
        return [(head.size, sorted(c.name for c in head.cosignatures)) for head in heads(self.ctx, ID)]


@pytest.fixture
def case(ctx: Context, tmp_path: Path) -> Iterator[Watched]:
    notary, court = (
        make_witness(tmp_path / "notary", "notary.example"),
        make_witness(tmp_path / "court", "court.example"),
    )
    with make_server(tmp_path / "court", ("127.0.0.1", 0), CLOCK) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/"
        rules = EvidenceRules(
            witnesses=(NamedWitness(vkey=notary.vkey), NamedWitness(vkey=court.vkey, url=url)),
            quorum=2,
            intent_quorum=1,
        )
        add_case(ctx, replace(CASE, id=ID, evidence=rules))
        with open_log(ctx, ID) as log:
            key = log.key
        made = Watched(ctx, tmp_path, key)
        made.happen("1")
        yield made
        server.shutdown()
        thread.join()


def test_by_file_each_witness_gets_its_own_request_from_what_it_saw_last(case: Watched) -> None:
    requests = write_requests(case.ctx, ID, case.tmp)
    assert [p.name for p in requests] == [f"{ID}-{N}-notary.example.request", f"{ID}-{N}-court.example.request"]
    case.happen("2")  # the log goes on while the file is on its way
    [head] = take_cosignatures(case.ctx, ID, read_cosignatures(case.by_file(requests[0], first=True)))
    assert head.size == N
    [request] = write_requests(case.ctx, ID, case.tmp, only="notary.example")
    assert request.read_text().startswith(f"old {N}\n")
    take_cosignatures(case.ctx, ID, read_cosignatures(case.by_file(request)))
    assert case.seen() == [(N, ["notary.example"]), (N + 1, ["notary.example"])]
    with pytest.raises(StateError, match="no witness 'x'"):
        write_requests(case.ctx, ID, case.tmp, only="x")


def test_a_lost_answer_is_made_up_for_by_naming_the_size(case: Watched) -> None:
    case.by_file(write_requests(case.ctx, ID, case.tmp)[0], first=True)
    case.happen("2")
    [late] = write_requests(case.ctx, ID, case.tmp, only="notary.example")
    with pytest.raises(VerificationError) as refusal:
        case.by_file(late)
    assert f"--since {N}" in refusal.value.hint
    [again] = write_requests(case.ctx, ID, case.tmp, only="notary.example", start=N)
    take_cosignatures(case.ctx, ID, read_cosignatures(case.by_file(again)))
    assert case.seen()[-1] == (N + 1, ["notary.example"])
    with pytest.raises(InputError, match="asked for from 99"):
        write_requests(case.ctx, ID, case.tmp, start=99)


def test_over_http_a_witness_that_saw_more_than_we_remember_is_asked_from_there(case: Watched) -> None:
    def ask() -> BequestError | None:
        [asked] = ask_witnesses(case.ctx, ID)
        assert asked.name == "court.example"
        return asked.error

    refused = ask()
    assert refused is not None
    assert "does not watch this log" in refused.message
    watch(case.tmp / "court", case.log.vkey)
    assert ask() is None
    case.happen("2")
    for path in (case.ctx.workspace(ID).dir("log") / "heads").iterdir():
        path.unlink()  # what we remembered of it
    assert ask() is None
    assert case.seen() == [(N + 1, ["court.example"])]


def test_a_log_put_back_from_an_older_copy_is_refused_by_the_witness(case: Watched, ctx: Context) -> None:
    watch(case.tmp / "court", case.log.vkey)
    case.happen("2")
    assert ask_witnesses(ctx, ID)[0].error is None
    with open_log(ctx, ID) as log:
        shorter = sign_shorter(log.key, ctx)
    with pytest.raises(VerificationError, match="rolled back"):
        sign_request(case.tmp / "court", shorter, CLOCK)


def sign_shorter(key: NoteKey, ctx: Context) -> bytes:
    """What somebody with the log's key can sign: its first entry alone."""
    entries = list(read_entries(ctx.workspace(ID).dir("log"), N + 1))
    tree = Tree([leaf_hash(entries[0])])
    signer = Signer.from_bytes(ctx.keys(ID).get("log-signing"))
    return Request(0, (), sign_note(checkpoint_body(key.name, 1, tree.root()), key.name, signer)).render().encode()


def test_an_intent_waits_for_its_witnesses_and_goes_on_by_itself_where_one_can_be_asked(case: Watched) -> None:
    ordinary = case.happen("1", EventType.NOTICE_INTENT)
    await_published(case.ctx, ID, ordinary)
    intent = case.happen("1", EventType.EXPORT_INTENT)
    with pytest.raises(EvidenceError, match="0 of the 1 witnesses needed") as refusal:
        await_published(case.ctx, ID, intent)
    assert "bequest evidence checkpoint" in refusal.value.hint
    [request] = write_requests(case.ctx, ID, case.tmp, only="notary.example")
    take_cosignatures(case.ctx, ID, read_cosignatures(case.by_file(request, first=True)))
    await_published(case.ctx, ID, intent)
    watch(case.tmp / "court", case.log.vkey)
    second = case.happen("1", EventType.DESTRUCTION_INTENT)
    await_published(case.ctx, ID, second)
    assert case.seen()[-1][1] == ["court.example"]


def test_a_witness_out_of_reach_is_said_and_the_log_stays_as_it_is(case: Watched, ctx: Context) -> None:
    with ctx.store.transaction() as tx:
        known = tx.cases.get(ID)
        [notary, court] = known.case.evidence.witnesses
        dead = EvidenceRules(witnesses=(notary, replace(court, url="http://127.0.0.1:9/")), quorum=1)
        tx.cases.update(replace(known.case, evidence=dead), known.revision, T0)
    [asked] = ask_witnesses(ctx, ID)
    assert asked.error is not None
    assert "cannot be reached" in asked.error.message
    assert asked.error.hint


def test_a_case_without_witnesses_says_how_to_name_some(ctx: Context, tmp_path: Path) -> None:
    with pytest.raises(StateError, match="names no witness") as refusal:
        write_requests(ctx, CASE.id, tmp_path)
    assert "[evidence]" in refusal.value.hint
    assert ask_witnesses(ctx, CASE.id) == ()

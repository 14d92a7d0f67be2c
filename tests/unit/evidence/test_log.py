"""The log: order, memory of what was signed, and every stage at which a machine may die."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bequest.crypto import atomic
from bequest.crypto.signing import Signer
from bequest.evidence import log_files
from bequest.evidence.checkpoint import checkpoint_body, parse_checkpoint
from bequest.evidence.event import Event, Ref
from bequest.evidence.event_types import EventType
from bequest.evidence.log import Log
from bequest.evidence.merkle import EMPTY_ROOT, verify_consistency
from bequest.evidence.note import COSIGNATURE, NoteKey, cosign, sign_note
from bequest.evidence.proof import TlogProof, parse_proof, verify_proof
from bequest.evidence.sequencer import Difference, difference, drain
from bequest.evidence.tiles import tiles_of
from bequest.kernel.errors import EvidenceError, LeaseError, VerificationError

SIGNER = Signer.from_bytes(b"l" * 32)
ORIGIN = "bequest.example/demo-e5"
AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
LATER = AT + timedelta(days=90)


def event(number: int, kind: EventType = EventType.ACCESS_READ, **fields: object) -> Event:
    values: dict[str, object] = {
        "id": f"event-{number}",
        "type": kind,
        "case": "demo-e5",
        "at": AT + timedelta(minutes=number),
        "actor": SIGNER.public.key_id,
        **fields,
    }
    return Event(**values)  # type: ignore[arg-type]


def events(n: int, start: int = 0) -> list[Event]:
    return [event(number) for number in range(start, start + n)]


def opened(path: Path) -> Log:
    return Log(path, ORIGIN, SIGNER)


def files(path: Path) -> dict[str, bytes]:
    return {p.relative_to(path).as_posix(): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}


def test_events_are_numbered_published_and_read_back(tmp_path: Path) -> None:
    with opened(tmp_path / "log") as log:
        assert [log.append(e) for e in events(3)] == [0, 1, 2]
        assert log.checkpoint is None
        assert not log.is_published("event-1")
        checkpoint = log.publish(LATER)
        assert (checkpoint.origin, checkpoint.size) == (ORIGIN, 3)
        assert [leaf.id for leaf in log.entries()] == ["event-0", "event-1", "event-2"]
        assert [leaf.seq for leaf in log.entries()] == [0, 1, 2]
        assert log.is_published("event-1")
        assert log.publish(LATER) == checkpoint
    parse_checkpoint((tmp_path / "log" / "checkpoint").read_text(), log.key)


def test_an_empty_log_can_be_published(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        assert (log.publish(AT).size, log.publish(AT).root) == (0, EMPTY_ROOT)


@pytest.mark.parametrize("steps", [[1], [255, 1, 1], [256], [257], [100, 200, 300, 1]])
def test_the_directory_depends_on_the_entries_not_on_how_they_were_published(steps: list[int], tmp_path: Path) -> None:
    number = 0
    with opened(tmp_path / "steps") as log:
        for step in steps:
            drain(events(step, number), log, LATER)
            number += step
    with opened(tmp_path / "at-once") as log:
        drain(events(number), log, LATER)
    assert files(tmp_path / "steps") == files(tmp_path / "at-once")
    expected = {tile.path for tile in tiles_of(number)} | {"checkpoint", "signed", "lock"}
    assert set(files(tmp_path / "steps")) == expected


def test_the_same_event_twice_is_one_entry(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        drain(events(300), log, LATER)
        before = files(tmp_path)
        assert drain(events(300), log, LATER).published[7] == ("event-7", 7)
        assert log.size == 300
    with opened(tmp_path) as log:
        drain(events(300), log, LATER)
    assert files(tmp_path) == before


def test_another_event_under_a_known_id_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        drain(events(300), log, LATER)
        for number in (3, 299):
            with pytest.raises(EvidenceError, match="another event under the id"):
                log.append(event(number, refs=(Ref("x", "ab" * 32),)))


def test_time_in_the_log_never_runs_backwards(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        drain([event(9), event(1), event(10)], log, AT)
        assert [leaf.at for leaf in log.entries()] == [AT + timedelta(minutes=m) for m in (9, 9, 10)]
        assert log.append(event(1)) == 1
        log.append(event(20))
        with pytest.raises(EvidenceError, match="before its last entry"):
            log.publish(AT)


def test_an_outcome_needs_its_intent_and_an_intent_has_one_outcome(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        intent = event(0, EventType.EXPORT_INTENT)
        outcome = event(1, EventType.EXPORT_OUTCOME, intent="event-0")
        with pytest.raises(EvidenceError, match="no intent"):
            log.append(outcome)
        log.append(intent)
        with pytest.raises(EvidenceError, match="no intent"):
            log.append(event(2, EventType.DESTRUCTION_OUTCOME, intent="event-0"))
        with pytest.raises(EvidenceError, match="no intent"):
            log.append(event(2, EventType.EXPORT_OUTCOME))
        assert log.append(outcome) == 1
        assert log.append(outcome) == 1
        with pytest.raises(EvidenceError, match="has its outcome"):
            log.append(event(3, EventType.EXPORT_OUTCOME, intent="event-0"))
        log.publish(LATER)
        assert [leaf.prev_intent for leaf in log.entries()] == [None, 0]
    with opened(tmp_path) as log, pytest.raises(EvidenceError, match="has its outcome"):
        log.append(event(3, EventType.EXPORT_OUTCOME, intent="event-0"))


def test_nothing_follows_the_closing_entry_which_counts_what_is_there(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        drain(events(3), log, LATER)
        with pytest.raises(EvidenceError, match="does not count"):
            log.append(event(3, EventType.LOG_CLOSED, counts={"access.read": 2}))
        closing = event(3, EventType.LOG_CLOSED, counts=log.counts_by_type())
        drain([closing], log, LATER)
        assert log.is_closed
        with pytest.raises(EvidenceError, match="closed"):
            log.append(event(4))
        assert log.append(closing) == 3


def test_a_second_writer_has_to_wait(tmp_path: Path) -> None:
    with opened(tmp_path), pytest.raises(LeaseError):
        opened(tmp_path)
    opened(tmp_path).close()


def test_every_published_entry_is_provable_and_the_proof_is_plain_text(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        drain(events(5), log, LATER)
        for index in range(5):
            proof = parse_proof(log.prove(index, 5).render())
            assert proof == log.prove(index)
            assert verify_proof(proof, log.entry_bytes(index), log.key).size == 5
            with pytest.raises(VerificationError):
                verify_proof(proof, log.entry_bytes((index + 1) % 5), log.key)
        log.append(event(5))
        for index, size in ((5, None), (0, 4), (-1, None)):
            with pytest.raises(EvidenceError, match="not under the last checkpoint"):
                log.prove(index, size)


def test_a_malformed_proof_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        drain(events(5), log, LATER)
        text = log.prove(2).render()
    lines = text.split("\n")
    for broken in (
        text.replace("@v1", "@v2"),
        text.replace("index 2", "index 02"),
        text.replace("index 2", "extra AAAA\nindex 2"),
        text.replace("index 2", f"index 2\n{'A' * 42}A="),
        "\n".join([*lines[:2], lines[2][:-2] + ("B=" if lines[2][-2] != "B" else "C="), *lines[3:]]),
        text.replace("\n\n", "\n", 1),
        text[: len(text) // 3],
        "x" * 100_000,
        "",
    ):
        with pytest.raises(VerificationError):
            verify_proof(parse_proof(broken), b"", log.key)
    assert TlogProof(0, (), "").render().startswith("c2sp.org/tlog-proof@v1\nindex 0\n\n")


def test_older_trees_are_beginnings_of_the_present_one(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        heads = [drain(events(n, start), log, LATER).checkpoint for start, n in ((0, 7), (7, 250), (257, 43))]
        for head in heads:
            proof = log.consistency(head.size)
            assert verify_consistency(head.size, 300, proof, head.root, heads[-1].root)


def test_difference_names_what_is_only_on_one_side(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        drain(events(3), log, LATER)
        assert difference(["event-0", "event-1", "event-2"], log) == Difference((), ())
        assert difference(["event-0", "event-9"], log) == Difference(("event-9",), ("event-1", "event-2"))


def test_events_before_one_that_may_not_be_logged_are_published(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        with pytest.raises(EvidenceError, match="mobile"):
            drain([event(0), event(1, id="user-13800138000"), event(2)], log, LATER)
        assert log.checkpoint
        assert log.checkpoint.size == 1


W1, W2 = Signer.from_bytes(b"w" * 32), Signer.from_bytes(b"v" * 32)
WITNESSES = [NoteKey(f"w{n}.example", COSIGNATURE, w.public) for n, w in enumerate((W1, W2), start=1)]


def test_cosignatures_are_kept_with_the_head_they_are_of_though_the_log_goes_on(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        with pytest.raises(EvidenceError, match="no checkpoint"):
            log.keep_head()
        drain(events(2), log, LATER)
        first = log.keep_head()
        drain(events(5), log, LATER)
        second = log.keep_head()
        early = cosign(first.body, "w1.example", W1, 1_800_000_000)
        for found in (log.add_cosignatures(early, WITNESSES), log.heads.all(WITNESSES)[:1]):
            assert [(h.size, h.cosignatures) for h in found] == [(2, (("w1.example", 1_800_000_000),))]
        assert log.add_cosignatures(early, WITNESSES) == ()  # once is enough
        later = cosign(first.body, "w1.example", W1, 1_900_000_000)
        assert log.add_cosignatures(later, WITNESSES) == ()  # the earlier time stays
        answer = (
            second.note + later + cosign(second.body, "w2.example", W2, 1_800_000_001) + "— stranger.example AAAA\n"
        )
        [head] = log.add_cosignatures(answer, WITNESSES)
        assert (head.size, head.cosignatures) == (5, (("w2.example", 1_800_000_001),))
        assert log.checkpoint
        assert log.checkpoint.note == head.note == (tmp_path / "checkpoint").read_text()
    with opened(tmp_path) as log:
        assert log.checkpoint
        assert parse_checkpoint(log.checkpoint.note, log.key, WITNESSES).cosignatures == head.cosignatures
        assert sorted(log.heads.files(5)) == ["5.checkpoint", "5.cosignatures"]
        assert (tmp_path / "heads" / "5.checkpoint").read_text() == second.note
        log.keep_head()
        assert (tmp_path / "heads" / "5.checkpoint").read_text() == second.note


def test_what_is_no_cosignature_of_a_witness_over_a_head_handed_out_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        head = drain(events(2), log, LATER).checkpoint
        line = cosign(head.body, "w1.example", W1, 1)
        with pytest.raises(VerificationError, match="no line"):
            log.add_cosignatures(line, WITNESSES)  # it was not handed out
        log.keep_head()
        for text in (
            "", head.note, cosign("other\n", "w1.example", W1, 1), cosign(head.body, "w1.example", W2, 1),
            cosign(head.body, "w1.example", W1, 2**62), line.replace("w1", "w3"),
        ):  # fmt: skip
            with pytest.raises(VerificationError, match="no line"):
                log.add_cosignatures(text, WITNESSES)
        assert log.heads.all(WITNESSES)[0].cosignatures == ()
        assert len(log.add_cosignatures(line, WITNESSES)) == 1


# Crashes: the directory is copied after every single write, and opened as it then was.


@pytest.fixture
def stages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Path]]:
    """Copies of the log's directory as it was before and after each file was put in place or removed."""
    copies: list[Path] = []
    log = tmp_path / "log"

    def copy() -> None:
        if log.is_dir():
            copies.append(tmp_path / f"stage-{len(copies)}")
            shutil.copytree(log, copies[-1])

    def write_file(path: Path, data: bytes, *, mode: int = 0o600) -> None:
        copy()
        (path.parent / f".{path.name}.partial").write_bytes(data[: len(data) // 2])
        copy()
        atomic.write_file(path, data, mode=mode)
        copy()

    drop_partial = log_files.LogFiles.drop_partial

    def drop(self: log_files.LogFiles, old: int, new: int) -> None:
        drop_partial(self, old, new)
        copy()

    monkeypatch.setattr(log_files, "write_file", write_file)
    monkeypatch.setattr(log_files.LogFiles, "drop_partial", drop)
    return lambda: copies


@pytest.mark.parametrize(("first", "second"), [(0, 2), (3, 2), (255, 3), (256, 1)])
def test_after_a_crash_anywhere_the_same_run_ends_with_the_same_log(
    first: int, second: int, tmp_path: Path, stages: Callable[[], list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = events(first + second)
    with opened(tmp_path / "log") as log:
        if first:
            drain(whole[:first], log, LATER)
        seen = len(stages())
        drain(whole, log, LATER)
    final = files(tmp_path / "log")
    monkeypatch.setattr(log_files, "write_file", atomic.write_file)
    crashes = stages()[seen:]
    assert len(crashes) > 10
    sizes = set()
    for crash in crashes:
        with opened(crash) as log:
            sizes.add(log.checkpoint.size if log.checkpoint else None)
            drain(whole, log, LATER)
        assert files(crash) == final
    assert sizes == {first or None, first + second}


def test_after_a_crash_before_signing_other_events_may_take_the_place(
    tmp_path: Path, stages: Callable[[], list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path / "log") as log:
        drain(events(2), log, LATER)
        seen = len(stages())
        drain(events(3), log, LATER)
    monkeypatch.setattr(log_files, "write_file", atomic.write_file)
    outcomes = set()
    for crash in stages()[seen:]:
        with opened(crash) as log:
            recovered = log.size
            log.append(event(77))
            outcomes.add((recovered, log.publish(LATER).size))
    assert outcomes == {(2, 3), (3, 4)}


def test_a_log_that_was_rolled_back_signs_no_other_history(tmp_path: Path) -> None:
    with opened(tmp_path / "log") as log:
        drain(events(3), log, LATER)
    shutil.copytree(tmp_path / "log", tmp_path / "old")
    with opened(tmp_path / "log") as log:
        drain(events(5), log, LATER)
    shutil.copy(tmp_path / "log" / "signed", tmp_path / "old" / "signed")
    with opened(tmp_path / "old") as log:
        assert log.size == 3
        log.append(event(77))
        with pytest.raises(EvidenceError, match="signed before"):
            log.publish(LATER)
        log.append(event(78))
        with pytest.raises(EvidenceError, match="signed before"):
            log.publish(LATER)
        log.append(event(79))
        with pytest.raises(EvidenceError, match="signed before"):
            log.publish(LATER)
    with opened(tmp_path / "old") as log:
        drain(events(5), log, LATER)
    assert files(tmp_path / "old") == files(tmp_path / "log")


def _without(name: str) -> Callable[[Path], None]:
    return lambda path: (path / name).unlink()


def _with(name: str, data: bytes) -> Callable[[Path], object]:
    return lambda path: (path / name).write_bytes(data)


STRANGER = Signer.from_bytes(b"s" * 32)
OTHER_NOTE = sign_note(checkpoint_body(ORIGIN, 3, b"x" * 32), ORIGIN, SIGNER).encode()
FOREIGN_NOTE = sign_note(checkpoint_body(ORIGIN, 3, b"x" * 32), ORIGIN, STRANGER).encode()
DAMAGE = {
    "no entries": _without("tile/entries/000.p/3"),
    "other entries": _with("tile/entries/000.p/3", b"\0\1x" * 3),
    "no memory of signing": _without("signed"),
    "a checkpoint that was never remembered": _with("checkpoint", OTHER_NOTE),
    "a foreign checkpoint": _with("checkpoint", FOREIGN_NOTE),
    "a foreign memory": _with("signed", FOREIGN_NOTE),
    "an empty checkpoint": _with("checkpoint", b""),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_log_is_refused_and_the_lock_let_go(damage: Callable[[Path], object], tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        drain(events(3), log, LATER)
    kept = files(tmp_path)
    damage(tmp_path)
    with pytest.raises(EvidenceError, match="damaged") as refusal:
        opened(tmp_path)
    assert refusal.value.hint
    for name, data in kept.items():
        (tmp_path / name).write_bytes(data)
    opened(tmp_path).close()


def test_lost_hash_tiles_and_leftovers_are_mended(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        drain(events(300), log, LATER)
    kept = files(tmp_path)
    (tmp_path / "tile/0/000").unlink()
    (tmp_path / "tile/1/000.p/1").write_bytes(b"half")
    (tmp_path / "tile/0/007.p").mkdir()
    (tmp_path / "tile/0/007.p/9").write_bytes(b"beyond")
    (tmp_path / "tile/entries/.001.partial").write_bytes(b"leftover")
    opened(tmp_path).close()
    assert files(tmp_path) == kept
    assert not (tmp_path / "tile/0/007.p").exists()


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_any_way_of_cutting_a_run_into_pieces_gives_the_same_log(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    top = tmp_path_factory.mktemp("log")
    total = data.draw(st.integers(1, 30))
    done = 0
    while done < total:
        upto = data.draw(st.integers(done + 1, total))
        lost = data.draw(st.booleans())
        with opened(top / "pieces") as log:
            for e in events(upto):
                log.append(e)
            if not lost:
                log.publish(LATER)
        done = done if lost and upto < total and data.draw(st.booleans()) else upto
    with opened(top / "pieces") as log:
        drain(events(total), log, LATER)
    with opened(top / "whole") as log:
        drain(events(total), log, LATER)
    assert files(top / "pieces") == files(top / "whole")

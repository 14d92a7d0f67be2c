"""Receipts of answers: what one shows by itself and with the bundle, and what a forger cannot make of it."""

import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.unit.evidence.evidence_scene import AT, CASE, LOG, ORIGIN, PLATFORM, approval, reseal, trust

from bequest.evidence.answer_proof import MEMBER, AnswerProof, answer_leaf, parse_answer_receipt, render_with_proof
from bequest.evidence.bundle import BundleParts, build_bundle
from bequest.evidence.checks.answers import LEAVES, render_lines
from bequest.evidence.disposition_tree import DispositionProof, root_of_leaves
from bequest.evidence.event import Event, Ref
from bequest.evidence.event_types import EventType
from bequest.evidence.head_proof import HeadProof
from bequest.evidence.jcs import encode
from bequest.evidence.log import Log
from bequest.evidence.merkle import Tree, leaf_hash
from bequest.evidence.report import VerifyReport
from bequest.evidence.sequencer import drain
from bequest.evidence.trust import render_trust
from bequest.evidence.verify import verify_bundle, verify_kept
from bequest.evidence.verify_cli import main
from bequest.kernel.canonical import Json
from bequest.kernel.errors import VerificationError

ANN, BEN = b"a" * 16, b"b" * 16
"""Tags of the same question, of two people."""
ALL = b"c" * 16
"""… of Ann, for what is in no lot."""


def said(ref: str, value: str, **more: Json) -> tuple[bytes, dict[str, Json]]:
    """A receipt, and what is committed to."""
    receipt = encode({"dct:identifier": ref, "said": value})
    own: dict[str, Json] = {
        "v": 1, "case": CASE, "ref": ref, "fact": "consent_transfer", "value": value, "lot": "", "state": "taken",
        "at": "2026-11-03T01:00:00Z", "channel": "portal", "receipt": hashlib.sha256(receipt).hexdigest(),
        "parts": {}, "but": [],
    }  # fmt: skip
    return receipt, own | more


FIRST = {ANN: said("AAAA", "given", lot="l1"), BEN: said("BBBB", "refused")}
SECOND = {ANN: said("AAAA", "refused", lot="l1")}
THIRD = {ALL: said("AAAA", "refused", parts={"l1": ANN.hex()})}
"""… for all, and the last word for l1."""
ELSEWHERE = {ALL: said("AAAA", "refused", but=["l1"])}
"""… for all, behind a later answer for l1."""


def salt(tag: bytes, own: dict[str, Json]) -> bytes:
    return hashlib.sha256(tag + encode(own)).digest()


def lines(batch: dict[bytes, tuple[bytes, dict[str, Json]]]) -> list[bytes]:
    own_lines = [answer_leaf(tag, salt(tag, own), encode(own)) for tag, (_, own) in batch.items()]
    for tag, (_, own) in batch.items():
        parts = own["parts"]
        assert isinstance(parts, dict)
        own_lines += [answer_leaf(bytes.fromhex(str(p)), salt(tag, own), encode(own)) for p in parts.values()]
    return sorted(own_lines)


class Made:
    """A case whose customers answered, and the receipts that they hold."""

    def __init__(self, top: Path, *batches: dict[bytes, tuple[bytes, dict[str, Json]]], root: bool = True) -> None:
        """`root`: whether the last batch is committed to one by one."""
        self.top = top
        self.receipts: list[dict[str, bytes]] = []
        held: dict[int, list[bytes]] = {}
        with Log(top / "log", ORIGIN, LOG) as log:
            self._drain(log, EventType.CASE_OPENED, EventType.POLICY_PROPOSED)
            for n, batch in enumerate(batches, start=1):
                leaves = lines(batch)
                if n == len(batches) and not root:
                    self._drain(log, EventType.ANSWERS_RECEIVED)
                    break
                self._drain(log, EventType.ANSWERS_RECEIVED, refs=(Ref("answers", root_of_leaves(leaves).hex()),))
                held[log.size - 1] = leaves
                self.receipts.append({str(own["ref"]): self._receipt(log, t, r, own, leaves)
                                      for t, (r, own) in batch.items()})  # fmt: skip
            closing = Event(id="end", type=EventType.LOG_CLOSED, case=CASE, at=AT + timedelta(days=99),
                            actor=PLATFORM.public.key_id, counts=log.counts_by_type())  # fmt: skip
            drain([closing], log, AT)
        parts = BundleParts(
            trust=replace(trust("E2"), required_roles=()), log=top / "log", platform=PLATFORM,
            bagged_on=date(2027, 1, 15), approvals=(approval("it"),), policy=encode({"case_id": CASE, "cells": []}),
            answers={"answers.leaves": render_lines(held)},
        )  # fmt: skip
        self.bundle = build_bundle(top / "out", parts)
        self.trust = top / "out" / "trust.json"

    def _drain(self, log: Log, *types: EventType, refs: tuple[Ref, ...] = ()) -> None:
        events = [
            Event(id=f"e{log.size + n}", type=t, case=CASE, at=AT, actor=PLATFORM.public.key_id, refs=refs)
            for n, t in enumerate(types)
        ]
        drain(events, log, AT)

    def _receipt(self, log: Log, tag: bytes, receipt: bytes, own: dict[str, Json], leaves: list[bytes]) -> bytes:
        at = leaves.index(answer_leaf(tag, salt(tag, own), encode(own)))
        where = DispositionProof(at, len(leaves), Tree(map(leaf_hash, leaves)).inclusion(at))
        head = HeadProof(log.entry_bytes(log.size - 1), log.prove(log.size - 1))
        return render_with_proof(receipt, AnswerProof(tag, salt(tag, own), own, where, head))

    def file(self, data: bytes) -> Path:
        path = self.top / "receipt.jsonld"
        path.write_bytes(data)
        return path

    def alone(self, data: bytes) -> VerifyReport:
        return verify_kept(self.trust, [self.file(data)], rehearsal=True)

    def whole(self, data: bytes) -> list[str]:
        """What the bundle says of a receipt: failures of the answer, or its text."""
        report = verify_bundle(self.bundle, self.trust, rehearsal=True, persons=[self.file(data)])
        assert next(c for c in report.checks if c.code == "answers").ok
        [check] = [c for c in report.checks if c.code == "answer"]
        return ["ok" if check.ok else "bad", check.en]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path, FIRST, SECOND)


def test_a_receipt_is_checked_with_the_trust_file_alone(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    report = made.alone(made.receipts[1]["AAAA"])
    assert report.ok
    [check] = report.checks
    assert "AAAA answered at 2026-11-03T01:00:00Z: refuses the transfer (l1)" in check.en
    assert "with the bundle only" in check.en
    path = made.file(made.receipts[1]["AAAA"])
    assert main(["--trust", str(made.trust), "--proof", str(path), "--rehearsal", "--lang", "en"]) == 0
    assert main(["--trust", str(made.trust), "--proof", str(path), "--lang", "en"]) == 8, "a rehearsal proves nothing"
    assert main(["--trust", str(made.trust), "--rehearsal"]) == 2, "neither bundle nor proof"
    assert "AAAA" in capsys.readouterr().out


def test_a_receipt_says_nothing_of_anybody_else(made: Made) -> None:
    assert b"BBBB" not in made.receipts[0]["AAAA"]
    assert salt(BEN, FIRST[BEN][1]).hex().encode() not in made.receipts[0]["AAAA"]
    assert b"AAAA" not in (made.bundle / LEAVES).read_bytes()


def test_an_older_answer_cannot_be_played_again_as_the_last_word(made: Made) -> None:
    assert made.whole(made.receipts[1]["AAAA"])[0] == "ok"
    assert made.whole(made.receipts[0]["BBBB"])[0] == "ok"
    replayed = made.whole(made.receipts[0]["AAAA"])
    assert replayed[0] == "bad"
    assert "later answer to the same question" in replayed[1]


def test_a_later_answer_for_all_lots_goes_before_one_for_a_lot_and_the_other_way_round(tmp_path: Path) -> None:
    late = Made(tmp_path / "1", FIRST, THIRD)
    assert late.whole(late.receipts[0]["AAAA"])[0] == "bad"
    early = Made(tmp_path / "2", THIRD, SECOND)
    assert early.whole(early.receipts[0]["AAAA"])[0] == "ok"
    assert "answered again later for l1" in early.whole(early.receipts[0]["AAAA"])[1]


def test_an_answer_for_all_that_was_given_before_takes_nothing_from_one_for_a_lot(tmp_path: Path) -> None:
    made = Made(tmp_path, FIRST, ELSEWHERE)
    assert made.whole(made.receipts[0]["AAAA"])[0] == "ok"
    kept, text = made.whole(made.receipts[1]["AAAA"])
    assert kept == "ok"
    assert "not for l1, where a later answer was there already" in text
    [alone] = made.alone(made.receipts[1]["AAAA"]).checks
    assert "l1 录入时已有较晚的答复" in alone.zh, "the receipt says it by itself"


def test_a_lot_that_a_receipt_names_has_its_line_in_the_entry(tmp_path: Path) -> None:
    made = Made(tmp_path, {ALL: said("AAAA", "refused", parts={"l1": ANN.hex()})})
    assert made.whole(made.receipts[0]["AAAA"])[0] == "ok"
    lacking = {ALL: said("AAAA", "refused", parts={"l1": ANN.hex()})}
    own = lines(lacking)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"{__name__}.lines", lambda _: [x for x in own if x[:16] == ALL])
        forged = Made(tmp_path / "forged", lacking)
    kept, text = forged.whole(forged.receipts[0]["AAAA"])
    assert kept == "bad"
    assert "no line of it" in text


def test_a_batch_of_noise_alone_is_well_formed(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        noise = sorted(bytes([n]) * 48 for n in range(16))
        whole = lines
        patch.setattr(f"{__name__}.lines", lambda batch: whole(batch) if batch else noise)
        made = Made(tmp_path, FIRST, {})
    assert made.whole(made.receipts[0]["AAAA"])[0] == "ok"


def test_lines_that_do_not_hold_show_nobody_the_last_word(made: Made) -> None:
    path = made.bundle / LEAVES
    path.write_text(path.read_text().split("\n", 1)[1])
    reseal(made.bundle)
    report = verify_bundle(made.bundle, made.trust, rehearsal=True, persons=[made.file(made.receipts[0]["AAAA"])])
    [check] = [c for c in report.checks if c.code == "answer"]
    assert "whether a later answer took its place is not seen" in check.en
    assert not report.ok


def test_a_later_batch_without_lines_is_told_of(tmp_path: Path) -> None:
    made = Made(tmp_path, FIRST, SECOND, root=False)
    kept, text = made.whole(made.receipts[0]["AAAA"])
    assert kept == "ok", "nobody can say that it was replaced"
    assert "in 1 batches not committed to one by one (from entry 3 on)" in text


def test_a_head_of_another_history_than_the_bundles_is_refused(tmp_path: Path) -> None:
    """The log showed one history to the customer and another to whoever got the bundle: both are signed."""
    shown, bundled = Made(tmp_path / "1", FIRST, SECOND), Made(tmp_path / "2", FIRST, THIRD)
    fork = shown.receipts[1]["AAAA"]
    assert shown.whole(fork)[0] == bundled.whole(bundled.receipts[1]["AAAA"])[0] == "ok"
    assert bundled.alone(fork).ok, "by itself nothing is wrong with it"
    kept, text = bundled.whole(fork)
    assert kept == "bad"
    assert "another history" in text


def test_a_head_of_another_history_is_seen_though_the_entry_is_the_same(tmp_path: Path) -> None:
    shown, bundled = Made(tmp_path / "1", FIRST, SECOND), Made(tmp_path / "2", FIRST, THIRD)
    with Log(tmp_path / "1" / "log", ORIGIN, LOG) as log:
        member = json.loads(shown.receipts[0]["AAAA"])[MEMBER]
        later = HeadProof(log.entry_bytes(2), log.prove(2)).to_json()
    fork = changed(shown.receipts[0]["AAAA"], head=later)
    assert member["head"]["entry"] == later["entry"]
    assert shown.alone(fork).ok
    report = verify_bundle(bundled.bundle, bundled.trust, rehearsal=True, persons=[bundled.file(fork)])
    [check] = [c for c in report.checks if c.code == "answer"]
    assert not check.ok
    assert "another history" in check.en
    assert "它属于另一段历史" in check.zh


def test_a_head_longer_than_the_bundles_log_is_told_as_such(tmp_path: Path) -> None:
    longer, bundled = Made(tmp_path / "1", FIRST, SECOND), Made(tmp_path / "2", FIRST)
    with Log(tmp_path / "1" / "log", ORIGIN, LOG) as log:
        fork = changed(longer.receipts[0]["AAAA"], head=HeadProof(log.entry_bytes(2), log.prove(2)).to_json())
    report = verify_bundle(bundled.bundle, bundled.trust, rehearsal=True, persons=[bundled.file(fork)])
    [check] = [c for c in report.checks if c.code == "answer"]
    assert not check.ok
    assert "it has 5 entries, the log 4" in check.en
    assert "条目缺失" in check.zh


def changed(receipt: bytes, **proof: object) -> bytes:
    """A receipt with members of its proof changed."""
    value = json.loads(receipt)
    value[MEMBER] |= proof
    return json.dumps(value, ensure_ascii=False).encode()


def test_a_forged_receipt_is_refused(made: Made) -> None:
    own, other = made.receipts[0]["AAAA"], made.receipts[0]["BBBB"]
    mine, theirs = (json.loads(r)[MEMBER] for r in (own, other))
    forged_said = mine["said"] | {"value": "refused"}
    for name, data in {
        "another text": own.replace(b'"said": "given"', b'"said": "refused"', 1),
        "another answer": changed(own, said=forged_said),
        "somebody else's name": own.replace(b"AAAA", b"CCCC"),
        "somebody else's path": changed(own, **{k: theirs[k] for k in ("index", "hashes")}),
        "somebody else's salt": changed(own, salt=theirs["salt"]),
        "somebody else's tag": changed(own, tag=theirs["tag"]),
        "the head of another batch": changed(own, head=json.loads(made.receipts[1]["AAAA"])[MEMBER]["head"]),
        "a member that stands twice": own.replace(b"{", b'{"said": "refused", ', 1),
        "no proof at all": b'{"bequest:proof": null}',
    }.items():
        report = made.alone(data)
        assert [c.code for c in report.failed] == ["answer"], name
        assert made.whole(data)[0] == "bad", name


def test_a_receipt_under_a_head_that_the_log_never_signed_is_refused(made: Made, tmp_path: Path) -> None:
    anchors = replace(trust("E2"), log_vkey=trust("E2").log_vkey, case=CASE)
    (tmp_path / "own.json").write_bytes(render_trust(anchors))
    head = json.loads(made.receipts[0]["AAAA"])[MEMBER]["head"]
    lines = head["proof"].split("\n")
    sign = next(n for n, text in enumerate(lines) if text.startswith("— "))
    lines[sign] = lines[sign][:-8] + "AAAAAAA="
    report = made.alone(changed(made.receipts[0]["AAAA"], head=head | {"proof": "\n".join(lines)}))
    assert [c.code for c in report.failed] == ["answer"]


def test_lines_that_were_left_out_or_added_are_seen(made: Made) -> None:
    path = made.bundle / LEAVES
    whole = path.read_text()
    for text in (
        whole.split("\n", 1)[1], whole + "9 " + "0" * 96 + "\n", whole.replace("2 ", "1 ", 1), "",
        whole.replace("\n", "x\n", 1),
    ):  # fmt: skip
        path.write_text(text)
        reseal(made.bundle)
        report = verify_bundle(made.bundle, made.trust, rehearsal=True)
        assert "answers" in {c.code for c in report.failed}, text


def test_a_receipt_too_long_or_malformed_is_refused() -> None:
    for data in (b"", b"[]", b"\xff", b"{" * 9000, b"1.5", b"x" * 300_000):
        with pytest.raises(VerificationError):
            parse_answer_receipt(data)

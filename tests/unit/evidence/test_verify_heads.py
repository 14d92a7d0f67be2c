"""Heads that others saw, in a bundle and kept from earlier: history, witnesses, times; and a log that was rewritten."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.crypto.local_tsa import make_tsa
from tests.unit.evidence.evidence_scene import AT, CASE, LOG, ORIGIN, PLATFORM, Scene, reseal, scene_e5, trust

from bequest.crypto.signing import Signer
from bequest.crypto.sm3 import sm3
from bequest.crypto.timestamps import timestamp_query
from bequest.evidence.anchors import Anchor
from bequest.evidence.checkpoint import checkpoint_body, parse_checkpoint
from bequest.evidence.checks.files import BundleFiles
from bequest.evidence.checks.heads import CLOCK_SKEW, check_heads
from bequest.evidence.checks.log import LogView
from bequest.evidence.event import Event, parse_leaf
from bequest.evidence.event_types import EventType
from bequest.evidence.log import Log
from bequest.evidence.merkle import Tree, leaf_hash
from bequest.evidence.note import COSIGNATURE, ED25519_NOTE, NoteKey, cosign, sign_note
from bequest.evidence.report import Findings, VerifyReport
from bequest.evidence.sequencer import drain
from bequest.evidence.tiles import read_entries
from bequest.evidence.trust import Trust, render_trust
from bequest.evidence.verify import verify_bundle

W1, W2 = Signer.from_bytes(b"w" * 32), Signer.from_bytes(b"v" * 32)
KEYS = tuple(NoteKey(f"w{n}.example", COSIGNATURE, w.public) for n, w in enumerate((W1, W2), start=1))
WATCHED = replace(trust(), witnesses=tuple(k.vkey for k in KEYS))
EXPORT_INTENT, CUTOVER_INTENT = 8, 6
"""Where the scene has them; each is followed by its outcome."""


def tree(bundle: Path) -> Tree:
    head = parse_checkpoint((bundle / "data/log/checkpoint").read_text(), trust().log)
    return Tree(leaf_hash(e) for e in read_entries(bundle / "data/log", head.size))


def note(of: Tree, size: int, signer: Signer = LOG) -> str:
    return sign_note(checkpoint_body(ORIGIN, size, of.root(size)), ORIGIN, signer)


def cosigned(of: Tree, size: int, *witnesses: Signer) -> str:
    body = checkpoint_body(ORIGIN, size, of.root(size))
    names = {W1: "w1.example", W2: "w2.example"}
    return "".join(cosign(body, names[w], w, 1_900_000_000) for w in witnesses)


def put(bundle: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (bundle / name).parent.mkdir(exist_ok=True)
        (bundle / name).write_text(text)
    reseal(bundle)


def check(bundle: Path, anchors: Trust = WATCHED, earlier: tuple[Path, ...] = ()) -> VerifyReport:
    path = bundle.parent / "my-trust.json"
    path.write_bytes(render_trust(anchors))
    return verify_bundle(bundle, path, rehearsal=True, earlier=earlier)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return scene_e5().build(tmp_path)


def test_who_cosigned_the_head_and_earlier_ones_is_said(bundle: Path) -> None:
    t = tree(bundle)
    put(
        bundle,
        {
            "data/heads/9.checkpoint": note(t, 9),
            "data/heads/9.cosignatures": cosigned(t, 9, W1),
            "data/log/checkpoint": note(t, t.size) + cosigned(t, t.size, W2),
        },
    )
    report = check(bundle, replace(WATCHED, quorum=1))
    assert report.ok, report.failed
    said = {c.code: c.en for c in report.checks}
    assert "cosigned by w1.example 2030-03-17" in said["log.heads"]
    assert "1 of 2 witnesses cosigned the head, 1 must: w2.example 2030-03-17" in said["log.quorum"]
    assert "self-published" not in said["log.checkpoint"]
    assert [c.code for c in check(bundle, replace(WATCHED, quorum=2)).failed] == ["log.quorum"]


def test_witnesses_that_nobody_needs_and_who_did_not_cosign_do_not_hide_it(bundle: Path) -> None:
    report = check(bundle)
    assert report.ok
    [said] = [c.en for c in report.checks if c.code == "log.checkpoint"]
    assert "self-published, no witness" in said


def rewritten() -> Scene:
    """The same case with one early entry changed, everything signed anew by whoever holds the keys."""
    scene = scene_e5()
    scene.change_entries = lambda entries: entries[1].update(counts={"rows": 19})
    return scene


def shortened() -> Scene:
    """The same case with an entry taken out and the rest renumbered."""
    scene = scene_e5()

    def cut(entries: list[dict]) -> None:  # type: ignore[type-arg]
        del entries[1]
        for n, entry in enumerate(entries):
            entry["seq"] = n
            if "prev_intent" in entry:
                entry["prev_intent"] -= 1
        del entries[-1]["counts"]["source.inventory"]

    scene.change_entries = cut  # type: ignore[assignment]
    return scene


@pytest.mark.parametrize("scene", [rewritten, shortened])
def test_a_rewritten_log_verifies_alone_and_not_against_a_head_that_somebody_kept(
    scene: Callable[[], Scene], bundle: Path, tmp_path: Path
) -> None:
    """What a log that nobody witnessed cannot show, a single checkpoint handed out in time does."""
    kept = tmp_path / "kept.checkpoint"
    kept.write_text(note(tree(bundle), 5))
    assert check(bundle, earlier=(kept,)).ok
    other = scene().build(tmp_path / "other")
    assert check(other).ok
    [failed] = check(other, earlier=(kept,)).failed
    assert (failed.code, failed.file) == ("log.earlier", "kept.checkpoint")
    assert "another history" in failed.en


def test_a_log_cut_short_is_caught_by_a_larger_head(bundle: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.checkpoint"
    longer = Tree([leaf_hash(str(n).encode()) for n in range(50)])
    kept.write_text(note(longer, 50))
    [failed] = check(bundle, earlier=(kept,)).failed
    assert "entries are gone" in failed.en


WRONG: dict[str, Callable[[Tree], dict[str, str]]] = {
    "of another history": lambda t: {"9.checkpoint": note(Tree(leaf_hash(b"x") for _ in range(9)), 9)},
    "larger than the log": lambda t: {"50.checkpoint": note(Tree(leaf_hash(b"x") for _ in range(50)), 50)},
    "signed by a stranger": lambda t: {"9.checkpoint": note(t, 9, PLATFORM)},
    "under another name": lambda t: {"8.checkpoint": note(t, 9)},
    "cosignatures without a head": lambda t: {"9.cosignatures": cosigned(t, 9, W1)},
    "cosignatures of another head": lambda t: {"9.checkpoint": note(t, 9), "9.cosignatures": cosigned(t, 8, W1)},
    "something else": lambda t: {"readme.txt": "?"},
}


@pytest.mark.parametrize("files", WRONG.values(), ids=WRONG)
def test_a_head_that_does_not_fit_is_refused(files: Callable[[Tree], dict[str, str]], bundle: Path) -> None:
    put(bundle, {f"data/heads/{name}": text for name, text in files(tree(bundle)).items()})
    assert [c.code for c in check(bundle).failed] == ["log.heads"]


def test_where_it_is_demanded_witnesses_saw_each_intent_before_its_outcome(bundle: Path) -> None:
    t = tree(bundle)
    demanding = replace(WATCHED, intent_quorum=1)
    [failed] = [c for c in check(bundle, demanding).failed if c.code == "log.intents_seen"]
    assert "0 witnesses had seen it" in failed.en
    seen = {EXPORT_INTENT + 1: W1, CUTOVER_INTENT + 1: W2, 13: W1}
    put(bundle, {f"data/heads/{n}.checkpoint": note(t, n) for n in seen})
    put(bundle, {f"data/heads/{n}.cosignatures": cosigned(t, n, w) for n, w in seen.items()})
    assert check(bundle, demanding).ok
    assert [c.code for c in check(bundle, replace(WATCHED, intent_quorum=2)).failed] == ["log.intents_seen"]
    late = bundle / f"data/heads/{EXPORT_INTENT + 1}"  # seen only once the outcome was in the log as well
    for ending in (".checkpoint", ".cosignatures"):
        late.with_name(late.name + ending).unlink()
    after = EXPORT_INTENT + 2
    put(
        bundle,
        {f"data/heads/{after}.checkpoint": note(t, after), f"data/heads/{after}.cosignatures": cosigned(t, after, W1)},
    )
    [failed] = check(bundle, demanding).failed
    assert "entry 8, export.intent" in failed.en


# Time stamps.


def test_a_demanded_time_stamp_of_the_last_head_is_checked(bundle: Path, tmp_path: Path) -> None:
    tsa = make_tsa(tmp_path / "tsa")
    t = tree(bundle)
    scene = scene_e5()
    scene.trust = replace(trust(), tsa_roots=(tsa.root,))
    stamped = scene.build(tmp_path / "stamped")
    assert [c.code for c in check(stamped, scene.trust).failed] == ["log.time"]
    put(stamped, {f"data/heads/{n}.checkpoint": note(t, n) for n in (9, t.size)})
    for size in (9, t.size):
        data = (stamped / f"data/heads/{size}.checkpoint").read_bytes()
        (stamped / f"data/heads/{size}.tsr").write_bytes(tsa.reply(timestamp_query(data)))
    reseal(stamped)
    report = check(stamped, scene.trust)
    assert report.ok, report.failed
    said = [c.en for c in report.checks if c.code == "log.time"]
    assert len(said) == 2
    assert "is stamped: CN=Example Time 20" in said[0]
    for size, why in ((9, "other bytes"), (t.size, "the trust file demands")):
        spoilt = stamped / f"data/heads/{size}.tsr"
        good = spoilt.read_bytes()
        if size == 9:  # a stamp of another head, played again
            spoilt.write_bytes((stamped / f"data/heads/{t.size}.tsr").read_bytes())
        else:
            spoilt.unlink()
        reseal(stamped)
        failed = [c for c in check(stamped, scene.trust).failed if c.code == "log.time"]
        assert why in failed[0].en
        spoilt.write_bytes(good)
        reseal(stamped)
    strangers = replace(scene.trust, tsa_roots=(make_tsa(tmp_path / "other").root,))
    assert [c.code for c in check(stamped, strangers).failed] == ["trust.keys"]


# The time of a real case.

REAL = f"real.example/{CASE}"


REAL_TRUST = Trust(
    case=CASE, event="E5", origin=REAL, rehearsal=False, log_vkey=NoteKey(REAL, ED25519_NOTE, LOG.public).vkey,
    platform_key=PLATFORM.public.line, persons=(), required_roles=(), witnesses=(KEYS[0].vkey,),
)  # fmt: skip


def bag_of(folder: Path, files: dict[str, bytes]) -> BundleFiles:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return BundleFiles(folder, {name: hashlib.sha256(data).hexdigest() for name, data in files.items()})


def real_log(folder: Path, begin: datetime = AT) -> LogView:
    with Log(folder, REAL, LOG) as log:
        events = [
            Event(
                id=f"e{n}", type=EventType.ACCESS_READ, case=CASE, at=begin + timedelta(days=n), actor=LOG.public.key_id
            )
            for n in range(4)
        ]
        drain(events, log, begin + timedelta(days=9))
        entries = tuple(log.entry_bytes(n) for n in range(4))
        assert log.checkpoint
        return LogView(log.checkpoint, Tree(map(leaf_hash, entries)), entries, tuple(map(parse_leaf, entries)))


@pytest.mark.parametrize(
    ("seen_at", "ok"),
    [(AT + timedelta(days=3), True), (AT + timedelta(days=3) - CLOCK_SKEW, True),
     (AT + timedelta(days=3, seconds=-1) - CLOCK_SKEW, False), (AT, False)],
)  # fmt: skip
def test_an_entry_dated_after_a_witness_saw_it_is_refused(seen_at: datetime, ok: bool, tmp_path: Path) -> None:
    log = real_log(tmp_path / "log")
    body = checkpoint_body(REAL, 4, log.tree.root())
    texts = {
        "data/heads/4.checkpoint": sign_note(body, REAL, LOG).encode(),
        "data/heads/4.cosignatures": cosign(body, "w1.example", W1, int(seen_at.timestamp())).encode(),
    }
    findings = Findings()
    check_heads(bag_of(tmp_path / "bag", texts), REAL_TRUST, log, findings)
    [found] = findings.report(complete=True).checks
    assert found.ok is ok
    assert ok or "is dated after w1.example had seen it" in found.en


def test_an_entry_dated_after_it_was_stamped_is_refused(tmp_path: Path) -> None:
    """The entries of the log lie ahead of the machine's clock, which the local authority goes by."""
    tsa, log = make_tsa(tmp_path / "tsa"), real_log(tmp_path / "log", begin=datetime.now(UTC) + timedelta(days=1))
    files = {"data/heads/4.checkpoint": sign_note(checkpoint_body(REAL, 4, log.tree.root()), REAL, LOG).encode()}
    files["data/heads/4.tsr"] = tsa.reply(timestamp_query(files["data/heads/4.checkpoint"]))
    findings = Findings()
    anchors = replace(REAL_TRUST, witnesses=(), tsa_roots=(tsa.root,))
    check_heads(bag_of(tmp_path / "bag", files), anchors, log, findings)
    failed = [c for c in findings.report(complete=True).checks if not c.ok]
    assert "is dated after CN=Example Time had seen it" in failed[0].en


# Registrations elsewhere.


def anchored(bundle: Path, text: str = "holds {digest}", **said: str) -> dict[str, str]:
    """The files of a head of nine entries that a platform registered, and its record."""
    head = note(tree(bundle), 9)
    digest = hashlib.sha256(head.encode()).hexdigest()
    receipt = text.format(digest=digest.upper(), sm3=sm3(head.encode()).hex())
    known = Anchor(
        platform="示例链", reference="17", registered_at="2026-11-03T04:05:06Z", look_up="https://chain.example/17",
        sha256=digest, receipt="9.anchor-1.receipt.txt", receipt_sha256=hashlib.sha256(receipt.encode()).hexdigest(),
    )  # fmt: skip
    return {
        "data/heads/9.checkpoint": head,
        "data/heads/9.anchor-1.json": replace(known, **said).render().decode(),
        "data/heads/9.anchor-1.receipt.txt": receipt,
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("holds {digest}", "names its digest"),
        ("holds {sm3}", "names its digest"),
        ("a scan", "look for its digest"),
    ],
)
def test_a_registration_is_told_as_the_word_of_its_platform(bundle: Path, text: str, says: str) -> None:
    put(bundle, anchored(bundle, text))
    report = check(bundle)
    assert report.ok, report.failed
    [told] = [c for c in report.checks if c.code == "log.anchors"]
    assert says in told.en
    assert "示例链 17 2026-11-03T04:05:06Z" in told.zh
    assert told.en.endswith("must be looked up there https://chain.example/17")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (lambda f: f | anchored_record(f, "sha256", "0" * 64), "another head"),
        (lambda f: f | anchored_record(f, "receipt_sha256", "0" * 64), "another receipt"),
        (lambda f: f | anchored_record(f, "receipt", "9.anchor-2.receipt.txt"), "has no data/heads/9.anchor-2"),
        (lambda f: f | anchored_record(f, "platform", "示例链\x1b[2J"), "no record"),
        (lambda f: f | {"data/heads/9.anchor-1.json": "[]"}, "no record"),
        (lambda f: f | {"data/heads/9.anchor-1.json": '{"platform": 1}'}, "no record"),
        (lambda f: {n: t for n, t in f.items() if not n.endswith(".json")}, "has no record"),
        (lambda f: {n: t for n, t in f.items() if not n.endswith(".checkpoint")}, "has no data/heads/9.checkpoint"),
    ],
    ids=["head", "receipt", "no receipt", "control", "list", "fields", "no record", "no head"],
)
def test_a_registration_that_does_not_fit_is_refused(
    wrong: Callable[[dict[str, str]], dict[str, str]], why: str, bundle: Path
) -> None:
    put(bundle, wrong(anchored(bundle)))
    failed = check(bundle).failed
    assert {c.code for c in failed} == {"log.anchors"}
    assert why in failed[0].en


def test_a_receipt_in_utf_16_is_read_as_such(bundle: Path) -> None:
    files = anchored(bundle)
    text = files.pop("data/heads/9.anchor-1.receipt.txt").encode("utf-16")
    put(bundle, files | anchored_record(files, "receipt_sha256", hashlib.sha256(text).hexdigest()))
    (bundle / "data/heads/9.anchor-1.receipt.txt").write_bytes(text)
    reseal(bundle)
    [told] = [c for c in check(bundle).checks if c.code == "log.anchors"]
    assert told.ok
    assert "names its digest" in told.en


def anchored_record(files: dict[str, str], field: str, value: str) -> dict[str, str]:
    name = "data/heads/9.anchor-1.json"
    return {name: json.dumps(json.loads(files[name]) | {field: value})}

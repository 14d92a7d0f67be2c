"""Verification: an honest bundle passes; any changed byte fails and is named; so do lies behind new signatures."""

import base64
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.evidence.evidence_scene import (
    AT,
    CASE,
    CASE_SUBJECT,
    LOG,
    ORIGIN,
    PEOPLE,
    PLATFORM,
    POLICY_DIGEST,
    SENT,
    VOLUMES,
    Scene,
    approval,
    certificate,
    receipt,
    reseal,
    scene_e2,
    scene_e5,
    sign_certificate,
    trust,
    write_raw_log,
)

from bequest.crypto.signing import Signer
from bequest.evidence import bag
from bequest.evidence.approval import attest_approval
from bequest.evidence.event import Event, Ref
from bequest.evidence.event_types import EventType
from bequest.evidence.jcs import encode
from bequest.evidence.log import Log
from bequest.evidence.note import COSIGNATURE, NoteKey, cosign
from bequest.evidence.report import VerifyReport
from bequest.evidence.sequencer import drain
from bequest.evidence.statement import Statement, Subject, sign_statement
from bequest.evidence.tiles import decode_entries
from bequest.evidence.trust import Trust, TrustedPerson, render_trust
from bequest.evidence.verify import verify_bundle
from bequest.kernel.canonical import Json
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import InputError
from bequest.model.destruction import Certificate, CertificateState, Finding, Residual


def check(bundle: Path, anchors: Trust | None = None, *, rehearsal: bool = True) -> VerifyReport:
    path = bundle.parent / "trust.json"
    if anchors is not None:
        path = bundle.parent / "my-trust.json"
        path.write_bytes(render_trust(anchors))
    return verify_bundle(bundle, path, rehearsal=rehearsal)


def files_of(bundle: Path) -> list[str]:
    return sorted(p.relative_to(bundle).as_posix() for p in bundle.rglob("*") if p.is_file())


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scene_e5().build(tmp_path_factory.mktemp("honest"))


@pytest.fixture
def bundle(honest: Path, tmp_path: Path) -> Path:
    shutil.copytree(honest.parent, tmp_path / "out")
    return tmp_path / "out" / honest.name


def test_an_honest_bundle_verifies(honest: Path) -> None:
    report = check(honest)
    assert report.ok, report.failed
    assert {c.code for c in report.checks} == {
        "files.signature", "files.digests", "trust.keys", "log.checkpoint", "log.root", "log.order", "log.intents",
        "log.closed", "log.approved", "statement", "proof", "approval", "approval.roles", "approval.policy",
        "approval.in_time", "receipt", "certificate", "certificate.logged", "disposition",
    }  # fmt: skip
    assert all(c.zh and c.en for c in report.checks)
    assert sum(c.code == "proof" for c in report.checks) == 5


def test_a_share_deal_claims_only_that_nothing_moved(tmp_path: Path) -> None:
    report = check(scene_e2().build(tmp_path))
    assert report.ok, report.failed
    assert "claims.nothing_moved" in {c.code for c in report.checks}


def test_a_rehearsal_is_refused_unless_asked_for(honest: Path) -> None:
    report = check(honest, rehearsal=False)
    assert not report.ok
    assert [c.code for c in report.failed] == ["rehearsal"]


# Every file, changed by whoever has no key.


def _places(size: int) -> list[int]:
    return sorted({0, size // 3, size // 2, size - 2, size - 1} & set(range(size)))


def test_a_changed_byte_in_any_file_fails_and_names_the_file(bundle: Path) -> None:
    paths = files_of(bundle)
    assert len(paths) > 30
    for path in paths:
        good = (bundle / path).read_bytes()
        for at in _places(len(good)):
            (bundle / path).write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
            report = check(bundle)
            assert not report.ok, (path, at)
            assert any(path in c.file or path in c.en for c in report.failed), (path, at, report.failed)
        for changed in (good + b"\n", good[:-1], b""):
            (bundle / path).write_bytes(changed)
            report = check(bundle)
            assert not report.ok, path
            assert any(path in c.file or path in c.en for c in report.failed), (path, report.failed)
        (bundle / path).write_bytes(good)
    assert check(bundle).ok


@pytest.mark.parametrize("name", [bag.MANIFEST, bag.TAGMANIFEST, bag.MANIFEST_SIG, bag.TAGMANIFEST_SIG, bag.BAG_INFO])
def test_every_single_byte_of_the_tag_files_counts(name: str, bundle: Path) -> None:
    good = (bundle / name).read_bytes()
    for at in range(0, len(good), 1 if len(good) < 1200 else 13):
        (bundle / name).write_bytes(good[:at] + bytes([good[at] ^ 0x20]) + good[at + 1 :])
        assert not check(bundle).ok, at


def test_a_missing_file_is_named(bundle: Path) -> None:
    for path in files_of(bundle):
        (bundle / path).rename(bundle.parent / "away")
        report = check(bundle)
        assert not report.ok
        assert any(path in c.file or path in c.en for c in report.failed), path
        (bundle.parent / "away").rename(bundle / path)
    assert check(bundle).ok


@pytest.mark.parametrize("path", ["extra.txt", "data/extra.txt", "data/log/tile/0/001", "data/approvals/x.json"])
def test_a_further_file_is_named(path: str, bundle: Path) -> None:
    (bundle / path).write_text("{}")
    assert path in {c.file for c in check(bundle).failed}


def test_links_strange_names_and_special_files_are_refused(bundle: Path) -> None:
    cases: dict[str, Callable[[Path], object]] = {
        "data/report/link.pdf": lambda p: p.symlink_to("/etc/hostname"),
        "data/report/loop": lambda p: p.symlink_to(bundle, target_is_directory=True),
        "data/report/a b": lambda p: p.write_text(""),
        "data/report/pipe": os.mkfifo,
        "data/report/.hidden": lambda p: p.write_text(""),
        "data/report/" + "d" * 190 + "/x": lambda p: p.parent.mkdir() or p.write_text(""),
    }
    for path, make in cases.items():
        make(bundle / path)
        [failed] = check(bundle).failed
        assert failed.code == "files.safe"
        assert path.startswith(failed.file)
        target = bundle / path
        if len(path) > 180:
            shutil.rmtree(target.parent)
        else:
            target.unlink()
    assert check(bundle).ok


def test_a_linked_file_that_replaces_one_is_refused(bundle: Path) -> None:
    target = bundle / "data/report/report.pdf"
    target.rename(bundle.parent / "report.pdf")
    target.symlink_to(bundle.parent / "report.pdf")
    assert [c.code for c in check(bundle).failed] == ["files.safe"]


def test_oversized_bundles_are_refused_before_they_are_read(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("MAX_FILE_BYTES", "MAX_BUNDLE_BYTES", "MAX_FILES"):
        with monkeypatch.context() as patch:
            patch.setattr(bag, limit, 10)
            [failed] = check(bundle).failed
            assert failed.code == "files.safe"


def test_signing_everything_anew_with_another_key_does_not_help(bundle: Path) -> None:
    (bundle / "data/report/report.pdf").write_bytes(b"another report")
    reseal(bundle, Signer.generate())
    assert {c.code for c in check(bundle).failed} == {"files.signature"}


# Every file, changed by the platform, which signs the manifests anew.


def test_the_platform_cannot_change_what_others_signed_or_the_log_holds(bundle: Path) -> None:
    free = {"data/notices/notice.txt", "data/trust/trust-copy.json"}
    for path in [p for p in files_of(bundle) if p.startswith("data/") and p not in free]:
        good = (bundle / path).read_bytes()
        at = len(good) // 2
        (bundle / path).write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        reseal(bundle)
        report = check(bundle)
        assert not report.ok, path
        if "report" not in path:  # the statement about the report is what fails
            assert any(path.split(".")[0] in c.file for c in report.failed), (path, report.failed)
        (bundle / path).write_bytes(good)
    reseal(bundle)
    assert check(bundle).ok


def spaced(data: bytes) -> bytes:
    return json.dumps(json.loads(data), ensure_ascii=False).encode()


def trailing_bits(data: bytes) -> bytes:
    """The same envelope, its signature's base64 with other unused bits."""
    envelope = json.loads(data)
    text = envelope["signatures"][0]["sig"]
    assert text.endswith("==")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = text[:-3] + alphabet[alphabet.index(text[-3]) + 1] + "=="
    assert base64.b64decode(other) == base64.b64decode(text)
    envelope["signatures"][0]["sig"] = other
    return encode(envelope)


@pytest.mark.parametrize("change", [spaced, trailing_bits])
def test_a_statement_in_another_spelling_is_refused(change: Callable[[bytes], bytes], tmp_path: Path) -> None:
    scene = scene_e5()
    scene.statements["delivery.dsse.json"] = change(scene.statements["delivery.dsse.json"])
    failed, lost = check(scene.build(tmp_path)).failed
    assert (failed.code, failed.file) == ("statement", "data/statements/delivery.dsse.json")
    assert "canonical" in failed.en
    assert lost.code == "receipt"  # there is nothing left that it could be for


def test_an_approval_in_another_spelling_is_refused(bundle: Path) -> None:
    path = next((bundle / "data/approvals").glob("*legal*.json"))
    path.write_bytes(spaced(path.read_bytes()))
    reseal(bundle)
    assert any(path.name in c.file and "canonical" in c.en for c in check(bundle).failed)


def test_a_checkpoint_in_another_spelling_is_refused(bundle: Path) -> None:
    path = bundle / "data/log/checkpoint"
    text = path.read_text()
    assert text.endswith("=\n")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    at = -3 if text[-3] != "=" else -4
    path.write_text(text[:at] + alphabet[alphabet.index(text[at]) + 1] + text[at + 1 :])
    reseal(bundle)
    [failed] = check(bundle).failed
    assert (failed.code, failed.file) == ("log.checkpoint", "data/log/checkpoint")


# Lies in the log, correctly hashed and signed.

Entries = list[dict[str, Json]]


def _recount(entries: Entries) -> None:
    counts: dict[str, Json] = {}
    for entry in entries[:-1]:
        kind = str(entry["typ"])
        counts[kind] = int(str(counts.get(kind, 0))) + 1
    entries[-1]["counts"] = counts


def _renumber(entries: Entries) -> None:
    for number, entry in enumerate(entries):
        entry["seq"] = number


def drop_outcome(entries: Entries) -> None:
    entries.pop(5)
    _renumber(entries)
    for entry in entries:
        if "prev_intent" in entry:
            entry["prev_intent"] = int(str(entry["prev_intent"])) - 1
    _recount(entries)


def drop_intent_of_notice(entries: Entries) -> None:
    entries[4]["typ"] = "access.read"
    _recount(entries)


def answer_another_intent(entries: Entries) -> None:
    entries[9]["prev_intent"] = 6


def approve_too_late(entries: Entries) -> None:
    entries[3], entries[6] = entries[6], entries[3]
    entries[3]["at"], entries[6]["at"] = entries[6]["at"], entries[3]["at"]
    entries[7]["prev_intent"] = 3
    _renumber(entries)


def name_no_policy(entries: Entries) -> None:
    del entries[3]["refs"]


def drop_closing(entries: Entries) -> None:
    entries.pop()


def double_closing(entries: Entries) -> None:
    entries.append({**entries[-1], "id": "closed-2", "seq": len(entries)})


LOG_LIES: dict[str, tuple[str, Callable[[Entries], object]]] = {
    "a number left out": ("log.order", lambda e: e[-1].update(seq=99)),
    "another case": ("log.order", lambda e: e[1].update(case="demo-e2")),
    "an id twice": ("log.order", lambda e: e[1].update(id="e0")),
    "time runs backwards": ("log.order", lambda e: e[2].update(at="2026-11-01T00:00:00Z")),
    "an intent without outcome": ("log.intents", drop_outcome),
    "an outcome without intent": ("log.intents", drop_intent_of_notice),
    "an outcome of another intent": ("log.intents", answer_another_intent),
    "no closing entry": ("log.closed", drop_closing),
    "two closing entries": ("log.closed", double_closing),
    "wrong sums": ("log.closed", lambda e: e[-1]["counts"].update({"access.read": 5})),  # type: ignore[union-attr]
    "approved after the cutover": ("log.approved", approve_too_late),
    "an exact small count": ("log.entries", lambda e: e[1].update(counts={"minors": 3})),
    "a mobile number": ("log.entries", lambda e: e[1].update(id="13800138000")),
    "an unknown field": ("log.entries", lambda e: e[1].update(note="x")),
    "an approval of nothing": ("approval.policy", name_no_policy),
    "an approval of another policy": (
        "approval.roles",
        lambda e: e[3].update(refs=[{"role": "policy", "sha256": "cd" * 32}]),
    ),
    "a statement that is not logged": ("statement", lambda e: e[10].pop("refs")),
    "a certificate that is not logged": ("statement", lambda e: e[15].pop("refs")),
    "a refusal where a certificate is": (
        "certificate.logged",
        lambda e: (e[15].update(typ="certificate.refused"), _recount(e)),
    ),
    "a destruction without certificate": (
        "certificate.logged",
        lambda e: (e[15].update(typ="access.read"), _recount(e)),
    ),
}


@pytest.mark.parametrize(("code", "lie"), LOG_LIES.values(), ids=LOG_LIES)
def test_a_lie_in_a_signed_log_is_found(code: str, lie: Callable[[Entries], object], tmp_path: Path) -> None:
    scene = scene_e5()
    scene.change_entries = lie
    report = check(scene.build(tmp_path))
    assert code in {c.code for c in report.failed}, report.failed
    assert all(c.file.startswith("data/") for c in report.failed)


def test_rewriting_without_a_lie_still_verifies(tmp_path: Path) -> None:
    scene = scene_e5()
    scene.change_entries = lambda entries: None
    assert check(scene.build(tmp_path)).ok


@pytest.mark.parametrize("kind", ["export", "destruction"])
def test_a_share_deal_with_a_delivery_or_destruction_is_refused(kind: str, tmp_path: Path) -> None:
    def lie(entries: Entries) -> None:
        for entry in entries[4:6]:
            entry["typ"] = str(entry["typ"]).replace("notice", kind)
        _recount(entries)

    scene = scene_e2()
    scene.change_entries = lie
    assert {"claims.nothing_moved"} == {c.code for c in check(scene.build(tmp_path)).failed}


def test_an_entry_in_another_spelling_is_refused(tmp_path: Path) -> None:
    scene = scene_e2()
    bundle = scene.build(tmp_path)
    entries = list(decode_entries(next((bundle / "data/log/tile/entries").rglob("7")).read_bytes()))
    entries[1] = entries[1].replace(b",", b", ", 1)
    shutil.rmtree(bundle / "data/log")
    write_raw_log(bundle / "data/log", entries)
    reseal(bundle)
    [failed] = check(bundle).failed
    assert (failed.code, failed.file) == ("log.entries", "data/log/tile/entries/000.p/7")
    assert "canonical" in failed.en


def test_a_log_signed_by_another_key_or_for_another_size_is_refused(tmp_path: Path) -> None:
    bundle = scene_e2().build(tmp_path)
    entries = list(decode_entries(next((bundle / "data/log/tile/entries").rglob("7")).read_bytes()))
    for code, options in (
        ("log.checkpoint", {"signer": PLATFORM}),
        ("log.tiles", {"size": 6}),
        ("log.tiles", {"size": 300}),
    ):
        shutil.rmtree(bundle / "data/log")
        write_raw_log(bundle / "data/log", entries, **options)  # type: ignore[arg-type]
        reseal(bundle)
        assert {c.code for c in check(bundle).failed} == {code}
    shutil.rmtree(bundle / "data/log")
    write_raw_log(bundle / "data/log", [*entries[:-1], entries[-2]], signer=LOG)
    other = (bundle / "data/log/checkpoint").read_bytes()
    shutil.rmtree(bundle / "data/log")
    write_raw_log(bundle / "data/log", entries)
    (bundle / "data/log/checkpoint").write_bytes(other)
    reseal(bundle)
    assert {c.code for c in check(bundle).failed} == {"log.root"}


# Lies in statements.


def with_statement(name: str, envelope: bytes) -> Scene:
    scene = scene_e5()
    (scene.receipts if name in scene.receipts else scene.statements)[name] = envelope
    return scene


NAMED: dict[str, Json] = {"caseRef": CASE}


def _delivery(*subjects: Subject) -> bytes:
    return sign_statement(Statement("DataDelivery", subjects, NAMED), [PLATFORM])


def _delivery_of(case: str) -> bytes:
    return sign_statement(Statement("DataDelivery", VOLUMES, {**SENT, "caseRef": case}), [PLATFORM])


STATEMENT_LIES = {
    "a receipt by the platform": (
        "receipt.dsse.json",
        sign_statement(Statement("DeliveryReceipt", VOLUMES, NAMED), [PLATFORM]),
    ),
    "a receipt by somebody else of the case": ("receipt.dsse.json", receipt("it")),
    "a report not by the verifier": (
        "rescan.dsse.json",
        sign_statement(Statement("RescanReport", CASE_SUBJECT, NAMED), [PEOPLE["it"]]),
    ),
    "a certificate without verifier": ("certificate.dsse.json", sign_certificate(certificate(), ("it", "officer"))),
    "a certificate by one alone": ("certificate.dsse.json", sign_certificate(certificate(), ("verifier",))),
    "a signer nobody knows": (
        "delivery.dsse.json",
        sign_statement(Statement("DataDelivery", CASE_SUBJECT, NAMED), [PLATFORM, Signer.from_bytes(b"x" * 32)]),
    ),
    "a report of another case": (
        "rescan.dsse.json",
        sign_statement(Statement("RescanReport", CASE_SUBJECT, {"caseRef": "demo-e2"}), [PEOPLE["verifier"]]),
    ),
    "a report of no case": (
        "rescan.dsse.json",
        sign_statement(Statement("RescanReport", CASE_SUBJECT, {}), [PEOPLE["verifier"]]),
    ),
    "a certificate of another case": ("certificate.dsse.json", sign_certificate(certificate(case_id="demo-e2"))),
    "a receipt of another case": ("receipt.dsse.json", receipt(caseRef="demo-e2")),
    "a delivery of another case": ("delivery.dsse.json", _delivery_of("demo-e2")),
    "a file that is another": ("delivery.dsse.json", _delivery(Subject("data/report/report.pdf", "ab" * 32))),
    "a file that is not there": ("delivery.dsse.json", _delivery(Subject("data/report/none.pdf", "ab" * 32))),
    "a file outside": ("delivery.dsse.json", _delivery(Subject("../../etc/hostname", "ab" * 32))),
}


@pytest.mark.parametrize(("name", "envelope"), STATEMENT_LIES.values(), ids=STATEMENT_LIES)
def test_a_statement_that_does_not_hold_is_named(name: str, envelope: bytes, tmp_path: Path) -> None:
    report = check(with_statement(name, envelope).build(tmp_path))
    assert ("statement", name) in {(c.code, c.file.split("/")[-1]) for c in report.failed}


def test_a_proof_of_another_entry_or_another_log_is_refused(bundle: Path) -> None:
    proofs = bundle / "data/proofs"
    good = {p.name: p.read_bytes() for p in proofs.iterdir()}
    (proofs / "delivery.tlog-proof").write_bytes(good["rescan.tlog-proof"])
    (proofs / "rescan.tlog-proof").write_bytes(good["rescan.tlog-proof"].replace(b"index 14", b"index 13"))
    (proofs / "receipt.tlog-proof").write_bytes(good["receipt.tlog-proof"].replace(b"index 11", b"index 99"))
    (proofs / "certificate.tlog-proof").write_bytes(b"nonsense")
    reseal(bundle)
    assert sorted(c.file.split("/")[-1] for c in check(bundle).failed) == sorted({*good} - {"dispositions.tlog-proof"})


def test_a_proof_under_an_older_head_of_the_same_log_is_good_and_of_a_fork_is_not(tmp_path: Path) -> None:
    def proof(actor: str) -> bytes:
        opened = Event(id="e0", type=EventType.CASE_OPENED, case=CASE, at=AT, actor=actor)
        with Log(tmp_path / actor[-3:], ORIGIN, LOG) as log:
            drain([opened], log, AT)
            return log.prove(0).render().encode()

    def build(data: bytes) -> Path:
        scene = scene_e5()
        scene.change_parts = lambda parts: replace(parts, proofs={"opened.tlog-proof": data})
        return scene.build(tmp_path / "case")

    assert check(build(proof(PLATFORM.public.key_id))).ok
    [failed] = check(build(proof(LOG.public.key_id))).failed
    assert failed.file == "data/proofs/opened.tlog-proof"


# Lies in approvals.

APPROVAL_LIES: dict[str, Callable[[Scene], object]] = {
    "one is missing": lambda s: setattr(s, "approvals", s.approvals[1:]),
    "none at all": lambda s: setattr(s, "approvals", ()),
    "a role the person has not": lambda s: setattr(s, "approvals", (*s.approvals[:2], approval("officer", who="p-it"))),
    "for another policy": lambda s: setattr(
        s, "approvals", (*s.approvals[:2], approval("officer", policy_digest="cd" * 32))
    ),
    "a text for another case": lambda s: setattr(
        s, "approvals", (*s.approvals[:2], replace(s.approvals[2], text=s.approvals[2].text.replace("demo", "real")))
    ),
    "signed after the act": lambda s: setattr(
        s, "approvals", (*s.approvals[:2], approval("officer", at=AT + timedelta(days=7)))
    ),
    "another policy in full": lambda s: setattr(s, "policy", b'{"case_id":"demo-e5","cells":[1]}'),
    "the policy in another spelling": lambda s: setattr(s, "policy", spaced(s.policy)),
}


@pytest.mark.parametrize("lie", APPROVAL_LIES.values(), ids=APPROVAL_LIES)
def test_approvals_that_are_not_enough_are_refused(lie: Callable[[Scene], object], tmp_path: Path) -> None:
    scene = scene_e5()
    lie(scene)
    report = check(scene.build(tmp_path))
    assert any(c.code.startswith("approval") for c in report.failed), report.failed


def keyless_officer(scene: Scene) -> None:
    """The trust file knows the officer, and no key; the platform attests the approval."""
    known = trust(scene.event)
    persons = tuple(replace(p, public_key="") if p.id == "p-officer" else p for p in known.persons)
    scene.trust = replace(known, persons=persons)
    attested = attest_approval(
        PLATFORM, case=CASE, policy_digest=POLICY_DIGEST, person="p-officer", role="officer", signed_at=rfc3339(AT)
    )
    scene.approvals = (*scene.approvals[:2], attested)


def test_an_attested_approval_counts_for_somebody_without_a_key_and_is_called_that(tmp_path: Path) -> None:
    scene = Scene(event="E2", approvals=scene_e5().approvals)
    keyless_officer(scene)
    report = check(scene.build(tmp_path))
    assert report.ok, report.failed
    said = [c.en for c in report.checks if c.code.startswith("approval") and "attested by the platform" in c.en]
    assert len(said) == 2


def test_the_platform_cannot_attest_for_somebody_who_has_a_key(tmp_path: Path) -> None:
    scene = Scene(event="E2", approvals=scene_e5().approvals)
    keyless_officer(scene)
    scene.trust = None
    assert [c.code for c in check(scene.build(tmp_path)).failed][:1] == ["approval"]


OBJECTED: dict[str, tuple[list[EventType], bool]] = {
    "refused, and carried out": ([EventType.PLAN_REFUSED], False),
    "a condition, and carried out": ([EventType.PLAN_CONDITIONED], False),
    "refused, then withdrawn": ([EventType.PLAN_REFUSED, EventType.PLAN_SETTLED], True),
}


@pytest.mark.parametrize(("added", "ok"), OBJECTED.values(), ids=OBJECTED)
def test_nothing_begins_while_somebody_refuses(added: list[EventType], ok: bool, tmp_path: Path) -> None:
    refs = (Ref("policy", POLICY_DIGEST), Ref("remark", "7" * 64))

    class Objected(Scene):
        def events(self) -> list[tuple[EventType, dict[str, object]]]:
            later = [
                (
                    typ,
                    given | ({"intent": f"e{int(str(given['intent'])[1:]) + len(added)}"} if "intent" in given else {}),
                )
                for typ, given in super().events()
            ]
            return [*later[:3], *((typ, {"refs": refs}) for typ in added), *later[3:]]

    scene = scene_e5()
    report = check(Objected(**vars(scene)).build(tmp_path))
    assert [c.code for c in report.failed if c.code == "approval.objections"] == ([] if ok else ["approval.objections"])


def test_one_person_cannot_fill_two_required_roles(tmp_path: Path) -> None:
    scene = scene_e5()
    persons = (TrustedPerson("p-it", ("it", "officer"), PEOPLE["it"].public.line), *trust().persons[1:])
    scene.trust = replace(trust(), persons=persons)
    scene.approvals = (*scene.approvals[:2], approval("officer", who="p-it"))
    [failed] = [c for c in check(scene.build(tmp_path)).failed if c.code == "approval.roles"]
    assert "more than one required role" in failed.en


class Replanned(Scene):
    """Somebody had approved another policy, before or after the one that the bundle has the approvals of."""

    later = False

    def events(self) -> list[tuple[EventType, dict[str, object]]]:
        events = super().events()
        other = (EventType.PLAN_APPROVED, {"refs": (Ref("policy", "cd" * 32),)})
        events[2:4] = [events[3], other] if self.later else [other, events[3]]
        return events


@pytest.mark.parametrize("later", [False, True])
def test_a_policy_planned_anew_before_anything_was_begun_needs_no_approvals(later: bool, tmp_path: Path) -> None:
    honest = scene_e5()
    scene = Replanned(**{f.name: getattr(honest, f.name) for f in fields(honest)})
    scene.later = later
    report = check(scene.build(tmp_path))
    codes = {c.code for c in report.failed}
    assert ("approval.roles" in codes) if later else report.ok, codes


def test_a_stray_signature_file_is_refused(tmp_path: Path) -> None:
    bundle = scene_e5().build(tmp_path)
    (bundle / "data/approvals/stray.txt.sig").write_text("x")
    reseal(bundle)
    assert [c.file for c in check(bundle).failed] == ["data/approvals/stray.txt.sig"]


# What the verifier's own trust file demands.


def test_the_verifiers_own_trust_file_decides(honest: Path) -> None:
    stranger = Signer.from_bytes(b"x" * 32).public
    witness = Signer.from_bytes(b"w" * 32)
    vkey = NoteKey("witness.example/n", COSIGNATURE, witness.public).vkey
    cases: dict[str, Trust] = {
        "files.signature": replace(trust(), platform_key=stranger.line),
        "approval.roles": replace(trust(), required_roles=("it", "legal", "officer", "finance")),
        "approval.policy": replace(trust(), policy_digest="cd" * 32),
        "log.quorum": replace(trust(), quorum=1, witnesses=(vkey,)),
        "trust.keys": replace(trust(), persons=trust().persons[1:]),
        "claims.nothing_moved": replace(trust(), event="E2"),
        "claims.nothing_released": replace(trust(), event="E7"),
        "claims.given_back": replace(trust(), event="E12"),
    }
    for code, anchors in cases.items():
        assert code in {c.code for c in check(honest, anchors).failed}, code


def test_enough_cosignatures_satisfy_the_quorum(tmp_path: Path) -> None:
    witness = Signer.from_bytes(b"w" * 32)
    key = NoteKey("witness.example/n", COSIGNATURE, witness.public)
    bundle = scene_e5().build(tmp_path)
    path = bundle / "data/log/checkpoint"
    body = path.read_text().split("\n\n")[0] + "\n"
    path.write_text(path.read_text() + cosign(body, key.name, witness, 1_800_000_000))
    reseal(bundle)
    assert check(bundle, replace(trust(), quorum=1, witnesses=(key.vkey,))).ok


def test_an_unusable_input_is_said_so(honest: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{}")
    for bundle, path in (
        (tmp_path / "nowhere", honest.parent / "trust.json"),
        (honest, tmp_path / "nowhere.json"),
        (honest, tmp_path / "bad.json"),
        (honest, tmp_path),
        (honest, honest / "data/trust/trust-copy.json"),
    ):
        with pytest.raises(InputError) as refusal:
            verify_bundle(bundle, path, rehearsal=True)
        assert refusal.value.hint


def test_an_empty_folder_does_not_verify(honest: Path, tmp_path: Path) -> None:
    report = verify_bundle(tmp_path, honest.parent / "trust.json", rehearsal=True)
    assert not report.ok
    assert {c.code for c in report.failed} == {"files.listed"}


def test_disposition_lines_that_are_not_those_of_the_log_are_refused(tmp_path: Path) -> None:
    good = scene_e5().disposition
    for number, lines in enumerate((good[:-48], good[:-1], good + good[-48:], good[48:] + good[:48], good[:-1] + b"x")):
        scene = scene_e5()
        scene.disposition = lines
        [failed] = check(scene.build(tmp_path / str(number))).failed
        assert (failed.code, failed.file) == ("disposition", "data/disposition/disposition.leaves")


def test_a_statement_with_another_disposition_root_is_refused(tmp_path: Path) -> None:
    other = Statement("DispositionRoot", (Subject("urn:bequest:disposition-tree", "ab" * 32),), NAMED)
    scene = with_statement("dispositions.dsse.json", sign_statement(other, [PLATFORM]))
    assert [c.code for c in check(scene.build(tmp_path)).failed] == ["disposition"]


# Receipts.

RECEIPT_LIES = {
    "of another delivery": receipt(deliveryId="d2"),
    "of the real case": receipt(rehearsal=False),
    "for another receiver": receipt(recipientOrg="other"),
    "for other volumes": receipt(volumes=VOLUMES[:1]),
    "without having opened it": receipt(nonce="00" * 16),
    "with a nonce that is none": receipt(nonce="x"),
}


@pytest.mark.parametrize("envelope", RECEIPT_LIES.values(), ids=RECEIPT_LIES)
def test_a_receipt_played_again_from_elsewhere_is_refused(envelope: bytes, tmp_path: Path) -> None:
    """The receiver did sign it, and the platform put it into this log."""
    report = check(with_statement("receipt.dsse.json", envelope).build(tmp_path))
    assert [(c.code, c.file) for c in report.failed] == [("receipt", "data/receipts/receipt.dsse.json")]


# Certificates.

RESIDUAL = Residual("磁带", "tape", "未到期", "not yet due", "台账", "register", "2027-02-01")
SEARCH, SUMS = certificate().searches[0], certificate().tables[0]
CERTIFICATE_LIES = {
    "final with a residual": certificate(residuals=(RESIDUAL,)),
    "final with a reason": certificate(why=("residual",)),
    "interim without reason": certificate(state=CertificateState.INTERIM),
    "interim with residue": certificate(state=CertificateState.INTERIM, why=("residue", "residual")),
    "residue not given": certificate(searches=(replace(SEARCH, finding=Finding.RESIDUE),)),
    "hits not given": certificate(searches=(replace(SEARCH, hits_residue=1),)),
    "something not searched": certificate(searches=(replace(SEARCH, finding=Finding.NOT_SEARCHED),)),
    "a control that failed": certificate(searches=(replace(SEARCH, control_found=49),)),
    "sums that do not balance": certificate(tables=(replace(SUMS, deleted=59),)),
    "an unknown reason": certificate(state=CertificateState.REFUSED, why=("tired",)),
    "no rehearsal": certificate(rehearsal=False),
    "another policy": certificate(policy_digest="cd" * 32),
}


@pytest.mark.parametrize("value", CERTIFICATE_LIES.values(), ids=CERTIFICATE_LIES)
def test_a_certificate_that_contradicts_itself_is_refused(value: Certificate, tmp_path: Path) -> None:
    report = check(with_statement("certificate.dsse.json", sign_certificate(value)).build(tmp_path))
    assert "certificate" in {c.code for c in report.failed}, report.failed


def test_a_certificate_over_a_report_of_the_verifier_that_is_not_there_is_refused(tmp_path: Path) -> None:
    scene = with_statement("certificate.dsse.json", sign_certificate(certificate(), rescan=b"another report"))
    [failed] = [c for c in check(scene.build(tmp_path)).failed if c.code == "certificate"]
    assert "report of the verifier" in failed.en


def test_an_interim_certificate_with_its_residual_is_good(tmp_path: Path) -> None:
    value = certificate(state=CertificateState.INTERIM, why=("residual",), residuals=(RESIDUAL,))
    assert check(with_statement("certificate.dsse.json", sign_certificate(value)).build(tmp_path)).ok


def test_a_refused_certificate_is_good_only_where_the_log_says_refused(tmp_path: Path) -> None:
    value = certificate(
        state=CertificateState.REFUSED,
        why=("residue",),
        searches=(replace(SEARCH, hits_residue=3, finding=Finding.RESIDUE),),
    )
    scene = with_statement("certificate.dsse.json", sign_certificate(value))
    assert {"certificate.logged"} == {c.code for c in check(scene.build(tmp_path)).failed}
    scene.change_entries = lambda entries: (entries[15].update(typ="certificate.refused"), _recount(entries))
    assert check(scene.build(tmp_path)).ok

"""The head in a person's proof is held against the log of the bundle: a log that shows two histories is seen."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.evidence.evidence_scene import CASE, LOG, ORIGIN, TREE, scene_e5, write_raw_log

from bequest.evidence.event_types import EventType
from bequest.evidence.head_proof import HeadProof
from bequest.evidence.jcs import decode_object, encode
from bequest.evidence.log import Log
from bequest.evidence.merkle import Tree, leaf_hash
from bequest.evidence.person_proof import PersonProof
from bequest.evidence.proof import TlogProof
from bequest.evidence.report import Check
from bequest.evidence.verify import verify_bundle, verify_kept


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return scene_e5().build(tmp_path)


def entries(folder: Path) -> list[bytes]:
    with Log(folder, ORIGIN, LOG) as log:
        return [log.entry_bytes(n) for n in range(log.size)]


def kept(folder: Path, path: Path, every: list[bytes] | None = None) -> Path:
    """A person's proof under the head that this log shows."""
    tag, salt, disposition = bytes([3]) * 16, bytes([3]) * 32, "as_is delete"
    own = every or entries(folder)
    fixed = next(n for n, e in enumerate(own) if decode_object(e, "entry")["typ"] == EventType.DISPOSITION_FIXED.value)
    path_up = Tree(map(leaf_hash, own)).inclusion(fixed)
    head = HeadProof(own[fixed], TlogProof(fixed, path_up, (folder / "checkpoint").read_text()))
    proof = replace(PersonProof(tag, salt, disposition, TREE.prove(tag)), head=head)
    path.write_bytes(proof.to_json(CASE))
    return path


def said(bundle: Path, proof: Path) -> Check:
    report = verify_bundle(bundle, bundle.parent / "trust.json", rehearsal=True, persons=[proof])
    [check] = [c for c in report.checks if c.code == "person"]
    return check


def test_a_proof_under_the_log_of_the_bundle_holds(bundle: Path, tmp_path: Path) -> None:
    assert said(bundle, kept(tmp_path / "log", tmp_path / "proof.json")).ok


def test_a_proof_under_another_history_is_refused_though_its_entry_is_the_same(bundle: Path, tmp_path: Path) -> None:
    own = entries(tmp_path / "log")
    other = [*own[:-1], encode({**decode_object(own[-1], "entry"), "id": "another"})]
    write_raw_log(tmp_path / "fork", other)
    proof = kept(tmp_path / "fork", tmp_path / "proof.json", other)
    assert verify_kept(bundle.parent / "trust.json", [proof], rehearsal=True).ok, "by itself nothing is wrong with it"
    check = said(bundle, proof)
    assert not check.ok
    assert "another history" in check.en
    assert "它属于另一段历史" in check.zh


def test_a_proof_under_a_longer_log_is_told_as_such(bundle: Path, tmp_path: Path) -> None:
    own = entries(tmp_path / "log")
    longer = [*own, encode({**decode_object(own[-1], "entry"), "id": "more", "seq": len(own)})]
    write_raw_log(tmp_path / "fork", longer)
    check = said(bundle, kept(tmp_path / "fork", tmp_path / "proof.json", longer))
    assert not check.ok
    assert f"it has {len(own) + 1} entries, the log {len(own)}" in check.en
    assert "条目缺失" in check.zh

"""After the close: each person can keep a proof of what was recorded, and anybody can check it without us."""

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
from tests.e2e.whole_case import WholeCase

from bequest.app.context import open_context
from bequest.app.portal.links import link_tokens
from bequest.app.portal.open_card import Opened, open_link
from bequest.app.portal.own_proof import proof_file
from bequest.app.public.person_proofs import check_person_proof, is_person_proof
from bequest.app.telling import register
from bequest.documents.qr import parse_person_text
from bequest.evidence.person_proof import parse_person_proof
from bequest.evidence.verify import verify_bundle, verify_kept
from bequest.model.disposition import Residue


def check_without_bundle(trust: Path, made: bytes, forged: dict[str, object], tmp_path: Path) -> None:
    """The trust file and the signed head in the proof suffice; a proof without one, or under another, does not."""
    value = json.loads(made)
    head = value["head"]
    other_head = head | {"proof": head["proof"].replace("index ", "index 1", 1)}
    no_head = {k: v for k, v in value.items() if k != "head"}
    path = tmp_path / "kept.json"
    for given, is_good in ((value, True), (forged, False), (value | {"head": other_head}, False), (no_head, False)):
        path.write_text(json.dumps(given))
        assert verify_kept(trust, [path], rehearsal=True).ok is is_good
    path.write_bytes(made)
    assert "seen with the bundle only" in verify_kept(trust, [path], rehearsal=True).checks[0].en
    assert not verify_kept(trust, [path]).ok, "a rehearsal is no evidence"


def test_a_person_proves_what_was_recorded_against_bundle_and_public_page(
    scenario: Callable[[str], WholeCase], tmp_path: Path
) -> None:
    whole = scenario("E5")
    ctx = open_context(whole.home)
    try:
        case_id = whole.case_id
        told = register(ctx.workspace(case_id)).filter(
            ~pl.col("public_only") & (pl.col("has_sms") | pl.col("has_email"))
        )
        tokens = link_tokens(ctx, case_id, told["ref"])
        now = ctx.now(case_id)
        opened = [o for o in (open_link(ctx.store, t, now) for t in tokens) if isinstance(o, Opened)]
        assert len(opened) == told.height
        assert {bool(o.proof) for o in opened} == {True}
        proofs = [parse_person_text(o.proof) for o in opened]
        assert len({p.root() for p in proofs}) == 1
        assert len({p.tag for p in proofs}) == len(proofs), "each has a line of its own"
        one, other = proofs[0], next(p for p in proofs if p.disposition != proofs[0].disposition)
        mine = next(o for o in opened if o.proof == opened[0].proof)
        made = proof_file(mine)
        assert parse_person_proof(made).head is not None
        (tmp_path / "proof.json").write_bytes(made)
        forged = json.loads(made) | {"disposition": other.disposition}
        (tmp_path / "forged.json").write_text(json.dumps(forged))
        good = verify_bundle(whole.bundle, whole.trust, rehearsal=True, persons=[tmp_path / "proof.json"])
        assert good.ok
        [said] = [c.en for c in good.checks if c.code == "person"]
        assert said.startswith(f"what the log recorded for this person: {one.disposition}; entry ")
        check_without_bundle(whole.trust, made, forged, tmp_path)
        bad = verify_bundle(whole.bundle, whole.trust, rehearsal=True, persons=[tmp_path / "forged.json"])
        assert [c.code for c in bad.failed] == ["person"]

        for given in (made, opened[0].proof.encode(), opened[0].proof.lower().encode() + b"\n"):
            assert is_person_proof(given)
            checked = check_person_proof(ctx.store, given)
            assert checked.ok
            assert [(p.release, p.residue) for p in checked.parts] != [(None, None)]
        kept = check_person_proof(ctx.store, made).parts[0].residue
        assert isinstance(kept, Residue)
        for given in (
            json.dumps(forged).encode(),
            opened[0].proof[:-3].encode(),
            b'{"type": "bequest/person-proof/v1"}',
        ):
            assert is_person_proof(given)
            assert not check_person_proof(ctx.store, given).ok
    finally:
        ctx.store.close()

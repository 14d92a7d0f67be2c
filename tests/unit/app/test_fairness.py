"""The demo's plan says whether kinds of people end alike, and keeps no person in it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.app.conftest import DemoHome

from bequest.app.approve_policy import approve_policy
from bequest.app.fairness import _reached, load_fairness, save_fairness
from bequest.app.make_report import case_report
from bequest.app.run_discover import data_map
from bequest.app.run_link import load_indexes
from bequest.app.run_plan import decided_as_known
from bequest.kernel.canonical import digest
from bequest.kernel.errors import ApprovalError, StateError
from bequest.model.case import Role
from bequest.model.fairness import Dimension, Verdict


def test_the_plan_of_the_demo_is_compared(planned: DemoHome) -> None:
    found = load_fairness(planned.ctx.workspace(planned.case_id))
    assert found is not None
    assert not found.told
    with planned.ctx.store.transaction() as tx:
        population = tx.populations.latest(planned.case_id)
        (counts,) = [r.counts for r in tx.steps.all(planned.case_id) if r.step == "plan"]
    assert population is not None
    assert found.persons + found.without_record == population.population.n_subjects
    by = {c.by for c in found.comparisons}
    assert {Dimension.AGE, Dimension.REGION, Dimension.VALUE} <= by
    sizes = {c.group: c.size for c in found.comparisons if c.by is Dimension.VALUE}
    assert sum(n or 0 for n in sizes.values()) == found.persons
    assert counts["unexplained"] == len(found.findings)
    assert "objection" in found.facts
    assert not {"notice", "freshness"} & set(found.facts)
    children = [c for c in found.comparisons if c.group == "under_14"]
    assert {c.verdict for c in children} <= {Verdict.APART, Verdict.ALIKE, Verdict.FEW}
    assert case_report(planned.ctx, planned.case_id, seconds={}).fairness == found


def test_the_log_says_what_was_found_and_who_saw_it(planned: DemoHome) -> None:
    ctx, case = planned.ctx, planned.case_id
    workspace = ctx.workspace(case)
    found = load_fairness(workspace)
    assert found is not None
    named = {"role": "fairness", "sha256": digest(found)}
    assert named in payload(planned, "policy.proposed")["refs"]
    kept = json.loads((workspace.dir("work", "fairness") / f"{digest(found)}.json").read_text(encoding="utf-8"))
    assert digest(kept) == digest(found)
    legal = next(p.id for p in ctx.case(case).case.people if Role.LEGAL in p.roles)
    for shown in (None, replace(found, persons=found.persons + 1)):
        with pytest.raises(ApprovalError, match="than that shown") as caught:
            approve_policy(ctx, case, legal, planned.company.keys.person_files[legal], seen=shown)
        assert "plan fairness" in caught.value.hint
    approve_policy(ctx, case, legal, planned.company.keys.person_files[legal], seen=found)
    approved = payload(planned, "plan.approved")
    assert named in approved["refs"]
    assert approved["counts"]["unexplained"] == payload(planned, "policy.proposed")["counts"]["unexplained"]


def payload(home: DemoHome, typ: str) -> dict[str, Any]:
    with home.ctx.store.transaction() as tx:
        (found,) = [e.payload for e in tx.outbox.all(home.case_id) if e.payload["typ"] == typ]
    return dict(found)


def test_no_printed_count_is_below_ten(planned: DemoHome) -> None:
    found = load_fairness(planned.ctx.workspace(planned.case_id))
    assert found is not None
    for c in found.comparisons:
        assert c.size is None or c.size >= 10
        assert c.persons is None or c.persons == 0 or c.persons >= 10
        assert (c.persons is None) == (c.rate is None) == (c.raw is None)


def test_a_damaged_file_is_said(planned: DemoHome) -> None:
    workspace = planned.ctx.workspace(planned.case_id)
    found = load_fairness(workspace)
    assert found is not None
    save_fairness(workspace, found)
    path: Path = workspace.dir("work") / "fairness.json"
    path.write_text('{"told": 1}', encoding="utf-8")
    with pytest.raises(StateError, match="damaged"):
        load_fairness(workspace)
    path.unlink()
    assert load_fairness(workspace) is None


def test_who_can_be_reached_is_read_from_their_own_records(planned: DemoHome) -> None:
    ctx, case = planned.ctx, planned.case_id
    decided, linked = decided_as_known(ctx, case)
    indexes = load_indexes(ctx.workspace(case), data_map(ctx, case))
    reached = _reached(indexes, decided, linked.n_subjects)
    on_file = int(reached["contact"].codes.sum())
    assert 0 < on_file < linked.n_subjects
    assert 0 < int(reached["phone"].codes.sum()) < on_file

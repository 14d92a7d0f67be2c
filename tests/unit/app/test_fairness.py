"""The demo's plan says whether kinds of people end alike, and keeps no person in it."""

from pathlib import Path

import pytest
from tests.unit.app.conftest import DemoHome

from bequest.app.fairness import load_fairness, save_fairness
from bequest.app.make_report import case_report
from bequest.kernel.errors import StateError
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

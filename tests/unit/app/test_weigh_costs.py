"""Costs and benefits of the demo: the plan's own work is counted, and a company's own numbers are kept for the case."""

from pathlib import Path

import pytest
from tests.unit.app.conftest import DemoHome

from bequest.app.run_assess import run_assess
from bequest.app.weigh_costs import cost_page, costs_file, costs_of, take_costs
from bequest.documents.assessment.costs import CostPage
from bequest.kernel.errors import InputError


def page(home: DemoHome) -> CostPage:
    return cost_page(home.ctx, home.ctx.case(home.case_id).case, run_assess(home.ctx, home.case_id).assessment)


def test_the_plan_is_weighed_by_what_was_counted(planned: DemoHome) -> None:
    ctx, case = planned.ctx, planned.ctx.case(planned.case_id).case
    a = run_assess(ctx, case.id).assessment
    shown = cost_page(ctx, case, a)
    facts = {m.key: m for m in a.measures}
    assert [r.plan for r in shown.total] == [False] * 6 + [True]
    plan, as_is = shown.total[-1], shown.total[0]
    lost, persons = facts["customers_lost"].after, facts["persons"].before
    assert lost is not None
    assert persons is not None
    assert plan.kept == (persons.n - lost.n) * 970 // 1000
    assert plan.loss < as_is.loss
    assert plan.exposed < as_is.exposed
    for rows in (shown.total, *(rows for _, rows in shown.classes)):
        assert rows[0].avoided == 0
        for r in rows:
            assert r.loss + r.avoided == rows[0].loss
            assert r.net == r.avoided + r.margin - r.technique - r.counsel - r.training - r.handling
    exposed = [
        facts[f"{name}@{place}"].before for place in ("basic",) for name in ("no_ground", "unneeded", "outlived")
    ]
    assert shown.classes[0][1][0].exposed == max(f.n for f in exposed if f)


def test_own_numbers_are_taken_for_the_case_and_given_back(planned: DemoHome, tmp_path: Path) -> None:
    ctx, case_id = planned.ctx, planned.case_id
    before = page(planned)
    path = tmp_path / "own.toml"
    path.write_text(costs_file(costs_of(ctx, case_id), "zh").replace("notice = 0.09", "notice = 1.5"), encoding="utf-8")
    take_costs(ctx, case_id, path)
    after = page(planned)
    assert [v.id for v in after.values if v.own] == ["notice"]
    assert next(v.number for v in after.values if v.id == "notice") == "1.5"
    assert after.digest != before.digest
    assert after.total[0].handling - before.total[0].handling == pytest.approx((1.5 - 0.09) * 383, abs=1)
    path.write_text("", encoding="utf-8")
    take_costs(ctx, case_id, path)
    assert page(planned) == before


def test_a_file_that_is_no_table_of_numbers_is_refused(planned: DemoHome, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    for text, said in (("notice 3", "is no TOML"), ("postage = 3", "no unit cost 'postage'")):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=said):
            take_costs(planned.ctx, planned.case_id, path)
    assert not any(v.own for v in costs_of(planned.ctx, planned.case_id).values.values())

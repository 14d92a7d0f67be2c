"""A filed assessment holds while facts stay within the tolerance, and is opened again beyond, each reason named."""

from dataclasses import replace
from datetime import date

import pytest

from bequest.model.assessment import (
    Assessment,
    Basis,
    Dimension,
    DimensionScore,
    EarlyWarning,
    Figure,
    Measure,
    Origin,
    Risk,
    Score,
    Standing,
)
from bequest.steps.assess.drift import Drift, drift

FILED = Assessment(
    case_id="c", run=1, on=date(2026, 11, 2), basis=Basis("a", "b", "c", "d"),
    measures=(
        Measure("objected", "", Figure(4, 200), Figure(0, 200), Origin.PLAN),
        Measure("values", "basic", Figure(1000), Figure(100), Origin.PLAN),
    ),
    risks=(Risk("leak", "basic", (DimensionScore(Dimension.LEGAL, Score(2, 3, 3, ()), Score(1, 1, 1, ())),)),),
    register=(), warnings=(), previous="",
)  # fmt: skip


def with_figures(objected: Figure | None, values: Figure) -> Assessment:
    one, two = FILED.measures
    measures = (replace(one, before=objected), replace(two, before=values))
    return replace(FILED, run=2, measures=measures)


def held(now: Assessment) -> Drift:
    return drift(FILED, now, tolerance_percent=5)


def test_equal_facts_hold_whatever_else_the_run_says() -> None:
    found = held(replace(FILED, run=7, on=date(2026, 12, 1), previous="x"))
    assert (found.standing, found.changes, found.reasons) == (Standing.CURRENT, (), ())


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (with_figures(Figure(14, 200), Figure(1050)), ""),
        (with_figures(Figure(15, 200), Figure(1000)), "fact:objected"),
        (with_figures(Figure(4, 200), Figure(1051)), "fact:values@basic"),
        (with_figures(Figure(0, 200), Figure(10)), ""),
        (with_figures(None, Figure(1000)), ""),
    ],
)
def test_growth_counts_against_the_whole_or_against_itself(now: Assessment, reason: str) -> None:
    found = held(now)
    assert found.reasons == ((reason,) if reason else ())
    assert found.standing is (Standing.REOPENED if reason else Standing.MOVED)
    assert found.changes


def test_a_fact_that_was_not_measured_before_opens_it_again() -> None:
    now = replace(FILED, measures=(*FILED.measures, Measure("doubt", "", Figure(1), None, Origin.LINK)))
    assert held(now).reasons == ("fact:doubt",)
    nothing = replace(FILED, measures=(*FILED.measures, Measure("doubt", "", Figure(0), None, Origin.LINK)))
    assert held(nothing).standing is Standing.MOVED


def test_a_risk_that_is_new_or_rises_on_either_side_opens_it_again() -> None:
    (leak,) = FILED.risks
    worse = replace(leak, scores=(replace(leak.scores[0], before=Score(4, 4, 4, ())),))
    less_treated = replace(leak, scores=(replace(leak.scores[0], after=Score(2, 2, 2, ())),))
    better = replace(leak, scores=(replace(leak.scores[0], before=Score(1, 1, 1, ()), after=Score(0, 0, 0, ())),))
    assert held(replace(FILED, risks=(worse,))).reasons == ("risk:leak@basic",)
    assert held(replace(FILED, risks=(less_treated,))).reasons == ("risk:leak@basic",)
    assert held(replace(FILED, risks=(*FILED.risks, replace(leak, where="device")))).reasons == ("risk:leak@device",)
    assert held(replace(FILED, risks=(better,))).reasons == ()


def test_other_scales_and_new_warnings_open_it_again() -> None:
    now = replace(
        FILED, basis=replace(FILED.basis, catalogue="e"), warnings=(EarlyWarning("objected", 5, 9, None, True),)
    )
    assert held(now).reasons == ("catalogue", "warning:objected")
    known = replace(FILED, warnings=now.warnings)
    assert drift(known, replace(now, basis=FILED.basis), tolerance_percent=5).reasons == ()

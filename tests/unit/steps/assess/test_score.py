"""Scores come from the facts they name, by rules that can be worked out on paper."""

from hypothesis import given
from hypothesis import strategies as st

from bequest.model.assessment import COMPANY, Dimension, Figure, Measure, Origin, Risk
from bequest.steps.assess.catalogue import catalogue
from bequest.steps.assess.score import early_warnings, heat_map, number_of, score_risks

RULES = catalogue()


def fact(name: str, n: int | None, of: int = 0, where: str = "", *, left: int | None = None) -> Measure:
    before = None if n is None else Figure(n, of)
    return Measure(name, where, before, None if left is None else Figure(left, of), Origin.PLAN)


def risk(kind: str, *facts: Measure, planned: bool = False, where: str = "") -> Risk | None:
    made = score_risks(RULES, facts, planned=planned)
    return next((r for r in made if r.kind == kind and r.where == where), None)


def score(r: Risk | None, dimension: Dimension) -> tuple[int, int, int]:
    assert r is not None
    s = next(s for s in r.scores if s.dimension is dimension)
    return s.before.likelihood, s.before.impact, s.before.level


def test_a_risk_is_worked_out_from_its_facts() -> None:
    # will_ignored: likelihood objected share*2 and once; 8 of 383 are 21 per mille: levels 1 and 2, mean 4/3 → 1
    found = risk("will_ignored", fact("objected", 8, 383))
    assert score(found, Dimension.DECISION) == (1, 2, 1)
    assert score(found, Dimension.MARKET) == (1, 1, 1)
    # 600 of 1000: share 4 twice, once 3: mean 11/3 → 4; freedom to decide: once alone, 3
    found = risk("will_ignored", fact("objected", 600, 1000))
    assert score(found, Dimension.DECISION) == (4, 3, 4)


def test_an_axis_is_at_least_one_below_its_worst_fact() -> None:
    # not_told: likelihood unreachable share*2 (level 1), not_told share (level 4): mean 2, worst 4 → 3
    found = risk("not_told", fact("unreachable", 1, 1000), fact("not_told", 1000, 1000), fact("persons", 10))
    likelihood, impact, _ = score(found, Dimension.LEGAL)
    assert likelihood == 3
    assert impact == 3  # not_told 4, persons 1 twice: mean 2, worst 4


def test_no_driver_no_risk() -> None:
    assert risk("will_ignored", fact("objected", 0, 383)) is None
    assert risk("will_ignored") is None


def test_what_was_not_measured_counts_as_high_and_is_said() -> None:
    found = risk("will_ignored", fact("objected", None, 383))
    assert found is not None
    assert all(s.before.unknown for s in found.scores)
    assert score(found, Dimension.MARKET) == (3, 3, 3)


def test_a_driver_that_the_plan_takes_away_leaves_nothing() -> None:
    gone = risk("will_ignored", fact("objected", 600, 1000, left=0), planned=True)
    some = risk("will_ignored", fact("objected", 600, 1000, left=300), planned=True)
    assert gone is not None
    assert some is not None
    assert (gone.before, gone.after) == (4, 0)
    assert some.after == 3


def test_without_a_plan_nothing_is_left_to_say() -> None:
    found = risk("will_ignored", fact("objected", 600, 1000))
    assert found is not None
    assert found.after is None
    assert all(s.after is None for s in found.scores)


def test_a_score_names_the_facts_that_made_it_the_heaviest_first() -> None:
    found = risk("not_told", fact("unreachable", 0, 1000), fact("not_told", 1000, 1000), fact("persons", 5000))
    assert found is not None
    legal = next(s.before for s in found.scores if s.dimension is Dimension.LEGAL)
    assert legal.facts == ("not_told", "persons")  # unreachable is nobody: it made nothing


def test_a_class_of_data_reads_its_own_facts_and_those_of_the_case() -> None:
    found = risk(
        "leak",
        fact("values", 10, where="health"),
        fact("persons_of", 5, where="health"),
        fact("sensitive", 10, 10, where="health"),
        fact("sensitive", 0, 10, where="basic"),
        fact("systems", 3),
        where="health",
    )
    assert found is not None
    named = {f for s in found.scores for f in s.before.facts}
    assert named == {"persons_of@health", "sensitive@health", "systems"}


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_more_of_the_driver_never_scores_less(a: int, b: int) -> None:
    low, high = sorted((a, b))
    one, two = (risk("will_ignored", fact("objected", n, 1000)) for n in (low, high))
    assert (one.before if one else 0) <= (two.before if two else 0)


def test_the_heat_map_shows_the_highest_level_and_leaves_out_what_no_risk_speaks_of() -> None:
    facts = [
        fact("values", 10, where="health", left=0),
        fact("persons_of", 5, where="health", left=0),
        fact("sensitive", 10, 10, where="health", left=0),
        fact("objected", 600, 1000, left=300),
    ]
    risks = score_risks(RULES, facts, planned=True)
    cells = heat_map(RULES, risks, COMPANY)
    assert set(cells) == {"", "health"}
    assert Dimension.MARKET not in cells["health"]
    for d, (before, after) in cells[""].items():
        over = [s for r in risks for s in r.scores if s.dimension is d]
        assert before == max(s.before.level for s in over)
        assert after == max(s.after.level for s in over if s.after)


def test_shares_are_rounded_up_so_that_somebody_is_never_nobody() -> None:
    assert number_of(RULES, "objected", Figure(1, 1_000_000)) == 1
    assert number_of(RULES, "objected", Figure(0, 1_000_000)) == 0
    assert number_of(RULES, "persons", Figure(7)) == 7


def test_a_warning_names_its_threshold_and_whether_it_was_crossed_since() -> None:
    was = [fact("unreachable", 99, 1000)]
    now = [fact("unreachable", 100, 1000)]
    (first,) = early_warnings(RULES, now, [])
    assert (first.measure, first.threshold, first.at, first.crossed) == ("unreachable", 100, 100, False)
    (crossed,) = early_warnings(RULES, now, was)
    assert (crossed.was, crossed.crossed) == (99, True)
    (still,) = early_warnings(RULES, now, now)
    assert not still.crossed
    assert early_warnings(RULES, was, now) == ()


def test_a_warning_may_look_at_what_the_plan_leaves_and_at_one_class_only() -> None:
    kept = fact("duty_broken", 500, where="basic", left=0)
    broken = fact("duty_broken", 500, where="basic", left=3)
    assert early_warnings(RULES, [kept], []) == ()
    assert [w.at for w in early_warnings(RULES, [broken], [])] == [3]
    hashed, clear = (fact("readable", n, 100, where="credential") for n in (0, 1))
    elsewhere = fact("readable", 100, 100, where="basic")
    assert [w.measure for w in early_warnings(RULES, [hashed, elsewhere], [])] == []
    assert [w.measure for w in early_warnings(RULES, [clear], [])] == ["readable@credential"]

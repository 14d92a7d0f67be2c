"""The register follows each risk under its id from run to run."""

from datetime import date

from bequest.model.assessment import Dimension, DimensionScore, Entry, Risk, RiskState, Score
from bequest.steps.assess.catalogue import catalogue
from bequest.steps.assess.register import follow, state_of

RULES = catalogue()
DAY = date(2026, 11, 2)
OPEN, TREATED, CLOSED = RiskState.OPEN, RiskState.TREATED, RiskState.CLOSED


def risk(kind: str, before: int, after: int | None, where: str = "") -> Risk:
    left = None if after is None else Score(1, 1, after, ())
    return Risk(kind, where, (DimensionScore(Dimension.LEGAL, Score(1, 1, before, ()), left),))


def run(entries: tuple[Entry, ...], number: int, *risks: Risk, done: tuple[str, ...] = ()) -> tuple[Entry, ...]:
    return follow(RULES, entries, risks, run=number, on=DAY, done=done)


def test_open_treated_closed() -> None:
    entries = run((), 1, risk("leak", 4, None, "basic"))
    assert [(e.id, e.state) for e in entries] == [("leak@basic", OPEN)]
    entries = run(entries, 2, risk("leak", 4, 2, "basic"), done=("plan",))
    assert entries[0].state is TREATED
    entries = run(entries, 3, risk("leak", 4, 2, "basic"), done=("plan", "destroy"))
    assert [t.state for t in entries[0].turns] == [OPEN, TREATED, CLOSED]
    assert entries[0].opened_on == DAY


def test_what_the_plan_does_not_bring_down_stays_open_even_when_it_is_carried_out() -> None:
    assert state_of(RULES, risk("leak", 4, RULES.accept + 1, "basic"), {"destroy"}) is OPEN
    assert state_of(RULES, risk("leak", 4, RULES.accept, "basic"), {"destroy"}) is CLOSED


def test_a_risk_without_a_step_closes_only_when_its_cause_is_gone() -> None:
    assert RULES.kinds["copies_left"].done_by == ""
    entries = run((), 1, risk("copies_left", 2, 2), done=("plan", "destroy"))
    assert entries[0].state is TREATED
    entries = run(entries, 2, done=("plan", "destroy"))
    assert (entries[0].state, entries[0].turns[-1].before) == (CLOSED, 0)


def test_a_risk_that_comes_back_is_open_again_under_its_id() -> None:
    entries = run((), 1, risk("unfair", 3, None))
    entries = run(entries, 2)
    entries = run(entries, 3, risk("unfair", 3, 3))
    assert [(e.id, [t.state for t in e.turns]) for e in entries] == [("unfair", [OPEN, CLOSED, OPEN])]


def test_a_run_that_changes_nothing_adds_no_turn() -> None:
    first = run((), 1, risk("leak", 4, 2, "basic"), done=("plan",))
    again = run(first, 2, risk("leak", 4, 2, "basic"), done=("plan",))
    assert again == first


def test_known_risks_keep_their_place_and_new_ones_follow() -> None:
    entries = run((), 1, risk("leak", 4, None, "basic"), risk("unfair", 1, None))
    entries = run(entries, 2, risk("children", 2, None), risk("unfair", 1, None))
    assert [e.id for e in entries] == ["leak@basic", "unfair", "children"]

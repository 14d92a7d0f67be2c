"""Every law case of every pack gets the answer it expects."""

import pytest

from bequest.law.cases import LawCase, differences, run_case
from bequest.law.loader import load_cases, load_pack
from bequest.model.case import Event

PACK = load_pack("cn")
CASES = load_cases(PACK)


@pytest.mark.parametrize("case", CASES, ids=[f"{c.place}: {c.en}" for c in CASES])
def test_the_law_answers_as_the_case_expects(case: LawCase) -> None:
    assert differences(case, run_case(PACK, case)) == ()


def test_the_names_of_cases_are_unique_in_both_languages() -> None:
    assert len({c.en for c in CASES}) == len({c.zh for c in CASES}) == len(CASES)


def test_every_line_of_the_outcome_table_has_a_case() -> None:
    gate_of = {r.id: r.gate for r in PACK.rules}
    line_of = {g.id: g.line for g in PACK.gates}
    lines = {line_of[gate_of[run_case(PACK, c).reasons[0].rule]] for c in CASES}
    assert lines >= {str(n) for n in range(16)}


@pytest.mark.parametrize("event", sorted(PACK.events))
def test_each_event_has_at_least_six_cases_and_one_at_a_date_that_matters(event: Event) -> None:
    mine = [c for c in CASES if c.event is event]
    assert len(mine) >= 6
    assert any(c.on.year < 2026 for c in mine) or event is Event.E2

"""`law diff`: what two days, or two versions of a pack, have different."""

from dataclasses import replace
from datetime import date

import pytest

from bequest.kernel.errors import LawError
from bequest.law.differ import Kind, law_diff
from bequest.law.loader import load_cases, load_pack

PACK = load_pack("cn")
CASES = load_cases(PACK)


def found(before: str, after: str, **more: object) -> dict[tuple[str, str], tuple[str, str]]:
    changes = law_diff(PACK, date.fromisoformat(before), date.fromisoformat(after), **more)  # type: ignore[arg-type]
    return {(c.kind.value, c.id): (c.before, c.after) for c in changes}


def test_the_same_day_differs_in_nothing() -> None:
    assert found("2026-11-21", "2026-11-21", cases=CASES) == {}


DAYS = {
    "the duty to keep logs gets another number": ("2025-12-31", "2026-01-01", "citation", "CSL-23", "CSL-21", "CSL-23"),
    "the express regulations are renumbered": ("2025-05-31", "2025-06-01", "citation", "EXP-35", "EXP-34", "EXP-35"),
    "money-laundering records get ten years": (
        "2024-12-31", "2025-01-01", "parameter", "cn.aml.record_years", "5 year", "10 year",
    ),
    "the measures for small processors begin": (
        "2026-08-31", "2026-09-01", "instrument", "SMALL", "", "in force (Small Processor Measures)",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "kind", "name", "was", "now"), DAYS.values(), ids=DAYS)
def test_the_day_on_which_law_changes(before: str, after: str, kind: str, name: str, was: str, now: str) -> None:
    assert found(before, after)[kind, name] == (was, now)


def test_an_outcome_that_changes_with_the_day_is_named_with_its_case() -> None:
    changes = [c for c in law_diff(PACK, date(2021, 10, 31), date(2021, 11, 1), cases=CASES) if c.kind is Kind.OUTCOME]
    assert len(changes) > 200
    assert {c.before for c in changes} == {""}
    assert all(c.articles for c in changes)


def test_a_newer_pack_on_the_same_day_shows_its_number() -> None:
    name = "cn.pipl.child_age"
    old = PACK.parameters[name]
    newer = replace(old, values=(replace(old.values[0], value=16),))
    pack = replace(PACK, parameters={**PACK.parameters, name: newer})
    assert found("2026-11-21", "2026-11-21", newer=pack) == {("parameter", name): ("14 age", "16 age")}


def test_packs_of_two_jurisdictions_are_not_compared() -> None:
    with pytest.raises(LawError, match="cannot be compared"):
        law_diff(PACK, PACK.as_of, PACK.as_of, newer=replace(PACK, jurisdiction="eu"))

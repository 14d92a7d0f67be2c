from datetime import date

import pytest

from bequest.kernel.errors import LawError
from bequest.law.evaluate import params_on
from bequest.law.loader import load_pack
from bequest.law.params import DatedValue, Parameter, Params, Verification
from bequest.model.disposition import ReasonStatus

PACK = load_pack("cn")
TODAY = params_on(PACK, date(2026, 12, 31))


def parameter(*values: tuple[str, int | None]) -> Params:
    dated = tuple(DatedValue(date.fromisoformat(d), v, "PIPL-1", ReasonStatus.VERIFIED) for d, v in values)
    p = Parameter("cn.x.days", "天", "days", "day", dated, Verification(date(2026, 1, 1), "a", "b"))
    return lambda on: Params(date.fromisoformat(on), {p.name: p})  # type: ignore[return-value]


def test_a_value_with_its_citation_and_unit() -> None:
    assert TODAY.value("cn.pipl.child_age") == 14
    assert TODAY.citation("cn.pipl.child_age") == "PIPL-31"
    assert TODAY.unit("cn.csl.log_months") == "month"
    assert TODAY.held("cn.pipl.objection_window_days").status is ReasonStatus.OURS


HISTORY = {
    "before the first value": ("2020-12-31", None),
    "on the day it takes effect": ("2021-01-01", 10),
    "the day before a change": ("2022-05-31", 10),
    "on the day of a change": ("2022-06-01", 20),
    "after its repeal": ("2024-01-01", None),
}


@pytest.mark.parametrize(("on", "expected"), HISTORY.values(), ids=HISTORY)
def test_the_value_is_that_of_the_day(on: str, expected: int | None) -> None:
    at = parameter(("2021-01-01", 10), ("2022-06-01", 20), ("2023-01-01", None))
    params = at(on)  # type: ignore[operator]
    assert params.holds("cn.x.days") is (expected is not None)
    if expected is None:
        with pytest.raises(LawError, match="has no value on"):
            params.value("cn.x.days")
    else:
        assert params.number("cn.x.days") == expected


NEAR = {
    "cn.pipl.child_ages": "cn.pipl.child_age",
    "cn.kids.child_age": "cn.pipl.child_age",
    "cn.tax.invoice_year": "cn.tax.invoice_years",
}


@pytest.mark.parametrize(("wrong", "near"), NEAR.items(), ids=NEAR)
def test_an_unknown_name_is_refused_and_near_ones_named(wrong: str, near: str) -> None:
    with pytest.raises(LawError) as error:
        TODAY.value(wrong)
    assert near in error.value.hint


def test_a_name_like_no_other_gets_a_hint_where_to_look() -> None:
    with pytest.raises(LawError) as error:
        TODAY.value("qqqqqqqqqqqq")
    assert "params" in error.value.hint


def test_a_value_of_another_kind_is_refused() -> None:
    with pytest.raises(LawError, match="not a switch"):
        TODAY.flag("cn.pipl.child_age")
    with pytest.raises(LawError, match="not a whole number"):
        TODAY.number("cn.pipl.treat_id_number_as_sensitive")
    with pytest.raises(LawError, match="not text"):
        TODAY.text("cn.pipl.child_age")
    assert TODAY.text("cn.calendar.timezone") == "Asia/Shanghai"


def test_texts_are_filled_with_the_numbers_of_the_day() -> None:
    assert TODAY.fill("kept {cn.tax.invoice_years} years") == "kept 10 years"
    with pytest.raises(LawError):
        TODAY.fill("kept {cn.tax.no_such} years")


def test_names_are_sorted_and_only_those_in_force() -> None:
    early = params_on(PACK, date(2022, 1, 1))
    assert list(early.names()) == sorted(early.names())
    assert "cn.small.threshold_persons" not in early.names()
    assert "cn.small.threshold_persons" in TODAY.names()

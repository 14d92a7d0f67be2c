"""Strictest wins, whatever the order."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from bequest.engine.strictest import strictest_horizontal, strictest_per_subject
from bequest.model.facts import FACT_VALUES, STRICTNESS, Fact


@given(st.lists(st.sampled_from([*FACT_VALUES[Fact.OBJECTION], None]), min_size=1, max_size=6))
def test_merging_never_loses_an_objection(values: list[str | None]) -> None:
    frame = pl.DataFrame({"subject": [0] * len(values), "value": pl.Series(values, dtype=pl.Utf8)})
    code = strictest_per_subject(Fact.OBJECTION, frame, 1, "none")[0]
    assert (FACT_VALUES[Fact.OBJECTION][code] == "objected") == ("objected" in values)


@given(st.lists(st.sampled_from(FACT_VALUES[Fact.GUARDIAN_CONSENT]), min_size=1, max_size=5), st.randoms())
def test_merging_does_not_depend_on_the_order(values: list[str], random: object) -> None:
    shuffled = sorted(values, key=lambda _: random.random())  # type: ignore[attr-defined]
    codes = [
        strictest_per_subject(
            Fact.GUARDIAN_CONSENT, pl.DataFrame({"subject": [0] * len(v), "value": v}), 1, "not_needed"
        )[0]
        for v in (values, shuffled)
    ]
    assert codes[0] == codes[1]
    strictest = min(values, key=STRICTNESS[Fact.GUARDIAN_CONSENT].index)
    assert FACT_VALUES[Fact.GUARDIAN_CONSENT][codes[0]] == strictest


def test_two_bindings_of_one_fact_in_a_row_keep_the_strictest() -> None:
    a, b = pl.Series(["active", "closed", None]), pl.Series(["closed", None, None], dtype=pl.Utf8)
    assert strictest_horizontal(Fact.ACCOUNT, [a, b]).to_list() == ["closed", "closed", None]

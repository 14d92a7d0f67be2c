"""Re-identification: who is alone among those delivered, and among all who might be meant."""

import numpy as np
import polars as pl
import pytest

from bequest.model.assessment import Figure
from bequest.steps.assess.reidentify import Exposure, Shown, exposure, exposure_measures, worst


def shown(found: list[str], population: list[str], given: list[int], named: list[int] | None = None) -> Shown:
    return Shown(
        table="crm.customers",
        found=pl.DataFrame({"q": found}),
        population=pl.DataFrame({"q": population}),
        given=np.array(given, dtype=np.bool_),
        named=np.array(named or [0] * len(given), dtype=np.bool_),
    )


def test_coarser_values_lower_the_risk_and_the_population_hides() -> None:
    # as found four different cities; delivered as provinces, of five rows three go
    e = exposure(shown(["a1", "a2", "b1"], ["A", "A", "B", "B", "B"], [1, 1, 1, 0, 0]))
    assert e is not None
    assert (e.k, e.unique, e.rows) == (1, 3, 3)
    assert (e.k_after, e.unique_after, e.rows_after) == (1, 1, 3)  # the single B of the delivery
    assert e.risks.prosecutor_max == 1.0
    assert e.risks_after.prosecutor_max == 1.0
    assert e.risks_after.journalist_max == 0.5  # three B could be meant; two A
    facts = {m.id: (m.before, m.after) for m in exposure_measures("lot", {"t": e}, planned=True)}
    assert facts["journalist"] == (Figure(1000, 1000), Figure(500, 1000))
    assert facts["unique"] == (Figure(3, 3), Figure(1, 3))
    assert facts["unnamed"] == (Figure(3, 3), Figure(3, 3))


def test_only_rows_that_nothing_names_can_be_re_identified() -> None:
    e = exposure(shown(["a", "b", "c"], ["a", "b", "c"], [1, 1, 0], [1, 0, 0]))
    assert e is not None
    assert e.unnamed == 1


def test_nothing_delivered_nothing_measured() -> None:
    assert exposure(shown(["a"], ["a"], [0])) is None
    nothing = Shown("t", pl.DataFrame({"q": ["a"]}), pl.DataFrame(), np.ones(1, np.bool_), np.zeros(1, np.bool_))
    assert exposure(nothing) is None


def test_a_lot_is_judged_by_its_worst_table() -> None:
    safe = exposure(shown(["a"] * 4, ["a"] * 4, [1] * 4))
    bare = exposure(shown(["a", "b"], ["a", "b"], [1, 1]))
    assert safe is not None
    assert bare is not None
    assert worst({"safe": safe, "bare": bare}) is bare
    assert worst({}) is None


def test_without_a_plan_nothing_is_said_of_the_delivery() -> None:
    e = exposure(shown(["a"], ["a"], [1]))
    assert e is not None
    assert all(m.after is None for m in exposure_measures("lot", {"t": e}, planned=False))


def test_l_and_t_are_of_the_sensitive_values_as_found_and_as_delivered() -> None:
    e = exposure(
        Shown(
            table="clinic.visits",
            found=pl.DataFrame({"q": ["a1", "a2", "b1", "b2"]}),
            population=pl.DataFrame({"q": ["A", "A", "B", "B", "B"]}),
            given=np.array([1, 1, 1, 1, 0], dtype=np.bool_),
            named=np.zeros(5, np.bool_),
            sensitive_found=pl.DataFrame({"s": ["flu", "gout", "flu", "flu"]}),
            sensitive=pl.DataFrame({"s": ["flu", "gout", "flu", "flu", "mumps"]}),
        )
    )
    assert e is not None
    # as found everybody is a class of one; delivered, A holds two diseases and B one
    assert e.diversity is not None
    assert e.diversity_after is not None
    assert (e.diversity.l, e.diversity_after.l) == (1, 1)
    assert e.diversity.t == pytest.approx(0.75)  # the one with gout against a quarter of all rows
    assert e.diversity_after.t == pytest.approx(0.25)  # A: half gout; B: all flu against three quarters
    facts = {m.id: (m.before, m.after) for m in exposure_measures("lot", {"t": e}, planned=True)}
    assert facts["distinct_sensitive"] == (Figure(1), Figure(1))
    assert facts["sensitive_distance"] == (Figure(750, 1000), Figure(250, 1000))


def test_several_sensitive_columns_count_by_the_worst_of_them() -> None:
    frame = pl.DataFrame({"even": ["x", "y", "x", "y"], "told": ["u", "u", "v", "v"]})
    q = pl.DataFrame({"q": ["A", "A", "B", "B"]})
    e = exposure(Shown("t", q, q, np.ones(4, np.bool_), np.zeros(4, np.bool_), frame, frame))
    assert e is not None
    assert e.diversity_after is not None
    assert (e.diversity_after.l, e.diversity_after.t) == (1, 0.5)
    assert e.sensitive == ("even", "told")


def test_nothing_is_said_of_l_and_t_where_no_sensitive_column_is_delivered() -> None:
    e = exposure(shown(["a"], ["a"], [1]))
    assert e is not None
    assert not {"distinct_sensitive", "sensitive_distance"} & {
        m.id for m in exposure_measures("lot", {"t": e}, planned=True)
    }


def diverse(name: str, q: list[str], ill: list[str | None]) -> Exposure:
    frame, told = pl.DataFrame({"q": q}), pl.DataFrame({"ill": ill}, schema={"ill": pl.String})
    n = len(q)
    e = exposure(Shown(name, frame, frame, np.ones(n, np.bool_), np.zeros(n, np.bool_), told, told))
    assert e is not None
    return e


def test_l_and_t_are_the_worst_of_all_tables_though_another_recognises_people_best() -> None:
    bare = exposure(shown(["a", "b"], ["a", "b"], [1, 1]))  # everybody alone, nothing sensitive
    assert bare is not None
    rich = diverse("rich", ["x"] * 3, ["flu", "gout", "mumps"])
    poor = diverse("poor", ["x"] * 4 + ["y"] * 4, ["flu"] * 4 + ["flu", "flu", "gout", "gout"])
    for tables in ({"bare": bare, "rich": rich, "poor": poor}, {"poor": poor, "rich": rich}):
        facts = {m.id: (m.before, m.after) for m in exposure_measures("lot", tables, planned=True)}
        assert facts["distinct_sensitive"] == (Figure(1), Figure(1))
        assert facts["sensitive_distance"] == (Figure(250, 1000), Figure(250, 1000))
    assert worst({"bare": bare, "rich": rich, "poor": poor}) is bare
    assert worst({"poor": poor, "rich": rich}) is rich
    assert exposure_measures("lot", {}, planned=True) == ()


def test_that_nothing_is_written_is_no_value_that_hides_anybody() -> None:
    gaps = diverse("t", ["x"] * 3 + ["y"] * 3, ["flu", None, " ", "flu", "gout", "mumps"])
    assert gaps.diversity_after is not None
    assert gaps.diversity_after.l == 1
    assert gaps.diversity_after.t == pytest.approx(1 / 3)  # of x two thirds have none, of all a third

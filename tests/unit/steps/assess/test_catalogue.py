"""The catalogue of risks: whole, and refused where it names something that does not exist."""

import copy
import tomllib
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

from bequest.kernel.errors import InputError
from bequest.model.assessment import COMPANY, RIGHTS, Extent
from bequest.model.datamap import FieldClass
from bequest.steps.assess.catalogue import CHILDREN, LEVELS, catalogue, read_catalogue

Documents = dict[str, Any]
FOLDER = files("bequest.steps.assess.catalogue")
NAMES = ("groups", "scales", "measures", "risks")


def documents() -> Documents:
    return {n: tomllib.loads((FOLDER / f"{n}.toml").read_text(encoding="utf-8")) for n in NAMES}


def test_every_dimension_is_hurt_by_some_risk_and_every_class_has_its_group() -> None:
    rules = catalogue()
    hurt = {d for k in rules.kinds.values() for d in k.impact}
    assert hurt == {*COMPANY, *RIGHTS}
    assert {rules.group_of(cls) for cls in FieldClass} == {g.id for g in rules.groups} - {CHILDREN}


def test_every_number_says_where_it_is_from() -> None:
    rules = catalogue()
    for said in (*rules.scales.values(), *rules.groups, *rules.thresholds):
        assert said.source.strip()
    assert rules.matrix_source


def test_every_fact_is_read_by_some_risk_or_shown_for_what_it_is() -> None:
    """A fact that drives nothing is a description of the case; the list can only be changed on purpose."""
    rules = catalogue()
    read = {d.measure for k in rules.kinds.values() for ds in (k.likelihood, *k.impact.values()) for d in ds}
    read |= {m for k in rules.kinds.values() for m in k.present}
    assert (
        set(rules.measures) - read
        == {
            *("values", "records", "named", "smallest_class", "journalist", "whole_values"),
            *("distinct_sensitive", "sensitive_distance"),
        }
        - read
    )


def test_levels_count_the_number_itself_in() -> None:
    scale = catalogue().scales["share"]
    assert [scale.level(n) for n in (0, 1, 49, 50, 199, 200, 499, 500, 1000)] == [0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_the_matrix_never_falls_as_likelihood_or_impact_rise() -> None:
    rules = catalogue()
    levels = range(1, LEVELS + 1)
    for a in levels:
        for b in levels:
            assert rules.level(a, b) <= rules.level(min(a + 1, LEVELS), b)
            assert rules.level(a, b) <= rules.level(a, min(b + 1, LEVELS))
    assert rules.level(0, 4) == rules.level(4, 0) == 0


def slip_fact(d: Documents) -> None:
    d["risks"]["risk"][0]["likelihood"][0] = "nothing/share"


def slip_scale(d: Documents) -> None:
    d["risks"]["risk"][0]["likelihood"][0] = "readable/nothing"


def slip_no_scale(d: Documents) -> None:
    d["risks"]["risk"][0]["likelihood"][0] = "readable"


def slip_share(d: Documents) -> None:
    d["risks"]["risk"][0]["likelihood"][0] = "values/share"


def slip_present(d: Documents) -> None:
    d["risks"]["risk"][0]["present"] = "nothing"


def slip_extent(d: Documents) -> None:
    case_risk = next(r for r in d["risks"]["risk"] if r["extent"] == "case")
    case_risk["likelihood"] = ["readable/share"]


def slip_dimension(d: Documents) -> None:
    d["risks"]["risk"][0]["impact"]["luck"] = ["readable/share"]


def slip_origin(d: Documents) -> None:
    d["risks"]["risk"][0]["origin"] = "elsewhere"


def slip_weight(d: Documents) -> None:
    d["risks"]["risk"][0]["likelihood"][0] = "readable/share*0"


def slip_class(d: Documents) -> None:
    d["groups"]["group"][0]["classes"].append("health")


def slip_lost_class(d: Documents) -> None:
    d["groups"]["group"][0]["classes"].remove("phone")


def slip_falling(d: Documents) -> None:
    d["scales"]["scale"][0]["at"] = [10, 5, 20, 30]


def slip_matrix(d: Documents) -> None:
    d["scales"]["matrix"]["rows"].pop()


def slip_warning(d: Documents) -> None:
    d["scales"]["warning"][0]["measure"] = "nothing"


def slip_side(d: Documents) -> None:
    d["scales"]["warning"][0]["side"] = "later"


SLIPS: dict[Callable[[Documents], None], str] = {
    slip_fact: "unknown fact 'nothing'",
    slip_scale: "unknown scale 'nothing'",
    slip_share: "is no share",
    slip_no_scale: "names no scale",
    slip_present: "unknown fact 'nothing'",
    slip_extent: "reads readable, which does not",
    slip_dimension: "luck",
    slip_origin: "elsewhere",
    slip_weight: "no weight",
    slip_class: "in two groups",
    slip_lost_class: "in no group",
    slip_falling: "rising",
    slip_matrix: "four by four",
    slip_warning: "unknown fact",
    slip_side: "later",
}


@pytest.mark.parametrize("slip", SLIPS, ids=lambda s: s.__name__)
def test_a_slip_in_the_catalogue_is_refused_by_name(slip: Callable[[Documents], None]) -> None:
    made = copy.deepcopy(documents())
    read_catalogue(made)
    slip(made)
    with pytest.raises(InputError, match=SLIPS[slip]):
        read_catalogue(made)


def test_every_risk_has_words_and_a_treatment_in_both_languages() -> None:
    for k in catalogue().kinds.values():
        assert all((k.zh, k.en, k.treat_zh, k.treat_en))
        assert k.extent in Extent

"""Costs against benefits, worked out by hand: what work costs, what loss is left, whom each way keeps."""

import copy
import tomllib
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest

from bequest.kernel.errors import InputError
from bequest.model.assessment import Figure, Measure, Origin
from bequest.steps.assess.catalogue import catalogue
from bequest.steps.assess.catalogue.costs import PLAN, Costs, costs, read_costs
from bequest.steps.assess.costs import CostLine, Work, weigh

RULES = catalogue()
OWN = {
    "notice": 1, "ask": 2, "transform": 100, "erase": 50, "keep": 10, "keep_years": 3, "hour_technique": 10,
    "hour_counsel": 100, "hour_training": 1, "damages_person": 50, "sanction": 100000, "records": 8000, "customer": 10,
    "agree": 400, "leave_as_is": 100, "leave_asked": 0, "leave_told": 50, "chance_3": 50,
}  # fmt: skip
HOURS = {
    "as_is": {"technique": 1, "counsel": 1, "training": 1},
    "delete": {"technique": 3, "counsel": 2, "training": 0},
}


def mine() -> Costs:
    return costs().with_own({**OWN, "hours": HOURS})


def measure(name: str, n: int, of: int = 0, *, where: str = "basic", after: Figure | None = None) -> Measure:
    return Measure(name, where, Figure(n, of), after, Origin.PLAN)


BASIC = (
    measure("values", 1000, after=Figure(100)), measure("persons_of", 100, after=Figure(10)),
    measure("no_ground", 300, 1000, after=Figure(0, 1000)), measure("unneeded", 200, 1000, after=Figure(20, 1000)),
    measure("persons", 100, where=""), measure("customers_lost", 60, 100, where="", after=Figure(20, 100)),
)  # fmt: skip


def ways(
    measures: tuple[Measure, ...] = BASIC,
    plan: dict[str, Work] | None = None,
    *,
    receiver: bool = True,
    goes_on: bool = True,
) -> dict[tuple[str, str], CostLine]:
    found = weigh(RULES, mine(), measures, plan, receiver=receiver, goes_on=goes_on)
    return {(x.group, x.option): x for x in found}


def test_work_is_paid_by_the_piece_and_by_the_hour() -> None:
    found = ways()
    delete = found["basic", "delete"]
    assert delete.handling == 1 * 100 + 50  # everybody is told; a thousand values erased
    assert delete.people == {"technique": 30, "counsel": 200, "training": 0}
    assert delete.cost == 380
    assert found["basic", "custody"].handling == 1 * 100 + 10 * 3
    assert found["basic", "ask"].handling == (1 + 2) * 100 + 50
    assert found["basic", "anonymise"].handling == 1 * 100 + 100


def test_expected_loss_is_the_chance_of_each_risk_times_what_it_costs() -> None:
    found = ways()
    # 300 and 200 of 1,000 values: both likely to level 3, 5 %; 30 of 100 persons are behind the 300 values
    ground, need = Decimal("0.05") * (50 * 30 + 100000), Decimal("0.05") * 100000
    assert found["basic", "as_is"].loss == ground + need
    assert found["basic", "masked"].loss == ground + need  # masking makes up for no ground and for no need
    assert found["basic", "custody"].loss == need
    assert found["basic", "delete"].loss == 0
    assert found["basic", "delete"].avoided == ground + need
    assert found["basic", "delete"].net == ground + need - 380


def test_customers_kept_are_those_given_who_stay_and_unlawful_gains_do_not_count() -> None:
    found = ways()
    as_is = found["basic", "as_is"]
    assert (as_is.kept, as_is.persons) == (90, 100)
    assert as_is.margin == 10 * 90 * Decimal("0.7")
    assert (found["basic", "ask"].kept, found["basic", "ask"].margin) == (40, 400)
    assert (found["basic", "delete"].kept, found["basic", "delete"].margin) == (0, 0)
    assert as_is.exposed == 300
    assert found["basic", "ask"].exposed == 80  # of those who agree, what nobody needs


def test_the_plan_is_weighed_by_what_it_leaves_and_does() -> None:
    work = Work(*map(Decimal, ("0.5", "0.1", "0.2", "0.3", "0.05")), ways=("as_is", "delete"))
    plan = ways(plan={"basic": work})["basic", PLAN]
    assert plan.handling == 100 + Decimal("0.1") * 2 * 100 + (
        Decimal("0.2") * 100 + Decimal("0.3") * 50 + Decimal("0.05") * 30
    )
    assert plan.people == {"technique": (1 + 3) * 10, "counsel": 2 * 100, "training": 1}
    assert plan.kept == 47  # half of 100, of whom one in twenty leaves
    assert plan.exposed == 20
    assert ways(plan={"basic": work})["", PLAN].kept == 76  # by persons of whom something passes: 80
    assert PLAN not in {option for _, option in ways()}


def test_rows_add_up_to_the_case_and_nobody_is_counted_twice() -> None:
    device = tuple(measure(m.id, m.before.n * 3, m.before.of * 3, where="device") for m in BASIC[:4] if m.before)
    children = (measure("values", 50, where="children"), measure("persons_of", 5, where="children"))
    found = ways((*BASIC, *device, *children))
    assert {group for group, _ in found} == {"", "basic", "device"}
    for option in ("as_is", "masked", "ask", "anonymise", "delete", "custody"):
        whole, rows = found["", option], [found[g, option] for g in ("basic", "device")]
        assert whole.cost == sum(x.cost for x in rows)
        assert whole.loss == sum(x.loss for x in rows)
        assert whole.net == sum(x.net for x in rows)
        assert whole.persons == 100
    assert found["", "delete"].handling == 100 + 50 + 3 * 50  # everybody is told once
    as_is = [found[g, "as_is"] for g in ("basic", "device")]
    once = [Decimal("0.05") * 100000 * 2 * part for part in (Decimal("0.25"), Decimal("0.75"))]
    assert [x.loss for x in as_is] == [one + Decimal("0.05") * 50 * n for one, n in zip(once, (30, 90), strict=True)]


def test_without_a_receiver_nothing_passes_and_without_a_business_nobody_is_kept() -> None:
    found = ways(receiver=False, goes_on=False)
    assert {option for _, option in found} == {"as_is", "anonymise", "delete", "custody"}
    assert {x.kept for x in found.values()} == {0}
    assert {x.margin for x in found.values()} == {0}


def test_a_case_without_data_about_people_has_no_rows() -> None:
    assert ways((measure("persons", 0, where=""),)) == {}


def test_own_numbers_take_the_place_of_ours_and_are_marked() -> None:
    ours = costs()
    same = ours.with_own({v.id: str(v.number) for v in ours.values.values()})
    assert same == ours
    changed = ours.with_own({"notice": "0.10", "hours": {"delete": {"technique": 9}}})
    assert [v.id for v in changed.values.values() if v.own] == ["notice"]
    assert changed.options[4].hours["technique"] == 9
    assert changed.options[4].hours["counsel"] == ours.options[4].hours["counsel"]


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"postage": 1}, "no unit cost 'postage'"),
        ({"notice": -1}, "no number from 0"),
        ({"agree": 1001}, "no number from 0 to 1000"),
        ({"notice": True}, "no number from 0"),
        ({"notice": "NaN"}, "no number from 0"),
        ({"notice": "viel"}, "no number from 0"),
        ({"hours": {"plan": {}}}, "no option 'plan'"),
        ({"hours": {"burn": {}}}, "no option 'burn'"),
        ({"hours": {"delete": {"prayer": 1}}}, "no kind of work 'prayer'"),
        ({"hours": 3}, "by option and kind"),
    ],
)
def test_other_numbers_are_refused_by_name(own: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        costs().with_own(own)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("loss", 0, "risk"), "thunder", "unknown risk 'thunder'"),
        (("loss", 0, "once"), "luck", "unknown 'luck'"),
        (("option", 2, "given"), "hope", "unknown share 'hope'"),
        (("option", 1, "leaves", "values"), "notice", "unknown share 'notice'"),
        (("option", 1, "leaves", "weather"), 0, "unknown fact 'weather'"),
        (("value", 0, "unit"), "miles", "unknown unit 'miles'"),
        (("value", 0, "status"), "sure", "sure"),
    ],
)
def test_a_slip_in_the_table_is_refused_by_name(place: tuple[Any, ...], value: object, said: str) -> None:
    text = (files("bequest.steps.assess.catalogue") / "costs.toml").read_text(encoding="utf-8")
    document = copy.deepcopy(tomllib.loads(text))
    at: Any = document
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    with pytest.raises(InputError, match=said):
        read_costs(document, RULES)


def test_every_number_says_where_it_is_from_and_no_way_leaves_more_than_there_is() -> None:
    found = costs()
    assert all(v.source and v.source_zh for v in found.values.values())
    assert found.options[0].id == "as_is"
    assert found.options[-1].id == PLAN
    for o in found.options:
        assert all(0 <= found.share(s) <= 1000 for s in (*o.work.values(), *o.leaves.values()))

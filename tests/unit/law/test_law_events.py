"""Each event at a glance, what an objection does, whole stores, the crime meter."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bequest.kernel.errors import LawError
from bequest.law.crime import crime_meter
from bequest.law.evaluate import law_for
from bequest.law.events import event_overview, objection_rules, papers_of, store_rule
from bequest.law.loader import load_pack
from bequest.model.case import (
    ALL_STAYS,
    MOVES_NOTHING,
    RELEASES_NOTHING,
    TELLS_NOBODY,
    Event,
    LegalRoute,
    Lot,
    OnSilence,
    PaperKind,
    Role,
    SystemKind,
)
from bequest.model.datamap import FieldClass, Need
from bequest.model.disposition import Release, Residue
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole
from bequest.model.plan import FieldKind

PACK = load_pack("cn")
ON = date(2026, 12, 31)
any_facts = st.fixed_dictionaries({f: st.sampled_from(FACT_VALUES[f]) for f in Fact})
any_field = st.builds(FieldKind, st.sampled_from(FieldClass), st.booleans(), st.booleans(), st.sampled_from(Need))
any_class, any_role = st.sampled_from(RecordClass), st.sampled_from(RowRole)


def test_the_pack_answers_for_every_event() -> None:
    assert PACK.events == frozenset(Event)


@pytest.mark.parametrize("event", sorted(PACK.events))
def test_each_event_is_whole(event: Event) -> None:
    o = event_overview(PACK, event, on=ON)
    assert o.articles
    assert len(o.roles.roles) >= o.roles.min_persons >= 2
    assert bool(o.checklists) == (event not in TELLS_NOBODY)
    assert all(any(i.mandatory for i in items) for items in o.checklists.values())
    assert bool(o.objections) == bool(o.text.routes) == (event not in MOVES_NOTHING | RELEASES_NOTHING)
    assert bool(o.stores) == (event not in ALL_STAYS)
    assert o.duties


@pytest.mark.parametrize("event", sorted(RELEASES_NOTHING))
def test_a_company_that_ends_needs_a_date_and_somebody_who_stands_for_it(event: Event) -> None:
    o = event_overview(PACK, event, on=ON)
    assert o.text.dates == ("register_closes_on",)
    assert {p.role for p in o.papers} & {Role.LIQUIDATOR, Role.ADMINISTRATOR} & set(o.roles.roles)
    assert {"keeper", "what_is_deleted", "service_ends"} <= {i.id for i in o.checklists["ENDING"] if i.mandatory}


def test_the_papers_of_an_event() -> None:
    assert [p.kind for p in papers_of(PACK, Event.E8)] == [
        PaperKind.ADMINISTRATOR_APPOINTMENT,
        PaperKind.ESTATE_PLAN_APPROVAL,
    ]
    assert {p.kind for p in papers_of(PACK, Event.E11) if p.by == "cutover"} == {
        PaperKind.CARRIER_CONSENT,
        PaperKind.REAL_NAME_REGISTRATION,
        PaperKind.SAFETY_AGREEMENT,
    }


OBJECTIONS = {
    ("E3", "consent"): (Release.NONE, Residue.DELETE),
    ("E3", "contract"): (Release.AS_IS, Residue.DELETE),
    ("E3", "statutory_duty"): (Release.AS_IS, Residue.CUSTODY),
    ("E5", "consent"): (Release.NONE, Residue.DELETE),
    ("E5", "contract"): (Release.NONE, Residue.BLOCKED),
    ("E8", "statutory_duty"): (Release.NONE, Residue.CUSTODY),
    ("E10", "consent"): (Release.NONE, Residue.IN_USE),
    ("E11", "contract"): (Release.NONE, Residue.IN_USE),
}


@pytest.mark.parametrize(("event", "ground"), OBJECTIONS, ids=str)
def test_an_objection_by_event_and_ground(event: str, ground: str) -> None:
    first = PACK.event_texts[Event(event)].routes[0]
    [said] = [s for s in objection_rules(PACK, event, on=ON) if (s.route, s.what) == (first, ground)]
    d = said.decision.disposition
    assert (d.release, d.residue) == OBJECTIONS[(event, ground)]
    assert ("suppress_marketing" in said.decision.outcomes) == (d.release is Release.AS_IS)


def test_whole_stores_by_kind_and_event() -> None:
    closing = store_rule(PACK, "E7", SystemKind.AML)
    merger = store_rule(PACK, "E3", SystemKind.AML)
    assert closing is not None
    assert merger is not None
    assert (closing.status.value, merger.status.value) == ("verified", "open")
    assert store_rule(PACK, "E7", SystemKind.BUSINESS) is None
    assert store_rule(PACK, "E2", SystemKind.LEDGER) is None


def test_articles_of_an_event_are_those_of_the_day() -> None:
    assert "CO-220" not in event_overview(PACK, "E3", on=date(2024, 6, 30)).articles
    assert "CO-220" in event_overview(PACK, "E3", on=date(2024, 7, 1)).articles
    with pytest.raises(LawError):
        event_overview(PACK, "E99", on=ON)


METERS = {
    "one below": ({FieldClass.PHONE: 2_499}, "other", False),
    "the number itself counts in": ({FieldClass.PHONE: 2_500}, "other", True),
    "health": ({FieldClass.HEALTH: 250}, "health_trade", True),
    "a bank card is property": ({FieldClass.BANK_CARD: 24}, "tracking", False),
    "classes of a group add up": ({FieldClass.BANK_CARD: 20, FieldClass.LOCATION_TRACE: 5}, "tracking", True),
}


@pytest.mark.parametrize(("items", "group", "serious"), METERS.values(), ids=METERS)
def test_the_crime_meter(items: dict[FieldClass, int], group: str, serious: bool) -> None:
    [meter] = crime_meter(PACK, items, on=ON)
    assert (meter.group, meter.items, meter.is_serious) == (group, sum(items.values()), serious)
    assert meter.specially_serious_from == 10 * meter.serious_from


def test_no_items_no_meter() -> None:
    assert crime_meter(PACK, {FieldClass.PHONE: 0}, on=ON) == ()


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(RELEASES_NOTHING)), any_facts, any_field, any_class, any_role)
def test_where_nobody_receives_nothing_is_released(
    event: Event, facts: dict[Fact, str], field: FieldKind, record_class: RecordClass, role: RowRole
) -> None:
    d = law_for(PACK, event=event, on=ON, lot=None, record_class=record_class, role=role)(facts, field).disposition
    assert d.release is Release.NONE
    if record_class is RecordClass.ORDER and facts[Fact.RETENTION] != "none":
        assert (
            d.residue is not Residue.DELETE
            or role is RowRole.STAFF
            or field.cls
            in {
                FieldClass.PASSWORD_SECRET,
                FieldClass.BIOMETRIC,
            }
            or field.need is Need.OVER_COLLECTED
        )


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.sampled_from([Event.E10, Event.E11]), any_facts, any_field, any_class, any_role)
def test_who_did_not_say_yes_to_a_sale_loses_and_passes_nothing(
    event: Event, facts: dict[Fact, str], field: FieldKind, record_class: RecordClass, role: RowRole
) -> None:
    lot = Lot(id="list", receiver="b", legal_route=LegalRoute.PIPL_23, on_silence=OnSilence.RELEASE_NONE)
    facts = {**facts, Fact.CONSENT_TRANSFER: "silent", Fact.NOTICE: "delivered"}
    d = law_for(PACK, event=event, on=ON, lot=lot, record_class=record_class, role=role)(facts, field).disposition
    assert (d.release, d.residue) == (Release.NONE, Residue.IN_USE)

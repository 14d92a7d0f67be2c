"""What is measured of the case itself."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from tests.unit.documents.sample_report import sample_case

from bequest.model.assessment import Figure
from bequest.model.case import Case, Copy, Event, Party, Person, Role, Source, SourceKind
from bequest.model.datamap import DataMap
from bequest.steps.assess.circumstances import Circumstances, circumstances, controls_of, days_short, lot_measures
from bequest.steps.assess.measures import LotPeople

CASE = sample_case()
TODAY = date(2026, 11, 2)


def about(case: Case = CASE, **said: Any) -> Circumstances:
    given = Circumstances(
        case=case, datamap=DataMap(()), today=TODAY, planned=True, needed_days=30, window_ends=None,
        required=(Role.IT,), doubt=0, shared_phones=0, unkept=0, whole=(0, 0), unfair=0, requests_open=0,
        requests_overdue=0,
    )  # fmt: skip
    return replace(given, **said)


def measured(given: Circumstances) -> dict[str, Figure | None]:
    return {m.id: m.before for m in circumstances(given)}


@pytest.mark.parametrize(
    ("days_before", "short"), [(31, 0), (30, 0), (29, 1), (0, 30)], ids=["room", "just", "one short", "today"]
)
def test_days_that_are_missing_for_the_windows(days_before: int, short: int) -> None:
    latest = CASE.cutover_not_after or CASE.effective_on
    assert days_short(about(today=latest - timedelta(days=days_before))) == short


def test_once_people_are_told_the_end_of_the_window_counts() -> None:
    latest = CASE.cutover_not_after or CASE.effective_on
    assert days_short(about(window_ends=latest)) == 0
    assert days_short(about(window_ends=latest + timedelta(days=4))) == 4


def test_an_event_without_a_cutover_has_no_days_to_miss() -> None:
    assert "days_short" not in measured(about(sample_case(Event.E2)))


def test_copies_without_an_end_or_a_control_are_loose() -> None:
    def loose(*copies: Copy) -> Figure | None:
        return measured(about(replace(CASE, copies=copies)))["copies_loose"]

    kept = Copy(of="crm", kind="backup", where="x", expires_on=TODAY, control="overwritten each month")
    assert loose(kept) == Figure(0)
    assert loose(replace(kept, expires_on=None)) == Figure(1)
    assert loose(replace(kept, expires_on=TODAY - timedelta(days=1))) == Figure(1)
    assert loose(replace(kept, control=" ")) == Figure(1)
    held = Source(name="platform", kind=SourceKind.HELD_ELSEWHERE, owner="example")
    managed = Source(name="cloud", kind=SourceKind.POSTGRESQL, managed=True)
    found = measured(about(replace(CASE, copies=(kept,), sources=(*CASE.sources, held, managed))))
    assert (found["copies"], found["copies_loose"]) == (Figure(2), Figure(2))


def test_roles_that_nobody_holds() -> None:
    everybody = measured(about())["roles_missing"]
    assert everybody is not None
    without = replace(CASE, people=tuple(p for p in CASE.people if Role.VERIFIER not in p.roles))
    assert measured(about(without))["roles_missing"] == Figure(everybody.n + 1)


def test_custody_needs_a_keeper() -> None:
    keeper = Party(id="keeper", name="keeper")
    assert measured(about(unkept=7))["custody_without_keeper"] == Figure(7)
    assert measured(about(replace(CASE, custodian=keeper), unkept=7))["custody_without_keeper"] == Figure(0)


def test_the_receiver_s_controls_are_what_the_case_knows_of_it() -> None:
    lot = CASE.lots[0]
    bare = Party(id="buyer", name="buyer")
    assert set(controls_of(replace(CASE, people=()), lot, bare).values()) == {False}
    signer = Person(id="x", name="x", roles=(Role.RECEIVER,), party="buyer", public_key="ssh-ed25519 AAAA x")
    whole = replace(bare, uscc="91330106MA2QWY108D", contact="c", address="a", age_recipient="age1x")
    full = controls_of(replace(CASE, people=(signer,)), replace(lot, watermark=("crm.customers.x",)), whole)
    assert set(full.values()) == {True}
    other = controls_of(replace(CASE, people=(replace(signer, party="somebody else"),)), lot, whole)
    assert not other["signer"]


def test_a_receiver_abroad_is_measured_and_one_at_home_is_not() -> None:
    people = LotPeople(persons=12, sensitive=3, rows=40, named=20)
    lot = CASE.lots[0]
    home = {m.id for m in lot_measures(CASE, lot, people, planned=True)}
    assert home == {"controls_missing", "named"}
    abroad = replace(CASE, receivers=(replace(CASE.receivers[0], country="hk"),))
    found = {m.id: m.before for m in lot_measures(abroad, lot, people, planned=True)}
    assert (found["abroad"], found["abroad_sensitive"]) == (Figure(12), Figure(3))

"""What is owed by the case as a whole: duties, notices, windows, roles, working days."""

from datetime import date

import pytest

from bequest.kernel.errors import LawError
from bequest.law.duties import PHASES, CaseFacts, Duty, case_duties
from bequest.law.loader import load_pack
from bequest.law.notices import ROUTES, NoticeItem, notice_items
from bequest.law.pack import required_roles
from bequest.law.windows import default_on_silence, window_rules
from bequest.model.case import LegalRoute, OnSilence, Role, Window
from bequest.model.disposition import ReasonStatus

PACK = load_pack("cn")
ON = date(2026, 12, 31)


def duties(event: str, *routes: str, n: int = 0, flags: set[str] | None = None, on: date = ON) -> dict[str, Duty]:
    found = case_duties(PACK, event, routes, CaseFacts(n, frozenset(flags or ())), on=on)
    return {d.id: d for d in found}


PRESENT = {
    "an assessment before a handover": (duties("E5", "PIPL-22"), "cn.pipia"),
    "everybody is told": (duties("E5", "PIPL-22"), "cn.tell_everyone"),
    "a contract with the receiver": (duties("E5", "PIPL-22"), "cn.receiver_contract"),
    "the receiver continues": (duties("E5", "PIPL-22"), "cn.receiver_continues"),
    "security measures": (duties("E5", "PIPL-22"), "cn.security_measures"),
    "incidents": (duties("E2"), "cn.incident"),
    "public rules": (duties("E2"), "cn.privacy_rules_updated"),
    "asking under Art. 23": (duties("E5", "PIPL-23"), "cn.tell_and_ask"),
    "children": (duties("E5", "PIPL-22", flags={"children"}), "cn.children_rules"),
    "control changes hands and data goes abroad": (duties("E2", flags={"exports"}), "cn.export_reassessment"),
    "ledgers": (duties("E5", "PIPL-22", flags={"accounting_store"}), "cn.accounting_archives"),
    "a platform keeps its records": (duties("E5", flags={"platform_operator"}), "cn.platform_records"),
    "a million persons, the number included": (duties("E5", n=1_000_000), "cn.dpo"),
    "ten million persons": (duties("E5", n=10_000_000), "cn.ten_million_persons"),
    "small processors": (duties("E5", n=99_999), "cn.small_processor"),
}
ABSENT = {
    "a share deal needs no assessment of a handover": (duties("E2"), "cn.pipia"),
    "nobody is asked under Art. 22": (duties("E5", "PIPL-22"), "cn.tell_and_ask"),
    "no children, no rules for them": (duties("E5", "PIPL-22"), "cn.children_rules"),
    "no exports, no assessment of them": (duties("E2"), "cn.export_reassessment"),
    "a merchant's own shop is no platform": (duties("E5"), "cn.platform_records"),
    "below a million": (duties("E5", n=999_999), "cn.dpo"),
    "a hundred thousand is not small": (duties("E5", n=100_000), "cn.small_processor"),
    "not before its law": (duties("E5", on=date(2024, 6, 1)), "cn.receiver_contract"),
    "not before its number": (duties("E5", n=10_000_000, on=date(2024, 6, 1)), "cn.dpo"),
}


@pytest.mark.parametrize(("found", "duty"), PRESENT.values(), ids=PRESENT)
def test_a_duty_that_holds_is_listed(found: dict[str, Duty], duty: str) -> None:
    assert duty in found


@pytest.mark.parametrize(("found", "duty"), ABSENT.values(), ids=ABSENT)
def test_a_duty_that_does_not_hold_is_not_listed(found: dict[str, Duty], duty: str) -> None:
    assert duty not in found


def test_the_platform_duty_that_does_not_bind_a_merchant_is_listed_for_information() -> None:
    assert duties("E5")["cn.platform_records_do_not_bind"].phase == "for_information"


def test_duties_come_in_the_order_of_their_phases_with_their_numbers() -> None:
    found = duties("E5", "PIPL-22", n=2_000_000)
    phases = [PHASES.index(d.phase) for d in found.values()]
    assert phases == sorted(phases)
    assert (found["cn.pipia"].keep, found["cn.pipia"].keep_unit) == (3, "year")
    assert (found["cn.dpo"].within, found["cn.dpo"].within_unit) == (30, "working_day")
    assert "1000000" in found["cn.dpo"].zh
    assert not any("{" in d.zh + d.en for d in found.values())


def test_a_flag_that_no_duty_declares_is_refused() -> None:
    with pytest.raises(LawError, match="sensitve"):
        duties("E5", flags={"sensitve"})


def test_an_event_without_rules_has_no_duties() -> None:
    with pytest.raises(LawError, match="E99"):
        duties("E99")


def ids(items: tuple[NoticeItem, ...], *, mandatory: bool = True) -> set[str]:
    return {i.id for i in items if i.mandatory is mandatory}


MANDATORY = {
    "Art. 22 has two items and a form": (
        notice_items(PACK, LegalRoute.PIPL_22),
        {"receiver_name", "receiver_contact", "form"},
    ),
    "Art. 22 with a changed purpose": (
        notice_items(PACK, "PIPL-22", changed=True),
        {"receiver_name", "receiver_contact", "receiver_purpose", "receiver_method", "new_consent_action", "form"},
    ),
    "Art. 23": (
        notice_items(PACK, "PIPL-23"),
        {
            *("receiver_name", "receiver_contact", "receiver_purpose", "receiver_method", "purpose", "method"),
            *("pi_categories", "separate_consent_action", "form"),
        },
    ),
    "Art. 17": (
        notice_items(PACK, "PIPL-17"),
        {
            *("processor_name", "processor_contact", "purpose", "method", "pi_categories", "retention_period"),
            *("rights_ways_and_procedure", "form"),
        },
    ),
}


@pytest.mark.parametrize(("items", "expected"), MANDATORY.values(), ids=MANDATORY)
def test_the_mandatory_items_of_a_notice(items: tuple[NoticeItem, ...], expected: set[str]) -> None:
    assert ids(items) == expected


def test_sensitive_information_adds_necessity_and_impact() -> None:
    sensitive = {"necessity_of_sensitive", "impact_on_rights"}
    assert sensitive <= ids(notice_items(PACK, "PIPL-23", sensitive=True))
    assert sensitive <= ids(notice_items(PACK, "PIPL-22", sensitive=True), mandatory=False)
    assert sensitive.isdisjoint(i.id for i in notice_items(PACK, "PIPL-22"))


def test_children_add_what_their_guardians_must_read() -> None:
    added = ids(notice_items(PACK, "PIPL-22", minors=True)) - ids(notice_items(PACK, "PIPL-22"))
    assert len(added) == 8
    assert {"guardian_consent_action", "kids_refusal_consequence"} <= added


@pytest.mark.parametrize("route", ROUTES)
def test_every_item_has_labels_an_article_and_a_status_and_stands_once(route: str) -> None:
    items = notice_items(PACK, route, sensitive=True, minors=True, changed=True)
    assert len({i.id for i in items}) == len(items)
    assert all(i.zh and i.en and i.article for i in items)
    assert all(i.status is ReasonStatus.OURS for i in items if not i.mandatory)
    assert [i.mandatory for i in items] == sorted((i.mandatory for i in items), reverse=True)


def test_a_route_without_a_notice_is_refused() -> None:
    with pytest.raises(LawError, match="PIPL-21"):
        notice_items(PACK, LegalRoute.PIPL_21)


def test_both_windows_run_in_parallel_from_being_told() -> None:
    rules = window_rules(PACK, ON)
    assert (rules.notice_lead_days, rules.objection_days, rules.status) == (30, 15, ReasonStatus.OURS)
    assert rules.not_before(date(2026, 11, 2)) == date(2026, 12, 3)
    assert rules.objection_until(date(2026, 11, 2)) == date(2026, 11, 17)


def test_the_later_window_decides_also_where_the_case_chose_its_own() -> None:
    rules = window_rules(PACK, ON, Window(notice_lead_days=5, objection_days=20))
    assert rules.not_before(date(2026, 11, 2)) == date(2026, 11, 24)  # a Sunday rolls to Monday


def test_silence_proceeds_under_art_22_and_releases_nothing_under_art_23() -> None:
    assert default_on_silence(PACK, LegalRoute.PIPL_22) is OnSilence.PROCEED
    assert default_on_silence(PACK, LegalRoute.PIPL_23) is OnSilence.RELEASE_NONE
    with pytest.raises(LawError):
        default_on_silence(PACK, LegalRoute.PIPL_17)


def test_six_departments_approve_a_handover_and_two_roles_a_share_deal() -> None:
    handover, shares = required_roles(PACK, "E5"), required_roles(PACK, "E2")
    assert set(handover.roles) == {Role.IT, Role.LEGAL, Role.HR, Role.MARKETING, Role.SERVICE, Role.FINANCE}
    assert set(shares.roles) == {Role.LEGAL, Role.OFFICER}
    assert {(r.min_persons, r.max_external) for r in (handover, shares)} == {(2, 1)}
    with pytest.raises(LawError):
        required_roles(PACK, "E99")

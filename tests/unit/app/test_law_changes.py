"""A changed law re-opens what it touches: lines that are decided otherwise void the approval, others do not."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from tests.unit.store.samples import CASE

from bequest.app import law_changes
from bequest.app.approve_policy import changed_since
from bequest.app.decide import parties_digest
from bequest.app.law_changes import policy_changes, touched_by_law
from bequest.law.evaluate import decide
from bequest.law.loader import load_pack
from bequest.law.pack import LawPack, with_switches
from bequest.model.case import Case, Event, LegalRoute, Lot
from bequest.model.datamap import FieldClass, Need
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole
from bequest.model.plan import FieldKind, Policy, PolicyField, PolicyRow, SituationKey

PACK = load_pack("cn")
SWITCH = "cn.pipl.sensitive_in_art22_needs_separate_consent"
STRICTER = with_switches(PACK, ((SWITCH, True),))
LOT = Lot(id="lot", receiver="buyer", legal_route=LegalRoute.PIPL_22)
SALE: Case = replace(CASE, event=Event.E5, lots=(LOT,), effective_on=date(2026, 12, 31), settlements=())
USUAL: Mapping[Fact, str] = {fact: values[0] for fact, values in FACT_VALUES.items()} | {
    Fact.KIND: "customer", Fact.AGE_BAND: "adult", Fact.NOTICE: "delivered", Fact.CONSENT_TRANSFER: "silent",
    Fact.CONSENT_NEW_PURPOSE: "silent",
}  # fmt: skip


def policy(sensitive: bool, pack: LawPack = PACK) -> Policy:
    kind = FieldKind(FieldClass.HEALTH if sensitive else FieldClass.PHONE, True, sensitive, Need.NEEDED)
    facts = tuple(sorted((f.value, v) for f, v in USUAL.items()))
    situation = SituationKey(RecordClass.ORDER, RowRole.CUSTOMER, "lot", facts)
    said = decide(pack, event=Event.E5, on=SALE.effective_on, lot=LOT, situation=situation, field=kind)
    return Policy(
        case_id=SALE.id, event="E5", law_pack="cn", law_pack_digest=pack.digest, law_date=SALE.effective_on,
        cutover_not_after=SALE.cutover_not_after or SALE.effective_on, tolerance_percent=SALE.tolerance_percent,
        schema_digest="", parties_digest=parties_digest(SALE),
        fields=(PolicyField(RowRole.CUSTOMER, kind),), decisions=(said,), rows=(PolicyRow(situation, ((0, 0),)),),
    )  # fmt: skip


def test_the_same_law_on_the_same_day_changes_nothing() -> None:
    assert policy_changes(PACK, SALE, policy(True), on=SALE.effective_on) == ()


def test_a_stricter_law_is_named_with_what_it_does_and_its_article() -> None:
    [change] = policy_changes(STRICTER, SALE, policy(True), on=SALE.effective_on)
    assert change.cells == 1
    assert "transfer_on_notice" in change.before
    assert "separate_consent" in change.after
    assert "PIPL-29" in change.articles


def test_a_day_before_the_law_is_told_and_not_guessed() -> None:
    [change] = policy_changes(PACK, SALE, policy(False), on=date(2021, 10, 31))
    assert change.after == ""
    assert "2021-10-31" in change.why


@pytest.fixture
def new_law(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program now carries another law pack than the one the policy was decided under."""
    monkeypatch.setattr(law_changes, "pack_of", lambda _: STRICTER)
    touched_by_law.cache_clear()


@pytest.mark.usefixtures("new_law")
def test_a_changed_pack_voids_the_approval_of_what_it_touches_and_says_where_to_look() -> None:
    [what] = changed_since(SALE, policy(True))
    assert "1 lines are decided otherwise" in what
    assert "bequest law diff --case" in what


@pytest.mark.usefixtures("new_law")
def test_a_changed_pack_that_touches_no_line_leaves_the_approval() -> None:
    assert changed_since(SALE, policy(False)) == []

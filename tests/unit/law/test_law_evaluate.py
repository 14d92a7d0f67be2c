"""The decision of a cell, held against the outcome table written down a second time."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bequest.kernel.errors import LawError
from bequest.law.evaluate import decide, facts_read, law_for
from bequest.law.loader import load_pack
from bequest.law.outcomes import WORDS, is_lawful
from bequest.law.pack import LawPack, with_switches
from bequest.law.rule import MissingFactError
from bequest.model.case import LegalRoute, Lot, OnSilence
from bequest.model.datamap import FieldClass as Cls
from bequest.model.datamap import Need
from bequest.model.disposition import CellDecision, Operator, Release, Residue
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole
from bequest.model.plan import FieldKind, SituationKey

PACK = load_pack("cn")
ON = date(2026, 12, 31)
LOT = Lot(id="shop-12", receiver="buyer", legal_route=LegalRoute.PIPL_22)
PROVIDED = Lot(id="shop-12", receiver="buyer", legal_route=LegalRoute.PIPL_23)

any_facts = st.fixed_dictionaries({f: st.sampled_from(FACT_VALUES[f]) for f in Fact})
any_field = st.builds(FieldKind, st.sampled_from(Cls), st.booleans(), st.booleans(), st.sampled_from(Need))
any_lot = st.none() | st.builds(
    Lot,
    id=st.just("shop-12"),
    receiver=st.just("buyer"),
    legal_route=st.sampled_from(LegalRoute),
    on_silence=st.sampled_from(OnSilence),
)
any_class, any_role = st.sampled_from(RecordClass), st.sampled_from(RowRole)
any_event = st.sampled_from(sorted(PACK.events))
any_pack = st.sampled_from(
    [
        PACK,
        with_switches(PACK, (("cn.pipl.sensitive_in_art22_needs_separate_consent", True),)),
        with_switches(PACK, (("cn.pipl.shared_rows_always_stay", True),)),
        with_switches(PACK, (("cn.pipl.part_sale_goes_on", False),)),
    ]
)


def key(record_class: RecordClass, role: RowRole, lot: Lot | None, facts: dict[Fact, str]) -> SituationKey:
    return SituationKey(
        record_class, role, lot.id if lot else "", tuple(sorted((f.value, v) for f, v in facts.items()))
    )


def ask(
    facts: dict[Fact, str],
    field: FieldKind,
    *,
    record_class: RecordClass = RecordClass.ORDER,
    role: RowRole = RowRole.CUSTOMER,
    lot: Lot | None = LOT,
    event: str = "E5",
    pack: LawPack = PACK,
    on: date = ON,
) -> CellDecision:
    return decide(pack, event=event, on=on, lot=lot, situation=key(record_class, role, lot, facts), field=field)


def table(record_class: RecordClass, role: RowRole, facts: dict[Fact, str], field: FieldKind) -> tuple[object, ...]:
    """The outcome table for a lot on Art. 22 where silence proceeds, line by line."""
    running = facts[Fact.RETENTION] != "none"
    kept = (Residue.CUSTODY, f"retention:{facts[Fact.RETENTION]}") if running else (Residue.DELETE, "")
    shared = facts[Fact.SCOPE] == "shared"
    none, custody_3y = Release.NONE, (Residue.CUSTODY, "retention:record_3y")

    def form() -> tuple[Release, Operator]:
        if field.cls is Cls.FREE_TEXT:
            return Release.MASKED, Operator.REDACT_TEXT
        if field.cls is Cls.USER_ID:
            return Release.MASKED, Operator.TOKEN
        if field.need is Need.REDUCED:
            coarse = field.cls in {Cls.BIRTHDAY, Cls.ADDRESS}
            return Release.MASKED, Operator.GENERALISE if coarse else Operator.MASK
        return Release.AS_IS, Operator.NONE

    def released() -> tuple[object, ...]:
        release, operator = form()
        return (release, Residue.IN_USE, operator, "") if shared else (release, kept[0], operator, kept[1])

    def left(residue: Residue, until: str = "") -> tuple[object, ...]:
        return none, residue, Operator.NONE, until

    if record_class in {RecordClass.STAFF, RecordClass.SUPPLIER, RecordClass.REFERENCE}:
        return left(Residue.IN_USE)
    if facts[Fact.SCOPE] == "outside":
        return left(Residue.IN_USE)
    if field.cls is Cls.UNKNOWN or record_class is RecordClass.OTHER:
        return left(Residue.BLOCKED)
    if field.cls in {Cls.PASSWORD_SECRET, Cls.BIOMETRIC}:
        return left(Residue.DELETE)
    if facts[Fact.DISPUTE] == "open" or facts[Fact.DECEASED] == "yes":
        return left(Residue.BLOCKED)
    if facts[Fact.AGE_BAND] == "under_14" and facts[Fact.GUARDIAN_CONSENT] != "given":
        return left(*kept) if facts[Fact.GUARDIAN_CONSENT] == "refused" else left(Residue.BLOCKED)
    if field.need is Need.OVER_COLLECTED:
        return left(Residue.DELETE)
    if record_class is RecordClass.OBJECTION:
        return left(*custody_3y)
    if record_class is RecordClass.CONSENT:
        if role is RowRole.STAFF:
            return left(Residue.DELETE)
        return Release.AS_IS, custody_3y[0], Operator.NONE, custody_3y[1]
    if record_class is RecordClass.DISPUTE:
        return left(Residue.BLOCKED)
    if facts[Fact.OBJECTION] == "objected":
        if not running and facts[Fact.OPEN_ORDER] == "yes":
            return left(Residue.BLOCKED)
        return left(*kept)
    if facts[Fact.ACCOUNT] == "closed" or facts[Fact.SOFT_DELETED] == "yes" or facts[Fact.FRESHNESS] == "stale":
        return left(*kept)
    if record_class is RecordClass.WEB_LOG:
        return left(*kept)
    if facts[Fact.NOTICE] == "not_told":
        return left(Residue.BLOCKED)
    if field.need is Need.NOT_NEEDED:
        return left(*kept)
    if role is RowRole.STAFF:
        return left(Residue.DELETE)
    if field.need is Need.NEW_PURPOSE and facts[Fact.CONSENT_NEW_PURPOSE] != "given":
        if facts[Fact.CONSENT_NEW_PURPOSE] == "silent" and facts[Fact.NOTICE] == "planned":
            return Release.WAITING, kept[0], Operator.NONE, kept[1] or "window"
        return left(*kept)
    if field.need is Need.NEW_PURPOSE:
        return form()[0], kept[0], form()[1], kept[1]
    return released()


@settings(max_examples=600, deadline=None)
@given(any_facts, any_field, any_class, any_role)
def test_the_rules_follow_the_outcome_table(
    facts: dict[Fact, str], field: FieldKind, record_class: RecordClass, role: RowRole
) -> None:
    d = ask(facts, field, record_class=record_class, role=role).disposition
    assert (d.release, d.residue, d.operator, d.until) == table(record_class, role, facts, field)


@settings(max_examples=300, deadline=None)
@given(any_facts, any_field, any_class, any_role, any_lot)
def test_a_share_deal_moves_and_deletes_nothing(
    facts: dict[Fact, str], field: FieldKind, record_class: RecordClass, role: RowRole, lot: Lot | None
) -> None:
    d = ask(facts, field, record_class=record_class, role=role, lot=lot, event="E2").disposition
    assert (d.release, d.residue, d.operator, d.until) == (Release.NONE, Residue.IN_USE, Operator.NONE, "")


@settings(max_examples=300, deadline=None)
@given(any_facts, any_field, any_class, any_role, any_lot, any_event, any_pack)
def test_there_is_always_an_answer_and_always_the_same_one(
    facts: dict[Fact, str],
    field: FieldKind,
    record_class: RecordClass,
    role: RowRole,
    lot: Lot | None,
    event: str,
    pack: LawPack,
) -> None:
    got = ask(facts, field, record_class=record_class, role=role, lot=lot, event=event, pack=pack)
    again = ask(facts, field, record_class=record_class, role=role, lot=lot, event=event, pack=pack)
    assert got == again
    assert is_lawful(got.disposition)
    assert set(got.outcomes) <= set(WORDS)
    assert set(got.open_points) <= set(pack.open_points)
    assert got.reasons
    assert all(r.articles and r.zh and r.en and "{" not in r.zh + r.en for r in got.reasons)


@settings(max_examples=300, deadline=None)
@given(any_facts, any_field, any_class, any_role, any_lot, any_event, any_pack)
def test_the_facts_named_are_all_that_is_needed(
    facts: dict[Fact, str],
    field: FieldKind,
    record_class: RecordClass,
    role: RowRole,
    lot: Lot | None,
    event: str,
    pack: LawPack,
) -> None:
    """The projected situation gets the same answer as the whole one, however the projection was narrowed."""
    whole = ask(facts, field, record_class=record_class, role=role, lot=lot, event=event, pack=pack)
    for read in (
        facts_read(pack, event, record_class, role),
        facts_read(pack, event, record_class, role, on=ON),
        facts_read(pack, event, record_class, role, on=ON, lots=[lot] if lot else []) | {Fact.SCOPE},
    ):
        projected = {f: v for f, v in facts.items() if f in read}
        assert ask(projected, field, record_class=record_class, role=role, lot=lot, event=event, pack=pack) == whole


WILL = {Fact.AGE_BAND, Fact.GUARDIAN_CONSENT, Fact.OBJECTION, Fact.CONSENT_TRANSFER, Fact.NOTICE}
BEFORE_DISPUTES = {Fact.SCOPE, Fact.DISPUTE, Fact.DECEASED, Fact.AGE_BAND, Fact.GUARDIAN_CONSENT, Fact.RETENTION}
READS = {
    "a share deal reads nothing": ("E2", RecordClass.ORDER, RowRole.CUSTOMER, LOT, set()),
    "staff tables read nothing": ("E5", RecordClass.STAFF, RowRole.STAFF, LOT, set()),
    "of unknown class, only where they lie": ("E5", RecordClass.OTHER, RowRole.CUSTOMER, LOT, {Fact.SCOPE}),
    "a dispute stops at the gates before it": ("E5", RecordClass.DISPUTE, RowRole.CUSTOMER, LOT, BEFORE_DISPUTES),
    "by Art. 23 of unknown class, who agreed": (
        "E5",
        RecordClass.OTHER,
        RowRole.CUSTOMER,
        PROVIDED,
        {Fact.SCOPE} | WILL,
    ),
    "by Art. 23 a dispute, who agreed": ("E5", RecordClass.DISPUTE, RowRole.CUSTOMER, PROVIDED, BEFORE_DISPUTES | WILL),
    "a list of unknown class, who agreed": ("E10", RecordClass.OTHER, RowRole.CUSTOMER, PROVIDED, {Fact.SCOPE} | WILL),
    "a list, a dispute, who agreed": (
        "E10",
        RecordClass.DISPUTE,
        RowRole.CUSTOMER,
        PROVIDED,
        (BEFORE_DISPUTES | WILL) - {Fact.RETENTION},
    ),
}
"""Where only a yes passes and the transferor goes on, all of whoever gave none stays in use, whatever the record."""


@pytest.mark.parametrize(("event", "record_class", "role", "lot", "reads"), READS.values(), ids=READS)
def test_only_rules_that_can_be_reached_count(
    event: str, record_class: RecordClass, role: RowRole, lot: Lot, reads: set[Fact]
) -> None:
    assert facts_read(PACK, event, record_class, role, on=ON, lots=[lot]) == reads


def test_logs_never_ask_about_notice_or_purpose_but_where_only_a_yes_passes() -> None:
    told = {Fact.NOTICE, Fact.CONSENT_NEW_PURPOSE, Fact.CONSENT_TRANSFER}
    kind = RecordClass.WEB_LOG, RowRole.RECORD
    assert facts_read(PACK, "E5", *kind, lots=[LOT]).isdisjoint(told)
    assert facts_read(PACK, "E5", *kind, lots=[LOT, PROVIDED]) & told == {Fact.NOTICE, Fact.CONSENT_TRANSFER}


@pytest.mark.parametrize("record_class", RecordClass)
def test_a_switch_on_part_sales_by_art_23_asks_nothing_new_of_a_succession(record_class: RecordClass) -> None:
    other = with_switches(PACK, (("cn.pipl.part_sale_goes_on", False),))
    for role in RowRole:
        asked = [facts_read(pack, "E5", record_class, role, on=ON, lots=[LOT]) for pack in (PACK, other)]
        assert asked[0] == asked[1]


@settings(max_examples=300, deadline=None)
@given(any_facts, any_field, any_class, any_role)
def test_a_part_sale_by_art_23_ends_as_a_list_sold(
    facts: dict[Fact, str], field: FieldKind, record_class: RecordClass, role: RowRole
) -> None:
    part, single = (
        ask(facts, field, record_class=record_class, role=role, lot=PROVIDED, event=event).disposition
        for event in ("E5", "E10")
    )
    assert part == single


def test_consent_to_the_transfer_is_read_only_where_a_lot_asks_for_it() -> None:
    customer = RecordClass.CUSTOMER_PROFILE, RowRole.CUSTOMER
    asks = Lot(id="x", receiver="b", legal_route=LegalRoute.PIPL_23, on_silence=OnSilence.RELEASE_NONE)
    assert Fact.CONSENT_TRANSFER in facts_read(PACK, "E5", *customer)
    assert Fact.CONSENT_TRANSFER in facts_read(PACK, "E5", *customer, lots=[LOT, asks])
    assert Fact.CONSENT_TRANSFER not in facts_read(PACK, "E5", *customer, lots=[LOT])


def test_no_rule_ever_reads_the_kind_of_subject_or_the_state_of_an_order() -> None:
    read = {f for rc in RecordClass for role in RowRole for f in facts_read(PACK, "E5", rc, role)}
    assert read.isdisjoint({Fact.KIND, Fact.ORDER_STATE})


def test_every_rule_that_mattered_is_among_the_reasons_in_order() -> None:
    facts = {f: v[0] for f, v in FACT_VALUES.items()}
    facts |= {Fact.NOTICE: "published", Fact.RETENTION: "invoice_10y", Fact.AGE_BAND: "adult"}
    got = ask(facts, FieldKind(Cls.NATIONAL_ID, True, False, Need.NEEDED))
    assert [r.rule for r in got.reasons] == [
        "cn.pipl.succession",
        "cn.tax.keep_invoice",
        "cn.pipl.sensitive_keeps_its_consent",
        "cn.pipl.told_by_public_notice",
        "cn.pipl.whether_art_22_covers_it",
    ]
    assert got.outcomes == ("transfer_on_notice", "retain_until")
    assert got.open_points == ("PIPL-29", "PIPL-22-notice", "PIPL-22a")
    assert "10 年" in got.reasons[1].zh
    assert "10 years" in got.reasons[1].en


ORDINARY = {f: v[0] for f, v in FACT_VALUES.items()} | {Fact.AGE_BAND: "adult", Fact.NOTICE: "delivered"}
PHONE = FieldKind(Cls.PHONE, True, False, Need.NEEDED)


def test_an_event_without_rules_is_refused_and_the_known_ones_named() -> None:
    with pytest.raises(LawError) as wrong:
        ask(ORDINARY, PHONE, event="E99")
    assert "E1, E10, E11, E12, E13, E14, E2, E3" in wrong.value.hint
    with pytest.raises(LawError):
        facts_read(PACK, "E99", RecordClass.ORDER, RowRole.CUSTOMER)


def test_a_date_before_the_law_is_refused() -> None:
    with pytest.raises(LawError, match="no rule in force on 2021-10-31"):
        ask(ORDINARY, PHONE, on=date(2021, 10, 31))


def test_a_fact_that_is_read_but_missing_is_named() -> None:
    short = {f: v for f, v in ORDINARY.items() if f is not Fact.OBJECTION}
    with pytest.raises(MissingFactError, match="lacks the fact objection") as wrong:
        ask(short, PHONE)
    assert wrong.value.fact is Fact.OBJECTION
    assert "facts_read" in wrong.value.hint


def test_a_situation_of_another_lot_is_refused() -> None:
    elsewhere = key(RecordClass.ORDER, RowRole.CUSTOMER, None, ORDINARY)
    with pytest.raises(LawError, match="shop-12"):
        decide(PACK, event="E5", on=ON, lot=LOT, situation=elsewhere, field=PHONE)


def test_articles_are_those_of_the_day() -> None:
    log = ORDINARY | {Fact.RETENTION: "log_6m"}
    old = ask(log, PHONE, record_class=RecordClass.WEB_LOG, on=date(2025, 12, 31))
    new = ask(log, PHONE, record_class=RecordClass.WEB_LOG, on=date(2026, 1, 1))
    assert "CSL-21" in old.reasons[1].articles
    assert "CSL-23" in new.reasons[1].articles
    assert old.disposition == new.disposition


@settings(max_examples=60, deadline=None)
@given(
    facts=any_facts,
    fields=st.lists(any_field, min_size=1, max_size=4),
    lot=any_lot,
    record_class=any_class,
    role=any_role,
    event=any_event,
    pack=any_pack,
)
def test_who_asks_many_times_gets_the_same_answers(
    facts: dict[Fact, str],
    fields: list[FieldKind],
    lot: Lot | None,
    record_class: RecordClass,
    role: RowRole,
    event: str,
    pack: LawPack,
) -> None:
    many = law_for(pack, event=event, on=ON, lot=lot, record_class=record_class, role=role)
    for field in (*fields, *fields):
        once = ask(facts, field, record_class=record_class, role=role, lot=lot, event=event, pack=pack)
        assert many(facts, field) == once


def test_a_missing_fact_is_told_to_who_asks_many_times() -> None:
    many = law_for(PACK, event="E5", on=ON, lot=LOT, record_class=RecordClass.ORDER, role=RowRole.CUSTOMER)
    with pytest.raises(MissingFactError) as caught:
        many({}, FieldKind(Cls.PHONE, personal=True, sensitive=False, need=Need.NEEDED))
    assert caught.value.fact is Fact.SCOPE

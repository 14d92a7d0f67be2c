"""What must hold of the law pack whatever the facts: a lawful answer for everything, never more for less, no luck.

*More* is counted by what the receiver has in the end: what waits counts as its fallback, and the same facts with the
answer given are drawn as often.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bequest.law.evaluate import law_for
from bequest.law.loader import load_pack
from bequest.law.outcomes import DESTROYS_LEAST, LAWFUL_PAIRS, RELEASE_ORDER, WORDS
from bequest.law.pack import LawPack, with_switches
from bequest.law.retention import bands
from bequest.model.case import Event, LegalRoute, Lot, OnSilence
from bequest.model.datamap import FieldClass, Need
from bequest.model.disposition import CellDecision, Release
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole
from bequest.model.plan import FieldKind

PACK = load_pack("cn")
SWITCHES = {
    "cn.pipl.sensitive_in_art22_needs_separate_consent": True,
    "cn.pipl.treat_id_number_as_sensitive": True,
    "cn.pipl.consent_records_pass_as_they_are": False,
}
"""The stricter value of each switch that says what a receiver gets."""
DAYS = (date(2021, 11, 1), date(2024, 3, 22), date(2025, 1, 1), date(2026, 1, 1), date(2026, 12, 31), date(2030, 6, 1))
BANDS = {day: frozenset(bands(PACK, day)) for day in DAYS}
CLEARED = {
    Fact.AGE_BAND: "adult", Fact.DISPUTE: "none", Fact.DECEASED: "no", Fact.OBJECTION: "none", Fact.ACCOUNT: "active",
    Fact.SOFT_DELETED: "no", Fact.FRESHNESS: "current", Fact.NOTICE: "delivered", Fact.SCOPE: "in_lot",
}  # fmt: skip
"""Facts that nothing stops at the first gates. All is drawn, but more often what gets as far as the last ones."""


def often(usual: Sequence[object], every: Iterable[object]) -> st.SearchStrategy[object]:
    """One of the usual ones in four of five draws, any in the fifth."""
    usual, every = list(usual), list(every)
    return st.sampled_from([*usual * (4 * len(every)), *every * len(usual)])


drawn_facts = st.fixed_dictionaries({f: st.sampled_from(FACT_VALUES[f]) for f in Fact})
any_facts = st.builds(
    lambda drawn, stray, given: drawn | {f: v for f, v in CLEARED.items() if f not in stray} | given,
    drawn_facts,
    often([()], [tuple(CLEARED), *((f,) for f in CLEARED)]),
    st.sampled_from([{}, {Fact.CONSENT_TRANSFER: "given"}]),
)
any_field = st.builds(
    FieldKind,
    often([FieldClass.PHONE, FieldClass.HEALTH, FieldClass.NATIONAL_ID, FieldClass.USER_ID], FieldClass),
    st.booleans(),
    st.booleans(),
    often([Need.NEEDED], Need),
)
a_lot = st.builds(
    Lot, id=st.just("lot"), receiver=st.just("buyer"), on_silence=st.sampled_from(OnSilence),
    legal_route=often([LegalRoute.PIPL_22, LegalRoute.PIPL_23], LegalRoute),
)  # fmt: skip
HANDED_OVER = [Event.E3, Event.E4, Event.E5, Event.E6, Event.E8, Event.E10, Event.E11]
RECORDS = [RecordClass.CUSTOMER_PROFILE, RecordClass.ORDER, RecordClass.CONSENT, RecordClass.ADDRESS_BOOK]
situations = st.fixed_dictionaries(
    {
        "event": often(HANDED_OVER, sorted(PACK.events)),
        "lot": a_lot,
        "abroad": st.sampled_from([False, False, True]),
        "on": st.sampled_from(DAYS),
        "record_class": often(RECORDS, RecordClass),
        "role": often([RowRole.CUSTOMER], RowRole),
        "switches": st.fixed_dictionaries({n: st.booleans() for n in [*SWITCHES, "cn.pipl.shared_rows_always_stay"]}),
    }
)
Situation = dict[str, object]


def ask(pack: LawPack, s: Situation, facts: Mapping[Fact, str], field: FieldKind) -> CellDecision:
    """The answer; a duty to keep that is not in force on the day runs on no record (it is refused before)."""
    if facts[Fact.RETENTION] not in BANDS[s["on"]]:
        facts = {**facts, Fact.RETENTION: "none"}
    given = {name: value for name, value in s.items() if name != "switches"}
    return law_for(with_switches(pack, tuple(sorted(s["switches"].items()))), **given)(facts, field)


def gets(said: CellDecision) -> int:
    """What the receiver has in the end, in the order of release."""
    d = said.disposition
    return RELEASE_ORDER.index((d.fallback or Release.NONE) if d.release is Release.WAITING else d.release)


@settings(max_examples=20, deadline=None)
@given(situations, any_facts, st.booleans(), st.booleans(), st.sampled_from(Need), st.booleans())
def test_each_role_and_class_of_field_has_exactly_one_lawful_pair(
    s: Situation, facts: dict[Fact, str], personal: bool, sensitive: bool, need: Need, outside: bool
) -> None:
    if outside:
        s = s | {"lot": None, "abroad": False}
    for role in RowRole:
        for cls in FieldClass:
            said = ask(PACK, s | {"role": role}, facts, FieldKind(cls, personal, sensitive, need))
            assert (said.disposition.release, said.disposition.residue) in LAWFUL_PAIRS
            assert set(said.outcomes) <= set(WORDS)
            assert said.reasons
            assert all(r.articles for r in said.reasons)
            if outside:
                assert said.disposition.release is Release.NONE


LESS = {
    "a hold": {Fact.DISPUTE: "open"},
    "an objection": {Fact.OBJECTION: "objected"},
    "a refusal": {Fact.CONSENT_TRANSFER: "refused"},
    "a refusal of the new purpose": {Fact.CONSENT_NEW_PURPOSE: "refused"},
    "a guardian's refusal": {Fact.GUARDIAN_CONSENT: "refused"},
    "no guardian's answer": {Fact.GUARDIAN_CONSENT: "missing"},
    "nobody was told": {Fact.NOTICE: "not_told"},
    "a death": {Fact.DECEASED: "yes"},
    "outside the lot": {Fact.SCOPE: "outside"},
    "a closed account": {Fact.ACCOUNT: "closed"},
    "a child": {Fact.AGE_BAND: "under_14", Fact.GUARDIAN_CONSENT: "missing"},
}


@pytest.mark.parametrize("less", LESS.values(), ids=LESS)
@settings(max_examples=100, deadline=None)
@given(s=situations, facts=any_facts, field=any_field)
def test_less_from_the_person_never_gives_a_receiver_more(
    less: dict[Fact, str], s: Situation, facts: dict[Fact, str], field: FieldKind
) -> None:
    assert gets(ask(PACK, s, facts | less, field)) <= gets(ask(PACK, s, facts, field))


@settings(max_examples=200, deadline=None)
@given(s=situations, facts=any_facts, field=any_field)
def test_a_hold_never_destroys_more(s: Situation, facts: dict[Fact, str], field: FieldKind) -> None:
    held = ask(PACK, s, facts | {Fact.DISPUTE: "open"}, field).disposition.residue
    free = ask(PACK, s, facts | {Fact.DISPUTE: "none"}, field).disposition.residue
    assert DESTROYS_LEAST.index(held) <= DESTROYS_LEAST.index(free)


@settings(max_examples=150, deadline=None)
@given(s=situations, facts=any_facts, field=any_field)
def test_stricter_law_never_gives_a_receiver_more(s: Situation, facts: dict[Fact, str], field: FieldKind) -> None:
    for name, strict in SWITCHES.items():
        strictly = s | {"switches": s["switches"] | {name: strict}}
        loosely = s | {"switches": s["switches"] | {name: not strict}}
        assert gets(ask(PACK, strictly, facts, field)) <= gets(ask(PACK, loosely, facts, field)), name
    assert gets(ask(PACK, s | {"abroad": True}, facts, field)) <= gets(ask(PACK, s | {"abroad": False}, facts, field))
    silent, told = (s | {"lot": replace(s["lot"], on_silence=x)} for x in (OnSilence.RELEASE_NONE, OnSilence.PROCEED))
    assert gets(ask(PACK, silent, facts, field)) <= gets(ask(PACK, told, facts, field))


@settings(max_examples=60, deadline=None)
@given(s=situations, asked=st.lists(st.tuples(any_facts, any_field), min_size=2, max_size=8), seed=st.randoms())
def test_neither_order_nor_what_was_asked_before_matters(
    s: Situation, asked: list[tuple[dict[Fact, str], FieldKind]], seed: object
) -> None:
    """Another copy of the pack, asked in another order with facts in another order, gives equal answers."""
    first = [ask(PACK, s, facts, field) for facts, field in asked]
    order = list(range(len(asked)))
    seed.shuffle(order)  # type: ignore[attr-defined]
    fresh = replace(PACK)
    for i in order:
        facts, field = asked[i]
        pairs = list(facts.items())
        seed.shuffle(pairs)  # type: ignore[attr-defined]
        assert ask(fresh, s, dict(pairs), field) == first[i]

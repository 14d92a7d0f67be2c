"""`law status`: everything has articles, dates, status and source; what is weak is named by what rests on it."""

from dataclasses import replace
from datetime import date

import pytest

from bequest.law.check import check_pack
from bequest.law.loader import load_pack
from bequest.law.objecting import missing_texts, objection_effects
from bequest.law.status import law_status, rests_on, weakest
from bequest.model.case import Event, LegalRoute
from bequest.model.disposition import Reason, ReasonStatus

PACK = load_pack("cn")
ALL = law_status(PACK)


def test_everything_says_on_which_articles_since_when_how_sure_and_where_it_was_read() -> None:
    for s in ALL:
        assert s.articles, s.id
        assert s.source, s.id
        assert s.since is not None or s.id == "LARGE", s.id
        assert s.zh, s.id
        assert s.en, s.id


def test_every_parameter_rule_and_duty_is_listed() -> None:
    listed = {s.id for s in ALL}
    assert listed >= set(PACK.parameters)
    assert listed >= {r.id for r in PACK.rules}
    assert listed >= {d.id for d in PACK.duties}


def test_a_rule_that_cites_nothing_is_refused() -> None:
    rules = (replace(PACK.rules[0], reference=()), *PACK.rules[1:])
    assert f"rule {PACK.rules[0].id} cites no article" in check_pack(replace(PACK, rules=rules))


def test_a_rule_is_no_surer_than_the_number_it_names() -> None:
    stale = next(s for s in ALL if s.id == "cn.acct.keep_voucher" or ("voucher" in s.id and s.kind == "rule"))
    assert stale.status is not ReasonStatus.VERIFIED
    assert weakest([ReasonStatus.VERIFIED, ReasonStatus.OURS, ReasonStatus.SECONDARY]) is ReasonStatus.OURS
    assert weakest([]) is ReasonStatus.VERIFIED


def test_what_a_decision_rests_on_names_weak_rules_and_weak_numbers_only() -> None:
    stale = PACK.rule("cn.pipl.stale")
    reason = Reason(stale.id, "exclude", stale.reference, ReasonStatus.OURS, "", "")
    sure = Reason("cn.csl.keep_log", "retain_until", ("CSL-23",), ReasonStatus.VERIFIED, "", "")
    found = {s.id for s in rests_on(PACK, [reason, sure], on=date(2026, 12, 31))}
    assert found == {"cn.pipl.stale", "cn.pipl.stale_after_months"}


def test_an_answer_that_is_weaker_than_its_rule_counts_as_the_weaker() -> None:
    sure = Reason("cn.csl.keep_log", "retain_until", ("CSL-23",), ReasonStatus.SECONDARY, "", "")
    [found] = rests_on(PACK, [sure], on=date(2026, 12, 31))
    assert found.status is ReasonStatus.SECONDARY


EFFECTS = {
    "merger, consent": (Event.E3, LegalRoute.PIPL_22, "consent", "not passed on, and deleted"),
    "merger, contract": (Event.E3, LegalRoute.PIPL_22, "contract", "the contract passes by law"),
    "merger, duty": (Event.E3, LegalRoute.PIPL_22, "statutory_duty", "the duty passes by law"),
    "asset deal, contract": (Event.E5, LegalRoute.PIPL_22, "contract", "frozen where it is"),
    "list sale, consent": (Event.E10, LegalRoute.PIPL_23, "consent", "stays as it is"),
}


@pytest.mark.parametrize(("event", "route", "ground", "words"), EFFECTS.values(), ids=EFFECTS)
def test_an_objection_is_explained_before_it_is_made(event: Event, route: LegalRoute, ground: str, words: str) -> None:
    effects = {e.ground: e for e in objection_effects(PACK, event, on=PACK.as_of, route=route)}
    assert words in effects[ground].en
    assert effects[ground].articles


def test_a_decision_on_objections_without_words_is_reported() -> None:
    assert missing_texts(PACK) == ()
    short = replace(PACK, objections=PACK.objections[1:])
    assert missing_texts(short)
    assert any("no words for an objection" in p for p in check_pack(short))

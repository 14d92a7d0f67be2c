import itertools

import pytest

from bequest.kernel.errors import LawError
from bequest.law.outcomes import LAWFUL_PAIRS, RELEASE_ORDER, RESIDUE_ORDER, WORDS, combine, is_lawful, is_looser, label
from bequest.model.disposition import Disposition, Operator, Release, Residue

_AGREED = """no_transfer transfer_on_notice separate_consent re_consent guardian_consent notice_required
entrusted_processing counterparty_consent exclude delete anonymise retain_until storage_only retain_until_tax_only
custodian_handover block block_for_counsel block_delete refuse_request suppress_marketing freeze_or_flag
correct_or_flag authority_gate no_authority_gate exempt exempt_lost scc_or_certification security_assessment
pia_required file_within no_filing none notify_immediately notify_within notify_within_1h notify_within_4h
notify_within_72h notify_authority notify_persons notify_controller document_only honour_opt_out out_of_scope in_scope
open rule_not_in_force use_law_in_force_then cite_old_21_new_23 flag_obsolete_citation no_flag consistent_with_policy
consent_valid guardian_consent_deemed"""
AGREED_WORDS = frozenset(_AGREED.split())

PAIRS = {
    ("no_transfer",): (Release.NONE, Residue.IN_USE),
    ("block_for_counsel",): (Release.NONE, Residue.BLOCKED),
    ("guardian_consent",): (Release.NONE, Residue.BLOCKED),
    ("freeze_or_flag",): (Release.NONE, Residue.BLOCKED),
    ("block", "notice_required"): (Release.NONE, Residue.BLOCKED),
    ("exclude", "delete"): (Release.NONE, Residue.DELETE),
    ("exclude", "storage_only"): (Release.NONE, Residue.BLOCKED),
    ("transfer_on_notice", "delete"): (Release.AS_IS, Residue.DELETE),
    ("transfer_on_notice", "stays_in_use"): (Release.AS_IS, Residue.IN_USE),
    ("re_consent", "delete"): (Release.WAITING, Residue.DELETE),
    ("exclude", "re_consent", "delete"): (Release.NONE, Residue.DELETE),
    ("exclude", "anonymise"): (Release.NONE, Residue.ANONYMISE),
    ("no_transfer", "delete"): (Release.NONE, Residue.IN_USE),
}


@pytest.mark.parametrize(("words", "pair"), PAIRS.items(), ids=["+".join(w) for w in PAIRS])
def test_words_make_a_pair(words: tuple[str, ...], pair: tuple[Release, Residue]) -> None:
    made = combine(words)
    assert (made.release, made.residue) == pair


def test_the_agreed_vocabulary_is_whole_and_only_two_words_are_ours() -> None:
    assert set(WORDS) - AGREED_WORDS == {"reduce", "stays_in_use"}
    assert set(WORDS) >= AGREED_WORDS


@pytest.mark.parametrize("word", WORDS)
def test_each_word_has_a_chinese_and_an_english_label(word: str) -> None:
    assert any("\u4e00" <= c <= "\u9fff" for c in label(word, "zh"))
    assert label(word, "en").isascii()


def test_a_masked_release_carries_its_operator_and_custody_its_band() -> None:
    made = combine(
        ("transfer_on_notice", "reduce", "retain_until"), operator=Operator.MASK, until="retention:invoice_10y"
    )
    assert made == Disposition(Release.MASKED, Residue.CUSTODY, Operator.MASK, None, "retention:invoice_10y")


def test_a_waiting_release_falls_back_to_none_when_the_window_ends() -> None:
    assert combine(("re_consent", "delete")) == Disposition(
        Release.WAITING, Residue.DELETE, fallback=Release.NONE, until="window"
    )


REFUSED = {
    "an axis left open": (("exclude",), {}),
    "no release said": (("delete",), {}),
    "a word nobody knows": (("give_away",), {}),
    "released and blocked": (("transfer_on_notice", "storage_only"), {}),
    "masked without an operator": (("reduce", "delete"), {}),
    "custody without a date": (("exclude", "retain_until"), {}),
    "a date without custody": (("exclude", "delete"), {"until": "retention:log_6m"}),
}


@pytest.mark.parametrize(("words", "rest"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_lawful_pair_is_refused(words: tuple[str, ...], rest: dict[str, str]) -> None:
    with pytest.raises(LawError) as wrong:
        combine(words, **rest)  # type: ignore[arg-type]
    assert wrong.value.hint


def test_only_what_is_released_and_blocked_at_once_is_unlawful() -> None:
    unlawful = set(itertools.product(Release, Residue)) - LAWFUL_PAIRS
    assert unlawful == {(r, Residue.BLOCKED) for r in Release if r is not Release.NONE}


def test_a_fallback_belongs_to_waiting_only() -> None:
    assert not is_lawful(Disposition(Release.AS_IS, Residue.DELETE, fallback=Release.NONE))
    assert not is_lawful(Disposition(Release.WAITING, Residue.DELETE, until="window"))


@pytest.mark.parametrize("order", [RELEASE_ORDER, RESIDUE_ORDER], ids=["release", "residue"])
def test_looseness_is_the_agreed_order(order: tuple[object, ...]) -> None:
    names = [str(v) for v in order]
    assert names in (
        ["none", "waiting", "masked", "as_is"],
        ["delete", "anonymise", "blocked", "custody", "in_use"],
    )


def of(release: Release, residue: Residue, **rest: object) -> Disposition:
    until = "retention:invoice_10y" if residue is Residue.CUSTODY else ""
    return Disposition(release, residue, **{"until": until, **rest})  # type: ignore[arg-type]


LOOSER = {
    "none to as is": (of(Release.NONE, Residue.DELETE), of(Release.AS_IS, Residue.DELETE), True),
    "as is to none": (of(Release.AS_IS, Residue.DELETE), of(Release.NONE, Residue.DELETE), False),
    "delete to custody": (of(Release.NONE, Residue.DELETE), of(Release.NONE, Residue.CUSTODY), True),
    "custody to delete": (of(Release.NONE, Residue.CUSTODY), of(Release.NONE, Residue.DELETE), False),
    "stricter release, looser residue": (of(Release.AS_IS, Residue.DELETE), of(Release.NONE, Residue.IN_USE), True),
    "the same": (of(Release.NONE, Residue.CUSTODY), of(Release.NONE, Residue.CUSTODY), False),
    "another custody date": (
        of(Release.NONE, Residue.CUSTODY),
        of(Release.NONE, Residue.CUSTODY, until="retention:log_6m"),
        True,
    ),
    "a mask that shows more": (
        of(Release.MASKED, Residue.DELETE, operator=Operator.MASK),
        of(Release.MASKED, Residue.DELETE, operator=Operator.TOKEN),
        True,
    ),
    "a mask that shows less": (
        of(Release.MASKED, Residue.DELETE, operator=Operator.TOKEN),
        of(Release.MASKED, Residue.DELETE, operator=Operator.DROP),
        False,
    ),
    "a fallback that lets more through": (
        of(Release.WAITING, Residue.DELETE, fallback=Release.NONE, until="window"),
        of(Release.WAITING, Residue.DELETE, fallback=Release.AS_IS, until="window"),
        True,
    ),
    "masked to waiting that may end as is": (
        of(Release.MASKED, Residue.DELETE, operator=Operator.MASK),
        of(Release.WAITING, Residue.DELETE, fallback=Release.AS_IS, until="window"),
        True,
    ),
}


@pytest.mark.parametrize(("old", "new", "looser"), LOOSER.values(), ids=LOOSER)
def test_a_looser_outcome_needs_a_new_approval(old: Disposition, new: Disposition, looser: bool) -> None:
    assert is_looser(old, new) is looser

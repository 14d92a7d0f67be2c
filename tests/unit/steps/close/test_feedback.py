"""What people are told at the end is true of what was done with their record."""

import itertools
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.steps.notify.notice_cases import SALE, SHARES

from bequest.law.outcomes import AFTER_RELEASE, LAWFUL_PAIRS
from bequest.model.disposition import Release, Residue
from bequest.steps.close.feedback import TEXTS, Outcome, feedback_text, outbox_rows, outcome_of

W, A, B = Outcome, Release, Residue
PASSED = (A.AS_IS, A.MASKED)
LEFT_OUT = (A.NONE, A.WAITING)


@pytest.mark.parametrize(
    ("release", "residue", "outcome"),
    [
        *((r, B.DELETE, W.PASSED_ON) for r in PASSED),
        *((r, B.ANONYMISE, W.PASSED_ON) for r in PASSED),
        *((r, B.CUSTODY, W.PASSED_ON_KEPT) for r in PASSED),
        *((r, B.IN_USE, W.PASSED_ON_SHARED) for r in PASSED),
        *((r, B.DELETE, W.DELETED) for r in LEFT_OUT),
        *((r, B.ANONYMISE, W.DELETED) for r in LEFT_OUT),
        *((r, B.CUSTODY, W.KEPT) for r in LEFT_OUT),
        *((r, B.IN_USE, W.UNCHANGED) for r in LEFT_OUT),
        (A.NONE, B.BLOCKED, W.BLOCKED),
    ],
)
def test_every_lawful_pair_has_its_word(release, residue, outcome) -> None:
    assert outcome_of(release, residue) is outcome


@pytest.mark.parametrize(("release", "residue"), sorted(LAWFUL_PAIRS))
def test_a_word_never_claims_more_than_the_pair(release: Release, residue: Residue) -> None:
    zh, en = TEXTS[outcome_of(release, residue)]
    passed = release in PASSED
    assert ("已随业务移交给{receiver}" in zh) == ("passed on to {receiver_en}" in en) == passed
    gone = residue in {B.DELETE, B.ANONYMISE}
    assert ("独立检验" in zh) == ("independent search" in en) == gone
    assert ("封存到期" in zh) == ("sealed until its date" in en) == (residue is B.CUSTODY)
    if residue in {B.IN_USE, B.BLOCKED}:
        assert "已删除" not in zh
        assert "deleted" not in en.replace("neither passed on nor deleted", "")


@pytest.mark.parametrize(("release", "residue"), list(itertools.product(Release, Residue)))
def test_every_pair_has_some_word_and_every_word_a_text(release: Release, residue: Residue) -> None:
    assert outcome_of(release, residue) in TEXTS


def test_every_word_is_reached_by_a_lawful_pair() -> None:
    assert {outcome_of(r, s) for r, s in LAWFUL_PAIRS | AFTER_RELEASE} == set(Outcome) == set(TEXTS)


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("case", [SALE, replace(SALE, rehearsal=True)], ids=["real", "rehearsal"])
def test_the_message_names_both_sides_and_how_to_ask_in_both_languages(outcome: Outcome, case) -> None:
    zh, en = feedback_text(outcome, case).splitlines()
    assert "示例商贸有限公司告知" in zh
    assert "Example Trading Co., Ltd.:" in en
    assert "privacy@seller.example.com" in zh
    assert "privacy@seller.example.com" in en
    passed = outcome.value.startswith("passed_on")
    assert ("示例接收有限公司" in zh) == ("Example Receiver Ltd." in en) == passed
    assert "{" not in zh + en
    assert zh.startswith("【演练】") == en.startswith("[Rehearsal] ") == case.rehearsal


def test_a_name_with_braces_is_a_name() -> None:
    odd = replace(SALE, receivers=(replace(SALE.receivers[0], name="{甲}公司", name_en="{A} Ltd"),))
    zh, en = feedback_text(Outcome.PASSED_ON, odd).splitlines()
    assert "{甲}公司" in zh
    assert "{A} Ltd" in en


def test_a_share_deal_says_that_nothing_moved() -> None:
    text = feedback_text(Outcome.UNCHANGED, SHARES)
    assert "没有移交给任何人" in text
    assert "handed to nobody" in text


contact = st.tuples(
    st.integers(0, 5), st.none() | st.sampled_from("甲乙"), st.none() | st.sampled_from(["1", "2"]),
    st.none() | st.sampled_from(["a@example.com", "b@example.com"]),
)  # fmt: skip


@given(
    st.lists(contact, max_size=8, unique_by=lambda c: c[0]),
    st.lists(st.none() | st.sampled_from([o.value for o in Outcome]), min_size=6, max_size=6),
)
def test_everybody_who_can_be_reached_gets_one_message_by_the_better_channel(people, outcomes) -> None:
    frame = pl.DataFrame(
        people, schema={"subject": pl.Int64, "name": pl.Utf8, "phone": pl.Utf8, "email": pl.Utf8}, orient="row"
    )
    rows = outbox_rows(frame, pl.Series(outcomes, dtype=pl.Utf8))
    expected = [
        ("sms" if phone else "email", phone or email, name, outcomes[subject])
        for subject, name, phone, email in people
        if (phone or email) and outcomes[subject] is not None
    ]
    assert sorted(rows.rows(), key=str) == sorted(expected, key=str)
    assert rows.rows() == sorted(rows.rows(), key=lambda r: (r[0], r[1], r[2] is not None, r[2] or ""))
    assert rows.columns == ["channel", "address", "name", "outcome"], "no number that leads back to the records"

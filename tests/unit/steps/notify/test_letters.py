"""Letters: one body, filled for everybody at once, whatever their names look like."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.steps.notify.notice_cases import BY_CONSENT, SALE, SHARES, notice_of

from bequest.steps.notify.letters import NAME, NAME_EN, REF, body, fill, public_body, short_text

PEOPLE = pl.DataFrame(
    {"name": ["张三", r"a\1(b)$0*", None, NAME, REF, "O'Neil"], "ref": ["AB12", "CD34", "EF56", "GH78", "IJ90", "KL12"]}
)


@pytest.mark.parametrize("template", [body(notice_of(SALE)), short_text(notice_of(SALE)), body(notice_of(SHARES))])
def test_names_and_references_are_filled_in_as_they_are(template: str) -> None:
    got = fill(template, PEOPLE).to_list()
    assert len(got) == PEOPLE.height
    for text, name, ref in zip(got, PEOPLE["name"], PEOPLE["ref"], strict=True):
        if name not in {NAME, REF}:
            filled = template.replace(REF, ref).replace(NAME, name or "尊敬的客户")
            assert text == filled.replace(NAME_EN, name or "customer")
        assert ref in text


def test_a_name_that_looks_like_a_placeholder_is_a_name() -> None:
    got = fill(f"{NAME}|{REF}|", PEOPLE).to_list()
    assert got[3] == f"{NAME}|GH78|"
    assert got[4] == f"{REF}|IJ90|"


parts = st.lists(st.sampled_from([NAME, REF, "尊敬的", "Dear ", "{{", "}}", "{name}", ""]), max_size=8)


@given(
    parts, st.lists(st.tuples(st.none() | st.text(max_size=5), st.text("ABC123", min_size=1)), min_size=1, max_size=4)
)
def test_filling_is_replacing_each_placeholder_once(pieces, people) -> None:
    template = "".join(pieces)
    frame = pl.DataFrame(people, schema={"name": pl.Utf8, "ref": pl.Utf8}, orient="row")
    expected = []
    for name, ref in people:
        out, rest = "", template
        while rest:
            if rest.startswith(NAME):
                out, rest = out + ("尊敬的客户" if name is None else name), rest[len(NAME) :]
            elif rest.startswith(REF):
                out, rest = out + ref, rest[len(REF) :]
            else:
                out, rest = out + rest[0], rest[1:]
        expected.append(out)
    assert fill(template, frame).to_list() == expected


def test_the_public_notice_speaks_to_everybody_in_each_language() -> None:
    text = public_body(notice_of(SALE), "acme-2026")
    zh, en = text.split("-" * 20)
    assert "各位客户，您好" in zh
    assert "Dear customers," in en
    assert "{{" not in text


def test_a_text_message_names_the_receiver_and_how_to_reach_it() -> None:
    text = short_text(notice_of(SALE))
    assert "示例接收有限公司" in text
    assert "privacy@buyer.example.com" in text


def test_nobody_to_write_to_is_no_letter() -> None:
    assert fill(body(notice_of(SALE)), PEOPLE.clear()).to_list() == []


@pytest.mark.parametrize("case", [SALE, SHARES])
def test_the_body_holds_both_languages_all_items_and_the_reference_twice(case) -> None:
    notice = notice_of(case)
    text = body(notice)
    zh, en = text.split("-" * 20)
    for item in notice.items:
        assert f"{item.label_zh}：{item.zh}" in zh
        assert f"{item.label_en}: {item.en.removesuffix('.')}." in en
        assert item.article in zh
        assert item.article in en
    assert notice.title_zh in zh
    assert notice.title_en in en
    assert notice.silence_zh in zh
    assert notice.silence_en in en
    assert text.count(NAME) == text.count(NAME_EN) == 1
    assert text.count(REF) == 2


@pytest.mark.parametrize(("case", "marked"), [(SALE, False), (replace(SALE, rehearsal=True), True)])
def test_a_rehearsal_is_marked_on_every_letter(case, marked) -> None:
    notice = notice_of(case)
    assert ("演练" in body(notice)) == ("演练" in short_text(notice)) == ("Rehearsal" in body(notice)) == marked


@pytest.mark.parametrize(
    ("case", "says"),
    [
        (SALE, "将随业务移交给示例接收有限公司"),
        (replace(SALE, lots=(BY_CONSENT,)), "经您同意才移交给示例接收有限公司"),
        (SHARES, "没有移交给任何人"),
    ],
)
def test_the_short_text_says_who_what_and_the_reference_and_no_more(case, says) -> None:
    text = short_text(notice_of(case))
    assert says in text
    assert "示例商贸有限公司告知" in text
    assert REF in text
    assert "身份证" not in text
    assert len(text) < 120

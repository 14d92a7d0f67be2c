"""The publicity kit: what it says follows from the case, both languages say the same, posters open the notice page."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pypdf
import pytest

from bequest.documents.publicity import words
from bequest.documents.publicity.facts import Course, PublicFacts, PublicParty, Share
from bequest.documents.publicity.poster import PAPERS, poster
from bequest.documents.publicity.texts import texts

US = PublicParty("杭州甲公司", "Hangzhou A Ltd.", "privacy@a.example.com")
FIRST = PublicParty("上海乙公司", "Shanghai B Ltd.", "privacy@b.example.com")
SECOND = PublicParty("宁波丙公司", "Ningbo C Ltd.", "privacy@c.example.com")
FACTS = PublicFacts(
    case_id="case-1", rehearsal=False, course=Course.PASSES_ON, transferor=US, keeper=US,
    shares=(Share(FIRST, "PIPL-22", ("订单",), False), Share(SECOND, "PIPL-23", ("订单",), True)),
    effective_on=date(2026, 12, 31), objection_days=15, days_are_ours=True, answer_working_days=15, copy_days=30,
    answer_article="APPM-6.3", copy_article="G35273-8.7", complaint_authority="某市网信办",
    address="https://p.example.com/public/case-1", find_address="https://p.example.com/find", quiet=False,
)  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_silence_is_said_for_each_receiver_by_its_own_ground(lang: str) -> None:
    said = words.silence(FACTS, lang)
    yes, no = (("移交给上海乙公司", "不移交给宁波丙公司") if lang == "zh"
               else ("passes on to Shanghai B Ltd.", "does not pass on to Ningbo C Ltd."))  # fmt: skip
    assert yes in said
    assert no in said


def test_every_wording_is_there_in_both_languages_and_names_the_notice_page() -> None:
    made = texts(FACTS)
    for kind in ("shop.{}.txt", "message.{}.txt", "web.{}.html", "hotline.{}.md", "staff.{}.md", "questions.{}.md"):
        for lang in ("zh", "en"):
            assert FACTS.address in made[kind.format(lang)], kind


def test_days_and_articles_are_those_of_the_facts() -> None:
    other = texts(replace(FACTS, objection_days=21, answer_working_days=9))
    assert "21 日内" in other["shop.zh.txt"]
    assert "within 21 days" in other["shop.en.txt"]
    assert "9 working days" in other["hotline.en.md"]
    assert "15" not in other["message.zh.txt"]


def test_a_sensitive_industry_names_nothing_in_what_is_sent_to_people() -> None:
    made = texts(replace(FACTS, quiet=True))
    for lang in ("zh", "en"):
        for party in (US, FIRST, SECOND):
            assert party.name not in made[f"message.{lang}.txt"]
            assert party.name_en not in made[f"message.{lang}.txt"]


@pytest.mark.parametrize("course", [Course.STAYS, Course.ENDS])
def test_where_nobody_receives_nobody_is_named_and_nothing_is_objected_to(course: Course) -> None:
    made = texts(replace(FACTS, course=course, shares=()))
    for text in made.values():
        assert "反对移交" not in text
        assert "object to the handover" not in text
        assert FIRST.name not in text


def test_what_a_case_says_is_escaped_in_html() -> None:
    bad = replace(FACTS, transferor=PublicParty("<b>甲", "<b>A", "x"))
    assert "<b>" not in texts(bad)["web.zh.html"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("paper", PAPERS)
def test_a_poster_is_one_page_of_its_paper_and_the_same_each_time(lang: str, paper: str) -> None:
    made = poster(FACTS, lang, paper)
    assert made == poster(FACTS, lang, paper)
    [page] = pypdf.PdfReader(BytesIO(made)).pages
    wanted = {"a4": (595, 842), "a3": (842, 1191)}[paper]
    assert (round(float(page.mediabox.width)), round(float(page.mediabox.height))) == wanted
    text = page.extract_text().replace("\n", "")
    assert US.of(lang).split()[0] in text

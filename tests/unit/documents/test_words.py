from enum import Enum

import pytest
from tests.unit.documents.sample_report import sample_case

from bequest.documents import codes
from bequest.documents.citations import REGISTER, cite, cited_instruments
from bequest.documents.report.content import DutyState, KeyState, ReceiptState, StepName, StepState, StoreState
from bequest.documents.report.wording import Wording, number, percent, plural, state_shape
from bequest.documents.symbols import SYMBOLS
from bequest.documents.words import (
    CERTIFICATE_SHAPES,
    FINDING_SHAPES,
    RELEASE_SHAPES,
    RESIDUE_SHAPES,
    WORDS,
    word,
)
from bequest.law.loader import load_pack
from bequest.model import case, datamap, destruction, disposition, facts

PRINTED_BY_MODEL = [
    e
    for module in (case, datamap, destruction, disposition)
    for e in vars(module).values()
    if isinstance(e, type) and issubclass(e, Enum) and e.__module__ == module.__name__
] + [facts.RowRole, facts.RecordClass]
STATES = [StepState, ReceiptState, StoreState, KeyState, DutyState]


@pytest.mark.parametrize("enumeration", PRINTED_BY_MODEL, ids=lambda e: e.__name__)
def test_every_value_of_the_model_has_words_in_both_languages(enumeration: type[Enum]) -> None:
    for member in enumeration:
        assert word(member).zh.strip(), member
        assert word(member).en.strip(), member


@pytest.mark.parametrize("enumeration", PRINTED_BY_MODEL, ids=lambda e: e.__name__)
def test_no_two_values_of_one_enumeration_share_a_word(enumeration: type[Enum]) -> None:
    for lang in ("zh", "en"):
        said = [word(m).of(lang) for m in enumeration]
        assert len(set(said)) == len(said)


def test_equal_texts_of_different_enumerations_keep_their_own_words() -> None:
    assert facts.RecordClass.STAFF.value == facts.RowRole.STAFF
    assert word(disposition.Release.NONE).zh == "不交"
    assert word(disposition.Operator.NONE).zh == "不变换"
    words = Wording("zh", sample_case())
    assert words.w(StepState.BLOCKED) == "受阻"
    assert words.w(disposition.Residue.BLOCKED) == "冻结"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_state_of_a_report_has_a_word_and_a_symbol(lang: str) -> None:
    words = Wording(lang, sample_case())
    for enumeration in STATES:
        for member in enumeration:
            assert words.w(member)
            assert state_shape(member).glyph in SYMBOLS
    assert len({words.w(s) for s in StepName}) == 10


def test_every_outcome_has_a_symbol_and_words_are_never_left_out() -> None:
    for shapes, enumeration in (
        (RELEASE_SHAPES, disposition.Release),
        (RESIDUE_SHAPES, disposition.Residue),
        (FINDING_SHAPES, destruction.Finding),
        (CERTIFICATE_SHAPES, destruction.CertificateState),
    ):
        assert set(shapes) == set(enumeration)
        assert all(shape.glyph in SYMBOLS for shape in shapes.values())
    assert all(isinstance(k, type) for k in WORDS)


def test_a_code_without_words_is_printed_as_it_stands() -> None:
    words = Wording("en", sample_case())
    assert words.outcomes("delete+something_new") == "deleted, something_new"
    assert codes.key_word("custody/2036-12").zh == "封存桶 2036-12"
    assert codes.key_word("never-heard-of").en == "never-heard-of"


@pytest.mark.parametrize(
    ("article", "zh", "en"),
    [
        ("PIPL-22", "个保法 22", "PIPL Art. 22"),
        ("TAXR-29", "征管法细则 29", "Tax Collection Rules Art. 29"),
        ("JRT-C3", "JR/T 0171 C3", "JR/T 0171 C3"),
        ("NDSR-12", "网数条例 12", "NDSR Art. 12"),
        ("CC-0067", "民法典 67", "Civil Code Art. 67"),
        ("XYZ-9", "XYZ-9", "XYZ-9"),
        ("free text", "free text", "free text"),
    ],
)
def test_articles_are_cited_in_short_form(article: str, zh: str, en: str) -> None:
    assert cite(article, "zh") == zh
    assert cite(article, "en") == en


def test_laws_are_called_by_the_names_of_the_law_pack() -> None:
    for entry in load_pack("cn").instruments.values():
        mine = REGISTER[entry.code]
        assert (mine.short.zh, mine.title.zh) == (entry.zh_short, entry.zh)
        assert (mine.short.en, mine.title.en) == tuple(t.replace("'", "’") for t in (entry.en_short, entry.en))


def test_each_cited_law_is_listed_once_with_its_title() -> None:
    titles = [i.title.zh for i in cited_instruments(["PIPL-22", "PIPL-6", "ECL-24", "ECL-31", "??"])]
    assert titles == ["中华人民共和国个人信息保护法", "中华人民共和国电子商务法"]


def test_zero_unknown_and_small_shares_never_stand_in_for_each_other() -> None:
    assert (number(0), number(None), number(1234567)) == ("·", "—", "1,234,567")
    assert (percent(1, 10_000_000), percent(9_999_999, 10_000_000), percent(0, 5)) == ("<0.1%", ">99.9%", "0.0%")
    assert percent(1, 0) == "—"
    assert (plural(1, "column"), plural(2, "column")) == ("1 column", "2 columns")


def test_instants_are_printed_in_the_zone_of_the_case_with_their_offset() -> None:
    words = Wording("zh", sample_case())
    assert words.when("2026-12-31T15:00:00Z") == "2026-12-31 23:00 +08:00"
    assert words.when("not a time") == "not a time"

"""Fact patterns as a lawyer outside the project would write them, from the texts alone, before looking at the rules.

Each of `patterns/*.yaml` says which words, articles, questions and last days must be in the answer, and which words
must not; the worked examples of the pack hold the whole answer to the letter instead.
"""

from pathlib import Path

import pytest
import yaml

from bequest.kernel.errors import LawError
from bequest.law.findings.sheet import answer_sheet, parse_sheet

FOLDER = Path(__file__).parent / "patterns"
KEYS = ("jurisdictions", "topics", "facts", "citations", "instruments", "texts", "switches")


def patterns() -> list[tuple[str, dict[str, object]]]:
    out = []
    for path in sorted(FOLDER.glob("*.yaml")):
        head = yaml.safe_load(path.read_text(encoding="utf-8"))
        out += [(f"{path.stem}: {p['en']}", {"date": head["date"], **p}) for p in head["patterns"]]
    return out


@pytest.mark.parametrize("pattern", [pytest.param(p, id=name) for name, p in patterns()])
def test_a_fact_pattern_gets_the_answer_of_the_texts(pattern: dict[str, object]) -> None:
    asked = {k: pattern[k] for k in (*KEYS, "date") if k in pattern and (k != "facts" or pattern[k])}
    got = answer_sheet(parse_sheet(yaml.safe_dump(asked, allow_unicode=True), "sheet"))
    found = [f for p in got.packs for f in p.found]
    answered = {
        "outcomes": set(got.outcomes),
        "articles": {a for f in found for a in f.articles},
        "asks": {a.fact for p in got.packs for a in p.asked},
        "last_days": {f.last_day for f in found},
    }
    for what, have in answered.items():
        wanted = {str(x) for x in pattern.get(what, [])}  # type: ignore[attr-defined]
        assert wanted <= have, what
    assert answered["outcomes"].isdisjoint(pattern.get("never", []))  # type: ignore[arg-type]


def test_there_are_patterns_enough() -> None:
    assert len(patterns()) >= 180


SAME = ("facts: {event: E10, basis: legal_duty, data_sold_alone: false, persons: 1000000, reached_on: 2026-03-02}",)
SPELT = {
    "Chinese words": "事实: {事由: 出售名单, 依据: 法定义务, 单独出售: 否, 人数: 100万, 达到人数之日: 2026年3月2日}",
    "other case, gaps, texts": 'facts: {Event: e10, basis: "Legal duty", data-sold-alone: "no", persons: "1,000,000",'
    ' reached on: "2026/3/2"}',
}


@pytest.mark.parametrize("text", SPELT.values(), ids=SPELT)
def test_facts_may_be_spelt_in_other_words(text: str) -> None:
    assert parse_sheet(f"date: 2026-12-01\n{text}", "s").facts == parse_sheet(f"date: 2026-12-01\n{SAME[0]}", "s").facts


def test_a_whole_sheet_in_chinese_is_read() -> None:
    sheet = parse_sheet("日期: 2026年12月1日\n法域: [中国, 欧盟]\n主题: handover\n事实: {事由: 合并}", "s")
    assert (str(sheet.on), sheet.jurisdictions, sheet.topics) == ("2026-12-01", ("cn", "eu"), ("handover",))


def test_a_moment_is_read_from_text() -> None:
    sheet = parse_sheet('date: 2026-12-01\nfacts: {incident_possible: 是, 知悉时间: "2026年12月1日 9:30"}', "s")
    assert str(sheet.facts["incident_known_at"]) == "2026-12-01 09:30:00"


@pytest.mark.parametrize("value", ["", "unknown", "不明", '"?"', "null"])
def test_what_is_named_as_unknown_is_asked(value: str) -> None:
    got = answer_sheet(parse_sheet(f"date: 2026-12-01\nfacts: {{event: {value}, purpose_changed: false}}", "s"))
    assert not got.complete
    assert "event" in {a.fact for p in got.packs for a in p.asked}
    assert got.outcomes == ()


WRONG = {
    "a misspelt fact": ("facts: {evnt: E3}", "Did you mean event?"),
    "a misspelt value": ("facts: {basis: consnt}", "Did you mean consent?"),
    "a value of another kind": ("facts: {persons: many}", "Write a whole number."),
    "half a year": ("facts: {age: 13.5}", "Write a whole number."),
    "fewer than none": ("facts: {age: -3}", "Write a whole number."),
    "a day where a time is needed": ("facts: {incident_known_at: 2026-12-01}", "Write date and time"),
    "no such day": ('facts: {received_on: "2026-02-30"}', "Write a date"),
    "the same fact twice": ("facts: {event: E3, 事由: 分立}", "Write it once."),
    "a misspelt key": ("fact: {event: E3}", "Did you mean facts?"),
    "a misspelt topic": ("topics: [handovr]", "Topics are"),
    "no instrument": ("citations: [PIPLL-3]", "Did you mean PIPL?"),
    "no question at all": ("facts: {}", "Write facts, topics"),
    "facts as a list": ("facts: [event, E3]", "Write `facts:`"),
    "no such jurisdiction": ("jurisdictions: jp\nfacts: {event: E3}", "us-ca"),
}


@pytest.mark.parametrize(("text", "hint"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_read_is_refused_with_a_way_out(text: str, hint: str) -> None:
    with pytest.raises(LawError) as refused:
        answer_sheet(parse_sheet(f"date: 2026-12-01\n{text}", "s"))
    assert hint in refused.value.hint


def test_a_sheet_without_a_day_is_refused() -> None:
    with pytest.raises(LawError, match="date"):
        parse_sheet("facts: {event: E3}", "s")


def test_a_switch_that_nothing_asks_is_refused_with_those_that_are() -> None:
    text = "date: 2026-12-01\nfacts: {event: E10}\nswitches: {cn.pipl.art23: true}"
    with pytest.raises(LawError, match=r"hangs on a switch 'cn\.pipl\.art23'") as refused:
        answer_sheet(parse_sheet(text, "s"))
    assert "cn.pipl.art23_separate_consent_when_basis_not_consent" in refused.value.hint


def test_a_switch_is_true_or_false() -> None:
    with pytest.raises(LawError, match=r"the switch cn\.x is 'perhaps'"):
        parse_sheet("date: 2026-12-01\nfacts: {event: E10}\nswitches: {cn.x: perhaps}", "s")


def test_the_answer_says_which_switch_it_hangs_on() -> None:
    text = "date: 2026-12-01\nfacts: {event: E10, basis: contract}"
    found = {f.id: f for p in answer_sheet(parse_sheet(text, "s")).packs for f in p.found}
    said = found["cn.path.provision_on_other_basis"]
    assert (said.switch, said.switch_is_on, len(said.readings)) == (
        "cn.pipl.art23_separate_consent_when_basis_not_consent", False, 2,
    )  # fmt: skip

"""Findings answer as the worked examples expect; unknown facts are asked for; packs combine by named precedence."""

import runpy
from datetime import date
from pathlib import Path

import pytest

from bequest.kernel.errors import LawError
from bequest.law.citations import on_date
from bequest.law.findings.answer import answer
from bequest.law.findings.combine import PASSING, combine_answers
from bequest.law.findings.examples import differences_of
from bequest.law.findings.load import jurisdictions, load_examples, load_facts, load_findings
from bequest.law.findings.model import Facts
from bequest.law.findings.parse import facts_of, parameters_of
from bequest.law.findings.sheet import answer_sheet, parse_sheet
from bequest.law.loader import load_pack, load_tables
from bequest.law.params import placeholders
from bequest.law.tables import failure

DAY = date(2026, 11, 21)
SCRIPT = Path(__file__).parents[2] / "scripts" / "law_mutants.py"


@pytest.mark.parametrize("jurisdiction", jurisdictions())
def test_every_example_gets_its_answer(jurisdiction: str) -> None:
    pack = load_findings(jurisdiction)
    wrong = [(e.place, d) for e in load_examples(jurisdiction) if (d := differences_of(pack, e))]
    assert not wrong


def test_every_row_holds() -> None:
    pack = load_pack("cn")
    assert not [f for row in load_tables("cn") if (f := failure(row, pack))]


@pytest.mark.parametrize("jurisdiction", jurisdictions())
def test_every_finding_is_cited_dated_and_bilingual(jurisdiction: str) -> None:
    pack = load_findings(jurisdiction)
    for f in pack.findings:
        assert on_date(pack.instruments, f.articles, pack.as_of), f.id
        assert set(placeholders(f.zh)) == set(placeholders(f.en)), f.id
        assert {*parameters_of(f), *placeholders(f.zh)} <= set(pack.parameters), f.id
        assert set(f.yields_to) <= {x.id for x in pack.findings}, f.id
        if {"block", "block_for_counsel"} & set(f.outcomes):
            assert f.unblock_zh, f"{f.id} blocks without saying what opens it"
            assert f.unblock_en, f.id


@pytest.mark.parametrize("gate", [f"G{n}" for n in range(1, 17)])
def test_every_gate_is_there_and_an_example_reaches_it(gate: str) -> None:
    pack = load_findings("cn")
    reached = (f for e in load_examples("cn") for f in answer(pack, e.facts, on=e.on, topics=e.topics).found)
    assert any(f.gate == gate for f in reached)


def test_a_missing_fact_is_asked_for_and_not_guessed() -> None:
    got = answer(load_findings("cn"), {"event": "E3"}, on=DAY)
    assert got.outcomes == ()
    assert [a.fact for a in got.asked] == ["purpose_changed"]


def test_answers_do_not_depend_on_the_order_of_facts() -> None:
    pack = load_findings("cn")
    for e in load_examples("cn"):
        turned = dict(reversed(e.facts.items()))
        assert answer(pack, turned, on=e.on, topics=e.topics) == answer(pack, e.facts, on=e.on, topics=e.topics)


def test_one_more_fact_never_takes_back_what_was_said_but_by_named_precedence() -> None:
    """What is said with a fact missing is still said once the fact is known, unless a finding yields to another.

    A duty to keep is said until it is known that its last day is over: not knowing the day keeps.
    """
    pack = load_findings("cn")
    keeping = {f.id for f in pack.findings if f.rests_on or (f.term and f.term.only == "running")}
    yielding = {f.id for f in pack.findings if f.yields_to} | keeping
    for e in load_examples("cn"):
        full = {f.id for f in answer(pack, e.facts, on=e.on, topics=e.topics).found}
        for name in e.facts:
            less = {k: v for k, v in e.facts.items() if k != name}
            said = {f.id for f in answer(pack, less, on=e.on, topics=e.topics).found}
            assert said - full <= yielding, (e.place, name)


def test_an_objection_on_consent_never_gives_a_receiver_more() -> None:
    pack = load_findings("cn")
    for e in load_examples("cn"):
        if e.facts.get("objected") is False and e.facts.get("basis") == "consent":
            objecting = answer(pack, {**e.facts, "objected": True}, on=e.on, topics=e.topics).outcomes
            assert "transfer_on_notice" not in objecting


def test_a_second_jurisdiction_never_lets_more_pass() -> None:
    cn, eu = load_findings("cn"), load_findings("eu")
    here = [answer(cn, a.facts, on=a.on, topics=a.topics) for a in load_examples("cn")]
    there = [answer(eu, b.facts, on=b.on, topics=b.topics) for b in load_examples("eu") if "eu" in b.topics]
    for one in {a.outcomes: a for a in here}.values():
        for other in {b.outcomes: b for b in there}.values():
            both = combine_answers([one, other])
            strictest = next((w for w in PASSING if w in one.outcomes), None)
            if strictest is not None:
                assert PASSING.index(next(w for w in PASSING if w in both.outcomes)) <= PASSING.index(strictest)


def test_what_one_law_erases_and_another_keeps_goes_to_counsel() -> None:
    kept: Facts = {
        "record": "invoice",
        "record_date": date(2024, 5, 3),
        "purpose_over": False,
        "platform_operator": False,
    }
    asked: Facts = {"eu_persons": True, "request": "delete", "received_on": date(2026, 12, 30), "duty_to_keep": False}
    both = combine_answers([answer(load_findings("cn"), kept, on=DAY), answer(load_findings("eu"), asked, on=DAY)])
    assert [c.rule for c in both.conflicts] == ["keep_or_erase"]
    assert "delete" not in both.outcomes
    assert {"block_for_counsel", "storage_only"} <= set(both.outcomes)


def test_duties_of_several_laws_are_all_owed_and_named_as_such() -> None:
    here: Facts = {"event": "E2"}
    there: Facts = {"eu_persons": True, "risk": "risk", "breach_role": "controller", "incident_possible": True}
    cn, eu = answer(load_findings("cn"), here, on=DAY), answer(load_findings("eu"), there, on=DAY, topics=["incident"])
    both = combine_answers([cn, eu])
    [owed] = [p for p in both.precedence if p.rule == "all_duties"]
    assert owed.jurisdictions == ("cn", "eu")
    assert owed.gave_way == ()
    assert {"notice_required", "notify_within_72h"} <= set(owed.kept.split(", ")) <= set(both.outcomes)
    assert combine_answers([cn, answer(load_findings("eu"), {}, on=DAY)]).precedence == ()


def test_citations_read_as_on_the_day() -> None:
    sheet = parse_sheet("date: 2025-12-31\ncitations: [CSL-23, CSL-39]\ninstruments: [SMALL, LARGE]", "sheet")
    got = answer_sheet(sheet)
    assert [(c.outcomes, c.reads) for c in got.citations] == [
        (("use_law_in_force_then", "cite_old_21_new_23"), "CSL-21"), (("use_law_in_force_then",), "CSL-37"),
        (("rule_not_in_force",), "2026-09-01"), (("rule_not_in_force",), "—"),
    ]  # fmt: skip


@pytest.mark.parametrize("facts", ["{no_such: true}", "{event: E99}", "{objected: perhaps}", "{persons: true}"])
def test_a_fact_that_is_none_is_refused(facts: str) -> None:
    with pytest.raises(LawError):
        parse_sheet(f"date: 2026-12-31\nfacts: {facts}", "sheet")


def test_every_fact_is_asked_by_a_finding_or_starts_a_period() -> None:
    used: set[str] = set()
    for j in jurisdictions():
        for f in load_findings(j).findings:
            used.update(facts_of(f.when), [f.term.start, f.term.or_less] if f.term else [])
    assert set(load_facts()) <= used


def test_a_sample_of_mutants_is_killed_to_the_last() -> None:
    """What survives gets a law case, or stands with its reason in law_mutants_equivalent.toml."""
    got = runpy.run_path(str(SCRIPT))["score"](every=11)
    assert got.cases >= 1800
    assert got.mutants >= 300
    assert got.survivors == []


def test_mutants_listed_as_equivalent_are_mutants_that_no_case_notices() -> None:
    script = runpy.run_path(str(SCRIPT))
    assert script["dead_entries"]() == []
    assert len(script["equivalent"]()) <= 36

"""Switches of the law in the case file: read strictly, part of what is approved, shown with both readings."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.app.test_casefile import CASE_FILE, read
from tests.unit.app.test_law_changes import SALE, SWITCH, policy
from tests.unit.store.samples import CASE

from bequest.app.approve_policy import changed_since
from bequest.app.casefile import diff_cases
from bequest.app.decide import parties_digest
from bequest.app.law import pack_of, switches_of, switches_shown
from bequest.kernel.canonical import to_json
from bequest.kernel.codec import decode
from bequest.kernel.errors import CaseFileError
from bequest.law.loader import load_pack
from bequest.law.pack import with_switches
from bequest.law.switches import switch_states
from bequest.model.case import Case
from bequest.model.switch import Switch

SET = Switch(name=SWITCH, value=True, by="legal-1", reason="the receiver profiles health data")


def said(name: str = SWITCH, **changes: str) -> str:
    keys = {"value": "true", "reason": '"why"', "by": '"legal-1"'} | changes
    lines = [f"{k} = {v}" for k, v in keys.items() if v]
    return "\n".join([f'[law.switches."{name}"]', *lines])


def test_a_switch_is_read_and_kept_with_the_case(tmp_path: Path) -> None:
    case = read(tmp_path, CASE_FILE + said(reason='"the receiver profiles health data"'))
    assert case.switches == (SET,)
    assert decode(Case, to_json(case)).switches == (SET,)
    assert f"+ switches[{SWITCH}].by: legal-1" in diff_cases(replace(case, switches=()), case)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (said("cn.pipl.treat_id_numbers_as_sensitive"), "Did you mean cn.pipl.treat_id_number_as_sensitive?"),
        (said("cn.pipl.child_age"), "'cn.pipl.child_age' is no switch of the law pack cn"),
        (said(value='"true"'), 'law.switches."cn.pipl.sensitive_in_art22_needs_separate_consent".value'),
        (said(value=""), "value: is missing"),
        (said(reason='" "'), "reason: is missing or empty"),
        (said(by='"officer-1"'), "'officer-1' does not speak for the law in this case"),
        (said(by='"nobody"'), "Name a person with the role legal, liquidator or administrator: legal-1."),
        (f'[law.switches.{SWITCH}]\nvalue = true\nreason = "x"\nby = "legal-1"', "Put the whole name in quotes"),
        (f'[law]\nswitches = ["{SWITCH}"]', "expected tables, got a list"),
        ("[law]\nswitch = 1", "Did you write 'switch' for 'switches'?"),
    ],
)
def test_what_cannot_be_set_is_refused_with_its_place(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(CaseFileError) as caught:
        read(tmp_path, CASE_FILE + text)
    assert what in f"{caught.value.message} {caught.value.hint}"


def test_the_case_is_decided_under_the_law_as_set() -> None:
    pack = load_pack("cn")
    assert pack_of(CASE).digest == pack.digest
    mine = pack_of(replace(CASE, switches=(SET,)))
    assert mine.digest == with_switches(pack, ((SWITCH, True),)).digest != pack.digest


def test_a_switch_its_reason_and_who_decided_void_what_was_approved() -> None:
    plain = policy(sensitive=True)
    assert changed_since(SALE, plain) == []
    assert "switches of the law" in changed_since(replace(SALE, switches=(SET,)), plain)[0]
    digests = {
        parties_digest(replace(SALE, switches=switches))
        for switches in ((), (SET,), (replace(SET, reason="another"),), (replace(SET, by="officer-1"),))
    }
    assert len(digests) == 4


def test_both_readings_are_shown_and_which_is_followed() -> None:
    [shown] = [s for s in switches_of(replace(SALE, switches=(SET,))) if s.by]
    assert (shown.name, shown.value, shown.default, shown.open_point) == (SWITCH, True, False, "PIPL-29")
    assert shown.followed == shown.on != shown.off
    assert (shown.by, shown.reason) == ("legal-1", SET.reason)


def test_a_plan_shows_what_is_set_and_what_it_meets_and_no_more() -> None:
    assert switches_shown(SALE, None) == ()
    assert [s.name for s in switches_shown(SALE, policy(sensitive=True))] == [SWITCH]
    assert switches_shown(SALE, policy(sensitive=False)) == ()
    assert [s.by for s in switches_shown(replace(SALE, switches=(SET,)), None)] == ["legal-1"]


def test_every_switch_of_the_pack_can_be_set_or_says_that_nothing_asks_it() -> None:
    pack = load_pack("cn")
    states = switch_states(pack, (), on=pack.as_of)
    assert [s.name for s in states if not s.is_asked] == []
    assert len(states) == 6
    assert all(s.off.zh and s.on.zh and s.off != s.on for s in states)

"""Roles given and taken by two people: nothing changes before the second agrees; then case and log say it."""

from datetime import date, timedelta

import pytest
from tests.passkey_device import Device
from tests.unit.app.conftest import DemoHome

from bequest.app.console.access import MAY, MAY_DO, Act, Screen, roles_in
from bequest.app.console.grants import ask_for_key, ask_for_role, changes_of, decide_on_role
from bequest.app.context import Context
from bequest.kernel.errors import ApprovalError, BequestError, InputError, StateError
from bequest.model.case import Person, Role
from bequest.store.grant_records import ChangeState
from bequest.store.portal_records import SignedIn

UNTIL = date(2027, 3, 31)
NEW = Person(id="he-judge", name="何法官", roles=(), paper="（2026）浙0106破12号", external=True)


def held(ctx: Context, case_id: str, person: str) -> frozenset[Role]:
    record = ctx.case(case_id)
    now = ctx.now(case_id)
    return roles_in(ctx, record, SignedIn(record.organisation, person, person, now, now, now))


def give(home: DemoHome, person: Person, role: Role, by: str = "gu-mingzhou", **more: object) -> str:
    change = ask_for_role(home.ctx, home.case_id, person, role, gives=True, by=by, **{"until_on": None} | more)
    return change.change_id


def test_a_role_is_held_once_a_second_person_agreed(opened: DemoHome) -> None:
    ctx, case = opened.ctx, opened.case_id
    change = give(opened, NEW, Role.GUEST, until_on=UNTIL)
    assert held(ctx, case, NEW.id) == frozenset()
    with pytest.raises(ApprovalError):
        decide_on_role(ctx, case, change, agree=True, by="gu-mingzhou")
    with pytest.raises(ApprovalError):
        decide_on_role(ctx, case, change, agree=True, by=NEW.id)
    decide_on_role(ctx, case, change, agree=True, by="song-yanqiu")
    assert held(ctx, case, NEW.id) == {Role.GUEST}
    assert ctx.case(case).case.person(NEW.id).roles == (Role.GUEST,)
    with ctx.store.transaction() as tx:
        types = [e.typ for e in tx.outbox.all(case)]
        until = next(m.until_at for m in tx.memberships.of(case) if m.person == NEW.id)
        later = tx.memberships.of(case, until + timedelta(seconds=1)) if until else ()
    assert types.count("role.changed") == 1
    assert "case.changed" in types
    assert until is not None
    assert until.date() == UNTIL  # midnight in Shanghai is the day before in UTC, 16:00
    assert NEW.id not in {m.person for m in later}
    with pytest.raises(StateError):
        decide_on_role(ctx, case, change, agree=True, by="song-yanqiu")


def test_a_refused_change_changes_nothing(opened: DemoHome) -> None:
    ctx, case = opened.ctx, opened.case_id
    before = ctx.case(case)
    decide_on_role(ctx, case, give(opened, NEW, Role.AUDITOR, until_on=UNTIL), agree=False, by="song-yanqiu")
    assert ctx.case(case) == before
    assert [c.state for c in changes_of(ctx, case)] == [ChangeState.REFUSED]


def test_what_is_not_named_or_makes_no_sense_is_not_asked(opened: DemoHome) -> None:
    it = next(p for p in opened.ctx.case(opened.case_id).case.people if Role.IT in p.roles)
    with pytest.raises(InputError, match="ends on a day"):
        give(opened, NEW, Role.GUEST)
    with pytest.raises(InputError, match="paper"):
        give(opened, Person(id="x", name="x", roles=()), Role.HR)
    with pytest.raises(InputError):
        give(opened, Person(id="Not An Id", name="x", roles=(), paper="p"), Role.HR)
    with pytest.raises(InputError):
        give(opened, Person(id="x", name="x", roles=(), paper="p", public_key="nonsense"), Role.HR)
    with pytest.raises(StateError, match="already"):
        give(opened, it, Role.IT)
    give(opened, NEW, Role.GUEST, until_on=UNTIL)
    with pytest.raises(StateError, match="waits already"):
        give(opened, NEW, Role.GUEST, until_on=UNTIL)


def test_a_role_that_the_law_requires_is_not_left_empty(opened: DemoHome) -> None:
    ctx, case = opened.ctx, opened.case_id
    it = next(p for p in ctx.case(case).case.people if Role.IT in p.roles)
    change = ask_for_role(ctx, case, it, Role.IT, gives=False, until_on=None, by="gu-mingzhou")
    with pytest.raises(BequestError):
        decide_on_role(ctx, case, change.change_id, agree=True, by="song-yanqiu")
    assert held(ctx, case, it.id) >= {Role.IT}
    second = Person(id="new-it", name="新技术", roles=(), paper="任命书")
    decide_on_role(ctx, case, give(opened, second, Role.IT), agree=True, by="song-yanqiu")
    decide_on_role(ctx, case, change.change_id, agree=True, by="song-yanqiu")
    assert Role.IT not in held(ctx, case, it.id)
    assert Role.IT in held(ctx, case, second.id)


def test_who_only_reads_does_nothing_and_sees_no_person() -> None:
    for role in (Role.AUDITOR, Role.GUEST):
        assert MAY_DO[role] <= {Act.CHECK}
        assert not MAY[role] & {Screen.PEOPLE, Screen.REQUESTS, Screen.SAMPLES, Screen.LINKS}


def test_a_passkey_becomes_a_first_key_by_two_people_and_only_of_who_signs_no_files(opened: DemoHome) -> None:
    ctx, case, line = opened.ctx, opened.case_id, Device().public.line
    people = ctx.case(case).case.people
    keyed = next(p for p in people if p.public_key)
    with pytest.raises(ApprovalError, match="already"):
        ask_for_key(ctx, case, keyed.id, line, by=keyed.id)
    for person, role in (("zheng-hr", Role.HR), ("wu-receiver", Role.RECEIVER)):
        new = Person(id=person, name="x", roles=(), paper="p")
        decide_on_role(ctx, case, give(opened, new, role), agree=True, by="song-yanqiu")
    with pytest.raises(ApprovalError, match="cannot do that"):
        ask_for_key(ctx, case, "wu-receiver", line, by="wu-receiver")
    change = ask_for_key(ctx, case, "zheng-hr", line, by="zheng-hr").change_id
    with pytest.raises(ApprovalError):
        decide_on_role(ctx, case, change, agree=True, by="zheng-hr")
    assert ctx.case(case).case.person("zheng-hr").public_key == ""
    decide_on_role(ctx, case, change, agree=True, by="song-yanqiu")
    after = ctx.case(case).case.person("zheng-hr")
    assert (after.public_key, after.roles) == (line, (Role.HR,))

"""Cases and people: revisions, the flag that never changes, clocks, roles."""

from dataclasses import replace

import pytest
from tests.unit.store.samples import CASE, LEGAL, OFFICER, ORGANISATION, REAL_CASE, T0, later

from bequest.kernel.errors import GuardError, StateError
from bequest.model.case import Person, Role, Window
from bequest.store.records import CaseStatus
from bequest.store.repositories import Store

CHANGED = replace(CASE, window=Window(objection_days=20))


def test_a_case_comes_back_as_it_was_added(store: Store) -> None:
    with store.transaction() as tx:
        record = tx.cases.get(CASE.id)
    assert record.case == CASE
    assert (record.organisation, record.revision, record.status) == (ORGANISATION, 1, CaseStatus.OPEN)
    assert (record.rehearsal, record.clock_at, record.created_at) == (True, None, T0)


def test_a_case_is_added_once(store: Store) -> None:
    with store.transaction() as tx, pytest.raises(StateError, match="is a case 'acme-2026' already"):
        tx.cases.add(CASE, organisation=ORGANISATION, at=T0)


def test_a_change_makes_a_revision_and_the_old_one_is_kept(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.cases.update(CHANGED, 1, later(hours=1)).revision == 2
    with store.transaction() as tx:
        assert tx.cases.get(CASE.id).case == CHANGED
        assert tx.cases.revision(CASE.id, 1) == CASE
        assert tx.cases.revision(CASE.id, 2) == CHANGED
        with pytest.raises(StateError, match="no revision 3"):
            tx.cases.revision(CASE.id, 3)


def test_the_same_case_again_makes_no_revision(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.cases.update(CASE, 1, later(hours=1)).revision == 1


def test_a_change_made_from_an_old_revision_is_refused(store: Store) -> None:
    with store.transaction() as tx:
        tx.cases.update(CHANGED, 1, T0)
    with store.transaction() as tx, pytest.raises(StateError, match=r"at revision 2.*from revision 1"):
        tx.cases.update(replace(CASE, title="x"), 1, T0)


@pytest.mark.parametrize("case", [CASE, REAL_CASE])
def test_the_rehearsal_flag_never_changes(store: Store, case: object) -> None:
    assert isinstance(case, type(CASE))
    with store.transaction() as tx, pytest.raises(GuardError, match="stays so"):
        tx.cases.update(replace(case, rehearsal=not case.rehearsal), 1, T0)


def test_an_ended_case_is_not_changed(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.cases.set_status(CASE.id, CaseStatus.CLOSED, T0).status is CaseStatus.CLOSED
        with pytest.raises(StateError, match="closed and cannot be changed"):
            tx.cases.update(CHANGED, 1, T0)


ALLOWED = {
    (CaseStatus.OPEN, CaseStatus.CUT_OVER),
    (CaseStatus.OPEN, CaseStatus.CLOSED),
    (CaseStatus.OPEN, CaseStatus.ABANDONED),
    (CaseStatus.CUT_OVER, CaseStatus.CLOSED),
    (CaseStatus.CUT_OVER, CaseStatus.ABANDONED),
}


@pytest.mark.parametrize("was", CaseStatus)
@pytest.mark.parametrize("wanted", CaseStatus)
def test_a_case_only_moves_on(store: Store, was: CaseStatus, wanted: CaseStatus) -> None:
    with store.transaction() as tx:
        tx.cases.set_status(CASE.id, was, T0)
        if was is wanted or (was, wanted) in ALLOWED:
            assert tx.cases.set_status(CASE.id, wanted, T0).status is wanted
        else:
            with pytest.raises(StateError, match="cannot become"):
                tx.cases.set_status(CASE.id, wanted, T0)


def test_the_clock_of_a_rehearsal_only_goes_forward(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.cases.set_clock(CASE.id, later(days=3)).clock_at == later(days=3)
        assert tx.cases.set_clock(CASE.id, later(days=3)).clock_at == later(days=3)
        with pytest.raises(StateError, match="never moved backwards"):
            tx.cases.set_clock(CASE.id, later(days=2))
        assert tx.cases.get(CASE.id).clock_at == later(days=3)


def test_the_clock_of_a_real_case_cannot_be_set(store: Store) -> None:
    with store.transaction() as tx, pytest.raises(GuardError, match="is real"):
        tx.cases.set_clock(REAL_CASE.id, later(days=3))


def test_time_observed_never_runs_back(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.cases.observe_time(REAL_CASE.id, later(days=5)) == later(days=5)
        assert tx.cases.observe_time(REAL_CASE.id, later(days=2)) == later(days=5)
        assert tx.cases.get(REAL_CASE.id).latest_at == later(days=5)


def test_the_law_pack_is_pinned_and_replaced_only_by_name(store: Store) -> None:
    with store.transaction() as tx:
        tx.cases.pin_law(CASE.id, "cn", "d1")
        tx.cases.pin_law(CASE.id, "cn", "d1")
        with pytest.raises(StateError, match="pinned"):
            tx.cases.pin_law(CASE.id, "cn", "d2")
        assert tx.cases.pin_law(CASE.id, "cn", "d2", replaces="d1").law_pack_digest == "d2"


def test_people_of_the_case_hold_their_roles_from_its_start(store: Store) -> None:
    with store.transaction() as tx:
        held = {(m.person, m.role, m.paper, m.from_at, m.until_at) for m in tx.memberships.of(CASE.id)}
        assert tx.people.get(ORGANISATION, "legal-1").public_key == LEGAL.public_key
        assert [p.id for p in tx.people.list(ORGANISATION)] == ["legal-1", "officer-1"]
        assert tx.people.organisations() == (ORGANISATION,)
    assert held == {
        ("legal-1", Role.LEGAL, "board resolution 1", T0, None),
        ("officer-1", Role.OFFICER, "", T0, None),
        ("officer-1", Role.VERIFIER, "", T0, None),
    }


def test_roles_follow_a_changed_case_and_nothing_is_forgotten(store: Store) -> None:
    new = Person(id="legal-2", name="周法务", roles=(Role.LEGAL,))
    with store.transaction() as tx:
        tx.memberships.grant(CASE.id, "legal-1", Role.CUTOVER, "letter", later(hours=1))
        tx.cases.update(replace(CASE, people=(new, OFFICER)), 1, later(days=1))
        before = {(m.person, m.role) for m in tx.memberships.of(CASE.id, T0)}
        after = {(m.person, m.role) for m in tx.memberships.of(CASE.id, later(days=1))}
        other = {m.person for m in tx.memberships.of(REAL_CASE.id, later(days=1))}
    officer = {("officer-1", Role.OFFICER), ("officer-1", Role.VERIFIER)}
    assert before == {("legal-1", Role.LEGAL), *officer}
    assert after == {("legal-2", Role.LEGAL), ("legal-1", Role.CUTOVER), *officer}
    assert other == {"legal-1", "officer-1"}


def test_a_new_paper_ends_the_role_and_begins_it_again(store: Store) -> None:
    with store.transaction() as tx:
        people = (replace(LEGAL, paper="board resolution 2"), OFFICER)
        tx.cases.update(replace(CASE, people=people), 1, later(days=1))
        legal = [(m.paper, m.until_at) for m in tx.memberships.of(CASE.id) if m.role is Role.LEGAL]
    assert legal == [("board resolution 1", later(days=1)), ("board resolution 2", None)]


def test_a_role_is_held_once_and_ended_once(store: Store) -> None:
    with store.transaction() as tx:
        tx.memberships.grant(CASE.id, "legal-1", Role.LEGAL, "again", later(days=1))
        assert len([m for m in tx.memberships.of(CASE.id) if m.role is Role.LEGAL]) == 1
        tx.memberships.end(CASE.id, "legal-1", Role.LEGAL, later(days=2))
        with pytest.raises(StateError, match="does not hold"):
            tx.memberships.end(CASE.id, "legal-1", Role.LEGAL, later(days=3))
        with pytest.raises(StateError, match="not registered"):
            tx.memberships.grant(CASE.id, "nobody", Role.LEGAL, "", later(days=3))


def test_another_key_is_enrolled_never_imported(store: Store) -> None:
    stranger = replace(LEGAL, public_key="ssh-ed25519 Z")
    with store.transaction() as tx, pytest.raises(StateError, match="another key"):
        tx.cases.update(replace(CASE, people=(stranger, OFFICER)), 1, T0)
    with store.transaction() as tx:
        assert tx.cases.get(CASE.id).revision == 1
        tx.people.set_key(ORGANISATION, "legal-1", stranger.public_key, T0)
        tx.cases.update(replace(CASE, people=(stranger, OFFICER)), 1, T0)
        assert tx.people.get(ORGANISATION, "legal-1").public_key == "ssh-ed25519 Z"


def test_people_of_different_organisations_are_different(empty: Store) -> None:
    with empty.transaction() as tx:
        tx.cases.add(CASE, organisation="one", at=T0)
        people = (replace(LEGAL, public_key="ssh-ed25519 Z"),)
        tx.cases.add(replace(REAL_CASE, people=people), organisation="two", at=T0)
        assert tx.people.get("one", "legal-1").public_key != tx.people.get("two", "legal-1").public_key

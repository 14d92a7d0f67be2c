"""Policies, approvals, populations."""

import pytest
from tests.unit.store.samples import (
    CASE,
    LEGAL,
    OFFICER,
    REAL_CASE,
    T0,
    a_policy,
    a_population,
    an_approval,
    later,
)

from bequest.kernel.errors import ApprovalError, StateError
from bequest.model.case import Role
from bequest.store.records import PolicyState
from bequest.store.repositories import Store


def test_a_policy_comes_back_under_its_digest(store: Store) -> None:
    policy = a_policy()
    with store.transaction() as tx:
        assert tx.policies.latest(CASE.id) is None
        record = tx.policies.add(CASE.id, policy, T0)
        assert (record.policy, record.digest, record.state) == (policy, policy.digest, PolicyState.PROPOSED)
        assert tx.policies.get(CASE.id, policy.digest) == record
        assert tx.policies.get(CASE.id, policy.digest[:12]) == record
        assert tx.policies.latest(CASE.id) == record
        assert tx.policies.in_force(CASE.id) is None


@pytest.mark.parametrize("digest", ["", "f" * 64])
def test_a_policy_nobody_planned_is_not_found(store: Store, digest: str) -> None:
    with store.transaction() as tx:
        tx.policies.add(CASE.id, a_policy(), T0)
        with pytest.raises(StateError, match="no policy"):
            tx.policies.get(CASE.id, digest)


def test_a_policy_of_another_case_is_refused(store: Store) -> None:
    with store.transaction() as tx, pytest.raises(StateError, match="belongs to case"):
        tx.policies.add(REAL_CASE.id, a_policy(), T0)


def test_a_new_plan_supersedes_a_proposal_but_not_what_is_in_force(store: Store) -> None:
    one, two, three = a_policy(5), a_policy(6), a_policy(7)
    with store.transaction() as tx:
        tx.policies.add(CASE.id, one, T0)
        tx.policies.set_approved(CASE.id, one.digest)
        tx.policies.add(CASE.id, two, T0)
        tx.policies.add(CASE.id, three, T0)
        states = [(head.digest, head.state.value) for head in tx.policies.list(CASE.id)]
        assert states == [(one.digest, "approved"), (two.digest, "superseded"), (three.digest, "proposed")]
        tx.policies.set_approved(CASE.id, three.digest)
        in_force = tx.policies.in_force(CASE.id)
        assert in_force is not None
        assert in_force.digest == three.digest
        assert tx.policies.get(CASE.id, one.digest).state is PolicyState.SUPERSEDED


def test_planning_the_same_again_brings_the_policy_back(store: Store) -> None:
    one, two = a_policy(5), a_policy(6)
    with store.transaction() as tx:
        tx.policies.add(CASE.id, one, T0)
        tx.policies.add(CASE.id, two, T0)
        again = tx.policies.add(CASE.id, one, later(days=1))
        assert (again.state, again.created_at) == (PolicyState.PROPOSED, T0)
        latest = tx.policies.latest(CASE.id)
        assert latest is not None
        assert latest.digest == one.digest
        assert len(tx.policies.list(CASE.id)) == 2
        tx.policies.set_approved(CASE.id, one.digest)
        assert tx.policies.add(CASE.id, one, later(days=2)).state is PolicyState.APPROVED


def test_approvals_are_kept_whole_and_once(store: Store) -> None:
    digest = a_policy().digest
    legal, officer = an_approval(digest), an_approval(digest, OFFICER, Role.OFFICER)
    with store.transaction() as tx:
        tx.policies.add(CASE.id, a_policy(), T0)
        assert tx.approvals.of(CASE.id, digest) == ()
        for approval in (legal, officer, legal):
            tx.approvals.add(CASE.id, approval, T0)
        assert tx.approvals.of(CASE.id, digest) == (legal, officer)


def test_an_approval_of_an_unknown_digest_is_refused(store: Store) -> None:
    with store.transaction() as tx:
        tx.policies.add(CASE.id, a_policy(), T0)
        with pytest.raises(ApprovalError, match="no policy with the digest"):
            tx.approvals.add(CASE.id, an_approval(a_policy(9).digest), T0)


def test_a_void_approval_no_longer_counts_and_can_be_given_again(store: Store) -> None:
    digest = a_policy().digest
    with store.transaction() as tx:
        tx.policies.add(CASE.id, a_policy(), T0)
        tx.approvals.add(CASE.id, an_approval(digest), T0)
        assert tx.approvals.make_void(CASE.id, digest, LEGAL.id, "role changed", T0) == 1
        assert tx.approvals.make_void(CASE.id, digest, LEGAL.id, "role changed", T0) == 0
        assert tx.approvals.of(CASE.id, digest) == ()
        tx.approvals.add(CASE.id, an_approval(digest), later(days=1))
        assert tx.approvals.of(CASE.id, digest) == (an_approval(digest),)


def test_populations_are_kept_as_they_move(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.populations.latest(CASE.id) is None
        first = tx.populations.add(CASE.id, a_population(3), T0, policy_digest="p")
        assert (first.population, first.digest) == (a_population(3), a_population(3).digest)
        assert tx.populations.add(CASE.id, a_population(3), later(days=1), policy_digest="p") == first
        second = tx.populations.add(CASE.id, a_population(4), later(days=2), policy_digest="p")
        back = tx.populations.add(CASE.id, a_population(3), later(days=3), policy_digest="p")
        assert tx.populations.latest(CASE.id) == back
        assert tx.populations.get(CASE.id, second.digest) == second
        with pytest.raises(StateError, match="no population"):
            tx.populations.get(CASE.id, "x")

"""Approvals: a person's own key, a required role, one role each, for the policy that is the latest."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.app.app_cases import PEOPLE, T0, add_case, events, mark_done, with_people
from tests.unit.store.samples import CASE, a_policy, a_population

from bequest.app.approve_policy import approval_state, approve_policy
from bequest.app.approve_signed_in import approval_to_sign, attest, enter_approval
from bequest.app.clock import advance_clock
from bequest.app.context import Context, done_steps
from bequest.app.decide import parties_digest
from bequest.app.remarks import remark, settle
from bequest.crypto.signing import load_person_key
from bequest.crypto.verify import parse_public_line
from bequest.demo.keys import DemoKeys
from bequest.evidence.approval import check_approval, is_attested
from bequest.kernel.errors import ApprovalError, BequestError, InputError, StateError
from bequest.law.loader import load_pack
from bequest.law.pack import required_roles
from bequest.model.case import Case, Event, Role
from bequest.model.plan import Policy
from bequest.store.remark_records import RemarkKind

REQUIRED = required_roles(load_pack(), Event.E5).roles
HOLDER = {r: next(p.id for p in PEOPLE if r in p.roles) for r in REQUIRED}


@dataclass(frozen=True, slots=True)
class Signing:
    """A case with a policy to sign and everybody's keys."""

    ctx: Context
    case: Case
    keys: DemoKeys
    policy: Policy

    def sign(self, person: str, role: str = "", key: str = "") -> str:
        """Approve as a person; what is still missing."""
        return approve_policy(self.ctx, self.case.id, person, self.keys.person_files[key or person], role=role).gap


def policy_of(case: Case, tolerance_percent: int = 5) -> Policy:
    policy = a_policy(tolerance_percent, case.id)
    return replace(
        policy,
        law_pack_digest=load_pack().digest,
        law_date=case.effective_on,
        cutover_not_after=case.cutover_not_after or case.effective_on,
        parties_digest=parties_digest(case),
    )


def propose(ctx: Context, case: Case, policy: Policy) -> None:
    with ctx.store.transaction() as tx:
        tx.policies.add(case.id, policy, T0)
        tx.populations.add(case.id, a_population(), T0, policy_digest=policy.digest)


@pytest.fixture
def signing(ctx: Context, tmp_path: Path) -> Signing:
    case, keys = with_people(replace(CASE, id="sign-2026"), tmp_path / "keys")
    add_case(ctx, case)
    mark_done(ctx, case.id, "discover", "link", "plan")
    policy = policy_of(case)
    propose(ctx, case, policy)
    return Signing(ctx, case, keys, policy)


def in_force(s: Signing) -> str:
    with s.ctx.store.transaction() as tx:
        found = tx.policies.in_force(s.case.id)
    return found.digest if found else ""


def test_all_required_roles_by_different_people_put_the_policy_in_force(signing: Signing) -> None:
    for n, role in enumerate(REQUIRED, start=1):
        assert in_force(signing) == ""
        gap = signing.sign(HOLDER[role])
        assert (gap == "") == (n == len(REQUIRED))
    assert in_force(signing) == signing.policy.digest
    assert "approve" in done_steps(signing.ctx, signing.case.id)
    with signing.ctx.store.transaction() as tx:
        assert tx.settings.get("approved_population", case_id=signing.case.id) is not None
    signed = [e for e in events(signing.ctx, signing.case.id) if e[0] == "plan.approved"]
    assert len(signed) == len(REQUIRED)


def test_each_approval_can_be_checked_with_the_persons_public_key(signing: Signing) -> None:
    for role in REQUIRED:
        signing.sign(HOLDER[role])
    approvals = approval_state(signing.ctx, signing.case.id).approvals
    assert {a.role for a in approvals} == {r.value for r in REQUIRED}
    for a in approvals:
        check_approval(a, signing.case.id, parse_public_line(signing.case.person(a.person).public_key))
        assert a.policy_digest == signing.policy.digest


def refused(s: Signing, error: type[BequestError], person: str, **kw: str) -> BequestError:
    with pytest.raises(error) as caught:
        s.sign(person, **kw)
    assert caught.value.hint
    assert approval_state(s.ctx, s.case.id).approvals == ()
    assert [e for e in events(s.ctx, s.case.id) if e[0] == "plan.approved"] == []
    return caught.value


def test_another_persons_key_is_refused(signing: Signing) -> None:
    refused(signing, ApprovalError, HOLDER[Role.LEGAL], key=HOLDER[Role.FINANCE])


def test_somebody_who_is_not_in_the_case_is_refused_and_the_people_named(signing: Signing) -> None:
    with pytest.raises(ApprovalError) as caught:
        approve_policy(signing.ctx, signing.case.id, "nobody", signing.keys.person_files[HOLDER[Role.LEGAL]])
    assert HOLDER[Role.LEGAL] in caught.value.hint


@pytest.mark.parametrize("person", [p.id for p in PEOPLE if not set(p.roles) & set(REQUIRED)])
def test_a_role_that_is_not_required_cannot_approve(signing: Signing, person: str) -> None:
    error = refused(signing, ApprovalError, person)
    assert all(r.value in error.hint for r in REQUIRED)


def test_a_role_of_somebody_else_cannot_be_taken(signing: Signing) -> None:
    refused(signing, ApprovalError, HOLDER[Role.LEGAL], role=Role.FINANCE.value)


def test_without_the_key_file_nothing_is_signed(signing: Signing, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        approve_policy(signing.ctx, signing.case.id, HOLDER[Role.LEGAL], tmp_path / "none")
    assert approval_state(signing.ctx, signing.case.id).approvals == ()


def test_the_same_person_twice_is_once_also_on_a_later_day(signing: Signing) -> None:
    first = signing.sign(HOLDER[Role.LEGAL])
    assert signing.sign(HOLDER[Role.LEGAL]) == first
    advance_clock(signing.ctx, signing.case.id, timedelta(days=1))
    assert signing.sign(HOLDER[Role.LEGAL]) == first
    state = approval_state(signing.ctx, signing.case.id)
    assert [(a.person, a.role) for a in state.approvals] == [(HOLDER[Role.LEGAL], "legal")]
    assert len([e for e in events(signing.ctx, signing.case.id) if e[0] == "plan.approved"]) == 1


@pytest.fixture
def two_hats(ctx: Context, tmp_path: Path) -> Signing:
    """Legal also holds finance's role, and so does a second lawyer."""
    case, keys = with_people(replace(CASE, id="hats-2026"), tmp_path / "keys")
    more = {HOLDER[Role.LEGAL]: (Role.LEGAL, Role.FINANCE), "he-chuan": (Role.LEGAL,)}
    case = replace(case, people=tuple(replace(p, roles=more.get(p.id, p.roles)) for p in case.people))
    add_case(ctx, case)
    mark_done(ctx, case.id, "discover", "link", "plan")
    propose(ctx, case, policy_of(case))
    return Signing(ctx, case, keys, policy_of(case))


def test_nobody_fills_two_required_roles(two_hats: Signing) -> None:
    two_hats.sign(HOLDER[Role.LEGAL], role="legal")
    with pytest.raises(ApprovalError, match="already"):
        two_hats.sign(HOLDER[Role.LEGAL], role="finance")
    for role in REQUIRED:
        if role is not Role.LEGAL:
            gap = two_hats.sign(HOLDER[role], role=role.value)
    assert gap == "", "the refused signature stands in nobody's way"


def test_a_role_that_is_filled_needs_no_second_person(two_hats: Signing) -> None:
    two_hats.sign(HOLDER[Role.LEGAL], role="legal")
    with pytest.raises(ApprovalError, match="already"):
        two_hats.sign("he-chuan")
    assert [a.person for a in approval_state(two_hats.ctx, two_hats.case.id).approvals] == [HOLDER[Role.LEGAL]]


def test_who_holds_two_roles_and_names_none_signs_in_the_one_that_is_open(two_hats: Signing) -> None:
    two_hats.sign("he-chuan")
    two_hats.sign(HOLDER[Role.LEGAL])
    signed = {a.role: a.person for a in approval_state(two_hats.ctx, two_hats.case.id).approvals}
    assert signed == {"legal": "he-chuan", "finance": HOLDER[Role.LEGAL]}


def test_approvals_are_for_one_policy_and_a_new_one_starts_anew(signing: Signing) -> None:
    for role in REQUIRED:
        signing.sign(HOLDER[role])
    newer = replace(signing.policy, schema_digest="9" * 64)
    propose(signing.ctx, signing.case, newer)
    state = approval_state(signing.ctx, signing.case.id)
    assert (state.digest, state.approvals) == (newer.digest, ())
    assert "no approval for role" in state.gap
    assert in_force(signing) == signing.policy.digest, "the old one stands until the new one is approved"
    for role in REQUIRED:
        signing.sign(HOLDER[role])
    assert in_force(signing) == newer.digest


def test_nobody_signs_what_the_case_file_no_longer_says(signing: Signing) -> None:
    changed = replace(signing.case, tolerance_percent=50)
    with signing.ctx.store.transaction() as tx:
        tx.cases.update(changed, 1, T0)
    with pytest.raises(ApprovalError, match="tolerance_percent"):
        signing.sign(HOLDER[Role.LEGAL])


def test_before_a_policy_there_is_nothing_to_sign(ctx: Context, tmp_path: Path) -> None:
    case, keys = with_people(replace(CASE, id="early-2026"), tmp_path / "keys")
    add_case(ctx, case)
    with pytest.raises(ApprovalError, match="no policy to approve"):
        approval_state(ctx, case.id)
    with pytest.raises(StateError, match="plan"):
        approve_policy(ctx, case.id, HOLDER[Role.LEGAL], keys.person_files[HOLDER[Role.LEGAL]])


def test_a_person_without_a_key_in_the_case_file_cannot_sign(ctx: Context, tmp_path: Path) -> None:
    case, keys = with_people(replace(CASE, id="keyless-2026"), tmp_path / "keys")
    case = replace(case, people=tuple(replace(p, public_key="") for p in case.people))
    add_case(ctx, case)
    mark_done(ctx, case.id, "plan")
    propose(ctx, case, policy_of(case))
    with pytest.raises(ApprovalError) as caught:
        approve_policy(ctx, case.id, HOLDER[Role.LEGAL], keys.person_files[HOLDER[Role.LEGAL]])
    assert "public" in caught.value.message + caught.value.hint


def sign_elsewhere(s: Signing, person: str, text: str) -> str:
    return load_person_key(s.keys.person_files[person]).sshsig(text.encode())


def test_a_signature_made_elsewhere_is_the_same_approval(signing: Signing) -> None:
    who = HOLDER[Role.LEGAL]
    text, at = approval_to_sign(signing.ctx, signing.case.id, who)
    advance_clock(signing.ctx, signing.case.id, timedelta(hours=3))  # it is carried to the key and back
    pasted = sign_elsewhere(signing, who, text).replace("\n", "\r\n")
    state = enter_approval(
        signing.ctx, signing.case.id, who, role="legal", signed_at=at, signature=pasted, seen=None
    )  # fmt: skip
    [approval] = state.approvals
    check_approval(approval, signing.case.id, parse_public_line(signing.case.person(who).public_key))
    assert not is_attested(approval)


@pytest.mark.parametrize("wrong", ["another person", "another instant", "too old", "no signature"])
def test_a_signature_that_is_not_the_persons_over_this_text_is_refused(signing: Signing, wrong: str) -> None:
    who = HOLDER[Role.LEGAL]
    text, at = approval_to_sign(signing.ctx, signing.case.id, who)
    signature = sign_elsewhere(signing, HOLDER[Role.HR] if wrong == "another person" else who, text)
    if wrong == "another instant":
        advance_clock(signing.ctx, signing.case.id, timedelta(hours=1))
        _, at = approval_to_sign(signing.ctx, signing.case.id, who)
    if wrong == "too old":
        advance_clock(signing.ctx, signing.case.id, timedelta(hours=25))
    if wrong == "no signature":
        signature = "yes, I approve"
    with pytest.raises(ApprovalError):
        enter_approval(signing.ctx, signing.case.id, who, role="legal", signed_at=at, signature=signature, seen=None)
    assert approval_state(signing.ctx, signing.case.id).approvals == ()


def test_the_platform_attests_for_nobody_who_has_a_key(signing: Signing) -> None:
    with pytest.raises(ApprovalError, match="has a key"):
        attest(signing.ctx, signing.case.id, HOLDER[Role.LEGAL], role="legal", seen=None)


def test_somebody_without_a_key_approves_attested_by_the_platform(ctx: Context, tmp_path: Path) -> None:
    case, _ = with_people(replace(CASE, id="attested-2026"), tmp_path / "keys")
    case = replace(case, people=tuple(replace(p, public_key="") for p in case.people))
    add_case(ctx, case)
    mark_done(ctx, case.id, "discover", "link", "plan")
    propose(ctx, case, policy_of(case))
    with pytest.raises(ApprovalError, match="no public key"):
        approval_to_sign(ctx, case.id, HOLDER[Role.LEGAL])
    for role in REQUIRED:
        state = attest(ctx, case.id, HOLDER[role], role=role.value, seen=None)
    assert state.gap == ""
    assert all(is_attested(a) for a in state.approvals)


def test_a_refusal_stands_in_the_way_until_it_is_withdrawn(signing: Signing) -> None:
    ctx, case_id, legal = signing.ctx, signing.case.id, HOLDER[Role.LEGAL]
    signing.sign(legal)
    made = remark(ctx, case_id, legal, RemarkKind.REFUSAL, "the lot is drawn too wide")
    assert approval_state(ctx, case_id).approvals == (), "whoever refuses takes the approval back"
    assert "refused by legal" in approval_state(ctx, case_id).gap
    for role in REQUIRED:
        if role is not Role.LEGAL:
            signing.sign(HOLDER[role])
    with pytest.raises(ApprovalError, match="refused this policy"):
        signing.sign(legal)
    with pytest.raises(ApprovalError, match="of yours"):
        settle(ctx, case_id, HOLDER[Role.HR], made.remark_id)
    settle(ctx, case_id, legal, made.remark_id)
    assert in_force(signing) == ""
    assert signing.sign(legal) == ""
    assert in_force(signing) == signing.policy.digest
    kinds = [e[0] for e in events(ctx, case_id)]
    assert [k for k in kinds if k in {"plan.refused", "approval.voided", "plan.settled"}] == [
        "plan.refused", "approval.voided", "plan.settled",
    ]  # fmt: skip
    assert kinds.count("plan.approved") == len(REQUIRED) + 1, "the second approval of the same role is on the log, too"


def test_the_policy_comes_into_force_when_the_last_condition_is_met(signing: Signing) -> None:
    ctx, case_id, it = signing.ctx, signing.case.id, HOLDER[Role.IT]
    made = remark(ctx, case_id, it, RemarkKind.CONDITION, "the copy of May is destroyed first")
    for role in REQUIRED:
        assert signing.sign(HOLDER[role]) == "a condition is set by it"
    assert in_force(signing) == ""
    assert settle(ctx, case_id, it, made.remark_id).gap == ""
    assert in_force(signing) == signing.policy.digest
    with pytest.raises(ApprovalError, match="in force already"):
        remark(ctx, case_id, it, RemarkKind.REFUSAL, "second thoughts")


def test_a_comment_changes_nothing_and_only_required_roles_object(signing: Signing) -> None:
    verifier = next(p.id for p in PEOPLE if Role.VERIFIER in p.roles)
    remark(signing.ctx, signing.case.id, verifier, RemarkKind.COMMENT, "clear to me")
    with pytest.raises(ApprovalError, match="no role"):
        remark(signing.ctx, signing.case.id, verifier, RemarkKind.CONDITION, "clear to me")
    with pytest.raises(InputError):
        remark(signing.ctx, signing.case.id, HOLDER[Role.HR], RemarkKind.REFUSAL, "   ")
    gap = approval_state(signing.ctx, signing.case.id).gap
    assert gap.startswith("no approval for role")

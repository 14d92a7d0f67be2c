"""A person approves the latest policy with a key of their own; when all required roles did, it is in force."""

from dataclasses import dataclass
from pathlib import Path

from bequest.app.context import Context, require
from bequest.app.evidence import publish, record
from bequest.app.law import pack_of
from bequest.crypto.signing import load_person_key
from bequest.crypto.verify import parse_public_line
from bequest.evidence.approval import check_approval, quorum_gap, sign_approval
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import to_json
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import ApprovalError, VerificationError
from bequest.law.pack import required_roles
from bequest.model.case import Case, Person, Role
from bequest.model.plan import Approval


@dataclass(frozen=True, slots=True)
class ApprovalState:
    """Approvals of the latest policy, and what is still missing (empty when it is in force)."""

    digest: str
    approvals: tuple[Approval, ...]
    required: tuple[Role, ...]
    gap: str


def approval_state(ctx: Context, case_id: str) -> ApprovalState:
    """Who approved the latest policy.

    Raises:
        ApprovalError: where there is no policy to approve.
    """
    case = ctx.case(case_id).case
    required = required_roles(pack_of(case), case.event).roles
    with ctx.store.transaction() as tx:
        policies = tx.policies.list(case_id)
        if not policies:
            raise ApprovalError(f"case {case_id} has no policy to approve", hint=f"Run `bequest plan {case_id}` first.")
        digest = policies[-1].digest
        approvals = tx.approvals.of(case_id, digest)
    return ApprovalState(digest, approvals, required, quorum_gap(approvals, [r.value for r in required]))


def approve_policy(ctx: Context, case_id: str, person_id: str, key_file: Path, *, role: str = "") -> ApprovalState:
    """Sign the latest policy as one person in one role.

    Raises:
        ApprovalError: where the person is not in the case, holds no required role, or the key is not the person's.
        InputError: where the key file is unusable.
    """
    require(ctx, case_id, "plan")
    record_ = ctx.case(case_id)
    case = record_.case
    state = approval_state(ctx, case_id)
    person = _person(case, person_id)
    chosen = _role(person, state.required, role)
    signer = load_person_key(key_file)
    if not person.public_key or parse_public_line(person.public_key).fingerprint != signer.public.fingerprint:
        raise ApprovalError(
            f"the key is not the one on file for {person_id}",
            hint="Use the key whose public half stands in the case file.",
        )
    at = ctx.clock(record_).now()
    approval = sign_approval(
        signer, case=case_id, policy_digest=state.digest, person=person_id, role=chosen.value, signed_at=rfc3339(at)
    )
    try:
        check_approval(approval, case_id, parse_public_line(person.public_key))
    except VerificationError as e:
        raise ApprovalError(e.message, hint="Sign again with the person's own key.") from e
    with ctx.store.transaction() as tx:
        tx.approvals.add(case_id, approval, at)
        record(
            ctx, tx, case_id, EventType.PLAN_APPROVED, f"{state.digest[:16]}-{chosen.value}", at=at,
            refs={"policy": state.digest}, actor=signer.public.key_id,
        )  # fmt: skip
    after = approval_state(ctx, case_id)
    if not after.gap:
        with ctx.store.transaction() as tx:
            tx.policies.set_approved(case_id, after.digest)
            population = tx.populations.latest(case_id)
            if population is not None:  # volumes beyond it by more than the tolerance need a new approval
                tx.settings.set("approved_population", to_json(population.population), at, case_id=case_id)
            latest = tx.steps.latest(case_id, "approve")
            if latest is None or latest.output_digest != after.digest:
                run = tx.steps.start(case_id, "approve", after.digest, at)
                tx.steps.finish(run, after.digest, {"approvals": len(after.approvals)}, at, 0.0)
    publish(ctx, case_id)
    return after


def _person(case: Case, person_id: str) -> Person:
    try:
        return case.person(person_id)
    except KeyError:
        raise ApprovalError(
            f"there is no person {person_id!r} in case {case.id}",
            hint=f"People: {', '.join(p.id for p in case.people)}.",
        ) from None


def _role(person: Person, required: tuple[Role, ...], wanted: str) -> Role:
    may = [r for r in required if r in person.roles and (not wanted or r.value == wanted)]
    if not may:
        raise ApprovalError(
            f"{person.id} holds no role whose approval is required here",
            hint=f"Required: {', '.join(required)}; {person.id} is {', '.join(person.roles) or 'nothing'}.",
        )
    return may[0]

"""A person approves the latest policy with a key of their own; when all required roles did, it is in force.

Other ways to the same record are in `approve_signed_in`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bequest.app.context import Context, require, require_open
from bequest.app.decide import parties_digest
from bequest.app.ending import check_settled
from bequest.app.evidence import publish, record
from bequest.app.fairness import load_fairness
from bequest.app.law import pack_of
from bequest.app.law_changes import touched_by_law
from bequest.crypto.signing import load_person_key
from bequest.crypto.verify import parse_public_line
from bequest.evidence.approval import check_approval, quorum_gap, sign_approval
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import digest, short, to_json
from bequest.kernel.clock import local_date, rfc3339
from bequest.kernel.errors import ApprovalError, VerificationError
from bequest.law.pack import required_roles
from bequest.model.case import Case, Person, Role
from bequest.model.fairness import Fairness
from bequest.model.plan import Approval, Policy
from bequest.store.records import CaseRecord
from bequest.store.remark_records import RemarkKind, RemarkRecord, RemarkState

CHANGED = {
    "parties_digest": "parties, lots, window, custodian, copies or switches of the law",
    "law_date": "effective_on",
    "cutover_not_after": "cutover_not_after",
    "tolerance_percent": "tolerance_percent",
    "event": "event",
}
"""What is approved with the policy and stands in the case file → how people know it."""


@dataclass(frozen=True, slots=True)
class ApprovalState:
    """Approvals of the latest policy, and what is still missing (empty when it is in force)."""

    digest: str
    approvals: tuple[Approval, ...]
    required: tuple[Role, ...]
    gap: str
    changed: tuple[str, ...] = ()
    """What of the case file is no longer as this policy has it: then its approvals are void."""
    remarks: tuple[RemarkRecord, ...] = ()
    """What was said of it: comments, conditions, refusals."""


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
        latest = policies[-1].digest
        approvals = tx.approvals.of(case_id, latest)
        remarks = tx.remarks.of(case_id, latest)
        changed = changed_since(case, tx.policies.get(case_id, latest).policy)
    gap = _objected(remarks) or quorum_gap(approvals, [r.value for r in required])
    return ApprovalState(latest, approvals, required, gap, tuple(changed), remarks)


def _objected(remarks: tuple[RemarkRecord, ...]) -> str:
    """Which refusals and conditions stand in the way; empty where none does."""
    held = [r for r in remarks if r.state is RemarkState.OPEN]
    parts = [
        f"{word} by {', '.join(sorted({r.role for r in held if r.kind is kind}))}"
        for kind, word in ((RemarkKind.REFUSAL, "refused"), (RemarkKind.CONDITION, "a condition is set"))
        if any(r.kind is kind for r in held)
    ]
    return "; ".join(parts)


def approved_policy(ctx: Context, record: CaseRecord) -> Policy:
    """The policy in force, where it still holds today for the case as its file stands now.

    Raises:
        ApprovalError: where none is in force, the case file changed since, or the last day for the cutover is over.
    """
    case = record.case
    with ctx.store.transaction() as tx:
        in_force = tx.policies.in_force(case.id)
    if in_force is None:
        raise ApprovalError(
            f"no policy of case {case.id} is in force: {approval_state(ctx, case.id).gap}",
            hint=f"Every required role signs: `bequest approve {case.id} --as PERSON --key FILE`.",
        )
    changed = changed_since(case, in_force.policy)
    if changed:
        raise ApprovalError(
            f"the approval no longer holds: what was approved changed since in {', '.join(changed)}",
            hint=f"Run `bequest link {case.id}` and `bequest plan {case.id}`, look at `bequest plan diff {case.id}`,"
            " and have the new policy approved; or put back what changed.",
        )
    today = local_date(ctx.clock(record).now(), case.timezone)
    if today > in_force.policy.cutover_not_after:
        raise ApprovalError(
            f"too late: the approval covers a cutover until {in_force.policy.cutover_not_after}; today is {today}",
            hint="Set a later cutover_not_after in the case file, take it over with `bequest case update`, then link,"
            " plan, and have the new policy approved.",
        )
    return in_force.policy


def changed_since(case: Case, policy: Policy) -> list[str]:
    """What of the case differs from what was approved with a policy, in words of the case file."""
    now = {
        "parties_digest": parties_digest(case),
        "law_date": case.effective_on,
        "cutover_not_after": case.cutover_not_after or case.effective_on,
        "tolerance_percent": case.tolerance_percent,
        "event": case.event.value,
    }
    changed = [CHANGED[name] for name, value in now.items() if value != getattr(policy, name)]
    return changed or _law_touches(case, policy)


def _law_touches(case: Case, policy: Policy) -> list[str]:
    """The law pack, where another version of it decides lines of this policy otherwise; else the approval holds."""
    cells = touched_by_law(case, policy)
    if not cells:
        return []
    return [f"the law: {cells:,} lines are decided otherwise now (bequest law diff --case {case.id})"]


def approve_policy(
    ctx: Context,
    case_id: str,
    person_id: str,
    key_file: Path,
    *,
    role: str = "",
    seen: Fairness | None = None,
    show: Callable[[Fairness], None] | None = None,
) -> ApprovalState:
    """Sign the latest policy as one person in one role.

    `seen`: the comparison of outcomes that the person was shown, or that `show` shows last thing before the signature.

    Raises:
        ApprovalError: where the person is not in the case, holds no required role, the key is not the person's, or what
            the person saw is not the comparison of the latest plan.
        InputError: where the key file is unusable.
    """
    ready = ready_to_approve(ctx, case_id, person_id, role)
    signer = load_person_key(key_file)
    _own_key(ready.person, key_file, signer.public.fingerprint)
    check_approvable(ctx, ready, seen)
    if show is not None and seen is not None:
        show(seen)
    approval = sign_approval(signer, **bound(ready, ready.at))
    return enter(ctx, ready, approval, signer.public.key_id, seen)


@dataclass(frozen=True, slots=True)
class Ready:
    """Who may approve what, in which role, now."""

    case: Case
    person: Person
    role: Role
    digest: str
    at: datetime


def ready_to_approve(ctx: Context, case_id: str, person_id: str, role: str) -> Ready:
    """Whether this person may approve the latest policy now, and in which role.

    Raises:
        ApprovalError: where the person is not in the case, has no required role left, or has refused this policy.
    """
    require(ctx, case_id, "plan")
    require_open(ctx, case_id, "an approval")
    found = ctx.case(case_id)
    state = approval_state(ctx, case_id)
    person = _person(found.case, person_id)
    if any((r.person, r.kind, r.state) == (person_id, RemarkKind.REFUSAL, RemarkState.OPEN) for r in state.remarks):
        raise ApprovalError(
            f"{person_id} refused this policy", hint="Withdraw the refusal in the console first; then approve."
        )
    return Ready(found.case, person, _role(person, state, role), state.digest, ctx.clock(found).now())


def check_approvable(ctx: Context, ready: Ready, seen: Fairness | None) -> None:
    """Nothing, where the policy is still that of the case, leaves nothing open, and its comparison was shown.

    Raises:
        ApprovalError: saying what is not so.
    """
    _still_the_case(ctx, ready.case, ready.digest)
    _nothing_open(ctx, ready.case, ready.digest)
    _saw_the_findings(ctx, ready.case.id, seen)


def bound(ready: Ready, at: datetime) -> dict[str, str]:
    """What an approval binds, by the names of its text."""
    return {
        "case": ready.case.id,
        "policy_digest": ready.digest,
        "person": ready.person.id,
        "role": ready.role.value,
        "signed_at": rfc3339(at),
    }


def enter(ctx: Context, ready: Ready, approval: Approval, actor: str, seen: Fairness | None) -> ApprovalState:
    """Keep an approval and see whether it was the last that was missing."""
    if ready.person.public_key:
        try:
            check_approval(approval, ready.case.id, parse_public_line(ready.person.public_key))
        except VerificationError as e:
            raise ApprovalError(e.message, hint="Sign again with the person's own key.") from e
    with ctx.store.transaction() as tx:
        void = tx.approvals.count_void(ready.case.id, ready.digest, ready.role.value)
        tx.approvals.add(ready.case.id, approval, ready.at)
        record(
            ctx, tx, ready.case.id, EventType.PLAN_APPROVED,
            f"{short(ready.digest)}-{ready.role.value}" + (f"-{void}" if void else ""), at=ready.at,
            refs={"policy": ready.digest} | ({"fairness": digest(seen)} if seen else {}),
            counts={"unexplained": len(seen.findings)} if seen else {}, actor=actor,
        )  # fmt: skip
    after = put_in_force(ctx, ready.case.id, ready.at)
    publish(ctx, ready.case.id)
    return after


def put_in_force(ctx: Context, case_id: str, at: datetime) -> ApprovalState:
    """Where nothing is missing any more, the latest policy is in force; where it stands."""
    after = approval_state(ctx, case_id)
    if after.gap:
        return after
    with ctx.store.transaction() as tx:
        tx.policies.set_approved(case_id, after.digest)
        population = tx.populations.latest(case_id)
        if population is not None:  # volumes beyond it by more than the tolerance need a new approval
            tx.settings.set("approved_population", to_json(population.population), at, case_id=case_id)
        latest = tx.steps.latest(case_id, "approve")
        if latest is None or latest.output_digest != after.digest:
            run = tx.steps.start(case_id, "approve", after.digest, at)
            tx.steps.finish(run, after.digest, {"approvals": len(after.approvals)}, at, 0.0)
    return after


def _own_key(person: Person, key_file: Path, fingerprint: str) -> None:
    if not person.public_key:
        raise keyless(person)
    if parse_public_line(person.public_key).fingerprint != fingerprint:
        raise ApprovalError(
            f"the key in {key_file.name} is not that of {person.id}: the case file has another public key",
            hint=f"{person.id} signs with the key whose .pub line stands in the case file.",
        )


def keyless(person: Person) -> ApprovalError:
    """What somebody is told who cannot sign, for want of a key in the case file."""
    return ApprovalError(
        f"the case file has no public key of {person.id}",
        hint="Write the line of the person's .pub file under public_key, and take it over with `case update`; or let"
        " the person approve in the console, attested by the platform.",
    )


def _saw_the_findings(ctx: Context, case_id: str, seen: Fairness | None) -> None:
    """Nobody signs past a difference that nothing lawful explains without having been shown it."""
    if seen != load_fairness(ctx.workspace(case_id)):
        raise ApprovalError(
            "the comparison of outcomes across kinds of people is another one than that shown",
            hint=f"Read `bequest plan fairness {case_id}`, then approve again.",
        )


def _nothing_open(ctx: Context, case: Case, policy_digest: str) -> None:
    """Nobody signs a plan that would leave something blocked at a company that ends."""
    with ctx.store.transaction() as tx:
        policy, population = tx.policies.get(case.id, policy_digest).policy, tx.populations.latest(case.id)
    if population is not None:
        check_settled(case, policy, population.population)


def _still_the_case(ctx: Context, case: Case, policy_digest: str) -> None:
    """Nobody signs what the case file no longer says."""
    with ctx.store.transaction() as tx:
        changed = changed_since(case, tx.policies.get(case.id, policy_digest).policy)
    if changed:
        raise ApprovalError(
            f"what this policy was planned from changed since, in {', '.join(changed)}",
            hint=f"Run `bequest link {case.id}` and `bequest plan {case.id}`; then approve the new policy.",
        )


def _person(case: Case, person_id: str) -> Person:
    try:
        return case.person(person_id)
    except KeyError:
        raise ApprovalError(
            f"there is no person {person_id!r} in case {case.id}",
            hint=f"People: {', '.join(p.id for p in case.people)}.",
        ) from None


def _role(person: Person, state: ApprovalState, wanted: str) -> Role:
    """The role to sign in: one that is the person's and open; the one signed in before, where it is done again."""
    required = state.required
    may = [r for r in required if r in person.roles and wanted in {"", r.value}]
    if not may:
        raise ApprovalError(
            f"{person.id} cannot approve as {wanted}: that role is not required here, or is another person's"
            if wanted
            else f"{person.id} holds no role whose approval is required here",
            hint=f"Required: {', '.join(required)}; {person.id} is {', '.join(person.roles) or 'nothing'}.",
        )
    signed = {a.role: a.person for a in state.approvals}
    before = next((r for r in required if signed.get(r.value) == person.id), None)
    if before is not None and wanted not in {"", before.value}:
        raise ApprovalError(
            f"{person.id} approved this policy as {before} already",
            hint=f"Nobody fills two required roles: another person approves as {wanted}.",
        )
    still_open = [before] if before is not None else [r for r in may if r.value not in signed]
    if not still_open:
        raise ApprovalError(
            f"{', '.join(f'{signed[r.value]} approved as {r}' for r in may)} already",
            hint="Nothing is missing in that role; `bequest approve` with the case alone lists what is.",
        )
    return still_open[0]

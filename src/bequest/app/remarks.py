"""What people say of the latest policy: comments, conditions, refusals; and that a condition is met.

A condition or a refusal by somebody whose approval is required stands in the way until that person settles it. It is on
the log; a comment is not.
"""

from collections.abc import Iterable

from bequest.app.approve_policy import ApprovalState, approval_state, put_in_force
from bequest.app.context import Context, require_open
from bequest.app.evidence import publish, record
from bequest.crypto.links import receipt_code
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import Json, digest
from bequest.kernel.errors import ApprovalError, InputError
from bequest.model.case import Case, Role
from bequest.store.remark_records import RemarkKind, RemarkRecord, RemarkState

LONGEST = 2_000
"""Characters of a remark."""
_EVENTS = {RemarkKind.CONDITION: EventType.PLAN_CONDITIONED, RemarkKind.REFUSAL: EventType.PLAN_REFUSED}


def remark(ctx: Context, case_id: str, person_id: str, kind: RemarkKind, text: str, *, role: str = "") -> RemarkRecord:
    """Say something of the latest policy. Whoever refuses takes back an approval of the same policy.

    Raises:
        ApprovalError: where there is no policy, it is in force already, or the person's approval is not required.
        InputError: where nothing is said, or too much.
    """
    said = _said(text)
    found = ctx.case(case_id)
    state = approval_state(ctx, case_id)
    case, at = found.case, ctx.clock(found).now()
    chosen = role or _role_of(case, person_id, state, stands=kind is not RemarkKind.COMMENT)
    if kind is not RemarkKind.COMMENT:
        require_open(ctx, case_id, "a refusal or a condition")
        _not_in_force(ctx, case_id, state)
    made = RemarkRecord(
        remark_id=receipt_code().lower(),
        policy_digest=state.digest,
        person=person_id,
        role=chosen,
        kind=kind,
        text=said,
        state=RemarkState.SAID if kind is RemarkKind.COMMENT else RemarkState.OPEN,
        created_at=at,
        state_at=at,
    )
    with ctx.store.transaction() as tx:
        tx.remarks.record(case_id, made)
        if kind in _EVENTS:
            refs = {"policy": state.digest, "remark": digest(made.remark_id)}
            said_by: dict[str, Json] = {"role": chosen, "text": said}
            record(ctx, tx, case_id, _EVENTS[kind], made.remark_id, at=at, refs=refs, content=said_by)
        if kind is RemarkKind.REFUSAL and tx.approvals.make_void(case_id, state.digest, person_id, "refused", at):
            record(
                ctx, tx, case_id, EventType.APPROVAL_VOIDED, made.remark_id, at=at, refs={"policy": state.digest}
            )  # fmt: skip
    publish(ctx, case_id)
    return made


def settle(ctx: Context, case_id: str, person_id: str, remark_id: str) -> ApprovalState:
    """One's own condition is met, or one's own refusal withdrawn; the policy comes into force if that was all.

    Raises:
        ApprovalError: where there is no such open remark of this person on the latest policy.
    """
    state = approval_state(ctx, case_id)
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        mine = {r.remark_id for r in tx.remarks.of(case_id, state.digest) if r.person == person_id}
        if remark_id not in mine:
            raise ApprovalError(
                "there is no such condition or refusal of yours on the latest policy",
                hint="Only whoever set it says that it is met.",
            )
        tx.remarks.set_state(case_id, remark_id, RemarkState.SETTLED, at)
        refs = {"policy": state.digest, "remark": digest(remark_id)}
        record(ctx, tx, case_id, EventType.PLAN_SETTLED, remark_id, at=at, refs=refs)
    after = put_in_force(ctx, case_id, at)
    publish(ctx, case_id)
    return after


def _said(text: str) -> str:
    said = text.strip()
    if not said:
        raise InputError("nothing is said", hint="Write the reason; others act on it.")
    if len(said) > LONGEST:
        raise InputError(f"the text is longer than {LONGEST:,} characters", hint="Write it shorter.")
    return said


def _role_of(case: Case, person_id: str, state: ApprovalState, *, stands: bool) -> str:
    """The role in which the person speaks: a required one first."""
    held = next((p.roles for p in case.people if p.id == person_id), ())
    required = first(state.required, held)
    if required is None and (stands or not held):
        raise ApprovalError(
            f"{person_id} holds no role whose approval is required here",
            hint=f"Required: {', '.join(state.required)}. A comment is open to everybody who sees the plan.",
        )
    return (required or held[0]).value


def first(wanted: Iterable[Role], held: Iterable[Role]) -> Role | None:
    """The first of the wanted roles that is held."""
    mine = set(held)
    return next((r for r in wanted if r in mine), None)


def _not_in_force(ctx: Context, case_id: str, state: ApprovalState) -> None:
    with ctx.store.transaction() as tx:
        found = tx.policies.in_force(case_id)
    if found is not None and found.digest == state.digest:
        raise ApprovalError(
            "this policy is in force already: it cannot be refused any more",
            hint="Change what is to be otherwise, then plan again: the new policy needs its own approvals.",
        )

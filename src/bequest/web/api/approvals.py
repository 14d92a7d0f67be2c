"""Approvals: where they stand, the text to sign, a signature made where the person's key is, and what is said."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Router, Schema
from pydantic import Field

from bequest.app.approve_policy import ApprovalState, approval_state, ready_to_approve
from bequest.app.approve_signed_in import approval_to_sign, enter_approval
from bequest.app.console.access import Act, Screen
from bequest.app.fairness import load_fairness
from bequest.app.queries.approving import approve_by
from bequest.app.remarks import remark
from bequest.evidence.approval import is_attested
from bequest.kernel.canonical import digest
from bequest.kernel.errors import ApprovalError
from bequest.model.fairness import Fairness
from bequest.store.remark_records import RemarkKind, RemarkRecord
from bequest.web.api.access import ApiRequest, Needs
from bequest.web.api.once import once
from bequest.web.site import site

router = Router(tags=["approvals"])


class Given(Schema):
    """An approval. `attested`: by the platform, without a key of the person's own."""

    person: str
    role: str
    signed_at: str
    fingerprint: str
    attested: bool


class Remark(Schema):
    """A comment, a condition or a refusal."""

    id: str
    person: str
    role: str
    kind: str
    text: str
    state: str
    at: datetime


class State(Schema):
    """Where the approvals of the latest plan stand. Empty `gap`: it is in force."""

    policy: str
    approve_by: date
    required: list[str]
    gap: str
    changed: list[str]
    """What of the case file is no longer as this plan has it: then its approvals are void."""
    fairness: str
    """Digest of the comparison of outcomes that one must have read; empty where there is none."""
    unexplained: int
    """Differences in it that nothing lawful explains."""
    approvals: list[Given]
    remarks: list[Remark]


class ToSign(Schema):
    """The text to sign with `ssh-keygen -Y sign -n bequest-evidence`, byte for byte, and what it binds."""

    role: str
    signed_at: str
    text: str


class Signature(Schema):
    """A signature over the text, and that plan and comparison were read."""

    role: Annotated[str, Field(max_length=32)]
    signed_at: Annotated[str, Field(max_length=40)]
    signature: Annotated[str, Field(max_length=10_000)]
    read: Annotated[str, Field(max_length=64)] = ""
    """`fairness` of the approvals, as it was read."""


class Saying(Schema):
    """What is said of the plan."""

    kind: Literal["comment", "condition", "refusal"]
    text: Annotated[str, Field(min_length=1, max_length=2000)]


def _remark(r: RemarkRecord) -> Remark:
    return Remark(
        id=r.remark_id, person=r.person, role=r.role, kind=r.kind.value, text=r.text, state=r.state.value,
        at=r.created_at,
    )  # fmt: skip


def _findings(case_id: str) -> Fairness | None:
    return load_fairness(site().inside.workspace(case_id))


def _state(case_id: str, state: ApprovalState) -> State:
    found = _findings(case_id)
    return State(
        policy=state.digest, approve_by=approve_by(site().inside.case(case_id).case).on,
        required=[r.value for r in state.required], gap=state.gap, changed=list(state.changed),
        fairness=digest(found) if found else "", unexplained=len(found.findings) if found else 0,
        approvals=[
            Given(
                person=a.person, role=a.role, signed_at=a.signed_at, fingerprint=a.fingerprint, attested=is_attested(a)
            )
            for a in state.approvals
        ],
        remarks=[_remark(r) for r in state.remarks],
    )  # fmt: skip


@router.get("/cases/{case_id}/approvals", response=State, auth=Needs(Screen.APPROVALS))
def read_approvals(request: ApiRequest, case_id: str) -> State:
    """Where the approvals stand."""
    return _state(case_id, approval_state(site().inside, case_id))


@router.get("/cases/{case_id}/approvals/text", response=ToSign, auth=Needs(Screen.APPROVALS))
def read_text_to_sign(request: ApiRequest, case_id: str, role: str = "") -> ToSign:
    """The text that the token's person signs where his or her key is; it must come back within a day."""
    ctx, person = site().inside, request.seat.who.person
    open_role = ready_to_approve(ctx, case_id, person, role).role.value
    text, at = approval_to_sign(ctx, case_id, person, open_role)
    return ToSign(role=open_role, signed_at=at, text=text)


@router.post(
    "/cases/{case_id}/approvals", response=State, auth=Needs(Act.APPROVE), openapi_extra={"x-once": True}
)  # fmt: skip
@once
def sign(request: ApiRequest, case_id: str, given: Signature) -> State:
    """Take in a signature that the person made. The platform attests nothing here: that needs the person present."""
    found = _findings(case_id)
    if given.read != (digest(found) if found else ""):
        raise ApprovalError(
            "the comparison of outcomes across kinds of people is another one than that shown",
            hint=f"Read `bequest plan fairness {case_id}`, then approve again.",
        )
    state = enter_approval(
        site().inside, case_id, request.seat.who.person, role=given.role, signed_at=given.signed_at,
        signature=given.signature, seen=found,
    )  # fmt: skip
    return _state(case_id, state)


@router.post(
    "/cases/{case_id}/remarks", response=Remark, auth=Needs(Act.REMARK), openapi_extra={"x-once": True}
)  # fmt: skip
@once
def say(request: ApiRequest, case_id: str, given: Saying) -> Remark:
    """Comment on the latest plan, set a condition, refuse it."""
    return _remark(
        remark(site().inside, case_id, request.seat.who.person, RemarkKind(given.kind), given.text)
    )  # fmt: skip

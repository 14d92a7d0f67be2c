"""After a delivery: what receivers are to be asked, asking it, what was asked, their receipts."""

from typing import Annotated, Literal

from ninja import Router, Schema
from pydantic import Field

from bequest.app.console.access import Act, Screen
from bequest.app.passed_on import PassedOn, passed_on
from bequest.app.receipts import check_receivable, take_receipt
from bequest.app.withdrawals import Named, digest_of, due, withdraw
from bequest.web.api.access import ApiRequest, Needs
from bequest.web.api.once import once
from bequest.web.api.paging import Asked, Page, cut
from bequest.web.site import site
from bequest.web.uploads import LONGEST_RECEIPT

router = Router(tags=["delivery, destruction, custody"])


class Withdrawal(Schema):
    """Withdrawals and corrections told to a receiver after a delivery; empty `executed_at`: outstanding."""

    id: str
    receiver: str
    lot: str
    told_at: str
    rows: int
    cells: int
    rows_done: int | None
    cells_done: int | None
    executed_at: str


class Withdrawals(Schema):
    """Messages that were made; none where nobody was to be told of."""

    items: list[Withdrawal]


class Person(Schema):
    """Somebody who wrote otherwise: reference of the letter, and for a correction column and value."""

    ref: Annotated[str, Field(min_length=1, max_length=64)]
    action: Literal["withdraw", "object", "correct"]
    field: Annotated[str, Field(max_length=500)] = ""
    value: Annotated[str, Field(max_length=500)] = ""


class People(Schema):
    """Whom it is about, beside those who answered."""

    people: Annotated[tuple[Person, ...], Field(max_length=100)] = ()


class Ask(People):
    """`seen`: digest of what was found due; only that is asked."""

    seen: Annotated[str, Field(min_length=1, max_length=64)]


class Due(Schema):
    """What would be asked of one receiver. `people`: how many by action."""

    lot: str
    receiver: str
    people: dict[str, int]
    rows: int
    cells: int


class AllDue(Schema):
    """What would be asked of whom, and the digest by which it is asked."""

    seen: str
    due: list[Due]


class Envelope(Schema):
    """A receipt as the receiver signed it (DSSE)."""

    receipt: Annotated[str, Field(min_length=2, max_length=LONGEST_RECEIPT)]


class Done(Schema):
    """It is on record."""

    ok: bool = True


def _said(m: PassedOn) -> Withdrawal:
    return Withdrawal(
        id=m.message_id, receiver=m.receiver, lot=m.lot, told_at=m.created_at, rows=m.asked[0], cells=m.asked[1],
        rows_done=m.done[0] if m.done else None, cells_done=m.done[1] if m.done else None, executed_at=m.executed_at,
    )  # fmt: skip


def _named(given: People) -> list[Named]:
    return [(p.ref, p.action, p.field, p.value) for p in given.people]


@router.get("/cases/{case_id}/withdrawals", response=Page[Withdrawal], auth=Needs(Screen.DESTRUCTION))
def list_withdrawals(request: ApiRequest, case_id: str, asked: Asked) -> Page[Withdrawal]:
    """What was told to receivers after a delivery, and what they signed for."""
    found = cut(passed_on(site().inside, case_id), lambda m: m.message_id, asked)
    return Page(items=[_said(m) for m in found.items], next=found.next, total=found.total)


@router.post("/cases/{case_id}/withdrawals/due", response=AllDue, auth=Needs(Act.WITHDRAW))
def find_due(request: ApiRequest, case_id: str, given: People) -> AllDue:
    """What would be asked of the receivers now; nothing is written."""
    found = due(site().inside, case_id, _named(given))
    return AllDue(
        seen=digest_of(found),
        due=[
            Due(lot=d.lot, receiver=d.receiver, people=dict(d.people), rows=d.rows, cells=d.cells) for d in found
        ],
    )  # fmt: skip


@router.post(
    "/cases/{case_id}/withdrawals", response=Withdrawals, auth=Needs(Act.WITHDRAW), openapi_extra={"x-once": True}
)  # fmt: skip
@once
def tell_receivers(request: ApiRequest, case_id: str, given: Ask) -> Withdrawals:
    """Ask just that of the receivers which was found due; they fetch it at their desk."""
    made = withdraw(site().inside, case_id, named=_named(given), seen=given.seen)
    return Withdrawals(items=[_said(m) for m in made])


@router.post(
    "/cases/{case_id}/withdrawals/receipts", response=Done, auth=Needs(Act.WITHDRAW, longest=2 * LONGEST_RECEIPT),
    openapi_extra={"x-once": True},
)  # fmt: skip
@once
def take_in(request: ApiRequest, case_id: str, given: Envelope) -> Done:
    """Take in a receiver's signed receipt, for a message or a package."""
    check_receivable(site().inside, case_id)
    take_receipt(site().inside, case_id, given.receipt.strip().encode(), "receipt")
    return Done()

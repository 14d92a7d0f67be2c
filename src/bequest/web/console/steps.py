"""Steps: start them, agree to what cannot be taken back, follow how far they are."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from bequest.app.console.access import Act, Screen, Seat
from bequest.app.console.order_step import agree_to_step, order_step, orders_of, withdraw_step
from bequest.app.console.steps import SECONDERS, offers
from bequest.app.obstacles import Obstacle
from bequest.app.queries.doing import preflight
from bequest.documents.errors import chinese
from bequest.kernel.errors import ApprovalError, BequestError, InputError
from bequest.store.order_records import StepOrder
from bequest.web.console.frame import Told, act, address_of, page, screen, see_other, told
from bequest.web.console.proofs import SCRIPT, is_proven, to_prove_by
from bequest.web.pages import render
from bequest.web.site import site

MOST_ORDERS = 20


@screen(Screen.STEPS)
def steps(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What can be started now, what runs, how it ended."""
    return show(request, seat, None)


def show(request: HttpRequest, seat: Seat, error: Told | None) -> HttpResponse:
    """The screen, with what could not be done."""
    ctx, asked = site().inside, "preflight" in request.GET
    found: tuple[Obstacle, ...] = ()
    trouble = None
    if asked:
        try:
            found = preflight(ctx, seat.case_id)
        except BequestError as refused:
            trouble = told(request, refused)
    orders, workers = orders_of(ctx, seat.case_id)
    return page(
        request, seat, Screen.STEPS, error=error, script=f"live {SCRIPT}",
        offers=offers(ctx, seat.case_id), orders=orders[:MOST_ORDERS], workers=workers, asked=asked, found=found,
        trouble=trouble, typed=request.POST, said=lambda o: _said(request, o), seconders=SECONDERS,
        passkey=to_prove_by(seat.who), **_now(orders),
        able=bool(orders) and any(orders[0].step in w.steps for w in workers),
    )  # fmt: skip


def _now(orders: tuple[StepOrder, ...]) -> dict[str, Any]:
    """The open order, if there is one, and a word that changes with it."""
    latest = orders[0] if orders else None
    return {
        "open_order": latest if latest and latest.is_open else None,
        "state_word": f"{latest.order_id}.{latest.state.value}" if latest else "",
    }


def _said(request: HttpRequest, order: StepOrder) -> Told:
    """What went wrong in a step, and the way out, in the language of the page."""
    zh = request.lang == "zh"  # type: ignore[attr-defined]
    return tuple(chinese(s) if zh and s else s for s in (order.error_text, order.error_hint))  # type: ignore[return-value]


@screen(Screen.STEPS, noted=False)
def now(request: HttpRequest, seat: Seat) -> HttpResponse:
    """How far the open order is: the part of the page that its script asks for again and again."""
    orders, _ = orders_of(site().inside, seat.case_id)
    given = _now(orders)
    response = render(request, "console/step_now.html", o=given["open_order"])
    response.headers["X-State"] = given["state_word"]
    return response


@act(Act.START, show)
def start(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Order a step; where it cannot be taken back, with the case's number typed and password and code anew."""
    given = request.POST
    step = given.get("step", "")
    if not step:
        raise InputError("it is not said which step is to start", hint="Choose one of the steps on the page.")
    if step in SECONDERS:
        _meant(request, seat)
    order_step(site().inside, seat.case_id, step, by=seat.who.person, roles=seat.roles)
    return see_other(address_of(seat.case_id, Screen.STEPS))


@act(Act.AGREE, show)
def agree(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The second person agrees, and proves anew who it is."""
    _meant(request, seat)
    agree_to_step(
        site().inside, seat.case_id, request.POST.get("order", ""), by=seat.who.person, roles=seat.roles
    )  # fmt: skip
    return see_other(address_of(seat.case_id, Screen.STEPS))


@act(Act.HALT, show)
def halt(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Take an order back that no worker has taken."""
    withdraw_step(site().inside, seat.case_id, request.POST.get("order", ""), roles=seat.roles)
    return see_other(address_of(seat.case_id, Screen.STEPS))


def _meant(request: HttpRequest, seat: Seat) -> None:
    """Nothing, where the person typed the case's number and proved anew who it is."""
    given = request.POST
    if given.get("typed_case", "").strip() != seat.case_id:
        raise InputError(
            "the number of the case is not typed as it is: nothing was started",
            hint="Type the number that stands above, so that no other case is meant.",
        )
    if not is_proven(request, seat.who):
        raise ApprovalError(
            "password, code or passkey is wrong, or was used before: nothing was started",
            hint="Wait for the next code of your authenticator, then try again.",
        )

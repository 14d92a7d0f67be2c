"""Screens of the desk: what lies there, one package, one message, and their files."""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from bequest.app.receiver_desk.fetch import note_sent
from bequest.app.receiver_desk.seats import DeskSeat, note_look, seats_of
from bequest.app.receiver_desk.shelf import Order, Parcel, message_piece, piece_of, shelf_of
from bequest.app.receiver_desk.signing import STAGES, enter_file, enter_signature, text_to_sign
from bequest.app.receiver_desk.trust import sender_fingerprint, trust_file
from bequest.kernel.errors import InputError
from bequest.steps.deliver.receipt import UNDERTAKEN
from bequest.web.console.frame import Told, see_other
from bequest.web.receiver.frame import (
    addressed,
    form,
    order_of,
    page,
    parcel_of,
    screen,
    to_sign_in,
    who_is,
)
from bequest.web.receiver.ranges import answer
from bequest.web.site import site
from bequest.web.uploads import LONGEST_RECEIPT, handed_in, takes_file


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Everything that waits for one's party, by case."""
    who = who_is(request)
    if who is None:
        return to_sign_in()
    ctx = site().inside
    shelves = [shelf_of(ctx, seat) for seat in seats_of(ctx, who)]
    for shelf in shelves:
        note_look(ctx, shelf.seat, "home", shelf.seat.case.id)
    return page(request, "home", who, shelves=shelves)


@screen("package", parcel_of)
def package(request: HttpRequest, seat: DeskSeat, parcel: Parcel) -> HttpResponse:
    """One package: agreement and undertakings, files, signatures."""
    return show(request, seat, parcel, None)


def show(request: HttpRequest, seat: DeskSeat, parcel: Parcel, error: Told | None) -> HttpResponse:
    """One package, with what could not be done."""
    ctx, stage = site().inside, parcel.next_stage
    at = text_to_sign(ctx, seat, parcel.delivery_id, UNDERTAKEN)[1] if stage else ""
    typed = request.POST
    return page(
        request, "package", seat.who, error=error, seat=seat, p=parcel, at=typed.get("at") or at, typed=typed,
        problem_stage=typed.get("stage", ""), fingerprint=sender_fingerprint(ctx, seat.case.id),
    )  # fmt: skip


@form(parcel_of, show)
def text(request: HttpRequest, seat: DeskSeat, parcel: Parcel) -> HttpResponse:
    """The text to sign, byte for byte, for the machine where the key is."""
    given = request.POST
    stage = _stage(request)
    made, _ = text_to_sign(
        site().inside, seat, parcel.delivery_id, stage, signed_at=given.get("at", ""),
        nonce=given.get("nonce", "")[:200], manifest=given.get("manifest", "")[:200],
    )  # fmt: skip
    response = HttpResponse(made, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{parcel.delivery_id}-{stage}.txt"'
    return response


@form(parcel_of, show)
def sign(request: HttpRequest, seat: DeskSeat, parcel: Parcel) -> HttpResponse:
    """Take in a signature made where the person's key is."""
    given, stage = request.POST, _stage(request)
    if stage == UNDERTAKEN and set(given.getlist("undertake")) != {u for u, _, _ in parcel.undertakings}:
        raise InputError("not every undertaking is ticked", hint="Read each, tick it, and send the form again.")
    enter_signature(
        site().inside, seat, parcel.delivery_id, stage, signed_at=given.get("at", ""),
        signature=given.get("signature", "")[:9000], nonce=given.get("nonce", "")[:200],
        manifest=given.get("manifest", "")[:200],
    )  # fmt: skip
    return see_other(f"/desk/{seat.case.id}/package/{parcel.delivery_id}#signed")


def _stage(request: HttpRequest) -> str:
    stage = request.POST.get("stage", "")
    if stage not in STAGES:
        raise InputError("there is no such delivery or stage", hint="Open the page of the delivery again.")
    return stage


@takes_file(LONGEST_RECEIPT)
@form(parcel_of, show)
def receipt(request: HttpRequest, seat: DeskSeat, parcel: Parcel) -> HttpResponse:
    """Take in a signed receipt for a package."""
    enter_file(site().inside, seat, _handed_in(request))
    return see_other(f"/desk/{seat.case.id}/package/{parcel.delivery_id}#signed")


@require_safe
@addressed(parcel_of)
def file(request: HttpRequest, seat: DeskSeat, parcel: Parcel, name: str) -> HttpResponseBase:
    """A file of a package, or all of it, once its undertakings are signed for."""
    piece = piece_of(parcel, name) if parcel.is_undertaken else None
    if piece is None:
        raise Http404
    ctx = site().inside
    note_look(ctx, seat, "fetch", f"{parcel.delivery_id}/{name} {request.headers.get('Range', '')}".strip()[:200])
    tag = next((v.sha256 for v in parcel.volumes if v.path == name), "") or _tag(
        parcel.delivery_id, name, piece.n_bytes
    )
    return answer(
        request, piece, tag, lambda a, b: note_sent(ctx, seat.case.id, parcel.delivery_id, name, a, b)
    )  # fmt: skip


@screen("message", order_of)
def message(request: HttpRequest, seat: DeskSeat, order: Order) -> HttpResponse:
    """One message of withdrawals and corrections."""
    return show_message(request, seat, order, None)


def show_message(request: HttpRequest, seat: DeskSeat, order: Order, error: Told | None) -> HttpResponse:
    """One message, with what could not be done."""
    return page(
        request, "message", seat.who, error=error, seat=seat, o=order, today=shelf_of(site().inside, seat).today
    )  # fmt: skip


@takes_file(LONGEST_RECEIPT)
@form(order_of, show_message)
def carried_out(request: HttpRequest, seat: DeskSeat, order: Order) -> HttpResponse:
    """Take in the signed receipt of what was carried out."""
    enter_file(site().inside, seat, _handed_in(request))
    return see_other(f"/desk/{seat.case.id}/message/{order.message.message_id}")


@require_safe
@addressed(order_of)
def message_file(request: HttpRequest, seat: DeskSeat, order: Order, name: str) -> HttpResponseBase:
    """A file of a message."""
    piece = message_piece(order, name) if order.there else None
    if piece is None:
        raise Http404
    note_look(site().inside, seat, "fetch", f"{order.message.message_id}/{name}"[:200])
    return answer(request, piece, _tag(order.message.message_id, name, piece.n_bytes), lambda _a, _b: None)


@require_safe
@addressed(parcel_of)
def trust(request: HttpRequest, seat: DeskSeat, parcel: Parcel) -> HttpResponse:
    """The trust file, by which the sender's signature is checked."""
    response = HttpResponse(trust_file(site().inside, seat.case.id), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="trust-{seat.case.id}.json"'
    return response


def _handed_in(request: HttpRequest) -> bytes:
    found = handed_in(request, LONGEST_RECEIPT)
    if not found.strip():
        raise InputError("no receipt was handed in", hint="Choose the file that was signed, or paste its content.")
    return found.strip()


def _tag(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:32]

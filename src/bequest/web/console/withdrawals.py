"""After a delivery: what is to be asked of the receivers, asking it, and the receipts for what was carried out."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse

from bequest.app.console.access import Act, Screen, Seat
from bequest.app.passed_on import passed_on
from bequest.app.queries.desk import today_in
from bequest.app.receipts import check_receivable, take_receipt
from bequest.app.run_discover import data_map
from bequest.app.withdrawals import CORRECT, OBJECT, WITHDRAW, Due, Named, digest_of, due, withdraw
from bequest.kernel.errors import BequestError, InputError
from bequest.web.console.frame import Told, act, page_of, report_of, screen, see_other
from bequest.web.site import site
from bequest.web.uploads import LONGEST_RECEIPT, handed_in, takes_file

_LONGEST = 500


@screen(Screen.DESTRUCTION)
def withdrawals(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The messages on record, and a form to see what is due."""
    return show(request, seat, None)


def show(request: HttpRequest, seat: Seat, error: Told | None, found: Sequence[Due] | None = None) -> HttpResponse:
    """The page. `found`: what is due, where somebody asked for it."""
    ctx = site().inside
    try:
        fields = [f"{t.source}.{t.name}.{c.name}" for t in data_map(ctx, seat.case_id).tables if t.in_case
                  for c in t.columns if c.personal]  # fmt: skip
    except BequestError:
        fields = []
    return page_of(
        request, seat, Screen.DESTRUCTION, report_of(seat), error=error, template="withdrawals", found=found,
        shown_as=digest_of(found) if found else "", messages=passed_on(ctx, seat.case_id)[::-1], fields=fields,
        typed=request.POST, today=today_in(ctx, seat.case_id), actions=(WITHDRAW, OBJECT, CORRECT),
    )  # fmt: skip


@act(Act.WITHDRAW, show)
def looked(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What would be asked now; nothing is written."""
    return show(request, seat, None, due(site().inside, seat.case_id, _named(request)))


@act(Act.WITHDRAW, show)
def told_receivers(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Ask just that of the receivers which was shown."""
    seen = request.POST.get("seen", "")
    if not seen:
        raise InputError("nothing was shown that could be sent", hint="Look first at what is to be asked.")
    withdraw(site().inside, seat.case_id, named=_named(request), seen=seen)
    return _back(request, seat)


@takes_file(LONGEST_RECEIPT)
@act(Act.WITHDRAW, show)
def received(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Take in the signed receipt of a receiver."""
    ctx, envelope = site().inside, handed_in(request, LONGEST_RECEIPT).strip()
    if not envelope:
        raise InputError("no receipt was handed in", hint="Choose the file that was signed, or paste its content.")
    check_receivable(ctx, seat.case_id)
    take_receipt(ctx, seat.case_id, envelope, "receipt")
    return _back(request, seat)


def _named(request: HttpRequest) -> list[Named]:
    """Whom the form names: one person, or nobody."""
    given = request.POST
    ref, action, field, value = (given.get(w, "").strip()[:_LONGEST] for w in ("ref", "action", "field", "value"))
    return [(ref, action, field, value)] if ref else []


def _back(request: HttpRequest, seat: Seat) -> HttpResponse:
    lang: str = request.lang  # type: ignore[attr-defined]
    return see_other(f"/console/case/{seat.case_id}/destruction/withdrawals?lang={lang}")

"""The receiver's desk: what was agreed, packages, receipts, withdrawals to act on. Its own lots only."""

import io
import tarfile
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse

from bequest.app.console.access import Act, Screen, Seat, note_access
from bequest.app.receipts import package_folders, take_receipt
from bequest.app.withdrawals import Withdrawal, carried_out, withdrawal_list, withdrawals
from bequest.kernel.errors import DeliveryError
from bequest.model.case import Case, Lot
from bequest.store.records import DeliveryRecord, DeliveryState
from bequest.web.console.frame import Told, act, address_of, page, screen, see_other
from bequest.web.site import site


@screen(Screen.DESK)
def desk(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Everything that concerns this receiver."""
    return show(request, seat, None)


def show(request: HttpRequest, seat: Seat, error: Told | None) -> HttpResponse:
    """The desk, with what could not be done."""
    case, lots = _mine(seat)
    deliveries = _deliveries(seat, lots)
    with site().store.transaction() as tx:
        parts = {d.delivery_id: tx.deliveries.parts(seat.case_id, d.delivery_id) for d in deliveries}
        receipts = {d.delivery_id: tx.receipts.of(seat.case_id, d.delivery_id) for d in deliveries}
    parties = {lot.receiver: case.receiver(lot.receiver) for lot in lots}
    return page(
        request, seat, Screen.DESK, error=error, lots=lots, mine_parties=parties,
        deliveries=deliveries, parts=parts, receipts=receipts, found=_withdrawals(seat, lots), typed=request.POST,
    )  # fmt: skip


def _mine(seat: Seat) -> tuple[Case, tuple[Lot, ...]]:
    """The lots that pass to this receiver; whoever is of the house sees all of them."""
    case = site().inside.case(seat.case_id).case
    party = case.person(seat.who.person).party
    of_the_house = Screen.CASE in seat.screens
    return case, tuple(lot for lot in case.lots if of_the_house or party in {"", lot.receiver})


def _deliveries(seat: Seat, lots: tuple[Lot, ...]) -> tuple[DeliveryRecord, ...]:
    ids = {lot.id for lot in lots}
    with site().store.transaction() as tx:
        known = tx.deliveries.list(seat.case_id)
    return tuple(d for d in known if d.lot in ids and d.state in {DeliveryState.SENT, DeliveryState.RECEIVED})


def _withdrawals(seat: Seat, lots: tuple[Lot, ...]) -> tuple[Withdrawal, ...]:
    return withdrawals(site().inside, seat.case_id, _deliveries(seat, lots))


@screen(Screen.DESK)
def package(request: HttpRequest, seat: Seat, delivery: str) -> HttpResponse:
    """A package as one file: encrypted to the receiver, and to the escrow where there is one."""
    own = {d.delivery_id for d in _deliveries(seat, _mine(seat)[1])}
    folder = next(
        (f for d, f in package_folders(site().inside, seat.case_id) if d.delivery_id == delivery and delivery in own),
        None,
    )
    if folder is None or not folder.is_dir() or Act.RECEIVE not in seat.acts:
        raise Http404
    note_access(site().inside, seat, "package", target=delivery, purpose="PIPL-22")
    return _tar(folder)


def _tar(folder: Path) -> HttpResponse:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            info = tar.gettarinfo(path, arcname=f"{folder.name}/{path.relative_to(folder).as_posix()}")
            info.uid = info.gid = 0
            info.uname = info.gname = ""
            with path.open("rb") as file:
                tar.addfile(info, file)
    response = HttpResponse(data.getvalue(), content_type="application/x-tar")
    response.headers["Content-Disposition"] = f'attachment; filename="{folder.name}.tar"'
    return response


@act(Act.RECEIVE, show)
def receipt(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Take a receipt that the receiver signed where it opened the package."""
    given = request.POST.get("receipt", "").strip()
    if not given:
        raise DeliveryError("no receipt was pasted", hint="Paste the whole file that `bequest receive` wrote.")
    take_receipt(site().inside, seat.case_id, given.encode(), "pasted")
    return see_other(address_of(seat.case_id, Screen.DESK))


@act(Act.RECEIVE, show)
def listed(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The open withdrawals, encrypted to the receiver."""
    _, lots = _mine(seat)
    parties = sorted({lot.receiver for lot in lots})
    wanted = request.POST.get("party", parties[0] if len(parties) == 1 else "")
    if wanted not in parties:
        raise DeliveryError("it is not said for which receiver", hint="Choose one of your own.")
    own = tuple(lot for lot in lots if lot.receiver == wanted)
    sealed = withdrawal_list(site().inside, seat.case_id, wanted, _withdrawals(seat, own), by=seat.who.person)
    response = HttpResponse(sealed, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="withdrawals-{seat.case_id}-{wanted}.csv.age"'
    return response


@act(Act.RECEIVE, show)
def done(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The receiver says what it carried out."""
    found = _withdrawals(seat, _mine(seat)[1])
    carried_out(site().inside, seat.case_id, found, request.POST.getlist("done"), by=seat.who.person)
    return see_other(address_of(seat.case_id, Screen.DESK) + "#withdrawals")

"""Screens of a case that only show. Every look is on the access table."""

from django.http import Http404, HttpRequest, HttpResponse

from bequest.app.console.access import Act, Screen, Seat
from bequest.app.obstacles import Obstacle
from bequest.app.portal.rate import LEAST
from bequest.app.queries.bundle import bundle_folder, bundle_tar
from bequest.app.queries.desk import desk_of, today_in
from bequest.app.queries.doing import doing, preflight
from bequest.app.queries.log_entries import AT_ONCE, Checked, check_proof, entry_of, log_entries, proof_of
from bequest.app.queries.telling_days import telling_days
from bequest.documents.days_chart import days_chart
from bequest.evidence.event_types import MEANINGS
from bequest.kernel.errors import BequestError, InputError
from bequest.web.console.frame import Told, act, number_in, page, screen, told
from bequest.web.site import site


@screen(Screen.CASE)
def case(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Where the case stands: the flow, what blocks it, who can unblock it."""
    ctx = site().inside
    return page(request, seat, Screen.CASE, items=desk_of(ctx, seat.case_id), today=today_in(ctx, seat.case_id))


@screen(Screen.NOTICES)
def notices(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Who was told how, day by day, what they answered, what they ask for."""
    lang: str = request.lang  # type: ignore[attr-defined]
    with site().store.transaction() as tx:
        asked, cards = tx.portal.list(seat.case_id), tx.portal.count_cards(seat.case_id)
        batches = tx.notices.list(seat.case_id)
        ratings = tx.portal.ratings(seat.case_id)
    over = telling_days(site().inside, seat.case_id)
    chart = None
    if over is not None:
        marks = [(over.today, "今天" if lang == "zh" else "today")]
        if over.window_ends is not None:
            marks.append((over.window_ends, "异议期满" if lang == "zh" else "windows end"))
        parts = [(d.on, d.told, [("gone", d.against), ("same", d.agreed), ("till", d.other)]) for d in over.days]
        chart = days_chart(parts, over.owed_to, sorted(marks))
    return page(
        request, seat, Screen.NOTICES, asked=asked, cards=cards, over=over, chart=chart, batches=batches,
        ratings=ratings, rated_least=LEAST
    )  # fmt: skip


@screen(Screen.DESTRUCTION)
def destruction(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What is being done and how far it is; delivery, destruction, certificate, custody."""
    ctx, asked = site().inside, "preflight" in request.GET
    found: tuple[Obstacle, ...] = ()
    trouble = None
    if asked:
        try:
            found = preflight(ctx, seat.case_id)
        except BequestError as error:
            trouble = told(request, error)
    return page(
        request, seat, Screen.DESTRUCTION, doing=doing(ctx, seat.case_id), asked=asked, found=found, trouble=trouble
    )  # fmt: skip


def show_evidence(
    request: HttpRequest, seat: Seat, error: Told | None, found_entry: Checked | None = None
) -> HttpResponse:
    """The screen, with what a check found, or with what could not be done."""
    kind, first = request.GET.get("kind", ""), request.GET.get("first", "0")
    meanings = {e.value: words for e, words in MEANINGS.items()}
    begin = number_in(first)
    found = log_entries(site().inside, seat.case_id, kind=kind if kind in meanings else "", first=begin)
    has_bundle = bundle_folder(site().inside, seat.case_id).is_dir()
    return page(
        request, seat, Screen.EVIDENCE, error=error, checked=found_entry, entries=found, kind=kind,
        first=begin, at_once=AT_ONCE, meanings=meanings,
        has_bundle=has_bundle,
    )  # fmt: skip


@screen(Screen.EVIDENCE)
def evidence(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The log, how to check it, our own keys and stores."""
    return show_evidence(request, seat, None)


@act(Act.CHECK, show_evidence)
def checked(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Whether a proof holds for an entry, against the key of this case's log."""
    proof, entry = (request.POST.get(n, "").replace("\r\n", "\n").strip() for n in ("proof", "entry"))
    return show_evidence(request, seat, None, check_proof(site().inside, seat.case_id, proof + "\n", entry.encode()))


@screen(Screen.EVIDENCE)
def proof(request: HttpRequest, seat: Seat, index: str, what: str) -> HttpResponse:
    """An entry of the log, or its proof, as a file."""
    try:
        made = {"proof": proof_of, "entry": entry_of}[what](site().inside, seat.case_id, int(index))
    except InputError:
        raise Http404 from None
    ending = "tlog-proof" if what == "proof" else "json"
    response = HttpResponse(made, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{seat.case_id}-{index}.{ending}"'
    return response


@screen(Screen.ACCESS)
def access(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Who looked at what: the last two hundred."""
    with site().store.transaction() as tx:
        looked = tx.access.list(seat.case_id)
    return page(request, seat, Screen.ACCESS, looked=looked[-200:][::-1], n_looked=len(looked))


@screen(Screen.BUNDLE)
def bundle(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The evidence bundle as one file; the trust file goes to its readers by another way."""
    made = bundle_tar(site().inside, seat.case_id)
    if made is None:
        raise Http404
    response = HttpResponse(made, content_type="application/x-tar")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{bundle_folder(site().inside, seat.case_id).name}.tar"'
    )
    return response

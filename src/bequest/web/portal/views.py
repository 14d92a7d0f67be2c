"""Screens of the portal: card, second datum, a choice with its second click, receipt. Opening one changes nothing."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bequest.app import attempts
from bequest.app.portal.answer_receipt import kept_receipt, receipt_file
from bequest.app.portal.ask import ask
from bequest.app.portal.choices import NEEDS_DATUM, REQUESTS, Ask, lots_of, offered
from bequest.app.portal.messages import shown_to_customer, write
from bequest.app.portal.open_card import Closed, Opened, key_of_datum, open_link
from bequest.app.portal.rate import may_rate, rate, rating_of
from bequest.app.portal.visit import LASTS, begin, enter, is_offered
from bequest.kernel.errors import BequestError
from bequest.steps.notify.answer_receipt import MEDIA_TYPE
from bequest.store.portal_records import AskedAtPortal
from bequest.web.pages import plain_page, render
from bequest.web.portal.shown import shown
from bequest.web.site import site

INNER_COOKIE = "bq_inner"
INNER_SECONDS = 1800
VISIT_COOKIE = "bq_find"


@require_safe
def landing(request: HttpRequest, token: str) -> HttpResponse:
    """Where a link leads. In a sensitive industry this screen names neither company nor matter."""
    opened = open_card_of(request, token)
    if isinstance(opened, HttpResponse):
        return opened
    if opened.page.quiet:
        return render(request, "portal/quiet.html", token=token)
    return _card(request, opened)


@require_safe
def card(request: HttpRequest, token: str) -> HttpResponse:
    """The card itself."""
    opened = open_card_of(request, token)
    return opened if isinstance(opened, HttpResponse) else _card(request, opened)


@require_POST
def datum(request: HttpRequest, token: str) -> HttpResponse:
    """The second datum. Right or wrong is told by what the page then shows; five wrong ones of a link, then a wait."""
    opened = open_card_of(request, token)
    if isinstance(opened, HttpResponse):
        return opened
    here, now = site(), site().clock.now()
    if attempts.is_over(here.store, attempts.DATUM, opened.ref, here.key, now):
        return _wait(request)
    key = key_of_datum(token, request.POST.get("datum", "")[:200])
    again = open_link(here.store, token, now, key)
    if not isinstance(again, Opened) or not again.inner:
        attempts.note_failure(here.store, attempts.DATUM, opened.ref, here.key, now)
        return _card(request, opened, wrong_datum=True, status=422)
    response = HttpResponseRedirect(f"/o/{token}/card#more")
    response.status_code = 303
    response.set_cookie(
        INNER_COOKIE, key, max_age=INNER_SECONDS, path=f"/o/{token}", secure=True, httponly=True, samesite="Strict"
    )
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, token: str, what: str) -> HttpResponse:
    """First click: the effect once more. Second click: it is done."""
    opened = open_card_of(request, token)
    if isinstance(opened, HttpResponse):
        return opened
    wanted = next((a for a in Ask if a.value == what), None)
    if wanted is None or wanted not in offered(opened):
        return render(request, "portal/kind.html", 409, token=token, why="not_now")
    if wanted in NEEDS_DATUM and not opened.inner:
        return render(request, "portal/kind.html", 403, token=token, why="datum" if opened.has_inner else "no_datum")
    lot, text = request.POST.get("lot", ""), request.POST.get("text", "")
    if request.method != "POST":
        return _choose(request, opened, wanted)
    if wanted is Ask.CONSENT_SENSITIVE and request.POST.get("separately") != "yes":
        return _choose(request, opened, wanted, error="unticked")
    try:
        made = ask(site().store, opened, wanted, lot=lot, text=text)
    except BequestError as e:
        return _choose(request, opened, wanted, error=e.code)
    return _see(f"/o/{token}/receipt/{made.code}")


def _choose(request: HttpRequest, opened: Opened, what: Ask, *, error: str = "") -> HttpResponse:
    given = shown(opened, request.lang)  # type: ignore[attr-defined]
    return render(
        request, "portal/choose.html", 422 if error else 200, v=given, o=opened, what=what, error=error,
        text=request.POST.get("text", ""), lot=request.POST.get("lot", ""), about=lots_of(opened, what),
    )  # fmt: skip


def _made(request: HttpRequest, token: str, code: str) -> tuple[Opened, AskedAtPortal] | HttpResponse:
    """The opened card and one of its choices; the page to answer with where there is none."""
    opened = open_card_of(request, token)
    if isinstance(opened, HttpResponse):
        return opened
    made = next((a for a in opened.asked if a.code == code), None)
    return plain_page(request, 404, "nothing") if made is None else (opened, made)


@require_safe
def receipt(request: HttpRequest, token: str, code: str) -> HttpResponse:
    """What was chosen, when, and how far it is."""
    found = _made(request, token, code)
    if isinstance(found, HttpResponse):
        return found
    opened, made = found
    return _receipt(request, opened, made)


@require_safe
def receipt_download(request: HttpRequest, token: str, code: str) -> HttpResponse:
    """The same as a file for machines: JSON-LD, after ISO/IEC TS 27560 where it is about consent; with its proof."""
    found = _made(request, token, code)
    if isinstance(found, HttpResponse):
        return found
    opened, made = found
    content = kept_receipt(site().store, opened, made) or receipt_file(opened, made)
    response = HttpResponse(content, content_type=MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="receipt-{made.code}.jsonld"'
    return response


def _receipt(request: HttpRequest, opened: Opened, made: AskedAtPortal, *, error: str = "") -> HttpResponse:
    given = shown(opened, request.lang)  # type: ignore[attr-defined]
    what = Ask(made.kind)
    said = shown_to_customer(site().store, opened, made.code) if what in REQUESTS else ()
    proven = kept_receipt(site().store, opened, made) is not None
    return render(
        request, "portal/receipt.html", 422 if error else 200, v=given, o=opened, made=made, what=what, said=said,
        proven=proven, error=error, text=request.POST.get("text", "") if error else "",
    )  # fmt: skip


@require_POST
def say(request: HttpRequest, token: str, code: str) -> HttpResponse:
    """A further message about a request."""
    found = _made(request, token, code)
    if isinstance(found, HttpResponse):
        return found
    opened, made = found
    try:
        write(site().store, opened, code, request.POST.get("text", ""))
    except BequestError as e:
        return _receipt(request, opened, made, error=e.code)
    return _see(f"/o/{token}/receipt/{code}#said")


@require_POST
def judge(request: HttpRequest, token: str) -> HttpResponse:
    """How satisfied somebody is."""
    opened = open_card_of(request, token)
    if isinstance(opened, HttpResponse):
        return opened
    try:
        rate(site().store, opened, request.POST.get("value", ""))
    except BequestError:
        return _card(request, opened, status=422)
    return _see(f"/o/{token}/card#rated")


def _see(address: str) -> HttpResponse:
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


def _card(request: HttpRequest, opened: Opened, *, wrong_datum: bool = False, status: int = 200) -> HttpResponse:
    given = shown(opened, request.lang)  # type: ignore[attr-defined]
    rated = rating_of(site().store, opened) if may_rate(opened) else None
    return render(
        request, "portal/card.html", status, v=given, o=opened, wrong_datum=wrong_datum, Ask=Ask,
        may_rate=may_rate(opened), rated=rated,
    )  # fmt: skip


def open_card_of(request: HttpRequest, token: str) -> Opened | HttpResponse:
    """The card, or a kind page. Links that open nothing all answer alike; whoever tries many has to wait."""
    here, now = site(), site().clock.now()
    source = request.META.get("REMOTE_ADDR", "")
    by = attempts.counter(attempts.LINKS, source, here.key, now)
    opened = open_link(here.store, token, now, request.COOKIES.get(INNER_COOKIE, ""), by=by)
    if isinstance(opened, Opened):
        return opened
    if opened is Closed.TOO_OFTEN:
        return _wait(request)
    if opened is Closed.EXPIRED:
        return plain_page(request, 410, "expired")
    attempts.note_failure(here.store, attempts.LINKS, source, here.key, now)
    return plain_page(request, 404, "link")


@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Somebody without a link types an address. The answer is the same whether it is known or not."""
    here, now = site(), site().clock.now()
    if not is_offered(here.store):
        return plain_page(request, 404, "link")
    if request.method != "POST":
        return render(request, "portal/find.html", wrong=False)
    source = request.META.get("REMOTE_ADDR", "")
    if attempts.is_over(here.store, attempts.FINDS, source, here.key, now):
        return _wait(request)
    attempts.note_failure(here.store, attempts.FINDS, source, here.key, now)
    try:
        cookie = begin(here.store, request.POST.get("address", ""), now)
    except BequestError:
        return render(request, "portal/find.html", 422, wrong=True)
    response = _see("/find/code")
    response.set_cookie(
        VISIT_COOKIE, cookie, max_age=int(LASTS.total_seconds()), path="/find", secure=True, httponly=True,
        samesite="Strict",
    )  # fmt: skip
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The code that came there. A wrong one, one that never came and one too late look alike."""
    if request.method != "POST":
        return render(request, "portal/code.html", wrong=False, links=())
    here = site()
    links = enter(
        here.store, request.COOKIES.get(VISIT_COOKIE, ""), request.POST.get("code", "")[:12], here.clock.now()
    )
    if not links:
        return render(request, "portal/code.html", 422, wrong=True, links=())
    response = _see(f"/o/{links[0]}") if len(links) == 1 else render(
        request, "portal/code.html", wrong=False, links=links
    )  # fmt: skip
    response.delete_cookie(VISIT_COOKIE, path="/find", samesite="Strict")
    return response


def _wait(request: HttpRequest) -> HttpResponse:
    response = plain_page(request, 429, "wait")
    response.headers["Retry-After"] = str(attempts.WINDOW_SECONDS)
    return response

"""The proof that a person keeps of what became of his or her data: as a QR code on a page, and as a file."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from markupsafe import Markup

from bequest.app.portal.open_card import Opened
from bequest.app.portal.own_proof import proof_file
from bequest.documents.paper_letters import qr_svg
from bequest.web.pages import plain_page, render
from bequest.web.portal.shown import shown
from bequest.web.portal.views import open_card_of


def _opened(request: HttpRequest, token: str) -> Opened | HttpResponse:
    """The card with its proof; the page to answer with where there is none."""
    opened = open_card_of(request, token)
    if isinstance(opened, HttpResponse) or opened.proof:
        return opened
    return plain_page(request, 404, "nothing")


@require_safe
def page(request: HttpRequest, token: str) -> HttpResponse:
    """What the proof is, its QR code, how anybody checks it."""
    opened = _opened(request, token)
    if isinstance(opened, HttpResponse):
        return opened
    picture = Markup(qr_svg(opened.proof))  # noqa: S704 - our own drawing
    given = shown(opened, request.lang)  # type: ignore[attr-defined]
    return render(request, "portal/proof.html", v=given, o=opened, picture=picture)


@require_safe
def file(request: HttpRequest, token: str) -> HttpResponse:
    """The same as a file with the signed head of the log, for the public page and for `bequest-verify --proof`."""
    opened = _opened(request, token)
    if isinstance(opened, HttpResponse):
        return opened
    made = proof_file(opened)
    response = HttpResponse(made, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="proof-{opened.ref}.json"'
    return response

"""The proof that a person keeps of what became of his or her data: as a QR code on a page, and as a file."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from markupsafe import Markup

from bequest.documents.paper_letters import qr_svg
from bequest.documents.qr import parse_person_text
from bequest.web.pages import plain_page, render
from bequest.web.portal.shown import shown
from bequest.web.portal.views import open_card_of


@require_safe
def page(request: HttpRequest, token: str) -> HttpResponse:
    """What the proof is, its QR code, how anybody checks it."""
    opened = open_card_of(request, token)
    if isinstance(opened, HttpResponse):
        return opened
    if not opened.proof:
        return plain_page(request, 404, "nothing")
    picture = Markup(qr_svg(opened.proof))  # noqa: S704 - our own drawing
    given = shown(opened, request.lang)  # type: ignore[attr-defined]
    return render(request, "portal/proof.html", v=given, o=opened, picture=picture)


@require_safe
def file(request: HttpRequest, token: str) -> HttpResponse:
    """The same as a file, for the public page and for `bequest-verify --proof`."""
    opened = open_card_of(request, token)
    if isinstance(opened, HttpResponse):
        return opened
    if not opened.proof:
        return plain_page(request, 404, "nothing")
    response = HttpResponse(
        parse_person_text(opened.proof).to_json(opened.page.case_id), content_type="application/json"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="proof-{opened.ref}.json"'
    return response

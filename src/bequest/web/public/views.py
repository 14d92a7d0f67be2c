"""Pages that need no sign-in and no link. They set no cookie, keep nothing, and say nothing about any person."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from bequest.app import attempts
from bequest.app.public.certificates import LONGEST, check_certificate, revocation_list
from bequest.app.public.disclosure import LEAST, disclosure_of
from bequest.app.public.person_proofs import check_person_proof, is_person_proof
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import InputError
from bequest.web.pages import plain_page, render
from bequest.web.site import site
from bequest.web.uploads import InMemory, handed_in


@csrf_exempt  # it changes nothing, and reads no cookie
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Whether a certificate, or a person's proof, is ours: paste the text of its code or the original, or upload it."""
    if request.method != "POST":
        return render(request, "public/check.html", checked=None, trouble="")
    here, now, source = site(), site().clock.now(), request.META.get("REMOTE_ADDR", "")
    if attempts.is_over(here.store, attempts.CHECKS, source, here.key, now):
        return plain_page(request, 429, "wait")
    attempts.note_failure(here.store, attempts.CHECKS, source, here.key, now)
    request.upload_handlers = [InMemory(request, LONGEST)]
    try:
        given = handed_in(request, LONGEST)
    except InputError:
        return render(request, "public/check.html", 422, checked=None, trouble="large")
    if not given.strip():
        return render(request, "public/check.html", 422, checked=None, trouble="empty")
    if is_person_proof(given):
        return render(
            request, "public/check.html", proof=check_person_proof(here.store, given), checked=None, trouble=""
        )
    return render(request, "public/check.html", checked=check_certificate(here.store, given), trouble="")


@require_safe
def revoked(request: HttpRequest) -> HttpResponse:
    """The list of revoked certificates, for machines."""
    here = site()
    listed = {"as_of": rfc3339(here.clock.now()), "revoked": revocation_list(here.store), "v": 1}
    return JsonResponse(listed, json_dumps_params={"indent": 1})


@require_safe
def disclosure(request: HttpRequest, case_id: str) -> HttpResponse:
    """What a case makes known to all, from its public notice on."""
    here = site()
    found = disclosure_of(here.store, case_id, here.clock.now())
    if found is None:
        return plain_page(request, 404, "nothing")
    return render(request, "public/disclosure.html", d=found, least=LEAST)

"""Pages that need no sign-in and no link. They set no cookie, keep nothing, and say nothing about any person."""

from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from bequest.app import attempts
from bequest.app.public.certificates import LONGEST, check_certificate
from bequest.app.public.disclosure import LEAST, disclosure_of
from bequest.web.pages import plain_page, render
from bequest.web.site import site


class _InMemory(MemoryFileUploadHandler):
    """An upload stays in memory, and is cut off where it is longer than an original can be."""

    seen = 0

    def handle_raw_input(self, *_: Any, **__: Any) -> None:
        """Take any length; what is too long is cut off when it comes."""
        self.activated = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Keep a piece in memory."""
        self.seen += len(raw_data)
        if self.seen > LONGEST:
            raise StopUpload(connection_reset=False)
        super().receive_data_chunk(raw_data, start)
        return None


@csrf_exempt  # it changes nothing, and reads no cookie
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Whether a certificate is ours: paste the text of its code or its original, or upload the original."""
    if request.method != "POST":
        return render(request, "public/check.html", checked=None, empty=False)
    here, now, source = site(), site().clock.now(), request.META.get("REMOTE_ADDR", "")
    if attempts.is_over(here.store, attempts.CHECKS, source, here.key, now):
        return plain_page(request, 429, "wait")
    attempts.note_failure(here.store, attempts.CHECKS, source, here.key, now)
    request.upload_handlers = [_InMemory(request)]
    uploaded = request.FILES.get("file")
    given = uploaded.read(LONGEST) if uploaded else request.POST.get("text", "").encode()
    if not given.strip():
        return render(request, "public/check.html", 422, checked=None, empty=True)
    return render(request, "public/check.html", checked=check_certificate(here.store, given), empty=False)


@require_safe
def disclosure(request: HttpRequest, case_id: str) -> HttpResponse:
    """What a case makes known to all, from its public notice on."""
    here = site()
    found = disclosure_of(here.store, case_id, here.clock.now())
    if found is None:
        return plain_page(request, 404, "nothing")
    return render(request, "public/disclosure.html", d=found, least=LEAST)

"""Files of any length, whole or from some byte on (RFC 9110 §14): what broke off goes on where it stopped."""

import re
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from bequest.app.receiver_desk.fetch import Piece

_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
Sent = Callable[[int, int], None]
"""Told which bytes were handed to the browser."""


def wanted_range(header: str, n_bytes: int) -> tuple[int, int] | None:
    """First byte and end of one range; the whole where none is asked for or several are; None where it lies outside."""
    match = _ONE_RANGE.fullmatch(header.strip())
    if match is None or match[0] == "bytes=-":
        return 0, n_bytes
    first, last = match[1], match[2]
    if not first:
        wanted = min(int(last), n_bytes)
        return (n_bytes - wanted, n_bytes) if wanted else None
    start, end = int(first), min(int(last) + 1, n_bytes) if last else n_bytes
    return (start, end) if start < min(end, n_bytes) else None


def answer(request: HttpRequest, piece: Piece, tag: str, sent: Sent) -> HttpResponseBase:
    """The piece, or the part of it that was asked for; `tag` changes when its bytes do (a strong ETag)."""
    n, etag = piece.n_bytes, f'"{tag}"'
    asked = request.headers.get("Range", "")
    if request.headers.get("If-Range", etag) != etag:
        asked = ""
    found = wanted_range(asked, n) if asked else (0, n)
    if found is None:
        refused = HttpResponse(status=416)
        refused.headers["Content-Range"] = f"bytes */{n}"
        return refused
    first, end = found
    partly = (first, end) != (0, n)
    body: Iterator[bytes] = iter(()) if request.method == "HEAD" else _told(piece, first, end, sent)
    response = StreamingHttpResponse(body, status=206 if partly else 200, content_type="application/octet-stream")
    response.headers["Content-Length"] = str(end - first)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = etag
    response.headers["Content-Disposition"] = f'attachment; filename="{piece.name.rsplit("/", 1)[-1]}"'
    if partly:
        response.headers["Content-Range"] = f"bytes {first}-{end - 1}/{n}"
    return response


def _told(piece: Piece, first: int, end: int, sent: Sent) -> Iterator[bytes]:
    at = first
    try:
        for block in piece.read(first, end):
            yield block
            at += len(block)
    finally:
        sent(first, at)

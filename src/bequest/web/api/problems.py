"""Errors as problem details (RFC 9457), one table from families of errors to HTTP status."""

import json
import logging
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Schema
from ninja.errors import ValidationError
from pydantic import Field

from bequest.documents.errors import chinese
from bequest.kernel import errors

MEDIA_TYPE = "application/problem+json"
LOG = logging.getLogger("bequest.web")
STATUS: Mapping[type[errors.BequestError], int] = {
    errors.SourceError: 409,
    errors.InputError: 422,
    errors.StateError: 409,
    errors.ApprovalError: 409,
    errors.LawError: 409,
    errors.GuardError: 403,
    errors.EvidenceError: 409,
    errors.DeliveryError: 409,
    errors.ResidueFoundError: 409,
    errors.BequestError: 500,
}
"""Family → status; the first that fits, looked up along the tree of errors."""
WORDS: Mapping[int, tuple[str, str, str]] = {
    400: ("bad-request", "无法读懂的请求", "The request cannot be read"),
    401: ("unauthorised", "没有有效的令牌", "No token that opens anything"),
    403: ("refused", "不许可", "Not allowed"),
    404: ("not-found", "没有这个地址，或者不在您的权限内", "There is nothing here, or not for you"),
    405: ("method", "此地址不接受这种方法", "This address does not take that method"),
    406: ("not-acceptable", "没有这种形式", "Not there in that form"),
    409: ("conflict", "与现状不符", "Not possible as things stand"),
    412: ("changed", "此间有变动", "It changed meanwhile"),
    413: ("too-large", "请求过大", "The request is too large"),
    415: ("media-type", "请求体须为 JSON", "The body must be JSON"),
    422: ("input", "内容不可用", "What was sent cannot be used"),
    428: ("precondition", "须说明改自哪一版", "It must be said which version is changed"),
    429: ("too-many", "请求过于频繁", "Too many requests"),
    500: ("failed", "出了故障", "Something failed here"),
}


class Fault(Schema):
    """One thing that is wrong with what was sent: where, and what."""

    where: str
    what: str


class Problem(Schema):
    """An error (RFC 9457). `code` is that of the manual; `hint` the way out."""

    type: str
    title: str
    status: int
    detail: str = ""
    code: str = ""
    hint: str = ""
    faults: list[Fault] = Field(default_factory=list)


class RefusedError(Exception):
    """An answer that ends the request: status, and what to say."""

    def __init__(self, status: int, detail: str = "", *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.detail, self.headers = status, detail, dict(headers or {})


def language(request: HttpRequest) -> str:
    """`zh` or `en`, by the header alone; English where nothing is said: programs read it."""
    first = request.headers.get("Accept-Language", "en").split(",")[0].strip().lower()
    return "zh" if first.startswith("zh") else "en"


def problem(
    request: HttpRequest,
    status: int,
    detail: str = "",
    *,
    code: str = "",
    hint: str = "",
    faults: list[Fault] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The response."""
    zh = language(request) == "zh"
    word, title_zh, title_en = WORDS.get(status, WORDS[500] if status >= 500 else WORDS[400])
    said, way = (chinese(s) if zh and s else s for s in (detail, hint))
    body: dict[str, Any] = {
        "type": f"urn:bequest:problem:{word}",
        "title": title_zh if zh else title_en,
        "status": status,
        "detail": said,
        "code": code,
        "hint": way,
        "faults": [f.model_dump() for f in faults or []],
    }
    response = HttpResponse(
        json.dumps({n: v for n, v in body.items() if v not in ("", [])}, ensure_ascii=False).encode(),
        status=status,
        content_type=MEDIA_TYPE,
    )
    for name, value in (headers or {}).items():
        response.headers[name] = value
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="bequest"'
    return response


def of_error(request: HttpRequest, error: errors.BequestError) -> HttpResponse:
    """An expected failure; its message names no customer."""
    status = next(s for family, s in STATUS.items() if isinstance(error, family))
    headers = {"Retry-After": "30"} if isinstance(error, errors.LeaseError) else {}
    return problem(request, status, error.message, code=error.code, hint=error.hint, headers=headers)


def of_refusal(request: HttpRequest, refused: RefusedError) -> HttpResponse:
    """What ended the request."""
    return problem(request, refused.status, refused.detail, headers=refused.headers)


def of_faults(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What was sent has not its form: where and why, never what it was."""
    found = [Fault(where=".".join(str(p) for p in e.get("loc", ())), what=str(e.get("msg", ""))) for e in error.errors]
    return problem(request, 422, "the request has not the form of the document", faults=found)


def of_defect(request: HttpRequest, error: Exception) -> HttpResponse:
    """A defect: its kind and place go to the log of the server, never its text, which may quote somebody's data."""
    trace = error.__traceback__ or (sys.exc_info()[2])
    place = traceback.extract_tb(trace)[-1] if trace else None
    where = f"{Path(place.filename).stem}, line {place.lineno}" if place else "an unknown place"
    LOG.error("a defect: %s in %s", type(error).__name__, where)
    return problem(request, 500)

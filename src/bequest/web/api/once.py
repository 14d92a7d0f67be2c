"""Writes that may be sent again: under one `Idempotency-Key` something is done once, and answered the same each time.

Another body under the same key is refused. What was refused changed nothing, so its key may be used again. Answers are
kept for a day, sealed under the token that asked.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any

from django.http import HttpResponse
from ninja import Schema

from bequest.crypto.sealing import open_bytes, seal_bytes
from bequest.crypto.tokens import answer_key
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import BequestError
from bequest.web.api.access import ApiRequest
from bequest.web.api.problems import RefusedError
from bequest.web.site import site

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
_LONGEST = 255
View = Callable[..., Any]


def once(view: View) -> View:
    """A write that returns a schema; it is done once per key, where the request bears one."""

    @wraps(view)
    def checked(request: ApiRequest, *args: Any, **more: Any) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        if not given:
            return answer(view(request, *args, **more))
        if len(given) > _LONGEST or not given.isprintable() or not given.isascii():
            raise RefusedError(422, f"an Idempotency-Key has at most {_LONGEST} printable characters")
        key, asked = (
            _digest(given),
            _digest(request.method or "", request.path, request.body.decode("utf-8", "replace")),
        )
        kept = _begin(request, key, asked)
        if kept is not None:
            return kept
        try:
            made = answer(view(request, *args, **more))
        except (BequestError, RefusedError):
            _forget(request, key)
            raise
        _keep(request, key, made)
        return made

    checked.is_once = True  # type: ignore[attr-defined]
    return checked


def answer(made: Schema) -> HttpResponse:
    """A schema as the response."""
    return HttpResponse(rendered(made.model_dump()), content_type="application/json; charset=utf-8")


def rendered(data: object) -> bytes:
    """JSON as every answer has it."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=_plain).encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def etag_of(body: bytes) -> str:
    """The entity tag of a body."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _begin(request: ApiRequest, key: str, asked: str) -> HttpResponse | None:
    here, now = site().inside, site().clock.now()
    with here.store.transaction() as tx:
        kept = tx.tokens.begin(request.bearer.token_id, key, asked, now, now - KEPT)
    if kept is None:
        return None
    if kept.request_digest != asked:
        raise RefusedError(422, "this Idempotency-Key was used for another request")
    if not kept.status:
        raise RefusedError(
            409, "this request is still being worked on, or was cut off: look whether it was done",
            headers={"Retry-After": "5"},
        )  # fmt: skip
    body = open_bytes(kept.sealed, answer_key(request.token), key.encode())
    response = HttpResponse(body, status=kept.status, content_type="application/json; charset=utf-8")
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _keep(request: ApiRequest, key: str, made: HttpResponse) -> None:
    sealed = seal_bytes(made.content, answer_key(request.token), key.encode())
    with site().inside.store.transaction() as tx:
        tx.tokens.keep(request.bearer.token_id, key, made.status_code, sealed)


def _forget(request: ApiRequest, key: str) -> None:
    with site().inside.store.transaction() as tx:
        tx.tokens.forget(request.bearer.token_id, key)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()

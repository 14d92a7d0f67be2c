"""The interface: its routers, its document (OpenAPI 3.1), how it fails."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.renderers import BaseRenderer

from bequest import __version__
from bequest.kernel.errors import BequestError
from bequest.web.api import (
    approvals,
    cases,
    datamap,
    evidence,
    hits,
    moved,
    notices,
    outside,
    people,
    plan,
    problems,
    rights,
    structure,
    withdrawals,
)
from bequest.web.api.access import Bearer
from bequest.web.api.once import HEADER, rendered
from bequest.web.api.problems import MEDIA_TYPE, Problem, RefusedError

PATH = "/api/v1/"
TITLE = "Bequest"
DESCRIPTION = (
    "What the console shows and does, for programs. Every request bears a token (`Authorization: Bearer bqt_…`);"
    " cookies are not looked at. A token acts for one person and never does more than that person's roles in a"
    " case allow. Errors are problem details (RFC 9457). Lists come in pages: follow `next` as `cursor`. Writes may"
    " bear an `Idempotency-Key`: sent again, they are answered the same and done once. Values of customers are masked."
)
_REFUSALS = {
    "400": "The request cannot be read.",
    "401": "No token, or one that opens nothing.",
    "403": "The token is not made for this, or a limit is reached.",
    "404": "There is nothing here, or not for this token.",
    "409": "Not possible as things stand.",
    "422": "What was sent cannot be used.",
    "429": "Too many requests.",
}


class _Json(BaseRenderer):
    """JSON as every answer has it."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:  # noqa: ARG002
        """The body."""
        return rendered(data)


class Interface(NinjaAPI):
    """The interface with its document completed: refusals, keys of writes."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of an operation: that of its function, which is there once."""
        return str(operation.view_func.__name__)

    def get_openapi_schema(
        self,
        *,
        path_prefix: str | None = PATH,
        path_params: dict[str, Any] | None = None,
    ) -> OpenAPISchema:
        """The document (OpenAPI 3.1)."""
        found = super().get_openapi_schema(path_prefix=path_prefix or PATH, path_params=path_params)
        found["components"]["schemas"]["Problem"] = Problem.json_schema()
        fault = found["components"]["schemas"]["Problem"].pop("$defs", {})
        for name, shape in fault.items():
            found["components"]["schemas"][name] = shape
        found["components"]["schemas"]["Problem"]["properties"]["faults"]["items"] = {
            "$ref": "#/components/schemas/Fault"
        }
        found["components"]["securitySchemes"] = {"Bearer": {"type": "http", "scheme": "bearer"}}
        for operations in found["paths"].values():
            for operation in operations.values():
                _complete(operation)
        return found


def _complete(operation: dict[str, Any]) -> None:
    operation["security"] = [{"Bearer": []}]
    shape = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, words in _REFUSALS.items():
        operation["responses"].setdefault(int(status), {"description": words, "content": shape})
    if operation.pop("x-once", False):
        operation.setdefault("parameters", []).append(
            {
                "in": "header",
                "name": HEADER,
                "required": False,
                "schema": {"type": "string", "maxLength": 255},
                "description": "A name of yours for this request: sent again under it, it is done once.",
            }
        )


def _as(status: int) -> Callable[[HttpRequest, Exception], HttpResponse]:
    return lambda request, _: problems.problem(request, status)


_HANDLERS: dict[type[Exception], Any] = {
    BequestError: problems.of_error,
    RefusedError: problems.of_refusal,
    ValidationError: problems.of_faults,
    AuthenticationError: _as(401),
    HttpError: _as(400),
    Http404: _as(404),
    RequestDataTooBig: _as(413),
    SuspiciousOperation: _as(400),
    Exception: problems.of_defect,
}
"""What ends a request early → how it is answered."""


def _made() -> Interface:
    made = Interface(
        title=TITLE, version=__version__, description=DESCRIPTION, docs_url=None, urls_namespace="api-v1",
        auth=Bearer(), renderer=_Json(),
    )  # fmt: skip
    for part in (
        cases,
        datamap,
        structure,
        people,
        plan,
        approvals,
        notices,
        moved,
        withdrawals,
        hits,
        evidence,
        outside,
        rights,
    ):
        made.add_router("", part.router)
    for kind, handler in _HANDLERS.items():
        made.add_exception_handler(kind, handler)
    return made


interface = _made()

"""Another machine's Bequest over its API: every operation of the server's own OpenAPI document, by its name.

Nothing of the server is known here but that document. A write bears an idempotency key of its own, and is sent once
more under the same key where the connection broke: it is done once (see `docs/api.md`).
"""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from bequest.crypto.links import session_token
from bequest.kernel.errors import GuardError, InputError, StateError

DOCUMENT = "/api/v1/openapi.json"
TIMEOUT_SECONDS = 60
_KEY = "Idempotency-Key"
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing the server does. `fields`: names of the JSON body; `needed`: what must be given."""

    name: str
    about: str
    method: str
    path: str
    in_path: tuple[str, ...]
    in_query: tuple[str, ...]
    fields: Mapping[str, Mapping[str, Any]]
    needed: frozenset[str]
    takes_key: bool


class Server:
    """A server and the token to ask it with. The token goes to no other host: redirects are not followed."""

    def __init__(self, address: str, token: str, language: str) -> None:
        parts = urlsplit(address)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
        if not safe or not parts.hostname or parts.path not in {"", "/"} or parts.query or parts.username:
            raise InputError(
                "the server is not usable as given",
                hint="Write https://HOST or https://HOST:PORT; plain http:// for this machine only.",
            )
        self._base = f"{parts.scheme}://{parts.netloc}"
        self._host, self._token, self._language = parts.hostname, token, language
        self._open = urllib.request.build_opener(_Stay).open

    def operations(self) -> dict[str, Operation]:
        """What the server can do, by name.

        Raises:
            StateError: where it cannot be reached, or is no Bequest.
        """
        document = self._json("GET", DOCUMENT)
        try:
            return {o.name: o for o in _read(document)}
        except (KeyError, TypeError, AttributeError) as error:
            raise StateError(
                f"{self._host} is no Bequest server", hint="Ask whoever runs it for the address."
            ) from error

    def call(self, operation: Operation, given: Mapping[str, str], *, all_pages: bool = False) -> bytes:
        """The answer's body. `given`: by name, as text. `all_pages`: the items of all pages of a list, as one.

        Raises:
            InputError: where something is unknown or missing, or the server does not take it.
            GuardError: where the token does not open it.
            StateError: where things stand otherwise, or the server cannot be reached.
        """
        body = _body(operation, given)
        path = operation.path
        for name in operation.in_path:
            path = path.replace(f"{{{name}}}", quote(given[name], safe=""))
        query = {n: given[n] for n in operation.in_query if n in given}
        if not all_pages:
            return self._ask(operation, path, query, body)
        items: list[Any] = []
        while True:
            page = json.loads(self._ask(operation, path, query, body))
            items += page["items"]
            if not page.get("next"):
                return json.dumps({"items": items, "next": None, "total": page.get("total")}).encode()
            query["cursor"] = page["next"]

    def _ask(self, operation: Operation, path: str, query: Mapping[str, str], body: bytes | None) -> bytes:
        address = path + (f"?{urlencode(query)}" if query else "")
        key = {_KEY: session_token()} if operation.takes_key else {}
        try:
            return self._send(operation.method, address, body, key)
        except _LostError:
            if operation.method != "GET" and not key:
                raise StateError(
                    f"the connection to {self._host} broke; whether it was done is not known",
                    hint="Look at what is there now before you ask again.",
                ) from None
        try:
            return self._send(operation.method, address, body, key)
        except _LostError as lost:
            raise StateError(f"{self._host} cannot be reached: {lost}", hint="Ask again later.") from None

    def _json(self, method: str, address: str) -> Any:
        try:
            return json.loads(self._send(method, address, None, {}))
        except _LostError as lost:
            raise StateError(f"{self._host} cannot be reached: {lost}", hint="Ask again later.") from None
        except ValueError as error:
            raise StateError(
                f"{self._host} is no Bequest server", hint="Ask whoever runs it for the address."
            ) from error

    def _send(self, method: str, address: str, body: bytes | None, more: Mapping[str, str]) -> bytes:
        heads = {"Accept-Language": self._language, "Authorization": f"Bearer {self._token}", **more}
        if body is not None:
            heads["Content-Type"] = "application/json"
        call = urllib.request.Request(self._base + address, data=body, headers=heads, method=method)  # noqa: S310
        try:
            with self._open(call, timeout=TIMEOUT_SECONDS) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error.code, error.read(), self._host) from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise _LostError(type(reason).__name__) from error


class _LostError(Exception):
    """No answer came."""


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer that is not followed."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _read(document: Any) -> Iterator[Operation]:
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            places = {"path": [], "query": [], "header": []}  # type: dict[str, list[str]]
            needed = set()
            for parameter in said.get("parameters", ()):
                places[parameter["in"]].append(parameter["name"])
                if parameter.get("required"):
                    needed.add(parameter["name"])
            body = said.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            schema = schemas[body["$ref"].rsplit("/", 1)[1]] if "$ref" in body else body
            yield Operation(
                said["operationId"], said.get("description", said.get("summary", "")), method.upper(), path,
                tuple(places["path"]), tuple(places["query"]), schema.get("properties", {}),
                frozenset(needed | set(schema.get("required", ()))), _KEY in places["header"],
            )  # fmt: skip


def _body(operation: Operation, given: Mapping[str, str]) -> bytes | None:
    known = {*operation.in_path, *operation.in_query, *operation.fields}
    for name in given:
        if name not in known:
            raise InputError(
                f"{operation.name} takes no {name!r}", hint=f"It takes: {', '.join(sorted(known)) or '-'}."
            )
    for name in sorted(operation.needed - set(given)):
        raise InputError(f"{operation.name} needs {name!r}", hint=f"Write {name}=VALUE.")
    if not operation.fields:
        return None
    return json.dumps(
        {n: _value(n, v, operation.fields[n]) for n, v in given.items() if n in operation.fields}
    ).encode()


def _value(name: str, text: str, schema: Mapping[str, Any]) -> Any:
    """A text as the field has it: texts as they are, all else as JSON."""
    kinds = {schema.get("type"), *(s.get("type") for s in schema.get("anyOf", ()))}
    if "string" in kinds or kinds == {None}:
        return text
    try:
        return json.loads(text)
    except ValueError:
        raise InputError(f"{name!r} is no JSON value", hint='Such as 3, true, or ["a", "b"].') from None


def _refusal(status: int, body: bytes, host: str) -> Exception:
    """The error that a problem document (RFC 9457) tells of."""
    try:
        said = json.loads(body)
        detail = said.get("detail") or said["title"]
        faults = "; ".join(f"{f['where']}: {f['what']}" for f in said.get("faults", ()))
        message, hint = (f"{detail} ({faults})" if faults else detail), said.get("hint", "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return StateError(f"{host} answered {status}, and not as a Bequest server does", hint="Look at the address.")
    family = GuardError if status in {401, 403, 404} else InputError if status in {400, 413, 422} else StateError
    return family(message, hint=hint)

"""Who asks, and whether it is allowed: a bearer token for every request, a cookie never.

A token is narrowed to its person's roles in the case as they are now. Of a case in which its person may see nothing it
learns nothing; where only its own scopes are too narrow it is told so.
"""

from django.http import HttpRequest
from ninja.security import HttpBearer

from bequest.app import attempts
from bequest.app.console.access import Act, Screen, Seat, note_access, roles_in, screens_of
from bequest.app.console.tokens import bearer, seat_of, who_bears
from bequest.crypto.tokens import TOKEN_PREFIX
from bequest.kernel.errors import StateError
from bequest.store.api_records import TokenRecord
from bequest.web.api.problems import RefusedError
from bequest.web.site import site

_LONGEST_TOKEN = 100


class ApiRequest(HttpRequest):
    """A request whose token was looked at."""

    bearer: TokenRecord
    token: str
    seat: Seat
    """Of addresses inside a case."""


class Bearer(HttpBearer):
    """`Authorization: Bearer bqt_…`; made by `bequest account token`, or at the console."""

    def authenticate(self, request: HttpRequest, token: str) -> TokenRecord | None:
        """Whose request it is; None for a token that opens nothing."""
        here, now = site(), site().clock.now()
        found = None
        if token.startswith(TOKEN_PREFIX) and token.isascii() and len(token) <= _LONGEST_TOKEN:
            found = who_bears(here.inside, token)
        if found is None:
            source = request.META.get("REMOTE_ADDR", "")
            if attempts.count_up(here.store, attempts.TOKENS, source, here.key, now) > attempts.TOKENS.most:
                raise _wait()
            return None
        request.bearer, request.token = found, token  # type: ignore[attr-defined]
        most = attempts.REQUESTS.most
        if attempts.count_up(here.store, attempts.REQUESTS, found.token_id, here.key, now) > most:
            raise _wait()
        self.check(request, found)
        return found

    def check(self, request: HttpRequest, token: TokenRecord) -> None:
        """Nothing more for what concerns no case."""


class Needs(Bearer):
    """A token whose person, in this case now, sees a screen or does an act; it is put on the access table."""

    def __init__(self, wanted: Screen | Act, *, longest: int = 0) -> None:
        """`longest`: bytes of a body that bears a file; of all others the site's own limit holds."""
        super().__init__()
        self._wanted, self._longest = wanted, longest

    def check(self, request: HttpRequest, token: TokenRecord) -> None:
        """Sit down in the case.

        Raises:
            RefusedError: 404 where the case is not there for this person, 403 where the token is too narrow.
        """
        ctx, case_id = site().inside, str(request.resolver_match.kwargs["case_id"]) if request.resolver_match else ""
        try:
            record = ctx.case(case_id)
        except StateError:
            raise RefusedError(404) from None
        seat, wanted = seat_of(ctx, record, token), self._wanted
        allowed = seat.screens if isinstance(wanted, Screen) else seat.acts
        if wanted not in allowed:
            whole = Seat(case_id, seat.who, roles_in(ctx, record, bearer(token)))
            reached = whole.screens if isinstance(wanted, Screen) else whole.acts
            if wanted in reached and screens_of(seat.roles):
                verb = "read" if isinstance(wanted, Screen) else "do"
                raise RefusedError(403, f"this token is not made for it: its scopes lack {verb}:{wanted.value}")
            raise RefusedError(404)
        if wanted is not Act.UNMASK:  # it puts itself on the table, with purpose and reason
            note_access(ctx, seat, wanted.value, target=_target(request, case_id))
        request.seat = seat  # type: ignore[attr-defined]
        if self._longest:
            _read(request, self._longest)


def _target(request: HttpRequest, case_id: str) -> str:
    """What of the case was asked for: the address, without what was asked in the query or the body."""
    return request.path.partition(f"/cases/{case_id}")[2].strip("/")[:200]


def _read(request: HttpRequest, longest: int) -> None:
    """Read a body that may be long, now that it is known who sends it and may.

    Raises:
        RefusedError: 413 where it is longer.
    """
    body = request.read(longest + 1)
    if len(body) > longest:
        raise RefusedError(413)
    request._body = body  # Django looks here first, and so its own limit does not hold


def _wait() -> RefusedError:
    left = str(attempts.window_ends_in(site().clock.now()))
    return RefusedError(429, "too many requests in ten minutes", headers={"Retry-After": left})

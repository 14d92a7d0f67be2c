"""Lists in pages: a cursor names the last entry that was seen, so that nothing is skipped when entries come in."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from ninja import Query, Schema

from bequest.kernel.errors import InputError

T = TypeVar("T")
S = TypeVar("S")
MOST = 500


class Paging(Schema):
    """Which page of a list."""

    cursor: Annotated[str, "where the page before ended: its `next`"] = ""
    limit: int = 100


Asked = Annotated[Paging, Query()]


class Page(Schema, Generic[T]):
    """A page: `next` is the cursor of the page after it, empty on the last; `total` counts the whole list."""

    items: list[T]
    next: str = ""
    total: int


@dataclass(frozen=True, slots=True)
class Cut(Generic[S]):
    """The entries of a page."""

    items: Sequence[S]
    next: str
    total: int


def cut(items: Sequence[S], key: Callable[[S], str], asked: Paging) -> Cut[S]:
    """The page that is asked for. `key` names an entry of the list, now and later.

    Raises:
        InputError: for a limit or cursor that is none.
    """
    if not 1 <= asked.limit <= MOST:
        raise InputError(f"a page has 1 to {MOST} entries", hint="Ask for fewer, and follow `next`.")
    first = 0
    if asked.cursor:
        after = _read(asked.cursor)
        place = next((i for i, item in enumerate(items) if key(item) == after), None)
        if place is None:
            raise _stale()
        first = place + 1
    shown = items[first : first + asked.limit]
    more = first + len(shown) < len(items)
    return Cut(shown, _cursor(key(shown[-1])) if more and shown else "", len(items))


def _cursor(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _read(cursor: str) -> str:
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, UnicodeError, ValueError):
        raise _stale() from None


def _stale() -> InputError:
    return InputError("the cursor names no place in this list any more", hint="Begin again without a cursor.")

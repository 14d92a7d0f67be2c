"""One open transaction on one home, and the case scope that every repository keeps."""

import json
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, TypeVar, cast

from django.db import transaction
from django.db.models import Model, QuerySet

import bequest.store.configure  # Django must be ready before rows are imported
import bequest.store.fitting  # noqa: F401 - it listens to every row that is saved
from bequest.kernel.canonical import Json, canonical
from bequest.kernel.codec import decode
from bequest.kernel.errors import StateError
from bequest.store import models as rows

M = TypeVar("M", bound=Model)
T = TypeVar("T")


class Unit:
    """Hands out rows of one home for as long as the transaction is open."""

    def __init__(self, alias: str, *, reads_only: bool = False) -> None:
        self.alias = alias
        self.reads_only = reads_only
        self._open = True
        self._known: set[str] = set()

    def end(self) -> None:
        """After this nothing can be read or written through it."""
        self._open = False

    def rows(self, table: type[M]) -> QuerySet[M]:
        """All rows of a table.

        Raises:
            StateError: when the transaction is over.
        """
        if not self._open:
            raise StateError("the transaction is over", hint="Open a new one with Store.transaction().")
        return table._base_manager.using(self.alias)

    def whole(self) -> AbstractContextManager[None]:
        """A part that is undone as a whole when it raises, even where the caller goes on with the transaction."""
        return transaction.atomic(using=self.alias)

    def require_case(self, case_id: str) -> None:
        """Nothing, where the case exists.

        Raises:
            StateError: where it does not, with near names.
        """
        if case_id in self._known:
            return
        ids = list(self.rows(rows.Case).order_by("id").values_list("id", flat=True))
        if case_id not in ids:
            near = get_close_matches(case_id, ids, n=1)
            raise StateError(
                f"there is no case {case_id!r} here",
                hint=f"Did you mean {near[0]!r}?" if near else "Open one with `bequest case new`.",
            )
        self._known.add(case_id)


class CaseRepository:
    """What the repositories have in common: rows are reached through a case id only."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def _in(self, table: type[M], case_id: str) -> QuerySet[M]:
        """Rows of one case."""
        self._unit.require_case(case_id)
        return self._unit.rows(table).filter(case_id=case_id)

    def _locked_case(self, case_id: str) -> rows.Case:
        """The case's row, held until the transaction ends, so that numbers of the case count up without gaps.

        Where nothing is written it is not held.
        """
        self._unit.require_case(case_id)
        found = self._unit.rows(rows.Case)
        if self._unit.reads_only:
            return found.select_related("organisation").get(pk=case_id)
        return found.select_for_update().get(pk=case_id)


def aware(at: datetime) -> datetime:
    """The instant itself, in UTC.

    Raises:
        ValueError: for an instant without time zone.
    """
    if at.tzinfo is None:
        raise ValueError("an instant in the control database has a time zone")
    return at.astimezone(UTC)


def pack(value: object) -> str:
    """A value as canonical JSON text: its SHA-256 is the digest of the value."""
    return canonical(value).decode()


def unpack(text: str) -> Json:
    """The plain JSON values of such a text."""
    return cast(Json, json.loads(text))


def model_of(cls: type[T], text: str) -> T:
    """The frozen model value of such a text. One command reads the same case and policy many times over."""
    return cast(T, _model_of(cast(Any, cls), text))


@lru_cache(maxsize=12)
def _model_of(cls: type[object], text: str) -> object:
    return decode(cls, json.loads(text))

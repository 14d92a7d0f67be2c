"""Keys, places that hold values, accesses, settings."""

from datetime import datetime
from typing import ClassVar, TypeVar

from bequest.kernel.canonical import Json
from bequest.store import models as rows
from bequest.store.records import AccessRecord, KeyRecord, KeyState, PlaceState, StoreRecord
from bequest.store.register import Onward, StatefulRegister, columns_of, record_of
from bequest.store.unit import CaseRepository, Unit, aware, model_of, pack, unpack

T = TypeVar("T")


class Keys(StatefulRegister[KeyRecord, rows.KeyRecord, KeyState]):
    """The key table of a case. A destroyed key stays listed as destroyed."""

    table, cls, key = rows.KeyRecord, KeyRecord, "key_id"
    onward: ClassVar[Onward] = {"active": frozenset({"destroyed"})}


class Stores(StatefulRegister[StoreRecord, rows.StoreRecord, PlaceState]):
    """The places that hold values: the list that `bequest case stores` prints."""

    table, cls, key = rows.StoreRecord, StoreRecord, "name"
    onward: ClassVar[Onward] = {"in_use": frozenset({"sealed", "purged"}), "sealed": frozenset({"purged"})}


class Accesses(CaseRepository):
    """Who looked at what identifies people. Only added to."""

    def record(self, case_id: str, access: AccessRecord) -> None:
        """Note an access."""
        self._unit.require_case(case_id)
        rows.AccessRecord(case_id=case_id, **columns_of(access, rows.AccessRecord)).save(
            using=self._unit.alias, force_insert=True
        )

    def list(self, case_id: str) -> tuple[AccessRecord, ...]:
        """All accesses of the case, in order."""
        return tuple(record_of(AccessRecord, row) for row in self._in(rows.AccessRecord, case_id).order_by("pk"))


class Settings:
    """Settings of the home, and of cases, which go before them."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def get(self, name: str, default: Json = None, *, case_id: str | None = None) -> Json:
        """The value for the case, else for the home, else `default`."""
        found = self._text(name, case_id)
        return default if found is None else unpack(found)

    def model(self, cls: type[T], name: str, *, case_id: str) -> T | None:
        """A frozen model value kept for the case or the home; None where there is none."""
        found = self._text(name, case_id)
        return None if found is None else model_of(cls, found)

    def _text(self, name: str, case_id: str | None) -> str | None:
        if case_id is not None:
            self._unit.require_case(case_id)
        scopes = {"", case_id or ""}
        found = self._unit.rows(rows.Setting).filter(scope__in=scopes, name=name).order_by("-scope")
        return found.values_list("value_json", flat=True).first()

    def set(self, name: str, value: Json, at: datetime, *, case_id: str | None = None) -> None:
        """Set it for the home, or for one case."""
        if case_id is not None:
            self._unit.require_case(case_id)
        self._unit.rows(rows.Setting).update_or_create(
            scope=case_id or "", name=name, defaults={"value_json": pack(value), "updated_at": aware(at)}
        )

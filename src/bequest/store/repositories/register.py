"""Keys, places that hold values, accesses, settings."""

from datetime import datetime
from typing import ClassVar

from bequest.kernel.canonical import Json
from bequest.store import models as rows
from bequest.store.records import AccessRecord, KeyRecord, KeyState, PlaceState, StoreRecord
from bequest.store.register import Onward, StatefulRegister, columns_of, record_of
from bequest.store.unit import CaseRepository, Unit, aware, pack, unpack


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
        if case_id is not None:
            self._unit.require_case(case_id)
        for scope in ([] if case_id is None else [case_id]) + [""]:
            row = self._unit.rows(rows.Setting).filter(scope=scope, name=name).first()
            if row is not None:
                return unpack(row.value_json)
        return default

    def set(self, name: str, value: Json, at: datetime, *, case_id: str | None = None) -> None:
        """Set it for the home, or for one case."""
        if case_id is not None:
            self._unit.require_case(case_id)
        self._unit.rows(rows.Setting).update_or_create(
            scope=case_id or "", name=name, defaults={"value_json": pack(value), "updated_at": aware(at)}
        )

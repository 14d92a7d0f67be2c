"""Tables whose rows are one frozen record each: written once under a key, after which only the state moves.

A column is named like the record's field; `<field>_json` holds what has no column type. Writing the same record again
changes nothing, so that a step killed after its transaction can run again; instants, states and counts do not take part
in that comparison, since they move.
"""

from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from typing import Any, ClassVar, Generic, TypeVar, get_origin, get_type_hints

from django.db.models import Model, QuerySet

from bequest.kernel.codec import decode
from bequest.kernel.errors import StateError
from bequest.store.unit import CaseRepository, M, Unit, aware, pack, unpack

R = TypeVar("R")
Onward = dict[str, frozenset[str]]
"""From each state, the states that may follow."""


def columns_of(record: object, table: type[Model]) -> dict[str, Any]:
    """The columns of a row that holds the record; fields without a column are left out."""
    names = {f.attname for f in table._meta.concrete_fields}
    out: dict[str, Any] = {}
    for f in fields(record):  # type: ignore[arg-type]
        value = getattr(record, f.name)
        if f.name + "_json" in names:
            out[f.name + "_json"] = pack(value)
        elif f.name in names:
            out[f.name] = (
                aware(value) if isinstance(value, datetime) else value.value if isinstance(value, Enum) else value
            )
    return out


def record_of(cls: type[R], row: Model, **given: object) -> R:
    """The record that a row holds; `given` are fields that have no column."""
    hints = get_type_hints(cls)
    values: dict[str, Any] = dict(given)
    for f in fields(cls):  # type: ignore[arg-type]
        if f.name in given:
            continue
        if hasattr(row, f.name + "_json"):
            plain = unpack(getattr(row, f.name + "_json"))
            free = get_origin(hints[f.name]) is not None  # counts: plain JSON by word
            values[f.name] = plain if free else decode(hints[f.name], plain)
        else:
            value = getattr(row, f.name)
            native = value is None or isinstance(value, date | float)
            values[f.name] = value if native else decode(hints[f.name], value)
    return cls(**values)


class Register(CaseRepository, Generic[R, M]):
    """A table of records of one type under one key."""

    table: type[M]
    cls: type[R]
    key: ClassVar[str]
    moves: ClassVar[frozenset[str]] = frozenset({"counts"})
    """Fields that may change after the record was written."""
    order: ClassVar[tuple[str, ...]] = ("pk",)

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)

    def record(self, case_id: str, record: R) -> R:
        """Write it once; the record as it stands is given back.

        Raises:
            StateError: when another record has this key.
        """
        found = self.get(case_id, getattr(record, self.key))
        if found is None:
            row = self._new(case_id, record)
            row.save(using=self._unit.alias, force_insert=True)
            return self._read(row)
        if self._lasting(found) != self._lasting(record):
            changed = sorted(k for k, v in self._lasting(record).items() if self._lasting(found)[k] != v)
            raise StateError(
                f"{self.cls.__name__} {getattr(record, self.key)!r} is already on record with other content: "
                + ", ".join(changed),
                hint="What was recorded stays; use a new id.",
            )
        return found

    def get(self, case_id: str, key: str) -> R | None:
        """The record of that key, if there is one."""
        row = self._in(self.table, case_id).filter(**{self.key: key}).first()
        return None if row is None else self._read(row)

    def list(self, case_id: str) -> tuple[R, ...]:
        """All records of the case, in the order they were written."""
        return tuple(self._read(row) for row in self._listed(case_id))

    def _listed(self, case_id: str) -> QuerySet[M]:
        return self._in(self.table, case_id).order_by(*self.order)

    def _new(self, case_id: str, record: R) -> M:
        return self.table(case_id=case_id, **columns_of(record, self.table))

    def _read(self, row: M) -> R:
        return record_of(self.cls, row)

    def _lasting(self, record: R) -> dict[str, Any]:
        columns = columns_of(record, self.table)
        moving = self.moves | {"state"}
        return {k: v for k, v in columns.items() if k.removesuffix("_json") not in moving and not k.endswith("_at")}

    def _row(self, case_id: str, key: str) -> M:
        row = self._in(self.table, case_id).select_for_update().filter(**{self.key: key}).first()
        if row is None:
            raise StateError(f"{self.cls.__name__} {key!r} is not on record in case {case_id!r}")
        return row

    def _change(self, case_id: str, key: str, **columns: object) -> R:
        row = self._row(case_id, key)
        for name, value in columns.items():
            setattr(row, name, value)
        row.save(using=self._unit.alias, update_fields=list(columns))
        return self._read(row)


S = TypeVar("S", bound=Enum)


class StatefulRegister(Register[R, M], Generic[R, M, S]):
    """A register whose records have a state that only moves along `onward`; ends have none to move to."""

    onward: ClassVar[Onward]

    def set_state(self, case_id: str, key: str, state: S, at: datetime) -> R:
        """Move the record to a state; the state it already has changes nothing.

        Raises:
            StateError: when the record is not there or cannot go to that state.
        """
        return self._move(case_id, key, state, at)

    def _move(self, case_id: str, key: str, state: S, at: datetime, **columns: object) -> R:
        was: str = getattr(self._row(case_id, key), "state")  # noqa: B009 - the row type is a parameter
        if was == state.value:
            return self._read(self._row(case_id, key))
        if state.value not in self.onward.get(was, frozenset()):
            allowed = ", ".join(sorted(self.onward.get(was, ()))) or "nothing: this is its end"
            raise StateError(
                f"{self.cls.__name__} {key!r} is {was} and cannot become {state.value}",
                hint=f"From {was} it can go to: {allowed}.",
            )
        return self._change(case_id, key, state=state.value, state_at=aware(at), **columns)

"""The whole content of a control database as lines of text, and back, from either engine into either.

What belongs to one place stays out: which home it is, and the machine's part of the leases' clock.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from bequest.kernel.errors import InputError, StateError
from bequest.store import models as rows
from bequest.store.unit import Unit

_FORMAT = "bequest control database 1"
_OF_THE_PLACE = ("home", "lease_clock")
_BATCH = 500


class Copies:
    """Copies of everything, for backups and for moving to another engine."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def lines(self) -> Iterator[str]:
        """All of it: a head, each row, an end that counts the rows."""
        yield json.dumps({"format": _FORMAT, "schema": self._schema()})
        written = 0
        for name, table in _tables().items():
            found = self._unit.rows(table).order_by("pk")
            if table is rows.Setting:
                found = found.exclude(scope="", name__in=_OF_THE_PLACE)
            for row in found.values_list(*_columns(table)).iterator():
                yield json.dumps([name, *map(_plain, row)])
                written += 1
        yield json.dumps({"rows": written})

    def put_back(self, lines: Iterable[str]) -> int:
        """Fill an empty control database; the number of rows.

        Raises:
            StateError: when it is not empty, or the copy is of another version of the tables.
            InputError: when the lines are no copy, or not a whole one.
        """
        if self._unit.rows(rows.Case).exists():
            raise StateError(
                "this control database has cases already", hint="Restore into a new one: nothing is ever overwritten."
            )
        read = iter(lines)
        try:
            head = json.loads(next(read, "{}"))
            if head["format"] != _FORMAT:
                raise ValueError
            if head["schema"] != self._schema():
                raise StateError(
                    "the copy was made by another version of Bequest",
                    hint="Restore it with that version, then run this one: it brings the tables up to date.",
                )
            return self._fill(read)
        except (ValueError, KeyError, TypeError, ValidationError):
            raise InputError(
                "this is no copy of a control database, or it was cut short", hint="Take another copy."
            ) from None

    def _fill(self, lines: Iterator[str]) -> int:
        tables, put = _tables(), 0
        while batch := list(islice(lines, _BATCH)):
            *some, last = (json.loads(line) for line in batch)
            end = last if isinstance(last, dict) else None
            made: dict[str, list[Model]] = {}
            for name, *values in some if end else [*some, last]:
                made.setdefault(name, []).append(_row(tables[name], values))
            put += self._save(made)
            if end:
                if end["rows"] != put or next(lines, None) is not None:
                    raise ValueError
                self._renew_numbers()
                return put
        raise ValueError

    def _save(self, made: dict[str, list[Model]]) -> int:
        for name, some in made.items():
            _tables()[name]._base_manager.using(self._unit.alias).bulk_create(some)
        return sum(map(len, made.values()))

    def _renew_numbers(self) -> None:
        """Let new rows be numbered after those that came with their numbers."""
        connection = connections[self._unit.alias]
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(_tables().values())):
                cursor.execute(statement)

    def _schema(self) -> list[str]:
        applied = MigrationRecorder(connections[self._unit.alias]).applied_migrations()
        return sorted(name for app, name in applied if app == "store")


def _tables() -> dict[str, type[Model]]:
    """Tables by name, those first that others refer to."""
    first = (rows.Organisation, rows.Person, rows.Case, rows.Delivery, rows.Destruction)
    every = list(apps.get_app_config("store").get_models())
    return {t._meta.db_table: t for t in sorted(every, key=lambda t: first.index(t) if t in first else len(first))}


def _plain(value: Any) -> Any:
    """A value as JSON has it: instants as text, bytes as base64, which is what a column of bytes reads again."""
    if isinstance(value, date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes | memoryview) else value


def _columns(table: type[Model]) -> list[str]:
    """Their names; the number of a setting is of its place, and nothing refers to it."""
    return [f.attname for f in table._meta.concrete_fields if not (table is rows.Setting and f.primary_key)]


def _row(table: type[Model], values: list[Any]) -> Model:
    names = _columns(table)
    if len(names) != len(values):
        raise ValueError
    fields = {f.attname: f for f in table._meta.concrete_fields}
    return table(**{n: None if v is None else fields[n].to_python(v) for n, v in zip(names, values, strict=True)})

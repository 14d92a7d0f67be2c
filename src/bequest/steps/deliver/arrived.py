"""The tables of an opened package as a receiver finds them, and what of them may not be kept, whatever was signed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bequest.kernel.canonical import Json
from bequest.kernel.errors import DeliveryError
from bequest.model.case import SystemKind
from bequest.model.datamap import NEVER_PASSES

_HOWS = frozenset({"value", "masked", "token"})
_NEVER = frozenset(c.value for c in NEVER_PASSES)
_ONLY_WHOLE = frozenset({SystemKind.CREDIT.value})


@dataclass(frozen=True, slots=True)
class ArrivedPart:
    """One Parquet file; `path` begins below `data/`."""

    path: str
    sha256: str
    n_rows: int


@dataclass(frozen=True, slots=True)
class ArrivedField:
    """A column as the package describes it: its class, and whether it holds the value, a masked one or a token."""

    name: str
    cls: str
    how: str


@dataclass(frozen=True, slots=True)
class ArrivedTable:
    """A table with all its parts in order. `system`: what its source is in the sender's business."""

    id: str
    fields: tuple[ArrivedField, ...]
    parts: tuple[ArrivedPart, ...]
    system: str = SystemKind.BUSINESS.value

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, the row token first."""
        return tuple(f.name for f in self.fields)


def arrived_tables(bag: Path) -> tuple[ArrivedTable, ...]:
    """The tables that the descriptor of a checked inner bag names."""
    found: dict[str, ArrivedTable] = {}
    for r in json.loads((bag / "data" / "datapackage.json").read_bytes())["resources"]:
        part = ArrivedPart(r["path"], r["hash"].removeprefix("sha256:"), int(r["bequest:rows"]))
        fields = tuple(
            ArrivedField(f["name"], f.get("bequest:class", ""), f.get("bequest:how", "")) for f in r["schema"]["fields"]
        )
        table_id = r["bequest:table"]
        former = found.get(table_id)
        if former is not None and former.fields != fields:
            raise DeliveryError(
                f"the parts of {table_id} have different columns",
                hint="Nothing was imported. Ask the sender for the package again.",
            )
        system = r.get("bequest:system", SystemKind.BUSINESS.value)
        found[table_id] = ArrivedTable(table_id, fields, (*(former.parts if former else ()), part), system)
    return tuple(found.values())


def check_lawful(tables: Sequence[ArrivedTable], predicate: Mapping[str, Json]) -> None:
    """Nothing, where the sender's signed decisions release every field, and none is of a class that passes to nobody.

    Those are PIPL Arts. 6 and 28 with class C3 of JR/T 0171, and credit files (征信业管理条例 arts. 12 and 13), which
    never pass row by row.

    Raises:
        DeliveryError: naming all fields that may not be kept.
    """
    released = predicate.get("columns")
    released = released if isinstance(released, dict) else {}
    against: list[str] = []
    for t in tables:
        said = released.get(t.id)
        allowed = set(map(str, said)) if isinstance(said, list) else set()
        for number, f in enumerate(t.fields):
            if f.name not in allowed or f.how not in _HOWS:
                against.append(f"{t.id}.{f.name} (not released)")
            elif f.cls in _NEVER or (t.system in _ONLY_WHOLE and number):
                against.append(f"{t.id}.{f.name} ({f.cls if f.cls in _NEVER else t.system})")
    if against:
        raise DeliveryError(
            f"the package is refused: it holds fields that may not be passed on: {', '.join(against)}",
            hint="Nothing was kept. Tell the sender: the delivery must be made again without them.",
            code="BQ-DELIVERY-7",
        )

"""Which objects of a bucket are tables, and what they are called.

CSV, JSON Lines and Parquet are tables; everything else is an object that nobody looks into, told by number. A table is
called after its object: the key behind the prefix, without its ending, with `_` for `/`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from bequest.kernel.errors import SourceError
from bequest.model.case import Source, SourceKind
from bequest.sources.codes import FORM
from bequest.sources.s3_versions import Version

KIND_OF = {
    ".csv": SourceKind.CSV, ".tsv": SourceKind.CSV, ".jsonl": SourceKind.JSONL, ".ndjson": SourceKind.JSONL,
    ".parquet": SourceKind.PARQUET,
}  # fmt: skip
MARKER_OBJECT = ".bequest-rehearsal"
MOST_BYTES = 2 << 30
"""An object is held in memory while it is read; a larger one is not read."""


@dataclass(frozen=True, slots=True)
class Contents:
    """A bucket sorted: tables by name, objects that are none, and versions that no current object stands before."""

    tables: Mapping[str, Version]
    others: int
    hidden: tuple[str, ...] = ()
    """Keys of objects that are deleted for everybody but whoever asks for their versions, and would be tables."""
    older: Mapping[str, tuple[Version, ...]] = field(default_factory=dict)
    """By key: versions and markers besides the current one, of objects that are tables or would be."""


def is_table(spec: Source, prefix: str, key: str) -> bool:
    """Whether an object is read as a table: by its ending, and by the patterns of the case file where it has some."""
    return PurePosixPath(key).suffix.lower() in KIND_OF and spec.holds(below(prefix, key))


def below(prefix: str, key: str) -> str:
    """A key behind the prefix."""
    return key.removeprefix(prefix)


def table_name(prefix: str, key: str) -> str:
    """What the table of an object is called."""
    own = below(prefix, key)
    return own.removesuffix(PurePosixPath(own).suffix).replace("/", "_")


def sorted_out(spec: Source, prefix: str, found: Iterable[Version]) -> Contents:
    """What lies there.

    Raises:
        SourceError: two objects would be called the same.
    """
    tables: dict[str, Version] = {}
    older: dict[str, list[Version]] = {}
    others, current = 0, set[str]()
    for v in found:
        if below(prefix, v.key) == MARKER_OBJECT:
            continue
        if not is_table(spec, prefix, v.key):
            others += v.is_latest and not v.is_marker and not v.key.endswith("/")
            continue
        if not v.is_latest or v.is_marker:
            older.setdefault(v.key, []).append(v)
            continue
        name = table_name(prefix, v.key)
        if name in tables:
            raise SourceError(
                f"source {spec.name}: two objects would both be the table {name}",
                hint="They differ by their ending, or by / and _ only: rename one, or name what belongs to the source"
                " under `tables`.",
                code=FORM,
            )
        tables[name] = v
        current.add(v.key)
    hidden = tuple(sorted(set(older) - current))
    return Contents(tables, others, hidden, {k: tuple(vs) for k, vs in older.items()})

"""How keys of a Redis become rows: a pattern with one `*` is a table, what `*` stands for is the key of the row.

Fields of a hash are columns. Everything else has the one column `value`: a text as it is; lists, sets, sorted sets and
streams as JSON, which go as a whole or stay. Bytes that are no text are shown in hex. An empty text counts as none.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from bequest.kernel.errors import SourceError
from bequest.sources.codes import FORM
from bequest.sources.source import KEY

ID = "key"
"""The column of what `*` stands for."""
VALUE = "value"
MOST_FIELDS = 1 << 11
"""Different fields in a table; more means that they are used as values, which would put values into the data map."""
AT_ONCE = 2_000
"""Commands sent in one go."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A table: what its keys begin and end with."""

    table: str
    head: bytes
    tail: bytes

    @classmethod
    def parse(cls, text: str) -> "Pattern":
        """The pattern `head*tail`; the table is called after both, without their signs."""
        head, _, tail = text.partition("*")
        name = re.sub(r"[\W_]+", "_", f"{head}_{tail}").strip("_") or "keys"
        return cls(name, head.encode(), tail.encode())

    def id_of(self, key: bytes) -> str | None:
        """What `*` stands for in a key; nothing where the key is of another table or no text."""
        fits = key.startswith(self.head) and key.endswith(self.tail) and len(key) >= len(self.head) + len(self.tail)
        if not fits:
            return None
        try:
            return key[len(self.head) : len(key) - len(self.tail)].decode()
        except UnicodeDecodeError:
            return None

    def key_of(self, own: str) -> bytes:
        """The whole key."""
        return self.head + own.encode() + self.tail


def patterns_of(name: str, texts: Sequence[str]) -> tuple[Pattern, ...]:
    """The tables of a source.

    Raises:
        SourceError: two would be called the same.
    """
    found = tuple(Pattern.parse(t) for t in texts)
    if len({p.table for p in found}) < len(found):
        raise SourceError(
            f"source {name}: two patterns would both be the table of one name",
            hint="They differ by signs only: write them so that their letters differ.",
            code=FORM,
        )
    return found


def in_parts(ids: Sequence[str], n: int) -> Iterator[Sequence[str]]:
    """At most n at a time."""
    return (ids[i : i + n] for i in range(0, len(ids), n))


def divided(
    db: Any, patterns: Sequence[Pattern], elsewhere: Sequence[Pattern] = ()
) -> tuple[dict[str, list[str]], int]:
    """All keys of the database: what `*` stands for, by table and in order; how many keys are nobody's."""
    found: dict[str, set[str]] = {p.table: set() for p in patterns}
    others = set[bytes]()
    for key in db.scan_iter(count=AT_ONCE):  # a key may come twice
        for p in patterns:
            own = p.id_of(key)
            if own is not None:
                found[p.table].add(own)
                break
        else:
            if all(p.id_of(key) is None for p in elsewhere):
                others.add(key)
    return {table: sorted(ids) for table, ids in found.items()}, len(others)


def rows_of(db: Any, pattern: Pattern, ids: Sequence[str]) -> tuple[list[str], list[dict[str, str | None]]]:
    """Ids that are still there, and the fields of each."""
    keys = [pattern.key_of(i) for i in ids]
    kinds = _asked(db, [("TYPE", k) for k in keys])
    asked = [(i, kind, _command(kind, k)) for i, k, kind in zip(ids, keys, kinds, strict=True) if kind != b"none"]
    answers = _asked(db, [command for _, _, command in asked])
    there, rows = [], []
    for (own, kind, _), answer in zip(asked, answers, strict=True):
        row = _fields(kind, answer)
        if row is not None:
            there.append(own)
            rows.append(row)
    return there, rows


def frame_of(ids: Sequence[str], rows: Sequence[Mapping[str, str | None]], columns: Iterable[str]) -> pl.DataFrame:
    """Rows as text: `__key`, then the columns."""
    parts = [pl.Series(KEY, ids, dtype=pl.String)]
    for name in columns:
        values = ids if name == ID else [r.get(name) for r in rows]
        parts.append(pl.Series(name, values, dtype=pl.String))
    return pl.DataFrame(parts)


def as_text(value: bytes) -> str | None:
    """Bytes as a person would see them."""
    if not value:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex().upper()


def field_column(field: bytes) -> str:
    """What the column of a field is called; one that has the name of the key column has a dot behind it."""
    name = as_text(field) or "(empty)"
    return name + "." if name.rstrip(".") == ID else name


def _asked(db: Any, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
    pipe = db.pipeline(transaction=False)
    for command in commands:
        pipe.execute_command(*command)
    found: list[Any] = pipe.execute()
    return found


def _command(kind: bytes, key: bytes) -> tuple[Any, ...]:
    ways: dict[bytes, tuple[Any, ...]] = {
        b"hash": ("HGETALL", key), b"string": ("GET", key), b"list": ("LRANGE", key, 0, -1), b"set": ("SMEMBERS", key),
        b"zset": ("ZRANGE", key, 0, -1, "WITHSCORES"), b"stream": ("XRANGE", key, "-", "+"),
    }  # fmt: skip
    if kind not in ways:
        raise SourceError(
            f"the server holds values of a kind that is not known: {kind.decode(errors='replace')}",
            hint="Modules bring kinds of their own: name the other keys under `tables`.",
            code=FORM,
        )
    return ways[kind]


def _fields(kind: bytes, answer: Any) -> dict[str, str | None] | None:
    """The columns of one key; nothing where it went between two questions."""
    if answer is None or answer in ([], {}, set()):
        return None
    if kind == b"hash":
        pairs = answer.items() if isinstance(answer, dict) else zip(answer[::2], answer[1::2], strict=True)
        return {field_column(f): as_text(v) for f, v in pairs}
    if kind == b"string":
        return {VALUE: as_text(answer)}
    content = sorted(map(_plain, answer), key=str) if kind == b"set" else _plain(answer)
    return {VALUE: json.dumps(content, ensure_ascii=False)}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return as_text(value) or ""
    if isinstance(value, dict):
        return {str(_plain(k)): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(v) for v in value]
    return value

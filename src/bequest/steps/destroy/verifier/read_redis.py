"""The verifier's own reading of a Redis database: its own connection and account, nothing of `sources`.

Every key is read, also such as fit no pattern of the case. Numbers that a server holds as numbers are read as text.
"""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final

import polars as pl
import redis

from bequest.kernel.secret import Secrets
from bequest.model.case import Source

BATCH: Final = 1_000
OTHERS: Final = "(other keys)"


def read_redis(source: Source, secrets: Secrets) -> Iterator[tuple[str, pl.DataFrame, pl.Series]]:
    """Every key of the database: table, cells as text, and what the row is called.

    Raises:
        redis.exceptions.RedisError: whatever the server refuses.
    """
    what = f"verify_url of source {source.name}" if source.verify_url else f"url of source {source.name}"
    with closing(redis.Redis.from_url(secrets.follow(source.verify_url or source.url, what))) as db:
        keys = sorted(set(db.scan_iter(count=BATCH)))
        by_table: dict[str, list[tuple[bytes, str]]] = {}
        for key in keys:
            table, own = _place(source, key)
            by_table.setdefault(table, []).append((key, own))
        for table, mine in by_table.items():
            for i in range(0, len(mine), BATCH):
                yield _rows(db, table, mine[i : i + BATCH])


def _place(source: Source, key: bytes) -> tuple[str, str]:
    """The table of a key, and what it is called there."""
    text = _text(key) or ""
    for pattern in source.tables:
        head, _, tail = pattern.partition("*")
        if text.startswith(head) and text.endswith(tail) and len(text) >= len(head) + len(tail):
            return _called(head, tail), text[len(head) : len(text) - len(tail)]
    return OTHERS, text


def _called(head: str, tail: str) -> str:
    """Letters and digits of both, with one `_` for whatever stands between."""
    words = "".join(c if c.isalnum() else " " for c in f"{head} {tail}").split()
    return "_".join(words) or "keys"


def _rows(db: Any, table: str, mine: list[tuple[bytes, str]]) -> tuple[str, pl.DataFrame, pl.Series]:
    columns: dict[str, list[str | None]] = {"key": [None] * len(mine)}
    for i, (key, own) in enumerate(mine):
        columns["key"][i] = own
        for name, value in _cells(db, key):
            columns.setdefault(name, [None] * len(mine))[i] = value
    cells = pl.DataFrame([pl.Series(n, v, dtype=pl.String) for n, v in columns.items()])
    return table, cells, pl.Series([own for _, own in mine], dtype=pl.String)


def _cells(db: Any, key: bytes) -> Iterator[tuple[str, str | None]]:
    kind = db.type(key)
    if kind == b"hash":
        for field, value in db.hgetall(key).items():
            name = _text(field) or "(empty)"
            yield (name + "." if name.rstrip(".") == "key" else name), _text(value)
    elif kind == b"string":
        yield "value", _text(db.get(key))
    elif kind == b"list":
        yield "value", _json(db.lrange(key, 0, -1))
    elif kind == b"set":
        yield "value", _json(sorted(db.smembers(key)))
    elif kind == b"zset":
        yield "value", _json(db.zrange(key, 0, -1, withscores=True))
    elif kind == b"stream":
        yield "value", _json(db.xrange(key))
    elif kind != b"none":
        yield "value", _text(db.dump(key))


def _json(value: Any) -> str:
    return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return _text(value) or ""
    if isinstance(value, dict):
        return {str(_plain(k)): _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value


def _text(value: bytes | None) -> str | None:
    """Text, or hex where it is none; nothing for nothing."""
    if not value:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex().upper()

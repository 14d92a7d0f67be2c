"""Canonical JSON (the subset of RFC 8785 without fractions) and digests over it.

Digests of policies, data maps and leaves are taken over the model, never over a file, so the encoding must be one
and only one: keys sorted by UTF-16 code units, no white space, integers within 2**53, no floats.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import PurePath

from bequest.kernel.clock import rfc3339

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

MAX_INT = 2**53 - 1


def to_json(value: object) -> Json:
    """A dataclass, enum, date, path, mapping or sequence as plain JSON values.

    Raises:
        TypeError: for a float or anything that has no single text form.
    """
    if value is None or (isinstance(value, bool | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return to_json(value.value)
    if isinstance(value, int):
        if abs(value) > MAX_INT:
            raise TypeError("integers beyond 2**53 - 1 must be written as text")
        return value
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, PurePath):
        return value.as_posix()
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(to_json(k)): to_json(v) for k, v in value.items()}
    if isinstance(value, frozenset | set):
        return sorted((to_json(v) for v in value), key=canonical)
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [to_json(v) for v in value]
    raise TypeError(f"{type(value).__name__} has no canonical JSON form")


def canonical(value: Json) -> bytes:
    """The RFC 8785 encoding of JSON values without fractions."""
    return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":")).encode()


def _ordered(value: Json) -> Json:
    if isinstance(value, float):
        raise TypeError("floats have no place in canonical JSON here; write them as text")
    if isinstance(value, dict):
        return {k: _ordered(value[k]) for k in sorted(value, key=lambda k: k.encode("utf-16-be"))}
    if isinstance(value, list):
        return [_ordered(v) for v in value]
    return value


def digest(value: object) -> str:
    """SHA-256, in hex, over the canonical JSON of a model value."""
    return hashlib.sha256(canonical(to_json(value))).hexdigest()

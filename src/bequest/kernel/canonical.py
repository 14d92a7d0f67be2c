"""Canonical JSON (the subset of RFC 8785 without fractions) and digests over it.

Digests of policies, data maps and leaves are taken over the model, never over a file, so the encoding must be one
and only one: keys sorted by UTF-16 code units, no white space, integers within 2**53, no floats.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from itertools import chain
from json.encoder import encode_basestring
from operator import attrgetter
from pathlib import PurePath
from typing import Any

from bequest.kernel.clock import rfc3339

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

MAX_INT = 2**53 - 1

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def to_json(value: object) -> Json:
    """A dataclass, enum, date, path, mapping or sequence as plain JSON values.

    Raises:
        TypeError: for a float or anything that has no single text form.
    """
    return _PLAIN[type(value)](value)


def canonical(value: object) -> bytes:
    """The RFC 8785 encoding of what `to_json` takes: plain values and models give the same bytes.

    Raises:
        TypeError: for a float or anything that has no single text form.
    """
    return _TEXT[type(value)](value).encode()


def digest(value: object) -> str:
    """SHA-256, in hex, over the canonical JSON of a model value."""
    return hashlib.sha256(canonical(value)).hexdigest()


class _Plain(dict[type, Callable[[Any], Json]]):
    """By type, how its values become plain JSON values; found once, since policies hold many values of few types."""

    def __missing__(self, tp: type) -> Callable[[Any], Json]:
        made = self[tp] = _plain(tp)
        return made


class _Text(dict[type, Callable[[Any], str]]):
    """By type, how its values are written: the text of what `to_json` makes of them, without making it first."""

    def __missing__(self, tp: type) -> Callable[[Any], str]:
        made = self[tp] = _text(tp)
        return made


_PLAIN = _Plain()
_TEXT = _Text()


def _plain(tp: type) -> Callable[[Any], Json]:
    if issubclass(tp, Enum):
        return lambda value: to_json(value.value)
    if tp is type(None) or issubclass(tp, bool | str):
        return lambda value: value
    if issubclass(tp, int):
        return _within
    if issubclass(tp, date | PurePath):
        return _word(tp)
    if is_dataclass(tp):
        names = [f.name for f in fields(tp)]
        return lambda value: {name: to_json(getattr(value, name)) for name in names}
    if issubclass(tp, Mapping):
        return lambda value: {_key(k): to_json(v) for k, v in value.items()}
    if issubclass(tp, frozenset | set):
        return lambda value: sorted((to_json(v) for v in value), key=canonical)
    if issubclass(tp, Sequence) and not issubclass(tp, bytes):
        return lambda value: [to_json(v) for v in value]
    raise TypeError(f"{tp.__name__} has no canonical JSON form")


def _text(tp: type) -> Callable[[Any], str]:
    if issubclass(tp, Enum):
        return lambda value: _TEXT[type(held := value.value)](held)
    if tp is type(None) or issubclass(tp, bool):
        return _compact
    if issubclass(tp, str):
        return encode_basestring
    if issubclass(tp, int):
        return lambda value: int.__repr__(_within(value))
    if issubclass(tp, date | PurePath):
        word = _word(tp)
        return lambda value: encode_basestring(word(value))
    if is_dataclass(tp):
        return _object_text(sorted(f.name for f in fields(tp)))
    if issubclass(tp, Mapping):
        return _table_text
    if issubclass(tp, frozenset | set):
        return lambda value: f"[{','.join(sorted(_TEXT[type(v)](v) for v in value))}]"
    if issubclass(tp, list | tuple):
        return _list_text
    if issubclass(tp, Sequence) and not issubclass(tp, bytes):
        return lambda value: _list_text(list(value))
    raise TypeError(f"{tp.__name__} has no canonical JSON form")


def _word(tp: type) -> Callable[[Any], str]:
    if issubclass(tp, datetime):
        return rfc3339
    return date.isoformat if issubclass(tp, date) else PurePath.as_posix


def _key(key: object) -> str:
    return str(to_json(key))


def _within(value: int) -> int:
    if abs(value) > MAX_INT:
        raise TypeError("integers beyond 2**53 - 1 must be written as text")
    return value


def _object_text(names: Sequence[str]) -> Callable[[Any], str]:
    """Fields are ASCII names: their order is that of UTF-16 too."""
    parts = [(f"{encode_basestring(name)}:", attrgetter(name)) for name in names]

    def write(value: object) -> str:
        members = []
        for name, get in parts:
            member = get(value)
            members.append(name + _TEXT[type(member)](member))
        return f"{{{','.join(members)}}}"

    return write


def _table_text(value: Mapping[object, object]) -> str:
    texts = {_key(k): _TEXT[type(v)](v) for k, v in value.items()}
    order = sorted(texts) if all(map(str.isascii, texts)) else sorted(texts, key=lambda k: k.encode("utf-16-be"))
    return f"{{{','.join([f'{encode_basestring(k)}:{texts[k]}' for k in order])}}}"


def _list_text(value: list[Any] | tuple[Any, ...]) -> str:
    """Lists of numbers or words, and lists of such lists, go through the encoder in C as a whole."""
    kinds = set(map(type, value))
    if kinds <= {tuple, list}:
        inner = list(chain.from_iterable(value))
        if _is_simple(set(map(type, inner)), inner):
            return _compact(value)
    elif _is_simple(kinds, value):
        return _compact(value)
    if len(kinds) == 1:
        return f"[{','.join(map(_TEXT[kinds.pop()], value))}]"
    return f"[{','.join([_TEXT[type(v)](v) for v in value])}]"


def _is_simple(kinds: set[type], values: Sequence[Any]) -> bool:
    """Whether the values are all words, or all whole numbers that JSON may hold."""
    if kinds == {int}:
        return bool(max(values) <= MAX_INT and min(values) >= -MAX_INT)
    return kinds <= {str}


def short(hexadecimal: str, length: int = 16) -> str:
    """The first places of a digest, for a name that is logged.

    One in a few thousand has no letter among them and could pass for a card or phone number, which no log takes: its
    digits are then written as letters.
    """
    first = hexadecimal[:length]
    return first.translate(_LETTERS) if first.isdecimal() else first


_LETTERS = str.maketrans("0123456789", "ghijkmnpqr")

"""Plain JSON back into the model: the other half of `canonical.to_json`.

`decode(cls, to_json(value)) == value` for every frozen dataclass made of text, whole numbers, truth values, enums,
dates, instants, paths, tuples, lists, sets, mappings and optional values. Rules kept:

- a key that the class does not know is refused by name, so that nothing is lost in silence;
- a missing key takes the field's default and is refused where there is none;
- nothing is converted: text is not a number, and `true` is not 1;
- messages name the place (`$.lots[0].scope`) and the types, never the value.
"""

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from difflib import get_close_matches
from enum import Enum
from functools import cache
from itertools import chain
from pathlib import Path, PurePath
from typing import Any, NewType, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from bequest.kernel.canonical import MAX_INT, Json, to_json
from bequest.kernel.clock import parse_rfc3339
from bequest.kernel.errors import InputError

T = TypeVar("T")
Decoder = Callable[[Json], object]

encode = to_json
"""A model value as plain JSON values."""

_NAMES = {
    type(None): "null",
    bool: "true or false",
    int: "a whole number",
    str: "text",
    list: "a list",
    dict: "a table",
}


class _MismatchError(Exception):
    """Carries the place of a mismatch upwards; every level puts its own step before it."""

    def __init__(self, said: str, hint: str = "") -> None:
        super().__init__(said)
        self.said = said
        self.hint = hint
        self.steps: list[str] = []

    def at(self, step: str) -> "_MismatchError":
        self.steps.insert(0, step)
        return self


def decode(cls: type[T], value: Json) -> T:
    """The value of type `cls` that `value` is the plain JSON of.

    Raises:
        InputError: naming the place, what was expected and what was got; unknown keys by name.
    """
    try:
        return cast(T, _decoder(cast(Any, cls))(value))
    except _MismatchError as bad:
        place = "$" + "".join(bad.steps)
        raise InputError(f"{place}: {bad.said}", hint=bad.hint, code="BQ-CODEC-1") from None


def _name(value: object) -> str:
    return _NAMES.get(type(value), type(value).__name__)


def _expected(what: str, value: Json) -> _MismatchError:
    return _MismatchError(f"expected {what}, got {_name(value)}")


@cache
def _decoder(tp: Any) -> Decoder:
    """The decoder of a type, built once from its hints."""
    if isinstance(tp, NewType):
        return _decoder(tp.__supertype__)
    origin = get_origin(tp)
    if origin is Union or origin is types.UnionType:
        return _of_union(get_args(tp))
    if origin is not None:
        return _of_generic(origin, get_args(tp))
    if tp in _SCALARS:
        return _SCALARS[tp]
    if is_dataclass(tp):
        return _of_dataclass(cast(type[Any], tp))
    if isinstance(tp, type) and issubclass(tp, Enum):
        return _of_enum(tp)
    if isinstance(tp, type) and issubclass(tp, PurePath):
        return lambda value: Path(cast(str, _text(value))) if tp is Path else tp(cast(str, _text(value)))
    raise TypeError(f"{tp!r} cannot be read back from JSON")


def _null(value: Json) -> object:
    if value is not None:
        raise _expected("null", value)
    return None


def _flag(value: Json) -> object:
    if not isinstance(value, bool):
        raise _expected("true or false", value)
    return value


def _whole(value: Json) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _expected("a whole number", value)
    if abs(value) > MAX_INT:
        raise _MismatchError("whole numbers beyond 2**53 - 1 are written as text")
    return value


def _text(value: Json) -> object:
    if not isinstance(value, str):
        raise _expected("text", value)
    return value


def _day(value: Json) -> object:
    text = cast(str, _text(value))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _MismatchError("expected a date such as 2026-12-31") from None


def _instant(value: Json) -> object:
    text = cast(str, _text(value))
    try:
        return parse_rfc3339(text)
    except ValueError:
        raise _MismatchError("expected an instant such as 2026-12-31T01:00:00Z") from None


_SCALARS: dict[Any, Decoder] = {
    type(None): _null,
    bool: _flag,
    int: _whole,
    str: _text,
    date: _day,
    datetime: _instant,
}


def _of_enum(tp: type[Enum]) -> Decoder:
    known = {member.value: member for member in tp}

    def read(value: Json) -> object:
        if isinstance(value, bool | list | dict) or value not in known:
            raise _MismatchError(f"expected one of {', '.join(map(str, known))}")
        return known[value]

    return read


def _of_union(parts: tuple[Any, ...]) -> Decoder:
    """`X | None`; a union of more than one type besides null would not say which one is meant."""
    inner = [p for p in parts if p is not type(None)]
    if len(inner) != 1 or len(parts) != 2:
        raise TypeError("only `X | None` can be read back from JSON")
    read = _decoder(inner[0])
    return lambda value: None if value is None else read(value)


def _of_generic(origin: Any, args: tuple[Any, ...]) -> Decoder:
    if origin is tuple and not (len(args) == 2 and args[1] is Ellipsis):
        return _of_row(args)
    if origin in {tuple, list, frozenset, set, Sequence}:
        return _of_sequence(tuple if origin is Sequence else origin, _decoder(args[0]), _bulk(args[0]))
    if origin in {dict, Mapping}:
        return _of_mapping(_decoder(args[0]), _decoder(args[1]))
    raise TypeError(f"{origin!r} cannot be read back from JSON")


def _of_row(args: tuple[Any, ...]) -> Decoder:
    readers = tuple(_decoder(a) for a in args)

    def read(value: Json) -> object:
        if not isinstance(value, list) or len(value) != len(readers):
            raise _expected(f"a list of {len(readers)}", value)
        read_so_far: list[object] = []
        try:
            for reader, item in zip(readers, value, strict=True):
                read_so_far.append(reader(item))
        except _MismatchError as bad:
            raise bad.at(f"[{len(read_so_far)}]") from None
        return tuple(read_so_far)

    return read


Bulk = Callable[[list[Any]], list[object] | None]
"""Takes a whole list at once, where nothing is wrong in it; else None, and it is read item by item to say what is."""


def _bulk(tp: Any) -> Bulk:
    """The quick way for lists of numbers or words, and for lists of rows of such; None from it for all others."""
    widths = {1}
    parts = get_args(tp) if get_origin(tp) is tuple else ()
    if parts and parts[0] in {int, str} and set(parts) == {parts[0]}:
        tp, widths = parts[0], {len(parts)}

    def rows(value: list[Any]) -> list[object] | None:
        if set(map(type, value)) <= {list} and set(map(len, value)) <= widths:
            return list(map(tuple, value)) if _is_simple(tp, list(chain.from_iterable(value))) else None
        return None

    if tp not in {int, str}:
        return lambda _: None
    return rows if parts else lambda value: value if _is_simple(tp, value) else None


def _is_simple(tp: type, values: list[Any]) -> bool:
    """Whether all values are of that very type, numbers within bounds."""
    if not set(map(type, values)) <= {tp}:
        return False
    return tp is str or not values or bool(max(values) <= MAX_INT and min(values) >= -MAX_INT)


def _of_sequence(make: Callable[[list[object]], object], inner: Decoder, bulk: Bulk) -> Decoder:
    def read(value: Json) -> object:
        if not isinstance(value, list):
            raise _expected("a list", value)
        at_once = bulk(value)
        if at_once is not None:
            return make(at_once)
        read_so_far: list[object] = []
        try:
            for item in value:
                read_so_far.append(inner(item))  # noqa: PERF401 - its length is the place of a mismatch
        except _MismatchError as bad:
            raise bad.at(f"[{len(read_so_far)}]") from None
        return make(read_so_far)

    return read


def _of_mapping(key: Decoder, inner: Decoder) -> Decoder:
    def read(value: Json) -> object:
        if not isinstance(value, dict):
            raise _expected("a table", value)
        return {_step("(key)", key, k): _step(k, inner, v) for k, v in value.items()}

    return read


def _of_dataclass(cls: type[Any]) -> Decoder:
    hints = get_type_hints(cls)
    readers: dict[str, Decoder] = {}
    needed = {f.name: f for f in fields(cls) if f.init and f.default is MISSING and f.default_factory is MISSING}

    def read(value: Json) -> object:
        if not isinstance(value, dict):
            raise _expected(f"a table ({cls.__name__})", value)
        if not readers:  # at first use, so that a class may hold itself
            readers.update({f.name: _decoder(hints[f.name]) for f in fields(cls) if f.init})
        if not value.keys() <= readers.keys():
            raise _unknown(cls, value, readers)
        if not needed.keys() <= value.keys():
            raise _MismatchError(f"{cls.__name__} needs the key {next(n for n in needed if n not in value)!r}")
        made: dict[str, object] = {}
        try:
            for name, part in value.items():
                made[name] = readers[name](part)
        except _MismatchError as bad:
            raise bad.at(f".{list(value)[len(made)]}") from None
        return cls(**made)

    return read


def _unknown(cls: type[Any], value: dict[str, Json], readers: Mapping[str, Decoder]) -> _MismatchError:
    strangers = sorted(value.keys() - readers.keys())
    near = [m for s in strangers for m in get_close_matches(s, list(readers), n=1)]
    hint = f"Did you mean {', '.join(map(repr, near))}?" if near else f"Known keys: {', '.join(readers)}."
    return _MismatchError(f"{cls.__name__} has no key {', '.join(map(repr, strangers))}", hint)


def _step(key: str, read: Decoder, value: Json) -> object:
    try:
        return read(value)
    except _MismatchError as bad:
        raise bad.at(f".{key}") from None

"""Everything that the model writes as JSON is read back equal, and nothing else is read."""

import types
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bequest.kernel.canonical import MAX_INT, canonical
from bequest.kernel.codec import decode, encode
from bequest.kernel.errors import InputError
from bequest.model.case import Case, Copy, Event, Lot, Source
from bequest.model.datamap import DataMap
from bequest.model.destruction import Certificate
from bequest.model.facts import Fact
from bequest.model.plan import Policy, Population

TEXT = st.text(max_size=6)


def values_of(tp: Any) -> st.SearchStrategy[Any]:
    """Any value of a model type, small; built from the hints, so that a new field is covered at once."""
    origin, args = get_origin(tp), get_args(tp)
    if origin in {Union, types.UnionType}:
        return st.one_of([st.none() if a is type(None) else values_of(a) for a in args])
    if origin is tuple and len(args) == 2 and args[1] is Ellipsis:
        return st.lists(values_of(args[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values_of, args))
    if origin is frozenset:
        return st.frozensets(values_of(args[0]), max_size=2)
    if origin in {dict, Mapping}:
        return st.dictionaries(values_of(args[0]), values_of(args[1]), max_size=2)
    if is_dataclass(tp):
        hints = get_type_hints(tp)
        return st.builds(tp, **{f.name: values_of(hints[f.name]) for f in fields(tp)})
    if isinstance(tp, type) and issubclass(tp, Enum):
        return st.sampled_from(list(tp))
    scalars: dict[Any, st.SearchStrategy[Any]] = {
        str: TEXT,
        int: st.integers(-MAX_INT, MAX_INT),
        bool: st.booleans(),
        date: st.dates(),
        datetime: st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=0, year=2026)),
        Path: TEXT.map(Path),
    }
    return scalars[tp]


@pytest.mark.parametrize("cls", [Case, DataMap, Policy, Population, Certificate])
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_what_is_encoded_is_decoded_equal(cls: type, data: st.DataObject) -> None:
    value = data.draw(values_of(cls))
    plain = encode(value)
    again = decode(cls, plain)
    assert again == value
    assert canonical(encode(again)) == canonical(plain)


Handle = NewType("Handle", str)


@dataclass(frozen=True, slots=True)
class Leaf:
    at: datetime
    handle: Handle
    pair: tuple[int, str] = (0, "")
    facts: dict[Fact, bool] | None = None
    words: frozenset[Event] = frozenset()


@dataclass(frozen=True, slots=True)
class Node:
    leaf: Leaf
    below: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    cells: tuple[tuple[int, int], ...] = ()
    words: tuple[str, ...] = ()
    numbers: list[int] = field(default_factory=list)
    keyed: frozenset[tuple[Handle, str]] = frozenset()


WHOLE = Leaf(
    at=datetime(2026, 11, 2, 1, tzinfo=UTC),
    handle=Handle("a"),
    pair=(3, "x"),
    facts={Fact.NOTICE: True},
    words=frozenset({Event.E5, Event.E2}),
)


def test_instants_pairs_enum_keys_sets_and_nesting_come_back() -> None:
    tree = Node(WHOLE, (Node(WHOLE), Node(WHOLE, (Node(WHOLE),))))
    assert decode(Node, encode(tree)) == tree


def test_lists_of_rows_and_of_words_come_back_in_their_own_types() -> None:
    rows = Rows(((0, 1), (2, MAX_INT)), ("a", ""), [-MAX_INT, 0], frozenset({(Handle("a"), "b")}))
    assert decode(Rows, encode(rows)) == rows
    assert decode(Rows, encode(Rows())) == Rows()


def test_missing_keys_take_their_defaults() -> None:
    assert decode(Leaf, {"at": "2026-11-02T01:00:00Z", "handle": "a"}) == Leaf(WHOLE.at, Handle("a"))


LEAF: dict[str, Any] = {"at": "2026-11-02T01:00:00Z", "handle": "a"}
COPY: dict[str, Any] = {"of": "crm", "kind": "backup", "where": "tape"}

REFUSED: dict[str, tuple[type, Any, str]] = {
    "an unknown key": (Leaf, {**LEAF, "handel": "secret-value"}, "$: Leaf has no key 'handel'"),
    "a missing key": (Leaf, {"handle": "a"}, "$: Leaf needs the key 'at'"),
    "a number for text": (Leaf, {**LEAF, "handle": 7}, "$.handle: expected text, got a whole number"),
    "true for a number": (Leaf, {**LEAF, "pair": [True, "x"]}, "$.pair[0]: expected a whole number, got true or false"),
    "a pair of three": (Leaf, {**LEAF, "pair": [1, "x", "y"]}, "$.pair: expected a list of 2, got a list"),
    "an unknown word": (Lot, {"id": "a", "receiver": "b", "legal_route": "PIPL-99"}, "$.legal_route: expected one of"),
    "true for a word": (Leaf, {**LEAF, "words": [True]}, "$.words[0]: expected one of"),
    "a key that is no fact": (Leaf, {**LEAF, "facts": {"weather": True}}, "$.facts.(key): expected one of"),
    "an instant without zone": (Leaf, {**LEAF, "at": "2026-11-02T01:00:00"}, "$.at: expected an instant"),
    "a date that is none": (Copy, {**COPY, "expires_on": "2026-02-30"}, "$.expires_on: expected a date"),
    "nothing at all": (Case, {}, "Case needs the key 'id'"),
    "a list for a table": (Node, [], "$: expected a table (Node), got a list"),
    "null for a table": (Node, {"leaf": None}, "$.leaf: expected a table (Leaf), got null"),
    "a number too large": (Leaf, {**LEAF, "pair": [2**53, "x"]}, "$.pair[0]: whole numbers beyond"),
    "true among many numbers": (
        Rows,
        {"cells": [[0, 1], [2, True]]},
        "$.cells[1][1]: expected a whole number, got true",
    ),
    "a row of three among pairs": (
        Rows,
        {"cells": [[0, 1], [2, 3, 4]]},
        "$.cells[1]: expected a list of 2, got a list",
    ),
    "a number too large among many": (Rows, {"cells": [[0, 1], [-(2**53), 3]]}, "$.cells[1][0]: whole numbers beyond"),
    "a number among words": (Rows, {"words": ["a", 1]}, "$.words[1]: expected text, got a whole number"),
    "null among numbers": (Rows, {"numbers": [1, None]}, "$.numbers[1]: expected a whole number, got null"),
    "text for a list": (Rows, {"words": "ab"}, "$.words: expected a list, got text"),
    "deep inside": (Node, {"leaf": LEAF, "below": [{"leaf": {**LEAF, "pair": 1}}]}, "$.below[0].leaf.pair: expected"),
    "a path that is no text": (Source, {"name": "a", "kind": "csv", "path": 1}, "$.path: expected text"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuses(name: str) -> None:
    cls, value, said = REFUSED[name]
    with pytest.raises(InputError) as caught:
        decode(cls, value)
    assert said in caught.value.message
    assert "secret-value" not in caught.value.message + caught.value.hint


def test_a_near_miss_is_named_in_the_hint() -> None:
    with pytest.raises(InputError) as caught:
        decode(Leaf, {**LEAF, "handel": ""})
    assert "'handle'" in caught.value.hint


def test_a_type_that_cannot_be_read_back_is_a_fault_of_the_program() -> None:
    @dataclass(frozen=True)
    class Odd:
        either: int | str

    with pytest.raises(TypeError):
        decode(Odd, {"either": 1})

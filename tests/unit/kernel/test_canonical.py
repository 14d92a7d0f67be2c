"""One value, one encoding: models and their plain JSON give the same bytes, and what has no single form is refused."""

import json
from collections import UserList
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum, IntEnum, StrEnum
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bequest.evidence.lint import personal_kinds
from bequest.kernel.canonical import MAX_INT, canonical, digest, short, to_json


class Word(StrEnum):
    YES = "yes"


class Level(IntEnum):
    TWO = 2


class Pair(Enum):
    BOTH = ("a", 1)


@dataclass(frozen=True, slots=True)
class Part:
    zone: str
    at: datetime
    day: date
    cells: tuple[tuple[int, int], ...] = ()


whole = st.integers(-MAX_INT, MAX_INT)
leaves = st.none() | st.booleans() | whole | st.text() | st.sampled_from([*Word, *Level, *Pair]) | st.dates()
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner)
        | st.lists(st.tuples(whole, whole))
        | st.lists(st.tuples(st.text(), st.text())).map(tuple)
        | st.dictionaries(st.text() | whole | st.booleans(), inner)
        | st.frozensets(st.text() | whole)
        | st.builds(Part, st.text(), st.just(datetime(2026, 1, 2, tzinfo=UTC)), st.dates())
    ),
)


def in_order(value: object) -> object:
    """Keys by UTF-16 code units, all the way down: RFC 8785 §3.2.3, written a second time."""
    if isinstance(value, dict):
        return {k: in_order(value[k]) for k in sorted(value, key=lambda k: k.encode("utf-16-be"))}
    return [in_order(v) for v in value] if isinstance(value, list) else value


@given(values)
def test_a_value_is_written_as_its_plain_json_is(value: object) -> None:
    plain = to_json(value)
    assert canonical(value) == canonical(plain)
    assert canonical(value) == json.dumps(in_order(plain), ensure_ascii=False, separators=(",", ":")).encode()
    assert digest(value) == digest(plain)


WRITTEN = {
    "fields by name": (
        Part("本地", datetime(2026, 1, 2, 3, tzinfo=UTC), date(2026, 5, 6), ((0, 1), (2, 3))),
        '{"at":"2026-01-02T03:00:00Z","cells":[[0,1],[2,3]],"day":"2026-05-06","zone":"本地"}',
    ),
    "keys by UTF-16, not by code point": ({"\ufb33": 1, "\U0001f600": 2, "a": 3}, '{"a":3,"\U0001f600":2,"\ufb33":1}'),
    "truth beside numbers": ([True, 1, None], "[true,1,null]"),
    "rows of truth and numbers": ([(True, 1), (0, False)], "[[true,1],[0,false]]"),
    "enums": ([Word.YES, Level.TWO, Pair.BOTH], '["yes",2,["a",1]]'),
    "sets by what they are written as": (frozenset({10, 9, "b"}), '["b",10,9]'),
    "other sequences": (UserList(["a", PurePosixPath("b/c")]), '["a","b/c"]'),
    "no rows, empty rows": ([[], [()], {}], "[[],[[]],{}]"),
    "control characters": ("\x1f\n\u2028", '"\\u001f\\n\u2028"'),
}


@pytest.mark.parametrize(("value", "text"), WRITTEN.values(), ids=WRITTEN)
def test_is_written(value: object, text: str) -> None:
    assert canonical(value).decode() == text


REFUSED = {
    "a fraction": 0.5,
    "a fraction in a row of numbers": [(1, 2), (1, 0.5)],
    "a number beyond 2**53": MAX_INT + 1,
    "one below": -MAX_INT - 1,
    "a large number in a row": ((1, 2), (3, MAX_INT + 1)),
    "a large number among few": [1, -MAX_INT - 1],
    "bytes": b"a",
    "a class": Part,
    "an object": object(),
}


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED)
def test_what_has_no_single_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical({"v": value})
    with pytest.raises(TypeError):
        to_json({"v": value})


def test_a_short_digest_never_passes_for_a_number_of_somebody():
    unlucky = "7527048530045861" + "0" * 48
    assert personal_kinds(f"report-{unlucky[:16]}") == ("bank card number",)
    assert personal_kinds(f"report-{short(unlucky)}") == ()
    assert short(unlucky, 12) == short(unlucky)[:12]
    assert short("0a" * 32) == "0a" * 8
    assert len({short(f"{n:016d}") for n in range(1000)}) == 1000

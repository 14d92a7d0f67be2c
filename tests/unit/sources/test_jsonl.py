"""JSON Lines: nested objects as dotted columns, strictness, and rewrites that keep every other byte."""

import json
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bequest.kernel.errors import SourceError
from bequest.model.case import SourceKind
from bequest.sources import KEY, Changes, OpenSource
from bequest.sources import encoding as encodings

Opener = Callable[..., OpenSource]

LINES = (
    '{"id": 1, "contact": {"name": "张\\u4e09\\n", "phone" : "138" }, "tags": [ "a", "\\u5f20 \\"x", {"k":1.50} ]}\n'
    "\r\n"
    '{"id":2,"contact":{},"tags":[],"n":null,"\\u0069d2":"\\ud83d\\ude00","a.b\\\\":1e5,"ok":true}\r\n'
    '{"id":3,"contact":"none","x":{"y":{"z":[1, 2]}}}'
)


def frame(source: OpenSource) -> pl.DataFrame:
    return pl.concat(list(source.read("people"))).drop(KEY)


def nothing() -> None:
    """A guard that always agrees."""


def test_nested_objects_are_columns_and_arrays_are_text(open_file: Opener) -> None:
    source = open_file(LINES.encode(), SourceKind.JSONL)
    [info] = source.inventory()
    assert {c.name: c.declared_type for c in info.columns} == {
        "id": "number",
        "contact.name": "string",
        "contact.phone": "string",
        "tags": "array",
        "n": "null",
        "id2": "string",
        "a\\.b\\\\": "number",
        "ok": "boolean",
        "contact": "string",
        "x.y.z": "array",
    }
    rows = frame(source).to_dicts()
    assert rows[0]["contact.name"] == "张三\n"
    assert rows[0]["tags"] == '["a","张 \\"x",{"k":1.50}]'
    assert rows[1]["id2"] == "😀"
    assert (rows[1]["a\\.b\\\\"], rows[1]["ok"], rows[1]["n"], rows[1]["contact.name"]) == ("1e5", "true", None, None)
    assert (rows[2]["contact"], rows[2]["x.y.z"]) == ("none", "[1,2]")


def test_values_become_null_and_lines_go_while_other_bytes_stay(open_file: Opener) -> None:
    source = open_file(LINES.encode(), SourceKind.JSONL)
    changes = Changes(
        pl.Series(["2"]), {"contact.phone": pl.Series(["1", "3"]), "x.y.z": pl.Series(["3"])}, key=("id",)
    )
    applied = source.apply("people", changes, guard=nothing)
    assert (applied.rows_deleted, dict(applied.cells_emptied)) == (1, {"contact.phone": 1, "x.y.z": 1})
    lines = LINES.split("\n")
    expected = "\n".join([lines[0].replace('"138"', "null"), "\r", lines[3].replace("[1, 2]", "null")])
    assert source.raw_paths()[0].read_bytes() == expected.encode()


def test_changes_of_a_column_that_went_with_its_last_row_are_done_already(open_file: Opener) -> None:
    source = open_file(b'{"id":1,"phone":"138"}\n{"id":2}\n', SourceKind.JSONL)
    changes = Changes(pl.Series(["1"]), {"phone": pl.Series(["1", "2"])}, key=("id",))
    assert source.apply("people", changes, guard=nothing).rows_deleted == 1
    assert source.apply("people", changes, guard=nothing).rows_deleted == 0
    assert source.apply("people", Changes(pl.Series(["2"]), key=("id",)), guard=nothing).rows_deleted == 1
    [path] = source.raw_paths()
    assert path.read_bytes() == b"\n"
    again = open_file(path.read_bytes(), SourceKind.JSONL)
    assert again.inventory()[0].n_rows == 0
    assert list(again.read("people", key=["id"])) == []
    assert again.apply("people", changes, guard=nothing).rows_deleted == 0


BAD = {
    "not an object": ('{"a":1}\n[1]\n', "line 2 is not a JSON object"),
    "cut off": ('{"a":1}\n\n{"a":\n', "line 3 is not valid JSON"),
    "trailing comma": ('{"a":1,}', "line 1 is not valid JSON"),
    "leading zero": ('{"a":01}', "line 1 is not valid JSON"),
    "bare word": ('{"a":NaN}', "line 1 is not valid JSON"),
    "two objects": ('{"a":1}{"a":2}', "line 1 is not valid JSON"),
    "bad escape": ('{"a":"\\x"}', "line 1 is not valid JSON"),
    "same key twice": ('{"a":1}\n{"a":"机密","a":2}', "line 2 repeats a key"),
    "same key twice, once escaped": ('{"a":1,"\\u0061":2}', "line 1 repeats a key"),
    "too deep": ('{"a":' * 70 + "1" + "}" * 70, "line 1 is nested deeper"),
}


@pytest.mark.parametrize(("text", "said"), BAD.values(), ids=BAD)
def test_a_line_that_is_no_object_is_named_and_never_shown(text: str, said: str, open_file: Opener) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        open_file(text.encode(), SourceKind.JSONL).inventory()
    assert "机密" not in caught.value.message


def test_keys_that_are_values_are_refused(open_file: Opener) -> None:
    text = "".join(json.dumps({str(13_000_000_000 + i): 1}) + "\n" for i in range(3000))
    with pytest.raises(SourceError, match="more than 2048 different keys"):
        open_file(text.encode(), SourceKind.JSONL).inventory()


@pytest.mark.parametrize("size", [5, 50, 400])
def test_lines_across_the_borders_of_blocks(size: int, open_file: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "BLOCK_BYTES", size)
    rows = [{"id": str(i), "n": "名" * (i % 9), "late": "x"} if i > 30 else {"id": str(i), "n": "y"} for i in range(40)]
    text = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)
    source = open_file(text.encode(), SourceKind.JSONL)
    assert source.inventory()[0].column_names() == ("id", "n", "late")
    assert frame(source).rows() == [(r["id"], r["n"], r.get("late")) for r in rows]


LEAF = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
)
KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
VALUE = st.recursive(
    LEAF, lambda v: st.one_of(st.lists(v, max_size=3), st.dictionaries(KEYS, v, max_size=3)), max_leaves=8
)


def flat(value: object, name: str = "") -> dict[str, str | None]:
    if isinstance(value, dict):
        found: dict[str, str | None] = {}
        for key, inner in value.items():
            escaped = key.replace("\\", "\\\\").replace(".", "\\.")
            found |= flat(inner, f"{name}.{escaped}" if name else escaped)
        return found
    if isinstance(value, list):
        return {name: json.dumps(value, ensure_ascii=False, separators=(",", ":"))}
    if isinstance(value, bool):
        return {name: str(value).lower()}
    return {name: None if value is None else str(value)}


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.dictionaries(KEYS.filter(bool), VALUE, max_size=4), min_size=1, max_size=4), escaped=st.booleans()
)
def test_it_shows_what_the_standard_library_writes(rows: list, escaped: bool, open_file: Opener) -> None:
    text = "\n".join(json.dumps(r, ensure_ascii=escaped) for r in rows)
    source = open_file(text.encode(), SourceKind.JSONL)
    columns = source.inventory()[0].column_names()
    expected = [flat(r) for r in rows]
    assert set(columns) == set().union(*expected)
    if columns:
        assert frame(source).to_dicts() == [{c: e.get(c) for c in columns} for e in expected]


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.lists(
        st.sampled_from(
            ["{", "}", "[", "]", ":", ",", '"a"', '"b\\n"', "1", "-0.5e3", "01", "true", "null", " ", '"', "\\"]
        ),
        max_size=9,
    )
)
def test_it_accepts_exactly_what_the_standard_library_accepts(text: list[str], open_file: Opener) -> None:
    line = '{"k":' + "".join(text) + "}"

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        return dict(pairs)

    try:
        good = isinstance(json.loads(line, object_pairs_hook=unique, parse_constant=lambda _: 1 / 0), dict)
    except ValueError:
        good = False
    try:
        open_file(line.encode(), SourceKind.JSONL).inventory()
        accepted = True
    except SourceError as error:
        accepted = "repeats a key" in error.message
    assert accepted == good

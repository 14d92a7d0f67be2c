"""What holds for every kind of source: the text view, keys, samples, and what leaves when rows and cells go."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bequest.kernel.errors import LeaseError, SourceError
from bequest.model.case import SourceKind
from bequest.sources import KEY, Changes, OpenSource, mark
from bequest.sources.opening import FILES as OPENERS
from bequest.sources.replacing import leftover

SERVERS = [SourceKind.POSTGRESQL, SourceKind.MARIADB]
ROWWISE = [k for k in OPENERS if k is not SourceKind.XLS]  # out of which no row can be cut: test_xls
KINDS = [*ROWWISE, *SERVERS, SourceKind.S3]
FILES = [k for k in ROWWISE if k is not SourceKind.SQLITE]
COLUMNS = ("no", "name", "phone", "note")
ROWS = [(f"K{i}", f"人{i}", f"1380013{i:04}", '行一\n"二", 三' if i % 2 else None) for i in range(10)]
EVERYTHING = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\"',;\t\\{}"), min_size=1, max_size=8
)

every_kind = pytest.mark.parametrize("kind", KINDS)
Maker = Callable[..., OpenSource]


def nothing() -> None:
    """A guard that always agrees."""


def table(source: OpenSource, key: tuple[str, ...] = ("no",)) -> pl.DataFrame:
    parts = list(source.read("people", key=key, batch_rows=4))
    assert all(p.height <= 4 for p in parts)
    return pl.concat(parts) if parts else pl.DataFrame()


def keys(*names: str) -> pl.Series:
    return pl.Series(list(names), dtype=pl.String)


@every_kind
def test_the_text_view_shows_every_value_with_the_key_first(kind: SourceKind, make: Maker) -> None:
    frame = table(make(kind, COLUMNS, ROWS))
    assert frame.columns == [KEY, *COLUMNS]
    assert set(frame.dtypes) == {pl.String}
    assert frame.rows() == [(r[0], *r) for r in ROWS]


@every_kind
def test_columns_come_in_the_order_asked_for(kind: SourceKind, make: Maker) -> None:
    source = make(kind, COLUMNS, ROWS)
    [frame] = source.read("people", ["phone", "no"], key=["no", "name"])
    assert frame.columns == [KEY, "phone", "no"]
    assert frame.row(1) == ("K1\x1f人1", "13800130001", "K1")


@every_kind
def test_without_a_key_rows_are_known_by_number(kind: SourceKind, make: Maker) -> None:
    first = 1 if kind is SourceKind.SQLITE else 0  # a rowid begins at one
    shown = table(make(kind, COLUMNS, ROWS), ())[KEY].to_list()
    if kind in SERVERS:  # no place lasts: rows are known by their content
        assert [k.endswith("#1") for k in shown] == [True] * 10
        assert sorted(shown) == table(make(kind, COLUMNS, ROWS[::-1]), ())[KEY].to_list()
    else:
        assert shown == [str(i + first) for i in range(10)]


@every_kind
def test_the_inventory_names_columns_and_counts_rows(kind: SourceKind, make: Maker) -> None:
    [info] = make(kind, COLUMNS, ROWS).inventory()
    assert (info.name, info.column_names(), info.n_rows, info.why_not_scanned) == ("people", COLUMNS, 10, "")


@every_kind
@pytest.mark.parametrize("n", [0, 3, 10, 99])
def test_a_sample_is_the_same_every_time_and_not_the_head(kind: SourceKind, n: int, make: Maker) -> None:
    source = make(kind, COLUMNS, ROWS)
    sample = source.sample("people", n)
    assert sample.columns == [KEY, *COLUMNS]
    assert sample.height == min(n, 10)
    assert sample.equals(source.sample("people", n))
    assert set(sample["no"]) <= {r[0] for r in ROWS}
    if n == 3:
        assert sample["no"].to_list() != ["K0", "K1", "K2"]


@every_kind
@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("a", "x"), ("a", "y"), ("b", "z")], "0 rows with an empty key, 1 repeated keys"),
        ([("a", "x"), (None, "y")], "1 rows with an empty key, 0 repeated keys"),
    ],
)
def test_a_key_that_does_not_name_each_row_is_refused(kind: SourceKind, rows: list, said: str, make: Maker) -> None:
    source = make(kind, ("no", "name"), rows)
    with pytest.raises(SourceError, match=said):
        source.read("people", key=["no"])
    assert sum(b.height for b in source.read("people", key=["no"], allow_duplicates=True)) == len(rows)
    with pytest.raises(SourceError, match=said):
        source.apply("people", Changes(keys("a"), key=("no",)), guard=nothing)


@every_kind
def test_rows_and_cells_leave_and_the_rest_stays(kind: SourceKind, make: Maker) -> None:
    source = make(kind, COLUMNS, ROWS)
    changes = Changes(
        keys("K1", "K9", "no such"), {"phone": keys("K1", "K2", "K3"), "note": keys("K3", "K4")}, key=("no",)
    )
    applied = source.apply("people", changes, guard=nothing)
    assert applied.rows_deleted == 2
    assert dict(applied.cells_emptied) == {"phone": 2, "note": 1}  # K1 goes whole, K4 has no note
    expected = [list(r) for r in ROWS if r[0] not in {"K1", "K9"}]
    for row in expected:
        if row[0] in {"K2", "K3"}:
            row[2] = None
        if row[0] == "K3":
            row[3] = None
    assert [list(r) for r in table(source).drop(KEY).rows()] == expected


@every_kind
def test_applying_twice_is_applying_once(kind: SourceKind, make: Maker) -> None:
    source = make(kind, COLUMNS, ROWS)
    changes = Changes(keys("K1"), {"phone": keys("K2")}, key=("no",))
    source.apply("people", changes, guard=nothing)
    before = table(source)
    again = source.apply("people", changes, guard=nothing)
    assert (again.rows_deleted, dict(again.cells_emptied)) == (0, {"phone": 0})
    assert table(source).equals(before)


@pytest.mark.parametrize("kind", ROWWISE)
def test_deleted_values_are_no_longer_in_any_byte_of_the_files(kind: SourceKind, make: Maker) -> None:
    rows = [(f"K{i}", f"人{i}", f"SECRET-{i:03}-VALUE", "note") for i in range(40)]
    source = make(kind, COLUMNS, rows)
    assert any(value_in_bytes(source, f"SECRET-{i:03}-VALUE") for i in (5, 6))
    changes = Changes(keys("K5"), {"phone": keys("K6")}, key=("no",))
    source.apply("people", changes, guard=nothing)
    source.clean(nothing)
    assert not value_in_bytes(source, "SECRET-005-VALUE")
    assert not value_in_bytes(source, "SECRET-006-VALUE")
    assert value_in_bytes(source, "SECRET-007-VALUE")


def value_in_bytes(source: OpenSource, value: str) -> bool:  # a server's files are looked into by its own tests
    import zipfile

    content = b"".join(p.read_bytes() for p in source.raw_paths())
    if content.startswith(b"PK"):
        with zipfile.ZipFile(source.raw_paths()[0]) as archive:
            content = b"".join(archive.read(n) for n in archive.namelist())
    return value.encode() in content


@every_kind
def test_key_columns_are_never_emptied_and_unknown_columns_are_refused(kind: SourceKind, make: Maker) -> None:
    source = make(kind, COLUMNS, ROWS)
    refused = ("no",) if kind is SourceKind.JSONL else ("no", "nothing")  # there a column goes with its last row
    for column in refused:
        with pytest.raises(SourceError, match=column):
            source.apply("people", Changes(keys(), {column: keys("K1")}, key=("no",)), guard=nothing)
    with pytest.raises(SourceError, match="no column nothing"):
        source.read("people", ["nothing"])
    with pytest.raises(SourceError) as caught:
        source.read("elsewhere")
    assert "people" in caught.value.hint


@every_kind
def test_row_numbers_need_the_state_they_were_read_from(kind: SourceKind, make: Maker) -> None:
    source = make(kind, COLUMNS, ROWS)
    numbered = table(source, ())
    fourth = numbered.filter(pl.col("no") == "K3")[KEY]
    with pytest.raises(SourceError, match="number only"):
        source.apply("people", Changes(fourth), guard=nothing)
    changes = Changes(fourth, taken_from=source.fingerprint())
    assert source.apply("people", changes, guard=nothing).rows_deleted == 1
    with pytest.raises(SourceError, match="has changed"):  # the numbers now name other rows
        source.apply("people", changes, guard=nothing)
    assert table(source)["no"].to_list() == [r[0] for r in ROWS if r[0] != "K3"]


@every_kind
def test_a_guard_that_refuses_stops_before_anything_changes(kind: SourceKind, make: Maker) -> None:
    source = make(kind, COLUMNS, ROWS)
    before = table(source)

    def refuse() -> None:
        raise LeaseError("another process holds the step")

    with pytest.raises(LeaseError):
        source.apply("people", Changes(keys("K1"), key=("no",)), guard=refuse)
    assert table(source).equals(before)


@pytest.mark.parametrize("kind", FILES)
def test_a_leftover_of_a_killed_rewrite_is_known_and_removed(kind: SourceKind, make: Maker, tmp_path: Path) -> None:
    source = make(kind, COLUMNS, ROWS)
    [path] = source.raw_paths()
    calls = []

    def killed() -> None:
        calls.append(1)
        if len(calls) == 2:  # written beside, not yet in place
            raise KeyboardInterrupt

    changes = Changes(keys("K1"), key=("no",))
    with pytest.raises(KeyboardInterrupt):
        source.apply("people", changes, guard=killed)
    beside = leftover(path)
    assert beside.exists()
    assert source.raw_paths() == (path, beside)
    assert table(source).height == 10
    assert source.apply("people", changes, guard=nothing).rows_deleted == 1
    assert [p for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    assert table(source).height == 9


@pytest.mark.parametrize("kind", FILES)
def test_cleaning_removes_a_leftover(kind: SourceKind, make: Maker) -> None:
    source = make(kind, COLUMNS, ROWS)
    beside = leftover(source.raw_paths()[0])
    beside.write_bytes(b"half a file")
    assert "leftover_removed" in source.clean(nothing).actions
    assert not beside.exists()


@pytest.mark.parametrize("kind", FILES)
def test_the_fingerprint_follows_the_bytes(kind: SourceKind, make: Maker) -> None:
    source = make(kind, COLUMNS, ROWS)
    before = source.fingerprint()
    assert before == source.fingerprint()
    source.apply("people", Changes(keys("K1"), key=("no",)), guard=nothing)
    assert source.fingerprint() != before


@pytest.mark.parametrize("kind", FILES)
def test_the_permissions_of_the_file_stay(kind: SourceKind, make: Maker) -> None:
    source = make(kind, COLUMNS, ROWS)
    [path] = source.raw_paths()
    path.chmod(0o640)
    source.apply("people", Changes(keys("K1"), key=("no",)), guard=nothing)
    assert path.stat().st_mode & 0o777 == 0o640


@every_kind
def test_the_mark_ignores_order_and_sees_every_change(kind: SourceKind, make: Maker, ecb: Callable) -> None:
    first = mark(make(kind, COLUMNS, ROWS), "people", ["no"], ecb)
    assert (first.n_rows, len(first.digest)) == (10, 32)
    assert mark(make(kind, COLUMNS, ROWS[::-1]), "people", ["no"], ecb) == first
    changed = [*ROWS[:-1], (*ROWS[-1][:2], "13800130008", ROWS[-1][3])]
    assert mark(make(kind, COLUMNS, changed), "people", ["no"], ecb).digest != first.digest
    assert mark(make(kind, COLUMNS, ROWS[:-1]), "people", ["no"], ecb).digest != first.digest


@every_kind
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_exactly_the_named_rows_and_cells_leave(kind: SourceKind, make: Maker, data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 7))
    value = st.one_of(st.none(), EVERYTHING.filter(lambda t: t.strip() != ""))
    rows = [(f"K{i}", data.draw(value), data.draw(value)) for i in range(n)]
    rows[0] = ("K0", "x", "y")  # so that each column exists in the kinds that tell columns by their values
    some = st.lists(st.sampled_from([r[0] for r in rows]), unique=True)
    gone, empty_a, empty_b = data.draw(some), data.draw(some), data.draw(some)
    source = make(kind, ("no", "a", "b"), rows)
    shown = table(source)
    source.apply("people", Changes(keys(*gone), {"a": keys(*empty_a), "b": keys(*empty_b)}, key=("no",)), guard=nothing)
    expected = [
        (k, None if k in empty_a else a, None if k in empty_b else b)
        for k, a, b in shown.drop(KEY).rows()
        if k not in gone
    ]
    left = (
        [r for b in source.read("people", key=["no"]) for r in b.select(shown.columns[1:]).rows()] if expected else []
    )
    assert left == expected


@every_kind
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(EVERYTHING, EVERYTHING), min_size=1, max_size=5))
def test_what_was_written_is_what_is_read(kind: SourceKind, make: Maker, rows: list[tuple[str, str]]) -> None:
    rows = [(f"K{i}", a + "·", b + "·") for i, (a, b) in enumerate(rows)]
    assert table(make(kind, ("no", "a", "b"), rows)).drop(KEY).rows() == rows


def putting(*rows: tuple[str | None, ...]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys((KEY, "name", "phone", "note"), pl.String), orient="row")


@pytest.mark.parametrize("kind", KINDS)
def test_rows_that_stay_get_their_new_values_and_nothing_else_changes(kind: SourceKind, make: Maker) -> None:
    source = make(kind, COLUMNS, ROWS)
    put = putting(
        ("K1", None, '"9", <&>', "新\n行"), ("K2", "某人", None, "x"), ("K7", "某人", "0", "x"), ("K99", *"abc")
    )
    changes = Changes(keys("K3"), {"phone": keys("K4")}, ("no",), put=put)
    done = source.apply("people", changes, guard=nothing)
    assert (done.rows_deleted, dict(done.cells_emptied)) == (1, {"phone": 1})
    assert done.rows_put >= 3
    emptied = "" if kind in {SourceKind.CSV, SourceKind.XLSX} else None
    want = {r[0]: r for r in ROWS if r[0] != "K3"}
    want["K1"] = ("K1", emptied, '"9", <&>', "新\n行")
    want["K2"] = ("K2", "某人", emptied, None)  # what held nothing holds nothing
    want["K7"] = ("K7", "某人", "0", "x")
    want["K4"] = (*ROWS[4][:2], emptied, ROWS[4][3])
    shown = {r[0]: tuple(v or emptied for v in r[1:]) for r in table(source).iter_rows()}
    assert shown == {k: tuple(v or emptied for v in r) for k, r in want.items()}
    again = source.apply("people", changes, guard=nothing)
    assert again.rows_deleted == 0
    assert {r[0]: tuple(v or emptied for v in r[1:]) for r in table(source).iter_rows()} == shown


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_key_as_many_equal_rows_get_new_values_as_are_named(kind: SourceKind, make: Maker) -> None:
    rows = [("A", "人", "1", "n")] * 3 + [("B", "人", "2", "n")]
    source = make(kind, COLUMNS, rows)
    named = [k for k, no in table(source, ()).select(KEY, "no").iter_rows() if no == "A"]
    put = pl.DataFrame({KEY: named[:2], "no": ["-", "-"], "phone": [None, None]}, schema_overrides={"phone": pl.String})
    changes = Changes(keys(named[2]), {}, (), source.fingerprint(), put)
    done = source.apply("people", changes, guard=nothing)
    assert (done.rows_deleted, done.rows_put) == (1, 2)
    left = sorted((r[0], r[2] or "") for r in table(source, ()).drop(KEY).iter_rows())
    assert left == [("-", ""), ("-", ""), ("B", "2")]

"""SQLite databases: keys of every kind, values as text, set-based changes, and bytes that are gone."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from bequest.kernel.errors import LeaseError, SourceError
from bequest.model.case import Source, SourceKind
from bequest.model.destruction import Level
from bequest.sources import KEY, Changes, OpenSource, open_source, sqlite, sqlite_writing

SCHEMA = """
CREATE TABLE customers ( -- 客户
  id INTEGER PRIMARY KEY,
  cust_no TEXT NOT NULL UNIQUE, -- 客户编号
  mobile TEXT, /* 手机 */
  amount REAL,
  odd BLOB
);
CREATE TABLE links (a TEXT, b INTEGER, note TEXT, PRIMARY KEY (b, a)) WITHOUT ROWID;
CREATE TABLE log (msg TEXT, rowid TEXT);
CREATE TABLE orders (
  no TEXT PRIMARY KEY, customer INTEGER REFERENCES customers(id) ON DELETE CASCADE,
  phone TEXT NOT NULL, state TEXT CHECK (state IS NOT NULL)
);
CREATE TRIGGER seen AFTER DELETE ON orders BEGIN SELECT 1; END;
CREATE VIEW shown AS SELECT * FROM customers;
CREATE TABLE bequest_rehearsal (case_id TEXT);
INSERT INTO bequest_rehearsal VALUES ('demo-e5');
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "crm & co?.db"  # a name that must be quoted in a URI
    with closing(sqlite3.connect(file)) as db, db:
        db.executescript(SCHEMA)
        customers = [
            (i, f"C{i}", f"1380013{i:04}", float(i) if i % 2 else i + 0.5, b"\x01" if i == 1 else None)
            for i in range(1, 9)
        ]
        db.executemany("INSERT INTO customers VALUES (?,?,?,?,?)", customers)
        db.executemany("INSERT INTO links VALUES (?,?,?)", [("x", 1, "p"), ("x", 2, "q"), ("y", 1, "r")])
        db.executemany("INSERT INTO log VALUES (?,?)", [("m1", "own"), ("m2", "own")])
        db.executemany("INSERT INTO orders VALUES (?,?,?,?)", [("O1", 1, "138", "open"), ("O2", 2, "139", "open")])
    return file


@pytest.fixture
def source(path: Path) -> OpenSource:
    return open_source(Source(name="crm", kind=SourceKind.SQLITE, path=path))


def frame(source: OpenSource, table: str) -> pl.DataFrame:
    return pl.concat(list(source.read(table, batch_rows=3)))


def nothing() -> None:
    """A guard that always agrees."""


def test_the_inventory_tells_keys_comments_and_what_is_no_table(source: OpenSource) -> None:
    tables = {t.name: t for t in source.inventory()}
    assert list(tables) == ["customers", "links", "log", "orders", "shown"]
    assert tables["customers"].comment == "客户"
    assert {c.name: c.comment for c in tables["customers"].columns if c.comment} == {
        "cust_no": "客户编号",
        "mobile": "手机",
    }
    assert [c.nullable for c in tables["customers"].columns] == [False, False, True, True, True]
    assert {n: t.key for n, t in tables.items()} == {
        "customers": ("id",), "links": ("b", "a"), "log": (), "orders": ("no",), "shown": ()
    }  # fmt: skip
    assert tables["shown"].why_not_scanned == "view"
    assert "triggers" in tables["orders"].notes
    with pytest.raises(SourceError, match=r"crm\.shown cannot be read: view"):
        source.read("shown")


def test_values_of_every_type_are_text(source: OpenSource) -> None:
    rows = frame(source, "customers").rows()
    assert rows[0] == ("1", "1", "C1", "13800130001", "1", "01")
    assert rows[1] == ("2", "2", "C2", "13800130002", "2.5", None)


def test_keys_of_several_columns_and_rowids(source: OpenSource) -> None:
    assert frame(source, "links")[KEY].to_list() == ["1\x1fx", "1\x1fy", "2\x1fx"]
    assert frame(source, "log")[KEY].to_list() == ["1", "2"]  # the rowid, though a column has that name
    [batch] = source.read("customers", ["id"], key=["cust_no"])
    assert batch[KEY].to_list()[:2] == ["C1", "C2"]


def test_rows_of_tables_without_rowid_leave_by_their_key(source: OpenSource) -> None:
    changes = Changes(pl.Series(["1\x1fy"]), {"note": pl.Series(["2\x1fx"])})
    applied = source.apply("links", changes, guard=nothing)
    assert (applied.rows_deleted, dict(applied.cells_emptied)) == (1, {"note": 1})
    assert frame(source, "links").select("a", "b", "note").rows() == [("x", "1", "p"), ("x", "2", None)]


def test_a_key_of_the_data_map_serves_in_place_of_the_declared_one(source: OpenSource) -> None:
    changes = Changes(pl.Series(["C3"]), {"mobile": pl.Series(["C4"])}, key=("cust_no",))
    assert source.apply("customers", changes, guard=nothing).rows_deleted == 1
    assert frame(source, "customers").filter(pl.col("mobile").is_null())["id"].to_list() == ["4"]
    with pytest.raises(SourceError, match="key column id cannot be emptied"):
        source.apply(
            "customers", Changes(pl.Series(["C3"]), {"id": pl.Series(["C4"])}, key=("cust_no",)), guard=nothing
        )


def test_no_row_of_another_table_goes_with_a_cascade(source: OpenSource) -> None:
    source.apply("customers", Changes(pl.Series(["1", "2"])), guard=nothing)
    assert frame(source, "orders")["no"].to_list() == ["O1", "O2"]


def test_a_column_that_may_not_be_null_becomes_empty_text(source: OpenSource) -> None:
    changes = Changes(pl.Series([], dtype=pl.String), {"phone": pl.Series(["O1"])})
    assert source.apply("orders", changes, guard=nothing).cells_emptied == {"phone": 1}
    assert source.apply("orders", changes, guard=nothing).cells_emptied == {"phone": 0}
    assert frame(source, "orders")["phone"].to_list() == ["", "139"]


def test_a_constraint_against_the_change_is_told(source: OpenSource) -> None:
    changes = Changes(pl.Series([], dtype=pl.String), {"state": pl.Series(["O1"])})
    with pytest.raises(SourceError, match="a constraint stands against the change"):
        source.apply("orders", changes, guard=nothing)
    assert frame(source, "orders")["state"].to_list() == ["open", "open"]


def test_changes_go_batch_by_batch_and_a_lost_lease_leaves_whole_batches(
    source: OpenSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_writing, "BATCH", 3)
    calls: list[int] = []

    def lost_at_the_third() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise LeaseError("another process holds the step")

    changes = Changes(pl.Series([str(i) for i in range(1, 9)]))
    with pytest.raises(LeaseError):
        source.apply("customers", changes, guard=lost_at_the_third)
    assert frame(source, "customers")["id"].to_list() == ["7", "8"]
    assert source.apply("customers", changes, guard=nothing).rows_deleted == 2
    assert source.apply("customers", changes, guard=nothing).rows_deleted == 0


@pytest.mark.parametrize("lost_at", [1, 2, 3])
def test_a_row_that_stays_loses_all_its_cells_at_once_or_none(
    source: OpenSource, monkeypatch: pytest.MonkeyPatch, lost_at: int
) -> None:
    monkeypatch.setattr(sqlite_writing, "BATCH", 3)
    rows = frame(source, "customers")[KEY]
    calls = iter(range(1, 9))

    def lost() -> None:
        if next(calls) == lost_at:
            raise LeaseError("overtaken")

    changes = Changes(rows.head(0), {"mobile": rows, "amount": rows.head(7)})
    with pytest.raises(LeaseError):
        source.apply("customers", changes, guard=lost)
    half = frame(source, "customers").head(7).filter(pl.col("mobile").is_null() != pl.col("amount").is_null())
    assert half.height == 0
    emptied = 3 * (lost_at - 1)
    applied = source.apply("customers", changes, guard=nothing)
    assert applied.cells_emptied == {"mobile": 8 - emptied, "amount": 7 - min(emptied, 7)}


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_deleted_values_are_in_no_file_of_the_database_after_cleaning(path: Path, journal: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA journal_mode = {journal}")
        with db:
            db.executemany("INSERT INTO log VALUES (?, 'x')", [(f"SECRET-{i:04}",) for i in range(3000)])
    source = open_source(Source(name="crm", kind=SourceKind.SQLITE, path=path))
    rows = frame(source, "log").filter(pl.col("msg").str.contains("SECRET-00"))
    source.apply("log", Changes(rows[KEY], taken_from=source.fingerprint()), guard=nothing)
    report = source.clean(nothing)
    assert report.level is Level.LOGICAL
    assert report.actions == ("secure_delete", "wal_checkpoint", "vacuum")
    content = b"".join(p.read_bytes() for p in source.raw_paths())
    assert b"SECRET-00" not in content
    assert b"SECRET-0100" in content


@pytest.mark.parametrize("left_out", [None, "PRAGMA secure_delete", "PRAGMA wal_checkpoint", "VACUUM"])
def test_without_any_one_step_bytes_are_left(path: Path, left_out: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a program that keeps its connection, and has itself deleted rows before."""
    with closing(sqlite3.connect(path)) as app:
        app.execute("PRAGMA secure_delete = ON")
        with app:
            app.executemany("INSERT INTO links VALUES ('x', ?, ?)", [(i, f"EARLIER-{i:04}") for i in range(9, 3000)])
            app.executemany("INSERT INTO log VALUES (?, 'y')", [(f"SECRET-{i:04}",) for i in range(3000)])
        app.execute("PRAGMA secure_delete = OFF")
        with app:
            app.execute("DELETE FROM links WHERE note LIKE 'EARLIER%'")
        source = open_source(Source(name="crm", kind=SourceKind.SQLITE, path=path))
        monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=partial(Forgetful, left_out)))
        _delete(source, "SECRET-00")
        after_deletion = b"SECRET-00" in path.read_bytes()
        app.execute("PRAGMA journal_mode = wal")
        app.execute("UPDATE log SET rowid = 'z' WHERE msg LIKE 'SECRET-01%'")
        app.commit()
        _delete(source, "SECRET-01")
        source.clean(nothing)
        content = b"".join(p.read_bytes() for p in source.raw_paths())
        left = [v in content for v in (b"EARLIER-", b"SECRET-00", b"SECRET-01")]
        assert (after_deletion or any(left)) == (left_out is not None), (after_deletion, left)
        assert b"SECRET-02" in content


class Forgetful(sqlite3.Connection):
    """A connection on which one kind of statement is not run."""

    def __init__(self, left_out: str | None, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self._left_out = left_out

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        is_out = self._left_out is not None and sql.startswith(self._left_out)
        instead = "PRAGMA secure_delete = OFF" if "secure" in sql else "SELECT 0, 0, 0"  # some builds have it on
        return super().execute(instead if is_out else sql, *values)


def _delete(source: OpenSource, beginning: str) -> None:
    rows = frame(source, "log").filter(pl.col("msg").str.starts_with(beginning))
    assert rows.height == 100
    source.apply("log", Changes(rows[KEY], taken_from=source.fingerprint()), guard=nothing)


def test_a_locked_database_is_told_with_the_way_out(
    path: Path, source: OpenSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_WAIT_SECONDS", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for action in (source.inventory, lambda: source.clean(nothing)):
            with pytest.raises(SourceError, match="locked by another program") as caught:
                action()
            assert "cutover" in caught.value.hint
    assert source.inventory()


def test_reading_never_writes(path: Path, source: OpenSource) -> None:
    path.chmod(0o444)
    before = path.read_bytes()
    frame(source, "customers")
    source.sample("customers", 2)
    source.fingerprint()
    assert path.read_bytes() == before


def test_the_fingerprint_speaks_of_schema_and_counts(path: Path, source: OpenSource) -> None:
    seen = {source.fingerprint()}
    for statement in ("INSERT INTO log VALUES ('m3', 'x')", "ALTER TABLE log ADD COLUMN more TEXT"):
        with closing(sqlite3.connect(path)) as db, db:
            db.execute(statement)
        seen.add(source.fingerprint())
    assert len(seen) == 3


def test_the_marker_is_a_table(source: OpenSource) -> None:
    assert source.marker("demo-e5")
    assert not source.marker("demo-e2")


def test_text_that_is_not_utf8_is_told_by_its_table(path: Path, source: OpenSource) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("INSERT INTO log VALUES (CAST(x'd5c5c8fd' AS TEXT), 'x')")
    with pytest.raises(SourceError, match=r"crm\.log holds text that is not UTF-8"):
        frame(source, "log")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"name,phone\n1,2\n", "is not a SQLite database"),
        (b"SQLite format 3\0" + b"x" * 600, "cannot be opened"),
    ],
    ids=["empty", "csv", "damaged"],
)
def test_what_is_no_database_is_told_so(content: bytes, said: str, open_file: Callable[..., OpenSource]) -> None:
    with pytest.raises(SourceError, match=said):
        open_file(content, SourceKind.SQLITE).inventory()

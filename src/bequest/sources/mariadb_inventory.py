"""What a MariaDB or MySQL database declares: tables, columns, keys, references, and what stands against changes."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bequest.sources.mariadb_connect import Database, rows
from bequest.sources.mariadb_text import Column, column, literal, quoted
from bequest.sources.marker import TABLE_MARKER
from bequest.sources.source import ColumnInfo, ForeignKey, OnDelete, TableInfo

_ON_DELETE = {"CASCADE": OnDelete.CASCADE, "SET NULL": OnDelete.SET_NULL, "SET DEFAULT": OnDelete.SET_DEFAULT}
_ELSEWHERE = frozenset({"FEDERATED", "CONNECT", "SPIDER"})
_NAMES = re.compile(r"`((?:[^`]|``)+)`")


@dataclass(frozen=True, slots=True)
class Table:
    """A table with what reading and writing need beyond its description. `row_bytes`: the server's estimate."""

    info: TableInfo
    columns: Mapping[str, Column]
    engine: str = ""
    row_bytes: int = 0
    sets_itself: tuple[str, ...] = ()
    """Columns that the server sets anew whenever a row is changed (ON UPDATE CURRENT_TIMESTAMP)."""

    def kinds(self, names: Sequence[str]) -> list[Column]:
        """The columns of these names."""
        return [self.columns[n] for n in names]


def read_tables(db: Database, only: str = "", *, to_read: bool = False) -> dict[str, Table]:
    """All tables of the connection's database by name, or one; without counting their rows.

    `to_read`: only what reading needs, without references, triggers and checks, which servers are slow to tell.
    """
    facts = _Facts(db, only, to_read=to_read)
    return {row[0]: facts.table(*row) for row in facts.tables}


def count_rows(db: Database, table: str) -> int:
    """The exact number of rows."""
    return int(rows(db, f"SELECT COUNT(*) FROM {quoted(table)}")[0][0])  # noqa: S608 - the name is quoted


Grouped = defaultdict[str, list[Sequence[str]]]
"""Rows of an answer by their first column."""


def _none() -> Grouped:
    return defaultdict(list)


class _Facts:
    """Everything the information schema says, each part asked for once."""

    def __init__(self, db: Database, only: str, *, to_read: bool) -> None:
        self._db = db
        self._and = f" AND {{}} = {literal(only)}" if only else ""
        self.tables = self._ask(
            "TABLE_NAME, TABLE_TYPE, COALESCE(ENGINE, ''), COALESCE(TABLE_COMMENT, ''),"
            " COALESCE(DATA_LENGTH, 0), COALESCE(TABLE_ROWS, 0), COALESCE(CREATE_OPTIONS, '')",
            f"TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME <> {literal(TABLE_MARKER)}", "TABLE_NAME",
        )  # fmt: skip
        self._columns = self._grouped(
            "TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, COLUMN_COMMENT, IS_NULLABLE, CHARACTER_SET_NAME,"
            " LOWER(EXTRA), COALESCE(GENERATION_EXPRESSION, '')",
            "COLUMNS WHERE TABLE_SCHEMA = DATABASE()", "TABLE_NAME", ", ORDINAL_POSITION",
        )  # fmt: skip
        self._indexes = self._grouped(
            "TABLE_NAME, INDEX_NAME, NON_UNIQUE, COLUMN_NAME, SUB_PART, INDEX_TYPE",
            "STATISTICS WHERE TABLE_SCHEMA = DATABASE()", "TABLE_NAME", ", INDEX_NAME, SEQ_IN_INDEX",
        )  # fmt: skip
        self._foreign, self._referred, self._triggers, self._checks = _none(), _none(), _none(), _none()
        engines = rows(db, "SELECT ENGINE, TRANSACTIONS FROM information_schema.ENGINES")
        self._safe = {name for name, safe in engines if safe == "YES"}
        if not to_read:
            self._read_relations()

    def _read_relations(self) -> None:
        """What hangs together, and what runs when rows change."""
        self._foreign = self._grouped(
            "k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME, IF(k.REFERENCED_TABLE_SCHEMA = DATABASE(), '',"
            " CONCAT(k.REFERENCED_TABLE_SCHEMA, '.')), k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME,"
            " r.DELETE_RULE",
            "KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r ON r.CONSTRAINT_SCHEMA ="
            " k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME WHERE"
            " k.TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT NULL",
            "k.TABLE_NAME", ", k.CONSTRAINT_NAME, k.ORDINAL_POSITION",
        )  # fmt: skip
        self._referred = self._grouped(
            "REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME",
            "KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_SCHEMA = DATABASE()", "REFERENCED_TABLE_NAME",
        )  # fmt: skip
        self._triggers = self._grouped(
            "EVENT_OBJECT_TABLE, TRIGGER_NAME", "TRIGGERS WHERE EVENT_OBJECT_SCHEMA = DATABASE()", "EVENT_OBJECT_TABLE"
        )
        self._checks = self._check_clauses()

    def table(self, name: str, kind: str, engine: str, comment: str, size: str, n: str, options: str) -> Table:
        """One table as it is declared."""
        if kind in {"VIEW", "SYSTEM VIEW", "SEQUENCE"}:
            why = "virtual" if kind == "SEQUENCE" else "view"
            return Table(TableInfo(name, "", (), (), 0, why_not_scanned=why), {})
        declared = self._columns[name]
        key = self._key(name, declared)
        notes = self._column_notes(name, declared)
        infos = tuple(
            ColumnInfo(
                c, kind_, comment_, is_key=c in key, nullable=nullable == "YES", notes=tuple(dict.fromkeys(notes[c]))
            )
            for c, _, kind_, comment_, nullable, *_ in declared
        )
        info = TableInfo(
            name, comment, infos, key, 0,
            why_not_scanned="foreign" if engine.upper() in _ELSEWHERE else "",
            notes=self._notes(name, kind, engine, key, options), references=self._references(name),
        )  # fmt: skip
        kinds = {c: column(c, data, full, charset) for c, data, full, _, _, charset, *_ in declared}
        itself = tuple(c for c, *_, extra, _ in declared if "on update" in extra)
        return Table(info, kinds, engine, int(size) // max(int(n), 1), itself)

    def _key(self, name: str, declared: Sequence[Sequence[str]]) -> tuple[str, ...]:
        """The primary key, else the first unique index whose columns are never null: both name each row."""
        never_null = {c for c, _, _, _, nullable, *_ in declared if nullable == "NO"}
        found: dict[str, list[str | None]] = defaultdict(list)
        for index, non_unique, part, cut, _ in self._indexes[name]:
            if non_unique == "0":
                found[index].append(None if cut or part not in never_null else part)
        for index in sorted(found, key=lambda i: (i != "PRIMARY", i)):
            names = found[index]
            if index == "PRIMARY" or None not in names:
                return tuple(n for n in names if n is not None)
        return ()

    def _notes(self, name: str, kind: str, engine: str, key: tuple[str, ...], options: str) -> tuple[str, ...]:
        found = {
            "triggers": bool(self._triggers[name]),
            "no_declared_key": not key,
            "partitioned": "partitioned" in options,
            "no_transactions": engine not in self._safe,
            "system_versioned": kind == "SYSTEM VERSIONED",
        }
        return tuple(code for code, is_so in found.items() if is_so)

    def _column_notes(self, name: str, declared: Sequence[Sequence[str]]) -> dict[str, list[str]]:
        notes: dict[str, list[str]] = defaultdict(list)
        for c, *_, extra, expression in declared:
            if expression or "generated" in extra.replace("default_generated", ""):
                notes[c].append("generated")
            if "auto_increment" in extra:
                notes[c].append("identity")
        for _, non_unique, part, _, kind in self._indexes[name]:
            if part and non_unique == "0":
                notes[part].append("unique")
            if part and kind == "FULLTEXT":
                notes[part].append("indexed_expression")
        for clause in self._checks[name]:
            for c in _NAMES.findall(clause[0]):
                notes[c.replace("``", "`")].append("checked")
        for _, c, *_ in self._foreign[name]:
            notes[c].append("refers")
        for (c,) in self._referred[name]:
            notes[c].append("referred_to")
        return notes

    def _references(self, name: str) -> tuple[ForeignKey, ...]:
        found: dict[str, list[Sequence[str]]] = defaultdict(list)
        for constraint, *rest in self._foreign[name]:
            found[constraint].append(rest)
        return tuple(
            ForeignKey(
                tuple(p[0] for p in parts), parts[0][1] + parts[0][2], tuple(p[3] for p in parts),
                _ON_DELETE.get(parts[0][4], OnDelete.REFUSE), constraint,
            )
            for constraint, parts in sorted(found.items())
        )  # fmt: skip

    def _check_clauses(self) -> Grouped:
        """Check constraints by table; none on servers that have none."""
        asked = rows(
            self._db,
            "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'information_schema' AND"
            " TABLE_NAME = 'CHECK_CONSTRAINTS'",
        )
        said = {c.upper() for (c,) in asked}
        if "TABLE_NAME" in said:
            where = "CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()"
            return self._grouped("TABLE_NAME, CHECK_CLAUSE", where, "TABLE_NAME")
        if not said:
            return _none()
        return self._grouped(
            "t.TABLE_NAME, c.CHECK_CLAUSE",
            "CHECK_CONSTRAINTS c JOIN information_schema.TABLE_CONSTRAINTS t ON t.CONSTRAINT_SCHEMA ="
            " c.CONSTRAINT_SCHEMA AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME WHERE c.CONSTRAINT_SCHEMA = DATABASE()",
            "t.TABLE_NAME",
        )

    def _ask(self, what: str, where: str, by: str, more: str = "") -> list[tuple[str, ...]]:
        query = f"SELECT {what} FROM information_schema.{where}{self._and.format(by)} ORDER BY {by}{more}"  # noqa: S608
        return rows(self._db, query)

    def _grouped(self, what: str, where: str, by: str, more: str = "") -> Grouped:
        """Answers by their first column."""
        found = _none()
        for first, *rest in self._ask(what, where, by, more):
            found[first].append(rest)
        return found

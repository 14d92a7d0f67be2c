"""Two public business systems' databases on real servers, as their users have them."""

import os
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.whole_case import ROOT
from tests.servers import PASSWORD, Mariadb, Postgres, _program

TYPES = {
    "bigint": "bigint", "int": "integer", "tinyint": "smallint", "smallint": "smallint", "mediumint": "integer",
    "varchar": "varchar", "char": "char", "text": "text", "mediumtext": "text", "longtext": "text", "tinytext": "text",
    "datetime": "timestamp", "timestamp": "timestamp", "date": "date", "time": "time", "decimal": "numeric",
    "double": "double precision", "float": "real", "bit": "boolean", "json": "jsonb", "varbinary": "bytea",
    "blob": "bytea", "longblob": "bytea",
}  # fmt: skip
COLUMNS = """SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale,
    is_nullable, column_key, column_comment FROM information_schema.columns
    WHERE table_schema = %s ORDER BY table_name, ordinal_position"""
FOREIGN = """SELECT table_name, column_name, referenced_table_name, referenced_column_name
    FROM information_schema.key_column_usage WHERE table_schema = %s AND referenced_table_name IS NOT NULL"""


def folder() -> Path | None:
    """Where the samples lie: named, beside the repository, or beside the repository whose work tree this is."""
    common = subprocess.run(
        ["git", "rev-parse", "--path-format=absolute", "--git-common-dir"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip
    places = [Path(p) for p in [os.environ.get("BEQUEST_SAMPLES", "")] if p]
    places += [p / "shared" / "samples" for p in (ROOT.parent, *([Path(common).parent.parent] if common else []))]
    return next((p for p in places if (p / "mall.sql").is_file()), None)


def load_mariadb(server: Mariadb, name: str) -> str:
    """A sample as its own dump makes it; the database."""
    found, client = folder(), _program("mariadb", "/usr/bin/mariadb")
    if found is None or client is None:
        pytest.skip("the sample databases lie beside the repository, or MariaDB's client is not installed")
    text = (found / f"{name}.sql").read_bytes().replace(b"utf8mb4_0900_ai_ci", b"utf8mb4_general_ci")
    database = server.new_database()
    subprocess.run(
        [client, "--no-defaults", "--host=127.0.0.1", f"--port={server.port}", f"--user={server.admin}",
         "--default-character-set=utf8mb4", database],
        input=b"SET SESSION sql_mode = '';\n" + text, env={"MYSQL_PWD": PASSWORD}, check=True, capture_output=True,
    )  # fmt: skip
    return database


def to_postgresql(old: Mariadb, database: str, server: Postgres) -> str:
    """The same tables on PostgreSQL: types, NOT NULL, keys, foreign keys, comments, rows; the database."""
    import psycopg
    from psycopg import sql

    new = server.new_database()
    with closing(old.connect(database)) as source, closing(server.connect(new)) as target:
        with source.cursor() as cursor:
            cursor.execute(COLUMNS, (database,))
            tables: dict[str, list[Sequence[Any]]] = {}
            for table, *column in cursor.fetchall():
                tables.setdefault(table, []).append(column)
            cursor.execute(
                "SELECT table_name, table_comment FROM information_schema.tables WHERE table_schema = %s", (database,)
            )
            said = dict(cursor.fetchall())
            cursor.execute(FOREIGN, (database,))
            foreign = cursor.fetchall()
        for table, columns in tables.items():
            name = sql.Identifier(table)
            parts = [sql.SQL("{} {}").format(sql.Identifier(c[0]), sql.SQL(_type(c))) for c in columns]
            key = [sql.Identifier(c[0]) for c in columns if c[6] == "PRI"]
            parts += [sql.SQL("PRIMARY KEY ({})").format(sql.SQL(", ").join(key))] if key else []
            target.execute(sql.SQL("CREATE TABLE {} ({})").format(name, sql.SQL(", ").join(parts)))
            target.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(name, sql.Literal(said[table])))
            for c in columns:
                where = sql.SQL("{}.{}").format(name, sql.Identifier(c[0]))
                target.execute(sql.SQL("COMMENT ON COLUMN {} IS {}").format(where, sql.Literal(c[7])))
            _copy(source, target, table, columns)
        for table, column, to, their in foreign:
            names = [sql.Identifier(n) for n in (table, column, to, their)]
            try:
                target.execute(sql.SQL("ALTER TABLE {} ADD FOREIGN KEY ({}) REFERENCES {} ({})").format(*names))
            except psycopg.errors.InvalidForeignKey:
                continue  # refers to what is not unique: MariaDB allows it
    return new


def _type(column: Sequence[Any]) -> str:
    _, kind, length, precision, scale, nullable, *_ = column
    made = TYPES[kind]
    if kind in {"varchar", "char"}:
        made += f"({length})"
    elif kind == "decimal":
        made += f"({precision},{scale})"
    return made if nullable == "YES" else f"{made} NOT NULL"


def _copy(source: Any, target: Any, table: str, columns: Sequence[Sequence[Any]]) -> None:
    from psycopg import sql

    with source.cursor() as cursor, target.cursor() as to:
        cursor.execute(f"SELECT * FROM `{table}`")
        bits = [i for i, c in enumerate(columns) if c[1] == "bit"]
        with to.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
            for row in cursor.fetchall():
                copy.write_row([v != b"\0" if i in bits and v is not None else v for i, v in enumerate(row)])

"""The demo company with its systems on a PostgreSQL server, a MariaDB server and in Parquet files.

CRM and orders are one PostgreSQL schema with primary keys and an index on the customer number; tickets are on MariaDB;
loyalty cards and the web log are Parquet. The records are the demo's own, its case file and data map name these places.
"""

import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from tests.servers import Mariadb, Postgres

from bench.postgres import Durable
from bequest.demo.company import make_company
from bequest.demo.schema import TABLES, Table
from bequest.demo.truth import Tables
from bequest.demo.writing import MARKER_TABLE, write_marker
from bequest.model.case import Event

SCHEMA = "crm"
ON_POSTGRESQL = [t for t in TABLES if t.source in {"crm", "orders"}]
[ON_MARIADB] = [t for t in TABLES if t.source == "tickets"]
IN_PARQUET = [t for t in TABLES if t.source in {"loyalty", "weblog"}]
CASE = "demo-e5"
PIECE = 20_000
_PG_TYPES = {"INTEGER PRIMARY KEY": "bigint PRIMARY KEY", "INTEGER": "bigint", "REAL": "numeric"}


class DurableMariadb(Mariadb):
    """As a server is run in earnest: what is committed is on the disk, and tables find room in memory."""

    settings = ("--innodb-buffer-pool-size=512M", "--innodb-log-file-size=512M", "--max-allowed-packet=64M")


@dataclass(frozen=True, slots=True)
class Servers:
    """Both servers."""

    postgres: Postgres
    mariadb: Mariadb


@contextmanager
def servers() -> Iterator[Servers]:
    """Both servers, for as long as the block runs."""
    postgres, mariadb = Durable(), DurableMariadb()
    try:
        postgres.start()
        mariadb.start()
        yield Servers(postgres, mariadb)
    finally:
        postgres.end()
        mariadb.end()


@dataclass(frozen=True, slots=True)
class Systems:
    """Where one loading of the company lies."""

    postgres: str
    mariadb: str
    files: Path


def make(folder: Path, customers: int) -> int:
    """Case file, data map, people and records (`records/<table>.parquet`) of the company; how many rows."""
    made = make_company(folder, event=Event.E5, customers=customers, write=_keep)
    _rewrite(made.case_file, _case_file)
    _rewrite(made.map_file, lambda text: _source_of_orders(text).replace('"orders.orders.', '"crm.orders.'))
    return sum(made.rows.values())


def load(folder: Path, on: Servers, systems: Path) -> Systems:
    """Put the records into new databases, and Parquet files into the folder `systems`."""
    postgres, mariadb = on.postgres.new_database(), on.mariadb.new_database()
    with closing(on.postgres.connect(postgres)) as db:
        db.execute(f"CREATE SCHEMA {SCHEMA}")
        for table in ON_POSTGRESQL:
            kinds = [f'"{c.name}" {_PG_TYPES.get(c.sql, c.sql.lower())}' for c in table.columns]
            db.execute(f"CREATE TABLE {SCHEMA}.{table.name} ({', '.join(kinds)})")
            text = f"COPY {SCHEMA}.{table.name} FROM STDIN (FORMAT csv)"
            with db.cursor().copy(text) as copy:
                for piece in records(folder, table).iter_slices(PIECE):
                    out = io.BytesIO()
                    piece.write_csv(out, include_header=False)
                    copy.write(out.getvalue())
            for column in {"cust_no", "客户编号"} & set(table.names):
                db.execute(f'CREATE INDEX ON {SCHEMA}.{table.name} ("{column}")')
            if table.key and "PRIMARY KEY" not in table.columns[0].sql:
                db.execute(f'ALTER TABLE {SCHEMA}.{table.name} ADD PRIMARY KEY ("{table.key[0]}")')
        db.execute(f"CREATE TABLE {SCHEMA}.{MARKER_TABLE} (case_id text PRIMARY KEY)")
        db.execute(f"INSERT INTO {SCHEMA}.{MARKER_TABLE} VALUES (%s)", (CASE,))  # noqa: S608
        db.execute("VACUUM (ANALYZE, FREEZE)")
        db.execute("CHECKPOINT")
    with closing(on.mariadb.connect(mariadb)) as db, db.cursor() as cursor:
        name = ON_MARIADB.name
        kinds = [f"`{c}` {_mariadb_type(ON_MARIADB, c)}" for c in ON_MARIADB.names]
        cursor.execute(f"CREATE TABLE {name} ({', '.join(kinds)})")
        marks = ", ".join(["%s"] * len(kinds))
        for piece in records(folder, ON_MARIADB).iter_slices(PIECE):
            cursor.executemany(f"INSERT INTO {name} VALUES ({marks})", piece.rows())  # noqa: S608
        cursor.execute(f"CREATE TABLE {MARKER_TABLE} (case_id varchar(190) PRIMARY KEY)")
        cursor.execute(f"INSERT INTO {MARKER_TABLE} VALUES (%s)", (CASE,))  # noqa: S608
    systems.mkdir(parents=True, exist_ok=True)
    write_marker(systems, CASE)
    for table in IN_PARQUET:
        shutil.copyfile(folder / "records" / f"{table.name}.parquet", systems / f"{table.name}.parquet")
    return Systems(postgres, mariadb, systems)


def environ(on: Servers, systems: Systems) -> dict[str, str]:
    """The addresses that the case file asks for."""
    return {"CRM": on.postgres.url(systems.postgres), "TICKETS": on.mariadb.url(systems.mariadb)}


def drop(on: Servers, systems: Systems) -> None:
    """Give the room back."""
    on.postgres.execute("postgres", f"DROP DATABASE {systems.postgres} WITH (FORCE)")
    on.mariadb.execute("mysql", f"DROP DATABASE {systems.mariadb}")
    shutil.rmtree(systems.files)


def records(folder: Path, table: Table) -> pl.DataFrame:
    """The rows of a table as they were made."""
    return pl.read_parquet(folder / "records" / f"{table.name}.parquet")


def _keep(folder: Path, tables: Tables, _case_id: str) -> None:
    (folder / "records").mkdir(exist_ok=True)
    for name, made in tables.by_name.items():
        frame = made.written
        lists = [c for c, kind in frame.schema.items() if isinstance(kind, pl.List)]
        as_text = [pl.Series(c, [json.dumps(v, ensure_ascii=False) for v in frame[c].to_list()]) for c in lists]
        frame.with_columns(as_text).write_parquet(
            folder / "records" / f"{name}.parquet", compression="zstd", row_group_size=65_536
        )


def _mariadb_type(table: Table, column: str) -> str:
    if column in table.key:
        return "varchar(64) PRIMARY KEY"
    return "varchar(64), KEY (cust_no)" if column == "cust_no" else "longtext"


def _rewrite(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text("utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, "utf-8")


def _source_of_orders(text: str) -> str:
    return text.replace('source = "orders"', 'source = "crm"')


def _case_file(text: str) -> str:
    parts = re.split(r"(?m)^(?=\[)", _source_of_orders(text))
    kept = [p for p in parts if not (p.startswith("[[sources]]") and 'name = "orders"' in p)]
    places = {
        "crm": f'kind = "postgresql"\nurl = "env:CRM"\nschema = "{SCHEMA}"\n',
        "tickets": 'kind = "mariadb"\nurl = "env:TICKETS"\n',
        "loyalty": 'kind = "parquet"\npath = "sources/loyalty.parquet"\n',
    }
    for n, part in enumerate(kept):
        found = re.search(r'^name = "(\w+)"', part, re.MULTILINE) if part.startswith("[[sources]]") else None
        if found and found[1] in places:
            rest = re.sub(r"(?m)^(kind|path|encoding|sheet) = .*\n", "", part)
            kept[n] = rest.replace(found[0] + "\n", found[0] + "\n" + places[found[1]])
    return "".join(kept)

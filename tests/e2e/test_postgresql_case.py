"""A whole case whose customer system is a PostgreSQL server: from opening to a bundle that verifies.

The demo company is made as always; its CRM is then loaded into PostgreSQL table by table, with real types, keys,
comments and foreign keys, and the case file names the server instead of the file. Each phase has its own account.
"""

import base64
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.whole_case import ROOT, assert_verifies
from tests.servers import Postgres

from bequest.app.context import open_context
from bequest.app.rehearse import Played, rehearse
from bequest.app.replay import replay
from bequest.demo.company import make_company
from bequest.demo.schema import TABLES
from bequest.kernel.errors import SourceError
from bequest.model.case import Event, Role
from bequest.sources.sqlite_comments import read_comments
from bequest.steps.destroy.replay import OLDER, SAME

CUSTOMERS = 200
SCHEMA = "crm"
CRM = [t for t in TABLES if t.source == "crm"]
SQL_TYPES = {"INTEGER PRIMARY KEY": "bigint PRIMARY KEY", "INTEGER": "bigint", "REAL": "numeric"}
REFERRING = {"addresses": "CASCADE", "consents": "CASCADE", "objections": "SET NULL", "disputes": "NO ACTION"}
"""Tables that refer to customers, and what becomes of their rows when a customer goes."""


@dataclass(frozen=True)
class PlayedCase:
    played: Played
    folder: Path
    database: str
    before: dict[str, list[tuple[Any, ...]]]
    refused: SourceError
    untouched: bool


def load(server: Postgres, database: str, path: Path, case_id: str) -> None:
    """The CRM's SQLite, table by table."""
    with closing(sqlite3.connect(path)) as old, closing(server.connect(database)) as db:
        db.execute(f"CREATE SCHEMA {SCHEMA}")
        for table in CRM:
            columns = old.execute(f"PRAGMA table_info({table.name})").fetchall()
            [(ddl,)] = old.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table.name,)).fetchall()
            kinds = {c.name: SQL_TYPES.get(c.sql, c.sql.lower()) for c in table.columns}
            db.execute(f"CREATE TABLE {SCHEMA}.{table.name} ({', '.join(f'{c} {kinds[c]}' for _, c, *_ in columns)})")
            said = read_comments(ddl)
            db.execute(f"COMMENT ON TABLE {SCHEMA}.{table.name} IS '{said.table}'")
            for column, words in said.columns.items():
                if words:
                    db.execute(f"COMMENT ON COLUMN {SCHEMA}.{table.name}.{column} IS '{words}'")
            with db.cursor().copy(f"COPY {SCHEMA}.{table.name} FROM STDIN") as copy:
                for row in old.execute(f"SELECT * FROM {table.name}"):
                    copy.write_row(row)
        for table, action in REFERRING.items():
            db.execute(
                f"ALTER TABLE {SCHEMA}.{table} ADD FOREIGN KEY (cust_no)"
                f" REFERENCES {SCHEMA}.customers (cust_no) ON DELETE {action}"
            )
        db.execute(f"CREATE TABLE {SCHEMA}.bequest_rehearsal (case_id text PRIMARY KEY)")
        db.execute(f"INSERT INTO {SCHEMA}.bequest_rehearsal VALUES ('{case_id}')")


def rows(server: Postgres, database: str, table: str) -> list[tuple[Any, ...]]:
    return list(server.execute(database, f"SELECT * FROM {SCHEMA}.{table} ORDER BY 1"))


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A server of its own: every file of it is searched, and other tests load the same customers."""
    server = Postgres()
    server.start()
    yield server
    server.end()


@pytest.fixture(scope="module")
def whole(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> PlayedCase:
    folder = tmp_path_factory.mktemp("pg-case")
    make_company(folder / "demo", event=Event.E5, customers=CUSTOMERS)
    database = postgres.new_database()
    case_file = folder / "demo" / "case.toml"
    text = case_file.read_text("utf-8")
    case_id = re.search(r'^id = "(.+)"', text, re.MULTILINE)
    assert case_id is not None
    load(postgres, database, folder / "demo" / "sources" / "crm.db", case_id[1])
    (folder / "demo" / "sources" / "crm.db").unlink()
    changed = text.replace(
        'kind = "sqlite"\npath = "sources/crm.db"', f'kind = "postgresql"\nurl = "env:CRM"\nschema = "{SCHEMA}"'
    )
    assert changed != text
    case_file.write_text(changed, "utf-8")
    before = {t.name: rows(postgres, database, t.name) for t in CRM}
    context = open_context(folder / "home", environ={"CRM": postgres.url(database)})
    with pytest.raises(SourceError) as refused:  # two open disputes stay, and refer to customers who go
        rehearse(context, folder / "demo")
    untouched = rows(postgres, database, "customers") == before["customers"]
    postgres.execute(database, f"ALTER TABLE {SCHEMA}.disputes DROP CONSTRAINT disputes_cust_no_fkey")
    played = rehearse(context, folder / "demo")
    return PlayedCase(played, folder, database, before, refused.value, untouched)


def test_a_customer_whom_an_open_dispute_refers_to_does_not_go_unseen(whole: PlayedCase) -> None:
    assert "crm.disputes (cust_no" in whole.refused.message
    assert whole.untouched


def test_the_bundle_verifies(whole: PlayedCase) -> None:
    assert_verifies(whole.played.bundle, whole.folder)


def certificate(whole: PlayedCase) -> dict[str, Any]:
    [path] = whole.played.bundle.folder.rglob("certificate.dsse.json")
    payload = base64.b64decode(json.loads(path.read_bytes())["payload"])
    found: dict[str, Any] = json.loads(payload)["predicate"]
    return found


def test_the_certificate_says_what_was_searched_and_cleaned_on_the_server(whole: PlayedCase) -> None:
    said = certificate(whole)
    [search] = [r for r in said["searches"] if r["source"] == "crm"]
    assert search["finding"] in {"clear", "as_planned"}, said
    assert search["method"] == "cells"
    assert search["control_found"] == search["control_expected"] > 100
    [steps] = [s["actions"] for s in said["method"]["steps"] if s["source"] == "crm"]
    assert steps == ["refresh_views", "vacuum_full", "analyze", "vacuum_statistics", "wal_switched"]


def test_the_same_case_on_sqlite_leaves_the_same_rows(whole: PlayedCase, postgres: Postgres) -> None:
    folder = whole.folder / "on-sqlite"
    make_company(folder / "demo", event=Event.E5, customers=CUSTOMERS)
    rehearse(open_context(folder / "home"), folder / "demo")
    with closing(sqlite3.connect(folder / "demo" / "sources" / "crm.db")) as db:
        for table in CRM:
            expected = db.execute(f"SELECT * FROM {table.name} ORDER BY 1").fetchall()
            assert rows(postgres, whole.database, table.name) == expected, table.name
    gone = len(whole.before["customers"]) - len(rows(postgres, whole.database, "customers"))
    assert gone > 50
    for name in ("staff", "suppliers", "shops"):
        assert rows(postgres, whole.database, name) == whole.before[name]


def test_no_value_of_a_customer_who_is_gone_is_left_in_any_file_of_the_server(
    whole: PlayedCase, postgres: Postgres
) -> None:
    names = [c.name for c in next(t for t in CRM if t.name == "customers").columns]
    mobile = names.index("mobile")
    everything = [str(v) for t in CRM for r in rows(postgres, whole.database, t.name) for v in r if v is not None]
    left = " ".join(everything)
    gone = {r[mobile] for r in whole.before["customers"] if r[mobile] and r[mobile] not in left}
    assert len(gone) > 50
    content = b"".join(p.read_bytes() for p in postgres.data.rglob("*") if p.is_file())
    assert [m for m in sorted(gone) if m.encode() in content] == []


def test_the_command_prints_accounts_for_the_tables_of_the_case(whole: PlayedCase, postgres: Postgres) -> None:
    command = [sys.executable, "-c", "from bequest.cli.main import main; main()", "--home", str(whole.folder / "home")]
    done = subprocess.run(
        [*command, "source", "roles", whole.played.case.id, "crm", "--phase", "delete"],
        capture_output=True, text=True, check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), "HOME": str(whole.folder),
             "CRM": postgres.url(whole.database)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    granted = {line.split(" ON ")[1].split(" TO ")[0] for line in done.stdout.splitlines() if "GRANT DELETE" in line}
    assert granted == {f'"crm"."{t.name}"' for t in CRM if t.in_case}


def test_who_comes_back_on_the_server_is_erased_again(whole: PlayedCase, postgres: Postgres) -> None:
    """The customers of the day before are brought back into the server: by hand, as a restore of one table would."""
    ctx = open_context(whole.folder / "home", environ={"CRM": postgres.url(whole.database)})
    case_id = whole.played.case.id
    after = rows(postgres, whole.database, "customers")
    with closing(postgres.connect(whole.database)) as db:
        db.execute(f"TRUNCATE {SCHEMA}.customers CASCADE")
        with db.cursor().copy(f"COPY {SCHEMA}.customers FROM STDIN") as copy:
            for row in whole.before["customers"]:
                copy.write_row(row)
    looked = replay(ctx, case_id, "crm")
    assert looked.count(SAME) > 50
    assert looked.statement is None
    operator = next(p.id for p in whole.played.case.people if Role.OPERATOR in p.roles)
    done = replay(ctx, case_id, "crm", operator_key=whole.folder / "demo" / "keys" / operator)
    assert done.erased_rows > 50
    assert rows(postgres, whole.database, "customers") == after
    again = replay(ctx, case_id, "crm")
    assert again.count(SAME) == again.count(OLDER) == 0

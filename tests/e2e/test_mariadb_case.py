"""A whole case whose customer system is a MariaDB server: from opening to a bundle that verifies.

The demo company is made as always; its CRM is then loaded into MariaDB table by table, with real types, keys, comments
and foreign keys, and the case file names the server instead of the file.
"""

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.whole_case import assert_verifies
from tests.servers import PASSWORD, Mariadb

from bequest.app.context import open_context
from bequest.app.rehearse import Played, rehearse
from bequest.app.replay import replay
from bequest.demo.company import make_company
from bequest.demo.schema import TABLES
from bequest.kernel.secret import Secrets
from bequest.model.case import Event, Role, Source, SourceKind
from bequest.sources.roles import roles_sql
from bequest.sources.sqlite_comments import read_comments
from bequest.steps.destroy.replay import OLDER, SAME

CUSTOMERS = 200
CRM = [t for t in TABLES if t.source == "crm"]
SQL_TYPES = {"INTEGER PRIMARY KEY": "bigint PRIMARY KEY", "TEXT UNIQUE NOT NULL": "varchar(64) UNIQUE NOT NULL"}
REFERRING = {"addresses": "CASCADE", "consents": "CASCADE", "objections": "SET NULL", "disputes": "NO ACTION"}
"""Tables that refer to customers, and what the server would do to their rows when a customer goes."""


@dataclass(frozen=True)
class PlayedCase:
    played: Played
    folder: Path
    database: str
    before: dict[str, list[tuple[Any, ...]]]


PHASES = {"read": "url", "delete": "delete_url", "scrub": "scrub_url", "verify": "verify_url"}
ADDRESSES = "\n".join(f'{field} = "env:CRM_{phase.upper()}"' for phase, field in PHASES.items())


def accounts(server: Mariadb, database: str) -> dict[str, str]:
    """Accounts made by the statements that `bequest source roles` prints; their addresses by variable."""
    spec = Source(name="crm", kind=SourceKind.MARIADB, url="env:CRM")
    said = roles_sql(spec, Secrets({"CRM": server.url(database)}), case_id=database, tables=[t.name for t in CRM])
    statements = [line for line in said.splitlines() if line and not line.startswith("--")]
    names = [f"bequest_{database}_{phase}" for phase in PHASES]
    given = [f"ALTER USER '{name}'@'%' IDENTIFIED BY '{PASSWORD}' ACCOUNT UNLOCK" for name in names]
    server.execute(database, *statements, *given)
    return {f"CRM_{p.upper()}": server.url(database, user=n) for p, n in zip(PHASES, names, strict=True)}


def column_type(declared: str, *, is_key: bool) -> str:
    if declared in SQL_TYPES:
        return SQL_TYPES[declared]
    if declared.startswith("INTEGER"):
        return declared.replace("INTEGER", "bigint")
    return "varchar(64)" if is_key else "longtext"


def load(server: Mariadb, database: str, path: Path, case_id: str) -> None:
    """The CRM's SQLite, table by table."""
    with closing(sqlite3.connect(path)) as old, closing(server.connect(database)) as db, db.cursor() as cursor:
        for table in CRM:
            columns = [name for _, name, *_ in old.execute(f"PRAGMA table_info({table.name})")]
            [(ddl,)] = old.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table.name,)).fetchall()
            said = read_comments(ddl)
            indexed = {*table.key, "cust_no"}
            kinds = {c.name: column_type(c.sql, is_key=c.name in indexed) for c in table.columns}
            parts = [f"`{c}` {kinds[c]} COMMENT '{said.columns.get(c.lower(), '')}'" for c in columns]
            cursor.execute(f"CREATE TABLE `{table.name}` ({', '.join(parts)}) COMMENT '{said.table}'")
            rows = old.execute(f"SELECT * FROM {table.name}").fetchall()
            cursor.executemany(f"INSERT INTO `{table.name}` VALUES ({', '.join(['%s'] * len(columns))})", rows)
        for name, action in REFERRING.items():
            cursor.execute(
                f"ALTER TABLE `{name}` ADD FOREIGN KEY (cust_no) REFERENCES customers (cust_no) ON DELETE {action}"
            )
        cursor.execute("CREATE TABLE bequest_rehearsal (case_id varchar(190) PRIMARY KEY)")
        cursor.execute("INSERT INTO bequest_rehearsal VALUES (%s)", (case_id,))


@pytest.fixture(scope="module")
def whole(mariadb: Mariadb, tmp_path_factory: pytest.TempPathFactory) -> PlayedCase:
    folder = tmp_path_factory.mktemp("mariadb-case")
    make_company(folder / "demo", event=Event.E5, customers=CUSTOMERS)
    database = mariadb.new_database()
    case_file = folder / "demo" / "case.toml"
    text = case_file.read_text("utf-8")
    case_id = re.search(r'^id = "(.+)"', text, re.MULTILINE)
    assert case_id is not None
    load(mariadb, database, folder / "demo" / "sources" / "crm.db", case_id[1])
    (folder / "demo" / "sources" / "crm.db").unlink()
    changed = text.replace('kind = "sqlite"\npath = "sources/crm.db"', 'kind = "mariadb"\n' + ADDRESSES)
    assert changed != text
    case_file.write_text(changed, "utf-8")
    before = {t.name: list(mariadb.execute(database, f"SELECT * FROM `{t.name}`")) for t in CRM}
    played = rehearse(open_context(folder / "home", environ=accounts(mariadb, database)), folder / "demo")
    return PlayedCase(played, folder, database, before)


def test_the_bundle_verifies(whole: PlayedCase) -> None:
    assert_verifies(whole.played.bundle, whole.folder)


def test_rows_left_the_server_as_decided(whole: PlayedCase, mariadb: Mariadb) -> None:
    after = {t.name: list(mariadb.execute(whole.database, f"SELECT * FROM `{t.name}`")) for t in CRM}
    assert len(after["customers"]) < len(whole.before["customers"])
    for table in CRM:
        first = {row[0]: row for row in whole.before[table.name]}
        assert {row[0] for row in after[table.name]} <= set(first), table.name
        for row in after[table.name]:  # what stays is as it was, or empty
            assert all(now in (was, None, "") for now, was in zip(row, first[row[0]], strict=True)), table.name
        if not table.in_case:
            assert sorted(after[table.name]) == sorted(whole.before[table.name])


def test_the_certificate_speaks_of_the_server(whole: PlayedCase) -> None:
    found = [p for p in whole.folder.rglob("*.json") if b"mariadb" in p.read_bytes() or b"crm" in p.read_bytes()]
    assert found
    for path in found:
        assert "pass w" not in json.dumps(json.loads(path.read_text("utf-8")))


def test_nothing_but_the_environment_holds_the_password(whole: PlayedCase) -> None:
    for path in whole.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"pass w/rd@:1" not in content, path
            assert b"pass%20w%2Frd%40%3A1" not in content, path


def test_who_comes_back_on_the_server_is_erased_again(whole: PlayedCase, mariadb: Mariadb) -> None:
    """The customers of the day before are brought back into the server, as a restore of one table would do it."""
    environ = {f"CRM_{p.upper()}": mariadb.url(whole.database) for p in PHASES}
    ctx, case_id = open_context(whole.folder / "home", environ=environ), whole.played.case.id
    after = sorted(mariadb.execute(whole.database, "SELECT * FROM customers"))
    with closing(mariadb.connect(whole.database)) as db, db.cursor() as cursor:
        cursor.execute("SET foreign_key_checks = 0")
        cursor.execute("DELETE FROM customers")
        rows = whole.before["customers"]
        cursor.executemany(f"INSERT INTO customers VALUES ({', '.join(['%s'] * len(rows[0]))})", rows)
    looked = replay(ctx, case_id, "crm")
    assert looked.count(SAME) > 50
    operator = next(p.id for p in whole.played.case.people if Role.OPERATOR in p.roles)
    done = replay(ctx, case_id, "crm", operator_key=whole.folder / "demo" / "keys" / operator)
    assert done.erased_rows > 50
    assert sorted(mariadb.execute(whole.database, "SELECT * FROM customers")) == after
    again = replay(ctx, case_id, "crm")
    assert again.count(SAME) == again.count(OLDER) == 0

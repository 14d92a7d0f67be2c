"""A small demo case whose customer system is on a server, kept as it was before a step, to be copied and disturbed.

The case file names its server by `env:CRM`, so a copy needs another address only. Files are copied; a database is
copied by PostgreSQL itself, or on MariaDB table by table with keys and foreign keys.
"""

import base64
import json
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.e2e import test_mariadb_case, test_postgresql_case
from tests.e2e.kill_lab import KILLED, Ended
from tests.e2e.kill_lab import Server as Runner
from tests.servers import Mariadb, Postgres, Server

from bequest.demo.company import make_company
from bequest.demo.personas import SMALLEST
from bequest.demo.schema import TABLES
from bequest.model.case import Event

CASE = "demo-e5"
CRM = [t.name for t in TABLES if t.source == "crm"]
STEPS = ("cutover", "deliver", "receive", "scrub", "destroy", "close", "bundle")


class ServerLab:
    """One kind of server, the case before each step, and the undisturbed end."""

    def __init__(self, server: Server, kept: Path) -> None:
        self.server = server
        self.kept = kept
        self.runner = Runner()
        self.databases = {"cutover": self._company(kept / "cutover")}
        self._ask("prepare", kept / "cutover", self.databases["cutover"])
        self.points: dict[str, list[str]] = {}
        for step, following in zip(STEPS, (*STEPS[1:], "end"), strict=True):
            folder, database = self.copy(step, kept / following)
            self._ask(step, folder, database)
            self.points[step] = (folder / "points.txt").read_text().split()
            self.databases[following] = database
        self.end = self.state(kept / "close", self.databases["close"])

    def stop(self) -> None:
        self.runner.end()

    def _company(self, folder: Path) -> str:
        make_company(folder, event=Event.E5, customers=SMALLEST)
        database = self.server.new_database()
        crm, case_file = folder / "sources" / "crm.db", folder / "case.toml"
        text = case_file.read_text("utf-8")
        more = ""
        if isinstance(self.server, Postgres):
            test_postgresql_case.load(self.server, database, crm, CASE)
            self.server.execute(database, "ALTER TABLE crm.disputes DROP CONSTRAINT disputes_cust_no_fkey")
            more = '\nschema = "crm"'
        elif isinstance(self.server, Mariadb):
            test_mariadb_case.load(self.server, database, crm, CASE)
            [(ddl,)] = [(r[1],) for r in self.server.execute(database, "SHOW CREATE TABLE disputes")]
            [name] = re.findall(r"CONSTRAINT `(\w+)` FOREIGN KEY", ddl)
            self.server.execute(database, f"ALTER TABLE disputes DROP FOREIGN KEY {name}")
        crm.unlink()
        where = f'kind = "{self.server.kind}"\nurl = "env:CRM"{more}'
        case_file.write_text(text.replace('kind = "sqlite"\npath = "sources/crm.db"', where), "utf-8")
        return database

    def copy(self, step: str, to: Path) -> tuple[Path, str]:
        """The case as it was before a step: folder and database of its own."""
        shutil.rmtree(to, ignore_errors=True)
        shutil.copytree(self.kept / step, to)
        with closing(sqlite3.connect(to / "home" / "control.db")) as db, db:
            for table in ("store_case", "store_caserevision"):
                change = f"UPDATE {table} SET body_json = replace(body_json, ?, ?)"
                db.execute(change, (str(self.kept / step) + "/", str(to) + "/"))
        old = self.databases[step]
        if isinstance(self.server, Postgres):
            return to, self._template(old)
        new = self.server.new_database()
        tables = [r[0] for r in self.server.execute(old, "SHOW TABLES")]
        made = [self.server.execute(old, f"SHOW CREATE TABLE `{t}`")[0][1] for t in tables]
        rows = [f"INSERT INTO `{t}` SELECT * FROM `{old}`.`{t}`" for t in tables]
        with closing(self.server.connect(new)) as server, server.cursor() as cursor:
            for statement in ("SET foreign_key_checks = 0", *made, *rows):
                cursor.execute(statement)
        return to, new

    def _template(self, old: str) -> str:
        """Copied as soon as the last session of an ended process has gone."""
        import psycopg

        for _ in range(100):
            try:
                return self.server.new_database(old)
            except psycopg.errors.ObjectInUse:
                time.sleep(0.05)
        raise AssertionError(f"somebody still works in {old}")

    def begin(self, do: str, folder: Path, address: str, **order: Any) -> int:
        """Begin a command against an address; the process."""
        return int(self.runner.ask(do=do, folder=str(folder), environ={"CRM": address}, **order)["pid"])

    def wait(self, process: int) -> Ended:
        reply = self.runner.ask(wait=process)
        return Ended(reply["ended"], reply["error"])

    def run(self, do: str, folder: Path, database: str, **order: Any) -> Ended:
        return self.wait(self.begin(do, folder, self.server.url(database), **order))

    def _ask(self, do: str, folder: Path, database: str, **order: Any) -> None:
        ended = self.run(do, folder, database, **order)
        assert ended == Ended(0, ""), f"{do}: {ended.error}"

    go_on = _ask

    def killed_in_turn(self, step: str, folder: Path, database: str, points: Sequence[str]) -> list[str]:
        """Run a step again and again, each run killed at the next point; which were reached."""
        reached = []
        for point in points:
            ended = self.run(step, folder, database, kill=point)
            assert ended.code in {0, KILLED}, f"{point}: {ended.error}"
            reached += [point] if ended.code == KILLED else []
        return reached

    def rows(self, database: str) -> dict[str, list[tuple[Any, ...]]]:
        prefix = "crm." if isinstance(self.server, Postgres) else ""
        return {
            t: sorted((tuple(r) for r in self.server.execute(database, f"SELECT * FROM {prefix}{t}")), key=str)
            for t in CRM
        }

    def state(self, folder: Path, database: str) -> dict[str, Any]:
        """What must be the same however a step came to its end: rows, events, what the certificate says."""
        ids = self.events(folder)
        ids = [re.sub(r"^(scrub\.decided:crm)-\w+$", r"\1", i) for i in ids]  # its number is of sizes on the server too
        attempts = [i.partition(":")[2] for i in ids if i.startswith("scrub.intent")]
        assert attempts == [i.partition(":")[2] for i in ids if i.startswith("scrub.outcome")]
        ids = [i for i in ids if not re.match(r"scrub\.(intent|outcome):crm-([2-9]|\d\d+)$", i)]  # one for each try
        said = json.loads((folder / "home/cases" / CASE / "statements" / "certificate.dsse.json").read_text())
        facts = re.sub(r'"sha256":"\w+"|"(?:at|\w+_at|\w+At)":"[^"]+"', "", _payload(said))
        return {"rows": self.rows(database), "events": ids, "certificate": re.sub(r"[0-9a-f]{64}", "", facts)}

    def events(self, folder: Path, begin: str = "") -> list[str]:
        """Ids of what is on record, in order."""
        with closing(sqlite3.connect(folder / "home" / "control.db")) as db:
            ids = [str(r[0]) for r in db.execute("SELECT event_id FROM store_outboxevent ORDER BY event_id")]
        return [i for i in ids if i.startswith(begin)]

    def other(self, folder: Path, database: str) -> list[str]:
        """What is otherwise than in the undisturbed end of the destruction."""
        found = self.state(folder, database)
        bad = [
            f"{k}: {set(map(str, found[k])) ^ set(map(str, self.end[k]))}"
            for k in ("events",)
            if found[k] != self.end[k]
        ]
        bad += [f"rows of {t}" for t in CRM if found["rows"][t] != self.end["rows"][t]]
        return bad + (
            [] if found["certificate"] == self.end["certificate"] else ["the certificate says something else"]
        )


def _payload(envelope: dict[str, Any]) -> str:
    return base64.b64decode(envelope["payload"]).decode()


def wait_until(ready: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    until = time.monotonic() + 60
    while not ready():
        assert time.monotonic() < until
        time.sleep(0.02)

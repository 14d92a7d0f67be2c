"""Let deleted bytes vanish from a MariaDB server's files (recipe tried marker by marker on real servers).

DELETE leaves rows in pages until they are purged and beyond, in the redo log, and in the binary log. So: wait until the
server has purged what nobody can see any more, write the tables anew (full-text indexes with them), let the binary logs
go, and have the redo log made anew by giving it another size and back (MariaDB 10.9 and later can do that while it
runs). What stays is named: freed blocks on the disk, undo pages in the system tablespace, temporary tablespaces, text
logs, and every copy elsewhere. The level is *logical*.
"""

import time
from collections.abc import Callable, Sequence

import pymysql

from bequest.kernel.errors import SourceError
from bequest.model.destruction import Level
from bequest.sources.codes import LOCKED, NO_ROOM, NO_SCRUB
from bequest.sources.mariadb_connect import Database, Server, Use, rows
from bequest.sources.mariadb_inventory import read_tables
from bequest.sources.mariadb_scrub_checks import can_resize_redo, look, remains, variable
from bequest.sources.mariadb_text import literal, quoted
from bequest.sources.scrub import Check, ScrubPlan
from bequest.sources.source import CleanReport, Guard

WAIT_SECONDS = 60.0
_PAUSE = 0.1
_REDO_STEP = 4 << 20
_NO_ROOM_ERRORS = frozenset({1021, 1114})


def wait_for_purge(db: Database, name: str, tables: Sequence[str]) -> None:  # noqa: ARG001 - all steps are called alike
    """Until no old version of a row is kept for anybody.

    Raises:
        SourceError: where an open transaction of somebody else still sees deleted rows.
    """
    until = time.monotonic() + WAIT_SECONDS
    while left := _history(db):
        if time.monotonic() > until:
            raise SourceError(
                f"source {name}: {left} changes are not purged: open transactions still see deleted rows",
                hint="Stop the applications that use the server, end prepared transactions, and run the step again.",
                code=LOCKED,
            )
        time.sleep(_PAUSE)


def rewrite_tables(db: Database, name: str, tables: Sequence[str]) -> None:
    """Tables and their indexes written anew, without deleted rows.

    Raises:
        SourceError: where the server says that it did not do so.
    """
    for table in tables:
        for _, _, kind, _ in rows(db, f"OPTIMIZE TABLE {quoted(table)}"):
            if kind.lower() == "error":
                if any(int(r[1]) in _NO_ROOM_ERRORS for r in rows(db, "SHOW WARNINGS")):
                    raise SourceError(
                        f"source {name}: the server's disk has no room for {table} a second time",
                        hint="Make room there, then run the step again.",
                        code=NO_ROOM,
                    )
                raise SourceError(
                    f"source {name}: {table} could not be written anew",
                    hint="See the server's log; room on the disk and the rights to the table are needed.",
                    code=NO_SCRUB,
                )


def purge_binary_logs(db: Database, name: str, tables: Sequence[str]) -> None:  # noqa: ARG001
    """The binary logs of before, which hold every row that was written or deleted.

    Raises:
        SourceError: where one stays.
    """
    if variable(db, "log_bin") not in {"ON", "1"}:
        return
    old = {r[0] for r in rows(db, "SHOW BINARY LOGS")}
    rows(db, "FLUSH BINARY LOGS")
    until = time.monotonic() + WAIT_SECONDS
    while True:  # the last one goes only after the engine has told that it needs it no more
        kept = [r[0] for r in rows(db, "SHOW BINARY LOGS")]
        rows(db, f"PURGE BINARY LOGS TO {literal(kept[-1])}")
        if not old & {r[0] for r in rows(db, "SHOW BINARY LOGS")}:
            return
        if time.monotonic() > until:
            raise SourceError(
                f"source {name}: binary logs of before the deletion stay",
                hint="See what still reads them (a replica, a backup, a change-data stream), and run the step again.",
                code=NO_SCRUB,
            )
        time.sleep(_PAUSE)


def renew_redo_log(db: Database, name: str, tables: Sequence[str]) -> None:
    """A redo log of another size is a new file; then the owner's size again.

    Raises:
        SourceError: where the server keeps the old one.
    """
    size = int(variable(db, "innodb_log_file_size") or 0)
    for wanted in (size + _REDO_STEP, size):
        rows(db, f"SET GLOBAL innodb_log_file_size = {wanted}")
        until = time.monotonic() + WAIT_SECONDS
        while int(variable(db, "innodb_log_file_size") or 0) != wanted:
            if time.monotonic() > until:
                raise SourceError(
                    f"source {name}: the redo log could not be made anew",
                    hint="See the server's log; the disk needs room for a second one.",
                    code=NO_SCRUB,
                )
            time.sleep(_PAUSE)
    _ = tables


STEPS: dict[str, Callable[[Database, str, Sequence[str]], None]] = {
    "history_purged": wait_for_purge,
    "tables_rewritten": rewrite_tables,
    "binary_logs_purged": purge_binary_logs,
    "redo_log_renewed": renew_redo_log,
}
"""In this order; without any one of them, bytes stay behind."""

MANAGED_REMAINS = ("pages", "redo_log", "binary_log", "undo", "temporary_files")


def plan_scrub(server: Server, tables: Sequence[str], *, managed: bool) -> ScrubPlan:
    """What `scrub` would do, and what stands against it; changes nothing."""
    if managed:
        return ScrubPlan(
            Level.LOGICAL, (), checks=(Check("managed", fine=False, blocks=True),), remains=MANAGED_REMAINS
        )
    with server.connected(Use.SCRUB) as db:
        names = _known(db, tables)
        steps = _steps(db)
        checks, needed = look(db, names)
        left = remains(db, names)
        size = int(variable(db, "innodb_log_file_size") or 0)
    commands = {
        "history_purged": ["SHOW GLOBAL STATUS LIKE 'Innodb_history_list_length'; -- until 0"],
        "tables_rewritten": [f"OPTIMIZE TABLE {quoted(t)};" for t in names],
        "binary_logs_purged": ["FLUSH BINARY LOGS;", "PURGE BINARY LOGS TO '…'; -- the newest"],
        "redo_log_renewed": [f"SET GLOBAL innodb_log_file_size = {n};" for n in (size + _REDO_STEP, size)],
    }
    return ScrubPlan(
        Level.LOGICAL, steps, commands=tuple(c for s in steps for c in commands[s]), checks=checks,
        locked=tuple(names), is_server_wide=True, bytes_needed=needed, remains=left,
    )  # fmt: skip


def scrub(server: Server, tables: Sequence[str], guard: Guard, *, managed: bool) -> CleanReport:
    """Carry it out. May be repeated.

    Nothing is done for a service that others run: its files are theirs, and the certificate bears a dated residual.

    Raises:
        SourceError: naming what stands against it.
    """
    if managed:
        return CleanReport(Level.LOGICAL, (), 0, 0, MANAGED_REMAINS)
    guard()
    plan = plan_scrub(server, tables, managed=managed)
    _refuse(server.name, plan)
    with server.connected(Use.SCRUB) as db:
        names = _known(db, tables)
        before = _size(db)
        for step in plan.steps:
            guard()
            STEPS[step](db, server.name, names)
        return CleanReport(Level.LOGICAL, plan.steps, before, _size(db), plan.remains)


def _steps(db: Database) -> tuple[str, ...]:
    return tuple(s for s in STEPS if s != "redo_log_renewed" or can_resize_redo(db))


def _known(db: Database, tables: Sequence[str]) -> list[str]:
    found = read_tables(db)
    return [t for t in found if t in tables and not found[t].info.why_not_scanned]


def _refuse(name: str, plan: ScrubPlan) -> None:
    against = [c for c in plan.checks if c.blocks and not c.fine]
    if against:
        facts = "; ".join(f"{c.code} ({', '.join(f'{k} {v}' for k, v in c.facts.items())})" for c in against)
        raise SourceError(
            f"source {name}: its files cannot be cleaned now: {facts}; the deletion itself stands",
            hint="Stop the applications that use the database, give the account the rights that `bequest source roles`"
            " prints, and run the step again.",
            code=LOCKED if {c.code for c in against} == {"locks"} else NO_SCRUB,
        )


def _history(db: Database) -> int:
    """Length of the list of changes that are not purged yet."""
    said = rows(db, "SHOW GLOBAL STATUS LIKE 'Innodb_history_list_length'")
    if not said:
        try:
            said = rows(
                db, "SELECT NAME, COUNT FROM information_schema.INNODB_METRICS WHERE NAME = 'trx_rseg_history_len'"
            )
        except pymysql.Error:
            return 0
    return int(said[0][1]) if said else 0


def _size(db: Database) -> int:
    query = (
        "SELECT COALESCE(SUM(DATA_LENGTH + INDEX_LENGTH + DATA_FREE), 0) FROM information_schema.TABLES"
        " WHERE TABLE_SCHEMA = DATABASE()"
    )
    return int(rows(db, query)[0][0])

"""What is looked at before a scrub of a MariaDB server: rights, room, locks, users of its logs, what stays."""

import re
from collections.abc import Iterator, Sequence

import pymysql

from bequest.sources.mariadb_connect import Database, rows
from bequest.sources.mariadb_text import literal
from bequest.sources.scrub import Check, named_tables

_SYSTEM = "('information_schema', 'mysql', 'performance_schema', 'sys')"


def look(db: Database, tables: Sequence[str]) -> tuple[tuple[Check, ...], int]:
    """The checks, and the bytes that the largest table needs beside itself."""
    listed = ", ".join(map(literal, tables)) or "''"
    query = (
        "SELECT COALESCE(MAX(DATA_LENGTH + INDEX_LENGTH), 0) FROM information_schema.TABLES"  # noqa: S608
        f" WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ({listed})"
    )
    needed = 2 * int(rows(db, query)[0][0]) + int(variable(db, "innodb_log_file_size") or 0)
    return tuple(_checks(db, listed, needed)), needed


def variable(db: Database, name: str) -> str:
    """A setting of the server, empty where it has none of that name."""
    found = rows(db, f"SHOW GLOBAL VARIABLES LIKE {literal(name)}")
    return str(found[0][1]) if found else ""


def can_resize_redo(db: Database) -> bool:
    """Whether the redo log can be made anew while the server runs: MariaDB since 10.9, if larger than its buffer."""
    [[version]] = rows(db, "SELECT VERSION()")
    found = re.match(r"(\d+)\.(\d+)", version)
    if "MariaDB" not in version or found is None or (int(found[1]), int(found[2])) < (10, 9):
        return False
    return int(variable(db, "innodb_log_file_size") or 0) >= int(variable(db, "innodb_log_buffer_size") or 0)


def _checks(db: Database, listed: str, needed: int) -> Iterator[Check]:
    yield _rights(db)
    # the free room of the server's disk cannot be seen through SQL: told, so that IT looks before it approves
    yield Check("space", fine=False, facts={"bytes_needed": needed, "bytes_free": "unknown"})
    [[running]] = _asked(
        db, "SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_mysql_thread_id <> CONNECTION_ID()"
    )
    yield Check("locks", fine=running in {"0", ""}, blocks=True, facts={"open_transactions": running or "unknown"})
    query = (
        f"SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN {_SYSTEM}"  # noqa: S608
        " AND SCHEMA_NAME <> DATABASE() ORDER BY 1"
    )
    others = [r[0] for r in rows(db, query)]
    yield Check("other_databases", fine=not others, facts={"databases": named_tables(others)})
    query = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%'"
    [[readers]] = rows(db, query)
    yield Check("log_users", fine=readers == "0", blocks=True, facts={"binary_log_readers": int(readers)})
    n = _replicas(db)
    yield Check("replicas", fine=not n, blocks=True, facts={"replicas": n})
    yield from _leftovers(db, listed)


def _rights(db: Database) -> Check:
    """Rights of the account, by the names it is granted; roles that are not switched on do not count."""
    granted = " ".join(r[0].upper() for r in rows(db, "SHOW GRANTS"))
    everything = "GRANT ALL PRIVILEGES ON *.*" in granted
    needed = {"RELOAD", "PROCESS", "BINLOG MONITOR|REPLICATION CLIENT", "BINLOG ADMIN|BINLOG_ADMIN|SUPER"}
    if can_resize_redo(db):
        needed |= {"SUPER", "REPLICATION MASTER ADMIN"}
    missing = sorted(n.split("|")[0] for n in needed if not any(re.search(rf"\b{r}\b", granted) for r in n.split("|")))
    missing = [] if everything else missing
    return Check("rights", fine=not missing, blocks=True, facts={"missing": ", ".join(missing)} if missing else {})


def _replicas(db: Database) -> int:
    for query in ("SHOW REPLICA HOSTS", "SHOW REPLICAS", "SHOW SLAVE HOSTS"):
        try:
            return len(rows(db, query))
        except pymysql.Error:
            continue
    return 0


def _leftovers(db: Database, listed: str) -> Iterator[Check]:
    """Tables and logs that lie where the scrub does not rewrite: told with it."""
    query = (
        "SELECT COUNT(*) FROM information_schema.INNODB_SYS_TABLES WHERE SPACE = 0"  # noqa: S608
        f" AND SUBSTRING_INDEX(NAME, '/', 1) = DATABASE() AND SUBSTRING_INDEX(NAME, '/', -1) IN ({listed})"
    )
    [[shared]] = _asked(db, query)
    own_file = variable(db, "innodb_file_per_table") in {"ON", "1"} and shared in {"0", ""}
    yield Check("settings", fine=own_file, facts={"tables_in_system_tablespace": shared or "unknown"})
    logs = _text_logs(db)
    yield Check("settings", fine=not logs, facts={"text_logs": ", ".join(logs)})


def _text_logs(db: Database) -> list[str]:
    """Logs that are on in which the server writes statements down as they are, with the keys and values in them."""
    names = ("general_log", "slow_query_log", "server_audit_logging")
    return [n for n in names if variable(db, n) in {"ON", "1"}]


def remains(db: Database, tables: Sequence[str]) -> tuple[str, ...]:
    """Codes of what a scrub does not reach while the server runs."""
    listed = ", ".join(map(literal, tables)) or "''"
    left = ["temporary_files"]
    query = (
        "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()"  # noqa: S608
        f" AND ENGINE = 'Aria' AND TABLE_NAME IN ({listed})"
    )
    if rows(db, query)[0][0] != "0":
        left.append("aria_log")
    if _text_logs(db):
        left.append("server_log")
    if variable(db, "innodb_immediate_scrub_data_uncompressed") not in {"ON", "1"}:
        left.append("undo")
    if not can_resize_redo(db):
        left.append("redo_log")
    return tuple(left)


def _asked(db: Database, query: str) -> list[tuple[str, ...]]:
    """An answer of one cell, empty where the server does not give it."""
    try:
        return rows(db, query)
    except pymysql.Error:
        return [("",)]

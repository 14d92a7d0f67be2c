"""What is looked at before a scrub of a PostgreSQL server: rights, room, locks, and whoever else needs its log."""

from collections.abc import Iterator, Sequence
from typing import Any

from bequest.sources.postgresql_connect import Database
from bequest.sources.postgresql_scrub_settings import NOTE, WANTED, unfinished
from bequest.sources.scrub import Check, named_tables

NEEDED_FUNCTIONS = ("pg_switch_wal()", "pg_reload_conf()", "pg_ls_waldir()", "pg_show_all_file_settings()")
"""What the account of a scrub must be allowed to call; a superuser is."""

_PARAMETERS_SINCE = 150_000


def look(db: Database, schema: str, tables: Sequence[str]) -> tuple[tuple[Check, ...], int]:
    """The checks, and the bytes that the largest table needs beside itself."""
    [needed] = _row(
        db,
        "SELECT coalesce(max(s), 0)::bigint FROM (SELECT sum(pg_total_relation_size(p.relid)) AS s"
        " FROM pg_catalog.pg_class c, LATERAL (SELECT c.oid AS relid UNION"
        " SELECT relid FROM pg_catalog.pg_partition_tree(c.oid)) p"
        " WHERE c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = %s) AND c.relname = ANY (%s)"
        " GROUP BY c.oid) t",
        schema,
        list(tables),
    )
    return tuple(_checks(db, schema, tables, 2 * needed)), 2 * needed


def _checks(db: Database, schema: str, tables: Sequence[str], needed: int) -> Iterator[Check]:
    yield _rights(db)
    # the free room of the server's disk cannot be seen through SQL: told, so that IT looks before it approves
    yield Check("space", fine=False, facts={"bytes_needed": needed, "bytes_free": "unknown"})
    yield _locks(db, schema, tables)
    yield _other_databases(db)
    yield _replicas(db)
    yield from _log_users(db)
    [n] = _row(db, "SELECT count(*) FROM pg_catalog.pg_stat_progress_basebackup") if _version(db) >= 130_000 else (0,)
    yield Check("backups", fine=not n, blocks=True, facts={"base_backups_running": n})
    yield _settings(db)
    yield _copies(db)


def _rights(db: Database) -> Check:
    [superuser] = _row(db, "SELECT current_setting('is_superuser') = 'on'")
    if superuser:
        return Check("rights", fine=True)
    missing = []
    [owns] = _row(
        db,
        "SELECT pg_has_role(datdba, 'USAGE') FROM pg_catalog.pg_database WHERE datname = current_database()",
    )
    if not owns:
        missing.append("owner of the database")
    for function in NEEDED_FUNCTIONS:
        [may] = _row(db, "SELECT has_function_privilege(%s, 'EXECUTE')", f"pg_catalog.{function}")
        if not may:
            missing.append(function)
    if _version(db) < _PARAMETERS_SINCE:
        missing.append("superuser")
    else:
        for name, what in (*((n, "ALTER SYSTEM") for n in WANTED), (NOTE, "SET")):
            [may] = _row(db, "SELECT has_parameter_privilege(%s, %s)", name, what)
            if not may:
                missing.append(f"{what} {name}")
        for role in ("pg_checkpoint", "pg_read_all_stats"):
            [may] = _row(db, "SELECT pg_has_role(%s, 'USAGE')", role)
            if not may:
                missing.append(role)
    return Check("rights", fine=not missing, blocks=True, facts={"missing": ", ".join(missing)} if missing else {})


def _locks(db: Database, schema: str, tables: Sequence[str]) -> Check:
    locked = db.execute(
        "SELECT DISTINCT c.relname FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation"
        " WHERE l.pid <> pg_backend_pid() AND l.database = (SELECT oid FROM pg_catalog.pg_database"
        " WHERE datname = current_database()) AND c.relname = ANY (%s) AND c.relnamespace ="
        " (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = %s) ORDER BY 1",
        (list(tables), schema),
    ).fetchall()
    [sessions] = _row(
        db,
        "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        " AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)",
    )
    [prepared] = _row(db, "SELECT count(*) FROM pg_catalog.pg_prepared_xacts WHERE database = current_database()")
    names = named_tables([r[0] for r in locked])
    facts = {"tables": names, "open_transactions": sessions, "prepared_transactions": prepared}
    return Check("locks", fine=not (locked or sessions or prepared), blocks=True, facts=facts)


def _other_databases(db: Database) -> Check:
    """The write-ahead log belongs to all databases of the server."""
    rows = db.execute(
        "SELECT datname FROM pg_catalog.pg_database WHERE NOT datistemplate"
        " AND datname NOT IN (current_database(), 'postgres') ORDER BY 1"
    ).fetchall()
    return Check("other_databases", fine=not rows, facts={"databases": named_tables([r[0] for r in rows])})


def _replicas(db: Database) -> Check:
    """A replica repeats the deletion and the rewriting, but its own log and files are its own."""
    [n] = _row(db, "SELECT count(*) FROM pg_catalog.pg_stat_replication")
    return Check("replicas", fine=not n, facts={"replicas": n})


def _log_users(db: Database) -> Iterator[Check]:
    [slots] = _row(db, "SELECT count(*) FROM pg_catalog.pg_replication_slots WHERE restart_lsn IS NOT NULL")
    yield Check("log_users", fine=not slots, blocks=True, facts={"replication_slots": slots})
    [mode] = _row(db, "SELECT current_setting('archive_mode')")
    yield Check("log_users", fine=mode == "off", facts={"archive_mode": mode})


def _settings(db: Database) -> Check:
    """A former scrub that was killed: its settings are put back before anything else."""
    return Check("settings", fine=unfinished(db) is None, facts={"to_be_put_back": len(unfinished(db) or {})})


def _copies(db: Database) -> Check:
    """Places on the same machine that a scrub does not reach."""
    [objects] = _row(db, "SELECT count(*) FROM pg_catalog.pg_largeobject_metadata")
    [collector, statements] = _row(db, "SELECT current_setting('logging_collector'), current_setting('log_statement')")
    facts = {"large_objects": objects, "server_log": collector, "log_statement": statements}
    return Check("copies", fine=not objects and collector == "off" and statements == "none", facts=facts)


def _version(db: Database) -> int:
    return db.info.server_version


def _row(db: Database, query: str, *parameters: object) -> tuple[Any, ...]:
    return db.execute(query, parameters or None).fetchone() or ()

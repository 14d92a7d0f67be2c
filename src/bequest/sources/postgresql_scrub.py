"""Let deleted bytes vanish from a PostgreSQL server's files (recipe tried marker by marker on real servers).

DELETE and even VACUUM leave rows in the pages of tables, in statistics (most common values, histograms) and in the
write-ahead log. So: materialised views are made anew, tables and the catalogues of statistics rewritten, and the log is
switched on until no segment of before is left. While that runs, two settings of the whole server are other than the
owner's; what they were is kept in the database until they are put back, so that a killed run is mended by the next.
What stays: freed blocks on the disk, the server's own text log, and every copy elsewhere. The level is *logical*.
"""

import time
from collections.abc import Callable, Sequence

from psycopg import sql

from bequest.kernel.errors import SourceError
from bequest.model.case import Source
from bequest.model.destruction import Level
from bequest.sources.codes import LOCKED, NO_SCRUB
from bequest.sources.postgresql_connect import Database
from bequest.sources.postgresql_schema import read_schema
from bequest.sources.postgresql_scrub_checks import look
from bequest.sources.postgresql_scrub_settings import WANTED, changed_settings, restore_settings
from bequest.sources.postgresql_text import quoted
from bequest.sources.scrub import Check, ScrubPlan
from bequest.sources.source import CleanReport, Guard

STATISTICS = ("pg_statistic", "pg_statistic_ext_data")
WAIT_SECONDS = 30.0
_PAUSE = 0.2

_VIEWS = """
WITH RECURSIVE above(oid) AS (
  SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %s AND c.relname = ANY (%s)
  UNION
  SELECT w.ev_class FROM above a
  JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = a.oid
    AND d.classid = 'pg_catalog.pg_rewrite'::regclass
  JOIN pg_catalog.pg_rewrite w ON w.oid = d.objid)
SELECT n.nspname, c.relname FROM above a JOIN pg_catalog.pg_class c ON c.oid = a.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'm' AND c.relispopulated ORDER BY c.oid
"""

_OLD_SNAPSHOTS = """
SELECT (SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND (age(backend_xmin) > age(%(mark)s::xid)
      OR age(backend_xid) > age(%(mark)s::xid)))
  + (SELECT count(*) FROM pg_catalog.pg_prepared_xacts WHERE database = current_database())
"""

Names = Sequence[sql.Composable]


def refresh_views(db: Database, tables: Names, views: Names) -> None:  # noqa: ARG001 - all steps are called alike
    """Materialised views hold copies of rows, also of rows that are gone."""
    for view in views:
        db.execute(sql.SQL("REFRESH MATERIALIZED VIEW {}").format(view))


def vacuum_full(db: Database, tables: Names, views: Names) -> None:
    """Write tables and their indexes and large values anew, without dead rows and dropped columns."""
    _wait_for_snapshots(db)
    for table in (*tables, *views):
        db.execute(sql.SQL("VACUUM (FULL) {}").format(table))


def analyze(db: Database, tables: Names, views: Names) -> None:
    """New statistics: the old ones hold values."""
    for table in (*tables, *views):
        db.execute(sql.SQL("ANALYZE {}").format(table))


def vacuum_statistics(db: Database, tables: Names, views: Names) -> None:  # noqa: ARG001
    """The catalogues of statistics without the rows of before."""
    _wait_for_snapshots(db)
    for name in STATISTICS:
        db.execute(sql.SQL("VACUUM (FULL) {}").format(sql.Identifier("pg_catalog", name)))


def wal_switched(db: Database, tables: Names, views: Names) -> None:  # noqa: ARG001
    """Go on in the write-ahead log until no segment of before is left, also none that waits to be used again.

    Raises:
        SourceError: where segments stay: an archive, a slot or a replica needs them.
    """
    with changed_settings(db):
        db.execute(
            "CHECKPOINT"
        )  # may still use old segments again, under new names: so the old ones are counted after it
        old = _segments(db)
        until = time.monotonic() + WAIT_SECONDS
        while left := old & _segments(db):
            if time.monotonic() > until:
                raise SourceError(
                    f"{len(left)} segments of the server's write-ahead log of before the deletion stay",
                    hint="See what keeps them (archive command, replication slot, replica), and run the step again.",
                    code=NO_SCRUB,
                )
            for _ in range(len(left) + 1):
                db.execute("SELECT pg_logical_emit_message(true, 'bequest', 'scrub')")
                db.execute("SELECT pg_switch_wal()")
            db.execute("CHECKPOINT")
            time.sleep(_PAUSE)


STEPS: dict[str, Callable[[Database, Names, Names], None]] = {
    "refresh_views": refresh_views,
    "vacuum_full": vacuum_full,
    "analyze": analyze,
    "vacuum_statistics": vacuum_statistics,
    "wal_switched": wal_switched,
}
"""In this order; without any one of them, bytes stay behind."""


def plan_scrub(db: Database, spec: Source, schema: str, tables: Sequence[str] | None) -> ScrubPlan:
    """What `scrub` would do, and what stands against it; changes nothing."""
    if spec.managed:
        return ScrubPlan(
            Level.LOGICAL, (), checks=(Check("managed", fine=False, blocks=True),), remains=("pages", "wal")
        )
    names = _tables(db, spec, schema, tables)
    views = views_over(db, schema, names)
    checks, needed = look(db, schema, names)
    shown = [f"{quoted(schema)}.{quoted(t)}" for t in names]
    views_shown = [f"{quoted(s)}.{quoted(v)}" for s, v in views]
    return ScrubPlan(
        Level.LOGICAL,
        tuple(STEPS),
        commands=(
            *(f"REFRESH MATERIALIZED VIEW {v};" for v in views_shown),
            *(f"VACUUM (FULL) {t};" for t in (*shown, *views_shown)),
            *(f"ANALYZE {t};" for t in (*shown, *views_shown)),
            *(f"VACUUM (FULL) pg_catalog.{t};" for t in STATISTICS),
            *(f"ALTER SYSTEM SET {name} = {value};" for name, value in WANTED.items()),
            "SELECT pg_reload_conf(); CHECKPOINT; SELECT pg_switch_wal(); CHECKPOINT; …",
        ),
        checks=checks,
        locked=(*names, *(v for _, v in views)),
        is_server_wide=True,
        bytes_needed=needed,
        remains=_remains(checks),
    )


def _remains(checks: Sequence[Check]) -> tuple[str, ...]:
    """What holds deleted bytes even afterwards."""
    facts = {name: value for c in checks for name, value in c.facts.items()}
    found = {
        "freed_blocks": True,
        "server_log": facts.get("server_log") == "on" or facts.get("log_statement") != "none",
        "replicas": bool(facts.get("replicas")),
        "backups": facts.get("archive_mode") != "off",
    }
    return tuple(code for code, is_so in found.items() if is_so)


def scrub(db: Database, spec: Source, schema: str, tables: Sequence[str] | None, guard: Guard) -> CleanReport:
    """Carry it out. May be repeated; a former run that was killed is mended first.

    Nothing is done for a service that others run: its files are theirs, and the certificate bears a dated residual.

    Raises:
        SourceError: naming what stands against it.
    """
    before = _size(db, spec)
    if spec.managed:
        return CleanReport(Level.LOGICAL, (), before, before, ("pages", "wal"))
    guard()
    plan = plan_scrub(db, spec, schema, tables)
    _refuse(spec, plan)
    restore_settings(db)
    names = _tables(db, spec, schema, tables)
    views = [sql.Identifier(*v) for v in views_over(db, schema, names)]
    for act in STEPS.values():
        guard()
        act(db, [sql.Identifier(schema, t) for t in names], views)
    return CleanReport(Level.LOGICAL, tuple(STEPS), before, _size(db, spec), plan.remains)


def _tables(db: Database, spec: Source, schema: str, tables: Sequence[str] | None) -> list[str]:
    """Those of the tables that have rows of their own here; all of the schema where none are named."""
    found = [r.info for r in read_schema(db, spec.name, schema)]
    own = [i.name for i in found if i.why_not_scanned not in {"view", "foreign"}]
    return own if tables is None else [t for t in own if t in tables]


def views_over(db: Database, schema: str, names: Sequence[str]) -> list[tuple[str, str]]:
    """Materialised views, in any schema, that hold rows of these tables; such as rest on others after these."""
    return [(s, v) for s, v in db.execute(_VIEWS, (schema, list(names))).fetchall()]


def _refuse(spec: Source, plan: ScrubPlan) -> None:
    against = [c for c in plan.checks if c.blocks and not c.fine]
    if against:
        facts = "; ".join(
            f"{c.code} ({', '.join(f'{k} {v}' for k, v in c.facts.items() if v not in {'', 0})})" for c in against
        )
        raise SourceError(
            f"source {spec.name}: its files cannot be cleaned now: {facts}; the deletion itself stands",
            hint="Stop the applications that use the database, give the account the rights that `bequest source roles"
            " --phase scrub` prints, and run the step again.",
            code=LOCKED if {c.code for c in against} == {"locks"} else NO_SCRUB,
        )


def _wait_for_snapshots(db: Database) -> None:
    """Until nobody can see deleted rows any more: for such a one the rewritten table would keep them.

    Also the server's own workers, which come and go, hold snapshots.

    Raises:
        SourceError: where somebody still can after a while.
    """
    [mark] = db.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::xid::text").fetchone() or ("0",)
    until = time.monotonic() + WAIT_SECONDS
    while (n := (db.execute(_OLD_SNAPSHOTS, {"mark": mark}).fetchone() or (0,))[0]) > 0:
        if time.monotonic() > until:
            raise SourceError(
                f"{n} open transactions in {db.info.dbname} still see deleted rows",
                hint="Stop the applications that use the database, end prepared transactions, and run the step again.",
                code=LOCKED,
            )
        time.sleep(_PAUSE)


def _segments(db: Database) -> set[str]:
    return {n for (n,) in db.execute("SELECT name FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'").fetchall()}


def _size(db: Database, spec: Source) -> int:
    """Bytes of the database, and of the write-ahead log where that can be seen."""
    [n] = db.execute("SELECT pg_database_size(current_database())").fetchone() or (0,)
    if spec.managed:
        return int(n)
    [may] = db.execute("SELECT has_function_privilege('pg_catalog.pg_ls_waldir()', 'EXECUTE')").fetchone() or (False,)
    if may:
        [log] = db.execute("SELECT coalesce(sum(size), 0) FROM pg_ls_waldir()").fetchone() or (0,)
        n += log
    return int(n)

"""Empty a whole store in PostgreSQL: all its tables in one transaction, or none of them.

Nobody can write while it is looked whether the tables are still what was handed over: a row that came in between is
never lost. TRUNCATE gives the tables new files; materialised views made of them are made anew in the same transaction.
"""

from collections.abc import Callable, Sequence

from bequest.kernel.errors import SourceError
from bequest.sources.codes import CONSTRAINT, NO_RIGHT, REFERRED_TO
from bequest.sources.postgresql_connect import Database
from bequest.sources.postgresql_references import read_references
from bequest.sources.postgresql_schema import Relation
from bequest.sources.postgresql_scrub import views_over
from bequest.sources.postgresql_text import quoted, table_name
from bequest.sources.scrub import named_tables
from bequest.sources.source import Guard

_TRUNCATE_TRIGGERS = """
SELECT DISTINCT c.relname FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid
WHERE NOT g.tgisinternal AND g.tgenabled <> 'D' AND g.tgtype & 32 <> 0 AND g.tgrelid = ANY (%s) ORDER BY 1
"""
_NO_TRUNCATE = """
SELECT c.relname FROM pg_catalog.pg_class c
WHERE c.oid = ANY (%s) AND NOT has_table_privilege(c.oid, 'TRUNCATE') ORDER BY 1
"""
_NOT_MINE = """
SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relname = %s AND NOT pg_has_role(c.relowner, 'USAGE')
"""


def check_may_empty(db: Database, where: str, schema: str, relations: Sequence[Relation]) -> None:
    """Nothing, where the account may empty these tables and nothing outside them stands against it.

    Raises:
        SourceError: naming tables: a right is missing, others refer to them, or a trigger would run.
    """
    names, oids = {r.info.name for r in relations}, [r.oid for r in relations]
    views = views_over(db, schema, sorted(names))
    missing = [n for (n,) in db.execute(_NO_TRUNCATE, (oids,)).fetchall()]
    missing += [n for view in views for (n,) in db.execute(_NOT_MINE, view).fetchall()]
    if missing:
        raise SourceError(
            f"source {where}: the account of the phase delete may not empty {named_tables(missing)}",
            hint="Give it the rights that `bequest source roles --phase delete` prints. Nothing was changed.",
            code=NO_RIGHT,
        )
    referring = sorted(
        {
            f"{ref.schema}.{ref.table}"
            for r in relations
            for ref in read_references(db, r.oid)
            if not (ref.schema == schema and ref.table in names)
        }
    )
    if referring:
        raise SourceError(
            f"source {where}: tables outside it refer to its rows by foreign keys: {named_tables(referring)}",
            hint="Add them to `tables` where they belong to the store, or have the owner of the schema drop the foreign"
            " key. Nothing was changed.",
            code=REFERRED_TO,
        )
    triggers = [n for (n,) in db.execute(_TRUNCATE_TRIGGERS, (oids,)).fetchall()]
    if triggers:
        raise SourceError(
            f"source {where}: a trigger of the application would run when {named_tables(triggers)} is emptied",
            hint="Have it switched off for the time of the destruction. Nothing was changed.",
            code=CONSTRAINT,
        )


def empty_tables(
    db: Database, schema: str, relations: Sequence[Relation], is_same: Callable[[str], bool], guard: Guard
) -> tuple[str, ...]:
    """Empty the tables, all or none; the tables that `is_same` did not recognise, for which none was emptied."""
    if not relations:
        return ()
    named = [table_name(schema, r.info) for r in relations]
    views = [f"{quoted(s)}.{quoted(v)}" for s, v in views_over(db, schema, [r.info.name for r in relations])]
    with db.transaction():
        db.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # the tables are read by another connection
        db.execute(f"LOCK TABLE {', '.join(named)} IN SHARE ROW EXCLUSIVE MODE")
        changed = []
        for r in relations:
            guard()
            if not is_same(r.info.name):
                changed.append(r.info.name)
        if changed:
            return tuple(changed)
        guard()
        db.execute(f"TRUNCATE TABLE {', '.join(named)}")
        for view in views:
            db.execute(f"REFRESH MATERIALIZED VIEW {view}")
    return ()

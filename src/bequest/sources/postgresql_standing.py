"""What a PostgreSQL server would refuse at the deletion, by its catalogue; nothing is changed or locked."""

from bequest.sources.postgresql_connect import Database
from bequest.sources.postgresql_references import read_references
from bequest.sources.postgresql_schema import Relation, read_schema
from bequest.sources.standing import Referrer, Standing, TableStanding

_TRIGGERS = """
SELECT tgname::text FROM pg_catalog.pg_trigger
WHERE tgrelid = %s AND NOT tgisinternal AND tgenabled <> 'D' AND (tgtype & 24) <> 0 ORDER BY 1
"""  # bits 8 and 16: DELETE and UPDATE (pg_trigger.tgtype)
_RIGHTS = """
SELECT r FROM unnest(ARRAY['SELECT', 'DELETE', 'UPDATE']) AS r WHERE NOT has_table_privilege(%s::oid, r)
"""
_COLUMNS = """
SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = %s::oid AND a.attnum > 0
  AND NOT a.attisdropped AND NOT has_column_privilege(a.attrelid, a.attnum, 'UPDATE') ORDER BY a.attnum
"""


def standing(db: Database, name: str, schema: str) -> Standing:
    """How the tables of a schema stand, for the account of the connection."""
    query = "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on'"
    [reads] = db.execute(query).fetchone() or (False,)
    tables = [r for r in read_schema(db, name, schema) if r.info.why_not_scanned not in {"view", "foreign"}]
    return Standing(tuple(_table(db, schema, r) for r in tables), is_read_only=reads)


def _table(db: Database, schema: str, relation: Relation) -> TableStanding:
    def column(query: str) -> tuple[str, ...]:
        return tuple(r[0] for r in db.execute(query, (relation.oid,)).fetchall())

    missing = column(_RIGHTS)
    return TableStanding(
        relation.info,
        tuple(
            Referrer(r.table if r.schema == schema else f"{r.schema}.{r.table}", r.columns, r.on_delete)
            for r in read_references(db, relation.oid)
        ),
        column(_TRIGGERS),
        missing,
        column(_COLUMNS) if "UPDATE" in missing else (),
    )

"""The inventory of a PostgreSQL schema, from the catalogue: what each table is, and what stands against changing it.

A partitioned table is one table, with all its partitions. A table that others extend (INHERITS) is listed with its own
rows only, and so is each of them. Views hold nothing of their own; a materialised view does, but only copies: both are
listed as not scanned, and cleaning the store makes materialised views anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bequest.kernel.errors import SourceError
from bequest.sources.marker import TABLE_MARKER
from bequest.sources.postgresql_connect import Database
from bequest.sources.postgresql_text import table_name
from bequest.sources.source import ColumnInfo, ForeignKey, OnDelete, TableInfo

_COUNTED_AT_ONCE = 100

_RELATIONS = """
SELECT c.oid, c.relname, c.relkind::text, c.relpersistence::text, coalesce(obj_description(c.oid, 'pg_class'), ''),
  NOT c.relispartition AND c.relkind = 'r' AND EXISTS (
    SELECT FROM pg_catalog.pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent)),
  EXISTS (SELECT FROM pg_catalog.pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal),
  EXISTS (SELECT FROM pg_catalog.pg_rewrite w WHERE w.ev_class = c.oid AND w.rulename <> '_RETURN'),
  c.relrowsecurity, row_security_active(c.oid),
  has_table_privilege(c.oid, 'SELECT') OR NOT EXISTS (
    SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      AND NOT has_column_privilege(c.oid, a.attnum, 'SELECT')),
  EXISTS (SELECT FROM pg_catalog.pg_partition_tree(c.oid) p JOIN pg_catalog.pg_class l ON l.oid = p.relid
    WHERE l.relkind = 'f')
FROM pg_catalog.pg_class c
WHERE c.relnamespace = %(schema)s AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname <> %(marker)s
  AND (%(table)s::text IS NULL OR c.relname = %(table)s)
  AND (NOT c.relispartition OR %(schema)s <> (
    SELECT r.relnamespace FROM pg_catalog.pg_class r WHERE r.oid = pg_partition_root(c.oid)))
ORDER BY c.relname COLLATE "C"
"""

_COLUMNS = """
SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), coalesce(col_description(a.attrelid, a.attnum), ''),
  NOT (a.attnotnull OR (t.typtype = 'd' AND t.typnotnull)), a.attgenerated <> '', a.attidentity <> '',
  EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = a.attrelid AND (
    i.indexprs IS NOT NULL OR i.indpred IS NOT NULL) AND EXISTS (
      SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = i.indexrelid
        AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum)),
  EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique AND NOT i.indisprimary
    AND a.attnum = ANY (i.indkey))
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = ANY (%s) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
"""

_CONSTRAINTS = """
SELECT k.conrelid, k.contype::text, k.conname, k.confdeltype::text,
  CASE WHEN r.relnamespace = l.relnamespace THEN r.relname
    ELSE (SELECT nspname FROM pg_catalog.pg_namespace WHERE oid = r.relnamespace) || '.' || r.relname END,
  (SELECT array_agg(a.attname::text ORDER BY n.at) FROM unnest(k.conkey) WITH ORDINALITY n(num, at)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n.num),
  (SELECT array_agg(a.attname::text ORDER BY n.at) FROM unnest(k.confkey) WITH ORDINALITY n(num, at)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = n.num),
  k.confrelid
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class l ON l.oid = k.conrelid
LEFT JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
WHERE (k.conrelid = ANY (%(oids)s) OR k.confrelid = ANY (%(oids)s)) AND k.conparentid = 0
  AND k.contype IN ('p', 'u', 'x', 'c', 'f')
ORDER BY k.conname
"""

ON_DELETE = {
    "a": OnDelete.REFUSE,
    "r": OnDelete.REFUSE,
    "c": OnDelete.CASCADE,
    "n": OnDelete.SET_NULL,
    "d": OnDelete.SET_DEFAULT,
}


@dataclass(frozen=True, slots=True)
class Relation:
    """A table with its number in the catalogue; rows are not counted yet."""

    oid: int
    kind: str
    """As the catalogue has it: `r` table, `p` partitioned, `v` view, `m` materialised view, `f` foreign table."""
    info: TableInfo


def read_schema(db: Database, name: str, schema: str, table: str | None = None) -> tuple[Relation, ...]:
    """The tables of a schema, or that one, in the order of their names.

    Raises:
        SourceError: where there is no such schema.
    """
    found = db.execute("SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = %s", (schema,)).fetchone()
    if found is None:
        raise SourceError(
            f"source {name}: the database has no schema {schema}",
            hint="Write the schema's name as `schema` in the case file; without it, public is meant.",
        )
    rows = db.execute(_RELATIONS, {"schema": found[0], "marker": TABLE_MARKER, "table": table}).fetchall()
    oids = [r[0] for r in rows]
    columns = db.execute(_COLUMNS, (oids,)).fetchall()
    constraints = db.execute(_CONSTRAINTS, {"oids": oids}).fetchall()
    return tuple(Relation(row[0], row[2], _table(row, columns, constraints)) for row in rows)


def counted(db: Database, schema: str, relations: Sequence[Relation]) -> tuple[TableInfo, ...]:
    """The tables with their rows counted."""
    readable = [r.info for r in relations if not r.info.why_not_scanned]
    n_rows: dict[str, int] = {}
    for start in range(0, len(readable), _COUNTED_AT_ONCE):
        part = readable[start : start + _COUNTED_AT_ONCE]
        query = " UNION ALL ".join(
            f"SELECT {i}, count(*) FROM {table_name(schema, info)}"  # noqa: S608 - names are quoted
            for i, info in enumerate(part)
        )
        n_rows.update({part[i].name: n for i, n in db.execute(query).fetchall()})
    return tuple(replace(r.info, n_rows=n_rows.get(r.info.name, 0)) for r in relations)


def _table(row: tuple[Any, ...], columns: list[tuple[Any, ...]], constraints: list[tuple[Any, ...]]) -> TableInfo:
    oid, name, kind, persistence, comment, inherits, triggers, rules, secured, hidden, may_read, is_remote = row
    mine = [c for c in constraints if c[0] == oid]
    key = next((tuple(c[5]) for c in mine if c[1] == "p"), ())
    reasons = {
        "view": kind in {"v", "m"},
        "foreign": kind == "f" or is_remote,
        "no_right": not may_read,
        "row_security": hidden,
    }
    notes = {
        "triggers": triggers,
        "no_declared_key": not key and kind in {"r", "p"},
        "partitioned": kind == "p",
        "inherits": inherits,
        "unlogged": persistence == "u",
        "rules": rules,
        "row_security": secured and not hidden,
    }
    return TableInfo(
        name,
        comment,
        tuple(_column(c, key, _column_notes(c, oid, mine, constraints)) for c in columns if c[0] == oid),
        key,
        0,
        why_not_scanned=next((code for code, is_so in reasons.items() if is_so), ""),
        notes=tuple(code for code, is_so in notes.items() if is_so),
        references=tuple(
            ForeignKey(tuple(c[5]), c[4], tuple(c[6]), ON_DELETE[c[3]], c[2]) for c in mine if c[1] == "f"
        ),
    )


def _column(row: tuple[Any, ...], key: tuple[str, ...], notes: tuple[str, ...]) -> ColumnInfo:
    _, name, declared, comment, nullable, *_ = row
    return ColumnInfo(name, declared, comment, is_key=name in key, nullable=nullable, notes=notes)


def _column_notes(
    row: tuple[Any, ...], oid: int, mine: list[tuple[Any, ...]], constraints: list[tuple[Any, ...]]
) -> tuple[str, ...]:
    name, generated, identity, in_expression, unique = row[1], *row[5:9]
    found = {
        "generated": generated,
        "identity": identity,
        "unique": unique or any(c[1] in "ux" and name in c[5] for c in mine),
        "checked": any(c[1] == "c" and name in (c[5] or ()) for c in mine),
        "indexed_expression": in_expression,
        "refers": any(c[1] == "f" and name in c[5] for c in mine),
        "referred_to": any(c[1] == "f" and c[7] == oid and name in c[6] for c in constraints),
    }
    return tuple(code for code, is_so in found.items() if is_so)

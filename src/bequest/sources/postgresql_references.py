"""Which rows of other tables refer to rows that go: looked for before, and under lock where they would change.

Whatever ON DELETE says, a row that is referred to does not go: CASCADE would delete, and SET NULL or SET DEFAULT would
change, rows on which something else (or nothing) was decided. Rows that refer go or lose the reference first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bequest.kernel.errors import SourceError
from bequest.sources.codes import REFERRED_TO
from bequest.sources.postgresql_connect import Database
from bequest.sources.postgresql_schema import ON_DELETE
from bequest.sources.postgresql_text import quoted
from bequest.sources.source import OnDelete

_REFERENCES = """
SELECT n.nspname, l.relname, l.relkind::text, k.confdeltype::text, k.conrelid = k.confrelid,
  (SELECT array_agg(a.attname::text ORDER BY c.at) FROM unnest(k.conkey) WITH ORDINALITY c(num, at)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.num),
  (SELECT array_agg(a.attname::text ORDER BY c.at) FROM unnest(k.confkey) WITH ORDINALITY c(num, at)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = c.num)
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class l ON l.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = l.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0
  AND (k.confrelid = %(oid)s OR k.confrelid IN (SELECT relid FROM pg_catalog.pg_partition_tree(%(oid)s::oid)))
ORDER BY n.nspname, l.relname, k.conname
"""


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key that refers to the table: which table's, and what becomes of its rows."""

    schema: str
    table: str
    is_partitioned: bool
    on_delete: OnDelete
    is_itself: bool
    columns: tuple[str, ...]
    to_columns: tuple[str, ...]

    @property
    def from_clause(self) -> str:
        """The table that refers, as `r`."""
        name = f"{quoted(self.schema)}.{quoted(self.table)}"
        return f"{name if self.is_partitioned else f'ONLY {name}'} AS r"

    @property
    def condition(self) -> str:
        """Whether `r` refers to `t`."""
        pairs = zip(self.columns, self.to_columns, strict=True)
        return " AND ".join(f"r.{quoted(a)} = t.{quoted(b)}" for a, b in pairs)


def read_references(db: Database, oid: int) -> tuple[Reference, ...]:
    """All foreign keys that refer to a table, from any schema."""
    rows = db.execute(_REFERENCES, {"oid": oid}).fetchall()
    return tuple(
        Reference(schema, table, kind == "p", ON_DELETE[action], itself, tuple(columns), tuple(to))
        for schema, table, kind, action, itself, columns, to in rows
    )


def check_references(
    db: Database, where: str, table: str, references: Sequence[Reference], batch: str = "true"
) -> None:
    """Refuse where rows that stay refer to rows in `pg_temp.bequest_rows`.

    Raises:
        SourceError: naming tables and columns, with the number of rows.
    """
    found = []
    for r in references:
        going = "SELECT FROM pg_temp.bequest_rows q WHERE q.part = r.tableoid AND q.place = r.ctid"
        also = f" AND NOT EXISTS ({going})" if r.is_itself else ""
        query = (
            f"SELECT count(*) FROM {r.from_clause} WHERE EXISTS (SELECT FROM {table} JOIN pg_temp.bequest_rows AS p"  # noqa: S608
            f" ON t.tableoid = p.part AND t.ctid = p.place WHERE {r.condition} AND {batch}){also}"
        )
        [n] = db.execute(query).fetchone() or (0,)
        if n:
            action = "NO ACTION" if r.on_delete is OnDelete.REFUSE else r.on_delete.value.replace("_", " ").upper()
            found.append(f"{r.schema}.{r.table} ({', '.join(r.columns)}; {n:,} rows; ON DELETE {action})")
    if found:
        raise SourceError(
            f"{where}: rows that go are still referred to by {'; '.join(found)}",
            hint="The rows that refer must go first, or lose the reference: decide so for their tables, or let the"
            " owner of the schema drop the foreign key. Nothing of this batch was changed.",
            code=REFERRED_TO,
        )


def check_references_of(
    db: Database, where: str, table: str, same_row: str, references: Sequence[Reference], batch: str
) -> None:
    """The same for one batch inside its transaction, its rows locked: nobody can refer to them any more.

    Only needed where the store would not refuse by itself.
    """
    silent = [r for r in references if r.on_delete is not OnDelete.REFUSE]
    if not silent:
        return
    db.execute(f"SELECT FROM {table} JOIN pg_temp.bequest_rows AS p ON {same_row} WHERE {batch} FOR UPDATE OF t")
    check_references(db, where, table, silent, batch)

"""A sample of a table: of a small one by position, of a large one from some pages, so that work stays bounded."""

from bequest.sources.postgresql_connect import Database
from bequest.sources.postgresql_schema import Relation
from bequest.sources.postgresql_text import key_expression, keyed_rows, quoted, table_name, text_expression
from bequest.sources.row_keys import sample_positions

SMALL_PAGES = 4_000
"""Tables of up to so many pages (8 KiB each) are read whole."""
_SEED = 20260701

_PAGES = """
SELECT coalesce(sum(pg_relation_size(p.relid)) / current_setting('block_size')::int, 0)::bigint
FROM (SELECT %(oid)s::oid AS relid UNION SELECT relid FROM pg_catalog.pg_partition_tree(%(oid)s::oid)) p
"""


def sample_query(db: Database, schema: str, relation: Relation, n: int) -> str:
    """The query for at most n rows: `k`, then all columns.

    A large table is sampled by pages (`TABLESAMPLE SYSTEM`), of whose rows those with the smallest digest of their
    place are taken: the same pages and rows at every call as long as the table stays as it is.
    """
    info = relation.info
    texts = [text_expression(info, c) for c in info.column_names()]
    [pages] = db.execute(_PAGES, {"oid": relation.oid}).fetchone() or (0,)
    names = ", ".join(["k", *(f"c{i}" for i in range(len(texts)))])
    if pages <= SMALL_PAGES:
        query = f"SELECT count(*) FROM {table_name(schema, info)}"  # noqa: S608 - names are quoted
        [n_rows] = db.execute(query).fetchone() or (0,)
        positions = ", ".join(map(str, sample_positions(n_rows, n).tolist())) or "NULL"
        rows = f"SELECT q.*, row_number() OVER () - 1 AS at FROM ({keyed_rows(schema, info, (), texts)}) AS q"  # noqa: S608
        return f"SELECT {names} FROM ({rows}) AS s WHERE at = ANY (ARRAY[{positions}]::bigint[]) ORDER BY at"  # noqa: S608
    percent = min(100.0, 100.0 * (SMALL_PAGES + n // 4) / pages)
    key = key_expression(info, ()) if info.key else "NULL::text"
    columns = ", ".join([f"{key} AS k", *(f"{t} AS c{i}" for i, t in enumerate(texts))])
    place = "t.tableoid, t.ctid"
    chosen = f"ORDER BY hashtextextended(({place})::text, {_SEED}) LIMIT {n}"
    order = ", ".join(f"t.{quoted(c)}" for c in info.key) or place
    sampled = f"{table_name(schema, info)} AS t TABLESAMPLE SYSTEM ({percent:.6f}) REPEATABLE ({_SEED})"
    places = f"SELECT t.tableoid AS part, t.ctid AS place FROM {sampled} {chosen}"  # noqa: S608
    return (
        f"SELECT {columns} FROM {table_name(schema, info)} AS t JOIN ({places}) AS p"  # noqa: S608
        f" ON t.tableoid = p.part AND t.ctid = p.place ORDER BY {order}"
    )

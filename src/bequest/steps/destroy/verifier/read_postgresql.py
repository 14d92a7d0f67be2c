"""The verifier's own reading of a PostgreSQL schema: its own driver, connection and account, nothing of `sources`.

Every table is read, also those outside the case, materialised views, and what carries a marker; a partitioned table
once. Rows are called by their primary key, or by their content and how many equal ones came before.
"""

import ipaddress
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, Final

import polars as pl
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bequest.kernel.errors import InputError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source

BATCH: Final = 20_000
_SETTINGS: Final = (
    "-c default_transaction_read_only=on -c default_transaction_isolation=repeatable\\ read -c row_security=off"
    " -c datestyle=ISO,YMD -c intervalstyle=postgres -c bytea_output=hex -c extra_float_digits=1 -c lc_monetary=C"
)

_TABLES = """
SELECT c.oid, c.relname, c.relkind::text, c.relkind = 'r' AND NOT c.relispartition AS alone,
  ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum),
  ARRAY(SELECT format_type(a.atttypid, -1) FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum),
  ARRAY(SELECT a.attname::text FROM pg_catalog.pg_index i, unnest(i.indkey) WITH ORDINALITY AS k(num, at)
    JOIN pg_catalog.pg_attribute a ON a.attnum = k.num
    WHERE i.indrelid = c.oid AND a.attrelid = c.oid AND i.indisprimary ORDER BY k.at)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND (c.relkind IN ('p', 'm') OR c.relkind = 'r')
  AND (NOT c.relispartition OR (SELECT r.relnamespace FROM pg_catalog.pg_class r
    WHERE r.oid = pg_partition_root(c.oid)) <> c.relnamespace)
ORDER BY c.relname
"""


def read_postgresql(source: Source, secrets: Secrets) -> Iterator[tuple[str, pl.DataFrame, pl.Series]]:
    """Every row of every table: table, cells as text, and what the store calls each row. All of one snapshot.

    Raises:
        psycopg.Error: whatever the server refuses, row-level security included.
    """
    with closing(psycopg.connect(_address(source, secrets))) as db:
        tables = db.execute(_TABLES, (source.schema or "public",)).fetchall()
        for _, table, kind, alone, columns, types, key in tables:
            name = sql.Identifier(source.schema or "public", table)
            whole = sql.SQL("ONLY {}").format(name) if alone and kind == "r" else name
            yield from _rows(db, table, whole, dict(zip(columns, types, strict=True)), key)


def _rows(
    db: psycopg.Connection[tuple[Any, ...]],
    table: str,
    name: sql.Composable,
    columns: Mapping[str, str],
    key: list[str],
) -> Iterator[tuple[str, pl.DataFrame, pl.Series]]:
    texts = {c: _text(c, declared) for c, declared in columns.items()}
    if key:
        parts = sql.SQL(" || E'\\x1f' || ").join(sql.SQL("coalesce({}, '')").format(texts[k]) for k in key)
    else:
        same = sql.SQL("encode(sha256(convert_to((t.*)::text, 'UTF8')), 'hex')")
        parts = sql.SQL("{0} || '#' || row_number() OVER (PARTITION BY {0})").format(same)
    query = sql.SQL("SELECT {} FROM {} AS t").format(sql.SQL(", ").join([parts, *texts.values()]), name)
    schema = dict.fromkeys([f"column_{i}" for i in range(len(columns) + 1)], pl.String)
    yield table, pl.DataFrame(schema=dict.fromkeys(columns, pl.String)), pl.Series([], dtype=pl.String)
    with db.cursor(name="bequest_verifier") as cursor:
        cursor.itersize = BATCH
        cursor.execute(query)
        while rows := cursor.fetchmany(BATCH):
            frame = pl.DataFrame(rows, schema=schema, orient="row")
            cells = frame.select(pl.col(f"column_{i}").alias(c) for i, c in enumerate(columns, 1))
            yield table, cells, frame["column_0"]


def _text(column: str, declared: str) -> sql.Composable:
    form = "upper(encode(t.{}, 'hex'))" if declared == "bytea" else "t.{}::text"
    return sql.SQL(form).format(sql.Identifier(column))


def _address(source: Source, secrets: Secrets) -> str:
    """TLS unless the server is on this machine or the address says otherwise."""
    reference = source.verify_url or source.url
    given: dict[str, Any] = dict(conninfo_to_dict(secrets.follow(reference, f"source {source.name}: verify_url")))
    more: dict[str, Any] = {"application_name": "bequest-verifier", "connect_timeout": 15, "client_encoding": "UTF8"}
    more |= {"host": "", "hostaddr": "", "port": "5432"}  # never from the environment or a service file
    hosts = [h for k in ("host", "hostaddr") if given.get(k) for h in str(given[k]).split(",")]
    here = all(map(_is_here, hosts))
    more["sslmode"] = "prefer" if here else "verify-full" if "sslrootcert" in given else "require"
    if given.get("service") or (not here and given.get("sslmode") in {"allow", "prefer"}):
        raise InputError(
            f"source {source.name}: verify_url refers to a service file, or leaves encryption to the server",
            hint="Write host, port and database in the address itself, and ?sslmode=verify-full or ?sslmode=require.",
        )
    options = f"{given.pop('options', '')} {_SETTINGS} -c timezone={source.timezone or 'UTC'}"
    return make_conninfo("", **{**more, **given, "options": options})


def _is_here(host: str) -> bool:
    if host in {"", "localhost"} or host[0] in "/@":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

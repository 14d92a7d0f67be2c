"""The verifier's own reading of a MariaDB or MySQL database: its own connection and account, nothing of `sources`.

Every table is read, also those outside the case and what carries a marker. Rows are called by their key, or by their
content and how many equal ones came before. Every value is made text by the server.
"""

import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

import polars as pl
import pymysql
from pymysql.cursors import SSCursor

from bequest.kernel.errors import InputError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source

BATCH: Final = 20_000
_SETTINGS: Final = (
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES', time_zone = '{zone}', net_write_timeout = 3600",
    "SET SESSION TRANSACTION READ ONLY",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
)
_TABLES: Final = (
    "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()"
    " AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY TABLE_NAME"
)
_COLUMNS: Final = (
    "SELECT COLUMN_NAME, LOWER(DATA_TYPE), LOWER(COLUMN_TYPE), IS_NULLABLE FROM information_schema.COLUMNS"
    " WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s ORDER BY ORDINAL_POSITION"
)
_KEYS: Final = (
    "SELECT INDEX_NAME, COLUMN_NAME, SUB_PART FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE()"
    " AND TABLE_NAME = %s AND NON_UNIQUE = 0 ORDER BY INDEX_NAME <> 'PRIMARY', INDEX_NAME, SEQ_IN_INDEX"
)
_OPTIONS: Final = frozenset(
    {
        "ssl-mode",
        "ssl-ca",
        "ssl-cert",
        "ssl-key",
        "socket",
        "connect_timeout",
        "max_statement_time",
        "lock_wait_timeout",
    }
)
_HEX: Final = ("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob")
_PLACES: Final = ("geometry", "point", "line", "polygon", "multi", "geom")


def read_mariadb(source: Source, secrets: Secrets) -> Iterator[tuple[str, pl.DataFrame, pl.Series]]:
    """Every row of every table: table, cells as text, and what the store calls each row. All of one snapshot.

    Raises:
        pymysql.Error: whatever the server refuses.
    """
    with closing(_connect(source, secrets)) as db:
        with db.cursor() as cursor:
            for statement in _SETTINGS:
                cursor.execute(statement.format(zone=_zone(source)))
            cursor.execute(_TABLES)
            tables = [t for (t,) in cursor.fetchall()]
        for table in tables:
            yield from _rows(db, table)


def _rows(db: "pymysql.Connection[Any]", table: str) -> Iterator[tuple[str, pl.DataFrame, pl.Series]]:
    with db.cursor() as cursor:
        cursor.execute(_COLUMNS, (table,))
        columns = list(cursor.fetchall())
        cursor.execute(_KEYS, (table,))
        key = _key(list(cursor.fetchall()), {c for c, _, _, nullable in columns if nullable == "NO"})
    texts = {c: _text(_name(c), kind, declared) for c, kind, declared, _ in columns}
    if key:
        called = f"CONCAT_WS(CHAR(31), {', '.join(f'COALESCE({texts[k]}, {_EMPTY})' for k in key)})"
        order = ", ".join(map(_name, key))
    else:
        cells = ", ".join(f"IFNULL(SHA2({t}, 256), '-')" for t in texts.values())
        called, order = f"SHA2(CONCAT_WS(',', {cells}), 256)", "1"
    query = f"SELECT {', '.join([called, *texts.values()])} FROM {_name(table)} ORDER BY {order}"  # noqa: S608
    names = list(texts)
    floats = [c for c, kind, declared, _ in columns if kind == "float" and "," not in declared]
    schema = dict.fromkeys([f"column_{i}" for i in range(len(names) + 1)], pl.String)
    yield table, pl.DataFrame(schema=dict.fromkeys(names, pl.String)), pl.Series([], dtype=pl.String)
    with db.cursor(SSCursor) as cursor:
        cursor.execute(query)
        last, seen = "", 0
        while rows := cursor.fetchmany(BATCH):
            frame = pl.DataFrame([[_said(v) for v in r] for r in rows], schema=schema, orient="row")
            cells_ = frame.select(pl.col(f"column_{i}").alias(c) for i, c in enumerate(names, 1))
            cells_ = cells_.with_columns(_short(pl.col(c)) for c in floats)
            called_ = frame["column_0"]
            if key and set(key) & set(floats):
                called_ = cells_.select(pl.concat_str([pl.col(k).fill_null("") for k in key], separator="\x1f"))[key[0]]
            if not key:
                numbers = []
                for h in called_.to_list():
                    seen = seen + 1 if h == last else 1
                    last = h
                    numbers.append(f"{h}#{seen}")
                called_ = pl.Series(numbers, dtype=pl.String)
            yield table, cells_, called_


_EMPTY = "''"


def _key(indexes: list[tuple[str, str, Any]], never_null: set[str]) -> list[str]:
    """The columns of the primary key, else of the first unique index that is never null."""
    names = list(dict.fromkeys(i for i, *_ in indexes))
    for index in names:
        parts = [(c, cut) for i, c, cut in indexes if i == index]
        if index == "PRIMARY" or all(c in never_null and not cut for c, cut in parts):
            return [c for c, _ in parts]
    return []


def _text(name: str, kind: str, declared: str) -> str:
    if kind in _HEX:
        return f"HEX({name})"
    if kind == "bit":
        return f"LPAD(BIN({name} + 0), {''.join(filter(str.isdigit, declared)) or '1'}, '0')"
    if kind.startswith(_PLACES):
        return f"ST_AsText({name})"
    if kind == "float" and "," not in declared and "zerofill" not in declared:
        return f"CAST({name} + 0e0 AS CHAR)"
    if kind in {"char", "varchar", "tinytext", "text", "mediumtext", "longtext"}:
        return f"CONVERT({name} USING utf8mb4)"
    return f"CAST({name} AS CHAR)"


def _short(float_text: pl.Expr) -> pl.Expr:
    """A float with the fewest digits that mean it."""
    return float_text.cast(pl.Float64).cast(pl.Float32).cast(pl.String).str.strip_suffix(".0")


def _said(value: object) -> str | None:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else None if value is None else str(value)


def _name(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _zone(source: Source) -> str:
    """The zone's distance from UTC in winter: one hour of the year must not be there twice."""
    if not source.timezone:
        return "+00:00"
    away = datetime(2026, 1, 1, tzinfo=UTC).astimezone(ZoneInfo(source.timezone)).utcoffset()
    minutes = int(away.total_seconds()) // 60 if away else 0
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _connect(source: Source, secrets: Secrets) -> "pymysql.Connection[Any]":
    """TLS unless the server is on this machine or the address says otherwise."""
    reference = source.verify_url or source.url
    address = urlsplit(secrets.follow(reference, f"source {source.name}: verify_url"))
    options = dict(parse_qsl(address.query))
    host = address.hostname or "localhost"
    more: dict[str, Any] = {"unix_socket": options["socket"]} if "socket" in options else {}
    mode = options.get("ssl-mode", "").lower().replace("_", "-")
    mode = mode or ("verify-identity" if "ssl-ca" in options else "" if more or _is_here(host) else "required")
    if mode not in {"", "disabled", "required", "verify-ca", "verify-identity"} or options.keys() - _OPTIONS:
        raise InputError(
            f"source {source.name}: verify_url has options that are not known",
            hint=f"Known are {', '.join(sorted(_OPTIONS))}; ssl-mode is disabled, required, verify-ca or"
            " verify-identity.",
        )
    if mode not in {"", "disabled"}:
        context = ssl.create_default_context(cafile=options.get("ssl-ca"))
        if "ssl-cert" in options:
            context.load_cert_chain(options["ssl-cert"], options.get("ssl-key"))
        context.check_hostname = mode == "verify-identity"
        if mode == "required":
            context.verify_mode = ssl.CERT_NONE
        more["ssl"] = context
    return pymysql.connect(
        host=host, port=address.port or 3306, user=unquote(address.username or ""),
        password=unquote(address.password or ""), database=unquote(address.path[1:]), charset="utf8mb4",
        autocommit=True, connect_timeout=15, max_allowed_packet=1 << 30, local_infile=False, **more,
    )  # fmt: skip


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

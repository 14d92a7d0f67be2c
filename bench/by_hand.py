"""What a case cannot do without, done by hand: read, write, encrypt, delete by key, scrub, read again."""

import io
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import connectorx
import polars as pl
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pymysql
from adbc_driver_postgresql import dbapi

from bench.shop import IN_PARQUET, ON_MARIADB, ON_POSTGRESQL, SCHEMA, Servers, Systems, records
from bequest.crypto.age import encrypt_file, generate_identity

KEYS_AT_ONCE = 5_000
Gone = dict[str, Any]
"""Table → the keys that are gone (servers), or how many rows are left (files, which have no keys)."""


def gone(company: Path, on: Servers, systems: Systems) -> Gone:
    """What the case deleted."""
    found: Gone = {}
    with closing(on.postgres.connect(systems.postgres)) as db:
        for table in ON_POSTGRESQL:
            left = db.execute(f'SELECT "{table.key[0]}" FROM {SCHEMA}.{table.name}').fetchall()  # noqa: S608
            found[table.name] = _missing(records(company, table)[table.key[0]], left)
    left = on.mariadb.execute(systems.mariadb, f"SELECT `{ON_MARIADB.key[0]}` FROM {ON_MARIADB.name}")  # noqa: S608
    found[ON_MARIADB.name] = _missing(records(company, ON_MARIADB)[ON_MARIADB.key[0]], left)
    for table in IN_PARQUET:
        path = systems.files / f"{table.name}.parquet"
        found[table.name] = pq.read_metadata(path).num_rows
    return found


def _missing(keys: pl.Series, left: Any) -> list[Any]:
    here = {row[0] for row in left}
    return [k for k in keys.to_list() if k not in here]


def work(company: Path, postgres: str, mariadb: str, files: Path, gone: Gone) -> dict[str, float]:
    """Seconds of each part."""
    seconds: dict[str, float] = {}

    @contextmanager
    def timed(part: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        seconds[part] = seconds.get(part, 0.0) + time.perf_counter() - began

    out = company / "by-hand"
    out.mkdir()
    with timed("read"):
        for _ in _batches(postgres, mariadb, files):
            pass
    began = time.perf_counter()
    writers: dict[str, pq.ParquetWriter] = {}
    for name, batch in _batches(postgres, mariadb, files):
        if name not in writers:
            writers[name] = pq.ParquetWriter(out / f"{name}.parquet", batch.schema, compression="zstd")
        writers[name].write_batch(batch)
    for writer in writers.values():
        writer.close()
    seconds["write"] = max(0.0, time.perf_counter() - began - seconds["read"])
    identity = generate_identity()
    with timed("encrypt"):
        for path in sorted(out.glob("*.parquet")):
            encrypt_file(path, path.with_suffix(".age"), [identity.recipient])
    with timed("delete"):
        _delete_postgres(postgres, gone)
        _delete_mariadb(mariadb, gone[ON_MARIADB.name])
        for table in IN_PARQUET:
            path = files / f"{table.name}.parquet"
            pl.read_parquet(path).head(gone[table.name]).write_parquet(path, compression="zstd")
    with timed("scrub"):
        with closing(psycopg.connect(postgres, autocommit=True)) as db:
            for table in ON_POSTGRESQL:
                if gone[table.name]:
                    db.execute(f"VACUUM (FULL, ANALYZE) {SCHEMA}.{table.name}")
            db.execute("CHECKPOINT")
        with closing(_mariadb(mariadb)) as db, db.cursor() as cursor:
            cursor.execute(f"OPTIMIZE TABLE {ON_MARIADB.name}")
    with timed("read again"):
        for _ in _batches(postgres, mariadb, files):
            pass
    return seconds


def _batches(postgres: str, mariadb: str, files: Path) -> Iterator[tuple[str, pa.RecordBatch]]:
    with closing(dbapi.connect(postgres)) as db, db.cursor() as cursor:
        for table in ON_POSTGRESQL:
            cursor.execute(f"SELECT * FROM {SCHEMA}.{table.name}")  # noqa: S608
            for batch in cursor.fetch_record_batch():
                yield table.name, batch
    address = mariadb.replace("mariadb://", "mysql://")
    name = ON_MARIADB.name
    sql = f"SELECT * FROM {name}"  # noqa: S608
    for batch in connectorx.read_sql(address, sql, return_type="arrow_stream", batch_size=50_000):
        yield name, batch
    for table in IN_PARQUET:
        for batch in pq.ParquetFile(files / f"{table.name}.parquet").iter_batches():
            yield table.name, batch


def _delete_postgres(address: str, gone: Gone) -> None:
    with closing(psycopg.connect(address)) as db:
        for table in reversed(ON_POSTGRESQL):
            keys = gone[table.name]
            if not keys:
                continue
            key = table.key[0]
            kind = "bigint" if isinstance(keys[0], int) else "text"
            buffer = io.BytesIO()
            pl.DataFrame({"k": keys}).write_csv(buffer, include_header=False)
            with db.transaction():
                db.execute(f"CREATE TEMP TABLE k (k {kind}) ON COMMIT DROP")
                with db.cursor().copy("COPY k FROM STDIN (FORMAT csv)") as copy:
                    copy.write(buffer.getvalue())
                db.execute("ANALYZE k")
                where = f'{SCHEMA}.{table.name} AS t USING k WHERE t."{key}" = k.k'
                assert db.execute(f"DELETE FROM {where}").rowcount == len(keys)  # noqa: S608


def _delete_mariadb(address: str, keys: list[str]) -> None:
    with closing(_mariadb(address)) as db, db.cursor() as cursor:
        for at in range(0, len(keys), KEYS_AT_ONCE):
            listed = ",".join(f"'{k}'" for k in sorted(keys)[at : at + KEYS_AT_ONCE])
            cursor.execute(f"DELETE FROM {ON_MARIADB.name} WHERE `{ON_MARIADB.key[0]}` IN ({listed})")  # noqa: S608
            db.commit()


def _mariadb(address: str) -> Any:
    parts = urlsplit(address)
    return pymysql.connect(
        host=parts.hostname, port=parts.port or 3306, user=parts.username, password=unquote(parts.password or ""),
        database=parts.path[1:], charset="utf8mb4",
    )  # fmt: skip

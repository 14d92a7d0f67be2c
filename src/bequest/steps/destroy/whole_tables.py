"""A whole store on a database server, handed over: every table sealed as Parquet, with a description of all of them.

    <custody>/whole-<source>/<nnn>.<mmm>.sealed   rows of one table, as text; at least one part
    <custody>/whole-<source>/schema.sealed        tables, columns, types, keys, references and comments, as JSON
    <custody>/whole-<source>/manifest.json        counts and digests only

A table counts as sealed when its rows gave the digest that was taken at the mark, and each of its files was opened
again and found whole. A run that was killed goes on with the next table.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from bequest.crypto.atomic import PUBLIC, write_file
from bequest.crypto.sealing import open_sealed, seal_file, write_sealed
from bequest.kernel.canonical import Json, canonical, to_json
from bequest.kernel.codec import decode
from bequest.kernel.errors import SourceError
from bequest.model.whole import TABLE, WholeObject, WholeStore
from bequest.sources.codes import CHANGED
from bequest.sources.mark import Marking
from bequest.sources.source import KEY, OpenSource, TableInfo
from bequest.steps.destroy.custody_bucket import (
    MANIFEST,
    RECORDS,
    SCHEMA,
    Done,
    SealedFile,
    check_still_there,
    file_digest,
    key_purpose,
    sealing_aad,
)
from bequest.steps.destroy.objects import bucket_of

PART_ROWS = 1_000_000
Ecb = Callable[[bytes], bytes]
Guard = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Handing:
    """What is needed to seal a store. `out`: the archive. `work`: progress. `private`: for rows in clear."""

    case_id: str
    store: WholeStore
    key: bytes
    ecb: Ecb
    out: Path
    work: Path
    private: Path

    @property
    def bucket(self) -> str:
        """Name of its folder in the archive."""
        return bucket_of(self.store)


def seal_tables(handing: Handing, opened: OpenSource, guard: Guard) -> list[SealedFile]:
    """Seal every table as it was at the mark; what a former run sealed stays as it is.

    Raises:
        SourceError: a table is not what it was at the mark any more.
        StateError: a file that was sealed is no longer there or was changed.
    """
    (handing.out / handing.bucket).mkdir(mode=0o700, parents=True, exist_ok=True)
    handing.work.mkdir(mode=0o700, parents=True, exist_ok=True)
    files: list[SealedFile] = []
    for number, table in enumerate(handing.store.objects, start=1):
        done = handing.work / f"{handing.bucket}.{number:03}.json"
        if done.is_file():
            sealed = decode(Done, json.loads(done.read_bytes())).files
            check_still_there(sealed, handing.out)
        else:
            sealed = _seal_table(handing, opened, table, number, guard)
            write_file(done, canonical(to_json(Done(sealed))))
        files.extend(sealed)
    files.append(_seal_schema(handing, opened.inventory()))
    _write_manifest(handing, files)
    return files


def _seal_table(
    handing: Handing, opened: OpenSource, table: WholeObject, number: int, guard: Guard
) -> tuple[SealedFile, ...]:
    marking = Marking(handing.store.source, table.table, handing.ecb)
    files = []
    for n, (path, rows) in enumerate(_parts(handing, opened, table.table, marking, guard), start=1):
        guard()
        files.append(_seal(handing, path, f"{number:03}.{n:03}.sealed", table.table, rows))
        path.unlink()
    if marking.mark().digest != table.sha256:
        raise SourceError(
            f"{handing.store.source}.{table.table} is not what it was at the cutover: {table.values:,} rows then,"
            f" {marking.mark().n_rows:,} now",
            hint="Stop whatever writes to it, and put it back as it was; nothing of the store was deleted.",
            code=CHANGED,
        )
    return tuple(files)


def _parts(
    handing: Handing, opened: OpenSource, table: str, marking: Marking, guard: Guard
) -> Iterator[tuple[Path, int]]:
    """The rows of a table in files of at most `PART_ROWS`; one without rows where there are none."""
    folder = handing.private / handing.bucket
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    path, writer, rows = folder / "part.parquet", None, 0
    for batch in opened.read(table):
        guard()
        marking.add(batch)
        if writer is not None and rows + batch.height > PART_ROWS:
            writer.close()
            yield path, rows
            writer, rows = None, 0
        shown: pa.Table = batch.drop(KEY).to_arrow(compat_level=pl.CompatLevel.oldest())
        writer = writer or pq.ParquetWriter(path, shown.schema, compression="zstd")
        writer.write_table(shown)
        rows += batch.height
    if writer is None:
        columns = next(t for t in opened.inventory() if t.name == table).column_names()
        pl.DataFrame(schema=dict.fromkeys(columns, pl.String)).write_parquet(path)
    else:
        writer.close()
    yield path, rows


def _seal(handing: Handing, path: Path, name: str, table: str, rows: int) -> SealedFile:
    """Seal a file, and open it again: what is deleted afterwards can be read there."""
    target, aad = handing.out / handing.bucket / name, sealing_aad(handing.case_id, handing.bucket, name)
    seal_file(path, target, handing.key, aad)
    again = hashlib.sha256()
    for chunk in open_sealed(target, handing.key, aad):
        again.update(chunk)
    if again.hexdigest() != file_digest(path):
        raise SourceError(
            f"{handing.bucket}/{name} did not come back from the archive as it was sealed",
            hint="Look at the disk of the home folder, then run the step again; nothing of the store was deleted.",
        )
    return SealedFile(
        handing.bucket, name, RECORDS, handing.store.source, table, rows, rows, "", file_digest(target)
    )  # fmt: skip


def _seal_schema(handing: Handing, inventory: Sequence[TableInfo]) -> SealedFile:
    name = "schema.sealed"
    path = handing.out / handing.bucket / name
    if not path.is_file():
        mine = {o.table for o in handing.store.objects}
        said = canonical([to_json(t) for t in inventory if t.name in mine])
        write_sealed(path, [said], handing.key, sealing_aad(handing.case_id, handing.bucket, name))
    return SealedFile(
        handing.bucket, name, SCHEMA, handing.store.source, TABLE, len(handing.store.objects), 0, "", file_digest(path)
    )  # fmt: skip


def _write_manifest(handing: Handing, files: Sequence[SealedFile]) -> None:
    manifest: dict[str, Json] = {
        "case": handing.case_id,
        "bucket": handing.bucket,
        "key": key_purpose(handing.bucket),
        "custodian": handing.store.keeper,
        "due_after": "",
        "files": [to_json(f) for f in files],
        "tables": {o.table: o.values for o in handing.store.objects},
    }
    write_file(handing.out / handing.bucket / MANIFEST, canonical(manifest) + b"\n", mode=PUBLIC)

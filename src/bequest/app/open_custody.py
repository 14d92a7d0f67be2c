"""The keeper's side: open the archive of a company that is gone. Needs no case and no control database."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import polars as pl

from bequest.app.user_files import read_identities
from bequest.crypto.age import decrypt_stream
from bequest.crypto.atomic import write_file
from bequest.crypto.sealing import read_sealed
from bequest.kernel.errors import DeliveryError, InputError, StateError
from bequest.steps.destroy.custody_bucket import (
    HANDED_OVER,
    KEEPERS_KEY,
    MANIFEST,
    SCHEMA,
    is_whole,
    open_bucket,
    open_files,
    sealing_aad,
)


@dataclass(frozen=True, slots=True)
class OpenedBucket:
    """A bucket that opened: its last day, and how many rows and objects (of a database: tables) are in it.

    `keeper`: of a bucket that was handed to somebody else, and stayed shut, who that is.
    """

    bucket: str
    until: str
    rows: int
    objects: int
    keeper: str = ""


def open_custody(archive: Path, identity: Path, *, out: Path | None = None) -> tuple[OpenedBucket, ...]:
    """Open every bucket of this keeper; with `out` its records are written there in clear.

    Buckets that were handed to another keeper stay shut and are named.

    Raises:
        InputError: where there is no archive, or the identity is not the keeper's.
        DeliveryError: where a key was altered.
        StateError: where a file is missing.
    """
    identities = read_identities(identity)
    folders = sorted(p.parent for p in archive.glob(f"*/{KEEPERS_KEY}"))
    if not folders:
        raise InputError(
            f"{archive.name} holds no archive that was handed to a keeper",
            hint="Name the folder `custody` of the case.",
        )
    keepers = {f: str(json.loads((f / HANDED_OVER).read_bytes())["keeper"]) for f in folders}
    opened, mine, refusal = [], set[str](), None
    for folder in folders:
        try:
            key = _key(folder, identities)
        except DeliveryError as error:
            opened.append(OpenedBucket(folder.name, "", 0, 0, keepers[folder]))
            refusal = error
        else:
            mine.add(keepers[folder])
            opened.append(_open(archive, folder, key, out))
    shut = {b.keeper for b in opened if b.keeper}
    if refusal is not None and (not mine or mine & shut):  # nobody's, or one of his own that does not open
        raise refusal
    return tuple(opened)


def _key(folder: Path, identities: list[str]) -> bytes:
    key = io.BytesIO()
    with (folder / KEEPERS_KEY).open("rb") as sealed:
        decrypt_stream(sealed, key, identities)
    return key.getvalue()


def _open(archive: Path, folder: Path, key: bytes, out: Path | None) -> OpenedBucket:
    if is_whole(archive, folder.name):
        return _open_tables(archive, folder.name, key, out)
    if (folder / MANIFEST).is_file():
        frames = open_bucket(archive, folder.name, key)
        for (source, table, kind), frame in frames.items():
            if out is not None:
                data = io.BytesIO()
                frame.write_parquet(data)
                write_file(_made(out / folder.name) / f"{source}.{table}.{kind}.parquet", data.getvalue())
        rows = sum(f.height for (_, _, kind), f in frames.items() if kind == "records")
        until = str(json.loads((folder / MANIFEST).read_bytes()).get("due_after", ""))
        return OpenedBucket(folder.name, until, rows, 0)
    case_id = str(json.loads((folder / HANDED_OVER).read_bytes())["case"])
    objects = sorted(folder.glob("*.sealed"))
    for path in objects:
        data_ = read_sealed(path, key, sealing_aad(case_id, folder.name, path.name))
        if out is not None:
            write_file(_made(out / folder.name) / path.name.removesuffix(".sealed"), data_)
    return OpenedBucket(folder.name, "", 0, len(objects))


def _open_tables(archive: Path, bucket: str, key: bytes, out: Path | None) -> OpenedBucket:
    """Every table of a store that was handed over whole, file by file, held against the manifest."""
    rows = 0
    for file, data in open_files(archive, bucket, key):
        stem = file.file.removesuffix(".sealed")
        if file.kind == SCHEMA:
            name = f"{stem}.json"
        else:
            found = pl.scan_parquet(io.BytesIO(data)).select(pl.len()).collect().item()
            if found != file.n_rows:
                raise StateError(
                    f"{bucket}/{file.file} holds {found:,} rows, and {file.n_rows:,} were handed over",
                    hint="Ask for another copy of the archive.",
                )
            rows += found
            name = f"{stem}.{quote(file.table, safe='')}.parquet"
        if out is not None:
            write_file(_made(out / bucket) / name, data)
    tables = json.loads((archive / bucket / MANIFEST).read_bytes())["tables"]
    return OpenedBucket(bucket, "", rows, len(tables))


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder

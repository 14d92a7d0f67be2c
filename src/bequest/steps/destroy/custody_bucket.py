"""The archive: its sealed files, its manifests, opening a bucket for the keeper, ending a bucket when it is due."""

import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from bequest.crypto.atomic import PUBLIC, sync_directory, write_file
from bequest.crypto.sealing import read_sealed
from bequest.kernel.canonical import Json, canonical, to_json
from bequest.kernel.codec import decode
from bequest.kernel.errors import GuardError, StateError

UNDATED = "undated"
_WHOLE = "whole-"
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
RECORDS = "records"
PARENTS = "parents"
SCHEMA = "schema"
"""What the tables of a store that is kept whole are like, as JSON."""
MANIFEST = "manifest.json"
KEEPERS_KEY = "key.age"
"""The bucket's key, encrypted to the keeper where the company ends."""
HANDED_OVER = "handed-over.json"
"""Says whose bucket it is and to whom its key was handed."""


@dataclass(frozen=True, slots=True)
class SealedFile:
    """One sealed file of a bucket."""

    bucket: str
    file: str
    kind: str
    source: str
    table: str
    n_rows: int
    values: int
    """Non-empty values in custody cells: what `erase` later counts as sealed."""
    last_due_on: str
    sha256: str
    """Of the ciphertext."""


@dataclass(frozen=True, slots=True)
class CustodyPlaces:
    """`out`: the archive, handed to the custodian. `work`: tokens and progress. `private`: for values in clear."""

    out: Path
    work: Path
    private: Path


@dataclass(frozen=True, slots=True)
class CustodySpec:
    """Whose archive it is. `wave` names the cutover (`cutover-1`, then deltas), so that a delta adds files."""

    case_id: str
    wave: str
    custodian: str


@dataclass(frozen=True, slots=True)
class Done:
    """The files of a table that was sealed whole."""

    files: tuple[SealedFile, ...]


def write_manifests(spec: CustodySpec, places: CustodyPlaces) -> None:
    """Write each bucket's manifest anew from all tables that are whole."""
    by_bucket: dict[str, list[SealedFile]] = {}
    for done in sorted(places.work.glob("*.json")):
        for file in decode(Done, json.loads(done.read_bytes())).files:
            by_bucket.setdefault(file.bucket, []).append(file)
    for bucket, files in by_bucket.items():
        manifest: dict[str, Json] = {
            "case": spec.case_id,
            "bucket": bucket,
            "key": key_purpose(bucket),
            "custodian": spec.custodian,
            "due_after": last_day(bucket).isoformat() if bucket != UNDATED else "",
            "files": [to_json(f) for f in files],
        }
        path = places.out / bucket / MANIFEST
        if path.is_file() and (ended := json.loads(path.read_bytes()).get("destroyed_on")):
            manifest["destroyed_on"] = ended
        write_file(path, canonical(manifest) + b"\n", mode=PUBLIC)


def key_purpose(bucket: str) -> str:
    """The row of the key table for a bucket."""
    return f"custody/{bucket}"


def whole_bucket(source: str) -> str:
    """The bucket of a store that is sealed whole."""
    return f"{_WHOLE}{source}"


def is_dated(bucket: str) -> bool:
    """Whether a bucket has a month at whose end it falls due."""
    return _MONTH.fullmatch(bucket) is not None


def last_day(bucket: str) -> date:
    """The last day of a bucket's month."""
    year, month = map(int, bucket.split("-"))
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def open_bucket(out: Path, bucket: str, key: bytes) -> dict[tuple[str, str, str], pl.DataFrame]:
    """The records of a bucket in clear, for the keeper: (source, table, kind) → rows.

    Raises:
        StateError: where the bucket is gone or a file is missing.
        InputError: for another key or altered bytes.
    """
    frames: dict[tuple[str, str, str], pl.DataFrame] = {}
    for file, data in open_files(out, bucket, key):
        frame = pl.read_parquet(io.BytesIO(data))
        place = (file.source, file.table, file.kind)
        frames[place] = pl.concat([frames[place], frame]) if place in frames else frame
    return frames


def is_whole(out: Path, bucket: str) -> bool:
    """Whether the bucket is a database that was handed over whole."""
    path = out / bucket / MANIFEST
    return path.is_file() and "tables" in json.loads(path.read_bytes())


def open_files(out: Path, bucket: str, key: bytes) -> Iterator[tuple[SealedFile, bytes]]:
    """Each file of a bucket with its content in clear, one at a time; see `open_bucket`."""
    manifest = _manifest(out, bucket)
    for file in _files(manifest):
        if not (out / bucket / file.file).is_file():
            ended = str(manifest.get("destroyed_on") or "")
            raise StateError(
                f"custody bucket {bucket} was destroyed on {ended}" if ended else f"{bucket}/{file.file} is missing",
                hint="A destroyed bucket cannot be opened again." if ended else "Restore it from the custodian's copy.",
            )
        yield file, read_sealed(out / bucket / file.file, key, sealing_aad(str(manifest["case"]), bucket, file.file))


def destroy_bucket(
    out: Path, bucket: str, destroy_key: Callable[[str], None], on: date, *, reason: str = ""
) -> tuple[SealedFile, ...]:
    """End a bucket whose month is over: key first, then files; the manifest stays and says when. May be repeated.

    A bucket without a month (`undated`, a store kept whole) ends only for a reason that somebody gives.

    Raises:
        GuardError: where the bucket is not due, or has no month and no reason is given.
        StateError: where there is no such bucket.
    """
    manifest = _manifest_of_any(out, bucket)
    if is_dated(bucket) and on <= last_day(bucket):
        raise GuardError(
            f"custody bucket {bucket} is not due on {on.isoformat()}",
            hint="It may be destroyed from the first day after its month.",
            code="BQ-CUSTODY-1",
        )
    if not is_dated(bucket) and not reason.strip():
        raise GuardError(
            f"custody bucket {bucket} has no month in which it falls due",
            hint="It ends only on counsel's written reason: give it with --reason.",
            code="BQ-CUSTODY-1",
        )
    files = _files(manifest)
    destroy_key(key_purpose(bucket))
    for file in files:
        (out / bucket / file.file).unlink(missing_ok=True)
    sync_directory(out / bucket)
    manifest.setdefault("destroyed_on", on.isoformat())
    write_file(out / bucket / MANIFEST, canonical(manifest) + b"\n", mode=PUBLIC)
    return files


def destroyed_on(out: Path, bucket: str) -> str:
    """The day on which a bucket was destroyed; empty where it was not."""
    path = out / bucket / MANIFEST
    return str(json.loads(path.read_bytes()).get("destroyed_on") or "") if path.is_file() else ""


def case_of(out: Path, bucket: str) -> str:
    """The case whose bucket it is.

    Raises:
        StateError: where there is no such bucket.
    """
    return str(_manifest_of_any(out, bucket)["case"])


def sealing_aad(case_id: str, bucket: str, file: str) -> bytes:
    """What binds a sealed file to its place: it opens nowhere else."""
    return "\0".join(("bequest/custody/v1", case_id, bucket, file)).encode()


def check_still_there(files: Iterable[SealedFile], out: Path) -> None:
    """Nothing, where every file is there as it was sealed.

    Raises:
        StateError: naming the first that is not.
    """
    for f in files:
        path = out / f.bucket / f.file
        if not path.is_file() or file_digest(path) != f.sha256:
            raise StateError(
                f"custody file {f.bucket}/{f.file} is missing or was changed",
                hint="Restore it from the custodian's copy. Nothing that depends on it is erased.",
                code="BQ-CUSTODY-2",
            )


def _manifest(out: Path, bucket: str) -> dict[str, Json]:
    path = out / bucket / MANIFEST
    if not path.is_file():
        raise StateError(f"there is no custody bucket {bucket}", hint="`bequest case stores` lists the buckets.")
    manifest: dict[str, Json] = json.loads(path.read_bytes())
    return manifest


def _manifest_of_any(out: Path, bucket: str) -> dict[str, Json]:
    """The manifest; of documents that were sealed as a whole, which have none, one made from what is there."""
    note = out / bucket / HANDED_OVER
    if (out / bucket / MANIFEST).is_file() or not bucket.startswith(_WHOLE) or not (out / bucket).is_dir():
        return _manifest(out, bucket)
    paths = sorted((out / bucket).glob("*.sealed"))
    source = bucket.removeprefix(_WHOLE)
    files = [SealedFile(bucket, p.name, "whole", source, "", 1, 0, "", file_digest(p)) for p in paths]
    case_id = str(json.loads(note.read_bytes())["case"]) if note.is_file() else ""
    return {"case": case_id, "bucket": bucket, "files": [to_json(f) for f in files]}


def _files(manifest: Mapping[str, Json]) -> tuple[SealedFile, ...]:
    return decode(Done, {"files": manifest["files"]}).files


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    h = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            h.update(block)
    return h.hexdigest()

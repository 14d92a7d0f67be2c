"""The keeper's side: open the archive of a company that is gone. Needs no case and no control database."""

import io
import json
from dataclasses import dataclass
from pathlib import Path

from bequest.app.user_files import read_identities
from bequest.crypto.age import decrypt_stream
from bequest.crypto.atomic import write_file
from bequest.crypto.sealing import read_sealed
from bequest.kernel.errors import InputError
from bequest.steps.destroy.custody_bucket import HANDED_OVER, KEEPERS_KEY, MANIFEST, open_bucket, sealing_aad


@dataclass(frozen=True, slots=True)
class OpenedBucket:
    """A bucket that opened: its last day, and how many rows and objects are in it."""

    bucket: str
    until: str
    rows: int
    objects: int


def open_custody(archive: Path, identity: Path, *, out: Path | None = None) -> tuple[OpenedBucket, ...]:
    """Open every bucket with the keeper's identity; with `out` its records are written there in clear.

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
    return tuple(_open(archive, f, identities, out) for f in folders)


def _open(archive: Path, folder: Path, identities: list[str], out: Path | None) -> OpenedBucket:
    key = io.BytesIO()
    with (folder / KEEPERS_KEY).open("rb") as sealed:
        decrypt_stream(sealed, key, identities)
    if (folder / MANIFEST).is_file():
        frames = open_bucket(archive, folder.name, key.getvalue())
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
        data_ = read_sealed(path, key.getvalue(), sealing_aad(case_id, folder.name, path.name))
        if out is not None:
            write_file(_made(out / folder.name) / path.name.removesuffix(".sealed"), data_)
    return OpenedBucket(folder.name, "", 0, len(objects))


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder

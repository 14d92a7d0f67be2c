"""A file replaced in one go: written beside, synced, then renamed over the old one.

A crash leaves either the old file or the new one, and at most a leftover beside it that is known by its name.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

from bequest.kernel.errors import SourceError
from bequest.sources.codes import NOT_WRITABLE
from bequest.sources.source import Guard

Result = TypeVar("Result")

_SUFFIX = ".bequest-new"


def leftover(path: Path) -> Path:
    """Where the new form of a file is written before it takes its place."""
    return path.with_name(f".{path.name}{_SUFFIX}")


def remove_leftover(path: Path) -> bool:
    """Remove what an interrupted rewrite left beside the file; whether there was anything."""
    beside = leftover(path)
    if not beside.exists():
        return False
    beside.unlink()
    sync_folder(path.parent)
    return True


def replace_file(path: Path, write: Callable[[BinaryIO], Result], guard: Guard) -> Result:
    """Write the new form of a file and put it in the place of the old one, whose name is then gone.

    Raises:
        SourceError: the disk has no room for the new form.
    """
    remove_leftover(path)
    check_room(path.parent, path.stat().st_size)
    beside = leftover(path)
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            result = write(out)
            out.flush()
            os.fsync(out.fileno())
        shutil.copymode(path, beside)
        guard()
        beside.replace(path)
    except Exception:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
    return result


def check_room(folder: Path, n_bytes: int) -> None:
    """Refuse to begin where the disk cannot hold the new form.

    Raises:
        SourceError: with the bytes needed and free.
    """
    free = shutil.disk_usage(folder).free
    if free < n_bytes:
        raise SourceError(
            f"rewriting needs {n_bytes} bytes of free disk space, {free} are free",
            hint="Make room on the disk that holds the source, then run the step again.",
            code=NOT_WRITABLE,
        )


def sync_folder(folder: Path) -> None:
    """Make a rename or removal last."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

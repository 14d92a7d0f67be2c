"""Files that are either whole or not there: written beside, synced, and put in place in one step."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

PRIVATE = 0o600
PUBLIC = 0o644


def sync_directory(path: Path) -> None:
    """Make renames and new names inside a directory durable; where the system has no such call, nothing."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:  # Windows opens no directories; its renames are journalled
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def replacing(path: Path, *, mode: int = PRIVATE) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` when the block ends well, and vanishes when it does not.

    One writer per path: the file beside has a fixed name, so that a crash leaves one leftover, not many.
    """
    beside = path.with_name(f".{path.name}.partial")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), mode)
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def write_file(path: Path, data: bytes, *, mode: int = PRIVATE) -> None:
    """`data` as the whole content of `path`, durable when this returns."""
    with replacing(path, mode=mode) as out:
        out.write(data)

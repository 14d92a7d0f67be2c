"""A file that lies in memory alone: what comes out of an object store is looked at without a copy on a disk.

It has a path, as any file (Linux: `memfd_create(2)`), as long as somebody holds that path, and is gone with it, also in
a crash.
"""

import os
import weakref
from collections.abc import Iterable
from pathlib import PosixPath


class MemoryPath(PosixPath):
    """The path of a file in memory; messages call it by the name of what is in it."""

    shown: str = ""

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return self.shown or super().name


def in_memory(shown: str, content: Iterable[bytes]) -> MemoryPath:
    """The path of a file that holds these bytes; `shown` is its name in messages."""
    descriptor = os.memfd_create("bequest", os.MFD_CLOEXEC)
    path = MemoryPath(f"/proc/self/fd/{descriptor}")
    path.shown = shown
    weakref.finalize(path, os.close, descriptor)
    with os.fdopen(os.dup(descriptor), "wb") as out:
        for block in content:
            out.write(block)
    return path

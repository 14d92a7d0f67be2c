"""One writer at a time: a lock on an open file, which the system drops when the process dies, however it dies."""

import os
import sys
from pathlib import Path

from bequest.kernel.errors import LeaseError

if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


class WriterLock:
    """Held from construction to `release`."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _try_lock(self._handle)
        except OSError as error:
            os.close(self._handle)
            raise LeaseError(
                "another process is writing to this log", hint="Wait until it has ended, then run the command again."
            ) from error

    def release(self) -> None:
        """Let the next writer in. The file stays: removing it would let two writers hold two locks."""
        os.close(self._handle)

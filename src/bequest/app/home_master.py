"""The master key of a home: read from its file, unwrapped by its holder, and kept still while keys are made.

It is unwrapped once per process and kept in memory; when its file changes, the next reading follows.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from bequest.app.holders.opening import open_holder
from bequest.crypto.atomic import write_file
from bequest.crypto.cipher import KEY_BYTES, derive
from bequest.crypto.keys import FileKeyProvider
from bequest.crypto.masters import HeldMaster, new_master, read_master, render_master
from bequest.kernel.errors import LeaseError, StateError
from bequest.kernel.secret import Secrets

MASTER = "master.key"
LOCK = "keys.lock"
HOME_KEYS = "keys"
"""Folder of the home's own key: what belongs to no case is sealed under it."""
WAIT_SECONDS = 20.0

if sys.platform == "win32":  # a home is kept on one machine there, by one process

    def _lock(handle: int, *, alone: bool) -> None:
        """Nothing."""
else:
    import fcntl

    def _lock(handle: int, *, alone: bool) -> None:
        fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)


class HomeMaster:
    """The master key of one home."""

    def __init__(self, home: Path, secrets: Secrets | None = None) -> None:
        self._home = home
        self._secrets = secrets or Secrets()
        self._seen: HeldMaster | None = None
        self._master = b""

    def __repr__(self) -> str:
        return "HomeMaster(…)"

    @property
    def path(self) -> Path:
        """Its file."""
        return self._home / MASTER

    def create(self) -> None:
        """Make one, in clear in its file, where there is none."""
        if not self.path.exists():
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_file(self.path, render_master(new_master()))

    def read(self) -> bytes:
        """The 32 bytes.

        Raises:
            InputError: where the file is missing, open to others, or no master key.
            StateError: where its holder cannot be reached or does not open it.
        """
        found = read_master(self.path)
        if isinstance(found, bytes):
            return found
        if found != self._seen:
            self._master = self.unwrapped(found)
            self._seen = found
        return self._master

    def unwrapped(self, held: HeldMaster) -> bytes:
        """The 32 bytes of a wrapped master key.

        Raises:
            InputError: where the settings of its holder cannot be used.
            StateError: where it cannot be reached or does not open it.
        """
        master = open_holder(held.holder, self._secrets).unwrap(held.wrapped)
        if len(master) != KEY_BYTES:
            raise StateError(
                "what the holder unwrapped is no master key", hint=f"Put {MASTER} back from a copy of this home."
            )
        return master

    def keys(self, folder: Path) -> FileKeyProvider:
        """The keys in a folder of this home."""
        master = self.read()
        return FileKeyProvider(folder, master, steady=lambda: self._steady(master))

    def derived(self, use: str, what: str) -> bytes:
        """A key for something of this home that belongs to no case."""
        return derive(self.keys(self._home / HOME_KEYS).create("home"), use, what)

    def folders(self) -> tuple[Path, ...]:
        """Every folder with keys sealed under this master key."""
        own = self._home / HOME_KEYS
        return (*((own,) if own.is_dir() else ()), *sorted(self._home.glob("cases/*/keys")))

    def alone(self) -> AbstractContextManager[None]:
        """Held while the master key is changed: no key is made or destroyed meanwhile.

        Raises:
            LeaseError: where another process holds it too long.
        """
        return self._locked(alone=True)

    @contextmanager
    def _steady(self, master: bytes) -> Iterator[None]:
        with self._locked(alone=False):
            if self.read() != master:
                raise StateError(
                    "the master key of this home was changed meanwhile", hint="Run the command again: nothing is lost."
                )
            yield

    @contextmanager
    def _locked(self, *, alone: bool) -> Iterator[None]:
        with (self._home / LOCK).open("a") as file:
            give_up = time.monotonic() + WAIT_SECONDS
            while True:
                try:
                    _lock(file.fileno(), alone=alone)
                    break
                except OSError:
                    if time.monotonic() > give_up:
                        raise LeaseError(
                            "another process makes keys or changes the master key of this home",
                            hint="Wait until it has ended, then run the command again.",
                        ) from None
                    time.sleep(0.05)
            yield

"""The master key of a home, split among holders and put together again; it never rests anywhere in between."""

from collections.abc import Sequence
from pathlib import Path

from bequest.app.home_master import MASTER, HomeMaster
from bequest.app.user_files import read_user_text
from bequest.crypto.atomic import write_file
from bequest.crypto.keys import FileKeyProvider
from bequest.crypto.masters import render_master
from bequest.crypto.split import join_key, split_key
from bequest.kernel.errors import BequestError, InputError, StateError
from bequest.kernel.secret import Secrets


def split_master(home: Path, folder: Path, *, need: int, of: int, secrets: Secrets | None = None) -> tuple[Path, ...]:
    """One file for each holder (0600); `need` of them restore the master key. Split anew, old shares stay good.

    A master key that a device or service holds is unwrapped for it: the shares are the way back when that is lost.

    Raises:
        InputError: where the numbers do not fit, the folder has shares already, or there is no master key.
        StateError: where its holder does not open it.
    """
    shares = split_key(HomeMaster(home, secrets).read(), need=need, of=of)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder.name} is not an empty folder", hint="Name a new folder for the shares.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = []
    for n, share in enumerate(shares, start=1):
        files.append(folder / f"share-{n}-of-{of}.txt")
        write_file(files[-1], f"{share}\n".encode())
    return tuple(files)


def join_master(home: Path, files: Sequence[Path], secrets: Secrets | None = None) -> int:
    """Put the master key together and into the home, in clear in its file; how many folders of keys it was tried on.

    Raises:
        InputError: where the shares restore no key.
        StateError: where the home has a master key already, or its cases' keys are sealed under another one.
    """
    shares = [
        read_user_text(f, "share", hint="A file that `bequest key split` wrote, or its words typed in.") for f in files
    ]
    master = join_key(shares)
    target = home / MASTER
    if target.exists():
        if HomeMaster(home, secrets).read() == master:
            return _tried(home, master)
        raise StateError(
            "this home has another master key",
            hint="It is never overwritten. Name the right home; shares made before `bequest key rotate` are void.",
        )
    tried = _tried(home, master)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_file(target, render_master(master))
    return tried


def _tried(home: Path, master: bytes) -> int:
    """Open one live key of each case with it."""
    tried = 0
    for folder in HomeMaster(home).folders():
        provider = FileKeyProvider(folder, master)
        live = provider.live()
        try:
            for purpose in live[:1]:
                provider.get(purpose)
                tried += 1
        except BequestError as error:
            raise StateError(
                f"the keys of {_whose(home, folder)} are sealed under another master key",
                hint="These shares belong to another home, or to a master key before `bequest key rotate`: those are"
                " void.",
            ) from error
    return tried


def _whose(home: Path, folder: Path) -> str:
    return "the home" if folder.parent == home else f"case {folder.parent.name}"

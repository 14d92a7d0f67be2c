"""The master key of a home, split among holders and put together again; it never rests anywhere in between."""

from collections.abc import Sequence
from pathlib import Path

from bequest.app.user_files import read_user_text
from bequest.crypto.atomic import write_file
from bequest.crypto.keys import FileKeyProvider, KeyState, master_from_file
from bequest.crypto.split import join_key, split_key
from bequest.kernel.errors import BequestError, InputError, StateError

MASTER = "master.key"


def split_master(home: Path, folder: Path, *, need: int, of: int) -> tuple[Path, ...]:
    """One file for each holder (0600); `need` of them restore the master key. Split anew, old shares stay good.

    Raises:
        InputError: where the numbers do not fit, the folder has shares already, or there is no master key.
    """
    shares = split_key(master_from_file(home / MASTER), need=need, of=of)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder.name} is not an empty folder", hint="Name a new folder for the shares.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = []
    for n, share in enumerate(shares, start=1):
        files.append(folder / f"share-{n}-of-{of}.txt")
        write_file(files[-1], f"{share}\n".encode())
    return tuple(files)


def join_master(home: Path, files: Sequence[Path]) -> int:
    """Put the master key together and into the home; how many keys of cases it was tried on.

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
        if master_from_file(target) == master:
            return _tried(home, master)
        raise StateError("this home has another master key", hint="It is never overwritten; name the right home.")
    tried = _tried(home, master)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_file(target, master.hex().encode() + b"\n")
    return tried


def _tried(home: Path, master: bytes) -> int:
    """Open one live key of each case with it."""
    tried = 0
    for folder in sorted(home.glob("cases/*/keys")):
        provider = FileKeyProvider(folder, master)
        live = [p for p in provider.purposes() if provider.state(p) is KeyState.LIVE]
        try:
            for purpose in live[:1]:
                provider.get(purpose)
                tried += 1
        except BequestError as error:
            raise StateError(
                f"the keys of case {folder.parent.name} are sealed under another master key",
                hint="These shares belong to another home, or to an earlier master key.",
            ) from error
    return tried

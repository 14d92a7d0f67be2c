"""Packages and messages to where the receiver takes them: a folder, an SFTP server, or a bucket (S3).

Rules kept, whatever the way: a file is sent under another name and gets its own only once it is whole, so what is there
under its name is finished and not sent again; the manifest of the bag goes last, so that a package is whole or not
one. The way is trusted with nothing: what goes is ciphertext, and the receiver checks every digest.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from bequest.app import transport_s3
from bequest.app.transport_sftp import NOT_CARRIED, SCHEME, SftpWay
from bequest.crypto.atomic import sync_directory
from bequest.kernel.errors import DeliveryError, InputError
from bequest.steps.deliver.bag import TAG_MANIFEST

PART = ".part"
Tell = Callable[[str, int, int], None]
"""What is sent, how many files of how many are there."""


class Way(Protocol):
    """A way to a place. Names are relative to it, with `/` between."""

    @property
    def name(self) -> str:
        """The place, as it may be shown and put on record: no account, no password."""

    def sizes(self, folders: Sequence[str]) -> Mapping[str, int]:
        """Bytes of each file that is there, by name; the folders are made where they are missing."""

    def put(self, files: Sequence[tuple[Path, str]]) -> Iterator[str]:
        """Send files, each under its own name once it is whole; the name of each as it is done."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What was done: files sent now, files that were there, bytes of all."""

    sent: int
    there: int
    n_bytes: int


class FolderWay:
    """A folder: a share, a disk that is carried over."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        """The name of the folder, without where it lies."""
        return self._folder.name

    def sizes(self, folders: Sequence[str]) -> Mapping[str, int]:
        """Bytes of each file that is there."""
        with _of_the_disk(self._folder):
            for name in folders:
                (self._folder / name).mkdir(parents=True, exist_ok=True)
            found = (p for name in folders for p in (self._folder / name).iterdir())
            return {p.relative_to(self._folder).as_posix(): p.stat().st_size for p in found if p.is_file()}

    def put(self, files: Sequence[tuple[Path, str]]) -> Iterator[str]:
        """Copy files."""
        for source, name in files:
            target = self._folder / name
            with _of_the_disk(self._folder):
                beside = target.with_name(target.name + PART)
                shutil.copyfile(source, beside)
                beside.replace(target)
                sync_directory(target.parent)
            yield name


@contextmanager
def _of_the_disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(
            f"the folder {folder.name} cannot be written: {error.strerror or type(error).__name__}",
            hint="Name a folder that you may write to, with room; then run the same command again.",
        ) from None


def way_to(
    target: str,
    *,
    ssh_key: Path | None = None,
    known_hosts: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Way:
    """The way to `sftp://ACCOUNT@HOST[:PORT]/FOLDER`, to `s3://HOST/BUCKET/FOLDER`, or to a folder.

    Raises:
        InputError: where the target cannot be used.
    """
    if target.startswith(SCHEME):
        return SftpWay.parse(target, ssh_key=ssh_key, known_hosts=known_hosts)
    if target.startswith(transport_s3.SCHEME):
        return transport_s3.S3Way.parse(target, environ or {})
    if "://" in target:
        raise InputError(
            f"{target.partition('://')[0]} is no way of transport that is known",
            hint="Write sftp://ACCOUNT@HOST/FOLDER, s3://HOST/BUCKET/FOLDER, or a folder.",
        )
    return FolderWay(Path(target))


def carry(folder: Path, way: Way, *, tell: Tell = lambda _name, _done, _all: None) -> Carried:
    """Send a package or a message; run again it goes on after the files that are there.

    Raises:
        DeliveryError: where something else lies there under a name of it, or the way breaks off.
    """
    local = {f"{folder.name}/{p.relative_to(folder).as_posix()}": p for p in folder.rglob("*") if p.is_file()}
    folders = sorted({str(PurePosixPath(name).parent) for name in local})
    found = way.sizes(folders)
    other = sorted(n for n, p in local.items() if n in found and found[n] != p.stat().st_size)
    if other:
        raise DeliveryError(
            f"there are other files of that name at {way.name}: {', '.join(other)}",
            hint="Somebody changed what was sent. Remove the folder there, then run the same command again.",
            code=NOT_CARRIED,
        )
    missing = sorted((n for n in local if n not in found), key=lambda n: (n.endswith(TAG_MANIFEST), n))
    for done, name in enumerate(way.put([(local[n], n) for n in missing]), start=len(local) - len(missing) + 1):
        tell(f"send {name}", done, len(local))
    now = way.sizes(folders)
    short = sorted(n for n, p in local.items() if now.get(n) != p.stat().st_size)
    if short:
        raise DeliveryError(
            f"not everything is there whole at {way.name}: {', '.join(short)}",
            hint="Run the same command again; ask whoever runs the place if it goes on.",
            code=NOT_CARRIED,
        )
    return Carried(len(missing), len(local) - len(missing), sum(p.stat().st_size for p in local.values()))

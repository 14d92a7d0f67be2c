"""Tar volumes: the same files give the same bytes; unpacking trusts nothing it reads.

As after `tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --format=ustar`: nothing of the machine that
made it is in it.
"""

import io
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Literal, cast

from bequest.kernel.errors import DeliveryError
from bequest.steps.deliver.bag import is_safe

_BLOCK = 1 << 20
_RECORD = 10_240
_MAX_MEMBERS = 1_000_000


Form = Literal[0, 1, 2]
"""Of a tar: `tarfile.USTAR_FORMAT`, or `tarfile.PAX_FORMAT`, which takes names of any length."""


def tar_stream(members: Sequence[tuple[str, Path | bytes]], *, form: Form = tarfile.USTAR_FORMAT) -> BinaryIO:
    """The volume of these files (name in the archive, file or content) as a stream: it never rests in clear.

    Raises:
        OSError: while it is read, where a file is no longer as large as it was.
    """
    return cast(BinaryIO, io.BufferedReader(_Pieces(_tar_pieces(members, form)), _BLOCK))


def _tar_pieces(members: Sequence[tuple[str, Path | bytes]], form: Form) -> Iterator[bytes]:
    total = 0
    for name, content in sorted(members, key=lambda member: member[0]):
        info = tarfile.TarInfo(name)
        info.size = len(content) if isinstance(content, bytes) else content.stat().st_size
        info.mode = 0o644
        head = info.tobuf(form)
        yield head
        total += len(head) + info.size
        yield from _blocks(content, info.size)
        pad = -info.size % tarfile.BLOCKSIZE
        yield b"\0" * pad
        total += pad
    total += 2 * tarfile.BLOCKSIZE
    yield b"\0" * (2 * tarfile.BLOCKSIZE + -total % _RECORD)


def _blocks(content: Path | bytes, n_bytes: int) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while n_bytes and (block := file.read(min(_BLOCK, n_bytes))):
            n_bytes -= len(block)
            yield block
    if n_bytes:
        raise OSError(f"{content.name} became shorter while it was read")


class _Pieces(io.RawIOBase):
    """A readable stream over pieces of bytes."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        target = memoryview(cast(bytearray, buffer)).cast("B")
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        n = min(len(target), len(self._rest))
        target[:n] = self._rest[:n]
        self._rest = self._rest[n:]
        return n


def extract(volume: Path, into: Path, what: str) -> None:
    """Unpack a volume below `into`. Only plain files with safe new names are taken.

    Raises:
        DeliveryError: for links, devices, sparse files, absolute or climbing names, names met twice, a broken archive.
    """
    try:
        with tarfile.open(volume, "r:") as tar:
            for count, member in enumerate(tar):
                if count >= _MAX_MEMBERS:
                    raise _refused(what, "it holds too many files")
                _extract_member(tar, member, into, what)
    except (tarfile.TarError, EOFError) as error:
        raise _refused(what, "it is not a whole tar archive") from error


def _extract_member(tar: tarfile.TarFile, member: tarfile.TarInfo, into: Path, what: str) -> None:
    if member.isdir() and is_safe(member.name):
        return
    plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and member.sparse is None
    if not plain or not is_safe(member.name) or not member.name.startswith("bag/"):
        raise _refused(what, "it holds something that is not a plain file inside bag/")
    target = into / member.name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    source = tar.extractfile(member)
    if source is None or target.exists():
        raise _refused(what, "it holds a file twice")
    with source, target.open("xb") as out:
        left = member.size
        while block := source.read(min(_BLOCK, left)):
            out.write(block)
            left -= len(block)
    if left:
        raise _refused(what, "it ends inside a file")


def _refused(what: str, why: str) -> DeliveryError:
    return DeliveryError(f"{what} is refused: {why}", hint="Ask the sender for the package again.")

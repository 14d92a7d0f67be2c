"""Objects of a store that is decided on as a whole: listed, their text looked through, never cut.

Names of files hold names and numbers of people: an object is known by a keyed digest of its path, and its name goes
nowhere. Text is looked at where there is any: plain files, members of archives and of office documents. Compressed
pages of a PDF, pictures and encrypted archives cannot be looked at; that is said of each object.
"""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from bequest.kernel.errors import SourceError
from bequest.model.case import Source, SourceKind
from bequest.model.whole import WholeObject
from bequest.sources.codes import NOT_THERE
from bequest.sources.marker import FILE_MARKER
from bequest.sources.source import OpenSource

_IDENTIFIER = re.compile(
    rb"(?<![0-9])(?:1[3-9][0-9]{9}|[1-9][0-9]{5}(?:18|19|20)[0-9]{2}[01][0-9][0-3][0-9]{4}[0-9Xx])(?![0-9])"
    rb"|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
)
_PIECE = 8 << 20
_OVERLAP = 128
_MOST_MEMBER = 1 << 30
_TEXT_FORMS = frozenset({"txt", "csv", "tsv", "json", "jsonl", "xml", "html", "htm", "md", "log", "eml", "sql", "vcf"})
_OPAQUE = b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\xd0\xcf\x11\xe0"

Tag = Callable[[bytes], bytes]
"""A keyed digest."""


def object_paths(source: Source) -> dict[str, Path]:
    """The files of a store by their path relative to it, in order; hidden ones too, the marker is none."""
    top = source.path
    if top.is_file():
        return {top.name: top}
    if top.is_dir():
        found = [p for p in top.rglob("*") if p.is_file() and not p.is_symlink()]
        return {str(p.relative_to(top)): p for p in sorted(found) if _counts(p)}
    found = [p for p in top.parent.glob(top.name) if p.is_file() and not p.is_symlink()]
    return {p.name: p for p in sorted(found) if _counts(p)}


def object_id(name: str, tag: Tag) -> str:
    """What an object is called: nobody without the key learns its name from it."""
    return tag(b"bequest/object/v1\0" + name.encode("utf-8", "surrogateescape")).hex()[:24]


def list_objects(source: Source, tag: Tag, opened: OpenSource | None = None) -> tuple[WholeObject, ...]:
    """All objects of a whole store. `opened`: where it is a store with tables, whose records are counted.

    Raises:
        SourceError: there is none, or one cannot be read.
    """
    records = sum(t.n_rows for t in opened.inventory()) if opened is not None else None
    paths = object_paths(source)
    if not paths:
        raise SourceError(
            f"source {source.name}: there is no file at its path",
            hint="Check the path in the case file: a file, a folder, or a pattern such as docs/*.pdf.",
            code=NOT_THERE,
        )
    return tuple(_object(name, path, source, tag, records) for name, path in paths.items())


def _object(name: str, path: Path, source: Source, tag: Tag, records: int | None) -> WholeObject:
    form = source.kind.value if source.kind is not SourceKind.FILE else path.suffix.lower().lstrip(".") or "file"
    try:
        n_bytes, sha256 = path.stat().st_size, digest_of(path)
        if records is not None:
            return WholeObject(object_id(name, tag), form, n_bytes, sha256, records)
        found, members, searched = _look_through(path)
    except OSError as error:
        raise SourceError(
            f"source {source.name}: a file of it cannot be read: {error.strerror}",
            hint="Give the account that runs Bequest the right to read it.",
            code=NOT_THERE,
        ) from None
    return WholeObject(object_id(name, tag), form, n_bytes, sha256, found, members, searched)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _look_through(path: Path) -> tuple[int, int, bool]:
    """Identifiers in its text, members, and whether all of it could be looked at."""
    if zipfile.is_zipfile(path):
        return _look_through_archive(path)
    with path.open("rb") as stream:
        head = stream.read(1024)
        stream.seek(0)
        found = _count(iter(lambda: stream.read(_PIECE), b""))
    is_text = path.suffix.lower().lstrip(".") in _TEXT_FORMS or not (b"\0" in head or head.startswith(_OPAQUE))
    return found, 0, is_text and not head.startswith(b"%PDF")


def _look_through_archive(path: Path) -> tuple[int, int, bool]:
    found, searched = 0, True
    try:
        with zipfile.ZipFile(path) as archive:
            members = [i for i in archive.infolist() if not i.is_dir()]
            for info in members:
                found += len(_IDENTIFIER.findall(info.filename.encode("utf-8", "replace")))
                if info.flag_bits & 1 or info.file_size > _MOST_MEMBER:
                    searched = False
                    continue
                with archive.open(info) as stream:
                    head = stream.read(1024)
                    found += _count(_after(head, stream.read))
                searched &= not head.startswith((*_OPAQUE, b"%PDF", b"PK\x03\x04"))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        return found, 0, False
    return found, len(members), searched


def _after(head: bytes, read: Callable[[int], bytes]) -> Iterator[bytes]:
    yield head
    while block := read(_PIECE):
        yield block


def _count(blocks: Iterator[bytes]) -> int:
    """Identifiers in a stream; one that two blocks share counts once."""
    n, tail = 0, b""
    for block in blocks:
        data = tail + block
        n += sum(m.end() > len(tail) for m in _IDENTIFIER.finditer(data)) if tail else len(_IDENTIFIER.findall(data))
        tail = data[-_OVERLAP:]
    return n


def _counts(path: Path) -> bool:
    return path.name != FILE_MARKER

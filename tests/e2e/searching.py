"""Looks for values in files of every kind that a case writes: in the bytes, and in all that can be read out of them.

A needle is looked for in each form in which software writes it: several encodings, JSON and URL escapes, hexadecimal,
base64 at each of its three alignments, and unsalted digests. Forms so short that random bytes would hold them by chance
are left out; short numbers of customers and the like are looked for as whole words.
"""

import base64
import gzip
import hashlib
import html
import io
import json
import re
import sqlite3
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import polars as pl
import pyarrow.parquet as pq
import pypdf

_WORD = re.compile(rb"[0-9A-Za-z]{5,10}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")


def forms(value: str) -> Iterator[bytes]:
    """The bytes that a value may be written as."""
    plain = value.encode()
    yield plain
    if not value.isascii():
        encoded = (value.encode("gb18030"), value.encode("utf-16-le"))
        yield from (e for e in encoded if len(e) >= 6)
        yield json.dumps(value).strip('"').encode()
        yield quote(value).encode()
    elif len(plain) >= 8:
        yield value.encode("utf-16-le")
    if len(plain) >= 9:
        yield plain.hex().encode()
        for shift in range(3):
            text = base64.b64encode(b"\0" * shift + plain)
            first = (8 * shift + 5) // 6
            yield text[first : (8 * (shift + len(plain))) // 6]
    for digest in (hashlib.md5, hashlib.sha1, hashlib.sha256):
        yield digest(plain).hexdigest().encode()
        yield digest(plain).digest()


def is_telling(value: str) -> bool:
    """Whether no other text, such as a digest in hexadecimal or the padding of a PDF, has these by chance."""
    if len(set(value)) < 2:
        return False  # eleven zeros where a number is missing: nobody's
    if not value.isascii():
        return len(value) >= 2
    return len(value) >= 11 or (len(value) >= 7 and bool(set(value.lower()) - set("0123456789abcdef")))


def is_word(value: str) -> bool:
    """Whether it can at least be looked for as a whole word."""
    return not is_telling(value) and _WORD.fullmatch(value.encode()) is not None


class Needles:
    """Values to look for, all at once: anywhere, or as a whole word where they are short."""

    def __init__(self, values: Iterable[str]) -> None:
        values = set(values)
        self._words = {v.encode(): v for v in values if is_word(v)}
        values -= set(self._words.values())
        self._value_of: dict[str, str] = {}
        for value in values:
            for form in forms(value):
                self._value_of.setdefault(form.decode("latin-1"), value)
        self._patterns = pl.Series([list(self._value_of)], dtype=pl.List(pl.String))

    def in_views(self, views: Iterable[tuple[str, bytes]]) -> set[tuple[str, str]]:
        """Where each value occurs: (name of the view, value)."""
        names, texts, words = [], [], set()
        for name, data in views:
            names.append(name)
            texts.append(data.decode("latin-1"))
            words |= {(name, self._words[w]) for w in set(_words_in(data)) & self._words.keys()}
        frame = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)})
        found = frame.select(pl.col("text").str.extract_many(pl.lit(self._patterns), overlapping=True))["text"]
        return words | {
            (name, self._value_of[form])
            for name, hits in zip(names, found, strict=True)
            if hits is not None
            for form in hits
        }

    def in_folder(self, folder: Path) -> set[tuple[str, str]]:
        """Where each value occurs below a folder, names of files and folders included."""
        return self.in_views(views_of_folder(folder))


def _words_in(data: bytes) -> Iterator[bytes]:
    """Runs of letters and digits of that length, with something else on both sides."""
    return (m[1] for m in re.finditer(rb"(?<![0-9A-Za-z])([0-9A-Za-z]{5,10})(?![0-9A-Za-z])", data))


def views_of_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Everything that can be read out of the files below a folder, and their names."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        yield f"name of {name}", name.encode()
        if path.is_file():
            yield from views(name, path.read_bytes())


def views(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """The bytes themselves, and what a reader of this kind of file gets to see."""
    yield name, data
    for magic, read in _READERS:
        if data.startswith(magic):
            yield from read(name, data)
    head = data[:512].lstrip()
    if head[:1] in (b"{", b"["):
        yield from _json(name, data)
    if head[:1] == b"<":
        yield f"{name} (text)", html.unescape(data.decode("utf-8", "replace")).encode()
    if data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for member in archive:
                file = archive.extractfile(member)
                yield f"{name}: name", member.name.encode()
                yield from views(f"{name}: {member.name}", file.read() if file else b"")


def _parquet(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    table = pq.read_table(io.BytesIO(data))
    for column in table.column_names:
        yield f"{name} [{column}]", b"\n".join(_leaves(table.column(column).to_pylist()))
    metadata = pq.read_metadata(io.BytesIO(data))
    yield f"{name} (metadata)", b"\n".join(_leaves([dict(metadata.metadata or {}), table.schema.to_string()]))


def _leaves(value: object) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(key)
            yield from _leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item)
    elif value is not None:
        yield str(value).encode("utf-8", "surrogatepass")


def _sqlite(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    with tempfile.NamedTemporaryFile(suffix=".db") as copy:
        copy.write(data)
        copy.flush()
        with closing(sqlite3.connect(f"file:{copy.name}?immutable=1", uri=True)) as db:
            tables = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                rows = db.execute(f'SELECT * FROM "{table}"').fetchall()
                yield f"{name} [{table}]", b"\n".join(_leaves(rows))
                for cell in (c for row in rows for c in row if isinstance(c, str | bytes)):
                    text = cell.encode() if isinstance(cell, str) else cell
                    if text[:1] in (b"{", b"["):
                        yield from _json(f"{name} [{table}]", text)


def _json(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """The texts of a JSON value, and what base64 in them stands for; JSON Lines too."""
    try:
        value = json.loads(data)
    except ValueError:
        try:
            value = [json.loads(line) for line in data.splitlines() if line.strip()]
        except ValueError:
            return
    texts = list(_leaves(value))
    yield f"{name} (texts)", b"\n".join(texts)
    for text in texts:
        for match in _BASE64.finditer(text.decode("utf-8", "replace")):
            try:
                inside = base64.b64decode(match[0], validate=True)
            except ValueError:
                continue
            yield from views(f"{name} (base64)", inside)


def _pdf(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    reader = pypdf.PdfReader(io.BytesIO(data))
    yield f"{name} (pages)", "\n".join(page.extract_text() for page in reader.pages).encode()
    yield f"{name} (metadata)", "\n".join(f"{k} {v}" for k, v in (reader.metadata or {}).items()).encode()
    for number in range(1, int(str(reader.trailer["/Size"]))):
        found = reader.get_object(number)
        if isinstance(found, pypdf.generic.StreamObject):
            yield f"{name} (stream {number})", found.get_data()
    for attached, contents in reader.attachments.items():
        for content in contents:
            yield from views(f"{name}: {attached}", content)


def _zip(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.namelist():
            yield f"{name}: name", member.encode()
            yield from views(f"{name}: {member}", archive.read(member))


def _gzip(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield from views(f"{name} (unpacked)", gzip.decompress(data))


_READERS = (
    (b"PAR1", _parquet),
    (b"SQLite format 3\0", _sqlite),
    (b"%PDF-", _pdf),
    (b"PK\x03\x04", _zip),
    (b"\x1f\x8b", _gzip),
)

"""Text of a document, page by page or as one: plain text, Word (docx), PDF. Nothing is changed and nothing is kept."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePath
from xml.etree import ElementTree

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from bequest.kernel.errors import InputError

ENDINGS = (".txt", ".md", ".docx", ".pdf")
MOST_BYTES = 64 * 1024 * 1024
"""Larger files, or parts of a docx that unpack to more, are refused: no contract is that long."""
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True, slots=True)
class Page:
    """A page's lines. `number` is 0 where the format has no pages; lines of a docx are its paragraphs."""

    number: int
    lines: tuple[str, ...]


def read_document(path: Path) -> tuple[Page, ...]:
    """The text of a file by its ending.

    Raises:
        InputError: where it is not there, of another kind, damaged, protected, too large, or holds no text.
    """
    ending = path.suffix.lower()
    if not path.is_file():
        raise InputError(f"there is no file {path.name}", hint="Give the path of a txt, md, docx or pdf file.")
    if ending not in ENDINGS:
        raise InputError(
            f"{path.name} is none of {', '.join(ENDINGS)}", hint="Save it as docx, pdf or plain text and try again."
        )
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"{path.name} is larger than {MOST_BYTES >> 20} MB", hint="Split it and try again.")
    return read_document_bytes(path.name, path.read_bytes())


def read_document_bytes(name: str, data: bytes) -> tuple[Page, ...]:
    """The same of a file that is in memory. `name` says by its ending what it is; any other is taken as plain text.

    Raises:
        InputError: where it is damaged, protected, too large, or holds no text.
    """
    read = {".docx": _docx, ".pdf": _pdf}.get(PurePath(name).suffix.lower(), _plain)
    pages = read(name, data)
    if not any(line.strip() for page in pages for line in page.lines):
        raise InputError(f"{name} holds no text", hint="A scan has pictures only: have it recognised as text first.")
    return pages


def _plain(name: str, raw: bytes) -> tuple[Page, ...]:
    for encoding in ("utf-8-sig", "utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "gb18030"):
        try:
            return (Page(0, tuple(raw.decode(encoding).splitlines())),)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{name} is no readable text", hint="Save it as UTF-8 or GB 18030 and try again.")


def _docx(name: str, data: bytes) -> tuple[Page, ...]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as book:
            names = [
                n
                for n in book.namelist()
                if re.fullmatch(r"word/(document|footnotes|endnotes|header\d*|footer\d*)\.xml", n)
            ]
            names.sort(key=lambda n: n != "word/document.xml")
            if not names or sum(book.getinfo(n).file_size for n in names) > MOST_BYTES:
                raise InputError(f"{name} is no Word document of a usual size", hint="Save it anew as docx.")
            lines = [line for n in names for line in _paragraphs(book.read(n))]
    except (zipfile.BadZipFile, ElementTree.ParseError, NotImplementedError, RuntimeError):
        raise InputError(
            f"{name} cannot be read as Word", hint="Take its protection away, or save it anew as docx."
        ) from None
    return (Page(0, tuple(lines)),)


def _paragraphs(xml: bytes) -> Iterator[str]:
    """Each paragraph's text; a document type, which could expand to anything, is refused as damaged."""
    if b"<!DOCTYPE" in xml[:4096] or b"<!ENTITY" in xml:
        raise ElementTree.ParseError("a document type in a Word file")
    for paragraph in ElementTree.fromstring(xml).iter(f"{_W}p"):  # noqa: S314 - no document type, size bounded
        parts = []
        for node in paragraph.iter():
            if node.tag == f"{_W}t":
                parts.append(node.text or "")
            elif node.tag in {f"{_W}tab", f"{_W}br"}:
                parts.append(" ")
        yield "".join(parts)


def _pdf(name: str, data: bytes) -> tuple[Page, ...]:
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError(f"{name} is protected", hint="Save it without its password and try again.")
        return tuple(Page(n, tuple(p.extract_text().splitlines())) for n, p in enumerate(reader.pages, start=1))
    except InputError:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, OSError):
        raise InputError(f"{name} cannot be read as PDF", hint="Save it anew as PDF and try again.") from None

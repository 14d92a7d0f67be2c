"""Text files in the encodings met in practice: read as UTF-8 blocks, written back as they were."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bequest.kernel.errors import SourceError
from bequest.sources.codes import ENCODING

BLOCK_BYTES = 1 << 23
_HEAD = 1 << 16
_FEW_ZEROS = 40
"""One zero byte in so many is no accident but UTF-16."""

_CODECS = {
    "utf-8": "utf-8", "utf8": "utf-8", "utf-8-sig": "utf-8", "ascii": "utf-8", "us-ascii": "utf-8",
    "gb18030": "gb18030", "gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030",
    "utf-16": "utf-16", "utf16": "utf-16", "utf-16le": "utf-16-le", "utf-16-le": "utf-16-le",
    "utf-16be": "utf-16-be", "utf-16-be": "utf-16-be",
}  # fmt: skip
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_ENOUGH = 20  # characters beyond ASCII before valid UTF-8 can no longer be an accident


@dataclass(frozen=True, slots=True)
class Encoding:
    """Codec of a file and the byte order mark it begins with."""

    codec: str
    mark: bytes

    def encode(self, data: bytes) -> bytes:
        """UTF-8 text in this encoding, without the mark."""
        return data if self.codec == "utf-8" else data.decode().encode(self.codec)


def find_encoding(path: Path, declared: str) -> Encoding:
    """The encoding declared for a file, or the one its byte order mark or its text tells, else UTF-8.

    Raises:
        SourceError: the declared encoding is not known here or contradicts the file.
    """
    codec = _CODECS.get(declared.strip().lower()) if declared.strip() else ""
    if codec is None:
        raise SourceError(
            f"{path.name}: the encoding {declared} is not supported", hint="Use utf-8, utf-8-sig, gb18030 or utf-16."
        )
    with path.open("rb") as stream:
        head = stream.read(4)
    mark, marked = next(((m, c) for m, c in _MARKS if head.startswith(m)), (b"", ""))
    if marked and codec and not marked.startswith(codec):
        raise SourceError(
            f"{path.name} is declared as {declared} but its byte order mark says {marked}",
            hint=_set(marked),
            code=ENCODING,
        )
    if codec == "gb18030" and _is_really_utf8(path):
        raise SourceError(
            f"{path.name} is declared as {declared} but is UTF-8",
            hint=_set("utf-8"),
            code=ENCODING,
        )
    if not codec and not marked:
        codec = _guess(path)
    plain = {"utf-16": "utf-16-le"}.get(codec, codec)
    return Encoding(marked or plain, mark)


def _guess(path: Path) -> str:
    """What a text without mark and declaration is written in; UTF-8 where nothing else is sure."""
    stat = path.stat()
    return _guessed(path, stat.st_ino, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=64)
def _guessed(path: Path, *_state: int) -> str:
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) > 1 and max(even, odd) * _FEW_ZEROS > len(
        head
    ):  # in UTF-16 it is one of the two bytes of every letter of ASCII; elsewhere no text has it
        codec = "utf-16-be" if even > odd else "utf-16-le"
        return codec if min(even, odd) == 0 and _fits(path, codec) else "utf-8"
    if _fits(path, "utf-8"):
        return "utf-8"
    return "gb18030" if _is_hardly_utf8(path) and _fits(path, "gb18030") else "utf-8"


def _is_hardly_utf8(path: Path) -> bool:
    """Whether most of what is beyond ASCII is no UTF-8: else it is UTF-8 with a fault, and that is to be told."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    good = bad = 0
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            text = decoder.decode(block)
            faults = text.count("\ufffd")
            good, bad = good + len(text) - len(text.encode("ascii", "ignore")) - faults, bad + faults
    return bad > good


def utf8_blocks(path: Path, encoding: Encoding, *, exact: bool = False) -> Iterator[bytes]:
    """The text as UTF-8, block by block, without the byte order mark.

    With `exact`, every block is also encoded back and compared, so that what is written again is what was read.

    Raises:
        SourceError: bytes that are no text in this encoding, with line and byte offset; with `exact`, text that would
            not be written back as it was.
    """
    decoder = codecs.getincrementaldecoder(encoding.codec)()
    with path.open("rb") as stream:
        at = stream.seek(len(encoding.mark))
        waiting = b""
        while True:
            block = stream.read(BLOCK_BYTES)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                raise _bad_bytes(path, encoding, at - len(waiting) + error.start) from None
            if "\0" in text and b"\0" in block and not encoding.codec.startswith("utf-16"):
                raise _bad_bytes(path, encoding, at + block.index(b"\0"))  # no text has it: UTF-16 without its mark
            at += len(block)
            pending = decoder.getstate()[0]
            read = waiting + block
            if exact and text.encode(encoding.codec) != read[: len(read) - len(pending)]:
                raise SourceError(
                    f"{path.name} holds {encoding.codec} text that cannot be written back byte for byte",
                    hint="Convert the file to UTF-8 first.",
                )
            waiting = pending
            if text:
                yield text.encode()
            if not block:
                return


def _bad_bytes(path: Path, encoding: Encoding, offset: int) -> SourceError:
    with path.open("rb") as stream:
        before = stream.read(offset)
    line = before[len(encoding.mark) :].decode(encoding.codec, "replace").count("\n") + 1
    fitting = [codec for codec in ("utf-8", "gb18030", "utf-16-le") if codec != encoding.codec and _fits(path, codec)]
    hint = _set(fitting[0]) if fitting else "No supported encoding fits: have the file exported anew, as UTF-8."
    return SourceError(
        f"{path.name} is not {_name(encoding.codec)}: line {line}, byte offset {offset}", hint=hint, code=ENCODING
    )


def _set(codec: str) -> str:
    return f'Set encoding = "{_name(codec)}" for this source in the case file; an open case takes it over by ' + (
        "`bequest case update`."
    )


def _name(codec: str) -> str:
    return "utf-16" if codec.startswith("utf-16") else codec


def _fits(path: Path, codec: str) -> bool:
    if codec.startswith("utf-16") != _has_zero_bytes(path):
        return False  # almost any even number of bytes is UTF-16; only there text has zero bytes, in its line ends
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _has_zero_bytes(path: Path) -> bool:
    with path.open("rb") as stream:
        return b"\0" in stream.read(BLOCK_BYTES)


def _is_really_utf8(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(BLOCK_BYTES)
    text = codecs.getincrementaldecoder("utf-8")("ignore").decode(head)
    text = text[:100_000]
    return len(text) - len(text.encode("ascii", "ignore")) >= _ENOUGH and _fits(path, "utf-8")

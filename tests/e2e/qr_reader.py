"""Reads a QR code off the page of a PDF: the drawn modules, then ISO/IEC 18004 for version 8, level M, alphanumeric.

Nothing is corrected: where a module were drawn wrongly, the text would come out wrong.
"""

import io
import re
from pathlib import Path

import pypdf

SIZE = 49
QUIET = 4
DATA = (38, 38, 39, 39)
"""Data codewords of the four blocks of version 8-M."""
ALIGNMENT = (6, 24, 42)
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
FORMAT_MASK = 0b101010000010010
LEVEL_M = 0b00

_RUN = re.compile(r"(\d+) (\d+)\.5 m (\d+) \2\.5 l")


def read_qr(pdf: Path | bytes) -> str:
    """The text of the code on the pages of a PDF."""
    reader = pypdf.PdfReader(pdf if isinstance(pdf, Path) else io.BytesIO(pdf))
    contents = [page.get_contents() for page in reader.pages]
    found = [m for c in contents if c is not None for m in _drawn(c.get_data().decode("latin-1"))]
    [modules] = found
    return _text(modules)


def _drawn(content: str) -> list[list[list[bool]]]:
    """Codes drawn as horizontal strokes of one module's width."""
    out = []
    for line in content.split("\n"):
        runs = _RUN.findall(line)
        if len(runs) < 300:
            continue
        modules = [[False] * SIZE for _ in range(SIZE)]
        for left, y, right in runs:
            for x in range(int(left), int(right)):
                modules[int(y) - QUIET][x - QUIET] = True
        out.append(modules)
    return out


def _reserved(row: int, column: int) -> bool:
    """Finder, timing and alignment patterns, format and version areas."""
    near, far = 8, SIZE - 8
    if row == 6 or column == 6:
        return True
    if (row <= near and column <= near) or (row <= near and column >= far) or (row >= far and column <= near):
        return True
    if (row < 6 and far - 3 <= column < far) or (column < 6 and far - 3 <= row < far):
        return True
    corners = {(6, 6), (6, 42), (42, 6)}
    centres = {(r, c) for r in ALIGNMENT for c in ALIGNMENT} - corners
    return any(abs(row - r) <= 2 and abs(column - c) <= 2 for r, c in centres)


def _mask(number: int, row: int, column: int) -> bool:
    product = row * column
    return [
        (row + column) % 2, row % 2, column % 3, (row + column) % 3, (row // 2 + column // 3) % 2,
        product % 2 + product % 3, (product % 2 + product % 3) % 2, ((row + column) % 2 + product % 3) % 2,
    ][number] == 0  # fmt: skip


def _text(modules: list[list[bool]]) -> str:
    places = [(8, c) for c in (0, 1, 2, 3, 4, 5, 7, 8)] + [(r, 8) for r in (7, 5, 4, 3, 2, 1, 0)]
    form = int("".join("01"[modules[r][c]] for r, c in places), 2) ^ FORMAT_MASK
    assert form >> 13 == LEVEL_M
    mask = form >> 10 & 0b111
    bits = []
    upward = True
    for right in (*range(SIZE - 1, 6, -2), 5, 3, 1):
        for row in range(SIZE - 1, -1, -1) if upward else range(SIZE):
            bits += [modules[row][c] != _mask(mask, row, c) for c in (right, right - 1) if not _reserved(row, c)]
        upward = not upward
    words = [int("".join("01"[b] for b in bits[i : i + 8]), 2) for i in range(0, sum(DATA) * 8, 8)]
    blocks: list[list[int]] = [[] for _ in DATA]
    feed = iter(words)
    for n in range(max(DATA)):
        for block, length in zip(blocks, DATA, strict=True):
            if n < length:
                block.append(next(feed))
    return _alphanumeric("".join(f"{w:08b}" for block in blocks for w in block))


def _alphanumeric(stream: str) -> str:
    assert stream[:4] == "0010"
    n, at, out = int(stream[4:13], 2), 13, ""
    while len(out) < n:
        width = 11 if n - len(out) > 1 else 6
        pair = int(stream[at : at + width], 2)
        out += LETTERS[pair // 45] + LETTERS[pair % 45] if width == 11 else LETTERS[pair]
        at += width
    return out

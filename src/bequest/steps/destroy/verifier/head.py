"""The verifier's own finding of a header, of sums at the end, of guards and of encodings.

What it takes for a title or for sums is no row to it, but its cells are searched all the same: they stand in a row that
belongs to no plan.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bequest.model.case import Source

LOOKED_AT = 12
_SUMS = frozenset({"合计", "总计", "共计", "小计", "合 计", "总 计", "total", "grand total", "subtotal", "sum"})
_FIGURE = re.compile(r"[¥￥$€]?-?[\d,]*\.?\d+%?")
_ZEROS = 40
"""One zero byte in so many is UTF-16."""


@dataclass(frozen=True, slots=True)
class Head:
    """Names of the columns; the rows above them; how many rows both take."""

    names: list[str]
    titles: list[list[str]]
    n_rows: int


def find_head(rows: Sequence[Sequence[str]], source: Source) -> Head:
    """As the case file says, else: the first row that is no title (a lone first cell above wider rows)."""
    at = source.header_row - 1 if source.header_row else _first_no_title(rows)
    head = [[c.strip().removeprefix("\ufeff") for c in r] for r in rows[at : at + source.header_rows]]
    return Head(_names(head), [list(r) for r in rows[:at]], at + len(head))


def n_looked_at(source: Source) -> int:
    """How many rows are read to find the header."""
    return source.header_row + source.header_rows + LOOKED_AT


def unguarded(cell: str) -> str:
    """What a guard as spreadsheets write it guards: `="00123"`."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') and '"' not in cell[2:-1] else cell


def is_sum(row: Sequence[str | None]) -> bool:
    """Whether a row is one of sums, in which no cell could be anybody's."""
    first = (row[0] or "").strip(" \t:：").lower() if row else ""
    if first not in _SUMS:
        return False
    rest = [c.strip() for c in row[1:] if c and c.strip()]
    return all(_FIGURE.fullmatch(c) and sum(map(str.isdigit, c)) < 11 for c in rest)


def codec_of(path: Path, declared: str) -> str:
    """The codec to read with: of the byte order mark, as declared, else as the bytes look."""
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    name = declared.strip().lower()
    if name in {"utf-16", "utf16"}:
        return "utf-16-le"
    if name in {"gbk", "gb2312", "cp936"}:
        return "gb18030"
    if name:
        return "utf-8-sig" if name in {"utf-8", "utf8", "utf-8-sig"} else name
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) > 1 and max(even, odd) * _ZEROS > len(head):
        return "utf-16-be" if even > odd else "utf-16-le"
    return "utf-8-sig" if _is_utf8(path) else "gb18030"


def _is_utf8(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            while file.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _first_no_title(rows: Sequence[Sequence[str]]) -> int:
    rows = rows[:LOOKED_AT]
    width = max(map(len, rows), default=0)
    filled = [sum(1 for c in r if c.strip()) for r in rows]
    for i, row in enumerate(rows):
        lone = filled[i] == 1 and bool(row[0].strip()) and width > 2
        is_title = (len(row) == 1 and width > 1) or lone
        if not is_title or max(filled[i:]) < 2:
            return i
    return 0


def _names(head: list[list[str]]) -> list[str]:
    """Names from the header: those above spread to the right, empty ones numbered, doubled ones told apart."""
    width = max(map(len, head), default=0)
    lines = []
    for n, row in enumerate(head):
        line: list[str] = []
        for i in range(width):
            here = row[i] if i < len(row) else ""
            line.append(here or (line[-1] if line and n < len(head) - 1 else ""))
        lines.append(line)
    names: list[str] = []
    for i in range(width):
        base = " ".join(dict.fromkeys(line[i] for line in lines if line[i])) or f"column_{i + 1}"
        name, number = base, 2
        while name in names:
            name, number = f"{base}_{number}", number + 1
        names.append(name)
    return names

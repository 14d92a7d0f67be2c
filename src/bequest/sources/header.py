"""Which rows of a sheet or text file name its columns, and which rows are no records (titles above, sums below).

People put a title over the header, merge cells of the header over several columns, give two columns one name, and end
with a row of sums. All of that is read for what it is and told in the notes of the table; on a rewrite it stays.
"""

import re
from collections.abc import Sequence

from bequest.kernel.errors import SourceError
from bequest.sources.codes import FORM

LOOKED_AT = 12
"""Rows among which the header is looked for."""

SUM_WORDS = ("合计", "总计", "共计", "小计", "合 计", "总 计", "total", "grand total", "subtotal", "sum")

_VALUE = re.compile(
    r"1[3-9]\d{9}|[1-9]\d{5}(?:18|19|20)\d{2}[01]\d[0-3]\d{4}[\dXx]|[^@\s]+@[^@\s]+\.\w+|\d{12,}|1\.\d+[eE]\+1\d"
)
_FIGURE = re.compile(r"[¥￥$€]?-?[\d,]*\.?\d+%?")


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """The index of the row that names the columns: the first that is no title.

    A title is a row of one field over wider ones, or one whose first cell alone is filled where there are at least
    three columns and a later row has two.
    """
    width = max((len(r) for r in rows), default=0)
    filled = [sum(bool(c.strip()) for c in r) for r in rows]
    for i, row in enumerate(rows):
        lone = filled[i] == 1 and bool(row[0].strip()) and width >= 3
        if not ((len(row) == 1 and width > 1) or lone) or max(filled[i:], default=0) < 2:
            return i
    return 0


def column_names(rows: Sequence[Sequence[str]], width: int) -> tuple[str, ...]:
    """Names from one header row, or from several: of a merged cell each column below it bears the name.

    A column without a name is called by its number; a name that was there before gets a number of its own.
    """
    filled = [_spread(row, width) if i + 1 < len(rows) else _padded(row, width) for i, row in enumerate(rows)]
    names: list[str] = []
    taken: set[str] = set()
    for i in range(width):
        name = " ".join(dict.fromkeys(r[i] for r in filled if r[i])) or f"column_{i + 1}"
        number, free = 2, name
        while free in taken:
            free, number = f"{name}_{number}", number + 1
        taken.add(free)
        names.append(free)
    return tuple(names)


def check_names(where: str, cells: Sequence[str]) -> None:
    """Refuse a header that holds values: then the file has none, and values would become names of columns.

    Raises:
        SourceError: with the number of the column, never the value.
    """
    for i, cell in enumerate(cells):
        if _VALUE.fullmatch(cell.strip()):
            raise SourceError(
                f"{where}: what stands in column {i + 1} of the header is a value, not a name",
                hint="The first row must name the columns. Add one; or say which row names them with header_row.",
                code=FORM,
            )


def is_sum(cells: Sequence[str]) -> bool:
    """Whether a row is one of sums: a word for it first, and beyond it only figures too short to be anybody's."""
    first = cells[0].strip(" \t:：").lower() if cells else ""
    rest = [c.strip() for c in cells[1:] if c and c.strip()]
    return first in SUM_WORDS and all(_FIGURE.fullmatch(c) and not _VALUE.fullmatch(c) for c in rest)


def header_notes(titles: int, header_rows: int, cells: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Codes of what was found around the header."""
    found = ["title_rows"] if titles else []
    found += ["merged_header"] if header_rows > 1 else []
    if header_rows == 1 and any(c.strip() != n for c, n in zip(cells, names, strict=False)):
        found.append("renamed_columns")
    return tuple(found)


def _padded(row: Sequence[str], width: int) -> list[str]:
    return [c.strip() for c in row][:width] + [""] * (width - len(row))


def _spread(row: Sequence[str], width: int) -> list[str]:
    """Each empty cell takes the name to its left."""
    out: list[str] = []
    for cell in _padded(row, width):
        out.append(cell or (out[-1] if out else ""))
    return out

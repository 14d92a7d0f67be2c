"""The compiled walk over the XML of a worksheet (ECMA-376 Part 1 §18.3): where its rows and cells stand.

Names may carry a namespace prefix. Spreadsheet programs write neither comments nor CDATA: both are refused.
"""

import numpy as np

from bequest.engine.kernels.compiled import compiled
from bequest.sources.json_scan import utf8_bytes

NUMBER, SHARED, FORMULA_TEXT, BOOLEAN, ERROR, DATE, INLINE = 0, 1, 2, 3, 4, 5, 6

_ROW, _CELL, _VALUE, _FORMULA, _INLINE, _OTHER = 1, 2, 3, 4, 5, 0


@compiled
def tag_at(data, at, end):  # type: ignore[no-untyped-def]
    """The tag that begins at `<`: its kind, whether it closes, and the position after its name."""
    at += 1
    closes = at < end and data[at] == 47
    if closes:
        at += 1
    start = at
    while at < end and data[at] != 32 and data[at] != 62 and data[at] != 47 and data[at] > 32:
        if data[at] == 58:
            start = at + 1
        at += 1
    size = at - start
    kind = _OTHER
    if size == 1:
        letter = data[start]
        kind = _CELL if letter == 99 else _VALUE if letter == 118 else _FORMULA if letter == 102 else _OTHER
    elif size == 3 and data[start] == 114 and data[start + 1] == 111 and data[start + 2] == 119:
        kind = _ROW
    elif size == 2 and data[start] == 105 and data[start + 1] == 115:
        kind = _INLINE
    return kind, closes, at


@compiled
def attribute_at(data, at, end):  # type: ignore[no-untyped-def]
    """The next attribute of a tag: start of its name, end of its name, start and end of its value.

    A name start of -1 means that the tag ends there (`/` or `>` stands at the second number).
    """
    while at < end and (data[at] <= 32):
        at += 1
    if at >= end or data[at] == 62 or data[at] == 47:
        return -1, at, at, at
    start = at
    while at < end and data[at] != 61:
        at += 1
    name_end = at
    while at < end and data[at] != 34 and data[at] != 39:
        at += 1
    if at >= end:
        return -1, end, end, end
    quote = data[at]
    value = at + 1
    at = value
    while at < end and data[at] != quote:
        at += 1
    return start, name_end, value, at


@compiled
def number_at(data, at, end):  # type: ignore[no-untyped-def]
    """The whole number in decimal digits at a place, 0 where there is none."""
    value = 0
    while at < end and data[at] >= 48 and data[at] <= 57:
        value = value * 10 + data[at] - 48
        at += 1
    return value


@compiled
def type_of(data, at, end):  # type: ignore[no-untyped-def]
    """Cell type from the value of the attribute `t`."""
    if end - at == 1:
        letter = data[at]
        if letter == 115:
            return SHARED
        if letter == 98:
            return BOOLEAN
        if letter == 101:
            return ERROR
        if letter == 100:
            return DATE
        return NUMBER
    return INLINE if data[at] == 105 else FORMULA_TEXT


@compiled
def count_tags(data, at, end):  # type: ignore[no-untyped-def]
    """Rows and cells in a stretch of XML, formulas, and whether there is anything that is no element."""
    rows, cells, formulas, strange = 0, 0, 0, False
    while at < end:
        if data[at] != 60:
            at += 1
            continue
        if at + 1 < end and data[at + 1] == 33:
            strange = True
        kind, closes, at = tag_at(data, at, end)
        if not closes:
            rows += kind == _ROW
            cells += kind == _CELL
            formulas += kind == _FORMULA
    return rows, cells, formulas, strange


@compiled
def scan_sheet(data, at, end, rows, cells):  # type: ignore[no-untyped-def]
    """Fills `rows` (start, end, number, start and end of the number's digits) and `cells`.

    A cell has: row, column, start, end, end of its opening tag, start and end of the attribute `t`, type, style, start
    and end of its value, start and end of the row digits in its reference; -1 for what is not there.
    """
    row, cell, number, column, value = -1, -1, 0, -1, -1
    while at < end:
        if data[at] != 60:
            at += 1
            continue
        begin = at
        kind, closes, at = tag_at(data, at, end)
        if kind in (_OTHER, _FORMULA):
            continue
        if closes:
            while at < end and data[at] != 62:
                at += 1
            if kind == _ROW:
                rows[row, 1] = at + 1
            elif kind == _CELL:
                cells[cell, 3] = at + 1
            elif value >= 0:
                cells[cell, 9], cells[cell, 10] = value, begin
            continue
        if kind == _ROW:
            row += 1
            number += 1
            column = -1
            rows[row, 0], rows[row, 3], rows[row, 4] = begin, -1, -1
        elif kind == _CELL:
            cell += 1
            column += 1
            cells[cell, :] = -1
            cells[cell, 0], cells[cell, 2], cells[cell, 7], cells[cell, 8] = row, begin, NUMBER, 0
        while True:
            before = at
            start, name_end, left, right = attribute_at(data, at, end)
            if start < 0:
                at = name_end
                break
            at = right + 1
            if name_end - start != 1:
                continue
            letter = data[start]
            if kind == _ROW and letter == 114:
                number = number_at(data, left, right)
                rows[row, 3], rows[row, 4] = left, right
            elif kind == _CELL and letter == 114:
                column, split = 0, left
                while split < right and data[split] > 57:
                    column = column * 26 + (data[split] & 31)
                    split += 1
                column -= 1
                cells[cell, 11], cells[cell, 12] = split, right
            elif kind == _CELL and letter == 116:
                cells[cell, 5], cells[cell, 6] = before, right + 1
                cells[cell, 7] = type_of(data, left, right)
            elif kind == _CELL and letter == 115:
                cells[cell, 8] = number_at(data, left, right)
        empty = at < end and data[at] == 47
        while at < end and data[at] != 62:
            at += 1
        if kind == _ROW:
            rows[row, 2] = number
            rows[row, 1] = at + 1
        elif kind == _CELL:
            cells[cell, 1] = column
            cells[cell, 3], cells[cell, 4] = at + 1, at - 1 if empty else at
        else:
            value = -1 if empty else at + 1
    return row + 1, cell + 1


@compiled
def is_named(data, at, end, letters):  # type: ignore[no-untyped-def]
    """Whether the tag at `<` (or `</`) has this local name; also the position of its end."""
    at += 1
    if at < end and data[at] == 47:
        at += 1
    start = at
    while at < end and data[at] != 62 and data[at] != 47 and data[at] > 32:
        if data[at] == 58:
            start = at + 1
        at += 1
    same = at - start == len(letters)
    if same:
        for i in range(len(letters)):
            same = same and data[start + i] == letters[i]
    while at < end and data[at] != 62:
        at += 1
    return same, at


@compiled
def find_items(data, item, starts, ends):  # type: ignore[no-untyped-def]
    """Where the contents of the elements of that name stand; returns how many (also where the arrays are too short)."""
    n, at, size = 0, 0, len(data)
    while at < size:
        if data[at] != 60:
            at += 1
            continue
        closes = at + 1 < size and data[at + 1] == 47
        same, stop = is_named(data, at, size, item)
        if same and n <= len(starts):
            if closes:
                if n:
                    ends[n - 1] = at
            else:
                if n < len(starts):
                    starts[n] = stop + 1
                    ends[n] = stop + 1
                n += 1
        at = stop + 1
    return n


@compiled
def entity_at(data, at, end):  # type: ignore[no-untyped-def]
    """Character and width of the entity at `&`; width 0 where it is none."""
    stop = at + 1
    while stop < end and stop < at + 12 and data[stop] != 59:
        stop += 1
    if stop >= end or data[stop] != 59:
        return 0, 0
    width = stop - at + 1
    first = data[at + 1]
    if first == 35:
        code, i, base = 0, at + 2, 10
        if data[i] == 120 or data[i] == 88:
            i, base = i + 1, 16
        while i < stop:
            c = data[i]
            code = code * base + (c - 48 if c <= 57 else (c | 32) - 87)
            i += 1
        return code, width
    if first == 108:
        return 60, width
    if first == 103:
        return 62, width
    if first == 113:
        return 34, width
    return (38 if data[at + 2] == 109 else 39), width


@compiled
def excel_escape_at(data, at, end):  # type: ignore[no-untyped-def]
    """Character of an escape `_xHHHH_` (ECMA-376 Part 1 §22.9.2.19), -1 where there is none."""
    if at + 7 > end or data[at + 1] != 120 or data[at + 6] != 95:
        return -1
    code = 0
    for i in range(at + 2, at + 6):
        c = data[i]
        if c >= 48 and c <= 57:
            code = code * 16 + c - 48
        elif (c | 32) >= 97 and (c | 32) <= 102:
            code = code * 16 + (c | 32) - 87
        else:
            return -1
    return code


@compiled
def write_texts(data, starts, ends, marked_up, text_tag, sound_tag, buffer, offsets, out):  # type: ignore[no-untyped-def]
    """Writes the plain text of pieces of XML: their own, or of the `t` elements in them without phonetic hints."""
    to = 0
    for i in range(len(starts)):
        at, end = starts[i], ends[i]
        shown, sound = not marked_up[i], False
        while at >= 0 and at < end:
            c = data[at]
            if c == 60:
                closes = data[at + 1] == 47
                is_text, stop = is_named(data, at, end, text_tag)
                is_sound, _ = is_named(data, at, end, sound_tag)
                if is_sound:
                    sound = not closes
                elif is_text:
                    shown = not closes and data[stop - 1] != 47
                at = stop + 1
                continue
            if not shown or sound:
                at += 1
                continue
            code, width = -1, 1
            if c == 38:
                code, width = entity_at(data, at, end)
            elif c == 95:
                code = excel_escape_at(data, at, end)
                width = 7 if code >= 0 else 1
            if code >= 0 and width:
                for j in range(utf8_bytes(code, buffer)):
                    out[to] = buffer[j]
                    to += 1
                at += width
            else:
                out[to] = c
                to += 1
                at += 1
        offsets[i + 1] = to
    return to


def no_cells(n_rows: int, n_cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Arrays for `scan_sheet` to fill."""
    return np.empty((n_rows, 5), np.int64), np.empty((n_cells, 13), np.int64)

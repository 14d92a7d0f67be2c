"""The compiled writing of identifiers found in text: in plain characters, and a whole text with a mask for each."""

from bequest.engine.kernels.compiled import compiled
from bequest.engine.kernels.scan_text import BANK_CARD, EMAIL, LANDLINE, NATIONAL_ID, PHONE, is_digit, plain_at

STARS = 100
"""A kind from here on stands for so many stars: what is hidden and is no identifier."""


@compiled
def write_plain(data, starts, ends, kinds, offsets, out):  # type: ignore[no-untyped-def]
    """Writes each identifier in plain characters; returns how many bytes were written."""
    at = 0
    for i in range(len(starts)):
        at, _ = plain_of(data, starts[i], ends[i], kinds[i], out, at)
        offsets[i + 1] = at
    return at


@compiled
def write_masked(text, starts, ends, kinds, moved, out):  # type: ignore[no-untyped-def]
    """Writes the whole text with a mask for each span, and where its rows now begin; returns how many bytes.

    A kind from `STARS` on is no identifier: as many stars as it is above.
    """
    offsets, data = text
    at, position, row = 0, 0, 0
    for i in range(len(starts) + 1):
        start = starts[i] if i < len(starts) else len(data)
        while row < len(offsets) and offsets[row] <= start:
            moved[row] = at + offsets[row] - position
            row += 1
        out[at : at + start - position] = data[position:start]
        at += start - position
        if i == len(starts):
            break
        if kinds[i] >= STARS:
            for _ in range(kinds[i] - STARS):
                out[at] = 42
                at += 1
        else:
            first = at
            at, sign = plain_of(data, start, ends[i], kinds[i], out, at)
            at = mask_at(out, first, at, kinds[i], sign)
        position = ends[i]
    return at


@compiled
def plain_of(data, position, end, kind, out, at):  # type: ignore[no-untyped-def]
    """Writes one identifier in plain characters; returns its new end and the place of its at sign (-1: none)."""
    first, sign = at, -1
    while position < end:
        code, width = plain_at(data, position, end)
        position += width
        if kind == EMAIL:
            if code == 64:
                sign = at
            out[at] = code + 32 if code >= 65 and code <= 90 else code
            at += 1
        elif is_digit(code) or code == 88 or code == 120:
            out[at] = 88 if code == 120 else code
            at += 1
    if kind == PHONE and at - first > 11:
        for j in range(11):  # the country code goes
            out[first + j] = out[at - 11 + j]
        at = first + 11
    return at, sign


@compiled
def mask_at(out, first, at, kind, sign):  # type: ignore[no-untyped-def]
    """Masks the plain identifier that was just written; returns its new end."""
    if kind == EMAIL:
        for j in range(at - sign):  # the mailbox has become one character and three stars
            k = j if sign >= first + 4 else at - sign - 1 - j
            out[first + 4 + k] = out[sign + k]
        for j in range(1, 4):
            out[first + j] = 42
        return first + 4 + at - sign
    head = 3
    if kind == NATIONAL_ID:
        head = 6
    elif kind == BANK_CARD or (kind == LANDLINE and out[first + 1] >= 51):
        head = 4
    for j in range(first + head, at - 4):
        out[j] = 42
    return at

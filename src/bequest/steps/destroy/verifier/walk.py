r"""Compiled walks over bytes that find what looks like an identifier. Written apart from the kernels of what erased.

A form is matched at a place from left to right; where it has choices the longer one is tried first, so that each form
is what the regular expression beside it says. `(?<!\d)` is asked by the caller, `(?!\d)` here. GAP is one of
`[ \t\n\r\f\v\-.·()_/]`, SEP one of `[ \t\n\r\f\v\-]`.
"""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

MOBILE, FIXED, IDENTITY, OLD_IDENTITY, RUN, GROUPED, MAIL, WORD, WHOLE = range(9)
"""Forms; `WHOLE` is a text or code that is all there is in the cell."""

_WEIGHTS = np.array((7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), np.int64)
_CHECKS = np.frombuffer(b"10X98765432", np.uint8)


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as machine code, kept in a cache beside the module."""
    kernel: Callable[..., Any] = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return kernel


@compiled
def is_digit(c):  # type: ignore[no-untyped-def]
    """[0-9]."""
    return c >= 48 and c <= 57


@compiled
def is_letter(c):  # type: ignore[no-untyped-def]
    """[A-Za-z]."""
    return (c >= 65 and c <= 90) or (c >= 97 and c <= 122)


@compiled
def is_alnum(c):  # type: ignore[no-untyped-def]
    """[0-9A-Za-z]."""
    return is_digit(c) or is_letter(c)


@compiled
def _sep_at(data, at):  # type: ignore[no-untyped-def]
    c = data[at]
    return 1 if c == 32 or c == 45 or (c >= 9 and c <= 13) else 0


@compiled
def _gap_at(data, at, end):  # type: ignore[no-untyped-def]
    """Bytes of the GAP at a place, 0 where there is none."""
    c = data[at]
    if c == 32 or (c >= 45 and c <= 47) or c == 40 or c == 41 or c == 95 or (c >= 9 and c <= 13):
        return 1
    return 2 if c == 0xC2 and at + 1 < end and data[at + 1] == 0xB7 else 0


@compiled
def _after_gaps(data, at, end, most, wide):  # type: ignore[no-untyped-def]
    """Behind at most so many GAPs (or SEPs)."""
    for _ in range(most):
        if at >= end:
            break
        width = _gap_at(data, at, end) if wide else _sep_at(data, at)
        if width == 0:
            break
        at += width
    return at


@compiled
def _after_digits(data, at, end, n):  # type: ignore[no-untyped-def]
    """Behind n digits side by side, -1 where they are not there."""
    if at < 0 or at + n > end:
        return -1
    for i in range(at, at + n):
        if not is_digit(data[i]):
            return -1
    return at + n


@compiled
def _after_spread(data, at, end, n, wide):  # type: ignore[no-untyped-def]
    """Behind n digits, at most two GAPs (or SEPs) before each; -1 where they are not there."""
    for _ in range(n):
        at = _after_gaps(data, at, end, 2, wide)
        if at >= end or not is_digit(data[at]):
            return -1
        at += 1
    return at


@compiled
def _closed(data, at, end):  # type: ignore[no-untyped-def]
    return at >= end or not is_digit(data[at])


@compiled
def _run(data, at, end):  # type: ignore[no-untyped-def]
    """Digits side by side from here."""
    stop = at
    while stop < end and is_digit(data[stop]):
        stop += 1
    return stop - at


@compiled
def _after_country(data, at, end, bare):  # type: ignore[no-untyped-def]
    r"""(?:\+|00)86 (or a bare 86): the place behind it, -1 where it is not there."""
    if data[at] == 43:
        at += 1
    elif data[at] == 48 and at + 1 < end and data[at + 1] == 48:
        at += 2
    elif not bare:
        return -1
    return at + 2 if at + 2 <= end and data[at] == 56 and data[at + 1] == 54 else -1


@compiled
def mobile_at(data, at, end):  # type: ignore[no-untyped-def]
    r"""(?:(?:\+|00)?86GAP{0,2})?(1[3-9]\d(?:GAP{0,2}\d){8}): (begin of the number, end), (-1, -1) where none."""
    behind = _after_country(data, at, end, True)
    for begin in (_after_gaps(data, behind, end, 2, True) if behind >= 0 else -1, at):
        if begin < 0 or begin + 11 > end or data[begin] != 49 or data[begin + 1] < 51 or data[begin + 1] > 57:
            continue
        if is_digit(data[begin + 2]):
            stop = _after_spread(data, begin + 3, end, 8, True)
            if stop > 0 and _closed(data, stop, end):
                return begin, stop
    return -1, -1


@compiled
def fixed_at(data, at, end):  # type: ignore[no-untyped-def]
    r"""(?:(?:\+|00)86GAP{0,2})?0?((?:10|2\d|[3-9]\d{2})GAP{0,2}\d{3,4}GAP?\d{4}): as `mobile_at`."""
    behind = _after_country(data, at, end, False)
    for begin in (_after_gaps(data, behind, end, 2, True) if behind >= 0 else -1, at):
        if begin < 0 or begin >= end:
            continue
        if data[begin] == 48:  # no area code begins with 0: it is the trunk prefix
            begin += 1
        stop = _fixed_body(data, begin, end)
        if stop > 0:
            return begin, stop
    return -1, -1


@compiled
def _fixed_body(data, at, end):  # type: ignore[no-untyped-def]
    if at + 9 > end or not is_digit(data[at]) or data[at] == 48 or (data[at] == 49 and data[at + 1] != 48):
        return -1
    area = _after_digits(data, at, end, 2 if data[at] < 51 else 3)
    if area < 0:
        return -1
    first = _after_gaps(data, area, end, 2, True)
    for n in (4, 3):
        half = _after_digits(data, first, end, n)
        if half > 0:
            stop = _after_digits(data, _after_gaps(data, half, end, 1, True), end, 4)
            if stop > 0 and _closed(data, stop, end):
                return stop
    return -1


@compiled
def identity_at(data, at, end):  # type: ignore[no-untyped-def]
    r"""([1-9]\d{5}(?:SEP{0,2}\d){11}SEP{0,2}[\dXx]): the end, -1 where none."""
    if data[at] == 48:
        return -1
    stop = _after_digits(data, at, end, 6)
    if stop > 0:
        stop = _after_spread(data, stop, end, 11, False)
    if stop < 0:
        return -1
    stop = _after_gaps(data, stop, end, 2, False)
    if stop >= end or not (is_digit(data[stop]) or data[stop] == 88 or data[stop] == 120):
        return -1
    return stop + 1 if _closed(data, stop + 1, end) else -1


@compiled
def old_identity_at(data, at, end):  # type: ignore[no-untyped-def]
    r"""([1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}): the end, -1 where none."""
    if data[at] == 48 or _run(data, at, end) != 15:
        return -1
    month = 10 * (data[at + 8] - 48) + data[at + 9] - 48
    day = 10 * (data[at + 10] - 48) + data[at + 11] - 48
    return at + 15 if month >= 1 and month <= 12 and day >= 1 and day <= 31 else -1


@compiled
def grouped_at(data, at, end):  # type: ignore[no-untyped-def]
    r"""\d{4}(?:SEP\d{4}){2,3}(?:SEP?\d{1,3})?: the end, -1 where none."""
    stop = _after_digits(data, at, end, 4)
    if stop < 0:
        return -1
    two, three = -1, -1
    for n in range(1, 4):
        if stop >= end or not _sep_at(data, stop):
            break
        behind = _after_digits(data, stop + 1, end, 4)
        if behind < 0:
            break
        stop = behind
        if n == 2:
            two = stop
        elif n == 3:
            three = stop
    for stop in (three, two):
        if stop < 0:
            continue
        if stop < end and _sep_at(data, stop):
            tail = _run(data, stop + 1, end)
            return stop + 1 + tail if tail >= 1 and tail <= 3 else stop
        tail = _run(data, stop, end)
        if tail <= 3:
            return stop + tail
    return -1


@compiled
def mail_at(data, at, begin, end):  # type: ignore[no-untyped-def]
    r"""[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,} around the @ at a place, from `begin` on.

    Gives (begin of the mailbox, begin of the top domain, end), -1 where none.
    """
    first = at
    while first > begin:
        c = data[first - 1]
        if not (is_alnum(c) or c == 46 or c == 95 or c == 37 or c == 43 or c == 45):
            break
        first -= 1
    if first == at:
        return -1, -1, -1
    top, stop, label, i = -1, -1, at + 1, at + 1
    while i < end and (is_alnum(data[i]) or data[i] == 45 or (data[i] == 46 and i > label)):
        if data[i] == 46:
            label = i + 1
        elif label > at + 1 and i == label + 1 and is_letter(data[i]) and is_letter(data[i - 1]):
            top = label
        i += 1
    if top < 0:
        return -1, -1, -1
    stop = top
    while stop < end and is_letter(data[stop]):
        stop += 1
    return first, top, stop


@compiled
def is_right(form, data, begin, stop):  # type: ignore[no-untyped-def]
    """What a form cannot say: a landline has the right length, an identity number was not rounded by a spreadsheet."""
    n = 0
    for i in range(begin, stop):
        n += is_digit(data[i])
    if form == FIXED:
        return n == 10 or (n == 11 and data[begin] >= 51)
    if form != IDENTITY or n < 18:
        return True
    total, zeros, n = 0, 0, 0
    for i in range(begin, stop):
        if is_digit(data[i]):
            if n < 17:
                total += (data[i] - 48) * _WEIGHTS[n]
            zeros = zeros + 1 if data[i] == 48 else 0
            n += 1
    return zeros < 3 or _CHECKS[total % 11] == 48


@compiled
def write_normals(data, begins, stops, forms, offsets, out):  # type: ignore[no-untyped-def]
    """The normal form of each find, one behind the other; gives how many bytes they are."""
    used = 0
    for i in range(len(begins)):
        form, first = forms[i], used
        if form == FIXED:
            out[used] = 48
            used += 1
        for j in range(begins[i], stops[i]):
            c = data[j]
            if form == WHOLE:
                out[used] = c
                used += 1
            elif form in (WORD, MAIL):
                # a middle dot or white space inside a code is none of it
                skips = c == 32 or (c >= 9 and c <= 13) or (c == 0xC2 and data[j + 1] == 0xB7)
                if skips or (c == 0xB7 and j > begins[i] and data[j - 1] == 0xC2):
                    continue
                out[used] = c + 32 if c >= 65 and c <= 90 else c
                used += 1
            elif is_digit(c) or c == 88 or c == 120:
                out[used] = 88 if c == 120 else c
                used += 1
                if form == OLD_IDENTITY and used - first == 6:
                    out[used], out[used + 1] = 49, 57
                    used += 2
        if form == OLD_IDENTITY:
            total = 0
            for j in range(17):
                total += (out[first + j] - 48) * _WEIGHTS[j]
            out[used] = _CHECKS[total % 11]
            used += 1
        offsets[i + 1] = used
    return used

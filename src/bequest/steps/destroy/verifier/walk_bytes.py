"""The compiled walk over bytes of no form: numbers inside longer runs of digits, addresses whose neighbours touch."""

import numpy as np

from bequest.steps.destroy.verifier.walk import (
    FIXED,
    IDENTITY,
    MAIL,
    MOBILE,
    OLD_IDENTITY,
    RUN,
    compiled,
    is_digit,
    is_right,
    mail_at,
    old_identity_at,
)


@compiled
def _emit(found, n, begin, stop, form, bounded):  # type: ignore[no-untyped-def]
    if n < len(found):
        found[n, 0], found[n, 1], found[n, 2], found[n, 3] = begin, stop, form, bounded
    return n + 1


@compiled
def _number(data, at, n):  # type: ignore[no-untyped-def]
    value = 0
    for i in range(at, at + n):
        value = 10 * value + data[i] - 48
    return value


@compiled
def _is_birth(data, at):  # type: ignore[no-untyped-def]
    r"""[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]) where only digits stand."""
    century, month, day = _number(data, at + 6, 2), _number(data, at + 10, 2), _number(data, at + 12, 2)
    right = data[at] != 48 and century >= 18 and century <= 20
    return right and month >= 1 and month <= 12 and day >= 1 and day <= 31


@compiled
def _landline(data, at, stop, found, n):  # type: ignore[no-untyped-def]
    """A run that begins with 0, as a whole: area code and number, 0086 or a second 0 before it."""
    begin = at + 1
    if stop - at > 4 and data[at + 1] == 48 and data[at + 2] == 56 and data[at + 3] == 54:
        begin = at + 4
    if begin < stop and data[begin] == 48:
        begin += 1
    if begin + 2 > stop or data[begin] == 48 or (data[begin] == 49 and data[begin + 1] != 48):
        return n
    return _emit(found, n, begin, stop, FIXED, True) if is_right(FIXED, data, begin, stop) else n


@compiled
def _run(data, at, stop, has_x, cards, found, n):  # type: ignore[no-untyped-def]
    """What a run of digits may be as a whole, and which phone and identity numbers may lie inside it."""
    length = stop - at
    if cards[min(length, len(cards) - 1)]:
        n = _emit(found, n, at, stop, RUN, True)
    if length == 15:
        if old_identity_at(data, at, stop) > 0:
            n = _emit(found, n, at, stop, OLD_IDENTITY, True)
    elif data[at] == 48:
        n = _landline(data, at, stop, found, n)
    for i in range(at, stop - 10):
        if data[i] == 49 and data[i + 1] >= 51:
            n = _emit(found, n, i, i + 11, MOBILE, length == 11)
    end = stop + has_x
    for i in range(at, end - 17):
        if _is_birth(data, i):
            n = _emit(found, n, i, i + 18, IDENTITY, end - at == 18)
    return n


@compiled
def _spaced(data, at, end, found, n):  # type: ignore[no-untyped-def]
    r"""(?<!\d)1[3-9]\d([ \-])\d{4}\1\d{4}(?!\d)."""
    if at + 13 > end or data[at] != 49 or data[at + 1] < 51 or data[at + 1] > 57:
        return n
    if (data[at + 3] != 32 and data[at + 3] != 45) or data[at + 8] != data[at + 3]:
        return n
    for i in (2, 4, 5, 6, 7, 9, 10, 11, 12):
        if not is_digit(data[at + i]):
            return n
    if at + 13 < end and is_digit(data[at + 13]):
        return n
    return _emit(found, n, at, at + 13, MOBILE, True)


@compiled
def _addresses(data, at, free, end, mails, found, n):  # type: ignore[no-untyped-def]
    """The address around an @, and what it would be if its ends belonged to the fields beside it; and its end."""
    first, top, stop = mail_at(data, at, free, end)
    if stop < 0:
        return n, free
    for k in range(len(mails)):
        box, last = mails[k, 0], mails[k, 1]
        if box <= at - first and last <= stop - top:
            n = _emit(found, n, at - box, top + last, MAIL, box == at - first and last == stop - top)
    return n, stop


@compiled
def find_raw(data, cards, mails, found):  # type: ignore[no-untyped-def]
    """Begin, end, form and whether bounded, of each find; gives their number, which may be more than fit in."""
    n, at, free, end = 0, 0, np.int64(0), len(data)
    while at < end:
        if data[at] == 64:
            n, free = _addresses(data, at, free, end, mails, found, n)
        if not is_digit(data[at]):
            at += 1
            continue
        stop = at
        while stop < end and is_digit(data[stop]):
            stop += 1
        if stop - at == 3:
            n = _spaced(data, at, end, found, n)
        elif stop - at >= 8:
            has_x = 1 if stop < end and (data[stop] == 88 or data[stop] == 120) else 0
            n = _run(data, at, stop, has_x, cards, found, n)
        at = stop
    return n

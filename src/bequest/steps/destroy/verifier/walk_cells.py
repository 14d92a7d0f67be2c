"""The compiled walk over cells: numbers by their form, mail addresses, and words that look like a known code."""

import numpy as np

from bequest.steps.destroy.verifier.walk import (
    FIXED,
    GROUPED,
    IDENTITY,
    MAIL,
    MOBILE,
    OLD_IDENTITY,
    RUN,
    WHOLE,
    WORD,
    compiled,
    fixed_at,
    grouped_at,
    identity_at,
    is_alnum,
    is_digit,
    is_letter,
    is_right,
    mail_at,
    mobile_at,
    old_identity_at,
)

FEWEST_DIGITS = 7  # no form of a number has fewer
SHORTEST = 6
LONGEST_CODE = 64
_START = np.uint64(0xCBF29CE484222325)
_PRIME = np.uint64(0x100000001B3)


@compiled
def shape_hash(text):  # type: ignore[no-untyped-def]
    """FNV-1a over a text with every letter and digit as `x`. Equal hashes cost a token, nothing more."""
    return _hashed(text, 0, len(text))[0]


@compiled
def _hashed(data, begin, end):  # type: ignore[no-untyped-def]
    """Hash of the shape without spaces, characters, whether all are digits, all are letters, none is either."""
    h, n, digits, letters = _START, 0, 0, 0
    for i in range(begin, end):
        c = data[i]
        if c == 32 or (c >= 9 and c <= 13):
            continue
        if is_alnum(c):
            digits += is_digit(c)
            letters += is_letter(c)
            c = np.uint8(120)
        h = (h ^ np.uint64(c)) * _PRIME
        n += 1
    return h, n, digits == n, letters == n, digits + letters == n


@compiled
def _has(ordered, value):  # type: ignore[no-untyped-def]
    at = np.searchsorted(ordered, value)
    return at < len(ordered) and ordered[at] == value


@compiled
def _flag(flags, n):  # type: ignore[no-untyped-def]
    return flags[min(n, len(flags) - 1)]


@compiled
def _emit(found, n, value, begin, stop, form, whole):  # type: ignore[no-untyped-def]
    if n < len(found):
        found[n, 0], found[n, 1], found[n, 2], found[n, 3], found[n, 4] = value, begin, stop, form, whole
    return n + 1


@compiled
def _match(form, data, at, end):  # type: ignore[no-untyped-def]
    if form == MOBILE:
        return mobile_at(data, at, end)
    if form == FIXED:
        return fixed_at(data, at, end)
    if form == IDENTITY:
        return at, identity_at(data, at, end)
    if form == OLD_IDENTITY:
        return at, old_identity_at(data, at, end)
    if form == GROUPED:
        return at, grouped_at(data, at, end)
    stop = at
    while stop < end and is_digit(data[stop]):
        stop += 1
    return at, stop if stop - at >= 8 and stop - at <= 19 else -1


@compiled
def _numbers(data, begin, end, forms, cards, value, found, n):  # type: ignore[no-untyped-def]
    """All forms side by side at one pass: each goes on behind its last find, whatever the others found."""
    free = np.full(MAIL, begin, np.int64)
    for at in range(begin, end):
        plus = data[at] == 43
        if not (plus or is_digit(data[at])) or (at > begin and is_digit(data[at - 1])):
            continue
        for form in range(MAIL):
            if not forms[form] or at < free[form] or (plus and form > FIXED):
                continue
            first, stop = _match(form, data, at, end)
            if stop < 0:
                continue
            right = is_right(form, data, first, stop)
            if form in (RUN, GROUPED):
                digits = 0
                for i in range(first, stop):
                    digits += is_digit(data[i])
                right = _flag(cards, digits)
            if right:
                n = _emit(found, n, value, first, stop, form, at == begin and stop == end)
            free[form] = stop
    return n


@compiled
def _mails(data, begin, end, value, found, n):  # type: ignore[no-untyped-def]
    free = begin
    for at in range(begin, end):
        if data[at] == 64 and at >= free:
            first, _, stop = mail_at(data, at, free, end)
            if stop > 0:
                n = _emit(found, n, value, first, stop, MAIL, first == begin and stop == end)
                free = stop
    return n


@compiled
def _part(data, begin, end, first, stop, looks, value, found, n):  # type: ignore[no-untyped-def]
    """A word, or a part of one: a code inside the cell, or a text of one word."""
    _, _, _, shapes, _, _, words, _, _, lengths = looks
    if stop - first < SHORTEST or stop - first > LONGEST_CODE:
        return n
    whole = first == begin and stop == end
    if not whole and _flag(lengths, stop - first):
        shaped, _, _, is_word, _ = _hashed(data, first, stop)
        if not is_word and _has(shapes, shaped):
            n = _emit(found, n, value, first, stop, WORD, False)
    if _flag(words, stop - first):
        for i in range(first, stop):
            if data[i] == 46 or data[i] == 58:
                return n
        n = _emit(found, n, value, first, stop, WHOLE, whole)
    return n


@compiled
def _words(data, begin, end, looks, value, found, n):  # type: ignore[no-untyped-def]
    r"""[0-9A-Za-z](?:[0-9A-Za-z_\-.:]*[0-9A-Za-z])? and what stands between the dots and colons of one."""
    at = begin
    while at < end:
        if not is_alnum(data[at]):
            at += 1
            continue
        first, stop, last, divided = at, at, at, False
        while stop < end and (is_alnum(data[stop]) or data[stop] in (45, 46, 58, 95)):
            stop += 1
            if is_alnum(data[stop - 1]):
                last = stop
        at = stop
        if last - first < SHORTEST:
            continue
        n = _part(data, begin, end, first, last, looks, value, found, n)
        begins = first
        for i in range(first, last + 1):
            if i == last or data[i] == 46 or data[i] == 58:
                divided = divided or i < last
                if divided:
                    n = _part(data, begin, end, begins, i, looks, value, found, n)
                begins = i + 1
    return n


@compiled
def _plates(data, begin, end, value, found, n):  # type: ignore[no-untyped-def]
    r"""[\u4e00-\u9fff][A-Za-z][·\s]?[0-9A-Za-z]{5,6}(?![0-9A-Za-z])."""
    at = begin
    while at + 9 <= end:
        lead = np.int64(data[at])
        point = ((lead & 15) << 12) | ((np.int64(data[at + 1]) & 63) << 6) | (np.int64(data[at + 2]) & 63)
        if lead < 0xE4 or lead > 0xE9 or point < 0x4E00 or point > 0x9FFF or not is_letter(data[at + 3]):
            at += 1
            continue
        first = at + 4
        if data[first] == 32 or (data[first] >= 9 and data[first] <= 13):
            first += 1
        elif data[first] == 0xC2 and data[first + 1] == 0xB7:
            first += 2
        stop = first
        while stop < end and is_alnum(data[stop]):
            stop += 1
        if stop - first == 5 or stop - first == 6:
            n = _emit(found, n, value, at, stop, WORD, at == begin and stop == end)
            at = stop
        else:
            at += 1
    return n


@compiled
def _whole(data, begin, end, is_ascii, looks, value, found, n):  # type: ignore[no-untyped-def]
    """A text or, in ASCII, a code that is all there is."""
    _, _, _, shapes, codes, _, _, texts, wide_texts, _ = looks
    length = 0
    for i in range(begin, end):
        length += data[i] < 0x80 or data[i] >= 0xC0
    if _flag(texts if is_ascii else wide_texts, length):
        n = _emit(found, n, value, begin, end, WHOLE, True)
    if is_ascii and length <= LONGEST_CODE:
        shaped, used, digits, _, plain = _hashed(data, begin, end)
        alike = _flag(codes, used) if plain and used == length else _has(shapes, shaped)
        if alike and used >= SHORTEST and not (digits and used < 8) and _names(data, begin, end):
            n = _emit(found, n, value, begin, end, WORD, True)
    return n


@compiled
def _names(data, begin, end):  # type: ignore[no-untyped-def]
    """Whether anything but _ - . : and spaces stands there."""
    for i in range(begin, end):
        c = data[i]
        if not (c == 95 or c == 45 or c == 46 or c == 58 or c == 32 or (c >= 9 and c <= 13)):
            return True
    return False


@compiled
def _is_space(c):  # type: ignore[no-untyped-def]
    return c == 32 or (c >= 9 and c <= 13) or (c >= 28 and c <= 31)


@compiled
def _is_plain(data, begin, end, shapes):  # type: ignore[no-untyped-def]
    """Whether a text is its own plain form, and no code: Chinese characters and ASCII, of another shape than any code.

    No unified ideograph has another form (UAX #15).
    """
    h, n, i = _START, 0, begin
    while i < end:
        c = data[i]
        if c >= 0x80:
            if c < 0xE4 or c > 0xE9 or i + 2 >= end:
                return False
            point = ((np.int64(c) & 15) << 12) | ((np.int64(data[i + 1]) & 63) << 6) | (np.int64(data[i + 2]) & 63)
            if point < 0x4E00 or point > 0x9FFF:
                return False
            c = np.uint8(120)
            i += 2
        i += 1
        if _is_space(c):
            continue
        h = (h ^ np.uint64(np.uint8(120) if is_alnum(c) else c)) * _PRIME
        n += 1
    return n < SHORTEST or n > LONGEST_CODE or not _has(shapes, h)


@compiled
def find(offsets, data, looks, is_wide, found):  # type: ignore[no-untyped-def]
    """Value, begin, end, form and whether whole, of each find; gives their number, which may be more than fit in.

    `is_wide` is told which texts wait for their plain form, and may be a code as a whole; empty: all are looked into.
    """
    forms, wants_phones, has_wide_codes, shapes, _, cards, _, _, _, _ = looks
    n = 0
    for value in range(len(offsets) - 1):
        begin, end = offsets[value], offsets[value + 1]
        digits, mails, chars, ascii_chars = 0, 0, 0, 0
        for i in range(begin, end):
            c = data[i]
            digits += is_digit(c)
            mails += c == 64
            ascii_chars += c < 0x80
            chars += c < 0x80 or c >= 0xC0
        is_ascii = ascii_chars == end - begin
        if len(is_wide):
            if chars < SHORTEST:
                continue
            if not is_ascii and not _is_plain(data, begin, end, shapes):
                is_wide[value] = True
                continue
        while begin < end and _is_space(data[begin]):
            begin += 1
        while begin < end and _is_space(data[end - 1]):
            end -= 1
        n = _whole(data, begin, end, is_ascii, looks, value, found, n)
        if forms[WORD]:
            n = _words(data, begin, end, looks, value, found, n)
            if has_wide_codes and not is_ascii:
                n = _plates(data, begin, end, value, found, n)
        if mails and forms[MAIL]:
            n = _mails(data, begin, end, value, found, n)
        if wants_phones and digits == 11 and end - begin == 11 and data[begin] == 49 and data[begin + 1] >= 51:
            n = _emit(found, n, value, begin, end, MOBILE, True)  # the short way for most numbers
            if _flag(cards, 11):
                n = _emit(found, n, value, begin, end, RUN, True)
        elif digits >= FEWEST_DIGITS:
            n = _numbers(data, begin, end, forms, cards, value, found, n)
    return n

"""The compiled walk over free text that finds identifiers; `spans` is its face.

One pass over the bytes. Full-width characters count as their plain forms. A candidate begins at a run of digits whose
left neighbour is no digit and is read ahead for at most 24 digits, across up to two separators between groups, so the
walk is linear in the text. Word borders are of no use here: Chinese characters are letters.
"""

import numpy as np

from bequest.engine.kernels.buffers import frozen
from bequest.engine.kernels.compiled import compiled
from bequest.engine.kernels.normalise import ID_CHECK_CHARACTERS, ID_WEIGHTS, PROVINCES

PHONE, NATIONAL_ID, BANK_CARD, EMAIL, LANDLINE = 1, 2, 3, 4, 5
SHORTEST = len("a@b.cn")

AHEAD = 24  # digits read ahead at most: 0086 and eleven more, or a card of nineteen
WEIGHTS = frozen(np.array(ID_WEIGHTS, np.int64))
CHECKS = frozen(np.frombuffer(ID_CHECK_CHARACTERS.encode(), np.uint8))
IS_PROVINCE = np.zeros(100, np.bool_)
IS_PROVINCE[[int(code) for code in PROVINCES.split("|")]] = True
IS_PROVINCE = frozen(IS_PROVINCE)
IN_MAILBOX = np.zeros(128, np.bool_)
IN_MAILBOX[list(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._-+%")] = True
IN_MAILBOX = frozen(IN_MAILBOX)
STRETCH = 1 << 15  # bytes marked at a time: they stay in the processor's nearest cache
MONTH_DAYS = frozen(np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int64))


@compiled
def plain_at(data, at, end):  # type: ignore[no-untyped-def]
    """Code of the character at a position, full-width made plain, and its bytes; other characters are code 0."""
    first = data[at]
    if first < 0x80:
        return np.int64(first), 1
    if first == 0xEF and at + 2 < end:
        if data[at + 1] == 0xBC and data[at + 2] >= 0x81:
            return np.int64(data[at + 2]) - 0x81 + 0x21, 3
        if data[at + 1] == 0xBD and data[at + 2] <= 0x9E:
            return np.int64(data[at + 2]) - 0x80 + 0x60, 3
    return np.int64(0), 1


@compiled
def plain_before(data, at, begin):  # type: ignore[no-untyped-def]
    """As `plain_at`, for the character that ends before a position."""
    if at <= begin:
        return np.int64(0), 0
    if data[at - 1] < 0x80:
        return np.int64(data[at - 1]), 1
    if at - 3 >= begin and data[at - 3] == 0xEF:
        code, width = plain_at(data, at - 3, at)
        if width == 3:
            return code, 3
    return np.int64(0), 0


@compiled
def is_digit(code):  # type: ignore[no-untyped-def]
    """Whether a code is one of 0 … 9."""
    return code >= 48 and code <= 57


@compiled
def separator_at(data, at, end):  # type: ignore[no-untyped-def]
    """Bytes of the separator at a position (space - . ( ) and their typographic kin), 0 where there is none."""
    code, width = plain_at(data, at, end)
    if code == 32 or code == 45 or code == 46 or code == 40 or code == 41:
        return width
    if data[at] == 0xC2 and at + 1 < end and data[at + 1] == 0xA0:
        return 2
    if at + 2 < end:
        if data[at] == 0xE2 and data[at + 1] == 0x80 and data[at + 2] >= 0x90 and data[at + 2] <= 0x95:
            return 3
        if data[at] == 0xE3 and data[at + 1] == 0x80 and data[at + 2] == 0x80:
            return 3
    return 0


@compiled
def after_separators(data, at, end):  # type: ignore[no-untyped-def]
    """Position of the digit that follows after one or two separators, -1 where there is none."""
    for _ in range(2):
        width = separator_at(data, at, end)
        if width == 0:
            return -1
        at += width
        if at >= end:
            return -1
        code, _ = plain_at(data, at, end)
        if is_digit(code):
            return at
    return -1


@compiled
def read_ahead(data, at, end, digit, after, closes):  # type: ignore[no-untyped-def]
    """Reads digits from a position: their values, where each ends, and whether its group ends with it."""
    n = 0
    while n < AHEAD and at < end:
        if data[at] >= 48 and data[at] <= 57:
            digit[n] = data[at] - 48
            at += 1
        else:
            code, width = plain_at(data, at, end)
            if not is_digit(code):
                at = after_separators(data, at, end)
                if at < 0:
                    break
                closes[n - 1] = True
                continue
            digit[n] = code - 48
            at += width
        after[n] = at
        closes[n] = False
        n += 1
    if n and not closes[n - 1]:
        at = after[n - 1]
        code = np.int64(0)
        if at < end:
            code, _ = plain_at(data, at, end)
        closes[n - 1] = not is_digit(code)
    return n


@compiled
def grouped(closes, begin, total, shortest):  # type: ignore[no-untyped-def]
    """Whether digits begin … begin+total end with a group and none of their groups is shorter than allowed."""
    if not closes[begin + total - 1]:
        return False
    length = 0
    for i in range(begin, begin + total):
        length += 1
        if closes[i]:
            if length < shortest:
                return False
            length = 0
    return True


@compiled
def is_date(digit, at, year):  # type: ignore[no-untyped-def]
    """Whether the four digits at a place are a month and day of that year."""
    month = digit[at] * 10 + digit[at + 1]
    day = digit[at + 2] * 10 + digit[at + 3]
    if month < 1 or month > 12 or day < 1 or day > MONTH_DAYS[month]:
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return not (month == 2 and day == 29 and not leap)


@compiled
def is_resident_id(digit, last):  # type: ignore[no-untyped-def]
    """17 digits and a check character (GB 11643-1999)."""
    if not IS_PROVINCE[digit[0] * 10 + digit[1]]:
        return False
    year = digit[6] * 1000 + digit[7] * 100 + digit[8] * 10 + digit[9]
    if year < 1800 or year > 2099 or not is_date(digit, 10, year):
        return False
    total = 0
    for i in range(17):
        total += digit[i] * WEIGHTS[i]
    return CHECKS[total % 11] == last


@compiled
def is_luhn(digit, total):  # type: ignore[no-untyped-def]
    """Luhn check (ISO/IEC 7812-1); a number of one repeated digit is none."""
    acc, varied = 0, False
    for i in range(total):
        value = digit[total - 1 - i]
        varied = varied or value != digit[0]
        if i & 1:
            value *= 2
            if value > 9:
                value -= 9
        acc += value
    return varied and acc % 10 == 0


@compiled
def is_mobile(digit, closes, n, begin):  # type: ignore[no-untyped-def]
    """Eleven digits from a place on that begin 13 to 19."""
    return n >= begin + 11 and digit[begin] == 1 and digit[begin + 1] >= 3 and grouped(closes, begin, 11, 3)


@compiled
def is_fixed_line(digit, total):  # type: ignore[no-untyped-def]
    """0, area code and a local number that begins 2 to 8."""
    if digit[0] != 0:
        return False
    if digit[1] == 2 or (digit[1] == 1 and digit[2] == 0):
        return total == 11 and digit[3] >= 2 and digit[3] <= 8
    return digit[1] >= 3 and (total == 11 or total == 12) and digit[4] >= 2 and digit[4] <= 8


@compiled
def identify(data, end, digit, after, closes, n):  # type: ignore[no-untyped-def]
    """The identifier that begins with the digits read ahead: its kind (0: none) and where it ends."""
    if n >= 17 and grouped(closes, 0, 17, 2) and after[16] < end:
        code, width = plain_at(data, after[16], end)
        if (code == 88 or code == 120) and is_resident_id(digit, 88):
            return NATIONAL_ID, after[16] + width
    if n >= 18 and grouped(closes, 0, 18, 2) and is_resident_id(digit, digit[17] + 48):
        return NATIONAL_ID, after[17]
    code_digits = 0
    if n > 13 and digit[0] == 0 and digit[1] == 0 and digit[2] == 8 and digit[3] == 6:
        code_digits = 4
    elif n > 12 and digit[0] == 8 and digit[1] == 6:
        code_digits = 2
    if code_digits and is_mobile(digit, closes, n, code_digits):
        return PHONE, after[code_digits + 10]
    if is_mobile(digit, closes, n, 0):
        return PHONE, after[10]
    province = n >= 15 and grouped(closes, 0, 15, 15) and IS_PROVINCE[digit[0] * 10 + digit[1]]
    if province and is_date(digit, 8, 1900 + digit[6] * 10 + digit[7]):
        return NATIONAL_ID, after[14]
    if digit[0] >= 3 and digit[0] != 7 and digit[0] != 8:
        for total in (19, 18, 17, 16):
            if n >= total and grouped(closes, 0, total, 3) and is_luhn(digit, total):
                return BANK_CARD, after[total - 1]
    for total in (12, 11):
        if n >= total and is_fixed_line(digit, total) and grouped(closes, 0, total, 3):
            return LANDLINE, after[total - 1]
    return 0, 0


@compiled
def address_around(data, at, width, begin, end):  # type: ignore[no-untyped-def]
    """Start and end of the e-mail address around an at sign; start = end where there is none."""
    start = at
    while True:
        if start > begin and data[start - 1] < 0x80:
            code, step = np.int64(data[start - 1]), 1
        else:
            code, step = plain_before(data, start, begin)
        if step == 0 or not IN_MAILBOX[code & 127]:
            break
        start -= step
    stop, position = at + width, at + width
    dot, letters, only = False, 0, True
    while position < end:
        code, step = plain_at(data, position, end)
        if not IN_MAILBOX[code & 127] or code == 95 or code == 43 or code == 37:
            break
        position += step
        if code == 46:
            dot = position > at + width + step
            letters, only = 0, True
        elif code >= 65:
            letters += 1
            if dot and only and letters >= 2:
                stop = position
        else:
            only = False  # digits or dashes: the last part of a domain has neither
    if start == at or stop == at + width:
        return at, at
    return start, stop


@compiled
def mark_beginnings(data, start, end, marks):  # type: ignore[no-untyped-def]
    """Marks with 1 every byte at which a digit or an at sign begins, plain or full-width (EF BC 90…99, EF BC A0)."""
    # slices, so that no index can be negative: only then the compiler uses vector instructions
    whole = max(0, min(end, len(data) - 2) - start)
    first, second, third = data[start:], data[start + 1 :], data[start + 2 :]
    for i in range(whole):
        byte, digit = first[i], np.uint8(third[i] - 0x90)
        wide = np.uint8(byte == 0xEF) & np.uint8(second[i] == 0xBC)
        wide &= np.uint8(digit < 10) | np.uint8(digit == 16)
        marks[i] = wide | np.uint8(np.uint8(byte - 48) < 10) | np.uint8(byte == 64)
    for i in range(whole, end - start):
        marks[i] = np.uint8(np.uint8(first[i] - 48) < 10) | np.uint8(first[i] == 64)
    marks[end - start : (end - start + 15) & ~7] = 0


@compiled
def next_mark(words, at, end):  # type: ignore[no-untyped-def]
    """The first marked place from `at` on, or `end`; eight bytes at a time. Nothing is marked from `end` on."""
    if at >= end:
        return end
    place = at >> 3
    word = words[place] >> np.uint64((at & 7) << 3)
    if word == 0:
        place += 1
        while place << 3 < end and words[place] == 0:
            place += 1
        if place << 3 >= end:
            return end
        at, word = place << 3, words[place]
    if word & np.uint64(0xFFFFFFFF) == 0:
        at, word = at + 4, word >> np.uint64(32)
    if word & np.uint64(0xFFFF) == 0:
        at, word = at + 2, word >> np.uint64(16)
    return at + 1 if word & np.uint64(0xFF) == 0 else at


@compiled
def plain_group(data, at, end):  # type: ignore[no-untyped-def]
    """Digits of a plain run that nothing can continue (no separator, full-width form or X follows), else -1."""
    stop = at
    while stop < end and np.uint8(data[stop] - 48) < 10:
        stop += 1
    if stop < end:
        byte = data[stop]
        wide = byte == 0xEF or byte == 0xC2 or byte == 0xE2 or byte == 0xE3
        if wide:
            wide = separator_at(data, stop, end) > 0 or plain_at(data, stop, end)[0] != 0
        if wide or byte == 32 or byte == 45 or byte == 46 or byte == 40 or byte == 41 or byte == 88 or byte == 120:
            return -1
    return stop - at


@compiled
def identifier_at(data, at, end, digit, after, closes):  # type: ignore[no-untyped-def]
    """The identifier that begins with the digit at a place: its kind (0: none), and where the walk goes on."""
    length = plain_group(data, at, end)
    if length >= 0 and (length < 11 or length > AHEAD):
        return 0, at + length
    if length == 11 and data[at] == 49:
        return (PHONE if data[at + 1] >= 51 else 0), at + 11
    n = read_ahead(data, at, end, digit, after, closes)
    kind, stop = identify(data, end, digit, after, closes, n)
    if kind:
        return kind, stop
    at = after[0]
    while at < end:
        code, width = plain_at(data, at, end)
        if not is_digit(code):
            break
        at += width
    return 0, at


@compiled
def find(offsets, data, valid, starts, ends, kinds, rows):  # type: ignore[no-untyped-def]
    """All identifiers in order, without overlaps; returns how many. One needs `SHORTEST` bytes at the least."""
    digit = np.zeros(AHEAD, np.int64)
    after = np.zeros(AHEAD, np.int64)
    closes = np.zeros(AHEAD, np.bool_)
    marks = np.zeros(STRETCH + 16, np.uint8)
    count, top = 0, 0
    while top < len(valid):
        base, row = offsets[top], top
        while top < len(valid) and (top == row or offsets[top + 1] - base <= STRETCH):
            top += 1
        size = offsets[top] - base
        if size + 16 > len(marks):
            marks = np.zeros((size + 23) & ~7, np.uint8)
        mark_beginnings(data, base, base + size, marks)
        words = marks.view(np.uint64)
        at, begin, end, first_of_row = base, base, offsets[row + 1], count
        while True:
            at = base + next_mark(words, at - base, size)
            if at >= base + size:
                break
            if at >= end:
                while offsets[row + 1] <= at:
                    row += 1
                begin, end, first_of_row = offsets[row], offsets[row + 1], count
            if not valid[row]:
                at = end
                continue
            code, width = plain_at(data, at, end)
            start = at
            if code == 64:
                start, stop = address_around(data, at, width, begin, end)
                kind = EMAIL if stop > start else 0
                at += width
                if kind:
                    while count > first_of_row and ends[count - 1] > start:
                        count -= 1  # digits of the mailbox belong to the address
                    begin = at = stop
            else:
                kind, at = identifier_at(data, at, end, digit, after, closes)
                if kind == PHONE:
                    sign, width = plain_before(data, start, begin)
                    if sign == 43:
                        start -= width
            if kind:
                starts[count], ends[count], kinds[count], rows[count] = start, at, kind, row
                count += 1
    return count

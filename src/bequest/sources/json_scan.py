"""The compiled walk over JSON Lines (RFC 8259): where the values of each object stand, whole lines checked on the way.

A leaf is a value that is no object, or a whole array. Its path is known by a hash chained over the keys (FNV-1a, 64
bits, in plain characters); the names behind the hashes are looked up once per distinct path.
"""

import numpy as np

from bequest.engine.kernels.compiled import compiled

GOOD, NOT_OBJECT, NOT_JSON, TOO_DEEP = 0, 1, 2, 3
NULL, BOOLEAN, NUMBER, STRING, ARRAY = 0, 1, 2, 3, 4
DEPTH = 64

SEED = 0xCBF29CE484222325
PRIME = 0x100000001B3
KEY_END = 0xFF  # no byte of UTF-8: ends a key inside a path

_VALUE, _FIRST_VALUE, _KEY, _FIRST_KEY, _AFTER = 0, 1, 2, 3, 4
_OBJECT, _ARRAY = 0, 1


@compiled
def skip_space(data, at, end):  # type: ignore[no-untyped-def]
    """Position of the next byte that is no white space."""
    while at < end and (data[at] == 32 or data[at] == 9 or data[at] == 13 or data[at] == 10):
        at += 1
    return at


@compiled
def hex_value(data, at):  # type: ignore[no-untyped-def]
    """Value of four hexadecimal digits, -1 where they are not."""
    value = 0
    for i in range(4):
        c = data[at + i]
        if c >= 48 and c <= 57:
            value = value * 16 + c - 48
        elif (c | 32) >= 97 and (c | 32) <= 102:
            value = value * 16 + (c | 32) - 87
        else:
            return -1
    return value


@compiled
def escape_at(data, at, end):  # type: ignore[no-untyped-def]
    """Character and width of the escape that begins at a backslash; width 0 where it is none."""
    if at + 1 >= end:
        return 0, 0
    c = data[at + 1]
    if c == 34 or c == 92 or c == 47:
        return np.int64(c), 2
    if c == 98:
        return 8, 2
    if c == 102:
        return 12, 2
    if c == 110:
        return 10, 2
    if c == 114:
        return 13, 2
    if c == 116:
        return 9, 2
    if c != 117 or at + 6 > end:
        return 0, 0
    code = hex_value(data, at + 2)
    if code < 0:
        return 0, 0
    if code >= 0xD800 and code < 0xDC00 and at + 12 <= end and data[at + 6] == 92 and data[at + 7] == 117:
        low = hex_value(data, at + 8)
        if low >= 0xDC00 and low < 0xE000:
            return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00), 12
    if code >= 0xD800 and code < 0xE000:
        return 0xFFFD, 6  # half of a pair: no character
    return code, 6


@compiled
def utf8_bytes(code, buffer):  # type: ignore[no-untyped-def]
    """Writes a character into the buffer of four bytes and returns how many it took."""
    if code < 0x80:
        buffer[0] = code
        return 1
    if code < 0x800:
        buffer[0], buffer[1] = 0xC0 | (code >> 6), 0x80 | (code & 63)
        return 2
    if code < 0x10000:
        buffer[0], buffer[1], buffer[2] = 0xE0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)
        return 3
    buffer[0], buffer[1] = 0xF0 | (code >> 18), 0x80 | ((code >> 12) & 63)
    buffer[2], buffer[3] = 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)
    return 4


@compiled
def mix(path, byte):  # type: ignore[no-untyped-def]
    """One step of FNV-1a."""
    return (path ^ np.uint64(byte)) * np.uint64(PRIME)


@compiled
def read_string(data, at, end, path, buffer):  # type: ignore[no-untyped-def]
    """Position after the string that opens at `at` (-1: none) and the path hash extended by its characters."""
    at += 1
    while at < end:
        c = data[at]
        if c == 34:
            return at + 1, mix(path, KEY_END)
        if c < 32:
            return -1, path
        if c == 92:
            code, width = escape_at(data, at, end)
            if width == 0:
                return -1, path
            for i in range(utf8_bytes(code, buffer)):
                path = mix(path, buffer[i])
            at += width
        else:
            path = mix(path, c)
            at += 1
    return -1, path


@compiled
def digits_from(data, at, end):  # type: ignore[no-untyped-def]
    """Position after the digits at a place."""
    while at < end and data[at] >= 48 and data[at] <= 57:
        at += 1
    return at


@compiled
def read_number(data, at, end):  # type: ignore[no-untyped-def]
    """Position after a number, -1 where there is none."""
    if at < end and data[at] == 45:
        at += 1
    whole = digits_from(data, at, end)
    if whole == at or (data[at] == 48 and whole > at + 1):
        return -1
    at = whole
    if at < end and data[at] == 46:
        fraction = digits_from(data, at + 1, end)
        if fraction == at + 1:
            return -1
        at = fraction
    if at < end and (data[at] | 32) == 101:
        at += 1
        if at < end and (data[at] == 43 or data[at] == 45):
            at += 1
        exponent = digits_from(data, at, end)
        if exponent == at:
            return -1
        at = exponent
    return at


@compiled
def is_word(data, at, end, word):  # type: ignore[no-untyped-def]
    """Whether a word stands at a place."""
    if at + len(word) > end:
        return False
    same = True
    for i in range(len(word)):
        same = same and data[at + i] == word[i]
    return same


@compiled
def read_scalar(data, at, end, path, buffer, words):  # type: ignore[no-untyped-def]
    """Position after a value that is no container (-1: none) and its type."""
    if data[at] == 34:
        stop, _ = read_string(data, at, end, path, buffer)
        return stop, STRING
    if is_word(data, at, end, words[:4]):
        return at + 4, BOOLEAN
    if is_word(data, at, end, words[4:9]):
        return at + 5, BOOLEAN
    if is_word(data, at, end, words[9:13]):
        return at + 4, NULL
    return read_number(data, at, end), NUMBER


@compiled
def walk(data, at, end, words, kinds, paths, buffer, leaf_paths, leaf_starts, leaf_ends, types, n):  # type: ignore[no-untyped-def]
    """One object: appends its leaves. Returns how many there are now (-1: no room) and an error code."""
    at = skip_space(data, at, end)
    if at >= end or data[at] != 123:
        return n, NOT_OBJECT
    kinds[0], paths[0] = _OBJECT, np.uint64(SEED)
    depth, arrays, state = 1, 0, _FIRST_KEY
    key, array_path, array_start = np.uint64(0), np.uint64(0), np.int64(0)
    at += 1
    while depth:
        at = skip_space(data, at, end)
        if at >= end:
            return n, NOT_JSON
        c = data[at]
        inside = kinds[depth - 1]
        if (c == 125 and inside == _OBJECT and state in (_AFTER, _FIRST_KEY)) or (
            c == 93 and inside == _ARRAY and state in (_AFTER, _FIRST_VALUE)
        ):
            depth -= 1
            at += 1
            state = _AFTER
            if inside == _ARRAY:
                arrays -= 1
                if arrays == 0:
                    if n == len(leaf_paths):
                        return -1, GOOD
                    leaf_paths[n], leaf_starts[n], leaf_ends[n], types[n] = array_path, array_start, at, ARRAY
                    n += 1
        elif state == _AFTER:
            if c != 44:
                return n, NOT_JSON
            state = _KEY if inside == _OBJECT else _VALUE
            at += 1
        elif state in (_KEY, _FIRST_KEY):
            if c != 34:
                return n, NOT_JSON
            at, key = read_string(data, at, end, paths[depth - 1], buffer)
            if at < 0:
                return n, NOT_JSON
            at = skip_space(data, at, end)
            if at >= end or data[at] != 58:
                return n, NOT_JSON
            at += 1
            state = _VALUE
        elif c == 123 or c == 91:
            if depth == DEPTH:
                return n, TOO_DEEP
            if c == 91:
                if arrays == 0:
                    array_path, array_start = key, at
                arrays += 1
            kinds[depth], paths[depth] = _OBJECT if c == 123 else _ARRAY, key
            state = _FIRST_KEY if c == 123 else _FIRST_VALUE
            depth += 1
            at += 1
        else:
            stop, kind = read_scalar(data, at, end, key, buffer, words)
            if stop < 0:
                return n, NOT_JSON
            if arrays == 0:
                if n == len(leaf_paths):
                    return -1, GOOD
                leaf_paths[n], leaf_starts[n], leaf_ends[n], types[n] = key, at, stop, kind
                n += 1
            at = stop
            state = _AFTER
    return n, GOOD if skip_space(data, at, end) >= end else NOT_JSON


@compiled
def scan(data, final, words, starts, ends, leaf_rows, leaf_paths, leaf_starts, leaf_ends, types):  # type: ignore[no-untyped-def]
    """Finds whole lines and their leaves; blank lines are none.

    Returns records, leaves (-1: no room), bytes consumed, an error code and its position.
    """
    kinds, paths = np.zeros(DEPTH, np.int64), np.zeros(DEPTH, np.uint64)
    buffer = np.zeros(4, np.uint8)
    size, at, records, leaves = len(data), 0, 0, 0
    while at < size:
        stop = at
        while stop < size and data[stop] != 10:
            stop += 1
        if stop >= size and not final:
            break
        after = min(size, stop + 1)
        if skip_space(data, at, stop) < stop:
            first = leaves
            leaves, fault = walk(
                data, at, stop, words, kinds, paths, buffer, leaf_paths, leaf_starts, leaf_ends, types, leaves
            )
            if leaves < 0 or fault:
                return records, leaves, at, fault, at
            leaf_rows[first:leaves] = records
            starts[records], ends[records] = at, after
            records += 1
        at = after
    return records, leaves, at, GOOD, at


@compiled
def place(rows, paths, slots, owners, firsts, cells, next_cell):  # type: ignore[no-untyped-def]
    """Numbers the distinct paths in order of appearance and counts each leaf into its row.

    `slots` and `owners` are a hash table of paths, `firsts` gets the first leaf of each path, `cells` the number of the
    path of each leaf, `next_cell` is scratch of the size of `firsts`. Returns how many paths there are (-1: no room)
    and the first leaf whose path its row already has (-1: none).
    """
    mask, n, repeated = len(slots) - 1, 0, -1
    for leaf in range(len(paths)):
        path = paths[leaf]
        slot = np.int64(path >> np.uint64(40)) & mask
        while owners[slot] >= 0 and slots[slot] != path:
            slot = (slot + 1) & mask
        if owners[slot] < 0:
            if n == len(firsts):
                return -1, repeated
            slots[slot], owners[slot], firsts[n], next_cell[n] = path, n, leaf, -1
            n += 1
        column = owners[slot]
        cells[leaf] = column
        if next_cell[column] == rows[leaf] and repeated < 0:
            repeated = leaf
        next_cell[column] = rows[leaf]
    return n, repeated


@compiled
def write_texts(data, starts, ends, types, buffer, offsets, out):  # type: ignore[no-untyped-def]
    """Writes each value as text: strings unescaped, arrays without white space and needless escapes, the rest as is.

    Values with a negative start are nothing. Returns how many bytes were written.
    """
    to = 0
    for i in range(len(starts)):
        at, end = starts[i], ends[i]
        if at >= 0 and types[i] == STRING:
            at, end = at + 1, end - 1
        inside = types[i] == STRING
        while at >= 0 and at < end:
            c = data[at]
            width = 1
            if types[i] == ARRAY and c == 34:
                inside = not inside
            elif not inside and (c == 32 or c == 9 or c == 13):
                at += 1
                continue
            if inside and c == 92:
                code, width = escape_at(data, at, end)
                if types[i] == STRING or (code >= 32 and code != 34 and code != 92):
                    for j in range(utf8_bytes(code, buffer)):
                        out[to] = buffer[j]
                        to += 1
                    at += width
                    continue
            for j in range(width):
                out[to] = data[at + j]
                to += 1
            at += width
        offsets[i + 1] = to
    return to

"""Cuts Chinese text into words, with names of people as words that are put together on the spot.

The cheapest path through all words and all possible names (minus the logarithm of how usual each is, in hundredths), as
for any unigram model; what stands before and after makes a name cheaper. Words have at most four characters, so that
each is one number of 64 bits and a table needs no comparison of strings.
"""

import numpy as np

from bequest.engine.kernels.buffers import frozen
from bequest.engine.kernels.compiled import compiled
from bequest.engine.kernels.scan_text import plain_at

WORD, NAME = 1, 2
PLACE, END, ROOM = 1, 2, 4
UNKNOWN_CHARACTER, UNUSUAL_GIVEN = 1300, 950
IS_LINK = np.zeros(1 << 16, np.bool_)
IS_LINK[[ord(c) for c in ":： \t“”\"'（(【[、/|"]] = True
IS_LINK = frozen(IS_LINK)
"""Signs that may stand between a word that announces a name and the name."""


@compiled
def is_han(code):  # type: ignore[no-untyped-def]
    """Whether a character is Chinese."""
    return (code >= 0x4E00 and code <= 0x9FFF) or (code >= 0x3400 and code <= 0x4DBF)


@compiled
def decode(data, begin, end, chars, places):  # type: ignore[no-untyped-def]
    """Characters of a value (full-width ones plain, those beyond 16 bits as one code) and where each begins."""
    n, at = 0, begin
    while at < end:
        places[n] = at
        first = np.int64(data[at])
        if first < 0x80:
            code, width = first, 1
        elif first < 0xE0:
            code, width = ((first & 31) << 6) | (data[at + 1] & 63), 2
        elif first < 0xF0:
            code = ((first & 15) << 12) | ((np.int64(data[at + 1]) & 63) << 6) | (np.int64(data[at + 2]) & 63)
            width = 3
            if code >= 0xFF01 and code <= 0xFF5E:
                code, _ = plain_at(data, at, end)
        else:
            code, width = np.int64(0xFFFD), 4
        chars[n] = code
        n += 1
        at += width
    places[n] = end
    return n


@compiled
def packed(chars, begin, end):  # type: ignore[no-untyped-def]
    """Up to four characters as one number."""
    key = np.uint64(0)
    for i in range(begin, end):
        key = (key << np.uint64(16)) | np.uint64(chars[i])
    return key


@compiled
def slot_of(keys, key):  # type: ignore[no-untyped-def]
    """Where a word stands in a table, or the free place where it would; the table is a power of two and never full."""
    mask = np.uint64(len(keys) - 1)
    slot = ((key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)) & mask
    while keys[slot] != 0 and keys[slot] != key:
        slot = (slot + np.uint64(1)) & mask
    return slot


@compiled
def fill(words, keys, values, new):  # type: ignore[no-untyped-def]
    """Puts words with a row of values each into an empty table."""
    for i in range(len(words)):
        slot = slot_of(keys, words[i])
        keys[slot] = words[i]
        values[slot] = new[i]


@compiled
def before_bonus(chars, at, keys, values):  # type: ignore[no-untyped-def]
    """How much what stands before a place speaks for a name there."""
    links = 0
    while at > 0 and links < 4 and IS_LINK[chars[at - 1]]:
        at -= 1
        links += 1
    for length in range(min(4, at), 0, -1):
        slot = slot_of(keys, packed(chars, at - length, at))
        if keys[slot] != 0 and values[slot, 0] > 0:
            return values[slot, 0] + (100 if links else 0)
    return 60 if at == 0 or not is_han(chars[at - 1]) else 0


@compiled
def after_bonus(chars, at, n, keys, values):  # type: ignore[no-untyped-def]
    """How much what stands after a place speaks for a name that ends there."""
    if at < n and IS_LINK[chars[at]]:
        return 60
    for length in range(min(4, n - at), 0, -1):
        slot = slot_of(keys, packed(chars, at, at + length))
        if keys[slot] != 0 and values[slot, 1] > 0:
            return values[slot, 1]
    return 60 if at == n or not is_han(chars[at]) else 0


@compiled
def name_cost(chars, at, head, length, names):  # type: ignore[no-untyped-def]
    """What a surname of `head` characters and given ones cost; `names` are surname, only, first and second given."""
    cost = 0
    given = length - head
    for i in range(given):
        kind = 1 if given == 1 else 2 + i
        c = chars[at + head + i]
        cost += names[kind, c] if names[kind, c] else UNUSUAL_GIVEN
    return cost


@compiled
def segment(chars, n, words, context, names, prior, best, step, kind):  # type: ignore[no-untyped-def]
    """Cheapest way to cut the first n characters: `step[i]` and `kind[i]` are length and kind of what ends at i."""
    keys, values = words
    context_keys, context_values = context
    best[0] = 0
    for i in range(1, n + 1):
        best[i] = 1 << 40
    for i in range(n):
        c = chars[i]
        if not is_han(c):
            if best[i] < best[i + 1]:
                best[i + 1], step[i + 1], kind[i + 1] = best[i], 1, 0
            continue
        longest = 1
        while longest < 4 and i + longest < n and is_han(chars[i + longest]):
            longest += 1
        for length in range(1, longest + 1):
            slot = slot_of(keys, packed(chars, i, i + length))
            if keys[slot] != 0 or length == 1:
                cost = best[i] + (values[slot, 0] if keys[slot] != 0 else UNKNOWN_CHARACTER)
                if cost < best[i + length]:
                    best[i + length], step[i + length], kind[i + length] = cost, length, WORD
        for head in range(1, min(2, longest - 1) + 1):
            surname = names[0, c]
            if head == 2:
                slot = slot_of(context_keys, packed(chars, i, i + 2))
                surname = context_values[slot, 3] if context_keys[slot] != 0 else 0
            if surname == 0:
                continue
            ahead = best[i] + prior + surname - before_bonus(chars, i, context_keys, context_values)
            for length in range(head + 1, min(head + 2, longest) + 1):
                cost = ahead + name_cost(chars, i, head, length, names)
                cost -= after_bonus(chars, i + length, n, context_keys, context_values)
                if cost < best[i + length]:
                    best[i + length], step[i + length], kind[i + length] = cost, length, NAME


@compiled
def unfold(n, step, kind, cuts, kinds):  # type: ignore[no-untyped-def]
    """The segments from left to right: where each begins (and n at the end) and its kind; returns how many."""
    count, at = 0, n
    while at > 0:
        at -= step[at]
        count += 1
    at = n
    cuts[count] = n
    for i in range(count - 1, -1, -1):
        kinds[i] = kind[at]
        at -= step[at]
        cuts[i] = at
    return count

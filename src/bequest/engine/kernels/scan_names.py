"""The compiled walk over segmented text that finds people, addresses and companies; `names` is its face.

Companies end in a legal or usual form and reach left to the first word that ends a name. Addresses are runs without
such a word that give a road with a number, numbered buildings and rooms, or places down to a village. What is left of
the segments that are names of people are people.
"""

import numpy as np

from bequest.engine.kernels.buffers import Bools, frozen
from bequest.engine.kernels.compiled import compiled
from bequest.engine.kernels.segment import (
    END,
    NAME,
    PLACE,
    ROOM,
    after_bonus,
    before_bonus,
    decode,
    is_han,
    packed,
    segment,
    slot_of,
    unfold,
)  # fmt: skip

PERSON, ADDRESS, COMPANY = 11, 12, 13
SUFFIX = 8
LONGEST_COMPANY, LONGEST_ADDRESS = 28, 60


def _set_of(characters: str) -> Bools:
    table = np.zeros(1 << 16, np.bool_)
    table[[ord(c) for c in characters]] = True
    return frozen(table)


IS_UNIT = _set_of("号弄幢栋座室楼层组期户院单")
IS_ROAD = _set_of("路街道巷弄")
IS_REGION = _set_of("省市区县州镇乡村旗")
IS_COUNT = _set_of("0123456789一二三四五六七八九十")
IS_DOT = _set_of("·•・‧")
IS_JOINT = _set_of("-—#～~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


@compiled
def flag(chars, cuts, kinds, count, words, context, flags):  # type: ignore[no-untyped-def]
    """What each segment is: place, end of names, part of a building's name, end of a company's."""
    keys, values = words
    context_keys, context_values = context
    for k in range(count):
        flags[k] = 0
        size = cuts[k + 1] - cuts[k]
        if size > 4 or not is_han(chars[cuts[k]]):
            continue
        key = packed(chars, cuts[k], cuts[k + 1])
        slot = slot_of(context_keys, key)
        if kinds[k] == NAME:
            continue
        if context_keys[slot] != 0:
            flags[k] = context_values[slot, 2]
        slot = slot_of(keys, key)
        if keys[slot] != 0 and not (values[slot, 1] & END and IS_ROAD[chars[cuts[k + 1] - 1]]):
            flags[k] |= values[slot, 1] & (~END if flags[k] & PLACE else 7)
        if size == 1 and k > 0 and IS_REGION[chars[cuts[k]]] and is_han(chars[cuts[k] - 1]) and not flags[k - 1] & END:
            flags[k] = flags[k] & ~END | PLACE
            flags[k - 1] |= PLACE


@compiled
def company_end(chars, cuts, k, context):  # type: ignore[no-untyped-def]
    """How long the form is in which a company's name ends with segment k; 0 where it does not."""
    keys, values = context
    end = cuts[k + 1]
    for size in range(min(4, end), 0, -1):
        slot = slot_of(keys, packed(chars, end - size, end))
        if keys[slot] != 0 and values[slot, 2] & SUFFIX:
            return size
    return 0


@compiled
def company_begin(chars, cuts, kinds, k, flags, least):  # type: ignore[no-untyped-def]
    """The first segment of the company's name that ends with segment k."""
    j = k
    while j > least and cuts[k + 1] - cuts[j - 1] <= LONGEST_COMPANY:
        c = chars[cuts[j - 1]]
        if not is_han(c) and c != 40 and c != 41:
            break
        if flags[j - 1] & END and not within_name(cuts, flags, j - 1, least):
            break
        if kinds[j - 1] == NAME and flags[j] & PLACE:
            break
        j -= 1
    while j < k and (chars[cuts[j]] == 40 or chars[cuts[j]] == 41):
        j += 1
    return j


@compiled
def within_name(cuts, flags, k, least):  # type: ignore[no-untyped-def]
    """Whether a short word such as 和 is part of a name: one character and a place stand before it (苏州瑞和…)."""
    one = cuts[k + 1] - cuts[k] == 1
    return one and k - 2 >= least and cuts[k] - cuts[k - 1] == 1 and not flags[k - 1] & END and flags[k - 2] & PLACE


@compiled
def companies(chars, cuts, kinds, count, flags, context, owner):  # type: ignore[no-untyped-def]
    """Marks the characters of companies' names in `owner`."""
    k, least = 0, 0
    while k < count:
        size = company_end(chars, cuts, k, context)
        if size == 0:
            k += 1
            continue
        last, j = k, k + 1
        while j < min(count, k + 6) and is_han(chars[cuts[j]]) and not flags[j] & END:
            further = company_end(chars, cuts, j, context)
            if further:
                last, size = j, further
            j += 1
        first = company_begin(chars, cuts, kinds, k, flags, least)
        body = cuts[last + 1] - cuts[first] - size
        if body >= 4 or (body >= 2 and (size >= 4 or flags[first] & PLACE)):
            owner[cuts[first] : cuts[last + 1]] = COMPANY
            least = last + 1
        k = last + 1


@compiled
def addresses(chars, cuts, kinds, count, flags, owner):  # type: ignore[no-untyped-def]
    """Marks the characters of addresses in `owner`: runs of segments without an end in them."""
    k = 0
    while k < count:
        first = k
        while k < count and part_of_address(chars, cuts, flags, owner, k, first):
            k += 1
        if k > first:
            start, stop = address_in(chars, cuts, kinds, flags, first, k)
            if stop > start:
                owner[start:stop] = ADDRESS
        else:
            k += 1


@compiled
def part_of_address(chars, cuts, flags, owner, k, first):  # type: ignore[no-untyped-def]
    """Whether a segment may stand inside an address."""
    at = cuts[k]
    if owner[at] or flags[k] & END or cuts[k] - cuts[first] > LONGEST_ADDRESS:
        return False
    return is_han(chars[at]) or IS_JOINT[chars[at]]


@compiled
def address_in(chars, cuts, kinds, flags, first, last):  # type: ignore[no-untyped-def]
    """Start and end of the address in a run of segments, by what speaks for one; start = end where nothing does."""
    units, roads, places, rooms, villages = 0, 0, 0, 0, 0
    start, evidence, stop = -1, -1, cuts[first]
    k = first
    while k < last:
        at, end = cuts[k], cuts[k + 1]
        if flags[k] & PLACE:
            places += 1
            if start < 0 and evidence < 0:
                start = at
            villages += chars[end - 1] == 0x6751 or chars[end - 1] == 0x9547  # 村 镇
            stop = end
        if flags[k] & ROOM:
            rooms += 1
            stop = end
        for i in range(at, end):
            c = chars[i]
            counted = i > cuts[first] and (IS_COUNT[chars[i - 1]] or (chars[i - 1] >= 65 and chars[i - 1] <= 90))
            if IS_UNIT[c] and counted:
                units += 1
            elif IS_ROAD[c] and i + 1 < cuts[last] and chars[i + 1] >= 48 and chars[i + 1] <= 57:
                roads += 1
            elif not (c < 128 and (units or roads or rooms)):
                continue
            evidence = i if evidence < 0 else evidence
            stop = max(stop, i + 1)
            while (
                i == end - 1 and IS_UNIT[c] and stop < cuts[last] and (chars[stop] == 0x697C or chars[stop] == 0x5143)
            ):
                stop += 1  # 号楼, 单元
        k += 1
    enough = units >= 2 or (roads and (units or places)) or (units and (rooms or places >= 2))
    if not (enough or (rooms and places >= 2) or (villages and places >= 3)):
        return 0, 0
    if start < 0:
        k = first
        while kinds[k] == NAME and k + 1 < last and cuts[k + 1] < evidence and evidence - cuts[k + 1] > 3:
            k += 1
        start = cuts[k]
    return start, stop


@compiled
def joined_name(chars, at, cuts, count, flags, context):  # type: ignore[no-untyped-def]
    """Start and end of a name of several parts around a middle dot."""
    k = 0
    while cuts[k + 1] <= at:
        k += 1
    first, last = k, k + 1
    while first > 0 and is_han(chars[cuts[first - 1]]) and not flags[first - 1] & END and at - cuts[first - 1] <= 6:
        first -= 1
    keys, values = context
    while last < count and (is_han(chars[cuts[last]]) or IS_DOT[chars[cuts[last]]]) and cuts[last + 1] - at <= 9:
        slot = slot_of(keys, packed(chars, cuts[last], min(cuts[last + 1], cuts[last] + 4)))
        if flags[last] & END or (keys[slot] != 0 and values[slot, 1] > 0):
            break
        last += 1
    return cuts[first], cuts[last]


@compiled
def latin_name(chars, at, n):  # type: ignore[no-untyped-def]
    """Where two or three words with a capital each end that begin at a place; the place where there are none."""
    parts, end = 0, at
    while parts < 3 and end < n and chars[end] >= 65 and chars[end] <= 90:
        stop = end + 1
        while stop < n and chars[stop] >= 97 and chars[stop] <= 122:
            stop += 1
        if stop - end < 2:
            break
        parts += 1
        at_end = stop
        end = stop + 1 if stop < n and chars[stop] == 32 else n
    return at_end if parts >= 2 else at


@compiled
def people(chars, n, cuts, kinds, count, flags, context, owner):  # type: ignore[no-untyped-def]
    """Marks the characters of people's names in `owner`, the first one of each by its negative."""
    keys, values = context
    for k in range(count):
        at = cuts[k]
        if owner[at]:
            continue
        start, stop = at, at
        if kinds[k] == NAME and not flags[k] & PLACE:
            stop = cuts[k + 1]
            if stop < n and chars[stop] == 42:  # a masked name
                continue
        elif IS_DOT[chars[at]] and at > 0 and at + 1 < n and is_han(chars[at - 1]) and is_han(chars[at + 1]):
            start, stop = joined_name(chars, at, cuts, count, flags, context)
        elif chars[at] >= 65 and chars[at] <= 90 and (at == 0 or not IS_JOINT[chars[at - 1]]):
            stop = latin_name(chars, at, n)
            spoken_for = (
                before_bonus(chars, at, keys, values) >= 180 or after_bonus(chars, stop, n, keys, values) >= 160
            )
            stop = stop if spoken_for else at
        if stop > start:
            owner[start:stop] = PERSON
            owner[start] = -PERSON


@compiled
def find(texts, valid, words, context, names, prior, out):  # type: ignore[no-untyped-def]
    """All of them in order, without overlaps, as rows start, end, kind, row; returns how many, -1: `out` too short."""
    offsets, data = texts
    longest = 0
    for row in range(len(valid)):
        longest = max(longest, offsets[row + 1] - offsets[row])
    chars, places = np.zeros(longest + 1, np.int64), np.zeros(longest + 1, np.int64)
    best, step, kind = np.zeros(longest + 1, np.int64), np.zeros(longest + 1, np.int64), np.zeros(longest + 1, np.int64)
    cuts, kinds, flags = np.zeros_like(chars), np.zeros_like(chars), np.zeros_like(chars)
    owner = np.zeros(longest + 1, np.int64)
    found = 0
    for row in range(len(valid)):
        if not valid[row]:
            continue
        n = decode(data, offsets[row], offsets[row + 1], chars, places)
        segment(chars, n, words, context, names, prior, best, step, kind)
        count = unfold(n, step, kind, cuts, kinds)
        flag(chars, cuts, kinds, count, words, context, flags)
        owner[: n + 1] = 0
        companies(chars, cuts, kinds, count, flags, context, owner)
        addresses(chars, cuts, kinds, count, flags, owner)
        people(chars, n, cuts, kinds, count, flags, context, owner)
        at = 0
        while at < n:
            stop = at + 1
            while stop < n and owner[stop] == abs(owner[at]):
                stop += 1
            if owner[at]:
                if found == len(out):
                    return -1
                out[found, 0], out[found, 1], out[found, 2], out[found, 3] = (
                    places[at],
                    places[stop],
                    abs(owner[at]),
                    row,
                )
                found += 1
            at = stop
    return found

"""Connected components over shared tags: which rows speak of the same thing."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from bequest.engine.kernels.buffers import Bools, Ints, frozen, tag_array, tag_series
from bequest.engine.kernels.compiled import compiled

Labels = npt.NDArray[np.uint32]
Codes = npt.NDArray[np.int32]
Words = npt.NDArray[np.uint64]
_ROWS_AT_ONCE = 1 << 19


def components(n: int, keys: Sequence[pl.Series] = (), edges: Ints | None = None) -> Labels:
    """Labels 0, 1, … of the components of n rows, numbered by the first row of each.

    Rows are joined when any of their tags are equal, in whichever of the `keys` columns (16-byte tags, null = none)
    they stand, and by `edges` (m × 2 row numbers). Tags are compared whole: 128 bits, never a shorter hash.

    Raises:
        ValueError: where a column does not have n rows, a tag not 16 bytes, or an edge leaves the rows.
    """
    parent = np.arange(n, dtype=np.int64)
    if edges is not None and len(edges):
        if edges.ndim != 2 or edges.shape[1] != 2 or int(edges.min()) < 0 or int(edges.max()) >= n:
            raise ValueError("edges are pairs of row numbers")
        _union_edges(parent, np.ascontiguousarray(edges, dtype=np.int64))
    if any(len(key) != n for key in keys):
        raise ValueError("every key column has one value per row")
    _union_tags(parent, keys)
    labels = np.empty(n, np.uint32)
    _number(parent, labels)
    return labels


def codes(keys: Sequence[pl.Series]) -> list[Codes]:
    """Small numbers for tags: equal tags, in whichever column, get equal codes 0, 1, …; null gets -1.

    Tags are compared whole, as in `components`.
    """
    n_tags = sum(len(key) - key.null_count() for key in keys)
    return _coded([len(key) for key in keys], n_tags, lambda i, at: _tag_words(keys[i][at]))


def pair_codes(pairs: Sequence[tuple[Codes, Codes]]) -> list[Codes]:
    """Codes for pairs of codes, equal over all the given columns where both halves are; -1 where a half is missing."""
    n_tags = sum(int(np.count_nonzero((a >= 0) & (b >= 0))) for a, b in pairs)
    return _coded([len(a) for a, _ in pairs], n_tags, lambda i, at: _pair_words(pairs[i][0][at], pairs[i][1][at]))


def _tag_words(key: pl.Series) -> tuple[Words, Bools]:
    tags, valid = tag_array(key)
    return frozen(tags).view(np.uint64), valid


def _pair_words(a: Codes, b: Codes) -> tuple[Words, Bools]:
    return frozen(np.column_stack([a, b]).astype(np.int64)).view(np.uint64), frozen((a >= 0) & (b >= 0))


def _coded(heights: Sequence[int], n_tags: int, words: Callable[[int, slice], tuple[Words, Bools]]) -> list[Codes]:
    """Codes of columns of these heights; `words` answers a part of one of them, so that none lies in memory twice."""
    slots = 1 << max(4, int(3 * n_tags // 2).bit_length())
    table = np.zeros((slots, 3), np.uint64)
    out, used = [], 0
    for i, n in enumerate(heights):
        made = np.full(n, -1, np.int32)
        for first in range(0, n, _ROWS_AT_ONCE):
            at = slice(first, min(first + _ROWS_AT_ONCE, n))
            used = _code_tags(*words(i, at), table, made[at], used)
        out.append(made)
    return out


def components_of_codes(n: int, keys: Sequence[Sequence[Codes]], edges: Ints | None = None) -> Labels:
    """As `components`, over codes (-1 = none): rows are joined by an equal code in any two columns of one key."""
    parent = np.arange(n, dtype=np.int64)
    if edges is not None and len(edges):
        _union_edges(parent, np.ascontiguousarray(edges, dtype=np.int64))
    for key in keys:
        first = np.full(max((int(column.max(initial=-1)) for column in key), default=-1) + 1, -1, np.int64)
        for column in key:
            _union_codes(parent, column, first)
    labels = np.empty(n, np.uint32)
    _number(parent, labels)
    return labels


def components_apart(n: int, edges: Ints, apart: Ints, never: Ints) -> Labels:
    """Components under constraints: edges are taken in their order, and one that would break a constraint is not taken.

    `apart` (n × k) holds codes or -1: no component ever holds two different codes of one column. `never` (m × 2) are
    rows that are never in one component.
    """
    parent = np.arange(n, dtype=np.int64)
    _union_apart(parent, np.ascontiguousarray(edges, np.int64), np.array(apart, np.int64), never.astype(np.int64))
    labels = np.empty(n, np.uint32)
    _number(parent, labels)
    return labels


def several(keys: Sequence[Codes], who: Codes | Labels, n: int) -> Bools:
    """Which of the codes 0 … n-1 stand, in any of the columns, in rows of more than one `who` (-1 is nobody)."""
    first, many = np.full(n, -1, np.int32), np.zeros(n, np.bool_)
    for key in keys:
        _met_twice(key, who, first, many)
    return many


def bearers_of(key: Codes, who: Codes | Labels, most: int) -> tuple[Codes, npt.NDArray[np.int8]]:
    """For each code the first `most` different `who` that bear it, and how many do: `most` + 1 for more.

    -1 is nobody in `who`, and stands in the answer where there are fewer.
    """
    n = int(key.max(initial=-1)) + 1
    found, count = np.full((n, most), -1, np.int32), np.zeros(n, np.int8)
    _note_bearers(key, who, found, count)
    return found, count


def smallest(labels: Labels, tags: pl.Series, n: int) -> pl.Series:
    """The smallest 16-byte tag of each of the labels 0 … n-1, every one of which has a row with a tag."""
    best = np.full((n, 2), np.iinfo(np.uint64).max, np.uint64)
    for first in range(0, len(labels), _ROWS_AT_ONCE):
        at = slice(first, first + _ROWS_AT_ONCE)
        words, valid = _tag_words(tags[at])
        _keep_smaller(labels[at], frozen(words.byteswap()), valid, best)
    return tag_series(tags.name, best.byteswap().view(np.uint8).reshape(n, 16), frozen(np.ones(n, np.bool_)))


def _union_tags(parent: Ints, keys: Sequence[pl.Series]) -> None:
    n_tags = sum(len(key) - key.null_count() for key in keys)
    if not n_tags:
        return
    slots = 1 << max(4, int(2 * n_tags - 1).bit_length())
    table = np.zeros((slots, 3), np.uint64)
    for key in keys:
        tags, valid = tag_array(key)
        words = frozen(tags).view(np.uint64)
        _join_equal(parent, words, valid, table)


@compiled
def _root(parent, row):  # type: ignore[no-untyped-def]
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = parent[row]
    return row


@compiled
def _union(parent, a, b):  # type: ignore[no-untyped-def]
    """The smaller row stays root: so labels follow the first row."""
    a = _root(parent, a)
    b = _root(parent, b)
    if a < b:
        parent[b] = a
    elif b < a:
        parent[a] = b


@compiled
def _union_edges(parent, edges):  # type: ignore[no-untyped-def]
    for i in range(edges.shape[0]):
        _union(parent, edges[i, 0], edges[i, 1])


@compiled
def _join_equal(parent, words, valid, table):  # type: ignore[no-untyped-def]
    for row in range(words.shape[0]):
        if not valid[row]:
            continue
        slot = _slot(table, words[row, 0], words[row, 1])
        if table[slot, 2]:
            _union(parent, row, np.int64(table[slot, 2]) - 1)
        else:
            table[slot, 0] = words[row, 0]
            table[slot, 1] = words[row, 1]
            table[slot, 2] = row + 1


@compiled
def _union_codes(parent, key, first):  # type: ignore[no-untyped-def]
    for row in range(len(key)):
        code = key[row]
        if code < 0:
            continue
        if first[code] < 0:
            first[code] = row
        else:
            _union(parent, first[code], row)


@compiled
def _slot(table, h, w):  # type: ignore[no-untyped-def]
    """Open addressing: a slot holds the whole tag and what was noted of it plus one, together in one line of cache."""
    mask = table.shape[0] - 1
    mixed = (h ^ (w >> np.uint64(31))) * np.uint64(0x9E3779B97F4A7C15) + w
    slot = np.int64((mixed ^ (mixed >> np.uint64(29))) >> np.uint64(16)) & mask
    while table[slot, 2] and (table[slot, 0] != h or table[slot, 1] != w):
        slot = (slot + 1) & mask
    return slot


@compiled
def _code_tags(words, valid, table, made, used):  # type: ignore[no-untyped-def]
    for row in range(words.shape[0]):
        if not valid[row]:
            continue
        slot = _slot(table, words[row, 0], words[row, 1])
        if not table[slot, 2]:
            table[slot, 0] = words[row, 0]
            table[slot, 1] = words[row, 1]
            used += 1
            table[slot, 2] = used
        made[row] = np.int64(table[slot, 2]) - 1
    return used


@compiled
def _met_twice(key, who, first, many):  # type: ignore[no-untyped-def]
    for row in range(len(key)):
        code = key[row]
        if code < 0 or who[row] < 0:
            continue
        if first[code] < 0:
            first[code] = who[row]
        elif first[code] != who[row]:
            many[code] = True


@compiled
def _note_bearers(key, who, found, count):  # type: ignore[no-untyped-def]
    most = found.shape[1]
    for row in range(len(key)):
        code = key[row]
        if code < 0 or who[row] < 0 or count[code] > most:
            continue
        known = False
        for i in range(count[code]):
            if found[code, i] == who[row]:
                known = True
        if known:
            continue
        if count[code] < most:
            found[code, count[code]] = who[row]
        count[code] += 1


@compiled
def _keep_smaller(labels, words, valid, best):  # type: ignore[no-untyped-def]
    """Words are big-endian numbers here: they compare as the bytes do."""
    for row in range(len(labels)):
        if not valid[row]:
            continue
        label = labels[row]
        h, w = words[row, 0], words[row, 1]
        if h < best[label, 0] or (h == best[label, 0] and w < best[label, 1]):
            best[label, 0] = h
            best[label, 1] = w


@compiled
def _union_apart(parent, edges, apart, never):  # type: ignore[no-untyped-def]
    """The root of a component bears its codes; `apart` is written to."""
    for i in range(edges.shape[0]):
        a = _root(parent, edges[i, 0])
        b = _root(parent, edges[i, 1])
        if a == b:
            continue
        allowed = True
        for k in range(apart.shape[1]):
            if apart[a, k] >= 0 and apart[b, k] >= 0 and apart[a, k] != apart[b, k]:
                allowed = False
        for m in range(never.shape[0] if allowed else 0):
            p = _root(parent, never[m, 0])
            q = _root(parent, never[m, 1])
            if (p == a and q == b) or (p == b and q == a):
                allowed = False
                break
        if not allowed:
            continue
        if b < a:
            a, b = b, a
        parent[b] = a
        for k in range(apart.shape[1]):
            if apart[a, k] < 0:
                apart[a, k] = apart[b, k]


@compiled
def _number(parent, labels):  # type: ignore[no-untyped-def]
    count = 0
    for row in range(len(parent)):
        root = _root(parent, row)
        if root == row:
            labels[row] = count
            count += 1
        else:
            labels[row] = labels[root]

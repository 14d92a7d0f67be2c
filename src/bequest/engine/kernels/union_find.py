"""Connected components over shared codes: which rows speak of the same thing."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from bequest.engine.kernels.buffers import Bools, Ints, frozen, tag_array, tag_series
from bequest.engine.kernels.coding import Codes, number_of
from bequest.engine.kernels.compiled import compiled

Labels = npt.NDArray[np.uint32]


def components_of_codes(n: int, keys: Sequence[Sequence[Codes]], edges: Ints | None = None) -> Labels:
    """Labels 0, 1, … of the components of n rows, numbered by the first row of each.

    Rows are joined by an equal code (-1 = none) in any two columns of one key, and by `edges` (m × 2 row numbers).

    Raises:
        ValueError: where a column does not have n rows, or an edge leaves the rows.
    """
    if any(len(column) != n for key in keys for column in key):
        raise ValueError("every key column has one code per row")
    parent = np.arange(n, dtype=np.int32)
    if edges is not None and len(edges):
        if edges.ndim != 2 or edges.shape[1] != 2 or int(edges.min()) < 0 or int(edges.max()) >= n:
            raise ValueError("edges are pairs of row numbers")
        _union_edges(parent, np.ascontiguousarray(edges, dtype=np.int64))
    for key in keys:
        first = np.full(number_of(key), -1, np.int32)
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
    parent = np.arange(n, dtype=np.int32)
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


def times_of(keys: Sequence[Codes], n: int) -> Codes:
    """In how many rows of all the columns each of the codes 0 … n-1 stands."""
    counts = np.zeros(n, np.int32)
    for key in keys:
        _count(key, counts)
    return counts


def bearers_of(key: Codes, who: Codes | Labels, most: int) -> tuple[Codes, npt.NDArray[np.int8]]:
    """For each code the first `most` different `who` that bear it, and how many do: `most` + 1 for more.

    -1 is nobody in `who`, and stands in the answer where there are fewer.
    """
    n = int(key.max(initial=-1)) + 1
    found, count = np.full((n, most), -1, np.int32), np.zeros(n, np.int8)
    _note_bearers(key, who, found, count)
    return found, count


def smallest(labels: Labels, parts: Iterable[pl.Series], n: int) -> pl.Series:
    """The smallest 16-byte tag of each of the labels 0 … n-1, every one of which has a row with a tag.

    `parts`: the tags of all rows in their order, part by part.
    """
    best = np.full((n, 2), np.iinfo(np.uint64).max, np.uint64)
    first = 0
    for part in parts:
        tags, valid = tag_array(part)
        words = frozen(tags.view(np.uint64).byteswap())
        _keep_smaller(labels[first : first + len(part)], words, valid, best)
        first += len(part)
    best.byteswap(inplace=True)
    return tag_series("", best.view(np.uint8).reshape(n, 16), frozen(np.ones(n, np.bool_)))


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
def _count(key, counts):  # type: ignore[no-untyped-def]
    for row in range(len(key)):
        if key[row] >= 0:
            counts[key[row]] += 1


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

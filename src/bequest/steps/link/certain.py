"""What makes two mentions one person for certain: exact identifiers, and only where they are one person's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bequest.engine.kernels.buffers import Bools
from bequest.engine.kernels.coding import Codes, number_of, pair_codes
from bequest.engine.kernels.union_find import Labels, bearers_of, components_apart, components_of_codes, several
from bequest.steps.link.mentions import Mentions, Said

OWN_NAMES = 3
"""A phone, e-mail address or identity number under more different-sounding names is nobody's own."""


@dataclass(frozen=True, slots=True)
class Certain:
    """A label per mention; `n_refused`: mentions in components that had to be parted by an identity number."""

    labels: Labels
    n_refused: int


def certain(mentions: Mentions, codes: Mapping[str, Codes], said: Said) -> Certain:
    """Join what is certain. Where ties lead to two identity numbers, they are taken one by one and the last refused."""
    keys = certain_keys(mentions, codes)
    labels = components_of_codes(mentions.height, keys, said.same)
    torn = _torn(labels, codes["id"], said.different)
    if not len(torn):
        return Certain(labels, 0)
    again = _parted(mentions, codes["id"], keys, said, _among(labels, torn))
    numbers = labels.astype(np.int64)
    rows, parts = again
    numbers[rows] = parts.astype(np.int64) + int(labels.max()) + 1
    return Certain(_renumbered(numbers), len(rows))


def certain_keys(mentions: Mentions, codes: Mapping[str, Codes]) -> list[Sequence[Codes]]:
    """Identity number, references, name with phone, name with e-mail; the columns of a key are in one numbering."""
    own = {k: _borne_by_few(codes[k], codes["py"]) for k in ("id", "ph", "ph2", "em")}
    phones = pair_codes([(own.pop("ph"), codes["nm"]), (own.pop("ph2"), codes["nm"])])
    mails = pair_codes([(own.pop("em"), codes["nm"])])
    return [(own["id"],), mentions.references(codes), *(_of_one_person(k, codes) for k in (phones, mails))]


def _borne_by_few(key: Codes, names: Codes) -> Codes:
    """The key without values that stand beside more than `OWN_NAMES` different-sounding names."""
    many = bearers_of(key, names, OWN_NAMES)[1] > OWN_NAMES
    return _without(key, many)


def _without(key: Codes, many: Bools) -> Codes:
    """The key, emptied (-1) where its code is marked."""
    if not many.any():
        return key
    out = key.copy()
    out[(key >= 0) & many[key]] = -1  # a missing one, -1, looks at the last mark, and is missing anyhow
    return out


def _of_one_person(key: Sequence[Codes], codes: Mapping[str, Codes]) -> Sequence[Codes]:
    """The key without values that stand beside two identity numbers or two dates of birth: two people share those."""
    n = number_of(key)
    shared = several(key, codes["id"], n) | several(key, codes["bd"], n)
    return [_without(k, shared) for k in key]


def _among(labels: Labels, some: np.ndarray) -> np.ndarray:
    """The rows that bear one of some labels."""
    marked = np.zeros(int(labels.max()) + 1, np.bool_)
    marked[some] = True
    return np.flatnonzero(marked[labels])


def _torn(labels: Labels, ids: Codes, different: np.ndarray) -> np.ndarray:
    """Labels that hold two identity numbers, or two mentions of which people said that they are different."""
    held = np.where(ids >= 0, labels.astype(np.int32), -1)
    twice = np.flatnonzero(several([held], ids, int(labels.max()) + 1)).astype(np.uint32)
    said = [labels[a] for a, b in different if labels[a] == labels[b]]
    return np.unique(np.concatenate([twice, np.array(said, twice.dtype)]))


def _parted(
    mentions: Mentions, ids: Codes, keys: list[Sequence[Codes]], said: Said, rows: np.ndarray
) -> tuple[np.ndarray, Labels]:
    """The rows in an order that does not depend on how they were read, and their labels under the constraints."""
    rows = rows[mentions.tokens_at(rows).arg_sort().to_numpy()]
    place = np.full(mentions.height, -1, np.int64)
    place[rows] = np.arange(len(rows))

    def inside(pairs: np.ndarray) -> np.ndarray:
        moved = place[pairs]
        return moved[(moved >= 0).all(axis=1)] if len(pairs) else np.zeros((0, 2), np.int64)

    stars = [_star([column[rows] for column in key]) for key in keys]
    edges = [stars[0], inside(said.same), *stars[1:]]
    apart = ids[rows].astype(np.int64).reshape(-1, 1)
    return rows, components_apart(len(rows), np.concatenate(edges), apart, inside(said.different))


def _star(key: Sequence[Codes]) -> np.ndarray:
    """Pairs of the first row of each value and every other one."""
    if not key:
        return np.zeros((0, 2), np.int64)
    frame = pl.concat([pl.DataFrame({"k": k}).with_row_index("row") for k in key]).filter(pl.col("k") >= 0)
    frame = frame.sort("row", maintain_order=True).with_columns(pl.col("row").first().over("k").alias("first"))
    return frame.filter(pl.col("row") > pl.col("first")).select("first", "row").cast(pl.Int64).to_numpy().reshape(-1, 2)


def _renumbered(numbers: np.ndarray) -> Labels:
    """Dense labels in the order of the first row."""
    _, first, inverse = np.unique(numbers, return_index=True, return_inverse=True)
    order = np.empty(len(first), np.uint32)
    order[np.argsort(first)] = np.arange(len(first), dtype=np.uint32)
    return order[inverse]


def shared_phones(codes: Mapping[str, Codes]) -> int:
    """Phones that stand beside at least two different names: families, switchboards."""
    return int(np.count_nonzero(several([codes["ph"]], codes["nm"], number_of([codes["ph"]]))))

"""What makes two mentions one person for certain: exact identifiers, and only where they are one person's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bequest.engine.kernels.union_find import Codes, Labels, components_apart, components_of_codes, pair_codes
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
    again = _parted(mentions, codes["id"], keys, said, np.flatnonzero(np.isin(labels, torn)))
    numbers = labels.astype(np.int64)
    rows, parts = again
    numbers[rows] = parts.astype(np.int64) + int(labels.max()) + 1
    return Certain(_renumbered(numbers), len(rows))


def certain_keys(mentions: Mentions, codes: Mapping[str, Codes]) -> list[Sequence[Codes]]:
    """Identity number, references, name with phone, name with e-mail; the columns of a key are in one numbering."""
    own = {k: _borne_by_few(codes[k], codes["py"]) for k in ("id", "ph", "ph2", "em")}
    kept = {k: np.where(own[k], codes[k], -1).astype(np.int32) for k in own}
    phones = pair_codes([(kept["ph"], codes["nm"]), (kept["ph2"], codes["nm"])])
    mails = pair_codes([(kept["em"], codes["nm"])])
    return [(kept["id"],), mentions.references(codes), *(_of_one_person(k, codes) for k in (phones, mails))]


def _borne_by_few(key: Codes, names: Codes) -> np.ndarray:
    """Whether each row's key stands beside at most `OWN_NAMES` different-sounding names."""
    frame = pl.DataFrame({"k": key, "n": names}).filter(pl.col("k") >= 0, pl.col("n") >= 0).unique()
    many = frame.group_by("k").len().filter(pl.col("len") > OWN_NAMES)["k"].to_numpy()
    return ~np.isin(key, many) if len(many) else np.ones(len(key), np.bool_)


def _of_one_person(key: Sequence[Codes], codes: Mapping[str, Codes]) -> Sequence[Codes]:
    """The key without values that stand beside two identity numbers or two dates of birth: two people share those."""
    torn = []
    for kind in ("id", "bd"):
        met = pl.concat(
            [pl.DataFrame({"k": k, "v": codes[kind]}).filter(pl.col("k") >= 0, pl.col("v") >= 0) for k in key]
        )
        torn.append(met.unique().group_by("k").len().filter(pl.col("len") > 1)["k"])
    shared = pl.concat(torn).unique().to_numpy()
    return [np.where(np.isin(k, shared), -1, k).astype(np.int32) for k in key] if len(shared) else key


def _torn(labels: Labels, ids: Codes, different: np.ndarray) -> np.ndarray:
    """Labels that hold two identity numbers, or two mentions of which people said that they are different."""
    frame = pl.DataFrame({"label": labels, "id": ids}).filter(pl.col("id") >= 0).unique()
    twice = frame.group_by("label").len().filter(pl.col("len") > 1)["label"].to_numpy()
    said = [labels[a] for a, b in different if labels[a] == labels[b]]
    return np.unique(np.concatenate([twice, np.array(said, twice.dtype)]))


def _parted(
    mentions: Mentions, ids: Codes, keys: list[Sequence[Codes]], said: Said, rows: np.ndarray
) -> tuple[np.ndarray, Labels]:
    """The rows in an order that does not depend on how they were read, and their labels under the constraints."""
    tokens = mentions.tokens().gather(rows)
    rows = rows[tokens.arg_sort().to_numpy()]
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
    pairs = pl.DataFrame({"phone": codes["ph"], "name": codes["nm"]})
    pairs = pairs.filter(pl.col("phone") >= 0, pl.col("name") >= 0).unique()
    return pairs.group_by("phone").len().filter(pl.col("len") > 1).height

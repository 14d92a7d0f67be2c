"""From certain people and scored pairs to subjects, and the list of what people should look at."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from bequest.engine.kernels.coding import Codes
from bequest.engine.kernels.union_find import Labels, components_apart
from bequest.steps.link.compare import PARTS, compare
from bequest.steps.link.looks import looks
from bequest.steps.link.mentions import Mentions, Said
from bequest.steps.link.phones import same_by_phone
from bequest.steps.link.rare import same_by_rare_name


@dataclass(frozen=True, slots=True)
class Clusters:
    """A label per mention, dense, in the order of the first mention; `review` with the columns of `link.REVIEW`."""

    labels: Labels
    review: pl.DataFrame


def clusters(mentions: Mentions, codes: Mapping[str, Codes], base: Labels, said: Said) -> Clusters:
    """Join pairs that pass, best first; never two identity numbers, dates of birth, or names that sound different."""
    made = looks(codes, base)
    seen, found = made.profiles, compare(made, codes, base).pairs
    bases = seen["base"].to_numpy().astype(np.int64)
    never = base[said.different].astype(np.int64).reshape(-1, 2)
    pairs = found.with_columns(
        pl.Series("base_a", bases[found["a"].to_numpy()], dtype=pl.Int64),
        pl.Series("base_b", bases[found["b"].to_numpy()], dtype=pl.Int64),
    )
    same = pairs.filter(pl.col("outcome") == "same").select("base_a", "base_b").to_numpy().reshape(-1, 2)
    merged = _merged(seen, same, never, int(base.max()) + 1)
    for further in (same_by_phone, same_by_rare_name):
        merged = further(codes, merged[base], merged[never])[merged]
    return Clusters(merged[base], _review(mentions, seen, pairs, merged, never))


def _merged(seen: pl.DataFrame, same: np.ndarray, never: np.ndarray, n: int) -> Labels:
    """A label for each of n people, dense, in their order; only those in a pair are looked at one by one."""
    involved = np.unique(np.concatenate([same.ravel(), never.ravel()]))
    place = np.full(n, -1, np.int32)
    place[involved] = np.arange(len(involved))
    apart = _apart(seen.filter(pl.Series(place[seen["base"].to_numpy()] >= 0)), place, len(involved))
    labels = components_apart(len(involved), place[same], apart, place[never])
    lowest = np.full(len(involved), n, np.int64)
    np.minimum.at(lowest, labels, involved)
    leader = np.arange(n, dtype=np.uint32)
    leads = np.ones(n, np.bool_)
    leader[involved] = lowest[labels]
    leads[involved] = leader[involved] == involved
    return (np.cumsum(leads, dtype=np.uint32) - np.uint32(1))[leader]


def _apart(seen: pl.DataFrame, place: np.ndarray, n: int) -> np.ndarray:
    """What two halves of a subject may not differ in. Somebody with two names (a change of name) bears none here."""
    out = np.full((n, 3), -1, np.int64)
    for i, kind in enumerate(("id", "py", "bd")):
        one = (
            seen.filter(pl.col(kind) >= 0)
            .group_by("base")
            .agg(pl.col(kind).first().alias("v"), pl.col(kind).n_unique().alias("k"))
            .filter(pl.col("k") == 1)
        )
        out[place[one["base"].to_numpy()], i] = one["v"].to_numpy()
    return out


def _review(
    mentions: Mentions, seen: pl.DataFrame, pairs: pl.DataFrame, merged: Labels, never: np.ndarray
) -> pl.DataFrame:
    """One line per two subjects: the likeliest pair of their mentions, unless people said that they are different."""
    who = [pl.Series(f"s_{s}", merged[pairs[f"base_{s}"].to_numpy()], dtype=pl.UInt32) for s in "ab"]
    open_pairs = pairs.with_columns(who).filter(pl.col("s_a") != pl.col("s_b"))
    low, high = pl.min_horizontal("s_a", "s_b").alias("low"), pl.max_horizontal("s_a", "s_b").alias("high")
    open_pairs = open_pairs.with_columns(low, high)
    if len(never):
        said = pl.DataFrame({"x": merged[never[:, 0]], "y": merged[never[:, 1]]})
        said = said.select(pl.min_horizontal("x", "y").alias("low"), pl.max_horizontal("x", "y").alias("high")).unique()
        open_pairs = open_pairs.join(said, on=["low", "high"], how="anti", maintain_order="left")
    best = open_pairs.sort("bits", descending=True, maintain_order=True).unique(
        ["low", "high"], keep="first", maintain_order=True
    )
    at = seen["mention"]
    sides = [
        mentions.tokens_at(at.gather(best[s]).to_numpy()).alias(name) for s, name in (("a", "left"), ("b", "right"))
    ]
    return best.select("bits", *PARTS).with_columns(sides).select("left", "right", "bits", *PARTS)

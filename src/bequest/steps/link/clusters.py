"""From certain people and scored pairs to subjects, and the list of what people should look at."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from bequest.engine.kernels.union_find import Codes, Labels, components_apart
from bequest.steps.link.compare import KINDS, PARTS, compare
from bequest.steps.link.mentions import Mentions, Said


@dataclass(frozen=True, slots=True)
class Clusters:
    """A label per mention, dense, in the order of the first mention; `review` with the columns of `link.REVIEW`."""

    labels: Labels
    review: pl.DataFrame


def clusters(mentions: Mentions, codes: Mapping[str, Codes], base: Labels, said: Said) -> Clusters:
    """Join pairs that pass, best first; never two identity numbers, dates of birth, or names that sound different."""
    profiles = _profiles(codes, base)
    found = compare(profiles).pairs
    bases = profiles["base"].to_numpy().astype(np.int64)
    never = base[said.different].astype(np.int64).reshape(-1, 2)
    pairs = found.with_columns(
        pl.Series("base_a", bases[found["a"].to_numpy()], dtype=pl.Int64),
        pl.Series("base_b", bases[found["b"].to_numpy()], dtype=pl.Int64),
    )
    same = pairs.filter(pl.col("outcome") == "same").select("base_a", "base_b").to_numpy().reshape(-1, 2)
    n = int(base.max()) + 1
    merged = components_apart(n, same, _apart(profiles, n), never)
    labels = merged[base]
    return Clusters(labels, _review(mentions, profiles, pairs, merged, never))


def _profiles(codes: Mapping[str, Codes], base: Labels) -> pl.DataFrame:
    """Each different look of each person once; `row`: a mention that looks so."""
    frame = pl.DataFrame({"base": base.astype(np.int32), **{k: codes[k] for k in ("id", *KINDS, "sn", "ge")}})
    looks = frame.with_row_index("mention").unique(frame.columns, keep="first", maintain_order=True)
    own = looks.filter(pl.col("id") >= 0).group_by("base").agg(pl.col("id").first().alias("own"))
    sexes = looks.filter(pl.col("ge") > 0).group_by("base").agg(pl.col("ge").min().alias("s"), pl.col("ge").max())
    sexes = sexes.filter(pl.col("s") == pl.col("ge")).select("base", "s")
    return (
        looks.join(own, on="base", how="left", maintain_order="left")
        .join(sexes, on="base", how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("own", pl.lit(-1)).cast(pl.Int32).alias("id"), pl.coalesce("s", "ge").cast(pl.Int32).alias("ge")
        )
        .drop("own", "s")
    )


def _apart(profiles: pl.DataFrame, n: int) -> np.ndarray:
    """What two halves of a subject may not differ in. Somebody with two names (a change of name) bears none here."""
    out = np.full((n, 3), -1, np.int64)
    for i, kind in enumerate(("id", "py", "bd")):
        one = (
            profiles.filter(pl.col(kind) >= 0)
            .group_by("base")
            .agg(pl.col(kind).first().alias("v"), pl.col(kind).n_unique().alias("k"))
            .filter(pl.col("k") == 1)
        )
        out[one["base"].to_numpy(), i] = one["v"].to_numpy()
    return out


def _review(
    mentions: Mentions, profiles: pl.DataFrame, pairs: pl.DataFrame, merged: Labels, never: np.ndarray
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
    at = profiles["mention"]
    tokens = mentions.tokens()
    sides = [tokens.gather(at.gather(best[s])).alias(name) for s, name in (("a", "left"), ("b", "right"))]
    return best.select("bits", *PARTS).with_columns(sides).select("left", "right", "bits", *PARTS)

"""Merging facts in bulk: strictest wins."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from bequest.model.facts import FACT_VALUES, STRICTNESS, Fact


def _ranks(fact: Fact) -> dict[str, int]:
    order = STRICTNESS.get(fact, FACT_VALUES[fact])
    return {value: i for i, value in enumerate(order)}


def _by_rank(fact: Fact) -> dict[int, str]:
    return {i: v for v, i in _ranks(fact).items()}


def strictest_horizontal(fact: Fact, series: Sequence[pl.Series]) -> pl.Series:
    """The strictest value per row among several columns of one fact; null where all are.

    Raises:
        polars.exceptions.InvalidOperationError: where a value is none of the fact's.
    """
    frame = pl.DataFrame([s.alias(str(i)) for i, s in enumerate(series)])
    ranks = frame.select(pl.min_horizontal(pl.all().replace_strict(_ranks(fact), return_dtype=pl.UInt8)).alias("r"))
    return ranks.select(pl.col("r").replace_strict(_by_rank(fact), return_dtype=pl.Utf8))["r"]


def strictest_per_subject(fact: Fact, values: pl.DataFrame, n_subjects: int, default: str) -> np.ndarray:
    """Merge rows (`subject` UInt32, `value` Utf8 or null) to one code per subject: strictest wins (`STRICTNESS`).

    Returns codes into `FACT_VALUES[fact]`, one per subject; subjects without any value get `default`.
    """
    merged = (
        values.drop_nulls()
        .select("subject", pl.col("value").replace_strict(_ranks(fact), return_dtype=pl.UInt8).alias("rank"))
        .group_by("subject")
        .agg(pl.col("rank").min())
    )
    rank_to_code = np.array([FACT_VALUES[fact].index(v) for v in _by_rank(fact).values()], dtype=np.uint8)
    codes = np.full(n_subjects, FACT_VALUES[fact].index(default), dtype=np.uint8)
    codes[merged["subject"].to_numpy()] = rank_to_code[merged["rank"].to_numpy()]
    return codes

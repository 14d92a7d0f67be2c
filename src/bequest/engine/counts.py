"""Counting values by what was decided for them."""

import numpy as np
import polars as pl


def filled_by_situation(index: pl.DataFrame, columns: list[str], situation: np.ndarray) -> pl.DataFrame:
    """Non-empty values of each column per situation: frame (situation, column, values)."""
    return (
        index.select(f"v:{c}" for c in columns)
        .with_columns(pl.Series("situation", situation))
        .group_by("situation")
        .agg(pl.col(f"v:{c}").sum().cast(pl.Int64).alias(c) for c in columns)
        .unpivot(index="situation", variable_name="column", value_name="values")
        .filter(pl.col("values") > 0)
        .sort("situation", "column")
    )

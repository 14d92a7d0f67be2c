"""What counts as a value."""

import polars as pl


def non_empty(text: pl.Expr) -> pl.Expr:
    """What counts as a value everywhere: not null, and not only white space."""
    return text.is_not_null() & (text.str.strip_chars() != "")

"""How answers count when they are taken: for which lots each of them is the last word at that moment.

It goes by the rules that make facts of answers (`app.telling.answers_of`): no receipt says other than what is done.
"""

import polars as pl

from bequest.steps.notify.answers import KIND, last_words, merge_answers, over_lots

_SAME = ("ref", "fact", "value", "lot", "at")


def not_known(said: pl.DataFrame, known: pl.DataFrame | None) -> pl.DataFrame:
    """What is new: an answer that is known to the moment, said again, is no later one."""
    return said if known is None else said.join(known, on=list(_SAME), how="anti", maintain_order="left")


def with_states(said: pl.DataFrame, late: pl.Series, known: pl.DataFrame | None, lots: tuple[str, ...]) -> pl.DataFrame:
    """What was said (`ref`, `fact`, `value`, `lot`, `at` and more) with how each counts.

    `state`: `late`; `superseded`, behind a later answer to the same question; or `taken`. Of one that is taken,
    `parts`: the lots in which it is the last word now, the empty one for what is in none; `but`: the lots of an answer
    for all in which a later one is. `late`: whether each came too late; `known`: the answers so far, in their order.
    """
    rows = said.with_row_index("n").with_columns(late.alias("late"))
    newest = rows.sort("at", maintain_order=True).unique(KIND, keep="last", maintain_order=True)
    # who takes back in vain what he said just before has said nothing: the older one does not rise again
    counting = newest.filter(~pl.col("late")).select("n", *_SAME)
    before = counting.clear() if known is None else known.select(pl.lit(None, pl.UInt32).alias("n"), *_SAME)
    reached = over_lots(merge_answers(before, counting), lots)
    held = _by_row(last_words(reached, "ref", "part").filter(pl.col("n").is_not_null()), "parts")
    wanted = _by_row(reached.filter(pl.col("n").is_not_null(), pl.col("part") != ""), "wanted")
    nothing = pl.lit([], pl.List(pl.Utf8))
    rows = (
        rows.join(held, on="n", how="left", maintain_order="left")
        .join(wanted, on="n", how="left", maintain_order="left")
        .with_columns(pl.col("parts", "wanted").fill_null(nothing))
    )
    taken = pl.col("parts").list.len() > 0
    state = pl.when("late").then(pl.lit("late")).when(taken).then(pl.lit("taken")).otherwise(pl.lit("superseded"))
    but = pl.when(taken).then(pl.col("wanted").list.set_difference("parts").list.sort()).otherwise(nothing)
    return rows.with_columns(state.alias("state"), but.alias("but")).drop("n", "late", "wanted")


def _by_row(reached: pl.DataFrame, name: str) -> pl.DataFrame:
    return reached.group_by("n").agg(pl.col("part").sort().alias(name))

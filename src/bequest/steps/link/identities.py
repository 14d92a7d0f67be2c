"""Ids that a person keeps from run to run, and what became of them: merged, split, gone."""

from dataclasses import dataclass

import polars as pl

KNOWN = {"mention": pl.Binary, "person": pl.Int64}
HISTORY = {"run": pl.Int64, "kind": pl.String, "person": pl.Int64, "other": pl.Int64}


@dataclass(frozen=True, slots=True)
class Identities:
    """`person_of`: the id of each subject; `known`: `mention`, `person` for the next run; `history`: what changed."""

    person_of: pl.Series
    known: pl.DataFrame
    history: pl.DataFrame


def identities(today: pl.DataFrame, n_subjects: int, before: pl.DataFrame, first_new: int, run: int) -> Identities:
    """Give every subject of today an id: the one most of its mentions bore before, a new one where there is none.

    `today`: `mention`, `subject`. An id stays with the subject that holds most of its mentions; the smaller id or
    subject wins a tie. History (`HISTORY`): `merged` person into `other`; `split`: `other` came out of person; `gone`.
    """
    moved = today.join(before, on="mention").group_by("subject", "person").len() if before.height else _none()
    chosen = (
        moved.sort("len", "person", "subject", descending=[True, False, False])
        .unique("person", keep="first", maintain_order=True)
        .unique("subject", keep="first", maintain_order=True)
        .select("subject", "person")
    )
    named = pl.DataFrame({"subject": pl.int_range(n_subjects, eager=True)}).join(
        chosen, on="subject", how="left", maintain_order="left"
    )
    new = pl.col("person").is_null()
    named = named.with_columns(pl.coalesce("person", first_new - 1 + new.cum_sum()).alias("person"))
    person_of = named["person"]
    now = moved.rename({"person": "was"}).join(named, on="subject")
    kept = now.filter(pl.col("was").is_in(person_of.implode()) & (pl.col("was") != pl.col("person")))
    lost = now.filter(~pl.col("was").is_in(person_of.implode()))
    gone = before.select(pl.col("person").alias("was")).unique().join(now, on="was", how="anti")
    history = pl.concat(
        [
            kept.select(pl.lit("split").alias("kind"), pl.col("was").alias("person"), pl.col("person").alias("other")),
            lost.select(pl.lit("merged").alias("kind"), pl.col("was").alias("person"), pl.col("person").alias("other")),
            gone.select(
                pl.lit("gone").alias("kind"), pl.col("was").alias("person"), pl.lit(None, pl.Int64).alias("other")
            ),
        ]
    ).sort("kind", "person", "other")
    known = today.select("mention", person_of.gather(today["subject"]).alias("person"))
    return Identities(person_of, known, history.select(pl.lit(run, pl.Int64).alias("run"), "kind", "person", "other"))


def _none() -> pl.DataFrame:
    return pl.DataFrame(schema={"subject": pl.Int64, "person": pl.Int64, "len": pl.UInt32})

"""Ids that a person keeps from run to run, and what became of them: merged, split, gone."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from bequest.engine.kernels.coding import Tags, number_of, tag_codes
from bequest.engine.kernels.union_find import several

KNOWN = {"mention": pl.Binary, "person": pl.Int64}
HISTORY = {"run": pl.Int64, "kind": pl.String, "person": pl.Int64, "other": pl.Int64}


@dataclass(frozen=True, slots=True)
class Identities:
    """`person_of`: the id of each subject; `history`: what changed."""

    person_of: pl.Series
    history: pl.DataFrame


def persons_before(today: Iterable[pl.Series], n: int, before: Iterable[pl.Series], persons: np.ndarray) -> np.ndarray:
    """Whose each of the n mentions of today was, or -1.

    `today`, `before`: tokens of mentions part by part; `persons`: whose each of those before was.
    """
    if not len(persons):
        return np.full(n, -1, np.int64)
    now, then = tag_codes([Tags.of(today, n), Tags.of(before, len(persons))])
    person = np.full(number_of([now, then]), -1, np.int64)
    person[then] = persons
    return person[now]


def identities(
    subject: np.ndarray, was: np.ndarray, n_subjects: int, persons: np.ndarray, first_new: int, run: int
) -> Identities:
    """Give every subject of today an id: the one most of its mentions bore before, a new one where there is none.

    `subject`, `was`: of each mention of today, `was` from `persons_before`; `persons`: all there were. An id stays with
    the subject that holds most of its mentions; the smaller id or subject wins a tie. History (`HISTORY`): `merged`
    person into `other`; `split`: `other` came out of person; `gone`.
    """
    plain, moved = _moved(subject, was, n_subjects)
    chosen = (
        moved.sort("len", "person", "subject", descending=[True, False, False])
        .unique("person", keep="first", maintain_order=True)
        .unique("subject", keep="first", maintain_order=True)
    )
    plain[chosen["subject"].to_numpy()] = chosen["person"].to_numpy()
    new = plain < 0
    plain[new] = first_new + np.arange(np.count_nonzero(new))
    person_of = pl.Series("person", plain)
    now = moved.select("subject", pl.col("person").alias("was"), person_of.gather(moved["subject"]).alias("person"))
    stays = pl.col("was").is_in(chosen["person"].implode())
    kept = now.filter(stays & (pl.col("was") != pl.col("person")))
    lost = now.filter(~stays)
    gone = pl.DataFrame({"was": _gone(persons, was)}, schema={"was": pl.Int64})
    history = pl.concat(
        [
            kept.select(pl.lit("split").alias("kind"), pl.col("was").alias("person"), pl.col("person").alias("other")),
            lost.select(pl.lit("merged").alias("kind"), pl.col("was").alias("person"), pl.col("person").alias("other")),
            gone.select(
                pl.lit("gone").alias("kind"), pl.col("was").alias("person"), pl.lit(None, pl.Int64).alias("other")
            ),
        ]
    ).sort("kind", "person", "other")
    return Identities(person_of, history.select(pl.lit(run, pl.Int64).alias("run"), "kind", "person", "other"))


def _gone(persons: np.ndarray, was: np.ndarray) -> np.ndarray:
    """Who was there before and has no mention today."""
    met = np.zeros(int(persons.max(initial=-1)) + 2, np.bool_)  # nobody, -1, is the last mark
    met[was] = True
    return np.unique(persons[~met[persons]])


def _moved(subject: np.ndarray, was: np.ndarray, n_subjects: int) -> tuple[np.ndarray, pl.DataFrame]:
    """The person of each subject that was a whole one before, else -1; `subject`, `person`, `len` of the others.

    Most are the same as before, and only the few others are laid out as a table.
    """
    known = was >= 0
    people = int(was.max(initial=-1)) + 1
    now, then = np.where(known, subject, -1).astype(np.int32), was.astype(np.int32)
    mixed = several([now], then, n_subjects)[subject] | several([then], now, people)[then] if people else ~known
    whole, rest = known & ~mixed, known & mixed
    person = np.full(n_subjects, -1, np.int64)
    person[subject[whole]] = was[whole]
    frame = pl.DataFrame(
        {"subject": subject[rest], "person": was[rest]}, schema={"subject": pl.Int64, "person": pl.Int64}
    )
    return person, frame.group_by("subject", "person").len()

"""Ids that a person keeps from run to run, and what became of them: merged, split, gone."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from bequest.engine.kernels.union_find import several

KNOWN = {"mention": pl.Binary, "person": pl.Int64}
HISTORY = {"run": pl.Int64, "kind": pl.String, "person": pl.Int64, "other": pl.Int64}

_AT_ONCE = 500_000


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
    was = _was(today["mention"], before)
    subject = today["subject"].to_numpy()
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
    gone = pl.DataFrame({"was": np.setdiff1d(before["person"].to_numpy(), was)}, schema={"was": pl.Int64})
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


def _was(mentions: pl.Series, before: pl.DataFrame) -> np.ndarray:
    """Whose each mention was, or -1. Tokens are taken by their first byte: few lie in a table at once."""
    out = np.full(len(mentions), -1, np.int64)
    parts = min(32, 1 + before.height // _AT_ONCE)
    known = before.select("mention", "person", _part(pl.col("mention"), parts))
    rows = mentions.alias("mention").to_frame().select(_part(pl.col("mention"), parts))["part"].to_numpy()
    for part in range(parts if before.height else 0):
        at = np.flatnonzero(rows == part)
        asked = pl.DataFrame({"mention": mentions.gather(at) if parts > 1 else mentions, "row": at})
        met = asked.join(known.filter(pl.col("part") == part).select("mention", "person"), on="mention")
        out[met["row"].to_numpy()] = met["person"].to_numpy()
    return out


def _part(mention: pl.Expr, parts: int) -> pl.Expr:
    return (mention.bin.slice(0, 1).bin.reinterpret(dtype=pl.UInt8) % parts).alias("part")


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

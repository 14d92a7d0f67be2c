"""Who is to be compared at all: the different looks of people, of them only those that share something with others.

Most rows of a large system share nothing that is rare with anybody else's. They are told apart here, in plain arrays,
before anything is laid out as a table: it is what keeps millions of rows within memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from bequest.engine.kernels.buffers import Bools
from bequest.engine.kernels.coding import Codes, first_of_each, number_of, pair_codes
from bequest.engine.kernels.union_find import Labels, several, times_of

KINDS = ("ph", "ph2", "em", "nm", "py", "bd", "af", "am", "ac", "ip", "so", "us")
BLOCK = 60
"""A value that more records of different look bear brings nobody together: it is junk, a switchboard, or common."""
BLOCKS: tuple[tuple[str, ...], ...] = (
    ("ph",), ("em",), ("so",), ("us",), ("af",), ("am",), ("ip",), ("nm", "bd"), ("py", "bd"),
    ("nm", "ac"), ("nm", "ph"), ("py", "ac"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Looks:
    """Each different look of each person who is to be compared, and the pairs of them that share a block.

    `profiles`: `mention` (one that looks so), `base` (who it is for certain), the codes of `KINDS` and `sn`, and `id`
    and `ge`; what a look leaves open is taken from the person's other looks where they agree; `pairs`: `a`, `b`, rows
    of the profiles.
    """

    profiles: pl.DataFrame
    pairs: pl.DataFrame


def looks(codes: Mapping[str, Codes], base: Labels) -> Looks:
    """Who is to be compared with whom: two people whose valid identity numbers do not differ."""
    first = np.flatnonzero(_first_looks(codes, base))
    met = _candidates(codes, base, first)
    compared = np.zeros(int(base.max()) + 1, np.bool_)
    compared[base[met.to_numpy().ravel()]] = True
    rows = first[compared[base[first]]]
    taken = {k: codes[k][rows] for k in ("id", *KINDS, "sn", "ge")}
    frame = pl.DataFrame({"mention": rows.astype(np.uint32), "base": base[rows].astype(np.int32), **taken})
    sexes = frame.filter(pl.col("ge") > 0).group_by("base").agg(pl.col("ge").min().alias("s"), pl.col("ge").max())
    sexes = sexes.filter(pl.col("s") == pl.col("ge")).select("base", "s")
    frame = frame.join(sexes, on="base", how="left", maintain_order="left").with_columns(
        pl.Series("id", _numbers(codes, base)[base[rows]]), pl.coalesce("s", "ge").cast(pl.Int32).alias("ge")
    )
    return Looks(
        _pooled(frame.drop("s")), met.select(pl.Series(c, np.searchsorted(rows, met[c].to_numpy())) for c in "ab")
    )


def _pooled(frame: pl.DataFrame) -> pl.DataFrame:
    """What a look leaves open filled from the others of its person, where all of them say the same.

    A name in one table and the telephone in another that points to it are one person's name and telephone. A name in
    several spellings of one sound is filled with one of them; an address as a whole or not at all.
    """
    known = {k: pl.when(pl.col(k) >= 0).then(pl.col(k)) for k in (*KINDS, "sn")}

    def filled(kind: str, empty: tuple[str, ...], alike: str) -> pl.Expr:
        bare = pl.all_horizontal(pl.col(e) < 0 for e in empty)
        agreed = known[alike].min().over("base") == known[alike].max().over("base")
        return pl.when(bare & agreed).then(known[kind].min().over("base")).otherwise(known[kind]).fill_null(-1)

    place = ("af", "am", "ac")
    return frame.with_columns(
        *(filled(k, (k,), k) for k in ("em", "py", "sn", "bd", "ip", "so", "us")),
        filled("nm", ("nm",), "py"),
        filled("ph", ("ph", "ph2"), "ph"),
        *(filled(k, place, k) for k in place),
    )


def bearers(codes: Mapping[str, Codes], base: Labels, kind: str, who: str, values: pl.Series) -> pl.DataFrame:
    """`v`, `k`: how many different `who` (people, or sounds of names) bear each of these values of a kind, of all."""
    columns = [codes[c] for c in (("ph", "ph2") if kind == "ph" else (kind,))]
    wanted = np.zeros(number_of(columns) + 1, np.bool_)  # a missing one, -1, looks at the last mark
    wanted[values.filter(values >= 0).to_numpy()] = True
    parts = [pl.DataFrame(schema={"v": pl.Int32, "w": pl.Int32})]
    for column in columns:
        at = np.flatnonzero(wanted[column])
        whose = (base if who == "base" else codes[who])[at].astype(np.int32)
        parts.append(pl.DataFrame({"v": column[at], "w": whose}))
    return pl.concat(parts).filter(pl.col("w") >= 0).group_by("v").agg(pl.col("w").n_unique().alias("k"))


def _first_looks(codes: Mapping[str, Codes], base: Labels) -> Bools:
    """Whether a row is the first of its person with this look; a look is known by 64 bits."""
    look = base.astype(np.uint64)
    for kind in ("id", *KINDS, "sn", "ge"):
        look *= np.uint64(0x9E3779B97F4A7C15)
        look ^= look >> np.uint64(29)
        look += codes[kind].astype(np.uint32)
    return first_of_each(look)


def _numbers(codes: Mapping[str, Codes], base: Labels) -> Codes:
    """The code of each person's identity number, or -1."""
    out = np.full(int(base.max()) + 1, -1, np.int32)
    rows = np.flatnonzero(codes["id"] >= 0)
    out[base[rows]] = codes["id"][rows]
    return out


def _candidates(codes: Mapping[str, Codes], base: Labels, first: np.ndarray) -> pl.DataFrame:
    """Pairs of looks, as mentions, of two people that share a block."""
    who, numbers = base[first], _numbers(codes, base)
    phones = codes["ph"][first], np.where(codes["ph2"] == codes["ph"], -1, codes["ph2"]).astype(np.int32)[first]
    found = [pl.DataFrame(schema={"a": pl.Int64, "b": pl.Int64})]
    for block in BLOCKS:
        one, *second = block
        if "ph" in block:
            keys = pair_codes([(p, codes[one][first]) for p in phones]) if second else list(phones)
        else:
            keys = pair_codes([(codes[one][first], codes[k][first]) for k in second]) or [codes[one][first]]
        at, key = _shared(keys, who)
        if len(at):
            frame = pl.DataFrame({"key": key, "row": first[at], "base": who[at], "id": numbers[who[at]]})
            joined = frame.join(frame, on="key", suffix="_b").filter(
                (pl.col("row") < pl.col("row_b"))
                & (pl.col("base") != pl.col("base_b"))
                & ((pl.col("id") < 0) | (pl.col("id_b") < 0) | (pl.col("id") == pl.col("id_b")))
            )
            found.append(joined.select(pl.col("row").alias("a"), pl.col("row_b").alias("b")))
    return pl.concat(found).unique().sort("a", "b")


def _shared(keys: list[Codes], who: Labels) -> tuple[np.ndarray, np.ndarray]:
    """Where values stand that others bear too, and not too many, and the values; `keys` are in one numbering."""
    n = number_of(keys)
    borne = times_of(keys, n)
    good = several(keys, who, n) & (borne >= 2) & (borne <= BLOCK)
    at = [np.flatnonzero((key >= 0) & good[key]) for key in keys] if n else [np.zeros(0, np.int64)]
    return np.concatenate(at), np.concatenate([key[rows] for key, rows in zip(keys, at, strict=False)])

"""A rare name that stands alone: few subjects bear it, nothing contradicts, and the case itself says that it suffices.

A parcel has a name and an address, a newsletter the same name and an e-mail address: nothing but the name is common to
them. Mostly that is one person, sometimes two namesakes. How often, the case knows: valid identity numbers (or dates
of birth) tell how many pairs of namesakes there are, and names put together by chance tell how often two strangers
would look like one person, contradicting each other in nothing. Only where at most `WRONG` of the names in question
would be two people's are they joined; a case that knows too few people for certain joins none of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
import polars as pl

from bequest.engine.kernels.buffers import Bools
from bequest.engine.kernels.coding import Codes
from bequest.engine.kernels.union_find import Labels, bearers_of, components_of_codes

FEW = 4
"""A name that more subjects than this bear is not looked at."""
WRONG = 0.005
"""The share of joined names that may be two people's, by what the case shows of namesakes."""
KNOWN = 100
"""Fewer people known by identity number or date of birth than this say nothing about namesakes."""
COMMON = 0.25
"""Where more of the people known have a namesake than this, names that one subject bears are no sample of people."""
KINDS = ("id", "ip", "bd", "ph", "em", "ac", "so", "ge")
"""What two subjects must not differ in where both have it; one value in common is enough (two phones)."""
_SHIFTS, _STRANGERS, _AT_ONCE, _SAMPLE = 10, 20_000, 100_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of all mentions: codes by kind, the subject of each, subjects that people said are different."""

    codes: Mapping[str, Codes]
    labels: Labels
    never: pl.DataFrame

    @classmethod
    def of(cls, codes: Mapping[str, Codes], labels: Labels, never: np.ndarray) -> "Facts":
        """`never`: pairs of labels (m × 2)."""
        schema = {"s": pl.Int64, "t": pl.Int64}
        said = pl.DataFrame(np.concatenate([never, never[:, ::-1]]).astype(np.int64), schema=schema)
        return cls(codes, labels, said)


def same_by_rare_name(codes: Mapping[str, Codes], labels: Labels, never: np.ndarray) -> Labels:
    """The new label of each label, dense, in their order: the subjects of a rare name are joined.

    `labels`: one per mention; `never`: pairs of labels (m × 2) of which people said that they are different.
    """
    n = int(labels.max()) + 1
    who, n_subjects = bearers_of(codes["py"], labels, FEW)
    sizes = np.where(n_subjects <= FEW, n_subjects, 0)
    namesakes = _namesakes(codes) if (sizes > 1).any() else 0.0
    if not namesakes:
        return np.arange(n, dtype=np.uint32)
    facts = Facts.of(codes, labels, never)
    chance = _strangers(facts, who, n_subjects)
    edges = []
    for k in range(2, FEW + 1):
        names = np.flatnonzero(sizes == k)
        good = names[agreeing(facts, who[names])]
        if len(good) and namesakes * chance[k] <= WRONG * len(good):
            rows = who[good, :k].astype(np.int64)
            edges += [np.column_stack([rows[:, 0], rows[:, i]]) for i in range(1, k)]
    return components_of_codes(n, [], np.concatenate(edges) if edges else None)


def _namesakes(codes: Mapping[str, Codes]) -> float:
    """How many pairs of people of one name there are, at most (one-sided 95 %); 0 where nothing follows from it."""
    best = max((_known(codes, kind) for kind in ("id", "bd")), key=lambda f: f.height)
    if best.height < KNOWN:
        return 0.0
    borne = best.group_by("py").len()["len"].cast(pl.Int64)
    if int(borne.filter(borne > 1).sum()) > COMMON * best.height:
        return 0.0
    met = int((borne * (borne - 1) // 2).sum())
    people = (int(codes["py"].max()) + 1) * best.height / len(borne)
    return (met + 1.645 * sqrt(met) + 3) * (people / best.height) ** 2


def _known(codes: Mapping[str, Codes], kind: str) -> pl.DataFrame:
    values, names = codes[kind], codes["py"]
    at = np.flatnonzero((values >= 0) & (names >= 0))
    at = at[:: max(1, len(at) // _SAMPLE)]
    return pl.DataFrame({"v": values[at], "py": names[at]}).unique()


def _strangers(facts: Facts, who: np.ndarray, n_subjects: np.ndarray) -> Mapping[int, float]:
    """The chance that two people, were they namesakes, would together be k subjects that contradict in nothing."""
    names = np.flatnonzero(n_subjects > 0)
    names = names[:: max(1, len(names) // _STRANGERS)]
    out = dict.fromkeys(range(2, FEW + 1), 0.0)
    for shift in range(1, min(_SHIFTS, len(names) - 1) + 1):
        other = np.roll(names, -shift)
        both = np.flatnonzero(n_subjects[names] + n_subjects[other] <= FEW)
        rows = np.concatenate([who[names[both]], who[other[both]]], axis=1)
        rows = -np.sort(-rows, axis=1)[:, :FEW]
        good = both[agreeing(facts, rows)]
        for k, count in zip(
            *np.unique(n_subjects[names[good]] + n_subjects[other[good]], return_counts=True), strict=True
        ):
            out[int(k)] += int(count) / (_SHIFTS * len(names))
    return out


def agreeing(facts: Facts, who: np.ndarray) -> Bools:
    """In which rows of `who` (subjects, -1 for none) no two subjects contradict each other in any of `KINDS`."""
    out = np.zeros(len(who), np.bool_)
    for first in range(0, len(who), _AT_ONCE):
        part = who[first : first + _AT_ONCE]
        out[first + _alike(facts, part)] = True
    return out


def _alike(facts: Facts, who: np.ndarray) -> np.ndarray:
    width, groups = who.shape[1], np.arange(len(who))
    pairs = pl.concat(
        [
            pl.DataFrame({"g": groups, "s": who[:, i].astype(np.int64), "t": who[:, j].astype(np.int64)})
            for i in range(width)
            for j in range(i + 1, width)
        ]
    ).filter(pl.col("s") >= 0, pl.col("t") >= 0)
    seen = np.zeros(int(facts.labels.max()) + 1, np.bool_)
    seen[np.unique(who[who >= 0])] = True
    at = np.flatnonzero(seen[facts.labels])
    bad = pairs.join(facts.never, on=["s", "t"], how="semi")["g"].unique()
    for kind in KINDS:
        values = facts.codes[kind]
        rows = at[values[at] > 0] if kind == "ge" else at[values[at] >= 0]
        pairs = pairs.filter(~pl.col("g").is_in(bad.implode()))
        said = pl.DataFrame({"s": facts.labels[rows].astype(np.int64), "v": values[rows]}).unique()
        if kind == "ph":
            more = at[facts.codes["ph2"][at] >= 0]
            second = pl.DataFrame({"s": facts.labels[more].astype(np.int64), "v": facts.codes["ph2"][more]})
            said = pl.concat([said, second]).unique()
        whose = said.select("s").unique()
        both = pairs.join(whose, on="s", how="semi").join(whose, left_on="t", right_on="s", how="semi")
        common = both.join(said, on="s").join(said, left_on=["t", "v"], right_on=["s", "v"], how="semi")
        bad = both.join(common, on=["g", "s", "t"], how="anti")["g"].unique()
    kept = pairs.filter(~pl.col("g").is_in(bad.implode()))["g"].unique()
    return kept.to_numpy()

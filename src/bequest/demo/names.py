"""Names of invented people: common, compound, rare and minority ones; never two of one name behind one phone."""

import numpy as np
import polars as pl

from bequest.demo.draws import Bools, Draws, Ints, take
from bequest.demo.parties import PEOPLE
from bequest.demo.words import (
    GIVEN_BOTH,
    GIVEN_FEMALE,
    GIVEN_MALE,
    MINORITY_FIRST,
    MINORITY_LAST,
    RARE,
    STAFF,
    SUPPLIER_CONTACTS,
    SURNAMES,
    SYLLABLES,
)

RESERVED = frozenset({p.name for p in PEOPLE} | {name for name, _ in STAFF} | set(SUPPLIER_CONTACTS))
"""Names of people who act in the case: no customer bears one, so that a search for customers finds customers."""


def draw_surnames(draws: Draws, n: int) -> Ints:
    """Places in `SURNAMES`, each as likely as it is common."""
    weights = np.array([w for _, _, w in SURNAMES], dtype=float)
    return draws.rng.choice(len(SURNAMES), n, p=weights / weights.sum()).astype(np.int64)


def draw_names(draws: Draws, surname: Ints, female: Bools) -> pl.Series:
    """A full name for each surname: one or two given characters, mostly two."""
    n = len(surname)
    men, women = [*GIVEN_MALE, *GIVEN_BOTH], [*GIVEN_FEMALE, *GIVEN_BOTH]
    first = take(men, draws.whole(0, len(men), n)).zip_with(
        pl.Series(~female), take(women, draws.whole(0, len(women), n))
    )
    second = take(men, draws.whole(0, len(men), n)).zip_with(
        pl.Series(~female), take(women, draws.whole(0, len(women), n))
    )
    second = second.set(pl.Series(draws.chance(0.22, n)), "")
    return take([s for s, _, _ in SURNAMES], surname) + first + second


def make_special(draws: Draws, names: pl.Series, allowed: Bools) -> pl.Series:
    """Some names with a rare character, some minority names of two parts: a hundredth each, and a few at least."""
    n = len(names)
    places = draws.rng.permutation(np.flatnonzero(allowed))
    n_rare, n_minority = max(6, n // 100), max(4, n // 100)
    rare, minority = places[:n_rare], places[n_rare : n_rare + n_minority]
    with_rare = take(names, rare).str.slice(0, 2) + take(list(RARE), np.arange(len(rare)) % len(RARE))
    two_parts = draws.words(MINORITY_FIRST, len(minority)) + "·" + draws.words(MINORITY_LAST, len(minority))
    out = names.scatter(pl.Series(rare, dtype=pl.UInt32), with_rare)
    return out.scatter(pl.Series(minority, dtype=pl.UInt32), two_parts)


def settle_clashes(
    draws: Draws, names: pl.Series, groups: pl.Series, surname: Ints, female: Bools, taken: pl.DataFrame | None = None
) -> pl.Series:
    """The names, redrawn where two people of one group (phone, company) share one, or where a name is reserved.

    `taken` holds pairs `group`, `name` that people outside this list bear.
    """
    while True:
        pairs = pl.DataFrame([groups.alias("group"), names.alias("name")])
        clash = pairs.select(~pl.struct("group", "name").is_first_distinct()).to_series() & groups.is_not_null()
        clash |= names.is_in(list(RESERVED))
        if taken is not None:
            clash |= pairs.join(taken.with_columns(hit=True), on=["group", "name"], how="left", maintain_order="left")[
                "hit"
            ].fill_null(False)
        places = clash.arg_true()
        if not len(places):
            return names
        at = places.to_numpy().astype(np.int64)
        names = names.scatter(places, draw_names(draws, surname[at], female[at]))


def latin(draws: Draws, surname: Ints) -> pl.Series:
    """A local part for mail addresses: surname, sometimes a dot, a syllable."""
    n = len(surname)
    return take([p for _, p, _ in SURNAMES], surname) + draws.words((".", "_", ""), n) + draws.words(SYLLABLES, n)

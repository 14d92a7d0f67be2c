"""Loyalty cards: a system without customer numbers, where people are known by phone and name or not at all."""

from datetime import date

import numpy as np
import polars as pl

from bequest.demo.customers import CustomerRows
from bequest.demo.draws import Bools, Draws, Ints, days, take, to_dates
from bequest.demo.identifiers import exponent, spell_names, spell_phones
from bequest.demo.names import draw_names, draw_surnames, settle_clashes
from bequest.demo.people import IN_DEAL, OUTSIDE
from bequest.demo.personas import CHILDREN, Persona, code, codes
from bequest.demo.records import LAST_DAY, STALE_LAST_DAY, Records, off_the_edge, recent, where
from bequest.demo.schema import LOYALTY
from bequest.demo.words import LEVELS

_WITHOUT_CARD = frozenset({Persona.NO_DATES})


def make_loyalty(seed: int, rows: CustomerRows, customers: int) -> Records:
    """About 0.6 cards per customer: three of four belong to customers of the CRM."""
    draws = Draws(seed, "loyalty")
    total = round(customers * 0.6)
    known = _known(draws, rows, round(total * 0.75))
    strangers = _strangers(draws, rows, total - known.height)
    cards = pl.concat([known, strangers])
    cards = cards[draws.rng.permutation(cards.height)]
    n = cards.height
    phone = spell_phones(draws, cards["phone"]).zip_with(~cards["damaged"], exponent(cards["phone"]))
    columns = {
        "card_no": "88" + pl.Series(draws.distinct(10**9, 10**10, n)).cast(pl.Utf8),
        "name": spell_names(draws, cards["name"]),
        "phone": phone,
        "birthday": _birthdays(draws, cards),
        "points": pl.Series(draws.whole(0, 90_000, n)).cast(pl.Utf8),
        "level": draws.words(LEVELS, n, (0.6, 0.22, 0.13, 0.05)),
        "shop_id": cards["shop"].cast(pl.Utf8),
        "last_used_on": where(pl.Series(~draws.chance(0.05, n)) | cards["stranger"], cards["used"]).dt.strftime(
            "%Y-%m-%d"
        ),
        "@customer": cards["person"],
        "#day": cards["used"],
        "#born": cards["born"],
        "#child": cards["child"],
        "#stranger": cards["stranger"],
        "#damaged": cards["damaged"],
    }
    frame = pl.DataFrame({name: s.alias(name) for name, s in columns.items()})
    return Records(LOYALTY, frame.with_columns(pl.when(pl.col("last_used_on").is_not_null()).then(pl.col("#day"))))


def _known(draws: Draws, rows: CustomerRows, n: int) -> pl.DataFrame:
    """Cards of private customers whose mobile is on file, in their home shop or, for some, in the other one."""
    persona = rows.persona()
    may = rows.frame["linkable"].to_numpy() & (rows.spread("company").to_numpy() < 0)
    may &= ~np.isin(persona, codes(_WITHOUT_CARD)) & ~rows.frame["again"].to_numpy()
    row = draws.rng.permutation(np.flatnonzero(may))[:n]
    count = len(row)
    home = rows.numbers("shop")[row]
    elsewhere = rows.spread("cross").to_numpy()[row] & draws.chance(0.5, count)
    stale = persona[row] == code(Persona.STALE)
    registered = rows.numbers("registered")[row]
    high = np.where(stale, days(STALE_LAST_DAY), days(LAST_DAY))
    return pl.DataFrame(
        {
            "person": take(rows.frame["person"], row),
            "name": take(rows.frame["name"], row),
            "phone": take(rows.frame["mobile"], row),
            "born": take(rows.spread("born"), row),
            "shop": np.where(elsewhere, IN_DEAL + OUTSIDE - home, home),
            "used": to_dates(recent(draws, registered, high)),
            "child": np.isin(persona[row], codes(CHILDREN)),
            "stranger": np.zeros(count, dtype=np.bool_),
            "damaged": np.zeros(count, dtype=np.bool_),
        }
    )


def _strangers(draws: Draws, rows: CustomerRows, n: int) -> pl.DataFrame:
    """Cards of people who are nowhere in the CRM.

    The first of them, all in the deal, see to it that children, silent ones, damaged phones and family phones occur;
    some people hold two cards, the second in the other shop.
    """
    people = max(9, n - n * 3 // 100)
    kind = draws.rng.random(people)
    kind[:9] = (0.01, 0.01, 0.05, 0.05, 0.13, 0.13, 0.16, 0.16, 0.9)
    child, stale, damaged, family = _kinds(kind)
    phones = rows.people.phones.next(people)
    owners = draws.rng.permutation(np.flatnonzero(_family_owner(rows)))[: int(family.sum())]
    family[np.flatnonzero(family)[len(owners) :]] = False
    at = pl.Series(np.flatnonzero(family), dtype=pl.UInt32)
    phones = phones.scatter(at, take(rows.frame["mobile"], owners)) if len(owners) else phones
    surname, female = draw_surnames(draws, people), draws.chance(0.5, people)
    taken = rows.frame.select(pl.col("mobile").alias("group"), "name").drop_nulls().unique()
    names = settle_clashes(draws, draw_names(draws, surname, female), phones, surname, female, taken)
    young, old = days(date(2013, 3, 1)), days(date(1955, 1, 1))
    born = np.where(
        child,
        draws.whole(young, days(date(2019, 12, 31)), people),
        draws.whole(old, days(date(2005, 12, 31)), people),
    )
    low = np.where(stale, days(date(2018, 1, 1)), days(date(2024, 3, 1)))
    high = np.where(stale, days(STALE_LAST_DAY), days(LAST_DAY))
    shop = np.where(draws.chance(0.62, people), IN_DEAL, OUTSIDE)
    shop[:9] = IN_DEAL
    first = pl.DataFrame(
        {
            "person": "L" + pl.Series(np.arange(1, people + 1)).cast(pl.Utf8).str.zfill(7),
            "name": names,
            "phone": phones,
            "born": to_dates(born),
            "shop": shop,
            "used": to_dates(off_the_edge(draws.between(low, high))),
            "child": child,
            "stranger": np.ones(people, dtype=np.bool_),
            "damaged": damaged,
        }
    )
    second = first.filter(~pl.col("damaged"))[-(n - people) :] if n > people else first.clear()
    return pl.concat([first, second.with_columns((IN_DEAL + OUTSIDE - pl.col("shop")).alias("shop"))])


def _kinds(kind: Ints | np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[Bools, Bools, Bools, Bools]:
    """Children, silent ones, damaged phones, family phones."""
    return kind < 0.02, (kind >= 0.02) & (kind < 0.12), (kind >= 0.12) & (kind < 0.15), (kind >= 0.15) & (kind < 0.19)


def _family_owner(rows: CustomerRows) -> Bools:
    """Customers in whose household somebody else may have a card on the same phone."""
    ordinary = rows.persona() == code(Persona.ORDINARY)
    private = rows.spread("company").to_numpy() < 0
    return np.asarray(ordinary & private & rows.frame["linkable"].to_numpy(), dtype=np.bool_)


def _birthdays(draws: Draws, cards: pl.DataFrame) -> pl.Series:
    """Birthdays in three spellings or none; children's are always there."""
    kind = draws.rng.random(cards.height)
    kind[cards["child"].to_numpy() & (kind < 0.4)] = 0.95
    born = pl.col("b").dt
    return pl.DataFrame({"k": kind, "b": cards["born"]}).select(
        pl.when(pl.col("k") < 0.37)
        .then(None)
        .when(pl.col("k") < 0.4)
        .then(born.strftime("%Y年%-m月%-d日"))
        .when(pl.col("k") < 0.5)
        .then(born.strftime("%Y/%m/%d"))
        .otherwise(born.strftime("%Y-%m-%d"))
        .alias("b")
    )["b"]

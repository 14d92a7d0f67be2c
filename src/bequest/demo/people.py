"""The customers as people: who they are, whom they live and work with, how they can be reached."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from bequest.demo.draws import Bools, Draws, Ints, days, take, to_dates
from bequest.demo.identifiers import credit_codes, mobiles, resident_ids
from bequest.demo.names import draw_names, draw_surnames, latin, make_special, settle_clashes
from bequest.demo.personas import CHILDREN, MINORS, NEEDS_CONTACT, Persona, assign, code, codes, is_pledged
from bequest.demo.words import BRANDS, ESTATES, REGIONS, STREETS, TRADES

IN_DEAL, OUTSIDE = 12, 13
"""Shop in the deal, shop outside."""
FRIEND_REGION = next(i for i, r in enumerate(REGIONS) if r[0] == "110103")
STAFF_REGION = next(i for i, r in enumerate(REGIONS) if r[0] == "310103")
"""Region codes kept for people outside the customer list, so that no identity number occurs twice."""
MAIL_DOMAINS = ("mail.example.com", "qq.example.com", "163.example.com", "post.example.com")


@dataclass(slots=True)
class PhonePool:
    """Mobile numbers, each given out once."""

    numbers: pl.Series
    used: int = 0

    def next(self, n: int) -> pl.Series:
        """Numbers that nobody has yet."""
        if self.used + n > len(self.numbers):
            raise ValueError("the pool of phone numbers is empty")
        self.used += n
        return self.numbers.slice(self.used - n, n)


@dataclass(frozen=True, slots=True)
class People:
    """`frame` has one row per customer; places in it are how other parts name people.

    `companies` has `name`, `uscc`, `mail`; the first is the one with the switchboard.
    """

    frame: pl.DataFrame
    companies: pl.DataFrame
    phones: PhonePool
    switchboard: str

    def column(self, name: str) -> pl.Series:
        """A column of `frame`."""
        return self.frame[name]

    def numbers(self, name: str) -> Ints:
        """A whole-number column of `frame`."""
        return self.frame[name].to_numpy().astype(np.int64)

    def flags(self, name: str) -> Bools:
        """A yes-or-no column of `frame`."""
        return self.frame[name].to_numpy().astype(np.bool_)


@dataclass(slots=True)
class _Ties:
    persona: Ints
    pledged: Bools
    parent: Ints
    spouse: Ints
    company: Ints
    shop: Ints
    cross: Bools


def make_people(seed: int, n: int) -> People:
    """Customers with their ties, names, births, identity numbers, phones, mail addresses and homes."""
    draws = Draws(seed, "people")
    ties = _ties(draws, n)
    minor = np.isin(ties.persona, codes(MINORS))
    female = draws.chance(0.52, n)
    born = _born(draws, ties)
    region = draws.whole(0, len(REGIONS), n)
    region[(region == FRIEND_REGION) | (region == STAFF_REGION)] = 0
    phones = PhonePool(mobiles(Draws(seed, "phones"), 9 * n + 2000))
    mobile, junk = _phones(draws, ties, phones)
    surname = draw_surnames(draws, n)
    has_parent = ties.parent >= 0
    surname[has_parent] = surname[ties.parent[has_parent]]
    names = make_special(draws, draw_names(draws, surname, female), ~has_parent)
    works = pl.Series(ties.company >= 0)
    groups = ("C" + pl.Series(ties.company).cast(pl.Utf8)).zip_with(works, mobile)
    names = settle_clashes(draws, names, groups, surname, female)
    companies = _companies(Draws(seed, "companies"), int(ties.company.max()) + 21)
    frame = pl.DataFrame(
        {
            "person": "P" + pl.Series(np.arange(1, n + 1)).cast(pl.Utf8).str.zfill(7),
            "persona": ties.persona,
            "pledged": ties.pledged,
            "minor": minor,
            "shop": ties.shop,
            "cross": ties.cross,
            "company": ties.company,
            "spouse": ties.spouse,
            "female": female,
            "born": born,
            "surname": surname,
            "name": names,
            "mobile": mobile.set(pl.Series(ties.company == 0), None),
            "junk": junk,
            "email": _mails(draws, ties, surname),
            "true_id": resident_ids(draws, born, pl.Series(female), region),
            "registered": _registered(draws, ties.persona),
        }
    )
    frame = frame.hstack(make_homes(draws, n)).hstack(_guardians(draws, ties, frame, phones))
    area = "0571-86" + pl.Series(draws.whole(100_000, 1_000_000, 1)).cast(pl.Utf8)
    return People(frame, companies, phones, area[0])


def _ties(draws: Draws, n: int) -> _Ties:
    """Personas, families, employers and home shops; the last two never across a family."""
    persona, rank = assign(draws, n)
    ties = _Ties(
        persona,
        is_pledged(persona, rank),
        np.full(n, -1, dtype=np.int64),
        np.full(n, -1, dtype=np.int64),
        np.full(n, -1, dtype=np.int64),
        np.where(draws.chance(0.62, n), IN_DEAL, OUTSIDE).astype(np.int64),
        np.zeros(n, dtype=np.bool_),
    )
    ties.shop[ties.pledged] = IN_DEAL
    ordinary = draws.rng.permutation(np.flatnonzero(persona == code(Persona.ORDINARY)))
    kids = draws.rng.permutation(np.flatnonzero(np.isin(persona, codes(MINORS))))
    kids = kids[: (3 * len(kids) + 4) // 5]
    couples, cross = max(3, n // 50), max(4, n * 6 // 100)
    parents, wives, husbands, crossing, rest = np.split(
        ordinary, np.cumsum([len(kids), couples, couples, min(cross, len(ordinary) // 5)])
    )
    ties.parent[kids] = parents
    ties.shop[parents] = ties.shop[kids]
    ties.spouse[wives], ties.spouse[husbands] = husbands, wives
    ties.shop[husbands] = ties.shop[wives]
    ties.cross[crossing] = True
    ties.shop[crossing[:4]] = [IN_DEAL, OUTSIDE, IN_DEAL, OUTSIDE]
    _employ(draws, ties, rest, n)
    return ties


def _employ(draws: Draws, ties: _Ties, ordinary: Ints, n: int) -> None:
    """Enterprise customers: contacts of companies, the first company with many behind one switchboard."""
    may = np.isin(ties.persona, codes(frozenset({Persona.STALE, Persona.CLOSED, Persona.WILL_OBJECT, Persona.BOUNCES})))
    n_switchboard = min(max(6, n * 6 // 1000), len(ordinary) // 2)
    ties.company[ordinary[:n_switchboard]] = 0
    others = draws.rng.permutation(np.concatenate([ordinary[n_switchboard:], np.flatnonzero(may & ~ties.pledged)]))
    others = others[: max(4, n * 8 // 100 - n_switchboard)]
    ties.company[others] = 1 + draws.whole(0, max(3, len(others) // 3), len(others))


def _born(draws: Draws, ties: _Ties) -> pl.Series:
    """Births that lie clear of the days on which somebody turns 14 or 18 during the case."""
    n = len(ties.persona)
    low, high = np.full(n, days(date(1948, 1, 1))), np.full(n, days(date(2006, 12, 31)))
    child, teen = np.isin(ties.persona, codes(CHILDREN)), ties.persona == code(Persona.TEEN)
    low[child], high[child] = days(date(2013, 3, 1)), days(date(2020, 12, 31))
    low[teen], high[teen] = days(date(2009, 3, 1)), days(date(2012, 9, 30))
    parents = ties.parent[ties.parent >= 0]
    low[parents], high[parents] = days(date(1976, 1, 1)), days(date(1990, 12, 31))
    return to_dates(draws.between(low, high))


def _registered(draws: Draws, persona: Ints) -> Ints:
    """Day of registration, more of them recent."""
    n = len(persona)
    low, high = np.full(n, days(date(2014, 6, 1))), np.full(n, days(date(2026, 9, 30)))
    for who, first, last in (
        (frozenset({Persona.STALE}), date(2014, 6, 1), date(2021, 12, 31)),
        (frozenset({Persona.OLD_TIMER}), date(2014, 6, 1), date(2015, 3, 31)),
        (CHILDREN, date(2024, 3, 15), date(2026, 8, 31)),
        (frozenset({Persona.TEEN}), date(2022, 3, 1), date(2026, 8, 31)),
    ):
        here = np.isin(persona, codes(who))
        low[here], high[here] = days(first), days(last)
    late = np.floor(draws.rng.random(n) ** 0.65 * (high - low)).astype(np.int64)
    return np.asarray(low + late, dtype=np.int64)


def _phones(draws: Draws, ties: _Ties, pool: PhonePool) -> tuple[pl.Series, pl.Series]:
    """Valid mobiles (null: none) and, for some of those without, what stands in the field instead."""
    n = len(ties.persona)
    owner = np.arange(n)
    shares_parent = (ties.parent >= 0) & draws.chance(0.75, n)
    owner[shares_parent] = ties.parent[shares_parent]
    wives = np.flatnonzero(ties.spouse > np.arange(n))
    sharing = wives[draws.chance(0.7, len(wives)) | (np.arange(len(wives)) < 3)]
    owner[sharing] = ties.spouse[sharing]
    numbers = take(pool.next(n), owner)
    family = (ties.parent >= 0) | (ties.spouse >= 0)
    family[ties.parent[ties.parent >= 0]] = True
    firm = family | ties.pledged | np.isin(ties.persona, codes(NEEDS_CONTACT))
    none = ties.persona == code(Persona.NO_CONTACT)
    missing = none | (~firm & draws.chance(0.045, n))
    spoilt = missing & draws.chance(0.4, n)
    spoilt[np.flatnonzero(none)[::2]] = True
    junk = draws.words(("无", "1380000", "待补充", "139-xxxx", "00000000000"), n).set(pl.Series(~spoilt), None)
    return numbers.set(pl.Series(missing), None), junk


def _mails(draws: Draws, ties: _Ties, surname: Ints) -> pl.Series:
    """Mail addresses, no two alike; none for those who cannot be reached."""
    n = len(surname)
    local = latin(draws, surname) + pl.Series(np.arange(n) + 10).cast(pl.Utf8)
    without = draws.chance(0.28, n) | (ties.persona == code(Persona.NO_CONTACT))
    return (local + "@" + draws.words(MAIL_DOMAINS, n)).set(pl.Series(without), None)


def _companies(draws: Draws, n: int) -> pl.DataFrame:
    cities = sorted({city.removesuffix("市") for _, _, city, _ in REGIONS})
    pick = draws.distinct(0, len(cities) * len(BRANDS) ** 2 * len(TRADES), n)
    pick, trade = np.divmod(pick, len(TRADES))
    pick, second = np.divmod(pick, len(BRANDS))
    city, first = np.divmod(pick, len(BRANDS))
    name = take(cities, city) + take(BRANDS, first) + take(BRANDS, second) + take(TRADES, trade) + "有限公司"
    mail = "purchase@corp" + pl.Series(np.arange(n)).cast(pl.Utf8) + ".example.com"
    return pl.DataFrame({"name": name, "uscc": credit_codes(draws, n), "mail": mail})


def make_homes(draws: Draws, n: int) -> pl.DataFrame:
    """Home addresses: `province`, `city`, `detail` (district to room) and `address` (all of it)."""
    region = draws.whole(0, len(REGIONS) - 3, n)
    number: Callable[[int, int], pl.Series] = lambda low, high: pl.Series(draws.whole(low, high, n)).cast(pl.Utf8)  # noqa: E731
    detail = (
        take([r[3] for r in REGIONS], region)
        + draws.words(STREETS, n)
        + number(1, 2000)
        + "号"
        + draws.words(ESTATES, n)
        + number(1, 40)
        + "幢"
        + number(1, 5)
        + "单元"
        + number(101, 3300)
        + "室"
    )
    province, city = take([r[1] for r in REGIONS], region), take([r[2] for r in REGIONS], region)
    whole = (province + city).zip_with(province != city, city) + detail
    return pl.DataFrame({"province": province, "city": city, "detail": detail, "address": whole})


def _guardians(draws: Draws, ties: _Ties, frame: pl.DataFrame, pool: PhonePool) -> pl.DataFrame:
    """Guardian of each minor who names one: a parent among the customers, or somebody else.

    Half of the children nobody consented for name no guardian at all.
    """
    n = frame.height
    wants = np.isin(ties.persona, codes(CHILDREN)) | ((ties.persona == code(Persona.TEEN)) & draws.chance(0.5, n))
    wants[np.flatnonzero(ties.persona == code(Persona.CHILD_MISSING))[1::2]] = False
    inside = wants & (ties.parent >= 0)
    parent = np.where(inside, ties.parent, 0)
    surname = frame["surname"].to_numpy().astype(np.int64)
    female = draws.chance(0.6, n)
    outside = settle_clashes(
        draws, draw_names(draws, surname, female), pl.Series([None] * n, dtype=pl.Utf8), surname, female
    )
    known = pl.Series(inside)
    found = pl.DataFrame(
        {
            "guardian": take(frame["person"], parent).zip_with(known, "G" + frame["person"].str.slice(1)),
            "guardian_name": take(frame["name"], parent).zip_with(known, outside),
            "guardian_mobile": take(frame["mobile"], parent).zip_with(known, pool.next(n)),
        }
    )
    return found.with_columns(pl.when(pl.Series(wants)).then(pl.all()))

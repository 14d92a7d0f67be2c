"""Tickets of customer service and lines of the web log."""

from datetime import date

import numpy as np
import polars as pl

from bequest.demo.customers import CustomerRows, staff_numbers, staff_persons
from bequest.demo.draws import Draws, Ints, days, take, to_dates, to_moments
from bequest.demo.identifiers import spell_names, spell_phones
from bequest.demo.names import draw_names, draw_surnames, settle_clashes
from bequest.demo.people import IN_DEAL, OUTSIDE, make_homes
from bequest.demo.personas import Persona, code
from bequest.demo.records import LAST_DAY, STALE_LAST_DAY, Records, fill, recent, where
from bequest.demo.schema import TICKETS, WEBLOG
from bequest.demo.words import AGENTS, CHANNELS, CONTENTS, PATHS, SUBJECTS

_LOG_FIRST_DAY = days(date(2025, 9, 2))
_LOG_EDGE = (days(date(2026, 6, 28)), days(date(2026, 7, 3)))
"""Six months before the law date, a few days on both sides: no line falls there, so that zones do not matter."""


def make_tickets(seed: int, rows: CustomerRows, customers: int) -> Records:
    """About 0.3 tickets per customer; an eighth without a customer number, from people known and unknown."""
    draws = Draws(seed, "tickets")
    n = max(12, round(customers * 0.3))
    row = _callers(draws, rows, n)
    stale = rows.persona()[row] == code(Persona.STALE)
    low = np.maximum(rows.numbers("registered")[row], days(date(2019, 1, 1)))
    opened = recent(draws, low, np.where(stale, days(STALE_LAST_DAY), days(LAST_DAY)))
    order = np.argsort(opened, kind="stable")
    row, opened = row[order], opened[order]
    who = _contacts(draws, rows, row)
    text = _contents(draws, rows, row, who)
    agent = draws.whole(0, 4, n)
    opened_at = to_moments(opened, draws.times_of_day(n)).dt.strftime("%Y-%m-%dT%H:%M:%S")
    columns = {
        "ticket_id": "T" + pl.Series(np.arange(1, n + 1)).cast(pl.Utf8).str.zfill(7),
        "cust_no": who["cust_no"],
        "shop_id": pl.Series(who["shop"]),
        "opened_at": opened_at,
        "agent": staff_numbers(agent),
        "channel": draws.words(CHANNELS, n),
        "subject": draws.words(SUBJECTS, n),
        "content": text["content"],
        "contact.name": spell_names(draws, who["name"], plain=0.85),
        "contact.phone": spell_phones(draws, who["phone"]),
        "tags": _tags(draws, n),
        "@customer": who["person"],
        "@mentioned": text["person"],
        "@staff": staff_persons(agent),
        "#day": to_dates(opened),
        "#stranger": who["stranger"],
    }
    return Records(TICKETS, pl.DataFrame({name: s.alias(name) for name, s in columns.items()}))


def _callers(draws: Draws, rows: CustomerRows, n: int) -> Ints:
    """Customer row of each ticket (for strangers: somebody whose place they take)."""
    may = np.flatnonzero(rows.persona() != code(Persona.NO_DATES))
    return draws.rng.choice(may, n).astype(np.int64)


def _contacts(draws: Draws, rows: CustomerRows, row: Ints) -> pl.DataFrame:
    """Who called: the customer, by number or only by name and phone, or a stranger.

    A customer known by number sometimes leaves no contact or another phone than the one on file.
    """
    n, frame = len(row), rows.frame
    kind = draws.rng.random(n)
    linkable = take(frame["linkable"].cast(pl.Int64), row).to_numpy() == 1
    stale = rows.persona()[row] == code(Persona.STALE)
    by_name = (kind < 0.07) & linkable
    stranger = (kind >= 0.07) & (kind < 0.13) & ~stale
    numbered = ~by_name & ~stranger
    surname, female = draw_surnames(draws, n), draws.chance(0.5, n)
    nobody = pl.Series([None] * n, dtype=pl.Utf8)
    others = settle_clashes(draws, draw_names(draws, surname, female), nobody, surname, female)
    new_phone = rows.people.phones.next(n)
    own = take(frame["mobile"], row)
    another = pl.Series(stranger | (numbered & (draws.chance(0.06, n) | ~linkable)))
    silent = pl.Series(numbered & draws.chance(0.1, n))
    home = rows.numbers("shop")[row]
    elsewhere = rows.spread("cross").to_numpy()[row] & draws.chance(0.4, n)
    number = pl.Series(np.arange(1, n + 1)).cast(pl.Utf8).str.zfill(7)
    return pl.DataFrame(
        {
            "cust_no": where(pl.Series(numbered), take(frame["cust_no"], row)),
            "person": ("K" + number).zip_with(pl.Series(stranger), take(frame["person"], row)),
            "name": where(~silent, others.zip_with(pl.Series(stranger), take(frame["name"], row))),
            "phone": where(~silent, new_phone.zip_with(another, own)),
            "shop": np.where(elsewhere, IN_DEAL + OUTSIDE - home, home),
            "stranger": stranger,
            "own_name": others.zip_with(pl.Series(stranger), take(frame["name"], row)),
            "own_phone": new_phone.zip_with(another, own),
        }
    )


def _contents(draws: Draws, rows: CustomerRows, row: Ints, who: pl.DataFrame) -> pl.DataFrame:
    n = len(row)
    surname, female = draw_surnames(draws, n), draws.chance(0.5, n)
    nobody = pl.Series([None] * n, dtype=pl.Utf8)
    template = draws.words(CONTENTS, n)
    content = fill(
        template,
        own_name=who["own_name"],
        own_phone=who["own_phone"],
        own_id=where(~who["stranger"], take(rows.spread("true_id"), row)),
        own_address=make_homes(draws, n)["address"],
        m_name=settle_clashes(draws, draw_names(draws, surname, female), nobody, surname, female),
        m_phone=rows.people.phones.next(n),
    )
    number = pl.Series(np.arange(1, n + 1)).cast(pl.Utf8).str.zfill(7)
    mentioned = where(template.str.contains("{m_name}", literal=True), "O" + number)
    return pl.DataFrame({"content": content, "person": mentioned})


def _tags(draws: Draws, n: int) -> pl.Series:
    """One or two tags per ticket, as a list."""
    words = ("售后", "物流", "发票", "账户", "表扬", "投诉", "回访")
    two = pl.Series(draws.chance(0.4, n))
    pair = pl.DataFrame([draws.words(words, n).alias("a"), draws.words(words, n).alias("b"), two.alias("two")])
    both = pl.concat_list("a", "b")
    return pair.select(pl.when("two").then(both).otherwise(pl.concat_list("a")).alias("t"))["t"]


def make_weblog(seed: int, rows: CustomerRows, customers: int) -> Records:
    """About two lines per customer over the last 14 months; a third from visitors who are not signed in."""
    draws = Draws(seed, "weblog")
    n = customers * 2
    silent = (Persona.STALE, Persona.NO_DATES, Persona.DECEASED)
    may = np.flatnonzero(~np.isin(rows.persona(), [code(p) for p in silent]))
    row = draws.rng.choice(may, n).astype(np.int64)
    anonymous = draws.chance(0.35, n)
    low = np.maximum(rows.numbers("registered")[row], _LOG_FIRST_DAY)
    day = draws.between(np.where(anonymous, _LOG_FIRST_DAY, low), np.full(n, days(LAST_DAY)))
    day = np.where((day >= _LOG_EDGE[0]) & (day <= _LOG_EDGE[1]), day + 8, day)
    moment = day * 86_400 + draws.whole(0, 57_000, n)
    order = np.argsort(moment, kind="stable")
    row, anonymous, day, moment = row[order], anonymous[order], day[order], moment[order]
    home = rows.numbers("shop")[row]
    elsewhere = anonymous | rows.spread("cross").to_numpy()[row]
    shop = np.where(elsewhere & draws.chance(0.4, n), IN_DEAL + OUTSIDE - home, home)
    signed_in = pl.Series(~anonymous)
    session, device = draws.whole(16**7, 16**8, n), draws.whole(16**7, 16**8, rows.frame.height)
    used = np.where(anonymous, draws.whole(16**7, 16**8, n), device[row])
    octets = [pl.Series(draws.whole(0, 256, n)).cast(pl.Utf8) for _ in range(3)]
    columns = {
        "ts": pl.Series(moment * 1_000_000, dtype=pl.Int64).cast(pl.Datetime("us", "UTC")),
        "session_id": "s" + _hex(session),
        "cust_no": where(signed_in, take(rows.frame["cust_no"], row)),
        "ip": "10." + octets[0] + "." + octets[1] + "." + octets[2],
        "device_id": _hex(used) + _hex(used * 7 % 16**8),
        "user_agent": draws.words(AGENTS, n),
        "url": fill(draws.words(PATHS, n), n=pl.Series(draws.whole(1000, 99_999, n)).cast(pl.Utf8)),
        "shop_id": pl.Series(shop, dtype=pl.Int32),
        "@customer": where(signed_in, take(rows.frame["person"], row)),
        "#day": to_dates(day),
    }
    return Records(WEBLOG, pl.DataFrame({name: s.alias(name) for name, s in columns.items()}))


def _hex(numbers: Ints) -> pl.Series:
    """Eight hexadecimal digits each."""
    out = pl.Series([""] * len(numbers))
    for power in range(7, -1, -1):
        out = out + take([*"0123456789abcdef"], numbers // 16**power % 16)
    return out

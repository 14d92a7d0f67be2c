"""The orders sheet: buyers, the people they send things to, those who get the invoice, and what a spreadsheet does."""

from datetime import date

import numpy as np
import polars as pl

from bequest.demo.customers import CustomerRows, staff_persons
from bequest.demo.draws import Bools, Draws, Ints, days, take, to_dates, to_moments
from bequest.demo.identifiers import is_valid_resident_id, rounded, spell_names, spell_phones
from bequest.demo.names import draw_names, draw_surnames, settle_clashes
from bequest.demo.people import IN_DEAL, MAIL_DOMAINS, OUTSIDE, make_homes
from bequest.demo.personas import Persona, code, codes
from bequest.demo.records import LAST_DAY, STALE_LAST_DAY, Records, fill, recent, where
from bequest.demo.schema import ORDERS
from bequest.demo.words import BUYER_NOTES, STAFF

_LATELY = days(date(2026, 10, 15))
"""Orders from this day on may still be open."""
_KEEP_OPEN = (Persona.OBJECTED_OPEN_ORDER,)
_KEEP_SETTLED = frozenset({Persona.OBJECTED, Persona.OBJECTED_INVOICE, Persona.NO_DATES})
_WITH_INVOICE = frozenset(
    {Persona.OBJECTED_INVOICE, Persona.CLOSED, Persona.STALE, Persona.SOFT_DELETED, Persona.CHILD_NO}
)


def make_orders(seed: int, rows: CustomerRows, customers: int) -> Records:
    """About 1.8 orders per customer, in the order of time."""
    draws = Draws(seed, "orders")
    buyer, pledge = _buyers(draws, rows, round(customers * 1.8))
    placed = _placed(draws, rows, buyer, pledge)
    order = np.argsort(placed, kind="stable")
    buyer, placed, pledge = buyer[order], placed[order], pledge[order]
    n = len(buyer)
    moments = to_moments(placed, draws.times_of_day(n))
    shop = _shops(draws, rows, buyer)
    states = _states(draws, rows, buyer, placed, pledge)
    paid = ~states.is_in(["待付款", "已取消"])
    paid_at = where(paid, moments + pl.Series(draws.whole(20, 1800, n) * 1_000_000).cast(pl.Duration("us")))
    done = states.is_in(["已完成", "已退款"])
    done_at = where(done, moments + pl.Series(draws.whole(30, 240, n) * 3_600_000_000).cast(pl.Duration("us")))
    consignee = _consignees(draws, rows, buyer)
    invoice = _invoices(draws, rows, buyer, paid, placed, pledge)
    notes = _notes(draws, rows, buyer)
    typist = draws.whole(0, len(STAFF), n)
    columns = {
        "订单号": _numbers(placed, shop),
        "客户编号": take(rows.frame["cust_no"], buyer),
        "店铺": pl.Series(shop),
        "下单时间": moments,
        "状态": states,
        "金额": pl.Series(draws.whole(990, 299_900, n) / 100).round(2),
        "付款时间": paid_at,
        "完成时间": done_at,
        "收货人": consignee["name"],
        "收货电话": consignee["phone"],
        "收货地址": make_homes(draws, n)["address"],
        "发票抬头": invoice["title"],
        "发票税号": invoice["tax"],
        "发票邮箱": invoice["mail"],
        "清关身份证号": consignee["customs_id"],
        "买家留言": notes["note"],
        "经办人": take([s for s, _ in STAFF], typist),
        "@customer": take(rows.frame["person"], buyer),
        "@consignee": consignee["person"],
        "@invoice_recipient": invoice["person"],
        "@mentioned": notes["person"],
        "@staff": staff_persons(typist),
        "#day": to_dates(placed),
        "#paid": paid_at.dt.date(),
        "#damaged": consignee["damaged"],
        "#as_number": consignee["phone"].str.contains(r"^[0-9]{11}$").fill_null(False)
        & pl.Series(draws.chance(0.2, n)),
    }
    return Records(ORDERS, pl.DataFrame({name: s.alias(name) for name, s in columns.items()}))


def _buyers(draws: Draws, rows: CustomerRows, n: int) -> tuple[Ints, Ints]:
    """Customer row of each order, and why it is there: 0 by chance, else what it is pledged to be.

    1: still open. 2: with an invoice whose retention runs. 3: with one whose retention is over. 4: in the other shop.
    """
    persona = rows.persona()
    first = ~rows.frame["again"].to_numpy()
    wanted = (
        (1, np.flatnonzero(first & np.isin(persona, [code(p) for p in _KEEP_OPEN]))),
        (2, np.flatnonzero(first & np.isin(persona, codes(_WITH_INVOICE)))),
        (3, np.flatnonzero(first & (persona == code(Persona.OLD_TIMER)))),
        (4, np.flatnonzero(first & rows.spread("cross").to_numpy())),
        (5, np.flatnonzero(first & np.isin(persona, codes(frozenset({Persona.DISPUTE_OPEN, Persona.DISPUTE_CLOSED}))))),
    )
    buyer = np.concatenate([who for _, who in wanted])
    pledge = np.concatenate([np.full(len(who), kind, dtype=np.int64) for kind, who in wanted])
    buyer, pledge = buyer[:n], pledge[:n]
    weight = draws.rng.gamma(0.8, 1.0, len(persona))
    weight[persona == code(Persona.NO_DATES)] = 0
    by_chance = draws.rng.choice(len(persona), n - len(buyer), p=weight / weight.sum())
    return np.concatenate([buyer, by_chance]).astype(np.int64), np.concatenate(
        [pledge, np.zeros(len(by_chance), dtype=np.int64)]
    )


def _placed(draws: Draws, rows: CustomerRows, buyer: Ints, pledge: Ints) -> Ints:
    """Day of each order: after registration, never later than the buyer's last contact may be."""
    persona = rows.persona()[buyer]
    low = rows.numbers("registered")[buyer]
    high = np.where(persona == code(Persona.STALE), days(STALE_LAST_DAY), days(LAST_DAY))
    low = np.where(pledge == 1, _LATELY + 6, np.where(pledge == 2, np.maximum(low, days(date(2017, 1, 2))), low))
    low = np.where(pledge == 3, days(date(2015, 4, 1)), low)
    high = np.where(pledge == 3, days(date(2015, 11, 30)), high)
    return recent(draws, low, high)


def _shops(draws: Draws, rows: CustomerRows, buyer: Ints) -> Ints:
    """Home shop, but for people who buy in both: their first order is in the other shop, the rest anywhere."""
    home = rows.numbers("shop")[buyer]
    other = np.where(home == IN_DEAL, OUTSIDE, IN_DEAL)
    cross = rows.spread("cross").to_numpy()[buyer]
    first = pl.DataFrame({"b": buyer}).select(pl.col("b").is_first_distinct())["b"].to_numpy()
    return np.where(cross & (first | draws.chance(0.4, len(buyer))), other, home)


def _states(draws: Draws, rows: CustomerRows, buyer: Ints, placed: Ints, pledge: Ints) -> pl.Series:
    persona, n = rows.persona()[buyer], len(buyer)
    old = draws.words(("已完成", "已取消", "已退款"), n, (0.9, 0.07, 0.03))
    new = draws.words(("已完成", "待付款", "待发货", "已发货"), n, (0.3, 0.15, 0.25, 0.3))
    settled = np.isin(persona, codes(_KEEP_SETTLED)) | (pledge == 2)
    lately = (placed >= _LATELY) & ~settled
    states = new.zip_with(pl.Series(lately), old)
    states = states.set(pl.Series((pledge == 2) | (pledge == 3)), "已完成")
    return states.set(pl.Series(pledge == 1), "待发货")


def _numbers(placed: Ints, shop: Ints) -> pl.Series:
    """Order numbers: long ones since 2018, before that 11 digits that look like a phone but are on no prefix in use."""
    n = len(placed)
    day = to_dates(placed).dt.strftime("%Y%m%d")
    serial = pl.Series(np.arange(n))
    long = day + pl.Series(shop).cast(pl.Utf8) + serial.cast(pl.Utf8).str.zfill(6)
    short = "14" + pl.Series(np.arange(n) * 7 + 100_000_000).cast(pl.Utf8)
    return short.zip_with(pl.Series(placed < days(date(2018, 1, 1))), long)


def _consignees(draws: Draws, rows: CustomerRows, buyer: Ints) -> pl.DataFrame:
    """Who receives: mostly the buyer, else a friend or the other half of a couple; and a number for customs."""
    n, frame = len(buyer), rows.frame
    chance = draws.rng.random(n)
    linkable = take(frame["linkable"].cast(pl.Int64), buyer).to_numpy() == 1
    spouse = rows.spread("spouse").to_numpy()[buyer]
    ordinary = rows.persona()[buyer] == code(Persona.ORDINARY)
    to_spouse = linkable & (chance > 0.55) & (chance < 0.75) & (spouse >= 0) & ordinary
    to_friend = ~to_spouse & (~linkable | (chance > 0.72))
    himself = ~to_spouse & ~to_friend
    people, whose = rows.people, np.maximum(spouse, 0)

    def choose(own: pl.Series, friends: pl.Series, spouses: pl.Series) -> pl.Series:
        return own.zip_with(pl.Series(himself), friends.zip_with(pl.Series(to_friend), spouses))

    name = choose(take(frame["name"], buyer), take(frame["friend_name"], buyer), take(people.column("name"), whose))
    phone = choose(
        take(frame["mobile"], buyer), take(frame["friend_mobile"], buyer), take(people.column("mobile"), whose)
    )
    person = choose(take(frame["person"], buyer), take(frame["friend"], buyer), take(people.column("person"), whose))
    true_id = rows.spread("true_id").gather(pl.Series(buyer, dtype=pl.UInt32))
    customs = true_id.zip_with(pl.Series(himself), take(frame["friend_id"], buyer))
    named = himself | (to_friend & linkable)
    wanted = pl.Series(named & draws.chance(0.13, n))
    customs, damaged = _damage(draws, where(wanted, customs))
    return pl.DataFrame(
        {
            "name": spell_names(draws, name, plain=0.9),
            "phone": spell_phones(draws, phone, plain=0.75),
            "person": person,
            "customs_id": customs,
            "damaged": damaged,
        }
    )


def _damage(draws: Draws, ids: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Some numbers rounded by the spreadsheet.

    Only those of digits alone, and never into another valid number, neither with three zeros nor with the digits that
    a binary fraction shows in their place.
    """
    spoilt = rounded(ids)
    shown = spoilt.cast(pl.Float64, strict=False).cast(pl.Int64).cast(pl.Utf8)
    may = ids.str.contains(r"^\d{18}$").fill_null(False)
    may &= ~is_valid_resident_id(spoilt) & ~is_valid_resident_id(shown)
    damaged = may & pl.Series(draws.chance(0.15, len(ids)))
    first = may.arg_true().head(3)
    damaged = damaged.scatter(first, True)
    return spoilt.zip_with(damaged, ids), damaged


def _invoices(
    draws: Draws, rows: CustomerRows, buyer: Ints, paid: pl.Series, placed: Ints, pledge: Ints
) -> pl.DataFrame:
    """Invoices: on companies, on the buyer himself, on `个人`, on somebody else.

    None in 2016, whose duty ends on the very law date.
    """
    n, frame, companies = len(buyer), rows.frame, rows.people.companies
    works = rows.spread("company").to_numpy()[buyer]
    in_2016 = (placed >= days(date(2015, 12, 25))) & (placed <= days(date(2017, 1, 5)))
    pledged = (pledge == 2) | (pledge == 3)
    asked = draws.chance(0.22, n) | ((works >= 0) & draws.chance(0.6, n)) | pledged
    issued = pl.Series(asked & ~(in_2016 & ~pledged)) & paid
    kind = draws.rng.random(n)
    mail = take(frame["email"], buyer)
    own_name = pl.Series((works < 0) & (kind < 0.3)) & mail.is_not_null()
    other = pl.Series((works < 0) & (kind >= 0.3) & (kind < 0.38))
    nameless = pl.Series((works < 0) & (kind >= 0.38) & (kind < 0.5))
    employer = draws.whole(len(companies) - 20, len(companies), n)
    company = np.where(works >= 0, works, employer)
    surname, female = draw_surnames(draws, n), draws.chance(0.5, n)
    nobody = pl.Series([None] * n, dtype=pl.Utf8)
    names = settle_clashes(draws, draw_names(draws, surname, female), nobody, surname, female)
    number = pl.Series(np.arange(1, n + 1)).cast(pl.Utf8)
    other_mail = "fp" + number.str.zfill(6) + "@" + draws.words(MAIL_DOMAINS, n)
    on_company = ~(own_name | other | nameless)
    accounts_mail = where(on_company & pl.Series(draws.chance(0.3, n)), other_mail)
    title = take(companies["name"], company)
    title = pl.Series(["个人"] * n).zip_with(nameless, names.zip_with(other, title))
    title = take(frame["name"], buyer).zip_with(own_name, title)
    person = where(other | accounts_mail.is_not_null(), "I" + number.str.zfill(7))
    return pl.DataFrame(
        {
            "title": where(issued, title),
            "tax": where(issued & on_company, take(companies["uscc"], company)),
            "mail": where(issued, mail.zip_with(own_name, other_mail.zip_with(other, accounts_mail))),
            "person": where(issued, take(frame["person"], buyer).zip_with(own_name, person)),
        }
    )


def _notes(draws: Draws, rows: CustomerRows, buyer: Ints) -> pl.DataFrame:
    """Messages of the buyer, with phones and names in the text."""
    n = len(buyer)
    surname, female = draw_surnames(draws, n), draws.chance(0.5, n)
    nobody = pl.Series([None] * n, dtype=pl.Utf8)
    template = draws.words(BUYER_NOTES, n)
    text = fill(
        template,
        m_name=settle_clashes(draws, draw_names(draws, surname, female), nobody, surname, female),
        m_phone=rows.people.phones.next(n),
        own_phone=take(rows.frame["mobile"], buyer),
        own_name=take(rows.frame["name"], buyer),
    )
    there: Bools = draws.chance(0.15, n)
    mentioned = pl.Series(there) & template.str.contains("{m_name}", literal=True)
    number = pl.Series(np.arange(1, n + 1)).cast(pl.Utf8).str.zfill(7)
    return pl.DataFrame({"note": where(pl.Series(there), text), "person": where(mentioned, "N" + number)})

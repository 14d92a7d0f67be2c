"""The small tables around the customer: addresses, consents, objections, disputes, staff, suppliers, shops."""

from datetime import date

import numpy as np
import polars as pl

from bequest.demo.customers import CustomerRows, staff_numbers, staff_persons
from bequest.demo.draws import Draws, days, moment_text, take, to_dates, to_moments
from bequest.demo.identifiers import resident_ids, spell_names, spell_phones
from bequest.demo.people import IN_DEAL, OUTSIDE, STAFF_REGION, make_homes
from bequest.demo.personas import Persona, code
from bequest.demo.records import LAST_DAY, Records, where
from bequest.demo.schema import ADDRESSES, CONSENTS, DISPUTES, OBJECTIONS, SHOPS, STAFF, SUPPLIERS
from bequest.demo.words import BRANDS, CHANNELS, DISPUTE_SUMMARIES, NOTICE_VERSIONS, PURPOSES, SUPPLIER_CONTACTS, TRADES
from bequest.demo.words import STAFF as STAFF_WORDS


def make_addresses(seed: int, rows: CustomerRows, customers: int) -> Records:
    """About 0.7 delivery addresses per customer; a third of the consignees are somebody else."""
    draws = Draws(seed, "addresses")
    n = round(customers * 0.7)
    row = draws.whole(0, rows.frame.height, n)
    frame = rows.frame
    himself = take(frame["linkable"].cast(pl.Int64), row).eq(1) & pl.Series(draws.chance(0.66, n))
    home = make_homes(draws, n)
    columns = {
        "id": pl.Series(np.arange(1, n + 1)),
        "cust_no": take(frame["cust_no"], row),
        "consignee": spell_names(
            draws, take(frame["name"], row).zip_with(himself, take(frame["friend_name"], row)), plain=0.9
        ),
        "phone": spell_phones(draws, take(frame["mobile"], row).zip_with(himself, take(frame["friend_mobile"], row))),
        "province": home["province"],
        "city": home["city"],
        "detail": home["detail"],
        "@customer": take(frame["person"], row),
        "@consignee": take(frame["person"], row).zip_with(himself, take(frame["friend"], row)),
    }
    return Records(ADDRESSES, pl.DataFrame({name: s.alias(name) for name, s in columns.items()}))


def make_consents(seed: int, rows: CustomerRows) -> Records:
    """What people agreed to at registration, and some of it withdrawn; none by every fourteenth."""
    draws = Draws(seed, "consents")
    first = np.flatnonzero(~draws.chance(0.07, rows.frame.height))
    row = np.sort(np.concatenate([first, first[draws.chance(0.07, len(first))]]))
    n = len(row)
    again = ~pl.DataFrame({"r": row}).select(pl.col("r").is_first_distinct())["r"]
    given = rows.numbers("registered")[row]
    withdrawn = np.minimum(given + draws.whole(30, 900, n), days(LAST_DAY))
    purpose = draws.words(PURPOSES[2:], n).zip_with(again, draws.words(PURPOSES[:2], n))
    version = pl.lit(NOTICE_VERSIONS[0][1])
    for since, word in NOTICE_VERSIONS[1:]:
        version = pl.when(pl.col("g") >= days(date.fromisoformat(since))).then(pl.lit(word)).otherwise(version)
    columns = {
        "id": pl.Series(np.arange(1, n + 1)),
        "cust_no": take(rows.frame["cust_no"], row),
        "purpose": purpose,
        "notice_version": pl.DataFrame({"g": given}).select(version.alias("v"))["v"],
        "given_at": moment_text(to_moments(given, draws.times_of_day(n))),
        "withdrawn_at": where(
            again & pl.Series(draws.chance(0.4, n)), moment_text(to_moments(withdrawn, draws.times_of_day(n)))
        ),
        "@customer": take(rows.frame["person"], row),
    }
    return Records(CONSENTS, pl.DataFrame({name: s.alias(name) for name, s in columns.items()}))


def make_objections(seed: int, rows: CustomerRows) -> Records:
    """Objections made before the case opens, some withdrawn since. Made on one customer number, they hold for all."""
    draws = Draws(seed, "objections")
    valid = [code(p) for p in (Persona.OBJECTED, Persona.OBJECTED_INVOICE, Persona.OBJECTED_OPEN_ORDER)]
    withdrawn = code(Persona.OBJECTION_WITHDRAWN)
    first = ~rows.frame["again"].to_numpy()
    row = np.flatnonzero(first & np.isin(rows.persona(), [*valid, withdrawn]))
    n = len(row)
    made = draws.whole(days(date(2025, 3, 1)), days(LAST_DAY), n)
    columns = {
        "id": pl.Series(np.arange(1, n + 1)),
        "cust_no": take(rows.frame["cust_no"], row),
        "made_at": moment_text(to_moments(made, draws.times_of_day(n))),
        "channel": draws.words(CHANNELS, n),
        "status": take(("valid", "withdrawn"), (rows.persona()[row] == withdrawn).astype(np.int64)),
        "@customer": take(rows.frame["person"], row),
    }
    return Records(OBJECTIONS, pl.DataFrame({name: s.alias(name) for name, s in columns.items()}))


def make_disputes(seed: int, rows: CustomerRows, orders: Records) -> Records:
    """Disputes, open and closed, about an order of the customer."""
    draws = Draws(seed, "disputes")
    open_, closed = code(Persona.DISPUTE_OPEN), code(Persona.DISPUTE_CLOSED)
    first = ~rows.frame["again"].to_numpy()
    row = np.flatnonzero(first & np.isin(rows.persona(), [open_, closed]))
    n = len(row)
    latest = orders.frame.group_by("客户编号").agg(pl.col("订单号").last(), pl.col("#day").last())
    about = pl.DataFrame([take(rows.frame["cust_no"], row).alias("客户编号")]).join(
        latest, on="客户编号", how="left", maintain_order="left"
    )
    opened = np.minimum(
        about["#day"].cast(pl.Int32).fill_null(days(date(2026, 3, 1))).to_numpy() + draws.whole(1, 20, n),
        days(LAST_DAY),
    )
    columns = {
        "id": pl.Series(np.arange(1, n + 1)),
        "cust_no": take(rows.frame["cust_no"], row),
        "order_no": about["订单号"],
        "status": take(("open", "closed"), (rows.persona()[row] == closed).astype(np.int64)),
        "opened_at": moment_text(to_moments(opened.astype(np.int64), draws.times_of_day(n))),
        "summary": draws.words(DISPUTE_SUMMARIES, n) + "，联系电话" + take(rows.frame["mobile"], row).fill_null("不详"),
        "@customer": take(rows.frame["person"], row),
    }
    return Records(DISPUTES, pl.DataFrame({name: s.alias(name) for name, s in columns.items()}))


def make_outsiders(seed: int, rows: CustomerRows) -> tuple[Records, Records, Records]:
    """Staff, suppliers and shops: outside the case, only reported."""
    draws = Draws(seed, "outsiders")
    phones = rows.people.phones
    n = len(STAFF_WORDS)
    index = np.arange(n)
    born = to_dates(draws.whole(days(date(1975, 1, 1)), days(date(2000, 1, 1)), n))
    region = np.full(n, STAFF_REGION, dtype=np.int64)
    staff = pl.DataFrame(
        {
            "id": index + 1,
            "emp_no": staff_numbers(index),
            "name": [name for name, _ in STAFF_WORDS],
            "mobile": phones.next(n),
            "id_no": resident_ids(draws, born, pl.Series(draws.chance(0.5, n)), region),
            "dept": [dept for _, dept in STAFF_WORDS],
            "hired_on": to_dates(draws.whole(days(date(2014, 6, 1)), days(date(2026, 1, 1)), n)).dt.strftime(
                "%Y-%m-%d"
            ),
            "@staff": staff_persons(index),
        }
    )
    m = len(SUPPLIER_CONTACTS)
    suppliers = pl.DataFrame(
        {
            "id": np.arange(1, m + 1),
            "company": "宁波" + take(BRANDS, np.arange(m)) + take(TRADES, np.arange(m)) + "供应链有限公司",
            "contact": list(SUPPLIER_CONTACTS),
            "phone": phones.next(m),
            "@supplier_contact": "V" + pl.Series(np.arange(1, m + 1)).cast(pl.Utf8).str.zfill(7),
        }
    )
    shops = pl.DataFrame(
        {"id": [IN_DEAL, OUTSIDE], "name": ["青梧优选12号店", "青梧优选13号店"], "city": ["杭州", "宁波"]}
    )
    return Records(STAFF, staff), Records(SUPPLIERS, suppliers), Records(SHOPS, shops)

"""The demo's logistics account: company A's business account with a carrier passes to company B (E11).

A's shipping system holds an address book of two accounts, the history of waybills, the account's users, its real-name
records and its price agreements. Only one account passes. Of the address book passes what people agree to (PIPL Art.
23; silence releases none); the history stays with the carrier, and A's own copy of it as it is; B registers anew with
its own code and document, so nothing of A's real-name records is copied.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from bequest.crypto.atomic import PUBLIC, write_file
from bequest.demo.draws import Draws, days, take, to_dates
from bequest.demo.identifiers import mobiles, resident_ids
from bequest.demo.labels import labels
from bequest.demo.names import draw_names, draw_surnames, settle_clashes
from bequest.demo.parties import CARRIER
from bequest.demo.records import LAST_DAY, Records, is_filled
from bequest.demo.schema import Column, Table
from bequest.demo.truth import Tables, mentions, sums
from bequest.demo.variants import ACCOUNT_LOT, KEPT_ACCOUNT, SOLD_ACCOUNT
from bequest.demo.words import REGIONS, STREETS
from bequest.demo.writing import write_backup, write_json, write_marker, write_parquet, write_sqlite
from bequest.kernel.canonical import Json
from bequest.model.datamap import FieldClass
from bequest.model.facts import RecordClass, RowRole

C, R = FieldClass, RowRole
SOURCE = "shipping"
WAYBILLS_EACH = 3
_PER_KIND = 60


def _plain(name: str, cls: FieldClass = C.NOT_PI, sql: str = "TEXT", note: str = "") -> Column:
    return Column(name, cls, R.RECORD, sql=sql, note=note)


_ID = _plain("id", sql="INTEGER PRIMARY KEY", note="主键")
ADDRESS_BOOK = Table(
    SOURCE, "address_book", RecordClass.ADDRESS_BOOK,
    (
        _ID, _plain("account_no", C.ACCOUNT_NUMBER, note="月结账号"), _plain("kind", note="寄件人/收件人"),
        Column("name", C.PERSON_NAME, note="姓名"), Column("mobile", C.PHONE, note="手机"),
        Column("address", C.ADDRESS, note="地址"), _plain("updated_on", note="更新日"),
    ),
    key=("id",), note="地址簿",
)  # fmt: skip
WAYBILLS = Table(
    SOURCE, "waybills", RecordClass.ORDER,
    (
        _plain("waybill_no", C.TRACKING_NUMBER, "TEXT PRIMARY KEY", "运单号"),
        _plain("account_no", C.ACCOUNT_NUMBER, note="月结账号"), _plain("shipped_on", note="寄出日"),
        Column("sender", C.PERSON_NAME, R.STAFF, note="寄件经办人"),
        Column("consignee", C.PERSON_NAME, note="收件人"), Column("consignee_mobile", C.PHONE, note="收件电话"),
        Column("consignee_address", C.ADDRESS, note="收件地址"), _plain("goods", note="托寄物"),
    ),
    key=("waybill_no",), note="运单历史",
)  # fmt: skip
ACCOUNT_USERS = Table(
    SOURCE, "account_users", RecordClass.STAFF,
    (
        _ID, Column("name", C.PERSON_NAME, R.STAFF, note="姓名"), Column("mobile", C.PHONE, R.STAFF, note="手机"),
        _plain("role", note="权限"),
    ),
    key=("id",), note="账户使用人",
)  # fmt: skip
REAL_NAME = Table(
    SOURCE, "real_name", RecordClass.STAFF,
    (
        _ID, _plain("account_no", C.ACCOUNT_NUMBER, note="月结账号"), _plain("uscc", C.USCC, note="统一社会信用代码"),
        Column("handler", C.PERSON_NAME, R.STAFF, note="经办人"),
        Column("handler_id_no", C.NATIONAL_ID, R.STAFF, note="经办人证件号"), _plain("id_copy", note="证件影像编号"),
        _plain("verified_on", note="核验日"),
    ),
    key=("id",), note="实名登记",
)  # fmt: skip
PRICES = Table(
    SOURCE, "prices", RecordClass.REFERENCE,
    (_ID, _plain("account_no", C.ACCOUNT_NUMBER, note="月结账号"), _plain("lane", note="线路"), _plain("price")),
    key=("id",), note="价格协议",
)  # fmt: skip
LOGISTICS_TABLES = (ADDRESS_BOOK, WAYBILLS, ACCOUNT_USERS, REAL_NAME, PRICES)
_HANDLERS = ("温如初", "池砚舟", "乔望舒")
_GOODS = ("服装", "图书", "食品", "日用品", "文件")


def make_logistics(out: Path, seed: int, customers: int, case_id: str, backup: Path) -> Tables:
    """Write the shipping system, its truth and how people react; returns the tables."""
    draws = Draws(seed, "logistics")
    people = _people(draws, customers)
    tables = Tables({r.table.name: r for r in (_book(draws, people), _waybills(draws, people), *_of_account(draws))})
    behaviour = _behaviour(draws, people, tables.frame("address_book"))
    write_parquet(out / "behaviour.parquet", behaviour)
    write_parquet(out / "truth" / "mentions.parquet", mentions(tables))
    write_parquet(out / "truth" / "persons.parquet", _persons(people, tables, behaviour))
    write_parquet(out / "truth" / "outcomes.parquet", _outcomes(tables, behaviour))
    write_json(out / "truth" / "sums.json", sums(tables))
    write_json(out / "truth" / "seeded.json", _seeded(tables))
    write_file(out / "truth" / "labels.csv", labels(tables).write_csv().encode(), mode=PUBLIC)
    write_marker(out / "sources", case_id)
    write_sqlite(out / "sources" / "shipping.db", list(tables.by_name.values()), case_id)
    write_backup(backup, list(tables.by_name.values()))
    said = "已知悉账户变更；运单历史依法由我司保存，期满销毁，不向新账户持有人提供。（演练用虚构文件）"
    letter = f"{CARRIER.name}\n{said}\n"
    (out / "evidence").mkdir(exist_ok=True)
    write_file(out / "evidence" / "held-carrier.txt", letter.encode(), mode=PUBLIC)
    return tables


def _people(draws: Draws, n: int) -> pl.DataFrame:
    surname, female = draw_surnames(draws, n), draws.chance(0.5, n)
    phone = mobiles(draws, n)
    names = settle_clashes(draws, draw_names(draws, surname, female), phone, surname, female)
    region = draws.whole(0, len(REGIONS) - 3, n)
    place = take([f"{p}{c}{d}" for _, p, c, d in REGIONS], region) + draws.words(STREETS, n)
    number = pl.Series(draws.whole(1, 999, n)).cast(pl.Utf8) + "号" + pl.Series(draws.whole(1, 30, n)).cast(pl.Utf8)
    return pl.DataFrame(
        {
            "person": [f"c{i}" for i in range(n)],
            "name": names,
            "mobile": phone,
            "address": place + number + "幢" + pl.Series(draws.whole(101, 2999, n)).cast(pl.Utf8) + "室",
            "account": pl.Series(draws.chance(0.7, n)).replace_strict({True: SOLD_ACCOUNT, False: KEPT_ACCOUNT}),
            "in_book": draws.chance(0.85, n),
        }
    )


def _dates(draws: Draws, n: int) -> pl.Series:
    return to_dates(draws.whole(days(date(2024, 3, 1)), days(LAST_DAY), n)).dt.strftime("%Y-%m-%d")


def _book(draws: Draws, people: pl.DataFrame) -> Records:
    rows = people.filter("in_book")
    n = rows.height
    return Records(
        ADDRESS_BOOK,
        rows.select(
            pl.Series("id", np.arange(1, n + 1)),
            pl.col("account").cast(pl.Utf8).alias("account_no"),
            draws.words(("收件人", "寄件人"), n, (9, 1)).alias("kind"),
            "name", "mobile", "address",
            _dates(draws, n).alias("updated_on"),
            pl.col("person").alias("@customer"),
        ),
    )  # fmt: skip


def _waybills(draws: Draws, people: pl.DataFrame) -> Records:
    n = people.height * WAYBILLS_EACH
    rows = people[draws.whole(0, people.height, n)]
    return Records(
        WAYBILLS,
        rows.select(
            ("EX" + pl.Series(draws.distinct(10**11, 10**12, n)).cast(pl.Utf8)).alias("waybill_no"),
            pl.col("account").cast(pl.Utf8).alias("account_no"),
            _dates(draws, n).alias("shipped_on"),
            draws.words(_HANDLERS, n).alias("sender"),
            pl.col("name").alias("consignee"),
            pl.col("mobile").alias("consignee_mobile"),
            pl.col("address").alias("consignee_address"),
            draws.words(_GOODS, n).alias("goods"),
            pl.col("person").alias("@customer"),
        ),
    )  # fmt: skip


def _of_account(draws: Draws) -> tuple[Records, ...]:
    """Users, real-name records and prices of the accounts: no customer is in them."""
    n = len(_HANDLERS)
    phone = mobiles(draws, n)
    ids = resident_ids(draws, to_dates(draws.whole(days(date(1980, 1, 1)), days(date(1998, 1, 1)), n)),
                       pl.Series([False] * n), draws.whole(0, 20, n))  # fmt: skip
    number = pl.Series("id", np.arange(1, n + 1))
    handlers = pl.Series("handler", _HANDLERS)
    account = pl.Series("account_no", [str(SOLD_ACCOUNT)] * n)
    users = pl.DataFrame([number, handlers.alias("name"), phone.alias("mobile"), pl.Series("role", ["下单"] * n)])
    real = pl.DataFrame(
        [
            number, account, pl.Series("uscc", ["91330106MA2QWY108D"] * n), handlers, ids.alias("handler_id_no"),
            pl.Series("id_copy", [f"IMG-{i:04d}" for i in range(n)]), pl.Series("verified_on", ["2024-02-01"] * n),
        ]
    )  # fmt: skip
    lanes = pl.Series("lane", ["江浙沪", "华北", "西南"])
    prices = pl.DataFrame([number, account, lanes, pl.Series("price", ["8.50", "12.00", "14.00"])])
    return Records(ACCOUNT_USERS, users), Records(REAL_NAME, real), Records(PRICES, prices)


def _behaviour(draws: Draws, people: pl.DataFrame, book: pl.DataFrame) -> pl.DataFrame:
    """Who is asked: the people of the address book of the account that passes."""
    n = people.height
    row = book.select(pl.col("@customer").alias("person"), pl.col("id").cast(pl.Utf8).alias("row_key"))
    chance = pl.Series(draws.rng.random(n))
    bounces = pl.Series("bounces", draws.chance(0.05, n))
    asked = (people["account"] == SOLD_ACCOUNT) & people["in_book"] & ~bounces
    word = pl.select(
        pl.when(chance < 0.45).then(pl.lit("consent_transfer")).when(chance < 0.55).then(pl.lit("refuse_transfer"))
    )  # fmt: skip
    said = word.to_series().fill_null("silent").set(~asked, "silent")
    return people.join(row, on="person", how="left", maintain_order="left").select(
        "person",
        pl.lit(SOURCE).alias("source"),
        pl.lit("address_book").alias("table"),
        pl.col("row_key").fill_null(""),
        "name", "mobile",
        pl.lit(None, pl.Utf8).alias("email"),
        pl.concat_list("mobile").alias("mobiles"),
        pl.lit([], pl.List(pl.Utf8)).alias("emails"),
        bounces,
        pl.lit("silent").alias("reaction"),
        pl.Series("day", draws.whole(1, 14, n), dtype=pl.UInt16),
        pl.lit("").alias("only"),
        said.alias("transfer"),
        pl.lit(False).alias("late"),
    )  # fmt: skip


def _persons(people: pl.DataFrame, tables: Tables, behaviour: pl.DataFrame) -> pl.DataFrame:
    sold = (pl.col("account") == SOLD_ACCOUNT) & pl.col("person").is_in(
        pl.concat([tables.frame(t)["@customer"] for t in ("address_book", "waybills")]).unique().implode()
    )
    return people.join(behaviour.select("person", "transfer"), on="person").select(
        "person",
        pl.lit("customer").alias("kind"),
        pl.col("in_book").alias("profile"),
        pl.when(sold).then(pl.lit(ACCOUNT_LOT)).otherwise(pl.lit("")).alias("lot"),
        "transfer",
    )


def _outcomes(tables: Tables, behaviour: pl.DataFrame) -> pl.DataFrame:
    """Lines: 1 another account · 2 waybill history · 13 no yes · 15 passes by consent."""
    agreed = behaviour.filter(pl.col("transfer") == "consent_transfer")["person"]
    parts = []
    for records in tables.in_case():
        rows = records.frame.with_columns(records.row_key)
        inside = pl.col("account_no") == str(SOLD_ACCOUNT)
        book = records.table is ADDRESS_BOOK
        goes = inside & pl.lit(book) & pl.col("@customer").is_in(agreed.implode())
        line = pl.when(~inside).then(1).when(pl.lit(not book)).then(2).when(goes).then(15).otherwise(13)
        parts += [
            rows.filter(is_filled(c.name, rows.schema[c.name])).select(
                pl.lit(SOURCE).alias("source"),
                pl.lit(records.table.name).alias("table"),
                "row_key",
                pl.lit(c.name).alias("column"),
                pl.col("@customer").alias("person"),
                pl.when(inside).then(pl.lit(ACCOUNT_LOT)).otherwise(pl.lit("")).alias("lot"),
                pl.when(goes).then(pl.lit("as_is")).otherwise(pl.lit("none")).alias("release"),
                pl.when(goes).then(pl.lit("delete")).otherwise(pl.lit("in_use")).alias("residue"),
                line.cast(pl.UInt8).alias("line"),
            )
            for c in records.table.columns
        ]
    return pl.concat(parts)


def _seeded(tables: Tables) -> Json:
    """Values of people that occur once in the address book: a leak test may hunt for them."""
    book = tables.frame("address_book")
    found: Mapping[str, pl.Series] = {"mobile": book["mobile"], "name": book["name"], "address": book["address"]}
    kinds: dict[str, Json] = {}
    for kind, values in found.items():
        once: list[Json] = [*values.filter(values.is_unique()).head(_PER_KIND).to_list()]
        kinds[kind] = once
    return {SOURCE: kinds}

# ruff: noqa: E501 - tables of words read best in one line each
"""Who is who on a company made otherwise than `people`: other names, other troubles, other tables, other files.

A clinic of aesthetics with a shop and a club: a SQLite database whose members and profiles hang together by an
undeclared number, parcels in a CSV of Chinese headers, bookings in JSON Lines, a newsletter with English names, and a
table of receipts whose columns are called F1 to F8. Twins, generations under one roof, dormitories, offices with one
telephone and one address, numbers and addresses handed on, shared mailboxes, married names, foreign names in several
orders, masked and shortened identity numbers. Nothing is corrected by hand; the score is before review.
"""

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from bench.people import CASE, PEOPLE, ROLES, linked, score
from bench.town import Somebody, Town
from bequest.engine.kernels import normalise

SOURCES = """
[[sources]]
name = "club"
kind = "sqlite"
path = "club.db"
[[sources]]
name = "parcels"
kind = "csv"
path = "发货登记.csv"
[[sources]]
name = "booking"
kind = "jsonl"
path = "booking.jsonl"
[[sources]]
name = "letter"
kind = "csv"
path = "newsletter.csv"
[[sources]]
name = "till"
kind = "parquet"
path = "T_RCPT.parquet"
"""

Cell = str | None
TABLES: dict[str, tuple[float, dict[str, tuple[str, float]]]] = {
    "parcels": (1.5, {"收件人": ("called", 0.02), "收件电话": ("number", 0.05), "收货地址": ("place", 0.05)}),
    "booking": (0.7, {"guestName": ("called", 0.2), "guestMobile": ("number", 0.3), "guestWechat": ("wechat", 0.6), "guestBirthday": ("birthday", 0.6)}),
    "letter": (0.5, {"Full Name": ("called", 0.4), "Email Address": ("post", 0.02)}),
    "till": (0.6, {"F1": ("called", 0.05), "F2": ("identity", 0.5), "F3": ("number", 0.3), "F4": ("post", 0.6)}),
}  # fmt: skip
MEMBERS = {"tel": ("number", 0.2), "wx": ("wechat", 0.4), "mailbox": ("post", 0.5)}
PROFILES = {"cname": ("called", 0.1), "zjhm": ("identity", 0.4), "csrq": ("birthday", 0.5), "addr": ("place", 0.5)}


def written(folder: Path, seed: int, n: int) -> pl.DataFrame:
    """Write the files and the case; answer `source`, `table`, `row`, `person`, `ident` of every row."""
    town = Town(seed, n)

    def cells(p: Somebody, columns: dict[str, tuple[str, float]]) -> dict[str, Cell]:
        def value(how: str) -> str:
            return p.wechat if how == "wechat" else str(getattr(town, how)(p))

        return {c: None if town.yes(gap) else value(how) for c, (how, gap) in columns.items()}

    rows: dict[str, list[dict[str, Cell]]] = {}
    who: dict[str, list[int]] = {}
    for table, (share, columns) in TABLES.items():
        made = [
            (i, cells(p, columns)) for i, p in enumerate(town.people) for _ in range(int(share) + town.yes(share % 1))
        ]
        town.r.shuffle(made)
        rows[table], who[table] = [c for _, c in made], [i for i, _ in made]
    joined = [i for i, _ in enumerate(town.people) if town.yes(0.7)] + [
        i for i, _ in enumerate(town.people) if town.yes(0.07)
    ]
    town.r.shuffle(joined)
    rows["members"] = [cells(town.people[i], MEMBERS) for i in joined]
    rows["profiles"] = [cells(town.people[i], PROFILES) for i in joined]
    who["members"] = who["profiles"] = joined
    _store(folder, town, rows)
    truth = []
    for table, people in who.items():
        ids = next((c for c in ("zjhm", "F2") if c in (rows[table][0] if rows[table] else {})), None)
        ident = pl.DataFrame({"i": [r[ids] if ids else None for r in rows[table]]}, schema={"i": pl.Utf8})
        truth.append(pl.DataFrame({
            "source": "club" if table in {"members", "profiles"} else table, "table": table, "row": range(len(people)),
            "person": people, "ident": ident.select(normalise.national_id(pl.col("i")))["i"],
        }))  # fmt: skip
    return pl.concat(truth)


def _store(folder: Path, town: Town, rows: dict[str, list[dict[str, Cell]]]) -> None:
    r = town.r

    def day() -> str:
        return f"2024-{r.randrange(1, 13):02d}-{r.randrange(1, 29):02d}"

    with sqlite3.connect(folder / "club.db") as db:
        db.execute(
            "create table members (mid integer primary key, level text, tel text, wx text, mailbox text, joined text)"
        )
        db.execute(
            "create table member_profile (pid integer primary key, mid integer, cname text, zjhm text, csrq text, addr text)"
        )
        db.execute("create table bequest_rehearsal (case_id text)")
        db.execute("insert into bequest_rehearsal values ('who')")
        for i, (m, p) in enumerate(zip(rows["members"], rows["profiles"], strict=True)):
            db.execute(
                "insert into members values (?,?,?,?,?,?)", (i, r.choice("ABC"), m["tel"], m["wx"], m["mailbox"], day())
            )
            db.execute(
                "insert into member_profile values (?,?,?,?,?,?)", (i, i, p["cname"], p["zjhm"], p["csrq"], p["addr"])
            )
    db.close()

    def frame(table: str) -> pl.DataFrame:
        return pl.DataFrame(rows[table], schema=dict.fromkeys(TABLES[table][1], pl.Utf8))

    parcels = frame("parcels")
    parcels.with_columns(
        快递单号=pl.Series([f"SF{r.randrange(10**12):012d}" for _ in range(parcels.height)]),
        发货日期=pl.Series([day() for _ in range(parcels.height)]),
    ).write_csv(folder / "发货登记.csv")
    booking = frame("booking")
    booking.with_columns(
        day=pl.Series([day() for _ in range(booking.height)]),
        item=pl.Series([r.choice(["facial", "massage", "check"]) for _ in range(booking.height)]),
    ).write_ndjson(folder / "booking.jsonl")
    frame("letter").with_columns(Status=pl.lit("subscribed")).write_csv(folder / "newsletter.csv")
    till = frame("till")
    till.with_columns(
        F5=pl.Series([day() for _ in range(till.height)]),
        F6=pl.Series([f"{r.randrange(100, 99999) / 100:.2f}" for _ in range(till.height)]),
        F7=pl.Series([str(r.randrange(4)) for _ in range(till.height)]),
        F8=pl.lit("POS"),
    ).write_parquet(folder / "T_RCPT.parquet")
    (folder / ".bequest-rehearsal").write_text('{"case_id": "who"}', encoding="utf-8")
    case = CASE.format(day="2027-06-30", sources=SOURCES, table="members", column="level")
    case = case.replace('source = "crm"', 'source = "club"').replace('["0", "1", "2", "3"]', '["A", "B", "C"]')
    (folder / "case.toml").write_text(
        case + "".join(PEOPLE.format(who=f"{x}-1", role=x) for x in ROLES), encoding="utf-8"
    )


def run(n: int) -> Iterator[dict[str, object]]:
    for seed in (901, 902):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            truth = written(folder, seed, n)
            found = linked(folder)
            where = (
                pl.when(pl.col("source") == "club").then(pl.col("source") + "." + pl.col("table")).otherwise("source")
            )
            found = found.with_columns(where.alias("source"))
            truth = truth.with_columns(
                pl.when(pl.col("table") == "members").then(pl.lit("club.members"))
                .when(pl.col("table") == "profiles").then(pl.lit("club.member_profile")).otherwise("source").alias("source")
            )  # fmt: skip
            yield {"bench": f"judge, seed {seed}", "people": n, **score(truth, found)}

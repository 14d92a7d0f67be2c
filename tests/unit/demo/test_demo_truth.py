"""What must happen in the demo: every outcome occurs, every value has one, and each follows from the raw files."""

import json
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.unit.demo.reading import has_value, read_all

from bequest.demo import DemoCompany
from bequest.demo.schema import TABLES
from bequest.model.facts import RecordClass

LAW_DATE = date(2026, 12, 31)


def outcomes(company: DemoCompany) -> pl.DataFrame:
    return pl.read_parquet(company.truth / "outcomes.parquet")


@pytest.mark.parametrize("event", ["asset_deal", "share_deal"])
def test_every_value_has_one_outcome_and_the_sums_reconcile(event: str, request: pytest.FixtureRequest) -> None:
    company: DemoCompany = request.getfixturevalue(event)
    frame = outcomes(company)
    assert not frame.select("source", "table", "row_key", "column").is_duplicated().any()
    sums = json.loads((company.truth / "sums.json").read_text(encoding="utf-8"))
    expected = {
        (t.source, t.name, c): n for t in TABLES if t.in_case for c, n in sums[t.source][t.name]["columns"].items() if n
    }
    counted = frame.group_by("source", "table", "column").len()
    assert {(s, t, c): n for s, t, c, n in counted.iter_rows()} == expected


def test_every_line_of_the_outcome_table_is_reached(asset_deal: DemoCompany) -> None:
    reached = set(outcomes(asset_deal).select("line", "release", "residue").unique().iter_rows())
    assert {
        (1, "none", "in_use"),
        (3, "none", "delete"),
        (4, "none", "blocked"),
        (5, "none", "blocked"),
        (6, "none", "blocked"),
        (6, "none", "custody"),
        (6, "none", "delete"),
        (7, "none", "delete"),
        (8, "as_is", "custody"),
        (8, "none", "custody"),
        (8, "none", "blocked"),
        (9, "none", "custody"),
        (9, "none", "blocked"),
        (9, "none", "delete"),
        (10, "none", "custody"),
        (10, "none", "delete"),
        (11, "none", "custody"),
        (11, "none", "delete"),
        (12, "none", "custody"),
        (12, "none", "delete"),
        (14, "none", "delete"),
        (14, "none", "custody"),
        (14, "as_is", "delete"),
        (15, "as_is", "delete"),
        (15, "as_is", "custody"),
        (15, "as_is", "in_use"),
        (15, "masked", "delete"),
        (15, "masked", "custody"),
        (15, "masked", "in_use"),
        (15, "none", "delete"),
        (15, "none", "in_use"),
    } == reached


def test_every_flag_of_a_person_occurs_twice_inside_the_deal(asset_deal: DemoCompany) -> None:
    inside = pl.read_parquet(asset_deal.truth / "persons.parquet").filter(pl.col("lot") == "shop-12")
    flags = ("child", "objected", "dispute", "deceased", "closed", "open_order", "stale", "new_purpose", "enterprise")
    for flag in flags:
        assert inside[flag].sum() >= 2, flag
    children = inside.filter("child")
    assert min(Counter(children["guardian_consent"]).get(v, 0) for v in ("given", "refused", "missing")) >= 2
    assert (inside["notice"] == "published").sum() >= 2
    assert inside.filter("profile")["last_contact_on"].null_count() >= 2
    assert inside.filter(pl.col("child") & ~pl.col("profile")).height >= 2
    outside = pl.read_parquet(asset_deal.truth / "persons.parquet").filter(pl.col("profile") & (pl.col("lot") == ""))
    assert outside.height > 20


def test_in_a_share_deal_nothing_moves_and_nothing_goes(share_deal: DemoCompany) -> None:
    frame = outcomes(share_deal)
    assert frame.select("lot", "release", "residue").unique().rows() == [("", "none", "in_use")]
    behaviour = pl.read_parquet(share_deal.behaviour_file)
    assert behaviour["reaction"].unique().to_list() == ["silent"]


def test_every_reaction_comes_from_somebody_in_the_deal_who_hears_of_it(asset_deal: DemoCompany) -> None:
    behaviour = pl.read_parquet(asset_deal.behaviour_file)
    assert set(behaviour["reaction"]) == {
        "silent", "object", "consent_new_purpose", "refuse_new_purpose", "guardian_consent", "guardian_refuse",
    }  # fmt: skip
    lots = dict(pl.read_parquet(asset_deal.truth / "persons.parquet").select("person", "lot").iter_rows())
    answers = behaviour.filter(pl.col("reaction") != "silent")
    assert {lots[p] for p in answers["person"]} == {"shop-12"}
    assert not answers["bounces"].any()
    assert answers.filter(pl.col("mobiles").list.len() + pl.col("emails").list.len() == 0).is_empty()
    assert answers["day"].max() <= 14
    assert behaviour["bounces"].sum() >= 4
    assert not behaviour["person"].is_duplicated().any()


def test_behaviour_names_a_record_of_each_person(asset_deal: DemoCompany) -> None:
    mentions = pl.read_parquet(asset_deal.truth / "mentions.parquet").filter(pl.col("role") == "customer")
    joined = pl.read_parquet(asset_deal.behaviour_file).join(mentions, on=["source", "table", "row_key"], how="left")
    assert (joined["person"] == joined["person_right"]).all()
    primary = {p for p in mentions["person"] if p[0] in "PLK"}
    assert set(joined["person"]) == primary


class Reader:
    """Decides values one by one from the raw files, the reactions and who is who: slow, and plain to read."""

    def __init__(self, folder: Path) -> None:
        self.tables = read_all(folder)
        mentions = pl.read_parquet(folder / "truth" / "mentions.parquet").filter(pl.col("role") == "customer")
        self.person = {(s, t, k): p for s, t, k, _, p in mentions.iter_rows()}
        behaviour = pl.read_parquet(folder / "behaviour.parquet")
        self.reaction = dict(behaviour.select("person", "reaction").iter_rows())
        self.parent = {c["cust_no"]: c for c in self.tables["crm", "customers"]}
        self.of: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
        self.keys = {(t.source, t.name): t.key for t in TABLES}
        for (source, table), rows in self.tables.items():
            for n, r in enumerate(rows):
                self.of[self.person.get((source, table, self.key(source, table, n, r)), "")][table].append(r)

    def key(self, source: str, table: str, n: int, row: dict[str, Any]) -> str:
        key = self.keys[source, table]
        return str(row[key[0]]) if key else str(n)

    def shops(self, person: str) -> set[str]:
        places = (("orders", "店铺"), ("loyalty", "shop_id"), ("tickets", "shop_id"), ("weblog", "shop_id"))
        return {str(r[c]) for t, c in places for r in self.of[person][t]} if person else set()

    def scope(self, table: str, row: dict[str, Any], person: str) -> str:
        if table in {"addresses", "consents", "objections", "disputes"}:
            return self.scope("customers", self.parent[row["cust_no"]], person)
        own = str(row["店铺"] if table == "orders" else row["shop_id"])
        if table != "customers":
            return "in_lot" if own == "12" else "outside"
        all_shops = self.shops(person) | {own}
        return "outside" if "12" not in all_shops else "shared" if "13" in all_shops else "in_lot"

    def is_child(self, person: str) -> bool:
        texts = [r["birthday"] for t in ("customers", "loyalty") for r in self.of[person][t] if r["birthday"]]
        born = [
            date.fromisoformat(b.replace("/", "-")) for b in texts if b[:2] == "20" and "年" not in b and len(b) == 10
        ]
        return any(b > date(2012, 12, 31) for b in born)

    def is_stale(self, person: str) -> bool:
        places = (("customers", "last_active_on"), ("orders", "下单时间"), ("tickets", "opened_at"))
        dates = [str(r[c])[:10] for t, c in (*places, ("loyalty", "last_used_on")) for r in self.of[person][t] if r[c]]
        return bool(dates) and max(dates) < "2023-12-31"

    def is_held(self, table: str, row: dict[str, Any]) -> bool:
        if table == "orders":
            return bool(row["发票抬头"]) and row["付款时间"].year + 10 > LAW_DATE.year
        if table == "weblog":
            return row["ts"].date() > date(2026, 6, 30)
        return table in {"consents", "objections"}

    def row_line(self, table: str, row: dict[str, Any], person: str) -> tuple[int, str]:
        """Line and scope of a row, as far as its person decides; 15 where nothing stands in the way."""
        mine, said = self.of[person], self.reaction.get(person, "silent")
        scope = self.scope(table, row, person)
        if scope == "outside":
            return 1, scope
        if person and any(d["status"] == "open" for d in mine["disputes"]):
            return 4, scope
        if person and any(c["status"] == "deceased" for c in mine["customers"]):
            return 5, scope
        if person and self.is_child(person):
            on_file = any(c["guardian_consent_at"] for c in mine["customers"])
            if said == "guardian_refuse" or not (on_file or said == "guardian_consent"):
                return 6, scope
        if table in {"objections", "consents", "disputes"}:
            return 8, scope
        if person and (said == "object" or any(o["status"] == "valid" for o in mine["objections"])):
            return 9, scope
        if person and any(c["status"] == "closed" or c["is_deleted"] for c in mine["customers"]):
            return 10, scope
        if person and self.is_stale(person):
            return 11, scope
        return (12 if table == "weblog" else 15), scope

    def residue(self, line: int, scope: str, table: str, row: dict[str, Any], person: str) -> str:
        kept = "custody" if self.is_held(table, row) else "delete"
        if line == 1:
            return "in_use"
        if line in {4, 5}:
            return "blocked"
        if line == 6:
            return kept if self.reaction.get(person) == "guardian_refuse" else "blocked"
        if line == 8:
            return "blocked" if table == "disputes" else "custody"
        if line == 9 and kept == "delete":
            still_open = any(o["状态"] in {"待发货", "已发货"} for o in self.of[person]["orders"])
            return "blocked" if still_open else "delete"
        return "in_use" if line == 15 and scope == "shared" else kept


ALWAYS_GONE = {("customers", c) for c in ("password", "religion", "marital")}
NOT_PASSED_ON = {("customers", c) for c in ("gender", "wechat", "mkt_tags")} | {("orders", "清关身份证号")}
OF_STAFF = {("customers", "create_by"), ("orders", "经办人"), ("tickets", "agent")}
MASKED = {
    ("customers", "cust_no"), ("customers", "id_no"), ("customers", "birthday"), ("customers", "profile_json"),
    ("customers", "remark"), ("addresses", "cust_no"), ("orders", "客户编号"), ("orders", "买家留言"),
    ("loyalty", "card_no"), ("loyalty", "birthday"), ("tickets", "cust_no"), ("tickets", "subject"),
    ("tickets", "content"),
}  # fmt: skip


@pytest.mark.parametrize("size", ["asset_deal", "larger"])
def test_outcomes_follow_from_the_raw_files(size: str, request: pytest.FixtureRequest) -> None:
    company: DemoCompany = request.getfixturevalue(size)
    reader = Reader(company.folder)
    truth = {(t, k, c): (r, s) for _, t, k, c, _, _, r, s, _ in outcomes(company).iter_rows()}
    in_case = {(t.source, t.name) for t in TABLES if t.in_case}
    wrong = []
    step = 1 if size == "asset_deal" else 7  # the reader is slow: of the larger company every seventh row
    for (source, table), rows in reader.tables.items():
        if (source, table) not in in_case:
            continue
        for n, row in list(enumerate(rows))[::step]:
            key = reader.key(source, table, n, row)
            person = reader.person.get((source, table, key), "")
            line, scope = reader.row_line(table, row, person)
            for column, cell in row.items():
                if has_value(cell) and truth[table, key, column] != _expected(
                    reader, line, scope, table, row, person, column
                ):
                    wrong.append((table, key, column, line, scope))
    assert wrong == []


def _expected(
    reader: Reader, line: int, scope: str, table: str, row: dict[str, Any], person: str, column: str
) -> tuple[str, str]:
    place = (table, column)
    secret_or_over_collected = place in ALWAYS_GONE and (line > 6 or (column == "password" and line > 1))
    if secret_or_over_collected:
        return "none", "delete"
    if line < 15:
        released = "as_is" if line == 8 and table == "consents" else "none"
        return released, reader.residue(line, scope, table, row, person)
    if place in OF_STAFF:
        return "none", "in_use" if scope == "shared" else "delete"
    if place in NOT_PASSED_ON:
        agreed = column == "mkt_tags" and reader.reaction.get(person) == "consent_new_purpose"
        return ("as_is" if agreed else "none"), reader.residue(15 if agreed else 14, scope, table, row, person)
    return ("masked" if place in MASKED else "as_is"), reader.residue(15, scope, table, row, person)


def test_shared_rows_follow_their_customer(asset_deal: DemoCompany) -> None:
    frame = outcomes(asset_deal)
    stays = frame.filter((pl.col("line") == 15) & (pl.col("residue") == "in_use"))
    assert {"customers", "addresses"} <= set(stays["table"])
    assert not set(stays["table"]) & {
        t.name for t in TABLES if t.record_class in {RecordClass.ORDER, RecordClass.TICKET}
    }

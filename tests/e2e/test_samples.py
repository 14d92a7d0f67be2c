"""A public shop's database goes to a buyer, on MariaDB and on PostgreSQL: by the command line only, as a user would.

A row of an order names three people: the member, who receives the goods, who receives the invoice.
"""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.e2e import samples
from tests.e2e.by_hand import OPENED, ByHand
from tests.servers import Mariadb, Server

from bequest.app.receive import receive_package

CASE = "mall-2026"
CORRECTIONS = """
[[tables]]
source = "crm"
table = "ums_admin"
record_class = "staff"
columns = [
  { name = "id", role = "staff" }, { name = "username", role = "staff" }, { name = "password", role = "staff" },
  { name = "icon", role = "staff" }, { name = "email", role = "staff" }, { name = "nick_name", role = "staff" },
  { name = "note", role = "staff" }, { name = "login_time", role = "staff" },
]

[[tables]]
source = "crm"
table = "oms_order_item"
record_class = "order"

[[tables]]
source = "crm"
table = "oms_order"
retention = [{ band = "record_3y", start_column = "create_time", if_column = "payment_time" }]

[[tables]]
source = "crm"
table = "oms_order_return_apply"
columns = [{ name = "receive_man", role = "staff" }, { name = "receive_note", role = "staff" }]

[[tables]]
source = "crm"
table = "pms_product_vertify_record"
columns = [{ name = "detail", class = "free_text", role = "staff" }]
"""
GOES = ("ums_member", "oms_order", "oms_order_item", "oms_order_operate_history", "oms_cart_item", "sms_coupon_history")
STAYS = ("ums_admin", "ums_admin_login_log", "pms_product", "oms_company_address", "pms_product_vertify_record")
INSERT_MARK = f"INSERT INTO bequest_rehearsal VALUES ('{CASE}')"


def rows(server: Server, database: str, table: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(r) for r in server.execute(database, f"SELECT * FROM {table}")), key=str)


@pytest.mark.parametrize("kind", ["mariadb", "postgresql"])
def test_a_shop_passes_to_a_buyer(kind: str, mariadb: Mariadb, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    database = samples.load_mariadb(mariadb, "mall")
    server: Server = mariadb
    if kind == "postgresql":
        server = request.getfixturevalue("postgres")
        database = samples.to_postgresql(mariadb, database, server)  # type: ignore[arg-type]
    before = {t: rows(server, database, t) for t in (*GOES, *STAYS)}
    case = ByHand(tmp_path / "work", CASE, {"CRM_READ": server.url(database)})

    _open(case, kind, server, database)
    found = case.do("discover", CASE)
    assert "pms_product_vertify_record" in next(line for line in found.splitlines() if "blocked" in line)
    (case.folder / "map.toml").write_text(CORRECTIONS)
    case.do("map", "import", CASE, "map.toml")
    case.do("link", CASE)
    assert "both axes tie" in case.do("plan", CASE)
    case.approve_all()
    _plan_anew(case)

    case.tell_everybody()
    assert "too early" in case.refused("cutover", CASE, "--confirmed-by", "cutover-1")
    case.do("case", "clock", CASE, "--days", "56")
    case.do("cutover", CASE, "--confirmed-by", "cutover-1")
    case.do("deliver", CASE)
    _receive(case, before)
    _destroy(case)
    assert "it verifies" in case.finish()
    for table in GOES:
        assert rows(server, database, table) == [], table
    for table in STAYS:
        assert rows(server, database, table) == before[table], table


def _open(case: ByHand, kind: str, server: Server, database: str) -> None:
    text = case.template("E5")
    text = text.replace('kind = "sqlite"\npath = ""', f'kind = "{kind}"\nurl = "env:CRM_READ"')
    text = text.replace(
        '{ source = "crm", table = "customers", column = "shop_id", in = ["12"] }',
        '{ source = "crm", table = "ums_member", column = "status", in = ["1"] }',
    )
    (case.folder / "case.toml").write_text(text)
    hint = case.refused("case", "new", "case.toml", "--clock", OPENED)
    assert INSERT_MARK in hint
    server.execute(database, "CREATE TABLE bequest_rehearsal (case_id varchar(190) PRIMARY KEY)", INSERT_MARK)
    case.do("case", "new", "case.toml", "--clock", OPENED)


def _plan_anew(case: ByHand) -> None:
    """The approval covers too short a time: the case file is changed, and all is planned and approved again."""
    path = case.folder / "case.toml"
    path.write_text(path.read_text().replace("# cutover_not_after", "cutover_not_after"))
    case.do("case", "update", CASE, "case.toml", "--base", "1")
    case.do("link", CASE)
    case.do("plan", CASE)
    case.approve_all()


def _receive(case: ByHand, before: dict[str, list[tuple[Any, ...]]]) -> None:
    """Every row that goes is in the package, with each person's fields; another receipt is refused, without a trace."""
    [package] = (case.folder / "home/cases" / CASE / "delivery").iterdir()
    for n in (1, 2):
        case.do(
            "receive", str(package), "--identity", "receiver.age", "--out", f"in-{n}",
            "--sign-key", case.key("receiver"),
            "--receipt", f"receipt-{n}.json", "--at", f"2026-12-31T0{n}:00:00Z",
        )  # fmt: skip
    case.do("receipt", CASE, "receipt-1.json")
    assert "another receipt" in case.refused("receipt", CASE, "receipt-2.json")
    bag = receive_package(package, case.folder / "receiver.age", case.folder / "in-3").bag
    for table in GOES:
        parts = [pl.read_parquet(p) for p in sorted(bag.rglob("*.parquet")) if p.parent.name == table]
        assert sum(p.height for p in parts) == len(before[table]), table
    orders = pl.concat([pl.read_parquet(p) for p in sorted(bag.rglob("*.parquet")) if p.parent.name == "oms_order"])
    assert {"member_id", "receiver_name", "receiver_detail_address"} <= set(orders.columns)
    assert orders["receiver_name"].null_count() == 0


def _destroy(case: ByHand) -> None:
    hint = case.refused(
        "destroy", CASE, *(w for r in ("operator", "verifier", "officer") for w in (f"--{r}-key", case.key(r)))
    )
    assert f"bequest scrub approve {CASE} crm --key FILE" in hint
    case.do("scrub", "plan", CASE)
    window = ["--from", "2026-12-31T08:00", "--to", "2027-01-01T08:00", "--until", "2027-03-31"]
    case.do("scrub", "approve", CASE, "crm", "--key", case.key("it"), *window)
    assert "as planned" in case.destroy()

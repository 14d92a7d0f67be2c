"""What a table as a whole says of how its names are to be read, and what the tables of a system say together."""

from collections.abc import Callable

import pytest

from bequest.steps.discover import TableSample, discover
from bequest.steps.discover.matching import VOCABULARY
from bequest.steps.discover.naming import with_readings
from bequest.steps.discover.segments import by_abbreviations
from bequest.steps.discover.systems import kinds_of

Table = Callable[..., TableSample]


@pytest.mark.parametrize(
    ("name", "columns", "read"),
    [
        pytest.param(
            "empay",
            ["pyemno", "pygross", "pytax", "pynet", "pyloan"],
            ["emno", "gross", "tax", "net", "loan"],
            id="letters that open every name",
        ),
        pytest.param(
            "CRDMST",
            ["CRDNBR", "CRDHLD", "HLDMBL", "EXPDT", "CRDSTS"],
            ["CRDNBR", "card_holder", "holder_mobile", "EXPDT", "CRDSTS"],
            id="runs of abbreviations",
        ),
        pytest.param(
            "member",
            ["username", "userpwd", "userphone", "userage"],
            ["username", "userpwd", "userphone", "userage"],
            id="a word that says whose it is stays",
        ),
        pytest.param(
            "t_yh",
            ["yhkh", "yhxm", "yhdh", "yhdz", "yhbz"],
            ["yhkh", "yhxm", "yhdh", "yhdz", "yhbz"],
            id="initials of pinyin are no abbreviations",
        ),
    ],
)
def test_names_are_read_by_what_their_table_shares(
    name: str, columns: list[str], read: list[str], table: Table
) -> None:
    assert [c.said for c in with_readings(table(name, columns)).columns] == read


@pytest.mark.parametrize(
    ("run", "words"),
    [("hldmbl", ("holder", "mobile")), ("lglpsn", ("legal", "person")), ("crdnbr", ("card", "nbr")), ("xqzv", ())],
)
def test_a_run_of_abbreviations_is_read_whole_or_not_at_all(run: str, words: tuple[str, ...]) -> None:
    assert by_abbreviations(run, VOCABULARY) == words


def test_a_system_is_known_by_several_of_its_tables(table: Table) -> None:
    samples = [
        table("loan_apply", ["id"]),
        table("repay_plan", ["id"]),
        table("t_goods", ["id"]),
        table("k", ["id"], comment="逾期催收"),
        table("shop_cart", ["id"], source="mall"),
        table("coupon", ["id"], source="mall"),
    ]
    assert kinds_of(samples) == {"s": ("lending",), "mall": ("shop",)}


def test_a_table_in_initials_is_known_by_them(table: Table) -> None:
    """还款计划: nobody is named in it, but what is owed is somebody's."""
    [plan] = discover([table("t_hkjh", ["id:int", "jkdh:varchar(30)", "yhbj:decimal(12,2)", "zt:char(1)"])]).tables
    owed = plan.columns[2]
    assert (owed.cls.value, owed.personal, owed.sensitive) == ("income_assets", True, True)


@pytest.mark.parametrize("holder", ["shop_id", "merchant_no", "supplier_id"])
def test_what_a_firm_holds_is_its_own(holder: str, table: Table) -> None:
    columns = [
        "id:int",
        f"{holder}:varchar(20)",
        "account_no:varchar(30)",
        "balance:decimal(12,2)",
        "bank_name:varchar(60)",
    ]
    [found] = discover([table("fund_account", columns, key=("id",))]).tables
    assert not any(c.personal for c in found.columns)


def test_sums_of_a_tally_are_nobodys(table: Table) -> None:
    columns = ["id:int", "doctor_id:int", "stat_day:date", "visitors:int", "drug_fee:decimal(12,2)"]
    [found] = discover([table("doctor_day_stat", columns, key=("id",))]).tables
    assert [c.name for c in found.columns if c.personal] == ["doctor_id"]


def test_a_telling_key_is_known_again_though_it_opens_two_tables(table: Table) -> None:
    worker = table(
        "worker",
        ["worker_key:int", "full_name:varchar(40)", "mobile:varchar(20)", "id_no:varchar(20)"],
        key=("worker_key",),
    )
    purse = table("pouch", ["worker_key:int", "spendable:decimal(10,2)"], key=("worker_key",))
    stay = table("lodging", ["id:int", "worker_key:int", "room:varchar(10)"], key=("id",))
    found = {t.name: {c.name: c for c in t.columns} for t in discover([worker, purse, stay]).tables}
    assert found["lodging"]["worker_key"].cls.value == "user_id"

"""What is filed under the number of somebody's account, loan or visit is that person's, though the row names nobody."""

import polars as pl
import pytest

from bequest.model.datamap import DataMap, FieldClass
from bequest.steps.discover import ColumnInfo, TableSample, discover


def _table(name: str, *columns: str) -> TableSample:
    infos = tuple(
        ColumnInfo(*(p.strip() for p in c.split(":")), is_key=not i)  # type: ignore[arg-type]
        for i, c in enumerate(columns)
    )
    return TableSample("s", name, "", infos, 0, pl.DataFrame(schema={c.name: pl.Utf8 for c in infos}))


PERSON = _table("customer", "cust_no:varchar(20)", "real_name:varchar(30)", "id_no:varchar(18)", "mobile:varchar(20)")
LOAN = _table("loan_bill", "loan_no:varchar(20)", "cust_no:varchar(20)", "loan_amt:decimal(14,2)")
PLAN = ("plan_id:bigint", "loan_no:varchar(20)", "should_prin:decimal(14,2)", "paid_prin:decimal(14,2)")
ACCOUNT = _table("cust_acct", "acct_no:varchar(32)", "cust_no:varchar(20)", "balance:decimal(14,2)")
FLOW = ("seq_no:bigint", "acct_no:varchar(32)", "bef_bal:decimal(14,2)", "aft_bal:decimal(14,2)")


def _found(found: DataMap, table: str, column: str) -> tuple[FieldClass, bool, bool]:
    c = next(t for t in found.tables if t.name == table).column(column)
    return c.cls, c.personal, c.sensitive


MONEY = (FieldClass.INCOME_ASSETS, True, True)


@pytest.mark.parametrize(
    ("holder", "filed", "columns"),
    [(LOAN, "sched_plan", PLAN), (ACCOUNT, "acct_flow", FLOW)],
    ids=["loan", "account"],
)
def test_sums_under_somebodys_number_are_theirs(holder: TableSample, filed: str, columns: tuple[str, ...]) -> None:
    found = discover([PERSON, holder, _table(filed, *columns)])
    for column in columns[2:]:
        assert _found(found, filed, column.split(":")[0]) == MONEY


def test_the_number_of_an_account_is_a_persons_where_its_ledger_names_nobody() -> None:
    found = discover([PERSON, ACCOUNT, _table("acct_flow", *FLOW)])
    assert _found(found, "acct_flow", "acct_no") == (FieldClass.ACCOUNT_NUMBER, True, True)


def test_without_the_account_nobody_is_known_to_hold_it() -> None:
    found = discover([_table("acct_flow", *FLOW)])
    assert not _found(found, "acct_flow", "acct_no")[1]


def test_what_a_shop_holds_stays_the_shops() -> None:
    shop = _table("shop_acct", "id:bigint", "shop_id:bigint", "acct_no:varchar(32)", "balance:decimal(14,2)")
    found = discover([PERSON, ACCOUNT, shop])
    assert not _found(found, "shop_acct", "acct_no")[1]
    assert not _found(found, "shop_acct", "balance")[1]


@pytest.mark.parametrize(
    "columns",
    [
        ("id:bigint", "host:varchar(64)", "port:int", "username:varchar(64)", "password:varchar(64)"),
        ("id:bigint", "url:varchar(200)", "username:varchar(64)", "password:varchar(64)", "driver:varchar(64)"),
        ("id:bigint", "rtsp_url:varchar(200)", "login_user:varchar(64)", "login_pwd:varchar(64)"),
    ],
    ids=["mail box", "data source", "camera"],
)
def test_who_logs_in_to_a_machine_is_nobody(columns: tuple[str, ...]) -> None:
    found = discover([_table("ext_link", *columns)])
    assert not any(c.personal for c in found.tables[0].columns)


def test_who_logs_in_to_a_site_is_somebody() -> None:
    columns = ("id:bigint", "username:varchar(64)", "password:varchar(64)", "url:varchar(200)", "mobile:varchar(20)")
    found = discover([_table("member", *columns)])
    assert _found(found, "member", "password") == (FieldClass.PASSWORD_SECRET, True, True)
    assert _found(found, "member", "mobile")[1]


def test_a_template_holds_no_papers_and_no_names() -> None:
    found = discover([_table("sms_tmpl", "id:int", "title:varchar(60)", "content:varchar(500)", "sign_nm:varchar(20)")])
    assert not any(c.sensitive for c in found.tables[0].columns)

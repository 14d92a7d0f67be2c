"""What says nothing of anybody though its name, or the people beside it, suggest so; and moments that do."""

import polars as pl
import pytest

from bequest.model.datamap import DataMap, FieldClass
from bequest.steps.discover import ColumnInfo, TableSample, discover
from bequest.steps.discover.discover import by_rules


def _table(name: str, *columns: str, comment: str = "") -> TableSample:
    infos = tuple(
        ColumnInfo(*(p.strip() for p in c.split(":")), is_key=not i)  # type: ignore[arg-type]
        for i, c in enumerate(columns)
    )
    return TableSample("s", name, comment, infos, 0, pl.DataFrame(schema={c.name: pl.Utf8 for c in infos}))


def _personal(found: DataMap, table: str) -> set[str]:
    return {c.name for t in found.tables if t.name == table for c in t.columns if c.personal}


PERSON = ("cust_no:varchar(20)", "real_name:varchar(30)", "id_no:varchar(18)", "birthday:date", "mobile:varchar(20)")


@pytest.mark.parametrize("kind", ["cert_type:varchar(4)", "zj:varchar(4):证件种类", "id_type:int", "certKind:char(2)"])
def test_the_kind_of_a_paper_tells_nothing_of_its_holder(kind: str) -> None:
    found = discover([_table("customer", *PERSON, kind)])
    assert kind.split(":")[0] not in _personal(found, "customer")
    assert "id_no" in _personal(found, "customer")


LOAN = ("loan_id:bigint", "cust_no:varchar(20)", "loan_amt:decimal(14,2)", "overdue_amt:decimal(14,2)")


@pytest.mark.parametrize(
    "rate", ["year_rate:decimal(6,4)", "apr:decimal(6,2)", "nll:decimal(6,4):年利率", "periods:int", "km:decimal(6,1)"]
)
def test_what_a_loan_costs_and_how_long_it_runs_is_no_sum_of_anybodys(rate: str) -> None:
    found = discover([_table("customer", *PERSON), _table("loan_bill", *LOAN, rate)])
    assert rate.split(":")[0] not in _personal(found, "loan_bill")
    assert {"loan_amt", "overdue_amt"} <= _personal(found, "loan_bill")


def test_what_somebody_earns_by_the_hour_and_owns_in_land_stays_theirs() -> None:
    farmer = _table("farmer", *PERSON, "land_area:decimal(8,2):承包土地面积", "hourly_rate:decimal(8,2)")
    assert {"land_area", "hourly_rate"} <= _personal(discover([farmer]), "farmer")


@pytest.mark.parametrize("name", ["sms_tpl", "mail_template"])
def test_the_name_that_signs_a_template_is_a_firms(name: str) -> None:
    found = discover([_table(name, "id:int", "title:varchar(60)", "content:varchar(500)", "sign_name:varchar(20)")])
    assert "sign_name" not in _personal(found, name)


def test_settings_and_ledgers_hold_no_papers_and_no_logins() -> None:
    settings = _table("sys_config", "id:int", "nid:varchar(30)", "value:varchar(200)", "remark:varchar(60)")
    ledger = _table("gl_journal", "id:int", "account:char(10):Ledger account", "debit:decimal(14,2)")
    found = discover([settings, ledger])
    assert not _personal(found, "sys_config")
    assert not _personal(found, "gl_journal")


def test_a_word_for_a_system_is_not_read_as_initials() -> None:
    found = discover([_table("udc_value", "uc_id:int", "uc_sys:char(4)", "uc_code:char(10)", "uc_desc:char(30)")])
    assert not [c for c in found.tables[0].columns if c.cls is FieldClass.HEALTH]


def _class(found: DataMap, table: str, column: str) -> FieldClass:
    c = next(t for t in found.tables if t.name == table).column(column)
    return c.cls if c.personal else FieldClass.NOT_PI


GATE = ("id:bigint", "cust_no:varchar(20)", "gate_name:varchar(20)", "open_time:datetime")


@pytest.mark.parametrize("name", ["gate_record", "patrol", "visitor_pass", "kq_jilu"])
def test_when_somebody_passed_is_what_they_did(name: str) -> None:
    found = discover([_table("customer", *PERSON), _table(name, *GATE)])
    assert _class(found, name, "open_time") is FieldClass.BEHAVIOUR


def test_until_when_a_card_opens_the_gate_is_nothing_anybody_did() -> None:
    _, columns = by_rules(_table("gate_card", *GATE[:3], "valid_date:date", "open_date:date"))
    assert [c.personal for c in columns[-2:]] == [False, True]


def test_the_number_of_somebodys_loan_is_kept_as_a_number_of_theirs() -> None:
    loan = _table("loan_bill", "loan_no:varchar(20)", "cust_no:varchar(20)", "loan_amt:decimal(14,2)")
    plan = _table("repay_plan", "plan_id:bigint", "loan_no:varchar(20)", "should_prin:decimal(14,2)")
    found = discover([_table("customer", *PERSON), loan, plan])
    assert _class(found, "repay_plan", "loan_no") is FieldClass.ORDER_NO


def test_the_line_of_a_visitor_is_keyed_by_the_visit() -> None:
    visitor = _table("fangke", "id:int", "xingming:varchar(20)", "shenfenzheng:varchar(18)", "dianhua:varchar(20)")
    assert "id" not in _personal(discover([visitor]), "fangke")

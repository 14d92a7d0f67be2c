"""The data map for others: YAML that reads back, a workbook in which nothing is a formula."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import openpyxl
import pytest
import yaml
from tests.unit.store.samples import CASE

from bequest.documents.citations import cite
from bequest.documents.classes import CLASSES
from bequest.documents.datamap import fides_dataset, record_of_processing
from bequest.documents.datamap.record import guarded
from bequest.model.datamap import ColumnMap, DataMap, FieldClass, Origin, Relation, TableMap
from bequest.model.facts import RecordClass, RowRole
from bequest.steps.discover.personal import sensitive_by_class

NASTY = '=HYPERLINK("http://example.com","x")'
MADE = datetime(2026, 11, 2, tzinfo=UTC)


def column(name: str, cls: FieldClass, *, personal: bool = True) -> ColumnMap:
    return ColumnMap(name, "text", cls, personal, sensitive_by_class(cls), RowRole.CUSTOMER, 900, 0)


MAP = DataMap(
    (
        TableMap(
            "crm", NASTY, RecordClass.CUSTOMER_PROFILE,
            (
                column("id", FieldClass.USER_ID), column("@mobile", FieldClass.PHONE),
                column("身份证号", FieldClass.NATIONAL_ID), column("price: [1]", FieldClass.NOT_PI, personal=False),
            ),
            12, key=("id",), relations=(Relation("id", "crm", "shops", "id"),),
            origins=(Origin(("@mobile",), channel="+shop", keep_column="id"), Origin(purpose="orders")),
        ),
    )
)  # fmt: skip


def test_fides_datasets_read_back() -> None:
    [dataset] = yaml.safe_load(fides_dataset(CASE, MAP))["dataset"]
    [table] = dataset["collections"]
    assert table["name"] == NASTY
    fields = {f["name"]: f for f in table["fields"]}
    assert set(fields) == {"id", "@mobile", "身份证号", "price: [1]"}
    assert fields["@mobile"]["data_categories"] == ["user.contact.phone_number"]
    assert fields["price: [1]"]["data_categories"] == ["system.operations"]
    assert fields["id"]["fides_meta"]["primary_key"] is True
    assert fields["id"]["fides_meta"]["references"] == [
        {"dataset": dataset["fides_key"], "field": "shops.id", "direction": "to"}
    ]
    assert set(dataset["fides_key"]) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")


@pytest.fixture(name="book")
def _book() -> openpyxl.Workbook:
    out = BytesIO()
    record_of_processing(out, CASE, MAP, MADE)
    return openpyxl.load_workbook(BytesIO(out.getvalue()))


def test_the_record_says_what_is_processed_and_why(book: openpyxl.Workbook) -> None:
    activities, fields, parties = book.worksheets
    assert [c.value for c in activities[2]][4] == 12
    assert "手机号" in activities["F2"].value
    assert "身份证号" in activities["G2"].value
    assert activities["I2"].value == "orders"
    assert fields.max_row == 1 + len(MAP.tables[0].columns)
    assert any(CASE.transferor.name == row[1].value for row in parties.iter_rows())


def test_nothing_a_source_calls_itself_becomes_a_formula(book: openpyxl.Workbook) -> None:
    cells = [c for sheet in book.worksheets for row in sheet.iter_rows() for c in row if c.value is not None]
    assert not [c for c in cells if c.data_type == "f"]
    assert not [c.value for c in cells if isinstance(c.value, str) and c.value.startswith(("=", "+", "-", "@"))]
    assert any(isinstance(c.value, str) and c.value == f"'{NASTY}" for c in cells)


GUARDED: dict[str, Callable[[str], bool]] = {
    "=1+1": lambda t: t.startswith("'"),
    "+cmd": lambda t: t.startswith("'"),
    "-2": lambda t: t.startswith("'"),
    "@SUM(1)": lambda t: t.startswith("'"),
    "\t=1": lambda t: t.startswith("'"),
    "plain": lambda t: t == "plain",
    "a=b": lambda t: t == "a=b",
    "": lambda t: t == "",
}


@pytest.mark.parametrize("text", GUARDED, ids=[repr(t) for t in GUARDED])
def test_risky_text_is_guarded(text: str) -> None:
    assert GUARDED[text](guarded(text))


def test_every_class_is_described() -> None:
    assert set(CLASSES) == set(FieldClass)
    for cls, info in CLASSES.items():
        assert all((info.about_zh, info.about_en, info.mask_zh, info.mask_en, info.fides))
        assert info.sensitive == sensitive_by_class(cls), cls
        assert not info.basis or cite(info.basis, "zh") != info.basis
        assert info.jrt in {"", "C1", "C2", "C3"}
        assert 0 <= info.general <= 4

"""The second opinion: it adds and sharpens, overrules nothing, and keeps away from tables about things."""

import polars as pl
import pytest

from bequest.model.datamap import ColumnMap, FieldClass
from bequest.steps.discover import ColumnInfo, TableSample, discover
from bequest.steps.discover.discover import by_rules
from bequest.steps.discover.learned import models
from bequest.steps.discover.traits import table_traits


def _sample(table: str, *columns: tuple[str, str], rows: int = 0, values: tuple[str, ...] = ()) -> TableSample:
    infos = tuple(ColumnInfo(name, declared, is_key=not i) for i, (name, declared) in enumerate(columns))
    frame = pl.DataFrame({c.name: list(values) for c in infos}, schema={c.name: pl.Utf8 for c in infos})
    return TableSample("s", table, "", infos, rows, frame)


def _found(sample: TableSample) -> dict[str, ColumnMap]:
    [table] = discover([sample]).tables
    return {c.name: c for c in table.columns}


STAFF = _sample(
    "hr_employee",
    ("emp_id", "bigint"),
    ("emp_name", "varchar(60)"),
    ("id_no", "varchar(20)"),
    ("birth_dt", "date"),
    ("mobile", "varchar(20)"),
    ("ot_hours", "decimal(6,2)"),
    ("sal_grd_code", "varchar(10)"),
)
GOODS = _sample(
    "goods_sku",
    ("sku_id", "bigint"),
    ("sku_name", "varchar(60)"),
    ("spec_text", "varchar(60)"),
    ("unit_price", "decimal(10,2)"),
    ("stock_qty", "int"),
)


def test_columns_no_rule_knows_are_added_in_a_table_about_people() -> None:
    [context, columns] = by_rules(STAFF)
    left = {c.name for c in columns if not c.personal}
    added = {n: c for n, c in _found(STAFF).items() if n in left and c.personal}
    assert added
    for column in added.values():
        assert column.evidence[0].startswith("learned:")
        assert column.confidence < 1000
    assert context.persons


def test_a_table_of_goods_gains_nothing() -> None:
    assert not [c for c in _found(GOODS).values() if c.personal]


def test_what_the_rules_said_stays() -> None:
    _, columns = by_rules(STAFF)
    found = _found(STAFF)
    for column in columns:
        if column.personal:
            after = found[column.name]
            assert (after.cls, after.personal, after.role, after.confidence) == (
                column.cls,
                True,
                column.role,
                column.confidence,
            )
            assert after.sensitive >= column.sensitive


def test_values_of_another_shape_outweigh_the_likeness() -> None:
    told = _sample("hr_employee", *((c.name, c.declared_type) for c in STAFF.columns), rows=5, values=tuple("abcde"))
    shaped = {FieldClass.PHONE, FieldClass.EMAIL, FieldClass.NATIONAL_ID, FieldClass.PERSON_NAME}
    for column in _found(told).values():
        assert not (column.evidence and column.evidence[0].startswith("learned:") and column.cls in shaped)


@pytest.mark.parametrize("name", sorted(models()))
def test_models_stand_for_what_there_is(name: str) -> None:
    assert name in {"personal", "sensitive"} or FieldClass(name.removeprefix("class ")) is not FieldClass.NOT_PI
    assert models()[name]


def test_traits_hold_no_values() -> None:
    told = _sample("hr_employee", *((c.name, c.declared_type) for c in STAFF.columns), rows=5, values=("zqxj",) * 5)
    assert not [t for traits in table_traits(told, *by_rules(told)) for t in traits if "zqxj" in t]

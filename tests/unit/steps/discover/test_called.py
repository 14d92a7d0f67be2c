"""What a table is called says of columns whose own words do not: positions, faces, photographs, injuries."""

import polars as pl
import pytest

from bequest.model.datamap import DataMap, FieldClass
from bequest.steps.discover import ColumnInfo, TableSample, discover
from bequest.steps.discover.discover import by_rules


def _table(name: str, *columns: str) -> TableSample:
    infos = tuple(
        ColumnInfo(*(p.strip() for p in c.split(":")), is_key=not i)  # type: ignore[arg-type]
        for i, c in enumerate(columns)
    )
    return TableSample("s", name, "", infos, 0, pl.DataFrame(schema={c.name: pl.Utf8 for c in infos}))


def _ruled(sample: TableSample, column: str) -> tuple[FieldClass, bool]:
    """What the rules alone say, without the second opinion."""
    c = next(c for c in by_rules(sample)[1] if c.name == column)
    return c.cls, c.personal and c.sensitive


TRACE = ("id:bigint", "user_id:bigint", "lng:decimal(10,6)", "lat:decimal(10,6)")


@pytest.mark.parametrize("column", ["speed_km:decimal(5,1)", "heading:int", "direction:int"])
def test_how_fast_and_where_to_somebody_moved_is_their_whereabouts(column: str) -> None:
    sample = _table("user_track", *TRACE, column)
    assert _ruled(sample, column.split(":")[0]) == (FieldClass.LOCATION_TRACE, True)


def test_when_somebody_was_at_a_position_is_what_they_did() -> None:
    found = discover([_table("user_track", *TRACE, "got_at:datetime", "create_time:datetime")])
    when = next(c for c in found.tables[0].columns if c.name == "got_at")
    assert (when.cls, when.personal) == (FieldClass.BEHAVIOUR, True)
    assert not _personal(found, "create_time")


def test_when_a_parcel_was_scanned_is_nobodys() -> None:
    scans = ("id:bigint", "tracking_no:varchar(30)", "station:varchar(40)", "scan_time:datetime", "courier:varchar(20)")
    assert not _personal(discover([_table("parcel_trace", *scans)]), "scan_time")


def _personal(found: DataMap, column: str) -> bool:
    return any(c.personal for t in found.tables for c in t.columns if c.name == column)


@pytest.mark.parametrize(
    ("table", "column", "cls"),
    [
        ("face_log", "similarity:decimal(5,2)", FieldClass.BIOMETRIC),
        ("face_log", "vector:blob", FieldClass.BIOMETRIC),
        ("call_record", "record_url:varchar(200)", FieldClass.FREE_TEXT),
        ("injury_case", "cost:decimal(10,2)", FieldClass.INCOME_ASSETS),
        ("accident_case", "claim_amount:decimal(10,2)", FieldClass.INCOME_ASSETS),
        ("accident_case", "hospital_name:varchar(80)", FieldClass.HEALTH),
    ],
)
def test_what_stands_beside_somebody_in_such_a_table_is_theirs(table: str, column: str, cls: FieldClass) -> None:
    sample = _table(table, "id:bigint", "user_id:bigint", column, "remark:varchar(200)")
    assert _ruled(sample, column.split(":")[0]) == (cls, True)


@pytest.mark.parametrize("name", ["trip_no", "trip_sn", "trip_number"])
def test_the_number_of_somebodys_matter_is_theirs_and_of_what_was_bought_the_firms(name: str) -> None:
    columns = ("id:bigint", f"{name}:varchar(32)", "user_id:bigint", "start_addr:varchar(100)")
    assert _ruled(_table("booking_trip", *columns), name)[0] is FieldClass.ORDER_NO
    bought = (
        "id:bigint",
        "purchase_no:varchar(30)",
        "supplier_id:bigint",
        "deposit:decimal(12,2)",
        "buyer:varchar(20)",
    )
    assert not _personal(discover([_table("purchase_head", *bought)]), "purchase_no")


def test_the_file_of_somebodys_photograph_is_a_portrait_and_its_name_is_not() -> None:
    sample = _table("user_photo", "id:bigint", "user_id:bigint", "file_url:varchar(200)", "file_name:varchar(60)")
    assert _ruled(sample, "file_url")[0] is FieldClass.AVATAR_PHOTO
    assert _ruled(sample, "file_name")[0] is FieldClass.NOT_PI


@pytest.mark.parametrize("table", ["goods_photo", "shop_album"])
def test_photographs_of_things_are_nobodys(table: str) -> None:
    sample = _table(table, "id:bigint", "goods_id:bigint", "file_url:varchar(200)")
    assert not any(c.personal for c in by_rules(sample)[1])


@pytest.mark.parametrize(
    ("table", "column", "cls"),
    [
        ("cdr_voice", "cllg_nbr:varchar(20)", FieldClass.PHONE),
        ("cdr_voice", "clld_nbr:varchar(20)", FieldClass.PHONE),
        ("hearing", "judge:varchar(40)", FieldClass.PERSON_NAME),
        ("dun_rec", "owe_amt:decimal(12,2)", FieldClass.INCOME_ASSETS),
        ("blood_test", "hbsag:varchar(10)", FieldClass.HEALTH),
    ],
)
def test_words_of_calls_courts_debts_and_laboratories(table: str, column: str, cls: FieldClass) -> None:
    sample = _table(table, "id:bigint", "cust_id:bigint", column, "x:varchar(20)")
    assert _ruled(sample, column.split(":")[0])[0] is cls


@pytest.mark.parametrize("table", ["Court", "BusinessHall"])
def test_courts_and_halls_are_places(table: str) -> None:
    columns = ("id:int", f"{table}Name:varchar(80)", "Address:varchar(200)", "Phone:varchar(20)")
    assert not any(c.personal for c in discover([_table(table, *columns)]).tables[0].columns)

"""A data map that is wrong about roles or references makes nobody of two people."""

from datetime import date

import polars as pl

from bequest.crypto.cipher import aes_ecb
from bequest.model.datamap import ColumnMap, DataMap, FieldClass, Relation, TableMap
from bequest.model.facts import RecordClass, RowRole
from bequest.steps.link.index import IndexSettings, index_table, link_targets
from bequest.steps.link.link import Linked, link

C, R = FieldClass, RowRole


def made(
    name: str, columns: dict[str, tuple[FieldClass, RowRole]], *relations: Relation, source: str = "crm"
) -> TableMap:
    maps = tuple(ColumnMap(c, "TEXT", cls, True, False, role, 900, 1000) for c, (cls, role) in columns.items())
    return TableMap(source, name, RecordClass.CUSTOMER_PROFILE, maps, 0, relations=relations)


def linked(*tables: tuple[TableMap, list[tuple[str, ...]]]) -> Linked:
    datamap = DataMap(tuple(t for t, _ in tables))
    settings = IndexSettings(aes_ecb(bytes(32)), date(2026, 12, 31), 14, 18, "Asia/Shanghai", (), link_targets(datamap))
    indexes = {}
    for t, rows in tables:
        names = ["__key", *(c.name for c in t.columns)]
        batch = pl.DataFrame([(str(i), *r) for i, r in enumerate(rows)], dict.fromkeys(names, pl.Utf8), orient="row")
        indexes[(t.source, t.name)] = index_table(t, [batch], settings)
    return link(datamap, indexes)


NAMES = [a + b for a in "王李张刘陈" for b in ("建国", "秀英", "志强", "晓燕")]
WHO = {"no": (C.USER_ID, R.RECORD), "name": (C.PERSON_NAME, R.CUSTOMER)}


def test_serial_numbers_of_two_systems_are_no_reference() -> None:
    one = made("a", WHO, Relation("no", "crm", "b", "no"))
    two = made("b", WHO)
    numbers = [str(i) for i in range(20)]
    right = linked(
        (one, list(zip(numbers, NAMES, strict=True))), (two, list(zip(numbers, NAMES, strict=True)))
    ).n_subjects
    wrong = linked(
        (one, list(zip(numbers, NAMES, strict=True))), (two, list(zip(numbers, NAMES[7:] + NAMES[:7], strict=True)))
    ).n_subjects
    assert (right, wrong) == (20, 40)


def test_a_name_alone_and_a_phone_alone_in_one_row_are_one_person() -> None:
    split = made("orders", {"收货人": (C.PERSON_NAME, R.CONSIGNEE), "电话": (C.PHONE, R.CUSTOMER)})
    whole = made("customers", {"name": (C.PERSON_NAME, R.CUSTOMER), "mobile": (C.PHONE, R.CUSTOMER)})
    rows = [("张伟", "13511112222"), ("李娜", "13622223333")]
    assert linked((split, rows), (whole, rows)).n_subjects == 2


def test_two_people_of_a_row_with_phones_of_their_own_stay_two() -> None:
    columns = {"buyer": (C.PERSON_NAME, R.CUSTOMER), "phone": (C.PHONE, R.CUSTOMER), "to": (C.PERSON_NAME, R.CONSIGNEE)}
    assert linked((made("orders", columns), [("张伟", "13511112222", "李娜")])).n_subjects == 2

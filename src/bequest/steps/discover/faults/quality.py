"""Quality 质量: values that cannot be right, contradict each other, are missing or stand twice (PIPL Art. 8)."""

from collections.abc import Iterator, Sequence

import polars as pl

from bequest.model.datamap import ColumnMap, FieldClass
from bequest.model.facts import RecordClass, RowRole
from bequest.steps.discover.detectors import DETECTORS
from bequest.steps.discover.detectors.cn import resident_id
from bequest.steps.discover.faults.fault import Fault
from bequest.steps.discover.faults.table import Table, as_dates
from bequest.steps.discover.valuetext import compacted

_SHAPED = frozenset(
    {FieldClass.PHONE, FieldClass.EMAIL, FieldClass.NATIONAL_ID, FieldClass.BANK_CARD, FieldClass.USCC}
    | {FieldClass.LICENSE_PLATE, FieldClass.POSTCODE, FieldClass.IP}
)
"""Classes whose values have one form; landlines count among telephones."""
_PLACEHOLDERS = frozenset(
    [
        "无",
        "没有",
        "暂无",
        "未知",
        "不详",
        "空",
        "无。",
        "null",
        "none",
        "nil",
        "n/a",
        "na",
        "-",
        "--",
        "/",
        ".",
        "0",
        "1",
        "00",
        "000",
        "test",
        "测试",
        "aaa",
        "abc",
        "123",
        "1234",
        "12345",
        "123456",
        "111111",
        "000000",
        "888888",
        "1970-01-01",
        "1900-01-01",
        "1990-01-01",
        "0000-00-00",
        "a@a.com",
        "test@test.com",
        "123@qq.com",
    ]
)
_PLACEHOLDER_PHONE = r"^1[3-9]\d(?:0{8}|1{8}|8{8}|12345678)$|^0{5,}$|^12345678\d{0,2}$"
_ROUNDED = r"^\d{15}000$|^\d(?:\.\d+)?[eE]\+?\d{1,2}$"
_SAID_OUT = (
    _SHAPED
    | {FieldClass.PERSON_NAME, FieldClass.PASSPORT, FieldClass.ACCOUNT_NUMBER, FieldClass.ADDRESS}
    | {FieldClass.BIRTHDAY, FieldClass.SOCIAL_ID, FieldClass.LANDLINE, FieldClass.EMPLOYMENT}
)
"""Classes that are no codes: a bare 0 or 1 in them says nothing."""
_LONG = (FieldClass.NATIONAL_ID, FieldClass.BANK_CARD, FieldClass.ACCOUNT_NUMBER, FieldClass.PHONE, FieldClass.ORDER_NO)
_NEEDED = (FieldClass.PERSON_NAME, FieldClass.PHONE)
_UNIQUE = (FieldClass.NATIONAL_ID, FieldClass.PHONE, FieldClass.EMAIL)
_MALE, _FEMALE = ("男", "男性", "m", "male", "1"), ("女", "女性", "f", "female", "2", "0")


def find(tables: Sequence[Table]) -> Iterator[Fault]:
    """All of it, table by table."""
    for table in tables:
        for c in table.personal:
            values = table.values(c.name)
            if values.is_empty():
                continue
            yield from _single(table, c, values)
        yield from _contradictions(table)
        if table.map.record_class is RecordClass.CUSTOMER_PROFILE:
            yield from _profiles(table)


def _single(table: Table, column: ColumnMap, values: pl.Series) -> Iterator[Fault]:
    odd = pl.Series([False] * len(values), dtype=pl.Boolean)
    if column.cls in _SAID_OUT:
        odd = values.str.to_lowercase().is_in(list(_PLACEHOLDERS))
    if column.cls is FieldClass.PHONE:
        odd = odd | values.str.contains(_PLACEHOLDER_PHONE)
    n = len(values)
    yield table.fault("quality.placeholder", column.name, int(odd.sum()), n, column.cls.value)
    rounded = pl.Series([False] * n, dtype=pl.Boolean)
    if column.cls in _LONG:
        rounded = values.str.contains(_ROUNDED)
        yield table.fault("quality.rounded", column.name, int(rounded.sum()), n, column.cls.value)
    rest = values.filter(~(odd | rounded))
    if column.cls in _SHAPED and len(rest):
        shaped, checked = _fits(column.cls, rest)
        yield table.fault("quality.form", column.name, len(rest) - shaped, n, column.cls.value)
        yield table.fault("quality.check_digit", column.name, shaped - checked, n, column.cls.value)


def _fits(cls: FieldClass, values: pl.Series) -> tuple[int, int]:
    """How many have the form of the class, and how many of these the right check digit where there is one."""
    plain = values.str.normalize("NFKC")
    text = pl.DataFrame([plain.alias("text"), compacted(plain).alias("compact")])
    shaped = pl.Series([False] * text.height, dtype=pl.Boolean)
    checked = shaped
    classes = {cls, FieldClass.LANDLINE} if cls is FieldClass.PHONE else {cls}
    for detector in DETECTORS:
        if detector.cls not in classes or detector.shape is None:
            continue
        column = text.get_column("compact" if detector.shape.compact else "text")
        matches = column.str.contains(detector.shape.pattern).fill_null(False)
        right = matches & detector.shape.check(column) if detector.shape.check is not None else matches
        shaped, checked = shaped | matches, checked | right
    return int(shaped.sum()), int(checked.sum())


def _contradictions(table: Table) -> Iterator[Fault]:
    """Birthday and gender against the identity number of the same row and role."""
    for identity in table.of_class(FieldClass.NATIONAL_ID):
        numbers = table.sample.values(identity.name).str.strip_chars().str.to_uppercase()
        valid = numbers.str.contains(r"^\d{17}[\dX]$").fill_null(False)
        valid = valid & resident_id.check(numbers.fill_null(""))
        for c in table.of_class(FieldClass.BIRTHDAY):
            if c.role is identity.role:
                days, told = table.dates(c.name), as_dates(numbers.str.slice(6, 8))
                differ = (days != told) & valid
                yield _against(table, c, identity, differ, days.is_not_null() & valid)
        for c in table.of_class(FieldClass.GENDER):
            if c.role is identity.role:
                words = table.sample.values(c.name).str.strip_chars().str.to_lowercase()
                male, female = words.is_in(list(_MALE)), words.is_in(list(_FEMALE))
                odd = numbers.str.slice(16, 1).cast(pl.Int32, strict=False) % 2 == 1
                differ = valid & ((male & ~odd) | (female & odd))
                yield _against(table, c, identity, differ, valid & (male | female))


def _against(table: Table, column: ColumnMap, identity: ColumnMap, differ: pl.Series, of: pl.Series) -> Fault:
    n, looked = int(differ.fill_null(False).sum()), int(of.fill_null(False).sum())
    return table.fault("quality.contradiction", column.name, n, looked, identity.name)


def _profiles(table: Table) -> Iterator[Fault]:
    for c in (c for c in table.of_class(*_NEEDED) if c.role is RowRole.CUSTOMER):
        yield table.fault("quality.missing", c.name, table.rows - len(table.values(c.name)), about=c.cls.value)
    for c in table.of_class(*_UNIQUE):
        values = table.values(c.name)
        doubled = len(values) - values.n_unique()
        yield table.fault("quality.duplicate", c.name, doubled, len(values), c.cls.value)

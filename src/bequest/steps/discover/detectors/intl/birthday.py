"""Date of birth: a date of the last 120 years; names decide."""

import polars as pl

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import D, Detector, I, Shape, T
from bequest.steps.discover.words import listed


def check(values: pl.Series) -> pl.Series:
    """True where the year is one in which living people were born."""
    year = values.str.extract(r"((?:19|20)\d\d)").cast(pl.Int32, strict=False)
    return ((year >= 1905) & (year <= 2035)).fill_null(False)


DETECTOR = Detector(
    id="intl.birthday",
    cls=FieldClass.BIRTHDAY,
    reference="GB/T 35273-2020 Annex A (birthday)",
    hints=listed(
        """生日, 出生日期, 出生年月, 出生年月日, 出生时间, 出生年份, 诞辰, 农历生日, 阳历生日, birthday, birth date,
        birthdate, date birth, dob, birth, birth day, date of birth, born, born on, born date, birth year,
        year of birth, birth time, born at, birth month, shengri, chushengriqi, csrq, csny, chushengnianyue, bday,
        dep dob, dobirth, bdate, birth dt, date born, 出生日, 生日日期, 生辰, 出生, csrqi, chusheng, csnyr"""
    ),
    blockers=listed("coupon, 优惠, 商品, gift, 提醒"),
    types=frozenset({T, D, I}),
    shape=Shape(
        pattern=r"^(?:19|20)\d\d(?:[-/.年]?\d{1,2}(?:[-/.月]?\d{1,2}日?)?)?(?:[ T].*)?$",
        check=check,
        points=8,
    ),
)

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
        """生日, 出生日期, 出生年月, 出生年月日, 出生时间, 出生年份, 诞辰, 农历生日, 阳历生日, birthday,
        birth date, birthdate, date birth, dob, birth, birth day, date of birth, born, born on, born date,
        birth year, year of birth, birth time, born at, birth month, shengri, chushengriqi, csrq, csny,
        chushengnianyue, bday, dep dob, dobirth, bdate, birth dt, date born, 出生日, 生日日期, 生辰, 出生,
        csrqi, chusheng, csnyr, born day, born time, born year, birth ymd, birth yyyymm, birth ym, birth md,
        birthday date, birthday time, birthday solar, birthday lunar, lunar birthday, solar birthday,
        lunar birth, birth lunar, birth solar, birthday str, birthday md, birthday month, birthday day,
        birth date time, gbdat, geburtsdatum, date of brith, brith, brithday, brithdate, birthdat, birthdt,
        birthd, bithday, birday, birthady, child birthday, child birth, baby birth, baby birthday, kid birthday,
        spouse birthday, spouse birth, father birthday, mother birthday, insured birthday, insured birth,
        holder birth, patient birth, patient birthday, student birthday, stu birth, stu birthday, emp birth,
        emp birthday, member birthday, customer birthday, cust birthday, cust birth, contact birthday, 出生年,
        出生月, 出生月日, 出生年月份, 生日月份, 生日类型日期, 公历生日, 阴历生日, 新历生日, 公历出生日期,
        出生时刻, 宝宝生日, 宝宝出生日期, 孩子生日, 孩子出生日期, 子女出生日期, 学生生日, 学生出生日期,
        员工生日, 员工出生日期, 会员生日, 客户生日, 患者出生日期, 配偶生日, 配偶出生日期, 父亲出生日期,
        母亲出生日期, 业主生日, 被保人生日, 投保人生日, 出生日期时间, csrqq, csnf, csny date, csnd, csyf, srrq,
        hysr, khsr, ygsr, shengririqi, chushengnianfen, chushengshijian, chushengny, baobaoshengri, haizishengri"""
    ),
    blockers=listed("coupon, 优惠, 商品, gift, 提醒"),
    types=frozenset({T, D, I}),
    shape=Shape(
        pattern=r"^(?:19|20)\d\d(?:[-/.年]?\d{1,2}(?:[-/.月]?\d{1,2}日?)?)?(?:[ T].*)?$",
        check=check,
        points=8,
    ),
)

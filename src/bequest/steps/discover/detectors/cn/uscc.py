"""Unified social credit code of an organisation: 18 characters, the last a check over 31 signs (GB 32100-2015)."""

import polars as pl

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, Shape
from bequest.steps.discover.words import listed

_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def check(values: pl.Series) -> pl.Series:
    """True where the last character is 31 minus the weighted sum of the other 17, modulo 31."""
    number = {sign: i for i, sign in enumerate(_SIGNS)}

    def sign_value(position: int) -> pl.Expr:
        sign = pl.col("v").str.slice(position, 1)
        return sign.replace_strict(number, default=None, return_dtype=pl.Int32)

    total = pl.sum_horizontal(sign_value(i) * w for i, w in enumerate(_WEIGHTS))
    expected = (31 - total % 31) % 31
    complete = pl.all_horizontal(sign_value(i).is_not_null() for i in range(18))
    frame = values.str.to_uppercase().alias("v").to_frame()
    return frame.select(((expected == sign_value(17)) & complete).fill_null(False)).to_series()


DETECTOR = Detector(
    id="cn.uscc",
    cls=FieldClass.USCC,
    reference="GB 32100-2015",
    hints=listed(
        """统一社会信用代码, 社会信用代码, 信用代码, 统一信用代码, 营业执照号, 营业执照, 营业执照编号, 营业执照号码,
        营业执照注册号, 工商注册号, 组织机构代码, uscc, credit code, social credit code, unified credit code,
        org code certificate, business license, business licence, business license no, license code"""
    ),
    shape=Shape(pattern=r"(?i)^[1-9A-GY][1-9]\d{6}[0-9A-HJ-NPQRTUWXY]{10}$", check=check, compact=True, points=60),
)

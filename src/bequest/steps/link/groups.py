"""Kinds of people for the fairness of outcomes, as small codes: no address, number or amount leaves the pass.

`g:region` is the province (first two digits of GB/T 2260) of the person whose record a row is: from the address or
region there, else from the resident identity number. `g:value` is the size of an order's amount on a logarithmic scale
(`VALUE_STEPS` steps to each doubling), from which sums per person are estimated within a tenth.
"""

import re
from collections.abc import Mapping

import polars as pl

from bequest.model.datamap import ColumnMap, FieldClass, TableMap
from bequest.model.facts import RecordClass, RowRole

PROVINCES: dict[str, str] = {
    "11": "北京", "12": "天津", "13": "河北", "14": "山西", "15": "内蒙古", "21": "辽宁", "22": "吉林", "23": "黑龙江",
    "31": "上海", "32": "江苏", "33": "浙江", "34": "安徽", "35": "福建", "36": "江西", "37": "山东", "41": "河南",
    "42": "湖北", "43": "湖南", "44": "广东", "45": "广西", "46": "海南", "50": "重庆", "51": "四川", "52": "贵州",
    "53": "云南", "54": "西藏", "61": "陕西", "62": "甘肃", "63": "青海", "64": "宁夏", "65": "新疆", "71": "台湾",
    "81": "香港", "82": "澳门",
}  # fmt: skip
_PREFIX = {name[:2]: int(code) for code, name in PROVINCES.items()}
_ID = r"^\s*([1-8][0-9])\d{15}[\dXx]\s*$"
_AMOUNT = (r"pay(ment)?_?amount|paid|实付|实收", r"total|总额|总价|合计", r"amount|金额|price")
_NO_AMOUNT = re.compile(r"discount|coupon|freight|refund|shipping|优惠|运费|退款|折扣|单价|unit", re.IGNORECASE)
VALUE_STEPS = 4


def group_codes(table: TableMap, batch: pl.DataFrame, main: RowRole) -> Mapping[str, pl.Series]:
    """`g:region` and `g:value` of a table's rows, where its columns can say; `main` is whose record a row is."""
    out: dict[str, pl.Series] = {}
    regions = _regions(table, main)
    if regions:
        out["g:region"] = batch.select(pl.coalesce(regions).alias("v"))["v"]
    amount = amount_column(table)
    if amount:
        out["g:value"] = batch.select(_magnitude(amount).alias("v"))["v"]
    return out


def _regions(table: TableMap, main: RowRole) -> list[pl.Expr]:
    mine = [c for c in table.columns if c.role is main]
    known = {i: i for i in _PREFIX.values()}
    places = [
        pl.col(c.name).str.strip_chars().str.slice(0, 2).replace_strict(_PREFIX, default=None, return_dtype=pl.UInt8)
        for cls in (FieldClass.REGION, FieldClass.ADDRESS)
        for c in mine
        if c.cls is cls
    ]
    numbers = [
        pl.col(c.name).str.extract(_ID).cast(pl.UInt8).replace_strict(known, default=None, return_dtype=pl.UInt8)
        for c in mine
        if c.cls is FieldClass.NATIONAL_ID
    ]
    return [*places, *numbers]


def amount_column(table: TableMap) -> str | None:
    """The column of an order table that holds the amount paid, by its name: what was paid before totals."""
    if table.record_class is not RecordClass.ORDER:
        return None
    free = [c.name for c in table.columns if _may_be_amount(c)]
    for pattern in _AMOUNT:
        for name in free:
            if re.search(pattern, name, re.IGNORECASE):
                return name
    return None


def _may_be_amount(column: ColumnMap) -> bool:
    return column.cls is FieldClass.NOT_PI and not _NO_AMOUNT.search(column.name)


def _magnitude(column: str) -> pl.Expr:
    amount = pl.col(column).str.replace_all(r"[,，¥￥\s]", "").cast(pl.Float64, strict=False)
    steps = (amount.clip(lower_bound=1).log(2) * VALUE_STEPS).round().clip(0, 200)
    return pl.when(amount.is_finite() & (amount > 0)).then(steps).cast(pl.UInt8)

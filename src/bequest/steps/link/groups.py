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
_NAMED = {name: int(code) for code, name in PROVINCES.items()} | {"内蒙": 15}
_PLACE = (
    r"(?s)^[\s\"'“]*(?:中华人民共和国|中国|(?i:p\.?\s?r\.?\s?china|china))?[\s,，、·/|\-]*"
    rf"({'|'.join(sorted(_NAMED, key=len, reverse=True))})(.{{0,8}})"
)
_NO_PROVINCE = (
    r"^(?:[区县州]|藏族|蒙古族|[东南西北中]{0,2}[一二三四五六七八九十]{0,2}(?:大?路(?:[^桥]|$)|大?街|大道|支路|巷|弄|胡同)"
    r"|道(?:[^县]|$)|镇(?:[^江海远雄安原康沅赉巴坪平宁]|$)|乡(?:[^城宁]|$)|新?村|大厦|广场|饭店|宾馆|花园)"
)
"""What makes the name before it that of a street, a village or a district: 广东路, 北京西路, 河北区 (in 天津),
海南藏族自治州 (in 青海). Counties that begin like one are let through: 浙江路桥, 湖南道县, 江苏镇江."""
_CODE = r"^\s*([1-8][0-9])(?:\d{4}|\d{10})\s*$"
"""Area codes of districts (6 digits) and of villages (12 digits), GB/T 2260 and the statistical codes built on it."""
_ID = r"^\s*([1-8][0-9])\d{15}[\dXx]\s*$"
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[\u4e00-\u9fff]+")
_UNIT = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]\s*$")
_PAYING = frozenset({"pay", "paid", "payment", "payed", "payable"})
_MONEY = frozenset({"amount", "amt", "total", "price", "money", "sum", "fee", "value"})
_NO_AMOUNT = frozenset(
    re.findall(
        r"\w+",
        """at on by time date day year month is has was flag status state type kind method mode way channel no num
        number nums count cnt qty quantity items pieces id ids code name currency rate ratio percent account user unit
        discount coupon freight shipping postage delivery refund refunded tax points point score balance weight tip
        voucher promotion promo rebate""",
    )
)
_NO_AMOUNT_ZH = re.compile(
    r"优惠|运费|邮费|退款|退货|折扣|单价|税额?$|积分|余额|数量|件数|个数|次数|人数|重量|时间|日期"
    r"|类型|方式|状态|是否|比例|编号|代金券|红包|抵扣"
)
_AMOUNT_ZH = (
    re.compile(r"(?:实付|实收|已付|付款|支付)(?:金额|总额|总价|款|额)?$"),
    re.compile(r"(?:总额|总价|总计|合计|总金额)$"),
    re.compile(r"(?:金额|价格|货款|价)$"),
)
_NO_NUMBER = re.compile(r"bool|^bit\b|tinyint\s*\(1\)|date|time|year|interval|json|blob|bytea|uuid|enum", re.IGNORECASE)
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
    regions = [pl.col(c.name) for c in mine if c.cls is FieldClass.REGION]
    addresses = [pl.col(c.name) for c in mine if c.cls is FieldClass.ADDRESS]
    numbers = [pl.col(c.name) for c in mine if c.cls is FieldClass.NATIONAL_ID]
    return [
        *(_place(r) for r in regions),
        *(_place(a) for a in addresses),
        *(_code(r, _CODE) for r in regions),
        *(_code(n, _ID) for n in numbers),
    ]


def _place(text: pl.Expr) -> pl.Expr:
    """The province that a place begins with, be it named in full or without 省."""
    parts = text.str.extract_groups(_PLACE)
    said = parts.struct.field("1").replace_strict(_NAMED, default=None, return_dtype=pl.UInt8)
    return pl.when(~parts.struct.field("2").str.contains(_NO_PROVINCE)).then(said)


def _code(text: pl.Expr, pattern: str) -> pl.Expr:
    known = {int(code): int(code) for code in PROVINCES}
    return text.str.extract(pattern).cast(pl.UInt8).replace_strict(known, default=None, return_dtype=pl.UInt8)


def amount_column(table: TableMap) -> str | None:
    """The column of an order table that holds the amount paid, by its name: what was paid before totals."""
    if table.record_class is not RecordClass.ORDER:
        return None
    ranks = [(rank, c.name) for c in table.columns if (rank := _amount_rank(c)) is not None]
    return min(ranks, key=lambda r: r[0])[1] if ranks else None


def _amount_rank(column: ColumnMap) -> int | None:
    """0 for what was paid, 1 for totals, 2 for other amounts; None for what is no amount by its words or its type."""
    if column.cls is not FieldClass.NOT_PI or _NO_NUMBER.search(column.declared_type):
        return None
    words = _WORDS.findall(_UNIT.sub("", column.name))
    chinese = "".join(w for w in words if w[0] >= "\u4e00")
    latin = {w.lower() for w in words if w[0] < "\u4e00"}
    if latin & _NO_AMOUNT or _NO_AMOUNT_ZH.search(chinese):
        return None
    said = next((rank for rank, words in enumerate(_AMOUNT_ZH) if words.search(chinese)), None)
    if said is not None:
        return said
    latin = {part for w in latin for part in _parted(w)}
    if latin & _PAYING and (latin & _MONEY or latin == {"paid"}):
        return 0
    if latin & {"total", "grandtotal"}:
        return 1
    return 2 if latin & {"amount", "amt", "price", "money"} else None


def _parted(word: str) -> tuple[str, ...]:
    """`payamount` and `totalprice` as the two words they are."""
    for first in (*_PAYING, "total", "order"):
        if word.startswith(first) and word[len(first) :] in _MONEY:
            return first, word[len(first) :]
    return (word,)


def _magnitude(column: str) -> pl.Expr:
    amount = pl.col(column).str.replace_all(r"[,，¥￥\s]", "").cast(pl.Float64, strict=False)
    steps = (amount.clip(lower_bound=1).log(2) * VALUE_STEPS).round().clip(0, 200)
    return pl.when(amount.is_finite() & (amount > 0)).then(steps).cast(pl.UInt8)

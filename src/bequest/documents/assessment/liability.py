"""How the ranges of a penalty are said: amounts with thousands, terms in years or days, shares of turnover."""

from bequest.documents.words import Word
from bequest.law.pack import PenaltyRange

_UNITS = {
    "yuan": ("{} 元", "CNY {}"),
    "percent": ("上一年度营业额的 {}%", "{}% of last year's turnover"),
    "factor": ("违法所得的 {} 倍", "{} times the unlawful income"),
    "year": ("{} 年有期徒刑", "{} years of prison"),
    "day": ("拘留 {} 日", "{} days of detention"),
}


def range_word(r: PenaltyRange) -> Word:
    """One range: from, to, for whom, in which case."""
    unit = _UNITS[r.unit]
    low, high = (None if n is None else f"{n:,}" for n in (r.low, r.to))
    if low is None:
        zh, en = f"至多 {unit[0].format(high)}", f"up to {unit[1].format(high)}"
    elif high is None:
        zh, en = f"至少 {unit[0].format(low)}", f"at least {unit[1].format(low)}"
    else:
        zh, en = unit[0].format(f"{low} 至 {high}"), unit[1].format(f"{low} to {high}")
    who = ("个人：", "persons: ") if r.who == "persons" and r.unit == "yuan" else ("", "")
    return Word(f"{who[0]}{zh}（{r.zh}）", f"{who[1]}{en} ({r.en})")

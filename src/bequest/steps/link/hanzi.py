"""Chinese writing as linkage needs it: traditional to simplified, and how names and words sound (toneless pinyin).

`hanzi.tsv` holds the tables (pinyin from pypinyin, MIT; traditional forms from OpenCC, Apache-2.0), written by
`scripts/write_hanzi.py`. Surnames read otherwise than the same character elsewhere stand here.
"""

from functools import cache
from importlib.resources import files

import polars as pl

SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "区": "ou", "朴": "piao", "任": "ren",
    "盖": "ge", "纪": "ji", "翟": "zhai", "覃": "qin", "乐": "yue", "员": "yun", "缪": "miao", "尉": "wei",
    "种": "chong", "洗": "xian", "冼": "xian", "葛": "ge", "燕": "yan", "召": "shao", "繁": "po", "重": "chong",
}  # fmt: skip
"""Readings of single characters as surnames."""


@cache
def _tables() -> tuple[dict[str, str], dict[str, str]]:
    """Simplified form by traditional character, and pinyin by character."""
    simple: dict[str, str] = {}
    sounds: dict[str, str] = {}
    text = files("bequest.steps.link").joinpath("hanzi.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        kind, left, right = line.split("\t")
        if kind == "s":
            simple.update(zip(left, right, strict=True))
        else:
            sounds.update(dict.fromkeys(right, left))
    return simple, sounds


def simplified(series: pl.Series) -> pl.Series:
    """Traditional characters written as simplified ones."""
    simple = _tables()[0]
    return series.str.replace_many(list(simple), list(simple.values())) if len(series) else series


def pinyin(names: pl.Series) -> pl.Series:
    """How names sound: toneless pinyin without spaces, of Chinese and of Latin writing; null stays null.

    `names` are in normal form and simplified, each value once is cheapest.
    """
    if not len(names):
        return names
    sounds = _tables()[1]
    frame = pl.DataFrame({"first": names.str.slice(0, 1), "rest": names.str.slice(1)})
    first = pl.col("first").replace(SURNAMES).str.replace_many(list(sounds), list(sounds.values()))
    rest = pl.col("rest").str.replace_many(list(sounds), list(sounds.values()))
    spoken = pl.concat_str(first, rest).str.replace_all(r"[^a-z]", "")
    return frame.select(pl.when(spoken != "").then(spoken).alias("v"))["v"]

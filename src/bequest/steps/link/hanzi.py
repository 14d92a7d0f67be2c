"""Chinese writing as linkage needs it: traditional to simplified, and how names and words sound (toneless pinyin).

`hanzi.tsv` holds the tables (pinyin from pypinyin, MIT; traditional forms from OpenCC, Apache-2.0), written by
`scripts/write_hanzi.py`. Surnames read otherwise than the same character elsewhere stand here.
"""

from functools import cache
from importlib.resources import files

import numpy as np
import polars as pl

SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "区": "ou", "朴": "piao", "任": "ren",
    "盖": "ge", "纪": "ji", "翟": "zhai", "覃": "qin", "乐": "yue", "员": "yun", "缪": "miao", "尉": "wei",
    "种": "chong", "洗": "xian", "冼": "xian", "葛": "ge", "燕": "yan", "召": "shao", "繁": "po", "重": "chong",
}  # fmt: skip
"""Readings of single characters as surnames."""


_CODES = 0x20000


@cache
def _tables() -> tuple[np.ndarray, pl.DataFrame]:
    """Simplified code point by code point, and the pinyin (`sound`) of each character (`c`)."""
    simple = np.arange(_CODES, dtype=np.uint32)
    sounds: dict[str, str] = {}
    text = files("bequest.steps.link").joinpath("hanzi.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        kind, left, right = line.split("\t")
        if kind == "s":
            simple[[ord(c) for c in left]] = [ord(c) for c in right]
        else:
            sounds.update(dict.fromkeys(right, left))
    return simple, pl.DataFrame({"c": list(sounds), "sound": list(sounds.values())})


def syllables() -> list[str]:
    """Every toneless syllable of pinyin."""
    return sorted({*_tables()[1]["sound"], *SURNAMES.values()})


def simplified(series: pl.Series) -> pl.Series:
    """Traditional characters written as simplified ones; null stays null."""
    values = series.drop_nulls().unique()
    values = values.filter(values.str.contains(r"\p{Han}"))
    if not len(values):
        return series
    simple = _tables()[0]
    joined = np.frombuffer(values.str.join("\n")[0].encode("utf-32-le"), np.uint32)
    if bool((values.str.contains("\n", literal=True)).any()) or int(joined.max()) >= _CODES:
        joined = np.frombuffer(
            values.str.replace_all(r"[\n\x{20000}-\x{10FFFF}]", "").str.join("\n")[0].encode("utf-32-le"), np.uint32
        )
    written = simple[joined].tobytes().decode("utf-32-le").split("\n")
    return series.replace(values, pl.Series(written))


def pinyin(names: pl.Series) -> pl.Series:
    """How names sound: toneless pinyin without spaces, of Chinese and of Latin writing; null stays null.

    `names` are in normal form and simplified, each value once is cheapest.
    """
    if not len(names):
        return names
    chars = (
        pl.DataFrame({"row": np.arange(len(names)), "c": names.str.split("")})
        .explode("c", empty_as_null=True, keep_nulls=True)
        .join(_tables()[1], on="c", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.int_range(pl.len()).over("row") == 0)
            .then(pl.col("c").replace_strict(SURNAMES, default=None))
            .alias("own")
        )
    )
    spoken = (
        chars.with_columns(pl.coalesce("own", "sound", "c").str.replace_all(r"[^a-z]", "").alias("s"))
        .group_by("row", maintain_order=True)
        .agg(pl.col("s").str.join(""))["s"]
    )
    return pl.select(pl.when(spoken != "").then(spoken)).to_series().rename(names.name)

"""Running text and nested data: whether a column holds them, and which identifiers occur inside."""

import numpy as np
import polars as pl

from bequest.engine.kernels import names
from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors import DETECTORS
from bequest.steps.discover.matching import name_hits
from bequest.steps.discover.valuetext import ColumnValues, compacted

_KEYS = r'"([A-Za-z_][A-Za-z0-9_.-]{0,40}|[㐀-鿿]{1,12})"\s*:'
_JSON_VALUES_LOOKED_AT = 300
_TEXTS_READ, _CHARACTERS_READ = 300, 500
_LEAST_NAMING, _LEAST_SHARE_NAMING = 3, 0.05
"""Texts that name somebody, at the least: a stray reading of a word as a name says nothing about a column."""
_KEY_CLASSES = frozenset(
    {
        FieldClass.PHONE,
        FieldClass.EMAIL,
        FieldClass.NATIONAL_ID,
        FieldClass.PERSON_NAME,
        FieldClass.ADDRESS,
        FieldClass.BIRTHDAY,
        FieldClass.BANK_CARD,
        FieldClass.GENDER,
        FieldClass.SOCIAL_ID,
        FieldClass.PASSPORT,
        FieldClass.IP,
    }
)


def _share(matches: pl.Series) -> float:
    mean = matches.mean()
    return mean if isinstance(mean, float) else 0.0


def looks_like_json(values: ColumnValues) -> bool:
    """Whether most values are objects or arrays."""
    return len(values.text) > 0 and _share(values.text.str.contains(r"^(?:\{.*\}|\[.*\])$")) >= 0.6


def looks_like_text(values: ColumnValues) -> bool:
    """Whether values read as sentences: long, various, punctuated or of several words, and neither links nor codes."""
    if values.n_distinct < 5 or looks_like_json(values):
        return False
    v = pl.col("v")
    long, sentences, links = (
        values.text.to_frame("v")
        .select(
            (v.str.len_chars() >= 12).mean().alias("long"),
            v.str.contains(r"[，。！？；,!?;]|[a-z] [a-z]+ [a-z]").mean().alias("sentences"),
            v.str.contains(r"(?i)^(?:https?:|/|<)|\.(?:jpg|png|html)$").mean().alias("links"),
        )
        .row(0)
    )
    return bool(long >= 0.3 and sentences >= 0.3 and links < 0.2)


def identifiers_in_text(values: ColumnValues) -> tuple[FieldClass, ...]:
    """Classes of identifiers met inside the values, in the order of the registry, each checked where it can be."""
    inside = [d for d in DETECTORS if d.in_text]
    seen = values.text.to_frame("v").select(
        pl.col("v").str.contains(d.in_text).any().alias(str(i)) for i, d in enumerate(inside)
    )
    found = {d.cls for d, occurs in zip(inside, seen.row(0), strict=True) if occurs and _is_borne(d, values.text)}
    if looks_like_json(values):
        found |= _classes_of_keys(values.text)
    elif looks_like_text(values):
        found |= _named(values.text)
    return tuple(cls for cls in dict.fromkeys(d.cls for d in DETECTORS) if cls in found)


def _named(text: pl.Series) -> set[FieldClass]:
    """People and postal addresses, where several texts name them; companies alone make no text personal."""
    read = text.head(_TEXTS_READ).str.slice(0, _CHARACTERS_READ)
    named = names.find(read)
    n_texts = {
        cls: len(np.unique(named.rows[named.kinds == names.KINDS[cls]]))
        for cls in (FieldClass.PERSON_NAME, FieldClass.ADDRESS)
    }
    return {cls for cls, n in n_texts.items() if n >= max(_LEAST_NAMING, _LEAST_SHARE_NAMING * len(read))}


def _is_borne(detector: Detector, text: pl.Series) -> bool:
    """Whether what was met passes the identifier's check, where it has one."""
    if detector.shape is None or detector.shape.check is None:
        return True
    if detector.cls in {FieldClass.IP, FieldClass.LICENSE_PLATE}:
        return True
    met = text.str.extract(detector.in_text).drop_nulls()
    return bool(detector.shape.check(compacted(met)).any())


def _classes_of_keys(text: pl.Series) -> set[FieldClass]:
    keys = text.head(_JSON_VALUES_LOOKED_AT).str.extract_all(_KEYS).explode().drop_nulls().unique()
    names = keys.str.extract(_KEYS).to_list()
    return {h.cls for name in names if name for h in name_hits(name) if not h.weak and h.cls in _KEY_CLASSES}

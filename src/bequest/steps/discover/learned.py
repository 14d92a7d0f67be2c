"""A second opinion where the rules know no word: the traits of a column weighed as labelled schemas taught.

Three linear models over the traits of `traits.py`, fitted by `scripts/learn_columns.py` to the invented schemas whose
labels we wrote: whether a column is personal, of which class, whether it is sensitive. The rules go first and are never
overruled: this only adds columns they left, and marks as sensitive what they did not. Nothing is learned from anybody's
data, and the weights change only with the program.
"""

import lzma
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from bequest.model.datamap import ColumnMap, FieldClass
from bequest.steps.discover import lexicon
from bequest.steps.discover.context import TableContext, Topic
from bequest.steps.discover.detectors import DETECTORS
from bequest.steps.discover.matching import mentions, name_hits, words_of
from bequest.steps.discover.personal import is_a_figure, sensitive_by_class
from bequest.steps.discover.roles import role_of
from bequest.steps.discover.sample import ColumnInfo, TableSample
from bequest.steps.discover.traits import table_traits
from bequest.steps.discover.whose import belongs_to_organisation, names_a_person
from bequest.steps.discover.words import listed

PERSONAL_FROM, SENSITIVE_FROM = 0.1, -2.0
"""Log-odds from which a column is proposed, and marked as sensitive; chosen where recall, precision and sensitive
recall together are best on schemas left out in turn."""
_CARE, _CARE_FROM = 3.5, 1.0
_OF_SOMEBODY = frozenset({"flag:people", "flag:persons", "flag:finance", "flag:pay", "flag:medical"})
_OWN = frozenset({"flag:finance", "flag:pay", "flag:medical"})
"""Where somebody's money or illness stands, words that by themselves say nothing are weighed with the same care."""
_DOUBTS = {
    "hits:plain": 1.0,
    "hits:whole": 1.0,
    "topic:thing": 2.0,
    "topic:organisation": 2.0,
    "flag:firms": 2.0,
    "flag:taxed": 1.5,
    "flag:tallied": 1.5,
    "flag:orders": 0.7,
    "flag:of_accounts": 0.7,
    "type:integer": 0.7,
    "type:date": 0.7,
}
"""What is taken off where a rule knows the word and it says nothing of people, or the table is about none, or about
firms, sums over many, orders; of mere numbers and dates: real systems have far more such columns than the schemas the
weights come from, and of what was added there in the schemas left out most was wrong."""
_HELD = frozenset({FieldClass.INCOME_ASSETS, FieldClass.ACCOUNT_NUMBER, FieldClass.BANK_CARD})
"""Shops and suppliers hold these as well."""
_REFERENCES, _REFERENCES_FROM = frozenset({FieldClass.USER_ID, FieldClass.ORDER_NO}), 1.0
"""Numbers point to so many other things that more is asked of them."""
_RATES = frozenset(
    listed(
        """rate, apr, apy, interest rate, percent, pct, periods, months, terms, area, volume, weight, mileage, km,
        length, pieces, qty, quantity, capacity, degree, degrees, kwh, liters, litres, probability, progress,
        schedule, direction"""
    )
)
_RATES_HAN = ("利率", "费率", "面积", "体积", "重量", "里程", "件数", "读数", "进度", "期数")
_RATES_PINYIN = ("lilv", "mianji", "tiji", "zhongliang", "licheng", "qishu", "dushu")
_FILE = Path(__file__).parent / "vocabulary" / "learned.txt.xz"
_LEAST_COLUMNS = 3
"""Columns that make a table to go by."""
_SHOWN = ("word:", "pair:", "said:")
_MOST_SHOWN, _LEAST_SHOWN = 3, 0.3
_SHAPED = frozenset(d.cls for d in DETECTORS if d.shape is not None)
_LEFT = frozenset({FieldClass.NOT_PI, FieldClass.UNKNOWN, FieldClass.COMPANY_NAME, FieldClass.USCC})

Weights = Mapping[str, float]


def with_second_opinion(
    sample: TableSample, context: TableContext, columns: tuple[ColumnMap, ...], kinds: Sequence[str] = ()
) -> tuple[ColumnMap, ...]:
    """The columns with those added that look like personal ones in the schemas the weights were fitted to."""
    backstage = mentions(sample.table, lexicon.BACKSTAGE_WORDS) and not context.individual
    if len(columns) < _LEAST_COLUMNS or context.machinery or context.template or backstage:
        return columns
    traits = table_traits(sample, context, columns, kinds)
    return tuple(
        _sensitive(column, seen) if column.personal or info.is_key else _added(column, info, seen, context, sample)
        for column, info, seen in zip(columns, sample.columns, traits, strict=True)
    )


def _sensitive(column: ColumnMap, seen: Sequence[str]) -> ColumnMap:
    if column.sensitive or not column.personal or score(models()["sensitive"], seen) < SENSITIVE_FROM:
        return column
    return replace(column, sensitive=True, evidence=(*column.evidence, "learned:like sensitive columns"))


def _added(
    column: ColumnMap, info: ColumnInfo, seen: Sequence[str], context: TableContext, sample: TableSample
) -> ColumnMap:
    if _is_told_in_full(info):
        return column
    odds = score(models()["personal"], seen) - doubt(seen)
    if odds + _CARE < PERSONAL_FROM:
        return column
    sharp = score(models()["sensitive"], seen)
    if odds + care(seen, sharp) < PERSONAL_FROM:
        return column
    has_values = sample.values(info.name).drop_nulls().len() > 0
    if has_values and column.cls is FieldClass.UNKNOWN:
        return column  # a person has to look; until then it stays where it is
    cls = column.cls if column.cls not in _LEFT else _class_of(info, seen)
    before = words_of(info.said)[:-1]
    of_firms = context.held_by_firms or (belongs_to_organisation(before) and not names_a_person(before, ""))
    if (of_firms and cls in _HELD) or (context.buying and cls in _HELD | _REFERENCES):
        return column
    if cls is FieldClass.INCOME_ASSETS and not _holds_what_it_measures(context) and _is_a_rate(info):
        return column
    if cls in _REFERENCES and (odds < _REFERENCES_FROM or (context.tallied and is_a_figure(cls, info))):
        return column
    if cls is None or (has_values and cls in _SHAPED):
        return column  # where there are values of a known shape, they have been asked already
    return replace(
        column,
        cls=cls,
        personal=True,
        sensitive=sensitive_by_class(cls) or sharp >= SENSITIVE_FROM,
        role=role_of(cls, True, info, context, sample),
        confidence=max(500, round(1000 / (1 + math.exp(-odds)))),
        evidence=(f"learned:{_shown(seen)}",),
    )


def _is_told_in_full(info: ColumnInfo) -> bool:
    """Whether the whole name is a phrase the rules know to say nothing of people: `cert_type`, `valid_date`."""
    hits = name_hits(info.said)
    return any(h.cls is FieldClass.NOT_PI and not h.before and " " in h.hint and h.hint != "yes or no" for h in hits)


def _holds_what_it_measures(context: TableContext) -> bool:
    """Whether rows are somebody's pay or somebody: the share they earn, the land they have."""
    return context.pay or context.topic is Topic.PERSON


def _is_a_rate(info: ColumnInfo) -> bool:
    """Whether a column holds what money costs, what something measures or how often: no sum of anybody's."""
    heads = {w for name in (info.name, info.said) for w in words_of(name)[-1:]}
    spelt = "".join(words_of(info.said)).endswith(_RATES_PINYIN)
    return bool(heads & _RATES) or spelt or any(w in info.comment for w in _RATES_HAN)


def _class_of(info: ColumnInfo, seen: Sequence[str]) -> FieldClass | None:
    """The likeliest class that the declared type can hold."""
    found = ((score(w, seen), name.removeprefix("class ")) for name, w in models().items() if name.startswith("class "))
    ranked = (FieldClass(name) for _, name in sorted(found, key=lambda x: (-x[0], x[1])))
    return next((c for c in ranked if any(d.can_be(info.declared_type) for d in DETECTORS if d.cls is c)), None)


def _shown(seen: Sequence[str]) -> str:
    """The words that weighed most, for the explanation."""
    weights = models()["personal"]
    told = sorted(((weights.get(t, 0.0), t) for t in seen if t.startswith(_SHOWN)), key=lambda x: (-x[0], x[1]))
    words = [t.split(":", 1)[1].removesuffix(" persons").removesuffix(" people") for w, t in told if w >= _LEAST_SHOWN]
    return ", ".join(list(dict.fromkeys(words))[:_MOST_SHOWN]) or "its place in the table"


def care(seen: Sequence[str], sensitive: float) -> float:
    """The log-odds to add in a table about somebody, by how likely a column is sensitive if it is anybody's at all.

    Overlooking an account or an illness costs more than a second look at a column about nobody.
    """
    plain = "hits:plain" in seen and (_OWN.isdisjoint(seen) or "type:date" in seen)
    if _OF_SOMEBODY.isdisjoint(seen) or "flag:tallied" in seen or plain:
        return 0.0
    return _CARE / (1 + math.exp(_CARE_FROM - sensitive))


def doubt(seen: Sequence[str]) -> float:
    """The log-odds to take off because the rules know something that speaks against it."""
    return sum(_DOUBTS.get(t, 0.0) for t in seen)


def score(weights: Weights, seen: Sequence[str]) -> float:
    """The log-odds of a column by the weights of its traits; `bias` stands in every column."""
    return weights.get("bias", 0.0) + sum(weights.get(t, 0.0) for t in seen)


@cache
def models() -> dict[str, dict[str, float]]:
    """The fitted weights: `personal`, `sensitive` and one model for each class."""
    found: dict[str, dict[str, float]] = {}
    for line in lzma.decompress(_FILE.read_bytes()).decode().splitlines():
        if line.startswith("["):
            model = found.setdefault(line.strip("[]"), {})
            continue
        weight, trait = line.split(" ", 1)
        model[trait] = int(weight) / 100
    return found

"""Columns that hold the key of a table of people, by declaration or by name: they are references to a person.

A key of a telling name (`vid`, `cust_no`) is known again wherever it stands; a bare one (`id`) as `<table>_id`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bequest.model.datamap import FieldClass
from bequest.steps.discover.around import strong_class
from bequest.steps.discover.context import Topic, table_context
from bequest.steps.discover.lexicon import GENERIC_TABLE_WORDS
from bequest.steps.discover.matching import words_of
from bequest.steps.discover.sample import ColumnInfo, TableSample

_BARE = frozenset({"id", "code", "no", "key", "uuid", "name", "sn", "fid", "pk", "编号"})

_LEAST_TELLING = 3


def with_references(samples: Sequence[TableSample]) -> list[TableSample]:
    """The samples with each column that holds the key of a table of people marked as such."""
    people = {(s.source, s.table) for s in samples if _is_of_people(s)}
    keyed = Counter((s.source, "_".join(words_of(c.name))) for s in samples for c in s.columns if c.is_key)
    names: dict[tuple[str, str], str] = {}
    for sample in samples:
        if (sample.source, sample.table) in people:
            names |= dict.fromkeys(((sample.source, n) for n in _names_of_key(sample)), sample.table)
    names = {key: table for key, table in names.items() if keyed[key] <= 1 or _is_telling(key[1])}
    marked = [replace(s, columns=tuple(_marked(s, c, names, people) for c in s.columns)) for s in samples]
    return _with_holdings(marked)


_HELD = frozenset({FieldClass.ACCOUNT_NUMBER, FieldClass.BANK_CARD})


def _with_holdings(samples: Sequence[TableSample]) -> list[TableSample]:
    """Each column that holds the number of somebody's account, loan or visit marked so: what is filed under it is his.

    `account_log` that names the account alone, `repay_plan` that names the loan, `exam_item` that names the visit.
    """
    held: dict[tuple[str, str], tuple[str, str]] = {}
    for sample in samples:
        if kind := _held_as(sample):
            numbers = _names_of_key(sample)
            numbers |= {"_".join(words_of(c.said)) for c in sample.columns if strong_class(c) in _HELD}
            held |= {(sample.source, n): (sample.table, kind) for n in numbers if _is_telling(n)}
    if not held:
        return list(samples)
    return [replace(s, columns=tuple(_filed(s, c, held) for c in s.columns)) for s in samples]


def _held_as(sample: TableSample) -> str:
    """Whether rows are a person's money or care, filed under that person."""
    if not any(c.to_people and not c.is_key for c in sample.columns[:_FIRST_COLUMNS]):
        return ""
    context = table_context(sample)
    if context.topic is not Topic.EVENT or context.firms or context.tallied or context.log:
        return ""
    if context.orders and not any(strong_class(c) is FieldClass.INCOME_ASSETS for c in sample.columns):
        return ""  # an order of goods
    return "money" if context.finance else "care" if context.medical else ""


_FIRST_COLUMNS = 4


def _filed(sample: TableSample, column: ColumnInfo, held: Mapping[tuple[str, str], tuple[str, str]]) -> ColumnInfo:
    table, kind = held.get((sample.source, "_".join(words_of(column.said))), ("", ""))
    if not kind or table == sample.table or column.is_key or column.to_people:
        return column
    return replace(column, to_held=kind)


def _is_telling(name: str) -> bool:
    """Whether a key that opens several tables is still somebody's (`kunr`, `worker_key`), not `f_id` of every table."""
    return any(len(word) >= _LEAST_TELLING for word in set(name.split("_")) - _BARE)


def _is_of_people(sample: TableSample) -> bool:
    context = table_context(sample)
    return context.topic is Topic.PERSON and context.individual and not context.relatives and not context.firms


def _names_of_key(sample: TableSample) -> set[str]:
    keys = [c for c in sample.columns if c.is_key]
    if len(keys) != 1:
        return set()
    own = "_".join(words_of(keys[0].said))
    full = "_".join(words_of(keys[0].name))
    if full not in _BARE:
        return {full} | ({own} - _BARE)
    words = [w for w in words_of(sample.table) if w not in GENERIC_TABLE_WORDS]
    return {"_".join((*words[i:], own)) for i in range(len(words))}


def _marked(
    sample: TableSample, column: ColumnInfo, names: Mapping[tuple[str, str], str], people: set[tuple[str, str]]
) -> ColumnInfo:
    said = ("_".join(words_of(n)) for n in (column.name, column.said))
    to = column.refers_to or next((names[sample.source, n] for n in said if (sample.source, n) in names), "")
    if not to or to == sample.table:
        return column
    return replace(column, refers_to=to, to_people=(sample.source, to) in people)

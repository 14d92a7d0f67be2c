"""Kept too long 删除不及时 (PIPL Art. 19, 47)."""

from collections.abc import Iterator, Sequence
from datetime import date

import polars as pl

from bequest.model.datamap import FieldClass
from bequest.model.facts import Fact, RecordClass
from bequest.steps.discover.detector import TypeFamily, type_family
from bequest.steps.discover.faults.fault import Fault
from bequest.steps.discover.faults.rules import PARAMETERS
from bequest.steps.discover.faults.table import Table, months_before
from bequest.steps.discover.matching import mentions, words_of
from bequest.steps.discover.words import listed

_DELETED = frozenset(
    listed(
        """is deleted, deleted, is delete, del flag, delete flag, delete status, deleted flag, delflag, is del,
        isdel, is removed, removed, delete, del, dr, 是否删除, 删除标志, 删除标识, 删除标记, 逻辑删除, 删除状态,
        已删除"""
    )
)
_DELETED_AT = frozenset(listed("deleted at, delete time, deleted on, delete date, del time, 删除时间, 删除日期"))
_YES = ("1", "true", "t", "y", "yes", "是", "2", "deleted", "已删除")
_LOGS = ("log", "logs", "日志", "visit", "访问", "登录")
_MOMENTS = (TypeFamily.DATE, TypeFamily.UNKNOWN, TypeFamily.TEXT)


def find(tables: Sequence[Table], on: date) -> Iterator[Fault]:
    """Rows marked as deleted, closed accounts, old lines of logs, and what is past its own term."""
    before = months_before(on, PARAMETERS["log_months"])
    for table in tables:
        if not table.personal:
            continue
        somebody = table.holds_somebody()
        for c in table.map.columns:
            said = _said(table, c.name)
            if said & _DELETED:
                marked = table.sample.values(c.name).str.strip_chars().str.to_lowercase().is_in(list(_YES))
                yield table.fault("kept.marked_deleted", c.name, _both(marked, somebody))
            elif said & _DELETED_AT:
                yield table.fault("kept.marked_deleted", c.name, _both(table.mask(c.name), somebody))
        yield from _closed(table, somebody)
        if _is_log(table) and (moment := _moment(table)):
            days = table.dates(moment)
            old = (days < before).fill_null(False)
            yield table.fault("kept.old_log", moment, _both(old, somebody), int(days.is_not_null().sum()))
        for origin in table.map.origins:
            if origin.keep_column:
                past = (table.dates(origin.keep_column) < on).fill_null(False)
                yield table.fault("kept.past_term", origin.keep_column, _both(past, somebody))


def _closed(table: Table, somebody: pl.Series) -> Iterator[Fault]:
    for binding in table.map.facts:
        if binding.fact is Fact.ACCOUNT and binding.how == "map":
            closed = [value for value, word in binding.values.items() if word == "closed"]
            marked = table.sample.values(binding.column).str.strip_chars().is_in(closed)
            yield table.fault("kept.closed", binding.column, _both(marked, somebody))


def _moment(table: Table) -> str:
    """The column that dates a line of a log: behaviour, else the first date."""
    times = [
        c.name
        for c in table.map.columns
        if c.cls in {FieldClass.BEHAVIOUR, FieldClass.NOT_PI} and type_family(c.declared_type) in _MOMENTS
    ]
    return next((n for n in times if table.dates(n).is_not_null().mean() == 1.0), "")


def _is_log(table: Table) -> bool:
    return table.map.record_class is RecordClass.WEB_LOG or mentions(f"{table.map.name} {table.sample.comment}", _LOGS)


def _said(table: Table, name: str) -> set[str]:
    info = table.info(name)
    return {" ".join(words_of(info.said)), info.said.lower(), info.comment.split("（")[0].split("(")[0].strip()}


def _both(one: pl.Series, other: pl.Series) -> int:
    return int((one.fill_null(False) & other).sum())

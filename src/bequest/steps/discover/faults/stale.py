"""Stale data 更新不及时 (PIPL Art. 8)."""

from collections.abc import Iterator, Sequence
from datetime import date

from bequest.model.datamap import FieldClass
from bequest.model.facts import RecordClass
from bequest.steps.discover.faults.fault import Fault
from bequest.steps.discover.faults.rules import PARAMETERS
from bequest.steps.discover.faults.table import Table, years_before
from bequest.steps.discover.matching import words_of
from bequest.steps.discover.words import listed

_PROFILES = frozenset({RecordClass.CUSTOMER_PROFILE, RecordClass.ADDRESS_BOOK, RecordClass.LOYALTY_ACCOUNT})
_RENEWED = frozenset(
    listed(
        """update time, updated at, update date, updated on, updated, modify time, modified at, modified,
        last modified, last update, last update time, last login time, last login, last login at, last active,
        last active on, last active at, last visit, last visit time, last seen, last order time, gmt modified,
        utime, mtime, 更新时间, 修改时间, 最后更新时间, 最后修改时间, 最后登录时间, 最近登录时间, 最后活跃时间,
        最近消费时间"""
    )
)
_RUNS_OUT = frozenset({"expire", "expiry", "expires", "valid", "until"})
_RUNS_OUT_HAN = ("有效期", "到期", "失效", "有效日期")
_PAPERS = frozenset({FieldClass.OTHER_PI, FieldClass.NATIONAL_ID, FieldClass.PASSPORT})
_NEVER = 9999
"""The year that means without end."""


def find(tables: Sequence[Table], on: date) -> Iterator[Fault]:
    """Profiles that nobody touched for years or that have no date at all, papers that have run out."""
    before = years_before(on, PARAMETERS["stale_years"])
    for table in tables:
        if table.map.record_class in _PROFILES:
            yield from _profile(table, before)
        for c in table.map.columns:
            if c.personal and c.cls in _PAPERS and _runs_out(table, c.name):
                days = table.dates(c.name)
                expired = ((days < on) & (days.dt.year() < _NEVER)).fill_null(False)
                yield table.fault("stale.expired_paper", c.name, int(expired.sum()), int(days.is_not_null().sum()))


def _profile(table: Table, before: date) -> Iterator[Fault]:
    touched = table.map.freshness_column or next(
        (c.name for c in table.map.columns if _named(table, c.name) & _RENEWED), ""
    )
    if not touched:
        if table.of_class(FieldClass.PHONE, FieldClass.EMAIL, FieldClass.ADDRESS, FieldClass.PERSON_NAME):
            yield table.fault("stale.no_date", "", table.rows or 1)
        return
    days = table.dates(touched)
    yield table.fault("stale.rows", touched, int((days < before).fill_null(False).sum()), int(days.is_not_null().sum()))


def _runs_out(table: Table, name: str) -> bool:
    """Whether the column dates the end of a paper's validity."""
    info = table.info(name)
    told = f"{info.said}{info.comment}"
    return bool(set(words_of(info.said)) & _RUNS_OUT) or any(w in told for w in _RUNS_OUT_HAN)


def _named(table: Table, name: str) -> set[str]:
    info = table.info(name)
    return {" ".join(words_of(info.said)), info.comment.strip(), name}

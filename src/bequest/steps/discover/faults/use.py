"""Misuse 使用不当: identifiers where they have no business (PIPL Art. 6, 9)."""

import re
from collections.abc import Iterator, Sequence

from bequest.model.datamap import FieldClass
from bequest.model.facts import RecordClass
from bequest.steps.discover.faults.fault import Fault
from bequest.steps.discover.faults.table import Table
from bequest.steps.discover.matching import mentions

_IDENTIFIERS = (FieldClass.NATIONAL_ID, FieldClass.PHONE, FieldClass.EMAIL, FieldClass.PASSPORT, FieldClass.BANK_CARD)
_NOT_IN_LOGS = (*_IDENTIFIERS, FieldClass.PASSWORD_SECRET)
_LOGS = ("log", "logs", "日志")
_COPY = re.compile(
    r"(?i)(?:^|_)(?:bak|backup|back|tmp|temp|test|copy|old|dump|demo)(?:_?\d*)?(?:_|$)|_\d{6,8}$|备份|副本|临时|测试"
)


def find(tables: Sequence[Table]) -> Iterator[Fault]:
    """Identifiers as keys and logins, in logs, and personal information in loose copies of tables."""
    for table in tables:
        keys = set(table.map.key)
        for c in table.of_class(*_IDENTIFIERS):
            if c.name in keys:
                yield table.fault("use.identifier_as_key", c.name, len(table.values(c.name)) or 1, about=c.cls.value)
        if _is_log(table):
            for c in table.map.columns:
                inside = [x for x in c.in_text if x in _NOT_IN_LOGS]
                if (c.personal and c.cls in _NOT_IN_LOGS) or inside:
                    about = ", ".join(x.value for x in inside) or c.cls.value
                    yield table.fault("use.in_log", c.name, len(table.values(c.name)), about=about)
        if table.personal and _COPY.search(table.map.name):
            yield table.fault("use.loose_copy", "", int(table.holds_somebody().sum()))


def _is_log(table: Table) -> bool:
    named = mentions(f"{table.map.name} {table.sample.comment}", _LOGS)
    return named or table.map.record_class is RecordClass.WEB_LOG

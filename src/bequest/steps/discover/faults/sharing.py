"""Irregular sharing 共享不规范: what goes to others (PIPL Art. 21, 23)."""

from collections.abc import Iterator, Sequence

from bequest.model.datamap import FieldClass
from bequest.model.facts import RecordClass
from bequest.steps.discover.faults.fault import Fault
from bequest.steps.discover.faults.table import Table
from bequest.steps.discover.matching import mentions
from bequest.steps.discover.words import listed

_OUTBOUND = listed(
    """export, share, sharing, push, sync, partner, third, outbound, upload, report_to, callback, distribute,
        resell, 导出, 共享, 推送, 同步, 对外, 外发, 第三方, 合作方, 上报, 分发, 转发"""
)


def find(tables: Sequence[Table], held_elsewhere: Sequence[str]) -> Iterator[Fault]:
    """Tables that tell of it, data held by others, identifiers of platforms, and whether anybody agreed."""
    outbound = [t for t in tables if t.personal and mentions(f"{t.map.name} {t.sample.comment}", _OUTBOUND)]
    agreed = any(t.map.record_class is RecordClass.CONSENT for t in tables)
    for table in outbound:
        yield table.fault("sharing.outbound", "", int(table.holds_somebody().sum()) or 1)
        if not agreed:
            yield table.fault("sharing.no_consent", "", int(table.holds_somebody().sum()) or 1)
    for table in tables:
        for c in table.of_class(FieldClass.SOCIAL_ID):
            if table.map.in_case:
                yield table.fault("sharing.platform_ids", c.name, len(table.values(c.name)))
    for name in held_elsewhere:
        yield Fault("sharing.held_elsewhere", name, "", "", 1, 1, whole=True)

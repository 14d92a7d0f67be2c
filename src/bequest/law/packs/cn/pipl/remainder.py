"""What remains at the source when nothing else says so: PIPL Arts. 19, 47, 56."""

# ruff: noqa: ARG001 - every rule is given the same four things

from datetime import date

from bequest.law.packs.cn.groups import ENDS, GOES_ON, PARTS_WITH, SHARES
from bequest.law.packs.cn.keeping import keeps
from bequest.law.params import Params
from bequest.law.rule import Answer, FactView, LotView, rule
from bequest.model.case import Event
from bequest.model.disposition import ReasonStatus
from bequest.model.facts import Fact
from bequest.model.plan import FieldKind

PIPL = date(2021, 11, 1)


@rule(
    "cn.pipl.shared_row",
    gate="shared",
    reads={Fact.SCOPE},
    events=GOES_ON | {Event.E4, Event.E5},
    reference=("PIPL-6", "PIPL-47"),
    status=ReasonStatus.OURS,
    since=PIPL,
    zh="该记录范围之外的业务也在使用：留在转出方继续使用。",
    en="The business outside the lot uses the row too: it stays in use at the source.",
)
def shared_row(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """The purpose of the part that does not pass is not over, so Art. 47 does not ask to delete."""
    return Answer(("stays_in_use",)) if facts.has(Fact.SCOPE, "shared") else None


keep_processing_record, keep_processing_record_with_keeper = keeps(
    "cn.pipl.keep_processing_record",
    "record_3y",
    reference=("PIPL-56", "NDSR-12"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="处理情况记录至少保存 {cn.pipl.record_keep_years} 年：封存，自基准日起算（起算日为我方做法）。",
    en="Records of processing are kept at least {cn.pipl.record_keep_years} years: in custody from the law date "
    "(counting is ours).",
)
"""Art. 56(3)."""


@rule(
    "cn.pipl.anonymised_instead",
    gate="keep",
    reads={Fact.RETENTION},
    events=PARTS_WITH,
    reference=("PIPL-4", "PIPL-73", "PIPL-47"),
    status=ReasonStatus.DERIVED,
    since=PIPL,
    zh="处理目的已实现，本应删除；按数据图，该记录因统计、账务或引用关系留存而去除个人：就地匿名化，"
    "不能识别且不能复原，不足人数的行删除。",
    en="The purpose is over and deletion is due; by the data map the record stays for statistics, the ledger or "
    "references, without its person: anonymised in place so that nobody can be recognised and nothing turned back; "
    "rows of too few people are deleted.",
)
def anonymised_instead(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 4: what is anonymised is no personal information, so Art. 47 asks no more.

    No article says so of deletion itself; Art. 24 of the network data regulation does, for accounts that were closed.
    """
    if field.anonymised_by and facts.has(Fact.RETENTION, "none"):
        return Answer(("anonymise",))
    return None


@rule(
    "cn.pipl.purpose_over",
    gate="keep",
    reads={Fact.RETENTION},
    events=PARTS_WITH,
    reference=("PIPL-47", "PIPL-19"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="移交后转出方的处理目的已实现，又没有保存义务：删除。",
    en="After the handover the transferor has no purpose left and no duty to keep: deleted.",
)
def purpose_over(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 47(1), (2): delete without being asked, unless a period to keep still runs."""
    return Answer(("delete",)) if facts.has(Fact.RETENTION, "none") else None


@rule(
    "cn.pipl.nothing_keeps_it",
    gate="keep",
    reads={Fact.RETENTION},
    events=ENDS,
    reference=("PIPL-47", "PIPL-19"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="停止提供服务，又没有保存义务：在注销登记之前主动删除。",
    en="Service stops and no duty keeps it: deleted unasked, before the company is struck off.",
)
def nothing_keeps_it(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 47(2): the processor stops its service; after that there is nobody left to delete."""
    return Answer(("delete",)) if facts.has(Fact.RETENTION, "none") else None


@rule(
    "cn.pipl.sharer_goes_on",
    gate="keep",
    reads=(),
    events=SHARES,
    always=True,
    reference=("PIPL-23", "PIPL-13"),
    status=ReasonStatus.DERIVED,
    since=PIPL,
    zh="集团内共享：共享方继续处理自己的一份，照旧。",
    en="Sharing inside a group: the one who shares goes on with its own copy as before.",
)
def sharer_goes_on(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 23 adds a processor and takes none away: the transferor's own ground and purpose last."""
    return Answer(("stays_in_use",))

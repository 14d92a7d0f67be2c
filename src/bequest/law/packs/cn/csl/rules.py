"""Network logs: Cybersecurity Law Art. 23 (Art. 21 before 2026)."""

# ruff: noqa: ARG001 - every rule is given the same four things

from datetime import date

from bequest.law.packs.cn.groups import HANDS_OVER
from bequest.law.packs.cn.keeping import keeps
from bequest.law.params import Params
from bequest.law.rule import Answer, FactView, LotView, Rest, rule
from bequest.model.disposition import ReasonStatus
from bequest.model.facts import RecordClass
from bequest.model.plan import FieldKind

PIPL = date(2021, 11, 1)


@rule(
    "cn.csl.log_not_needed",
    gate="log",
    reads=(),
    events=HANDS_OVER,
    record_classes={RecordClass.WEB_LOG},
    always=True,
    leaves_rest=True,
    reference=("PIPL-6", "CSL-23"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="网络日志为转出方网络安全而留存，继续经营不需要：不移交。",
    en="Network logs are kept for the transferor's own security; the continuing business does not need them.",
)
def log_not_needed(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """The receiver logs its own network; only whether the period still runs is left to ask."""
    return Answer(("exclude",), rest=Rest.BY_DUTY)


keep_log, keep_log_with_keeper = keeps(
    "cn.csl.keep_log",
    "log_6m",
    reference=("CSL-23", "PIPL-47"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="网络日志须留存不少于 {cn.csl.log_months} 个月：封存，自日志产生之日起算。",
    en="Network logs are kept at least {cn.csl.log_months} months: in custody, counted from the log line.",
)
"""Art. 23(3)."""

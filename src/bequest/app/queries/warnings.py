"""Early warnings of a case: what will stand in the way soon, read from the record before it does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from bequest.app.approve_policy import ApprovalState, approval_state
from bequest.app.context import Context
from bequest.app.ending import register_warning
from bequest.app.passed_on import messages_on_record
from bequest.app.queries.approving import approve_by
from bequest.app.telling import register
from bequest.documents.report.content import StepName
from bequest.documents.report.wording import STEP_WORDS
from bequest.kernel.clock import local_date, parse_rfc3339
from bequest.kernel.errors import BequestError
from bequest.model.case import Case
from bequest.steps.notify.ladder import Told
from bequest.store.records import BucketState, DeliveryState, StepState
from bequest.store.transaction import Tx

SOON_DAYS = 14
RECEIPT_DAYS = 7
"""Our own choice: how long a sealed package waits for its receipt before somebody asks."""
BOUNCED_PERCENT = 20
"""Our own choice: from which share of letters come back that somebody looks at the addresses."""


@dataclass(frozen=True, slots=True)
class Early:
    """What comes, and where it is seen. `css` is the colour class: `till` soon, `gone` now."""

    zh: str
    en: str
    screen: str
    css: str = "till"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the checks look at."""

    ctx: Context
    case: Case
    today: date
    tx: Tx
    approvals: ApprovalState | None


def warnings_of(ctx: Context, case_id: str) -> tuple[Early, ...]:
    """The warnings of a case, the urgent ones first."""
    record = ctx.case(case_id)
    today = local_date(ctx.clock(record).now(), record.case.timezone)
    try:
        approvals: ApprovalState | None = approval_state(ctx, case_id)
    except BequestError:
        approvals = None
    with ctx.store.transaction() as tx:
        seen = _Seen(ctx, record.case, today, tx, approvals)
        found = [w for check in _CHECKS for w in check(seen)]
    return tuple(sorted(found, key=lambda w: w.css != "gone"))


def _ends(s: _Seen) -> list[Early]:
    said = register_warning(s.case, s.today)
    return [Early(*said, "case", "gone")] if said else []


def _void(s: _Seen) -> list[Early]:
    if s.approvals is None or not s.approvals.changed:
        return []
    what = "、".join(s.approvals.changed), ", ".join(s.approvals.changed)
    return [
        Early(
            f"方案的批准已失效：此后有改动（{what[0]}）",
            f"The approvals of the plan are void, for what changed since: {what[1]}",
            "approvals",
            "gone",
        )
    ]


def _approvals_late(s: _Seen) -> list[Early]:
    by = approve_by(s.case)
    if s.approvals is None or not s.approvals.gap or (left := (by.on - s.today).days) > SOON_DAYS:
        return []
    if left < 0:
        return [
            Early(
                f"方案没有在 {by.on} 以前批准：计划的交接日已经赶不上",
                f"The plan was not approved by {by.on}: the planned day can no longer be kept",
                "approvals",
                "gone",
            )
        ]
    return [
        Early(
            f"距批准方案的最晚一天 {by.on} 还有 {left} 天",
            f"{left} days to {by.on}, the last day for approvals",
            "approvals",
        )
    ]


def _failed(s: _Seen) -> list[Early]:
    latest = {r.step: r for r in s.tx.steps.all(s.case.id)}
    known = {n.value for n in StepName}
    return [
        Early(
            f"“{STEP_WORDS[StepName(r.step)].zh}”上次没有办成（{r.error_code}）",
            f"The last run of “{STEP_WORDS[StepName(r.step)].en}” failed ({r.error_code})",
            "case",
            "gone",
        )
        for r in latest.values()
        if r.state is StepState.FAILED and r.step in known
    ]


def _bounced(s: _Seen) -> list[Early]:
    try:
        state = register(s.ctx.workspace(s.case.id))
    except BequestError:
        return []
    out = [Told.SENT.value, Told.DELIVERED.value, Told.BOUNCED.value]
    sent = state.filter(pl.col("state").is_in(out))
    back = sent.filter(pl.col("state") == Told.BOUNCED.value).height
    if not sent.height or back * 100 < BOUNCED_PERCENT * sent.height:
        return []
    share = f"{100 * back / sent.height:.0f}%"
    return [
        Early(
            f"{share} 的通知退回：地址可能陈旧", f"{share} of the letters came back: addresses may be stale", "notices"
        )
    ]


def _receipts(s: _Seen) -> list[Early]:
    waiting = [
        d
        for d in s.tx.deliveries.list(s.case.id)
        if d.state in {DeliveryState.SEALED, DeliveryState.SENT}
        and local_date(d.state_at, s.case.timezone) + timedelta(days=RECEIPT_DAYS) < s.today
    ]
    return [
        Early(
            f"交付 {d.delivery_id} 封好后 {RECEIPT_DAYS} 天以上没有签收",
            f"Delivery {d.delivery_id} was sealed more than {RECEIPT_DAYS} days ago and nobody has signed for it",
            "destruction",
        )
        for d in waiting
    ]


def _withdrawals(s: _Seen) -> list[Early]:
    """Who withdrew after a delivery: the receiver has not signed for having deleted it."""
    until = timedelta(days=RECEIPT_DAYS)
    late = [
        m
        for m in messages_on_record(s.ctx.workspace(s.case.id), s.tx, s.case.id)
        if m.done is None and local_date(parse_rfc3339(m.created_at), s.case.timezone) + until < s.today
    ]
    return [
        Early(
            f"撤回通知 {m.message_id} 发出 {RECEIPT_DAYS} 天以上，接收方没有交回执行回执",
            f"Message {m.message_id} went out more than {RECEIPT_DAYS} days ago; the receiver has not signed for it",
            "destruction",
        )
        for m in late
    ]


def _copies(s: _Seen) -> list[Early]:
    """Further copies whose end is not known: they stand in the way of a final certificate."""
    n = sum(c.expires_on is None for c in s.case.copies)
    if not n:
        return []
    return [
        Early(
            f"{n} 份副本没有到期日：它们在，就没有终局证书",
            f"{n} further {'copy has' if n == 1 else 'copies have'} no end date: no final certificate while they last",
            "destruction",
        )
    ]


def _custody_due(s: _Seen) -> list[Early]:
    month = s.today.strftime("%Y-%m")
    due = [b for b in s.tx.custody.list(s.case.id) if b.state is not BucketState.DESTROYED and b.due_month < month]
    return [
        Early(
            f"留存到 {b.due_month} 的一批已到期，还没有销毁",
            f"What was kept until {b.due_month} is due and not destroyed",
            "destruction",
            "gone",
        )
        for b in due
    ]


_CHECKS: tuple[Callable[[_Seen], list[Early]], ...] = (
    _ends, _void, _approvals_late, _failed, _bounced, _receipts, _withdrawals, _copies, _custody_due,
)  # fmt: skip

"""What waits in a case: what it is, when it is due, who can unblock it. Read from the record, not worked out anew."""

from dataclasses import dataclass
from datetime import date

from bequest.app.approve_policy import ApprovalState, approval_state
from bequest.app.console.steps import STARTERS
from bequest.app.context import Context, how_to
from bequest.app.queries.approving import approve_by
from bequest.app.queries.case import case_overview
from bequest.app.tasks import task_list
from bequest.app.telling import beyond_table, window_closes
from bequest.documents.report.content import StepName
from bequest.documents.report.wording import STEP_WORDS
from bequest.documents.words import word
from bequest.kernel.clock import local_date
from bequest.kernel.errors import BequestError
from bequest.model.case import Case, Role
from bequest.store.portal_records import RequestState
from bequest.store.records import ResidualState
from bequest.store.remark_records import RemarkKind, RemarkState
from bequest.store.task_records import TaskState

REQUEST_WORDS = {
    "correct": ("更正", "correction"),
    "copy": ("副本", "a copy"),
    "delete": ("删除", "deletion"),
    "complain": ("投诉", "a complaint"),
    "relative": ("逝者近亲属的请求", "something as a relative of somebody who died"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """Something that waits. `css` is the colour class of its nature, `screen` where it is seen."""

    zh: str
    en: str
    more_zh: str
    more_en: str
    due: date | None
    people: tuple[str, ...]
    roles: frozenset[Role]
    screen: str
    css: str
    command: str = ""


def desk_of(ctx: Context, case_id: str) -> tuple[Item, ...]:
    """Everything that waits in the case, by deadline; what has none comes last."""
    case = ctx.case(case_id).case
    found = [*_next_step(ctx, case), *_approvals(ctx, case), *_requests(ctx, case), *_owner_tasks(ctx, case)]
    found += [*_residuals(ctx, case), *_unknown_columns(ctx, case)]
    return tuple(sorted(found, key=lambda i: (i.due is None, i.due or date.max)))


def today_in(ctx: Context, case_id: str) -> date:
    """The present day in the case."""
    record = ctx.case(case_id)
    return local_date(ctx.clock(record).now(), record.case.timezone)


def _holders(case: Case, roles: tuple[Role, ...]) -> tuple[str, ...]:
    return tuple(p.name for p in case.people if set(p.roles) & set(roles))


def _next_step(ctx: Context, case: Case) -> list[Item]:
    step = case_overview(ctx, case.id).next_step
    if step in {"", "open", "approve"}:
        return []
    roles, due, more = STARTERS.get(step, ()), None, ("", "")
    if step == "cutover":
        due = case.effective_on
        try:
            end = window_closes(ctx.workspace(case.id), case)
        except BequestError:
            end = None
        if end is not None:
            due = max(end, case.effective_on)
            more = f"最后一个异议期到 {end} 为止。", f"The last window to object ends on {end}. "
            if (known := beyond_table(case, end)) is not None:
                more = (
                    f"{more[0]}节假日表只到 {known} 年，表外的调休假期未计入。",
                    f"{more[1]}The table of holidays ends with {known}: holidays announced later are not counted. ",
                )
    named = STEP_WORDS[StepName(step)]
    return [
        Item(
            f"下一步：{named.zh}",
            f"Next step: {named.en}",
            f"{more[0]}在“办理”页启动，或者在命令行办：",
            f"{more[1]}Start it under Steps, or at the command line:",
            due,
            _holders(case, roles),
            frozenset(roles),
            "steps",
            "same",
            how_to(step, case.id),
        )
    ]


def _approvals(ctx: Context, case: Case) -> list[Item]:
    if case_overview(ctx, case.id).next_step != "approve":
        return []
    try:
        state = approval_state(ctx, case.id)
    except BequestError:
        return []
    given, by = {a.role for a in state.approvals}, approve_by(case)
    missing = tuple(r for r in state.required if r.value not in given)
    return [*_objections(case, state, by.on)] + [
        Item(
            f"方案等待批准：{word(role).zh}",
            f"The plan waits for approval: {word(role).en}",
            "过了这一天，告知和异议的期限就赶不上计划的交接日。" if by.days else "须在生效日以前。",
            "After that day notice and objection no longer end before the planned day."
            if by.days
            else "It is needed before the planned day.",
            by.on,
            _holders(case, (role,)),
            frozenset({role}),
            "approvals",
            "till",
        )
        for role in missing
    ]


def _objections(case: Case, state: ApprovalState, due: date) -> list[Item]:
    """Conditions and refusals that only whoever set them can settle."""
    names = {p.id: p.name for p in case.people}
    return [
        Item(
            f"方案被拒绝：{word(Role(r.role)).zh}"
            if r.kind is RemarkKind.REFUSAL
            else f"批准附条件：{word(Role(r.role)).zh}",
            f"The plan is refused: {word(Role(r.role)).en}"
            if r.kind is RemarkKind.REFUSAL
            else f"A condition is set: {word(Role(r.role)).en}",
            r.text,
            r.text,
            due,
            (names.get(r.person, r.person),),
            frozenset({Role(r.role)}),
            "approvals",
            "gone" if r.kind is RemarkKind.REFUSAL else "till",
        )
        for r in state.remarks
        if r.state is RemarkState.OPEN
    ]


def _requests(ctx: Context, case: Case) -> list[Item]:
    with ctx.store.transaction() as tx:
        asked = [a for a in tx.portal.list(case.id) if a.state is RequestState.NEW and a.due_on]
    roles = (Role.SERVICE, Role.OFFICER)
    names = {p.id: p.name for p in case.people}
    return [
        Item(
            f"客户请求：{REQUEST_WORDS[a.kind][0]}",
            f"A customer asks for {REQUEST_WORDS[a.kind][1]}",
            f"回执 {a.code}",
            f"Receipt {a.code}",
            a.due_on,
            (names.get(a.owner, a.owner),) if a.owner else _holders(case, roles),
            frozenset(roles),
            f"requests/{a.code}",
            "till",
        )
        for a in asked
    ]


def _owner_tasks(ctx: Context, case: Case) -> list[Item]:
    roles = (Role.OFFICER, Role.IT)
    return [
        Item(
            f"{t.task.owner}：{t.task.what_zh}",
            f"{t.task.owner}: {t.task.what_en}",
            "做完后由案内的人签字并交证据。",
            "Somebody of the case signs for it, with evidence.",
            _day(t.due_on),
            _holders(case, roles),
            frozenset(roles),
            "destruction",
            "till",
        )
        for t in task_list(ctx, case.id)
        if t.state is TaskState.OPEN
    ]


def _residuals(ctx: Context, case: Case) -> list[Item]:
    with ctx.store.transaction() as tx:
        held = [r for r in tx.residuals.list(case.id) if r.state is ResidualState.OPEN]
    roles = (Role.OFFICER,)
    return [
        Item(
            f"残留须到期：{r.residual.where_zh}",
            f"A residual must end first: {r.residual.where_en}",
            r.residual.why_zh,
            r.residual.why_en,
            _day(r.residual.due_on),
            _holders(case, roles),
            frozenset(roles),
            "destruction",
            "till",
        )
        for r in held
    ]


def _unknown_columns(ctx: Context, case: Case) -> list[Item]:
    with ctx.store.transaction() as tx:
        datamap = tx.datamaps.latest(case.id)
    n = len(datamap.unknown_columns()) if datamap else 0
    if not n:
        return []
    return [
        Item(
            f"{n:,} 列没有认定",
            f"{n:,} columns are not classified",
            "未认定的列不交、冻结，也不能出终局证书。",
            "They are not passed on, they are blocked, and no final certificate is issued.",
            None,
            _holders(case, (Role.IT,)),
            frozenset({Role.IT}),
            "map",
            "gone",
        )
    ]


def _day(value: object) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None

"""Put the report of a case together from what the control database and the log know."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from bequest.app.approve_policy import approval_state
from bequest.app.case_facts import case_facts
from bequest.app.context import ASSESS, WAVE, Context, done_steps
from bequest.app.export_notes import export_notes
from bequest.app.exporting import export_state
from bequest.app.fairness import load_fairness
from bequest.app.impact_page import latest_page
from bequest.app.law import pack_of, switches_of, switches_shown, unverified_lines
from bequest.app.passed_on import passed_on
from bequest.app.queries.case import steps_of
from bequest.app.report_evidence import given_back, log_facts, not_proven, revoked_note
from bequest.app.show_tables import shown_tables
from bequest.app.telling import published_on, register, saved_answers, window_closes
from bequest.app.workspace import Workspace
from bequest.documents.report.content import (
    AnswerCount,
    CaseReport,
    CustodyBucket,
    DeliveryLine,
    Duty,
    FindingNote,
    KeyLine,
    KeyState,
    NoticeCount,
    Notices,
    OpenPoint,
    ReceiptState,
    ShownTable,
    StepLine,
    StepName,
    StepState,
    StoreLine,
    StoreState,
    WithdrawalLine,
)
from bequest.documents.report.render import render_report
from bequest.kernel.clock import local_date, rfc3339
from bequest.kernel.codec import decode
from bequest.kernel.errors import BequestError
from bequest.law.duties import case_duties
from bequest.model.case import SPEAK_FOR_THE_LAW, Case, Role
from bequest.model.datamap import DataMap, FieldClass, Need, TableState
from bequest.model.destruction import Certificate
from bequest.model.plan import Policy, Population
from bequest.steps.deliver.receipt import CIPHERTEXT, UNDERTAKEN
from bequest.steps.notify.answers import ANSWERS
from bequest.steps.notify.ladder import tally
from bequest.store.records import CustodyBucket as BucketRecord
from bequest.store.records import DeliveryRecord, DeliveryState, KeyRecord, ReceiptRecord, ResidualState, StoreRecord
from bequest.store.transaction import Tx

RUN_OF: dict[StepName, str] = {
    StepName.SOURCES: "open",
    StepName.DISCOVER: "discover",
    StepName.LINK: "link",
    StepName.ASSESS: ASSESS,
    StepName.PLAN: "plan",
    StepName.NOTIFY: "notify",
    StepName.CUTOVER: "cutover",
    StepName.DELIVER: "deliver",
    StepName.DESTROY: "destroy",
    StepName.CLOSE: "close",
}
FIGURES: dict[StepName, tuple[str, str, str]] = {
    StepName.SOURCES: ("sources", "个数据源", "sources"),
    StepName.DISCOVER: ("personal", "个人信息列", "personal columns"),
    StepName.LINK: ("subjects", "人", "people"),
    StepName.ASSESS: ("risks", "项风险", "risks"),
    StepName.PLAN: ("values", "个值已定", "values decided"),
    StepName.NOTIFY: ("people", "人应告知", "people to tell"),
    StepName.CUTOVER: ("records", "条记录", "records"),
    StepName.DELIVER: ("values", "个值已交付", "values delivered"),
    StepName.DESTROY: ("values", "个值已销毁", "values destroyed"),
    StepName.CLOSE: ("feedback", "人已反馈", "people told the result"),
}


FINDINGS: dict[str, tuple[str, str]] = {
    "passwords": ("列存有可用的口令：不移交，删除", "columns hold usable passwords: not passed on, deleted"),
    "over": ("列超出目的收集：不移交，删除", "columns were collected beyond any purpose: not passed on, deleted"),
    "text": ("列的自由文本里有号码：逐处掩码后移交", "free-text columns hold identifiers: masked one by one"),
    "unknown": ("列未识别：不移交，冻结", "columns are unknown: not passed on, blocked"),
    "unread": ("张表未扫描", "tables were not scanned"),
    "aside": (
        "张表不是客户信息（员工、供应商、字典），只报告，不动",
        "tables are not customer information (staff, suppliers, dictionaries): reported, untouched",
    ),
}


def make_report(
    ctx: Context, case_id: str, lang: str, *, seconds: Mapping[str, float] | None = None, view: str = "full"
) -> Path:
    """Write `report/report-<lang>.html`, for another view `report/<view>-<lang>.html`; returns its path.

    Raises:
        InputError: for a view that there is not.
    """
    name, other = "report" if view == "full" else view, "en" if lang == "zh" else "zh"
    report = case_report(ctx, case_id, seconds=seconds or {}, other=f"{name}-{other}.html")
    path = ctx.workspace(case_id).dir("report") / f"{name}-{lang}.html"
    path.write_text(render_report(report, lang, view), encoding="utf-8")
    return path


def case_report(ctx: Context, case_id: str, *, seconds: Mapping[str, float], other: str = "") -> CaseReport:
    """Everything the report says."""
    record = ctx.case(case_id)
    case = record.case
    workspace = ctx.workspace(case_id)
    with ctx.store.transaction() as tx:
        datamap = tx.datamaps.latest(case_id)
        latest = tx.policies.in_force(case_id) or tx.policies.latest(case_id)
        population = tx.populations.latest(case_id)
        approvals = tx.approvals.of(case_id, latest.digest) if latest else ()
        certificates = tx.destructions.certificates(case_id)
        deliveries = _deliveries(tx, case_id)
        buckets = tuple(tx.custody.list(case_id))
        residuals = tuple(r.residual for r in tx.residuals.list(case_id) if r.state is ResidualState.OPEN)
        stores = tuple(tx.stores.list(case_id))
        keys = tuple(tx.keys.list(case_id))
        tasks = tx.tasks.list(case_id)
    shown = tuple(decode(ShownTable, dict(facts)) for facts in shown_tables(ctx, case_id))
    certificate = certificates[-1] if certificates else None
    exports = export_state(ctx, case_id)
    log = log_facts(ctx, case_id)
    flag = " --rehearsal" if case.rehearsal else ""
    return CaseReport(
        case=case,
        made_at=rfc3339(ctx.clock(record).now()),
        steps=_steps(ctx, case, seconds),
        data_map=datamap,
        policy=latest.policy if latest else None,
        population=population.population if population else None,
        fairness=load_fairness(workspace),
        assessment=latest_page(ctx, case_id),
        required_roles=_required(ctx, case_id),
        approvals=tuple(approvals),
        notices=_notices(ctx, workspace, case),
        cutover_at=_cutover_at(ctx, case_id),
        deliveries=deliveries,
        withdrawals=_withdrawals(ctx, case_id),
        exports=export_notes(exports) if exports else (),
        export_settled=exports is None or exports.is_settled,
        shown=shown,
        given_back=given_back(case, tasks),
        custody=_custody(buckets, certificate.certificate if certificate else None),
        certificate=certificate.certificate if certificate else None,
        revoked=revoked_note(ctx, case_id),
        certificate_sha256=certificate.digest if certificate else "",
        residuals=residuals,
        findings=_findings(datamap),
        open_points=_open_points(case, latest.policy if latest else None),
        switches=switches_shown(case, latest.policy if latest else None),
        unverified=unverified_lines(case, latest.policy if latest else None),
        duties=_duties(case, latest.policy if latest else None, population.population if population else None),
        stores=_stores(stores),
        keys=_keys(keys),
        log=log,
        bundle=f"evidence-{case_id}",
        verify_commands=(
            f"bequest verify evidence-{case_id} --trust trust.json{flag}",
            f"python3 bequest-verify.pyz evidence-{case_id} --trust trust.json{flag}",
        ),
        not_proven=not_proven(case, log),
        other_language=other,
    )


def _stores(stores: Sequence[StoreRecord]) -> tuple[StoreLine, ...]:
    return tuple(
        StoreLine(
            place=s.name, content_zh=s.content.split(" / ")[0], content_en=s.content.split(" / ")[-1],
            key=s.key_purpose, ends_on=s.ends_on,
            state=StoreState.PURGED if s.state.value == "purged" else StoreState.SEALED,
        )
        for s in stores
    )  # fmt: skip


def _keys(keys: Sequence[KeyRecord]) -> tuple[KeyLine, ...]:
    return tuple(
        KeyLine(
            purpose=k.purpose, holder=k.holder, dies_on=k.dies_on,
            state=KeyState.DESTROYED if k.state.value == "destroyed" else KeyState.LIVE,
            destroyed_at=rfc3339(k.state_at) if k.state.value == "destroyed" else "",
        )
        for k in keys
    )  # fmt: skip


def _steps(ctx: Context, case: Case, seconds: Mapping[str, float]) -> tuple[StepLine, ...]:
    with ctx.store.transaction() as tx:
        runs = {r.step: r for r in tx.steps.all(case.id)}
    done = done_steps(ctx, case.id)
    due = set(steps_of(case))
    lines = []
    for name, run_name in RUN_OF.items():
        run = runs.get(run_name)
        if run_name not in {*due, ASSESS}:
            state = StepState.NOT_DUE
        elif run_name in done:
            state = StepState.DONE
        else:
            state = StepState.RUNNING if run is not None and run.state.value == "started" else StepState.TODO
        key, zh, en = FIGURES[name]
        value = run.counts.get(key) if run else None
        took = seconds.get(run_name, run.seconds if run else None)
        lines.append(
            StepLine(
                step=name,
                state=state,
                milliseconds=int(took * 1000) if took is not None else None,
                figure=f"{value:,}" if isinstance(value, int) else "",
                caption_zh=zh if isinstance(value, int) else "",
                caption_en=en if isinstance(value, int) else "",
            )
        )
    return tuple(lines)


def _required(ctx: Context, case_id: str) -> tuple[Role, ...]:
    try:
        return approval_state(ctx, case_id).required
    except BequestError:
        return ()


def _cutover_at(ctx: Context, case_id: str) -> str:
    with ctx.store.transaction() as tx:
        run = tx.steps.latest_done(case_id, "cutover")
    return rfc3339(run.started_at) if run else ""


def _notices(ctx: Context, workspace: Workspace, case: Case) -> Notices | None:
    if not (workspace.dir("work") / "notices.parquet").is_file():
        return None
    state = register(workspace)
    channels = {"public": "public_notice"}
    answers = saved_answers(workspace)
    counted: list[AnswerCount] = []
    codes = {(fact.value, value): word for word, (fact, value) in ANSWERS.items()}
    if answers is not None:
        grouped = answers.group_by("fact", "value").len().sort("fact", "value")
        counted = [AnswerCount(answer=codes[(str(f), str(v))], persons=int(n)) for f, v, n in grouped.iter_rows()]
    with ctx.store.transaction() as tx:
        batches = tx.notices.list(case.id)
    published = published_on(workspace)
    public = state.filter(state["state"] == "published")["told_on"].drop_nulls()
    version = next(iter(sorted(workspace.dir("notices").glob("notice-*.json"))), None)
    return Notices(
        counts=tuple(NoticeCount(channel=channels.get(c, c), state=s, persons=n) for c, s, n in tally(state)),
        answers=tuple(counted),
        owed_to=state.height,
        first_sent_on=min((local_date(b.created_at, case.timezone) for b in batches), default=None),
        last_window_ends_on=window_closes(workspace, case),
        public_notice_on=_day(public.min()) or published,
        text_digest=version.stem.removeprefix("notice-") if version else "",
    )


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else None


def _signed_for(delivery: DeliveryRecord, receipts: Sequence[ReceiptRecord]) -> ReceiptState:
    if delivery.state is DeliveryState.RECEIVED:
        return ReceiptState.DECRYPTED
    return ReceiptState.CIPHERTEXT if any(r.stage == CIPHERTEXT for r in receipts) else ReceiptState.NONE


def _deliveries(tx: Tx, case_id: str) -> tuple[DeliveryLine, ...]:
    lines = []
    for d in (d for d in tx.deliveries.list(case_id) if d.state is not DeliveryState.ABORTED):
        parts = tx.deliveries.parts(case_id, d.delivery_id)
        receipts = [r for r in tx.receipts.of(case_id, d.delivery_id) if r.stage != UNDERTAKEN]
        values = _values_of(tx, case_id, d.delivery_id)
        lines.append(
            DeliveryLine(
                delivery_id=d.delivery_id,
                lot=d.lot,
                receiver=_receiver_id(tx, case_id, d.lot),
                files=len(parts),
                rows=sum(p.n_rows for p in parts),
                values=values,
                size_bytes=sum(p.n_bytes for p in parts),
                manifest_digest=d.manifest_digest,
                sealed_at=rfc3339(d.state_at),
                receipt=_signed_for(d, receipts),
                receipt_at=receipts[-1].signed_at if receipts else "",
                receipt_by=receipts[-1].signer if receipts else "",
                receipt_fingerprint=receipts[-1].fingerprint if receipts else "",
            )
        )
    return tuple(lines)


def _withdrawals(ctx: Context, case_id: str) -> tuple[WithdrawalLine, ...]:
    return tuple(
        WithdrawalLine(
            message_id=m.message_id, receiver=m.receiver, told_at=m.created_at, rows=m.asked[0], cells=m.asked[1],
            rows_done=m.done[0] if m.done else 0, cells_done=m.done[1] if m.done else 0, executed_at=m.executed_at,
        )
        for m in passed_on(ctx, case_id)
    )  # fmt: skip


def _values_of(tx: Tx, case_id: str, delivery_id: str) -> int | None:
    """The values of a delivery: its own count where the case has several, else that of the step."""
    for r in tx.steps.all(case_id):
        if r.step in {"deliver", WAVE} and r.state == "done" and f"values:{delivery_id}" in r.counts:
            found = r.counts[f"values:{delivery_id}"]
            return found if isinstance(found, int) else None
    run = tx.steps.latest_done(case_id, "deliver")
    values = run.counts.get("values") if run else None
    return values if isinstance(values, int) else None


def _receiver_id(tx: Tx, case_id: str, lot_id: str) -> str:
    case = tx.cases.get(case_id).case
    return next((lot.receiver for lot in case.lots if lot.id == lot_id), "")


def _custody(buckets: tuple[BucketRecord, ...], certificate: Certificate | None) -> tuple[CustodyBucket, ...]:
    article = certificate.kept[0].article if certificate and certificate.kept else ""
    return tuple(
        CustodyBucket(
            due_month=b.due_month,
            what_zh="依法留存的记录",
            what_en="records kept by law",
            article=article,
            custodian=b.keeper,
            rows=b.n_rows,
            values=b.n_values,
        )
        for b in buckets
    )


def _findings(datamap: DataMap | None) -> tuple[FindingNote, ...]:
    """The usual faults, as far as the data map shows them (requirement R13)."""
    if datamap is None:
        return ()
    inside = [t for t in datamap.tables if t.in_case]
    columns = [(t, c) for t in inside for c in t.columns]
    secrets = sum(c.cls is FieldClass.PASSWORD_SECRET for _, c in columns)
    over = sum(c.need is Need.OVER_COLLECTED for _, c in columns)
    text = sum(c.cls is FieldClass.FREE_TEXT and bool(c.in_text) for _, c in columns)
    unknown = len(datamap.unknown_columns())
    unread = sum(t.state is TableState.NOT_SCANNED for t in datamap.tables)
    aside = [t for t in datamap.tables if not t.in_case]
    counts = {
        "passwords": secrets,
        "over": over,
        "text": text,
        "unknown": unknown,
        "unread": unread,
        "aside": len(aside),
    }
    notes = [
        FindingNote(zh=FINDINGS[k][0], en=FINDINGS[k][1], count=n, grave=k not in {"text", "aside"})
        for k, n in counts.items()
    ]
    return tuple(n for n in notes if n.count)


def _open_points(case: Case, policy: Policy | None) -> tuple[OpenPoint, ...]:
    if policy is None:
        return ()
    used = sorted({p for d in policy.decisions for p in d.open_points})
    texts = {p.id: p for p in pack_of(case).open_points.values()}
    counsel = next((p.id for p in case.people if SPEAK_FOR_THE_LAW & set(p.roles)), "")
    chosen = {s.open_point: s for s in switches_of(case) if s.by and s.open_point}
    return tuple(
        OpenPoint(
            code=p,
            articles=texts[p].articles,
            zh=texts[p].zh,
            en=texts[p].en,
            chosen_zh=chosen[p].followed.zh if p in chosen else texts[p].default_zh,
            chosen_en=chosen[p].followed.en if p in chosen else texts[p].default_en,
            chosen_by=chosen[p].by if p in chosen else counsel,
        )
        for p in used
        if p in texts
    )


def _duties(case: Case, policy: Policy | None, population: Population | None) -> tuple[Duty, ...]:
    routes = [lot.legal_route for lot in case.lots]
    facts = case_facts(case, policy, population)
    found = case_duties(pack_of(case), case.event, routes, facts, on=case.effective_on)
    return tuple(Duty(zh=d.zh, en=d.en, due_on=None, keeper=d.owner, articles=d.articles) for d in found)

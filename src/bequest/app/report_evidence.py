"""What the report says of the evidence log: its head, who cosigned it, and what the case leaves unproven."""

from collections.abc import Iterable

from bequest.app.agreements import return_task
from bequest.app.context import Context
from bequest.app.evidence import log_origin, open_log
from bequest.app.revoke_certificate import revocation
from bequest.app.witnesses import witness_keys
from bequest.documents.report.content import GivenBack, LogFacts, Note
from bequest.evidence.checkpoint import parse_checkpoint
from bequest.evidence.checks.later import REASONS
from bequest.evidence.checks.log import said
from bequest.kernel.clock import rfc3339
from bequest.model.case import ENTRUSTS, MOVES_NOTHING, Case
from bequest.store.task_records import TaskRecord, TaskState


def log_facts(ctx: Context, case_id: str) -> LogFacts | None:
    """The log as it stands, and who cosigned its head; None where nothing is published yet."""
    case = ctx.case(case_id).case
    rules = case.evidence
    with open_log(ctx, case_id) as log:
        checkpoint = log.checkpoint
        note = checkpoint.note if checkpoint else ""
        cosignatures = parse_checkpoint(note, log.key, witness_keys(case)).cosignatures if note else ()
        stamp = log.heads.stamped(checkpoint.size, rules.tsa_roots) if checkpoint else None
        anchors = [a for head in log.heads.all() for a in log.heads.anchors(head.size)]
        last = max((leaf.at for leaf in log.entries()), default=None)
    if checkpoint is None:
        return None
    return LogFacts(
        origin=log_origin(ctx, case_id),
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        published_at=rfc3339(last) if last else "",
        cosigned=tuple(said([c]) for c in cosignatures),
        named=len(rules.witnesses),
        quorum=rules.quorum,
        stamped=f"{stamp.authority} {rfc3339(stamp.at)}" if stamp else "",
        anchored=tuple((f"{a.platform} {a.reference}", a.registered_at) for a in anchors),
    )


def revoked_note(ctx: Context, case_id: str) -> Note | None:
    """That the certificate no longer holds, and why; None where it does."""
    found = revocation(ctx, case_id)
    if found is None:
        return None
    zh, en = REASONS[found.reason]
    number, day = found.certificate_id, found.at[:10]
    return Note(zh=f"证明 {number} 已于 {day} 撤销：{zh}。", en=f"Certificate {number} was revoked on {day}: {en}.")


def given_back(case: Case, tasks: Iterable[TaskRecord]) -> tuple[GivenBack, ...]:
    """The lots of an entrusting that were returned or deleted, as somebody of the case attested."""
    lots = {return_task(lot): lot.id for lot in case.lots}
    return tuple(
        GivenBack(lot=lots[t.task_id], outcome=t.outcome, at=rfc3339(t.state_at), evidence=t.evidence_digest)
        for t in tasks
        if t.task_id in lots and t.state is TaskState.DONE
    )


def not_proven(case: Case, log: LogFacts | None) -> tuple[Note, ...]:
    """What this case leaves unproven beyond the limits that every certificate prints."""
    alone = Note(
        zh="日志自行公布，没有见证人：能证明顺序和完整，不能证明不存在另一份历史。",
        en="The log is self-published without witnesses: it proves order and completeness, not that no second "
        "history exists.",
    )
    seen = Note(
        zh="日志头经见证人会签：见证人须独立于日志的保管者，全部串通则不能排除另一份历史。是否独立由读者判断。",
        en="Witnesses cosigned the head of the log: unless all of them act together with its keeper, there is no "
        "second history. Whether they are independent is for the reader to judge.",
    )
    notes = [
        Note(
            zh="本案由一个操作系统账户运行：谁坐在键盘前，系统不作区分；批准和签收用各人自己的密钥。",
            en="This case ran under one account of the operating system, which does not tell who sat there; approvals "
            "and receipts bear each person's own key.",
        ),
        seen if log and log.cosigned else alone,
        Note(zh="交换分区和内存不在声明范围之内。", en="Swap space and memory are outside what is claimed."),
    ]
    if case.event in ENTRUSTS:
        notes.append(
            Note(
                zh="返还或者删除凭受托方的证明和案内人员的具结，受托方的系统未经查找；委托期间的监督核查在任务中。",
                en="Return or deletion rests on the processor's proof and on the word of somebody of the case; the "
                "processor's systems were not searched. How it was supervised meanwhile is in the tasks.",
            )
        )
    if case.event in MOVES_NOTHING:
        notes.append(
            Note(
                zh="没有移交，只以两点为据：本系统只读数据源，日志中没有导出或者销毁的意图。系统之外的复制不在视野之内。",
                en="That nothing moved rests on two facts: this system only read the sources, and the closed log holds "
                "no intent to export or destroy. Copies made outside it are out of sight.",
            )
        )
    return tuple(notes)

"""The closed list of what a log entry can say, each with its meaning in both languages."""

from enum import StrEnum


class EventType(StrEnum):
    """What happened. An `….intent` is published before the act, its `….outcome` tells how the act ended."""

    CASE_OPENED = "case.opened"
    CASE_CHANGED = "case.changed"
    AUTHORITY_ATTACHED = "authority.attached"
    ROLE_CHANGED = "role.changed"
    KEY_CREATED = "key.created"
    KEY_RELEASED = "key.released"
    KEY_DESTROYED = "key.destroyed"
    KEY_REWRAP_INTENT = "key.rewrap.intent"
    KEY_REWRAP_OUTCOME = "key.rewrap.outcome"
    CLOCK_MOVED = "clock.moved"
    STEP_ORDERED = "step.ordered"
    ACCESS_READ = "access.read"
    SOURCE_REGISTERED = "source.registered"
    SOURCE_INVENTORY = "source.inventory"
    SOURCE_CHANGED = "source.changed"
    COPY_REGISTERED = "copy.registered"
    DATAMAP_PROPOSED = "datamap.proposed"
    DATAMAP_CONFIRMED = "datamap.confirmed"
    SUBJECT_LINKED = "subject.linked"
    SUBJECT_REVIEWED = "subject.reviewed"
    RISK_ASSESSED = "risk.assessed"
    IMPACT_FILED = "impact.filed"
    POLICY_PROPOSED = "policy.proposed"
    PLAN_APPROVED = "plan.approved"
    PLAN_REFUSED = "plan.refused"
    PLAN_CONDITIONED = "plan.conditioned"
    PLAN_SETTLED = "plan.settled"
    APPROVAL_VOIDED = "approval.voided"
    POPULATION_DECIDED = "population.decided"
    NOTICE_TRIED = "notice.tried"
    NOTICE_INTENT = "notice.intent"
    NOTICE_OUTCOME = "notice.outcome"
    NOTICE_PUBLISHED = "notice.published"
    NOTICE_REPORTED = "notice.reported"
    ANSWERS_RECEIVED = "answers.received"
    WINDOW_CLOSED = "window.closed"
    CUTOVER_INTENT = "cutover.intent"
    CUTOVER_OUTCOME = "cutover.outcome"
    DISPOSITION_FIXED = "disposition.fixed"
    TABLE_SHOWN = "table.shown"
    EXPORT_INTENT = "export.intent"
    EXPORT_OUTCOME = "export.outcome"
    DELIVERY_SENT = "delivery.sent"
    DELIVERY_CARRIED = "delivery.carried"
    DELIVERY_RECEIPT = "delivery.receipt"
    WITHDRAWAL_SENT = "withdrawal.sent"
    WITHDRAWAL_RECEIPT = "withdrawal.receipt"
    CUSTODY_SEALED = "custody.sealed"
    CUSTODY_HANDED_OVER = "custody.handed-over"
    VERIFIER_SAMPLED = "verifier.sampled"
    DESTRUCTION_INTENT = "destruction.intent"
    DESTRUCTION_OUTCOME = "destruction.outcome"
    SCRUB_DECIDED = "scrub.decided"
    SCRUB_INTENT = "scrub.intent"
    SCRUB_OUTCOME = "scrub.outcome"
    RESCAN_STARTED = "rescan.started"
    RESCAN_REPORT = "rescan.report"
    ADJUDICATION_INTENT = "adjudication.intent"
    ADJUDICATION_OUTCOME = "adjudication.outcome"
    CERTIFICATE_ISSUED = "certificate.issued"
    CERTIFICATE_REFUSED = "certificate.refused"
    CERTIFICATE_REVOKED = "certificate.revoked"
    TASK_OPENED = "task.opened"
    TASK_DONE = "task.done"
    FEEDBACK_SENT = "feedback.sent"
    HOLD_INTENT = "hold.intent"
    HOLD_OUTCOME = "hold.outcome"
    HOLD_SET = "hold.set"
    HOLD_LIFTED = "hold.lifted"
    STORE_PURGED = "store.purged"
    HEARTBEAT = "heartbeat"
    LOG_CLOSED = "log.closed"

    @property
    def is_intent(self) -> bool:
        """Whether an outcome must follow."""
        return self.value.endswith(".intent")

    @property
    def is_outcome(self) -> bool:
        """Whether an intent must have come before."""
        return self.value.endswith(".outcome")

    @property
    def outcome(self) -> "EventType":
        """The type of the outcome of this intent."""
        return EventType(self.value.removesuffix(".intent") + ".outcome")


MEANINGS: dict[EventType, tuple[str, str]] = {
    EventType.CASE_OPENED: ("立案", "the case was opened"),
    EventType.CASE_CHANGED: ("案件变更", "the case file was changed"),
    EventType.AUTHORITY_ATTACHED: ("附授权文件", "a document that gives authority was attached"),
    EventType.ROLE_CHANGED: ("案内角色变动", "a role in the case was given or taken"),
    EventType.KEY_CREATED: ("生成密钥", "a key was made"),
    EventType.KEY_RELEASED: ("释放交付密钥", "a delivery key was released"),
    EventType.KEY_DESTROYED: ("销毁密钥", "a key was destroyed"),
    EventType.KEY_REWRAP_INTENT: ("拟更换主密钥", "the master key is about to be changed, all keys sealed anew"),
    EventType.KEY_REWRAP_OUTCOME: ("更换主密钥结果", "how the change of the master key ended"),
    EventType.CLOCK_MOVED: ("演练时钟拨动", "the clock of a rehearsal was moved"),
    EventType.STEP_ORDERED: ("在控制台启动步骤", "a step was started in the console"),
    EventType.ACCESS_READ: ("读取明文", "values in clear were read out"),
    EventType.SOURCE_REGISTERED: ("登记数据源", "a source was registered"),
    EventType.SOURCE_INVENTORY: ("数据源盘点", "a source was counted"),
    EventType.SOURCE_CHANGED: ("数据源有变动", "a source was found changed"),
    EventType.COPY_REGISTERED: ("登记副本", "a further copy of a source was registered"),
    EventType.DATAMAP_PROPOSED: ("提出数据地图", "a data map was proposed"),
    EventType.DATAMAP_CONFIRMED: ("确认数据地图", "the data map was confirmed"),
    EventType.SUBJECT_LINKED: ("关联主体人", "records were linked to subjects"),
    EventType.SUBJECT_REVIEWED: ("人工认定是否同一人", "somebody said whether records are one person's"),
    EventType.RISK_ASSESSED: ("影响评估", "the impact was assessed"),
    EventType.IMPACT_FILED: ("影响评估报告存档", "the impact assessment was filled in, signed and filed"),
    EventType.POLICY_PROPOSED: ("提出处置方案", "a policy was proposed"),
    EventType.PLAN_APPROVED: ("批准方案", "the plan was approved"),
    EventType.PLAN_REFUSED: ("拒绝方案", "somebody whose approval is required refused the plan"),
    EventType.PLAN_CONDITIONED: ("批准附条件", "somebody whose approval is required set a condition"),
    EventType.PLAN_SETTLED: (
        "条件已满足或拒绝已撤回",
        "a condition was met, or a refusal withdrawn, by whoever set it",
    ),
    EventType.APPROVAL_VOIDED: ("批准失效", "an approval became void"),
    EventType.POPULATION_DECIDED: ("按方案重算", "the population was decided under the approved policy"),
    EventType.NOTICE_TRIED: ("试发告知", "a notice was sent to an address of the staff, to see it"),
    EventType.NOTICE_INTENT: ("拟发告知", "notices are about to be sent"),
    EventType.NOTICE_OUTCOME: ("告知结果", "how the sending of notices ended"),
    EventType.NOTICE_REPORTED: ("送达回执", "a carrier reported what was delivered and what came back"),
    EventType.NOTICE_PUBLISHED: ("公告", "a public notice was made"),
    EventType.ANSWERS_RECEIVED: ("收到回应", "answers were received"),
    EventType.WINDOW_CLOSED: ("异议期满", "the objection window ended"),
    EventType.CUTOVER_INTENT: ("拟切换", "the cutover is about to happen"),
    EventType.CUTOVER_OUTCOME: ("切换结果", "how the cutover ended"),
    EventType.DISPOSITION_FIXED: ("处置定稿", "the disposition of every person was fixed"),
    EventType.TABLE_SHOWN: ("匿名表已制成", "an anonymous table was made to be shown before signing"),
    EventType.EXPORT_INTENT: ("拟导出", "data are about to be exported"),
    EventType.EXPORT_OUTCOME: ("导出结果", "how the export ended"),
    EventType.DELIVERY_SENT: ("已交付", "a delivery was handed over"),
    EventType.DELIVERY_CARRIED: (
        "已送到接收处",
        "a package or message is whole at the place where the receiver takes it",
    ),
    EventType.DELIVERY_RECEIPT: ("签收", "the receiver signed for a delivery"),
    EventType.WITHDRAWAL_SENT: ("已转告撤回与更正", "withdrawals and corrections were passed on to a receiver"),
    EventType.WITHDRAWAL_RECEIPT: ("撤回与更正已执行", "the receiver signed for having carried them out"),
    EventType.CUSTODY_SEALED: ("封存留存", "records were sealed into custody"),
    EventType.CUSTODY_HANDED_OVER: ("留存钥匙交保管人", "the key of what is kept was handed to the keeper, encrypted"),
    EventType.VERIFIER_SAMPLED: ("检验取样", "the verifier took its sample"),
    EventType.DESTRUCTION_INTENT: ("拟销毁", "data are about to be destroyed"),
    EventType.DESTRUCTION_OUTCOME: ("销毁结果", "how the destruction ended"),
    EventType.SCRUB_DECIDED: ("清理决定", "whoever runs a store decided on its scrub"),
    EventType.SCRUB_INTENT: ("拟清理存储", "a store is about to be scrubbed"),
    EventType.SCRUB_OUTCOME: ("清理结果", "how the scrub of a store ended"),
    EventType.RESCAN_STARTED: ("开始复扫", "the verifier began to search"),
    EventType.RESCAN_REPORT: ("复扫报告", "what the verifier found"),
    EventType.ADJUDICATION_INTENT: ("拟裁定命中", "somebody said what a hit of the verifier is"),
    EventType.ADJUDICATION_OUTCOME: ("裁定结果", "how the decision on a hit ended"),
    EventType.CERTIFICATE_ISSUED: ("签发销毁证明", "a destruction certificate was issued"),
    EventType.CERTIFICATE_REFUSED: ("拒发销毁证明", "a destruction certificate was refused"),
    EventType.CERTIFICATE_REVOKED: ("撤销证明", "a certificate was revoked"),
    EventType.TASK_OPENED: ("开立任务", "a task was opened for somebody who holds data"),
    EventType.TASK_DONE: ("任务办结", "somebody attested that a task is done"),
    EventType.FEEDBACK_SENT: ("结果反馈", "people were told the result"),
    EventType.HOLD_INTENT: ("拟设定或解除冻结令", "a legal hold is about to be set or lifted"),
    EventType.HOLD_OUTCOME: ("冻结令结果", "whom a legal hold set or lifted is about"),
    EventType.HOLD_SET: ("设定冻结", "a hold was set"),
    EventType.HOLD_LIFTED: ("解除冻结", "a hold was lifted"),
    EventType.STORE_PURGED: ("清除自留库", "a store of our own was purged"),
    EventType.HEARTBEAT: ("在运行", "the case is open and the log is alive"),
    EventType.LOG_CLOSED: ("日志关闭", "the log was closed"),
}

MOVING = frozenset(
    {
        EventType.EXPORT_INTENT,
        EventType.EXPORT_OUTCOME,
        EventType.DELIVERY_SENT,
        EventType.DELIVERY_CARRIED,
        EventType.DELIVERY_RECEIPT,
        EventType.WITHDRAWAL_SENT,
        EventType.WITHDRAWAL_RECEIPT,
        EventType.KEY_RELEASED,
        EventType.CUSTODY_SEALED,
        EventType.CUSTODY_HANDED_OVER,
        EventType.DESTRUCTION_INTENT,
        EventType.DESTRUCTION_OUTCOME,
        EventType.SCRUB_INTENT,
        EventType.SCRUB_OUTCOME,
        EventType.CERTIFICATE_ISSUED,
    }
)
"""What a case that moves nothing (E1, E2) must not have in its log."""

RELEASING = frozenset(
    {
        EventType.EXPORT_INTENT,
        EventType.EXPORT_OUTCOME,
        EventType.DELIVERY_SENT,
        EventType.DELIVERY_CARRIED,
        EventType.DELIVERY_RECEIPT,
        EventType.WITHDRAWAL_SENT,
        EventType.WITHDRAWAL_RECEIPT,
        EventType.KEY_RELEASED,
    }
)
"""What a case in which nobody receives (E7, E9) must not have in its log."""

RETURN_TASK = "return-"
"""How the key of a task begins by which a lot that was entrusted comes back."""

ENDING = frozenset(
    {
        EventType.CUSTODY_SEALED,
        EventType.CUSTODY_HANDED_OVER,
        EventType.DESTRUCTION_INTENT,
        EventType.DESTRUCTION_OUTCOME,
        EventType.SCRUB_INTENT,
        EventType.SCRUB_OUTCOME,
        EventType.CERTIFICATE_ISSUED,
    }
)
"""What a case that entrusts (E12) must not have in its log: the transferor goes on with its copy."""

NEEDS_APPROVAL = frozenset(
    {EventType.EXPORT_INTENT, EventType.DESTRUCTION_INTENT, EventType.SCRUB_INTENT, EventType.CUTOVER_INTENT}
)
"""What may stand in the log only behind an approved plan, and cannot be undone: witnesses see each intent first."""

BEHIND_APPROVAL = NEEDS_APPROVAL | {EventType.TABLE_SHOWN}
"""The same with what shows people anything: all that an approved plan must come before."""

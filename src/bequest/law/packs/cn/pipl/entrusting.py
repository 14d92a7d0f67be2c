"""What a processor who is entrusted gets (E12): what the agreed purpose needs, no right of its own. PIPL Art. 21.

The transferor stays the processor and goes on with its copy, so nothing here speaks of deleting; nobody is asked and
an objection changes nothing, for nobody new decides on anything.
"""

# ruff: noqa: ARG001 - every rule is given the same four things

from datetime import date

from bequest.law.packs.cn.groups import ENTRUSTS
from bequest.law.packs.cn.pipl.release import operator_for
from bequest.law.params import Params
from bequest.law.rule import IN_CASE, Answer, FactView, LotView, rule
from bequest.model.case import LegalRoute
from bequest.model.datamap import NEVER_PASSES, FieldClass, Need
from bequest.model.disposition import Operator, ReasonStatus
from bequest.model.facts import Fact, RecordClass, RowRole
from bequest.model.plan import FieldKind

PIPL = date(2021, 11, 1)
_STAYS = Answer(("exclude", "stays_in_use"))
_BEYOND = frozenset({Need.NOT_NEEDED, Need.NEW_PURPOSE, Need.OVER_COLLECTED})


@rule(
    "cn.pipl.not_entrusted",
    gate="scope",
    reads={Fact.SCOPE},
    events=ENTRUSTS,
    reference=("PIPL-6", "PIPL-21"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="不在委托范围之内：不交给受托人，照旧使用。",
    en="Outside what is entrusted: it does not go to the processor and stays in use.",
)
def not_entrusted(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 21: the contract names the kinds of information; what no lot names is not entrusted."""
    return Answer(("no_transfer",)) if lot.outside or facts.has(Fact.SCOPE, "outside") else None


@rule(
    "cn.pipl.entrusted_by_contract_alone",
    gate="route",
    reads=(),
    events=ENTRUSTS,
    routes=frozenset(LegalRoute) - {LegalRoute.PIPL_21},
    always=True,
    reference=("PIPL-21", "PIPL-23"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="委托处理只能按第 21 条：其他路径意味着对方成为处理者，须另案办理；冻结，待律师决定。",
    en="Entrusting goes by Art. 21 alone: on another route the other side would become a processor of its own, which "
    "is another case; blocked until counsel decides.",
)
def entrusted_by_contract_alone(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Who decides on purpose and method himself is no entrusted party (Art. 73(1)), and Art. 23 asks for consent."""
    return Answer(("block_for_counsel",))


@rule(
    "cn.pipl.unknown_column_not_entrusted",
    gate="unknown",
    reads=(),
    events=ENTRUSTS,
    reference=("PIPL-21", "PIPL-51"),
    status=ReasonStatus.OURS,
    since=PIPL,
    zh="尚未弄清这一列是什么：合同无从写明其种类，不交给受托人。",
    en="Nobody has said what this column is: no contract can name its kind, so it does not go to the processor.",
)
def unknown_column_not_entrusted(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 21 asks the contract to name the kinds of information."""
    return _STAYS if field.cls is FieldClass.UNKNOWN else None


@rule(
    "cn.pipl.unknown_records_not_entrusted",
    gate="unknown",
    reads=(),
    events=ENTRUSTS,
    record_classes={RecordClass.OTHER} & IN_CASE,
    always=True,
    reference=("PIPL-21", "PIPL-51"),
    status=ReasonStatus.OURS,
    since=PIPL,
    zh="尚未弄清这些记录的类别：不交给受托人。",
    en="Nobody has said what kind of records these are: they do not go to the processor.",
)
def unknown_records_not_entrusted(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Records of unknown class are treated like an unknown column."""
    return _STAYS


@rule(
    "cn.pipl.secrets_not_entrusted",
    gate="secret",
    reads=(),
    events=ENTRUSTS,
    reference=("PIPL-6", "PIPL-28", "JRT-4.2"),
    status=ReasonStatus.OURS,
    since=PIPL,
    zh="口令、密钥和生物识别等鉴别信息不交给受托人，照旧使用。",
    en="Passwords, keys and biometrics do not go to the processor and stay in use.",
)
def secrets_not_entrusted(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """The financial standard names class C3 as not shared; that it holds for entrusting as well is our caution."""
    return _STAYS if field.cls in NEVER_PASSES else None


@rule(
    "cn.pipl.staff_not_entrusted",
    gate="need",
    reads=(),
    events=ENTRUSTS,
    roles={RowRole.STAFF},
    always=True,
    reference=("PIPL-6",),
    status=ReasonStatus.OURS,
    since=PIPL,
    zh="客户记录中的员工信息不交给受托人。",
    en="Staff named in a customer's record do not go to the processor.",
)
def staff_not_entrusted(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """What is entrusted is about customers; who typed the record is none of it."""
    return _STAYS


@rule(
    "cn.pipl.beyond_the_contract",
    gate="need",
    reads=(),
    events=ENTRUSTS,
    reference=("PIPL-6", "PIPL-21"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="受托的目的不需要：不交给受托人。",
    en="The purpose that is entrusted does not need it: it does not go to the processor.",
)
def beyond_the_contract(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 6: no more than the purpose needs; Art. 21 binds the processor to the purpose agreed."""
    return _STAYS if field.need in _BEYOND else None


_ENTRUSTED = {
    op: Answer(("entrusted_processing",) if op is Operator.NONE else ("entrusted_processing", "reduce"), operator=op)
    for op in Operator
}


@rule(
    "cn.pipl.entrusted",
    gate="transfer",
    reads=(),
    events=ENTRUSTS,
    routes={LegalRoute.PIPL_21},
    always=True,
    releases=True,
    reference=("PIPL-21", "PIPL-59", "NDSR-12"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="委托处理，不是移交：按合同约定的目的、期限、方式、种类和保护措施交给受托人，无须个人另行同意；不得转委托，"
    "结束后返还或者删除。",
    en="Entrusted, not passed on: it goes to the processor by a contract on purpose, term, method, kinds and "
    "protection, without a consent of its own; no sub-entrusting, and return or deletion at its end.",
)
def entrusted(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 21: the one who is entrusted gets no right of its own; it cannot hand on to a buyer."""
    return _ENTRUSTED[operator_for(field)]

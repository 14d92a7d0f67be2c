"""What the case touches at all, and on what route anything can pass: PIPL Arts. 17, 21, 22, 23."""

# ruff: noqa: ARG001 - every rule is given the same four things

from datetime import date

from bequest.law.packs.cn.groups import ANSWERED, DISPOSES, GOES_ON, HANDS_OVER
from bequest.law.params import Params
from bequest.law.rule import IN_CASE, NOT_IN_CASE, Answer, FactView, LotView, Rest, rule
from bequest.model.case import Event, LegalRoute
from bequest.model.datamap import FieldClass
from bequest.model.disposition import ReasonStatus
from bequest.model.facts import Fact, RecordClass
from bequest.model.plan import FieldKind

PIPL = date(2021, 11, 1)


@rule(
    "cn.pipl.not_customer_records",
    gate="case",
    reads=(),
    events=ANSWERED,
    record_classes=NOT_IN_CASE,
    always=True,
    reference=("PIPL-4",),
    status=ReasonStatus.OURS,
    since=PIPL,
    zh="员工、供应商和参考数据不属于客户信息：只报告，不处理。",
    en="Staff, supplier and reference tables are no customer information: reported, not touched.",
)
def not_customer_records(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Tables outside the case stay as they are."""
    return Answer(("no_transfer",))


@rule(
    "cn.pipl.share_deal",
    gate="scope",
    reads=(),
    events={Event.E2},
    always=True,
    reference=("PIPL-17",),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="股权转让不改变个人信息处理者：不移交、不删除；告知事项有变更的，应当告知个人。",
    en="A share deal does not change the processor: nothing is passed on or deleted; items that change are told.",
)
def share_deal(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """The company stays the processor whoever owns its shares; Art. 17(2) asks to tell what changes."""
    return Answer(("no_transfer", "notice_required"))


@rule(
    "cn.pipl.rename",
    gate="scope",
    reads=(),
    events={Event.E1},
    always=True,
    reference=("PIPL-17",),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="变更名称、住所或者联系方式不改变个人信息处理者：不移交、不删除；变更的事项应当告知个人。",
    en="A new name, address or contact does not change the processor: nothing is passed on or deleted; the change is "
    "told.",
)
def rename(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 17(2): the items that change are told."""
    return Answer(("no_transfer", "notice_required"))


@rule(
    "cn.pipl.due_diligence",
    gate="scope",
    reads=(),
    events={Event.E14},
    always=True,
    reference=("PIPL-6", "PIPL-23"),
    status=ReasonStatus.DERIVED,
    since=PIPL,
    zh="签约前的尽职调查：只给汇总或者匿名的数据，不提供个人信息；确需提供的，按第 23 条另案办理。",
    en="Due diligence before signing: aggregate or anonymous data only, no personal information; what is needed all "
    "the same goes by Art. 23, in a case of its own.",
)
def due_diligence(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 6: nobody needs a customer's name to value a business; Art. 23 for whatever is shown all the same."""
    return Answer(("no_transfer",))


@rule(
    "cn.pipl.outside_the_lot",
    gate="scope",
    reads={Fact.SCOPE},
    events=GOES_ON | {Event.E4, Event.E5},
    reference=("PIPL-6", "PIPL-22"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="不在移交的业务范围之内：不移交，继续由转出方使用。",
    en="Outside the business that is passed on: it stays with the transferor, untouched.",
)
def outside_the_lot(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 6: no more than the purpose needs; what lies outside the lot is no part of the succession."""
    if lot.outside or facts.has(Fact.SCOPE, "outside"):
        return Answer(("no_transfer",))
    return None


@rule(
    "cn.pipl.dispute_when_it_ends",
    gate="scope",
    reads={Fact.SCOPE, Fact.DISPUTE},
    events={Event.E6, Event.E8},
    reference=("PIPL-44", "PIPL-46", "PIPL-47"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="公司终止，无承继人，而本人提出的争议尚未了结：全部冻结，不删除，由有权的人决定交保管人。",
    en="The company ends without a successor for these records while the person's dispute is open: blocked, not "
    "deleted, until somebody with the right to do so settles them to a keeper.",
)
def dispute_when_it_ends(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Arts. 44, 46: what is in dispute is evidence for both sides, also of a company that goes under."""
    if not (lot.outside or facts.has(Fact.SCOPE, "outside")):
        return None
    return Answer(("freeze_or_flag",)) if facts.has(Fact.DISPUTE, "open") else None


@rule(
    "cn.pipl.dispute_record_when_it_ends",
    gate="scope",
    reads={Fact.SCOPE},
    events={Event.E6, Event.E8},
    record_classes={RecordClass.DISPUTE},
    reference=("PIPL-44", "PIPL-46", "PIPL-50"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="公司终止，争议记录无承继人：冻结，不删除，由有权的人决定交保管人。",
    en="The company ends and a record of a dispute has no successor: blocked, not deleted, until it is settled.",
)
def dispute_record_when_it_ends(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """It is evidence for both sides; somebody must first look at it."""
    return Answer(("freeze_or_flag",)) if lot.outside or facts.has(Fact.SCOPE, "outside") else None


@rule(
    "cn.pipl.outside_when_it_ends",
    gate="scope",
    reads={Fact.SCOPE},
    events={Event.E6, Event.E8},
    leaves_rest=True,
    reference=("PIPL-47", "G35273-9.3"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="公司终止，这些记录没有承继人：不移交；须保存的封存，其余删除。",
    en="The company ends and these records have no successor: left out; what must be kept goes to custody, all else "
    "is deleted.",
)
def outside_when_it_ends(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 47(1), (2): what nobody takes over has lost its purpose; the standard says so for bankruptcy."""
    if lot.outside or facts.has(Fact.SCOPE, "outside"):
        return Answer(("exclude",), rest=Rest.BY_DUTY)
    return None


@rule(
    "cn.pipl.outside_a_merger",
    gate="scope",
    reads={Fact.SCOPE},
    events={Event.E3},
    reference=("CC-67", "CO-221", "PIPL-22"),
    status=ReasonStatus.OURS,
    since=PIPL,
    zh="合并由存续或者新设的公司承继全部权利义务，不应有范围之外的记录：冻结，先划入批次。",
    en="A merger passes all rights and duties to the company that remains, so nothing should lie outside: blocked "
    "until "
    "a lot takes it in.",
)
def outside_a_merger(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Civil Code Art. 67 leaves no remainder; what no lot names is a slip of the case file, not a ground to delete."""
    if lot.outside or facts.has(Fact.SCOPE, "outside"):
        return Answer(("block_for_counsel",))
    return None


@rule(
    "cn.pipl.list_by_art_22",
    gate="route",
    reads=(),
    events={Event.E10, Event.E13},
    routes={LegalRoute.PIPL_22},
    always=True,
    reference=("PIPL-22", "PIPL-23", "AUD-G7"),
    status=ReasonStatus.OPEN,
    since=PIPL,
    zh="单独出售名单或者账户不是业务承继，不宜按第 22 条告知了事：冻结，待律师改按第 23 条。",
    en="Selling a list or an account by itself is no succession, and notice under Art. 22 will not do: blocked until "
    "counsel goes by Art. 23.",
)
def list_by_art_22(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """The narrow reading of 等: see the open point PIPL-22a."""
    return Answer(("block_for_counsel",), open_points=("PIPL-22a",))


@rule(
    "cn.pipl.no_route",
    gate="route",
    reads=(),
    events=HANDS_OVER,
    routes=frozenset(LegalRoute) - {LegalRoute.PIPL_22, LegalRoute.PIPL_23},
    always=True,
    reference=("PIPL-22", "PIPL-23"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="该批次没有选定可以移交的法律路径（第 22 条或者第 23 条）：冻结，待律师决定。",
    en="The lot has no route on which it could pass (Art. 22 or Art. 23): blocked until counsel decides.",
)
def no_route(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """The route is counsel's choice and never inferred; Arts. 17 and 21 pass nothing on."""
    return Answer(("block_for_counsel",))


@rule(
    "cn.pipl.unknown_column",
    gate="unknown",
    reads=(),
    events=DISPOSES,
    reference=("PIPL-6", "PIPL-51"),
    status=ReasonStatus.OURS,
    since=PIPL,
    zh="尚未弄清这一列是什么：不移交，冻结，待人工分类。",
    en="Nobody has said what this column is: nothing passes, blocked until it is classified.",
)
def unknown_column(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 51(2) asks for classification; what is not classified can be neither passed on nor deleted safely."""
    return Answer(("block_for_counsel",)) if field.cls is FieldClass.UNKNOWN else None


@rule(
    "cn.pipl.unknown_records",
    gate="unknown",
    reads=(),
    events=DISPOSES,
    record_classes={RecordClass.OTHER} & IN_CASE,
    always=True,
    reference=("PIPL-6", "PIPL-51"),
    status=ReasonStatus.OURS,
    since=PIPL,
    zh="尚未弄清这些记录的类别：不移交，冻结，待人工分类。",
    en="Nobody has said what kind of records these are: nothing passes, blocked until they are classified.",
)
def unknown_records(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Records of unknown class are treated like an unknown column."""
    return Answer(("block_for_counsel",))

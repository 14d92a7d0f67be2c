"""Whose data a column is: groups of columns by the words before their heads, else by the table."""

from bequest.model.datamap import FieldClass
from bequest.model.facts import RecordClass, RowRole
from bequest.steps.discover import lexicon
from bequest.steps.discover.context import TableContext, Topic
from bequest.steps.discover.matching import mentions, words_of
from bequest.steps.discover.sample import ColumnInfo, TableSample
from bequest.steps.discover.words import has_han, listed

_GROUPS: tuple[tuple[RowRole, tuple[str, ...]], ...] = (
    (RowRole.EMERGENCY_CONTACT, listed("emergency, urgent, 紧急联系, 应急联系, 紧急")),
    (RowRole.GUARDIAN, listed("guardian, father, mother, 监护人, 家长, 父亲, 母亲, 监护")),
    (RowRole.INVOICE_RECIPIENT, listed("invoice, bill, billing, fapiao, 发票, 收票, 开票, 抬头")),
    (
        RowRole.CONSIGNEE,
        listed(
            """consignee, receiver, recipient, receive, shipping, ship, delivery, deliver, addressee, shouhuo,
            shouhuoren, 收货, 收件, 配送地址, 送货"""
        ),
    ),
    (
        RowRole.STAFF,
        listed(
            """create, created, creator, update, updated, updater, modify, modified, modifier, operator, operate,
            oper, handler, handle, auditor, audit, approver, agent, assignee, cashier, salesman, clerk, verify,
            check, staff, employee, emp, admin, doctor, nurse, execute, executor, log, 创建, 更新人, 更新者,
            修改人, 修改者, 操作人, 操作员, 操作者, 经办, 处理人, 审核人, 审核员, 审批人, 制单, 录入, 客服, 坐席,
            业务员, 销售员, 员工, 工号, 医生, 收银员, 店员, 导购"""
        ),
    ),
    (RowRole.SUPPLIER_CONTACT, listed("supplier, vendor, 供应商, 供货商")),
)
_OF_PEOPLE = frozenset(FieldClass) - {FieldClass.NOT_PI, FieldClass.UNKNOWN}
_REFERENCES = frozenset({FieldClass.USER_ID, FieldClass.USERNAME, FieldClass.PERSON_NAME})


def role_of(cls: FieldClass, personal: bool, column: ColumnInfo, context: TableContext, sample: TableSample) -> RowRole:
    """The role of the person a column is about; `record` where it is about nobody."""
    if cls not in _OF_PEOPLE:
        return RowRole.RECORD
    group = _group_of(column, cls)
    record = record_class_of(sample, context)
    if record is RecordClass.STAFF:
        return RowRole.EMERGENCY_CONTACT if group is RowRole.EMERGENCY_CONTACT else RowRole.STAFF
    if group is not None and (personal or group in {RowRole.INVOICE_RECIPIENT, RowRole.CONSIGNEE}):
        return group
    if not personal:
        return RowRole.RECORD
    if _is_nested_contact(column.name):
        return RowRole.SUPPLIER_CONTACT if record is RecordClass.SUPPLIER else RowRole.MENTIONED
    if record is RecordClass.SUPPLIER or context.topic is Topic.ORGANISATION:
        return RowRole.SUPPLIER_CONTACT if record is RecordClass.SUPPLIER else RowRole.UNKNOWN
    if record is RecordClass.ADDRESS_BOOK and cls not in {FieldClass.USER_ID, FieldClass.USERNAME}:
        return RowRole.CONSIGNEE
    if record is RecordClass.REFERENCE:
        return RowRole.UNKNOWN
    if _is_contact(column, context):
        return RowRole.ENTERPRISE_CONTACT
    return RowRole.CUSTOMER


def _group_of(column: ColumnInfo, cls: FieldClass) -> RowRole | None:
    """The first group one of whose words occurs in the name or the opening of the comment."""
    words = set(words_of(column.said))
    for text, tokens in ((column.name, words), (column.comment[:14], set())):
        for role, group in _GROUPS:
            if role is RowRole.STAFF and cls not in _REFERENCES:
                continue
            if any((w in text) if has_han(w) else (w in tokens) for w in group):
                return role
    return None


def _is_nested_contact(name: str) -> bool:
    """Whether the column is a field of a nested object about a person (`contact.name`)."""
    parent = name.rsplit(".", 1)[0] if "." in name else ""
    return bool(parent) and mentions(parent, lexicon.PEOPLE)


def _is_contact(column: ColumnInfo, context: TableContext) -> bool:
    words = set(words_of(column.said))
    named = "contact" in words or "linkman" in words or "联系人" in column.name or column.comment.startswith("联系人")
    return named and context.topic is not Topic.EVENT


def record_class_of(sample: TableSample, context: TableContext) -> RecordClass:
    """What kind of record a row of the table is, by its name, comment and topic."""
    both = f"{sample.table} {sample.comment}"
    if context.suppliers and context.topic in {Topic.ORGANISATION, Topic.PERSON, Topic.UNKNOWN}:
        return RecordClass.SUPPLIER
    for record, words in _BY_WORDS:
        if mentions(both, words) and context.topic not in {Topic.THING, Topic.ORGANISATION}:
            return RecordClass.STAFF if context.staff and record in _STAFF_TOO else record
    staff = _is_of_staff(sample, context)
    if context.topic is Topic.PERSON:
        return RecordClass.STAFF if staff else RecordClass.CUSTOMER_PROFILE
    if context.topic in {Topic.THING, Topic.ORGANISATION}:
        return RecordClass.REFERENCE
    if not context.people:
        return RecordClass.ORDER if context.orders and context.topic is Topic.EVENT else RecordClass.REFERENCE
    if mentions(both, _BENEFITS) and not context.staff:
        return RecordClass.LOYALTY_ACCOUNT
    return RecordClass.STAFF if staff else RecordClass.OTHER


def _is_of_staff(sample: TableSample, context: TableContext) -> bool:
    """Whether rows are the company's own people: a table named after staff is theirs though its comment says 用户."""
    if not context.staff or not context.customers:
        return context.staff
    return mentions(sample.table, lexicon.STAFF) and not mentions(sample.table, lexicon.CUSTOMERS)


_BENEFITS = ("coupon", "growth", "优惠券", "成长值")
"""What customers are given and use up, beside points."""
_STAFF_TOO = frozenset({RecordClass.WEB_LOG, RecordClass.ADDRESS_BOOK})
_BY_WORDS: tuple[tuple[RecordClass, tuple[str, ...]], ...] = (
    (RecordClass.OBJECTION, ("objection", "opt_out", "optout", "unsubscribe", "异议", "反对", "拒绝营销", "退订")),
    (RecordClass.CONSENT, ("consent", "authorization_letter", "privacy_agreement", "同意", "授权同意", "隐私协议")),
    (RecordClass.DISPUTE, ("dispute", "lawsuit", "litigation", "arbitration", "争议", "纠纷", "诉讼", "仲裁")),
    (
        RecordClass.TICKET,
        ("ticket", "complaint", "feedback", "consult", "工单", "投诉", "反馈", "咨询", "售后", "客诉"),
    ),
    (RecordClass.WEB_LOG, (*(w for w in lexicon.LOG_WORDS if w not in {"log", "日志", "login"}), "login", "登录日志")),
    (RecordClass.ADDRESS_BOOK, ("address", "收货地址", "地址")),
    (RecordClass.LOYALTY_ACCOUNT, ("loyalty", "points", "point", "integral", "integration", "积分", "会员卡")),
    (RecordClass.ORDER, lexicon.ORDER_WORDS),
)

"""Words for the facts that the data map asks of people, their values, and how they are read from a column."""

from collections.abc import Mapping
from typing import Final

from bequest.documents.words import Word
from bequest.model.facts import Fact

FACTS: Final[Mapping[Fact, Word]] = {
    Fact.KIND: Word("是哪种人", "kind of person"),
    Fact.AGE_BAND: Word("年龄段", "age"),
    Fact.GUARDIAN_CONSENT: Word("监护人同意", "guardian's consent"),
    Fact.OBJECTION: Word("反对", "objection"),
    Fact.DISPUTE: Word("争议", "dispute"),
    Fact.DECEASED: Word("已去世", "deceased"),
    Fact.NOTICE: Word("告知", "notice"),
    Fact.CONSENT_TRANSFER: Word("同意移交", "consent to the handover"),
    Fact.CONSENT_NEW_PURPOSE: Word("同意新用途", "consent to a new purpose"),
    Fact.ACCOUNT: Word("账户", "account"),
    Fact.OPEN_ORDER: Word("有未完订单", "open order"),
    Fact.FRESHNESS: Word("新旧", "freshness"),
    Fact.SCOPE: Word("在不在批次里", "in the lot or not"),
    Fact.ORDER_STATE: Word("订单状态", "state of the order"),
    Fact.RETENTION: Word("保存义务", "duty to keep"),
    Fact.SOFT_DELETED: Word("已标记删除", "marked as deleted"),
}
HOW: Final[Mapping[str, Word]] = {
    "map": Word("按取值对照", "values are translated"),
    "present": Word("有值即是", "any value counts"),
    "date_band": Word("由出生日期", "from a date of birth"),
    "id_band": Word("由身份证号", "from an identity number"),
}
VALUES: Final[Mapping[str, Word]] = {
    "under_14": Word("不满 14 岁", "under 14"),
    "14_17": Word("14 至 17 岁", "14 to 17"),
    "adult": Word("成年", "adult"),
    "unknown": Word("不明", "unknown"),
    "not_needed": Word("不需要", "not needed"),
    "given": Word("同意", "given"),
    "missing": Word("没有", "missing"),
    "refused": Word("拒绝", "refused"),
    "silent": Word("没有表示", "silent"),
    "none": Word("没有", "none"),
    "objected": Word("反对了", "objected"),
    "open": Word("未了结", "open"),
    "no": Word("否", "no"),
    "yes": Word("是", "yes"),
    "planned": Word("准备告知", "planned"),
    "delivered": Word("已送达", "delivered"),
    "published": Word("已公告", "published"),
    "not_told": Word("没有告知", "not told"),
    "active": Word("在用", "active"),
    "closed": Word("已注销", "closed"),
    "in_lot": Word("在批次里", "in the lot"),
    "shared": Word("共用", "shared"),
    "outside": Word("批次之外", "outside the lot"),
    "completed": Word("已完成", "completed"),
    "cancelled": Word("已取消", "cancelled"),
    "current": Word("新", "current"),
    "stale": Word("旧", "stale"),
    "staff": Word("员工", "staff"),
    "customer": Word("客户", "customer"),
    "enterprise_contact": Word("企业联系人", "company contact"),
    "guardian": Word("监护人", "guardian"),
    "supplier_contact": Word("供应商联系人", "supplier contact"),
    "prospect": Word("潜在客户", "prospect"),
    "third_party": Word("第三人", "third party"),
}
"""Of every fact but `retention`, whose values are duties of the law pack."""

"""Chinese and English words for every value of the model that a document prints; one vocabulary for all documents."""

from collections.abc import Mapping
from enum import Enum
from typing import Final, NamedTuple

from bequest.evidence.checks.later import REASONS
from bequest.model.case import (
    Event,
    KeyRelease,
    LegalRoute,
    OnSilence,
    PaperKind,
    Role,
    Scenario,
    SourceKind,
    SystemKind,
    WholeFate,
)
from bequest.model.datamap import FieldClass, Need, Standing, TableState, Verdict
from bequest.model.destruction import CertificateState, Finding, Level
from bequest.model.disposition import Operator, ReasonStatus, Release, Residue
from bequest.model.facts import RecordClass, RowRole


class Word(NamedTuple):
    """The same word in both languages."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """The word in that language; everything but `zh` gets English."""
        return self.zh if lang == "zh" else self.en


class Shape(NamedTuple):
    """How a state is drawn: colour class and symbol (`look`: circles travel, squares stay, diamonds are found)."""

    css: str
    glyph: str


RELEASE_SHAPES: Final[Mapping[Release, Shape]] = {
    Release.AS_IS: Shape("same", "asis"),
    Release.MASKED: Shape("turn", "mask"),
    Release.WAITING: Shape("till", "wait"),
    Release.NONE: Shape("none", "nogo"),
}
RESIDUE_SHAPES: Final[Mapping[Residue, Shape]] = {
    Residue.IN_USE: Shape("same", "use"),
    Residue.CUSTODY: Shape("till", "keep"),
    Residue.ANONYMISE: Shape("turn", "anon"),
    Residue.DELETE: Shape("gone", "del"),
    Residue.BLOCKED: Shape("held", "lock"),
}
FINDING_SHAPES: Final[Mapping[Finding, Shape]] = {
    Finding.CLEAR: Shape("same", "clear"),
    Finding.AS_PLANNED: Shape("till", "planned"),
    Finding.NOT_SEARCHED: Shape("none", "unseen"),
    Finding.RESIDUE: Shape("gone", "found"),
}
CERTIFICATE_SHAPES: Final[Mapping[CertificateState, Shape]] = {
    CertificateState.FINAL: Shape("same", "clear"),
    CertificateState.INTERIM: Shape("till", "planned"),
    CertificateState.REFUSED: Shape("gone", "found"),
}

_OUTCOMES: Final = (
    (Release.AS_IS, Word("原样", "as is")),
    (Release.MASKED, Word("掩码", "masked")),
    (Release.WAITING, Word("等待", "waiting")),
    (Release.NONE, Word("不交", "none")),
    (Residue.IN_USE, Word("在用", "in use")),
    (Residue.CUSTODY, Word("留存", "custody")),
    (Residue.ANONYMISE, Word("匿名", "anonymise")),
    (Residue.DELETE, Word("删除", "delete")),
    (Residue.BLOCKED, Word("冻结", "blocked")),
    (Operator.NONE, Word("不变换", "unchanged")),
    (Operator.DROP, Word("去掉", "drop")),
    (Operator.FIXED, Word("统一替换", "one fixed text")),
    (Operator.MASK, Word("遮盖", "mask")),
    (Operator.WAYBILL, Word("按运单遮盖", "masked as on a waybill")),
    (Operator.TOKEN, Word("代号", "token")),
    (Operator.GENERALISE, Word("概括", "generalise")),
    (Operator.REDACT_TEXT, Word("遮去文中信息", "redact text")),
    (Operator.CAP, Word("封顶封底", "top and bottom coding")),
    (Operator.NOISE, Word("加噪", "noise")),
    (Operator.FF1, Word("保留格式加密", "format-preserving encryption")),
    (ReasonStatus.VERIFIED, Word("已读原文", "read in the law")),
    (ReasonStatus.SECONDARY, Word("转引", "read second-hand")),
    (ReasonStatus.FROM_KNOWLEDGE, Word("凭知识，未核对", "from knowledge, not checked")),
    (ReasonStatus.DERIVED, Word("据条文推得", "derived from the articles")),
    (ReasonStatus.OPEN, Word("待定", "open")),
    (ReasonStatus.OURS, Word("自定规则", "our own rule")),
    (Finding.CLEAR, Word("未发现", "nothing found")),
    (Finding.AS_PLANNED, Word("照方案留存", "as planned")),
    (Finding.NOT_SEARCHED, Word("未检索", "not searched")),
    (Finding.RESIDUE, Word("有残留", "residue")),
    (CertificateState.FINAL, Word("终局", "final")),
    (CertificateState.INTERIM, Word("阶段性", "interim")),
    (CertificateState.REFUSED, Word("拒发", "refused")),
    *((reason, Word(*said)) for reason, said in REASONS.items()),
    (Level.LOGICAL, Word("逻辑删除", "logical")),
)

_FIELDS: Final = (
    (FieldClass.PERSON_NAME, Word("姓名", "name")),
    (FieldClass.USERNAME, Word("用户名", "user name")),
    (FieldClass.PHONE, Word("手机号", "mobile number")),
    (FieldClass.LANDLINE, Word("固定电话", "landline")),
    (FieldClass.EMAIL, Word("邮箱", "email")),
    (FieldClass.NATIONAL_ID, Word("身份证号", "identity number")),
    (FieldClass.PASSPORT, Word("护照号", "passport number")),
    (FieldClass.BANK_CARD, Word("银行卡号", "bank card")),
    (FieldClass.ACCOUNT_NUMBER, Word("账号", "account number")),
    (FieldClass.ADDRESS, Word("地址", "address")),
    (FieldClass.REGION, Word("地区", "region")),
    (FieldClass.POSTCODE, Word("邮政编码", "postcode")),
    (FieldClass.BIRTHDAY, Word("出生日期", "date of birth")),
    (FieldClass.GENDER, Word("性别", "gender")),
    (FieldClass.AGE, Word("年龄", "age")),
    (FieldClass.IP, Word("IP 地址", "IP address")),
    (FieldClass.DEVICE_ID, Word("设备号", "device id")),
    (FieldClass.SOCIAL_ID, Word("社交账号", "social account")),
    (FieldClass.LICENSE_PLATE, Word("车牌号", "licence plate")),
    (FieldClass.COMPANY_NAME, Word("单位名称", "company name")),
    (FieldClass.USCC, Word("统一社会信用代码", "credit code")),
    (FieldClass.TAX_ID, Word("税号", "tax number")),
    (FieldClass.PASSWORD_SECRET, Word("密码", "password")),
    (FieldClass.GEO_COORDINATES, Word("坐标", "coordinates")),
    (FieldClass.HEALTH, Word("健康", "health")),
    (FieldClass.EDUCATION, Word("教育", "education")),
    (FieldClass.EMPLOYMENT, Word("职业", "employment")),
    (FieldClass.AVATAR_PHOTO, Word("头像照片", "photo")),
    (FieldClass.SIGNATURE, Word("签名", "signature")),
    (FieldClass.TRACKING_NUMBER, Word("运单号", "tracking number")),
    (FieldClass.ORDER_NO, Word("订单号", "order number")),
    (FieldClass.USER_ID, Word("用户编号", "user id")),
    (FieldClass.FREE_TEXT, Word("自由文本", "free text")),
    (FieldClass.BIOMETRIC, Word("生物识别", "biometric")),
    (FieldClass.RELIGION_ETHNICITY, Word("宗教民族", "religion, ethnicity")),
    (FieldClass.MARITAL, Word("婚姻", "marital status")),
    (FieldClass.INCOME_ASSETS, Word("收入资产", "income, assets")),
    (FieldClass.LOCATION_TRACE, Word("行踪轨迹", "location trace")),
    (FieldClass.BEHAVIOUR, Word("行为", "behaviour")),
    (FieldClass.MINORS, Word("未成年人", "minors")),
    (FieldClass.OTHER_PI, Word("其他个人信息", "other personal")),
    (FieldClass.NOT_PI, Word("非个人", "not personal")),
    (FieldClass.UNKNOWN, Word("未识别", "unknown")),
    (Need.NEEDED, Word("用得着", "needed")),
    (Need.REDUCED, Word("减量够用", "needed in part")),
    (Need.NOT_NEEDED, Word("用不着", "not needed")),
    (Need.OVER_COLLECTED, Word("过度收集", "over-collected")),
    (Need.NEW_PURPOSE, Word("新用途", "new purpose")),
    (Verdict.PROPOSED, Word("系统提出", "proposed")),
    (Verdict.CONFIRMED, Word("已确认", "confirmed")),
    (Verdict.CORRECTED, Word("已改正", "corrected")),
    (Standing.OPEN, Word("未定", "open")),
    (Standing.CONFIRMED, Word("已确认", "confirmed")),
    (Standing.REJECTED, Word("已否定", "rejected")),
    (TableState.SCANNED, Word("已扫描", "scanned")),
    (TableState.NOT_SCANNED, Word("未扫描", "not scanned")),
)

_PEOPLE_AND_RECORDS: Final = (
    (RowRole.CUSTOMER, Word("客户", "customer")),
    (RowRole.ENTERPRISE_CONTACT, Word("企业联系人", "company contact")),
    (RowRole.CONSIGNEE, Word("收货人", "consignee")),
    (RowRole.INVOICE_RECIPIENT, Word("收票人", "invoice recipient")),
    (RowRole.GUARDIAN, Word("监护人", "guardian")),
    (RowRole.EMERGENCY_CONTACT, Word("紧急联系人", "emergency contact")),
    (RowRole.SUPPLIER_CONTACT, Word("供应商联系人", "supplier contact")),
    (RowRole.PROSPECT, Word("潜在客户", "prospect")),
    (RowRole.STAFF, Word("员工", "staff")),
    (RowRole.MENTIONED, Word("文中提到的人", "mentioned")),
    (RowRole.RECORD, Word("记录本身", "the record")),
    (RowRole.UNKNOWN, Word("不明", "unknown")),
    (RecordClass.CUSTOMER_PROFILE, Word("客户档案", "customer profiles")),
    (RecordClass.ADDRESS_BOOK, Word("地址簿", "address book")),
    (RecordClass.LOYALTY_ACCOUNT, Word("会员账户", "loyalty accounts")),
    (RecordClass.ORDER, Word("订单", "orders")),
    (RecordClass.TICKET, Word("客服工单", "tickets")),
    (RecordClass.WEB_LOG, Word("访问日志", "web log")),
    (RecordClass.CONSENT, Word("同意记录", "consents")),
    (RecordClass.OBJECTION, Word("反对记录", "objections")),
    (RecordClass.DISPUTE, Word("争议", "disputes")),
    (RecordClass.STAFF, Word("员工", "staff")),
    (RecordClass.SUPPLIER, Word("供应商", "suppliers")),
    (RecordClass.REFERENCE, Word("参照表", "reference")),
    (RecordClass.OTHER, Word("其他", "other")),
)

_CASE: Final = (
    (Event.E1, Word("更名", "change of name")),
    (Event.E2, Word("股权转让", "share deal")),
    (Event.E3, Word("合并", "merger")),
    (Event.E4, Word("分立", "division")),
    (Event.E5, Word("业务整体转让", "transfer of a whole business")),
    (Event.E6, Word("解散，有承继人", "dissolution with a successor")),
    (Event.E7, Word("解散或注销，无承继人", "dissolution without a successor")),
    (Event.E8, Word("破产，买方续营", "bankruptcy, a buyer continues")),
    (Event.E9, Word("破产，无买方", "bankruptcy, no buyer")),
    (Event.E10, Word("出售名单或账户", "sale of a list or account")),
    (Event.E11, Word("业务账户转移", "business account moves")),
    (Event.E12, Word("委托处理", "entrusted processing")),
    (Event.E13, Word("集团内共享", "sharing inside a group")),
    (Event.E14, Word("签约前尽职调查", "due diligence before signing")),
    (Scenario.LOGISTICS_ACCOUNT, Word("单位物流账户转让", "logistics account passes on")),
    (Scenario.COMPANY_TRANSFER, Word("公司转让", "company is sold")),
    (Scenario.DEREGISTRATION, Word("转让公司注销", "transferred company is deregistered")),
    (Scenario.BANKRUPT_SHOP, Word("破产店铺转让", "bankrupt shop passes on")),
    (LegalRoute.NONE, Word("不移交", "no transfer")),
    (LegalRoute.PIPL_17, Word("个保法 17，告知", "PIPL Art. 17, notice")),
    (LegalRoute.PIPL_21, Word("个保法 21，委托处理", "PIPL Art. 21, entrusted")),
    (LegalRoute.PIPL_22, Word("个保法 22，告知后移交", "PIPL Art. 22, on notice")),
    (LegalRoute.PIPL_23, Word("个保法 23，单独同意", "PIPL Art. 23, separate consent")),
    (OnSilence.PROCEED, Word("不答复则照方案移交", "silence: pass on as planned")),
    (OnSilence.RELEASE_NONE, Word("不答复则不移交", "silence: do not pass on")),
    (KeyRelease.DIRECT, Word("直接交给受让方", "direct to the receiver")),
    (KeyRelease.ESCROWED, Word("经第三方保管", "through the escrow")),
    (SourceKind.POSTGRESQL, Word("PostgreSQL", "PostgreSQL")),
    (SourceKind.MARIADB, Word("MariaDB/MySQL", "MariaDB/MySQL")),
    (SourceKind.SQLITE, Word("SQLite", "SQLite")),
    (SourceKind.XLSX, Word("XLSX", "XLSX")),
    (SourceKind.CSV, Word("CSV", "CSV")),
    (SourceKind.JSONL, Word("JSON Lines", "JSON Lines")),
    (SourceKind.PARQUET, Word("Parquet", "Parquet")),
    (SourceKind.XLS, Word("XLS（旧格式）", "XLS (old format)")),
    (SourceKind.FILE, Word("文件", "files")),
    (SourceKind.S3, Word("对象存储（S3）", "object storage (S3)")),
    (SourceKind.REDIS, Word("Redis", "Redis")),
    (SourceKind.HELD_ELSEWHERE, Word("他处持有", "held elsewhere")),
    (WholeFate.KEPT, Word("原处留存，只读", "stays in its place, read-only")),
    (WholeFate.CUSTODY, Word("整体封存", "sealed whole")),
    (WholeFate.UNLINKED, Word("整体删除", "deleted whole")),
    (SystemKind.BUSINESS, Word("业务系统", "business system")),
    (SystemKind.LEDGER, Word("账套", "ledger")),
    (SystemKind.MEDICAL_RECORD, Word("病历", "medical records")),
    (SystemKind.AML, Word("反洗钱", "anti-money-laundering")),
    (SystemKind.ARCHIVE, Word("档案", "archive")),
    (SystemKind.CREDIT, Word("征信", "credit reporting")),
    (Role.IT, Word("信息技术", "IT")),
    (Role.LEGAL, Word("法务", "Legal")),
    (Role.HR, Word("人力资源", "HR")),
    (Role.MARKETING, Word("市场营销", "Marketing")),
    (Role.SERVICE, Word("客户服务", "Service")),
    (Role.FINANCE, Word("财务", "Finance")),
    (Role.OFFICER, Word("个人信息保护负责人", "Protection officer")),
    (Role.VERIFIER, Word("独立检验人", "Independent verifier")),
    (Role.OPERATOR, Word("操作人", "Operator")),
    (Role.CUTOVER, Word("切换确认人", "Cutover")),
    (Role.RECEIVER, Word("受让方签收人", "Receiver")),
    (Role.ESCROW, Word("第三方保管人", "Escrow")),
    (Role.ADMINISTRATOR, Word("破产管理人", "Administrator")),
    (Role.LIQUIDATOR, Word("清算组", "Liquidation group")),
    (Role.AUDITOR, Word("审计（只读）", "Auditor, read-only")),
    (Role.GUEST, Word("法院、监管来宾", "Guest of a court or authority")),
    (PaperKind.ADMINISTRATOR_APPOINTMENT, Word("指定管理人决定书", "administrator's appointment")),
    (PaperKind.LIQUIDATION_GROUP, Word("清算组成立文件", "formation of the liquidation group")),
    (PaperKind.ESTATE_PLAN_APPROVAL, Word("变价方案通过文件", "approval of the plan of sale")),
    (PaperKind.SUCCESSION_RESOLUTION, Word("合并、分立、解散的决议", "resolution of merger, division or dissolution")),
    (PaperKind.CARRIER_CONSENT, Word("承运人同意书", "carrier's consent")),
    (PaperKind.REAL_NAME_REGISTRATION, Word("重新实名登记凭证", "new real-name registration")),
    (PaperKind.SAFETY_AGREEMENT, Word("安全协议", "safety agreement")),
)

WORDS: Final[dict[type[Enum], dict[Enum, Word]]] = {}
"""By enumeration first: members of different enumerations with the same text are equal to Python."""

for _pairs in (_OUTCOMES, _FIELDS, _PEOPLE_AND_RECORDS, _CASE):
    for _member, _word in _pairs:
        WORDS.setdefault(type(_member), {})[_member] = _word


def word(value: Enum) -> Word:
    """The words for a value of one of the model's enumerations.

    Raises:
        KeyError: where the enumeration has none, which a test rules out for the model's own.
    """
    return WORDS[type(value)][value]

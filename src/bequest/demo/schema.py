"""The systems of the demo company: every table and column, with what a person in IT knows about each.

One description serves three: the tables that are written, the corrections of the data map (`map.toml`), and the truth.
"""

from dataclasses import dataclass, field

from bequest.model.datamap import FactBinding, FieldClass, Need, Relation, RetentionBinding
from bequest.model.facts import Fact, RecordClass, RowRole

C, R, N = FieldClass, RowRole, Need


@dataclass(frozen=True, slots=True)
class Column:
    """One column and what it holds. `sql` is its type in SQLite, `note` the comment kept there."""

    name: str
    cls: FieldClass
    role: RowRole = R.CUSTOMER
    need: Need = N.NEEDED
    sql: str = "TEXT"
    note: str = ""

    @property
    def personal(self) -> bool:
        """Whether it holds information about a person."""
        return self.role is not R.RECORD

    @property
    def sensitive(self) -> bool:
        """PIPL Art. 28 and, for identity numbers, secrets and messages, the national standards."""
        return self.personal and self.cls in _SENSITIVE


_SENSITIVE = frozenset({C.NATIONAL_ID, C.PASSWORD_SECRET, C.RELIGION_ETHNICITY, C.MINORS})


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns in file order, key, and how it hangs together with the others."""

    source: str
    name: str
    record_class: RecordClass
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    note: str = ""
    freshness_column: str = ""
    relations: tuple[Relation, ...] = ()
    facts: tuple[FactBinding, ...] = ()
    retention: tuple[RetentionBinding, ...] = ()
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(c.name for c in self.columns))

    @property
    def in_case(self) -> bool:
        """Whether the table holds customer information."""
        return self.record_class not in {RecordClass.STAFF, RecordClass.SUPPLIER, RecordClass.REFERENCE}


def _record(name: str, cls: FieldClass = C.NOT_PI, sql: str = "TEXT", note: str = "") -> Column:
    return Column(name, cls, R.RECORD, sql=sql, note=note)


_ID = _record("id", sql="INTEGER PRIMARY KEY", note="主键")
_OF_CUSTOMER = Relation("cust_no", "crm", "customers", "cust_no")
_CUST_NO = Column("cust_no", C.USER_ID, note="客户编号")

CUSTOMERS = Table(
    "crm",
    "customers",
    RecordClass.CUSTOMER_PROFILE,
    (
        _ID,
        Column("cust_no", C.USER_ID, sql="TEXT UNIQUE NOT NULL", note="客户编号"),
        _record("cust_type", note="个人/企业"),
        Column("name", C.PERSON_NAME, note="姓名或企业联系人"),
        Column("gender", C.GENDER, need=N.NOT_NEEDED, note="性别"),
        Column("mobile", C.PHONE, note="手机"),
        Column("email", C.EMAIL, note="邮箱"),
        Column("id_no", C.NATIONAL_ID, need=N.REDUCED, note="证件号"),
        Column("birthday", C.BIRTHDAY, need=N.REDUCED, note="生日"),
        Column("province", C.REGION, note="省"),
        Column("city", C.REGION, note="市"),
        Column("address", C.ADDRESS, note="地址"),
        Column("password", C.PASSWORD_SECRET, note="登录密码"),
        Column("wechat", C.SOCIAL_ID, need=N.NOT_NEEDED, note="微信号"),
        Column("religion", C.RELIGION_ETHNICITY, need=N.OVER_COLLECTED, note="宗教信仰"),
        Column("marital", C.MARITAL, need=N.OVER_COLLECTED, note="婚姻状况"),
        Column("mkt_tags", C.BEHAVIOUR, need=N.NEW_PURPOSE, note="营销标签"),
        Column("company_name", C.COMPANY_NAME, note="企业名称"),
        Column("uscc", C.USCC, note="统一社会信用代码"),
        _record("shop_id", sql="INTEGER", note="归属店铺"),
        _record("reg_at", note="注册时间"),
        _record("notice_version", note="注册时的隐私政策版本"),
        _record("status", note="active/closed/deceased"),
        _record("is_deleted", sql="INTEGER NOT NULL DEFAULT 0", note="逻辑删除"),
        _record("bounced_at", note="邮件退信时间"),
        Column("last_active_on", C.BEHAVIOUR, note="最近活跃日"),
        Column("guardian_name", C.PERSON_NAME, R.GUARDIAN, note="监护人姓名"),
        Column("guardian_mobile", C.PHONE, R.GUARDIAN, note="监护人手机"),
        Column("guardian_consent_at", C.MINORS, R.GUARDIAN, note="监护人同意时间"),
        Column("profile_json", C.FREE_TEXT, note="扩展资料JSON"),
        Column("remark", C.FREE_TEXT, note="备注"),
        Column("create_by", C.USER_ID, R.STAFF, note="录入人工号"),
    ),
    key=("id",),
    note="客户主表",
    freshness_column="last_active_on",
    relations=(
        Relation("create_by", "crm", "staff", "emp_no", R.STAFF),
        Relation("shop_id", "crm", "shops", "id", R.RECORD),
    ),
    facts=(
        FactBinding(Fact.KIND, "cust_type", "map", {"个人": "customer", "企业": "enterprise_contact"}, "unknown"),
        FactBinding(Fact.AGE_BAND, "birthday", "date_band"),
        FactBinding(Fact.AGE_BAND, "id_no", "id_band"),
        FactBinding(Fact.GUARDIAN_CONSENT, "guardian_consent_at", "present", {"present": "given"}, "missing"),
        FactBinding(
            Fact.ACCOUNT, "status", "map", {"active": "active", "closed": "closed", "deceased": "active"}, "active"
        ),
        FactBinding(Fact.ACCOUNT, "is_deleted", "map", {"1": "closed"}, "none"),
        FactBinding(Fact.DECEASED, "status", "map", {"deceased": "yes"}, "no"),
        FactBinding(Fact.SOFT_DELETED, "is_deleted", "map", {"1": "yes"}, "no", R.RECORD),
    ),
)

ADDRESSES = Table(
    "crm",
    "addresses",
    RecordClass.ADDRESS_BOOK,
    (
        _ID,
        _CUST_NO,
        Column("consignee", C.PERSON_NAME, R.CONSIGNEE, note="收货人"),
        Column("phone", C.PHONE, R.CONSIGNEE, note="收货电话"),
        Column("province", C.REGION, R.CONSIGNEE, note="省"),
        Column("city", C.REGION, R.CONSIGNEE, note="市"),
        Column("detail", C.ADDRESS, R.CONSIGNEE, note="详细地址"),
    ),
    key=("id",),
    note="收货地址簿",
    relations=(_OF_CUSTOMER,),
)

CONSENTS = Table(
    "crm",
    "consents",
    RecordClass.CONSENT,
    (
        _ID,
        _CUST_NO,
        Column("purpose", C.NOT_PI, R.RECORD, note="同意的目的"),
        _record("notice_version", note="隐私政策版本"),
        _record("given_at", note="同意时间"),
        _record("withdrawn_at", note="撤回时间"),
    ),
    key=("id",),
    note="同意记录",
    relations=(_OF_CUSTOMER,),
    retention=(RetentionBinding("record_3y", "given_at"),),
)

OBJECTIONS = Table(
    "crm",
    "objections",
    RecordClass.OBJECTION,
    (
        _ID,
        _CUST_NO,
        _record("made_at", note="提出时间"),
        _record("channel", note="渠道"),
        _record("status", note="valid/withdrawn"),
    ),
    key=("id",),
    note="拒绝与反对记录",
    relations=(_OF_CUSTOMER,),
    facts=(FactBinding(Fact.OBJECTION, "status", "map", {"valid": "objected"}, "none"),),
    retention=(RetentionBinding("record_3y", "made_at"),),
)

DISPUTES = Table(
    "crm",
    "disputes",
    RecordClass.DISPUTE,
    (
        _ID,
        _CUST_NO,
        _record("order_no", C.ORDER_NO, note="订单号"),
        _record("status", note="open/closed"),
        _record("opened_at", note="受理时间"),
        Column("summary", C.FREE_TEXT, note="争议摘要"),
    ),
    key=("id",),
    note="争议与投诉",
    relations=(_OF_CUSTOMER, Relation("order_no", "orders", "orders", "订单号", R.RECORD)),
    facts=(FactBinding(Fact.DISPUTE, "status", "map", {"open": "open"}, "none"),),
)

STAFF = Table(
    "crm",
    "staff",
    RecordClass.STAFF,
    (
        _ID,
        Column("emp_no", C.USER_ID, R.STAFF, note="工号"),
        Column("name", C.PERSON_NAME, R.STAFF, note="姓名"),
        Column("mobile", C.PHONE, R.STAFF, note="手机"),
        Column("id_no", C.NATIONAL_ID, R.STAFF, note="身份证号"),
        Column("dept", C.EMPLOYMENT, R.STAFF, note="部门"),
        Column("hired_on", C.EMPLOYMENT, R.STAFF, note="入职日"),
    ),
    key=("id",),
    note="员工",
)

SUPPLIERS = Table(
    "crm",
    "suppliers",
    RecordClass.SUPPLIER,
    (
        _ID,
        _record("company", C.COMPANY_NAME, note="供应商名称"),
        Column("contact", C.PERSON_NAME, R.SUPPLIER_CONTACT, note="联系人"),
        Column("phone", C.PHONE, R.SUPPLIER_CONTACT, note="联系电话"),
    ),
    key=("id",),
    note="供应商",
)

SHOPS = Table(
    "crm",
    "shops",
    RecordClass.REFERENCE,
    (_ID, _record("name", note="店铺名称"), _record("city", note="城市")),
    key=("id",),
    note="店铺",
)

ORDERS = Table(
    "orders",
    "orders",
    RecordClass.ORDER,
    (
        _record("订单号", C.ORDER_NO),
        Column("客户编号", C.USER_ID),
        _record("店铺"),
        _record("下单时间"),
        _record("状态"),
        _record("金额"),
        _record("付款时间"),
        _record("完成时间"),
        Column("收货人", C.PERSON_NAME, R.CONSIGNEE),
        Column("收货电话", C.PHONE, R.CONSIGNEE),
        Column("收货地址", C.ADDRESS, R.CONSIGNEE),
        Column("发票抬头", C.PERSON_NAME, R.INVOICE_RECIPIENT),
        Column("发票税号", C.TAX_ID, R.INVOICE_RECIPIENT),
        Column("发票邮箱", C.EMAIL, R.INVOICE_RECIPIENT),
        Column("清关身份证号", C.NATIONAL_ID, R.CONSIGNEE, N.NOT_NEEDED),
        Column("买家留言", C.FREE_TEXT),
        Column("经办人", C.PERSON_NAME, R.STAFF),
    ),
    key=("订单号",),
    freshness_column="下单时间",
    relations=(Relation("客户编号", "crm", "customers", "cust_no"),),
    facts=(
        FactBinding(Fact.OPEN_ORDER, "状态", "map", {"待发货": "yes", "已发货": "yes"}, "no"),
        FactBinding(
            Fact.ORDER_STATE,
            "状态",
            "map",
            {"待发货": "open", "已发货": "open", "已完成": "completed", "已退款": "completed", "已取消": "cancelled"},
            "none",
            R.RECORD,
        ),
    ),
    retention=(RetentionBinding("invoice_10y", "付款时间", "发票抬头"),),
)

LOYALTY = Table(
    "loyalty",
    "loyalty",
    RecordClass.LOYALTY_ACCOUNT,
    (
        Column("card_no", C.USER_ID),
        Column("name", C.PERSON_NAME),
        Column("phone", C.PHONE),
        Column("birthday", C.BIRTHDAY, need=N.REDUCED),
        Column("points", C.BEHAVIOUR),
        Column("level", C.BEHAVIOUR),
        _record("shop_id"),
        Column("last_used_on", C.BEHAVIOUR),
    ),
    key=("card_no",),
    freshness_column="last_used_on",
    facts=(FactBinding(Fact.AGE_BAND, "birthday", "date_band"),),
)

TICKETS = Table(
    "tickets",
    "tickets",
    RecordClass.TICKET,
    (
        _record("ticket_id"),
        Column("cust_no", C.USER_ID),
        _record("shop_id"),
        _record("opened_at"),
        Column("agent", C.USER_ID, R.STAFF),
        _record("channel"),
        Column("subject", C.FREE_TEXT),
        Column("content", C.FREE_TEXT),
        Column("contact.name", C.PERSON_NAME),
        Column("contact.phone", C.PHONE),
        _record("tags"),
    ),
    key=("ticket_id",),
    freshness_column="opened_at",
    relations=(_OF_CUSTOMER, Relation("agent", "crm", "staff", "emp_no", R.STAFF)),
)

WEBLOG = Table(
    "weblog",
    "weblog",
    RecordClass.WEB_LOG,
    (
        _record("ts"),
        Column("session_id", C.BEHAVIOUR),
        Column("cust_no", C.USER_ID),
        Column("ip", C.IP),
        Column("device_id", C.DEVICE_ID),
        Column("user_agent", C.DEVICE_ID),
        Column("url", C.BEHAVIOUR),
        _record("shop_id"),
    ),
    relations=(_OF_CUSTOMER,),
    retention=(RetentionBinding("log_6m", "ts"),),
)

TABLES: tuple[Table, ...] = (
    CUSTOMERS,
    ADDRESSES,
    CONSENTS,
    OBJECTIONS,
    DISPUTES,
    STAFF,
    SUPPLIERS,
    SHOPS,
    ORDERS,
    LOYALTY,
    TICKETS,
    WEBLOG,
)
"""All tables, CRM first."""

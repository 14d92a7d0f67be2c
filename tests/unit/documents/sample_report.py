"""An invented case with believable figures, for the tests of reports and certificates and for looking at them."""

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

from tests.unit.documents.sample_assessment import sample_assessment
from tests.unit.documents.sample_fairness import sample_fairness

from bequest.documents.report import content as c
from bequest.model.case import (
    Case,
    Copy,
    Event,
    LegalRoute,
    Lot,
    Party,
    Person,
    Role,
    Scenario,
    Scope,
    Source,
    SourceKind,
    Window,
)
from bequest.model.datamap import ColumnMap, DataMap, FieldClass, Need, TableMap, TableState
from bequest.model.destruction import (
    Certificate,
    CertificateState,
    Finding,
    Kept,
    Level,
    Residual,
    SearchResult,
    Signer,
    TableSums,
)
from bequest.model.disposition import CellDecision, Disposition, Operator, Reason, ReasonStatus, Release, Residue
from bequest.model.facts import RecordClass, RowRole
from bequest.model.plan import (
    Approval,
    ColumnCount,
    ColumnTotal,
    FieldKind,
    Policy,
    PolicyField,
    PolicyRow,
    Population,
    SituationKey,
)

F = FieldClass
DEPARTMENTS = (Role.IT, Role.LEGAL, Role.HR, Role.MARKETING, Role.SERVICE, Role.FINANCE)
LAW_DATE = date(2026, 12, 31)


def hexdigest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def sample_case(event: Event = Event.E5) -> Case:
    route = LegalRoute.PIPL_22 if event is Event.E5 else LegalRoute.PIPL_17
    return Case(
        id=f"demo-{event.value.lower()}",
        scenario=Scenario.COMPANY_TRANSFER,
        event=event,
        rehearsal=True,
        title="样例商城整体转让" if event is Event.E5 else "样例商城股权转让",
        industry="e-commerce",
        jurisdictions=("cn",),
        effective_on=LAW_DATE,
        timezone="Asia/Shanghai",
        transferor=Party(id="seller", name="示例商贸有限公司", name_en="Example Trading Co., Ltd."),
        receivers=(Party(id="buyer", name="样例零售有限公司", name_en="Sample Retail Co., Ltd."),),
        lots=(
            Lot(
                id="shop-12",
                receiver="buyer",
                legal_route=route,
                route_open=event is Event.E5,
                scope=(Scope(source="crm", table="customers", column="shop_id", values=("12",)),),
            ),
        ),
        sources=(
            Source(name="crm", kind=SourceKind.SQLITE, path=Path("crm.db"), label="客户关系系统"),
            Source(name="orders", kind=SourceKind.XLSX, path=Path("orders.xlsx"), label="商城订单表"),
            Source(name="loyalty", kind=SourceKind.CSV, path=Path("loyalty.csv"), label="门店会员表"),
            Source(name="tickets", kind=SourceKind.JSONL, path=Path("tickets.jsonl"), label="客服工单"),
            Source(name="weblog", kind=SourceKind.PARQUET, path=Path("weblog.parquet"), label="访问日志"),
        ),
        copies=(Copy(of="crm", kind="备份", where="磁带 W12，异地", expires_on=date(2027, 2, 1)),),
        people=(
            Person(id="li", name="李四", roles=(Role.IT, Role.OPERATOR)),
            Person(id="wang", name="王五", roles=(Role.LEGAL,)),
            Person(id="zhao", name="赵六", roles=(Role.HR,)),
            Person(id="qian", name="钱七", roles=(Role.MARKETING,)),
            Person(id="sun", name="孙八", roles=(Role.SERVICE,)),
            Person(id="zhou", name="周九", roles=(Role.FINANCE,)),
            Person(id="wu", name="吴十", roles=(Role.VERIFIER,), external=True),
            Person(id="zheng", name="郑一", roles=(Role.OFFICER,)),
            Person(id="feng", name="冯二", roles=(Role.RECEIVER,), external=True),
        ),
        window=Window(),
    )


# source, table, record class, rows, and columns: (name, class, role, need, share of rows with a value in percent)
_C, _R = RowRole.CUSTOMER, RowRole.RECORD
_SCHEMA: tuple[tuple[str, str, RecordClass, int, tuple[tuple[str, FieldClass, RowRole, Need, int], ...]], ...] = (
    (
        "crm",
        "customers",
        RecordClass.CUSTOMER_PROFILE,
        19_873,
        (
            ("cust_no", F.USER_ID, _C, Need.NEEDED, 100),
            ("name", F.PERSON_NAME, _C, Need.NEEDED, 100),
            ("mobile", F.PHONE, _C, Need.NEEDED, 97),
            ("email", F.EMAIL, _C, Need.REDUCED, 41),
            ("id_no", F.NATIONAL_ID, _C, Need.NOT_NEEDED, 17),
            ("birthday", F.BIRTHDAY, _C, Need.REDUCED, 74),
            ("address", F.ADDRESS, _C, Need.NEEDED, 88),
            ("password", F.PASSWORD_SECRET, _C, Need.OVER_COLLECTED, 93),
            ("religion", F.RELIGION_ETHNICITY, _C, Need.OVER_COLLECTED, 9),
            ("mkt_tags", F.BEHAVIOUR, _C, Need.NEW_PURPOSE, 57),
            ("remark2", F.UNKNOWN, RowRole.UNKNOWN, Need.NEEDED, 4),
            ("create_by", F.OTHER_PI, RowRole.STAFF, Need.NOT_NEEDED, 100),
        ),
    ),
    (
        "crm",
        "consents",
        RecordClass.CONSENT,
        31_240,
        (
            ("purpose", F.OTHER_PI, _C, Need.NEEDED, 100),
            ("given_at", F.OTHER_PI, _C, Need.NEEDED, 100),
            ("notice_version", F.OTHER_PI, _C, Need.NEEDED, 99),
        ),
    ),
    (
        "orders",
        "orders",
        RecordClass.ORDER,
        48_602,
        (
            ("订单号", F.ORDER_NO, _R, Need.NEEDED, 100),
            ("客户编号", F.USER_ID, _C, Need.NEEDED, 100),
            ("金额", F.NOT_PI, _R, Need.NEEDED, 100),
            ("收货人", F.PERSON_NAME, RowRole.CONSIGNEE, Need.NEEDED, 100),
            ("收货电话", F.PHONE, RowRole.CONSIGNEE, Need.NEEDED, 99),
            ("发票抬头", F.COMPANY_NAME, RowRole.INVOICE_RECIPIENT, Need.NEEDED, 22),
            ("清关身份证号", F.NATIONAL_ID, _C, Need.OVER_COLLECTED, 3),
            ("买家留言", F.FREE_TEXT, _C, Need.NEEDED, 31),
        ),
    ),
    (
        "loyalty",
        "loyalty",
        RecordClass.LOYALTY_ACCOUNT,
        8_412,
        (
            ("name", F.PERSON_NAME, _C, Need.NEEDED, 98),
            ("phone", F.PHONE, _C, Need.NEEDED, 96),
            ("points", F.NOT_PI, _R, Need.NEEDED, 100),
        ),
    ),
    (
        "tickets",
        "tickets",
        RecordClass.TICKET,
        6_077,
        (
            ("subject", F.FREE_TEXT, _C, Need.NEEDED, 100),
            ("content", F.FREE_TEXT, _C, Need.NEEDED, 100),
            ("contact.name", F.PERSON_NAME, RowRole.MENTIONED, Need.NEEDED, 63),
        ),
    ),
    (
        "weblog",
        "weblog",
        RecordClass.WEB_LOG,
        90_518,
        (
            ("ip", F.IP, _C, Need.NOT_NEEDED, 100),
            ("device_id", F.DEVICE_ID, _C, Need.NOT_NEEDED, 92),
            ("url", F.BEHAVIOUR, _C, Need.NOT_NEEDED, 100),
        ),
    ),
)

_PASS_ON = Reason(
    "transfer.on_notice",
    "transfer_on_notice",
    ("PIPL-22",),
    ReasonStatus.OPEN,
    "整体转让，目的不变：告知后可以移交。",
    "A whole business passes on with its purpose unchanged: it may go after notice.",
)
_KEEP = Reason(
    "retention.invoice",
    "retain_until",
    ("TAXR-29",),
    ReasonStatus.OURS,
    "开过发票的，存十年。",
    "Invoiced: kept ten years.",
)
_GONE = Reason(
    "deletion.purpose_over",
    "delete",
    ("PIPL-47",),
    ReasonStatus.VERIFIED,
    "目的已了，删除。",
    "The purpose is over: delete.",
)
_OUTSIDE = Reason(
    "scope.outside",
    "no_transfer",
    ("PIPL-4",),
    ReasonStatus.VERIFIED,
    "不在移交范围，不动。",
    "Outside the deal: untouched.",
)
_EXCLUDE = Reason(
    "minimise.over_collected",
    "exclude",
    ("PIPL-6",),
    ReasonStatus.VERIFIED,
    "从未需要，不移交。",
    "Never needed: left out.",
)
_UNKNOWN = Reason(
    "field.unknown",
    "block_for_counsel",
    ("PIPL-28",),
    ReasonStatus.OURS,
    "没有认定，冻结。",
    "Not classified: blocked.",
)
_ASK = Reason(
    "consent.new_purpose",
    "re_consent",
    ("PIPL-14", "PIPL-22"),
    ReasonStatus.VERIFIED,
    "新用途，重新取得同意。",
    "A new purpose: new consent.",
)


def _decision(release: Release, residue: Residue, *reasons: Reason, operator: Operator = Operator.NONE) -> CellDecision:
    open_points = ("PIPL-22a",) if _PASS_ON in reasons else ()
    return CellDecision(
        Disposition(release, residue, operator), tuple(r.outcome for r in reasons), tuple(reasons), open_points
    )


DECISIONS = (
    _decision(Release.AS_IS, Residue.DELETE, _PASS_ON, _GONE),
    _decision(Release.AS_IS, Residue.CUSTODY, _PASS_ON, _KEEP),
    _decision(Release.MASKED, Residue.DELETE, _PASS_ON, _GONE, operator=Operator.MASK),
    _decision(Release.MASKED, Residue.CUSTODY, _PASS_ON, _KEEP, operator=Operator.MASK),
    _decision(Release.NONE, Residue.IN_USE, _OUTSIDE),
    _decision(Release.NONE, Residue.DELETE, _EXCLUDE, _GONE),
    _decision(Release.NONE, Residue.CUSTODY, _KEEP),
    _decision(Release.NONE, Residue.BLOCKED, _UNKNOWN),
    _decision(Release.WAITING, Residue.DELETE, _ASK),
)


def _kind(cls: FieldClass, need: Need) -> FieldKind:
    personal = cls not in {F.NOT_PI, F.UNKNOWN}
    sensitive = cls in {F.NATIONAL_ID, F.PASSWORD_SECRET, F.RELIGION_ETHNICITY}
    return FieldKind(cls, personal, sensitive, need)


def sample_data_map() -> DataMap:
    tables = []
    for source, table, record, rows, columns in _SCHEMA:
        mapped = tuple(
            ColumnMap(n, "TEXT", cls, (k := _kind(cls, need)).personal, k.sensitive, role, 950, 980, need=need)
            for n, cls, role, need, _ in columns
        )
        tables.append(TableMap(source, table, record, mapped, rows))
    tables.append(TableMap("crm", "staff", RecordClass.STAFF, (), 84))
    tables.append(TableMap("crm", "suppliers", RecordClass.SUPPLIER, (), 61))
    tables.append(
        TableMap("tickets", "chat", RecordClass.TICKET, (), 0, TableState.NOT_SCANNED, "对方平台未给导出，列为残留。")
    )
    return DataMap(tuple(tables))


def _shares(cls: FieldClass, role: RowRole, need: Need, record: RecordClass) -> tuple[tuple[int, int], ...]:
    """(index into DECISIONS, weight) for a column; the rest of the values stays in use outside the deal."""
    if cls is F.UNKNOWN:
        return ((7, 60), (4, 40))
    if need is Need.OVER_COLLECTED or role is RowRole.STAFF:
        return ((5, 55), (7, 1), (4, 44))
    if record is RecordClass.WEB_LOG:
        return ((6, 48), (4, 52))
    if record is RecordClass.CONSENT:
        return ((1, 52), (7, 1), (4, 47))
    if need is Need.NEW_PURPOSE:
        return ((8, 30), (5, 22), (4, 48))
    if need is Need.NOT_NEEDED:
        return ((5, 51), (6, 4), (4, 45))
    masked = need is Need.REDUCED or cls in {F.FREE_TEXT, F.USER_ID}
    keep = 21 if record is RecordClass.ORDER else 0
    first = ((2, 36), (3, keep)) if masked else ((0, 36), (1, keep))
    return (*first, (5, 6), (7, 2), (4, 40))


def _split(values: int, weights: tuple[tuple[int, int], ...]) -> dict[int, int]:
    whole = sum(w for _, w in weights)
    parts = {d: values * w // whole for d, w in weights}
    parts[weights[0][0]] += values - sum(parts.values())
    return {d: n for d, n in parts.items() if n}


def sample_population(event: Event = Event.E5) -> Population:
    counts, totals = [], []
    for source, table, record, rows, columns in _SCHEMA:
        for name, cls, role, need, share in columns:
            values = rows * share // 100 - (len(name) % 5)
            totals.append(ColumnTotal(source, table, name, values))
            weights = _shares(cls, role, need, record) if event is Event.E5 else ((4, 1),)
            for d, n in _split(values, weights).items():
                disposition = DECISIONS[d].disposition
                sensitive = _kind(cls, need).sensitive
                counts.append(
                    ColumnCount(
                        source,
                        table,
                        name,
                        role,
                        cls,
                        sensitive,
                        "shop-12",
                        disposition.release,
                        disposition.residue,
                        n,
                    )
                )
    outcomes = (
        ("transfer_on_notice", 10_204),
        ("no_transfer", 7_915),
        ("exclude", 1_311),
        ("block_for_counsel", 214),
        ("freeze_or_flag", 63),
        ("guardian_consent", 7),
    )
    if event is Event.E2:
        outcomes = (("no_transfer", 19_714),)
    return Population(
        counts=tuple(counts),
        totals=tuple(totals),
        n_subjects=sum(n for _, n in outcomes),
        n_records=sum(rows for _, _, _, rows, _ in _SCHEMA),
        n_situations=1_284 if event is Event.E5 else 12,
        n_singletons=37 if event is Event.E5 else 0,
        persons_by_outcome=outcomes,
    )


def sample_policy(event: Event = Event.E5) -> Policy:
    kinds = tuple(
        dict.fromkeys(PolicyField(r, _kind(cls, need)) for *_, columns in _SCHEMA for _, cls, r, need, _ in columns)
    )
    rows = []
    for _, _, record, _, columns in _SCHEMA:
        for role in dict.fromkeys(r for _, _, r, _, _ in columns):
            cells = tuple(
                (kinds.index(PolicyField(r, _kind(cls, need))), d)
                for _, cls, r, need, _ in columns
                if r is role
                for d in ([d for d, _ in _shares(cls, r, need, record)] if event is Event.E5 else [4])
            )
            rows.append(PolicyRow(SituationKey(record, role, "shop-12", ()), cells))
    return Policy(
        case_id=f"demo-{event.value.lower()}",
        event=event.value,
        law_pack="cn 2026.11",
        law_pack_digest=hexdigest("law"),
        law_date=LAW_DATE,
        cutover_not_after=date(2027, 1, 15),
        tolerance_percent=5,
        schema_digest=hexdigest("schema"),
        parties_digest=hexdigest("parties"),
        fields=kinds,
        decisions=DECISIONS,
        rows=tuple(rows),
    )


def _values(population: Population, release: Release | None = None, residue: Residue | None = None) -> int:
    return sum(
        x.values
        for x in population.counts
        if (release is None or x.release is release) and (residue is None or x.residue is residue)
    )


def sample_certificate(state: CertificateState = CertificateState.INTERIM) -> Certificate:
    population = sample_population()
    tables = []
    for source, table, _, rows, _ in _SCHEMA:
        mine = [x for x in population.counts if (x.source, x.table) == (source, table)]
        by = {r: sum(x.values for x in mine if x.residue is r) for r in Residue}
        tables.append(
            TableSums(
                source=source,
                table=table,
                rows_before=rows,
                rows_after=rows * 4 // 10,
                before=sum(by.values()),
                deleted=by[Residue.DELETE],
                anonymised=by[Residue.ANONYMISE],
                sealed=by[Residue.CUSTODY],
                blocked=by[Residue.BLOCKED],
                in_use=by[Residue.IN_USE],
            )
        )
    refused = state is CertificateState.REFUSED
    methods = {
        "crm": "secure_delete，VACUUM",
        "orders": "改写文件，解除旧文件",
        "loyalty": "改写文件，解除旧文件",
        "tickets": "改写文件，解除旧文件",
        "weblog": "改写文件，解除旧文件",
    }
    searches = tuple(
        SearchResult(
            source=source,
            method=method,
            level=Level.LOGICAL,
            columns_searched=8,
            candidates=412_336,
            control_found=1000 if source != "loyalty" else 412,
            control_expected=1000 if source != "loyalty" else 412,
            hits_residue=3 if refused and source == "orders" else 0,
            hits_planned=0 if source in {"loyalty", "tickets"} else 1_204,
            hits_coincidence=2 if source == "orders" else 0,
            finding=Finding.RESIDUE
            if refused and source == "orders"
            else Finding.CLEAR
            if source in {"loyalty", "tickets"}
            else Finding.AS_PLANNED,
            not_searchable=("name", "address") if source == "crm" else (),
        )
        for source, method in methods.items()
    )
    residuals = (
        Residual(
            "备份磁带 W12，异地",
            "Backup tape W12, off-site",
            "到期前不能改写",
            "Cannot be rewritten before it expires",
            "恢复时先重放删除清单",
            "A restore first replays the erasure ledger",
            "2027-02-01",
        ),
        Residual(
            "本系统回告信箱",
            "Our feedback outbox",
            "告知客户办理结果",
            "Telling customers what was done",
            "加密，发完即销毁密钥",
            "Encrypted; the key dies when all is sent",
            "2027-01-30",
        ),
        Residual(
            "客服平台聊天记录",
            "Chat records on the service platform",
            "对方未给导出",
            "No export was given",
            "平台书面确认",
            "Confirmed in writing by the platform",
            "2027-02-04",
        ),
    )
    return Certificate(
        certificate_id="DC-2027-000123",
        case_id="demo-e5",
        rehearsal=True,
        issued_at="2027-01-28T02:32:00Z",
        state=state,
        why={
            CertificateState.FINAL: (),
            CertificateState.INTERIM: ("residual", "not_searched"),
            CertificateState.REFUSED: ("residue",),
        }[state],
        ground=("PIPL-47",),
        transferor_zh="示例商贸有限公司",
        transferor_en="Example Trading Co., Ltd.",
        receivers=(("样例零售有限公司", "Sample Retail Co., Ltd.", "2027-01-13"),),
        policy_digest=sample_policy().digest,
        tables=tuple(tables),
        searches=searches,
        residuals=() if state is CertificateState.FINAL else residuals,
        kept=(
            Kept("开过发票的订单", "Invoiced orders", "TAXR-29", "范例档案馆", 100_231, "2036-12-31"),
            Kept("访问日志", "Web log", "CSL-23", "范例档案馆", 126_942, "2027-06-30"),
            Kept("同意记录", "Consent records", "NDSR-12", "范例档案馆", 48_000, "2029-12-31"),
        ),
        signers=(
            Signer("李四", "performed", "信息技术部", "IT department", "2027-01-26T10:20:00Z", "SHA256:9tQ2mX…f0Lk"),
            Signer(
                "吴十",
                "verified",
                "独立检验人，外聘",
                "independent, external",
                "2027-01-27T13:45:00Z",
                "SHA256:Rk8p…x2Vd",
            ),
            Signer(
                "郑一",
                "accepted",
                "个人信息保护负责人",
                "protection officer",
                "2027-01-28T02:30:00Z",
                "SHA256:hW5n…uT7c",
            ),
        ),
    )


_TIMES = (4_210, 6_840, 3_920, 1_100, 5_330, 7_800, 640, 9_470, 11_250, 1_480)


def _steps(event: Event) -> tuple[c.StepLine, ...]:
    figures = (
        ("5", "个来源", "sources"),
        ("32", "列", "columns"),
        ("19,714", "人", "persons"),
        ("2", "项发现", "findings"),
        ("6 / 6", "部门已批", "approvals"),
        ("94.3%", "已送达", "delivered"),
        ("1", "次标记", "mark"),
        ("1", "批", "delivery"),
        ("5", "个来源", "sources"),
        ("3", "项残留", "residuals"),
    )
    idle = {c.StepName.DELIVER, c.StepName.DESTROY, c.StepName.CUTOVER} if event is Event.E2 else set()
    return tuple(
        c.StepLine(step=s, state=c.StepState.NOT_DUE)
        if s in idle
        else c.StepLine(step=s, state=c.StepState.DONE, milliseconds=ms, figure=f, caption_zh=zh, caption_en=en)
        for s, ms, (f, zh, en) in zip(c.StepName, _TIMES, figures, strict=True)
    )


def _custody(population: Population) -> tuple[c.CustodyBucket, ...]:
    total = _values(population, residue=Residue.CUSTODY)
    made = [
        ("2027-01", "访问日志", "Web log", "CSL-23", 18_204),
        ("2027-02", "访问日志", "Web log", "CSL-23", 19_870),
        ("2027-03", "访问日志", "Web log", "CSL-23", 21_330),
        ("2027-06", "访问日志", "Web log", "CSL-23", 24_018),
        ("2029-12", "同意与反对记录", "Consents, objections", "NDSR-12", 48_610),
        ("2033-12", "开过发票的订单", "Invoiced orders", "TAXR-29", 14_777),
        ("2034-12", "开过发票的订单", "Invoiced orders", "TAXR-29", 20_402),
        ("2035-12", "开过发票的订单", "Invoiced orders", "TAXR-29", 24_950),
    ]
    rest = total - sum(v for *_, v in made)
    made.append(("2036-12", "开过发票的订单", "Invoiced orders", "TAXR-29", rest))
    return tuple(
        c.CustodyBucket(due_month=m, what_zh=zh, what_en=en, article=a, custodian="范例档案馆", rows=v // 5, values=v)
        for m, zh, en, a, v in made
    )


def _notices(population: Population, event: Event) -> c.Notices:
    owed = population.n_subjects
    rest = (("email", "bounced", 402), ("public_notice", "published", 1_003), ("post", "exported", 611))
    counts = (("email", "delivered", owed - sum(n for *_, n in rest)), *rest)
    return c.Notices(
        counts=tuple(c.NoticeCount(channel=ch, state=st, persons=n) for ch, st, n in counts),
        answers=(
            c.AnswerCount(answer="consent_new_purpose", persons=2_241),
            c.AnswerCount(answer="objection", persons=184),
            c.AnswerCount(answer="dispute", persons=63),
        )
        if event is Event.E5
        else (),
        owed_to=owed,
        first_sent_on=date(2026, 11, 16),
        last_window_ends_on=date(2026, 12, 16),
        public_notice_on=date(2026, 11, 25),
        text_digest=hexdigest("letters"),
    )


def _approvals(policy: Policy) -> tuple[Approval, ...]:
    people = ("li", "wang", "zhao", "qian", "sun", "zhou")
    return tuple(
        Approval(
            policy.digest,
            person,
            role.value,
            f"2026-11-{13 + i:02d}T08:0{i}:00Z",
            f"SHA256:{hexdigest(person)[:8]}…{hexdigest(person)[-4:]}",
            "",
            "",
        )
        for i, (person, role) in enumerate(zip(people, DEPARTMENTS, strict=True))
    )


def sample_report(event: Event = Event.E5, state: CertificateState = CertificateState.INTERIM) -> c.CaseReport:
    """The whole case, closed; E2 where nothing moves."""
    case, population, policy = sample_case(event), sample_population(event), sample_policy(event)
    report = c.CaseReport(
        case=case,
        made_at="2027-01-28T02:40:00Z",
        steps=_steps(event),
        data_map=sample_data_map(),
        policy=policy,
        population=population,
        fairness=sample_fairness(),
        assessment=sample_assessment(),
        required_roles=DEPARTMENTS if event is Event.E5 else (Role.LEGAL, Role.OFFICER),
        approvals=_approvals(policy),
        notices=_notices(population, event),
        findings=(
            c.FindingNote(
                zh="标记为已删除、实际仍在的客户行", en="Rows marked deleted that are still there", count=318
            ),
            c.FindingNote(
                zh="被表格软件损坏的身份证号", en="Identity numbers damaged by a spreadsheet", count=42, grave=True
            ),
        ),
        log=c.LogFacts(
            origin=f"bequest.example/{case.id}", size=512, root=hexdigest("root"), published_at="2027-01-28T02:33:07Z"
        ),
        bundle=f"evidence-{case.id}",
        verify_commands=(f"bequest verify evidence-{case.id} --trust trust.json --rehearsal",),
        keys=(
            c.KeyLine(purpose="link", holder="本机", state=c.KeyState.DESTROYED, destroyed_at="2027-01-28T02:35:00Z"),
            c.KeyLine(purpose="recipient/buyer", holder="本机", state=c.KeyState.DESTROYED),
            c.KeyLine(purpose="verifier", holder="吴十", state=c.KeyState.HELD_ELSEWHERE),
            c.KeyLine(purpose="replay", holder="本机", state=c.KeyState.LIVE, dies_on=date(2027, 2, 1)),
        ),
        stores=(
            c.StoreLine(
                place="stores/custody",
                content_zh="依法留存的行，按到期月分桶",
                content_en="Rows kept by law, one bucket per due month",
                key="custody/2036-12",
                state=c.StoreState.SEALED,
                ends_on=date(2036, 12, 31),
            ),
            c.StoreLine(
                place="stores/outbox",
                content_zh="回告客户的信",
                content_en="Letters that report back to customers",
                key="outbox",
                state=c.StoreState.PURGED,
                ends_on=date(2027, 1, 30),
            ),
        ),
        other_language="",
    )
    if event is Event.E2:
        return report
    return replace(
        report,
        cutover_at="2026-12-31T15:00:00Z",
        deliveries=(
            c.DeliveryLine(
                delivery_id="d-001",
                lot="shop-12",
                receiver="buyer",
                files=14,
                rows=61_204,
                values=_values(population, Release.AS_IS) + _values(population, Release.MASKED),
                size_bytes=18_204_771,
                manifest_digest=hexdigest("manifest"),
                sealed_at="2027-01-04T02:00:00Z",
                receipt=c.ReceiptState.DECRYPTED,
                receipt_at="2027-01-13T06:05:00Z",
                receipt_by="feng",
                receipt_fingerprint="SHA256:bV0r…Z2hY",
            ),
        ),
        custody=_custody(population),
        certificate=sample_certificate(state),
        certificate_sha256=hexdigest("certificate"),
        residuals=sample_certificate(state).residuals,
        open_points=(
            c.OpenPoint(
                code="PIPL-22a",
                articles=("PIPL-22",),
                zh="“等”是否含业务整体转让",
                en="Whether the wording of Art. 22 covers the transfer of a business",
                chosen_zh="含，理由写入告知书第 2 条",
                chosen_en="it does; the reason stands in item 2 of the notice",
                chosen_by="wang",
            ),
        ),
        duties=(
            c.Duty(
                zh="备份磁带 W12 到期销毁",
                en="Destroy backup tape W12",
                due_on=date(2027, 2, 1),
                keeper="信息技术部",
                articles=("PIPL-47",),
            ),
            c.Duty(
                zh="向客户回告办理结果",
                en="Report back to customers",
                due_on=date(2027, 1, 30),
                keeper="客户服务部",
                state=c.DutyState.DONE,
            ),
        ),
        not_proven=(
            c.Note(
                zh="客服平台的聊天记录没有读过，只有平台的书面确认。",
                en="The chat records of the service platform were not read; there is only the platform’s letter.",
            ),
        ),
    )

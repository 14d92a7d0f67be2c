"""The commented case file that `bequest case new` writes: to be filled in, in Chinese and English."""

from bequest.model.case import (
    COMPANY_ENDS,
    ENTRUSTS,
    MOVES_NOTHING,
    RELEASES_NOTHING,
    SPEAK_FOR_THE_LAW,
    Event,
    PaperKind,
)

_NAMES = {
    Event.E1: ("变更名称、住所、联系方式", "change of name, address or contact: the processor stays"),
    Event.E2: ("股权转让，个人信息处理者不变", "share deal: the processor does not change, nothing moves"),
    Event.E3: ("公司合并，权利义务由合并后的公司承继", "merger: all passes to the merged company"),
    Event.E4: ("公司分立，只移交分出的业务", "division: only the business split off passes"),
    Event.E5: ("资产转让，整条业务线转给接收方", "asset deal: a whole business line passes to a receiver"),
    Event.E6: ("解散，有承继人", "dissolution with a successor"),
    Event.E7: (
        "解散注销，无承继人：删除，须保存的交保管人",
        "deregistration without a successor: delete, keep by a keeper",
    ),
    Event.E8: ("破产，买方继续经营", "bankruptcy, a buyer carries the business on"),
    Event.E9: ("破产，无买方：删除，须保存的交保管人", "bankruptcy without a buyer: delete, keep by a keeper"),
    Event.E10: ("单独出售名单或账户，逐人同意", "sale of a list or account: a yes of each person"),
    Event.E11: ("业务账户变更持有人，如物流月结账户", "a business account moves, such as a carrier account"),
    Event.E12: (
        "委托处理：迁移、托管、数据室；结束后返还或者删除",
        "entrusted to a vendor; returned or deleted at the end",
    ),
    Event.E14: ("签约前尽职调查，只给看匿名表", "due diligence before signing: anonymous tables alone are shown"),
    Event.E13: ("集团内共享，逐人同意；移交方照旧处理", "sharing inside a group: a yes of each person, a copy passes"),
}
_SCENARIOS = {
    Event.E7: "deregistration",
    Event.E8: "bankrupt-shop",
    Event.E9: "bankrupt-shop",
    Event.E11: "logistics-account",
}

_DEPARTMENTS = ("it", "legal", "hr", "marketing", "service", "finance", "officer")
_AT_CUTOVER = ("operator", "verifier", "cutover", "receiver")
_ROLES = {
    Event.E1: ("legal", "officer"),
    Event.E2: ("legal", "officer"),
    Event.E12: ("legal", "officer", "cutover", "receiver"),
    Event.E14: ("legal", "officer"),
    Event.E7: ("liquidator", "officer", "it", "operator", "verifier", "cutover"),
    Event.E8: ("administrator", "officer", "it", *_AT_CUTOVER),
    Event.E9: ("administrator", "officer", "it", "operator", "verifier", "cutover"),
    Event.E11: ("it", "legal", "service", "officer", *_AT_CUTOVER),
}
"""Who appears in the template; the six departments where an event is not named."""
_PAPERS: dict[Event, tuple[PaperKind, ...]] = {
    Event.E3: (PaperKind.SUCCESSION_RESOLUTION,),
    Event.E4: (PaperKind.SUCCESSION_RESOLUTION,),
    Event.E6: (PaperKind.SUCCESSION_RESOLUTION,),
    Event.E7: (PaperKind.LIQUIDATION_GROUP,),
    Event.E8: (PaperKind.ADMINISTRATOR_APPOINTMENT, PaperKind.ESTATE_PLAN_APPROVAL),
    Event.E9: (PaperKind.ADMINISTRATOR_APPOINTMENT,),
    Event.E11: (PaperKind.CARRIER_CONSENT, PaperKind.REAL_NAME_REGISTRATION, PaperKind.SAFETY_AGREEMENT),
}


def write_case_template(event: Event) -> str:
    """The text of a case file for an event; empty texts and the dates are what must be filled in."""
    parts = [_head(event), _TRANSFEROR]
    if event in RELEASES_NOTHING:
        parts.append(_KEEPER)
    elif event is Event.E14:
        parts += [_RECEIVERS[: _RECEIVERS.index("# age_recipient")], _SHOWINGS]
    elif event not in MOVES_NOTHING:
        parts += [_RECEIVERS, _lots(event)]
    settle = [_SETTLE] if event in COMPANY_ENDS else []
    agreed = () if event in MOVES_NOTHING | RELEASES_NOTHING else (_AGREEMENTS,)
    last = (*agreed, *settle, _law(event), _EVIDENCE, _WINDOW)
    abroad = [] if event in MOVES_NOTHING | RELEASES_NOTHING else [_EXPORT]
    return "\n".join([*parts, *abroad, _SOURCES, _people(event), _papers(event), *last])


def _head(event: Event) -> str:
    zh, en = _NAMES[event]
    head = _HEAD.replace("EVENT_ZH", zh).replace("EVENT_EN", en).replace("EVENT", event.value)
    head = head.replace('scenario = "company-transfer"', f'scenario = "{_SCENARIOS.get(event, "company-transfer")}"')
    return head.replace("# register_closes_on", "register_closes_on") if event in RELEASES_NOTHING else head


def _lots(event: Event) -> str:
    if event in ENTRUSTS:
        named = _LOTS.replace("# methods = []   ", 'methods = ["加密交付"]').replace('# on_silence = "proceed"\n', "")
        return named.replace('legal_route = "PIPL-22"', 'legal_route = "PIPL-21"')
    by_consent = event in {Event.E10, Event.E11, Event.E13}
    if not by_consent:
        return _LOTS
    asked = _LOTS.replace('# on_silence = "proceed"', '# on_silence = "release-none"')
    return asked.replace('legal_route = "PIPL-22"', 'legal_route = "PIPL-23"')


def _law(event: Event) -> str:
    counsel = next(r for r in _ROLES.get(event, _DEPARTMENTS) if r in SPEAK_FOR_THE_LAW)
    return _LAW.replace("legal-1", f"{counsel}-1")


def _papers(event: Event) -> str:
    blocks = [
        f'[[papers]]\nkind = "{kind}"\ntitle = ""\nissued_by = ""\n# issued_on = 2026-12-01\nfile = ""\n'
        for kind in _PAPERS.get(event, ())
    ]
    return _PAPERS_HEAD + "\n".join(blocks)


def _people(event: Event) -> str:
    blocks = [
        f'[[people]]\nid = "{role}-1"\nname = ""\nroles = ["{role}"]\npaper = ""\nexternal = false\npublic_key = ""\n'
        for role in _ROLES.get(event, (*_DEPARTMENTS, *_AT_CUTOVER))
    ]
    return _PEOPLE + "\n".join(blocks)


_HEAD = """\
# 案件文件 · Case file
# 空着的文字和日期必须填写。未知的键会被拒绝。
# Fill in the empty texts and the dates. Unknown keys are refused.
# 密钥和本机信息可以写成引用：env:变量名，file:相对路径
# Keys and local facts can be references: env:NAME, file:relative/path

[case]
id = ""                          # 案件编号：小写字母、数字、连字符 · lower-case letters, digits, hyphens
title = ""                       # 案件名称 · title
# 情景 · scenario: logistics-account | company-transfer | deregistration | bankrupt-shop
scenario = "company-transfer"
event = "EVENT"                     # EVENT_ZH · EVENT_EN
industry = "e-commerce"          # 行业 · industry
jurisdictions = ["cn"]           # 法域 · jurisdictions
# effective_on = 2026-12-31      # 必填：法律基准日，即计划切换日 · required: law date, the planned cutover
rehearsal = true                 # 演练；案件打开后不可更改 · a rehearsal; never changes once the case is open
# timezone = "Asia/Shanghai"     # 时区 · time zone
# cutover_not_after = 2027-01-31 # 最迟切换日，不写则只能在基准日当天 · latest cutover; left out: on the law date alone
# register_closes_on = 2027-03-31 # 注销登记日；一切在此之前办完 · struck off; everything is finished before
# tolerance_percent = 5          # 数量允许变动的百分比 · how far numbers may move under an approval
# complaint_authority = ""       # 投诉渠道，写入告知书 · where to complain, printed in the notice
# law_packs = ["cn"]             # 法律包 · law packs
"""

_TRANSFEROR = """\
# 移交方 · The organisation that has the data now
[transferor]
id = "transferor"
name = ""
# name_en = ""
# uscc = ""                      # 统一社会信用代码，18 位 · unified social credit code
contact = ""                     # 客户联系渠道（办公电话或邮箱） · how customers reach the office
# address = ""
# country = "cn"
"""

_RECEIVERS = """\
# 接收方，可有多个 · Who receives; there may be several
[[receivers]]
id = "receiver"
name = ""
# name_en = ""
# uscc = ""
contact = ""                     # 告知书必须写明（个保法 22） · the notice must give it (PIPL Art. 22)
# address = ""
# country = "cn"
# age_recipient = "file:receiver.txt"   # 接收方 `age-keygen` 的公钥 · the receiver's public key
# key_release = "direct"         # direct 直接交付 | escrowed 托管机构放行

# 留存保管人 · Who keeps what the law says must stay
# [custodian]
# id = "keeper"
# name = ""

# 密钥托管机构 · Escrow of the delivery key
# [escrow]
# id = "escrow"
# name = ""
# age_recipient = "file:escrow.txt"
# delivery_recipients = "file:recipients.txt"   # escrowed 时：托管机构用 bequest escrow keys 生成 · made by the escrow
"""

_SHOWINGS = """\
# 给有意收购方看的匿名表；file 为 bequest diligence 的说明文件，其中写 table = "数据源.表"，见 docs/diligence.zh.md
# An anonymous table that the prospective buyer may see; file: its description, which names table = "source.table"
[[showings]]
id = "customers"
receiver = "receiver"
file = "shown.toml"              # docs/diligence.md
"""

_KEEPER = """\
# 保管人：公司终止后继续保存依法须保存的信息 · The keeper, who outlives the company and keeps what the law keeps
[custodian]
id = "keeper"
name = ""
# name_en = ""
contact = ""
# age_recipient = "file:keeper.txt"   # 切换前必填：保管人 `age-keygen` 的公钥 · needed to plan: the keeper's public key
"""

_SETTLE = """\
# 终止前了结：冻结的记录由案内人员附理由决定，否则不能批准 · Settled by a person of the case, or there is no approval
# what: dispute 未了争议 | deceased 本人已故 | unclassified 未分类；how: keeper 交保管人 | delete 删除（仅限 deceased）
# [[settle]]
# what = "dispute"
# how = "keeper"
# by = "officer-1"
# reason = "evidence for both sides"
# until = 2030-01-31
"""

_LAW = """\
# 未决的法律问题由法律顾问附理由选定；bequest law switches 列出开关和两种理解
# Counsel's reading of an open question of law, with a reason; `bequest law switches` lists them with both readings
# [law.switches."cn.pipl.sensitive_in_art22_needs_separate_consent"]
# value = true
# reason = ""
# by = "legal-1"
"""

_LOTS = """\
# 批次：向一个接收方、按一条法律路径移交的范围 · A lot: what passes to one receiver on one legal route
[[lots]]
id = "lot-1"
receiver = "receiver"
# 法律路径由法律顾问选定，不会推断 · counsel's choice, never inferred: none | PIPL-21 | PIPL-22 | PIPL-23
legal_route = "PIPL-22"
route_reason = ""                # 选定理由 · counsel's reason
# route_open = false             # 标为未决法律问题 · marked as an open legal question
purposes = ["履行订单"]          # 接收后的处理目的 · purposes after the transfer
# new_purposes = []              # 变更的目的，须重新取得同意 · changed purposes, which need consent again
# methods = []                   # 处理方式 · methods
# 期满未答复：PIPL-22 默认 proceed，其余默认 release-none · silence: proceed under PIPL-22, else release-none
# on_silence = "proceed"
# 转出方处理这些信息的依据（个保法 13），不写按同意对待；同意以外的须写 basis_reason · on what it is processed, consent
# if left out: consent | contract | legal_duty | emergency | news | public | other_law; else than consent, with a reason
# basis = "consent"
# basis_reason = ""
# 水印：时间或整数最多改动一秒或一个单位，用于追查泄露 · times or whole numbers bear a mark, to trace leaks
# watermark = ["crm.customers.last_login"]
# 范围之外的数据，交付和销毁都触及不到 · what lies outside is out of reach for deliver and destroy
scope = [
  { source = "crm", table = "customers", column = "shop_id", in = ["12"] },
]
"""

_EXPORT = """\
# 接收方在境外时：本案之外自当年 1 月 1 日起的出境；不知道的不写，会被问到 · Where a receiver is abroad: what was
# exported since 1 January beside this case; leave out what is not known, it is asked for
# [export]
# persons = 0                    # 不含敏感个人信息的人数 · persons without sensitive information
# sensitive_persons = 0          # 含敏感个人信息的人数 · persons with sensitive information
# exempt_ground = "none"         # none | contract | hr | emergency | overseas_data | free_trade_zone
# critical_infrastructure = false
# important_data = false
# mechanism = "none"             # 已办妥的 · in hand: none | standard-contract | certification | assessment
# reference = ""                 # 备案号、证书号或者评估结果文号 · number of filing, certificate or decision
"""

_SOURCES = """\
# 数据源 · Sources. kind: sqlite | xlsx | xls | csv | jsonl | parquet | file | held-elsewhere | postgresql | mariadb
[[sources]]
name = "crm"
kind = "sqlite"
path = ""                        # 相对本文件 · relative to this file
# label = ""
# 系统性质：business 以外整库留存 · all but business stay whole:
# business | ledger | medical-record | aml | archive | credit
# system_kind = "business"
# timezone = "Asia/Shanghai"     # 无时区的时间按此解释 · zone of times without one
# encoding = "gb18030"           # 仅 csv、jsonl；不写则自动识别 · csv and jsonl only; looked for where left out
# separator = "tab"              # 仅 csv；不写则自动识别 · csv only; looked for where left out
# sheet = ""                     # 仅 xlsx、xls · xlsx and xls only
# header_row = 0                 # 表头在第几行（只数非空行）；0 为自动识别 · which row names the columns; 0: found
# header_rows = 1                # 合并单元格的两行表头写 2 · 2 where the cells of two header rows are merged
# password = "env:ORDERS_PASSWORD"   # 受密码保护的工作簿；只写引用 · protected workbook: a reference only

# 数据库服务器；地址只写引用，如 mariadb://账户:密码@主机:3306/库名，密码中的 @ : / 写作 %40 %3A %2F
# A database server: the address only by reference, such as postgresql://ACCOUNT:PASSWORD@HOST:5432/DATABASE
# [[sources]]
# name = "shop"
# kind = "postgresql"            # mariadb | postgresql
# url = "env:SHOP_READ"          # 另有 delete_url、scrub_url、verify_url · each phase may have an account of its own
# schema = "public"              # 仅 postgresql · postgresql only
# managed = false                # true 由他人运维，不能清理 · run by others, nothing there can be scrubbed

# 服务器上整库留存的系统，如病历；同一数据库的其余表由另一个不写 tables 的数据源读取
# A system on a server that stays whole, such as medical records; the rest of its database is a source without `tables`
# [[sources]]
# name = "records"
# kind = "postgresql"            # mariadb | postgresql
# url = "env:SHOP_READ"          # 同一数据库写同一引用 · the same reference for the same database
# system_kind = "medical-record"
# tables = ["patient", "visit_*"]      # 不写为整个数据库 · left out: the whole database
# disposition = "custody"        # custody 封存移交后清空原表 · sealed, handed over, then emptied | kept 原处留存
# custodian = "病案管理中心"     # 另有保管人时写明 · where it has a keeper of its own
# age_recipient = "file:archive.txt"   # 该保管人的公钥 · that keeper's public key

# 整体处置的文件：压缩包、PDF、合同扫描件等 · Files decided on as a whole: archives, PDF, scans
# [[sources]]
# name = "contracts"
# kind = "file"
# path = "contracts"             # 文件、文件夹或通配符 · a file, a folder or a pattern such as "docs/*.pdf"
# disposition = "kept"           # kept 原处留存 | custody 整体封存 | unlinked 整体删除
# reason = ""                    # 必填：法律顾问的理由 · required: counsel's reason

# 由他方持有的数据：平台、承运商、云服务 · Held by somebody else: platform, carrier, service
# [[sources]]
# name = "platform"
# kind = "held-elsewhere"
# owner = ""                     # 持有方 · who holds it
# contact = ""
# due_on = 2027-01-31            # 最迟办结日 · by when it is to be done
# export = "exports/*.csv"       # 对方导出的文件（可不写） · an export of it, where there is one
# age_recipient = "file:platform.txt"  # 名单加密给谁（可不写） · to whom the list of persons is encrypted

# 本系统不读取的副本：备份、导出 · Copies that are not read: backups, exports
# [[copies]]
# of = "crm"
# kind = "backup"
# where = ""
# expires_on = 2027-02-01
# control = ""
"""

_PEOPLE = """\
# 人员：至少两名自然人；一人一把签名密钥 · People: at least two, each with a signing key of his or her own
# 角色 · roles: it legal hr marketing service finance officer verifier operator cutover receiver escrow
# 清算或破产时代表各部门 · who stands for the departments in a winding-up: liquidator administrator
# paper 任命或授权文件 · the paper that gives the role；public_key 如 · such as "file:keys/legal-1.pub"
"""

_PAPERS_HEAD = """\
# 文件：签发后放在本文件旁，摘要记入证据 · Papers, put beside this file; their digests go into the evidence
# 种类 · kinds: administrator-appointment liquidation-group estate-plan-approval succession-resolution carrier-consent
# real-name-registration safety-agreement；sha256 可写明核对 · sha256 may be written and is then checked
"""

_AGREEMENTS = """\
# 与非承继的接收方（PIPL-21、PIPL-23）的协议：没有就不能交付 · With a recipient who is no successor: no delivery without
# classes 可以移交的个人字段类别 · the personal kinds of field that may go
# supervise_months 每几个月核查一次 · how often it is looked at
# [[agreements]]
# lot = "lot-1"
# title = "个人信息提供协议"
# signed_on = 2026-10-30
# ends_on = 2029-12-31
# classes = ["person_name", "phone", "address"]
# conditions = ["只用于约定的目的"]          # only for the purpose agreed
# confidentiality = "限于经授权的人员"       # authorised staff only
# supervise_months = 12
# file = "agreement.pdf"
"""

_EVIDENCE = """\
# 见证人：独立于本公司的人，会签日志头 · Witnesses: people apart from the company who cosign the head of the log
# 各家用 bequest witness key 生成密钥，把 witness.vkey 交给您 · each makes a key and gives you its witness.vkey
# [evidence]
# witnesses = ["file:receiver.vkey", "file:notary.vkey"]   # 其后可写地址 · an address may follow the key
# quorum = 1                     # 须有几家会签 · how many must have cosigned
# intent_quorum = 0              # 不可撤销的动作之前须有几家见过 · how many must have seen what cannot be undone
# tsa = "https://tsa.example.com/"     # 时间戳机构 · a time-stamping authority (RFC 3161)
# tsa_roots = "file:tsa-roots.pem"     # 其根证书 · its root certificate
# guomi = true                         # 国密：另加 SM2/SM3 签名 · a second signature, SM2 with SM3
# pdf_key = "file:seal.p12"            # 电子认证服务机构颁发的证书 · a certificate of a licensed authority, for PDFs
# pdf_passphrase = "env:SEAL_PASSPHRASE"
"""

_WINDOW = """\
# 期限（天），从每人首次送达或公告起并行计算 · Days, in parallel from each person's first delivery or public notice
[window]
notice_lead_days = 30            # 告知提前期 · notice lead time
objection_days = 15              # 异议期 · time to object
"""

"""How law is cited: `PIPL-22` becomes 个保法 22 or PIPL Art. 22; the first use on a document gives the full title."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bequest.documents.words import Word


@dataclass(frozen=True, slots=True)
class Instrument:
    """A law, regulation or standard of the register: short form for chips, title for the list at the end."""

    short: Word
    title: Word
    articles: bool = True
    """Whether its provisions are articles; standards have clauses."""


def _law(short_zh: str, short_en: str, title_zh: str, title_en: str, *, articles: bool = True) -> Instrument:
    return Instrument(Word(short_zh, short_en), Word(title_zh, title_en), articles)


REGISTER: Final[Mapping[str, Instrument]] = {
    "PIPL": _law("个保法", "PIPL", "中华人民共和国个人信息保护法", "Personal Information Protection Law"),
    "NDSR": _law("网数条例", "NDSR", "网络数据安全管理条例", "Network Data Security Management Regulations"),
    "CSL": _law("网安法", "CSL", "中华人民共和国网络安全法", "Cybersecurity Law"),
    "DSL": _law("数安法", "DSL", "中华人民共和国数据安全法", "Data Security Law"),
    "CC": _law("民法典", "Civil Code", "中华人民共和国民法典", "Civil Code"),
    "CRIM": _law("刑法", "Criminal Law", "中华人民共和国刑法", "Criminal Law"),
    "ECL": _law("电商法", "E-Commerce Law", "中华人民共和国电子商务法", "E-Commerce Law"),
    "CONS": _law("消法", "Consumer Law", "中华人民共和国消费者权益保护法", "Consumer Rights Protection Law"),
    "MPL": _law("未保法", "Minors Protection Law", "中华人民共和国未成年人保护法", "Law on the Protection of Minors"),
    "MINOR": _law(
        "未网条例",
        "Minors Online Regulations",
        "未成年人网络保护条例",
        "Regulations on the Protection of Minors Online",
    ),
    "KIDS": _law(
        "儿童规定",
        "Children’s PI Provisions",
        "儿童个人信息网络保护规定",
        "Provisions on the Online Protection of Children’s Personal Information",
    ),
    "AUD": _law(
        "审计办法",
        "Audit Measures",
        "个人信息保护合规审计管理办法",
        "Measures for Personal Information Protection Compliance Audits",
    ),
    "SMALL": _law(
        "小型处理者规定",
        "Small Processor Measures",
        "小型个人信息处理者个人信息保护简化措施规定",
        "Simplified Measures for Small Personal Information Processors",
        articles=False,
    ),
    "LARGE": _law(
        "大型处理者草案",
        "Large Processor draft",
        "大型个人信息处理者个人信息保护规定（征求意见稿）",
        "Large Personal Information Processors (draft)",
    ),
    "XB": _law(
        "跨境规定",
        "Cross-Border Provisions",
        "促进和规范数据跨境流动规定",
        "Provisions on Promoting and Regulating Cross-Border Data Flows",
    ),
    "SA": _law(
        "出境评估办法",
        "Export Assessment Measures",
        "数据出境安全评估办法",
        "Measures for Security Assessment of Data Exports",
    ),
    "SCC": _law(
        "标准合同办法",
        "Standard Contract Measures",
        "个人信息出境标准合同办法",
        "Measures on the Standard Contract for Export of Personal Information",
    ),
    "INC": _law(
        "事件报告办法",
        "Incident Reporting Measures",
        "国家网络安全事件报告管理办法",
        "Measures for Reporting National Cybersecurity Incidents",
    ),
    "APPM": _law(
        "App 认定方法",
        "App Method",
        "App 违法违规收集使用个人信息行为认定方法",
        "Method for Identifying Unlawful Collection and Use by Apps",
        articles=False,
    ),
    "TAX": _law(
        "征管法", "Tax Collection Law", "中华人民共和国税收征收管理法", "Tax Collection and Administration Law"
    ),
    "TAXR": _law(
        "征管法细则",
        "Tax Collection Rules",
        "中华人民共和国税收征收管理法实施细则",
        "Rules for Implementing the Tax Collection Law",
    ),
    "ACCT": _law("会计法", "Accounting Law", "中华人民共和国会计法", "Accounting Law"),
    "ACCTA": _law(
        "会计档案办法",
        "Accounting Archives Measures",
        "会计档案管理办法",
        "Measures for the Administration of Accounting Archives",
    ),
    "JRT": _law(
        "JR/T 0171",
        "JR/T 0171",
        "JR/T 0171—2020 个人金融信息保护技术规范",
        "JR/T 0171-2020 Personal financial information protection",
        articles=False,
    ),
    "G35273": _law(
        "GB/T 35273",
        "GB/T 35273",
        "GB/T 35273—2020 个人信息安全规范",
        "GB/T 35273-2020 Personal information security specification",
        articles=False,
    ),
    "G45574": _law(
        "GB/T 45574",
        "GB/T 45574",
        "GB/T 45574—2025 敏感个人信息处理安全要求",
        "GB/T 45574-2025 Security requirements for sensitive personal information",
        articles=False,
    ),
    "HOL": _law(
        "节假日通知",
        "Holiday notices",
        "国务院办公厅关于部分节假日安排的通知",
        "State Council notices on public holidays",
        articles=False,
    ),
    "CO": _law("公司法", "Company Law", "中华人民共和国公司法", "Company Law"),
    "REG": _law(
        "登记条例",
        "Registration Regulations",
        "中华人民共和国市场主体登记管理条例",
        "Regulations on the Registration of Market Entities",
    ),
    "EBL": _law("破产法", "Bankruptcy Law", "中华人民共和国企业破产法", "Enterprise Bankruptcy Law"),
    "AML": _law("反洗钱法", "AML Law", "中华人民共和国反洗钱法", "Anti-Money-Laundering Law"),
    "AML06": _law(
        "反洗钱法（2006）",
        "AML Law (2006)",
        "中华人民共和国反洗钱法（2006 年）",
        "Anti-Money-Laundering Law of 2006",
    ),
    "AUTO": _law(
        "汽车数据规定",
        "Automotive Data Provisions",
        "汽车数据安全管理若干规定（试行）",
        "Provisions on Automotive Data Security (trial)",
    ),
    "CDD": _law(
        "尽调办法",
        "CDD Measures",
        "金融机构客户尽职调查和客户身份资料及交易记录保存管理办法",
        "Measures on Customer Due Diligence and Record Keeping by Financial Institutions",
    ),
    "CRED": _law(
        "征信条例", "Credit Reporting Regulations", "征信业管理条例", "Regulations on the Credit Reporting Industry"
    ),
    "SEC": _law("证券法", "Securities Law", "中华人民共和国证券法", "Securities Law"),
    "ARCH": _law("档案法", "Archives Law", "中华人民共和国档案法", "Archives Law"),
    "MED": _law(
        "病历规定",
        "Medical Records Provisions",
        "医疗机构病历管理规定（2013 年版）",
        "Provisions on Medical Records of Medical Institutions (2013)",
    ),
    "EXP": _law("快递条例", "Express Regulations", "快递暂行条例", "Interim Regulations on Express Delivery"),
    "REAL": _law(
        "实名收寄办法",
        "Real-Name Measures",
        "邮件快件实名收寄管理办法",
        "Measures on Real-Name Acceptance of Mail and Parcels",
    ),
    "SPBPI": _law(
        "寄递信息规定",
        "Delivery PI Provisions",
        "寄递服务用户个人信息安全管理规定",
        "Provisions on the Security of Delivery Users’ Personal Information",
    ),
    "GB41833": _law(
        "GB/T 41833",
        "GB/T 41833",
        "GB/T 41833—2022 快递电子运单",
        "GB/T 41833-2022 Electronic waybill for express delivery",
        articles=False,
    ),
    "CRIMI": _law(
        "侵犯个人信息解释",
        "Interpretation on PI Crimes",
        "最高人民法院、最高人民检察院关于办理侵犯公民个人信息刑事案件适用法律若干问题的解释",
        "Interpretation on Criminal Cases of Infringing Citizens’ Personal Information",
    ),
    "CERT": _law(
        "出境认证办法",
        "Export Certification Measures",
        "个人信息出境认证办法",
        "Measures for Certification of Personal Information Export",
    ),
    "RISK": _law(
        "风险评估办法",
        "Risk Assessment Measures",
        "网络数据安全风险评估办法",
        "Measures for Network Data Security Risk Assessment",
    ),
    "ESIG": _law("电子签名法", "E-Signature Law", "中华人民共和国电子签名法", "Electronic Signature Law"),
    "LAB": _law("劳动合同法", "Labour Contract Law", "中华人民共和国劳动合同法", "Labour Contract Law"),
    "FACE": _law(
        "人脸识别办法",
        "Face Recognition Measures",
        "人脸识别技术应用安全管理办法",
        "Measures on Face Recognition",
        articles=False,
    ),
    "NFRA": _law(
        "银保数据办法",
        "Bank and Insurer Measures",
        "银行保险机构数据安全管理办法",
        "Data Security Measures for Banks and Insurers",
        articles=False,
    ),
    "G43697": _law(
        "GB/T 43697",
        "GB/T 43697",
        "GB/T 43697—2024 数据分类分级规则",
        "GB/T 43697-2024 Rules for data classification and grading",
        articles=False,
    ),
    "G46068": _law(
        "GB/T 46068",
        "GB/T 46068",
        "GB/T 46068—2025 个人信息跨境处理活动安全认证要求",
        "GB/T 46068-2025 Certification requirements for cross-border processing",
        articles=False,
    ),
    "POST": _law("邮政法", "Postal Law", "中华人民共和国邮政法", "Postal Law"),
    "PSAPL": _law(
        "治安处罚法",
        "Public Security Penalties Law",
        "中华人民共和国治安管理处罚法",
        "Public Security Administration Penalties Law",
    ),
    "GDPR": _law("GDPR", "GDPR", "欧盟通用数据保护条例", "General Data Protection Regulation"),
    "CCPA": _law("CCPA", "CCPA", "加州消费者隐私法", "California Consumer Privacy Act"),
}

NOT_CONFIRMED = "NA"
"""Stands for the article where an instrument could not be read: its number is not confirmed."""

_CODE = re.compile(r"^(?P<code>[A-Z][A-Z0-9]*)[-/](?P<rest>.+)$")


@lru_cache(maxsize=4096)
def cite(article: str, lang: str) -> str:
    """`PIPL-22` as 个保法 22 or PIPL Art. 22; what is not in the register is printed as it stands."""
    found = _CODE.match(article)
    if not found or found["code"] not in REGISTER:
        return article
    instrument = REGISTER[found["code"]]
    rest = re.sub(r"^0+(?=\d)", "", found["rest"])
    if rest == NOT_CONFIRMED:
        rest = "（条号未核对）" if lang == "zh" else "(article not confirmed)"
    if lang == "zh" or not instrument.articles or not rest[0].isdigit():
        return f"{instrument.short.of(lang)} {rest}"
    return f"{instrument.short.en} Art. {rest}"


def cited_instruments(articles: Iterable[str]) -> tuple[Instrument, ...]:
    """The instruments behind these articles, each once, in register order."""
    codes = {found["code"] for a in articles if (found := _CODE.match(a))}
    kept: dict[str, Instrument] = {}
    for code, instrument in REGISTER.items():
        if code in codes:
            kept.setdefault(instrument.title.zh, instrument)
    return tuple(kept.values())

"""The assessment of GDPR Art. 35, from the same measured facts: parts by its paragraph 7, advice and views beside them.

The articles are from knowledge; the text of the regulation was not read here.
"""

from collections.abc import Iterator

from bequest.documents.form.content import Block, Field, Paragraph
from bequest.documents.pipia import fields, risk, subject
from bequest.documents.pipia.content import PipiaInput
from bequest.documents.pipia.wording import Speech, table


def due(s: Speech, g: PipiaInput) -> Iterator[Block]:
    """Art. 35(1) and (3): whether a high risk is likely; whether the regulation applies at all is for people."""
    yield table(
        (s("GDPR 35(3) 的情形", "Case of GDPR Art. 35(3)"), s("测得", "Measured")),
        (
            (s("(a) 系统评估、自动化决策", "(a) systematic evaluation, automated decisions"),
             s("没有测量，见下", "not measured, see below")),
            (s("(b) 大规模的特殊类别", "(b) special categories on a large scale"),
             subject.fact_said(s, g, "sensitive_persons")),
            (s("(c) 公共区域的大规模监控", "(c) monitoring of a public area"), s("没有测量", "not measured")),
            (s("35(1) 其他高风险", "35(1) other high risk"),
             s(f"最高等级 {risk.highest(g)}，", f"highest level {risk.highest(g)}, ")
             + subject.fact_said(s, g, "persons")),
        ),
        (4, 5),
    )  # fmt: skip
    yield Paragraph(
        s(
            "敏感个人信息按个保法 28 认定，比 GDPR 9 的特殊类别宽（含金融账户、行踪、不满十四周岁者）。"
            "GDPR 的条号凭知识写成，请律师核对。",
            "Sensitive means PIPL Art. 28, which is wider than the special categories of GDPR Art. 9 (accounts,"
            " movements, people under 14 are in). Articles of the GDPR are from knowledge; have counsel check them.",
        ),
        note=True,
    )
    yield _field("applies", s("GDPR 是否适用", "Does the GDPR apply?"),
                 s("设立地，或者向欧盟的人提供服务、监测其行为（3）",
                   "establishment; offers to, or monitoring of, people in the EU (Art. 3)"))  # fmt: skip
    yield fields.automated(s, g)
    yield fields.team(s)


def described(s: Speech, g: PipiaInput) -> Iterator[Block]:
    """Art. 35(7)(a): a systematic description, and the data."""
    yield from subject.processing(s, g)
    yield from subject.data(s, g)


def necessary(s: Speech, g: PipiaInput) -> Iterator[Block]:
    """Art. 35(7)(b): necessity and proportionality, ground by ground."""
    yield subject.lawful_facts(s, g)
    yield _field(
        "basis",
        s("合法性基础", "Legal basis"),
        s("GDPR 6；特殊类别 9；正当利益的衡量", "Art. 6; special categories Art. 9; weighing of a legitimate interest"),
    )
    yield _field("compatible", s("与原目的是否相容", "Is it compatible with the purposes of collection?"),
                 s("GDPR 5(1)(b)、6(4)", "Art. 5(1)(b), 6(4)"))  # fmt: skip
    yield _field(
        "rights",
        s("权利如何保障", "How are people's rights provided for?"),
        s("告知 13、14，访问、更正、删除、可携、反对 15 至 22", "information Art. 13, 14; Art. 15 to 22"),
    )
    yield _field(
        "third_countries",
        s("向第三国传输", "Transfers to third countries"),
        s(
            "充分性、标准合同条款及影响评估（44 至 49）",
            "adequacy, standard clauses with their assessment (Art. 44 to 49)",
        ),
    )
    yield fields.lawfulness(s)


def risks(s: Speech, g: PipiaInput) -> Iterator[Block]:
    """Art. 35(7)(c): risks to rights and freedoms."""
    yield from risk.sources(s, g)
    yield risk.heat(s, g, rights=True)
    yield from risk.registered(s, g)


def measures(s: Speech, g: PipiaInput) -> Iterator[Block]:
    """Art. 35(7)(d): measures envisaged."""
    yield from risk.measures_known(s, g)
    if g.case.receivers:
        yield _field("contract", s("与接收方、处理者的合同", "Contracts with receivers and processors"),
                     s("GDPR 26、28", "Art. 26, 28"))  # fmt: skip
    yield _field("security", s("安全措施", "Security of processing"), s("GDPR 25、32", "Art. 25, 32"))
    yield from risk.residual(s, g)


def advice(s: Speech, g: PipiaInput) -> Iterator[Block]:
    """Art. 35(2), (9) and Art. 36: the officer's advice, people's views, prior consultation."""
    yield fields.officer(s, g)
    yield fields.consulted(s)
    yield Field(
        "prior_consultation", s("是否须事先咨询监管机构（36）", "Is the authority to be consulted first (Art. 36)?"),
        s("剩余高风险时须咨询", "where a high risk remains"), choices=(s("否", "no"), s("是", "yes")),
    )  # fmt: skip


def _field(name: str, label: str, hint: str) -> Field:
    return Field(name, label, hint, lines=3)

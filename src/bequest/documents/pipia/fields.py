"""The fields of the impact assessment that people fill in."""

from collections.abc import Iterator

from bequest.documents.assessment.wording import CONCLUSIONS
from bequest.documents.form.content import Field
from bequest.documents.pipia.content import PipiaInput
from bequest.documents.pipia.wording import Speech
from bequest.documents.words import word
from bequest.model.case import Role

OPINIONS = ("officer_", "opinion_", "conclusion", "signed", "prior_")
"""Beginnings of the ids of fields that judge the measured facts: given anew whenever these change."""


def judges(field_id: str) -> bool:
    """Whether a field holds a judgement of the facts, rather than a description that outlasts them."""
    return field_id.startswith(OPINIONS)


def team(s: Speech) -> Field:
    """Who assessed."""
    return Field(
        "team", s("评估小组成员及职责", "Who carried out the assessment, and in which role"),
        s("姓名、部门、职责", "name, department, role"), lines=2,
    )  # fmt: skip


def lawfulness(s: Speech) -> Field:
    """Lawful, proper, necessary: the reasoning."""
    return Field(
        "lawfulness", s("合法、正当、必要的分析", "Why purpose and method are lawful, proper and necessary"),
        s("结合上表说明处理目的、方式、依据和必要性", "with the table above: purpose, method, ground, necessity"),
        lines=4,
    )  # fmt: skip


def automated(s: Speech, given: PipiaInput) -> Field:
    """Automated decisions: not measured."""
    here, there = s("是，本方的", "yes, here"), s("是，接收方的", "yes, at the receiver")
    return Field(
        "automated_decisions", s("是否利用个人信息进行自动化决策", "Are people subject to automated decisions?"),
        s("系统不能测得，由人填写", "cannot be measured; people say it"),
        choices=(s("否", "no"), here, *((there,) if given.case.receivers else ())),
    )  # fmt: skip


def consulted(s: Speech) -> Field:
    """What people concerned said."""
    return Field(
        "consulted", s("征求相关方意见的情况", "Consultation of people concerned"),
        s("向谁、如何征求，采纳与否及理由", "whom, how, what was taken up and why"), required=False, lines=3,
    )  # fmt: skip


def not_measured(s: Speech, given: PipiaInput) -> Iterator[Field]:
    """What the case does not know: of the receivers, where there are any, and of the transferor."""
    if given.case.receivers:
        yield from _receivers(s)
    yield Field(
        "organisation", s("本方的制度、人员与培训", "Rules, staff and training of the transferor"),
        s("个保法 51", "PIPL Art. 51"), required=False, lines=3,
    )  # fmt: skip


def _receivers(s: Speech) -> Iterator[Field]:
    yield Field(
        "contract", s("与接收方的合同、约定及其对接收方的约束", "Contract with the receiver, and what it binds it to"),
        s("名称、日期、要点（网数条例 12）", "title, date, main points (NDSR Art. 12)"), lines=3,
    )  # fmt: skip
    yield Field(
        "receiver_security", s("接收方的安全能力", "Security capability of the receiver"),
        s("制度、人员、技术措施、等级保护、认证", "rules, staff, technical measures, graded protection, certificates"),
        lines=3,
    )  # fmt: skip


def measures(s: Speech) -> Field:
    """Whether measures are lawful, effective and fit the risk."""
    return Field(
        "measures", s("措施是否合法、有效并与风险程度相适应", "Are the measures lawful, effective and in proportion?"),
        s("个保法 56（三）", "PIPL Art. 56(3)"), lines=4,
    )  # fmt: skip


def residual(s: Speech) -> Field:
    """Why what is left is accepted, and what else is done."""
    return Field(
        "residual", s("剩余风险的接受理由或者进一步措施", "Why the residual risk is accepted, or what else is done"),
        s("逐项说明；期限和负责人", "risk by risk, with date and person in charge"), lines=4,
    )  # fmt: skip


def opinions(s: Speech, given: PipiaInput) -> Iterator[Field]:
    """The protection officer first, then each department or whoever stands for them."""
    yield officer(s, given)
    for role in given.roles:
        if role is not Role.OFFICER:
            yield _opinion(s, given, f"opinion_{role.value}", role)


def officer(s: Speech, given: PipiaInput) -> Field:
    """What the protection officer says."""
    return _opinion(s, given, "officer_opinion", Role.OFFICER)


def _opinion(s: Speech, given: PipiaInput, name: str, role: Role) -> Field:
    held = s.join(p.name for p in given.case.people if role in p.roles)
    said = s.of(word(role))
    who = f"{held}{s('：', ': ')}" if held else ""
    asked = who + s("意见、姓名、日期", "opinion, name, date")
    return Field(name, s(f"{said}的意见", f"Opinion of {said}"), asked, lines=2)


def conclusion(s: Speech) -> Iterator[Field]:
    """The verdict and who signs."""
    yield Field(
        "conclusion", s("评估结论", "Conclusion"), s("选择一项", "choose one"),
        choices=tuple(s.of(c) for c in CONCLUSIONS.values()),
    )  # fmt: skip
    yield Field("signed", s("签署人、日期", "Signed by, on"), s("姓名、职务、日期", "name, office, date"), lines=1)

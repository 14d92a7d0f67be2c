"""How the fairness of outcomes is said: words of groups, outcomes and verdicts, and a sentence per finding."""

from collections.abc import Mapping
from typing import Final

from bequest.documents.words import Shape, Word
from bequest.model.fairness import Circumstance, Comparison, Dimension, Fairness, Interval, Verdict

DIMENSIONS: Final[Mapping[Dimension, Word]] = {
    Dimension.AGE: Word("年龄", "age"),
    Dimension.REGION: Word("地区", "region"),
    Dimension.VALUE: Word("消费额", "order value"),
    Dimension.KIND: Word("客户类型", "kind of person"),
    Dimension.OBJECTED: Word("行使权利：拒绝", "right used: objection"),
    Dimension.REFUSED: Word("行使权利：不同意", "right used: refused consent"),
    Dimension.DISPUTE: Word("行使权利：争议", "right used: dispute"),
}
VERDICTS: Final[Mapping[Verdict, tuple[Word, Shape]]] = {
    Verdict.ALIKE: (Word("无明显差别", "alike"), Shape("same", "ok")),
    Verdict.EXPLAINED: (Word("有差别，依法可解释", "differs, explained"), Shape("same", "info")),
    Verdict.APART: (Word("有差别，无可比的人", "differs, nobody comparable"), Shape("till", "info")),
    Verdict.FINDING: (Word("有差别，无法解释", "differs, unexplained"), Shape("gone", "warn")),
    Verdict.FEW: (Word("人数太少，无法判断", "too few to tell"), Shape("none", "unseen")),
}
OUTCOMES: Final[Mapping[str, Word]] = {
    "passed_on": Word("移交", "passed on"),
    "waiting": Word("等待答复", "waiting for an answer"),
    "not_passed_on": Word("不移交", "not passed on"),
    "in_use": Word("留在原处使用", "left in use"),
    "custody": Word("依法留存", "kept in custody"),
    "anonymise": Word("匿名化", "anonymised"),
    "delete": Word("删除", "deleted"),
    "blocked": Word("冻结", "blocked"),
}
_GROUPS: Final[Mapping[str, Word]] = {
    "under_14": Word("不满 14 岁", "under 14"),
    "14_17": Word("14 至 17 岁", "14 to 17"),
    "adult": Word("成年", "adult"),
    "unknown": Word("不详", "not known"),
    "no_orders": Word("无订单", "no orders"),
    "low": Word("较低三分之一", "lowest third"),
    "middle": Word("中间三分之一", "middle third"),
    "high": Word("较高三分之一", "highest third"),
    "staff": Word("员工", "staff"),
    "customer": Word("顾客", "customer"),
    "enterprise_contact": Word("企业联系人", "contact of a company"),
    "guardian": Word("监护人", "guardian"),
    "supplier_contact": Word("供应商联系人", "supplier’s contact"),
    "prospect": Word("潜在客户", "prospect"),
    "third_party": Word("第三人", "third person"),
    "used": Word("已行使", "used it"),
    "not_used": Word("未行使", "did not"),
}
_REGIONS: Final[Mapping[str, Word]] = {
    "11": Word("北京", "Beijing"),
    "12": Word("天津", "Tianjin"),
    "13": Word("河北", "Hebei"),
    "14": Word("山西", "Shanxi"),
    "15": Word("内蒙古", "Inner Mongolia"),
    "21": Word("辽宁", "Liaoning"),
    "22": Word("吉林", "Jilin"),
    "23": Word("黑龙江", "Heilongjiang"),
    "31": Word("上海", "Shanghai"),
    "32": Word("江苏", "Jiangsu"),
    "33": Word("浙江", "Zhejiang"),
    "34": Word("安徽", "Anhui"),
    "35": Word("福建", "Fujian"),
    "36": Word("江西", "Jiangxi"),
    "37": Word("山东", "Shandong"),
    "41": Word("河南", "Henan"),
    "42": Word("湖北", "Hubei"),
    "43": Word("湖南", "Hunan"),
    "44": Word("广东", "Guangdong"),
    "45": Word("广西", "Guangxi"),
    "46": Word("海南", "Hainan"),
    "50": Word("重庆", "Chongqing"),
    "51": Word("四川", "Sichuan"),
    "52": Word("贵州", "Guizhou"),
    "53": Word("云南", "Yunnan"),
    "54": Word("西藏", "Tibet"),
    "61": Word("陕西", "Shaanxi"),
    "62": Word("甘肃", "Gansu"),
    "63": Word("青海", "Qinghai"),
    "64": Word("宁夏", "Ningxia"),
    "65": Word("新疆", "Xinjiang"),
    "71": Word("台湾", "Taiwan"),
    "81": Word("香港", "Hong Kong"),
    "82": Word("澳门", "Macao"),
}
_CIRCUMSTANCES: Final[Mapping[tuple[str, str], Word]] = {
    ("notice", "planned"): Word("尚未告知", "not told yet"),
    ("notice", "delivered"): Word("逐人送达", "reached one by one"),
    ("notice", "published"): Word("只有公告送达", "told by public notice only"),
    ("notice", "not_told"): Word("没有告知到", "not told"),
    ("freshness", "current"): Word("近期有联系", "in touch lately"),
    ("freshness", "stale"): Word("久未联系", "long not in touch"),
    ("freshness", "unknown"): Word("最后联系不详", "last contact not known"),
    ("birth_date", "known"): Word("有出生日期", "date of birth on file"),
    ("birth_date", "missing"): Word("没有出生日期", "no date of birth on file"),
    ("contact", "on_file"): Word("有联系方式", "contact details on file"),
    ("contact", "none_on_file"): Word("没有联系方式", "no contact details on file"),
    ("phone", "own"): Word("号码未与人共用", "phone not shared"),
    ("phone", "shared"): Word("与他人共用号码", "phone shared with others"),
}
FEW = "<10"


def group_word(value: str) -> Word:
    """A group: an age band, a province, a third, a kind, or whether a right was used."""
    return _REGIONS.get(value) or _GROUPS.get(value) or Word(value, value)


def outcome_word(value: str) -> Word:
    """An outcome of the main record."""
    return OUTCOMES.get(value) or Word(value, value)


def percent(per_mille: int | None) -> str:
    """A share per mille in per cent; a dash where the count behind it, or one next to it, is below ten."""
    return "—" if per_mille is None else f"{per_mille / 10:.1f}%"


def points(of: Interval | None, lang: str) -> str:
    """A difference with its interval in percentage points."""
    if of is None:
        return "—"
    to = "至" if lang == "zh" else "to"
    return f"{of.at / 10:+.1f} ({of.low / 10:+.1f} {to} {of.high / 10:+.1f})"


def finding_sentence(c: Comparison, lang: str) -> str:
    """One finding in one sentence: who, which outcome, how much, and what goes with it."""
    by, group, outcome = (w.of(lang) for w in (DIMENSIONS[c.by], group_word(c.group), outcome_word(c.outcome)))
    lot = (f"批次 {c.lot}，" if lang == "zh" else f"lot {c.lot}, ") if c.lot else ""
    if lang == "zh":
        size = f"（{c.size:,} 人）" if c.size is not None else ""
        much = f"，法定情形相同时相差 {points(c.held, lang)} 个百分点" if c.held else "，人数少于 10，不列数字"
        return f"{lot}{by}“{group}”{size}的“{outcome}”与其他人不同{much}。{_goes_with(c, lang)}"
    size = f" ({c.size:,} people)" if c.size is not None else ""
    much = (
        f" by {points(c.held, lang)} points in the same lawful situation"
        if c.held
        else "; fewer than 10 people stand behind a figure, so none is printed"
    )
    return f"{lot}{by} “{group}”{size}: “{outcome}” differs from all others{much}. {_goes_with(c, lang)}"


def _goes_with(c: Comparison, lang: str) -> str:
    if not c.goes_with:
        return "已知情况都不能说明原因。" if lang == "zh" else "No fact we know goes with it."
    said = [_circumstance(x, lang) for x in c.goes_with]
    return "与之相随：" + "；".join(said) + "。" if lang == "zh" else "It goes with: " + "; ".join(said) + "."


def _circumstance(x: Circumstance, lang: str) -> str:
    what = _CIRCUMSTANCES.get((x.fact, x.value), Word(f"{x.fact} {x.value}", f"{x.fact} {x.value}")).of(lang)
    part = max(0, min(1000, x.accounts_for)) / 10
    if lang == "zh":
        return f"{what}（该组 {percent(x.group)}，其他人 {percent(x.rest)}；占差别的 {part:.0f}%）"
    return f"{what} ({percent(x.group)} here, {percent(x.rest)} of the others; {part:.0f}% of the difference)"


def summary(found: Fairness, lang: str) -> str:
    """What all comparisons came to, in one sentence."""
    n, made = len(found.findings), len(found.comparisons)
    if not made:
        return (
            "所有人的结果相同，或者只有一类人，没有可比的。"
            if lang == "zh"
            else "Everybody ends alike, or there is one kind of people only: nothing to compare."
        )
    if lang == "zh":
        return f"比较 {made} 次：{n} 处差别没有法定理由可以解释。" if n else f"比较 {made} 次，没有无法解释的差别。"
    return (
        f"{made:,} comparisons: {n} unexplained difference{'s' if n != 1 else ''}."
        if n
        else f"{made:,} comparisons, no unexplained difference."
    )

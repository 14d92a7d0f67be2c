"""The tables of the detector pages, from their data files: classes, detectors, known exports, rules of faults."""

from collections.abc import Iterator

from bequest.documents.citations import cite
from bequest.documents.classes import CLASSES
from bequest.documents.words import word
from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors import DETECTORS
from bequest.steps.discover.faults import KINDS, PARAMETERS, RULES
from bequest.steps.discover.profiles import profiles
from bequest.steps.discover.words import has_han

LANGUAGES = ("zh", "en")
EXAMPLES = 5
KIND_WORDS = {
    "over_collection": ("收集范围过广", "over-collection"),
    "insecure_storage": ("存储不安全", "insecure storage"),
    "misuse": ("使用不当", "misuse"),
    "irregular_sharing": ("共享不规范", "irregular sharing"),
    "stale": ("更新不及时", "stale data"),
    "kept_too_long": ("删除不及时", "kept too long"),
    "quality": ("质量", "quality"),
    "provenance": ("来源", "provenance"),
}

Rows = Iterator[tuple[str, ...]]


def class_heads(lang: int) -> tuple[str, ...]:
    """Heads of the table of classes."""
    return (
        ("类别", "含义", "敏感", "依据", "一般数据级别", "JR/T 0171", "Fides", "通常怎样脱敏"),
        ("class", "what it holds", "sensitive", "basis", "grade of general data", "JR/T 0171", "Fides", "usual mask"),
    )[lang]


def class_rows(lang: int) -> Rows:
    """One line a class."""
    for cls, info in CLASSES.items():
        yield (
            f"`{cls.value}` {word(cls)[lang]}",
            (info.about_zh, info.about_en)[lang],
            (("是", "") if lang == 0 else ("yes", ""))[not info.sensitive],
            cite(info.basis, LANGUAGES[lang]) if info.basis else "",
            str(info.general or ""),
            info.jrt,
            f"`{info.fides}`",
            (info.mask_zh, info.mask_en)[lang].replace("*", "\\*"),
        )


def detector_heads(lang: int) -> tuple[str, ...]:
    """Heads of the table of detectors."""
    return (
        ("识别器", "类别", "由谁规定", "词", "例", "看取值"),
        ("detector", "class", "who defines it", "words", "such as", "looks at values"),
    )[lang]


def detector_rows(lang: int) -> Rows:
    """One line a detector, without the one for what is about nobody."""
    for d in DETECTORS:
        if d.cls is not FieldClass.NOT_PI:
            yield f"`{d.id}`", f"`{d.cls.value}`", d.reference, str(len(d.all_hints)), _examples(d), _values(d, lang)


def _examples(d: Detector) -> str:
    latin = [h for h in d.hints if not has_han(h)][:EXAMPLES]
    han = [h for h in d.hints if has_han(h)][:EXAMPLES]
    return "、".join((*han, *latin))


def _values(d: Detector, lang: int) -> str:
    if d.shape is None:
        return ("否", "no")[lang]
    if d.shape.check is not None:
        return ("样式与校验", "form and check")[lang]
    return ("样式", "form")[lang]


def export_heads(lang: int) -> tuple[str, ...]:
    """Heads of the table of exports."""
    return (("导出", "种类", "表头数", "怎样得知"), ("export", "kind", "headers", "how it is known"))[lang]


def export_rows(lang: int) -> Rows:
    """One line a profile."""
    for p in profiles():
        known = {"from_knowledge": ("凭常识写成，未读厂商文件", "from knowledge; no file of the vendor was read")}
        yield f"`{p.id}` {(p.zh, p.en)[lang]}", p.kind, str(len(p.columns)), known.get(p.status, (p.status,) * 2)[lang]


def rule_heads(lang: int) -> tuple[str, ...]:
    """Heads of the table of rules."""
    return (
        ("规则", "类", "发现什么", "条款", "怎样处理"),
        ("rule", "kind", "what it finds", "article", "what to do"),
    )[lang]


def rule_rows(lang: int) -> Rows:
    """One line a rule, kind by kind."""
    for kind in KINDS:
        for r in (r for r in RULES.values() if r.kind == kind):
            article = cite(r.article, LANGUAGES[lang])
            sure = "" if r.status == "verified" else f" ({r.status})"
            yield f"`{r.id}`", KIND_WORDS[kind][lang], (r.zh, r.en)[lang], article + sure, (r.do_zh, r.do_en)[lang]


def parameters(lang: int) -> str:
    """The numbers that are ours."""
    return ("；" if lang == 0 else "; ").join(f"`{name}` = {value}" for name, value in PARAMETERS.items())

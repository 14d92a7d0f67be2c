"""A card in the words of one language: who, why, which kinds go where, what silence and each choice do."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from bequest.app.answers import Phase
from bequest.app.portal.choices import Ask, Pair, pairs, requests
from bequest.app.portal.done import outcome_texts
from bequest.app.portal.open_card import Kind, Opened
from bequest.app.portal.page import PageLot, Side
from bequest.documents.citations import cite
from bequest.documents.words import RELEASE_SHAPES, RESIDUE_SHAPES, Shape, word
from bequest.model.disposition import Operator, Release, Residue
from bequest.web.pages import day, when
from bequest.web.portal import effects


@dataclass(frozen=True, slots=True)
class Fate:
    """One line: what happens on one axis."""

    shape: Shape
    head: str
    rest: str


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds of information that share their fate."""

    names: str
    sample: str
    fates: tuple[Fate, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that templates need beside the card, in one language."""

    lang: str
    transferor: str
    receivers: tuple[tuple[str, str], ...]
    """Name and contact."""
    greeting: str
    lots: tuple[PageLot, ...]
    groups: tuple[Group, ...]
    hidden: int
    """Kinds that are shown after the second datum only."""
    pairs: tuple[Pair, ...]
    requests: tuple[Ask, ...]
    silence: str
    items: dict[str, str]
    done: tuple[str, ...]
    effects: dict[str, tuple[str, ...]]
    """What each choice does, by its word."""

    def pick(self, zh: str, en: str) -> str:
        """The text of this language."""
        return zh if self.lang == "zh" else en

    def side(self, party: Side) -> str:
        """A party's name."""
        return party.name if self.lang == "zh" else party.name_en

    def when(self, at: datetime, zone: str) -> str:
        """An instant with its zone."""
        return when(at, zone, self.lang)


def shown(opened: Opened, lang: str) -> Shown:
    """The card in words."""
    page = opened.page
    lots = tuple(lot for lot in page.lots if lot.id in opened.lots)
    names = {
        r.receiver.name: (r.receiver.name if lang == "zh" else r.receiver.name_en, r.receiver.contact) for r in lots
    }
    visible = [k for k in opened.kinds if opened.inner or not k.sensitive]
    notice = opened.notice
    zh = lang == "zh"
    receivers = {lot.id: (lot.receiver.name, lot.receiver.name_en) for lot in page.lots}
    return Shown(
        lang=lang,
        transferor=page.transferor.name if zh else page.transferor.name_en,
        receivers=tuple(names.values()),
        greeting=opened.inner.get("name", ""),
        lots=lots,
        groups=_groups(visible, opened, lang, [n for n, _ in names.values()]),
        hidden=len({k.cls for k in opened.kinds} - {k.cls for k in visible}),
        pairs=pairs(opened) if opened.phase is not Phase.ERASED else (),
        requests=requests(opened),
        silence=notice.silence_zh if zh else notice.silence_en,
        items={i.id: (i.zh if zh else i.en) for i in notice.items},
        done=tuple(z if zh else e for z, e in outcome_texts(opened.outcome, receivers)),
        effects={a.value: effects.effect_of(a, opened, lang) for a in Ask},
    )


def _groups(kinds: list[Kind], opened: Opened, lang: str, receivers: list[str]) -> tuple[Group, ...]:
    """Kinds by fate, in the order of the release axis; one line of names each."""
    by_fate: dict[tuple[Release, Residue, Operator, str], list[Kind]] = defaultdict(list)
    for k in kinds:
        by_fate[k.release, k.residue, k.operator, k.until.isoformat() if k.until else ""].append(k)
    order = {r: n for n, r in enumerate(Release)}
    found = []
    for key in sorted(by_fate, key=lambda f: (order[f[0]], f[1].value, f[3])):
        members = by_fate[key]
        found.append(
            Group(
                names=("、" if lang == "zh" else ", ").join(dict.fromkeys(word(k.cls).of(lang) for k in members)),
                sample=_sample(members, opened),
                fates=_fates(members[0], opened, lang, receivers),
            )
        )
    return tuple(found)


def _sample(members: list[Kind], opened: Opened) -> str:
    of = {"person_name": "name", "phone": "phone", "email": "email"}
    return " · ".join(
        dict.fromkeys(opened.inner[of[k.cls.value]] for k in members if of.get(k.cls.value) in opened.inner)
    )


def _fates(kind: Kind, opened: Opened, lang: str, receivers: list[str]) -> tuple[Fate, ...]:
    zh = lang == "zh"
    to = receivers[0] if len(receivers) == 1 else ("接收方" if zh else "the receiver")
    release = {
        Release.AS_IS: ("原样移交", f"给{to}") if zh else ("Passed on as it is", f"to {to}"),
        Release.MASKED: (
            ("处理后移交", f"{word(kind.operator).zh}，给{to}") if zh else
            ("Passed on in part", f"{word(kind.operator).en}, to {to}")
        ),
        Release.WAITING: (
            ("等您答复", "不答复就不移交" if kind.fallback is Release.NONE else "不答复就照方案移交") if zh else
            ("Waits for your answer", "no answer: not passed on" if kind.fallback is Release.NONE
             else "no answer: passed on as planned")
        ),
        Release.NONE: ("不移交", "") if zh else ("Not passed on", ""),
    }[kind.release]  # fmt: skip
    keeper = opened.page.keeper.name if zh else opened.page.keeper.name_en
    until = day(kind.until, lang) if kind.until else ""
    residue = {
        Residue.IN_USE: ("照旧使用", "目的不变") if zh else ("Stays in use", "for the same purpose"),
        Residue.CUSTODY: (
            ("封存", f"到 {until}，由{keeper}保管，然后销毁" if until else f"到法定期限届满，由{keeper}保管") if zh else
            ("Sealed", f"until {until}, kept by {keeper}, then destroyed" if until
             else f"until the period of the law ends, kept by {keeper}")
        ),
        Residue.ANONYMISE: ("匿名", "认不出您") if zh else ("Anonymised", "nobody can be recognised"),
        Residue.DELETE: ("删除", "我们这里的一份") if zh else ("Deleted", "the copy with us"),
        Residue.BLOCKED: ("冻结", "有事未了结，不作任何使用") if zh else ("Blocked", "something is open; not used"),
    }[kind.residue]  # fmt: skip
    return (
        Fate(RELEASE_SHAPES[kind.release], *release),
        Fate(RESIDUE_SHAPES[kind.residue], *residue),
    )


def citations(articles: tuple[str, ...], lang: str) -> str:
    """Articles as they are cited in a language."""
    return ("、" if lang == "zh" else ", ").join(cite(a, lang) for a in articles)

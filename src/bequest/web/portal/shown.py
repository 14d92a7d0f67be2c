"""A card in the words of one language: who, why, which kinds go where, what silence and each choice do."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from bequest.app.phases import Phase
from bequest.app.portal.choices import Ask, Pair, pairs, requests
from bequest.app.portal.done import outcome_texts
from bequest.app.portal.open_card import Kind, Opened
from bequest.app.portal.page import PageLot, Side
from bequest.documents.citations import cite
from bequest.documents.words import word
from bequest.model.disposition import Operator, Release, Residue
from bequest.web.pages import when
from bequest.web.portal import pieces


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds of information that share their fate."""

    names: str
    sample: str
    fates: Markup


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that templates need beside the card, in one language."""

    lang: str
    transferor: str
    receivers: tuple[tuple[str, str], ...]
    """Name and contact."""
    greeting: str
    lots: tuple[PageLot, ...]
    pairs: tuple[Pair, ...]
    requests: tuple[Ask, ...]
    silence: str
    items: dict[str, str]
    done: tuple[str, ...]
    opened: Opened

    def effect(self, what: Ask) -> Markup:
        """What a choice does, as a list."""
        return pieces.effect_lines(what, self.opened.situation, self.lang)

    def full_text(self) -> Markup:
        """The whole notice."""
        return pieces.full_text(self.opened.situation, self.lang)

    def groups(self) -> tuple[Group, ...]:
        """Kinds by fate, in the order of the release axis; one line of names each."""
        return _groups([k for k in self.opened.kinds if _is_visible(k, self.opened)], self.opened, self.lang)

    def hidden(self) -> int:
        """Kinds that are shown after the second datum only."""
        kinds = self.opened.kinds
        return len({k.cls for k in kinds} - {k.cls for k in kinds if _is_visible(k, self.opened)})

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
    notice = opened.notice
    zh = lang == "zh"
    receivers = {lot.id: (lot.receiver.name, lot.receiver.name_en) for lot in page.lots}
    return Shown(
        lang=lang,
        transferor=page.transferor.name if zh else page.transferor.name_en,
        receivers=tuple(names.values()),
        greeting=opened.inner.get("name", ""),
        lots=lots,
        pairs=pairs(opened) if opened.phase is not Phase.ERASED else (),
        requests=requests(opened),
        silence=notice.silence_zh if zh else notice.silence_en,
        items={i.id: (i.zh if zh else i.en) for i in notice.items},
        done=tuple(z if zh else e for z, e in outcome_texts(opened.outcome, receivers)),
        opened=opened,
    )


def _is_visible(kind: Kind, opened: Opened) -> bool:
    return bool(opened.inner) or not kind.sensitive


def _groups(kinds: list[Kind], opened: Opened, lang: str) -> tuple[Group, ...]:
    by_fate: dict[tuple[Release, Residue, Operator, str], list[Kind]] = defaultdict(list)
    for k in kinds:
        until = k.fate.until.isoformat() if k.fate.until else ""
        by_fate[k.fate.release, k.fate.residue, k.fate.operator, until].append(k)
    order = {r: n for n, r in enumerate(Release)}
    situation = opened.situation
    return tuple(
        Group(
            names=("、" if lang == "zh" else ", ").join(dict.fromkeys(word(k.cls).of(lang) for k in members)),
            sample=_sample(members, opened) if opened.inner else "",
            fates=pieces.fates(members[0].fate, situation, lang),
        )
        for _, members in sorted(by_fate.items(), key=lambda f: (order[f[0][0]], f[0][1].value, f[0][3]))
    )


def _sample(members: list[Kind], opened: Opened) -> str:
    of = {"person_name": "name", "phone": "phone", "email": "email"}
    return " · ".join(
        dict.fromkeys(opened.inner[of[k.cls.value]] for k in members if of.get(k.cls.value) in opened.inner)
    )


def citations(articles: tuple[str, ...], lang: str) -> str:
    """Articles as they are cited in a language."""
    return ("、" if lang == "zh" else ", ").join(cite(a, lang) for a in articles)

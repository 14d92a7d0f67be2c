"""What an objection does, in words for the person, by event × ground as the rules decide it: shown before the click."""

from dataclasses import dataclass
from datetime import date

from bequest.law.events import objection_rules
from bequest.law.pack import LawPack
from bequest.law.status import weakest
from bequest.model.case import Event, LegalRoute
from bequest.model.disposition import ReasonStatus


@dataclass(frozen=True, slots=True)
class ObjectionEffect:
    """What an objection does to data held on one ground."""

    ground: str
    route: str
    zh: str
    en: str
    articles: tuple[str, ...]
    status: ReasonStatus


def objection_effects(
    pack: LawPack, event: Event | str, *, on: date, route: LegalRoute | str | None = None
) -> tuple[ObjectionEffect, ...]:
    """The effects on each ground, on one route or on all of the event; empty where nothing passes.

    Raises:
        LawError: where the pack has no rules for the event or the date.
    """
    texts = {(t.ground, t.release, t.residue): t for t in pack.objections}
    out = []
    for said in objection_rules(pack, event, on=on):
        d = said.decision.disposition
        text = texts.get((said.what, d.release, d.residue))
        if text is None or route not in {None, said.route}:
            continue
        out.append(
            ObjectionEffect(
                ground=said.what,
                route=said.route,
                zh=text.zh,
                en=text.en,
                articles=tuple(dict.fromkeys(a for r in said.decision.reasons for a in r.articles)),
                status=weakest(r.status for r in said.decision.reasons),
            )
        )
    return tuple(out)


def missing_texts(pack: LawPack) -> tuple[str, ...]:
    """Decisions on objections for which the pack has no words, such as `E5 PIPL-22 contract: none × blocked`."""
    known = {(t.ground, t.release, t.residue) for t in pack.objections}
    return tuple(
        f"{event} {said.route} {said.what}: {said.decision.disposition.release} × {said.decision.disposition.residue}"
        for event in sorted(pack.events)
        for said in objection_rules(pack, event, on=pack.as_of)
        if (said.what, said.decision.disposition.release, said.decision.disposition.residue) not in known
    )

"""What a notice must say, per legal route: the checklist that letters are held against."""

from dataclasses import dataclass

from bequest.kernel.errors import LawError
from bequest.law.pack import LawPack, NoticeNeed
from bequest.model.case import RELEASES_NOTHING, Event, LegalRoute
from bequest.model.disposition import ReasonStatus

ENDING = "ENDING"
ROUTES = ("PIPL-17", "PIPL-22", "PIPL-23", "PIPL-30", "PIPL-39", "NDSR-21", "KIDS", ENDING)
"""The checklists of the pack: legal routes, the items that sensitive information, export, public rules and children
add, and those of a company that ends without a successor."""


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """One item a notice says. What is not mandatory is recommended."""

    id: str
    zh: str
    en: str
    mandatory: bool
    article: str
    status: ReasonStatus


def checklist_of(event: Event, route: LegalRoute | None) -> str:
    """The checklist that a notice of such a case is held against; `route` is that of the lot, None without one."""
    if event in RELEASES_NOTHING:
        return ENDING
    return str(route or LegalRoute.PIPL_17)


def notice_items(
    pack: LawPack,
    route: LegalRoute | str,
    *,
    event: Event | None = None,
    sensitive: bool = False,
    minors: bool = False,
    changed: bool = False,
    consent_basis: bool = True,
    abroad: bool = False,
) -> tuple[NoticeItem, ...]:
    """The items of a notice on this route, mandatory ones first, each in the pack's order.

    Args:
        pack: the law.
        route: a legal route, or another checklist of `ROUTES`.
        event: what happens; some items belong to some events only and are left out where none is named.
        sensitive: sensitive personal information is among what passes.
        minors: people under 14 are among those told; adds the items their guardians must read.
        changed: the receiver changes purpose or method.
        consent_basis: the processing rests on consent.
        abroad: the receiver is outside the mainland; adds the items of export (PIPL Art. 39).

    Raises:
        LawError: where the route owes no notice.
    """
    wanted = str(route)
    if wanted not in ROUTES:
        raise LawError(
            f"no notice checklist for route {wanted!r}", hint=f"There are checklists for {', '.join(ROUTES)}."
        )
    holds = {"always": True, "sensitive": sensitive, "minors": minors, "changed": changed, "consent": consent_basis}
    checklists = {wanted, "KIDS"} if minors and wanted != ENDING else {wanted}
    checklists |= {"PIPL-39"} if abroad else set()
    found = []
    for text in pack.notices:
        needs = [
            n
            for n in text.needs
            if n.route in checklists and holds[n.when] and (not n.events or (event is not None and event in n.events))
        ]
        if needs:
            need = _strongest(needs)
            found.append(NoticeItem(text.id, text.zh, text.en, need.mandatory, need.article, need.status))
    return (*(i for i in found if i.mandatory), *(i for i in found if not i.mandatory))


def _strongest(needs: list[NoticeNeed]) -> NoticeNeed:
    return next((n for n in needs if n.mandatory), needs[0])

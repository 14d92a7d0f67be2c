"""The publicity kit of a case: posters and wordings, made of the case and the law pack; nobody's data goes in."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bequest.app.context import Context
from bequest.app.portal.page import ADDRESS, Page, PageLot, Side, page_of
from bequest.app.public.disclosure import DISCLOSED
from bequest.crypto.atomic import PUBLIC, write_file
from bequest.documents.publicity.facts import Course, PublicFacts, PublicParty, Share
from bequest.documents.publicity.poster import poster
from bequest.documents.publicity.texts import LANGUAGES, texts
from bequest.kernel.errors import InputError, StateError

POSTERS = tuple(f"poster-{paper}.{lang}.pdf" for paper in ("a4", "a3") for lang in LANGUAGES)


@dataclass(frozen=True, slots=True)
class Kit:
    """What a kit is made of, and its wordings. `is_open`: the page that the code leads to is there already."""

    facts: PublicFacts
    texts: Mapping[str, str]
    is_open: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Every file of the kit."""
        return (*POSTERS, *self.texts)

    def file(self, name: str) -> bytes | None:
        """One file; posters are set when they are asked for.

        Raises:
            InputError: where a poster has a character that the font lacks.
        """
        if name in self.texts:
            return self.texts[name].encode()
        if name not in POSTERS:
            return None
        paper, lang = name.removeprefix("poster-").removesuffix(".pdf").split(".")
        return poster(self.facts, lang, paper)


def kit_of(ctx: Context, case_id: str, *, portal: str = "") -> Kit:
    """The kit, with the address at which the case's notices say the portal is; `portal` says another.

    Raises:
        StateError: before notices were composed, or without an address.
    """
    ctx.case(case_id)
    with ctx.store.transaction() as tx:
        page = page_of(tx, case_id)
        address = portal or str(tx.settings.get(ADDRESS, "", case_id=case_id))
        is_open = tx.settings.get(DISCLOSED, None, case_id=case_id) is not None
    if page is None:
        raise StateError(
            f"the notices of case {case_id} are not composed yet: there is nothing to make known",
            hint="Run `bequest notify run CASE --portal ADDRESS` first.",
        )
    if not address:
        raise StateError("this case has no address at which everybody finds its notice",
                         hint="Name it with --portal ADDRESS.")  # fmt: skip
    facts = public_facts(page, address.rstrip("/"))
    return Kit(facts, texts(facts), is_open)


def write_kit(kit: Kit, folder: Path) -> tuple[str, ...]:
    """Write every file of the kit into a folder; the names.

    Raises:
        InputError: where the folder cannot be used, or a poster not be set.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in kit.names:
            write_file(folder / name, kit.file(name) or b"", mode=PUBLIC)
    except OSError as error:
        raise InputError(
            f"the folder {folder.name} cannot be written: {error.strerror}", hint="Name a folder that you may write to."
        ) from None
    return kit.names


def public_facts(page: Page, address: str) -> PublicFacts:
    """What of a case's page everybody may know."""
    course = Course.PASSES_ON if page.lots else Course.STAYS
    if not page.lots and not page.moves_nothing:
        course = Course.ENDS
    answer, copy = page.request_articles
    return PublicFacts(
        case_id=page.case_id, rehearsal=page.rehearsal, course=course, transferor=_party(page.transferor),
        keeper=_party(page.keeper), shares=tuple(_share(x) for x in page.lots), effective_on=page.effective_on,
        objection_days=page.objection_days, days_are_ours=page.days_are_ours,
        answer_working_days=page.answer_working_days, copy_days=page.copy_days, answer_article=answer,
        copy_article=copy, complaint_authority=page.complaint_authority, address=f"{address}/public/{page.case_id}",
        find_address=f"{address}/find", quiet=page.quiet,
    )  # fmt: skip


def _party(side: Side) -> PublicParty:
    return PublicParty(side.name, side.name_en, side.contact)


def _share(lot: PageLot) -> Share:
    return Share(_party(lot.receiver), lot.route, lot.purposes, lot.asks_consent)

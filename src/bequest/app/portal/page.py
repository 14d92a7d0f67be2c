"""What the portal knows of a case: wordings and dates, nothing about any person. It lies in the control database."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bequest.app.context import Context
from bequest.app.law import pack_of, switches_of
from bequest.kernel.canonical import digest, to_json
from bequest.kernel.codec import decode
from bequest.law.evaluate import params_on
from bequest.law.objecting import objection_effects
from bequest.law.windows import window_rules
from bequest.model.case import MOVES_NOTHING, Case, Event, LegalRoute, Lot, Party, SystemKind
from bequest.model.disposition import ReasonStatus
from bequest.steps.notify.content import Notice
from bequest.steps.notify.provision_texts import goes_on_without_a_yes
from bequest.store.repositories import Looks
from bequest.store.transaction import Tx

PAGE = "portal_page"
"""Setting of the case: the page below."""
PAGE_DIGEST = "portal_page_digest"
"""Setting of the case: the SHA-256 of the page's JSON, by which a server knows whether it has read it already."""
ADDRESS = "portal_address"
"""Setting of the case: where customers reach the portal."""
OPEN_DAYS = 90
"""How long a card can be opened after the planned handover, and again after the close: our own choice."""
_QUIET_WORDS = (
    "health", "medic", "hospital", "clinic", "pharma", "psych", "bank", "financ", "insur", "securit", "credit",
    "loan", "debt", "legal", "law firm", "dating", "adult", "relig", "gambl", "addict",
    "医", "药", "健康", "心理", "银行", "金融", "保险", "证券", "征信", "贷", "债",
    "律师", "婚恋", "成人", "宗教", "戒",
)  # fmt: skip
_QUIET_STORES = frozenset({SystemKind.MEDICAL_RECORD, SystemKind.CREDIT, SystemKind.AML})


@dataclass(frozen=True, slots=True)
class Side:
    """A party as customers see it."""

    name: str
    name_en: str
    contact: str
    address: str = ""
    country: str = "cn"
    id: str = ""
    """Pages of an earlier version have neither this nor an address."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What an objection does to data held on one ground, as the rules of the law decide it."""

    zh: str
    en: str
    articles: tuple[str, ...]
    is_read: bool
    """Read in the law itself; else the page says that it is derived or open."""


@dataclass(frozen=True, slots=True)
class PageLot:
    """What passes to one receiver."""

    id: str
    receiver: Side
    route: str
    route_open: bool
    asks_consent: bool
    purposes: tuple[str, ...]
    new_purposes: tuple[str, ...]
    objection: tuple[Effect, ...]
    asks_sensitive: bool = False
    """Notice is enough, but what is sensitive passes on a yes of its own (PIPL Art. 29). Not on pages of before."""
    copy_stays: bool = False
    """Without a yes all stays as it is with the transferor. Not on pages of before, which point to the letter."""


@dataclass(frozen=True, slots=True)
class Page:
    """A case as the portal shows it."""

    case_id: str
    title: str
    event: Event
    rehearsal: bool
    law_pack: str
    timezone: str
    transferor: Side
    keeper: Side
    lots: tuple[PageLot, ...]
    effective_on: date
    objection_days: int
    days_are_ours: bool
    """No law names the days to object in."""
    complaint_authority: str
    answer_working_days: int
    copy_days: int
    request_articles: tuple[str, ...]
    notices: Mapping[str, Notice]
    recipient: str
    """age recipient to which texts of customers are encrypted: the portal cannot read them again."""
    quiet: bool
    """A sensitive industry: what arrives first, and the first screen, name neither company nor matter."""
    closed: bool = False
    fixed_head: str = ""
    """JSON of the head of the log that holds how each person ended (`evidence.head_proof`), once that is fixed."""

    @property
    def nothing_moves(self) -> bool:
        """The same company goes on: there is nothing to object to."""
        return self.event in MOVES_NOTHING or not self.lots

    @property
    def moves_nothing(self) -> bool:
        """The same company goes on, under another owner or name."""
        return self.event in MOVES_NOTHING


def is_quiet(case: Case) -> bool:
    """Whether the mere fact of a message from this company would say something about a person."""
    industry = case.industry.lower()
    return any(w in industry for w in _QUIET_WORDS) or any(s.system_kind in _QUIET_STORES for s in case.sources)


def make_page(
    case: Case, notices: Mapping[str, Notice], recipient: str, *, closed: bool = False, fixed_head: str = ""
) -> Page:
    """The page of a case; days and effects come from the law pack."""
    pack = pack_of(case)
    params = params_on(pack, case.effective_on)
    keeper = case.custodian or case.transferor
    return Page(
        case_id=case.id,
        title=case.title,
        event=case.event,
        rehearsal=case.rehearsal,
        law_pack=case.law_packs[0],
        timezone=case.timezone,
        transferor=_side(case.transferor),
        keeper=_side(keeper),
        lots=tuple(_lot(case, n) for n in range(len(case.lots))) if case.event not in MOVES_NOTHING else (),
        effective_on=case.effective_on,
        objection_days=case.window.objection_days,
        days_are_ours=window_rules(pack, case.effective_on).status is not ReasonStatus.VERIFIED,
        complaint_authority=case.complaint_authority,
        answer_working_days=params.number("cn.appm.dsr_working_days"),
        copy_days=params.number("cn.g35273.dsr_days"),
        request_articles=(params.citation("cn.appm.dsr_working_days"), params.citation("cn.g35273.dsr_days")),
        notices={n.version: n for n in notices.values()},
        recipient=recipient,
        quiet=is_quiet(case),
        closed=closed,
        fixed_head=fixed_head,
    )


def _lot(case: Case, number: int) -> PageLot:
    lot = case.lots[number]
    effects = objection_effects(pack_of(case), case.event, on=case.effective_on, route=lot.legal_route)
    return PageLot(
        id=lot.id,
        receiver=_side(case.receiver(lot.receiver)),
        route=lot.legal_route.value,
        route_open=lot.route_open,
        asks_consent=lot.asks_consent,
        asks_sensitive=_asks_sensitive(case, lot),
        copy_stays=goes_on_without_a_yes(case, lot),
        purposes=lot.purposes,
        new_purposes=lot.new_purposes,
        objection=tuple(Effect(e.zh, e.en, e.articles, e.status is ReasonStatus.VERIFIED) for e in effects),
    )


def _asks_sensitive(case: Case, lot: Lot) -> bool:
    """Whether sensitive fields alone wait for a yes: Art. 23 on a basis other than consent, Art. 22 read strictly."""
    if lot.asks_consent:
        return False
    strict = {s.name: s.value for s in switches_of(case)}.get("cn.pipl.sensitive_in_art22_needs_separate_consent")
    return lot.legal_route is LegalRoute.PIPL_23 or (lot.legal_route is LegalRoute.PIPL_22 and bool(strict))


def _side(party: Party) -> Side:
    return Side(party.name, party.name_en or party.name, party.contact, party.address, party.country, party.id)


def keep_page(ctx: Context, page: Page) -> None:
    """Keep the page for the portal."""
    at, body = ctx.now(page.case_id), to_json(page)
    with ctx.store.transaction() as tx:
        tx.settings.set(PAGE, body, at, case_id=page.case_id)
        tx.settings.set(PAGE_DIGEST, digest(body), at, case_id=page.case_id)


def page_of(tx: Tx, case_id: str) -> Page | None:
    """The page of a case, if cards were prepared."""
    return tx.settings.model(Page, PAGE, case_id=case_id)


def page_at(looks: Looks, case_id: str, known_by: str | None) -> tuple[str, Page] | None:
    """The same outside a transaction, with its digest. `known_by`: that digest as JSON, where the case has one.

    A page is kept in memory by its own digest, whoever asked for it: it says nothing about any person.
    """
    name = str(json.loads(known_by)) if known_by else ""
    if (found := _pages.get(name)) is not None:
        return name, found
    text = looks.setting(PAGE, case_id)
    if text is None:
        return None
    name = hashlib.sha256(text.encode()).hexdigest()
    found = _pages.get(name) or decode(Page, json.loads(text))
    if len(_pages) >= _MOST_PAGES:
        _pages.clear()
    _pages[name] = found
    return name, found


_MOST_PAGES = 50
_pages: dict[str, Page] = {}


def opens_until(case: Case) -> date:
    """The last day on which a card made before the close can be opened."""
    return max(case.effective_on, case.cutover_not_after or case.effective_on) + timedelta(days=OPEN_DAYS)

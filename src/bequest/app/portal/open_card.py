"""Open a card with the secret of a link. Reads the control database only: no key of the case, no source, no file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache

from bequest.app import attempts
from bequest.app.destruction import look_for
from bequest.app.phases import Phase, phase_at
from bequest.app.portal.page import PAGE_DIGEST, Page, page_at
from bequest.crypto.links import inner_secret, names_of, open_card, open_inner, secret_of
from bequest.kernel.clock import local_date
from bequest.model.datamap import FieldClass
from bequest.model.disposition import Operator, Release, Residue
from bequest.steps.notify.content import Notice
from bequest.store.portal_records import AskedAtPortal
from bequest.store.records import CaseStatus
from bequest.store.repositories import Store


class Closed(StrEnum):
    """Why a link opens nothing. Whoever tries links learns of expiry only with a real one."""

    UNKNOWN = "unknown"
    """Damaged, mistyped, never made, or withdrawn: all look the same."""
    EXPIRED = "expired"
    TOO_OFTEN = "too_often"
    """Too many links that open nothing were tried from there."""


_LOOK_FOR = look_for(PAGE_DIGEST)


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a kind of information."""

    release: Release
    residue: Residue
    operator: Operator
    fallback: Release | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of information in a person's records, with one fate."""

    cls: FieldClass
    fate: Fate
    sensitive: bool


@dataclass(frozen=True, slots=True)
class Situation:
    """What a page says alike to many people: nothing of it is about one, so it may be kept in memory.

    Two are the same where wording, parts, phase and day are.
    """

    page: Page = field(compare=False)
    notice: Notice = field(compare=False)
    page_digest: str
    wording: str
    lots: tuple[str, ...]
    phase: Phase
    moved: bool
    today: date


@dataclass(frozen=True, slots=True)
class Opened:
    """A card that was opened."""

    token: str
    page: Page
    page_digest: str
    notice: Notice
    wording: str
    """Version of the notice."""
    ref: str
    lots: tuple[str, ...]
    """The lots the letter tells of; all of them where the letter does not say."""
    told_on: date | None
    until: date | None
    """The last day to object."""
    kinds: tuple[Kind, ...]
    outcome: str
    """What was done, once it is done: an outcome word of the feedback."""
    proof: str
    """The text of the proof that the person can keep; empty before all is done, or where no line is his or hers."""
    age: str
    """The age band that the records say; empty where none does. Cards of an earlier version say nothing of it."""
    has_inner: bool
    inner: Mapping[str, str]
    """Masked samples, where the second datum was given."""
    asked: tuple[AskedAtPortal, ...]
    phase: Phase
    moved: bool
    """The data have been passed on, or the day of it is past."""
    case_closed: bool
    now: datetime

    @property
    def today(self) -> date:
        """The present day in the case."""
        return local_date(self.now, self.page.timezone)

    @property
    def situation(self) -> Situation:
        """What of this is not about the person."""
        return Situation(
            self.page, self.notice, self.page_digest, self.wording, self.lots, self.phase, self.moved, self.today
        )


def open_link(
    store: Store, token: str, now: datetime, inner_key: str = "", *, by: attempts.Counter = ("", 0)
) -> Opened | Closed:
    """What the link shows. `now` is the machine's; a rehearsal's own clock goes before it.

    `inner_key`: what `key_of_datum` made of the second datum; a wrong one opens what the link alone opens.
    `by`: where the failures of whoever tries links are counted.
    """
    secret = secret_of(token) or bytes(16)
    look = store.looks.card(*names_of(secret), by, _LOOK_FOR)
    if look.tried >= attempts.LINKS.most:
        return Closed.TOO_OFTEN
    card = look.card
    if card is None:
        return Closed.UNKNOWN
    at = look.clock_at if look.rehearsal and look.clock_at else now
    if at > card.opens_until:
        return Closed.EXPIRED
    found = page_at(store.looks, card.case_id, look.page)
    plain = open_card(secret, card.sealed, card.case_id)
    if plain is None or found is None:
        return Closed.UNKNOWN
    digest, page = found
    body = json.loads(plain)
    known = body["open"]
    sealed = body.get("inner", "")
    inner = open_inner(inner_key, sealed, card.case_id) if sealed and inner_key else None
    lots = tuple(x for x in known["lots"].split(",") if x in {lot.id for lot in page.lots})
    return Opened(
        token=token,
        page=page,
        page_digest=digest,
        notice=page.notices[known["notice"]],
        wording=known["notice"],
        ref=known["ref"],
        lots=lots or tuple(lot.id for lot in page.lots),
        told_on=_day(known["told_on"]),
        until=_day(known["until"]),
        kinds=tuple(_kind(k) for k in known["kinds"].split(";") if k),
        outcome=known["outcome"],
        proof=known.get("proof", ""),
        age=known.get("age", ""),
        has_inner=bool(sealed),
        inner={k: str(v) for k, v in inner.items() if v} if isinstance(inner, dict) else {},
        asked=look.asked,
        phase=phase_at(look),
        moved=look.status in {CaseStatus.CUT_OVER, CaseStatus.CLOSED},
        case_closed=look.status == CaseStatus.CLOSED,
        now=at,
    )


def key_of_datum(token: str, datum: str) -> str:
    """What link and second datum open together, for the visitor's browser to keep; it leads back to neither."""
    return inner_secret(secret_of(token) or bytes(16), normal_datum(datum)).hex()


def normal_datum(text: str) -> str:
    """What the visitor typed, as cards are sealed: an address in small letters, a number by its digits."""
    plain = text.strip().lower()
    if "@" in plain:
        return plain
    digits = "".join(c for c in plain if c.isdigit())
    return digits.removeprefix("86") if len(digits) == 13 else digits


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@lru_cache(maxsize=2000)  # of one kind, never which kinds one person has
def _kind(text: str) -> Kind:
    cls, release, residue, operator, fallback, until, mark = text.split(":")
    fate = Fate(
        Release(release), Residue(residue), Operator(operator), Release(fallback) if fallback else None, _day(until)
    )
    return Kind(FieldClass(cls), fate, mark == "s")

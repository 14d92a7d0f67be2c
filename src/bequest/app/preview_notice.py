"""Notices as a customer would read them, for an invented person; and one of them sent to an address of one's own.

A trial is on the log with the wording it tried, never with the address. It counts as no notice: nobody was told.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import polars as pl

from bequest.app.attempts import TRIALS, count_up
from bequest.app.context import Context
from bequest.app.evidence import publish, record
from bequest.app.notices import notices_for
from bequest.app.portal.carriers import Carriers
from bequest.app.portal.links import link_of
from bequest.app.run_discover import data_map
from bequest.app.run_notify import with_portal
from bequest.app.telling import register
from bequest.evidence.event_types import EventType
from bequest.kernel.errors import GuardError, InputError, StateError
from bequest.steps.notify.content import Notice
from bequest.steps.notify.letters import DIVIDER, body, fill, public_body, short_text
from bequest.store.repositories import Store

NAME: Final = "林小样 / Lin Xiaoyang"
REF: Final = "SAMPLE-0000"
NOBODY: Final = "sample"
"""The link of nobody: it opens the page that says a link is damaged."""
SMS, EMAIL, POST, PUBLIC = "sms", "email", "post", "public"
ONE_SMS, PART_SMS = 70, 67
"""Characters of a text message in UCS-2: alone, and as a part of a longer one (3GPP TS 23.040)."""
_MAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}")
_NUMBER = re.compile(r"\+?[0-9]{6,15}")


@dataclass(frozen=True, slots=True)
class Preview:
    """What arrives by one channel. `texts`: as one, or Chinese and English apart; `parts`: of a text message."""

    channel: str
    subject: str
    texts: tuple[str, ...]
    link: str
    parts: int

    @property
    def whole(self) -> str:
        """The text as it is sent."""
        return DIVIDER.join(self.texts)


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording: the lots it tells of (empty: the only one, or that for all), its version, and how it arrives."""

    lots: str
    version: str
    previews: tuple[Preview, ...]


def wordings(ctx: Context, case_id: str) -> tuple[Wording, ...]:
    """Every wording of the case as it would be sent now.

    Raises:
        CaseFileError: where the case file lacks what a notice must say.
        StateError: where there is no data map yet.
    """
    return tuple(_wording(lots, notice) for lots, notice in _notices(ctx, case_id).items())


def check_pace(store: Store, key: bytes, person: str, now: datetime) -> None:
    """Count a trial of this person.

    Raises:
        GuardError: where it is one too many.
    """
    if count_up(store, TRIALS, person, key, now) > TRIALS.most:
        raise GuardError(
            f"more than {TRIALS.most} trials in ten minutes: nothing was sent", hint="Wait, then try again."
        )


def try_notice(
    ctx: Context, case_id: str, *, lots: str, channel: str, address: str, carriers: Carriers, by: str
) -> str:  # fmt: skip
    """Send one of them to the address typed; how it went: `sent`, or what the carrier said (`refused 550` …).

    Raises:
        InputError: where address, wording or channel are not usable.
        StateError: where the server that runs has no carrier for this channel.
    """
    found = _notices(ctx, case_id).get(lots)
    fits = {EMAIL: _MAIL, SMS: _NUMBER}.get(channel)
    if found is None or fits is None:
        raise InputError("there is no such notice to try", hint="Choose one of those on the page, by mail or text.")
    if not fits.fullmatch(address.strip()):
        raise InputError(
            "the address is none that this channel reaches", hint="Type one mail address, or one phone number."
        )
    if not carriers.reaches(channel):
        raise StateError(
            f"the server has no carrier for {channel}: nothing was sent",
            hint="Start `bequest serve` with --smtp HOST:PORT --sender ADDRESS, or with --text-program FILE.",
        )
    preview = next(p for p in _wording(lots, found).previews if p.channel == channel)
    outcome = carriers.attempt(address.strip(), f"【试发】{preview.subject}", f"【试发 / test】\n{preview.whole}")
    _note(ctx, case_id, found, channel, outcome, by, ctx.now(case_id))
    return outcome


def _note(ctx: Context, case_id: str, notice: Notice, channel: str, outcome: str, by: str, at: datetime) -> None:
    with ctx.store.transaction() as tx:
        number = 1 + sum(e.typ == EventType.NOTICE_TRIED.value for e in tx.outbox.all(case_id))
        record(
            ctx, tx, case_id, EventType.NOTICE_TRIED, str(number), at=at, refs={"notice": notice.version},
            counts={"sent": int(outcome == Carriers.SENT)}, content={"by": by, "channel": channel, "outcome": outcome},
        )  # fmt: skip
    publish(ctx, case_id)


def _notices(ctx: Context, case_id: str) -> dict[str, Notice]:
    """By lots: one for each lot and for each set that somebody is told of; the only one under the empty text."""
    case = ctx.case(case_id).case
    sets = [lot.id for lot in case.lots] if len(case.lots) > 1 else []
    path = ctx.workspace(case_id).dir("work") / "notices.parquet"
    if path.is_file():
        sets += [s for s in register(ctx.workspace(case_id))["lots"].unique().sort().to_list() if "," in s]
    return with_portal(ctx, case, notices_for(case, data_map(ctx, case_id), sets))


def _wording(lots: str, notice: Notice) -> Wording:
    link = link_of(notice.portal, NOBODY) if notice.portal else ""
    one = _filled(link, NAME)
    letter = tuple(one(part) for part in body(notice).split(DIVIDER))
    short = one(short_text(notice))
    parts = 1 if len(short) <= ONE_SMS else -(-len(short) // PART_SMS)
    subject = f"{notice.title_zh} / {notice.title_en}"
    public = tuple(one(part) for part in public_body(notice, REF).split(DIVIDER))
    made = [
        Preview(SMS, "", (short,), link, parts), Preview(EMAIL, subject, letter, link, 1),
        Preview(POST, subject, letter, link, 1),
    ]  # fmt: skip
    if not lots:
        made.append(Preview(PUBLIC, subject, public, "", 1))
    return Wording(lots, notice.version, tuple(made))


def _filled(link: str, name: str) -> Callable[[str], str]:
    people = pl.DataFrame({"name": [name], "ref": [REF], "link": [link]})
    return lambda template: fill(template, people)[0] if "{{" in template else template

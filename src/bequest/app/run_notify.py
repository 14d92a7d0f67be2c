"""Tell people: compose the notice, enrol everybody, write mail-merge files or send, enter reports and answers."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from bequest.app.approve_policy import approved_policy
from bequest.app.context import Context, Run, require, require_open, step
from bequest.app.evidence import log_origin, publish, record
from bequest.app.intents import await_published
from bequest.app.keep_place import keep_place
from bequest.app.law import pack_of
from bequest.app.notices import notice_for, notices_for, people_to_tell
from bequest.app.portal.cards import make_cards
from bequest.app.portal.links import link_of, link_tokens
from bequest.app.portal.page import ADDRESS, is_quiet, keep_page, make_page, page_of
from bequest.app.public.disclosure import Disclosed, disclose
from bequest.app.run_discover import data_map
from bequest.app.telling import note_published, register, save_register
from bequest.app.workspace import Workspace, parquet_bytes
from bequest.crypto.sealing import read_sealed, write_sealed
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import digest, short, to_json
from bequest.kernel.clock import local_date
from bequest.kernel.codec import decode
from bequest.kernel.errors import ApprovalError, StateError
from bequest.model.case import MOVES_NOTHING, TELLS_NOBODY, Case
from bequest.model.datamap import DataMap
from bequest.model.plan import Policy
from bequest.steps.notify.answers import read_delivery_report
from bequest.steps.notify.content import Notice
from bequest.steps.notify.ladder import Channel, Told, apply_report, enrol, enrol_again, mark_sent
from bequest.steps.notify.ladder import publish as publish_to
from bequest.steps.notify.letters import body, fill, public_body, short_text
from bequest.steps.notify.smtp import Letter, SmtpServer, send_letters
from bequest.store.records import NoticeBatch, NoticeState

NEXT = "`bequest case show {}` says what comes next."
_AT_ONCE = 10_000


def run_notify(ctx: Context, case_id: str, *, smtp: SmtpServer | None = None, portal: str = "") -> Notice:
    """Compose the notice, enrol everybody to be told, and send the first channel of the ladder.

    `portal`: the address under which customers reach the portal; with one, letters bear a link and cards are made.

    Raises:
        StateError: before the approval, and for an event that owes nobody a notice.
    """
    if (event := ctx.case(case_id).case.event) in TELLS_NOBODY:
        raise StateError(f"event {event} owes nobody a notice: there is nothing to send", hint=NEXT.format(case_id))
    require(ctx, case_id, "approve")
    at = ctx.now(case_id)
    if portal:
        with ctx.store.transaction() as tx:
            tx.settings.set(ADDRESS, portal, at, case_id=case_id)
    with step(ctx, case_id, "notify", needs=("plan",)) as run:
        _in_time(run, approved_policy(ctx, run.record))
        datamap = data_map(ctx, case_id)
        people = people_to_tell(ctx, run, datamap)
        enrolled = enrol(
            people.with_columns(
                pl.col("phone").is_not_null().alias("has_sms"), pl.col("email").is_not_null().alias("has_email")
            )
        )
        if (run.workspace.dir("work") / "notices.parquet").is_file():
            enrolled = enrol_again(register(run.workspace), enrolled)
        notices = _wordings(ctx, run.case, datamap, enrolled["lots"].unique().sort())
        notice = notices[""]
        save_register(run.workspace, enrolled)
        _keep_notices(ctx, run, notices)
        _keep_contacts(ctx, run, people)
        _renew_cards(ctx, run.case, datamap)
        counts = _send_queued(ctx, run, notices, smtp)
        run.counts = {"people": enrolled.height, **counts}
        run.output_digest = notice.version
    publish(ctx, case_id)
    return notice


def portal_address(ctx: Context, case_id: str) -> str:
    """Where customers reach the portal; empty where there is none."""
    with ctx.store.transaction() as tx:
        return str(tx.settings.get(ADDRESS, "", case_id=case_id))


def _wordings(ctx: Context, case: Case, datamap: DataMap, sets: Iterable[str]) -> dict[str, Notice]:
    """The wordings by lots, with the portal where there is one."""
    return with_portal(ctx, case, notices_for(case, datamap, sets))


def with_portal(ctx: Context, case: Case, found: dict[str, Notice]) -> dict[str, Notice]:
    """Wordings that name the portal, where the case has one."""
    address, quiet = portal_address(ctx, case.id), is_quiet(case)
    if not address:
        return found
    return {lots: replace(n, portal=address, quiet=quiet) for lots, n in found.items()}


def _renew_cards(ctx: Context, case: Case, datamap: DataMap) -> None:
    """Make the cards of the portal anew, where there is one and addresses are still known."""
    workspace = ctx.workspace(case.id)
    if not portal_address(ctx, case.id) or not _contacts_file(workspace).is_file():
        return
    state = register(workspace)
    notices = _wordings(ctx, case, datamap, state["lots"].unique().sort())
    people = read_sealed_frame(ctx, case.id, _contacts_file(workspace), "bodies", b"contacts")
    make_cards(ctx, case, datamap, state, people, notices, at=ctx.now(case.id))


def _in_time(run: Run, policy: Policy) -> None:
    """Refuse to tell people of a cutover that the approval no longer reaches."""
    window = run.case.window
    days = max(window.notice_lead_days, window.objection_days)
    end = pack_of(run.case).calendar.last_day(local_date(run.at, run.case.timezone), days).on
    if end >= policy.cutover_not_after and run.case.event not in MOVES_NOTHING:
        raise ApprovalError(
            f"people told today may object until {end}, and the approval covers a cutover until"
            f" {policy.cutover_not_after} only",
            hint="Set a later cutover_not_after in the case file, take it over with `bequest case update`, then link,"
            " plan, and have the new policy approved; then tell people.",
        )


def _notice_of(ctx: Context, run: Run, batch: str, notice: Notice) -> Notice:
    """The wording of a batch: that with which it was begun, where it was cut off, whatever day it is now."""
    with ctx.store.transaction() as tx:
        begun = next((b for b in tx.notices.list(run.case.id) if b.batch_id == batch), None)
    if begun is None or begun.notice_version == notice.version:
        return notice
    return decode(Notice, json.loads(notice_file(run.workspace, begun.notice_version).read_text(encoding="utf-8")))


def notice_file(workspace: Workspace, version: str) -> Path:
    """Where a wording is kept."""
    return workspace.dir("notices") / f"notice-{version[:16]}.json"


def _keep_notices(ctx: Context, run: Run, notices: Mapping[str, Notice]) -> None:
    for notice in notices.values():
        run.workspace.write_json(notice_file(run.workspace, notice.version), to_json(notice))
    with ctx.store.transaction() as tx:
        tx.settings.set("notice_version", notices[""].version, run.at, case_id=run.case.id)


def _contacts_file(workspace: Workspace) -> Path:
    return workspace.dir("letters") / "contacts.sealed"


def _keep_contacts(ctx: Context, run: Run, people: pl.DataFrame) -> None:
    """Addresses for the letters, sealed under `bodies` until the case is closed."""
    path = _contacts_file(run.workspace)
    _write_sealed_frame(ctx, run.case.id, path, people.select("ref", "name", "phone", "email"), "bodies", b"contacts")
    keep_place(
        ctx, run.case.id, "letters/contacts", path,
        content="告知用的姓名与联系方式 / names and addresses for the letters",
        ground="PIPL-22, PIPL-17", key="bodies", ends_on=None,
    )  # fmt: skip


def _write_sealed_frame(ctx: Context, case_id: str, path: Path, frame: pl.DataFrame, key: str, aad: bytes) -> None:
    write_sealed(path, parquet_bytes([frame]), ctx.keys(case_id).get(key), aad)


def read_sealed_frame(
    ctx: Context, case_id: str, path: Path, key: str, aad: bytes, columns: list[str] | None = None
) -> pl.DataFrame:
    """A frame from a sealed file, or these columns of it, in memory."""
    return pl.read_parquet(read_sealed(path, ctx.keys(case_id).get(key), aad), columns=columns)


def _send_queued(ctx: Context, run: Run, notices: Mapping[str, Notice], smtp: SmtpServer | None) -> dict[str, int]:
    """Send what is queued on the individual channels: text messages by mail-merge file, mail by SMTP or file."""
    counts: dict[str, int] = {}
    people = read_sealed_frame(ctx, run.case.id, _contacts_file(run.workspace), "bodies", b"contacts")
    for channel, column in ((Channel.SMS, "phone"), (Channel.EMAIL, "email")):
        for lots, notice in notices.items():
            state = register(run.workspace)
            hit = (pl.col("channel") == channel.value) & (pl.col("state") == Told.QUEUED.value)
            queued = state.filter(hit & (pl.col("lots") == lots))
            if queued.height:
                contacts = queued.select("ref").join(people, on="ref").sort("ref").rename({column: "address"})
                state = _send_batch(ctx, run, notice, channel, contacts, state, smtp, counts)
                save_register(run.workspace, state)
    return counts


def _send_batch(
    ctx: Context, run: Run, notice: Notice, channel: Channel, letters: pl.DataFrame, state: pl.DataFrame,
    smtp: SmtpServer | None, counts: dict[str, int],
) -> pl.DataFrame:  # fmt: skip
    """One wording to the people it is for; the register as it is afterwards."""
    batch = f"{channel.value}-{short(digest(letters['ref'].to_list()), 12)}"
    this = _notice_of(ctx, run, batch, notice)
    template = short_text(this) if channel is Channel.SMS else body(this)
    if this.portal:
        links = link_tokens(ctx, run.case.id, letters["ref"])
        letters = letters.with_columns((pl.lit(link_of(this.portal, "")) + links).alias("link"))
    intent = _batch_intent(ctx, run, this, batch, channel, letters.height)
    run.hook(f"notice.{channel.value}")
    mine = pl.col("ref").is_in(letters["ref"].implode())
    others, state = state.filter(~mine), state.filter(mine)
    if channel is Channel.EMAIL and smtp is not None:
        subject = f"{this.title_zh} / {this.title_en}"
        sent = send_letters(
            _as_letters(_written(letters, template), subject), smtp, run.workspace.dir("letters") / f"{batch}.journal"
        )
        counts["possibly_sent"] = counts.get("possibly_sent", 0) + len(sent.possibly_sent)
        state = _enter_smtp(state, sent.sent, sent.refused, local_date(run.at, run.case.timezone))
    else:
        path = run.workspace.dir("letters") / f"{batch}.sealed"
        merged = (part.select("ref", "name", "address", "text") for part in _written(letters, template))
        write_sealed(path, parquet_bytes(merged), ctx.keys(run.case.id).get("bodies"), batch.encode())
        keep_place(
            ctx, run.case.id, f"letters/{batch}", path, content="邮件合并文件 / mail-merge file",
            ground="PIPL-22, PIPL-17", key="bodies", ends_on=None,
        )  # fmt: skip
        state = mark_sent(state, channel)
    counts[channel.value] = counts.get(channel.value, 0) + letters.height
    # the outcome first: cut off before the register is saved, the batch is found queued and goes through again
    _batch_outcome(ctx, run, batch, intent, letters.height)
    return pl.concat([others, state])


def _written(letters: pl.DataFrame, template: str) -> Iterator[pl.DataFrame]:
    """The letters with their `text`, some thousands at a time: a text is some thousand characters long."""
    for part in letters.iter_slices(_AT_ONCE):
        yield part.with_columns(fill(template, part).alias("text"))


def _as_letters(written: Iterable[pl.DataFrame], subject: str) -> Iterator[Letter]:
    for letters in written:
        for ref, address, text in letters.select("ref", "address", "text").iter_rows():
            yield Letter(ref, address, subject, text)


def _enter_smtp(state: pl.DataFrame, sent: tuple[str, ...], refused: tuple[str, ...], on: date) -> pl.DataFrame:
    """What the mail server accepted counts as delivered to it; what it refused has bounced."""
    state = mark_sent(state, Channel.EMAIL)
    report = pl.DataFrame(
        {
            "ref": [*sent, *refused],
            "state": [Told.DELIVERED.value] * len(sent) + [Told.BOUNCED.value] * len(refused),
            "on": [on] * (len(sent) + len(refused)),
        },
        schema={"ref": pl.Utf8, "state": pl.Utf8, "on": pl.Date},
    )
    return apply_report(state, report)


def _batch_intent(ctx: Context, run: Run, notice: Notice, batch: str, channel: Channel, n: int) -> str:
    with ctx.store.transaction() as tx:
        if not any(b.batch_id == batch for b in tx.notices.list(run.case.id)):
            tx.notices.record(
                run.case.id,
                NoticeBatch(
                    batch_id=batch,
                    lot=notice.lot,
                    channel=channel.value,
                    notice_version=notice.version,
                    content_digest=notice.version,
                    n_messages=n,
                    created_at=run.at,
                    state_at=run.at,
                ),
            )
        intent = record(
            ctx, tx, run.case.id, EventType.NOTICE_INTENT, batch, at=run.at, refs={"notice": notice.version},
            counts={"letters": n},
        )  # fmt: skip
    await_published(ctx, run.case.id, intent)
    return intent


def _batch_outcome(ctx: Context, run: Run, batch: str, intent: str, n: int) -> None:
    with ctx.store.transaction() as tx:
        tx.notices.set_state(run.case.id, batch, NoticeState.SENT, run.at)
        record(ctx, tx, run.case.id, EventType.NOTICE_OUTCOME, batch, at=run.at, counts={"letters": n}, intent=intent)


def send_next(ctx: Context, case_id: str, *, smtp: SmtpServer | None = None) -> dict[str, int]:
    """Send what the ladder moved down since: after a report of bounced messages."""
    with step(ctx, case_id, "notify-next", needs=("notify",)) as run:
        approved_policy(ctx, run.record)
        sets = register(run.workspace)["lots"].unique().sort()
        datamap = data_map(ctx, case_id)
        notices = _wordings(ctx, run.case, datamap, sets)
        _keep_notices(ctx, run, notices)
        run.counts = _send_queued(ctx, run, notices, smtp)
        _renew_cards(ctx, run.case, datamap)
        run.output_digest = notices[""].version
    publish(ctx, case_id)
    return dict(run.counts)


def enter_report(ctx: Context, case_id: str, path: Path) -> pl.DataFrame:
    """Enter a carrier's delivery report.

    Raises:
        InputError: naming the lines that cannot be: unknown references or states, a time before the first letter.
        StateError: before the notices, or after the cutover.
    """
    require(ctx, case_id, "notify")
    require_open(ctx, case_id, "a carrier's report")
    workspace = ctx.workspace(case_id)
    state = register(workspace)
    with ctx.store.transaction() as tx:
        first = min((b.created_at for b in tx.notices.list(case_id)), default=None)
    report = read_delivery_report(
        path, state["ref"], timezone=ctx.case(case_id).case.timezone, sent_at=first, now=ctx.now(case_id)
    )
    after = apply_report(state, report)
    save_register(workspace, after)
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        record(
            ctx, tx, case_id, EventType.NOTICE_REPORTED,
            f"report-{short(digest(report.sort('ref').rows()))}", at=at, counts={"lines": report.height},
        )  # fmt: skip
    _renew_cards(ctx, ctx.case(case_id).case, data_map(ctx, case_id))
    publish(ctx, case_id)
    return after


def publish_notice(ctx: Context, case_id: str) -> pl.DataFrame:
    """Publish the public notice: the last rung of the ladder, for everybody not told otherwise."""
    require(ctx, case_id, "notify")
    require_open(ctx, case_id, "the public notice")
    approved_policy(ctx, ctx.case(case_id))
    case = ctx.case(case_id).case
    workspace = ctx.workspace(case_id)
    notice = notice_for(case, data_map(ctx, case_id))
    at = ctx.now(case_id)
    text = public_body(notice, case_id)
    path = workspace.dir("notices") / "public-notice.txt"
    path.write_text(text, encoding="utf-8")
    after = publish_to(register(workspace), local_date(at, case.timezone))
    note_published(workspace, local_date(at, case.timezone))
    save_register(workspace, after)
    told = after.filter(pl.col("state") == Told.PUBLISHED.value)
    key = f"public-{local_date(at, case.timezone).isoformat()}-{short(digest([text, sorted(told['ref'])]), 12)}"
    with ctx.store.transaction() as tx:
        record(
            ctx, tx, case_id, EventType.NOTICE_PUBLISHED, key, at=at,
            content={"text_sha256": digest(text)}, refs={"notice": notice.version}, counts={"people": told.height},
        )  # fmt: skip
    _renew_cards(ctx, case, data_map(ctx, case_id))
    _disclose(ctx, case, notice, after)
    publish(ctx, case_id)
    return after


def _disclose(ctx: Context, case: Case, notice: Notice, state: pl.DataFrame) -> None:
    """Make the case known to all on its public page; without a portal the page is kept for that alone."""
    at = ctx.now(case.id)
    kept = Disclosed(
        on=local_date(at, case.timezone),
        owed_to=state.height,
        by_letter=state.filter(pl.col("state") == Told.DELIVERED.value).height,
        log_origin=log_origin(ctx, case.id),
        law_pack=case.law_packs[0],
    )
    with ctx.store.transaction() as tx:
        known = page_of(tx, case.id)
        disclose(tx, case.id, kept, at)
    if known is None:
        keep_page(ctx, make_page(case, {"": notice}, ""))

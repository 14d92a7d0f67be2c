"""Tell people: compose the notice, enrol everybody, write mail-merge files or send, enter reports and answers."""

import io
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from bequest.app.approve_policy import approved_policy
from bequest.app.context import Context, Run, require, require_open, step
from bequest.app.evidence import await_published, publish, record
from bequest.app.law import pack_of
from bequest.app.reading import open_sources, read_table
from bequest.app.run_discover import data_map
from bequest.app.run_link import load_indexes, load_linked
from bequest.app.run_plan import load_plans
from bequest.app.telling import know_again, register, save_answers, save_register, saved_answers
from bequest.app.user_files import new_user_file
from bequest.app.workspace import Workspace
from bequest.crypto.cipher import aes_ecb
from bequest.crypto.sealing import read_sealed, write_sealed
from bequest.documents.words import word
from bequest.engine.kernels.cmac import tokens
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import digest, to_json
from bequest.kernel.clock import local_date
from bequest.kernel.codec import decode
from bequest.kernel.errors import ApprovalError, InputError, StateError
from bequest.law.notices import checklist_of, notice_items
from bequest.model.case import MOVES_NOTHING, Case, Lot
from bequest.model.datamap import DataMap, FieldClass
from bequest.model.facts import RowRole
from bequest.model.plan import Policy
from bequest.steps.link.index import primary_role
from bequest.steps.link.link import primary_subjects
from bequest.steps.notify.answers import merge_answers, read_answers, read_delivery_report
from bequest.steps.notify.content import Notice, RequiredItem, compose
from bequest.steps.notify.ladder import Channel, Told, apply_report, enrol, mark_sent
from bequest.steps.notify.ladder import publish as publish_to
from bequest.steps.notify.letters import body, fill, short_text
from bequest.steps.notify.recipients import best_contacts, contacts
from bequest.steps.notify.smtp import Letter, SmtpServer, send_letters
from bequest.steps.notify.texts import NoticeFacts
from bequest.store.records import AccessRecord, AnswerBatch, NoticeBatch, NoticeState, StoreRecord

OWN_RECORD = frozenset({RowRole.CUSTOMER, RowRole.ENTERPRISE_CONTACT, RowRole.PROSPECT})
"""People with a record of their own are told one by one; third parties by the public notice (GB/T 35273 6.4)."""


def notice_for(ctx: Context, case: Case, datamap: DataMap) -> Notice:
    """The wording for the case's lot, with every item its route requires."""
    pack = pack_of(case)
    lot: Lot | None = case.lots[0] if case.lots else None
    route = checklist_of(case.event, lot.legal_route if lot else None)
    classes = [
        c for t in datamap.tables if t.in_case for c in t.columns if c.personal and c.cls is not FieldClass.UNKNOWN
    ]
    categories = _labels(c.cls for c in classes)
    sensitive = _labels(c.cls for c in classes if c.sensitive)
    today = local_date(ctx.now(case.id), case.timezone)
    items = notice_items(
        pack, route, event=case.event, sensitive=bool(sensitive), minors=True,
        changed=bool(lot and lot.new_purposes), consent_basis=False,
    )  # fmt: skip
    facts = NoticeFacts(
        case=case,
        lot=lot,
        categories=categories,
        sensitive=sensitive,
        answer_by=today + timedelta(days=case.window.objection_days),
        effective_on=case.effective_on,
    )
    required = [RequiredItem(i.id, i.zh, i.en, i.article) for i in items]
    return compose(facts, required, route=route)


def _labels(classes: Iterator[FieldClass]) -> tuple[tuple[str, str], ...]:
    words = [word(c) for c in sorted(set(classes), key=str)]
    return tuple((w.zh, w.en) for w in words)


def run_notify(ctx: Context, case_id: str, *, smtp: SmtpServer | None = None) -> Notice:
    """Compose the notice, enrol everybody to be told, and send the first channel of the ladder."""
    require(ctx, case_id, "approve")
    with step(ctx, case_id, "notify", needs=("plan",)) as run:
        _in_time(run, approved_policy(ctx, run.record))
        datamap = data_map(ctx, case_id)
        notice = notice_for(ctx, run.case, datamap)
        people = _people_to_tell(ctx, run, datamap)
        enrolled = enrol(
            people.with_columns(
                pl.col("phone").is_not_null().alias("has_sms"), pl.col("email").is_not_null().alias("has_email")
            )
        )
        if (run.workspace.dir("work") / "notices.parquet").is_file():
            known = register(run.workspace)
            enrolled = pl.concat([known, enrolled.join(known, on="ref", how="anti")])
        save_register(run.workspace, enrolled)
        _keep_notice(ctx, run, notice)
        _keep_contacts(ctx, run, people)
        counts = _send_queued(ctx, run, notice, smtp)
        run.counts = {"people": enrolled.height, **counts}
        run.output_digest = notice.version
    publish(ctx, case_id)
    return notice


def _in_time(run: Run, policy: Policy) -> None:
    """Refuse to tell people of a cutover that the approval no longer reaches."""
    window = run.case.window
    end = local_date(run.at, run.case.timezone) + timedelta(days=max(window.notice_lead_days, window.objection_days))
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
    return decode(Notice, json.loads(_notice_file(run.workspace, begun.notice_version).read_text(encoding="utf-8")))


def _notice_file(workspace: Workspace, version: str) -> Path:
    return workspace.dir("notices") / f"notice-{version[:16]}.json"


def _people_to_tell(ctx: Context, run: Run, datamap: DataMap) -> pl.DataFrame:
    """`ref`, `anchor`, `name`, `phone`, `email`, `public_only` for everybody whose data the case touches."""
    workspace = run.workspace
    linked = load_linked(workspace, run.case, datamap)
    indexes = load_indexes(workspace, datamap)
    plans = load_plans(workspace, datamap)
    sources = open_sources(run.case, run.ctx.secrets)
    everyone = run.case.event in MOVES_NOTHING
    touched = np.zeros(linked.n_subjects, dtype=bool)
    own = np.zeros(linked.n_subjects, dtype=bool)
    parts = []
    for table in datamap.tables:
        key = (table.source, table.name)
        if not table.in_case:
            continue
        role = primary_role(table)
        subjects = primary_subjects(table, linked, indexes[key].height)
        in_lot = np.ones(len(subjects), bool) if everyone else (plans[key].rows["lot"] != "").to_numpy()
        for mentioned in linked.subject_of.get(key, {}).values():
            touched[mentioned[in_lot & (mentioned >= 0)]] = True
        if role in OWN_RECORD:
            own[subjects[in_lot & (subjects >= 0)]] = True
            parts.append(contacts(table, role, read_table(ctx, sources[table.source], table, "contacts"), subjects))
    numbers = pl.DataFrame({"subject": np.flatnonzero(touched)}, schema={"subject": pl.Int64})
    ecb = aes_ecb(ctx.keys(run.case.id).get("link"))
    anchors = linked.anchors.gather(numbers["subject"])
    refs = (
        tokens(anchors.bin.encode("hex"), ecb, "notice-ref\x1f").bin.encode("hex").str.slice(0, 12).str.to_uppercase()
    )
    return numbers.with_columns(
        refs.alias("ref"), anchors.alias("anchor"), pl.Series("public_only", ~own[numbers["subject"].to_numpy()])
    ).join(best_contacts(parts), on="subject", how="left", maintain_order="left")


def _keep_notice(ctx: Context, run: Run, notice: Notice) -> None:
    run.workspace.write_json(_notice_file(run.workspace, notice.version), to_json(notice))
    with ctx.store.transaction() as tx:
        tx.settings.set("notice_version", notice.version, run.at, case_id=run.case.id)


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
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    write_sealed(path, [buffer.getvalue()], ctx.keys(case_id).get(key), aad)


def read_sealed_frame(ctx: Context, case_id: str, path: Path, key: str, aad: bytes) -> pl.DataFrame:
    """A frame from a sealed file, in memory."""
    return pl.read_parquet(read_sealed(path, ctx.keys(case_id).get(key), aad))


def keep_place(
    ctx: Context, case_id: str, name: str, path: Path, *, content: str, ground: str, key: str, ends_on: date | None
) -> None:
    """Enter a place that holds values in the list of stores, once."""
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        if any(s.name == name for s in tx.stores.list(case_id)):
            return
        tx.stores.record(
            case_id,
            StoreRecord(
                name=name,
                path=path.relative_to(ctx.home).as_posix(),
                content=content,
                ground=ground,
                key_purpose=key,
                created_at=at,
                state_at=at,
                ends_on=ends_on,
            ),
        )


def _send_queued(ctx: Context, run: Run, notice: Notice, smtp: SmtpServer | None) -> dict[str, int]:
    """Send what is queued on the individual channels: text messages by mail-merge file, mail by SMTP or file."""
    counts: dict[str, int] = {}
    people = read_sealed_frame(ctx, run.case.id, _contacts_file(run.workspace), "bodies", b"contacts")
    for channel, column in ((Channel.SMS, "phone"), (Channel.EMAIL, "email")):
        state = register(run.workspace)
        queued = state.filter((pl.col("channel") == channel.value) & (pl.col("state") == Told.QUEUED.value))
        if not queued.height:
            continue
        batch = f"{channel.value}-{digest(queued['ref'].sort().to_list())[:12]}"
        this = _notice_of(ctx, run, batch, notice)
        template = short_text(this) if channel is Channel.SMS else body(this)
        letters = queued.select("ref").join(people, on="ref").sort("ref")
        letters = letters.with_columns(fill(template, letters).alias("text")).rename({column: "address"})
        intent = _batch_intent(ctx, run, this, batch, channel, letters.height)
        run.hook(f"notice.{channel.value}")
        if channel is Channel.EMAIL and smtp is not None:
            subject = f"{this.title_zh} / {this.title_en}"
            sent = send_letters(_as_letters(letters, subject), smtp, run.workspace.dir("letters") / f"{batch}.journal")
            counts["possibly_sent"] = counts.get("possibly_sent", 0) + len(sent.possibly_sent)
            state = _enter_smtp(state, sent.sent, sent.refused, local_date(run.at, run.case.timezone))
        else:
            path = run.workspace.dir("letters") / f"{batch}.sealed"
            _write_sealed_frame(
                ctx, run.case.id, path, letters.select("ref", "name", "address", "text"), "bodies", batch.encode()
            )
            keep_place(
                ctx, run.case.id, f"letters/{batch}", path, content="邮件合并文件 / mail-merge file",
                ground="PIPL-22, PIPL-17", key="bodies", ends_on=None,
            )  # fmt: skip
            state = mark_sent(state, channel)
        counts[channel.value] = letters.height
        # the outcome first: cut off before the register is saved, the batch is found queued and goes through again
        _batch_outcome(ctx, run, batch, intent, letters.height)
        save_register(run.workspace, state)
    return counts


def _as_letters(letters: pl.DataFrame, subject: str) -> Iterator[Letter]:
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
        notice = notice_for(ctx, run.case, data_map(ctx, case_id))
        _keep_notice(ctx, run, notice)
        run.counts = _send_queued(ctx, run, notice, smtp)
        run.output_digest = notice.version
    publish(ctx, case_id)
    return dict(run.counts)


def export_letters(ctx: Context, case_id: str, batch: str, path: Path) -> int:
    """Write a mail-merge batch in clear, as CSV, to a file the user named for the carrier; the access is logged.

    Raises:
        InputError: where there is no such batch.
    """
    ctx.case(case_id)
    folder = ctx.workspace(case_id).dir("letters")
    known = sorted(p.stem for p in folder.glob("*-*.sealed"))
    if batch not in known:
        raise InputError(f"there is no mail-merge file {batch!r}", hint=f"There are: {', '.join(known) or 'none'}.")
    with new_user_file(path) as beside:
        letters = read_sealed_frame(ctx, case_id, folder / f"{batch}.sealed", "bodies", batch.encode())
        letters.write_csv(beside)
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        n = len(tx.access.list(case_id))
        tx.access.record(
            case_id,
            AccessRecord(
                at=at, person="os-user", action="letters.export", purpose="PIPL-22", target=batch, n_rows=letters.height
            ),
        )
        record(ctx, tx, case_id, EventType.ACCESS_READ, f"letters-{n}", at=at, counts={"rows": letters.height})
    publish(ctx, case_id)
    return letters.height


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
            f"report-{digest(report.sort('ref').rows())[:16]}", at=at, counts={"lines": report.height},
        )  # fmt: skip
    publish(ctx, case_id)
    return after


def publish_notice(ctx: Context, case_id: str) -> pl.DataFrame:
    """Publish the public notice: the last rung of the ladder, for everybody not told otherwise."""
    require(ctx, case_id, "notify")
    require_open(ctx, case_id, "the public notice")
    approved_policy(ctx, ctx.case(case_id))
    case = ctx.case(case_id).case
    workspace = ctx.workspace(case_id)
    notice = notice_for(ctx, case, data_map(ctx, case_id))
    at = ctx.now(case_id)
    text = body(notice).replace("{{name}}", "各位客户 / customers").replace("{{ref}}", case_id)
    path = workspace.dir("notices") / "public-notice.txt"
    path.write_text(text, encoding="utf-8")
    after = publish_to(register(workspace), local_date(at, case.timezone))
    save_register(workspace, after)
    told = after.filter(pl.col("state") == Told.PUBLISHED.value)
    key = f"public-{local_date(at, case.timezone).isoformat()}-{digest([text, sorted(told['ref'])])[:12]}"
    with ctx.store.transaction() as tx:
        record(
            ctx, tx, case_id, EventType.NOTICE_PUBLISHED, key, at=at,
            content={"text_sha256": digest(text)}, refs={"notice": notice.version}, counts={"people": told.height},
        )  # fmt: skip
    publish(ctx, case_id)
    return after


def enter_answers(ctx: Context, case_id: str, path: Path) -> pl.DataFrame:
    """Take answers from a file; the same file twice changes nothing. Too late after the cutover.

    Raises:
        StateError: after the cutover: the answer "too late" is due, and a new delivery wave may be.
    """
    require(ctx, case_id, "notify")
    with ctx.store.transaction() as tx:
        done = {r.step for r in tx.steps.all(case_id) if r.state == "done"}
    if "destroy" in done:
        raise StateError("too late: the data are deleted", hint="Tell the person so; nothing is left to act on.")
    if "cutover" in done:
        raise StateError("the answers were closed at the cutover", hint="Pass later objections on to the receiver.")
    require_open(ctx, case_id, "an answer")
    workspace = ctx.workspace(case_id)
    answers = read_answers(path, register(workspace)["ref"], now=ctx.now(case_id))
    merged = merge_answers(saved_answers(workspace), answers)
    save_answers(workspace, merged)
    with suppress(StateError):  # where the records must be linked anew an answer is taken all the same
        know_again(workspace, load_linked(workspace, ctx.case(case_id).case, data_map(ctx, case_id)))
    at = ctx.now(case_id)
    file_digest = digest(path.read_text(encoding="utf-8-sig"))
    with ctx.store.transaction() as tx:
        if tx.answers.by_digest(case_id, file_digest) is None:
            tx.answers.record(
                case_id,
                AnswerBatch(
                    batch_id=file_digest[:16],
                    channel="file",
                    file_digest=file_digest,
                    n_answers=answers.height,
                    created_at=at,
                ),
            )
        record(
            ctx, tx, case_id, EventType.ANSWERS_RECEIVED, file_digest[:32], at=at, counts={"answers": answers.height}
        )
    publish(ctx, case_id)
    return merged

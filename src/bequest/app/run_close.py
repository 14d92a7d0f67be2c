"""Close: tell people the result once, purge our own keys and stores in their stages, close the log."""

import io
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bequest.app.agreements import check_given_back
from bequest.app.context import Context, Run, require, step
from bequest.app.evidence import event_id, open_log, platform_signer, publish, record
from bequest.app.final_certificate import check_settled_residuals, replace_interim
from bequest.app.portal.finish import finish_cards
from bequest.app.queries.case import steps_of
from bequest.app.receipts import nothing_ends, receipts_are_in
from bequest.app.show_tables import check_shown
from bequest.app.write_certificate import Issued, copies_left
from bequest.crypto.sealing import read_sealed
from bequest.evidence.event import Event, parse_event
from bequest.evidence.event_types import EventType
from bequest.evidence.jcs import encode
from bequest.kernel.canonical import Json
from bequest.kernel.clock import local_date
from bequest.kernel.errors import StateError
from bequest.model.case import ALL_STAYS, ENTRUSTS, Role
from bequest.steps.close.feedback import feedback_of
from bequest.steps.close.purge import PurgeRule, Stage, due
from bequest.steps.notify.ladder import Channel
from bequest.steps.notify.smtp import Letter, Sent, SmtpServer, send_letters
from bequest.store.records import CaseStatus, KeyState, PlaceState

Send = Callable[[pl.DataFrame], None]
"""Takes the feedback messages: channel, address, name, text. Raises only where it has handed over none of them."""
BEGUN = "feedback_begun"
"""Setting of the case: the messages were about to be given to a carrier that cannot take them back."""


@dataclass(frozen=True, slots=True)
class Closed:
    """What a close came to. `issued`: the final certificate, where it took the place of an interim one."""

    counts: dict[str, int]
    issued: Issued | None


def run_close(
    ctx: Context, case_id: str, *, send: Send | None = None, repeatable: bool = False, smtp: SmtpServer | None = None,
    keys: Mapping[Role, Path] | None = None,
) -> Closed:  # fmt: skip
    """Feedback, purge, log.closed. Killed and run again, nobody is told twice knowingly, and the end is the same.

    `send` hands the messages to a carrier; without it only a rehearsal may close (its people are invented). Killed in
    the middle of it, they are *possibly sent*, which is logged, and not sent again; except where `send` is
    `repeatable`, as a file is that is written anew: it tells nobody.

    `smtp`: a mail server for whoever is told by e-mail; `send` then gets the others. Each message's fate is in a
    journal, so that a killed run goes on where it stopped.

    `keys`: those of operator, verifier and protection officer, who sign a final certificate in the place of the interim
    one. Without them an interim one stays.

    Raises:
        StateError: where a step, a table to be shown or the return of what was entrusted is missing, nobody is there to
            send the feedback, or something remains that keeps the certificate interim.
    """
    case = ctx.case(case_id).case
    before = [s for s in steps_of(case) if s != "close"]
    require(ctx, case_id, *before)
    with step(ctx, case_id, "close") as run:
        if keys:
            nothing_ends(case, "certificate")
            check_settled_residuals(ctx, run)
        check_shown(ctx, case)
        if case.event in ENTRUSTS:
            receipts_are_in(ctx, case)
            check_given_back(ctx, case)
        told = {} if case.event in ALL_STAYS else _feedback(ctx, run, send, smtp, repeatable=repeatable)
        run.hook("feedback_sent")
        finish_cards(ctx, run)
        purged = _purge(ctx, run, Stage.AFTER_FEEDBACK)
        if not copies_left(case, local_date(run.at, case.timezone)):
            purged += _purge(ctx, run, Stage.LAST_COPY)
        issued = None
        if keys:
            issued = replace_interim(ctx, run, keys)
            run.hook("certified")
        purged += _purge(ctx, run, Stage.AT_CLOSE)
        run.hook("purged")
        with ctx.store.transaction() as tx:  # from here on nobody adds to the log
            if tx.cases.get(case_id).status is not CaseStatus.CLOSED:
                tx.cases.set_status(case_id, CaseStatus.CLOSED, run.at)
        publish(ctx, case_id)
        _close_log(ctx, run)
        run.counts = {"feedback": 0, **told, "purged": purged}
    return Closed(dict(run.counts), issued)


def _feedback(
    ctx: Context, run: Run, send: Send | None, smtp: SmtpServer | None, *, repeatable: bool
) -> dict[str, int]:
    """Open the sealed outbox once, hand its messages over, note that they left; how many were, or possibly were."""
    case_id = run.case.id
    with ctx.store.transaction() as tx:
        known = tx.outbox.get(case_id, event_id(EventType.FEEDBACK_SENT, "1"))
        begun = bool(tx.settings.get(BEGUN, False, case_id=case_id))
    if known is not None:
        counts = parse_event(encode(dict(known.payload))).counts
        return {word: counts[name] for name, word in COUNTED.items() if name in counts}
    path = run.workspace.dir("stores", "outbox") / "feedback.sealed"
    if not path.is_file():
        raise StateError(
            "the feedback outbox is not there", hint="It is made at the cutover; see `bequest case stores`."
        )
    rows = pl.read_parquet(io.BytesIO(read_sealed(path, ctx.keys(case_id).get("outbox"), b"feedback")))
    texts = {words: feedback_of(words, run.case) for words in rows["outcome"].unique().to_list()}
    messages = rows.with_columns(pl.col("outcome").replace_strict(texts, return_dtype=pl.Utf8).alias("text"))
    name, carrier = "messages", "simulated"
    by_mail = messages.with_row_index("n").filter(pl.col("channel") == Channel.EMAIL.value) if smtp else None
    if by_mail is not None:
        messages = messages.filter(pl.col("channel") != Channel.EMAIL.value)
    if begun and not repeatable:
        name, carrier = "possibly_sent", "possibly sent: cut off while being handed over"
    elif send is not None and messages.height:
        carrier = "handed over"
        _hand_over(ctx, run, send, messages.select("channel", "address", "name", "text"), repeatable=repeatable)
    elif messages.height and not run.case.rehearsal:
        raise StateError(
            f"{messages.height:,} people wait for the feedback and nothing is given to send it with",
            hint="Use --feedback-to FILE: the messages for a carrier.",
        )
    counts = {name: rows.height}
    if by_mail is not None and smtp is not None:
        carrier = "by e-mail" if not messages.height else f"{carrier}, and by e-mail"
        sent = _mail(run, by_mail, smtp)
        fates = {"possibly_sent": len(sent.possibly_sent), "refused": len(sent.refused)}
        counts = {name: rows.height - sum(fates.values())} | {k: n for k, n in fates.items() if n}
    run.hook("feedback_handed_over")
    by_outcome = {str(k): int(n) for k, n in rows.group_by("outcome").len().sort("outcome").iter_rows()}
    body: dict[str, Json] = {"by_outcome": dict(by_outcome), "carrier": carrier}
    with ctx.store.transaction() as tx:
        record(
            ctx, tx, case_id, EventType.FEEDBACK_SENT, "1", at=run.at, counts=counts, content=body,
        )  # fmt: skip
    return {COUNTED[k]: n for k, n in counts.items()}


COUNTED = {"messages": "feedback", "possibly_sent": "possibly_sent", "refused": "refused"}
"""Counts of the event → counts of the step."""


def _mail(run: Run, messages: pl.DataFrame, smtp: SmtpServer) -> Sent:
    """By e-mail, one message after another; `n` numbers them, and no address stands in the journal."""
    subject = f"{run.case.title}：处理结果 / What became of your data"
    letters = (
        Letter(f"feedback-{n}", address, subject, text)
        for n, address, text in messages.select("n", "address", "text").iter_rows()
    )
    return send_letters(letters, smtp, run.workspace.dir("letters") / "feedback.journal", guard=run.guard)


def _hand_over(ctx: Context, run: Run, send: Send, messages: pl.DataFrame, *, repeatable: bool) -> None:
    """Give the messages away, on record before it begins."""

    def note(begun: bool) -> None:
        if not repeatable:
            with ctx.store.transaction() as tx:
                tx.settings.set(BEGUN, begun, run.at, case_id=run.case.id)

    note(True)
    try:
        send(messages)
    except Exception:
        note(False)
        raise


def _purge(ctx: Context, run: Run, stage: Stage) -> int:
    """Destroy the keys of a stage first, then what they protected; each logged once."""
    n = 0
    for rule in due(stage):
        n += purge_rule(ctx, run, rule)
    return n


def purge_rule(ctx: Context, run: Run, rule: PurgeRule) -> int:
    """Carry out one rule: key, folders, entries in the tables."""
    case_id = run.case.id
    destroy_key(ctx, run, rule.key)
    for folder in rule.folders:
        shutil.rmtree(run.workspace.root / folder, ignore_errors=True)
    with ctx.store.transaction() as tx:
        for place in tx.stores.list(case_id):
            inside = any(_is_below(ctx.home / place.path, run.workspace.root / f) for f in rule.folders)
            if inside and place.state is not PlaceState.PURGED:
                tx.stores.set_state(case_id, place.name, PlaceState.PURGED, run.at)
        record(ctx, tx, case_id, EventType.STORE_PURGED, f"{rule.stage.value}-{rule.key}", at=run.at)
    return 1


def destroy_key(ctx: Context, run: Run, purpose: str) -> None:
    """Destroy a key, enter it in the key table, log it; once."""
    ctx.keys(run.case.id).destroy(purpose)
    name = purpose.replace("/", ".")
    with ctx.store.transaction() as tx:
        known = {k.key_id: k.state for k in tx.keys.list(run.case.id)}
        if known.get(name) is KeyState.ACTIVE:
            tx.keys.set_state(run.case.id, name, KeyState.DESTROYED, run.at)
        record(ctx, tx, run.case.id, EventType.KEY_DESTROYED, name, at=run.at)


def _is_below(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _close_log(ctx: Context, run: Run) -> None:
    """The last entry counts all others by type: a log cut short can no longer pass for whole."""
    with open_log(ctx, run.case.id) as log:
        if log.is_closed:
            return
        actor = platform_signer(ctx, run.case.id).public.key_id
        log.append(
            Event(
                id=EventType.LOG_CLOSED.value,
                type=EventType.LOG_CLOSED,
                case=run.case.id,
                at=run.at,
                actor=actor,
                counts=log.counts_by_type(),
            )
        )
        log.publish(max(run.at, log.last_at or run.at))

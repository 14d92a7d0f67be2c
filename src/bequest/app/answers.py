"""What people answer: taken over from a file, at any time until the data are gone."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bequest.app.answer_forms import receipt_texts
from bequest.app.answer_lines import commit_answers, cut_off_answers
from bequest.app.context import Context, is_past, require, require_open
from bequest.app.evidence import event_id, publish, record
from bequest.app.phases import TOO_LATE, Phase, phase_of
from bequest.app.run_discover import data_map
from bequest.app.run_link import load_linked
from bequest.app.telling import know_again, register, save_answers, saved_answers
from bequest.evidence.answer_proof import ROLE
from bequest.evidence.event import parse_event
from bequest.evidence.event_types import EventType
from bequest.evidence.jcs import encode
from bequest.kernel.canonical import digest, short
from bequest.kernel.errors import StateError
from bequest.model.case import MOVES_NOTHING, RELEASES_NOTHING, TELLS_NOBODY, Case
from bequest.steps.notify.answer_receipt import Said
from bequest.steps.notify.answer_states import not_known, with_states
from bequest.steps.notify.answers import KIND, WORDS, merge_answers, read_answers, stopping
from bequest.store.records import AnswerBatch
from bequest.store.transaction import Tx


@dataclass(frozen=True, slots=True)
class Entered:
    """All answers so far, and how far the destruction was when these came."""

    answers: pl.DataFrame
    phase: Phase


def enter_answers(ctx: Context, case_id: str, path: Path) -> Entered:
    """Take answers from a file; the same file twice changes nothing.

    They count as long as there is something to act on: before the cutover in the decisions, after it at the next
    batch of the delivery or the destruction, or with another wave (`bequest deliver --wave`).

    Raises:
        StateError: where some or all come too late: each is answered so, and that is logged.
    """
    require_answerable(ctx, case_id)
    case = ctx.case(case_id).case
    answers = read_answers(
        path, register(ctx.workspace(case_id))["ref"], now=ctx.now(case_id), lots=tuple(lot.id for lot in case.lots)
    )
    return take_answers(ctx, case_id, answers, digest(path.read_text(encoding="utf-8-sig")), channel="file")


def require_answerable(ctx: Context, case_id: str) -> None:
    """Refuse where nobody was told yet, or there is nothing left to answer for.

    Raises:
        StateError: saying which.
    """
    if (event := ctx.case(case_id).case.event) in TELLS_NOBODY:
        raise StateError(
            f"event {event} asks nobody: there is nothing to answer",
            hint="What somebody asks all the same is a request to the company: `bequest portal` or by hand.",
        )
    require(ctx, case_id, "notify")
    if event in MOVES_NOTHING or is_past(ctx, case_id, "close"):
        require_open(ctx, case_id, "an answer")


def take_answers(
    ctx: Context, case_id: str, answers: pl.DataFrame, file_digest: str, *, channel: str,
    said: pl.DataFrame | None = None, before: Mapping[str, tuple[Said, ...]] | None = None,
) -> Entered:  # fmt: skip
    """Take answers that were read (`steps.notify.answers.read_answers` names the columns), whatever way they came.

    `file_digest`: a digest of what they were read from; the same again changes nothing. Each is committed to by itself
    in the entry of the log; one that the log has already keeps its line and its receipt. `said`: all that was said,
    where that is more than the last of each kind, with `word` and `number`; `before`: what was said to the same
    question earlier, by number.

    Raises:
        StateError: where some or all come too late: each is answered so, and that is logged.
    """
    workspace = ctx.workspace(case_id)
    case = ctx.case(case_id).case
    at = ctx.now(case_id)
    said = _worded(answers) if said is None else said
    texts = receipt_texts(ctx, case, said["ref"])
    with ctx.store.transaction() as tx:  # one at a time: two files at once must both be in the end
        merged = saved_answers(workspace)
        phase = phase_of(tx, case_id)
        if tx.answers.by_digest(case_id, file_digest) is not None:
            n_late = _late_before(tx, case_id, file_digest)  # said once, whatever has happened since
        else:
            key = file_digest[:32]
            known = _in_log(ctx, tx, case_id, merged)
            new = not_known(answers, known)
            late = _too_late(case, phase, new)
            in_time = new.join(late, on=KIND, how="anti", maintain_order="left")
            said = not_known(said, known).with_row_index("row")
            too_late = said["row"].is_in(_too_late(case, phase, said)["row"].implode())
            counted = with_states(said.drop("row"), too_late, merged, tuple(lot.id for lot in case.lots))
            root = commit_answers(ctx, case, key, counted, texts, before or {})
            ctx.hooks.at(case_id, "answers.committed")
            if in_time.height or merged is None:
                merged = merge_answers(merged, in_time)
                save_answers(workspace, merged)
            ctx.hooks.at(case_id, "answers.saved")
            n_late = late.height
            tx.answers.record(
                case_id,
                AnswerBatch(
                    batch_id=short(file_digest),
                    channel=channel,
                    file_digest=file_digest,
                    n_answers=answers.height,
                    created_at=at,
                ),
            )
            record(
                ctx, tx, case_id, EventType.ANSWERS_RECEIVED, key, at=at,
                counts={"answers": answers.height} | ({"too_late": n_late} if n_late else {}),
                content={"answered": list(TOO_LATE[phase])} if n_late else None, refs={ROLE: root},
            )  # fmt: skip
    with suppress(StateError):  # where the records must be linked anew an answer is taken all the same
        know_again(
            workspace, load_linked(workspace, case, data_map(ctx, case_id), fixed=is_past(ctx, case_id, "cutover"))
        )
    publish(ctx, case_id)
    if n_late:
        zh, en = TOO_LATE[phase]
        taken = answers.height - n_late
        raise StateError(
            f"{n_late:,} answers: {en} ({zh}); that is in the log"
            + (f". {taken:,} others were taken: what is not erased yet of these people stays" if taken else ""),
            hint="Tell the people so. What was passed on before is with the receiver: pass an objection on.",
        )
    assert merged is not None  # noqa: S101 - there were none only where these were saved
    return Entered(merged, phase)


def _worded(answers: pl.DataFrame) -> pl.DataFrame:
    words = [WORDS[pair] for pair in answers.select("fact", "value").iter_rows()]
    return answers.with_columns(pl.Series("word", words, dtype=pl.Utf8), pl.lit("").alias("number"))


def _in_log(ctx: Context, tx: Tx, case_id: str, saved: pl.DataFrame | None) -> pl.DataFrame | None:
    """The answers so far without those that a run kept which was cut off before the log had them."""
    cut_off = cut_off_answers(ctx, case_id, frozenset(b.file_digest[:32] for b in tx.answers.list(case_id)))
    return saved if saved is None or cut_off is None else not_known(saved, cut_off)


def _too_late(case: Case, phase: Phase, answers: pl.DataFrame) -> pl.DataFrame:
    if phase is Phase.BEGUN:
        return answers.join(stopping(disputes_only=case.event in RELEASES_NOTHING), on=["fact", "value"], how="anti")
    return answers if phase is Phase.ERASED else answers.clear()


def _late_before(tx: Tx, case_id: str, file_digest: str) -> int:
    known = tx.outbox.get(case_id, event_id(EventType.ANSWERS_RECEIVED, file_digest[:32]))
    return parse_event(encode(dict(known.payload))).counts.get("too_late", 0) if known else 0

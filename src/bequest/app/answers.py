"""What people answer: taken over from a file, at any time until the data are gone."""

from contextlib import suppress
from pathlib import Path

import polars as pl

from bequest.app.context import Context, done_steps, require, require_open
from bequest.app.evidence import publish, record
from bequest.app.run_discover import data_map
from bequest.app.run_link import load_linked
from bequest.app.telling import know_again, register, save_answers, saved_answers
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import digest
from bequest.kernel.errors import StateError
from bequest.model.case import MOVES_NOTHING
from bequest.steps.notify.answers import merge_answers, read_answers
from bequest.store.records import AnswerBatch

TOO_LATE = ("太迟了，数据已经删除", "too late, data deleted")


def enter_answers(ctx: Context, case_id: str, path: Path) -> pl.DataFrame:
    """Take answers from a file; the same file twice changes nothing.

    They count as long as there is something to act on: before the cutover in the decisions, after it at the next
    batch of the delivery or the destruction, or with another wave (`bequest deliver --wave`).

    Raises:
        StateError: after the destruction: each is answered "too late, data deleted", and that is logged.
    """
    require(ctx, case_id, "notify")
    workspace = ctx.workspace(case_id)
    case = ctx.case(case_id).case
    done = done_steps(ctx, case_id)
    if "close" in done or case.event in MOVES_NOTHING:
        require_open(ctx, case_id, "an answer")
    answers = read_answers(
        path, register(workspace)["ref"], now=ctx.now(case_id), lots=tuple(lot.id for lot in case.lots)
    )
    at = ctx.now(case_id)
    file_digest = digest(path.read_text(encoding="utf-8-sig"))
    with ctx.store.transaction() as tx:  # one at a time: two files at once must both be in the end
        destroyed = any(r.step == "destroy" and r.state == "done" for r in tx.steps.all(case_id))
        merged = saved_answers(workspace)
        if not destroyed or merged is None:
            merged = merge_answers(merged, answers)
            save_answers(workspace, merged)
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
        counts = {"answers": answers.height} | ({"too_late": answers.height} if destroyed else {})
        record(
            ctx, tx, case_id, EventType.ANSWERS_RECEIVED, file_digest[:32], at=at, counts=counts,
            content={"answered": list(TOO_LATE)} if destroyed else None,
        )  # fmt: skip
    with suppress(StateError):  # where the records must be linked anew an answer is taken all the same
        know_again(workspace, load_linked(workspace, case, data_map(ctx, case_id), fixed="cutover" in done))
    publish(ctx, case_id)
    if destroyed:
        raise StateError(
            f"{answers.height:,} answers: {TOO_LATE[1]} ({TOO_LATE[0]}); that is in the log",
            hint="Tell the people so. What was passed on before is with the receiver: pass an objection on.",
        )
    return merged

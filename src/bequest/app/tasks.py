"""What others have to do: the holders of data that lie elsewhere, and whoever replaces a file that cannot be cut.

A task is opened at the cutover with a sealed list of the persons it is about. Late rows and answers renew the list;
where the task is done already, what is new on it is another task. It is done when somebody named in the case signs for
it with his own key and hands in the evidence, such as the holder's letter. An open task is a dated residual on the
certificate.
"""

import hashlib
import io
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path

import polars as pl

from bequest.app.context import Context, Run, is_past
from bequest.app.evidence import event_id, keep_statement, publish, record
from bequest.app.keep_place import keep_place
from bequest.app.signing_people import signing_person
from bequest.app.user_files import file_ending, new_user_file, read_user_bytes
from bequest.crypto.age import encrypt_stream
from bequest.crypto.atomic import write_file
from bequest.crypto.sealing import read_sealed, write_sealed
from bequest.engine.tableplan import DECISION_PREFIX, LEAVES, TablePlan
from bequest.evidence.event_types import EventType
from bequest.evidence.statement import Statement, Subject
from bequest.kernel.canonical import short
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import EvidenceError, InputError, StateError
from bequest.model.case import ALL_STAYS, Case, SourceKind
from bequest.model.datamap import FieldClass
from bequest.model.destruction import Kept, OwnerTask, Residual
from bequest.sources.source import KEY, OpenSource
from bequest.steps.plan.whole_file import StaysWhole
from bequest.store.records import AccessRecord
from bequest.store.task_records import RETURN, SUPERVISION, TaskRecord, TaskState
from bequest.store.transaction import Tx

HELD, WHOLE_FILE = "held", "whole_file"
MOST_EVIDENCE = 64 << 20
_NAMING = frozenset(
    {
        FieldClass.PERSON_NAME, FieldClass.USERNAME, FieldClass.PHONE, FieldClass.LANDLINE, FieldClass.EMAIL,
        FieldClass.NATIONAL_ID, FieldClass.USER_ID, FieldClass.ORDER_NO, FieldClass.SOCIAL_ID,
        FieldClass.TRACKING_NUMBER, FieldClass.ACCOUNT_NUMBER,
    }
)  # fmt: skip
"""Columns by which a holder finds a person again in his own system."""


class Outcome(StrEnum):
    """How it ended; of a supervision: whether the recipient keeps to the agreement."""

    DELETED = "deleted"
    KEPT = "kept"
    """Kept on a duty of the holder's own."""
    TRANSFERRED = "transferred"
    REPLACED = "replaced"
    """A file was replaced by one of which rows can be cut."""
    RETURNED = "returned"
    """What was entrusted came back, and nothing of it is kept."""
    IN_ORDER = "in_order"
    BREACH = "breach"


_OF_KIND: Mapping[str, tuple[Outcome, ...]] = {
    SUPERVISION: (Outcome.IN_ORDER, Outcome.BREACH),
    RETURN: (Outcome.RETURNED, Outcome.DELETED),
}
"""How tasks of these kinds can end; all others end in what is named by none of them, or deleted."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A task as the plan foresees it."""

    task_id: str
    task: OwnerTask


def planned_tasks(case: Case, stays: tuple[StaysWhole, ...]) -> tuple[Planned, ...]:
    """The tasks that the cutover will open."""
    if case.event in ALL_STAYS:
        return ()
    held = [s for s in case.sources if s.kind is SourceKind.HELD_ELSEWHERE]
    due = (case.cutover_not_after or case.effective_on).isoformat()
    return (
        *(
            Planned(
                f"held-{s.name}",
                OwnerTask(
                    s.name, HELD, s.owner, s.contact,
                    "删除（或依自身法定义务留存）其持有的名单所列人员的数据，并书面确认",
                    "delete (or keep on a legal duty of its own) what it holds of the persons listed, and confirm it in"
                    " writing",
                    s.due_on.isoformat() if s.due_on else due,
                ),
            )
            for s in held
        ),
        *(
            Planned(
                f"file-{w.source}",
                OwnerTask(
                    w.source, WHOLE_FILE, case.transferor.name, case.transferor.contact,
                    "此文件无法按行删除：拆分或另存为纯单元格，删去应删的行，再删除原文件",
                    "no row can be cut out of this file: save it as plain cells without the rows that must go, then"
                    " delete the old file",
                    due,
                ),
            )
            for w in stays
        ),
    )  # fmt: skip


def renew_tasks(
    ctx: Context, run: Run, stays: tuple[StaysWhole, ...], plans: Mapping[tuple[str, str], TablePlan],
    sources: Mapping[str, OpenSource],
) -> tuple[str, ...]:  # fmt: skip
    """Open the tasks of the case with their sealed lists of persons, or renew the lists; ids of those with a new list.

    What a task that is done has listed is not asked for again: only what is new goes onto the list of a further task.
    """
    renewed = []
    for p in planned_tasks(run.case, stays):
        lines = _lines(plans, sources, p.task.source)
        this, rest = _open_one(ctx, run.case.id, p.task_id, lines)
        if this != p.task_id and not rest.height:
            continue
        with ctx.store.transaction() as tx:
            known = next((t for t in tx.tasks.list(run.case.id) if t.task_id == this), None)
            if known is None:
                made = TaskRecord(
                    task_id=this, task=p.task, due_on=p.task.due_on, created_at=run.at, state_at=run.at
                )  # fmt: skip
                tx.tasks.record(run.case.id, made)
        digest = _seal_list(ctx, run, this, rest) if rest.height or (known and known.list_digest) else ""
        with ctx.store.transaction() as tx:
            tx.tasks.note_list(run.case.id, this, persons=rest.height, list_digest=digest)
            _log_list(ctx, tx, run, this, p.task, rest.height, digest)
        if known is None or known.list_digest != digest:
            renewed.append(this)
    return tuple(renewed)


def _open_one(ctx: Context, case_id: str, task_id: str, lines: pl.DataFrame) -> tuple[str, pl.DataFrame]:
    """The first of a task and its further ones that is not done, and the lines that those before have not listed."""
    done = {t.task_id for t in task_list(ctx, case_id) if t.state is TaskState.DONE}
    for n in count(1):
        this = task_id if n == 1 else f"{task_id}+{n}"
        if this not in done:
            return this, lines
        before = _sealed_lines(ctx, case_id, this)
        if before is not None and before.height and lines.height:
            lines = lines.join(before, on=before.columns, how="anti", nulls_equal=True, maintain_order="left")
    raise AssertionError


def _log_list(ctx: Context, tx: Tx, run: Run, task_id: str, task: OwnerTask, persons: int, digest: str) -> None:
    """Every list of a task is on record once."""
    for n in count(1):
        with suppress(EvidenceError):  # this number stands for an earlier list
            record(
                ctx, tx, run.case.id, EventType.TASK_OPENED, task_id if n == 1 else f"{task_id}/{n}", at=run.at,
                content={"source": task.source, "kind": task.kind, "due_on": task.due_on, "rows": persons},
                refs={"list": digest} if digest else {},
            )  # fmt: skip
            return


def task_list(ctx: Context, case_id: str) -> tuple[TaskRecord, ...]:
    """All tasks of the case, by their dates."""
    with ctx.store.transaction() as tx:
        return tx.tasks.list(case_id)


def export_list(ctx: Context, case_id: str, task_id: str, path: Path) -> int:
    """Write the list of persons for the holder, encrypted to him where he has a key; the access is logged.

    Returns the number of lines.

    Raises:
        StateError: there is no such task or list, or its key is gone.
    """
    found = _task(ctx, case_id, task_id)
    sealed = _list_file(ctx, case_id, task_id)
    if not found.list_digest or not sealed.is_file():
        raise StateError(
            f"task {task_id} has no list of persons",
            hint="Without an export the holder is asked for everything of the account; after close no list opens.",
        )
    data = read_sealed(sealed, ctx.keys(case_id).get("bodies"), _aad(case_id, task_id))
    source = ctx.case(case_id).case.source(found.task.source)
    with new_user_file(path) as beside, beside.open("wb") as out:
        if source.age_recipient:
            encrypt_stream(io.BytesIO(data), out, (source.age_recipient,))
        else:
            out.write(b"\xef\xbb\xbf" + data)
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        n = len(tx.access.list(case_id))
        tx.access.record(
            case_id,
            AccessRecord(
                at=at, person="os-user", action="task.export", purpose="", target=task_id, n_rows=found.persons
            ),
        )
        record(ctx, tx, case_id, EventType.ACCESS_READ, f"task-{n}", at=at, counts={"rows": found.persons})
    publish(ctx, case_id)
    return found.persons


def finish_task(
    ctx: Context, case_id: str, task_id: str, *, outcome: str, evidence: Path, person_id: str, key: Path
) -> TaskRecord:
    """Record that a task is done: evidence kept by its digest, a statement signed by the person who vouches for it.

    Raises:
        StateError: no such task, done already otherwise, or the case is closed.
        ApprovalError: the key is not the person's.
        InputError: an outcome or evidence that cannot be used.
    """
    if is_past(ctx, case_id, "close"):
        raise StateError(
            f"case {case_id} is closed: nothing can be added to its log",
            hint="Keep the evidence with the bundle; the certificate stays interim.",
        )
    found = _task(ctx, case_id, task_id)
    word = _outcome(outcome, found.task.kind)
    case = ctx.case(case_id).case
    person, signer = signing_person(case, person_id, key)
    data = read_user_bytes(evidence, "evidence", hint="Give the holder's letter or the record of what was done.")
    if not data or len(data) > MOST_EVIDENCE:
        raise InputError(
            f"the evidence {evidence.name} is {'empty' if not data else 'larger than 64 MB'}",
            hint="Give the holder's letter or the record of what was done.",
        )
    sha256 = hashlib.sha256(data).hexdigest()
    if found.state is TaskState.DONE and (found.outcome, found.evidence_digest) != (word.value, sha256):
        raise StateError(f"task {task_id} is done already, with other evidence", hint="What was recorded stays.")
    name = f"{task_id}-{short(sha256, 12)}.{file_ending(evidence)}"
    workspace = ctx.workspace(case_id)
    write_file(workspace.dir("attachments") / name, data)
    at = found.state_at if found.state is TaskState.DONE else ctx.now(case_id)
    statement = Statement(
        "TaskAttestation",
        (Subject(f"data/attachments/{name}", sha256),),
        {
            "caseRef": case_id, "task": task_id, "source": found.task.source, "owner": found.task.owner,
            "outcome": word.value, "listed": found.persons, "attestedBy": person.id, "at": rfc3339(at),
        },
    )  # fmt: skip
    path = workspace.dir("statements") / f"{task_id}.dsse.json"
    digest = hashlib.sha256(keep_statement(path, statement, [signer])).hexdigest()
    with ctx.store.transaction() as tx:
        record(
            ctx, tx, case_id, EventType.TASK_DONE, task_id, at=at, content={"outcome": word.value},
            refs={"evidence": sha256, "statement": digest}, actor=signer.public.key_id,
        )  # fmt: skip
        done = tx.tasks.finish(
            case_id, task_id, outcome=word.value, evidence_digest=sha256, statement_digest=digest, at=at
        )
    publish(ctx, case_id)
    return done


def task_residuals(ctx: Context, case_id: str) -> list[Residual]:
    """The open tasks as dated residuals."""
    return [
        task_residual(t) for t in task_list(ctx, case_id) if t.state is TaskState.OPEN and t.task.kind not in _OF_KIND
    ]


def task_residual(t: TaskRecord) -> Residual:
    """An open task as the certificate dates it."""
    return Residual(
        where_zh=f"{t.task.owner}：{t.task.source}",
        where_en=f"{t.task.source}, held by {t.task.owner}",
        why_zh=t.task.what_zh,
        why_en=t.task.what_en,
        control_zh=f"任务 {t.task_id} 未办结，联系 {t.task.contact}",
        control_en=f"task {t.task_id} is open; contact {t.task.contact}",
        due_on=t.due_on,
    )


def task_kept(ctx: Context, case_id: str) -> tuple[Kept, ...]:
    """What holders keep on a duty of their own."""
    return tuple(
        Kept(
            f"{t.task.source}：由 {t.task.owner} 依自身义务留存",
            f"{t.task.source}: kept by {t.task.owner} on its own duty",
            "", t.task.owner, t.persons, "—",
        )
        for t in task_list(ctx, case_id)
        if t.outcome == Outcome.KEPT.value
    )  # fmt: skip


def task_name(task_id: str) -> str:
    """The event that says the task is done."""
    return event_id(EventType.TASK_DONE, task_id)


def _task(ctx: Context, case_id: str, task_id: str) -> TaskRecord:
    with ctx.store.transaction() as tx:
        known = tx.tasks.list(case_id)
    for t in known:
        if t.task_id == task_id:
            return t
    raise StateError(
        f"case {case_id} has no task {task_id!r}",
        hint=f"Its tasks: {', '.join(t.task_id for t in known)}." if known else "Tasks are opened at the cutover.",
    )


def _outcome(text: str, kind: str) -> Outcome:
    own = _OF_KIND.get(kind)
    known = own or [o for o in Outcome if not any(o in words for words in _OF_KIND.values()) or o is Outcome.DELETED]
    if text not in known:
        raise InputError(f"{text!r} is no outcome of such a task", hint=f"Write one of {', '.join(known)}.")
    return Outcome(text)


def _list_file(ctx: Context, case_id: str, task_id: str) -> Path:
    return ctx.workspace(case_id).dir("stores", "tasks") / f"{task_id}.sealed"


def _aad(case_id: str, task_id: str) -> bytes:
    return f"bequest/task/v1\0{case_id}\0{task_id}".encode()


def _lines(
    plans: Mapping[tuple[str, str], TablePlan], sources: Mapping[str, OpenSource], name: str
) -> pl.DataFrame:  # fmt: skip
    """The list of a source as it follows from the decisions; empty where no row is known of the holder."""
    source = sources.get(name)
    mine = [plan for (s, _), plan in plans.items() if s == name] if source is not None else []
    parts = [part for plan in mine if source is not None for part in _listed(plan, source)]
    return pl.concat(parts, how="diagonal") if parts else pl.DataFrame()


def _sealed_lines(ctx: Context, case_id: str, task_id: str) -> pl.DataFrame | None:
    """The list as it was sealed, or None."""
    path = _list_file(ctx, case_id, task_id)
    if not path.is_file():
        return None
    data = read_sealed(path, ctx.keys(case_id).get("bodies"), _aad(case_id, task_id))
    return pl.read_csv(data, infer_schema=False) if data.strip() else pl.DataFrame()


def _seal_list(ctx: Context, run: Run, task_id: str, lines: pl.DataFrame) -> str:
    """Seal a list, unless the same is sealed already; the digest of its file."""
    path = _list_file(ctx, run.case.id, task_id)
    before = _sealed_lines(ctx, run.case.id, task_id)
    if before is None or not before.equals(lines):
        data = lines.write_csv().encode() if lines.height else b""
        write_sealed(path, [data], ctx.keys(run.case.id).get("bodies"), _aad(run.case.id, task_id))
    keep_place(
        ctx, run.case.id, "stores/tasks", path.parent,
        content="交持有方的人员名单 / lists of persons for the holders", ground="PIPL-47", key="bodies",
        ends_on=None,
    )  # fmt: skip
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _listed(plan: TablePlan, source: OpenSource) -> Iterator[pl.DataFrame]:
    """The rows of a table of which something is to go, with what names the person in them."""
    gone = plan.indices(residue=LEAVES)
    some = pl.any_horizontal(pl.col(DECISION_PREFIX + c.name).is_in(gone) for c in plan.columns)
    wanted = plan.rows.filter(some).select(
        "row_no", pl.when(plan.leaves()).then(pl.lit("row")).otherwise(pl.lit("fields")).alias("what")
    )
    names = [c.name for c in plan.columns if c.cls in _NAMING]
    first = 0
    for batch in source.read(plan.table, names, key=plan.key):
        numbered = batch.with_row_index("row_no", offset=first).with_columns(pl.col("row_no").cast(pl.UInt32))
        first += batch.height
        found = numbered.join(wanted, on="row_no", maintain_order="left")
        if found.height:
            keyed = pl.lit(plan.table).alias("table"), pl.col(KEY).alias("row_key"), "what"
            yield found.select(*keyed, *names)

"""The agreement with a recipient as a precondition of a delivery, and the supervision that follows it as tasks."""

from collections.abc import Iterable
from datetime import date, datetime

from bequest.app.casefile.papers import paper_digest
from bequest.app.context import Context
from bequest.app.evidence import record
from bequest.evidence.event_types import RETURN_TASK, EventType
from bequest.kernel.canonical import short
from bequest.kernel.clock import local_date
from bequest.kernel.errors import GuardError, StateError
from bequest.model.agreement import Agreement
from bequest.model.case import ENTRUSTS, Case, LegalRoute, Lot
from bequest.model.datamap import ColumnMap
from bequest.model.destruction import OwnerTask
from bequest.store.task_records import RETURN, SUPERVISION, TaskRecord, TaskState
from bequest.store.transaction import Tx

NEEDS_AGREEMENT = frozenset({LegalRoute.PIPL_21, LegalRoute.PIPL_23})
"""Recipients who do not step into the transferor's place by law: entrusted, or another handler."""
NO_AGREEMENT = "BQ-GUARD-2"


def agreement_for(case: Case, lot: Lot) -> Agreement | None:
    """The agreement of a lot, where there is one."""
    return next((a for a in case.agreements if a.lot == lot.id), None)


def check_agreement(case: Case, lot: Lot, columns: Iterable[tuple[str, ColumnMap]], today: date) -> Agreement | None:
    """Nothing may go to a recipient without an agreement in force that covers it; `columns`: what would go, with names.

    A successor (PIPL Art. 22) needs none; where there is one all the same, it is held to as well.

    Raises:
        GuardError: there is none, its term does not cover today, its file is another, or a kind of field is not in it.
    """
    found = agreement_for(case, lot)
    if found is None:
        if lot.legal_route in NEEDS_AGREEMENT:
            raise GuardError(
                f"lot {lot.id} goes to {lot.receiver} on {lot.legal_route}, and no agreement with it is named",
                hint="Write [[agreements]] with lot, term, classes, conditions, confidentiality and file, and take it"
                " over with `bequest case update`.",
                code=NO_AGREEMENT,
            )
        return None
    if not found.signed_on <= today <= found.ends_on:
        raise GuardError(
            f"the agreement of lot {lot.id} holds from {found.signed_on} to {found.ends_on}, and today is {today}",
            hint="Agree on a term that covers the delivery, and take it over with `bequest case update`.",
            code=NO_AGREEMENT,
        )
    if paper_digest(found.file) != found.sha256:
        raise GuardError(
            f"the agreement of lot {lot.id} is gone or is no longer the one that was taken over",
            hint=f"Put {found.file.name} back as it was, or take the new one over with `bequest case update`.",
            code=NO_AGREEMENT,
        )
    beyond = sorted({f"{name} ({c.cls.value})" for name, c in columns if c.personal and c.cls not in found.classes})
    if beyond:
        raise GuardError(
            f"the agreement of lot {lot.id} does not cover {', '.join(beyond)}",
            hint="Mark what the recipient does not need in the data map (`need`), or agree on it and take the agreement"
            " over with `bequest case update`.",
            code=NO_AGREEMENT,
        )
    return found


def record_agreements(ctx: Context, tx: Tx, case_id: str, agreements: Iterable[Agreement], at: datetime) -> None:
    """Leave the digest of each agreement in the evidence: lot, term and SHA-256, never its words."""
    for a in agreements:
        record(
            ctx, tx, case_id, EventType.AUTHORITY_ATTACHED, f"agreement-{a.lot}-{short(a.sha256)}", at=at,
            content={"kind": "agreement", "lot": a.lot, "signed_on": str(a.signed_on), "ends_on": str(a.ends_on)},
            refs={"paper": a.sha256},
        )  # fmt: skip


def open_return(ctx: Context, tx: Tx, case: Case, lot: Lot, at: datetime) -> None:
    """Open the task by which what was entrusted comes back, or is deleted there, by the end of the term (Art. 21)."""
    found, this = agreement_for(case, lot), return_task(lot)
    if case.event not in ENTRUSTS or found is None or any(t.task_id == this for t in tx.tasks.list(case.id)):
        return
    receiver = case.receiver(lot.receiver)
    task = OwnerTask(
        lot.id, RETURN, receiver.name, receiver.contact,
        "委托结束：返还或者删除所受托的个人信息，不得保留，并出具证明",
        "the engagement ends: return or delete the personal information entrusted, keep nothing, and give proof",
        found.ends_on.isoformat(),
    )  # fmt: skip
    tx.tasks.record(case.id, TaskRecord(task_id=this, task=task, due_on=task.due_on, created_at=at, state_at=at))
    record(
        ctx, tx, case.id, EventType.TASK_OPENED, this, at=at,
        content={"source": lot.id, "kind": RETURN, "due_on": task.due_on, "rows": 0},
    )  # fmt: skip


def return_task(lot: Lot) -> str:
    """The id of the task by which a lot comes back."""
    return f"{RETURN_TASK}{lot.id}"


def check_given_back(ctx: Context, case: Case) -> None:
    """Nothing, where everything that was entrusted was returned or deleted, and somebody of the case vouches for it.

    Raises:
        StateError: naming what is still with the processor, and until when.
    """
    with ctx.store.transaction() as tx:
        known = {t.task_id: t for t in tx.tasks.list(case.id)}
    for lot in case.lots:
        task = known.get(return_task(lot))
        if task is not None and task.state is not TaskState.DONE:
            raise StateError(
                f"what lot {lot.id} entrusted is still with {lot.receiver}: due back on {task.due_on}",
                hint=f"Once it is returned or deleted: `bequest task done {case.id} {task.task_id} --outcome"
                " returned --evidence FILE --as PERSON --key FILE`.",
            )


def open_supervision(ctx: Context, tx: Tx, case: Case, lot: Lot, at: datetime) -> None:
    """Open the task of each day of supervision of a lot that was delivered; those that are there stay."""
    found = agreement_for(case, lot)
    if found is None:
        return
    receiver = case.receiver(lot.receiver)
    known = {t.task_id for t in tx.tasks.list(case.id)}
    days = found.supervision(local_date(at, case.timezone))
    for n, day in enumerate(days, start=1):
        this = f"supervise-{lot.id}-{n}"
        if this in known:
            continue
        ends = n == len(days)
        task = OwnerTask(
            lot.id, SUPERVISION, receiver.name, receiver.contact,
            "核查接收方是否履行约定（目的、方式、范围、保密和保护措施）" + ("；期满：返还、删除或续约" if ends else ""),
            "look at whether the recipient keeps to the agreement (purpose, method, scope, secrecy, protection)"
            + ("; the term ends: return, delete or renew" if ends else ""),
            day.isoformat(),
        )  # fmt: skip
        tx.tasks.record(case.id, TaskRecord(task_id=this, task=task, due_on=task.due_on, created_at=at, state_at=at))
        record(
            ctx, tx, case.id, EventType.TASK_OPENED, this, at=at,
            content={"source": lot.id, "kind": SUPERVISION, "due_on": task.due_on, "rows": 0},
        )  # fmt: skip

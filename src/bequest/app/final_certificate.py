"""The final certificate in the place of an interim one, once nothing of what it dated remains.

What was erased, found and kept was certified already; the final one repeats it, names the one it replaces, and is
signed by the same three parts anew. It is issued at the close, which ends the outbox, the last residual of ours.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bequest.app.context import Context, Run
from bequest.app.destruction import SIGNERS
from bequest.app.evidence import event_id, keep_statement, record
from bequest.app.revoke_certificate import revocation
from bequest.app.signing_people import people_keys
from bequest.app.tasks import task_kept, task_list, task_residual
from bequest.app.write_certificate import OUTBOX, SUFFIX, Issued, copies_left, finish, is_ledger, signers_of
from bequest.evidence.event_types import EventType
from bequest.evidence.statement import Statement, read_statement
from bequest.kernel.canonical import to_json
from bequest.kernel.clock import local_date, rfc3339
from bequest.kernel.errors import StateError
from bequest.model.case import Role
from bequest.model.destruction import Certificate, CertificateState, Residual
from bequest.steps.destroy.certificate import read_predicate
from bequest.store.records import ResidualState
from bequest.store.task_records import TaskState


def check_settled_residuals(ctx: Context, run: Run) -> None:
    """Refuse a final certificate while something remains that the close does not end.

    Raises:
        StateError: naming what remains.
    """
    if revocation(ctx, run.case.id) is not None:
        raise StateError(
            f"the certificate of case {run.case.id} was revoked: no final one can take its place",
            hint="Close without the three keys, and say in the report what happened.",
        )
    interim = _interim(run)[0]
    left = [r for r in interim.residuals if _remains(ctx, run, r)] if interim else []
    if left:
        raise StateError(
            f"{len(left)} residuals of the interim certificate remain: "
            + "; ".join(f"{r.where_en} ({r.due_on})" for r in left),
            hint="Finish open tasks with `bequest task done` and wait for the dates to pass; or close without the three"
            " keys: the certificate then stays interim.",
        )


def replace_interim(ctx: Context, run: Run, keys: Mapping[Role, Path]) -> Issued | None:
    """Issue the final certificate; nothing where the one issued is final already. Killed and run again, it is one."""
    interim, envelope = _interim(run)
    path = run.workspace.dir("statements") / f"certificate-final{SUFFIX}"
    this = event_id(EventType.CERTIFICATE_ISSUED, "2")
    with ctx.store.transaction() as tx:
        logged = tx.outbox.get(run.case.id, this) is not None
    if logged:
        return finish(ctx, run, read_predicate(read_statement(path.read_bytes()).statement.predicate), path, this)
    if interim is None:
        return None
    signers = people_keys(run.case, keys, SIGNERS)
    at = rfc3339(run.at)
    kept = (*interim.kept, *(k for k in task_kept(ctx, run.case.id) if k not in interim.kept))
    final = replace(
        interim, certificate_id=f"{interim.certificate_id}-final", issued_at=at, state=CertificateState.FINAL, why=(),
        residuals=(), kept=kept, signers=signers_of(run.case, signers, at), replaces=interim.certificate_id,
    )  # fmt: skip
    old = read_statement(envelope).statement
    plain = to_json(final)
    assert isinstance(plain, dict)  # noqa: S101 - a dataclass is a table
    validation = {"by": signers[Role.OFFICER].public.key_id, "decision": "accepted", "at": at}
    statement = Statement(old.name, old.subjects, {**old.predicate, **plain, "validation": {**validation}})
    digest = hashlib.sha256(keep_statement(path, statement, list(signers.values()))).hexdigest()
    with ctx.store.transaction() as tx:
        record(
            ctx, tx, run.case.id, EventType.CERTIFICATE_ISSUED, "2", at=run.at,
            refs={"certificate": digest, "replaces": hashlib.sha256(envelope).hexdigest()},
            content={"state": final.state.value, "why": [], "replaces": final.replaces},
        )  # fmt: skip
        for r in tx.residuals.list(run.case.id):
            tx.residuals.set_state(run.case.id, r.residual_id, ResidualState.RESOLVED, run.at)
    return finish(ctx, run, final, path, this)


def _interim(run: Run) -> tuple[Certificate | None, bytes]:
    """The interim certificate and its envelope; none where the one issued is final."""
    envelope = (run.workspace.dir("statements") / f"certificate{SUFFIX}").read_bytes()
    found = read_predicate(read_statement(envelope).statement.predicate)
    return (found if found.state is CertificateState.INTERIM else None), envelope


def _remains(ctx: Context, run: Run, residual: Residual) -> bool:
    """Whether it is still there: a task until it is done, our outbox until the close, all else until its date."""
    tasks = {task_residual(t).control_en: t.state for t in task_list(ctx, run.case.id)}
    if residual.control_en in tasks:
        return tasks[residual.control_en] is not TaskState.DONE
    if residual.where_en == OUTBOX.en:
        return False
    today = local_date(run.at, run.case.timezone)
    if is_ledger(residual):
        return copies_left(run.case, today)
    return residual.due_on == "—" or residual.due_on >= today.isoformat()

"""What the verifier found, signed and on record."""

import hashlib
from itertools import count

from bequest.app.context import Context, Run
from bequest.app.evidence import event_id, keep_statement, kept_statement, record
from bequest.crypto.signing import Signer
from bequest.evidence.event_types import EventType
from bequest.evidence.statement import Statement, Subject
from bequest.steps.destroy.verifier.verify import Report


def rescan_statement(ctx: Context, run: Run, signer: Signer, report: Report) -> tuple[int, str]:
    """The verifier signs what was found, good or bad; the number of the report and the digest of its envelope.

    What a killed run has found and logged is taken up where the same was found now, and is a report of its own if not.
    """
    subject = Subject("urn:bequest:verifier-key", report.facts.key_commit)
    statement = Statement("RescanReport", (subject,), {**report.predicate(), "caseRef": run.case.id})
    with ctx.store.transaction() as tx:
        said = {e.event_id for e in tx.outbox.all(run.case.id)}
    for attempt in count(1):
        path = run.workspace.dir("statements") / f"rescan-{attempt}.dsse.json"
        is_new = event_id(EventType.RESCAN_REPORT, str(attempt)) not in said
        is_open = event_id(EventType.CERTIFICATE_REFUSED, str(attempt)) not in said
        if is_new or (is_open and kept_statement(path, statement, [signer])):
            break
    digest = hashlib.sha256(keep_statement(path, statement, [signer])).hexdigest()
    with ctx.store.transaction() as tx:
        record(
            ctx, tx, run.case.id, EventType.RESCAN_REPORT, str(attempt), at=run.at, refs={"report": digest},
            counts={"candidates": sum(r.candidates for r in report.results)}, actor=signer.public.key_id,
        )  # fmt: skip
    return attempt, digest

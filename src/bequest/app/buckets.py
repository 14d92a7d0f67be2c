"""The entry of a custody bucket: in the register, in the log, in the list of our stores."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bequest.app.context import Context, Run
from bequest.app.evidence import record
from bequest.app.keep_place import keep_place
from bequest.evidence.event_types import EventType
from bequest.steps.destroy.custody_bucket import SealedFile, key_purpose
from bequest.store.records import BucketState, CustodyBucket


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A sealed bucket: who keeps it, until which month, what is in it."""

    bucket: str
    due_month: str
    keeper: str
    files: Sequence[SealedFile]
    counts: Mapping[str, int]
    """For the log: `values`, and `rows` or `objects`."""
    content: str
    ends_on: date | None
    tables: Mapping[str, int] = field(default_factory=dict)
    """Of a database that was sealed whole: rows by table, for the log."""


def enter_bucket(ctx: Context, run: Run, sealed: Sealed) -> None:
    """Enter a bucket, once."""
    case_id, bucket = run.case.id, sealed.bucket
    digest = hashlib.sha256("".join(f.sha256 for f in sealed.files).encode()).hexdigest()
    folder = run.workspace.dir("custody") / bucket
    n_rows = sealed.counts.get("rows", sealed.counts.get("objects", 0))
    if sealed.tables:
        n_rows = sum(sealed.tables.values())
    with ctx.store.transaction() as tx:
        if not any(b.bucket_id == bucket for b in tx.custody.list(case_id)):
            tx.custody.record(
                case_id,
                CustodyBucket(
                    bucket_id=bucket, due_month=sealed.due_month, keeper=sealed.keeper, key_purpose=key_purpose(bucket),
                    n_rows=n_rows, n_values=sealed.counts["values"], digest=digest, created_at=run.at,
                    state_at=run.at, path=folder.relative_to(ctx.home).as_posix(), state=BucketState.SEALED,
                ),
            )  # fmt: skip
        record(
            ctx, tx, case_id, EventType.CUSTODY_SEALED, bucket, at=run.at, refs={"bucket": digest},
            counts=sealed.counts, content={"tables": dict(sealed.tables)} if sealed.tables else None,
        )  # fmt: skip
    keep_place(
        ctx, case_id, f"custody/{bucket}", folder, content=sealed.content, ground="PIPL-19, PIPL-47",
        key=key_purpose(bucket), ends_on=sealed.ends_on,
    )  # fmt: skip

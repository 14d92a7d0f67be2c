"""What was kept because a law says so ends when its time is over: key first, then files, and two people state it.

The log is closed by then, so the statement stands beside the bundle; `bequest verify --later` holds it against the
certificate, which names every sealed file by its digest. The keeper of a company that is gone does the same with the
archive alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from bequest.app.context import Context
from bequest.app.evidence import LATER, keep_statement, publish, record
from bequest.app.signing_people import two_people
from bequest.crypto.keys import KeyState as Life
from bequest.crypto.signing import Signer, load_person_key
from bequest.evidence.event_types import EventType
from bequest.evidence.statement import Statement, Subject
from bequest.kernel.canonical import Json
from bequest.kernel.clock import Clock, local_date, rfc3339
from bequest.kernel.errors import ApprovalError, InputError, StateError
from bequest.steps.destroy.custody_bucket import (
    HANDED_OVER,
    KEEPERS_KEY,
    SealedFile,
    case_of,
    destroy_bucket,
    destroyed_on,
    is_dated,
    key_purpose,
    last_day,
)
from bequest.store.records import BucketState, CaseStatus, CustodyBucket, KeyState, PlaceState
from bequest.store.transaction import Tx

INSTALLATION, KEEPER = "installation", "keeper"
STATED = "destroyed.dsse.json"
"""The keeper's statement, in the bucket's folder."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of a case: the last day on which it is kept (None: no month), whether it is over, or was destroyed."""

    bucket: str
    until: date | None
    is_due: bool
    rows: int
    keeper: str
    destroyed_on: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A bucket that was destroyed. `copies`: whose copy of its key went: this installation's, the keeper's."""

    bucket: str
    files: int
    copies: tuple[str, ...]
    statement: Path


def custody_buckets(ctx: Context, case_id: str) -> tuple[Bucket, ...]:
    """Every bucket of the case, by its month."""
    out = ctx.workspace(case_id).dir("custody")
    today = local_date(ctx.now(case_id), ctx.case(case_id).case.timezone)
    with ctx.store.transaction() as tx:
        found = tx.custody.list(case_id)
    buckets = []
    for b in found:
        until = last_day(b.bucket_id) if is_dated(b.bucket_id) else None
        over = until is not None and until < today
        buckets.append(Bucket(b.bucket_id, until, over, b.n_rows, b.keeper, destroyed_on(out, b.bucket_id)))
    return tuple(buckets)


def destroy_custody(ctx: Context, case_id: str, bucket: str, keys: Sequence[Path], *, reason: str = "") -> Ended:
    """Destroy a bucket whose time is over, in this home: its key, then its files. Cut off, it is run again.

    Raises:
        ApprovalError: where not two different people of the case sign.
        GuardError: where the bucket is not due, or has no month and no reason is given.
        StateError: where the case has no such bucket.
    """
    case = ctx.case(case_id).case
    (first, first_key), (second, second_key) = two_people(case, keys)
    workspace = ctx.workspace(case_id)
    out = workspace.dir("custody")
    at = ctx.now(case_id)
    closed = ctx.case(case_id).status is CaseStatus.CLOSED
    path = workspace.dir(LATER if closed else "statements") / f"custody-{bucket}.dsse.json"
    with ctx.store.transaction() as tx:
        _known(tx, case_id, bucket)
    copies = _copies(out, bucket, here=ctx.keys(case_id).state(key_purpose(bucket)) is not Life.MISSING)

    def destroy_key(purpose: str) -> None:
        ctx.keys(case_id).destroy(purpose)
        (out / bucket / KEEPERS_KEY).unlink(missing_ok=True)

    files = destroy_bucket(out, bucket, destroy_key, local_date(at, case.timezone), reason=reason)
    with ctx.store.transaction() as tx:
        _note(tx, case_id, bucket, at)
    if not path.is_file():
        said = _said(case_id, out, bucket, files, copies, reason, at)
        body: dict[str, Json] = {**said, "rehearsal": case.rehearsal, "by": [first.id, second.id]}
        keep_statement(path, Statement("CustodyDestruction", _subjects(files), body), [first_key, second_key])
    if not closed:
        with ctx.store.transaction() as tx:
            record(ctx, tx, case_id, EventType.KEY_DESTROYED, key_purpose(bucket).replace("/", "."), at=at)
        publish(ctx, case_id)
    return Ended(bucket, len(files), copies, path)


def destroy_in_archive(archive: Path, bucket: str, keys: Sequence[Path], clock: Clock, *, reason: str = "") -> Ended:
    """The same for the keeper, with the archive alone: the key handed over, then the files.

    Raises:
        ApprovalError: where not two different keys sign.
        GuardError: where the bucket is not due, or has no month and no reason is given.
        InputError: where there is no such bucket.
    """
    signers = _two_keys(keys)
    if "/" in bucket or not (archive / bucket).is_dir():
        raise InputError(f"{archive.name} has no bucket {bucket!r}", hint="Name the folder `custody` of the case.")
    at = clock.now()
    path = archive / bucket / STATED
    case_id, copies = case_of(archive, bucket), _copies(archive, bucket, here=False)

    def destroy_key(_: str) -> None:
        (archive / bucket / KEEPERS_KEY).unlink(missing_ok=True)

    files = destroy_bucket(archive, bucket, destroy_key, at.date(), reason=reason)
    if not path.is_file():
        said = _said(case_id, archive, bucket, files, copies, reason, at)
        keep_statement(path, Statement("CustodyDestruction", _subjects(files), said), signers)
    return Ended(bucket, len(files), copies, path)


def _copies(out: Path, bucket: str, *, here: bool) -> tuple[str, ...]:
    return (INSTALLATION,) * here + (KEEPER,) * (out / bucket / HANDED_OVER).is_file()


def _subjects(files: Sequence[SealedFile]) -> tuple[Subject, ...]:
    return tuple(Subject(f"urn:bequest:custody:{f.bucket}/{f.file}", f.sha256) for f in files)


def _said(
    case_id: str, out: Path, bucket: str, files: Sequence[SealedFile], copies: Sequence[str], reason: str, at: datetime
) -> dict[str, Json]:
    return {
        "caseRef": case_id,
        "bucket": bucket,
        "dueAfter": last_day(bucket).isoformat() if is_dated(bucket) else "",
        "reason": reason,
        "destroyedOn": destroyed_on(out, bucket),
        "key": key_purpose(bucket),
        "keyCopies": list(copies),
        "rows": sum(f.n_rows for f in files),
        "at": rfc3339(at),
    }


def _two_keys(paths: Sequence[Path]) -> list[Signer]:
    signers = [load_person_key(path) for path in paths]
    if len(signers) != 2 or len({s.public.fingerprint for s in signers}) != 2:
        raise ApprovalError(
            "two different people sign this", hint="Give --signer FILE twice, with the keys of two people."
        )
    return signers


def _known(tx: Tx, case_id: str, bucket: str) -> CustodyBucket:
    found = next((b for b in tx.custody.list(case_id) if b.bucket_id == bucket), None)
    if found is None:
        raise StateError(f"case {case_id} has no custody bucket {bucket}", hint="See `bequest custody list`.")
    return found


def _note(tx: Tx, case_id: str, bucket: str, at: datetime) -> None:
    """Enter the end of a bucket in the registers, once."""
    if _known(tx, case_id, bucket).state is not BucketState.DESTROYED:
        tx.custody.set_state(case_id, bucket, BucketState.DESTROYED, at)
    name = key_purpose(bucket).replace("/", ".")
    if any(k.key_id == name and k.state is KeyState.ACTIVE for k in tx.keys.list(case_id)):
        tx.keys.set_state(case_id, name, KeyState.DESTROYED, at)
    place = f"custody/{bucket}"
    if any(s.name == place and s.state is not PlaceState.PURGED for s in tx.stores.list(case_id)):
        tx.stores.set_state(case_id, place, PlaceState.PURGED, at)

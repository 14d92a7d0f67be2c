"""What rewriting leaves in an object store: older versions, markers of deletion, parts of uploads that broke off.

They are deleted by their ids, of the tables of the case and of objects that were deleted before and would be tables. A
version under a lock or a hold stays until the lock is over: a dated residual. Copies that the store makes by itself
(replication), its access logs and its own disks are out of reach, and told.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from bequest.kernel.errors import SourceError
from bequest.model.case import Source
from bequest.model.destruction import Level
from bequest.sources.codes import NO_SCRUB
from bequest.sources.s3_connect import Place
from bequest.sources.s3_tables import Contents, is_table, sorted_out, table_name
from bequest.sources.s3_versions import Locked, Rules, Upload, Version, abort, locked, remove, rules, uploads, versions
from bequest.sources.scrub import Check, ScrubPlan
from bequest.sources.source import CleanReport, Guard

STEPS = ("older_versions_deleted", "uploads_aborted")


def plan_scrub(spec: Source, place: Place, s3: Any, tables: Sequence[str]) -> ScrubPlan:
    """What would go, and what stands against it. Changes nothing."""
    found = _contents(spec, place, s3)
    going = list(_going(place, found, tables))
    left = list(_left(spec, place, s3, tables))
    bucket = rules(spec.name, place, s3)
    rewritten = [v for name, v in found.tables.items() if name in tables]  # the next older versions
    lock = _locks(spec, place, s3, bucket, [*going, *rewritten])
    return ScrubPlan(
        Level.LOGICAL,
        STEPS,
        commands=("DeleteObjects (Key, VersionId) …", "AbortMultipartUpload (Key, UploadId) …"),
        checks=tuple(_checks(bucket, going, left, found, lock)),
        remains=_remains(bucket, lock),
    )


def scrub(spec: Source, place: Place, s3: Any, tables: Sequence[str] | None, guard: Guard) -> CleanReport:
    """Delete them, then look again.

    Raises:
        SourceError: the store keeps one that no lock is on, or somebody wrote meanwhile.
    """
    bucket = rules(spec.name, place, s3)
    found = _contents(spec, place, s3)
    going = list(_going(place, found, tables))
    before = sum(v.n_bytes for v in going) + sum(v.n_bytes for v in found.tables.values())
    lock = _locks(spec, place, s3, bucket, going)
    kept = set(lock.versions)
    remove(spec.name, place, s3, (v for v in going if v not in kept), guard)
    abort(spec.name, place, s3, _left(spec, place, s3, tables), guard)
    again = _contents(spec, place, s3)
    still = [v for v in _going(place, again, tables) if v not in kept]
    open_uploads = sum(1 for _ in _left(spec, place, s3, tables))
    if still or open_uploads:
        raise SourceError(
            f"source {spec.name}: {len(still)} older versions and {open_uploads} uploads are there again",
            hint="Somebody writes to the bucket: see that nobody does, then run the same command again.",
            code=NO_SCRUB,
        )
    after = sum(v.n_bytes for v in again.tables.values()) + sum(v.n_bytes for v in kept)
    return CleanReport(Level.LOGICAL, STEPS, before, after, _remains(bucket, lock))


def _locks(spec: Source, place: Place, s3: Any, bucket: Rules, some: Sequence[Version]) -> Locked:
    may_lock = bucket.locks or "object_lock_configuration" in bucket.unknown
    return locked(spec.name, place, s3, some) if may_lock else Locked()


def _contents(spec: Source, place: Place, s3: Any) -> Contents:
    return sorted_out(spec, place.prefix, versions(spec.name, place, s3))


def _going(place: Place, found: Contents, tables: Sequence[str] | None) -> Iterator[Version]:
    """Older versions and markers; older ones first would bring a hidden object back for a moment: markers go last."""
    mine = [
        v
        for key, older in found.older.items()
        if tables is None or key in found.hidden or table_name(place.prefix, key) in tables
        for v in older
    ]
    yield from sorted(mine, key=lambda v: v.is_marker)


def _left(spec: Source, place: Place, s3: Any, tables: Sequence[str] | None) -> Iterator[Upload]:
    """Unfinished uploads of tables, and of what never became one."""
    known = None if tables is None else set(_contents(spec, place, s3).tables) - set(tables)
    for upload in uploads(spec.name, place, s3):
        outside = known is not None and table_name(place.prefix, upload.key) in known
        if is_table(spec, place.prefix, upload.key) and not outside:
            yield upload


def _checks(
    bucket: Rules, going: Sequence[Version], left: Sequence[Upload], found: Contents, lock: Locked
) -> Iterator[Check]:
    n_markers = sum(v.is_marker for v in going)
    yield Check(
        "versions",
        fine=not found.hidden,
        facts={
            "older_versions": len(going) - n_markers, "markers": n_markers, "unfinished_uploads": len(left),
            "deleted_objects": len(found.hidden), "versioning": bucket.versioning or "off",
        },
    )  # fmt: skip
    until = {"until": lock.until} if lock.until else {}
    yield Check("object_lock", fine=not lock.versions, facts={"versions": len(lock.versions), **until})
    yield Check("legal_hold", fine=not lock.holds, blocks=True, facts={"versions": lock.holds} if lock.holds else {})
    yield Check("replicas", fine=not bucket.replicates)
    yield Check("server_log", fine=not bucket.logs)
    yield Check(
        "settings", fine=not bucket.unknown, facts={"not_shown": ", ".join(bucket.unknown)} if bucket.unknown else {}
    )


def _remains(bucket: Rules, lock: Locked) -> tuple[str, ...]:
    there = {
        "locked_versions": bool(lock.versions),
        "replicas": bucket.replicates,
        "server_log": bucket.logs,
        "freed_blocks": True,
    }
    return tuple(code for code, is_so in there.items() if is_so)

"""What lies in a bucket, old versions and unfinished uploads too, and how it goes: each version by its own id.

A deletion without a version id only hides an object behind a marker. So nothing is ever deleted without one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from bequest.kernel.errors import SourceError
from bequest.sources.codes import NO_RIGHT
from bequest.sources.s3_connect import Place, told
from bequest.sources.source import Guard

MOST_AT_ONCE = 1000
"""Versions in one deletion, as the interface has it."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an object, or a marker behind which older ones are hidden."""

    key: str
    version_id: str
    is_latest: bool
    is_marker: bool
    n_bytes: int = 0
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """Parts sent for an object that was never completed."""

    key: str
    upload_id: str


def versions(what: str, place: Place, s3: Any) -> Iterator[Version]:
    """Every version and marker, in the order of keys."""
    with told(what):
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=place.bucket, Prefix=place.prefix):
            for v in page.get("Versions", ()):
                etag, size = str(v.get("ETag", "")), int(v.get("Size", 0))
                yield Version(v["Key"], v["VersionId"], bool(v["IsLatest"]), False, size, etag)
            for m in page.get("DeleteMarkers", ()):
                yield Version(m["Key"], m["VersionId"], bool(m["IsLatest"]), True)


def uploads(what: str, place: Place, s3: Any) -> Iterator[Upload]:
    """Every unfinished upload."""
    with told(what):
        pages = s3.get_paginator("list_multipart_uploads").paginate(Bucket=place.bucket, Prefix=place.prefix)
        for page in pages:
            for u in page.get("Uploads", ()):
                yield Upload(u["Key"], u["UploadId"])


def remove(what: str, place: Place, s3: Any, gone: Iterable[Version], guard: Guard) -> int:
    """Delete these versions and markers for good; how many. One that is gone already is no error.

    Raises:
        SourceError: where the store refuses one.
    """
    todo, n = iter(gone), 0
    while batch := list(islice(todo, MOST_AT_ONCE)):
        guard()
        objects = [{"Key": v.key, "VersionId": v.version_id} for v in batch]
        with told(what):
            answer = s3.delete_objects(Bucket=place.bucket, Delete={"Objects": objects, "Quiet": True})
        refused = sorted({str(e.get("Code", "")) for e in answer.get("Errors", ())})
        if refused:
            raise SourceError(
                f"{what}: the object store keeps {len(answer['Errors'])} versions ({', '.join(refused)})",
                hint="A lock, a hold or a missing right stands against it: see `bequest scrub plan`. The others of this"
                " batch are gone; run the same command again.",
                code=NO_RIGHT,
            )
        n += len(batch)
    return n


def abort(what: str, place: Place, s3: Any, left: Iterable[Upload], guard: Guard) -> int:
    """Throw unfinished uploads away; how many."""
    n = 0
    for upload in left:
        guard()
        try:
            with told(what):
                s3.abort_multipart_upload(Bucket=place.bucket, Key=upload.key, UploadId=upload.upload_id)
        except SourceError as error:
            if "NoSuchUpload" not in error.message:
                raise
        n += 1
    return n


@dataclass(frozen=True, slots=True)
class Rules:
    """What the bucket does with its objects by itself. `unknown`: what the account may not ask."""

    versioning: str = ""
    locks: bool = False
    replicates: bool = False
    logs: bool = False
    keeps_noncurrent_days: int = 0
    unknown: tuple[str, ...] = ()


def rules(what: str, place: Place, s3: Any) -> Rules:
    """The settings of the bucket that keep or copy what is deleted."""
    unknown: list[str] = []

    def ask(operation: str) -> dict[str, Any]:
        try:
            with told(what):
                try:
                    answer: dict[str, Any] = getattr(s3, operation)(Bucket=place.bucket)
                except ClientError as error:
                    code = str(error.response.get("Error", {}).get("Code", ""))
                    if "NotFound" in code or (code.startswith("NoSuch") and code != "NoSuchBucket"):
                        return {}
                    if code in {"NotImplemented", "MethodNotAllowed", "501", "405"}:
                        return {}
                    raise
        except SourceError as error:
            if error.code != NO_RIGHT:
                raise
            unknown.append(operation.removeprefix("get_bucket_").removeprefix("get_"))
            return {}
        return answer

    lock = ask("get_object_lock_configuration").get("ObjectLockConfiguration", {})
    copies = ask("get_bucket_replication").get("ReplicationConfiguration", {}).get("Rules", ())
    log = ask("get_bucket_logging").get("LoggingEnabled", {})
    life = ask("get_bucket_lifecycle_configuration").get("Rules", ())
    days = [int(r.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays", 0)) for r in life]
    return Rules(
        versioning=str(ask("get_bucket_versioning").get("Status", "")),
        locks=lock.get("ObjectLockEnabled") == "Enabled",
        replicates=any(r.get("Status") == "Enabled" for r in copies),
        logs=bool(log),
        keeps_noncurrent_days=max(days, default=0),
        unknown=tuple(unknown),
    )


@dataclass(frozen=True, slots=True)
class Locked:
    """Versions that the store will not let go: how many, until when the last of them, and whether a hold is on one."""

    versions: tuple[Version, ...] = ()
    until: str = ""
    holds: int = 0


def locked(what: str, place: Place, s3: Any, some: Sequence[Version]) -> Locked:
    """Which of these versions are under a lock (retention not over) or a legal hold: each is asked for its own.

    The store's own clock decides, as it will when one is to be deleted.
    """
    kept: list[Version] = []
    until, holds = "", 0
    for v in some:
        if v.is_marker:
            continue
        with told(what):
            head = s3.head_object(Bucket=place.bucket, Key=v.key, VersionId=v.version_id)
        ends = head.get("ObjectLockRetainUntilDate")
        on_hold = head.get("ObjectLockLegalHoldStatus") == "ON"
        if on_hold or (isinstance(ends, datetime) and ends > _its_clock(head)):
            kept.append(v)
            holds += on_hold
            if isinstance(ends, datetime):
                until = max(until, ends.astimezone(UTC).date().isoformat())
    return Locked(tuple(kept), until, holds)


def _its_clock(answer: dict[str, Any]) -> datetime:
    said = answer["ResponseMetadata"]["HTTPHeaders"].get("date", "")
    try:
        return parsedate_to_datetime(said).astimezone(UTC)
    except (TypeError, ValueError):
        return datetime.min.replace(tzinfo=UTC)  # a store that tells no time: every lock counts

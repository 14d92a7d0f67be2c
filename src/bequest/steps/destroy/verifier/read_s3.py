"""The verifier's own reading of a bucket: its own client and listing of versions, nothing of `sources`.

Afterwards older versions are read as well, each as a table of its own: what a deletion left there is residue, unless
the store will not let it go (a lock whose day stands on the certificate). An upload that broke off cannot be read: then
the bucket counts as not searched.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import botocore.session
from botocore.config import Config

from bequest.kernel.errors import InputError
from bequest.model.case import Source, SourceKind
from bequest.steps.destroy.verifier.read_lines import read_csv, read_jsonl
from bequest.steps.destroy.verifier.read_tables import read_parquet
from bequest.steps.destroy.verifier.rows import Rows, UnreadableError
from bequest.steps.destroy.verifier.task import Task

OLDER: Final = "(older version)"
_READ: Final[dict[str, Callable[[Source, Task], Iterator[Rows]]]] = {
    "csv": read_csv, "tsv": read_csv, "jsonl": read_jsonl, "ndjson": read_jsonl, "parquet": read_parquet,
}  # fmt: skip
_MARKER = ".bequest-rehearsal"


def read_s3(source: Source, task: Task) -> Iterator[Rows]:
    """Every row of every object that is a table; afterwards also those of older versions.

    Raises:
        UnreadableError: an upload that nobody completed is there.
        botocore.exceptions.ClientError: whatever the store refuses.
    """
    s3, bucket, prefix = _connect(source, task)
    looks_behind = task.afterwards and source.name not in task.left
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        for version in page.get("Versions", ()):
            key, is_older = version["Key"], not version["IsLatest"]
            own = key.removeprefix(prefix)
            form = own.rpartition(".")[2].lower()
            if form not in _READ or own == _MARKER or not version["Size"]:
                continue
            if is_older and not (looks_behind and _is_of(source, own)):
                continue
            answer = s3.get_object(Bucket=bucket, Key=key, VersionId=version["VersionId"])
            if is_older and _is_locked(answer):
                continue
            table = own.rpartition(".")[0].replace("/", "_")
            with _held(answer["Body"]) as path:
                part = replace(source, name=f"{table} {OLDER}" if is_older else table, kind=SourceKind.FILE, path=path)
                yield from _READ[form](part, replace(task, plans=()))
    if looks_behind:
        for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=prefix):
            if page.get("Uploads"):
                raise UnreadableError(source.name, "unfinished_uploads")


def _is_of(source: Source, own: str) -> bool:
    named = not source.tables or any(fnmatchcase(own, p) for p in source.tables)
    return named and not any(fnmatchcase(own, p) for p in source.elsewhere)


def _is_locked(answer: dict[str, Any]) -> bool:
    """Whether the store itself will not let a version go: by its own clock."""
    until = answer.get("ObjectLockRetainUntilDate")
    if not isinstance(until, datetime):
        return False
    said = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    return said is not None and until > parsedate_to_datetime(said).astimezone(UTC)


@contextmanager
def _held(body: Any) -> Iterator[Path]:
    """An object in memory, as a file."""
    descriptor = os.memfd_create("verify", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(descriptor), "wb") as out:
            for block in body.iter_chunks(1 << 20):
                out.write(block)
        yield Path(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


def _connect(source: Source, task: Task) -> tuple[Any, str, str]:
    """Client, bucket and prefix: by the verifier's own address where there is one."""
    what = f"verify_url of source {source.name}" if source.verify_url else f"url of source {source.name}"
    parts = urlsplit(task.secrets.follow(source.verify_url or source.url, what))
    bucket, _, prefix = unquote(parts.path).lstrip("/").partition("/")
    if parts.scheme not in {"s3+https", "s3+http"} or not bucket:
        raise InputError(f"{what} is not the address of a bucket", hint="It reads s3+https://KEY:SECRET@HOST/BUCKET.")
    folder = prefix.strip("/")
    netloc = parts.netloc.rpartition("@")[2]
    session = botocore.session.Session()
    session.set_credentials(unquote(parts.username or ""), unquote(parts.password or ""))
    region = parse_qs(parts.query).get("region", ["us-east-1"])[0]
    s3 = session.create_client(
        "s3", region_name=region, endpoint_url=f"{parts.scheme.removeprefix('s3+')}://{netloc}",
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, connect_timeout=15, read_timeout=120),
    )  # fmt: skip
    return s3, bucket, f"{folder}/" if folder else ""

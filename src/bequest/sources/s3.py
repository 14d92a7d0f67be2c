"""Objects of an S3-compatible store: each CSV, JSON Lines or Parquet object is a table, all else is only counted.

An object cannot be changed: rows are cut out of it in memory, as out of a file, and it is put anew, with its headers,
tags and encryption. What stood there before is then an older version, which `clean` deletes by its id, together with
markers and unfinished uploads. So deletion is logical in the store, whatever lies under it.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl
from botocore.exceptions import ClientError

from bequest.kernel.canonical import digest
from bequest.kernel.errors import SourceError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source, SourceKind
from bequest.sources.codes import CHANGED, FORM
from bequest.sources.csv_file import CsvFile
from bequest.sources.file_source import FileSource
from bequest.sources.in_memory import in_memory
from bequest.sources.jsonl import JsonLinesFile
from bequest.sources.parquet import ParquetFile
from bequest.sources.s3_connect import Bucket, Place, told
from bequest.sources.s3_scrub import plan_scrub, scrub
from bequest.sources.s3_tables import KIND_OF, MARKER_OBJECT, MOST_BYTES, Contents, sorted_out
from bequest.sources.s3_versions import Version, versions
from bequest.sources.scrub import ScrubPlan
from bequest.sources.source import BATCH_ROWS, Applied, Changes, CleanReport, Guard, TableInfo

READERS: dict[SourceKind, Callable[[Source], FileSource]] = {
    SourceKind.CSV: CsvFile,
    SourceKind.JSONL: JsonLinesFile,
    SourceKind.PARQUET: ParquetFile,
}
OTHER_OBJECTS = "(other objects)"
DELETED_OBJECTS = "(deleted objects)"
_PIECE = 4 << 20
_HELD = 2
"""Objects held in memory at a time, for a step that reads one several times."""
_KEPT_HEADERS = (
    "CacheControl", "ContentDisposition", "ContentLanguage", "ContentType", "Metadata", "ServerSideEncryption",
    "SSEKMSKeyId", "StorageClass", "WebsiteRedirectLocation",
)  # fmt: skip


class S3Source:
    """A bucket, or what in it begins with a prefix."""

    def __init__(self, spec: Source, secrets: Secrets) -> None:
        self.name = spec.name
        self._spec = spec
        self._bucket = Bucket(spec, secrets)
        self._parts: OrderedDict[tuple[str, str, str], FileSource] = OrderedDict()

    def inventory(self) -> tuple[TableInfo, ...]:
        """The tables; objects that are none, and such as are deleted but for their versions, are told by number."""
        found = self._contents()
        out = [self._info(name, v) for name, v in sorted(found.tables.items())]
        if found.others:
            out.append(TableInfo(OTHER_OBJECTS, "", (), (), found.others, "objects"))
        if found.hidden:
            out.append(TableInfo(DELETED_OBJECTS, "", (), (), len(found.hidden), "hidden_versions"))
        return tuple(out)

    def read(
        self,
        table: str,
        columns: Sequence[str] | None = None,
        *,
        key: Sequence[str] = (),
        batch_rows: int = BATCH_ROWS,
        allow_duplicates: bool = False,
    ) -> Iterator[pl.DataFrame]:
        """See `OpenSource.read`."""
        part = self._part(table, self._version(table))
        return part.read(table, columns, key=key, batch_rows=batch_rows, allow_duplicates=allow_duplicates)

    def sample(self, table: str, n: int) -> pl.DataFrame:
        """See `OpenSource.sample`."""
        return self._part(table, self._version(table)).sample(table, n)

    def fingerprint(self) -> str:
        """Digest over the current version of every table."""
        return digest({name: f"{v.version_id} {v.etag}" for name, v in self._contents().tables.items()})

    def apply(self, table: str, changes: Changes, *, guard: Guard) -> Applied:
        """Put the object anew without the rows and cells that go; see `OpenSource.apply`."""
        if changes.taken_from and changes.taken_from != self.fingerprint():
            raise SourceError(
                f"{self.name}.{table} has changed since its rows were read",
                hint="Read the source again and decide anew; nothing was changed.",
                code=CHANGED,
            )
        version = self._version(table)
        part = self._part(table, version)
        if changes.taken_from:
            changes = replace(changes, taken_from=part.fingerprint())
        part.put = lambda write, check: self._put(table, version, write, check)
        return part.apply(table, changes, guard=guard)

    def plan_scrub(self, tables: Sequence[str]) -> ScrubPlan:
        """Older versions, markers and unfinished uploads deleted; locks and copies stand against it."""
        place, s3 = self._bucket.opened("scrub_url")
        return plan_scrub(self._spec, place, s3, tables)

    def clean(self, guard: Guard, tables: Sequence[str] | None = None) -> CleanReport:
        """Delete what older versions hold of these tables, or of all (see `bequest.sources.s3_scrub`)."""
        place, s3 = self._bucket.opened("scrub_url")
        return scrub(self._spec, place, s3, tables, guard)

    def marker(self, case_id: str) -> bool:
        """Whether an object under the prefix marks it as a rehearsal's of that case."""
        place, s3 = self._bucket.opened()
        with told(self.name):
            try:
                said = s3.get_object(Bucket=place.bucket, Key=place.prefix + MARKER_OBJECT)["Body"].read(4096)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") in {"NoSuchKey", "404"}:
                    return False
                raise
        try:
            content = json.loads(said)
        except ValueError:
            return False
        return isinstance(content, dict) and content.get("case_id") == case_id

    def raw_paths(self) -> tuple[Path, ...]:
        """None: the disks are the store's."""
        return ()

    def _contents(self) -> Contents:
        place, s3 = self._bucket.opened()
        return sorted_out(self._spec, place.prefix, versions(self.name, place, s3))

    def _version(self, table: str) -> Version:
        tables = self._contents().tables
        if table not in tables:
            raise SourceError(
                f"source {self.name} has no table {table}", hint=f"Its tables are: {', '.join(sorted(tables))}."
            )
        return tables[table]

    def _info(self, name: str, version: Version) -> TableInfo:
        if version.n_bytes > MOST_BYTES:
            return TableInfo(name, "", (), (), 0, "too_large")
        if not version.n_bytes:
            return TableInfo(name, "", (), (), 0, "empty")
        [info] = self._part(name, version).inventory()
        return info

    def _part(self, table: str, version: Version) -> FileSource:
        """An object as a file in memory, as long as it is the current version."""
        mark = (version.key, version.version_id, version.etag)
        if mark not in self._parts:
            place, s3 = self._bucket.opened()
            kind = KIND_OF["." + version.key.rpartition(".")[2].lower()]
            path = in_memory(f"{self.name}.{table}", self._content(place, s3, version))
            self._parts[mark] = READERS[kind](replace(self._spec, name=table, kind=kind, path=path))
            while len(self._parts) > _HELD:
                self._parts.popitem(last=False)
        self._parts.move_to_end(mark)
        return self._parts[mark]

    def _content(self, place: Place, s3: Any, version: Version) -> Iterator[bytes]:
        with told(self.name):
            found = s3.get_object(Bucket=place.bucket, Key=version.key, VersionId=version.version_id)
            encoding = str(found.get("ContentEncoding", ""))
            if encoding not in {"", "identity", "aws-chunked"}:
                raise SourceError(
                    f"source {self.name}: an object is stored with the content encoding {encoding}",
                    hint="Such objects are not read: name the others under `tables`.",
                    code=FORM,
                )
            yield from found["Body"].iter_chunks(_PIECE)

    def _put(self, table: str, was: Version, write: Callable[[BinaryIO], None], guard: Guard) -> None:
        """The new form of an object, as a version of its own; nobody may have put another one meanwhile."""
        place, s3 = self._bucket.opened("delete_url")
        path = in_memory(table, ())
        with path.open("wb") as out:
            write(out)
        guard()
        where = {"Bucket": place.bucket, "Key": was.key}
        with told(self.name):
            head = s3.head_object(**where)
            if head.get("ETag") != was.etag:
                raise SourceError(
                    f"{self.name}.{table} has changed since its rows were read",
                    hint="Read the source again and decide anew; nothing was changed.",
                    code=CHANGED,
                )
            tags = s3.get_object_tagging(**where).get("TagSet", [])
            more = {h: head[h] for h in _KEPT_HEADERS if head.get(h)}
            with path.open("rb") as body:
                s3.put_object(**where, **more, Body=body)
            if tags:
                s3.put_object_tagging(**where, Tagging={"TagSet": tags})
        self._parts.clear()

"""The way to a bucket of an S3-compatible store: `s3://HOST[:PORT]/BUCKET/FOLDER[?region=NAME]`, over TLS.

The keys stand in the environment (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`), never in the address; http is taken
for a store on this machine only. A large file goes in parts and has its name once all are
there; a broken one goes on after the parts that are there and are the same.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from bequest.app.transport_sftp import NOT_CARRIED
from bequest.kernel.errors import DeliveryError, InputError, SourceError
from bequest.sources.here import is_here

SCHEME = "s3://"
PART_BYTES = 64 << 20
_ACCESS, _SECRET = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"


@dataclass(frozen=True, slots=True)
class S3Way:
    """A folder of a bucket. `scheme` is http only for a store on this machine."""

    host: str
    endpoint: str
    bucket: str
    folder: str
    region: str
    access: str = field(repr=False)
    secret: str = field(repr=False)
    part_bytes: int = PART_BYTES

    @classmethod
    def parse(cls, target: str, environ: Mapping[str, str]) -> "S3Way":
        """The way that an address names.

        Raises:
            InputError: where it is none, bears a key, or the keys are not in the environment.
        """
        try:
            parts = urlsplit(target)
            host, port = parts.hostname or "", parts.port
            options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
        except ValueError:
            parts, host, port, options = urlsplit(SCHEME), "", None, {}
        bucket, _, folder = unquote(parts.path).strip("/").partition("/")
        if not host or not bucket or parts.username or parts.fragment or set(options) - {"region"}:
            raise InputError(
                "the address of the bucket cannot be used",
                hint="Write s3://HOST/BUCKET/FOLDER, with ?region=NAME where the store has regions, and without keys:"
                f" they stand in {_ACCESS} and {_SECRET}.",
            )
        missing = [name for name in (_ACCESS, _SECRET) if not environ.get(name)]
        if missing:
            raise InputError(
                f"the environment variable {missing[0]!r} is not set or empty",
                hint="Set both keys of the account that may write to the bucket; they are not kept.",
            )
        where = f"[{host}]" if ":" in host else host
        scheme = "http" if is_here(host) else "https"
        return cls(
            host, f"{scheme}://{where}" + (f":{port}" if port else ""), bucket, folder.strip("/"),
            options.get("region", "us-east-1"), environ[_ACCESS], environ[_SECRET],
        )  # fmt: skip

    @property
    def name(self) -> str:
        """The store, without bucket and folder."""
        return f"s3 {self.host}"

    def sizes(self, folders: Sequence[str]) -> Mapping[str, int]:
        """Bytes of each file that is there, by name; an object store has no folders to be made."""
        s3, told = self._opened()
        found: dict[str, int] = {}
        with told():
            for folder in folders:
                prefix = self._key(folder) + "/"
                pages = s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix, Delimiter="/")
                for page in pages:
                    for o in page.get("Contents", ()):
                        found[f"{folder}/{o['Key'].removeprefix(prefix)}"] = int(o["Size"])
        return found

    def put(self, files: Sequence[tuple[Path, str]]) -> Iterator[str]:
        """Send files, each under its own name once it is whole."""
        s3, told = self._opened()
        for source, name in files:
            where = {"Bucket": self.bucket, "Key": self._key(name)}
            with told():
                if source.stat().st_size <= self.part_bytes:
                    with source.open("rb") as body:
                        s3.put_object(**where, Body=body)
                else:
                    self._in_parts(s3, source, where)
            yield name

    def _key(self, name: str) -> str:
        return f"{self.folder}/{name}" if self.folder else name

    def _in_parts(self, s3: Any, source: Path, where: dict[str, str]) -> None:
        """Go on with an upload that was begun, as far as its parts are those of this file."""
        upload = self._begun(s3, where) or s3.create_multipart_upload(**where)["UploadId"]
        pages = s3.get_paginator("list_parts").paginate(**where, UploadId=upload)
        there = {
            p["PartNumber"]: (p["ETag"].strip('"'), int(p["Size"])) for page in pages for p in page.get("Parts", ())
        }
        sent = []
        with source.open("rb") as file:
            number = 1
            while block := file.read(self.part_bytes):
                same = (
                    hashlib.md5(block, usedforsecurity=False).hexdigest(),
                    len(block),
                )  # what the store calls a part
                if there.get(number) == same:
                    etag = f'"{same[0]}"'
                else:
                    etag = s3.upload_part(**where, UploadId=upload, PartNumber=number, Body=block)["ETag"]
                sent.append({"PartNumber": number, "ETag": etag})
                number += 1
        s3.complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": sent})

    def _begun(self, s3: Any, where: dict[str, str]) -> str:
        found = s3.list_multipart_uploads(Bucket=self.bucket, Prefix=where["Key"]).get("Uploads", ())
        mine = sorted((u["Initiated"], u["UploadId"]) for u in found if u["Key"] == where["Key"])
        return str(mine[-1][1]) if mine else ""

    def _opened(self) -> tuple[Any, Callable[[], AbstractContextManager[None]]]:
        """A client, and what turns its refusals into ours; its library comes with `bequest[databases]`."""
        try:
            from bequest.sources import s3_connect
        except ModuleNotFoundError as error:
            raise DeliveryError(
                f"the driver for S3 is not installed ({error.name})",
                hint="Install it with `pip install 'bequest[databases]'`.",
                code=NOT_CARRIED,
            ) from None
        place = s3_connect.Place(self.endpoint, self.bucket, self.folder, self.region, self.access, self.secret)

        @contextmanager
        def told() -> Iterator[None]:
            try:
                with s3_connect.told(self.name):
                    yield
            except SourceError as error:
                raise DeliveryError(error.message, hint=error.hint, code=NOT_CARRIED) from None

        return s3_connect.client(place), told

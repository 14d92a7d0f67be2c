"""Connections to an S3-compatible object store: one bucket, or a folder in it.

The address is `s3+https://ACCESS_KEY:SECRET@HOST[:PORT]/BUCKET[/FOLDER][?region=NAME]`; `s3+http` only where the host
is this machine, since values would cross the network in clear. botocore signs the requests (Signature Version 4).
Buckets are named in the path: every compatible store takes that.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from bequest.kernel.errors import InputError, SourceError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source
from bequest.sources.codes import CANNOT_CONNECT, CHANGED, NO_RIGHT, NOT_THERE
from bequest.sources.here import is_here

SCHEMES = {"s3+https": "https", "s3+http": "http"}
CONNECT_SECONDS = 15
READ_SECONDS = 120
REGION = "us-east-1"
"""What is signed with where none is named; stores of one's own mostly take any."""

_DENIED = frozenset({"AccessDenied", "403", "InvalidAccessKeyId", "SignatureDoesNotMatch", "AllAccessDisabled"})
_ABSENT = frozenset({"NoSuchBucket", "404"})


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket, or a folder in it (`prefix` ends in /), and as whom to ask; the secret is in it, so it is not shown."""

    endpoint: str
    bucket: str
    prefix: str = ""
    region: str = REGION
    access: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)


def parse_place(url: str, what: str) -> Place:
    """The place that an address names; `what` names it in a message.

    Raises:
        InputError: where it is no such address; its text is not repeated.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except ValueError:
        parts, host, port, options = urlsplit(""), "", None, {}
    bucket, _, prefix = unquote(parts.path).lstrip("/").partition("/")
    if parts.scheme not in SCHEMES or not host or not bucket or set(options) - {"region"}:
        raise InputError(
            f"{what} is not the address of a bucket",
            hint="It reads s3+https://ACCESS_KEY:SECRET@HOST/BUCKET/PREFIX, with ?region=NAME where the store has"
            " regions. Signs such as / or + in a key or secret are written in % form.",
        )
    scheme = SCHEMES[parts.scheme]
    check_clear(scheme, host, what)
    where = f"[{host}]" if ":" in host else host
    return Place(
        endpoint=f"{scheme}://{where}" + (f":{port}" if port else ""),
        bucket=bucket,
        prefix=f"{folder}/" if (folder := prefix.strip("/")) else "",
        region=options.get("region", REGION),
        access=unquote(parts.username or ""),
        secret=unquote(parts.password or ""),
    )


def check_clear(scheme: str, host: str, what: str) -> None:
    """Refuse an unencrypted way to another machine.

    Raises:
        InputError: then.
    """
    if scheme == "http" and not is_here(host):
        raise InputError(
            f"{what} would send everything in clear over the network",
            hint="Use https; http is taken only for a store on this machine.",
        )


def client(place: Place) -> Any:
    """A client of that store; nothing is asked of it yet."""
    session = botocore.session.Session()
    session.set_credentials(place.access, place.secret)
    return session.create_client(
        "s3",
        region_name=place.region,
        endpoint_url=place.endpoint,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "max_attempts": 4},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


@contextmanager
def told(what: str) -> Iterator[None]:
    """What the store refuses, in our words: its own may repeat keys, which hold names of people.

    Raises:
        SourceError: then.
    """
    try:
        yield
    except ClientError as error:
        raise refusal(what, error) from None
    except (BotoCoreError, HTTPClientError) as error:
        raise SourceError(
            f"{what}: the object store cannot be reached, or broke off ({type(error).__name__})",
            hint="Check host and port in its address, whether it runs, its certificate, and the firewall.",
            code=CANNOT_CONNECT,
        ) from None


def refusal(what: str, error: ClientError) -> SourceError:
    """An answer of the store that is a refusal."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    if code in _DENIED:
        return SourceError(
            f"{what}: the object store refuses {error.operation_name} to this account ({code})",
            hint="Check access key and secret; `bequest source roles` prints what each phase must be allowed.",
            code=NO_RIGHT,
        )
    if code in _ABSENT:
        return SourceError(f"{what}: there is no such bucket", hint="Check the bucket in the address.", code=NOT_THERE)
    if code in {"NoSuchKey", "NoSuchVersion", "PreconditionFailed"}:
        return SourceError(
            f"{what}: an object has changed while it was read",
            hint="Somebody writes to the bucket: see that nobody does, then run the same command again.",
            code=CHANGED,
        )
    return SourceError(
        f"{what}: the object store answers {error.operation_name} with {code or 'an error'}",
        hint="Look this code up with whoever runs the store.",
    )


class Bucket:
    """One source's part of a bucket; each phase may have an address with keys of its own."""

    def __init__(self, spec: Source, secrets: Secrets) -> None:
        self.name = spec.name
        self._spec = spec
        self._secrets = secrets
        self._open: dict[str, tuple[Place, Any]] = {}

    def __repr__(self) -> str:
        return f"Bucket({self.name})"

    def opened(self, use: str = "url") -> tuple[Place, Any]:
        """Place and client of a phase (`url`, `delete_url`, `scrub_url`); empty means that of `url`."""
        reference = getattr(self._spec, use) or self._spec.url
        if reference not in self._open:
            what = f"{use} of source {self.name}"
            place = parse_place(self._secrets.follow(reference, what), what)
            self._open[reference] = place, client(place)
        return self._open[reference]

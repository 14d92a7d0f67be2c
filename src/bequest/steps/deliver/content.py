"""What a delivery says of itself: the settings it is made from, its tables and columns, the Frictionless descriptor."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from bequest.kernel.canonical import Json, digest, to_json
from bequest.kernel.clock import rfc3339
from bequest.model.case import SystemKind
from bequest.steps.deliver.undertakings import DEFAULT


@dataclass(frozen=True, slots=True)
class AgeRecipient:
    """Who can open the volumes. Never the platform."""

    recipient: str
    role: str
    """receiver | escrow | delivery (a key made for one delivery, which the escrow holds)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySpec:
    """Everything but the data. Nonce and salt are made once by the caller and kept, so that a repeated run is the same.

    `nonce` (32 bytes) lies inside the ciphertext: who quotes it has decrypted. `commit_salt` (32 bytes) opens the
    commitment to the inner manifest.
    """

    delivery_id: str
    case_id: str
    rehearsal: bool
    sender: str
    receiver: str
    recipients: tuple[AgeRecipient, ...]
    lots: tuple[str, ...]
    legal_route: str
    purposes: tuple[str, ...]
    policy_digest: str
    created_at: datetime
    nonce: bytes = field(repr=False)
    commit_salt: bytes = field(repr=False)
    restrictions: tuple[str, ...] = ()
    undertakings: tuple[str, ...] = DEFAULT
    """What the receiver must undertake before it may use anything, as codes of `undertakings`."""
    released_by: str = ""
    """The escrow that releases the key of the delivery once its first receipt is signed; empty: nobody has to."""
    released_to: str = ""
    """The receiver's own age recipient, to which the escrow encrypts that key."""
    agreement: Mapping[str, str] = field(default_factory=dict)
    """The terms the recipient agreed to: title and digest of the paper, last day, classes, conditions, secrecy."""
    disposition_root: str = ""
    decided: str = ""
    """Mark of the decisions it is made by: with others, what was built and not sent is built anew. Empty: as begun."""
    part_rows: int = 200_000
    volume_bytes: int = 3 << 30
    """Bound of a volume's plaintext, under the 4 GiB that old file systems take."""

    @property
    def digest(self) -> str:
        """Digest of the settings, by which a resumed run is known to be the same; nonce and salt only as digests.

        What was decided is apart: answers may change it before anything is sent.
        """
        apart = {"nonce", "commit_salt", "decided", "disposition_root"}
        apart |= {"released_by", "released_to"} if not self.released_by else set()  # as before there was such a thing
        plain = {name: to_json(getattr(self, name)) for name in self.__slots__ if name not in apart}
        return digest({**plain, "secrets": digest([self.nonce.hex(), self.commit_salt.hex()])})


@dataclass(frozen=True, slots=True)
class DeliveredColumn:
    """A column as the receiver gets it. `how`: value, masked or token; `domain`: name space of its tokens."""

    name: str
    cls: str
    how: str
    domain: str = ""
    by: str = ""
    """The operators that made its masked values, comma-separated."""


@dataclass(frozen=True, slots=True)
class DeliveredTable:
    """A table of the delivery: its columns in order, without the row token that always comes first."""

    source: str
    table: str
    columns: tuple[DeliveredColumn, ...]
    batches: Iterable[pl.DataFrame]
    system: SystemKind = SystemKind.BUSINESS

    @property
    def id(self) -> str:
        """`source.table`."""
        return f"{self.source}.{self.table}"

    @property
    def names(self) -> tuple[str, ...]:
        """All columns, the row token first."""
        return (ROW, *(c.name for c in self.columns))


ROW = "__row"
FORMAT = "parquet"


@dataclass(frozen=True, slots=True)
class Part:
    """One Parquet file of the inner bag; `path` begins below `data/`."""

    path: str
    sha256: str
    n_rows: int
    n_bytes: int


def folder_names(tables: Sequence[DeliveredTable]) -> dict[str, str]:
    """A folder `<source>/<table>` for each table id, in plain ASCII, each its own."""
    names: dict[str, str] = {}
    for number, t in enumerate(tables, 1):
        folder = f"{_slug(t.source, 'source')}/{_slug(t.table, f'table-{number}')}"
        names[t.id] = folder if folder not in names.values() else f"{folder}-{number}"
    return names


def _slug(name: str, otherwise: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-")[:60] or otherwise


def descriptor(spec: DeliverySpec, tables: Sequence[DeliveredTable], parts: Mapping[str, Sequence[Part]]) -> Json:
    """The Data Package: one resource per part, because a Parquet file cannot be joined to another byte by byte.

    `bytes` is left out on purpose: the reference validator counts them wrongly for Parquet; sizes are in the manifest.
    """
    return {
        "name": spec.delivery_id,
        "title": f"{spec.sender} → {spec.receiver}",
        "created": rfc3339(spec.created_at),
        "bequest:case": spec.case_id,
        "bequest:rehearsal": spec.rehearsal,
        "resources": [_resource(t, p) for t in tables for p in parts[t.id]],
    }


def _resource(t: DeliveredTable, part: Part) -> Json:
    fields: list[Json] = [{"name": ROW, "type": "string", "bequest:how": "token", "bequest:domain": f"row:{t.id}"}]
    for c in t.columns:
        one: dict[str, Json] = {"name": c.name, "type": "string", "bequest:class": c.cls, "bequest:how": c.how}
        if c.by:
            one["bequest:by"] = c.by
        if c.domain:
            one["bequest:domain"] = c.domain.replace("\x1f", ".")
        fields.append(one)
    system: dict[str, Json] = {} if t.system is SystemKind.BUSINESS else {"bequest:system": t.system.value}
    return {
        "name": part.path.removesuffix(f".{FORMAT}").replace("/", "-").replace("_", "-"),
        "path": part.path,
        "title": t.id,
        "format": FORMAT,
        "mediatype": "application/vnd.apache.parquet",
        "hash": f"sha256:{part.sha256}",
        "bequest:table": t.id,
        "bequest:rows": part.n_rows,
        **system,
        "schema": {"fields": fields},
    }

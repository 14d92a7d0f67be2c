"""What lies at the desk for one party: packages with what they ask for, messages of withdrawals with their dates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bequest.app.agreements import agreement_for
from bequest.app.context import Context
from bequest.app.law import pack_of
from bequest.app.passed_on import PassedOn, passed_on
from bequest.app.receipts import package_folders, sent_statement
from bequest.app.receiver_desk.fetch import Piece, file_piece, files_in, sent_of, tar_piece
from bequest.app.receiver_desk.seats import DeskSeat
from bequest.kernel.clock import local_date, parse_rfc3339
from bequest.law.evaluate import params_on
from bequest.model.agreement import Agreement
from bequest.model.case import Lot
from bequest.steps.deliver.change import ENVELOPE, SEALED
from bequest.steps.deliver.receipt import CIPHERTEXT, DECRYPTED, UNDERTAKEN
from bequest.steps.deliver.undertakings import MEANINGS, required
from bequest.store.records import DeliveryState, ReceiptRecord

EXECUTE_WITHIN = "cn.appm.dsr_working_days"
"""The law pack's days for corrections and deletions, counted from the day of the message."""


@dataclass(frozen=True, slots=True)
class Volume:
    """One file of a package. `sent`: bytes that were fetched at least once."""

    path: str
    n_bytes: int
    sha256: str
    sent: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery, as its receiver may know it."""

    delivery_id: str
    lot: Lot
    wave: int
    created_at: datetime
    folder: Path
    counts: Mapping[str, int]
    """Rows by table."""
    columns: Mapping[str, tuple[str, ...]]
    purposes: tuple[str, ...]
    undertakings: tuple[tuple[str, str, str], ...]
    """Code, meaning in Chinese and in English."""
    agreement: Agreement | None
    volumes: tuple[Volume, ...]
    receipts: Mapping[str, ReceiptRecord]
    """By stage."""
    received: bool
    tar_sent: int
    tar_bytes: int

    @property
    def is_undertaken(self) -> bool:
        """Whether the receiver has signed for the undertakings: only then it is fetched."""
        return bool(self.receipts) or self.received

    @property
    def sent(self) -> int:
        """Bytes fetched, of the volumes one by one or of the whole, whichever is more."""
        return max(sum(v.sent for v in self.volumes), min(self.tar_sent, self.n_bytes))

    @property
    def n_bytes(self) -> int:
        """Bytes of all volumes."""
        return sum(v.n_bytes for v in self.volumes)

    @property
    def next_stage(self) -> str:
        """What is to be signed next; empty where all is signed."""
        if self.received:
            return ""
        return DECRYPTED if {UNDERTAKEN, CIPHERTEXT} & set(self.receipts) else UNDERTAKEN

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Order:
    """A message of withdrawals and corrections. `due_on`: by when it is carried out."""

    message: PassedOn
    lot: Lot
    told_on: date
    due_on: date
    days: int
    article: str
    there: bool
    """Whether its files can be fetched."""

    @property
    def is_short(self) -> bool:
        """Whether less was carried out than asked."""
        return self.message.done is not None and any(
            d < a for d, a in zip(self.message.done, self.message.asked, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything addressed to a party in a case."""

    seat: DeskSeat
    parcels: tuple[Parcel, ...]
    orders: tuple[Order, ...]
    today: date

    @property
    def open_orders(self) -> tuple[Order, ...]:
        """Messages that wait to be carried out, by their date."""
        return tuple(sorted((o for o in self.orders if o.message.done is None), key=lambda o: o.due_on))

    @property
    def open_parcels(self) -> tuple[Parcel, ...]:
        """Packages that wait for a signature."""
        return tuple(p for p in self.parcels if p.next_stage)


def shelf_of(ctx: Context, seat: DeskSeat) -> Shelf:
    """What lies there for the party of this seat, and nothing of another's."""
    case = seat.case
    return Shelf(seat, tuple(_parcels(ctx, seat)), tuple(_orders(ctx, seat)),
                 local_date(ctx.now(case.id), case.timezone))  # fmt: skip


def piece_of(parcel: Parcel, name: str) -> Piece | None:
    """What a name on the page fetches: a file of the package by its path, or all of it as `DELIVERY.tar`."""
    if name == f"{parcel.delivery_id}.tar":
        return tar_piece(parcel.folder, name, parcel.created_at)
    found = {p.relative_to(parcel.folder).as_posix(): p for p in files_in(parcel.folder)}.get(name)
    return None if found is None else file_piece(found, name)


def message_piece(order: Order, name: str) -> Piece | None:
    """A file of a message, or both in one tar with the folder that `bequest carry-out` takes."""
    folder = order.message.folder
    if name == f"{folder.name}.tar":
        return tar_piece(folder, name, parse_rfc3339(order.message.created_at))
    return file_piece(folder / name, name) if name in {ENVELOPE, SEALED} else None


def _parcels(ctx: Context, seat: DeskSeat) -> Iterator[Parcel]:
    case = seat.case
    lots = {x.id: x for x in seat.lots}
    for d, folder in package_folders(ctx, case.id):
        if d.lot not in lots or not folder.is_dir():
            continue
        said: dict[str, Any] = dict(sent_statement(ctx, case.id, folder).predicate)
        with ctx.store.transaction() as tx:
            receipts = {r.stage: r for r in tx.receipts.of(case.id, d.delivery_id)}
        sent = sent_of(ctx, case.id, d.delivery_id)
        tar = f"{d.delivery_id}.tar"
        yield Parcel(
            delivery_id=d.delivery_id,
            lot=lots[d.lot],
            wave=d.wave,
            created_at=d.created_at,
            folder=folder,
            counts={str(k): int(v) for k, v in said["counts"].items()},
            columns={str(k): tuple(map(str, v)) for k, v in said["columns"].items()},
            purposes=tuple(map(str, said["purposes"])),
            undertakings=tuple((u, *MEANINGS.get(u, (u, u))) for u in required(said)),
            agreement=agreement_for(case, lots[d.lot]),
            volumes=tuple(
                Volume(v["path"], int(v["bytes"]), v["sha256"], sent.get(v["path"], 0)) for v in said["volumes"]
            ),
            receipts=receipts,
            received=d.state is DeliveryState.RECEIVED,
            tar_sent=sent.get(tar, 0),
            tar_bytes=tar_piece(folder, tar, d.created_at).n_bytes,
        )


def _orders(ctx: Context, seat: DeskSeat) -> Iterator[Order]:
    case = seat.case
    lots = {x.id: x for x in seat.lots}
    for m in passed_on(ctx, case.id):
        if m.lot not in lots:
            continue
        told = local_date(parse_rfc3339(m.created_at), case.timezone)
        params = params_on(pack_of(case), told)
        days = params.number(EXECUTE_WITHIN)
        due = pack_of(case).calendar.last_day(told, days, "working_day").on
        yield Order(m, lots[m.lot], told, due, days, params.citation(EXECUTE_WITHIN), m.folder.is_dir())

"""A small delivery for tests."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from bequest.crypto.age import AgeIdentity, generate_identity
from bequest.crypto.signing import Signer
from bequest.evidence.statement import Statement, sign_statement, verify_statement
from bequest.steps.deliver.content import AgeRecipient, DeliveredColumn, DeliveredTable, DeliverySpec
from bequest.steps.deliver.package import Package, Places, build_package

BUYER: AgeIdentity = generate_identity()
ESCROW: AgeIdentity = generate_identity()
STRANGER: AgeIdentity = generate_identity()
SENDER_KEY = Signer.from_bytes(b"s" * 32)
BUYER_KEY = Signer.from_bytes(b"b" * 32)
AT = datetime(2026, 12, 31, 1, tzinfo=UTC)


def signing(key: Signer) -> Callable[[Statement], bytes]:
    return lambda statement: sign_statement(statement, [key])


def opening(key: Signer) -> Callable[[bytes], Statement]:
    return lambda envelope: verify_statement(envelope, [key.public]).statement


def spec(**changes: object) -> DeliverySpec:
    settings: dict[str, object] = {
        "delivery_id": "d-1",
        "case_id": "demo-e5",
        "rehearsal": True,
        "sender": "示例甲公司",
        "receiver": "示例乙公司",
        "recipients": (AgeRecipient(BUYER.recipient, "receiver"), AgeRecipient(ESCROW.recipient, "escrow")),
        "lots": ("shop-12",),
        "legal_route": "PIPL-22",
        "purposes": ("continue the shop",),
        "policy_digest": "a" * 64,
        "created_at": AT,
        "nonce": b"n" * 32,
        "commit_salt": b"c" * 32,
        "part_rows": 2,
        "volume_bytes": 3000,
    }
    return DeliverySpec(**{**settings, **changes})  # type: ignore[arg-type]


def customers(n: int = 7, *, size: int = 3, name: str = "张") -> DeliveredTable:
    frame = pl.DataFrame(
        {
            "__row": [f"{i:032x}" for i in range(n)],
            "姓名": [f"{name}{i}" for i in range(n)],
            "mobile": [None if i % 3 == 0 else f"1380000{i:04d}" for i in range(n)],
        },
        schema={"__row": pl.Utf8, "姓名": pl.Utf8, "mobile": pl.Utf8},
    )
    columns = (DeliveredColumn("姓名", "person_name", "value"), DeliveredColumn("mobile", "phone", "masked"))
    return DeliveredTable("crm", "customers", columns, frame.iter_slices(size))


def orders() -> DeliveredTable:
    frame = pl.DataFrame({"__row": ["f" * 32], "订单号": ["20260001"]})
    return DeliveredTable("订单", "订单", (DeliveredColumn("订单号", "order_no", "value"),), [frame])


def empty() -> DeliveredTable:
    return DeliveredTable("crm", "addresses", (DeliveredColumn("detail", "address", "value"),), [])


def tables() -> list[DeliveredTable]:
    return [customers(), orders(), empty()]


def places(tmp: Path) -> Places:
    return Places(tmp / "out", tmp / "private", tmp / "work" / "delivery-d-1.json")


def build(tmp: Path, *, guard: Callable[[], None] = lambda: None, made: DeliverySpec | None = None, of=None) -> Package:
    return build_package(made or spec(), of or tables(), places(tmp), signing(SENDER_KEY), guard)

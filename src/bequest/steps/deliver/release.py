"""The escrow releases the key of a delivery, once the receiver has signed that the ciphertext came (evidence §4.3).

In this order: the package goes out encrypted to a key that the escrow alone holds; the receiver signs the first receipt
(`ciphertext`); the escrow checks it, encrypts the key to the receiver's own (a *capsule* that any age tool opens) and
signs that it did; the receiver opens the package and signs the second receipt. So the receiver cannot have opened what
he did not sign for, and the sender has the first receipt whatever happens later.
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bequest.crypto.age import AgeIdentity, decrypt_stream, encrypt_stream, recipient_of
from bequest.evidence.statement import Statement, Subject
from bequest.kernel.canonical import Json
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import DeliveryError
from bequest.steps.deliver.receipt_stage import CIPHERTEXT
from bequest.steps.deliver.statement import DELIVERY, RECEIPT

RELEASE = "KeyRelease"
_SAME = ("deliveryId", "caseRef", "rehearsal", "recipientOrg")


@dataclass(frozen=True, slots=True)
class Released:
    """A capsule, and the statement about it, not signed yet."""

    delivery_id: str
    capsule: bytes
    statement: Statement


def is_escrowed(delivery: Statement) -> bool:
    """Whether the key of this delivery is with an escrow."""
    return "keyRelease" in delivery.predicate


def not_released() -> DeliveryError:
    """What is said to a receiver who would open such a package with a key of his own."""
    return DeliveryError(
        "the key of this package is with the escrow",
        hint="Sign the first receipt with `bequest accept`, give it to sender and escrow, and open the package with the"
        " capsule that the escrow then releases: `bequest receive … --capsule FILE`.",
        code="BQ-DELIVERY-10",
    )


def release_key(
    delivery: Statement, receipt: Statement, receipt_sha256: str, identities: Sequence[AgeIdentity], at: datetime
) -> Released:
    """The capsule for a delivery whose first receipt is there; signatures were checked by the caller.

    Raises:
        DeliveryError: where the receipt is not the first one of this delivery, or the escrow has no key of it.
    """
    sent = delivery.predicate
    terms = sent.get("keyRelease")
    if delivery.name != DELIVERY or not isinstance(terms, dict):
        raise _refused("its key is with nobody: the receiver opens it directly")
    said = receipt.predicate
    differing = [name for name in _SAME if said.get(name) != sent.get(name)]
    if receipt.name != RECEIPT or differing or receipt.subjects != delivery.subjects:
        raise _refused("the receipt is for another delivery, or for other volumes")
    if said.get("stage") != CIPHERTEXT:
        raise _refused("the receipt is not the first one, that the ciphertext came whole")
    wanted = [str(r.get("ageRecipient")) for r in _rows(sent.get("recipients"))]
    fitting = [i for i in identities if i.recipient in wanted]
    if not fitting:
        raise _refused("the folder of keys has none of this delivery")
    out = io.BytesIO()
    encrypt_stream(io.BytesIO(fitting[0].secret.encode() + b"\n"), out, [str(terms.get("releasedTo"))])
    capsule = out.getvalue()
    number = str(sent["deliveryId"])
    digest = hashlib.sha256(capsule).hexdigest()
    predicate: dict[str, Json] = {
        **{name: sent[name] for name in _SAME},
        "escrowOrg": terms.get("escrowOrg"),
        "deliveryRecipient": fitting[0].recipient,
        "releasedTo": terms.get("releasedTo"),
        "receiptSha256": receipt_sha256,
        "releasedAt": rfc3339(at),
    }
    return Released(
        number, capsule, Statement(RELEASE, (Subject(f"urn:bequest:delivery:{number}/key-capsule", digest),), predicate)
    )


def check_release(release: Statement, delivery: Statement, receipt_sha256: str) -> None:
    """Nothing, where an escrow's statement is about this delivery and this first receipt.

    Raises:
        DeliveryError: where it is not.
    """
    said, sent = release.predicate, delivery.predicate
    terms = sent.get("keyRelease")
    differing = [name for name in _SAME if said.get(name) != sent.get(name)]
    if release.name != RELEASE or not isinstance(terms, dict) or differing:
        raise _refused("the statement is not about this delivery")
    if any(said.get(name) != terms.get(name) for name in ("escrowOrg", "releasedTo")):
        raise _refused("the key went to somebody else than was agreed")
    if said.get("receiptSha256") != receipt_sha256:
        raise _refused("it rests on another first receipt than the one entered")


def opened_capsule(capsule: bytes, secrets: Sequence[str]) -> str:
    """The secret key in a capsule.

    Raises:
        DeliveryError: where no key of the receiver fits, or what is inside is no key.
    """
    out = io.BytesIO()
    decrypt_stream(io.BytesIO(capsule), out, secrets)
    key = out.getvalue().decode("ascii", "replace").strip()
    recipient_of(key)
    return key


def _rows(value: Json) -> list[dict[str, Json]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _refused(why: str) -> DeliveryError:
    return DeliveryError(
        f"the key is not released: {why}",
        hint="Needed are the sender's DataDelivery.dsse.json and the receiver's first receipt (`bequest accept`).",
        code="BQ-DELIVERY-10",
    )

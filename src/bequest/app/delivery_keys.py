"""To whom a delivery is encrypted: the receiver (and an escrow), or a key made for it alone that the escrow holds.

Which of the escrow's keys a delivery uses is written down when it begins and never changes; none is used twice, so that
the key of one delivery opens no other.
"""

import json
from pathlib import Path

from bequest.app.context import Run
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import CaseFileError, StateError
from bequest.model.case import KeyRelease, Party
from bequest.steps.deliver.content import AgeRecipient

_BEGUN = ".begun.json"


def begin(run: Run, this: str, receiver: Party) -> dict[str, str]:
    """What is written down once when a delivery begins: when, and to which key of the escrow.

    Raises:
        StateError: where the escrow's keys are used up.
    """
    folder = run.workspace.dir("work")
    path = folder / f"{this}{_BEGUN}"
    if not path.is_file():
        kept = {"created_at": rfc3339(run.at)}
        if receiver.key_release is KeyRelease.ESCROWED:
            used = {_read(p).get("recipient") for p in folder.glob(f"*{_BEGUN}")}
            kept["recipient"] = _next(run.case.escrow, used)
        run.workspace.write_json(path, kept)
    return _read(path)


def _read(path: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads(path.read_text())
    return found


def _next(escrow: Party | None, used: set[str | None]) -> str:
    for recipient in escrow.delivery_recipients if escrow else ():
        if recipient not in used:
            return recipient
    raise StateError(
        "the escrow has no key left for another delivery",
        hint="Ask it for more (`bequest escrow keys`), add them to delivery_recipients, then `bequest case update`.",
    )


def recipients_of(receiver: Party, escrow: Party | None, begun: dict[str, str]) -> tuple[AgeRecipient, ...]:
    """Who can open the volumes.

    Raises:
        CaseFileError: where the receiver has no key.
    """
    if not receiver.age_recipient:
        raise CaseFileError(
            f"receiver {receiver.id} has no age_recipient", hint="Ask the receiver for an age1… recipient string."
        )
    if "recipient" in begun:
        return (AgeRecipient(begun["recipient"], "delivery"),)
    out = [AgeRecipient(receiver.age_recipient, "receiver")]
    if escrow is not None and escrow.age_recipient:
        out.append(AgeRecipient(escrow.age_recipient, "escrow"))
    return tuple(out)


def released(escrow: Party | None, receiver: Party, begun: dict[str, str]) -> tuple[str, str]:
    """Who releases the key of the delivery, and to whom; nothing where the receiver opens it directly."""
    if escrow is None or "recipient" not in begun:
        return "", ""
    return escrow.name, receiver.age_recipient

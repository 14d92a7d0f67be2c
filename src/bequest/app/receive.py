"""The receiver's side: open a package, sign for it. Needs no case and no control database."""

from datetime import datetime
from pathlib import Path

from bequest.crypto.signing import load_person_key
from bequest.crypto.verify import parse_public_line
from bequest.evidence.statement import Statement, sign_statement, verify_statement
from bequest.evidence.trust import parse_trust
from bequest.kernel.errors import InputError
from bequest.steps.deliver.receipt import sign_receipt
from bequest.steps.deliver.receive import Received, receive


def receive_package(package: Path, identity_file: Path, out: Path, *, trust: Path | None = None) -> Received:
    """Check, decrypt and unpack a package; with a trust file the sender's signature is checked too.

    Raises:
        DeliveryError: where anything is not as declared; nothing in clear is left behind then.
        InputError: where the identity file is missing.
    """
    if not identity_file.is_file():
        raise InputError(f"there is no identity file {identity_file.name}", hint="Make one with `age-keygen`.")
    lines = identity_file.read_text(encoding="utf-8").splitlines()
    identities = [line.strip() for line in lines if line.strip().startswith("AGE-SECRET-KEY-")]
    if not identities:
        raise InputError(f"{identity_file.name} holds no age identity", hint="It begins with AGE-SECRET-KEY-1.")
    if trust is None:
        return receive(package, identities, out)
    platform = parse_public_line(parse_trust(trust.read_bytes()).platform_key)

    def opened(envelope: bytes) -> Statement:
        return verify_statement(envelope, [platform]).statement

    return receive(package, identities, out, open_statement=opened)


def write_receipt(received: Received, key_file: Path, receipt: Path, *, at: datetime) -> None:
    """Sign for an opened package with the receiver's own key."""
    signer = load_person_key(key_file)
    _, envelope = sign_receipt(received, at, lambda statement: sign_statement(statement, [signer]))
    receipt.write_bytes(envelope)

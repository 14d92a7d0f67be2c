"""The receiver's side: open a package, sign for it. Needs no case and no control database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bequest.app.user_files import check_user_file, new_user_file, read_identities, read_user_bytes
from bequest.crypto.signing import load_person_key
from bequest.crypto.verify import PublicKey, parse_public_line
from bequest.evidence.statement import Statement, sign_statement, verify_statement
from bequest.evidence.trust import parse_trust
from bequest.kernel.errors import InputError, VerificationError
from bequest.kernel.secret import Secrets
from bequest.sources.landing import TableChanged
from bequest.sources.landings import open_landing
from bequest.steps.deliver.arrived import arrived_tables
from bequest.steps.deliver.change import OpenedChange, open_message, sign_change_receipt
from bequest.steps.deliver.importing import Imported, import_package
from bequest.steps.deliver.receipt import sign_ciphertext_receipt, sign_receipt
from bequest.steps.deliver.receive import Received, check_ciphertext, receive
from bequest.steps.deliver.undertakings import MEANINGS, check_undertaken, required


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """A message and what was done by it, table by table."""

    opened: OpenedChange
    kind: str
    tables: dict[str, TableChanged]


def accept_package(package: Path, key_file: Path, receipt: Path, *, trust: Path | None = None, at: datetime) -> str:
    """Sign the first receipt: the ciphertext came whole. Nothing is opened. The id of the delivery.

    Raises:
        DeliveryError: where a file of the package is not as declared.
        InputError: where the key or the trust file cannot be used.
        VerificationError: where the sender's signature does not hold.
    """
    check_receipt_files(key_file, receipt)
    signer = load_person_key(key_file)
    platform = None if trust is None else _platform_key(trust)
    opened = None if platform is None else (lambda data: verify_statement(data, [platform]).statement)
    statement, volumes = check_ciphertext(package, opened)
    _, envelope = sign_ciphertext_receipt(statement, volumes, at, lambda s: sign_statement(s, [signer]))
    with new_user_file(receipt) as beside:
        beside.write_bytes(envelope)
    return str(statement.predicate.get("deliveryId"))


def receive_package(
    package: Path, identity_file: Path, out: Path, *, trust: Path | None = None, capsule: Path | None = None
) -> Received:
    """Check, decrypt and unpack a package; with a trust file the sender's signature is checked too.

    `capsule`: what the escrow released, where the key of the package was with it.

    Raises:
        DeliveryError: where anything is not as declared; nothing in clear is left behind then.
        InputError: where the identity or trust file cannot be used, or `out` is a file.
    """
    identities = read_identities(identity_file)
    if out.exists() and not out.is_dir():
        raise InputError(f"{out.name} is a file", hint="Name a new folder for the data in clear.")
    released = None
    if capsule is not None:
        released = read_user_bytes(capsule, "capsule", hint="The escrow released it: a file ….capsule.age.")
    if trust is None:
        return receive(package, identities, out, capsule=released)
    platform = _platform_key(trust)

    def opened(envelope: bytes) -> Statement:
        return verify_statement(envelope, [platform]).statement

    return receive(package, identities, out, open_statement=opened, capsule=released)


def _platform_key(trust: Path) -> PublicKey:
    hint = "Use the trust.json that the sender gave you by another way than the package."
    data = read_user_bytes(trust, "trust file", hint=hint)
    try:
        return parse_public_line(parse_trust(data).platform_key)
    except VerificationError as e:
        raise InputError(f"the trust file {trust.name} cannot be used: {e.message}", hint=hint) from None


def check_receipt_files(key_file: Path, receipt: Path) -> None:
    """Nothing, where a receipt can be signed and written: asked before a package is opened.

    Raises:
        InputError: where the key cannot be used or the file not be written.
    """
    load_person_key(key_file)
    check_user_file(receipt)


def undertakings(received: Received) -> tuple[tuple[str, str, str], ...]:
    """What the package asks the receiver to undertake: code, meaning in Chinese and in English."""
    return tuple((u, *MEANINGS.get(u, ("", ""))) for u in required(received.statement.predicate))


def import_received(
    received: Received, into: str, undertaken: Sequence[str], *, schema: str = "", environ: Mapping[str, str]
) -> Imported:
    """Import an opened package into a database or a folder of Parquet (`landings.open_landing`).

    Nothing is written before all is undertaken that the package asks for.

    Raises:
        DeliveryError: then, and where other rows are there at the end than came.
        InputError, SourceError: where the place cannot be opened or refuses.
    """
    check_undertaken(required(received.statement.predicate), undertaken)
    tables = arrived_tables(received.bag)
    with open_landing(into, Secrets(environ), schema=schema) as landing:
        return import_package(received, tables, landing)


def carry_out(
    message: Path, identity_file: Path, trust: Path, into: str, *, schema: str = "", environ: Mapping[str, str]
) -> CarriedOut:
    """Open the sender's message of withdrawals and do what it says where its deliveries were imported.

    The sender's signature is always checked: who could forge a message could have anything deleted.

    Raises:
        DeliveryError: where the message was changed or is not for this key.
        InputError, SourceError: where a file or the place cannot be used; nothing is changed then.
        VerificationError: where the sender's signature does not hold.
    """
    platform = _platform_key(trust)
    opened = open_message(
        message, read_identities(identity_file), lambda data: verify_statement(data, [platform]).statement
    )
    with open_landing(into, Secrets(environ), schema=schema) as landing:
        return CarriedOut(opened, landing.kind, landing.execute(opened.message_id, opened.changes))


def write_change_receipt(done: CarriedOut, key_file: Path, receipt: Path, *, at: datetime) -> None:
    """Sign for what was carried out with the receiver's own key."""
    signer = load_person_key(key_file)
    envelope = sign_change_receipt(done.opened, done.tables, done.kind, at, lambda s: sign_statement(s, [signer]))
    with new_user_file(receipt) as beside:
        beside.write_bytes(envelope)


def write_receipt(
    received: Received, key_file: Path, receipt: Path, *, at: datetime, imported: Imported | None = None
) -> None:
    """Sign for an opened package with the receiver's own key."""
    signer = load_person_key(key_file)
    _, envelope = sign_receipt(received, at, lambda s: sign_statement(s, [signer]), imported=imported)
    with new_user_file(receipt) as beside:
        beside.write_bytes(envelope)

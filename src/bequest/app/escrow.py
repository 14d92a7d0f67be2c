"""The escrow's side: keys for deliveries, one each; a key is released once the receiver signed the first receipt.

Needs no case and no control database: a folder of keys, the sender's signed statement, the receipt, the trust file.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bequest.app.user_files import read_user_bytes, read_user_text
from bequest.crypto.age import AgeIdentity, generate_identity, recipient_of
from bequest.crypto.atomic import PUBLIC, write_file
from bequest.crypto.signing import load_person_key
from bequest.crypto.verify import PublicKey
from bequest.evidence.statement import Statement, sign_statement, verify_statement
from bequest.evidence.trust import Trust, parse_trust
from bequest.kernel.errors import InputError, VerificationError
from bequest.steps.deliver.package import ENVELOPE
from bequest.steps.deliver.release import release_key

RECIPIENTS = "recipients.txt"
MOST = 1000


@dataclass(frozen=True, slots=True)
class ReleasedFiles:
    """What the escrow hands out: the capsule to the receiver, the statement to the sender."""

    delivery_id: str
    capsule: Path
    statement: Path


def make_escrow_keys(folder: Path, number: int) -> Path:
    """So many new keys in a folder, each in a file of its own (0600, as age reads it); the file of their recipients.

    Keys that are there stay; the file then lists all of them, in the order in which they were made.

    Raises:
        InputError: where the number is out of range or the folder cannot be used.
    """
    if not 1 <= number <= MOST:
        raise InputError(f"{number} keys cannot be made", hint=f"One for each delivery: 1 to {MOST}.")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder.name} is no folder", hint="Name a new folder for the keys.") from error
    there = len(_key_files(folder))
    for n in range(there + 1, there + number + 1):
        made = generate_identity()
        write_file(folder / f"delivery-{n:04d}.key", f"# public key: {made.recipient}\n{made.secret}\n".encode())
    lines = "".join(f"{i.recipient}\n" for i in _identities(folder))
    write_file(folder / RECIPIENTS, lines.encode(), mode=PUBLIC)
    return folder / RECIPIENTS


def release(
    delivery: Path, receipt: Path, trust: Path, keys: Path, sign_key: Path, out: Path, *, at: datetime
) -> ReleasedFiles:
    """Check the first receipt, and write the capsule and the signed statement into `out`.

    `delivery`: the package, or its DataDelivery.dsse.json. Released once: what is there already is not made again.

    Raises:
        DeliveryError: where the receipt is not the first one of this delivery, or the key is not here.
        InputError: where a file cannot be used, or the key was released before.
        VerificationError: where a signature does not hold.
    """
    anchors = _trust(trust)
    sent = _opened(delivery / ENVELOPE if delivery.is_dir() else delivery, "delivery", [anchors.platform])
    receivers = [p.key for p in anchors.persons if p.key is not None and "receiver" in p.roles]
    data = read_user_bytes(receipt, "receipt", hint="The receiver makes it with `bequest accept`.")
    signed = _opened(receipt, "receipt", receivers)
    signer = load_person_key(sign_key)
    if signer.public.fingerprint not in {p.key.fingerprint for p in anchors.persons if p.key and "escrow" in p.roles}:
        raise InputError(
            "the signing key is not that of a person with the role escrow in the trust file",
            hint="Use the key whose public half stands in the case.",
        )
    made = release_key(sent, signed, hashlib.sha256(data).hexdigest(), _identities(keys), at)
    files = ReleasedFiles(
        made.delivery_id, out / f"{made.delivery_id}.capsule.age", out / f"release-{made.delivery_id}.dsse.json"
    )
    if files.statement.exists():
        raise InputError(f"{files.statement.name} exists already", hint="The key was released: use what is there.")
    out.mkdir(parents=True, exist_ok=True)
    write_file(files.capsule, made.capsule, mode=PUBLIC)
    write_file(files.statement, sign_statement(made.statement, [signer]), mode=PUBLIC)
    return files


def _trust(path: Path) -> Trust:
    hint = "Use the trust.json that `bequest evidence trust` wrote for the case."
    try:
        return parse_trust(read_user_bytes(path, "trust file", hint=hint))
    except VerificationError as error:
        raise InputError(f"the trust file {path.name} cannot be used: {error.message}", hint=hint) from None


def _opened(path: Path, what: str, keys: list[PublicKey]) -> Statement:
    hint = "Expected the sender's DataDelivery.dsse.json, or the package, and the receiver's receipt."
    return verify_statement(read_user_bytes(path, what, hint=hint), keys).statement


def _key_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("delivery-*.key"))


def _identities(folder: Path) -> list[AgeIdentity]:
    found = []
    for path in _key_files(folder):
        lines = read_user_text(path, "key", hint="It is a file that `bequest escrow keys` made.").splitlines()
        secret = next((line.strip() for line in lines if line.startswith("AGE-SECRET-KEY-")), "")
        found.append(AgeIdentity(recipient_of(secret), secret))
    return found

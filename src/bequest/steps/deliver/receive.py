"""The receiver's side: check, decrypt, unpack, check again. Needs the package, a key, and nothing of the sender's.

What is refused: a changed volume, an unsafe archive, a changed file inside, a table whose columns or rows are not as
declared, and any column outside the list that was agreed. Nothing in clear is left behind after a refusal.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from bequest.crypto.age import decrypt_file
from bequest.evidence.statement import Statement, read_statement
from bequest.kernel.canonical import Json
from bequest.kernel.errors import DeliveryError
from bequest.steps.deliver.archive import extract
from bequest.steps.deliver.arrived import arrived_tables, check_lawful
from bequest.steps.deliver.bag import MANIFEST, check_bag, is_safe, sha256_file
from bequest.steps.deliver.package import ENVELOPE
from bequest.steps.deliver.release import is_escrowed, not_released, opened_capsule
from bequest.steps.deliver.statement import DELIVERY, Open, opens_manifest

_RETRY = "Nothing was kept. Ask the sender for the package again and say what is wrong with it."


@dataclass(frozen=True, slots=True)
class Received:
    """A package that was opened and found right."""

    delivery_id: str
    bag: Path
    """The inner bag, in clear, in the receiver's own folder."""
    statement: Statement
    signature_checked: bool
    """Whether `open_statement` was given; without it the sender is only claimed."""
    volumes: tuple[str, ...]
    counts: dict[str, int]
    inner_manifest_sha256: str
    nonce: bytes


def receive(
    package_dir: Path,
    identity: str | Sequence[str],
    out_dir: Path,
    *,
    agreed: Mapping[str, frozenset[str]] | None = None,
    open_statement: Open | None = None,
    capsule: bytes | None = None,
) -> Received:
    """Open a package into `out_dir`, which must not exist, be empty, or hold what this package was opened to before.

    `identity`: age secret keys. `agreed`: columns the agreement allows, by `source.table`; without it the sender's own
    signed list counts. `open_statement` checks the sender's signature with a key that came another way. `capsule`: what
    the escrow released, where it holds the key of the package; `identity` opens the capsule then.

    Raises:
        DeliveryError: saying what is wrong; the clear files made until then are removed.
        VerificationError: where the sender's signature does not hold.
    """
    names = {p.name for p in out_dir.iterdir()} if out_dir.exists() else set()
    if names - {"bag"}:
        raise DeliveryError(f"{out_dir.name} is not empty", hint="Choose a new folder for the data in clear.")
    payload = check_bag(package_dir, "the package")
    statement = _statement(package_dir, payload, open_statement)
    if names:
        return _opened_before(out_dir / "bag", statement, tuple(sorted(payload)), agreed, open_statement is not None)
    secrets = [identity] if isinstance(identity, str) else list(identity)
    if capsule is not None:
        secrets = [opened_capsule(capsule, secrets)]
    elif is_escrowed(statement):
        raise not_released()
    partial = out_dir.with_name(f".{out_dir.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700, parents=True)
    try:
        for name in sorted(payload):
            clear = partial / "volume.tar"
            decrypt_file(package_dir / name, clear, secrets)
            extract(clear, partial, name)
            clear.unlink()
        received = _check_inner(partial / "bag", statement, tuple(sorted(payload)), agreed, open_statement is not None)
        if out_dir.exists():
            out_dir.rmdir()
        partial.replace(out_dir)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return Received(
        received.delivery_id,
        out_dir / "bag",
        statement,
        received.signature_checked,
        received.volumes,
        received.counts,
        received.inner_manifest_sha256,
        received.nonce,
    )


def _opened_before(
    bag: Path,
    statement: Statement,
    volumes: tuple[str, ...],
    agreed: Mapping[str, frozenset[str]] | None,
    signature_checked: bool,
) -> Received:
    """What a former run opened, checked as if it had just come.

    Raises:
        DeliveryError: where it is not what this package holds; it is left as it is.
    """
    try:
        return _check_inner(bag, statement, volumes, agreed, signature_checked)
    except DeliveryError:
        raise DeliveryError(
            f"{bag.parent.name} is not empty, and not what this package holds",
            hint="Choose a new folder for the data in clear.",
        ) from None


def check_ciphertext(package_dir: Path, open_statement: Open | None = None) -> tuple[Statement, tuple[str, ...]]:
    """Statement and volumes of a package that was checked but not opened: enough for the first receipt.

    Raises:
        DeliveryError: as `receive`.
    """
    payload = check_bag(package_dir, "the package")
    return _statement(package_dir, payload, open_statement), tuple(sorted(payload))


def _statement(package_dir: Path, payload: Mapping[str, str], open_statement: Open | None) -> Statement:
    path = package_dir / ENVELOPE
    if not path.is_file():
        raise DeliveryError(f"{ENVELOPE} is missing", hint=_RETRY)
    envelope = path.read_bytes()
    statement = open_statement(envelope) if open_statement else read_statement(envelope).statement
    volumes = {str(_table(v).get("path")): _table(v).get("sha256") for v in _list(statement.predicate.get("volumes"))}
    if statement.name != DELIVERY or volumes != dict(payload):
        raise DeliveryError("the signed statement is about other volumes", hint=_RETRY, code="BQ-DELIVERY-2")
    return statement


def _check_inner(
    bag: Path,
    statement: Statement,
    volumes: tuple[str, ...],
    agreed: Mapping[str, frozenset[str]] | None,
    signature_checked: bool,
) -> Received:
    if not bag.is_dir():
        raise DeliveryError("the volumes hold no bag", hint=_RETRY)
    check_bag(bag, "the inner bag")
    predicate = statement.predicate
    manifest = sha256_file(bag / MANIFEST)
    nonce = _hex_file(bag / "receipt-nonce.txt")
    salt = _hex_file(bag / "COMMIT-SALT.txt")
    if not opens_manifest(str(predicate.get("innerManifestCommit")), salt, manifest):
        raise DeliveryError("the inner manifest is not the one that was signed for", hint=_RETRY, code="BQ-DELIVERY-2")
    if sha256_file(bag / "data" / "datapackage.json") != predicate.get("datapackageSha256"):
        raise DeliveryError("datapackage.json is not the one that was signed for", hint=_RETRY, code="BQ-DELIVERY-2")
    counts = _check_tables(bag, predicate, agreed)
    return Received(
        str(predicate.get("deliveryId")), bag, statement, signature_checked, volumes, counts, manifest, nonce
    )


def _check_tables(
    bag: Path, predicate: Mapping[str, Json], agreed: Mapping[str, frozenset[str]] | None
) -> dict[str, int]:
    """Rows by table, once every part has the declared columns and rows and no column beyond the agreement."""
    descriptor = _table(json.loads((bag / "data" / "datapackage.json").read_bytes()))
    allowed = agreed if agreed is not None else _signed_columns(predicate)
    counts: dict[str, int] = {str(t): 0 for t in _table(predicate.get("counts"))}
    met: set[str] = set()
    for resource in map(_table, _list(descriptor.get("resources"))):
        table, path = str(resource.get("bequest:table")), str(resource.get("path"))
        names = [str(_table(f).get("name")) for f in _list(_table(resource.get("schema")).get("fields"))]
        _check_part(bag, path, names, resource.get("bequest:rows"))
        beyond = sorted(set(names) - allowed.get(table, frozenset()) - {"__row"})
        if beyond:
            raise DeliveryError(
                f"{table} holds columns that were not agreed: {', '.join(beyond)}",
                hint="Do not keep them. Tell the sender; the delivery must be made again without them.",
                code="BQ-DELIVERY-4",
            )
        counts[table] = counts.get(table, 0) + int(str(resource.get("bequest:rows")))
        met.add(f"data/{path}")
    files = {p.relative_to(bag).as_posix() for p in (bag / "data").rglob("*") if p.is_file()}
    if files - met != {"data/datapackage.json"}:
        raise DeliveryError("the inner bag holds files that its descriptor does not name", hint=_RETRY)
    if counts != predicate.get("counts"):
        raise DeliveryError("the row counts are not those that were signed for", hint=_RETRY, code="BQ-DELIVERY-2")
    check_lawful(arrived_tables(bag), predicate)
    return counts


def _signed_columns(predicate: Mapping[str, Json]) -> dict[str, frozenset[str]]:
    return {t: frozenset(map(str, _list(c))) for t, c in _table(predicate.get("columns")).items()}


def _check_part(bag: Path, path: str, names: list[str], n_rows: Json) -> None:
    if not is_safe(path):
        raise DeliveryError("datapackage.json names a file outside the bag", hint=_RETRY)
    try:
        found = pq.ParquetFile(bag / "data" / path)
        columns, rows = found.schema_arrow.names, found.metadata.num_rows
        found.close()
    except (OSError, ValueError) as error:
        raise DeliveryError(f"data/{path} is no Parquet file", hint=_RETRY) from error
    if columns != names or rows != n_rows:
        raise DeliveryError(f"data/{path} has other columns or rows than it declares", hint=_RETRY)


def _hex_file(path: Path) -> bytes:
    try:
        return bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise DeliveryError(f"{path.name} is missing or is no hexadecimal text", hint=_RETRY) from error


def _table(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise DeliveryError("a paper of the package is not built as it should be", hint=_RETRY)
    return value


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise DeliveryError("a paper of the package is not built as it should be", hint=_RETRY)
    return value

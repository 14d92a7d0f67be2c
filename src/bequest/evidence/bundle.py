"""The evidence bundle: everything a court, an auditor or a receiver needs, as one signed BagIt folder.

The same inputs give the same bytes. The trust file is written *beside* the bundle; the copy inside is marked as none.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bequest.crypto.atomic import PUBLIC, sync_directory, write_file
from bequest.crypto.signing import Signer
from bequest.crypto.sm2_signing import Sm2Signer
from bequest.evidence import bag
from bequest.evidence.approval import approval_name, render_approval
from bequest.evidence.checkpoint import parse_checkpoint
from bequest.evidence.guomi import signature_path, signed_paths, sm3_manifest
from bequest.evidence.tiles import tiles_of
from bequest.evidence.trust import Trust, render_copy, render_trust
from bequest.evidence.trust_files import POLICY, TRUST_COPY, key_files, policy_text
from bequest.evidence.verify_page import render_verify_page
from bequest.kernel.errors import EvidenceError
from bequest.model.plan import Approval

Content = bytes | Path
"""Bytes, or a file to copy."""

APPROVED_POLICY = "data/approvals/policy.json"
_FOLDERS = (
    "statements",
    "proofs",
    "certificates",
    "receipts",
    "delivery",
    "notices",
    "report",
    "disposition",
    "answers",
    "attachments",
    "heads",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleParts:
    """What goes into a bundle. The mappings are file name → content, each for the folder of its name."""

    trust: Trust
    log: Path
    """The log's directory, closed."""
    platform: Signer
    bagged_on: date
    approvals: tuple[Approval, ...] = ()
    policy: bytes = b""
    """The approved policy as canonical JSON: its SHA-256 is the policy digest."""
    statements: Mapping[str, Content] = field(default_factory=dict)
    """`….dsse.json`."""
    proofs: Mapping[str, Content] = field(default_factory=dict)
    """`….tlog-proof`; one that bears a statement's name must prove the entry that refers to it."""
    certificates: Mapping[str, Content] = field(default_factory=dict)
    receipts: Mapping[str, Content] = field(default_factory=dict)
    delivery: Mapping[str, Content] = field(default_factory=dict)
    notices: Mapping[str, Content] = field(default_factory=dict)
    report: Mapping[str, Content] = field(default_factory=dict)
    disposition: Mapping[str, Content] = field(default_factory=dict)
    answers: Mapping[str, Content] = field(default_factory=dict)
    """The lines of answers (`evidence.answer_proof`), by the entries that hold their roots."""
    attachments: Mapping[str, Content] = field(default_factory=dict)
    """Evidence that somebody handed in, as it came."""
    guomi: Sm2Signer | None = None
    """The key of the second signatures, where the case wants them."""
    heads: Mapping[str, Content] = field(default_factory=dict)
    """Heads of the log that were shown to witnesses, and their cosignatures (`evidence.heads`)."""


def bundle_name(case: str) -> str:
    """The name of a case's bundle folder."""
    return f"evidence-{case}"


def build_bundle(dest_dir: Path, parts: BundleParts) -> Path:
    """Write the bundle and, beside it, `trust.json`; the bundle's folder. An earlier one of the case is replaced.

    Raises:
        EvidenceError: for an unsafe file name, or a platform key that is not the trust's.
    """
    if parts.platform.public != parts.trust.platform or (parts.guomi and parts.guomi.public) != parts.trust.guomi:
        raise EvidenceError("the signing key is not the platform key of the trust", hint="Use the case's platform key.")
    dest_dir.mkdir(parents=True, exist_ok=True)
    final = dest_dir / bundle_name(parts.trust.case)
    beside = dest_dir / f".{final.name}.partial"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    digests, n_bytes = _write_payload(beside, parts)
    if parts.guomi:
        n_bytes += _write_second(beside, parts.guomi, digests)
    _write_tags(beside, parts, digests, n_bytes)
    _sync_tree(beside)
    # A folder cannot be replaced in one step: a crash in between leaves none, and building again makes it again.
    shutil.rmtree(final, ignore_errors=True)
    beside.replace(final)
    write_file(dest_dir / "trust.json", render_trust(parts.trust), mode=PUBLIC)
    return final


def _write_payload(top: Path, parts: BundleParts) -> tuple[dict[str, str], int]:
    digests: dict[str, str] = {}
    taken: set[str] = set()
    n_bytes = 0
    for path, content in _payload(parts):
        if not bag.is_portable_path(path) or path.lower() in taken:
            raise EvidenceError(
                "a file of the bundle has an unsafe name or one that another has",
                hint="Use letters, digits, '.', '_', '+' and '-'; names differ by more than upper and lower case.",
            )
        taken.add(path.lower())
        target = top / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.copyfile(content, target)
        else:
            target.write_bytes(content)
        target.chmod(PUBLIC)
        with target.open("rb") as file:
            digests[path] = hashlib.file_digest(file, "sha256").hexdigest()
        n_bytes += target.stat().st_size
    return digests, n_bytes


def _write_second(top: Path, key: Sm2Signer, digests: dict[str, str]) -> int:
    """The SM2 signatures below `data/guomi/`, entered among the digests; their bytes."""
    n_bytes = 0
    for path in signed_paths(digests):
        signature, place = key.sign((top / path).read_bytes()), signature_path(path)
        (top / place).parent.mkdir(parents=True, exist_ok=True)
        (top / place).write_bytes(signature)
        (top / place).chmod(PUBLIC)
        digests[place] = hashlib.sha256(signature).hexdigest()
        n_bytes += len(signature)
    return n_bytes


def _payload(parts: BundleParts) -> Iterator[tuple[str, Content]]:
    yield POLICY, policy_text(parts.trust)
    yield TRUST_COPY, render_copy(parts.trust)
    yield from key_files(parts.trust).items()
    note = (parts.log / "checkpoint").read_bytes()
    yield "data/log/checkpoint", note
    for tile in tiles_of(parse_checkpoint(note.decode(), parts.trust.log).size):
        yield f"data/log/{tile.path}", parts.log / tile.path
    for approval in parts.approvals:
        name = f"data/approvals/{approval_name(approval)}"
        yield f"{name}.json", render_approval(approval)
        yield f"{name}.txt", approval.text.encode()
        yield f"{name}.txt.sig", approval.signature.encode()
    if parts.policy:
        yield APPROVED_POLICY, parts.policy
    for folder in _FOLDERS:
        contents: Mapping[str, Content] = getattr(parts, folder)
        for name, content in contents.items():
            yield f"data/{folder}/{name}", content


def _write_tags(top: Path, parts: BundleParts, digests: Mapping[str, str], n_bytes: int) -> None:
    manifest = bag.render_manifest(digests)
    tags = {
        bag.BAGIT: bag.BAGIT_TEXT,
        bag.BAG_INFO: bag.render_bag_info(
            case=parts.trust.case,
            rehearsal=parts.trust.rehearsal,
            bagged_on=parts.bagged_on.isoformat(),
            n_bytes=n_bytes,
            n_files=len(digests),
        ),
        bag.VERIFY_PAGE: render_verify_page(parts.trust),
        bag.MANIFEST: manifest,
        bag.MANIFEST_SIG: parts.platform.sshsig(manifest).encode(),
    }
    if parts.guomi:
        tags[bag.MANIFEST_SM3] = sm3_manifest(top, digests)
        tags[bag.MANIFEST_SM2] = parts.guomi.sign(tags[bag.MANIFEST_SM3])
    tagmanifest = bag.render_manifest({name: hashlib.sha256(data).hexdigest() for name, data in tags.items()})
    tags[bag.TAGMANIFEST] = tagmanifest
    # The manifest's signature covers the payload; this one covers the tag files too, VERIFY.md among them.
    tags[bag.TAGMANIFEST_SIG] = parts.platform.sshsig(tagmanifest).encode()
    for name, data in tags.items():
        (top / name).write_bytes(data)
        (top / name).chmod(PUBLIC)


def _sync_tree(top: Path) -> None:
    for path in top.rglob("*"):
        if path.is_dir():
            sync_directory(path)
        else:
            with path.open("rb+") as file:
                file.flush()
                os.fsync(file.fileno())
    sync_directory(top)

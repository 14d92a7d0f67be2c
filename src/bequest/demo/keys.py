"""Keys of the demo's people and parties. They are secrets: random, never seeded, readable by their owner only."""

from dataclasses import dataclass
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bequest.crypto.atomic import PRIVATE, write_file


@dataclass(frozen=True, slots=True)
class DemoKeys:
    """Where the secret keys lie, and their public halves."""

    person_files: dict[str, Path]
    person_public: dict[str, str]
    """Person id → OpenSSH public key line."""
    party_files: dict[str, Path]
    party_recipients: dict[str, str]
    """Party id → age recipient."""


def make_keys(folder: Path, people: tuple[str, ...], parties: tuple[str, ...]) -> DemoKeys:
    """One OpenSSH Ed25519 key per person and one age identity per party; those already there are kept."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    person_files = {p: folder / p for p in people}
    party_files = {p: folder / f"{p}.age" for p in parties}
    return DemoKeys(
        person_files,
        {p: _ssh_key(path, p) for p, path in person_files.items()},
        party_files,
        {p: _age_identity(path) for p, path in party_files.items()},
    )


def _ssh_key(path: Path, person: str) -> str:
    if path.exists():
        key = serialization.load_ssh_private_key(path.read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError(f"{path.name} is not an Ed25519 key")
    else:
        key = Ed25519PrivateKey.generate()
        text = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        )
        write_file(path, text, mode=PRIVATE)
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return f"{public.decode()} {person}"


def _age_identity(path: Path) -> str:
    if path.exists():
        lines = [line for line in path.read_text(encoding="ascii").splitlines() if not line.startswith("#")]
        return str(pyrage.x25519.Identity.from_str(lines[0]).to_public())
    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    write_file(path, f"# public key: {recipient}\n{identity}\n".encode(), mode=PRIVATE)
    return recipient

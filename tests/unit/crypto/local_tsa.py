"""A time-stamping authority of one's own, made with `openssl ts`: it exercises the format and proves nothing else."""

import base64
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CONFIG = """
[tsa]
serial = {folder}/serial
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
signer_digest = sha256
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True)
class LocalTsa:
    """Its folder; `root` is its certificate authority as base64 of DER."""

    folder: Path
    root: str

    @property
    def root_pem(self) -> str:
        return (self.folder / "ca.pem").read_text()

    def reply(self, query: bytes) -> bytes:
        """The answer to a query, by the clock of the machine."""
        (self.folder / "query").write_bytes(query)
        command = ["openssl", "ts", "-reply", "-queryfile", "query", "-config", "config", "-section", "tsa"]
        command += ["-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "reply"]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        return (self.folder / "reply").read_bytes()


def make_tsa(
    folder: Path, *, lasts: timedelta = timedelta(days=3650), begins: timedelta = timedelta(days=-1)
) -> LocalTsa:
    """An authority whose certificate is good from `begins` until `lasts`, both counted from now."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed here")
    folder.mkdir(parents=True)
    now = datetime.now(UTC)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example Root")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example Time")])
    plain = x509.CertificateBuilder()
    ca = (
        plain.serial_number(1).subject_name(ca_name).issuer_name(ca_name).public_key(ca_key.public_key())
        .not_valid_before(now - timedelta(days=9999)).not_valid_after(now + timedelta(days=9999))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(ca_key, hashes.SHA256())
    )  # fmt: skip
    tsa = (
        plain.serial_number(2).subject_name(name).issuer_name(ca_name)
        .public_key(key.public_key()).not_valid_before(now + begins).not_valid_after(now + lasts)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(ca_key, hashes.SHA256())
    )  # fmt: skip
    der = ca.public_bytes(serialization.Encoding.DER)
    (folder / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    (folder / "tsa.pem").write_bytes(tsa.public_bytes(serialization.Encoding.PEM))
    private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "tsa.key").write_bytes(key.private_bytes(*private))
    (folder / "serial").write_text("01\n")
    (folder / "config").write_text(CONFIG.format(folder=folder))
    return LocalTsa(folder, base64.b64encode(der).decode())

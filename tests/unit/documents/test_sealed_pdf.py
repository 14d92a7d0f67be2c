"""PDFs signed as PAdES: checked by poppler's `pdfsig` and by pyHanko, still PDF/A-3, attachments unharmed."""

import base64
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader
from tests.unit.crypto.local_tsa import make_tsa
from tests.unit.documents.pdf_a import breaches
from tests.unit.documents.sample_report import sample_certificate
from tests.unit.documents.test_certificate import DSSE, PROOF, rendered, text_of

from bequest.crypto.document_key import DocumentKey, read_document_key, self_made_key
from bequest.documents.sealed_pdf import seal_pdf
from bequest.documents.standing import SealFacts
from bequest.kernel.errors import InputError

AT = datetime(2027, 1, 28, 2, 32, tzinfo=UTC)
SELF_MADE = self_made_key(b"k" * 32, "acme-2026 自制证书 self-made", AT)

pytestmark = pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler's pdfsig is not installed here")


@pytest.fixture(scope="module")
def plain() -> bytes:
    return rendered(sample_certificate(), seal=facts(SELF_MADE))


@pytest.fixture(scope="module")
def sealed(plain: bytes) -> bytes:
    return seal_pdf(plain, SELF_MADE, at=AT, reason="DC-1 销毁证书")


def facts(key: DocumentKey) -> SealFacts:
    return SealFacts(key.subject, key.issuer, key.fingerprint, self_made=key.self_made)


def pdfsig(pdf: bytes, folder: Path) -> str:
    (folder / "certificate.pdf").write_bytes(pdf)
    run = subprocess.run(["pdfsig", "certificate.pdf"], check=False, cwd=folder, capture_output=True, text=True)
    return run.stdout


def test_pdfsig_verifies_a_certificate_with_a_self_made_key(sealed: bytes, tmp_path: Path) -> None:
    said = pdfsig(sealed, tmp_path)
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    assert "Jan 28 2027 02:32:00" in said, "the time of the case, not of the machine"
    assert "acme-2026 自制证书 self-made" in said


def test_pdfsig_finds_one_changed_byte_of_the_page(sealed: bytes, tmp_path: Path) -> None:
    data = bytearray(sealed)
    place = data.index(b"stream\n") + 60
    data[place] ^= 1
    assert "Signature is Valid." not in pdfsig(bytes(data), tmp_path)


def test_pdfsig_verifies_a_certificate_of_an_authority_with_a_time_stamp(plain: bytes, tmp_path: Path) -> None:
    issued = authority(tmp_path, kind="rsa")
    tsa = make_tsa(tmp_path / "tsa")
    sealed = seal_pdf(plain, read_document_key(issued, "secret"), at=AT, reason="x", stamp=tsa.reply)
    said = pdfsig(sealed, tmp_path)
    assert "Signature is Valid." in said
    assert "Example Company Seal" in said
    signature = PdfFileReader(BytesIO(sealed)).embedded_signatures[0]
    roots = [(tmp_path / "root.der").read_bytes(), base64.b64decode(tsa.root)]
    status = validate_pdf_signature(signature, context(roots), context(roots))
    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.intact
    assert breaches(sealed) == []


def context(roots: list[bytes]) -> ValidationContext:
    return ValidationContext(
        trust_roots=[asn1.Certificate.load(r) for r in roots], allow_fetching=False, moment=datetime.now(UTC),
        revocation_mode="soft-fail",
    )  # fmt: skip


def authority(
    folder: Path,
    *,
    kind: str = "ec",
    lasts: int = 4000,
    usage: bool = True,
) -> bytes:
    """PKCS#12 as an authority hands it out: key, certificate, and the authority's own certificate."""
    root_key, at = ec.generate_private_key(ec.SECP256R1()), datetime(2026, 1, 1, tzinfo=UTC)
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    root = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example Authority")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example Company Seal")])
    blank = x509.CertificateBuilder().issuer_name(root).not_valid_before(at).not_valid_after(at + timedelta(days=lasts))
    ca = blank.subject_name(root).public_key(root_key.public_key()).serial_number(1)
    ca_cert = ca.add_extension(x509.BasicConstraints(True, None), critical=True).sign(root_key, hashes.SHA256())
    bits = [usage, usage, not usage] + [False] * 6
    leaf = blank.subject_name(name).public_key(key.public_key()).serial_number(2)
    cert = leaf.add_extension(x509.KeyUsage(*bits), critical=True).sign(root_key, hashes.SHA256())
    (folder / "root.der").write_bytes(ca_cert.public_bytes(serialization.Encoding.DER))
    locked = serialization.BestAvailableEncryption(b"secret")
    return pkcs12.serialize_key_and_certificates(b"seal", key, cert, [ca_cert], locked)


def test_signing_keeps_pdf_a_3_and_every_byte_of_the_page(plain: bytes, sealed: bytes) -> None:
    assert breaches(plain) == []
    assert breaches(sealed) == []
    assert sealed.startswith(plain)


@pytest.mark.parametrize("broken", ["version", "flags", "relationship"])
def test_the_check_of_pdf_a_finds_what_is_broken(sealed: bytes, broken: str) -> None:
    old, new = {
        "version": (b"%PDF-1.7", b"%PDF-2.0"),
        "flags": (b"/F 132", b"/F 2  "),
        "relationship": (b"/AFRelationship", b"/AFRelationshiq"),
    }[broken]
    assert old in sealed
    assert breaches(sealed.replace(old, new)) != []


def test_the_signed_original_is_still_attached_and_says_how_it_relates(sealed: bytes) -> None:
    reader = PdfReader(BytesIO(sealed))
    attached = {name: bytes(data[0]) for name, data in reader.attachments.items()}
    assert attached == {"certificate.dsse.json": DSSE, "certificate.tlog-proof": PROOF}
    related = {f.get_object()["/UF"]: f.get_object()["/AFRelationship"] for f in reader.trailer["/Root"]["/AF"]}
    assert related == {"certificate.dsse.json": "/Source", "certificate.tlog-proof": "/Supplement"}


def test_the_page_says_what_its_signature_is_worth(sealed: bytes, tmp_path: Path) -> None:
    text = text_of(sealed)
    assert "自制证书能显示签章后文件是否被改动，不能单凭它认定签章人的身份" in text
    assert "Aself-madecertificateshowswhetherthefilewaschanged" in text
    assert SELF_MADE.fingerprint[:4] in text
    issued = text_of(rendered(sample_certificate(), seal=facts(read_document_key(authority(tmp_path), "secret"))))
    assert "签发：ExampleAuthority" in issued
    assert "签发机构是否取得电子认证许可（第十八条）、证书是否已被吊销，本系统未核验" in issued
    assert "自制证书" not in issued
    assert "本文件没有电子签章" in text_of(rendered(sample_certificate()))


def test_the_same_seed_gives_the_same_key_and_another_seed_another() -> None:
    assert self_made_key(b"k" * 32, "acme-2026 自制证书 self-made", AT + timedelta(hours=3)) == SELF_MADE
    assert self_made_key(b"l" * 32, "acme-2026 自制证书 self-made", AT).fingerprint != SELF_MADE.fingerprint


def test_a_file_of_an_authority_may_be_pem(tmp_path: Path) -> None:
    (tmp_path / "a.p12").write_bytes(authority(tmp_path))
    run = ["openssl", "pkcs12", "-in", "a.p12", "-passin", "pass:secret", "-passout", "pass:other", "-out", "a.pem"]
    subprocess.run(run, cwd=tmp_path, check=True, capture_output=True)
    key = read_document_key((tmp_path / "a.pem").read_bytes(), "other")
    assert (key.subject, key.issuer, key.self_made, len(key.chain)) == (
        "Example Company Seal", "Example Authority", False, 1,
    )  # fmt: skip


def test_what_cannot_be_used_is_refused_with_a_reason(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        read_document_key(authority(tmp_path), "wrong")
    with pytest.raises(InputError, match="cannot be opened"):
        read_document_key(b"no such thing", "")
    with pytest.raises(InputError, match="not one for signatures"):
        read_document_key(authority(tmp_path, usage=False), "secret")
    with pytest.raises(InputError, match="valid from 2026-01-01 to 2026-01-11 only"):
        read_document_key(authority(tmp_path, lasts=10), "secret").check_valid(AT)
    assert not re.search(r"secret", repr(read_document_key(authority(tmp_path), "secret")))

"""A PDF/A-3 signed as PAdES (ETSI EN 319 142-1, baseline B-B; B-T with a time stamp), still PDF/A-3 afterwards.

The signature is added behind the document: not a byte of it changes, and what was attached stays attached. Metadata and
the PDF version are left as they are, because PDF/A-3 (ISO 19005-3) is PDF 1.7 and asks that they agree.
"""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import keys, tsp, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from bequest.crypto.document_key import DocumentKey

Stamp = Callable[[bytes], bytes]
"""Sends a DER TimeStampReq (RFC 3161) to an authority, and returns its TimeStampResp."""

FIELD = "Bequest"
_ESIC = "ESIC"


def seal_pdf(pdf: bytes, key: DocumentKey, *, at: datetime, reason: str, stamp: Stamp | None = None) -> bytes:
    """The document with a signature that covers all of it; `at` is the time the signer claims.

    Raises:
        EvidenceError: from `stamp`, where the authority does not answer.
    """
    chain = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    chain.register_multiple([x509.Certificate.load(c) for c in key.chain])
    signer = SimpleSigner(
        signing_cert=x509.Certificate.load(key.certificate),
        signing_key=keys.PrivateKeyInfo.load(key.key),
        cert_registry=chain,
    )
    meta = PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason=reason
    )
    made = _Signer(meta, signer=signer, timestamper=None if stamp is None else _Asks(stamp))
    made.at = at
    sealed: BytesIO = made.sign_pdf(_Behind(BytesIO(pdf)))
    return sealed.getvalue()


class _Behind(IncrementalPdfFileWriter):
    """Adds the signature and its field, and nothing that PDF/A-3 forbids."""

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """Keeps the version of the document: PDF/A-3 is PDF 1.7."""

    def register_extension(self, ext: Any) -> None:
        """Names the extension by which PDF 1.7 knows PAdES signatures; others would need PDF 2.0."""
        if str(ext.prefix_name).lstrip("/") == _ESIC:
            super().register_extension(ext)

    def _update_meta(self) -> None:
        """Leaves information and XMP as they are: they agree with each other."""


class _Signer(PdfSigner):
    """Signs at the time of the case, not at the machine's."""

    at: datetime

    def init_signing_session(self, *args: Any, **options: Any) -> Any:
        session = super().init_signing_session(*args, **options)
        session.system_time = self.at
        return session


class _Asks(TimeStamper):
    """Asks for a time stamp by the function it was given."""

    def __init__(self, ask: Stamp) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._ask = ask

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """The authority's answer to a request."""
        return tsp.TimeStampResp.load(self._ask(req.dump()))

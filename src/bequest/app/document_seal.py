"""The PDFs of a case are signed: with the certificate that its case file names, or with one made for the case."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from bequest.app.context import Context, Run
from bequest.app.http_post import post
from bequest.app.user_files import read_user_bytes
from bequest.crypto.atomic import PUBLIC, write_file
from bequest.crypto.document_key import DocumentKey, read_document_key, self_made_key
from bequest.documents.sealed_pdf import seal_pdf
from bequest.documents.standing import SealFacts
from bequest.kernel.errors import EvidenceError
from bequest.model.case import Case

SEAL_CERTIFICATE = "pdf-signing.pem"
"""Name of the certificate, without its key, beside the PDFs."""


def document_key(ctx: Context, case: Case, at: datetime) -> DocumentKey:
    """The key for PDFs of the case: the authority's where one is named, else made from the platform's key.

    Raises:
        InputError: where the named one cannot be opened, or is not valid at that time.
    """
    named = case.evidence.pdf_key
    if not named:
        name = f"{case.id} 自制证书 self-made" + (" 演练 REHEARSAL" if case.rehearsal else "")
        return self_made_key(ctx.keys(case.id).get("platform-signing"), name, ctx.case(case.id).created_at)
    data = read_user_bytes(
        Path(named.removeprefix("file:")), "certificate for signing PDFs",
        hint="It is named by pdf_key under [evidence] in the case file.",
    )  # fmt: skip
    passphrase = case.evidence.pdf_passphrase
    key = read_document_key(data, ctx.secrets.follow(passphrase, "pdf_passphrase") if passphrase else "")
    key.check_valid(at)
    return key


def facts_of(key: DocumentKey) -> SealFacts:
    """What the page says of the key it is signed with."""
    return SealFacts(key.subject, key.issuer, key.fingerprint, self_made=key.self_made)


def seal_document(run: Run, pdf: bytes, key: DocumentKey, *, at: datetime, reason: str) -> bytes:
    """The PDF with its signature; with a time stamp where the case's authority answers, else without one.

    The certificate it is checked with is kept beside the PDFs, and goes into the bundle with them.
    A time stamp that cannot be had stops nothing: the log's heads, which hold the digest of the original, are stamped.
    """
    tsa = run.case.evidence.tsa
    write_file(run.workspace.dir("certificates") / SEAL_CERTIFICATE, key.pem(), mode=PUBLIC)

    def ask(query: bytes) -> bytes:
        status, answer = post(tsa, query, "application/timestamp-query")
        if status != 200:
            raise EvidenceError(f"the time-stamping authority answered {status}", hint="Nothing is lost: see the log.")
        return answer

    if tsa:
        with suppress(EvidenceError):
            return seal_pdf(pdf, key, at=at, reason=reason, stamp=ask)
    return seal_pdf(pdf, key, at=at, reason=reason)

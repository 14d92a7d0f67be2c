"""From a `Certificate` to PDF/A-3b: values go in as data, fonts come from a package, same input, same bytes."""

from importlib.resources import files
from io import BytesIO

import segno

from bequest.documents.certificate.content import certificate_data
from bequest.documents.certificate.guilloche import guilloche
from bequest.documents.standing import SealFacts
from bequest.documents.symbols import picture
from bequest.documents.typesetting import NotSetError, typeset
from bequest.kernel.clock import parse_rfc3339
from bequest.kernel.errors import EvidenceError, InputError
from bequest.model.destruction import Certificate

_GREY = "#58646e"
_GLYPHS = {"clear": "#1c4a78", "planned": "#785200", "unseen": "#5d6972", "found": "#a3261b"}
_GLYPHS |= {f"{name}-grey": _GREY for name in _GLYPHS}


def render_certificate(
    cert: Certificate,
    *,
    payload_sha256: str,
    log_index: int,
    log_size: int,
    cosigned: int,
    named: int,
    dsse_json: bytes,
    proof: bytes,
    qr_text: str,
    seal: SealFacts | None = None,
) -> bytes:
    """The certificate as PDF/A-3b in Chinese and English, with the signed original and its log proof attached.

    The same input gives the same bytes: the only date in the file is the one the certificate was issued on. `log_index`
    is the 0-based leaf index; it is printed as a position counted from 1. `cosigned` of the `named` witnesses have
    cosigned the head of `log_size` entries. `seal`: with what the PDF is about to be signed, which the page says.

    Raises:
        InputError: naming the field, never the value, where a character has no glyph in the font.
        EvidenceError: where the PDF cannot be made for another reason.
    """
    data = certificate_data(
        cert, payload_sha256=payload_sha256, log_index=log_index, log_size=log_size, cosigned=cosigned, named=named,
        seal=seal,
    )  # fmt: skip
    pictures = {
        "glyphs": {
            name: picture(name.removesuffix("-grey"), colour=colour, ground="#ffffff")
            for name, colour in _GLYPHS.items()
        },
        "guilloche": guilloche("#1c4a78"),
        "qr": _qr_svg(qr_text),
        "dsse": list(dsse_json),
        "proof": list(proof),
    }
    template = (files("bequest.documents.certificate") / "certificate.typ").read_bytes()
    issued = int(parse_rfc3339(cert.issued_at).timestamp())
    try:
        return typeset(template, {**data, **pictures}, issued)
    except NotSetError as failure:
        raise _explained(failure.fields) from None


def _qr_svg(text: str) -> str:
    buffer = BytesIO()
    code = segno.make(text, error="m", micro=False, boost_error=False)
    code.save(buffer, kind="svg", border=4, dark="#000000", light="#ffffff", xmldecl=False, nl=False)
    return buffer.getvalue().decode()


def _explained(fields: tuple[str, ...]) -> EvidenceError | InputError:
    if not fields:
        return EvidenceError(
            "the certificate could not be set as PDF", hint="Report this with the case id; nothing was issued."
        )
    return InputError(
        f"the certificate field {', '.join(fields)} has a character that the certificate's font lacks",
        hint="Correct the spelling, or install the fonts of rare characters (Debian: fonts-babelstone-han) and run the"
        " command again; a certificate never shows a blank.",
        code="BQ-DOCUMENT-1",
    )

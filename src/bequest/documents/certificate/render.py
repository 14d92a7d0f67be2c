"""From a `Certificate` to PDF/A-3b: values go in as data, fonts come from a package, same input, same bytes."""

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import as_file, files
from io import BytesIO
from typing import Any

import segno
import typst

from bequest.documents.certificate.content import certificate_data
from bequest.documents.certificate.guilloche import guilloche
from bequest.documents.symbols import picture
from bequest.kernel.clock import parse_rfc3339
from bequest.kernel.errors import EvidenceError, InputError
from bequest.model.destruction import Certificate

_FONT_PACKAGE = "manimgx_fonts_cjk"
_NOT_DISPLAYED = re.compile(r'the text `"(?P<text>.*?)"` could not be displayed', re.DOTALL)
_ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]+)\}")
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
) -> bytes:
    """The certificate as PDF/A-3b in Chinese and English, with the signed original and its log proof attached.

    The same input gives the same bytes: the only date in the file is the one the certificate was issued on. `log_index`
    is the 0-based leaf index; it is printed as a position counted from 1. `cosigned` of the `named` witnesses have
    cosigned the head of `log_size` entries.

    Raises:
        InputError: naming the field, never the value, where a character has no glyph in the font.
        EvidenceError: where the PDF cannot be made for another reason.
    """
    data = certificate_data(
        cert, payload_sha256=payload_sha256, log_index=log_index, log_size=log_size, cosigned=cosigned, named=named
    )
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
    inputs = {"data": json.dumps({**data, **pictures}, ensure_ascii=False, sort_keys=True)}
    template = (files("bequest.documents.certificate") / "certificate.typ").read_bytes()
    issued = int(parse_rfc3339(cert.issued_at).timestamp())
    try:
        made = typst.compile(
            template,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs=inputs,
            pdf_standards=["a-3b"],
            timestamp=issued,
        )
    except typst.TypstError as failure:
        raise _explained(failure.message, data) from None
    return bytes(made)


@cache
def _fonts() -> typst.Fonts:
    # the package ships one variable font file beside its module; nothing of the machine's own fonts is used
    with as_file(files(_FONT_PACKAGE)) as folder:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(folder)])


def _qr_svg(text: str) -> str:
    buffer = BytesIO()
    code = segno.make(text, error="m", micro=False, boost_error=False)
    code.save(buffer, kind="svg", border=4, dark="#000000", light="#ffffff", xmldecl=False, nl=False)
    return buffer.getvalue().decode()


def _explained(message: str, data: dict[str, Any]) -> EvidenceError | InputError:
    missing = _NOT_DISPLAYED.search(message)
    if not missing:
        return EvidenceError(
            "the certificate could not be set as PDF", hint="Report this with the case id; nothing was issued."
        )
    text = _ESCAPE.sub(lambda m: chr(int(m[1], 16)), missing["text"])
    fields = sorted({path for path, value in _leaves(data) if text in value})
    return InputError(
        f"the certificate field {', '.join(fields) or 'unknown'} has a character that the certificate's font lacks",
        hint="Correct the spelling, or use a release whose font has it; a certificate never shows a blank.",
        code="BQ-DOCUMENT-1",
    )


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(part, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for i, part in enumerate(value):
            yield from _leaves(part, f"{path}[{i + 1}]")

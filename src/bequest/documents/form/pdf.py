"""A form as PDF/A-3b: what was filled in, or the empty fields to write into by hand."""

from importlib.resources import files
from typing import Any

from bequest.documents.form.content import Block, Field, Form, Heading, Paragraph
from bequest.documents.typesetting import NotSetError, typeset
from bequest.kernel.clock import parse_rfc3339
from bequest.kernel.errors import InputError


def write_pdf(form: Form) -> bytes:
    """The form as PDF; the same form gives the same bytes.

    Raises:
        InputError: naming the field, never the value, where a character has no glyph in the font.
    """
    data: dict[str, Any] = {
        "lang": form.lang,
        "title": form.title,
        "subtitle": form.subtitle,
        "number": form.number,
        "mark": form.mark,
        "digest": form.digest[:16],
        "blocks": [_block(b) for b in form.blocks],
    }
    template = (files("bequest.documents.form") / "form.typ").read_bytes()
    try:
        return typeset(template, data, int(parse_rfc3339(form.made_at).timestamp()))
    except NotSetError as failure:
        raise InputError(
            f"the form has a character that its font lacks, in {', '.join(failure.fields) or 'an unknown place'}",
            hint="Correct the spelling; the Word document has the text as it is.",
            code="BQ-DOCUMENT-1",
        ) from None


def _block(b: Block) -> dict[str, Any]:
    if isinstance(b, Heading):
        return {"kind": "heading", "text": b.text, "level": b.level}
    if isinstance(b, Paragraph):
        return {"kind": "paragraph", "text": b.text, "note": b.note}
    if isinstance(b, Field):
        plain = {"id": b.id, "label": b.label, "hint": b.hint, "required": b.required, "lines": b.lines}
        return {"kind": "field", **plain, "choices": list(b.choices), "value": b.value}
    rows = [[{"text": c.text, "level": c.level, "strong": c.strong} for c in row] for row in b.rows]
    return {
        "kind": "table",
        "heads": list(b.heads),
        "rows": rows,
        "widths": list(b.widths),
        "figures": sorted(b.figures),
    }

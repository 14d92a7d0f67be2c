"""A form as a Word document (ECMA-376, ISO/IEC 29500), written and read back with the standard library alone.

Rules kept:
- the document is protected for filling in forms (17.15.1.29): only its content controls can be changed; there is no
  password, so that nobody is locked out: what keeps the measured text as it is is that it is compared when the form
  comes back (`read_filled`);
- each field is a content control that cannot be removed (17.5.2.23, `sdtLocked`), with the label before it;
- the same form gives the same bytes.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from bequest.documents.form.content import Block, Cell, Field, Form, Heading, Paragraph, Table
from bequest.kernel.errors import InputError

MOST_BYTES: Final = 64 << 20
_NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_W: Final = f"{{{_NS}}}"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_BODY_WIDTH = 9638
"""Twentieths of a point: A4 less margins of 20 mm."""
_TINTS = {1: "EDF1F0", 2: "F5E8C9", 3: "DF9868", 4: "9C2A1E"}

CONTENT_TYPES = (
    _HEAD + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    + "".join(
        f'<Override PartName="/{part}" ContentType="application/vnd.openxmlformats-{kind}+xml"/>'
        for part, kind in (
            ("word/document.xml", "officedocument.wordprocessingml.document.main"),
            ("word/styles.xml", "officedocument.wordprocessingml.styles"),
            ("word/settings.xml", "officedocument.wordprocessingml.settings"),
            ("word/header1.xml", "officedocument.wordprocessingml.header"),
            ("word/footer1.xml", "officedocument.wordprocessingml.footer"),
            ("docProps/core.xml", "package.core-properties"),
            ("docProps/custom.xml", "officedocument.custom-properties"),
        )
    )
    + "</Types>"
)


def write_docx(form: Form) -> bytes:
    """The form as a Word document."""
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": _relations(
            ("officeDocument", "word/document.xml"),
            ("custom-properties", "docProps/custom.xml"),
            core="docProps/core.xml",
        ),
        "word/document.xml": _document(form),
        "word/_rels/document.xml.rels": _relations(
            ("styles", "styles.xml"), ("settings", "settings.xml"), ("header", "header1.xml"), ("footer", "footer1.xml")
        ),
        "word/styles.xml": _styles(),
        "word/settings.xml": _settings(),
        "word/header1.xml": _header(form),
        "word/footer1.xml": _footer(form),
        "docProps/core.xml": _core(form),
        "docProps/custom.xml": _custom(form),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            book.writestr(info, text.encode())
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Returned:
    """A document that came back: its paragraphs, none empty, and what it says of itself."""

    paragraphs: tuple[str, ...]
    properties: Mapping[str, str]


def read_docx(data: bytes, shown: str) -> Returned:
    """Read a form back, whichever program has saved it; `shown` is its name in errors.

    Content controls are not relied on: word processors rewrite them, and some lose their tags.

    Raises:
        InputError: where it is no Word document, or none of ours.
    """
    names = ("word/document.xml", "docProps/custom.xml")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            if sum(book.getinfo(n).file_size for n in names) > MOST_BYTES:
                raise KeyError("size")
            texts = [book.read(n) for n in names]
        if any(b"<!DOCTYPE" in text for text in texts):  # no word processor writes one, and entities could grow
            raise KeyError("DOCTYPE")
        root, custom = (ElementTree.fromstring(text) for text in texts)  # noqa: S314 - without a document type
    except (OSError, KeyError, zipfile.BadZipFile, ElementTree.ParseError, NotImplementedError, RuntimeError):
        raise InputError(
            f"{shown} is no form that was written here", hint="Fill in the docx of `bequest assess pipia`."
        ) from None
    paragraphs = (_text(p).strip() for p in root.iter(f"{_W}p"))
    return Returned(tuple(p for p in paragraphs if p), {str(p.get("name")): "".join(p.itertext()) for p in custom})


def _text(paragraph: ElementTree.Element) -> str:
    said = []
    for node in paragraph.iter():
        if node.tag == f"{_W}t":
            said.append(node.text or "")
        elif node.tag == f"{_W}br":
            said.append("\n")
        elif node.tag == f"{_W}tab" and node.get(f"{_W}val") is None:  # no stop of a tab
            said.append("\t")
    return "".join(said)


def _relations(*targets: tuple[str, str], core: str = "") -> str:
    lines = [
        f'<Relationship Id="rId{n}" Type="{_REL}/{kind}" Target="{to}"/>' for n, (kind, to) in enumerate(targets, 1)
    ]
    if core:
        kind = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
        lines.append(f'<Relationship Id="rId0" Type="{kind}" Target="{core}"/>')
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'{_HEAD}<Relationships xmlns="{space}">{"".join(lines)}</Relationships>'


def _document(form: Form) -> str:
    numbers = count(1)
    body = [
        _paragraph(form.title, "Title"),
        _paragraph(form.subtitle, "Subtitle"),
        *(_block(b, numbers) for b in form.blocks),
    ]
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="rId3"/><w:footerReference w:type="default" r:id="rId4"/>'
        '<w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567"'
        ' w:gutter="0"/>'
        "</w:sectPr>"
    )
    return f'{_HEAD}<w:document xmlns:w="{_NS}" xmlns:r="{_REL}"><w:body>{"".join(body)}{section}</w:body></w:document>'


def _block(block: Block, numbers: Iterator[int]) -> str:
    if isinstance(block, Heading):
        return _paragraph(block.text, f"Heading{block.level}")
    if isinstance(block, Paragraph):
        return _paragraph(block.text, "Note" if block.note else "")
    if isinstance(block, Table):
        return _table(block)
    return _field(block, next(numbers))


def _run(text: str, *, strong: bool = False, colour: str = "") -> str:
    said = ("<w:b/>" if strong else "") + (f'<w:color w:val="{colour}"/>' if colour else "")
    lines = '</w:t><w:br/><w:t xml:space="preserve">'.join(escape(x) for x in text.split("\n"))
    return f'<w:r>{f"<w:rPr>{said}</w:rPr>" if said else ""}<w:t xml:space="preserve">{lines}</w:t></w:r>'


def _paragraph(text: str, style: str = "", run: str = "", right: bool = False) -> str:
    said = (f'<w:pStyle w:val="{style}"/>' if style else "") + ('<w:jc w:val="right"/>' if right else "")
    return f"<w:p>{f'<w:pPr>{said}</w:pPr>' if said else ''}{run or _run(text)}</w:p>"


def _table(t: Table) -> str:
    whole = sum(t.widths)
    widths = [_BODY_WIDTH * w // whole for w in t.widths]
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
    head = _row([Cell(h, strong=True) for h in t.heads], widths, t.figures, head=True) if t.heads else ""
    rows = "".join(_row(row, widths, t.figures) for row in t.rows)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="Ledger"/><w:tblW w:w="{_BODY_WIDTH}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{head}{rows}</w:tbl>'
        f"{_paragraph('', 'Gap')}"
    )


def _row(
    cells: tuple[Cell, ...] | list[Cell], widths: list[int], figures: frozenset[int], *, head: bool = False
) -> str:
    made = []
    for i, (c, w) in enumerate(zip(cells, widths, strict=True)):
        tint = f'<w:shd w:val="clear" w:color="auto" w:fill="{_TINTS[c.level]}"/>' if c.level else ""
        run = _run(c.text, strong=c.strong, colour="FFFFFF" if c.level == max(_TINTS) else "")
        inner = _paragraph(c.text, "Cell", run, right=i in figures)
        made.append(f'<w:tc><w:tcPr><w:tcW w:w="{w}" w:type="dxa"/>{tint}</w:tcPr>{inner}</w:tc>')
    said = "<w:trPr><w:cantSplit/>" + ("<w:tblHeader/>" if head else "") + "</w:trPr>"
    return f"<w:tr>{said}{''.join(made)}</w:tr>"


def _field(f: Field, number: int) -> str:
    """The label, locked, and below it the control, inside its paragraph."""
    items = "".join(f"<w:listItem w:displayText={quoteattr(c)} w:value={quoteattr(c)}/>" for c in f.choices)
    kind = f"<w:dropDownList>{items}</w:dropDownList>" if items else ""
    placeholder = "" if f.value else "<w:showingPlcHdr/>"
    control = (
        f"<w:sdt><w:sdtPr><w:alias w:val={quoteattr(f.label)}/><w:tag w:val={quoteattr(f.id)}/>"
        f'<w:id w:val="{number}"/><w:lock w:val="sdtLocked"/>{placeholder}{kind}</w:sdtPr>'
        f"<w:sdtContent>{_run(f.value) if f.value else _run(f.hint, colour='58646E')}</w:sdtContent></w:sdt>"
    )
    return _paragraph(f.asked, "FieldLabel") + _paragraph("", "FieldBody", control)


def _header(form: Form) -> str:
    text = _paragraph(form.mark, "Mark") if form.mark else _paragraph("", "Small")
    return f'{_HEAD}<w:hdr xmlns:w="{_NS}">{text}</w:hdr>'


def _footer(form: Form) -> str:
    page = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    said = _run(f"{form.number}  ·  sha256 {form.digest[:16]}  ·  ")
    return f'{_HEAD}<w:ftr xmlns:w="{_NS}">{_paragraph("", "Small", said + page)}</w:ftr>'


def _settings() -> str:
    return (
        f'{_HEAD}<w:settings xmlns:w="{_NS}"><w:documentProtection w:edit="forms" w:enforcement="1"/>'
        '<w:defaultTabStop w:val="420"/><w:characterSpacingControl w:val="compressPunctuation"/>'
        '<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word"'
        ' w:val="15"/></w:compat></w:settings>'
    )


def _styles() -> str:
    """Song for titles, Hei for everything one works with; sizes in half points."""
    face = 'w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial" w:eastAsia="Microsoft YaHei"'
    song = '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="SimSun"/>'
    keep, middle, grey = "<w:keepNext/>", '<w:jc w:val="center"/>', '<w:color w:val="58646E"/>'
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    lines = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="CDD6D3"/>' for side in sides)
    return (
        f'{_HEAD}<w:styles xmlns:w="{_NS}"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts {face}/>'
        '<w:color w:val="14202B"/><w:sz w:val="20"/><w:szCs w:val="20"/><w:lang w:val="en-GB" w:eastAsia="zh-CN"/>'
        '</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="120" w:line="300" w:lineRule="auto"/></w:pPr>'
        "</w:pPrDefault></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
        + _style("Title", 40, (240, 60), after=middle, run=f"{song}<w:b/>")
        + _style("Subtitle", 22, (0, 240), after=middle, run=f'{song}<w:color w:val="43505B"/>')
        + _style("Heading1", 28, (360, 120), before=keep, after='<w:outlineLvl w:val="0"/>', run=f"{song}<w:b/>")
        + _style("Heading2", 23, (240, 80), before=keep, after='<w:outlineLvl w:val="1"/>', run="<w:b/>")
        + _style("Note", 17, (40, 120), run=grey)
        + _style("Cell", 17, (30, 30))
        + _style("Gap", 8, (0, 60))
        + _style("FieldLabel", 20, (160, 40), before=keep, run="<w:b/>")
        + _style("FieldBody", 20, (40, 120), before=_box("74807C"))
        + _style("Mark", 17, (0, 60), after=middle, run='<w:b/><w:color w:val="785200"/>')
        + _style("Small", 14, (0, 0), run=grey)
        + '<w:style w:type="table" w:customStyle="1" w:styleId="Ledger"><w:name w:val="Ledger"/><w:tblPr>'
        f"<w:tblBorders>{lines}</w:tblBorders><w:tblCellMar>"
        '<w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style></w:styles>'
    )


_BUILT_IN = {"Title": "Title", "Subtitle": "Subtitle", "Heading1": "heading 1", "Heading2": "heading 2"}
"""Styles that Word knows, under the names it knows them by."""


def _style(name: str, size: int, space: tuple[int, int], *, before: str = "", after: str = "", run: str = "") -> str:
    """A paragraph style; `before` and `after` are its properties on either side of the spacing (17.3.1.26)."""
    known = _BUILT_IN.get(name)
    own = "" if known else ' w:customStyle="1"'
    return (
        f'<w:style w:type="paragraph"{own} w:styleId="{name}"><w:name w:val="{known or name}"/>'
        f'<w:basedOn w:val="Normal"/><w:pPr>{before}<w:spacing w:before="{space[0]}" w:after="{space[1]}"/>{after}'
        f'</w:pPr><w:rPr>{run}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
    )


def _box(colour: str) -> str:
    sides = "".join(f'<w:{s} w:val="single" w:sz="4" w:space="4" w:color="{colour}"/>' for s in _SIDES)
    return f"<w:pBdr>{sides}</w:pBdr>"


_SIDES = ("top", "left", "bottom", "right")


def _core(form: Form) -> str:
    at = form.made_at
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(form.title)}</dc:title><dc:identifier>{escape(form.number)}</dc:identifier>"
        f"<dc:language>{'zh-CN' if form.lang == 'zh' else 'en'}</dc:language>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{at}</dcterms:created></cp:coreProperties>'
    )


def _custom(form: Form) -> str:
    known = (*form.properties, ("bequest-form", form.digest))
    lines = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{n}" name={quoteattr(name)}>'
        f"<vt:lpwstr>{escape(value)}</vt:lpwstr></property>"
        for n, (name, value) in enumerate(known, 2)
    )
    return (
        f'{_HEAD}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"'
        f' xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">{lines}</Properties>'
    )

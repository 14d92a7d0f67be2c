"""What of PDF/A-3 (ISO 19005-3) can be looked at without veraPDF: the rules that signing or attaching could break."""

from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.generic import IndirectObject


def breaches(pdf: bytes) -> list[str]:
    """The clauses of ISO 19005-3 that the file breaks, of those looked at; empty where none."""
    reader = PdfReader(BytesIO(pdf), strict=True)
    root: Any = reader.trailer["/Root"]
    found = []
    if not pdf.startswith(b"%PDF-1.") or root.get("/Version", "/1.7") > "/1.7":
        found.append("6.1.2 version")
    if "/ID" not in reader.trailer or "/Encrypt" in reader.trailer:
        found.append("6.1.3 trailer")
    xmp = root["/Metadata"].get_object()
    text = xmp.get_data().decode()
    if "/Filter" in xmp or "pdfaid:part>3<" not in text.replace(" ", "") or "pdfaid:conformance>B<" not in text:
        found.append("6.6 metadata")
    if not [i for i in root.get("/OutputIntents", []) if i.get_object()["/S"] == "/GTS_PDFA1"]:
        found.append("6.2.3 output intent")
    if {"/OpenAction", "/AA"} & set(root) or "/JavaScript" in root.get("/Names", {}):
        found.append("6.5 actions")
    for entry in root.get("/AF", []):
        spec = entry.get_object()
        if not {"/F", "/UF", "/AFRelationship"} <= set(spec) or "/Subtype" not in spec["/EF"]["/F"].get_object():
            found.append("6.8 embedded files")
    found += _fields(root, pdf) + _fonts(reader)
    return found


def _fields(root: Any, pdf: bytes) -> list[str]:
    found = []
    form = root.get("/AcroForm", {})
    if form.get("/NeedAppearances") or "/XFA" in form:
        found.append("6.4.1 forms")
    for one in form.get("/Fields", []):
        field = one.get_object()
        flags = int(field.get("/F", 0))
        if not flags & 4 or flags & (1 | 2 | 32 | 256):  # Print set; Invisible, Hidden, NoView, ToggleNoView clear
            found.append("6.3.2 annotation flags")
        if [float(x) for x in field["/Rect"]] != [0, 0, 0, 0] and "/AP" not in field:
            found.append("6.3.3 appearance")
        start, n, after, m = field["/V"].get_object()["/ByteRange"]
        if start or int(after) + int(m) != len(pdf) or pdf[n] != ord("<") or pdf[after - 1] != ord(">"):
            found.append("6.4.3 byte range")
    return found


def _fonts(reader: PdfReader) -> list[str]:
    seen: set[int] = set()
    found = []
    for page in reader.pages:
        for font in (page["/Resources"].get("/Font") or {}).values():
            if isinstance(font, IndirectObject) and font.idnum not in seen:
                seen.add(font.idnum)
                inner: Any = font.get_object()
                below = inner["/DescendantFonts"][0].get_object() if "/DescendantFonts" in inner else inner
                kept = set(below["/FontDescriptor"].get_object()) & {"/FontFile", "/FontFile2", "/FontFile3"}
                if not kept or "/ToUnicode" not in inner:
                    found.append("6.2.11 fonts")
    return found

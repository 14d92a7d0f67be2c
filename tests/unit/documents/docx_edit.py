"""Word documents changed as an editor could, for the tests of forms."""

import io
import zipfile
from collections.abc import Callable


def edited(data: bytes, change: Callable[[str], str], part: str = "word/document.xml") -> bytes:
    """The document with one of its parts changed, as an editor could."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as book, zipfile.ZipFile(out, "w") as made:
        for name in book.namelist():
            text = book.read(name).decode()
            made.writestr(name, change(text) if name == part else text)
    return out.getvalue()

"""Workbooks protected by a password: decrypted into memory, never onto a disk (MS-OFFCRYPTO)."""

import io
from pathlib import Path

from bequest.kernel.errors import SourceError
from bequest.sources.codes import UNREADABLE

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What files of the old binary kind and encrypted ones begin with."""


def read_unlocked(path: Path, password: str) -> bytes:
    """The content of a workbook, decrypted where it is protected.

    Raises:
        SourceError: it is protected and no password is given, or another; it is protected in a way nobody here knows.
    """
    data = path.read_bytes()
    if not data:
        raise SourceError(f"{path.name} is empty", hint="Check the export.")
    if not data.startswith(OLE):
        return data
    if not is_protected(data):
        return data
    if not password:
        raise SourceError(
            f"{path.name} is protected by a password",
            hint='Write password = "env:NAME" for this source in the case file and set NAME; or remove the password in'
            " a spreadsheet program.",
            code=UNREADABLE,
        )
    return _decrypted(path, data, password)


def is_protected(data: bytes) -> bool:
    """Whether an OLE file is encrypted. A broken one is told by a name inside."""
    import msoffcrypto

    try:
        return bool(msoffcrypto.OfficeFile(io.BytesIO(data)).is_encrypted())
    except Exception:
        return "EncryptedPackage".encode("utf-16-le") in data


def _decrypted(path: Path, data: bytes, password: str) -> bytes:
    import msoffcrypto
    from msoffcrypto.exceptions import InvalidKeyError

    out = io.BytesIO()
    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(data))
        office.load_key(password=password)
        office.decrypt(out, **({"verify_integrity": True} if office.format == "ooxml" else {}))
    except InvalidKeyError:
        raise SourceError(
            f"{path.name}: the password does not open it",
            hint="Correct what `password` in the case file refers to.",
            code=UNREADABLE,
        ) from None
    except Exception:
        raise SourceError(
            f"{path.name} is protected in a way that cannot be opened here",
            hint="Open it in a spreadsheet program, remove the password and save it as XLSX.",
            code=UNREADABLE,
        ) from None
    return out.getvalue()

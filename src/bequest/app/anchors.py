"""Heads of the log are registered with a platform for electronic evidence (a judicial chain, a notary), by file.

Each platform has its own way in and its own form of receipt, so people carry the digest there and the receipt back;
what is checked here is that the receipt speaks of a head of this log.
"""

import hashlib
from datetime import datetime
from pathlib import Path

from bequest.app.context import Context
from bequest.app.evidence import open_log, publish
from bequest.app.user_files import file_ending, new_user_file, read_user_bytes
from bequest.crypto.sm3 import sm3
from bequest.evidence.anchors import Anchor, names_digest, text_of_bytes
from bequest.evidence.checkpoint import Checkpoint
from bequest.evidence.heads import NOTE
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import InputError, VerificationError
from bequest.law.lint.read import read_document

_MOST_BYTES = 16 << 20
_LONGEST = 300


def write_head(ctx: Context, case_id: str, path: Path) -> tuple[Checkpoint, str, str]:
    """Publish the log and write its newest head, the file whose digest is registered; the head, its SHA-256 and SM3.

    Raises:
        InputError: where the file cannot be written.
    """
    publish(ctx, case_id)
    with open_log(ctx, case_id) as log:
        head = log.keep_head()
        note = _note(log.heads.files(head.size), head.size)
    with new_user_file(path) as beside:
        beside.write_bytes(note)
    return head, _sha256(note), sm3(note).hex()


def take_anchor(
    ctx: Context, case_id: str, path: Path, *, platform: str, reference: str, at: datetime, look_up: str = ""
) -> tuple[int, Anchor]:
    """Take in the receipt of a platform: the size of the head it names, and what was noted.

    `at` is the time that the receipt states; `look_up` the address at which anybody can check it there.

    Raises:
        InputError: where the receipt cannot be read or is too large, or a text is empty, too long or not one line.
        VerificationError: where it names the digest of no head that was handed out.
    """
    for name, text in {"platform": platform, "reference": reference}.items():
        if not text.strip():
            raise InputError(f"the {name} of the registration is empty", hint="Take it from the receipt.")
    for text in (platform, reference, look_up):
        if len(text) > _LONGEST:
            raise InputError(f"a text of the registration is longer than {_LONGEST} characters", hint="Shorten it.")
        if not text.isprintable():
            raise InputError("a text of the registration holds a line break or control character", hint="Leave it out.")
    receipt = read_user_bytes(path, "receipt", hint="It is the file that the platform issued: PDF, JSON, XML, text.")
    if len(receipt) > _MOST_BYTES:
        raise InputError(
            f"the receipt {path.name} is larger than {_MOST_BYTES >> 20} MB", hint="Give the receipt alone."
        )
    text = _text(path, receipt)
    with open_log(ctx, case_id) as log:
        for head in reversed(log.heads.all()):
            note = _note(log.heads.files(head.size), head.size)
            if names_digest(text, (_sha256(note), sm3(note).hex())):
                anchor = Anchor(
                    platform=platform.strip(), reference=reference.strip(), registered_at=rfc3339(at),
                    look_up=look_up.strip(), sha256=_sha256(note), receipt=file_ending(path),
                    receipt_sha256=_sha256(receipt),
                )  # fmt: skip
                return head.size, log.heads.anchor(head.size, anchor, receipt)
    raise VerificationError(
        f"{path.name} names the digest of no head of this log that was handed out",
        hint="Register the SHA-256 or SM3 that `bequest evidence anchor` prints; a scan has no text to look in.",
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _note(files: dict[str, Path], size: int) -> bytes:
    return files[f"{size}{NOTE}"].read_bytes()


def _text(path: Path, receipt: bytes) -> str:
    """The text of a receipt: of a PDF or Word file what it shows, of any other its bytes."""
    if path.suffix.lower() in {".pdf", ".docx"}:
        return "\n".join(line for page in read_document(path) for line in page.lines)
    return text_of_bytes(receipt)

"""Heads of the log are registered with a platform for electronic evidence (a judicial chain, a notary), by file.

Each platform has its own way in and its own form of receipt, so people carry the digest there and the receipt back;
what is checked here is that the receipt speaks of a head of this log.
"""

import hashlib
from datetime import datetime
from pathlib import Path, PurePath

from bequest.app.context import Context
from bequest.app.evidence import open_log, publish
from bequest.app.user_files import file_ending, new_user_file, read_user_bytes
from bequest.crypto.sm3 import sm3
from bequest.evidence.anchors import Anchor, names_digest, text_of_bytes
from bequest.evidence.checkpoint import Checkpoint
from bequest.evidence.heads import NOTE
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import InputError, VerificationError
from bequest.law.lint.read import read_document_bytes

MOST_BYTES = 16 << 20
"""Of a receipt."""
_LONGEST = 300


def write_head(ctx: Context, case_id: str, path: Path) -> tuple[Checkpoint, str, str]:
    """Publish the log and write its newest head, the file whose digest is registered; the head, its SHA-256 and SM3.

    Raises:
        InputError: where the file cannot be written.
    """
    head, note = hand_out(ctx, case_id)
    with new_user_file(path) as beside:
        beside.write_bytes(note)
    return head, *digests_of(note)


def hand_out(ctx: Context, case_id: str) -> tuple[Checkpoint, bytes]:
    """Publish the log and keep its newest head as one that was handed out; the head, and the file that is registered.

    The same head again is the same file.
    """
    publish(ctx, case_id)
    with open_log(ctx, case_id) as log:
        head = log.keep_head()
        return head, _note(log.heads.files(head.size), head.size)


def digests_of(note: bytes) -> tuple[str, str]:
    """SHA-256 and SM3 of a head's file, one of which a platform registers (lower-case hexadecimal)."""
    return hashlib.sha256(note).hexdigest(), sm3(note).hex()


def read_receipt(path: Path) -> bytes:
    """The receipt of a platform, from a file of the user's.

    Raises:
        InputError: where it cannot be read.
    """
    return read_user_bytes(path, "receipt", hint="It is the file that the platform issued: PDF, JSON, XML, text.")


def take_anchor(
    ctx: Context, case_id: str, name: str, receipt: bytes, *, platform: str, reference: str, at: datetime,
    look_up: str = "",
) -> tuple[int, Anchor]:  # fmt: skip
    """Take in the receipt of a platform: the size of the head it names, and what was noted.

    `name` is that of the receipt's file, of which only the ending is kept; `at` the time that the receipt states;
    `look_up` the address at which anybody can check it there.

    Raises:
        InputError: where the receipt cannot be read or is too large, or a text is empty, too long or not one line.
        VerificationError: where it names the digest of no head that was handed out.
    """
    for what, text in {"platform": platform, "reference": reference}.items():
        if not text.strip():
            raise InputError(f"the {what} of the registration is empty", hint="Take it from the receipt.")
    for text in (platform, reference, look_up):
        if len(text) > _LONGEST:
            raise InputError(f"a text of the registration is longer than {_LONGEST} characters", hint="Shorten it.")
        if not text.isprintable():
            raise InputError("a text of the registration holds a line break or control character", hint="Leave it out.")
    if len(receipt) > MOST_BYTES:
        raise InputError(f"the receipt {name} is larger than {MOST_BYTES >> 20} MB", hint="Give the receipt alone.")
    text = _text(name, receipt)
    with open_log(ctx, case_id) as log:
        for head in reversed(log.heads.all()):
            note = _note(log.heads.files(head.size), head.size)
            sha256, in_sm3 = digests_of(note)
            if names_digest(text, (sha256, in_sm3)):
                anchor = Anchor(
                    platform=platform.strip(), reference=reference.strip(), registered_at=rfc3339(at),
                    look_up=look_up.strip(), sha256=sha256, receipt=file_ending(Path(name)),
                    receipt_sha256=hashlib.sha256(receipt).hexdigest(),
                )  # fmt: skip
                return head.size, log.heads.anchor(head.size, anchor, receipt)
    raise VerificationError(
        f"{name} names the digest of no head of this log that was handed out",
        hint="Register the SHA-256 or SM3 that `bequest evidence anchor` prints; a scan has no text to look in.",
    )


def _note(files: dict[str, Path], size: int) -> bytes:
    return files[f"{size}{NOTE}"].read_bytes()


def _text(name: str, receipt: bytes) -> str:
    """The text of a receipt: of a PDF or Word file what it shows, of any other its bytes."""
    if PurePath(name).suffix.lower() in {".pdf", ".docx"}:
        return "\n".join(line for page in read_document_bytes(name, receipt) for line in page.lines)
    return text_of_bytes(receipt)

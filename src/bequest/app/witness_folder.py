"""The side of a witness: its key, and of each log it watches the head it cosigned last. No case and no home is needed.

A witness is somebody apart from whoever keeps the log: the receiver, counsel, an administrator, a notary. The folder
holds `key`, `witness.vkey` (for the parties), `logs/` and, where a log was caught with two histories, `caught/`.
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bequest.crypto.atomic import PUBLIC, sync_directory, write_file
from bequest.crypto.signing import Signer, load_person_key, write_person_key
from bequest.evidence.lock import WriterLock
from bequest.evidence.note import COSIGNATURE, ED25519_NOTE, NoteKey, parse_vkey
from bequest.evidence.witness import CAUGHT, UNKNOWN_LOG, Request, Seen, parse_request, witness
from bequest.kernel.canonical import Json
from bequest.kernel.clock import Clock
from bequest.kernel.codec import decode
from bequest.kernel.errors import BequestError, InputError, VerificationError

KEY, VKEY, LOGS, CAUGHT_FOLDER = "key", "witness.vkey", "logs", "caught"
_MAX_REQUEST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Watched:
    """What the folder keeps of a log. `root` is base64; `size` 0 and `time` 0: nothing cosigned yet."""

    vkey: str
    size: int = 0
    root: str = ""
    time: int = 0


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A cosignature: the line for the log, which log, its size now and the one seen before (0: none)."""

    line: str
    origin: str
    size: int
    before: int
    time: int


def make_witness(folder: Path, name: str) -> NoteKey:
    """A new witness: its key pair and its verifier key, which the parties are given.

    Raises:
        InputError: where the folder has a key already, or the name cannot be one.
    """
    if (folder / KEY).exists():
        raise InputError(
            f"{folder.name} holds a witness's key already", hint="A key is never overwritten; choose another folder."
        )
    folder.mkdir(parents=True, exist_ok=True)
    signer = write_person_key(folder / KEY, name) if _is_name(name) else None
    if signer is None:
        raise InputError(
            "the name of a witness has neither white space nor '+'", hint="Such as witness.example/notary."
        )
    key = NoteKey(name, COSIGNATURE, signer.public)
    write_file(folder / VKEY, f"{key.vkey}\n".encode(), mode=PUBLIC)
    return key


def sign_request(folder: Path, data: bytes, clock: Clock, *, log: str = "") -> Cosigned:
    """Cosign the head in a request; what was seen is kept before this returns.

    `log` is the verifier key of a log that is to be watched from now on; it must have come by another way.

    Raises:
        InputError: where the folder is no witness's, or `log` is no verifier key of a log, or another than before.
        VerificationError: where the head is refused; the code says why (`evidence.witness`).
    """
    try:
        request = parse_request(data[: _MAX_REQUEST_BYTES + 1].decode("utf-8"))
    except UnicodeDecodeError:
        raise VerificationError("the request is not UTF-8 text", hint="Take the file as it was written.") from None
    with _opened(folder) as (name, signer):
        if log:
            watch(folder, log)
        path = _file(folder, request.origin)
        watched = _read(path)
        if watched is None:
            raise VerificationError(
                f"this witness does not watch a log {request.origin!r}",
                hint="Give the log's verifier key once with --log; it must reach you by another way than the request.",
                code=UNKNOWN_LOG,
            )
        seen = (
            Seen(watched.size, base64.b64decode(watched.root), watched.time) if watched.size or watched.root else None
        )
        try:
            line, now = witness(
                request, parse_vkey(watched.vkey), seen, name=name, signer=signer, now=int(clock.now().timestamp())
            )
        except VerificationError as error:
            if error.code in CAUGHT:
                _keep_caught(folder, request)
            raise
        _write(path, Watched(watched.vkey, now.size, base64.b64encode(now.root).decode(), now.time))
        return Cosigned(line, request.origin, now.size, watched.size, now.time)


def watch(folder: Path, vkey: str) -> None:
    """Have the witness watch a log from now on.

    Raises:
        InputError: where it is no log's key, or the log of that name is watched under another one.
    """
    try:
        key = parse_vkey(vkey.strip())
    except VerificationError as error:
        raise InputError(f"the log's key cannot be used: {error.message}", hint=_HINT) from None
    if key.kind != ED25519_NOTE:
        raise InputError("the key given for the log is that of a witness", hint=_HINT)
    path = _file(folder, key.name)
    known = _read(path)
    if known is not None and known.vkey != key.vkey:
        raise InputError(
            f"the log {key.name!r} is watched under another key",
            hint="A log keeps its key: find out why somebody gives another one before you go on.",
        )
    if known is None:
        _write(path, Watched(key.vkey))


_HINT = "It is the line log_vkey of the trust file, or the file data/trust/log.vkey; it begins with the log's name."


def witness_key(folder: Path) -> NoteKey:
    """The key of the witness whose folder it is.

    Raises:
        InputError: where it is none, or is damaged.
    """
    with _opened(folder) as (name, signer):
        return NoteKey(name, COSIGNATURE, signer.public)


def last_size(folder: Path, data: bytes) -> int:
    """The size of the head cosigned last of the log that a request names; 0 where there is none."""
    watched = _read(_file(folder, parse_request(data.decode("utf-8", "replace")).origin))
    return watched.size if watched else 0


def watched_logs(folder: Path) -> tuple[Watched, ...]:
    """All logs the witness watches, by name."""
    found = (_read(path) for path in (folder / LOGS).glob("*.json"))
    return tuple(sorted((w for w in found if w), key=lambda w: w.vkey))


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(c.isspace() for c in name)


@contextmanager
def _opened(folder: Path) -> Iterator[tuple[str, Signer]]:
    """Name and key of the witness, nobody else working on the folder."""
    hint = "Make one with `bequest witness key FOLDER --name NAME`."
    try:
        key = parse_vkey((folder / VKEY).read_text(encoding="utf-8").strip())
        signer = load_person_key(folder / KEY)
    except (OSError, UnicodeDecodeError, BequestError) as error:
        raise InputError(f"{folder.name} is not the folder of a witness, or is damaged", hint=hint) from error
    if key.key != signer.public:
        raise InputError(f"the two keys in {folder.name} do not belong together", hint="Put the folder back whole.")
    lock = WriterLock(folder / "lock")
    try:
        yield key.name, signer
    finally:
        lock.release()


def _file(folder: Path, origin: str) -> Path:
    return folder / LOGS / f"{hashlib.sha256(origin.encode()).hexdigest()[:32]}.json"


def _read(path: Path) -> Watched | None:
    if not path.is_file():
        return None
    try:
        found: Json = json.loads(path.read_bytes())
        return decode(Watched, found)
    except (ValueError, InputError):
        raise InputError(
            f"the witness's memory {path.name} is damaged",
            hint="Put back a copy made after its last cosignature; from an older one it could not tell a fork.",
        ) from None


def _write(path: Path, watched: Watched) -> None:
    if not path.parent.is_dir():
        path.parent.mkdir()
        sync_directory(path.parent.parent)
    fields = {"vkey": watched.vkey, "size": watched.size, "root": watched.root, "time": watched.time}
    write_file(path, json.dumps(fields, indent=1).encode() + b"\n")


def _keep_caught(folder: Path, request: Request) -> None:
    """Keep a request that shows two histories: it bears the log's signature."""
    text = request.render().encode()
    (folder / CAUGHT_FOLDER).mkdir(exist_ok=True)
    write_file(folder / CAUGHT_FOLDER / f"{hashlib.sha256(text).hexdigest()[:32]}.request", text)

"""Backups of a whole home without its keys: control database, logs and work, encrypted, as of one time.

What comes back must not fork a log: whoever was shown a head signed after the backup would see two histories. So a
restore holds the log in the backup against every newer head it can find, in the home and among those given to it.
"""

import shutil
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bequest.app.context import Context
from bequest.app.user_files import new_user_file, read_identities, read_user_text
from bequest.crypto.age import decrypt_stream, encrypt_stream
from bequest.crypto.atomic import sync_directory
from bequest.crypto.verify import decode_base64
from bequest.evidence.heads import NOTE
from bequest.evidence.log_files import CHECKPOINT, HEADS, SIGNED
from bequest.evidence.merkle import Tree, leaf_hash
from bequest.evidence.note import note_text
from bequest.evidence.tiles import read_entries
from bequest.kernel.errors import DeliveryError, InputError, StateError, VerificationError
from bequest.steps.deliver.archive import tar_stream
from bequest.store.boot import open_store

CONTROL = "control.jsonl"
"""The control database in the archive."""
LEFT_OUT = frozenset({"keys", "tmp"})
"""Folders of a case that are not backed up: keys have a backup of their own, temporary files none."""
_PARTIAL = ".restore"
_TRIES = 3
_UNFINISHED = (".part", ".partial")


class _ChangedError(Exception):
    """The control database changed while files were read."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: rows of the control database, files, cases."""

    rows: int
    files: int
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """A head of a log as its text says, signatures not looked at."""

    origin: str
    size: int
    root: bytes


def write_whole_backup(ctx: Context, path: Path, recipients: Sequence[str]) -> int:
    """Write all but keys to one file, encrypted to age recipients; the number of bytes.

    The control database is read before and after the files: where it changed meanwhile, all is read again.

    Raises:
        InputError: where a recipient is none, or the file cannot be written.
        StateError: where a step is at work the whole time.
    """
    for _ in range(_TRIES):
        before = _control(ctx)
        try:
            members: list[tuple[str, Path | bytes]] = [(CONTROL, before), *_files(ctx.home)]
            with new_user_file(path) as beside, beside.open("wb") as out:
                encrypt_stream(tar_stream(members, form=tarfile.PAX_FORMAT), out, recipients)
                if _control(ctx) != before:
                    raise _ChangedError
        except (_ChangedError, OSError, InputError):
            if _control(ctx) == before:  # nothing changed: it is another fault
                raise
        else:
            return path.stat().st_size
    raise StateError(
        "a step is at work: the files and the control database could not be read as of one time",
        hint="Wait until it has ended, then run the backup again.",
    )


def restore_whole(
    home: Path, path: Path, identity_file: Path, *, heads: Sequence[Path] = (), database_url: str = ""
) -> Restored:
    """Fill a home from a whole backup. Keys are put back apart, before or after.

    `heads` are checkpoints that others were shown, such as the newest a witness has: the backup must contain them.

    Raises:
        InputError: where the backup, the identity or a head cannot be used.
        StateError: where going on from it would fork a log, or the home has files of its cases already.
    """
    identities = read_identities(identity_file)
    known = [
        _head(read_user_text(p, "checkpoint", hint="It is a file such as data/log/checkpoint."), p.name) for p in heads
    ]
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    private = home / _PARTIAL
    shutil.rmtree(private, ignore_errors=True)
    private.mkdir(mode=0o700)
    try:
        _unpack(path, identities, private)
        cases = tuple(sorted(p.name for p in (private / "cases").glob("*") if p.is_dir()))
        for case_id in cases:
            _refuse_fork(private / "cases" / case_id, home / "cases" / case_id, known)
        for case_id in cases:
            _refuse_files(home / "cases" / case_id)
        store = open_store(home, database_url)
        try:
            with store.transaction() as tx:
                rows = tx.copies.put_back((private / CONTROL).read_text(encoding="utf-8").splitlines())
        finally:
            store.close()
        n = _move(private / "cases", home / "cases")
    finally:
        shutil.rmtree(private, ignore_errors=True)
    return Restored(rows, n, cases)


def _control(ctx: Context) -> bytes:
    with ctx.store.transaction() as tx:
        return "\n".join(tx.copies.lines()).encode()


def _files(home: Path) -> Iterator[tuple[str, Path]]:
    """Every file of every case that is backed up, with its name in the archive."""
    for path in sorted((home / "cases").rglob("*")):
        name = path.relative_to(home)
        whole = path.is_file() and not path.is_symlink() and not path.name.endswith(_UNFINISHED)
        if whole and name.parts[2] not in LEFT_OUT and path.name != "lock":
            yield name.as_posix(), path


def _unpack(path: Path, identities: Sequence[str], into: Path) -> None:
    """Decrypt and unpack; nothing but plain files below `cases/` and the control database is taken."""
    hint = "Take the file that `bequest backup --whole` wrote, and the identity of one of its recipients."
    try:
        with path.open("rb") as sealed, (into / "backup.tar").open("wb") as out:
            decrypt_stream(sealed, out, identities)
        with tarfile.open(into / "backup.tar", "r:") as tar:
            for member in tar:
                name = PurePosixPath(member.name)
                inside = (name.parts[0] == "cases" and len(name.parts) > 2) or member.name == CONTROL
                if not member.isreg() or not inside or ".." in name.parts or name.is_absolute():
                    raise InputError("the backup holds something that does not belong there", hint=hint)
                target = into / name
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                source = tar.extractfile(member)
                assert source is not None  # noqa: S101 - of a plain file there is always one
                with source, target.open("xb") as file:
                    shutil.copyfileobj(source, file)
    except OSError as error:
        raise InputError(f"the backup {path.name} cannot be read: {error.strerror}", hint=hint) from None
    except (DeliveryError, tarfile.TarError, EOFError) as error:
        raise InputError(
            "the backup cannot be opened: this identity does not fit, it was altered, or it is no whole backup",
            hint=hint,
        ) from error
    (into / "backup.tar").unlink()
    if not (into / CONTROL).is_file():
        raise InputError("the backup holds no control database", hint=hint)


def _refuse_fork(saved: Path, there: Path, given: Sequence[Head]) -> None:
    """Nothing, where the saved log contains every head of it that is known to have been signed.

    Raises:
        StateError: where it does not.
    """
    signed = list(_known(saved))
    if not signed:
        return
    own = max(signed, key=lambda head: head.size)
    try:
        tree = Tree(leaf_hash(entry) for entry in read_entries(saved / "log", own.size))
    except VerificationError:
        tree = Tree()
    if tree.size != own.size or tree.root() != own.root:
        raise StateError(
            f"the log of case {saved.name} in the backup is damaged", hint="Take another backup: nothing was restored."
        )
    for head in [h for h in (*_known(there), *signed, *given) if h.origin == own.origin]:
        if head.size > own.size:
            raise StateError(
                f"the log of case {saved.name} had {head.size} signed entries, the backup has {own.size}: going on from"
                " it would make a second history",
                hint="Restore a newer backup. Nothing was restored.",
            )
        if tree.root(head.size) != head.root:
            raise StateError(
                f"the log of case {saved.name} in the backup is another history than a head of {head.size} entries",
                hint="Find out which of the two others have seen. Nothing was restored.",
            )


def _known(case: Path) -> Iterator[Head]:
    """The heads that a case folder has: signed last, published last, handed out."""
    log = case / "log"
    for path in (log / SIGNED, log / CHECKPOINT, *(log / HEADS).glob(f"*{NOTE}")):
        if path.is_file():
            yield _head(path.read_text(encoding="utf-8"), path.name)


def _head(note: str, name: str) -> Head:
    try:
        origin, size, root = note_text(note).splitlines()
        return Head(origin, int(size), decode_base64(root))
    except (VerificationError, ValueError):
        raise InputError(f"{name} is no checkpoint", hint="It is a file such as data/log/checkpoint.") from None


def _refuse_files(there: Path) -> None:
    """Nothing, where a case's folder has keys only, or empty folders.

    Raises:
        StateError: where it has more: nothing is overwritten.
    """
    for path in there.rglob("*") if there.is_dir() else ():
        if path.is_file() and path.relative_to(there).parts[0] not in LEFT_OUT:
            raise StateError(
                f"this home has files of case {there.name} already",
                hint="Move the folder away and leave its `keys` in place: nothing is overwritten.",
            )


def _move(saved: Path, cases: Path) -> int:
    """Put every file in its place; folders are private as everywhere in a home."""
    n = 0
    cases.mkdir(mode=0o700, exist_ok=True)
    for path in sorted(saved.rglob("*")) if saved.is_dir() else ():  # a folder comes before what is in it
        target = cases / path.relative_to(saved)
        if path.is_dir():
            target.mkdir(mode=0o700, exist_ok=True)
            continue
        path.replace(target)
        n += 1
    sync_directory(cases)
    return n

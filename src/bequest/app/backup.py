"""Backups of the control database: encrypted, whole, from either engine into either.

Log and work of the home go with it in `backup_whole`; keys are backed up apart (`docs/operations.md`).
"""

import io
from collections.abc import Sequence
from pathlib import Path

from bequest.app.context import Context
from bequest.app.user_files import new_user_file, read_identities, read_user_bytes
from bequest.crypto.age import decrypt_stream, encrypt_stream
from bequest.kernel.errors import DeliveryError, InputError
from bequest.store.boot import open_store


def write_backup(ctx: Context, path: Path, recipients: Sequence[str]) -> int:
    """Write the control database as it is at one instant, encrypted to age recipients; the number of bytes.

    In clear it is in memory only.

    Raises:
        InputError: where a recipient is none, or the file cannot be written.
    """
    with ctx.store.transaction() as tx:
        plain = "\n".join(tx.copies.lines()).encode()
    with new_user_file(path) as beside, beside.open("wb") as out:
        encrypt_stream(io.BytesIO(plain), out, recipients)
    return path.stat().st_size


def restore_backup(home: Path, path: Path, identity_file: Path, *, database_url: str = "") -> int:
    """Fill the new control database of a home from a backup; the number of rows.

    Raises:
        InputError: where the backup or the identity cannot be used.
        StateError: where the control database has cases, or the backup is of another version.
    """
    identities = read_identities(identity_file)
    sealed = read_user_bytes(path, "backup", hint="It is the file that `bequest backup` wrote.")
    plain = io.BytesIO()
    try:
        decrypt_stream(io.BytesIO(sealed), plain, identities)
    except DeliveryError as error:
        raise InputError(
            "the backup cannot be opened: this identity does not fit, or it was altered or cut short",
            hint="Use the identity of one of its recipients, or another copy.",
        ) from error
    store = open_store(home, database_url)
    try:
        with store.transaction() as tx:
            return tx.copies.put_back(plain.getvalue().decode().splitlines())
    finally:
        store.close()

"""Files that the user names: read as UTF-8 text, written whole or not at all, and only for the user's own eyes."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bequest.kernel.errors import InputError

_ENDINGS = {"pdf", "png", "jpg", "jpeg", "txt", "eml", "json", "csv", "docx", "xlsx", "xml", "zip", "asc", "sig", "p7s"}


def read_user_bytes(path: Path, what: str, *, hint: str) -> bytes:
    """The content of a file that the user named; `what` says what it should be, such as "receipt".

    Raises:
        InputError: where there is no such file, or it cannot be read.
    """
    if path.is_dir():
        raise InputError(f"the {what} {path.name} is a folder, expected a file", hint=hint)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"there is no {what} {path.name}", hint=hint) from None
    except OSError as error:
        raise InputError(f"the {what} {path.name} cannot be read: {error.strerror}", hint=hint) from None


def read_user_text(path: Path, what: str, *, hint: str) -> str:
    """The same as text, without a byte order mark.

    Raises:
        InputError: also where it is not UTF-8 text.
    """
    try:
        text = read_user_bytes(path, what, hint=hint).decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise InputError(f"the {what} {path.name} is not UTF-8 text", hint="Save it as UTF-8 and give it again.")
    return text


def read_identities(path: Path) -> list[str]:
    """The age secret keys in a file of the user's.

    Raises:
        InputError: where it holds none.
    """
    hint = "It is the file that `age-keygen -o FILE` made; its first lines are comments."
    lines = read_user_text(path, "identity file", hint=hint).splitlines()
    identities = [line.strip() for line in lines if line.strip().startswith("AGE-SECRET-KEY-")]
    if not identities:
        raise InputError(f"{path.name} holds no age identity", hint="It begins with AGE-SECRET-KEY-1.")
    return identities


@contextmanager
def new_user_file(path: Path) -> Iterator[Path]:
    """A path to write to; when the block ends well, what was written takes the place of `path`, readable by its owner.

    Raises:
        InputError: where the file cannot be written.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        _make(path, beside)
        yield beside
        beside.replace(path)
    except OSError as error:
        raise _refused(path, error) from None
    finally:
        _remove(beside)


def check_user_file(path: Path) -> None:
    """Nothing, where a file can be written at `path`: asked before the work whose result goes there.

    Raises:
        InputError: where it cannot.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        _make(path, beside)
    except OSError as error:
        raise _refused(path, error) from None
    finally:
        _remove(beside)


def _make(path: Path, beside: Path) -> None:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    beside.touch(mode=0o600)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:  # its folder is no folder: then there is nothing to remove
        return


def _refused(path: Path, error: OSError) -> InputError:
    return InputError(
        f"{path.name} cannot be written: {error.strerror or type(error).__name__}",
        hint="Name a file in a folder that exists and that you may write to.",
    )


def file_ending(path: Path) -> str:
    """The ending under which a paper is kept; its name is not, for it may be somebody's."""
    found = path.suffix.lower().lstrip(".")
    return found if found in _ENDINGS else "bin"

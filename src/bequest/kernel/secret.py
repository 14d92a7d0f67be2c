"""Secrets and local facts by reference: `env:NAME` stands in the environment, `file:PATH` in a file.

A case holds references only; they are followed at the moment a connection is opened, and what comes out is never
written, logged or shown.
"""

from collections.abc import Mapping
from pathlib import Path

from bequest.kernel.errors import InputError

PREFIXES = ("env:", "file:")


class Secrets:
    """Follows references in one environment."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = environ or {}

    def __repr__(self) -> str:
        return "Secrets(…)"

    def follow(self, reference: str, what: str) -> str:
        """The text itself, or what it refers to; `what` names it in a message.

        Raises:
            InputError: when that is not there or is empty.
        """
        if reference.startswith("env:"):
            name = reference[4:].strip()
            value = self._environ.get(name, "").strip()
            if not value:
                raise InputError(
                    f"{what}: the environment variable {name!r} is not set or empty",
                    hint=f"Set {name} before the command; it is not kept.",
                )
            return value
        if reference.startswith("file:"):
            path = Path(reference[5:].strip())
            try:
                value = path.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                value = ""
            if not value:
                raise InputError(
                    f"{what}: the file {path.name!r} it refers to cannot be read as text, or is empty",
                    hint="Put the text there, where only the account of Bequest can read it; a path is relative to the"
                    " case file.",
                )
            return value
        return reference

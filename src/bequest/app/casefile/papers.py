"""Papers of a case: `[[papers]]` with the file beside the case file and its SHA-256, taken over or held against it."""

import hashlib
from datetime import date
from pathlib import Path
from typing import cast

from bequest.app.casefile.table import Table
from bequest.model.case import Paper, PaperKind

PAPER = ("kind", "title", "issued_by", "issued_on", "file", "sha256")
MAX_BYTES = 50_000_000


def read_paper(table: Table) -> Paper:
    """A paper; its digest is computed where none is written, and must agree where one is.

    Raises:
        CaseFileError: where the file is not there, is too large, or is another.
    """
    kind = table.word("kind", PaperKind)
    path = (table.references.folder / table.text("file")).resolve()
    digest = paper_digest(path)
    if digest is None:
        raise table.fault(
            "file", f"there is no readable file {path.name}", "Put the paper beside the case file and write its name."
        )
    written = table.text("sha256", "").lower()
    if written and written != digest:
        raise table.fault(
            "sha256", f"is not that of {path.name}", "Write the SHA-256 of the paper as issued, or put the right file."
        )
    return Paper(
        kind=kind,
        title=table.text("title"),
        issued_by=table.text("issued_by"),
        issued_on=cast(date, table.day("issued_on", required=True)),
        file=path,
        sha256=digest,
    )


def paper_digest(path: Path) -> str | None:
    """The SHA-256 of a paper's file; None where it cannot be read, is empty, or is too large to be a paper."""
    try:
        if not 0 < path.stat().st_size <= MAX_BYTES:
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None

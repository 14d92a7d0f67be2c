"""`[[agreements]]`: what was agreed with a recipient, with the file beside the case file and its SHA-256."""

from datetime import date
from typing import cast

from bequest.app.casefile.papers import paper_digest
from bequest.app.casefile.table import Table
from bequest.model.agreement import Agreement
from bequest.model.datamap import NEVER_PASSES, FieldClass

AGREEMENT = (
    "lot",
    "title",
    "signed_on",
    "ends_on",
    "classes",
    "conditions",
    "confidentiality",
    "supervise_months",
    "file",
    "sha256",
)
MAX_MONTHS = 36


def read_agreement(table: Table) -> Agreement:
    """An agreement; the digest of its file is computed where none is written, and must agree where one is.

    Raises:
        CaseFileError: where the file is not there or is another, the term is empty, or a class may pass to nobody.
    """
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
    signed_on = cast(date, table.day("signed_on", required=True))
    ends_on = cast(date, table.day("ends_on", required=True))
    if ends_on <= signed_on:
        raise table.fault(
            "ends_on", f"{ends_on} is not after signed_on, {signed_on}", "Write the last day of the term."
        )
    classes = table.word_list("classes", FieldClass)
    never = sorted(c.value for c in NEVER_PASSES.intersection(classes))
    if never:
        raise table.fault("classes", f"{', '.join(never)} pass to nobody", "Leave them out of the agreement.")
    return Agreement(
        lot=table.text("lot"),
        title=table.text("title"),
        signed_on=signed_on,
        ends_on=ends_on,
        classes=classes,
        conditions=table.texts("conditions", required=True),
        confidentiality=table.text("confidentiality"),
        supervise_months=table.whole("supervise_months", 12, low=1, high=MAX_MONTHS),
        file=path,
        sha256=digest,
    )

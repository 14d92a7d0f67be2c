"""Import a changed case file: shown, checked against the revision it was made from, and logged."""

from collections.abc import Mapping
from pathlib import Path

from bequest.app.casefile import diff_cases, read_case_file
from bequest.app.context import Context
from bequest.app.evidence import publish, record
from bequest.app.reading import check_markers, open_sources
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import digest
from bequest.kernel.errors import CaseFileError


def update_case(
    ctx: Context, case_id: str, path: Path, *, base_revision: int, environ: Mapping[str, str] | None = None
) -> list[str]:
    """Replace the case by the file; returns the changes in words.

    Raises:
        CaseFileError: where the file is another case's.
        StateError: where the case was changed since `base_revision`.
    """
    new = read_case_file(path, environ=environ)
    if new.id != case_id:
        raise CaseFileError(f"the file is of case {new.id}, not {case_id}", hint="Give the file of this case.")
    check_markers(new, open_sources(new))
    old = ctx.case(case_id).case
    changes = diff_cases(old, new)
    if not changes:
        return []
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        changed = tx.cases.update(new, base_revision, at)
        record(
            ctx, tx, case_id, EventType.CASE_CHANGED, f"r{changed.revision}", at=at, refs={"case": digest(new)},
            counts={"changes": len(changes)},
        )  # fmt: skip
    publish(ctx, case_id)
    return changes

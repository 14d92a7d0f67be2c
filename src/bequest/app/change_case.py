"""Import a changed case file: shown, checked against the revision it was made from, and logged."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bequest.app.agreements import record_agreements
from bequest.app.casefile import diff_cases, read_case_file
from bequest.app.context import Context, is_past
from bequest.app.evidence import GUOMI_KEY, publish, record
from bequest.app.open_case import make_keys
from bequest.app.preflight import check_law, record_papers
from bequest.app.reading import check_markers, open_sources
from bequest.app.whole import check_whole
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import digest
from bequest.kernel.errors import CaseFileError, GuardError, StateError
from bequest.model.case import Case


def update_case(
    ctx: Context, case_id: str, path: Path, *, base_revision: int, environ: Mapping[str, str] | None = None
) -> list[str]:
    """Replace the case by the file; returns the changes in words.

    Raises:
        CaseFileError: where the file is another case's.
        StateError: where the case was changed since `base_revision`, or is past its cutover and more changed than
            people and texts.
        GuardError: where the rehearsal flag differs, or a source of a rehearsal is not marked for it.
    """
    new = read_case_file(path, environ=environ)
    if new.id != case_id:
        raise CaseFileError(f"the file is of case {new.id}, not {case_id}", hint="Give the file of this case.")
    record_ = ctx.case(case_id)
    old = record_.case
    changes = diff_cases(old, new)
    if not changes:
        return []
    if record_.revision != base_revision:
        raise StateError(
            f"case {case_id} is at revision {record_.revision}; this change was made from revision {base_revision}",
            hint="Somebody took over another change first. Make yours in the file taken over last, and give"
            f" --base {record_.revision}.",
        )
    if new.rehearsal != old.rehearsal:
        raise GuardError(
            f"case {case_id} {'is' if old.rehearsal else 'is not'} a rehearsal and stays so",
            hint="Open another case, with another id, for the other purpose.",
        )
    past = is_past(ctx, case_id, "cutover") or is_past(ctx, case_id, "close")
    if past and is_past(ctx, case_id, "deliver") and new.agreements != old.agreements:
        raise StateError(
            f"case {case_id} has delivered under its agreements: they cannot change any more",
            hint="What was agreed later is between the parties; keep it beside the bundle.",
        )
    if past and _settled(new) != _settled(old):
        raise StateError(
            f"case {case_id} is past its cutover: only people, title, complaint_authority, register_closes_on and,"
            " before a delivery, agreements can still change",
            hint="What was approved and decided stands. Open a new case for later changes.",
        )
    check_law(new)
    if not past:  # then no source can have changed, and what was to go may be gone
        check_whole(new, ctx)
        check_markers(new, open_sources(new, ctx.secrets), ctx.secrets)
    at = ctx.now(case_id)
    if new.evidence.guomi:
        make_keys(ctx, case_id, (GUOMI_KEY,), at)
    with ctx.store.transaction() as tx:
        changed = tx.cases.update(new, base_revision, at)
        record(
            ctx, tx, case_id, EventType.CASE_CHANGED, f"r{changed.revision}", at=at, refs={"case": digest(new)},
            counts={"changes": len(changes)},
        )  # fmt: skip
        known = {p.sha256 for p in old.papers}
        record_papers(ctx, tx, case_id, tuple(p for p in new.papers if p.sha256 not in known), at)
        agreed = {(a.lot, a.sha256) for a in old.agreements}
        record_agreements(ctx, tx, case_id, (a for a in new.agreements if (a.lot, a.sha256) not in agreed), at)
    publish(ctx, case_id)
    return changes


def _settled(case: Case) -> Case:
    """The case without what may change to its end."""
    return replace(case, people=(), agreements=(), title="", complaint_authority="", register_closes_on=None)

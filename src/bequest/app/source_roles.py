"""Accounts for the phases of a case, as SQL for the owner of the server."""

from collections.abc import Sequence

from bequest.app.context import Context
from bequest.app.run_discover import data_map
from bequest.kernel.errors import InputError, StateError
from bequest.sources.roles import PHASES, roles_sql


def source_roles(ctx: Context, case_id: str, source: str, phase: str = "") -> str:
    """The statements for one phase or all; rows may go from exactly the tables that are in the case.

    Before discovery no table is known to be in the case: then from all.

    Raises:
        InputError: no such source or phase, or the source is a file.
    """
    case = ctx.case(case_id).case
    names = [s.name for s in case.sources]
    if source not in names:
        raise InputError(f"case {case_id} has no source {source!r}", hint=f"Its sources are: {', '.join(names)}.")
    if phase and phase not in PHASES:
        raise InputError(f"there is no phase {phase!r}", hint=f"The phases are: {', '.join(PHASES)}.")
    phases: Sequence[str] = (phase,) if phase else PHASES
    return roles_sql(
        case.source(source), ctx.secrets, case_id=case_id, tables=_in_case(ctx, case_id, source), phases=phases
    )


def _in_case(ctx: Context, case_id: str, source: str) -> tuple[str, ...]:
    try:
        datamap = data_map(ctx, case_id)
    except StateError:
        return ()
    return tuple(t.name for t in datamap.tables if t.source == source and t.in_case)

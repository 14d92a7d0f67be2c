"""What is wrong with the information in a case: the six usual faults, quality, provenance; only counts leave here."""

from bequest.app.context import Context
from bequest.app.reading import samples
from bequest.app.run_discover import data_map
from bequest.kernel.errors import InputError
from bequest.model.case import SourceKind
from bequest.steps.discover.faults import KINDS, Fault, Surroundings, find_faults


def faults_of(ctx: Context, case_id: str, kinds: tuple[str, ...] = ()) -> tuple[Fault, ...]:
    """All findings of a case, or those of some kinds, with the data map as it stands and a sample of today.

    Raises:
        InputError: for a kind that is none.
        StateError: before discovery.
        SourceError: where a source cannot be read.
    """
    if unknown := [k for k in kinds if k not in KINDS]:
        raise InputError(f"no such kind of fault: {', '.join(unknown)}", hint=f"Known: {', '.join(KINDS)}.")
    known = data_map(ctx, case_id)
    case = ctx.case(case_id).case
    about = Surroundings(
        on=ctx.now(case_id).date(),
        industry=case.industry,
        held_elsewhere=tuple(s.name for s in case.sources if s.kind is SourceKind.HELD_ELSEWHERE),
    )
    found = find_faults(known, samples(ctx, case), about)
    return tuple(f for f in found if not kinds or f.said.kind in kinds)

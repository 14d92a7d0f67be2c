"""`[[settle]]`: what a person of the case decides on records that the law leaves open, where the company ends."""

from collections.abc import Sequence
from dataclasses import replace

from bequest.app.casefile.table import Table
from bequest.kernel.errors import CaseFileError
from bequest.model.case import COMPANY_ENDS, RELEASES_NOTHING, Case, WholeFate
from bequest.model.settlement import Settled, Settlement, Unsettled

SETTLE = ("what", "how", "by", "reason", "until")
_ONLY_KEPT = {
    Unsettled.DISPUTE: "what is in dispute is evidence for both sides: it goes to the keeper",
    Unsettled.UNCLASSIFIED: "what nobody classified cannot be deleted safely; classify it with `bequest map export` and"
    " `import`, or let the keeper have it",
}


def read_settlement(table: Table) -> Settlement:
    """One decision.

    Raises:
        CaseFileError: where something is missing, or the law bars it.
    """
    what, how = table.word("what", Unsettled), table.word("how", Settled)
    if how is Settled.DELETE and what in _ONLY_KEPT:
        raise table.fault("how", f"{what} cannot be settled by deletion", f"{_ONLY_KEPT[what].capitalize()}.")
    if how is Settled.DELETE and table.has("until"):
        raise table.fault("until", "is only for what the keeper keeps", "Leave it out.")
    return Settlement(
        what=what,
        how=how,
        by=table.text("by"),
        reason=table.text("reason"),
        until=table.day("until", required=how is Settled.KEEPER),
    )


def whole_to_keeper(case: Case) -> Case:
    """Where nobody takes over, whole stores go sealed to the keeper: their place will be gone (D10)."""
    if case.event not in RELEASES_NOTHING:
        return case
    sources = tuple(
        replace(s, disposition=WholeFate.CUSTODY) if s.is_whole and s.disposition is None else s for s in case.sources
    )
    return replace(case, sources=sources)


def check_settlements(case: Case, settlements: Sequence[Settlement], where: str) -> None:
    """Nothing, where the decisions fit the case.

    Raises:
        CaseFileError: naming the first that does not.
    """
    people = [p.id for p in case.people]
    for n, s in enumerate(settlements, start=1):
        place = f"{where} settle#{n}"
        if case.event not in COMPANY_ENDS:
            raise CaseFileError(
                f"{place}: under event {case.event} the company goes on, and what is blocked stays blocked with it",
                hint="Leave out [[settle]].",
            )
        if s.what in [earlier.what for earlier in settlements[: n - 1]]:
            raise CaseFileError(f"{place}.what: {s.what} is settled already", hint="Write one [[settle]] for each.")
        if s.by not in people:
            raise CaseFileError(
                f"{place}.by: {s.by!r} is not named under [[people]]", hint=f"Named there: {', '.join(people)}."
            )
        if s.until is not None and s.until <= case.effective_on:
            raise CaseFileError(
                f"{place}.until: {s.until} is not after effective_on, {case.effective_on}",
                hint="Name the last day that the keeper keeps: long enough for a claim to be brought.",
            )
        if s.how is Settled.KEEPER and case.custodian is None:
            raise CaseFileError(f"{place}.how: there is no keeper", hint="Name one under [custodian].")

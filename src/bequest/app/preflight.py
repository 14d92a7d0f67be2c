"""What would go wrong late is looked for early: law, roles, scopes, receivers."""

from collections.abc import Iterable

from bequest.app.law import pack_of
from bequest.kernel.errors import CaseFileError, LawError, SourceError
from bequest.law.pack import required_roles
from bequest.model.case import MOVES_NOTHING, Case
from bequest.model.datamap import DataMap
from bequest.steps.discover.sample import TableSample


def check_law(case: Case) -> None:
    """Refuse a case that its law pack does not answer for, or in which nobody holds a role whose approval is required.

    Raises:
        LawError: for another law or jurisdiction, or a law date before the rules.
        CaseFileError: naming the roles nobody holds.
    """
    if len(case.law_packs) != 1:
        raise LawError(
            f"{len(case.law_packs)} law packs are named, and a case is decided under one",
            hint='Write law_packs = ["cn"].',
        )
    pack = pack_of(case)
    others = [j for j in case.jurisdictions if j != pack.jurisdiction]
    if others:
        raise LawError(
            f"the law pack {pack.jurisdiction} does not answer for jurisdiction {', '.join(others)}",
            hint=f'Leave out of jurisdictions what this version has no law pack for: write ["{pack.jurisdiction}"], and'
            " have counsel settle the rest outside.",
            code="BQ-LAW-5",
        )
    first = min(r.since for r in pack.rules)
    if case.effective_on < first:
        raise LawError(
            f"the law pack {pack.jurisdiction} {pack.version} has no rules for {case.effective_on}: they begin {first}",
            hint="effective_on is the day of the planned cutover, as of which the law is read: correct it.",
            code="BQ-LAW-3",
        )
    required = required_roles(pack, case.event)
    missing = [r.value for r in required.roles if not any(r in p.roles for p in case.people)]
    if missing:
        raise CaseFileError(
            f"nobody under [[people]] has the role {', '.join(missing)}, whose approval event {case.event} requires",
            hint=f"Required: {', '.join(required.roles)}; each by a different person.",
        )


def check_filled(tables: Iterable[TableSample]) -> None:
    """Refuse a table without any column: an empty export is a slip, not a source without personal data.

    Raises:
        SourceError: naming the table.
    """
    for t in tables:
        if not t.columns and not t.why_not_scanned:
            raise SourceError(
                f"{t.source}.{t.table} holds nothing, not even the names of its columns",
                hint="Check the export; remove the source from the case file if there is none.",
                code="BQ-SOURCE-4",
            )


def check_scope(case: Case, datamap: DataMap) -> None:
    """Refuse a scope that names a table or column the case does not have: nothing would be in it.

    Raises:
        CaseFileError: naming the place.
    """
    tables = {(t.source, t.name): t for t in datamap.tables if t.in_case}
    for lot in case.lots:
        for scope in lot.scope:
            table = tables.get((scope.source, scope.table))
            names = sorted(c.name for c in table.columns) if table else sorted(f"{s}.{t}" for s, t in tables)
            if table is not None and scope.column in names:
                continue
            what = f"column {scope.column!r} in {scope.source}.{scope.table}" if table else f"table {scope.table!r}"
            raise CaseFileError(
                f"the scope of lot {lot.id} names {what}, which the case does not have",
                hint=f"There are: {', '.join(names)}. Correct it and take it over with `bequest case update`.",
            )


def check_receivers(case: Case) -> None:
    """Refuse a receiver for whom nothing can be encrypted: the approval covers the key, so it must be known before.

    Raises:
        CaseFileError: naming the receivers.
    """
    taking = {lot.receiver for lot in case.lots}
    without = [p.id for p in case.receivers if p.id in taking and not p.age_recipient]
    if without and case.event not in MOVES_NOTHING:
        raise CaseFileError(
            f"receiver {', '.join(without)} has no age_recipient: nothing could be encrypted for it",
            hint="Ask the receiver for the line age1… of `age-keygen`, write it in the case file, and take it over with"
            " `bequest case update`.",
        )

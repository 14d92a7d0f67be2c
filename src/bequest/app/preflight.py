"""What would go wrong late is looked for early: law, roles, scopes, receivers."""

from collections.abc import Iterable
from datetime import datetime

from bequest.app.casefile.papers import paper_digest
from bequest.app.context import Context
from bequest.app.evidence import record
from bequest.app.law import pack_of
from bequest.crypto.verify import PASSKEY, parse_public_line
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import short
from bequest.kernel.errors import CaseFileError, DataMapError, GuardError, LawError, SourceError
from bequest.law.events import papers_of
from bequest.law.pack import LawPack, required_roles
from bequest.model.anonymising import refusal as in_place_refusal
from bequest.model.case import (
    ENTRUSTS,
    MOVES_NOTHING,
    RELEASES_NOTHING,
    SERVERS,
    Case,
    LegalRoute,
    Paper,
    Role,
    SourceKind,
)
from bequest.model.datamap import DataMap, FieldClass
from bequest.model.facts import RecordClass
from bequest.model.reduction import refusal
from bequest.sources.codes import FORM
from bequest.steps.discover.sample import TableSample
from bequest.store.transaction import Tx

STATUTORY = frozenset({RecordClass.ORDER, RecordClass.CONSENT, RecordClass.OBJECTION, RecordClass.DISPUTE})
"""Records that prove something: never marked, whatever their retention."""
NOT_IN_PLACE = frozenset({SourceKind.HELD_ELSEWHERE, SourceKind.REDIS})
"""Rows that somebody else holds, or that have no columns of their own: they go as a whole."""
MARKABLE = frozenset({FieldClass.BEHAVIOUR, FieldClass.NOT_PI, FieldClass.OTHER_PI, FieldClass.LOCATION_TRACE})


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
    _check_routes_and_dates(case, pack)
    check_papers(case, by="opening")


def _check_routes_and_dates(case: Case, pack: LawPack) -> None:
    """Refuse a route of passing on that the event does not have, and an event whose dates are missing."""
    text = pack.event_texts[case.event]
    passing = {LegalRoute.PIPL_21, LegalRoute.PIPL_22, LegalRoute.PIPL_23}
    for lot in case.lots:
        if lot.legal_route in passing and lot.legal_route not in text.routes:
            raise CaseFileError(
                f"lot {lot.id} is set to {lot.legal_route}, on which nothing passes in event {case.event}: {text.en}",
                hint=f"Routes of {case.event}: {', '.join(text.routes) or 'none'}. Counsel chooses; see `bequest law"
                f" events {case.event}`.",
            )
    for name in text.dates:
        if getattr(case, name) is None:
            raise CaseFileError(
                f"event {case.event} needs the date {name}, which the case file does not name",
                hint=f"Write under [case]: {name} = 2027-03-31. Everything is finished before that day.",
            )


def check_papers(case: Case, *, by: str) -> None:
    """Refuse to go on without a paper that is needed by then, or where a paper is no longer the one taken over.

    `by` is `opening` or `cutover`, as in the law pack.

    Raises:
        GuardError: naming the paper.
    """
    have = {p.kind for p in case.papers}
    for text in papers_of(pack_of(case), case.event):
        if text.kind not in have and (text.by == by or text.by == "opening"):
            raise GuardError(
                f"event {case.event} needs the paper {text.kind} {'to open a case' if by == 'opening' else 'by now'}:"
                f" {text.en}",
                hint=f'Write [[papers]] in the case file, with kind = "{text.kind}", title, issued_by, issued_on, file'
                + ("." if by == "opening" else ", and take it over with `bequest case update`."),
            )
    for paper in case.papers:
        if paper_digest(paper.file) != paper.sha256:
            raise GuardError(
                f"the paper {paper.kind} is gone or is no longer the one that was taken over",
                hint=f"Put {paper.file.name} back as it was, or take the new one over with `bequest case update`.",
            )


def record_papers(ctx: Context, tx: Tx, case_id: str, papers: tuple[Paper, ...], at: datetime) -> None:
    """Leave the digest of each paper in the evidence: its kind, its date and its SHA-256, never its words."""
    for p in papers:
        record(
            ctx, tx, case_id, EventType.AUTHORITY_ATTACHED, f"{p.kind}-{short(p.sha256)}", at=at,
            content={"kind": p.kind.value, "issued_on": str(p.issued_on)}, refs={"paper": p.sha256},
        )  # fmt: skip


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
                code=FORM,
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


def check_reductions(datamap: DataMap) -> None:
    """Refuse what an operator could not do right, before anything is decided: keys, lengths, types, classes.

    Raises:
        DataMapError: naming the column and why.
    """
    points_to = {(r.to_source, r.to_table, r.to_column) for t in datamap.tables for r in t.relations}
    for t in datamap.tables:
        for c in t.columns:
            pointed = (t.source, t.name, c.name) in points_to or any(r.column == c.name for r in t.relations)
            if why := refusal(c, is_reference=c.name in t.key or pointed or c.cls is FieldClass.USER_ID):
                raise DataMapError(
                    f"{t.source}.{t.name}.{c.name} cannot be reduced by {c.reduced_by!r}: {why}",
                    hint="Correct reduced_by in the data map and import it again; see docs/operators.md.",
                )


def check_anonymising(case: Case, datamap: DataMap) -> None:
    """Refuse what could not be written in place, and what would join an anonymised row to rows that tell more.

    Raises:
        DataMapError: naming the column and why.
    """
    in_case = {(t.source, t.name): t for t in datamap.tables if t.in_case}
    kinds = {s.name: s.kind for s in case.sources}
    for t in (t for t in in_case.values() if t.anonymise is not None):
        if kinds.get(t.source) in NOT_IN_PLACE:
            raise DataMapError(
                f"{t.source}.{t.name} cannot be anonymised in place: its source is of the kind {kinds[t.source]}",
                hint="Take `anonymise` off this table in the data map: what is due goes.",
            )
        out = {r.column for r in t.relations if (r.to_source, r.to_table) in in_case}
        into = {
            r.to_column
            for o in in_case.values()
            for r in o.relations
            if (r.to_source, r.to_table) == (t.source, t.name)
        }
        points = (out | into) - set(t.key)
        for c in t.columns:
            if why := in_place_refusal(c, t, points=c.name in points):
                raise DataMapError(
                    f"{t.source}.{t.name}.{c.name} cannot be anonymised by {c.anonymised_by!r}: {why}",
                    hint="Correct anonymised_by in the data map and import it again; see docs/anonymise-in-place.md.",
                )


def check_watermarks(case: Case, datamap: DataMap) -> None:
    """Refuse marks in what the law wants unaltered, or in what other rows refer to.

    Raises:
        CaseFileError: naming the column and why.
    """
    tables = {f"{t.source}.{t.name}": t for t in datamap.tables if t.in_case}
    for lot in case.lots:
        for place in lot.watermark:
            table, _, column = place.rpartition(".")
            t = tables.get(table)
            found = t.column(column) if t is not None and column in {c.name for c in t.columns} else None
            if t is None or found is None:
                why = "the case has no such column"
            elif t.retention or t.record_class in STATUTORY:
                why = "its records are kept by law: they go as they are"
            elif column in t.key or any(r.column == column for r in t.relations):
                why = "rows are known by it or it points to others"
            elif found.cls not in MARKABLE:
                why = f"{found.cls} is nothing that may differ by a second or a unit"
            else:
                continue
            raise CaseFileError(
                f"lot {lot.id} cannot have its mark in {place}: {why}",
                hint="Marks are for times and whole numbers outside statutory records; see docs/leak-tracing.md.",
            )


def signing_roles(case: Case) -> tuple[Role, ...]:
    """The roles that sign files in later steps: they need a key in a file, for a passkey approves plans alone."""
    if case.event in MOVES_NOTHING:
        return ()
    if case.event in ENTRUSTS:
        return Role.CUTOVER, Role.RECEIVER
    wanted = [Role.CUTOVER, Role.OPERATOR, Role.VERIFIER, Role.OFFICER]
    wanted += [] if case.event in RELEASES_NOTHING else [Role.RECEIVER]
    wanted += [Role.IT] if any(s.kind in SERVERS for s in case.sources) else []
    return tuple(wanted)


def check_people(case: Case) -> None:
    """Refuse to plan what nobody could carry out: who confirms, performs, verifies and accepts is known beforehand.

    Raises:
        CaseFileError: naming the roles that nobody has who has a key.
    """
    able = [p for p in case.people if p.public_key and parse_public_line(p.public_key).algorithm != PASSKEY]
    missing = [r.value for r in signing_roles(case) if not any(r in p.roles for p in able)]
    if missing:
        raise CaseFileError(
            f"nobody under [[people]] has the role {', '.join(missing)} and a public_key: later steps need it",
            hint="cutover confirms that writes have stopped; operator, verifier and officer destroy, verify and accept,"
            " each another person; receiver signs for the delivery; it decides on the scrub of a server. Name them in"
            " the case file and take it over with `bequest case update`.",
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
    if case.event in RELEASES_NOTHING and case.custodian is not None and not case.custodian.age_recipient:
        raise CaseFileError(
            f"the keeper {case.custodian.id} has no age_recipient: once the company is gone nobody could open what is"
            " kept",
            hint="Ask the keeper for the line age1… of `age-keygen`, write it under [custodian], and take it over with"
            " `bequest case update`.",
        )

"""Open a case from its file: control database, keys, log."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from bequest.app.agreements import record_agreements
from bequest.app.casefile import read_case_file
from bequest.app.context import Context
from bequest.app.evidence import GUOMI_KEY, publish, record
from bequest.app.law import pack_of
from bequest.app.log_signer import LOG_KEY, make_log_key
from bequest.app.preflight import check_law, record_papers
from bequest.app.reading import check_markers, open_sources
from bequest.app.whole import check_whole
from bequest.crypto.keys import KEY_PURPOSES
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import digest
from bequest.law.pack import LawPack
from bequest.model.case import Case
from bequest.store.records import KeyRecord

FIRST_KEYS = ("link", "replay", "evidence", "bodies", "outbox", "log-signing", "platform-signing")


def open_case(
    ctx: Context, path: Path, *, clock_at: datetime | None = None, environ: Mapping[str, str] | None = None
) -> Case:
    """Read the case file, check its sources, open the case.

    Raises:
        CaseFileError: for anything wrong in the file.
        LawError: where the law pack does not answer for the case.
        SourceError: where a source is not as declared.
        GuardError: where a rehearsal points at a source that carries no marker.
        StateError: where there is a case of that id.
    """
    case = read_case_file(path, environ=environ)
    pack = pack_of(case)
    check_law(case)
    sources = open_sources(case, ctx.secrets)
    check_whole(case, ctx)
    check_markers(case, sources, ctx.secrets)
    at = _begin(ctx, case, pack, clock_at if case.rehearsal and clock_at else ctx.system.now())
    make_keys(ctx, case.id, FIRST_KEYS + ((GUOMI_KEY,) if case.evidence.guomi else ()), at)
    with ctx.store.transaction() as tx:
        record(
            ctx, tx, case.id, EventType.CASE_OPENED, at=at,
            content={"event": case.event.value, "rehearsal": case.rehearsal, "case": digest(case)},
            refs={"law-pack": pack.digest},
            counts={"sources": len(case.sources), "lots": len(case.lots)},
        )  # fmt: skip
        for s in case.sources:
            record(
                ctx, tx, case.id, EventType.SOURCE_REGISTERED, s.name, at=at,
                content={"kind": s.kind.value, "system_kind": s.system_kind.value},
            )  # fmt: skip
        for n, c in enumerate(case.copies):
            record(
                ctx, tx, case.id, EventType.COPY_REGISTERED, f"{c.of}-{n}", at=at,
                content={"kind": c.kind, "where": c.where, "expires_on": str(c.expires_on or "")},
            )  # fmt: skip
        record_papers(ctx, tx, case.id, case.papers, at)
        record_agreements(ctx, tx, case.id, case.agreements, at)
        run = tx.steps.start(case.id, "open", "", at)
        tx.steps.finish(run, digest(case), {"sources": len(case.sources)}, at, 0.0)
    publish(ctx, case.id)
    return case


def _begin(ctx: Context, case: Case, pack: LawPack, at: datetime) -> datetime:
    """Enter the case; the instant at which it was opened. An opening that was cut off is taken up again.

    Raises:
        StateError: where there is an open case of that id.
    """
    with ctx.store.transaction() as tx:
        known = next((r for r in tx.cases.list() if r.case.id == case.id), None)
        if known is not None and known.case == case and tx.steps.latest_done(case.id, "open") is None:
            return known.created_at
        tx.cases.add(case, organisation=case.transferor.name, at=at)
        if case.rehearsal:
            tx.cases.set_clock(case.id, at)
        tx.cases.pin_law(case.id, f"{pack.jurisdiction} {pack.version}", pack.digest)
    return at


def make_keys(ctx: Context, case_id: str, purposes: tuple[str, ...], at: datetime) -> None:
    """Make keys that are not there yet, and enter them in the key table; each once, whatever crashes."""
    keys = ctx.keys(case_id)
    texts = {k.purpose: k for k in KEY_PURPOSES}
    for purpose in purposes:
        if purpose == LOG_KEY:
            make_log_key(ctx, case_id)
        else:
            keys.create(purpose)
    for purpose in purposes:
        row = texts.get(purpose) or texts[purpose.split("/")[0] + "/"]
        name = purpose.replace("/", ".")
        with ctx.store.transaction() as tx:
            if any(k.key_id == name for k in tx.keys.list(case_id)):
                continue
            tx.keys.record(
                case_id,
                KeyRecord(
                    key_id=name,
                    purpose=purpose,
                    holder=row.holder_zh,
                    backup=row.backup_zh,
                    lost_with_it=row.lost_zh,
                    dies_when=row.dies_zh,
                    created_at=at,
                    state_at=at,
                ),
            )
            if purpose not in {"log-signing", "platform-signing", "evidence"}:
                record(ctx, tx, case_id, EventType.KEY_CREATED, name, at=at)

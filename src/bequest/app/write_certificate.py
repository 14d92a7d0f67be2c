"""The destruction certificate: what it follows from, three signatures, its place in the log, its PDF."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bequest import __version__
from bequest.app.context import Context, Run
from bequest.app.destroy_whole import WholeDone
from bequest.app.destruction import RUN_ID
from bequest.app.document_seal import document_key, facts_of, seal_document
from bequest.app.evidence import event_id, keep_statement, open_log, publish, record
from bequest.app.law import pack_of
from bequest.app.log_signer import log_signer
from bequest.app.public.certificates import PublicCertificate, PublicSigner, keep_public
from bequest.app.run_discover import data_map
from bequest.app.scrubbing import scrub_residuals
from bequest.app.signing_people import holder
from bequest.app.tasks import task_kept, task_residuals
from bequest.app.witnesses import ask_witnesses, witness_keys
from bequest.crypto.atomic import write_file
from bequest.crypto.signing import Signer
from bequest.crypto.verify import parse_public_line
from bequest.documents.certificate.render import render_certificate
from bequest.documents.limits import LIMITS
from bequest.documents.qr import QrClaim, qr_text, short_id
from bequest.documents.words import Word, word
from bequest.evidence.checkpoint import parse_checkpoint
from bequest.evidence.event import parse_event
from bequest.evidence.event_types import EventType
from bequest.evidence.jcs import encode
from bequest.evidence.statement import Statement, Subject, read_statement
from bequest.kernel.canonical import digest, short, to_json
from bequest.kernel.clock import parse_rfc3339, rfc3339
from bequest.kernel.errors import StateError
from bequest.law.retention import Band, band_of, bands
from bequest.law.settling import KEPT, settled_of
from bequest.model.case import RELEASES_NOTHING, Case, Role
from bequest.model.destruction import AnonymisedTable, Certificate, CertificateState, Kept, Residual, TableSums
from bequest.model.destruction import Signer as CertificateSigner
from bequest.model.disposition import ReasonStatus
from bequest.model.plan import Population
from bequest.model.settlement import Unsettled
from bequest.sources.source import CleanReport
from bequest.steps.deliver.receipt import DECRYPTED
from bequest.steps.destroy.certificate import Outcome, predicate, read_predicate
from bequest.steps.destroy.certificate import certify as certificate_of
from bequest.steps.destroy.custody_bucket import SealedFile
from bequest.steps.destroy.erase import ErasureResult
from bequest.steps.destroy.verifier.verify import Report
from bequest.store.records import DeliveryState, DestructionState, ResidualRecord
from bequest.store.transaction import Tx

SUFFIX = ".dsse.json"
GROUND = ("PIPL-47", "PIPL-22")
OUTBOX = Word("本系统回告信箱", "our feedback outbox")
LEDGER = Word("本系统删除清单（标识）", "our erasure ledger (tokens)")


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate, or its refusal, with its files."""

    certificate: Certificate
    statement: Path
    pdf: Path
    digest: str


def certify(
    ctx: Context,
    run: Run,
    signers: Mapping[Role, Signer],
    erased: Sequence[ErasureResult],
    report: Report,
    files: Sequence[SealedFile],
    whole: WholeDone,
    *,
    scrubbed: Mapping[str, CleanReport],
    anonymised: tuple[AnonymisedTable, ...],
    rescan: str,
    attempt: int,
) -> Issued:
    """Draw the certificate up, have it signed, log it, render it."""
    case = run.case
    outcome = Outcome(
        tables=(*_tables(ctx, case.id, erased), *whole.tables),
        searches=report.results,
        residuals=_residuals(ctx, case, scrubbed),
        kept=(*_kept(case, erased), *whole.kept, *task_kept(ctx, case.id)),
        unknown_columns=_unclassified(ctx, case),
        open_rows=whole.open_objects
        + sum(t.late + t.changed + t.missing + t.unsealed for e in erased for t in e.tables),
        anonymised=anonymised,
    )
    with ctx.store.transaction() as tx:
        in_force = tx.policies.in_force(case.id)
        receivers = _receivers(tx, case)
    if in_force is None:
        raise StateError("no policy is in force", hint="Nothing is certified without an approved policy.")
    certificate = certificate_of(
        outcome,
        case,
        certificate_id=f"DC-{case.id}-{attempt}",
        issued_at=run.at,
        ground=GROUND[:1] if case.event in RELEASES_NOTHING else GROUND,
        receivers=receivers,
        policy_digest=in_force.digest,
        signers=signers_of(case, signers, rfc3339(run.at)),
    )
    statement = Statement(
        "DataDestruction",
        tuple(Subject(f"urn:bequest:custody:{f.bucket}/{f.file}", f.sha256) for f in files)
        or (Subject("urn:bequest:rescan", rescan),),
        predicate(
            certificate,
            tool_version=__version__,
            steps={**_actions(erased, scrubbed), **dict(whole.steps)},
            report_sha256=rescan,
            verified_by=signers[Role.VERIFIER].public.key_id,
            accepted_by=signers[Role.OFFICER].public.key_id,
            limits=[(w.zh, w.en) for w in LIMITS],
        ),
    )
    refused = certificate.state is CertificateState.REFUSED
    name = f"certificate-{attempt}-refused" if refused else "certificate"
    path = run.workspace.dir("statements") / f"{name}{SUFFIX}"
    envelope = keep_statement(path, statement, list(signers.values()))
    this = _log_it(ctx, run, certificate, hashlib.sha256(envelope).hexdigest(), attempt, refused=refused)
    return finish(ctx, run, certificate, path, this)


def _unclassified(ctx: Context, case: Case) -> int:
    """Columns that nobody classified and nobody settled."""
    settled = any(s.what is Unsettled.UNCLASSIFIED for s in case.settlements)
    return 0 if settled else len(data_map(ctx, case.id).unknown_columns())


def finish_logged(ctx: Context, run: Run) -> Issued | None:
    """Finish the certificates that a killed run had logged; the one that was issued, if there is one.

    A certificate in the log stands: nothing is erased, looked for or drawn up anew.
    """
    types = {EventType.CERTIFICATE_ISSUED.value, EventType.CERTIFICATE_REFUSED.value}
    with ctx.store.transaction() as tx:
        events = [parse_event(encode(dict(e.payload))) for e in tx.outbox.all(run.case.id) if e.typ in types]
    logged = {ref.sha256: event.id for event in events for ref in event.refs}
    issued = None
    for path in sorted(run.workspace.dir("statements").glob(f"certificate*{SUFFIX}")):
        envelope = path.read_bytes()
        this = logged.get(hashlib.sha256(envelope).hexdigest())
        if this is not None:
            found = finish(ctx, run, read_predicate(read_statement(envelope).statement.predicate), path, this)
            issued = issued if found.certificate.state is CertificateState.REFUSED else found
    return issued


def finish(ctx: Context, run: Run, certificate: Certificate, path: Path, this: str) -> Issued:
    """Publish, render and enter a certificate whose event `this` is on record. May be repeated."""
    publish(ctx, run.case.id)
    envelope = path.read_bytes()
    pdf = run.workspace.dir("certificates") / f"{path.name.removesuffix(SUFFIX)}.pdf"
    if not pdf.is_file():
        ask_witnesses(ctx, run.case.id)  # those that can be asked at once; the others stand in the bundle
        write_file(pdf, _render(ctx, run, certificate, envelope, this))
    _keep(ctx, run, certificate)
    _make_public(ctx, run, certificate, envelope, this)
    return Issued(certificate, path, pdf, hashlib.sha256(envelope).hexdigest())


def _make_public(ctx: Context, run: Run, certificate: Certificate, envelope: bytes, this: str) -> None:
    """Let anybody who holds the certificate check it: digests, public keys and its place in the log."""
    with open_log(ctx, run.case.id) as log:
        index, log_key = log.index_of(this), log.key.key.line
    if index is None:
        return
    keys = {parse_public_line(p.public_key).fingerprint: p for p in run.case.people if p.public_key}
    transferor = run.case.transferor
    found = PublicCertificate(
        case_id=run.case.id,
        certificate_id=certificate.certificate_id,
        state=certificate.state.value,
        issued_at=certificate.issued_at,
        rehearsal=certificate.rehearsal,
        transferor=transferor.name,
        transferor_en=transferor.name_en or transferor.name,
        payload_sha256=hashlib.sha256(read_statement(envelope).payload).hexdigest(),
        index=index,
        log_key=log_key,
        signers=tuple(PublicSigner(s.name, s.part, keys[s.fingerprint].public_key) for s in certificate.signers),
        replaces=certificate.replaces,
    )
    with ctx.store.transaction() as tx:
        keep_public(tx, found, run.at)


def _actions(erased: Sequence[ErasureResult], scrubbed: Mapping[str, CleanReport]) -> dict[str, tuple[str, ...]]:
    """What was done to the bytes of each source."""
    done = {e.tables[0].source: e.cleaned.actions if e.cleaned else () for e in erased if e.tables}
    return done | {source: report.actions for source, report in scrubbed.items()}


def _tables(ctx: Context, case_id: str, erased: Sequence[ErasureResult]) -> tuple[TableSums, ...]:
    """Each table balanced against its source count, taken on its own at the mark."""
    with ctx.store.transaction() as tx:
        latest = tx.populations.latest(case_id)
    totals = _totals(latest.population) if latest else {}
    return tuple(t.sums(totals.get((t.source, t.table), {})) for e in erased for t in e.tables)


def _totals(population: Population) -> dict[tuple[str, str], dict[str, int]]:
    out: dict[tuple[str, str], dict[str, int]] = {}
    for t in population.totals:
        out.setdefault((t.source, t.table), {})[t.column] = t.values
    return out


def _residuals(ctx: Context, case: Case, scrubbed: Mapping[str, CleanReport]) -> tuple[Residual, ...]:
    """What remains until a date: copies that are not read, bytes on servers, two stores of ours."""
    found = [
        Residual(
            where_zh=f"{c.of} 的{c.kind}：{c.where}",
            where_en=f"{c.kind} of {c.of}: {c.where}",
            why_zh="到期前不改写，本系统不读取",
            why_en="not rewritten before its end; not read here",
            control_zh=c.control or "恢复时先重放删除清单",
            control_en="the erasure ledger is replayed on any restored copy",
            due_on=c.expires_on.isoformat() if c.expires_on else "—",
        )
        for c in case.copies
    ]
    found += task_residuals(ctx, case.id)
    with ctx.store.transaction() as tx:
        places = {s.name: s for s in tx.stores.list(case.id)}
        found += scrub_residuals(tx, case, scrubbed)
    outbox, ledger = places.get("stores/outbox"), places.get("stores/ledger")
    if outbox is not None and outbox.ends_on is not None:
        found.append(
            Residual(
                OUTBOX.zh, OUTBOX.en, "告知客户办理结果", "to tell people the result",
                "加密，发完即销毁密钥", "sealed; the key is destroyed once the messages are sent",
                outbox.ends_on.isoformat(),
            )
        )  # fmt: skip
    if case.copies and ledger is not None:
        found.append(
            Residual(
                LEDGER.zh, LEDGER.en,
                "备份恢复时须重放", "replayed on restored copies",
                "密钥在最后一份副本到期时销毁", "its key is destroyed when the last copy expires",
                ledger.ends_on.isoformat() if ledger.ends_on else "—",
            )
        )  # fmt: skip
    return tuple(found)


def _said(band: Band, lang: str) -> str:
    """A duty to keep in words; one that nobody read in the law says so, and so does the day it is counted from."""
    text = band.zh if lang == "zh" else band.en
    counting = band.counting_zh if lang == "zh" else band.counting_en
    weak = {band.status, band.counting_status} - {ReasonStatus.VERIFIED}
    if not weak:
        return text
    status = getattr(word(band.status if band.status is not ReasonStatus.VERIFIED else band.counting_status), lang)
    return f"{text}；{counting}【{status}】" if lang == "zh" else f"{text}; {counting} [{status}]"


def _kept(case: Case, erased: Sequence[ErasureResult]) -> tuple[Kept, ...]:
    """What the law keeps, by duty."""
    known = bands(pack_of(case), case.effective_on)
    custodian = (case.custodian or case.transferor).name
    sums: dict[str, tuple[int, str]] = {}
    for k in (k for e in erased for t in e.tables for k in t.kept):
        values, until = sums.get(k.rule, (0, ""))
        sums[k.rule] = (values + k.values, max(until, k.until.isoformat() if k.until else ""))
    out = []
    for rule, (values, until) in sorted(sums.items()):
        band = known.get(band_of(rule))
        settled = settled_of(rule)
        named = KEPT[settled] if settled else (rule, rule)
        out.append(
            Kept(
                what_zh=_said(band, "zh") if band else named[0],
                what_en=_said(band, "en") if band else named[1],
                article=", ".join(band.articles) if band else "",
                custodian=custodian,
                values=values,
                until=until or "—",
            )
        )
    return tuple(out)


def _receivers(tx: Tx, case: Case) -> tuple[tuple[str, str, str], ...]:
    out = []
    for d in (d for d in tx.deliveries.list(case.id) if d.state is not DeliveryState.ABORTED):
        lot = next(lot for lot in case.lots if lot.id == d.lot)
        party = case.receiver(lot.receiver)
        receipts = [r for r in tx.receipts.of(case.id, d.delivery_id) if r.stage == DECRYPTED]
        out.append((party.name, party.name_en or party.name, receipts[-1].signed_at[:10] if receipts else "—"))
    return tuple(out)


def is_ledger(residual: Residual) -> bool:
    """Whether it is our erasure ledger, which ends with the last copy."""
    return residual.where_en == LEDGER.en


def copies_left(case: Case, today: date) -> bool:
    """Whether a copy is declared whose end has not passed."""
    return any(c.expires_on is None or c.expires_on >= today for c in case.copies)


def signers_of(case: Case, signers: Mapping[Role, Signer], at: str) -> tuple[CertificateSigner, ...]:
    """The three people who sign, each with the part."""
    out = []
    for role, part in {Role.OPERATOR: "performed", Role.VERIFIER: "verified", Role.OFFICER: "accepted"}.items():
        person, names = holder(case, role, signers[role]), word(role)
        out.append(CertificateSigner(person.name, part, names.zh, names.en, at, signers[role].public.fingerprint))
    return tuple(out)


def _log_it(ctx: Context, run: Run, certificate: Certificate, digest: str, attempt: int, *, refused: bool) -> str:
    typ, key = (EventType.CERTIFICATE_REFUSED, str(attempt)) if refused else (EventType.CERTIFICATE_ISSUED, "1")
    with ctx.store.transaction() as tx:
        record(
            ctx, tx, run.case.id, typ, key, at=run.at, refs={"certificate": digest},
            content={"state": certificate.state.value, "why": list(certificate.why)},
        )  # fmt: skip
    return event_id(typ, key)


def _render(ctx: Context, run: Run, certificate: Certificate, envelope: bytes, this: str) -> bytes:
    """The PDF: rendering of the signed original, with its place in the log and the proof attached."""
    payload = hashlib.sha256(read_statement(envelope).payload).digest()
    with open_log(ctx, run.case.id) as log:
        index = log.index_of(this)
        if index is None or log.checkpoint is None:
            raise StateError("the certificate is not in the log", hint="Run `bequest destroy` again.")
        claim = QrClaim(short_id(certificate.certificate_id), payload, index, log.checkpoint.size)
        head = parse_checkpoint(log.checkpoint.note, log.key, witness_keys(run.case))
        proof = log.prove(index).render().encode()
    issued = parse_rfc3339(certificate.issued_at)
    key = document_key(ctx, run.case, issued)
    rendered = render_certificate(
        certificate,
        payload_sha256=payload.hex(),
        log_index=claim.index,
        log_size=claim.size,
        cosigned=len(head.cosignatures),
        named=len(run.case.evidence.witnesses),
        dsse_json=envelope,
        proof=proof,
        qr_text=qr_text(claim, log_signer(ctx, run.case.id).sign(claim.signing_input())),
        seal=facts_of(key),
    )
    return seal_document(run, rendered, key, at=issued, reason=f"{certificate.certificate_id} 销毁证书")


def _keep(ctx: Context, run: Run, certificate: Certificate) -> None:
    refused = certificate.state is CertificateState.REFUSED
    with ctx.store.transaction() as tx:
        tx.destructions.add_certificate(run.case.id, RUN_ID, certificate, run.at)
        known_run = tx.destructions.get(run.case.id, RUN_ID)
        if known_run is not None and known_run.state is DestructionState.DONE and not refused:
            tx.destructions.set_state(run.case.id, RUN_ID, DestructionState.VERIFIED, run.at)
        if refused:  # what remains is entered from the certificate that stands
            return
        entered = tx.residuals.list(run.case.id)
        known, named = {r.residual_id for r in entered}, Counter(r.residual for r in entered)
        for this, r in residual_ids(certificate.residuals):
            if this in known:
                continue
            if named[r]:  # entered by a version that numbered them
                named[r] -= 1
                continue
            tx.residuals.record(
                run.case.id,
                ResidualRecord(
                    residual_id=this, residual=r, due_on=r.due_on, created_at=run.at, state_at=run.at,
                    destruction_id=RUN_ID,
                ),
            )  # fmt: skip


def residual_ids(residuals: Sequence[Residual]) -> list[tuple[str, Residual]]:
    """What each residual is called in the register: by what it says, so that no other ever has its name.

    The same in every run and in any order; of two that say the same the second is numbered.
    """
    seen: Counter[str] = Counter()
    out = []
    for r in residuals:
        this = f"r-{short(digest(to_json(r)))}"
        seen[this] += 1
        out.append((this if seen[this] == 1 else f"{this}-{seen[this]}", r))
    return out

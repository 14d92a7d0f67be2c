"""Destroy: ledger, custody, the first look, erase, clean, the second look, certificate. Each part can be resumed."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl

from bequest.app.adjudicate import end_asked, keep_hits, search
from bequest.app.anonymising import KEY as TOKENS
from bequest.app.anonymising import check_in_place, end_key, is_wanted, make_key, measured
from bequest.app.buckets import Sealed, enter_bucket
from bequest.app.context import Context, Run, step
from bequest.app.destroy_server_store import check_server_stores
from bequest.app.destroy_whole import WholeDone, WholeWork
from bequest.app.destruction import RUN_ID, SIGNERS, attempt_number, has_begun, note_erased
from bequest.app.document_seal import document_key
from bequest.app.ending import check_settled, hand_to_keeper
from bequest.app.evidence import event_id, publish, record
from bequest.app.fixed import AnswersCameError, Watch, fixed_mark, take_answers
from bequest.app.holds import Holds
from bequest.app.intents import await_published
from bequest.app.keep_place import keep_place
from bequest.app.open_case import make_keys
from bequest.app.portal.take import is_waiting, take_waiting
from bequest.app.reading import check_markers, open_sources, read_table
from bequest.app.receipts import nothing_ends, receipts_are_in
from bequest.app.redecide import redecide_answers
from bequest.app.replay import SETTLED
from bequest.app.rescan_statement import rescan_statement
from bequest.app.run_close import destroy_key, purge_rule
from bequest.app.run_cutover import load_inventory
from bequest.app.run_deliver import waves_due
from bequest.app.run_discover import data_map
from bequest.app.run_plan import load_plans
from bequest.app.scrubbing import check_decided, left_behind, run_scrubs, servers_of
from bequest.app.signing_people import people_keys
from bequest.app.write_certificate import Issued, certify, finish_logged
from bequest.crypto.cipher import aes_ecb
from bequest.crypto.signing import Signer
from bequest.engine.tableplan import TablePlan
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import Json
from bequest.kernel.errors import StateError
from bequest.model.case import RELEASES_NOTHING, Case, Role
from bequest.model.datamap import DataMap, FieldClass, TableMap
from bequest.sources.source import OpenSource
from bequest.steps.close.purge import Stage, due
from bequest.steps.destroy.certificate import check_issued
from bequest.steps.destroy.custody import ColumnKey, keeps_any, parent_names, seal_table
from bequest.steps.destroy.custody_bucket import CustodyPlaces, CustodySpec, SealedFile, last_day
from bequest.steps.destroy.erase import EraseKeys, ErasureResult, erase_source
from bequest.steps.destroy.ledger import Ledger, settle_ledger, write_ledger
from bequest.steps.destroy.verifier.prepare import prepare
from bequest.steps.destroy.verifier.state import has_state, write_state
from bequest.steps.destroy.verifier.task import Task
from bequest.store.records import DestructionRecord, DestructionState

TableKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Job:
    """What every part of the destruction works on. Tables have a fixed number: their place in the data map."""

    ctx: Context
    run: Run
    datamap: DataMap
    plans: dict[TableKey, TablePlan]
    sources: dict[str, OpenSource]
    signers: dict[Role, Signer]
    holds: Holds

    def numbered(self) -> Iterator[tuple[int, TableMap, TablePlan]]:
        """The tables in the case with their numbers and plans."""
        for n, t in enumerate(self.datamap.tables):
            if (t.source, t.name) in self.plans:
                yield n, t, self.plans[(t.source, t.name)]

    def batches(self, table: TableMap, label: str, columns: list[str] | None = None) -> Iterator[pl.DataFrame]:
        """All rows of a table, with progress."""
        return read_table(self.ctx, self.sources[table.source], table, label, columns)

    def key(self, purpose: str) -> bytes:
        """A key of the case."""
        return self.ctx.keys(self.run.case.id).get(purpose)


def run_destroy(ctx: Context, case_id: str, *, keys: Mapping[Role, Path]) -> Issued:
    """Erase what was decided, have it looked for, certify. Killed and run again, it ends the same.

    `keys`: the private keys of operator, verifier and protection officer: three people.

    Raises:
        StateError: before the receiver signed, or for an event that moves nothing.
        ResidueFoundError: where the verifier found something outside the plan; no certificate is issued.
    """
    nothing_ends(ctx.case(case_id).case, "destruction")
    with step(ctx, case_id, "destroy", needs=(_before(ctx.case(case_id).case),)) as run:
        receipts_are_in(ctx, run.case)
        with ctx.store.transaction() as tx:
            check_decided(tx, run.case)
        datamap = data_map(ctx, case_id)
        sources = open_sources(run.case, run.ctx.secrets, may_be_gone=True)
        check_markers(run.case, sources, ctx.secrets)
        signers = people_keys(run.case, keys, SIGNERS)
        document_key(ctx, run.case, run.at)  # whatever is wrong with it is said before anything is destroyed
        issued = finish_logged(ctx, run)
        while issued is None:
            _take_last_answers(ctx, run, datamap, sources)
            plans = load_plans(run.workspace, datamap)
            if check_in_place(run.case, plans, sources):
                make_key(ctx, run)
            with suppress(AnswersCameError):  # before the intent was on record: then with them
                issued = _carry_out(Job(ctx, run, datamap, plans, sources, signers, Holds(ctx, run, datamap)))
        run.hook("certified")
        for rule in due(Stage.AFTER_RESCAN):
            purge_rule(ctx, run, rule)
        end_key(ctx, run)
        for receiver in {lot.receiver for lot in run.case.lots}:
            destroy_key(ctx, run, f"recipient/{receiver}")
        tables, searches = issued.certificate.tables, issued.certificate.searches
        run.counts = {
            "values": sum(t.deleted + t.sealed + t.anonymised for t in tables),
            "rows": sum(t.rows_before - t.rows_after for t in tables),
            "searched": sum(s.candidates for s in searches),
        }
        run.output_digest = issued.digest
        publish(ctx, case_id)
    return issued


def _before(case: Case) -> str:
    """The step that must be done before: the delivery, where somebody receives."""
    return "cutover" if case.event in RELEASES_NOTHING else "deliver"


def _carry_out(job: Job) -> Issued:
    """From the intent to the certificate.

    Raises:
        ResidueFoundError: where it is refused; the next run is another attempt.
    """
    ctx, run = job.ctx, job.run
    make_keys(ctx, run.case.id, ("verifier",), run.at)
    number, intent = _intent(job)
    run.hook("intent_published")
    ledger = _ledger(job)
    run.hook("ledger_written")
    files, sealed = _seal_custody(job)
    whole = WholeWork(ctx, run)
    files += whole.seal()
    hand_to_keeper(ctx, run)
    run.hook("custody_sealed")
    task = _task(job)
    if not has_state(run.workspace.dir("verifier")):
        write_state(run.workspace.dir("verifier"), prepare(task))
    whole.first_look(task)
    run.hook("verifier_prepared")
    erased = _erase(job, ledger, sealed)
    ledger = _without_held(job, ledger, erased)
    objects = whole.carry_out()
    with ctx.store.transaction() as tx:
        note_erased(tx, run.case.id, run.at)
    scrubbed = run_scrubs(run, job.datamap, job.sources)
    run.hook("erased")
    anonymised = measured(job.numbered(), erased, job.sources, _erase_keys(job), run.workspace.dir("work", "erase"))
    _outcome(job, number, intent, erased, ledger, objects)
    job.holds.fix(job.plans, erased)
    task, report = search(ctx, run.case.id, replace(task, held=job.holds.subjects()))
    keep_hits(run.workspace, int(number), report)
    end_asked(ctx, run.case.id, report)
    report = replace(report, results=(*report.results, *whole.second_look(task)))
    run.hook("verified")
    attempt, rescan = rescan_statement(ctx, run, job.signers[Role.VERIFIER], report)
    issued = certify(
        ctx, run, job.signers, erased, report, files, objects, scrubbed=scrubbed, anonymised=anonymised, rescan=rescan,
        attempt=attempt,
    )  # fmt: skip
    check_issued(issued.certificate)
    return issued


def _take_last_answers(ctx: Context, run: Run, datamap: DataMap, sources: dict[str, OpenSource]) -> None:
    """Decide by what was answered last, as long as nothing has begun; what may still go goes first.

    Raises:
        StateError: where something is to be delivered or settled yet.
    """
    with ctx.store.transaction() as tx:
        if has_begun(tx, run.case.id):
            return
    check_server_stores(ctx, run)
    redecide_answers(ctx, run, sources)
    lots = waves_due(ctx, run, datamap)
    if lots:
        raise StateError(
            f"of lot {', '.join(lots)} something may still go that has not gone out, by late consents or late rows:"
            " nothing is destroyed before",
            hint=f"Run `bequest deliver {run.case.id} --wave` and enter the receipt.",
        )
    with ctx.store.transaction() as tx:
        in_force, latest = tx.policies.in_force(run.case.id), tx.populations.latest(run.case.id)
    if in_force is not None and latest is not None:
        check_settled(run.case, in_force.policy, latest.population)


def _intent(job: Job) -> tuple[str, str]:
    """Number and id of the intent: each attempt has its own; a refusal ends one."""
    run = job.run
    inventory = load_inventory(run.workspace)
    with job.ctx.store.transaction() as tx:
        in_force = tx.policies.in_force(run.case.id)
        if in_force is None:
            raise StateError("no policy is in force", hint="Nothing is destroyed without an approved policy.")
        came = is_waiting(tx, run.case.id) or take_answers(run.workspace).mark != fixed_mark(run.workspace)
        if came and not has_begun(tx, run.case.id):
            raise AnswersCameError("answers came while this step was at work", hint="Run it again.")
        number = str(attempt_number(tx, run.case.id))
        tx.destructions.record(
            run.case.id,
            DestructionRecord(
                destruction_id=RUN_ID, policy_digest=in_force.digest, created_at=run.at, state_at=run.at,
                intent_event_id=event_id(EventType.DESTRUCTION_INTENT, number),
            ),
        )  # fmt: skip
        intent = record(
            job.ctx, tx, run.case.id, EventType.DESTRUCTION_INTENT, number, at=run.at,
            refs={"policy": in_force.digest, "inventory": inventory.digest},
            counts={"tables": len(job.plans)}, actor=job.signers[Role.OPERATOR].public.key_id,
        )  # fmt: skip
    await_published(job.ctx, run.case.id, intent)
    return number, intent


def _ledger(job: Job) -> Ledger:
    """The erasure ledger comes first: what will be gone must be known before it is."""
    path = job.run.workspace.dir("stores", "ledger") / "erasure.parquet"
    tables = ((plan, job.batches(table, "ledger")) for _, table, plan in job.numbered())
    ledger = write_ledger(path, tables, link_ecb=aes_ecb(job.key("link")), replay_ecb=aes_ecb(job.key("replay")))
    keep_place(
        job.ctx, job.run.case.id, "stores/ledger", path,
        content="删除清单（标识，供恢复备份时重放） / erasure ledger: tokens, replayed on any restored copy",
        ground="PIPL-47", key="replay", ends_on=_last_copy(job),
    )  # fmt: skip
    return ledger


def _without_held(job: Job, ledger: Ledger, erased: list[ErasureResult]) -> Ledger:
    """The ledger of what is gone: without those who came on hold while the others went."""
    held = {(t.source, t.table): t.held for e in erased for t in e.tables if len(t.held)}
    path = job.run.workspace.dir("stores", "ledger") / "erasure.parquet"
    stays = (
        (plan, held[t.source, t.name], job.batches(t, "ledger"))
        for _, t, plan in job.numbered()
        if (t.source, t.name) in held
    )
    if held:
        ledger = settle_ledger(path, stays, link_ecb=aes_ecb(job.key("link")), replay_ecb=aes_ecb(job.key("replay")))
    job.run.workspace.write_json(path.parent / SETTLED, {"ledger": ledger.digest})
    return ledger


def _last_copy(job: Job) -> date | None:
    return max((c.expires_on for c in job.run.case.copies if c.expires_on), default=None)


def _seal_custody(job: Job) -> tuple[list[SealedFile], dict[TableKey, pl.DataFrame]]:
    """Seal what the law keeps, table by table; then enter the buckets."""
    run = job.run
    custodian = run.case.custodian or run.case.transferor
    spec = CustodySpec(run.case.id, "cutover-1", custodian.id)
    parents = _parents(job)
    files: list[SealedFile] = []
    sealed: dict[TableKey, pl.DataFrame] = {}

    def key_for(purpose: str) -> bytes:
        make_keys(job.ctx, run.case.id, (purpose,), run.at)
        return job.key(purpose)

    with run.workspace.private_tmp() as private:
        places = CustodyPlaces(run.workspace.dir("custody"), run.workspace.dir("work", "custody"), private)
        for number, table, plan in job.numbered():
            result = seal_table(
                plan, partial(job.batches, table, "custody"), spec, places, number=number,
                link_ecb=aes_ecb(job.key("link")), key_for=key_for, parents=parents, guard=run.guard,
            )  # fmt: skip
            files.extend(result.files)
            sealed[(table.source, table.name)] = result.rows
    _enter_buckets(job, files, custodian.name)
    return files, sealed


def _parents(job: Job) -> dict[ColumnKey, pl.DataFrame]:
    """Numbers and names of the customers that other tables point to: frozen beside retained children."""
    wanted = {
        (r.to_source, r.to_table, r.to_column)
        for _, t, plan in job.numbered()
        for r in t.relations
        if r.role.value != "record" and keeps_any(plan)
    }
    out: dict[ColumnKey, pl.DataFrame] = {}
    for _, table, _ in job.numbered():
        names = [c.name for c in table.columns if c.cls in {FieldClass.PERSON_NAME, FieldClass.COMPANY_NAME}]
        for source, name, column in wanted:
            if (source, name) == (table.source, table.name) and names:
                out[(source, name, column)] = parent_names(
                    job.batches(table, "parents", list(dict.fromkeys((column, *names)))), column, names
                )
    return out


def _enter_buckets(job: Job, files: list[SealedFile], keeper: str) -> None:
    for bucket in sorted({f.bucket for f in files}):
        mine = [f for f in files if f.bucket == bucket]
        rows, values = (sum(getattr(f, n) for f in mine if f.kind == "records") for n in ("n_rows", "values"))
        sealed = Sealed(
            bucket=bucket, due_month=bucket, keeper=keeper, files=mine, counts={"rows": rows, "values": values},
            content="依法留存 / kept by law", ends_on=None if bucket == "undated" else last_day(bucket),
        )  # fmt: skip
        enter_bucket(job.ctx, job.run, sealed)


def _task(job: Job) -> Task:
    return Task(
        sources=tuple(s for s in job.run.case.sources if s.has_rows),
        secrets=job.ctx.secrets,
        plans=tuple(plan for _, _, plan in job.numbered()),
        key=job.key("verifier"),
        link_ecb=aes_ecb(job.key("link")),
        left=left_behind(job.ctx, job.run.case),
    )


def _erase(job: Job, ledger: Ledger, sealed: dict[TableKey, pl.DataFrame]) -> list[ErasureResult]:
    keys = _erase_keys(job)
    work = job.run.workspace.dir("work", "erase")
    results = []
    for name, source in job.sources.items():
        plans = [(n, plan) for n, table, plan in job.numbered() if table.source == name]
        cleans = name not in servers_of(job.run.case)
        while plans:
            take = partial(take_waiting, job.ctx, job.run.case.id)
            watch = Watch(job.run.workspace, job.run.guard, job.holds.any_new, take)
            job.holds.renew()
            with suppress(AnswersCameError):  # then again, with those who objected held back from here on
                held = job.holds.subjects()
                results.append(erase_source(plans, source, keys, ledger, sealed, work, watch, cleans=cleans, held=held))
                break
        if plans:
            job.run.hook(f"erased_{name}")
    return results


def _erase_keys(job: Job) -> EraseKeys:
    wanted = any(is_wanted(plan) for plan in job.plans.values())
    return EraseKeys(aes_ecb(job.key("link")), aes_ecb(job.key("replay")), aes_ecb(job.key(TOKENS)) if wanted else None)


def _outcome(
    job: Job, number: str, intent: str, erased: list[ErasureResult], ledger: Ledger, objects: WholeDone
) -> None:
    """How the erasing ended; what a killed run has said of this attempt stands."""
    run = job.run
    body: dict[str, Json] = {
        f"{t.source}.{t.table}": {
            "rows_deleted": t.rows_deleted,
            "rows_emptied": t.rows_emptied - t.rows_anonymised,
            **({"rows_anonymised": t.rows_anonymised} if t.rows_anonymised or len(t.too_few) else {}),
            "rows_after": t.rows_after,
        }
        for e in erased
        for t in e.tables
    }
    for t in objects.tables:
        body[f"{t.source}.{t.table}"] = {"objects_gone": t.rows_before - t.rows_after, "objects_after": t.rows_after}
    body |= {table: {"rows_deleted": n, "rows_after": 0} for table, n in objects.rows.items()}
    rows = sum(t.rows_deleted for e in erased for t in e.tables) + sum(objects.rows.values())
    with job.ctx.store.transaction() as tx:
        known = tx.destructions.get(run.case.id, RUN_ID)
        if known is not None and known.state is DestructionState.INTENDED:
            tx.destructions.set_progress(run.case.id, RUN_ID, ledger_digest=ledger.digest, counts={"rows": rows})
            tx.destructions.set_state(run.case.id, RUN_ID, DestructionState.RUNNING, run.at)
            tx.destructions.set_state(run.case.id, RUN_ID, DestructionState.DONE, run.at)
        if tx.outbox.get(run.case.id, event_id(EventType.DESTRUCTION_OUTCOME, number)) is None:
            record(
                job.ctx, tx, run.case.id, EventType.DESTRUCTION_OUTCOME, number, at=run.at, intent=intent, content=body,
                counts={"rows": rows}, refs={"ledger": ledger.digest}, actor=job.signers[Role.OPERATOR].public.key_id,
            )  # fmt: skip
    publish(job.ctx, run.case.id)

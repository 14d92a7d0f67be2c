"""Hand over: transform under the decisions, pack for receiver and escrow, take the signed receipt."""

import hashlib
import shutil
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import count

import polars as pl

from bequest.app.agreements import agreement_for, check_agreement, open_return, open_supervision
from bequest.app.context import WAVE, Context, Run, step
from bequest.app.delivered import (
    GONE_OUT,
    Delivered,
    DeliveredRows,
    counts_of,
    keep_tallies,
    load_tallies,
    waves_not_told,
    waves_sent,
)
from bequest.app.delivery_keys import begin, recipients_of, released
from bequest.app.destruction import has_begun
from bequest.app.evidence import event_id, platform_signer, publish, record
from bequest.app.exporting import require_export
from bequest.app.fixed import AnswersCameError, Watch, fixed_mark, refuse_half_done
from bequest.app.intents import await_published
from bequest.app.keep_place import keep_place
from bequest.app.open_case import make_keys
from bequest.app.portal.take import is_waiting, take_waiting
from bequest.app.reading import check_markers, open_sources, read_table
from bequest.app.receipts import enter_receipt as enter_receipt
from bequest.app.receipts import nobody_receives
from bequest.app.receipts import package_folders as package_folders
from bequest.app.redecide import redecide_answers
from bequest.app.run_cutover import load_inventory
from bequest.app.run_discover import data_map
from bequest.app.run_plan import load_plans
from bequest.app.trace import delivery_marks
from bequest.crypto.atomic import write_file
from bequest.crypto.cipher import aes_ecb, hmac_sha256
from bequest.engine.tableplan import TablePlan
from bequest.evidence.disposition_tree import root_of_leaves, split_leaves
from bequest.evidence.event_types import EventType
from bequest.evidence.statement import Statement, sign_statement
from bequest.kernel.clock import local_date, parse_rfc3339
from bequest.kernel.errors import DeliveryError, StateError
from bequest.model.agreement import Agreement
from bequest.model.case import Lot
from bequest.model.datamap import DataMap
from bequest.model.disposition import Release
from bequest.sources.source import OpenSource
from bequest.steps.deliver.checkpoint import ABORTED
from bequest.steps.deliver.content import DeliveredColumn, DeliveredTable, DeliverySpec
from bequest.steps.deliver.package import Package, Places, build_package
from bequest.steps.deliver.undertakings import undertakings_of
from bequest.steps.transform.references import reference_domains
from bequest.steps.transform.shape import TableShape, shape_table
from bequest.steps.transform.transform import TransformTally, transform_table
from bequest.store.records import DeliveryPart, DeliveryRecord, DeliveryState

TableKey = tuple[str, str]


def run_deliver(ctx: Context, case_id: str, *, wave: bool = False) -> tuple[Delivered, ...]:
    """Make the package of every lot. Killed and run again, it goes on and ends the same.

    `wave`: another wave after the first, with what may go since, as late consents allow, and rows of a delta cutover. A
    lot with nothing new gets none, so that it may be run at any time.

    Raises:
        DeliveryError: where the data are no longer those the delivery was begun with.
        StateError: before the cutover, once the destruction has begun, or for an event that moves nothing.
    """
    nobody_receives(ctx.case(case_id).case, "delivery")
    require_export(ctx, case_id)
    name, needs = (WAVE, ("deliver",)) if wave else ("deliver", ("cutover",))
    with step(ctx, case_id, name, needs=needs) as run:
        if wave:
            not_begun(ctx, run, "another wave")
        refuse_half_done(run.workspace, case_id)
        datamap = data_map(ctx, case_id)
        sources = open_sources(run.case, run.ctx.secrets)
        check_markers(run.case, sources, ctx.secrets)
        done = []
        for lot in run.case.lots:
            make_keys(ctx, case_id, (f"recipient/{lot.receiver}", *(["watermark"] if lot.watermark else [])), run.at)
            if wave:
                with ctx.store.transaction() as tx:
                    sent = waves_not_told(tx, case_id, lot.id)
                done += [_as_sent(ctx, run, lot, this) for this in sent]
            delivered = _deliver_lot(ctx, run, lot, datamap, sources, wave=wave)
            done += [delivered] if delivered else []
        run.counts = counts_of(done, each=wave or len(run.case.lots) > 1)
        publish(ctx, case_id)
    return tuple(done)


def not_begun(ctx: Context, run: Run, what: str) -> None:
    """Refuse what is no longer possible once the intent to destroy is on record.

    Raises:
        StateError: then.
    """
    with ctx.store.transaction() as tx:
        begun = has_begun(tx, run.case.id)
    if begun:
        raise StateError(
            f"the destruction of case {run.case.id} has begun: {what} is no longer possible",
            hint="Whoever consents now is told that it is too late.",
        )


def delivery_id(case_id: str, lot: Lot, attempt: int = 1, wave: int = 1) -> str:
    """The id of a wave of a lot; an aborted one leaves the next attempt another id."""
    return f"{case_id}-{lot.id}-w{wave}" + (f"-{attempt}" if attempt > 1 else "")


def waves_due(ctx: Context, run: Run, datamap: DataMap) -> tuple[str, ...]:
    """Lots of which something may go that has not gone out: with another wave, by a late consent or a delta cutover."""
    with ctx.store.transaction() as tx:
        sent = waves_sent(tx, run.case.id)
    whole = load_plans(run.workspace, datamap)
    return tuple(lot.id for lot in run.case.lots if _shapes(lot, _of_wave(whole, lot, sent.get(lot.id, 0) + 1), whole))


def _of_wave(whole: dict[TableKey, TablePlan], lot: Lot, number: int) -> dict[TableKey, TablePlan]:
    return {key: plan.for_lot(lot.id, number) for key, plan in whole.items()}


def _open_delivery(ctx: Context, case_id: str, lot: Lot, wave: int) -> tuple[str, DeliveryRecord | None]:
    """The id to go on under, the first that was not aborted; and what is on record of it."""
    with ctx.store.transaction() as tx:
        known = {d.delivery_id: d for d in tx.deliveries.list(case_id)}
    for n in count(1):
        this = delivery_id(case_id, lot, n, wave)
        if this not in known or known[this].state is not DeliveryState.ABORTED:
            return this, known.get(this)
    raise AssertionError


def _deliver_lot(
    ctx: Context, run: Run, lot: Lot, datamap: DataMap, sources: dict[str, OpenSource], *, wave: bool
) -> Delivered | None:
    """The package of a lot, built again as long as answers come before it is sent; nothing without rows of its own."""
    while True:
        with ctx.store.transaction() as tx:
            number = waves_sent(tx, run.case.id).get(lot.id, 0) + 1 if wave else 1
        watch = Watch(run.workspace, run.guard, take=partial(take_waiting, ctx, run.case.id))
        this, begun = _open_delivery(ctx, run.case.id, lot, number)
        if begun is not None and begun.state in GONE_OUT:
            return _as_sent(ctx, run, lot, this)
        redecide_answers(ctx, run, sources)
        whole = load_plans(run.workspace, datamap)
        plans = _of_wave(whole, lot, number)
        shapes = _shapes(lot, plans, whole)
        is_due = bool(shapes) or not wave
        if begun is not None and not (is_due and begun.population_digest == load_inventory(run.workspace).digest):
            _throw_away(ctx, run, this)  # begun before a consent was taken back, or before a delta cutover
            continue
        if not is_due:
            return None
        with suppress(AnswersCameError):
            return _build(ctx, run, lot, datamap, sources, plans, shapes, this, watch, wave=number)


def _shapes(lot: Lot, plans: dict[TableKey, TablePlan], whole: dict[TableKey, TablePlan]) -> dict[TableKey, TableShape]:
    domains = reference_domains(whole.values())
    shapes = {key: shape_table(plan, frozenset({lot.id}), domains) for key, plan in plans.items()}
    return {key: shape for key, shape in shapes.items() if shape is not None}


def _build(
    ctx: Context, run: Run, lot: Lot, datamap: DataMap, sources: dict[str, OpenSource],
    plans: dict[TableKey, TablePlan], shapes: dict[TableKey, TableShape], this: str, watch: Watch, *, wave: int,
) -> Delivered:  # fmt: skip
    columns = ((f"{s}.{t}.{c.name}", c.column) for (s, t), shape in shapes.items() for c in shape.columns)
    check_agreement(run.case, lot, columns, local_date(run.at, run.case.timezone))
    spec = _spec(ctx, run, lot, this, decided=f"decided:{fixed_mark(run.workspace)}")
    intent = _intent(ctx, run, spec, wave)
    run.hook("intent_published")
    tallies: dict[TableKey, TransformTally] = {}
    went = DeliveredRows()
    tables = []
    keys = ctx.keys(run.case.id)
    link_ecb = aes_ecb(keys.get("link"))
    recipient_ecb = aes_ecb(keys.get(f"recipient/{lot.receiver}"))
    lots = frozenset({lot.id})
    for table in datamap.tables:
        key = (table.source, table.name)
        shape = shapes.get(key)
        if shape is None:
            continue
        tallies[key] = TransformTally()
        batches = transform_table(
            read_table(ctx, sources[table.source], table, "deliver"), plans[key], shape, lots,
            link_ecb=link_ecb, recipient_ecb=recipient_ecb, tally=tallies[key], tick=lambda _: watch.check(),
            marks=delivery_marks(ctx, run.case.id, lot, this, shape), note=went.of(*key),
        )  # fmt: skip
        system = run.case.source(table.source).system_kind
        tables.append(DeliveredTable(table.source, table.name, _columns(shape, plans[key], lots), batches, system))
    package = _package(ctx, run, spec, tables, watch)
    for unread in tables:  # a package that a killed run had finished is not made again: then only count
        deque(unread.batches, maxlen=0)
    run.hook("package_built")
    keep_tallies(run.workspace, this, tallies)
    went.keep(run.workspace, this)
    _outcome(ctx, run, spec, package, intent, watch)
    return Delivered(this, lot, package, tallies)


def _as_sent(ctx: Context, run: Run, lot: Lot, this: str) -> Delivered:
    """A delivery that a killed run had sent, as it was: what it was made from may be decided otherwise by now."""
    spec = _spec(ctx, run, lot, this, decided="")
    package = _package(ctx, run, spec, [], run.guard)
    _enter_place(ctx, run, spec, package)
    return Delivered(this, lot, package, load_tallies(run.workspace, this))


def _package(
    ctx: Context, run: Run, spec: DeliverySpec, tables: list[DeliveredTable], guard: Callable[[], None]
) -> Package:  # fmt: skip
    signer = platform_signer(ctx, run.case.id)

    def sign(statement: Statement) -> bytes:
        return sign_statement(statement, [signer])

    with run.workspace.private_tmp() as private:
        checkpoint = run.workspace.dir("work") / f"{spec.delivery_id}.checkpoint"
        try:
            return build_package(spec, tables, Places(run.workspace.dir("delivery"), private, checkpoint), sign, guard)
        except DeliveryError as error:
            if error.code == ABORTED:
                _throw_away(ctx, run, spec.delivery_id)
            raise


def _throw_away(ctx: Context, run: Run, this: str) -> None:
    """Throw an unfinished package away and say so: the next one has an id of its own."""
    shutil.rmtree(run.workspace.dir("delivery") / f"delivery-{this}", ignore_errors=True)
    with ctx.store.transaction() as tx:
        tx.deliveries.set_state(run.case.id, this, DeliveryState.ABORTED, run.at)
        record(
            ctx, tx, run.case.id, EventType.EXPORT_OUTCOME, this, at=run.at,
            intent=event_id(EventType.EXPORT_INTENT, this), counts={"abandoned": 1},
        )  # fmt: skip
    publish(ctx, run.case.id)


def _columns(shape: TableShape, plan: TablePlan, lots: frozenset[str]) -> tuple[DeliveredColumn, ...]:
    """How each column reaches the receiver: as a token, masked for at least somebody, or as the value."""
    rows = plan.rows.filter(pl.col("lot").is_in(list(lots)))
    out = []
    for c in shape.columns:
        used = [plan.dispositions[i] for i in rows[f"d:{c.name}"].unique().to_list()]
        by = sorted({d.operator.value for d in used if d.release is Release.MASKED and not c.is_reference})
        how = "token" if c.is_reference else "masked" if by else "value"
        domain = "/".join(c.domain.split("\x1f"))
        out.append(DeliveredColumn(c.name, c.column.cls.value, how, domain, ",".join(by)))
    return tuple(out)


def _spec(ctx: Context, run: Run, lot: Lot, this: str, *, decided: str) -> DeliverySpec:
    """The settings of a delivery; nonce, salt and time are the same whenever it is resumed."""
    receiver = run.case.receiver(lot.receiver)
    agreement = agreement_for(run.case, lot)
    evidence_key = ctx.keys(run.case.id).get("evidence")
    leaves = run.workspace.dir("work") / "disposition.leaves"
    begun = begin(run, this, receiver)
    by, to = released(run.case.escrow, receiver, begun)
    created: datetime = parse_rfc3339(begun["created_at"])
    with ctx.store.transaction() as tx:
        in_force = tx.policies.in_force(run.case.id)
    return DeliverySpec(
        delivery_id=this,
        case_id=run.case.id,
        rehearsal=run.case.rehearsal,
        sender=run.case.transferor.name,
        receiver=receiver.name,
        recipients=recipients_of(receiver, run.case.escrow, begun),
        released_by=by,
        released_to=to,
        lots=(lot.id,),
        legal_route=lot.legal_route.value,
        purposes=lot.purposes,
        policy_digest=in_force.digest if in_force else "",
        created_at=created,
        nonce=hmac_sha256(evidence_key, b"delivery-nonce\0" + this.encode()),
        commit_salt=hmac_sha256(evidence_key, b"delivery-salt\0" + this.encode()),
        restrictions=("no-new-purpose-without-consent", "honour-objections", "pass-on-withdrawals"),
        undertakings=undertakings_of(lot.legal_route, is_agreed=agreement is not None),
        agreement=_terms(agreement),
        disposition_root=root_of_leaves(split_leaves(leaves.read_bytes())).hex(),
        decided=decided,
    )


def _terms(agreement: Agreement | None) -> dict[str, str]:
    """What the recipient agreed to, as the package repeats it."""
    if agreement is None:
        return {}
    return {
        "title": agreement.title,
        "sha256": agreement.sha256,
        "endsOn": agreement.ends_on.isoformat(),
        "classes": ", ".join(c.value for c in agreement.classes),
        "conditions": "；".join(agreement.conditions),
        "confidentiality": agreement.confidentiality,
    }


def _intent(ctx: Context, run: Run, spec: DeliverySpec, wave: int) -> str:
    inventory = load_inventory(run.workspace)
    with ctx.store.transaction() as tx:
        if not any(d.delivery_id == spec.delivery_id for d in tx.deliveries.list(run.case.id)):
            tx.deliveries.record(
                run.case.id,
                DeliveryRecord(
                    delivery_id=spec.delivery_id, lot=spec.lots[0], receiver=spec.receiver,
                    policy_digest=spec.policy_digest, population_digest=inventory.digest,
                    created_at=spec.created_at, state_at=spec.created_at, wave=wave,
                ),
            )  # fmt: skip
        intent = record(
            ctx, tx, run.case.id, EventType.EXPORT_INTENT, spec.delivery_id, at=spec.created_at,
            refs={"policy": spec.policy_digest, "inventory": inventory.digest},
        )  # fmt: skip
    await_published(ctx, run.case.id, intent)
    return intent


def _outcome(ctx: Context, run: Run, spec: DeliverySpec, package: Package, intent: str, watch: Watch) -> None:
    """The package counts as sent from here on, unless answers came at the last moment.

    Raises:
        AnswersCameError: then; answers are taken over in a transaction too, so that none falls between.
    """
    envelope = package.folder / "DataDelivery.dsse.json"
    digest = hashlib.sha256(envelope.read_bytes()).hexdigest()
    write_file(run.workspace.dir("statements") / f"delivery-{spec.delivery_id}.dsse.json", envelope.read_bytes())
    counts = {"rows": sum(p.n_rows for p in package.parts), "volumes": len(package.volumes)}
    with ctx.store.transaction() as tx:
        state = next(d.state for d in tx.deliveries.list(run.case.id) if d.delivery_id == spec.delivery_id)
        if state is DeliveryState.PREPARED:
            if is_waiting(tx, run.case.id):
                raise AnswersCameError("answers came while this step was at work", hint="Run it again.")
            watch.look()
            for part in package.parts:
                tx.deliveries.put_part(
                    run.case.id, spec.delivery_id,
                    DeliveryPart(
                        name=part.path, source=part.path.split("/")[0], table=part.path.split("/")[1],
                        n_rows=part.n_rows, n_values=0, n_bytes=part.n_bytes,
                        plaintext_digest=part.sha256, ciphertext_digest="",
                    ),
                )  # fmt: skip
            tx.deliveries.seal(
                run.case.id, spec.delivery_id, manifest_digest=package.inner_manifest_sha256,
                path=package.folder.relative_to(ctx.home).as_posix(), at=run.at,
            )  # fmt: skip
            tx.deliveries.set_state(run.case.id, spec.delivery_id, DeliveryState.SENT, run.at)
        record(
            ctx, tx, run.case.id, EventType.EXPORT_OUTCOME, spec.delivery_id, at=run.at, intent=intent, counts=counts,
            refs={"statement": digest},
        )  # fmt: skip
        record(ctx, tx, run.case.id, EventType.DELIVERY_SENT, spec.delivery_id, at=run.at, refs={"statement": digest})
        lot = next(lot for lot in run.case.lots if lot.id == spec.lots[0])
        open_supervision(ctx, tx, run.case, lot, spec.created_at)
        open_return(ctx, tx, run.case, lot, spec.created_at)
    _enter_place(ctx, run, spec, package)


def _enter_place(ctx: Context, run: Run, spec: DeliverySpec, package: Package) -> None:
    keep_place(
        ctx, run.case.id, f"delivery/{spec.delivery_id}", package.folder,
        content="交付包，只有接收方和存管方能打开 / delivery package: only receiver and escrow can open it",
        ground=spec.legal_route, key="age", ends_on=None,
    )  # fmt: skip

"""Hand over: transform under the decisions, pack for receiver and escrow, take the signed receipt."""

import hashlib
import json
import shutil
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

import polars as pl

from bequest.app.context import WAVE, Context, Run, step
from bequest.app.evidence import await_published, platform_signer, publish, record
from bequest.app.fixed import AnswersCameError, Watch, fixed_mark
from bequest.app.open_case import make_keys
from bequest.app.reading import check_markers, open_sources, read_table
from bequest.app.receipts import enter_receipt as enter_receipt
from bequest.app.receipts import nobody_receives
from bequest.app.receipts import nothing_moves as nothing_moves
from bequest.app.receipts import package_folders as package_folders
from bequest.app.redecide import GONE_OUT, redecide_answers, waves_sent
from bequest.app.run_cutover import load_inventory
from bequest.app.run_discover import data_map
from bequest.app.run_notify import keep_place
from bequest.app.run_plan import load_plans
from bequest.crypto.atomic import write_file
from bequest.crypto.cipher import aes_ecb, hmac_sha256
from bequest.engine.tableplan import TablePlan
from bequest.evidence.disposition_tree import root_of_leaves, split_leaves
from bequest.evidence.event_types import EventType
from bequest.evidence.statement import Statement, sign_statement
from bequest.kernel.clock import parse_rfc3339, rfc3339
from bequest.kernel.errors import CaseFileError, DeliveryError, StateError
from bequest.model.case import Lot, Party
from bequest.model.datamap import DataMap
from bequest.sources.source import OpenSource
from bequest.steps.deliver.checkpoint import ABORTED
from bequest.steps.deliver.content import AgeRecipient, DeliveredColumn, DeliveredTable, DeliverySpec
from bequest.steps.deliver.package import Package, Places, build_package
from bequest.steps.transform.references import reference_domains
from bequest.steps.transform.shape import TableShape, shape_table
from bequest.steps.transform.transform import TransformTally, transform_table
from bequest.store.records import DeliveryPart, DeliveryRecord, DeliveryState

TableKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Delivered:
    """One delivery: the package and what was counted on the way, per table."""

    lot: Lot
    package: Package
    tallies: dict[TableKey, TransformTally]


def run_deliver(ctx: Context, case_id: str, *, wave: bool = False) -> tuple[Delivered, ...]:
    """Make the package of every lot. Killed and run again, it goes on and ends the same.

    `wave`: another wave after the first, with what may go since, as late consents allow, and rows of a delta cutover. A
    lot with nothing new gets none, so that it may be run at any time.

    Raises:
        DeliveryError: where the data are no longer those the delivery was begun with.
        StateError: before the cutover, once the destruction has begun, or for an event that moves nothing.
    """
    nobody_receives(ctx.case(case_id).case, "delivery")
    name, needs = (WAVE, ("deliver",)) if wave else ("deliver", ("cutover",))
    with step(ctx, case_id, name, needs=needs) as run:
        if wave:
            not_begun(ctx, run, "another wave")
        datamap = data_map(ctx, case_id)
        sources = open_sources(run.case, run.ctx.secrets)
        check_markers(run.case, sources, ctx.secrets)
        done = []
        for lot in run.case.lots:
            make_keys(ctx, case_id, (f"recipient/{lot.receiver}",), run.at)
            delivered = _deliver_lot(ctx, run, lot, datamap, sources, wave=wave)
            done += [delivered] if delivered else []
        run.counts = {
            "rows": sum(t.delivered for d in done for t in d.tallies.values()),
            "values": sum(_values(d) for d in done),
            "changed": _left_alone(done, "changed"),
            "late": _left_alone(done, "late"),
            "bytes": sum(v.n_bytes for d in done for v in d.package.volumes),
        }
        if len(run.case.lots) > 1 or wave:
            run.counts |= {f"values:{d.package.folder.name.removeprefix('delivery-')}": _values(d) for d in done}
        run.workspace.write_json(run.workspace.dir("work") / "delivered.json", run.counts)
        publish(ctx, case_id)
    return tuple(done)


def not_begun(ctx: Context, run: Run, what: str) -> None:
    """Refuse what is no longer possible once the intent to destroy is on record.

    Raises:
        StateError: then.
    """
    with ctx.store.transaction() as tx:
        begun = any(e.typ == EventType.DESTRUCTION_INTENT.value for e in tx.outbox.all(run.case.id))
    if begun:
        raise StateError(
            f"the destruction of case {run.case.id} has begun: {what} is no longer possible",
            hint="Whoever consents now is told that it is too late.",
        )


def _values(d: Delivered) -> int:
    return sum(sum(t.as_is.values()) + sum(t.masked.values()) for t in d.tallies.values())


def _left_alone(done: Iterable[Delivered], what: str) -> int:
    """Rows that are not those decided on, counted once although every lot's pass meets them."""
    most: dict[TableKey, int] = {}
    for d in done:
        for key, tally in d.tallies.items():
            most[key] = max(most.get(key, 0), getattr(tally, what))
    return sum(most.values())


def delivery_id(case_id: str, lot: Lot, attempt: int = 1, wave: int = 1) -> str:
    """The id of a wave of a lot; an aborted one leaves the next attempt another id."""
    return f"{case_id}-{lot.id}-w{wave}" + (f"-{attempt}" if attempt > 1 else "")


def _open_id(ctx: Context, case_id: str, lot: Lot, wave: int) -> tuple[str, bool]:
    """The id to go on under, the first that was not aborted; and whether it has gone out already."""
    with ctx.store.transaction() as tx:
        states = {d.delivery_id: d.state for d in tx.deliveries.list(case_id)}
    ids = (delivery_id(case_id, lot, n, wave) for n in count(1))
    this = next(i for i in ids if states.get(i) is not DeliveryState.ABORTED)
    return this, states.get(this) in GONE_OUT


def _deliver_lot(
    ctx: Context, run: Run, lot: Lot, datamap: DataMap, sources: dict[str, OpenSource], *, wave: bool
) -> Delivered | None:
    """The package of a lot, built again as long as answers come before it is sent; nothing without rows of its own."""
    while True:
        with ctx.store.transaction() as tx:
            number = waves_sent(tx, run.case.id).get(lot.id, 0) + 1 if wave else 1
        watch = Watch(run.workspace, run.guard)
        this, is_out = _open_id(ctx, run.case.id, lot, number)
        if not is_out:
            redecide_answers(ctx, run)
        whole = load_plans(run.workspace, datamap)
        plans = {key: plan.for_lot(lot.id, number) for key, plan in whole.items()}
        shapes = _shapes(lot, plans, whole)
        if wave and not shapes:
            return None
        with suppress(AnswersCameError):
            return _build(ctx, run, lot, datamap, sources, plans, shapes, this, watch, is_out=is_out, wave=number)


def _shapes(lot: Lot, plans: dict[TableKey, TablePlan], whole: dict[TableKey, TablePlan]) -> dict[TableKey, TableShape]:
    domains = reference_domains(whole.values())
    shapes = {key: shape_table(plan, frozenset({lot.id}), domains) for key, plan in plans.items()}
    return {key: shape for key, shape in shapes.items() if shape is not None}


def _build(
    ctx: Context, run: Run, lot: Lot, datamap: DataMap, sources: dict[str, OpenSource],
    plans: dict[TableKey, TablePlan], shapes: dict[TableKey, TableShape], this: str, watch: Watch,
    *, is_out: bool, wave: int,
) -> Delivered:  # fmt: skip
    spec = _spec(ctx, run, lot, this, decided="" if is_out else f"decided:{fixed_mark(run.workspace)}")
    intent = _intent(ctx, run, spec, wave)
    run.hook("intent_published")
    tallies: dict[TableKey, TransformTally] = {}
    tables = []
    keys = ctx.keys(run.case.id)
    link_ecb = aes_ecb(keys.get("link"))
    recipient_ecb = aes_ecb(keys.get(f"recipient/{lot.receiver}"))
    lots = frozenset({lot.id})
    guard = run.guard if is_out else watch
    for table in datamap.tables:
        key = (table.source, table.name)
        shape = shapes.get(key)
        if shape is None:
            continue
        tallies[key] = TransformTally()
        batches = transform_table(
            read_table(ctx, sources[table.source], table, "deliver"), plans[key], shape, lots,
            link_ecb=link_ecb, recipient_ecb=recipient_ecb, tally=tallies[key],
            tick=None if is_out else lambda _: watch.check(),
        )  # fmt: skip
        tables.append(DeliveredTable(table.source, table.name, _columns(shape, plans[key], lots), batches))
    signer = platform_signer(ctx, run.case.id)

    def sign(statement: Statement) -> bytes:
        return sign_statement(statement, [signer])

    with run.workspace.private_tmp() as private:
        places = Places(run.workspace.dir("delivery"), private, run.workspace.dir("work") / f"{this}.checkpoint")
        try:
            package = build_package(spec, tables, places, sign, guard)
        except DeliveryError as error:
            if error.code == ABORTED:
                _abort(ctx, run, spec, places.out, intent)
            raise
    for unread in tables:  # a package that a killed run had finished is not made again: then only count
        deque(unread.batches, maxlen=0)
    run.hook("package_built")
    _outcome(ctx, run, spec, package, intent, watch)
    return Delivered(lot, package, tallies)


def _abort(ctx: Context, run: Run, spec: DeliverySpec, out: Path, intent: str) -> None:
    """Throw the unfinished package away and say so: the next run begins a delivery of its own."""
    shutil.rmtree(out / f"delivery-{spec.delivery_id}", ignore_errors=True)
    with ctx.store.transaction() as tx:
        tx.deliveries.set_state(run.case.id, spec.delivery_id, DeliveryState.ABORTED, run.at)
        record(
            ctx, tx, run.case.id, EventType.EXPORT_OUTCOME, spec.delivery_id, at=run.at, intent=intent,
            counts={"abandoned": 1},
        )  # fmt: skip
    publish(ctx, run.case.id)


def _columns(shape: TableShape, plan: TablePlan, lots: frozenset[str]) -> tuple[DeliveredColumn, ...]:
    """How each column reaches the receiver: as a token, masked for at least somebody, or as the value."""
    rows = plan.rows.filter(pl.col("lot").is_in(list(lots)))
    out = []
    for c in shape.columns:
        used = {plan.dispositions[i].release.value for i in rows[f"d:{c.name}"].unique().to_list()}
        how = "token" if c.is_reference else "masked" if "masked" in used else "value"
        out.append(DeliveredColumn(c.name, c.column.cls.value, how, "/".join(c.domain.split("\x1f"))))
    return tuple(out)


def _spec(ctx: Context, run: Run, lot: Lot, this: str, *, decided: str) -> DeliverySpec:
    """The settings of a delivery; nonce, salt and time are the same whenever it is resumed."""
    receiver = run.case.receiver(lot.receiver)
    evidence_key = ctx.keys(run.case.id).get("evidence")
    leaves = run.workspace.dir("work") / "disposition.leaves"
    path = run.workspace.dir("work") / f"{this}.begun.json"
    if not path.is_file():
        run.workspace.write_json(path, {"created_at": rfc3339(run.at)})
    created: datetime = parse_rfc3339(json.loads(path.read_text())["created_at"])
    with ctx.store.transaction() as tx:
        in_force = tx.policies.in_force(run.case.id)
    return DeliverySpec(
        delivery_id=this,
        case_id=run.case.id,
        rehearsal=run.case.rehearsal,
        sender=run.case.transferor.name,
        receiver=receiver.name,
        recipients=_recipients(receiver, run.case.escrow),
        lots=(lot.id,),
        legal_route=lot.legal_route.value,
        purposes=lot.purposes,
        policy_digest=in_force.digest if in_force else "",
        created_at=created,
        nonce=hmac_sha256(evidence_key, b"delivery-nonce\0" + this.encode()),
        commit_salt=hmac_sha256(evidence_key, b"delivery-salt\0" + this.encode()),
        restrictions=("no-new-purpose-without-consent", "honour-objections", "pass-on-withdrawals"),
        disposition_root=root_of_leaves(split_leaves(leaves.read_bytes())).hex(),
        decided=decided,
    )


def _recipients(receiver: Party, escrow: Party | None) -> tuple[AgeRecipient, ...]:
    if not receiver.age_recipient:
        raise CaseFileError(
            f"receiver {receiver.id} has no age_recipient", hint="Ask the receiver for an age1… recipient string."
        )
    out = [AgeRecipient(receiver.age_recipient, "receiver")]
    if escrow is not None and escrow.age_recipient:
        out.append(AgeRecipient(escrow.age_recipient, "escrow"))
    return tuple(out)


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
            watch.check()
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
    keep_place(
        ctx, run.case.id, f"delivery/{spec.delivery_id}", package.folder,
        content="交付包，只有接收方和存管方能打开 / delivery package: only receiver and escrow can open it",
        ground=spec.legal_route, key="age", ends_on=None,
    )  # fmt: skip

"""Hand over: transform under the decisions, pack for receiver and escrow, take the signed receipt."""

import hashlib
import json
import shutil
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

import polars as pl

from bequest.app.context import Context, Run, require, step
from bequest.app.evidence import await_published, platform_signer, publish, record
from bequest.app.open_case import make_keys
from bequest.app.reading import check_markers, open_sources, read_table
from bequest.app.run_cutover import load_inventory
from bequest.app.run_discover import data_map
from bequest.app.run_notify import keep_place
from bequest.app.run_plan import load_plans
from bequest.app.user_files import read_user_bytes
from bequest.crypto.atomic import write_file
from bequest.crypto.cipher import aes_ecb, hmac_sha256
from bequest.crypto.verify import parse_public_line
from bequest.engine.tableplan import TablePlan
from bequest.evidence.disposition_tree import root_of_leaves, split_leaves
from bequest.evidence.event_types import EventType
from bequest.evidence.statement import Statement, sign_statement, verify_statement
from bequest.kernel.canonical import Json
from bequest.kernel.clock import parse_rfc3339, rfc3339
from bequest.kernel.errors import CaseFileError, DeliveryError, StateError, VerificationError
from bequest.model.case import MOVES_NOTHING, Case, Lot, Party, Role
from bequest.model.datamap import DataMap
from bequest.sources.source import OpenSource
from bequest.steps.deliver.checkpoint import ABORTED
from bequest.steps.deliver.content import AgeRecipient, DeliveredColumn, DeliveredTable, DeliverySpec
from bequest.steps.deliver.package import Package, Places, build_package
from bequest.steps.deliver.receipt import Receipt, check_receipt
from bequest.steps.transform.references import ColumnKey, reference_domains
from bequest.steps.transform.shape import TableShape, shape_table
from bequest.steps.transform.transform import TransformTally, transform_table
from bequest.store.records import DeliveryPart, DeliveryRecord, DeliveryState, ReceiptRecord

TableKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Delivered:
    """One delivery: the package and what was counted on the way, per table."""

    lot: Lot
    package: Package
    tallies: dict[TableKey, TransformTally]


def nothing_moves(case: Case, what: str) -> None:
    """Refuse deliver and destroy where the event moves nothing.

    Raises:
        StateError: for a share deal or a rename.
    """
    if case.event in MOVES_NOTHING:
        raise StateError(f"event {case.event} moves nothing: there is no {what}", hint="Go on with `bequest close`.")


def run_deliver(ctx: Context, case_id: str) -> tuple[Delivered, ...]:
    """Make the package of every lot. Killed and run again, it goes on and ends the same.

    Raises:
        DeliveryError: where the data are no longer those the delivery was begun with.
        StateError: before the cutover, or for an event that moves nothing.
    """
    nothing_moves(ctx.case(case_id).case, "delivery")
    with step(ctx, case_id, "deliver", needs=("cutover",)) as run:
        datamap = data_map(ctx, case_id)
        plans = load_plans(run.workspace, datamap)
        sources = open_sources(run.case, run.ctx.secrets)
        check_markers(run.case, sources, ctx.secrets)
        domains = reference_domains(plans.values())
        done = []
        for lot in run.case.lots:
            make_keys(ctx, case_id, (f"recipient/{lot.receiver}",), run.at)
            done.append(_deliver_lot(ctx, run, lot, datamap, plans, sources, domains))
        run.counts = {
            "rows": sum(t.delivered for d in done for t in d.tallies.values()),
            "values": sum(sum(t.as_is.values()) + sum(t.masked.values()) for d in done for t in d.tallies.values()),
            "changed": sum(t.changed for d in done for t in d.tallies.values()),
            "late": sum(t.late for d in done for t in d.tallies.values()),
            "bytes": sum(v.n_bytes for d in done for v in d.package.volumes),
        }
        run.workspace.write_json(run.workspace.dir("work") / "delivered.json", run.counts)
        publish(ctx, case_id)
    return tuple(done)


def delivery_id(case_id: str, lot: Lot, attempt: int = 1) -> str:
    """The id of the first wave of a lot; an aborted one leaves the next attempt another id."""
    return f"{case_id}-{lot.id}-w1" + (f"-{attempt}" if attempt > 1 else "")


def _open_id(ctx: Context, case_id: str, lot: Lot) -> str:
    """The id to go on under: the first that was not aborted."""
    with ctx.store.transaction() as tx:
        aborted = {d.delivery_id for d in tx.deliveries.list(case_id) if d.state is DeliveryState.ABORTED}
    return next(i for i in (delivery_id(case_id, lot, n) for n in count(1)) if i not in aborted)


def _deliver_lot(
    ctx: Context, run: Run, lot: Lot, datamap: DataMap, plans: dict[TableKey, TablePlan],
    sources: dict[str, OpenSource], domains: dict[ColumnKey, str],
) -> Delivered:  # fmt: skip
    this = _open_id(ctx, run.case.id, lot)
    spec = _spec(ctx, run, lot, this)
    intent = _intent(ctx, run, spec)
    run.hook("intent_published")
    tallies: dict[TableKey, TransformTally] = {}
    tables = []
    keys = ctx.keys(run.case.id)
    link_ecb = aes_ecb(keys.get("link"))
    recipient_ecb = aes_ecb(keys.get(f"recipient/{lot.receiver}"))
    lots = frozenset({lot.id})
    for table in datamap.tables:
        key = (table.source, table.name)
        shape = shape_table(plans[key], lots, domains) if key in plans else None
        if shape is None:
            continue
        tallies[key] = TransformTally()
        batches = transform_table(
            read_table(ctx, sources[table.source], table, "deliver"), plans[key], shape, lots,
            link_ecb=link_ecb, recipient_ecb=recipient_ecb, tally=tallies[key],
        )  # fmt: skip
        tables.append(DeliveredTable(table.source, table.name, _columns(shape, plans[key], lots), batches))
    signer = platform_signer(ctx, run.case.id)

    def sign(statement: Statement) -> bytes:
        return sign_statement(statement, [signer])

    with run.workspace.private_tmp() as private:
        places = Places(run.workspace.dir("delivery"), private, run.workspace.dir("work") / f"{this}.checkpoint")
        try:
            package = build_package(spec, tables, places, sign, run.guard)
        except DeliveryError as error:
            if error.code == ABORTED:
                _abort(ctx, run, spec, places.out, intent)
            raise
    for unread in tables:  # a package that a killed run had finished is not made again: then only count
        deque(unread.batches, maxlen=0)
    run.hook("package_built")
    _outcome(ctx, run, spec, package, intent)
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


def _spec(ctx: Context, run: Run, lot: Lot, this: str) -> DeliverySpec:
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


def _intent(ctx: Context, run: Run, spec: DeliverySpec) -> str:
    inventory = load_inventory(run.workspace)
    with ctx.store.transaction() as tx:
        if not any(d.delivery_id == spec.delivery_id for d in tx.deliveries.list(run.case.id)):
            tx.deliveries.record(
                run.case.id,
                DeliveryRecord(
                    delivery_id=spec.delivery_id, lot=spec.lots[0], receiver=spec.receiver,
                    policy_digest=spec.policy_digest, population_digest=inventory.digest,
                    created_at=spec.created_at, state_at=spec.created_at,
                ),
            )  # fmt: skip
        intent = record(
            ctx, tx, run.case.id, EventType.EXPORT_INTENT, spec.delivery_id, at=spec.created_at,
            refs={"policy": spec.policy_digest, "inventory": inventory.digest},
        )  # fmt: skip
    await_published(ctx, run.case.id, intent)
    return intent


def _outcome(ctx: Context, run: Run, spec: DeliverySpec, package: Package, intent: str) -> None:
    envelope = package.folder / "DataDelivery.dsse.json"
    digest = hashlib.sha256(envelope.read_bytes()).hexdigest()
    write_file(run.workspace.dir("statements") / f"delivery-{spec.delivery_id}.dsse.json", envelope.read_bytes())
    counts = {"rows": sum(p.n_rows for p in package.parts), "volumes": len(package.volumes)}
    with ctx.store.transaction() as tx:
        state = next(d.state for d in tx.deliveries.list(run.case.id) if d.delivery_id == spec.delivery_id)
        if state is DeliveryState.PREPARED:
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


def package_folders(ctx: Context, case_id: str) -> Iterator[tuple[DeliveryRecord, Path]]:
    """The packages of a case, without those thrown away."""
    with ctx.store.transaction() as tx:
        records = [d for d in tx.deliveries.list(case_id) if d.state is not DeliveryState.ABORTED]
    for d in records:
        yield d, ctx.home / d.path


def enter_receipt(ctx: Context, case_id: str, path: Path) -> Receipt:
    """Check a receiver's signed receipt against the delivery it is for, and keep it.

    Raises:
        DeliveryError: where it is for another delivery, signed by another person, or does not open the commitments.
        InputError: where the file is missing.
        StateError: before the delivery, or for an event that moves nothing.
    """
    case = ctx.case(case_id).case
    nothing_moves(case, "receipt")
    require(ctx, case_id, "deliver")
    envelope = read_user_bytes(path, "receipt", hint="The receiver makes it with `bequest receive … --sign-key FILE`.")
    receivers = [p for p in case.people if Role.RECEIVER in p.roles and p.public_key]
    keys = [parse_public_line(p.public_key) for p in receivers]

    def opened(data: bytes) -> Statement:
        try:
            return verify_statement(data, keys).statement
        except VerificationError:
            names = ", ".join(p.id for p in receivers) or "nobody with a public key"
            raise DeliveryError(
                f"{path.name} is no receipt, or none that the receiver signed",
                hint=f"In the case file the role receiver has {names}: that person opens the package and signs, by"
                " `bequest receive … --sign-key FILE`.",
                code="BQ-DELIVERY-5",
            ) from None

    evidence_key = ctx.keys(case_id).get("evidence")
    at = ctx.now(case_id)
    for delivery, folder in package_folders(ctx, case_id):
        sent = verify_statement(
            (folder / "DataDelivery.dsse.json").read_bytes(), [platform_signer(ctx, case_id).public]
        ).statement
        if opened(envelope).predicate.get("deliveryId") != delivery.delivery_id:
            continue
        salt = hmac_sha256(evidence_key, b"delivery-salt\0" + delivery.delivery_id.encode())
        receipt = check_receipt(envelope, opened, sent, salt)
        signer = verify_statement(envelope, keys).signers[0]
        person = next(p for p, k in zip(receivers, keys, strict=True) if k.fingerprint == signer.fingerprint)
        _keep_receipt(ctx, case_id, delivery, receipt, envelope, person.id, signer.fingerprint, at)
        return receipt
    raise DeliveryError(
        f"the receipt {path.name} is for no delivery of case {case_id}", hint="Check the case and the file."
    )


def _keep_receipt(
    ctx: Context, case_id: str, delivery: DeliveryRecord, receipt: Receipt, envelope: bytes, person: str,
    fingerprint: str, at: datetime,
) -> None:  # fmt: skip
    workspace = ctx.workspace(case_id)
    name = f"receipt-{delivery.delivery_id}-{receipt.stage}.dsse.json"
    write_file(workspace.dir("receipts") / name, envelope)
    digest = hashlib.sha256(envelope).hexdigest()
    body: dict[str, Json] = {
        "stage": receipt.stage,
        "exceptions": list(receipt.exceptions),
        "counts": dict(receipt.counts),
    }
    with ctx.store.transaction() as tx:
        tx.receipts.add(
            case_id,
            ReceiptRecord(
                delivery_id=delivery.delivery_id, party=delivery.receiver, signer=person,
                text=envelope.decode(), signature=digest, fingerprint=fingerprint,
                signed_at=rfc3339(receipt.received_at), created_at=at,
            ),
        )  # fmt: skip
        if receipt.lets_destroy:
            tx.deliveries.set_state(case_id, delivery.delivery_id, DeliveryState.RECEIVED, at)
        record(
            ctx, tx, case_id, EventType.DELIVERY_RECEIPT, f"{delivery.delivery_id}-{receipt.stage}", at=at,
            refs={"receipt": digest}, content=body,
        )  # fmt: skip
    publish(ctx, case_id)

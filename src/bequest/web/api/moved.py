"""What was handed over, taken back, destroyed, sealed, and what others still have to do; the certificate."""

from datetime import datetime
from typing import Any

from ninja import Router, Schema

from bequest.app.console.access import Screen
from bequest.app.queries.doing import doing
from bequest.app.queries.moved import handed_over
from bequest.app.report_evidence import revoked_note
from bequest.model.destruction import Certificate as Issued
from bequest.web.api.access import ApiRequest, Needs
from bequest.web.api.paging import Asked, Page, cut
from bequest.web.api.problems import RefusedError
from bequest.web.api.texts import Text
from bequest.web.site import site

router = Router(tags=["delivery, destruction, custody"])


class Part(Schema):
    """One file of a package, with digests of what is inside and of what is sent."""

    name: str
    source: str
    table: str
    rows: int
    values: int
    bytes: int
    plaintext_sha256: str
    ciphertext_sha256: str


class Receipt(Schema):
    """A signed receipt."""

    party: str
    signer: str
    fingerprint: str
    signed_at: str


class Delivery(Schema):
    """One package for one receiver."""

    id: str
    lot: str
    receiver: str
    wave: int
    state: str
    at: datetime
    manifest_sha256: str
    parts: list[Part]
    receipts: list[Receipt]


class Run(Schema):
    """One run of a step that acts; numbers by word."""

    step: str
    number: int
    state: str
    started_at: datetime
    finished_at: datetime | None
    counts: dict[str, Any]
    error_code: str


class OwnerTask(Schema):
    """What somebody outside must do with what he holds."""

    id: str
    source: str
    kind: str
    owner: str
    what: Text
    due_on: str
    people: int
    state: str
    outcome: str


class Destruction(Schema):
    """How far the acts are. `gone`: values gone by source and table, of the destruction under way or done."""

    runs: list[Run]
    working: list[str]
    """Steps that somebody is at work on now."""
    gone: dict[str, Any]
    tasks: list[OwnerTask]


class Residual(Schema):
    """Something that remains until a date, and who controls it."""

    id: str
    where: Text
    why: Text
    control: Text
    due_on: str
    state: str


class Sums(Schema):
    """Values of one table before and after."""

    source: str
    table: str
    rows_before: int
    rows_after: int
    before: int
    deleted: int
    anonymised: int
    sealed: int
    blocked: int
    in_use: int


class Certificate(Schema):
    """The latest destruction certificate; the signed original is in the bundle. `sha256`: of that original."""

    id: str
    state: str
    why: list[str]
    issued_at: str
    ground: list[str]
    policy: str
    sha256: str
    revoked: Text | None
    tables: list[Sums]


class Bucket(Schema):
    """What is sealed until one month."""

    id: str
    due_month: str
    keeper: str
    rows: int
    values: int
    sha256: str
    state: str


@router.get("/cases/{case_id}/deliveries", response=Page[Delivery], auth=Needs(Screen.DESTRUCTION))
def list_deliveries(request: ApiRequest, case_id: str, asked: Asked) -> Page[Delivery]:
    """Packages with their files and receipts."""
    found = cut(handed_over(site().inside, case_id), lambda h: h.delivery.delivery_id, asked)
    items = [
        Delivery(
            id=h.delivery.delivery_id, lot=h.delivery.lot, receiver=h.delivery.receiver, wave=h.delivery.wave,
            state=h.delivery.state.value, at=h.delivery.state_at, manifest_sha256=h.delivery.manifest_digest,
            parts=[
                Part(
                    name=p.name, source=p.source, table=p.table, rows=p.n_rows, values=p.n_values, bytes=p.n_bytes,
                    plaintext_sha256=p.plaintext_digest, ciphertext_sha256=p.ciphertext_digest,
                )
                for p in h.parts
            ],
            receipts=[
                Receipt(party=r.party, signer=r.signer, fingerprint=r.fingerprint, signed_at=r.signed_at)
                for r in h.receipts
            ],
        )
        for h in found.items
    ]  # fmt: skip
    return Page(items=items, next=found.next, total=found.total)


@router.get("/cases/{case_id}/destruction", response=Destruction, auth=Needs(Screen.DESTRUCTION))
def read_destruction(request: ApiRequest, case_id: str) -> Destruction:
    """What is being done and how far it is, with the tasks of others."""
    found = doing(site().inside, case_id)
    return Destruction(
        runs=[
            Run(
                step=r.step, number=r.run_number, state=r.state.value, started_at=r.started_at,
                finished_at=r.finished_at, counts=dict(r.counts), error_code=r.error_code,
            )
            for r in found.runs
        ],
        working=[x.step for x in found.working], gone=dict(found.progress),
        tasks=[
            OwnerTask(
                id=t.task_id, source=t.task.source, kind=t.task.kind, owner=t.task.owner,
                what=Text(zh=t.task.what_zh, en=t.task.what_en), due_on=t.due_on, people=t.persons,
                state=t.state.value, outcome=t.outcome,
            )
            for t in found.tasks
        ],
    )  # fmt: skip


@router.get("/cases/{case_id}/residuals", response=Page[Residual], auth=Needs(Screen.DESTRUCTION))
def list_residuals(request: ApiRequest, case_id: str, asked: Asked) -> Page[Residual]:
    """What remains, until when, under whose control."""
    with site().inside.store.transaction() as tx:
        known = tuple(tx.residuals.list(case_id))
    found = cut(known, lambda r: r.residual_id, asked)
    items = [
        Residual(
            id=r.residual_id, where=Text(zh=r.residual.where_zh, en=r.residual.where_en),
            why=Text(zh=r.residual.why_zh, en=r.residual.why_en),
            control=Text(zh=r.residual.control_zh, en=r.residual.control_en), due_on=r.due_on, state=r.state.value,
        )
        for r in found.items
    ]  # fmt: skip
    return Page(items=items, next=found.next, total=found.total)


@router.get("/cases/{case_id}/certificate", response=Certificate, auth=Needs(Screen.DESTRUCTION))
def read_certificate(request: ApiRequest, case_id: str) -> Certificate:
    """The latest certificate; 404 while there is none."""
    ctx = site().inside
    with ctx.store.transaction() as tx:
        issued = tx.destructions.certificates(case_id)
    if not issued:
        raise RefusedError(404)
    made: Issued = issued[-1].certificate
    note = revoked_note(ctx, case_id)
    return Certificate(
        id=made.certificate_id, state=made.state.value, why=list(made.why), issued_at=made.issued_at,
        ground=list(made.ground), policy=made.policy_digest, sha256=issued[-1].digest,
        revoked=Text(zh=note.zh, en=note.en) if note else None,
        tables=[
            Sums(
                source=t.source, table=t.table, rows_before=t.rows_before, rows_after=t.rows_after, before=t.before,
                deleted=t.deleted, anonymised=t.anonymised, sealed=t.sealed, blocked=t.blocked, in_use=t.in_use,
            )
            for t in made.tables
        ],
    )  # fmt: skip


@router.get("/cases/{case_id}/custody", response=Page[Bucket], auth=Needs(Screen.DESTRUCTION))
def list_custody(request: ApiRequest, case_id: str, asked: Asked) -> Page[Bucket]:
    """What is sealed, until which month, with whom."""
    with site().inside.store.transaction() as tx:
        known = tuple(tx.custody.list(case_id))
    found = cut(known, lambda b: b.bucket_id, asked)
    items = [
        Bucket(
            id=b.bucket_id, due_month=b.due_month, keeper=b.keeper, rows=b.n_rows, values=b.n_values, sha256=b.digest,
            state=b.state.value,
        )
        for b in found.items
    ]  # fmt: skip
    return Page(items=items, next=found.next, total=found.total)

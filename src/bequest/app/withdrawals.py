"""Withdrawals, objections and corrections that come after a delivery: told to the receiver, and what became of it.

Who objected or took a consent back since a delivery is known from the answers; others (an answer that came too late for
the destruction, a correction) are named in a file. A row is withdrawn by the token that went with it, so that it can be
named when the source has long lost it. What was told once is not told again.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from pathlib import Path

import numpy as np
import polars as pl

from bequest.app.context import Context, is_past, require
from bequest.app.delivered import GONE_OUT, fixed_at, load_tallies, rows_of_delivery
from bequest.app.evidence import event_id, platform_signer, publish, record
from bequest.app.fixed import withdrawn_since
from bequest.app.keep_place import keep_place
from bequest.app.run_discover import data_map
from bequest.app.run_link import load_linked
from bequest.app.run_plan import load_plans
from bequest.app.telling import people_of, register
from bequest.app.workspace import Workspace
from bequest.crypto.atomic import write_file
from bequest.crypto.cipher import hmac_sha256
from bequest.engine.tableplan import DECISION_PREFIX, TablePlan
from bequest.evidence.event_types import EventType
from bequest.evidence.statement import Statement, read_statement, sign_statement
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import InputError, StateError
from bequest.model.case import Case, Lot
from bequest.model.datamap import DataMap, TableMap
from bequest.model.disposition import Release
from bequest.model.facts import RowRole
from bequest.sources.landing import ROW, TableChange
from bequest.steps.deliver.change import ChangeReceipt, ChangeSpec, asked_of, check_change_receipt, write_message
from bequest.steps.link.link import Linked
from bequest.steps.notify.answers import read_csv_columns
from bequest.store.records import DeliveryRecord
from bequest.store.transaction import Tx

WITHDRAW, OBJECT, CORRECT = "withdraw", "object", "correct"
COLUMNS = ("ref", "action", "field", "value")
_TOLD = {"message": pl.String, "key": pl.String}


@dataclass(frozen=True, slots=True)
class PassedOn:
    """A message to a receiver. `asked`, `done`: rows to delete, cells to correct; `done` is None while outstanding."""

    message_id: str
    receiver: str
    lot: str
    created_at: str
    asked: tuple[int, int]
    done: tuple[int, int] | None = None
    executed_at: str = ""
    folder: Path = Path()


def withdraw(ctx: Context, case_id: str, *, people: Path | None = None) -> tuple[PassedOn, ...]:
    """Write a message for each lot in which something was delivered that is withdrawn or corrected since.

    `people`: a CSV of `ref,action,field,value` (`withdraw`, `object`, `correct`; field as `source.table.column`).

    Raises:
        InputError: where the file cannot be used, naming lines and never contents.
        StateError: before a delivery, or once the case is closed.
    """
    require(ctx, case_id, "deliver")
    if is_past(ctx, case_id, "close"):
        raise StateError(
            f"case {case_id} is closed: its keys are gone, no message can be made any more",
            hint="Write to the receiver, naming the delivery; the rows are named by what the person tells.",
        )
    case, workspace, at = ctx.case(case_id).case, ctx.workspace(case_id), ctx.now(case_id)
    maker = _Maker(ctx, case, workspace, data_map(ctx, case_id), at)
    named = _read(people, register(workspace)["ref"], maker.datamap) if people is not None else _NOBODY
    return tuple(found for lot in case.lots if (found := maker.message(lot, named)) is not None)


_NOBODY = pl.DataFrame(schema=dict.fromkeys(COLUMNS, pl.String))


def _read(path: Path, refs: pl.Series, datamap: DataMap) -> pl.DataFrame:
    frame = read_csv_columns(path, ("ref", "action"), optional=("field", "value"))
    frame = frame.with_columns(pl.col("field").fill_null("")).with_row_index("line", offset=2)
    fields = [f"{t.source}.{t.name}.{c.name}" for t in datamap.tables for c in t.columns]
    unknown = ~pl.col("ref").is_in(refs.implode()) | ~pl.col("action").is_in([WITHDRAW, OBJECT, CORRECT])
    fieldless = (pl.col("action") == CORRECT) & ~pl.col("field").is_in(fields)
    lines = frame.filter((unknown | fieldless).fill_null(value=True))["line"].to_list()
    if lines:
        raise InputError(
            f"{path.name}: nobody who was told, no known action, or no field of the data map in line"
            f" {', '.join(map(str, lines[:10]))}",
            hint="Its columns are ref (of the letter), action (withdraw, object, correct), and for corrections field"
            " (source.table.column) and value. Nothing was written: mend and repeat.",
        )
    return frame.select(COLUMNS)


@dataclass(slots=True)
class _Maker:
    """Makes the messages of one run."""

    ctx: Context
    case: Case
    workspace: Workspace
    datamap: DataMap
    at: datetime

    def message(self, lot: Lot, named: pl.DataFrame) -> PassedOn | None:
        """The message for a lot; nothing where nobody is to be withdrawn who was not before."""
        deliveries = self._sent(lot)
        if not deliveries:
            return None
        linked = load_linked(self.workspace, self.case, self.datamap, fixed=True)
        plans = load_plans(self.workspace, self.datamap)
        told = self._told()
        people = people_of(self.workspace, linked)
        leaving = self._leaving(deliveries, lot, named, told)
        subjects = people.filter(pl.col("ref").is_in(leaving["ref"].implode()))["subject"].unique().to_numpy()
        rows = pl.concat([rows_of_delivery(self.workspace, d.delivery_id) for d in deliveries])
        corrections = self._corrections(named, told, lot)
        changes = []
        for t in self.datamap.tables:
            plan = plans.get((t.source, t.name))
            mine = rows.filter(pl.col("source") == t.source, pl.col("table") == t.name).unique(["row_tag", "row"])
            if plan is not None and mine.height:
                wanted = corrections.filter(pl.col("field").str.starts_with(f"{t.source}.{t.name}."))
                clear, went = self._went(deliveries, t)
                change = _Table(t, plan, linked, mine).change(subjects, people, wanted, clear, went, lot)
                changes += [change] if len(change.gone) or change.corrected else []
        if not changes:
            return None
        counted = pl.concat([leaving.select("action"), corrections.select("ref", "action").unique().select("action")])
        keys = [*leaving["ref"].to_list(), *corrections["key"].to_list()]
        return self._write(lot, deliveries, changes, dict(counted["action"].value_counts().rows()), keys)

    def _sent(self, lot: Lot) -> list[DeliveryRecord]:
        with self.ctx.store.transaction() as tx:
            found = [d for d in tx.deliveries.list(self.case.id) if d.lot == lot.id and d.state in GONE_OUT]
        return [d for d in found if fixed_at(self.workspace, d.delivery_id).is_file()]

    def _leaving(self, sent: list[DeliveryRecord], lot: Lot, named: pl.DataFrame, told: pl.Series) -> pl.DataFrame:
        """`ref`, `action` of everybody who leaves."""
        by_file = named.filter(pl.col("action") != CORRECT).select("ref", "action")
        since = [withdrawn_since(self.workspace, fixed_at(self.workspace, d.delivery_id), lot.id) for d in sent]
        answered = pl.concat(since).unique().to_frame("ref").with_columns(pl.lit(OBJECT).alias("action"))
        found = pl.concat([by_file, answered]).unique("ref", keep="first", maintain_order=True)
        return found.filter(~pl.col("ref").is_in(told.implode())).sort("ref")

    def _corrections(self, named: pl.DataFrame, told: pl.Series, lot: Lot) -> pl.DataFrame:
        """Corrections not told before, with a keyed digest of each by which that is known."""
        secret = self.ctx.keys(self.case.id).get("evidence")
        wanted = named.filter(pl.col("action") == CORRECT)
        keys = [
            hmac_sha256(secret, "\x1f".join(("correction", lot.id, *map(str, r))).encode()).hex() for r in wanted.rows()
        ]
        wanted = wanted.with_columns(pl.Series("key", keys, dtype=pl.String))
        return wanted.filter(~pl.col("key").is_in(told.implode()))

    def _went(self, sent: list[DeliveryRecord], t: TableMap) -> tuple[frozenset[str], frozenset[str]]:
        """Columns that went as they are: only those can be corrected; and all that went: only there is anything."""
        found = [load_tallies(self.workspace, d.delivery_id).get((t.source, t.name)) for d in sent]
        tallies = [x for x in found if x is not None]
        clear = frozenset(c for x in tallies for c, n in x.as_is.items() if n)
        return clear, clear.union(*({c for c, n in x.masked.items() if n} for x in tallies))

    def _write(
        self, lot: Lot, sent: list[DeliveryRecord], changes: list[TableChange], people: dict[str, int], keys: list[str]
    ) -> PassedOn:
        ctx, case = self.ctx, self.case
        receiver = case.receiver(lot.receiver)
        signer = platform_signer(ctx, case.id)
        this = self._free_id(lot)
        secret = ctx.keys(case.id).get("evidence")
        spec = ChangeSpec(
            message_id=this, case_id=case.id, rehearsal=case.rehearsal, sender=case.transferor.name,
            receiver=receiver.name, recipients=(receiver.age_recipient,), people=people, lot=lot.id, created_at=self.at,
            deliveries=tuple(d.delivery_id for d in sent), nonce=hmac_sha256(secret, b"withdrawal\0" + this.encode()),
        )  # fmt: skip
        folder = self.workspace.dir("delivery") / f"withdrawal-{this}"
        envelope = write_message(spec, changes, folder, lambda s: sign_statement(s, [signer]))
        write_file(_statement_file(self.workspace, this), envelope)
        self._note(this, keys)
        asked = asked_of(read_statement(envelope).statement.predicate)
        with ctx.store.transaction() as tx:
            record(
                ctx, tx, case.id, EventType.WITHDRAWAL_SENT, this, at=self.at,
                refs={"statement": hashlib.sha256(envelope).hexdigest()}, counts={"rows": asked[0], "cells": asked[1]},
            )  # fmt: skip
        keep_place(
            ctx, case.id, f"withdrawal/{this}", folder,
            content="撤回与更正的通知，只有接收方能打开 / message of withdrawals: only the receiver can open it",
            ground="PIPL-15, PIPL-46, PIPL-47", key="age", ends_on=None,
        )  # fmt: skip
        publish(ctx, case.id)
        return PassedOn(this, receiver.name, lot.id, rfc3339(self.at), asked, folder=folder)

    def _free_id(self, lot: Lot) -> str:
        with self.ctx.store.transaction() as tx:
            for n in count(1):
                this = f"{self.case.id}-{lot.id}-x{n}"
                if tx.outbox.get(self.case.id, event_id(EventType.WITHDRAWAL_SENT, this)) is None:
                    return this
        raise AssertionError

    def _told(self) -> pl.Series:
        """What was told before, by reference or keyed digest; a message that never got on record does not count."""
        path = _told_file(self.workspace)
        found = pl.read_parquet(path) if path.is_file() else pl.DataFrame(schema=_TOLD)
        on_record = [m.message_id for m in passed_on(self.ctx, self.case.id)]
        return found.filter(pl.col("message").is_in(on_record))["key"]

    def _note(self, this: str, keys: list[str]) -> None:
        path = _told_file(self.workspace)
        before = pl.read_parquet(path) if path.is_file() else pl.DataFrame(schema=_TOLD)
        new = pl.DataFrame({"message": [this] * len(keys), "key": keys}, schema=_TOLD)
        self.workspace.write(path, pl.concat([before.filter(pl.col("message") != this), new]))


@dataclass(frozen=True, slots=True)
class _Table:
    """One delivered table: its plan, who its rows are about, and `went`: row tag and token of what was delivered."""

    table: TableMap
    plan: TablePlan
    linked: Linked
    went: pl.DataFrame

    def change(
        self, subjects: np.ndarray, people: pl.DataFrame, wanted: pl.DataFrame, clear: frozenset[str],
        went: frozenset[str], lot: Lot,
    ) -> TableChange:  # fmt: skip
        """Rows about these people go; of rows about others go the cells about them; and the cells corrected."""
        mine = self.plan.rows["subject"].is_in(subjects.tolist()).fill_null(value=False).to_numpy()
        cells: dict[str, list[pl.DataFrame]] = {}
        for role, who in self._roles():
            met = np.isin(who, subjects) & ~mine
            empty = self._tokens(met).select(pl.col("row").alias(ROW), pl.lit(None, pl.String).alias("value"))
            for c in self.table.columns:
                if c.role.value == role and c.personal and c.name in went and empty.height:
                    cells.setdefault(c.name, []).append(empty)
        for ref, field, value in wanted.select("ref", "field", "value").iter_rows():
            name = field.removeprefix(f"{self.table.source}.{self.table.name}.")
            if name in clear:
                of = people.filter(pl.col("ref") == ref)["subject"].to_numpy()
                met = self._about(name, of) & self._as_is(name, lot) & ~mine
                cell = self._tokens(met).select(pl.col("row").alias(ROW), pl.lit(value, pl.String).alias("value"))
                cells.setdefault(name, []).extend([cell] if cell.height else [])
        corrected = {c: pl.concat(f).unique(ROW, keep="last").sort(ROW) for c, f in cells.items() if f}
        gone = self._tokens(mine)["row"].sort()
        return TableChange(f"{self.table.source}.{self.table.name}", gone, corrected)

    def _roles(self) -> Iterator[tuple[str, np.ndarray]]:
        at = self.plan.rows["row_no"].to_numpy()
        of_rows: Mapping[RowRole, np.ndarray] = self.linked.subject_of.get((self.table.source, self.table.name), {})
        for role, who in of_rows.items():
            yield role.value, np.where(at < len(who), who[np.minimum(at, len(who) - 1)], -1)

    def _about(self, name: str, subjects: np.ndarray) -> np.ndarray:
        """Rows in which the column is about these people: by its role, else by the person the row is about."""
        role = self.table.column(name).role.value
        who = dict(self._roles()).get(role)
        if who is None:
            return self.plan.rows["subject"].is_in(subjects.tolist()).fill_null(value=False).to_numpy()
        return np.isin(who, subjects)

    def _as_is(self, name: str, lot: Lot) -> np.ndarray:
        """Rows whose value of the column was given to the lot as it is: no other may learn a corrected one."""
        given = [i for i, d in enumerate(self.plan.dispositions) if d.release is Release.AS_IS]
        column = DECISION_PREFIX + name
        found: np.ndarray = (self.plan.rows["lot"] == lot.id).to_numpy() & self.plan.rows[column].is_in(
            given
        ).to_numpy()
        if self.plan.shares.height:
            also = self.plan.shares.filter((pl.col("lot") == lot.id) & pl.col(column).is_in(given))["pos"].to_numpy()
            found[also] = True
        return found

    def _tokens(self, met: np.ndarray) -> pl.DataFrame:
        return (
            self.plan.rows.filter(pl.Series(met)).select("row_tag").unique().join(self.went, on="row_tag").select("row")
        )


def passed_on(ctx: Context, case_id: str) -> tuple[PassedOn, ...]:
    """Every message on record, oldest first, and what the receiver signed for."""
    with ctx.store.transaction() as tx:
        return messages_on_record(ctx.workspace(case_id), tx, case_id)


def messages_on_record(workspace: Workspace, tx: Tx, case_id: str) -> tuple[PassedOn, ...]:
    """The same, in the caller's transaction."""
    found = []
    for path in sorted(workspace.dir("statements").glob("withdrawal-*.dsse.json")):
        sent = read_statement(path.read_bytes()).statement
        words = ("messageId", "recipientOrg", "lot", "createdAt")
        this, receiver, lot, at = (str(sent.predicate[k]) for k in words)
        if tx.outbox.get(case_id, event_id(EventType.WITHDRAWAL_SENT, this)) is None:
            continue
        message = PassedOn(
            this, receiver, lot, at, asked_of(sent.predicate), folder=workspace.dir("delivery") / f"withdrawal-{this}"
        )
        receipt = _receipt_file(workspace, this)
        if receipt.is_file():
            done = check_change_receipt(read_statement(receipt.read_bytes()).statement, sent)
            message = replace(message, done=done.done, executed_at=rfc3339(done.executed_at))
        found.append(message)
    return tuple(sorted(found, key=lambda p: (p.created_at, p.message_id)))


def enter_change_receipt(
    ctx: Context, case_id: str, receipt: Statement, envelope: bytes, at: datetime
) -> ChangeReceipt:
    """Keep a receipt whose signature was checked.

    Raises:
        DeliveryError: where it is not for a message of this case.
        StateError: where it is for no message at all.
    """
    workspace = ctx.workspace(case_id)
    this = str(receipt.predicate.get("messageId"))
    known = {p.message_id for p in passed_on(ctx, case_id)}
    if this not in known:
        raise StateError(f"the receipt is for no message of case {case_id}", hint="Check the case and the file.")
    found = check_change_receipt(receipt, _sent(workspace, this))
    kept = _receipt_file(workspace, this)
    if kept.is_file():  # the first one stays, and is put on record where a killed run did not come to it
        envelope = kept.read_bytes()
        found = check_change_receipt(read_statement(envelope).statement, _sent(workspace, this))
    write_file(kept, envelope)
    with ctx.store.transaction() as tx:
        record(
            ctx, tx, case_id, EventType.WITHDRAWAL_RECEIPT, this, at=at,
            refs={"receipt": hashlib.sha256(envelope).hexdigest()},
            counts={"rows": found.done[0], "cells": found.done[1]},
        )  # fmt: skip
    publish(ctx, case_id)
    return found


def _sent(workspace: Workspace, this: str) -> Statement:
    return read_statement(_statement_file(workspace, this).read_bytes()).statement


def _statement_file(workspace: Workspace, this: str) -> Path:
    return workspace.dir("statements") / f"withdrawal-{this}.dsse.json"


def _receipt_file(workspace: Workspace, this: str) -> Path:
    return workspace.dir("receipts") / f"withdrawal-{this}.dsse.json"


def _told_file(workspace: Workspace) -> Path:
    return workspace.dir("work") / "withdrawn.parquet"

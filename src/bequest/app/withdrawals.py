"""Withdrawals, objections and corrections that come after a delivery: told to the receiver, and what became of it.

Who objected or took a consent back since a delivery is known from the answers; others (an answer that came too late for
the destruction, a correction) are named in a file. A row is withdrawn by the token that went with it, so that it can be
named when the source has long lost it. What was told once is not told again.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from bequest.app.passed_on import PassedOn, passed_on, statement_file
from bequest.app.run_discover import data_map
from bequest.app.run_link import load_linked
from bequest.app.run_plan import load_plans
from bequest.app.telling import people_of, register
from bequest.app.workspace import Workspace
from bequest.crypto.atomic import write_file
from bequest.crypto.cipher import hmac_sha256
from bequest.engine.tableplan import DECISION_PREFIX, TablePlan
from bequest.evidence.event_types import EventType
from bequest.evidence.statement import read_statement, sign_statement
from bequest.kernel.canonical import digest
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import InputError, StateError
from bequest.model.case import Case, Lot
from bequest.model.datamap import DataMap, TableMap
from bequest.model.disposition import Release
from bequest.model.facts import RowRole
from bequest.sources.landing import ROW, TableChange
from bequest.steps.deliver.change import ChangeSpec, asked_of, write_message
from bequest.steps.link.link import Linked
from bequest.steps.notify.answers import read_csv_columns
from bequest.store.records import DeliveryRecord

WITHDRAW, OBJECT, CORRECT = "withdraw", "object", "correct"
COLUMNS = ("ref", "action", "field", "value")
_WAIT_SECONDS = 10.0
_TOLD = {"message": pl.String, "key": pl.String}


@dataclass(frozen=True, slots=True)
class Due:
    """What would be asked of a receiver now. `people`: how many by action; `rows` to delete, `cells` to correct."""

    lot: str
    receiver: str
    people: Mapping[str, int]
    rows: int
    cells: int
    digest: str
    """Of whom it is about and what it asks: another one where that changed."""


Named = tuple[str, str, str, str]
"""Reference of a letter, action, field as `source.table.column`, value."""


def withdraw(
    ctx: Context, case_id: str, *, people: Path | None = None, named: Sequence[Named] = (), seen: str | None = None
) -> tuple[PassedOn, ...]:
    """Write a message for each lot in which something was delivered that is withdrawn or corrected since.

    `people`: a CSV of `ref,action,field,value` (`withdraw`, `object`, `correct`; field as `source.table.column`);
    `named`: the same, typed. `seen`: digest of what somebody was shown as due (`digest_of`); only that is asked.

    Raises:
        InputError: where the file or what was typed cannot be used, naming lines and never contents.
        StateError: before a delivery, once the case is closed, or where another than what was shown is due.
    """
    with ctx.store.alone(f"withdrawals of case {case_id}", _WAIT_SECONDS):
        maker, frame = _ready(ctx, case_id, people, named)
        asked = [a for lot in maker.case.lots if (a := maker.asked(lot, frame)) is not None]
        if seen is not None and seen != digest_of([a.due(maker.case) for a in asked]):
            raise StateError(
                "what is to be asked of the receiver changed since it was shown", hint="Look at it again, then send it."
            )
        return tuple(maker.write(a) for a in asked)


def due(ctx: Context, case_id: str, named: Sequence[Named] = ()) -> tuple[Due, ...]:
    """What `withdraw` would ask of whom; nothing is written. Raises as it does."""
    maker, frame = _ready(ctx, case_id, None, named)
    return tuple(a.due(maker.case) for lot in maker.case.lots if (a := maker.asked(lot, frame)) is not None)


def digest_of(found: Sequence[Due]) -> str:
    """By which it is known again what somebody was shown."""
    return digest([d.digest for d in found])


def _ready(
    ctx: Context, case_id: str, people: Path | None, named: Sequence[Named]
) -> tuple["_Maker", pl.DataFrame]:  # fmt: skip
    require(ctx, case_id, "deliver")
    if is_past(ctx, case_id, "close"):
        raise StateError(
            f"case {case_id} is closed: its keys are gone, no message can be made any more",
            hint="Write to the receiver, naming the delivery; the rows are named by what the person tells.",
        )
    case, workspace, at = ctx.case(case_id).case, ctx.workspace(case_id), ctx.now(case_id)
    maker = _Maker(ctx, case, workspace, data_map(ctx, case_id), at)
    refs = register(workspace)["ref"]
    if people is not None:
        frame = read_csv_columns(people, ("ref", "action"), optional=("field", "value"))
        return maker, _checked(frame.with_row_index("line", offset=2), people.name, refs, maker.datamap)
    frame = pl.DataFrame(list(named), schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    return maker, _checked(frame.with_row_index("line", offset=1), "what was typed", refs, maker.datamap)


def _checked(frame: pl.DataFrame, what: str, refs: pl.Series, datamap: DataMap) -> pl.DataFrame:
    frame = frame.with_columns(pl.col("field").fill_null(""))
    fields = [f"{t.source}.{t.name}.{c.name}" for t in datamap.tables for c in t.columns]
    unknown = ~pl.col("ref").is_in(refs.implode()) | ~pl.col("action").is_in([WITHDRAW, OBJECT, CORRECT])
    fieldless = (pl.col("action") == CORRECT) & ~pl.col("field").is_in(fields)
    lines = frame.filter((unknown | fieldless).fill_null(value=True))["line"].to_list()
    if lines:
        raise InputError(
            f"{what}: nobody who was told, no known action, or no field of the data map in line"
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

    def asked(self, lot: Lot, named: pl.DataFrame) -> "_Asked | None":
        """What a lot's receiver is to be asked; nothing where nobody is to be withdrawn who was not before."""
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
        return _Asked(lot, deliveries, changes, dict(counted["action"].value_counts().rows()), keys)

    def _sent(self, lot: Lot) -> list[DeliveryRecord]:
        with self.ctx.store.transaction() as tx:
            found = [d for d in tx.deliveries.list(self.case.id) if d.lot == lot.id and d.state in GONE_OUT]
        return [d for d in found if fixed_at(self.workspace, d.delivery_id).is_file()]

    def _leaving(self, sent: list[DeliveryRecord], lot: Lot, named: pl.DataFrame, told: pl.Series) -> pl.DataFrame:
        """`ref`, `action` of everybody who leaves."""
        by_file = named.filter(pl.col("action") != CORRECT).select("ref", "action")
        lots = tuple(x.id for x in self.case.lots)
        since = [withdrawn_since(self.workspace, fixed_at(self.workspace, d.delivery_id), lot.id, lots) for d in sent]
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

    def write(self, asked: "_Asked") -> PassedOn:
        """The message, for the receiver alone to open."""
        ctx, case, lot = self.ctx, self.case, asked.lot
        receiver = case.receiver(lot.receiver)
        signer = platform_signer(ctx, case.id)
        this = self._free_id(lot)
        secret = ctx.keys(case.id).get("evidence")
        spec = ChangeSpec(
            message_id=this, case_id=case.id, rehearsal=case.rehearsal, sender=case.transferor.name,
            receiver=receiver.name, recipients=(receiver.age_recipient,), people=asked.people, lot=lot.id,
            created_at=self.at, deliveries=tuple(d.delivery_id for d in asked.sent),
            nonce=hmac_sha256(secret, b"withdrawal\0" + this.encode()),
        )  # fmt: skip
        folder = self.workspace.dir("delivery") / f"withdrawal-{this}"
        envelope = write_message(spec, asked.changes, folder, lambda s: sign_statement(s, [signer]))
        write_file(statement_file(self.workspace, this), envelope)
        self._note(this, asked.keys)
        rows, cells = asked_of(read_statement(envelope).statement.predicate)
        with ctx.store.transaction() as tx:
            record(
                ctx, tx, case.id, EventType.WITHDRAWAL_SENT, this, at=self.at,
                refs={"statement": hashlib.sha256(envelope).hexdigest()}, counts={"rows": rows, "cells": cells},
            )  # fmt: skip
        keep_place(
            ctx, case.id, f"withdrawal/{this}", folder,
            content="撤回与更正的通知，只有接收方能打开 / message of withdrawals: only the receiver can open it",
            ground="PIPL-15, PIPL-46, PIPL-47", key="age", ends_on=None,
        )  # fmt: skip
        publish(ctx, case.id)
        return PassedOn(this, receiver.name, lot.id, rfc3339(self.at), (rows, cells), folder=folder)

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
class _Asked:
    """What a message says: of what was sent in a lot, which rows go and which cells change."""

    lot: Lot
    sent: list[DeliveryRecord]
    changes: list[TableChange]
    people: dict[str, int]
    keys: list[str]

    def due(self, case: Case) -> Due:
        """The same in numbers."""
        rows = sum(len(c.gone) for c in self.changes)
        cells = sum(f.height for c in self.changes for f in c.corrected.values())
        about = digest([self.lot.id, self.keys, rows, cells])
        return Due(self.lot.id, case.receiver(self.lot.receiver).name, self.people, rows, cells, about)


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


def _told_file(workspace: Workspace) -> Path:
    return workspace.dir("work") / "withdrawn.parquet"

"""The restore guard: hold a restored store, or an import, against the erasure ledger, and erase again who came back."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from bequest.app.context import Context
from bequest.app.evidence import LATER, keep_statement, publish, record
from bequest.app.intents import await_published
from bequest.app.reading import SAMPLE_ROWS, as_columns, check_markers
from bequest.app.run_discover import data_map
from bequest.app.signing_people import people_keys
from bequest.crypto.cipher import aes_ecb
from bequest.crypto.signing import Signer
from bequest.engine.rows import Ecb
from bequest.evidence.event_types import EventType
from bequest.evidence.statement import Statement, Subject
from bequest.kernel.canonical import Json
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import GuardError, InputError, ResidueFoundError, StateError
from bequest.model.case import SERVERS, Case, Role, Source
from bequest.model.datamap import TableMap
from bequest.sources import open_source
from bequest.sources.source import OpenSource
from bequest.steps.destroy.ledger import Ledger, read_ledger
from bequest.steps.destroy.order import tables_in_order
from bequest.steps.destroy.replay import IMPORTED, OLDER, SAME, TO_PEOPLE, Found, ReplayTable, look
from bequest.steps.discover.discover import discover
from bequest.steps.discover.sample import TableSample
from bequest.store.records import CaseStatus

SETTLED = "settled.json"
"""Beside the ledger: its digest, once it knows who came on hold while others were erased."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came back, by table; how many rows and cells went again (none where it was only looked)."""

    found: tuple[Found, ...]
    erased_rows: int
    emptied_cells: int
    statement: Path | None

    def count(self, what: str) -> int:
        """Rows of one kind in all tables."""
        return sum(f.count(what) for f in self.found)


def replay(
    ctx: Context, case_id: str, source: str, *, at: Path | None = None, imports: bool = False,
    operator_key: Path | None = None,
) -> Replayed:  # fmt: skip
    """Look for the erased in a source of the case, or in the file `at` of the same kind; with a key, erase again.

    Rows that were erased and are back go, as they went. `imports`: rows under other keys in which an identifier of
    somebody erased stands, and nobody shares it, go whole: somebody has looked at the list and said so.

    Raises:
        StateError: where there is no ledger or its key is gone.
        GuardError: a rehearsal's ledger at a store that is not marked; or people were on hold during the destruction.
        ResidueFoundError: where somebody is still there afterwards.
    """
    case = ctx.case(case_id).case
    ledger, ecb = _ledger(ctx, case_id)
    spec = _spec(case, source, at)
    store = open_source(spec, ctx.secrets)
    check_markers(case, {source: store}, ctx.secrets)
    tables = tuple(_tables(ctx, case_id, source, store))
    found = tuple(_look(ledger, t, store, ecb) for t in tables)
    also = frozenset({IMPORTED}) if imports else frozenset()
    if operator_key is None:
        return Replayed(found, 0, 0, None)
    signer = people_keys(case, {Role.OPERATOR: operator_key}, (Role.OPERATOR,))[Role.OPERATOR]
    _nobody_on_hold(ctx, case_id, ledger)
    number, intent = _intent(ctx, case_id, source, found, ledger, signer)
    rows, cells = _erase(store, tables, ledger, ecb, also)
    again = tuple(_look(ledger, t, store, ecb) for t in tables)
    back = sum(f.count(w) for f in again for w in (SAME, OLDER, *also))
    path = _outcome(ctx, case_id, source, number, intent, (rows, cells, back), again, signer)
    if back:
        raise ResidueFoundError(
            f"{back:,} rows of people who were erased are still in {source} after they were erased again",
            hint="Somebody writes to it, or it refuses: see that nobody does, then run this again.",
        )
    return Replayed(found, rows, cells, path)


def _ledger(ctx: Context, case_id: str) -> tuple[Ledger, Ecb]:
    path = ctx.workspace(case_id).dir("stores", "ledger") / "erasure.parquet"
    if not path.is_file():
        raise StateError(
            f"case {case_id} has no erasure ledger",
            hint="It is written when the destruction begins, and goes when the last declared copy has expired.",
        )
    return read_ledger(path), aes_ecb(ctx.keys(case_id).get("replay"))


def _spec(case: Case, name: str, at: Path | None) -> Source:
    known = {s.name: s for s in case.sources if s.has_rows}
    if name not in known:
        raise InputError(f"the case has no source {name!r}", hint=f"There are: {', '.join(known)}.")
    spec = known[name]
    if at is None:
        return spec
    if spec.kind in SERVERS:
        raise InputError(
            f"source {name} is a database server, not a file",
            hint="Restore beside it, set the case's reference to that server, and leave --file out.",
        )
    return replace(spec, path=at.absolute())


def _tables(ctx: Context, case_id: str, name: str, store: OpenSource) -> Iterator[ReplayTable]:
    """Every table that can be read: as the data map has it, others as they are discovered now."""
    mapped: dict[str, TableMap] = {t.name: t for t in data_map(ctx, case_id).tables if t.source == name}
    for info in store.inventory():
        if info.why_not_scanned or not info.columns:
            continue
        there = {c.name for c in info.columns}
        if (known := mapped.get(info.name)) is not None:
            if known.in_case and {c.name for c in known.columns} <= there:
                yield ReplayTable(name, info.name, known.columns, known.key)
                continue
            if not known.in_case:
                continue
        frame = store.sample(info.name, SAMPLE_ROWS).drop("__key", strict=False)
        sample = TableSample(name, info.name, info.comment, as_columns(info), info.n_rows, frame)
        [proposed] = discover([sample]).tables
        yield ReplayTable(name, info.name, proposed.columns, proposed.key)


def _look(ledger: Ledger, table: ReplayTable, store: OpenSource, ecb: Ecb) -> Found:
    names = [c.name for c in table.columns]
    return look(ledger, table, store.read(table.name, names, key=table.key), ecb)


def _erase(
    store: OpenSource, tables: tuple[ReplayTable, ...], ledger: Ledger, ecb: Ecb, also: frozenset[str]
) -> tuple[int, int]:
    """Table by table, those that refer to others first; each looked through again: rows without a key move."""
    rows = cells = 0
    by_name = {t.name: t for t in tables}
    for table in (by_name[n] for n in tables_in_order(list(by_name), store)):
        taken_from = store.fingerprint()
        f = _look(ledger, table, store, ecb)
        changes = f.changes(taken_from, also=also)
        if len(changes.delete) or any(len(s) for s in changes.empty.values()):
            done = store.apply(f.table.name, changes, guard=lambda: None)
            rows, cells = rows + done.rows_deleted, cells + sum(done.cells_emptied.values())
    if rows or cells:
        store.clean(lambda: None)
    return rows, cells


def _nobody_on_hold(ctx: Context, case_id: str, ledger: Ledger) -> None:
    """A ledger of an earlier version, or of a destruction that was cut off, still names who came on hold meanwhile."""
    held = ctx.workspace(case_id).dir("work") / "held.json"
    settled = ctx.workspace(case_id).dir("stores", "ledger") / SETTLED
    knows = settled.is_file() and json.loads(settled.read_text(encoding="utf-8")) == {"ledger": ledger.digest}
    if not knows and held.is_file() and held.read_text(encoding="utf-8").strip() != "[]":
        raise GuardError(
            "people came on hold while the destruction was under way: their rows must stay, and the ledger names them",
            hint="Finish the destruction first. If an earlier version did it, look only (without --operator-key), and"
            " erase by hand what is nobody's on hold.",
        )


def _intent(
    ctx: Context, case_id: str, source: str, found: tuple[Found, ...], ledger: Ledger, signer: Signer
) -> tuple[int, str]:
    """Say what is about to be erased, before it is: signed, and in the log unless that is closed."""
    folder = _statements(ctx, case_id)
    number = next(n for n in count(1) if not (folder / f"replay-{n}.intent.dsse.json").exists())
    counts = {w: sum(f.count(w) for f in found) for w in (SAME, OLDER, *TO_PEOPLE)}
    body: dict[str, Json] = {
        "case": case_id, "source": source, "stage": "intent", "found": dict(counts),
        "looked_at": sum(f.n_looked_at for f in found), "at": rfc3339(ctx.now(case_id)),
    }  # fmt: skip
    statement = Statement("ErasureReplay", (Subject("urn:bequest:ledger", ledger.digest),), body)
    envelope = keep_statement(folder / f"replay-{number}.intent.dsse.json", statement, [signer])
    if _is_closed(ctx, case_id):
        return number, ""
    with ctx.store.transaction() as tx:
        intent = record(
            ctx, tx, case_id, EventType.DESTRUCTION_INTENT, f"replay-{number}", at=ctx.now(case_id),
            refs={"ledger": ledger.digest, "statement": hashlib.sha256(envelope).hexdigest()}, counts=counts,
            actor=signer.public.key_id,
        )  # fmt: skip
    await_published(ctx, case_id, intent)
    return number, intent


def _outcome(
    ctx: Context, case_id: str, source: str, number: int, intent: str, done: tuple[int, int, int],
    again: tuple[Found, ...], signer: Signer,
) -> Path:  # fmt: skip
    rows, cells, back = done
    counts = {"rows": rows, "cells": cells, "still_there": back}
    folder = _statements(ctx, case_id)
    path = folder / f"replay-{number}.dsse.json"
    body: dict[str, Json] = {
        "case": case_id, "source": source, "stage": "outcome", **counts,
        "for_people": {w: sum(f.count(w) for f in again) for w in TO_PEOPLE}, "at": rfc3339(ctx.now(case_id)),
    }  # fmt: skip
    intent_file = folder / f"replay-{number}.intent.dsse.json"
    subject = Subject("urn:bequest:replay:intent", hashlib.sha256(intent_file.read_bytes()).hexdigest())
    envelope = keep_statement(path, Statement("ErasureReplay", (subject,), body), [signer])
    if intent:
        with ctx.store.transaction() as tx:
            record(
                ctx, tx, case_id, EventType.DESTRUCTION_OUTCOME, f"replay-{number}", at=ctx.now(case_id),
                intent=intent, counts=counts, actor=signer.public.key_id,
                refs={"statement": hashlib.sha256(envelope).hexdigest()},
            )  # fmt: skip
        publish(ctx, case_id)
    return path


def _statements(ctx: Context, case_id: str) -> Path:
    """Where they are kept: with those of the bundle, or apart once the log is closed and cannot refer to them."""
    return ctx.workspace(case_id).dir(LATER if _is_closed(ctx, case_id) else "statements")


def _is_closed(ctx: Context, case_id: str) -> bool:
    return ctx.case(case_id).status is CaseStatus.CLOSED

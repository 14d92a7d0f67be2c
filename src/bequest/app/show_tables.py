"""Due diligence (E14): the anonymous tables that the approved plan names, made for the prospective buyer, on record.

No row of anybody is handed over: what leaves is a table in which nobody stands alone, with a signed statement of what
it holds. The tables themselves are no part of the bundle; their digests are.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bequest.app.approve_policy import approved_policy
from bequest.app.casefile.papers import paper_digest
from bequest.app.context import Context, require, require_open
from bequest.app.diligence import described_in, files_of, statement_of, subjects_of, table_of_case
from bequest.app.evidence import event_id, keep_statement, platform_signer, publish, record
from bequest.crypto.atomic import write_file
from bequest.evidence.event import parse_event
from bequest.evidence.event_types import EventType
from bequest.evidence.jcs import encode
from bequest.evidence.statement import Statement
from bequest.kernel.canonical import Json, canonical, short
from bequest.kernel.errors import GuardError, StateError
from bequest.model.case import Case
from bequest.model.showing import Showing
from bequest.steps.anonymise.search import Solution
from bequest.steps.anonymise.spec import anonymous_table

STATEMENT = "DiligenceTable"
SHOWN = "shown_tables"
"""Setting of the case: what each table that was made holds, by the key of its event."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A table that was made: what it holds (k, l, t as measured), and where its files lie."""

    showing: Showing
    chosen: Solution
    rows: int
    folder: Path


def show_tables(ctx: Context, case_id: str, out: Path) -> tuple[Shown, ...]:
    """Make every table that the approved plan names, each in a folder of its own under `out`; each is on record.

    Made again from the same data it is the same table, and the record stays as it is.

    Raises:
        StateError: for an event that shows nothing, before the approvals, or once the case is closed.
        ApprovalError: where the plan in force is not that of the case as it stands.
        GuardError: where a description is no longer the one that was approved.
        InputError: where nothing holds what a description asks.
    """
    case = ctx.case(case_id).case
    if not case.showings:
        raise StateError(
            f"event {case.event} shows no tables", hint="`bequest diligence` makes a table apart from a due diligence."
        )
    require(ctx, case_id, "approve")
    require_open(ctx, case_id, "showing tables")
    policy = approved_policy(ctx, ctx.case(case_id)).digest
    return tuple(_show(ctx, case, s, out / s.id, policy) for s in case.showings)


def check_shown(ctx: Context, case: Case) -> None:
    """Nothing, where every table that the plan names was made: else the case has not done what it was opened for.

    Raises:
        StateError: naming those that were not.
    """
    made = {(s["id"], s["receiver"], s.get("description")) for s in shown_tables(ctx, case.id)}
    if missing := [s.id for s in case.showings if (s.id, s.receiver, s.sha256) not in made]:
        raise StateError(
            f"table {', '.join(missing)} of the plan was not made",
            hint=f"Run `bequest show-tables {case.id} --out FOLDER`; or take it out of the case file and plan again.",
        )


def shown_tables(ctx: Context, case_id: str) -> tuple[Mapping[str, Json], ...]:
    """What was made, in order: id, receiver, table, columns, wanted; k, l, t and rows as they came out."""
    with ctx.store.transaction() as tx:
        found = tx.settings.get(SHOWN, {}, case_id=case_id)
    return tuple(v for v in found.values() if isinstance(v, dict)) if isinstance(found, dict) else ()


def _show(ctx: Context, case: Case, showing: Showing, out: Path, policy: str) -> Shown:
    if paper_digest(showing.file) != showing.sha256:
        raise GuardError(
            f"the description of {showing.id} is gone or is no longer the one that was approved",
            hint=f"Put {showing.file.name} back as it was, or take the new one over with `bequest case update`, plan"
            " and have it approved.",
        )
    spec = described_in(showing.file)
    made = anonymous_table(table_of_case(ctx, case.id, spec), spec)
    chosen = made.search.chosen
    assert chosen is not None  # noqa: S101 - refused before
    files = files_of(made)
    name = f"{showing.id}-{short(hashlib.sha256(files['table.csv']).hexdigest(), 12)}-{short(policy, 8)}"
    at = _first_made(ctx, case.id, name)
    digests: dict[str, Json] = {n: hashlib.sha256(d).hexdigest() for n, d in files.items()}
    body: dict[str, Json] = {
        **statement_of(spec, made, case.id, at), "showing": showing.id, "policy": policy, "files": digests,
        "shownTo": case.receiver(showing.receiver).name, "description": showing.sha256,
    }  # fmt: skip
    path = ctx.workspace(case.id).dir("statements") / f"shown-{name}.dsse.json"
    statement = Statement(STATEMENT, subjects_of(files), body)
    envelope = keep_statement(path, statement, [platform_signer(ctx, case.id)])
    facts: dict[str, Json] = {
        "id": showing.id, "receiver": showing.receiver, "table": showing.table, "columns": list(showing.columns),
        "wanted": showing.wanted, "k": chosen.k, "l": chosen.l, "t": f"{chosen.t:.3f}", "rows": made.frame.height,
        "suppressed": chosen.suppressed, "description": showing.sha256,
    }  # fmt: skip
    with ctx.store.transaction() as tx:
        record(
            ctx, tx, case.id, EventType.TABLE_SHOWN, name, at=at, content=facts,
            refs={"statement": hashlib.sha256(envelope).hexdigest(), "description": showing.sha256},
            counts={"rows": made.frame.height},
        )  # fmt: skip
        known = tx.settings.get(SHOWN, {}, case_id=case.id)
        tx.settings.set(SHOWN, {**(known if isinstance(known, dict) else {}), name: facts}, at, case_id=case.id)
    publish(ctx, case.id)
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file, data in {**files, "statement.json": canonical(body), "statement.dsse.json": envelope}.items():
        write_file(out / file, data)
    return Shown(showing, chosen, made.frame.height, out)


def _first_made(ctx: Context, case_id: str, name: str) -> datetime:
    with ctx.store.transaction() as tx:
        known = tx.outbox.get(case_id, event_id(EventType.TABLE_SHOWN, name))
    return parse_event(encode(dict(known.payload))).at if known else ctx.now(case_id)

"""Who objected, refused or raised a dispute after his data had gone out: the receiver has to act on it (PIPL 15, 44).

With each delivery it is noted whose letters' references went with it. The list for the receiver is encrypted to its
key; what it says that it carried out is kept by reference.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from bequest.app.context import Context, is_past
from bequest.app.evidence import publish, record
from bequest.app.run_link import load_linked
from bequest.app.run_notify import read_sealed_frame
from bequest.app.telling import people_of, saved_answers
from bequest.app.workspace import Workspace
from bequest.crypto.age import encrypt_stream
from bequest.engine.tableplan import DECISION_PREFIX, TablePlan
from bequest.evidence.event_types import EventType
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import BequestError, InputError, StateError
from bequest.model.case import Case
from bequest.model.datamap import DataMap
from bequest.model.disposition import Release
from bequest.steps.notify.answers import ANSWERS, stopping
from bequest.store.portal_records import RequestState
from bequest.store.records import AccessRecord, DeliveryRecord, DeliveryState

DONE = "withdrawals_done"
"""Setting of the case: key of a withdrawal → who said when that it was carried out."""
_GIVEN = frozenset({Release.AS_IS, Release.MASKED})
_WORDS = {(fact.value, value): name for name, (fact, value) in ANSWERS.items()}


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Something the receiver has to act on. `word` is that of the answers file."""

    delivery_id: str
    lot: str
    ref: str
    word: str
    at: datetime
    done_by: str = ""
    done_at: str = ""

    @property
    def key(self) -> str:
        """What it is known by."""
        return f"{self.delivery_id}|{self.ref}|{self.word}|{rfc3339(self.at)}"


def note_delivered(
    workspace: Workspace, case: Case, datamap: DataMap, lot: str, delivery_id: str,
    plans: Mapping[tuple[str, str], TablePlan],
) -> None:  # fmt: skip
    """Keep the references of the people whose records go with a delivery."""
    subjects = pl.concat(
        [_given(p, lot) for p in plans.values()] or [pl.Series("subject", [], dtype=pl.Int64)]
    ).unique()
    linked = load_linked(workspace, case, datamap, fixed=True)
    who = people_of(workspace, linked).filter(pl.col("subject").cast(pl.Int64).is_in(subjects.implode()))
    workspace.write(_file(workspace, delivery_id), who.select("ref").unique().sort("ref"))


def _given(plan: TablePlan, lot: str) -> pl.Series:
    given = [i for i, d in enumerate(plan.dispositions) if d.release in _GIVEN]
    columns = [DECISION_PREFIX + c.name for c in plan.columns if c.personal]
    if not columns:
        return pl.Series("subject", [], dtype=pl.Int64)
    goes = pl.any_horizontal(pl.col(c).is_in(given) for c in columns)
    return plan.rows.filter((pl.col("lot") == lot) & goes)["subject"].drop_nulls().cast(pl.Int64)


def withdrawals(ctx: Context, case_id: str, deliveries: Iterable[DeliveryRecord]) -> tuple[Withdrawal, ...]:
    """What came after these deliveries had been sealed, oldest first."""
    workspace = ctx.workspace(case_id)
    answers = _last_said(ctx, case_id)
    with ctx.store.transaction() as tx:
        kept = tx.settings.get(DONE, {}, case_id=case_id)
    done = kept if isinstance(kept, dict) else {}
    found: list[Withdrawal] = []
    for d in deliveries:
        path = _file(workspace, d.delivery_id)
        if not path.is_file() or d.state is DeliveryState.ABORTED:
            continue
        late = answers.join(stopping(), on=["fact", "value"], how="semi").join(
            pl.read_parquet(path), on="ref", how="semi"
        )
        late = late.filter(pl.col("lot").is_in(["", d.lot]) & (pl.col("at") > d.created_at))
        for ref, fact, value, at in late.select("ref", "fact", "value", "at").iter_rows():
            one = Withdrawal(d.delivery_id, d.lot, ref, _WORDS[fact, value], at)
            said = done.get(one.key)
            if isinstance(said, dict):
                one = Withdrawal(*(one.delivery_id, one.lot, ref, one.word, at), str(said["by"]), str(said["at"]))
            found.append(one)
    return tuple(sorted(found, key=lambda w: (w.at, w.key)))


def _last_said(ctx: Context, case_id: str) -> pl.DataFrame:
    """What each person said last: what counted, and what came at the portal when nothing was left here to stop."""
    kept = saved_answers(ctx.workspace(case_id))
    with ctx.store.transaction() as tx:
        asked = tx.portal.list(case_id)
    late = [
        (a.ref, *(ANSWERS[a.kind][0].value, ANSWERS[a.kind][1]), a.lot, a.created_at)
        for a in asked
        if a.state is RequestState.LATE and a.kind in ANSWERS
    ]
    columns = ("ref", "fact", "value", "lot")
    schema = pl.Schema([*((c, pl.String()) for c in columns), ("at", pl.Datetime("us", "UTC"))])
    frames = [pl.DataFrame(late, schema=schema, orient="row")]
    if kept is not None:
        frames.insert(0, kept.select(schema.names()).cast(schema))
    return pl.concat(frames).sort("at").unique(["ref", "fact", "lot"], keep="last", maintain_order=True)


def withdrawal_list(ctx: Context, case_id: str, receiver: str, waiting: Iterable[Withdrawal], *, by: str) -> bytes:
    """The open withdrawals with name and addresses as CSV, encrypted to the receiver; the access is logged.

    Raises:
        StateError: where names and addresses are gone already, at the close.
    """
    case = ctx.case(case_id).case
    lines = [w for w in waiting if not w.done_at]
    contacts = ctx.workspace(case_id).dir("letters") / "contacts.sealed"
    try:
        people = read_sealed_frame(ctx, case_id, contacts, "bodies", b"contacts")
    except (BequestError, FileNotFoundError):
        raise StateError(
            "names and addresses of the letters are gone: the list can no longer be made",
            hint="Before the close the receiver takes the list; afterwards people turn to the receiver themselves.",
        ) from None
    known = {r["ref"]: r for r in people.iter_rows(named=True)}
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("ref", "name", "phone", "email", "what", "at", "delivery"))
    for w in lines:
        p = known.get(w.ref, {})
        writer.writerow((w.ref, p.get("name"), p.get("phone"), p.get("email"), w.word, rfc3339(w.at), w.delivery_id))
    sealed = io.BytesIO()
    encrypt_stream(io.BytesIO(text.getvalue().encode("utf-8-sig")), sealed, [case.receiver(receiver).age_recipient])
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        n = len(tx.access.list(case_id))
        tx.access.record(
            case_id,
            AccessRecord(
                at=at, person=by, action="withdrawals.export", purpose="PIPL-15", target=receiver, n_rows=len(lines)
            ),
        )
        record(ctx, tx, case_id, EventType.ACCESS_READ, f"withdrawals-{n}", at=at, counts={"rows": len(lines)})
    publish(ctx, case_id)
    return sealed.getvalue()


def carried_out(ctx: Context, case_id: str, found: Iterable[Withdrawal], keys: Iterable[str], *, by: str) -> int:
    """The receiver says that it acted on these; how many were open before.

    Raises:
        InputError: where none of them is open.
    """
    wanted = set(keys)
    now_done = [w for w in found if w.key in wanted and not w.done_at]
    if not now_done:
        raise InputError("none of these is open", hint="Tick what was carried out.")
    at, closed = ctx.now(case_id), is_past(ctx, case_id, "close")
    with ctx.store.transaction() as tx:
        kept = tx.settings.get(DONE, {}, case_id=case_id)
        done = dict(kept) if isinstance(kept, dict) else {}
        done |= {w.key: {"by": by, "at": rfc3339(at)} for w in now_done}
        tx.settings.set(DONE, done, at, case_id=case_id)
        if not closed:
            record(
                ctx, tx, case_id, EventType.WITHDRAWAL_EXECUTED, f"{len(done)}", at=at,
                counts={"withdrawals": len(now_done)}, content={"by": by},
            )  # fmt: skip
    if not closed:
        publish(ctx, case_id)
    return len(now_done)


def _file(workspace: Workspace, delivery_id: str) -> Path:
    return workspace.dir("work") / f"delivered-{delivery_id}.parquet"

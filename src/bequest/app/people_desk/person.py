"""One person: records in all systems, what becomes of each, how he or she was told, what was answered."""

from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from bequest.app.context import Context
from bequest.app.evidence import publish, record
from bequest.app.legal_holds import LegalHold, holds_on
from bequest.app.linked_people import person_ids
from bequest.app.people_desk.find import require_below
from bequest.app.people_desk.rows import Cell, Place, own_cells, rows_at
from bequest.app.run_discover import data_map
from bequest.app.run_link import load_linked
from bequest.app.run_plan import load_plans
from bequest.app.telling import people_of, register, saved_answers
from bequest.app.workspace import Workspace
from bequest.engine.tableplan import DECISION_PREFIX, TablePlan
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import Json
from bequest.kernel.errors import BequestError, InputError, StateError
from bequest.model.disposition import Disposition
from bequest.model.facts import RowRole
from bequest.steps.link.link import Linked
from bequest.steps.notify.answers import ANSWERS
from bequest.store.portal_records import AskedAtPortal
from bequest.store.records import AccessRecord

UNMASK = "console.unmask"
UNMASKS_A_DAY = 20
"""Of one person of the house in a case, in 24 hours: our own choice."""
LONGEST_REASON = 500
PURPOSES = {"PIPL-45": "copy", "PIPL-46": "correction", "PIPL-47": "deletion", "PIPL-50": "request", "PIPL-51": "check"}
"""What somebody's data may be looked at in clear for → a word for it."""
_WORDS = {(fact.value, value): name for name, (fact, value) in ANSWERS.items()}


@dataclass(frozen=True, slots=True)
class Held:
    """One record of a person."""

    place: Place
    role: RowRole
    lot: str
    due_on: date | None
    outcomes: tuple[tuple[Disposition, tuple[str, ...]], ...]
    """What becomes of it → its columns."""
    cells: tuple[Cell, ...]
    """Of this person's columns and of those about the record itself; what is somebody else's in the row is left out.
    Empty where the row is not as it was, or gone."""


@dataclass(frozen=True, slots=True)
class Told:
    """How a person was told."""

    ref: str
    channel: str
    state: str
    told_on: date | None
    answers: tuple[tuple[str, datetime], ...]
    """Word of the answers file, when."""
    asked: tuple[AskedAtPortal, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the case, by the id that stays from run to run."""

    id: int
    held: tuple[Held, ...]
    told: tuple[Told, ...]
    holds: tuple[LegalHold, ...] = ()
    """Those of a court or an authority that are in force."""

    @property
    def by_table(self) -> tuple[tuple[tuple[str, str], tuple[Held, ...]], ...]:
        """The records, table by table."""
        tables = dict.fromkeys(h.place[:2] for h in self.held)
        return tuple((t, tuple(h for h in self.held if h.place[:2] == t)) for t in tables)


def person(ctx: Context, case_id: str, person_id: int, *, clear: bool = False) -> Person:
    """The person, values masked.

    Raises:
        InputError: where there is none of that id.
        StateError: before linking.
        SourceError: where a source cannot be read.
    """
    case, datamap = ctx.case(case_id).case, data_map(ctx, case_id)
    workspace = ctx.workspace(case_id)
    linked = load_linked(workspace, case, datamap, fixed=True)
    subjects = (person_ids(workspace) == person_id).arg_true().to_list()
    if not subjects:
        raise InputError(f"there is no person {person_id} in this case", hint="Look for the person again.")
    try:
        plans = load_plans(workspace, datamap)
    except StateError:
        plans = {}
    places = _places(linked, subjects)
    cells = rows_at(ctx, case_id, [p for p, _ in places], clear=clear)
    tables = {(t.source, t.name): t for t in datamap.tables}
    held = tuple(
        _held(place, role, plans.get(place[:2]), own_cells(tables[place[:2]], role, cells.get(place, ())))
        for place, role in places
    )
    told = _told(ctx, case_id, workspace, linked, subjects)
    return Person(person_id, held, told, holds_on(workspace, linked, subjects))


def unmask(ctx: Context, case_id: str, person_id: int, *, by: str, purpose: str, reason: str) -> Person:
    """The person in clear, once, for a purpose and with a reason, on the access table and in the log.

    Raises:
        InputError: where purpose or reason is missing.
        GuardError: where the person of the house has done it too often within a day.
    """
    said = reason.strip()
    if purpose not in PURPOSES or not said or len(said) > LONGEST_REASON:
        raise InputError(
            "a purpose and a reason are needed to see values in clear",
            hint=f"Choose the purpose and write the reason, at most {LONGEST_REASON} characters.",
        )
    at = ctx.now(case_id)
    require_below(ctx, case_id, by, UNMASK, UNMASKS_A_DAY, at)
    found = person(ctx, case_id, person_id, clear=True)
    content: dict[str, Json] = {"person": by, "purpose": purpose, "reason": said}
    with ctx.store.transaction() as tx:
        n = len(tx.access.list(case_id))
        tx.access.record(
            case_id,
            AccessRecord(at=at, person=by, action=UNMASK, purpose=purpose, target=f"{person_id}: {said}",
                         n_rows=len(found.held)),
        )  # fmt: skip
        record(
            ctx, tx, case_id, EventType.ACCESS_READ, f"unmask-{n}", at=at, content=content,
            counts={"rows": len(found.held)},
        )  # fmt: skip
    publish(ctx, case_id)
    return found


def _places(linked: Linked, subjects: list[int]) -> list[tuple[Place, RowRole]]:
    found: list[tuple[Place, RowRole]] = []
    for (source, table), roles in linked.subject_of.items():
        for role, who in roles.items():
            rows = pl.Series(who).is_in(subjects).arg_true().to_list()
            found += [((source, table, int(n)), role) for n in rows]
    return found


def _held(place: Place, role: RowRole, plan: TablePlan | None, cells: tuple[Cell, ...]) -> Held:
    if plan is None:
        return Held(place, role, "", None, (), cells)
    row = plan.rows.filter(pl.col("row_no") == place[2])
    if not row.height:
        return Held(place, role, "", None, (), cells)
    by: dict[int, list[str]] = {}
    for column in (c for c in plan.columns if not cells or c.name in {x.column.name for x in cells}):
        by.setdefault(int(row[DECISION_PREFIX + column.name][0]), []).append(column.name)
    outcomes = tuple((plan.dispositions[d], tuple(names)) for d, names in sorted(by.items()))
    due = row["due_on"][0]
    return Held(place, role, str(row["lot"][0] or ""), due if isinstance(due, date) else None, outcomes, cells)


def _told(ctx: Context, case_id: str, workspace: Workspace, linked: Linked, subjects: list[int]) -> tuple[Told, ...]:
    try:
        refs = people_of(workspace, linked).filter(pl.col("subject").is_in(subjects))["ref"].unique().sort().to_list()
        state = register(workspace)
    except BequestError:
        return ()
    answers = saved_answers(workspace)
    found = []
    for ref in refs:
        line = state.filter(pl.col("ref") == ref).row(0, named=True)
        mine = [] if answers is None else answers.filter(pl.col("ref") == ref).select("fact", "value", "at").rows()
        said = tuple((_WORDS[fact, value], at) for fact, value, at in mine)
        with ctx.store.transaction() as tx:
            asked = tx.portal.of_person(case_id, ref)
        found.append(Told(ref, str(line["channel"]), str(line["state"]), line["told_on"], said, asked))
    return tuple(found)

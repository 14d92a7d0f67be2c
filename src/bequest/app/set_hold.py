"""Set and lift holds of a court or an authority: who may, on which paper, said on record before and after."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import count
from pathlib import Path

import numpy as np
import polars as pl

from bequest.app.context import Context, is_past, require
from bequest.app.evidence import keep_statement, publish, record
from bequest.app.hold_names import named_subjects
from bequest.app.intents import await_published
from bequest.app.legal_holds import PREFIX, Ground, LegalHold, all_holds, save_holds, save_marks
from bequest.app.phases import Phase, phase_of
from bequest.app.run_discover import data_map
from bequest.app.run_link import load_linked
from bequest.app.signing_people import signing_person
from bequest.app.telling import mentions
from bequest.app.user_files import file_ending, read_user_bytes
from bequest.crypto.atomic import write_file
from bequest.crypto.keys import KeyState
from bequest.crypto.signing import Signer
from bequest.evidence.event_types import EventType
from bequest.evidence.statement import Statement, Subject
from bequest.kernel.canonical import Json, digest, short
from bequest.kernel.clock import local_date
from bequest.kernel.errors import ApprovalError, InputError, StateError
from bequest.model.case import ALL_STAYS, SPEAK_FOR_THE_LAW, Case, Person
from bequest.steps.link.link import Linked

MOST_BYTES = 64 << 20
_PAPER = "Give the court's or authority's paper, or the instruction of counsel."


@dataclass(frozen=True, slots=True)
class Placed:
    """A hold, and how far the destruction was when it came."""

    hold: LegalHold
    phase: Phase


def set_hold(
    ctx: Context, case_id: str, given: pl.DataFrame, *, paper: Path, reason: str, until: date, person_id: str, key: Path
) -> Placed:  # fmt: skip
    """Put people on hold: from here on nothing of theirs is passed on or deleted. The same again changes nothing.

    `given` as `hold_names.named` makes it. Decisions made earlier take it in at the next step, at its next batch.

    Raises:
        ApprovalError: where the person does not speak for the law in the case, or the key is not theirs.
        InputError: where somebody is not found, or paper, reason or day cannot be used.
        StateError: before linking, where nothing is destroyed under the case, or it is too late.
    """
    case = ctx.case(case_id).case
    _possible(ctx, case)
    person, signer = _speaker(case, person_id, key)
    ground, data, sha256 = _ground(reason), *_read(paper)
    at = ctx.now(case_id)
    today = local_date(at, case.timezone)
    if until <= today:
        raise InputError(
            f"--until {until} is not after today, {today}",
            hint="It is the day by which somebody looks at the hold again; it does not end by itself.",
        )
    workspace = ctx.workspace(case_id)
    linked = load_linked(workspace, case, data_map(ctx, case_id), fixed=True)  # as they were linked last
    subjects = named_subjects(ctx, case_id, linked, given)
    known_under = mentions(workspace, linked).filter(pl.col("subject").is_in(subjects.implode()))
    marks = known_under["mention"].unique().sort()
    known = all_holds(workspace)
    hold_id = _free_id(known, [sha256, ground.value, str(until), person.id, digest([m.hex() for m in marks])])
    found = next((h for h in known if h.hold_id == hold_id), None)
    if found is None:
        found = LegalHold(hold_id, ground, until, sha256, person.id, at, len(subjects), _rows(linked, subjects))
    content: dict[str, Json] = {"act": "set", "reason": ground.value, "until": str(until), "by": person.id}
    counts = {"people": found.people, "rows": found.rows}
    return _carry_out(ctx, case_id, _Act("set", found, found.set_at, content, counts, marks), paper, data, signer)


def lift_hold(ctx: Context, case_id: str, hold_id: str, *, paper: Path, person_id: str, key: Path) -> Placed:
    """Lift a hold, on a paper that says so. Decisions take it in at the next step; the same again changes nothing.

    What stayed because of it while the destruction was under way stays: nobody comes off a hold within one.

    Raises:
        ApprovalError: where the person does not speak for the law in the case, or the key is not theirs.
        InputError: where there is no such hold, or the paper cannot be used.
        StateError: where it was lifted on another paper, or the case is closed.
    """
    case = ctx.case(case_id).case
    _open(ctx, case_id)
    person, signer = _speaker(case, person_id, key)
    data, sha256 = _read(paper)
    workspace = ctx.workspace(case_id)
    known = {h.hold_id: h for h in all_holds(workspace)}
    if hold_id not in known:
        raise InputError(
            f"there is no hold {hold_id} in case {case_id}", hint=f"Holds: {', '.join(known) or 'none was set'}."
        )
    found = known[hold_id]
    if not found.in_force and (found.lifted_paper, found.lifted_by) != (sha256, person.id):
        raise StateError(f"hold {hold_id} is lifted already, on another paper", hint="What was recorded stays.")
    if found.in_force:
        found = replace(found, lifted_by=person.id, lifted_at=ctx.now(case_id), lifted_paper=sha256)
    assert found.lifted_at is not None  # noqa: S101 - set just now, or it was
    content: dict[str, Json] = {"act": "lift", "by": person.id}
    act = _Act("lift", found, found.lifted_at, content, {"people": found.people})
    return _carry_out(ctx, case_id, act, paper, data, signer)


def list_holds(ctx: Context, case_id: str) -> tuple[tuple[LegalHold, bool], ...]:
    """Every hold of the case, and whether it is in force past the day by which somebody was to look at it again."""
    case = ctx.case(case_id).case
    today = local_date(ctx.now(case_id), case.timezone)
    return tuple((h, h.in_force and h.until < today) for h in all_holds(ctx.workspace(case_id)))


@dataclass(frozen=True, slots=True)
class _Act:
    """What is done to a hold: the hold as it is afterwards; `marks` of its people where it is set."""

    word: str
    hold: LegalHold
    at: datetime
    content: dict[str, Json]
    counts: dict[str, int]
    marks: pl.Series | None = None


def _carry_out(ctx: Context, case_id: str, act: _Act, paper: Path, data: bytes, signer: Signer) -> Placed:
    """Paper and statement, the intent in the log, the hold, the outcome. Killed and run again, it ends the same."""
    workspace, hold = ctx.workspace(case_id), act.hold
    sha256 = hashlib.sha256(data).hexdigest()
    name = f"{hold.hold_id}-{short(sha256, 12)}.{file_ending(paper)}"
    write_file(workspace.dir("attachments") / name, data)
    body = {"caseRef": case_id, "hold": hold.hold_id, **act.content, **act.counts}
    statement = Statement("LegalHold", (Subject(f"data/attachments/{name}", sha256),), body)
    path = workspace.dir("statements") / f"{hold.hold_id}-{act.word}.dsse.json"
    refs = {"paper": sha256, "statement": hashlib.sha256(keep_statement(path, statement, [signer])).hexdigest()}
    number, actor = f"{hold.hold_id}-{act.word}", signer.public.key_id
    with ctx.store.transaction() as tx:
        intent = record(
            ctx, tx, case_id, EventType.HOLD_INTENT, number, at=act.at, content=act.content, refs=refs, actor=actor
        )
    await_published(ctx, case_id, intent)
    ctx.hooks.at(case_id, "hold.intent_published")
    if act.marks is not None:
        save_marks(workspace, hold.hold_id, act.marks)
    with ctx.store.transaction() as tx:  # one at a time: two at once must both be in the list
        phase = phase_of(tx, case_id)
        rest = [h for h in all_holds(workspace) if h.hold_id != hold.hold_id]
        save_holds(workspace, sorted([*rest, hold], key=lambda h: (h.set_at, h.hold_id)))
        record(
            ctx, tx, case_id, EventType.HOLD_OUTCOME, number, at=act.at, intent=intent, counts=act.counts, refs=refs,
            actor=actor,
        )  # fmt: skip
    ctx.hooks.at(case_id, "hold.kept")
    publish(ctx, case_id)
    return Placed(hold, phase)


def _possible(ctx: Context, case: Case) -> None:
    if case.event in ALL_STAYS:
        raise StateError(
            f"event {case.event} deletes nothing: under case {case.id} everything stays in use",
            hint="No hold is needed here.",
        )
    require(ctx, case.id, "link")
    _open(ctx, case.id)
    with ctx.store.transaction() as tx:
        phase = phase_of(tx, case.id)
    if phase is Phase.ERASED:
        raise StateError(
            f"the data of case {case.id} are deleted: a hold comes too late",
            hint="Say so to whoever asked; the certificate and the report say what was deleted and what is kept.",
        )


def _open(ctx: Context, case_id: str) -> None:
    if is_past(ctx, case_id, "close") or ctx.keys(case_id).state("link") is not KeyState.LIVE:
        raise StateError(
            f"case {case_id} is closed: nothing can be added to its log", hint="Keep the paper with the bundle."
        )


def _speaker(case: Case, person_id: str, key: Path) -> tuple[Person, Signer]:
    person, signer = signing_person(case, person_id, key)
    if not SPEAK_FOR_THE_LAW & set(person.roles):
        able = ", ".join(p.id for p in case.people if SPEAK_FOR_THE_LAW & set(p.roles))
        raise ApprovalError(
            f"{person_id} may set and lift no hold in case {case.id}",
            hint=f"It takes the role legal, administrator or liquidator: {able or 'nobody has one'}.",
        )
    return person, signer


def _ground(reason: str) -> Ground:
    try:
        return Ground(reason)
    except ValueError:
        raise InputError(f"{reason!r} is no reason for a hold", hint=f"Reasons: {', '.join(Ground)}.") from None


def _read(paper: Path) -> tuple[bytes, str]:
    data = read_user_bytes(paper, "paper", hint=_PAPER)
    if not data or len(data) > MOST_BYTES:
        raise InputError(f"the paper {paper.name} is {'empty' if not data else 'larger than 64 MB'}", hint=_PAPER)
    return data, hashlib.sha256(data).hexdigest()


def _free_id(known: tuple[LegalHold, ...], said: list[str]) -> str:
    """The id of a hold that says this; another one where that was lifted."""
    lifted = {h.hold_id for h in known if not h.in_force}
    return next(i for n in count(1) if (i := f"{PREFIX}{digest([*said, str(n)])[:10]}") not in lifted)


def _rows(linked: Linked, subjects: pl.Series) -> int:
    """Rows in which any of them is named."""
    who = subjects.to_numpy()
    hits = ([np.isin(s, who) for s in roles.values()] for roles in linked.subject_of.values())
    return sum(int(np.logical_or.reduce(h).sum()) for h in hits if h)

"""The adjudication desk: what people decide on hits of the verifier that its rules leave open, and how long it counts.

That a hit stands (by chance, or lawfully) the verifier and the protection officer say together, two people; real
residue one of them says alone. Each decision is an intent in the log, the second word its outcome. It is applied by
token and place when the destruction is run again: it outlives every search, and with the verifier's key becomes noise.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bequest.app.context import Context
from bequest.app.destruction import attempt_number
from bequest.app.evidence import publish, record
from bequest.app.workspace import Workspace
from bequest.crypto.atomic import write_file
from bequest.crypto.keys import KeyState
from bequest.evidence.event_types import EventType
from bequest.evidence.lint import personal_kinds
from bequest.kernel.canonical import canonical, to_json
from bequest.kernel.codec import decode
from bequest.kernel.errors import ApprovalError, InputError, StateError
from bequest.model.adjudication import Answer, Decision, Hit, Verdict, in_force, waiting
from bequest.model.case import Role
from bequest.steps.destroy.verifier.state import read_state
from bequest.steps.destroy.verifier.task import Task
from bequest.steps.destroy.verifier.verify import Report, verify
from bequest.store.transaction import Tx

LONGEST = 500
"""Characters of a reason."""
JUDGES = (Role.VERIFIER, Role.OFFICER)
"""Who decide, together."""
_DECISIONS = "adjudication"
"""Setting of the case with all decisions, in the order in which they were made."""


@dataclass(frozen=True, slots=True)
class OpenHits:
    """The hits of the last search. `attempt`: of the destruction; `more`: hits of which enough alike are shown."""

    attempt: int
    more: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A hit with what was said of it. `decided`: in force; `asked`: waits for the second person."""

    hit: Hit
    decided: Decision | None
    asked: Decision | None


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the desk. `attempt` is 0 before the first search; `is_open`: whether anything can be decided now."""

    attempt: int
    more: int
    lines: tuple[DeskLine, ...]
    standing: tuple[DeskLine, ...]
    """What a search passes over, as people let it stand; they may still say otherwise."""
    past: tuple[Decision, ...]
    """All decisions, the last first."""
    is_open: bool


def keep_hits(workspace: Workspace, attempt: int, report: Report) -> None:
    """Lay the hits of a search on the desk; they go with the verifier's key."""
    found = OpenHits(attempt, report.more_hits, report.hits)
    write_file(_hits_file(workspace), canonical(to_json(found)))


def search(ctx: Context, case_id: str, task: Task) -> tuple[Task, Report]:
    """The verifier's second look, by what people decided: made anew where one of them spoke while it went on."""
    state = read_state(ctx.workspace(case_id).dir("verifier"))
    while True:
        with ctx.store.transaction() as tx:
            task = replace(task, decisions=decided_before(tx, case_id))
        report = verify(task, state)
        with ctx.store.transaction() as tx:
            if decided_before(tx, case_id) == task.decisions:
                return task, report


def decided_before(tx: Tx, case_id: str) -> tuple[Decision, ...]:
    """The decisions in force, one per hit: what a search applies."""
    return tuple(in_force(decisions(tx, case_id)).values())


def decisions(tx: Tx, case_id: str) -> tuple[Decision, ...]:
    """All decisions of a case, in the order in which they were made."""
    kept = tx.settings.get(_DECISIONS, [], case_id=case_id)
    return tuple(decode(Decision, d) for d in kept) if isinstance(kept, list) else ()


def desk_of_hits(ctx: Context, case_id: str) -> Desk:
    """The desk as it is now."""
    found = _hits(ctx.workspace(case_id))
    with ctx.store.transaction() as tx:
        past = decisions(tx, case_id)
    decided, asked = in_force(past), waiting(past)
    lines, standing = (
        tuple(DeskLine(h, decided.get(h.hit_id), asked.get(h.hit_id)) for h in hits)
        for hits in (found.hits, _standing(found, past))
    )
    return Desk(found.attempt, found.more, lines, standing, past[::-1], _is_open(ctx, case_id))


def adjudicate(
    ctx: Context, case_id: str, hit_id: str, verdict: str, reason: str, *, by: str, roles: Iterable[Role]
) -> Decision:
    """Say what a hit is. Real residue counts at once; that it stands waits for the second person.

    Raises:
        ApprovalError: where the person is neither verifier nor officer.
        InputError: where there is no such hit or verdict, or the reason is missing, too long, or names a value.
        StateError: where a certificate was issued, or a decision on the hit waits for the second person.
    """
    mine, said = _roles(roles), _verdict(verdict)
    why = _reason(reason)
    _check_open(ctx, case_id)
    found, at = _hits(ctx.workspace(case_id)), ctx.now(case_id)
    with ctx.store.transaction() as tx:
        past = decisions(tx, case_id)
        hit = _hit((*found.hits, *_standing(found, past)), case_id, hit_id)
        open_one = waiting(past).get(hit_id)
        if open_one is not None:
            raise StateError(
                f"a decision on {hit_id} waits for the second person",
                hint="The second person agrees or declines first; then it can be decided anew.",
            )
        made = Decision(
            len(past) + 1, hit, said, why, by, mine[0].value, at,
            Answer.ALONE if said is Verdict.RESIDUE else Answer.OPEN,
        )  # fmt: skip
        _keep(tx, case_id, (*past, made), at)
        intent = record(
            ctx, tx, case_id, EventType.ADJUDICATION_INTENT, str(made.number), at=at, counts={"hits": hit.hits},
            content={
                "hit": hit.hit_id, "source": hit.source, "table": hit.table, "column": hit.column, "kind": hit.kind,
                "rule": hit.why.value, "verdict": said.value, "reason": why, "by": by,
            },
        )  # fmt: skip
        if made.answer is Answer.ALONE:
            _outcome(ctx, tx, case_id, made, intent)
    publish(ctx, case_id)
    return made


def second(
    ctx: Context, case_id: str, hit_id: str, *, agrees: bool, by: str, roles: Iterable[Role]
) -> Decision:  # fmt: skip
    """The second person's word: agreed, it counts from the next search on; declined, the hit is as open as before.

    Raises:
        ApprovalError: where it is the same person, or both are only verifier, or only officer.
        StateError: where no decision on the hit waits, or a certificate was issued.
    """
    mine = _roles(roles)
    _check_open(ctx, case_id)
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        past = decisions(tx, case_id)
        asked = waiting(past).get(hit_id)
        if asked is None:
            raise StateError(f"no decision on {hit_id} waits for a second person", hint="Somebody decides on it first.")
        role = next((r for r in mine if r.value != asked.first_role), mine[0])
        if asked.first == by or (agrees and role.value == asked.first_role):
            raise ApprovalError(
                f"a hit stands only where verifier and officer say so, two people: {asked.first} spoke as"
                f" {asked.first_role}",
                hint="The other of the two roles agrees or declines.",
            )
        made = replace(
            asked, answer=Answer.AGREED if agrees else Answer.DECLINED, second=by, second_role=role.value, second_at=at
        )
        _keep(tx, case_id, tuple(made if d.number == made.number else d for d in past), at)
        _outcome(ctx, tx, case_id, made, f"{EventType.ADJUDICATION_INTENT.value}:{made.number}")
    publish(ctx, case_id)
    return made


def end_asked(ctx: Context, case_id: str, report: Report) -> None:
    """Decisions that wait on hits which a new search no longer lists: there is nothing left to agree to."""
    there, at = {h.hit_id for h in report.hits}, ctx.now(case_id)
    with ctx.store.transaction() as tx:
        past = decisions(tx, case_id)
        gone = {d.number for d in waiting(past).values() if d.hit.hit_id not in there}
        if not gone:
            return
        now = tuple(replace(d, answer=Answer.GONE) if d.number in gone else d for d in past)
        _keep(tx, case_id, now, at)
        for d in now:
            if d.number in gone:
                _outcome(
                    ctx, tx, case_id, replace(d, second_at=at), f"{EventType.ADJUDICATION_INTENT.value}:{d.number}"
                )


def _outcome(ctx: Context, tx: Tx, case_id: str, made: Decision, intent: str) -> None:
    by = made.second or (made.first if made.answer is Answer.ALONE else "")
    record(
        ctx, tx, case_id, EventType.ADJUDICATION_OUTCOME, str(made.number), at=made.second_at or made.first_at,
        intent=intent, content={"answer": made.answer.value, "by": by},
        counts={"stands": made.hit.hits * int(made.answer is Answer.AGREED)},
    )  # fmt: skip


def _keep(tx: Tx, case_id: str, all_of_them: tuple[Decision, ...], at: datetime) -> None:
    tx.settings.set(_DECISIONS, to_json(all_of_them), at, case_id=case_id)


def _roles(roles: Iterable[Role]) -> list[Role]:
    mine = [r for r in JUDGES if r in set(roles)]
    if not mine:
        raise ApprovalError(
            "hits are decided on by the verifier and the officer", hint="Somebody with one of these roles decides."
        )
    return mine


def _verdict(given: str) -> Verdict:
    try:
        return Verdict(given)
    except ValueError:
        raise InputError(
            "it is not said what the hit is", hint=f"Say one of: {', '.join(Verdict)}."
        ) from None  # fmt: skip


def _reason(given: str) -> str:
    text = " ".join(given.split())
    if not text or len(text) > LONGEST:
        raise InputError(f"a decision needs a reason of at most {LONGEST} characters", hint="Say why, in a sentence.")
    if kinds := personal_kinds(text):
        raise InputError(
            f"the reason seems to hold a {kinds[0]}",
            hint="Say why without any value: the reason goes into the evidence.",
        )
    return text


def _standing(found: OpenHits, past: Iterable[Decision]) -> tuple[Hit, ...]:
    """The hits that stand by a decision, where the last search passed over them for that."""
    listed = {h.hit_id for h in found.hits}
    stand = (d.hit for d in in_force(past).values() if d.verdict is not Verdict.RESIDUE)
    return tuple(h for h in stand if h.hit_id not in listed)


def _hit(on_desk: Iterable[Hit], case_id: str, hit_id: str) -> Hit:
    found = next((h for h in on_desk if h.hit_id == hit_id), None)
    if found is None:
        raise InputError(
            f"there is no hit of that name on the desk of case {case_id}",
            hint=f"`bequest adjudicate list {case_id}` lists them.",
        )
    return found


def _hits(workspace: Workspace) -> OpenHits:
    path = _hits_file(workspace)
    return decode(OpenHits, json.loads(path.read_bytes())) if path.is_file() else OpenHits(0, 0, ())


def _hits_file(workspace: Workspace) -> Path:
    return workspace.dir("verifier") / "hits.json"


def _is_open(ctx: Context, case_id: str) -> bool:
    """Whether a search was made whose certificate was refused, and another may follow."""
    with ctx.store.transaction() as tx:
        if attempt_number(tx, case_id) == 1:
            return False
    return ctx.keys(case_id).state("verifier") is KeyState.LIVE


def _check_open(ctx: Context, case_id: str) -> None:
    if not _is_open(ctx, case_id):
        raise StateError(
            f"nothing lies on the desk of case {case_id}: no certificate was refused, or one was issued since",
            hint="Hits are decided on between a refused certificate and the next `bequest destroy run`.",
        )

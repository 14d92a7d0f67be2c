"""Scrubs of database servers: looked at beforehand, decided by those who run them, carried out in their window."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from bequest.app.context import Context, Run, require
from bequest.app.evidence import event_id, keep_statement, publish, record
from bequest.app.intents import await_published
from bequest.app.run_discover import data_map
from bequest.app.signing_people import holder
from bequest.crypto.signing import load_person_key
from bequest.evidence.event_types import EventType
from bequest.evidence.statement import Statement, Subject
from bequest.kernel.canonical import Json, short, to_json
from bequest.kernel.clock import rfc3339
from bequest.kernel.codec import decode
from bequest.kernel.errors import ApprovalError, BequestError, InputError, StateError
from bequest.kernel.secret import Secrets
from bequest.model.case import ALL_STAYS, SERVERS, Case, Role, WholeFate
from bequest.model.datamap import DataMap
from bequest.model.destruction import Residual
from bequest.sources.opening import open_source
from bequest.sources.scrub import ScrubPlan
from bequest.sources.source import CleanReport, OpenSource
from bequest.steps.destroy.scrubbing import (
    Choice,
    ScrubDecision,
    When,
    place_in_window,
    plan_digest,
    residuals_of,
)
from bequest.store.transaction import Tx

SETTING = "scrub:"
DONE = "scrubbed:"


def servers_of(case: Case) -> tuple[str, ...]:
    """Sources whose scrub is decided apart: files are rewritten by the deletion itself, under the policy.

    A whole store that stays in its place loses nothing, so nothing is scrubbed there.
    """
    stays = {s.name for s in case.sources if s.is_whole and s.fate is WholeFate.KEPT}
    return tuple(s.name for s in case.sources if s.kind in SERVERS and s.name not in stays)


def _opened(case: Case, secrets: Secrets) -> dict[str, OpenSource]:
    """The servers to be scrubbed, whole stores among them."""
    return {name: open_source(case.source(name), secrets) for name in servers_of(case)}


def _tables_of(case: Case, datamap: DataMap, name: str, opened: OpenSource) -> tuple[str, ...]:
    """The tables of a source that are in the case: of a whole store all."""
    if case.source(name).is_whole:
        return tuple(t.name for t in opened.inventory() if not t.why_not_scanned)
    return tuple(t.name for t in datamap.tables if t.source == name and t.in_case)


def scrub_plans(ctx: Context, case_id: str) -> dict[str, ScrubPlan]:
    """What a scrub of each server would do now, and what stands against it. Changes nothing.

    Raises:
        StateError: before discovery, or where the event deletes nothing.
    """
    case = ctx.case(case_id).case
    if case.event in ALL_STAYS:
        raise StateError(f"event {case.event} deletes nothing: nothing is scrubbed", hint="Go on with `bequest close`.")
    require(ctx, case_id, "discover")
    datamap = data_map(ctx, case_id)
    opened = _opened(case, ctx.secrets)
    return {name: s.plan_scrub(_tables_of(case, datamap, name, s)) for name, s in opened.items()}


def decisions(tx: Tx, case: Case) -> dict[str, ScrubDecision]:
    """What is decided so far, by source."""
    found = {name: tx.settings.get(SETTING + name, None, case_id=case.id) for name in servers_of(case)}
    return {name: decode(ScrubDecision, value) for name, value in found.items() if isinstance(value, dict)}


def left_behind(ctx: Context, case: Case) -> frozenset[str]:
    """Sources of which it was decided that nothing is scrubbed until a day."""
    with ctx.store.transaction() as tx:
        return frozenset(name for name, d in decisions(tx, case).items() if d.choice is Choice.LEAVE)


def decide_scrub(
    ctx: Context,
    case_id: str,
    source: str,
    key_file: Path,
    *,
    window: tuple[datetime, datetime] | None = None,
    until: date | None = None,
    reason: str = "",
) -> ScrubDecision:
    """Sign what happens to the bytes that deleting leaves on a server: a scrub in a window, or left until a day.

    Raises:
        ApprovalError: where the key is not that of a person with the role `it`.
        InputError: where the source is no server of the case, or window, day or reason are missing.
        StateError: where a scrub is impossible, or was carried out already.
    """
    record_ = ctx.case(case_id)
    plan = _plan_of(ctx, case_id, source)
    with ctx.store.transaction() as tx:
        if tx.settings.get(DONE + source, None, case_id=case_id) is not None:
            raise StateError(f"{source} is scrubbed already", hint="Its outcome is in the log.")
    signer = load_person_key(key_file)
    person = holder(record_.case, Role.IT, signer)
    at = ctx.clock(record_).now()
    decision = ScrubDecision(
        source=source,
        choice=Choice.LEAVE if window is None else Choice.RUN,
        plan_digest=plan_digest(source, plan),
        person=person.id,
        fingerprint=signer.public.fingerprint,
        decided_at=rfc3339(at),
        begins_at=rfc3339(window[0]) if window else "",
        ends_at=rfc3339(window[1]) if window else "",
        until=until.isoformat() if until else "",
        reason=reason,
    )
    _check(decision, plan, at)
    subject = Subject(f"urn:bequest:scrub:{source}", decision.plan_digest)
    statement = Statement("ScrubDecision", (subject,), {**_said(decision, plan), "caseRef": case_id})
    number = short(hashlib.sha256(statement.payload()).hexdigest(), 12)
    path = ctx.workspace(case_id).dir("statements") / f"scrub-{source}-{number}.dsse.json"
    digest = hashlib.sha256(keep_statement(path, statement, [signer])).hexdigest()
    with ctx.store.transaction() as tx:
        tx.settings.set(SETTING + source, to_json(decision), at, case_id=case_id)
        record(
            ctx, tx, case_id, EventType.SCRUB_DECIDED, f"{source}-{number}", at=at, refs={"decision": digest},
            actor=signer.public.key_id,
        )  # fmt: skip
    publish(ctx, case_id)
    return decision


def _plan_of(ctx: Context, case_id: str, source: str) -> ScrubPlan:
    plans = scrub_plans(ctx, case_id)
    if source not in plans:
        raise InputError(
            f"{source!r} is no database server of case {case_id}",
            hint=f"Servers: {', '.join(plans) or 'none; files are rewritten by the deletion itself'}.",
        )
    return plans[source]


def _check(decision: ScrubDecision, plan: ScrubPlan, at: datetime) -> None:
    if decision.choice is Choice.LEAVE:
        if not (decision.until and decision.reason):
            raise InputError(
                f"{decision.source} is left unscrubbed without a day or a reason",
                hint="Give --until DAY, from which the deleted bytes are gone otherwise, and --reason TEXT.",
            )
        return
    if not plan.is_possible:
        raise StateError(
            f"{decision.source} cannot be scrubbed: {', '.join(_against(plan)) or 'there is no way to'}",
            hint="See `bequest scrub plan`; mend what stands against it, or leave it with --leave --until --reason.",
        )
    if decision.begins_at >= decision.ends_at or place_in_window(decision, at) is When.AFTER:
        raise InputError("the window ends before it begins, or is over already", hint="Give --from and --to, in order.")
    longest = max((str(c.facts["until"]) for c in plan.checks if c.facts.get("until")), default="")
    if longest and decision.until < longest:
        raise InputError(
            f"{decision.source} keeps versions under a lock until {longest}",
            hint=f"Give --until {longest} or a later day: it stands as a residual on the certificate.",
        )
    if plan.remains and not decision.until:
        raise InputError(
            f"a scrub of {decision.source} leaves {', '.join(plan.remains)} without a day until which it may remain",
            hint="Give --until DAY: it stands as a residual on the certificate.",
        )


def _said(decision: ScrubDecision, plan: ScrubPlan) -> dict[str, Json]:
    decided, planned = to_json(decision), to_json(plan)
    assert isinstance(decided, dict)  # noqa: S101 - a dataclass is a table
    return {"decision": decided, "plan": planned}


def check_decided(tx: Tx, case: Case) -> None:
    """Refuse to begin the destruction while nobody has decided on the scrub of a server.

    Raises:
        ApprovalError: naming the servers.
    """
    known = decisions(tx, case)
    missing = [name for name in servers_of(case) if name not in known]
    if missing:
        raise ApprovalError(
            f"nobody has decided what happens to deleted bytes on the server of {', '.join(missing)}",
            hint=f"See `bequest scrub plan {case.id}`; then a person with the role it signs `bequest scrub approve"
            f" {case.id} {missing[0]} --key FILE --from … --to …`, or --leave --until DAY --reason TEXT.",
        )


def run_scrubs(run: Run, datamap: DataMap, sources: Mapping[str, OpenSource]) -> dict[str, CleanReport]:
    """Carry out what was decided, each in its window; what was done is on record and not done again.

    Raises:
        StateError: outside the window, or where the scrub would be another than the one decided on: the deletion
            stands, and the step goes on from here when it is run again.
    """
    ctx, case = run.ctx, run.case
    done: dict[str, CleanReport] = {}
    opened = _opened(case, ctx.secrets) | dict(sources)
    for name in servers_of(case):
        with ctx.store.transaction() as tx:
            before = tx.settings.get(DONE + name, None, case_id=case.id)
            decision = decisions(tx, case)[name]
        if isinstance(before, dict):
            done[name] = decode(CleanReport, before)
        elif decision.choice is Choice.RUN:
            done[name] = _scrub(run, opened[name], decision, _tables_of(case, datamap, name, opened[name]))
        run.hook(f"scrubbed_{name}")
    return done


def _scrub(run: Run, source: OpenSource, decision: ScrubDecision, tables: tuple[str, ...]) -> CleanReport:
    """One attempt, with its own intent and outcome, also where it fails; each of its steps begins inside the window."""
    ctx, name, case_id = run.ctx, decision.source, run.case.id
    _may_begin(run, decision, source.plan_scrub(tables))
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        number = 1 + _end_former(ctx, tx, case_id, name, at)
        intent = record(
            ctx, tx, case_id, EventType.SCRUB_INTENT, f"{name}-{number}", at=at,
            refs={"scrub": decision.plan_digest},
        )  # fmt: skip
    await_published(ctx, case_id, intent)

    def guard() -> None:
        run.guard()
        _inside_window(run, decision)

    try:
        report = source.clean(guard, tables)
    except BequestError as error:
        at = ctx.now(case_id)
        with ctx.store.transaction() as tx:
            _outcome(ctx, tx, case_id, f"{name}-{number}", intent, at, {"failed": 1}, {"code": error.code})
        raise
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        tx.settings.set(DONE + name, to_json(report), run.at, case_id=case_id)
        said: dict[str, Json] = {
            "actions": list(report.actions),
            "remains": list(report.remains),
            "level": report.level.value,
        }
        _outcome(ctx, tx, case_id, f"{name}-{number}", intent, at, None, said)
    return report


def _outcome(
    ctx: Context, tx: Tx, case_id: str, key: str, intent: str, at: datetime, counts: dict[str, int] | None,
    content: Json = None,
) -> None:  # fmt: skip
    record(ctx, tx, case_id, EventType.SCRUB_OUTCOME, key, at=at, intent=intent, counts=counts, content=content)


def _end_former(ctx: Context, tx: Tx, case_id: str, name: str, at: datetime) -> int:
    """How many attempts there were. One without an outcome was cut off: nobody knows how far it came, and that is said.

    A scrub may be repeated, so the next attempt does all of it again.
    """
    keys = [e.event_id.partition(":")[2] for e in tx.outbox.all(case_id) if e.typ == EventType.SCRUB_INTENT.value]
    mine = [key for key in keys if key.rpartition("-")[0] == name]  # the name of a source may have a dash in it
    for key in mine:
        if tx.outbox.get(case_id, event_id(EventType.SCRUB_OUTCOME, key)) is None:
            _outcome(ctx, tx, case_id, key, event_id(EventType.SCRUB_INTENT, key), at, {"abandoned": 1})
    return len(mine)


def _again(case_id: str) -> str:
    return f"Run `bequest destroy {case_id}` again then: it goes on from here; the rows are deleted."


def _inside_window(run: Run, decision: ScrubDecision) -> None:
    name, case_id = decision.source, run.case.id
    again = _again(case_id)
    when = place_in_window(decision, run.ctx.now(case_id))
    if when is When.BEFORE:
        raise StateError(f"the window for the scrub of {name} begins at {decision.begins_at}", hint=again)
    if when is When.AFTER:
        raise StateError(
            f"the window for the scrub of {name} ended at {decision.ends_at}",
            hint=f"Have another approved: `bequest scrub approve {case_id} {name} …`. {again}",
        )


def _may_begin(run: Run, decision: ScrubDecision, plan: ScrubPlan) -> None:
    name, case_id = decision.source, run.case.id
    again = _again(case_id)
    _inside_window(run, decision)
    if plan_digest(name, plan) != decision.plan_digest:
        raise StateError(
            f"a scrub of {name} would now be another than the one approved",
            hint=f"Look at `bequest scrub plan {case_id}` and approve it anew. {again}",
        )
    if not plan.is_possible:
        raise StateError(f"{name} cannot be scrubbed now: {', '.join(_against(plan))}", hint=again)


def _against(plan: ScrubPlan) -> list[str]:
    return [c.code for c in plan.checks if c.blocks and not c.fine]


def scrub_residuals(tx: Tx, case: Case, done: Mapping[str, CleanReport]) -> tuple[Residual, ...]:
    """What servers still hold of deleted rows, for the certificate."""
    return tuple(
        r
        for name, decision in decisions(tx, case).items()
        for r in residuals_of(name, decision, done[name].remains if name in done else ())
    )

"""Assess: measure the case, score its risks, follow the register, keep and sign what came out."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bequest.app.context import ASSESS, Context, Run, step
from bequest.app.decide import Decided
from bequest.app.evidence import platform_signer, publish, record
from bequest.app.exposures import exposures, named_places, quasi_columns, sensitive_columns
from bequest.app.fairness import load_fairness
from bequest.app.law import pack_of
from bequest.app.run_discover import data_map
from bequest.app.run_link import load_indexes
from bequest.app.run_plan import decided_as_known
from bequest.app.telling import notice_of, window_closes
from bequest.app.whole import load_stores
from bequest.app.workspace import Workspace
from bequest.crypto.atomic import write_file
from bequest.evidence.event_types import EventType
from bequest.evidence.statement import Statement, Subject, sign_statement
from bequest.kernel.canonical import Json, digest, short, to_json
from bequest.kernel.clock import local_date
from bequest.kernel.codec import decode
from bequest.kernel.errors import BequestError, StateError
from bequest.law.crime import group_of
from bequest.law.evaluate import params_on
from bequest.law.pack import required_roles
from bequest.model.assessment import COMPANY, Assessment, Basis, Measure, RiskState
from bequest.model.case import COMPANY_ENDS, MOVES_NOTHING, RELEASES_NOTHING, Case
from bequest.model.datamap import DataMap, FieldClass
from bequest.model.disposition import Residue
from bequest.model.facts import Fact
from bequest.steps.assess.catalogue import Catalogue, catalogue
from bequest.steps.assess.cells import TableInput
from bequest.steps.assess.circumstances import Circumstances, circumstances, lot_measures
from bequest.steps.assess.measures import MeasureInput, lot_people, measure_tables
from bequest.steps.assess.register import follow
from bequest.steps.assess.reidentify import exposure_measures
from bequest.steps.assess.score import early_warnings, heat_map, score_risks
from bequest.steps.link.index import primary_role
from bequest.steps.link.link import Linked
from bequest.store.portal_records import RequestState

_AT_LOT = frozenset(
    {
        *("unnamed", "unique", "smallest_class", "prosecutor", "journalist", "marketer"),
        *("distinct_sensitive", "sensitive_distance"),
    }
)
"""Facts that are read from the sources, which are as they were at linking until the cutover only."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """What a run came to. `previous` is the run before, where there is one."""

    assessment: Assessment
    previous: Assessment | None


def run_assess(ctx: Context, case_id: str, *, quasi: Sequence[str] = (), sensitive: Sequence[str] = ()) -> Assessed:
    """Measure and score the case as it stands; the plan's effect is scored once there is a plan.

    `quasi`: columns (`source.table.column`) to count as quasi-identifiers instead of those of the catalogue's classes.
    `sensitive`: those in which l and t are measured, instead of the columns that the data map marks as sensitive.
    """
    with step(ctx, case_id, ASSESS, needs=("link",)) as run:
        rules, previous = catalogue(), latest_assessment(run.workspace)
        datamap = data_map(ctx, case_id)
        chosen, told_apart = named_places(datamap, quasi), named_places(datamap, sensitive)
        decided, linked = decided_as_known(ctx, case_id)
        with ctx.store.transaction() as tx:
            done = {r.step for r in tx.steps.all(case_id) if r.state == "done"}
            policy, population = tx.policies.latest(case_id), tx.populations.latest(case_id)
            asked = [a for a in tx.portal.list(case_id) if a.state is RequestState.NEW and a.due_on]
        today = local_date(run.at, run.case.timezone)
        given = _input(rules, run, datamap, decided, linked, planned="plan" in done, told="notify" in done)
        measured = [*measure_tables(given)]
        columns = quasi_columns(rules, datamap, chosen)
        found = {}
        if not done & {"cutover", "close"}:
            secrets = sensitive_columns(rules, datamap, told_apart, columns)
            found = exposures(ctx, run.case, given.tables, (columns, secrets), rules.direct)
        for lot in run.case.lots if given.releases else ():
            measured += lot_measures(run.case, lot, lot_people(given, lot.id), planned=given.planned)
            seen = exposure_measures(lot.id, found.get(lot.id, {}), planned=given.planned)
            measured += seen or _earlier(previous, lot.id)
        overdue = sum(a.due_on is not None and a.due_on < today for a in asked)
        measured += circumstances(
            _circumstances(run, datamap, decided, linked, today, planned=given.planned, asked=(len(asked), overdue))
        )
        basis = Basis(
            digest(datamap), policy.digest if policy else "", population.digest if population else "", rules.digest
        )
        assessment = _assess(rules, run, basis, tuple(measured), previous, today, done, planned=given.planned)
        _keep(ctx, run, assessment)
        run.counts = {
            "risks": len(assessment.risks),
            **{s.value: sum(e.state is s for e in assessment.register) for s in RiskState},
            "warnings": len(assessment.warnings),
        }
        run.output_digest = assessment.digest
    publish(ctx, case_id)
    return Assessed(assessment, previous)


def _assess(
    rules: Catalogue, run: Run, basis: Basis, measured: tuple[Measure, ...], previous: Assessment | None, today: date,
    done: set[str], *, planned: bool,
) -> Assessment:  # fmt: skip
    risks = score_risks(rules, measured, planned=planned)
    number = previous.run + 1 if previous else 1
    before = previous.register if previous else ()
    return Assessment(
        case_id=run.case.id,
        run=number,
        on=today,
        basis=basis,
        measures=measured,
        risks=risks,
        register=follow(rules, before, risks, run=number, on=today, done=done),
        warnings=early_warnings(rules, measured, previous.measures if previous else ()),
        previous=previous.digest if previous else "",
    )


def _earlier(previous: Assessment | None, lot: str) -> list[Measure]:
    """What was read from the sources before the cutover, when they still were as linked."""
    return [m for m in previous.measures if m.where == lot and m.id in _AT_LOT] if previous else []


def _input(
    rules: Catalogue, run: Run, datamap: DataMap, decided: Decided, linked: Linked, *, planned: bool, told: bool
) -> MeasureInput:
    case = run.case
    indexes = load_indexes(run.workspace, datamap)
    tables = [
        TableInput(
            table=t,
            index=indexes[(t.source, t.name)],
            plan=decided.plans[(t.source, t.name)],
            codes=decided.facts.rows[(t.source, t.name)],
            subjects=linked.subject_of.get((t.source, t.name), {}),
            primary=primary_role(t),
        )
        for t in datamap.tables
        if (t.source, t.name) in decided.plans
    ]
    return MeasureInput(
        catalogue=rules,
        tables=tables,
        n_subjects=linked.n_subjects,
        facts={**decided.facts.subject, **({Fact.NOTICE: notice_of(run.workspace, linked)} if told else {})},
        serious=serious_items(case),
        planned=planned,
        everything=case.event in COMPANY_ENDS | MOVES_NOTHING or not any(lot.scope for lot in case.lots),
        releases=case.event not in MOVES_NOTHING | RELEASES_NOTHING,
        told=told,
    )


def serious_items(case: Case) -> Mapping[FieldClass, int]:
    """By class the number of items from which circumstances are serious, for who has them from giving a service."""
    params = params_on(pack_of(case), case.effective_on)
    divisor = params.number("cn.crim.service_divisor")
    return {
        cls: params.number(f"cn.crim.items_{group_of(cls)}") // divisor
        for cls in FieldClass
        if cls not in {FieldClass.NOT_PI, FieldClass.UNKNOWN}
    }


def _circumstances(
    run: Run, datamap: DataMap, decided: Decided, linked: Linked, today: date, *, planned: bool, asked: tuple[int, int]
) -> Circumstances:
    case, stores = run.case, load_stores(run.workspace)
    fair = load_fairness(run.workspace)
    kept = sum(c.values for c in decided.population.counts if c.residue is Residue.CUSTODY)
    try:
        ends = window_closes(run.workspace, case)
    except StateError:  # nobody was told yet
        ends = None
    return Circumstances(
        case=case,
        datamap=datamap,
        today=today,
        planned=planned,
        needed_days=max(case.window.notice_lead_days, case.window.objection_days),
        window_ends=ends,
        required=required_roles(pack_of(case), case.event).roles,
        doubt=linked.n_uncertain,
        shared_phones=linked.n_shared_phones,
        unkept=kept,
        whole=(sum(s.values for s in stores), sum(s.values for s in stores if not s.goes)),
        unfair=len(fair.findings) if fair else None,
        requests_open=asked[0],
        requests_overdue=asked[1],
    )


def _keep(ctx: Context, run: Run, assessment: Assessment) -> None:
    """Say in the log what came out, then keep the run under its number and the signed statement.

    In this order, so that no statement lies there which the log does not know. No figure of a few people is in it.
    """
    subject = Subject(f"urn:bequest:assessment:{assessment.run}", assessment.digest)
    said = Statement("Assessment", (subject,), predicate_of(assessment))
    envelope = sign_statement(said, [platform_signer(ctx, run.case.id)])
    b = assessment.basis
    known = {"data-map": b.data_map, "policy": b.policy, "population": b.population, "catalogue": b.catalogue}
    with ctx.store.transaction() as tx:
        record(
            ctx, tx, run.case.id, EventType.RISK_ASSESSED, f"{assessment.run}-{short(assessment.digest)}", at=run.at,
            refs={
                "assessment": assessment.digest,
                "statement": hashlib.sha256(envelope).hexdigest(),
                **{role: sha for role, sha in known.items() if sha},
            },
            counts={s.value: sum(e.state is s for e in assessment.register) for s in RiskState},
        )  # fmt: skip
    write_file(run.workspace.dir("statements") / f"assessment-{assessment.run:04}.dsse.json", envelope)
    run.workspace.write_json(run.workspace.dir("assessments") / f"{assessment.run:04}.json", to_json(assessment))


def predicate_of(assessment: Assessment) -> dict[str, Json]:
    """What the signed statement says: digests, and levels per class and dimension; no count of people."""
    rules = catalogue()
    cells = heat_map(rules, assessment.risks, COMPANY)
    return {
        "case": assessment.case_id,
        "run": assessment.run,
        "on": assessment.on.isoformat(),
        "facts": assessment.facts_digest,
        "previous": assessment.previous,
        "levels": {row or "case": {d.value: list(level) for d, level in found.items()} for row, found in cells.items()},
        "register": {e.id: e.state.value for e in assessment.register},
    }


def kept_assessment(workspace: Workspace, run: int) -> Assessment:
    """The run of that number.

    Raises:
        StateError: where its file is gone or damaged.
    """
    return _read(workspace.dir("assessments") / f"{run:04}.json")


def latest_assessment(workspace: Workspace) -> Assessment | None:
    """The last run of the assessment, or None.

    Raises:
        StateError: where its file is damaged.
    """
    kept = sorted(workspace.dir("assessments").glob("[0-9]*.json"))
    return _read(kept[-1]) if kept else None


def _read(path: Path) -> Assessment:
    try:
        return decode(Assessment, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, BequestError):
        raise StateError(
            f"the kept assessment {path.name} is damaged", hint="Put it back from a backup, or take it away."
        ) from None


def assessment_of(ctx: Context, case_id: str) -> Assessment:
    """The last run of the assessment.

    Raises:
        StateError: where there is none.
    """
    found = latest_assessment(ctx.workspace(case_id))
    if found is None:
        raise StateError(f"case {case_id} was not assessed", hint=f"Run `bequest assess {case_id}` first.")
    return found

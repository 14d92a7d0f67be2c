"""From indexes and answers to the decided case: the same code at planning, re-planning and cutover."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from bequest.app.law import is_abroad
from bequest.engine.tableplan import DECISION_PREFIX, TablePlan
from bequest.kernel.canonical import digest
from bequest.kernel.errors import LawError
from bequest.law import evaluate
from bequest.law.evaluate import params_on
from bequest.law.pack import LawPack
from bequest.law.retention import bands
from bequest.law.rule import Rule
from bequest.law.settling import settled_until, settling
from bequest.model.case import Case
from bequest.model.datamap import DataMap, FieldClass, Need, TableMap
from bequest.model.disposition import CellDecision
from bequest.model.facts import Fact, RecordClass, RowRole
from bequest.model.plan import ColumnCount, ColumnTotal, FieldKind, Policy, Population
from bequest.model.whole import WholeStore
from bequest.steps.assess.facts import DueRule, FactInput, Facts, facts
from bequest.steps.link.index import primary_role
from bequest.steps.link.link import Linked, primary_subjects
from bequest.steps.plan.lots import Residues, counts_of, share_residue
from bequest.steps.plan.plan import (
    DecideFor,
    Planned,
    Planner,
    column_counts,
    distinct_dispositions,
    situation_sizes,
    table_plan,
    table_shares,
)
from bequest.steps.plan.tree import Decide
from bequest.steps.plan.whole_file import StaysWhole, keep_whole
from bequest.steps.plan.whole_store import whole_counts, whole_totals

TableKey = tuple[str, str]
NAME = FieldKind(FieldClass.PERSON_NAME, personal=True, sensitive=False, need=Need.NEEDED)
FOLLOWS_RECORD = "follows_record"
MAIN_CLASSES = (RecordClass.CUSTOMER_PROFILE, RecordClass.LOYALTY_ACCOUNT, RecordClass.ORDER, RecordClass.TICKET)


@dataclass(frozen=True, slots=True)
class Decided:
    """The whole case, decided: policy and population for people, plans for the steps that act."""

    policy: Policy
    population: Population
    planned: Mapping[TableKey, Planned]
    plans: Mapping[TableKey, TablePlan]
    facts: Facts
    primary: Mapping[TableKey, np.ndarray]
    shares: Mapping[TableKey, Planned] = field(default_factory=dict)
    """Tables with rows in several lots: those rows as decided for their further lots (decision D5)."""
    stays_whole: tuple[StaysWhole, ...] = ()
    """Files that stay although rows of them should have gone."""


@dataclass(frozen=True, slots=True)
class DecideInput:
    """What the decision stands on.

    `answers` has subject, fact, value and lot; `notice` one code per subject, or None before anybody was told, and
    `notice_by_lot` where people were told of some lots only; `totals` are the source counts, taken on their own.
    """

    case: Case
    datamap: DataMap
    pack: LawPack
    indexes: Mapping[TableKey, pl.DataFrame]
    linked: Linked
    answers: pl.DataFrame
    notice: np.ndarray | None
    totals: tuple[ColumnTotal, ...]
    notice_by_lot: Mapping[str, np.ndarray] = field(default_factory=dict)
    whole_files: frozenset[str] = frozenset()
    """Sources out of which no row can be cut."""
    whole_stores: tuple[WholeStore, ...] = ()


def due_rules(pack: LawPack, case: Case) -> dict[str, DueRule]:
    """The retention bands of the law pack that are in force on the law date, in the form the engine computes with."""
    return {
        name: DueRule(years=b.years, months=b.months, from_year_end=b.from_year_end, from_law_date=b.from_law_date)
        for name, b in bands(pack, case.effective_on).items()
    }


def law_for(pack: LawPack, case: Case) -> DecideFor:
    """How the planner asks the law of this case; the same object for the same law and case."""
    rules, law = _LAW.get(key := (pack.digest, case), (None, None))
    if law is None or rules is not pack.rules:
        if len(_LAW) >= _LAWS_KEPT:
            _LAW.clear()
        law = _law_for(pack, case)
        _LAW[key] = (pack.rules, law)
    return law


_LAW: dict[tuple[str, Case], tuple[tuple[Rule, ...], DecideFor]] = {}
_LAWS_KEPT = 4


def _law_for(pack: LawPack, case: Case) -> DecideFor:
    lots = {lot.id: lot for lot in case.lots}
    settle = settling(pack, case.settlements)

    def decide_for(record_class: RecordClass, lot_id: str) -> Decide:
        lot = lots.get(lot_id)
        abroad = is_abroad(case, lot)
        given = {} if lot else {Fact.SCOPE: "outside"}
        asks: dict[RowRole, evaluate.Ask] = {}

        def decide(known: Mapping[Fact, str], role: RowRole, field: FieldKind) -> CellDecision:
            if role not in asks:
                asks[role] = evaluate.law_for(
                    pack, event=case.event, on=case.effective_on, lot=lot, record_class=record_class, role=role,
                    abroad=abroad,
                )  # fmt: skip
            return settle(asks[role]({**given, **known} if given else known, field))

        return decide

    return decide_for


def decide_case(given: DecideInput) -> Decided:
    """Facts, situations, decisions, counts for the whole case."""
    case, datamap = given.case, given.datamap
    tables = [t for t in datamap.tables if t.in_case and (t.source, t.name) in given.indexes]
    primary = {
        (t.source, t.name): primary_subjects(t, given.linked, given.indexes[(t.source, t.name)].height) for t in tables
    }
    params = params_on(given.pack, case.effective_on)
    rules = due_rules(given.pack, case)
    _bands_in_force(tables, rules, case)
    found = facts(
        FactInput(
            datamap=datamap,
            indexes=given.indexes,
            n_subjects=given.linked.n_subjects,
            primary=primary,
            subject_of=given.linked.subject_of,
            law_date=case.effective_on,
            stale_after_months=int(params.number("cn.pipl.stale_after_months")),
            bands=rules,
            answers=given.answers,
            notice=given.notice,
            nobody_notice="planned" if given.notice is None else "published",
            lots=tuple(lot.id for lot in case.lots),
            notice_by_lot=given.notice_by_lot,
        )
    )
    planner = Planner(law_for(given.pack, case), tuple(lot.id for lot in case.lots))
    planned: dict[TableKey, Planned] = {}
    shares: dict[TableKey, Planned] = {}
    for t in tables:
        key = (t.source, t.name)
        planned[key] = planner.plan_table(t, primary_role(t), found.rows[key], found.lots[key])
        if key in found.shares:
            further = found.shares[key]
            shares[key] = planner.plan_table(t, primary_role(t), further.codes, further.lots)
    planned, stays = keep_whole(planned, datamap, given.whole_files)
    plans = _plans(given, planned, shares, primary, found)
    policy = _policy(given, planner)
    return Decided(
        policy=policy,
        population=_population(given, planned, shares, plans, primary, policy),
        planned=planned,
        plans=plans,
        facts=found,
        primary=primary,
        shares=shares,
        stays_whole=stays,
    )


def _bands_in_force(tables: list[TableMap], rules: Mapping[str, DueRule], case: Case) -> None:
    """Refuse a duty to keep that is not in force on the law date: what it keeps must not be deleted by oversight."""
    for table in tables:
        for bound in table.retention:
            if bound.band not in rules:
                raise LawError(
                    f"{table.source}.{table.name} is bound to the duty to keep {bound.band}, which the law pack "
                    f"does not"
                    f" know on {case.effective_on}",
                    hint=f"Duties then: {', '.join(rules)}. Correct the data map, or effective_on in the case file.",
                    code="BQ-LAW-3",
                )


def _plans(
    given: DecideInput, planned: Mapping[TableKey, Planned], shares: Mapping[TableKey, Planned],
    primary: Mapping[TableKey, np.ndarray], found: Facts,
) -> dict[TableKey, TablePlan]:  # fmt: skip
    """What is carried out, table by table; rows in several lots end in one way at the source."""
    dispositions = distinct_dispositions([*planned.values(), *shares.values()])
    residues = Residues(dispositions)
    plans = {}
    for key, p in planned.items():
        plan = table_plan(p, given.indexes[key], primary[key], found.lots[key], found.due[key], dispositions)
        if key in shares:
            further = table_shares(shares[key], found.shares[key].rows, found.shares[key].lots, dispositions)
            plan = share_residue(plan, further, residues)
        plans[key] = plan
    return {
        key: _settled_days(replace(plan, dispositions=residues.dispositions), given.case) for key, plan in plans.items()
    }


def _settled_days(plan: TablePlan, case: Case) -> TablePlan:
    """The plan with the last day of what was settled to the keeper, where no duty keeps the row longer."""
    due = pl.col("due_on")
    for s in (s for s in case.settlements if s.until):
        mine = [i for i, d in enumerate(plan.dispositions) if d.until == settled_until(s.what)]
        hit = pl.any_horizontal(pl.col(DECISION_PREFIX + c.name).is_in(mine) for c in plan.columns)
        due = pl.when(hit).then(pl.max_horizontal(due, pl.lit(s.until, pl.Date))).otherwise(due)
    return replace(plan, rows=plan.rows.with_columns(due.alias("due_on"))) if case.settlements else plan


def schema_digest(datamap: DataMap) -> str:
    """Digest over what was approved of the data map: structure and verdicts, not counts or confidence."""
    return digest(
        [
            {
                "source": t.source,
                "table": t.name,
                "record_class": t.record_class,
                "key": t.key,
                "schema": t.schema_digest,
                "columns": [
                    (
                        c.name,
                        c.cls,
                        c.personal,
                        c.sensitive,
                        c.role,
                        c.need,
                        *filter(None, [c.reduced_by, c.anonymised_by and f"anonymised:{c.anonymised_by}"]),
                    )
                    for c in t.columns
                ],
                "relations": t.relations,
                "facts": t.facts,
                "retention": t.retention,
                "freshness": t.freshness_column,
                **({"anonymise": t.anonymise} if t.anonymise else {}),
            }
            for t in datamap.tables
        ]
    )


def parties_digest(case: Case) -> str:
    """Digest over parties, lots, window, custodian, copies, and what people of the case decided with their reasons."""
    whole = [s for s in case.sources if s.is_whole]
    return digest(
        {
            "transferor": case.transferor,
            "receivers": case.receivers,
            "custodian": case.custodian,
            "escrow": case.escrow,
            "lots": case.lots,
            "window": case.window,
            "copies": case.copies,
            "sources": [(s.name, s.kind, s.system_kind) for s in case.sources],
            "whole": [(s.name, s.fate, s.custodian, s.reason) for s in whole],
            **({"tables": tables} if (tables := {s.name: s.tables for s in whole if s.tables}) else {}),
            **({"keepers": keys} if (keys := {s.name: s.age_recipient for s in whole if s.age_recipient}) else {}),
            "held": [(s.name, s.owner, s.due_on) for s in case.sources if s.owner],
            **({"settlements": case.settlements} if case.settlements else {}),
            **({"switches": case.switches} if case.switches else {}),
            **({"export": case.export} if case.export else {}),
            **({"showings": [(s.id, s.receiver, s.sha256) for s in case.showings]} if case.showings else {}),
        }
    )


def _policy(given: DecideInput, planner: Planner) -> Policy:
    fields, decisions, rows = planner.policy_rows()
    case = given.case
    return Policy(
        case_id=case.id,
        event=case.event.value,
        law_pack=f"{given.pack.jurisdiction} {given.pack.version}",
        law_pack_digest=given.pack.digest,
        law_date=case.effective_on,
        cutover_not_after=case.cutover_not_after or case.effective_on,
        tolerance_percent=case.tolerance_percent,
        schema_digest=schema_digest(given.datamap),
        parties_digest=parties_digest(case),
        fields=fields,
        decisions=decisions,
        rows=rows,
    )


def _population(
    given: DecideInput, planned: Mapping[TableKey, Planned], shares: Mapping[TableKey, Planned],
    plans: Mapping[TableKey, TablePlan], primary: Mapping[TableKey, np.ndarray], policy: Policy,
) -> Population:  # fmt: skip
    """The population: what is counted, and which lines of the decision table hold anybody."""
    place = {row.situation: i for i, row in enumerate(policy.rows)}
    every = [*planned.values(), *shares.values()]
    filled = {place[p.keys[s]] for p in every for s in np.unique(p.situation).tolist()}
    counts: list[ColumnCount] = []
    further: list[ColumnCount] = []
    for key, p in planned.items():
        if key in shares:
            first, more = counts_of(p.table, plans[key], given.indexes[key])
            counts += first
            further += more
        else:
            counts += column_counts(p, given.indexes[key])
    n_situations, n_singletons = situation_sizes(list(planned.values()), primary)
    return Population(
        counts=(*counts, *whole_counts(given.whole_stores)),
        totals=(*given.totals, *whole_totals(given.whole_stores)),
        n_subjects=given.linked.n_subjects,
        n_records=sum(frame.height for frame in given.indexes.values()),
        n_situations=n_situations,
        n_singletons=n_singletons,
        persons_by_outcome=_persons(given, planned, primary),
        filled=tuple(sorted(filled)),
        shares=tuple(further),
        lot_totals=lot_totals(given, plans) if shares else (),
    )


def lot_totals(given: DecideInput, plans: Mapping[TableKey, TablePlan]) -> tuple[tuple[str, ColumnTotal], ...]:
    """Non-empty values of each column in each lot, from the rows alone: what the lots' outcomes must add up to."""
    out = []
    for (source, table), plan in plans.items():
        names = [c.name for c in plan.columns]
        filled = given.indexes[(source, table)].select(pl.col(f"v:{n}").alias(n) for n in names)
        for lot in given.case.lots:
            sums = filled.filter(plan.for_lot(lot.id).rows["lot"] == lot.id).sum().row(0, named=True)
            out += [(lot.id, ColumnTotal(source, table, n, int(sums[n] or 0))) for n in names]
    return tuple(out)


def _persons(
    given: DecideInput, planned: Mapping[TableKey, Planned], primary: Mapping[TableKey, np.ndarray]
) -> tuple[tuple[str, int], ...]:
    """People by the outcome of their main record: profile before loyalty card before order before ticket."""
    decide_for = law_for(given.pack, given.case)
    parts = []
    for key, p in planned.items():
        if p.table.record_class not in MAIN_CLASSES:
            continue
        words = [""] * len(p.keys)
        for s in np.unique(p.situation).tolist():  # only situations that hold anybody
            k = p.keys[s]
            known = {Fact(f): v for f, v in k.facts}
            words[s] = decide_for(k.record_class, k.lot)(known, k.role, NAME).outcomes[0]
        parts.append(
            pl.DataFrame(
                {
                    "subject": primary[key],
                    "rank": np.full(len(primary[key]), MAIN_CLASSES.index(p.table.record_class), dtype=np.uint8),
                    "word": pl.Series(words, dtype=pl.Utf8).gather(pl.Series(p.situation)),
                }
            )
        )
    if not parts:
        return ()
    per_person = (
        pl.concat(parts)
        .filter(pl.col("subject") >= 0)
        .sort("subject", "rank", maintain_order=True)
        .unique("subject", keep="first", maintain_order=True)
    )
    counted = [(str(w), int(n)) for w, n in per_person.group_by("word").len().iter_rows()]
    rest = given.linked.n_subjects - per_person.height
    return tuple(sorted([*counted, *([(FOLLOWS_RECORD, rest)] if rest else [])]))

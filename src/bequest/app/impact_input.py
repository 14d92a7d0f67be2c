"""What the impact assessment says of a case, gathered from the store, the data map and the law pack."""

from collections.abc import Mapping
from datetime import timedelta

from bequest.app.assessment_page import assessment_page, place_word
from bequest.app.context import Context
from bequest.app.law import pack_of, unverified
from bequest.app.outcomes import outcomes_by_class
from bequest.documents.pipia.content import ControlLine, OutcomeLine, PipiaInput, SystemLine
from bequest.documents.words import Word, word
from bequest.kernel.clock import local_date, rfc3339
from bequest.law.days import add_months
from bequest.law.evaluate import params_on
from bequest.law.pack import required_roles
from bequest.model.assessment import Assessment
from bequest.model.case import COMPANY_ENDS, Case
from bequest.model.datamap import DataMap
from bequest.model.disposition import Operator, Release
from bequest.model.facts import RowRole
from bequest.model.plan import Policy, PolicyField, Population, policy_field
from bequest.steps.assess.catalogue import Catalogue, catalogue
from bequest.steps.assess.circumstances import controls_of

CONTROL_WORDS: Mapping[str, Word] = {
    "registered": Word("统一社会信用代码", "number on the register"),
    "reachable": Word("联系渠道和地址", "office and address"),
    "key": Word("加密公钥：交付包只对它加密", "key to which packages are encrypted"),
    "signer": Word("签收人及其公钥", "a person who signs, with a key"),
    "traced": Word("水印：可追查泄露", "marks by which a leak is traced"),
}


def impact_input(ctx: Context, case_id: str, assessment: Assessment) -> PipiaInput:
    """Everything the form says."""
    record = ctx.case(case_id)
    case, rules = record.case, catalogue()
    now = ctx.clock(record).now()
    with ctx.store.transaction() as tx:
        datamap = tx.datamaps.latest(case_id)
        policy, population = tx.policies.latest(case_id), tx.populations.latest(case_id)
    years = params_on(pack_of(case), case.effective_on).number("cn.pipl.pipia_keep_years")
    keep_from = max(local_date(now, case.timezone), case.effective_on)
    ends = case.event in COMPANY_ENDS
    keeper = case.custodian if ends and case.custodian else case.transferor
    plan = policy.policy if policy and assessment.basis.policy else None
    return PipiaInput(
        case=case,
        page=assessment_page(assessment, case),
        made_at=rfc3339(now),
        law_pack=plan.law_pack if plan else f"{pack_of(case).jurisdiction} {pack_of(case).version}",
        policy_digest=assessment.basis.policy,
        keeper=keeper,
        keep_until=add_months(keep_from, 12 * years) + timedelta(days=1),
        roles=required_roles(pack_of(case), case.event).roles,
        systems=_systems(case, datamap) if datamap else (),
        outcomes=_outcomes(rules, case, datamap, population.population) if datamap and population and plan else (),
        operators=_operators(datamap, plan, population.population) if datamap and population and plan else (),
        controls=tuple(
            ControlLine(lot=lot.id, said=CONTROL_WORDS[name], there=there)
            for lot in case.lots
            for name, there in controls_of(case, lot, case.receiver(lot.receiver)).items()
        ),
        open_points=_open_points(case, plan) if plan else (),
        unverified=len(unverified(case, plan)) if plan else 0,
    )


def _systems(case: Case, datamap: DataMap) -> tuple[SystemLine, ...]:
    lines = []
    for source in case.sources:
        tables = [t for t in datamap.tables if t.source == source.name and t.in_case]
        columns = [c for t in tables for c in t.columns if c.role is not RowRole.STAFF]
        kind = word(source.kind) if not source.is_whole else word(source.system_kind)
        lines.append(
            SystemLine(
                name=Word(source.label or source.name, source.name),
                kind=kind,
                tables=len(tables),
                rows=sum(t.n_rows for t in tables),
                personal=sum(c.personal for c in columns),
                sensitive=sum(c.sensitive for c in columns),
            )
        )
    return tuple(lines)


def _outcomes(rules: Catalogue, case: Case, datamap: DataMap, population: Population) -> tuple[OutcomeLine, ...]:
    found = outcomes_by_class(rules, case, datamap, population)
    return tuple(
        OutcomeLine(
            said=place_word(rules, g.id), values=found[g.id].values,
            release=found[g.id].release, residue=found[g.id].residue,
        )
        for g in rules.groups
        if g.id in found
    )  # fmt: skip


def _operators(datamap: DataMap, policy: Policy, population: Population) -> tuple[tuple[Operator, int], ...]:
    """How masked values are made: by the decision on the kind of column they stand in."""
    ways: dict[PolicyField, Operator] = {}
    for cell in policy.cells():
        if cell.decision.disposition.release is Release.MASKED:
            ways.setdefault(cell.field, cell.decision.disposition.operator)
    columns = {(t.source, t.name, c.name): policy_field(c) for t in datamap.tables for c in t.columns}
    counted: dict[Operator, int] = {}
    for c in population.counts:
        if c.release is Release.MASKED:
            operator = ways[columns[(c.source, c.table, c.column)]]
            counted[operator] = counted.get(operator, 0) + c.values
    return tuple(sorted(counted.items(), key=lambda item: -item[1]))


def _open_points(case: Case, policy: Policy) -> tuple[Word, ...]:
    used = {p for d in policy.decisions for p in d.open_points}
    return tuple(Word(p.zh, p.en) for p in pack_of(case).open_points.values() if p.id in used)

"""The last assessment as it is shown: risks, where the filed impact assessment stands, costs and benefits."""

from collections.abc import Mapping
from dataclasses import replace

from bequest.app.assessment_page import assessment_page
from bequest.app.context import Context
from bequest.app.impact import ImpactState, impact_state
from bequest.app.run_assess import latest_assessment
from bequest.app.weigh_costs import cost_page
from bequest.documents.assessment.content import AssessmentPage, FactLine, ImpactLine
from bequest.documents.assessment.wording import figure_text, risk_title
from bequest.documents.words import Word
from bequest.model.assessment import Assessment, Figure, ImpactKind, Standing
from bequest.steps.assess.drift import Change


def latest_page(ctx: Context, case_id: str) -> AssessmentPage | None:
    """Everything that is shown of the last run; None where the case was not assessed."""
    found = latest_assessment(ctx.workspace(case_id))
    return whole_page(ctx, case_id, found) if found else None


def whole_page(ctx: Context, case_id: str, latest: Assessment) -> AssessmentPage:
    """Everything that is shown of the last run: with where the filed impact assessment stands, and with costs."""
    case = ctx.case(case_id).case
    page = assessment_page(latest, case)
    impacts = tuple(_impact(page, kind, impact_state(ctx, case_id, kind)) for kind in ImpactKind)
    shown = tuple(i for i in impacts if i.kind is ImpactKind.PIPIA or i.standing is not Standing.NONE)
    return replace(page, impacts=shown, costs=cost_page(ctx, case, latest))


def _impact(page: AssessmentPage, kind: ImpactKind, state: ImpactState) -> ImpactLine:
    if state.filed is None or state.drift is None:
        return ImpactLine(kind=kind, standing=Standing.NONE, latest=state.latest)
    facts = {f.key: f for f in page.facts}
    return ImpactLine(
        kind=kind,
        standing=state.drift.standing,
        latest=state.latest,
        run=state.filed.run,
        at=state.filed.at,
        conclusion=state.filed.conclusion,
        reasons=tuple(_reason(page, facts, r) for r in state.drift.reasons),
        changes=tuple(_change(facts.get(c.measure), c) for c in state.drift.changes),
    )


def _reason(page: AssessmentPage, facts: Mapping[str, FactLine], code: str) -> Word:
    what, _, about = code.partition(":")
    if what == "risk":
        risk = next(r for r in page.risks if r.id == about)
        zh, en = risk_title(risk, "zh"), risk_title(risk, "en")
        return Word(f"风险新增或升高：{zh}", f"a risk is new or has risen: {en}")
    if what == "catalogue":
        return Word("刻度或权重已改", "scales or weights have changed")
    said = _named(facts.get(about), about)
    if what == "warning":
        return Word(f"新的预警：{said.zh}", f"a new early warning: {said.en}")
    return Word(f"增加超过容许范围：{said.zh}", f"grew beyond the tolerance: {said.en}")


def _named(f: FactLine | None, key: str) -> Word:
    if f is None:
        return Word(key, key)
    zh = f"{f.where.zh}：{f.said.zh}" if f.where.zh else f.said.zh
    return Word(zh, f"{f.where.en}: {f.said.en}" if f.where.en else f.said.en)


def _change(f: FactLine | None, c: Change) -> Word:
    said = _named(f, c.measure)
    if f is None:
        return Word(f"{said.zh}：不再测得", f"{said.en}: not measured any more")

    def shown(figure: Figure | None) -> str:
        return figure_text(figure, f.unit, share=f.share)

    return Word(f"{said.zh} {shown(c.was)} → {shown(c.now)}", f"{said.en} {shown(c.was)} → {shown(c.now)}")

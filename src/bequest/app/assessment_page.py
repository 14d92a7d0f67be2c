"""The last assessment of a case as lines in both languages: texts from the catalogue, figures from the run."""

from collections.abc import Mapping

from bequest.documents.assessment.content import (
    AssessmentPage,
    FactLine,
    HeatRow,
    RiskLine,
    ScaleLine,
    ScoreLine,
    WarningLine,
)
from bequest.documents.assessment.wording import CASE
from bequest.documents.words import Word
from bequest.model.assessment import COMPANY, RIGHTS, Assessment, Dimension, Entry, Measure, Risk
from bequest.steps.assess.catalogue import Catalogue, catalogue
from bequest.steps.assess.score import heat_map

NOWHERE = Word("", "")


def assessment_page(assessment: Assessment) -> AssessmentPage:
    """Everything that is shown of a run."""
    rules = catalogue()
    facts = {m.key: _fact(rules, m) for m in assessment.measures}
    risks = {r.id: r for r in assessment.risks}
    return AssessmentPage(
        assessment=assessment,
        company=_heat(rules, assessment, COMPANY),
        rights=_heat(rules, assessment, RIGHTS),
        risks=tuple(_risk(rules, e, risks.get(e.id), facts) for e in assessment.register),
        facts=tuple(facts.values()),
        warnings=tuple(
            WarningLine(
                fact=facts[w.measure],
                threshold=w.threshold,
                source=source,
                crossed=w.crossed,
                after=after,
            )
            for w in assessment.warnings
            for source, after in [_threshold(rules, w.measure)]
        ),
        scales=tuple(
            ScaleLine(said=Word(s.zh, s.en), at=s.at, source=s.source, status=s.status) for s in rules.scales.values()
        ),
        matrix=rules.matrix,
        matrix_source=rules.matrix_source,
        matrix_status=rules.matrix_status,
        accept=rules.accept,
    )


def _threshold(rules: Catalogue, key: str) -> tuple[str, bool]:
    name, _, where = key.partition("@")
    found = next(t for t in rules.thresholds if t.measure == name and t.where in {"", where})
    return found.source, found.after


def place_word(rules: Catalogue, where: str) -> Word:
    """The words for a class of data; a lot is named by its id."""
    return next((Word(g.zh, g.en) for g in rules.groups if g.id == where), Word(where, where))


def _fact(rules: Catalogue, m: Measure) -> FactLine:
    text = rules.measures[m.id]
    return FactLine(
        key=m.key,
        said=Word(text.zh, text.en),
        left=Word(text.left_zh, text.left_en),
        where=place_word(rules, m.where) if m.where else NOWHERE,
        unit=text.unit,
        before=m.before,
        after=m.after,
        origin=m.origin,
        share=text.share,
    )


def _heat(rules: Catalogue, a: Assessment, dimensions: tuple[Dimension, ...]) -> tuple[HeatRow, ...]:
    return tuple(
        HeatRow(id=row, said=place_word(rules, row) if row else CASE, cells=cells)
        for row, cells in heat_map(rules, a.risks, dimensions).items()
        if cells
    )


def _risk(rules: Catalogue, entry: Entry, risk: Risk | None, facts: Mapping[str, FactLine]) -> RiskLine:
    name, _, where = entry.id.partition("@")
    kind, last = rules.kinds[name], entry.turns[-1]
    scores = risk.scores if risk else ()
    named = dict.fromkeys(f for s in scores for f in s.before.facts)
    return RiskLine(
        id=entry.id,
        said=Word(kind.zh, kind.en),
        where=place_word(rules, where) if where else NOWHERE,
        origin=kind.origin,
        state=last.state,
        before=last.before,
        after=last.after,
        opened_on=entry.opened_on,
        n_turns=len(entry.turns),
        treatment=Word(kind.treat_zh, kind.treat_en),
        scores=tuple(
            ScoreLine(
                dimension=s.dimension,
                likelihood=s.before.likelihood,
                impact=s.before.impact,
                before=s.before.level,
                after=s.after.level if s.after else None,
                unknown=s.before.unknown or bool(s.after and s.after.unknown),
            )
            for s in scores
        ),
        facts=tuple(facts[f] for f in named),
        findings=kind.findings,
    )

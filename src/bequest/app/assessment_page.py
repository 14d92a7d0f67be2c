"""The last assessment of a case as lines in both languages: texts from the catalogue, figures from the run."""

from collections.abc import Mapping

from bequest.app.law import pack_of
from bequest.documents.assessment.content import (
    AssessmentPage,
    FactLine,
    HeatRow,
    LiabilityLine,
    PenaltyLine,
    RiskLine,
    ScaleLine,
    ScoreLine,
    WarningLine,
)
from bequest.documents.assessment.liability import range_word
from bequest.documents.assessment.wording import CASE
from bequest.documents.words import Word
from bequest.law.liability import liabilities
from bequest.model.assessment import COMPANY, RIGHTS, Assessment, Dimension, Entry, Measure, Risk, RiskState
from bequest.model.case import Case
from bequest.steps.assess.catalogue import Catalogue, catalogue
from bequest.steps.assess.score import heat_map

NOWHERE = Word("", "")
PROVISION_CRIME = "crim253"
"""The penalty to which the crime meter belongs (Criminal Law Art. 253-1)."""


def assessment_page(assessment: Assessment, case: Case) -> AssessmentPage:
    """Everything that is shown of a run, with what the law of the case's date makes of it."""
    rules = catalogue()
    facts = {m.key: _fact(rules, m) for m in assessment.measures}
    risks = {r.id: r for r in assessment.risks}
    lines, penalties = _liabilities(rules, assessment, case, facts)
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
            ScaleLine(said=Word(s.zh, s.en), at=s.at, source=Word(s.source_zh, s.source), status=s.status)
            for s in rules.scales.values()
        ),
        matrix=rules.matrix,
        matrix_source=Word(rules.matrix_source_zh, rules.matrix_source),
        matrix_status=rules.matrix_status,
        accept=rules.accept,
        liabilities=lines,
        penalties=penalties,
    )


def _liabilities(
    rules: Catalogue, a: Assessment, case: Case, facts: Mapping[str, FactLine]
) -> tuple[tuple[LiabilityLine, ...], tuple[PenaltyLine, ...]]:
    """The consequences of every finding that a risk of the register leads to, and the sanctions they refer to."""
    pack = pack_of(case)
    leading: dict[str, list[Entry]] = {}
    for entry in a.register:
        if entry.turns[-1].before:  # a risk that is gone leads to nothing
            for finding in rules.kinds[entry.id.partition("@")[0]].findings:
                leading.setdefault(finding, []).append(entry)
    found = liabilities(pack, leading.keys(), on=case.effective_on, industry=case.industry)
    numbers = {p: n for n, p in enumerate(dict.fromkeys(x.penalty.id for x in found), 1)}
    meters = tuple(f for key, f in facts.items() if key.startswith("crime@"))
    lines = tuple(
        LiabilityLine(
            finding=Word(pack.breaches[x.finding].zh, pack.breaches[x.finding].en),
            kind=x.kind.value,
            said=Word(x.zh, x.en),
            penalty=numbers[x.penalty.id],
            articles=x.articles,
            status=x.status,
            risks=tuple(e.id for e in leading[x.finding]),
            open_risks=sum(e.state is RiskState.OPEN for e in leading[x.finding]),
            facts=meters if x.penalty.id == PROVISION_CRIME else (),
        )
        for x in found
    )
    said = {x.penalty.id: x for x in found}
    penalties = tuple(
        PenaltyLine(number=n, said=Word(x.penalty.zh, x.penalty.en), ranges=tuple(map(range_word, x.ranges)))
        for p, n in numbers.items()
        for x in [said[p]]
    )
    return lines, penalties


def _threshold(rules: Catalogue, key: str) -> tuple[Word, bool]:
    name, _, where = key.partition("@")
    found = next(t for t in rules.thresholds if t.measure == name and t.where in {"", where})
    return Word(found.source_zh, found.source), found.after


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

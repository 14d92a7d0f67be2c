"""A small assessment with one risk of each state, for the tests of documents."""

from datetime import date

from bequest.documents.assessment.content import (
    AssessmentPage,
    FactLine,
    HeatRow,
    ImpactLine,
    LiabilityLine,
    PenaltyLine,
    RiskLine,
    ScaleLine,
    ScoreLine,
    WarningLine,
)
from bequest.documents.assessment.costs import CostPage, CostRow, CostValue, HoursLine
from bequest.documents.words import Word
from bequest.model.assessment import (
    Assessment,
    Basis,
    Dimension,
    Entry,
    Figure,
    ImpactKind,
    Measure,
    Origin,
    RiskState,
    Standing,
    Turn,
)
from bequest.model.disposition import ReasonStatus

DAY = date(2026, 11, 2)


def row(
    said: Word, *, plan: bool = False, cost: int = 0, avoided: int = 0, kept: int = 0, persons: int = 383
) -> CostRow:
    return CostRow(
        option=said, plan=plan, technique=cost, counsel=0, training=0, handling=0, loss=10000 - avoided,
        avoided=avoided, persons=persons, kept=kept, margin=0, exposed=41,
    )  # fmt: skip


COSTS = CostPage(
    total=(
        row(Word("原样", "as it is"), cost=1000, kept=8),
        row(Word("本方案", "the plan"), plan=True, cost=2000, avoided=9000),
    ),
    classes=(
        (Word("个人基本资料", "basic data"), (row(Word("原样", "as it is"), cost=777),)),
        (Word("个人健康生理信息", "health data"), (row(Word("原样", "as it is"), cost=555, persons=9),)),
    ),
    values=(
        CostValue(id="notice", said=Word("告知一人", "telling a person"), unit="cny", number="1.5",
                  source=Word("自定", "ours"), status=ReasonStatus.OURS, own=True),
        CostValue(id="sanction", said=Word("处罚", "a sanction"), unit="cny", number="100000",
                  source=Word("上限的十分之一（PIPL-66）", "a tenth of the most (PIPL-66)"),
                  status=ReasonStatus.OURS, own=False),
    ),
    hours=(HoursLine(said=Word("本方案", "the plan"), hours=("12", "2", "3")),),
    digest="e" * 64,
)  # fmt: skip
CHILDREN = FactLine(
    key="children_without_guardian", said=Word("监护人未同意的儿童", "children without consent"),
    left=Word("仍交出的", "still given"), where=Word("", ""), unit="person", before=Figure(8), after=Figure(0),
    origin=Origin.PLAN, share=False,
)  # fmt: skip
READABLE = FactLine(
    key="readable@credential", said=Word("未作散列的口令", "passwords in clear"),
    left=Word("仍在原处的", "still there"),
    where=Word("身份鉴别信息", "passwords and secrets"), unit="value", before=Figure(225, 225), after=Figure(0, 225),
    origin=Origin.PLAN, share=True,
)  # fmt: skip


def risk(name: str, state: RiskState, before: int, after: int | None) -> RiskLine:
    scores = (
        ScoreLine(dimension=Dimension.LEGAL, likelihood=3, impact=3, before=before, after=after, unknown=False),
        ScoreLine(dimension=Dimension.HARM, likelihood=3, impact=2, before=2, after=0, unknown=True),
    )
    return RiskLine(
        id=name, said=Word("泄露", "leak"), where=Word("身份鉴别信息", "passwords and secrets"), origin="network",
        state=state, before=before, after=after, opened_on=DAY, n_turns=1, treatment=Word("删除", "deleted"),
        scores=scores, facts=(READABLE, CHILDREN), findings=("leak",),
    )  # fmt: skip


def sample_assessment() -> AssessmentPage:
    measures = (
        Measure("children_without_guardian", "", Figure(8), Figure(0), Origin.PLAN),
        Measure("readable", "credential", Figure(225, 225), Figure(0, 225), Origin.PLAN),
    )
    register = tuple(
        Entry(name, (Turn(1, DAY, state, 4, 2),))
        for name, state in (("a", RiskState.OPEN), ("b", RiskState.TREATED), ("c", RiskState.CLOSED))
    )
    made = Assessment(
        case_id="demo-e5", run=1, on=DAY, basis=Basis("d" * 64, "p" * 64, "q" * 64, "c" * 64), measures=measures,
        risks=(), register=register, warnings=(),
    )  # fmt: skip
    rows = (
        HeatRow(id="", said=Word("全案", "the case"), cells={Dimension.LEGAL: (4, 2), Dimension.HARM: (2, None)}),
        HeatRow(id="credential", said=Word("身份鉴别信息", "passwords and secrets"), cells={Dimension.LEGAL: (4, 0)}),
    )
    return AssessmentPage(
        assessment=made,
        company=rows,
        rights=rows,
        risks=(
            risk("leak@credential", RiskState.OPEN, 4, 3),
            risk("leak@basic", RiskState.TREATED, 3, 2),
            risk("leak@text", RiskState.CLOSED, 2, 0),
        ),
        facts=(CHILDREN, READABLE),
        warnings=(WarningLine(fact=CHILDREN, threshold=1, source=Word("KIDS-9", "KIDS-9"), crossed=True, after=False),),
        scales=(
            ScaleLine(
                said=Word("人数", "persons"), at=(1, 1000, 100000, 1000000), source=Word("自定", "ours"),
                status=ReasonStatus.OURS,
            ),
        ),
        matrix=((1, 1, 2, 2), (1, 2, 2, 3), (2, 2, 3, 4), (2, 3, 4, 4)),
        matrix_source=Word("GB/T 39335—2020 表 D.5", "GB/T 39335-2020 table D.5"),
        matrix_status=ReasonStatus.SECONDARY,
        accept=2,
        liabilities=(
            LiabilityLine(
                finding=Word("泄露", "a leak"), kind="criminal", said=Word("提供", "provided"), penalty=1,
                articles=("CRIM-253.1",), status=ReasonStatus.VERIFIED, risks=("leak@credential", "leak@basic"),
                open_risks=1, facts=(READABLE,),
            ),
        ),
        penalties=(PenaltyLine(number=1, said=Word("自由刑", "prison"), ranges=(Word("至多 3 年", "up to 3 years"),)),),
        impacts=(ImpactLine(
            kind=ImpactKind.PIPIA, standing=Standing.REOPENED, latest=2, run=1, at="2026-11-02T01:00:00Z",
            conclusion="go",
            reasons=(Word("风险新增", "a risk is new"),),
        ),),
        costs=COSTS,
    )  # fmt: skip

"""Impact assessments on the terminal: where each stands, and why it is opened again."""

from bequest.cli import render
from bequest.documents.assessment.content import AssessmentPage, ImpactLine
from bequest.documents.assessment.wording import CONCLUSIONS, IMPACTS, STANDINGS
from bequest.model.assessment import Standing


def print_impact(page: AssessmentPage, *, changes: bool) -> None:
    """Of each one line with its standing, the reasons below; on demand every fact that changed."""
    lang = render.language()
    for line in page.impacts:
        render.line(f"{IMPACTS[line.kind].of(lang)}{render.say('：', ': ')}{_standing(line, lang)}")
        for reason in line.reasons:
            render.line("  " + reason.of(lang))
        for change in line.changes if changes else ():
            render.line("  · " + change.of(lang))


def _standing(line: ImpactLine, lang: str) -> str:
    said = STANDINGS[line.standing][0].of(lang)
    if line.standing is Standing.NONE:
        return said
    conclusion = CONCLUSIONS[line.conclusion].of(lang)
    return render.say(
        f"{said}（{line.at[:10]} 归档，依第 {line.run} 次评估，结论：{conclusion}；现为第 {line.latest} 次）",
        f"{said} (filed {line.at[:10]} on run {line.run}, conclusion: {conclusion}; now run {line.latest})",
    )

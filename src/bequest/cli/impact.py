"""The impact assessment on the terminal: where it stands, and why it is opened again."""

from bequest.cli import render
from bequest.documents.assessment.content import AssessmentPage
from bequest.documents.assessment.wording import CONCLUSIONS, STANDINGS
from bequest.model.assessment import Standing


def print_impact(page: AssessmentPage, *, changes: bool) -> None:
    """One line with the standing, the reasons below; on demand every fact that changed."""
    lang, line = render.language(), page.impact
    if line is None:
        return
    said = STANDINGS[line.standing][0].of(lang)
    if line.standing is Standing.NONE:
        render.line(render.say(f"个人信息保护影响评估：{said}", f"impact assessment: {said}"))
        return
    conclusion = CONCLUSIONS[line.conclusion].of(lang)
    render.line(
        render.say(
            f"个人信息保护影响评估：{said}（{line.at[:10]} 归档，依第 {line.run} 次评估，结论：{conclusion}；"
            f"现为第 {line.latest} 次）",
            f"impact assessment: {said} (filed {line.at[:10]} on run {line.run}, conclusion: {conclusion}; "
            f"now run {line.latest})",
        )
    )
    for reason in line.reasons:
        render.line("  " + reason.of(lang))
    for change in line.changes if changes else ():
        render.line("  · " + change.of(lang))

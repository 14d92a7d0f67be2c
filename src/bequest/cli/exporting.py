"""What is owed for receivers abroad, said where people plan and approve."""

from bequest.app.context import Context
from bequest.app.exporting import ExportState, export_state
from bequest.cli import render


def warn_export(context: Context, case_id: str) -> None:
    """Say whom the plan sends abroad, which mechanism that needs, and what is missing to say so."""
    state = export_state(context, case_id)
    if state is not None:
        for line in export_lines(state):
            render.line(line)


def export_lines(state: ExportState) -> list[str]:
    """The lines; numbers of the year with this case included."""
    n, s = ("?" if x is None else f"{x:,}" for x in state.total)
    here = state.counted
    lines = [
        render.say(
            f"出境：本案 {here.persons:,} 人（敏感个人信息 {here.sensitive_persons:,} 人）；"
            f"本年累计 {n} 人（敏感 {s} 人）",
            f"abroad: {here.persons:,} persons of this case ({here.sensitive_persons:,} with sensitive information); "
            f"{n} and {s} in the year",
        )
    ]
    shown = [f for f in state.found if set(f.outcomes) & state.words]
    lines += [render.say(f"  {f.zh}（{'、'.join(f.articles)}）", f"  {f.en} ({', '.join(f.articles)})") for f in shown]
    if state.missing:
        keys = ", ".join(state.missing)
        lines.append(
            render.say(
                f"  [export] 中还缺：{keys}；补齐之前不能交付", f"  missing under [export]: {keys}; no delivery before"
            )
        )
    elif not state.is_settled:
        lines.append(render.say("  尚未办妥：不能交付", "  not in hand: no delivery"))
    return lines

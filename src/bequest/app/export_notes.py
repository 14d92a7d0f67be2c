"""What is owed for receivers abroad, in words and as plain facts: for the plan, the console and the report."""

from bequest.app.exporting import ExportState
from bequest.documents.report.content import Note
from bequest.kernel.canonical import Json


def export_notes(state: ExportState) -> tuple[Note, ...]:
    """Whom the plan sends abroad, which mechanism that needs, what is missing; numbers of the year with this case."""
    n, s = ("?" if x is None else f"{x:,}" for x in state.total)
    here = state.counted
    notes = [
        Note(
            zh=f"出境：本案 {here.persons:,} 人（敏感个人信息 {here.sensitive_persons:,} 人）；"
            f"本年累计 {n} 人（敏感 {s} 人）",
            en=f"abroad: {here.persons:,} persons of this case ({here.sensitive_persons:,} with sensitive information);"
            f" {n} and {s} in the year",
        )
    ]
    shown = [f for f in state.found if set(f.outcomes) & state.words]
    notes += [Note(zh=f"{f.zh}（{'、'.join(f.articles)}）", en=f"{f.en} ({', '.join(f.articles)})") for f in shown]
    if state.missing:
        keys = ", ".join(state.missing)
        notes.append(
            Note(
                zh=f"[export] 中还缺：{keys}；补齐之前不能交付",
                en=f"missing under [export]: {keys}; no delivery before",
            )
        )
    elif not state.is_settled:
        notes.append(Note(zh="尚未办妥：不能交付", en="not in hand: no delivery"))
    return tuple(notes)


def export_facts(state: ExportState | None) -> Json:
    """The same as plain facts; null where no receiver is abroad."""
    if state is None:
        return None
    shown = [f for f in state.found if set(f.outcomes) & state.words]
    outcomes: list[Json] = [*sorted(state.words)]
    articles: list[Json] = [*dict.fromkeys(a for f in shown for a in f.articles)]
    missing: list[Json] = [*state.missing]
    return {
        "persons": state.counted.persons,
        "sensitive_persons": state.counted.sensitive_persons,
        "year_persons": state.total[0],
        "year_sensitive_persons": state.total[1],
        "outcomes": outcomes,
        "articles": articles,
        "missing": missing,
        "settled": state.is_settled,
    }

"""What is owed for receivers abroad, said where people plan and approve."""

from bequest.app.context import Context
from bequest.app.export_notes import export_notes
from bequest.app.exporting import export_state
from bequest.cli import render


def warn_export(context: Context, case_id: str) -> None:
    """Say whom the plan sends abroad, which mechanism that needs, and what is missing to say so."""
    state = export_state(context, case_id)
    for n, note in enumerate(export_notes(state) if state is not None else ()):
        render.line(("  " if n else "") + render.say(note.zh, note.en))

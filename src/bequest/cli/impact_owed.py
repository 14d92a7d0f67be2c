"""The impact assessment that is owed and not filed, said where people plan, approve and deliver."""

from bequest.app.context import Context
from bequest.app.impact_owed import owed_impact
from bequest.cli import render


def warn_impact(context: Context, case_id: str) -> None:
    """Say that an impact assessment is owed and none is filed."""
    owed = owed_impact(context, case_id)
    if owed is not None:
        render.line(render.say(owed.zh, owed.en))

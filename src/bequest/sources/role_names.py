"""What accounts of the phases are called."""

from bequest.model.case import Source


def account_name(spec: Source, case_id: str, phase: str) -> str:
    """The account of a phase; a whole store has accounts of its own, beside those of the rest of its database."""
    own = f"_{spec.name}" if spec.is_whole else ""
    return f"bequest_{case_id}{own}_{phase}".replace("-", "_").replace(".", "_")

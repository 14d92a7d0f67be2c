"""A table that a prospective buyer may see before anything is signed: anonymous, as its description asks (E14)."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """What is shown to whom: the description of the table, whose digest the plan's approval covers.

    `table`: `source.table` of the case. `wanted`: k, l, t and the share of rows left out, as the description has them.
    """

    id: str
    receiver: str
    table: str
    columns: tuple[str, ...]
    wanted: str
    file: Path
    """Absolute once the case is open."""
    sha256: str

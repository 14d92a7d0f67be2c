"""Pairs in doubt side by side: where both stand, their masked values, and what spoke for and against."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bequest.app.context import Context
from bequest.app.people_desk.rows import Cell, Place, own_cells, rows_at
from bequest.app.review_links import open_pairs
from bequest.app.run_discover import data_map
from bequest.model.facts import RowRole
from bequest.steps.link.compare import PARTS

AT_ONCE = 5


@dataclass(frozen=True, slots=True)
class Pair:
    """Two mentions that may be one person. `parts`: bits by what was compared, in the order of the score."""

    code: str
    bits: float
    parts: tuple[tuple[str, float], ...]
    left: Place
    right: Place
    roles: tuple[str, str]
    cells: tuple[tuple[Cell, ...], tuple[Cell, ...]]
    """Masked values of left and right; empty where the row is not as it was."""


def pairs_from(ctx: Context, case_id: str, first: int) -> tuple[tuple[Pair, ...], int]:
    """Some pairs, the likeliest first, beginning with the number `first`; and how many there are.

    Raises:
        StateError: before linking.
        SourceError: where a source cannot be read.
    """
    found = open_pairs(ctx, case_id)
    shown = found.slice(first, AT_ONCE).to_dicts()
    sides = [(_place(r, "left"), _place(r, "right")) for r in shown]
    cells = rows_at(ctx, case_id, {p for pair in sides for p in pair if p[0]})
    tables = {(t.source, t.name): t for t in data_map(ctx, case_id).tables}

    def _of(place: Place, role: str | None) -> tuple[Cell, ...]:
        return own_cells(tables[place[:2]], RowRole(role), cells[place]) if role and place in cells else ()

    made = tuple(
        Pair(
            code=r["code"],
            bits=r["bits"],
            parts=tuple((p, float(r[p] or 0)) for p in PARTS),
            left=left,
            right=right,
            roles=(str(r["left_role"] or ""), str(r["right_role"] or "")),
            cells=(_of(left, r["left_role"]), _of(right, r["right_role"])),
        )
        for r, (left, right) in zip(shown, sides, strict=True)
    )
    return made, found.height


def _place(row: Mapping[str, Any], side: str) -> Place:
    return row[f"{side}_source"], row[f"{side}_table"], row[f"{side}_row"]

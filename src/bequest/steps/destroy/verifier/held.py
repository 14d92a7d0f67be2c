"""Rows on hold, found in the second look: they were to go and stay, because their person objected in time."""

import numpy as np
import numpy.typing as npt

from bequest.steps.destroy.verifier.places import Places
from bequest.steps.destroy.verifier.prepare import Task
from bequest.steps.destroy.verifier.reading import Rows


def held_rows(task: Task, places: Places | None, rows: Rows, located: npt.NDArray[np.int64] | None) -> frozenset[int]:
    """Positions in a batch of rows that are on hold: by key, or by their present number where the table has none."""
    held = task.held.get((places.plan.source, places.plan.table)) if places else None
    if not held:
        return frozenset()
    if located is not None:
        return frozenset(np.flatnonzero(np.isin(located, list(held))).tolist())
    return frozenset(i for i, name in enumerate(rows.names) if name.isdigit() and int(name) in held)

"""Rows on hold, found in the second look: they were to go and stay, because their person objected in time."""

import numpy as np
import numpy.typing as npt
import polars as pl

from bequest.steps.destroy.verifier.places import Places
from bequest.steps.destroy.verifier.rows import Rows
from bequest.steps.destroy.verifier.task import Task


def held_rows(
    task: Task, places: Places | None, rows: Rows, located: npt.NDArray[np.int64] | None
) -> npt.NDArray[np.bool_]:
    """Which rows of a batch are on hold: by key, or by their present number where the table has none."""
    held = task.held.get((places.plan.source, places.plan.table)) if places else None
    if not held:
        return np.zeros(len(rows.names), np.bool_)
    known = located if located is not None else rows.names.cast(pl.Int64, strict=False).fill_null(-1).to_numpy()
    return np.isin(known, np.fromiter(held, np.int64))

"""Which cells of a table of people may be printed: none below k, and none from which such a one follows. Pure."""

import numpy as np


def hidden_cells(table: np.ndarray, k: int) -> np.ndarray:
    """Cells (rows: groups, columns: outcomes) to hide, where row and column sums may be known.

    Cells from 1 to k - 1 are hidden; while a row or column has one hidden cell only, or its hidden cells together stay
    below k, its smallest shown cell is hidden too.
    """
    hidden = (table > 0) & (table < k)
    changed = True
    while changed:
        changed = False
        for t, h in ((table, hidden), (table.T, hidden.T)):
            for values, away in zip(t, h, strict=True):
                changed |= _hide_more(values, away, k)
    return hidden


def _hide_more(values: np.ndarray, away: np.ndarray, k: int) -> bool:
    """Hide one more cell of a line where it must be; `away` is changed in place."""
    n = int(away.sum())
    if n == 0 or (n > 1 and int(values[away].sum()) >= k):
        return False
    shown = np.flatnonzero(~away & (values > 0))
    if not len(shown):
        return False
    away[shown[np.argmin(values[shown])]] = True
    return True

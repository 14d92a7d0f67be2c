"""Keys found among many others, batch by batch: the many are put in order once, and not for every batch anew."""

import numpy as np
import numpy.typing as npt
import polars as pl

from bequest.engine.kernels.buffers import Bools, Ints


class Lookup:
    """A column of keys, texts or tags, asked again and again. Keys are compared whole, their hashes only find them."""

    def __init__(self, keys: pl.Series) -> None:
        """`keys` in any order, repeated or not; a null is nobody's key."""
        hashes = _hashes(keys)
        order = np.argsort(hashes, kind="stable")  # of equal keys the first comes first
        if keys.null_count():
            order = order[keys.is_not_null().to_numpy()[order]]
        self._hashes = hashes[order]
        self._order = order
        self._keys = keys[order]

    def __len__(self) -> int:
        return len(self._order)

    def first(self, keys: pl.Series) -> Ints:
        """Where each of these keys stands first in the column, -1 where it does not."""
        wanted = _hashes(keys)
        out = np.full(len(wanted), -1, np.int64)
        at = np.searchsorted(self._hashes, wanted)
        live = np.flatnonzero(at < len(self))
        while len(live := live[self._hashes[at[live]] == wanted[live]]):
            same = (self._keys[at[live]] == keys[live]).fill_null(value=False).to_numpy()
            out[live[same]] = self._order[at[live[same]]]
            live = live[~same]  # other keys of the same hash: met once in a lifetime
            at[live] += 1
            live = live[at[live] < len(self)]
        return out

    def holds(self, keys: pl.Series) -> Bools:
        """Which of these keys are in the column; a null never is."""
        return np.asarray(self.first(keys) >= 0, np.bool_)


def _hashes(keys: pl.Series) -> npt.NDArray[np.uint64]:
    return np.asarray(keys.hash().to_numpy(), np.uint64)

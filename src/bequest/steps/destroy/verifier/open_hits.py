"""Hits that the rules leave to people: found again by token and place, with what was decided on them."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from bequest.model.adjudication import Decision, Hit, Verdict, Why
from bequest.steps.destroy.verifier.buffers import Bytes
from bequest.steps.destroy.verifier.tokens import SIZE, TokenSet

SHOWN: Final = 50
"""Hits of one kind in one column that are laid before people at once; of more the rest is told as a number."""
_NONE, _ORGANIC, _ALLOWED, _RESIDUE = range(4)
_CODES: Final = {Verdict.ORGANIC: _ORGANIC, Verdict.ALLOWED: _ALLOWED, Verdict.RESIDUE: _RESIDUE}

Codes = npt.NDArray[np.uint8]
Where = tuple[str, str, str]
"""Source, table, column."""
Shape = Callable[[int], tuple[int, str]]
"""Of the i-th hit given, where it stands and what it looks like."""


class Decided:
    """What people decided, by token and place. A hit that may stand may do so as often as it was laid before them."""

    def __init__(self, decisions: Iterable[Decision]) -> None:
        """`decisions`: those in force, one per hit."""
        known = list(decisions)
        self._cells = TokenSet.of(bytes.fromhex(d.hit.cell) for d in known)
        cells = np.frombuffer(b"".join(bytes.fromhex(d.hit.cell) for d in known), np.uint8).reshape(-1, SIZE)
        at = self._cells.positions(cells)
        self._codes = np.zeros(len(self._cells), np.uint8)
        self._codes[at] = [_CODES[d.verdict] for d in known]
        self._left = np.zeros(len(self._cells), np.int64)
        self._left[at] = [d.hit.hits for d in known]

    def take(self, cells: Bytes) -> Codes:
        """The verdict on each of these, `0` where there is none; what stands is used up."""
        out = np.zeros(len(cells), np.uint8)
        at = self._cells.positions(cells)
        there = np.flatnonzero(at >= 0)
        there = there[np.argsort(at[there], kind="stable")]
        known = at[there]
        turn = np.arange(len(known)) - np.searchsorted(known, known)  # the n-th of its kind
        codes = self._codes[known]
        holds = (codes == _RESIDUE) | (turn < self._left[known])
        out[there[holds]] = codes[holds]
        self._left -= np.minimum(np.bincount(known, minlength=len(self._left)), self._left)
        return out


class OpenHits:
    """Collects the hits of one search that no rule settles, up to `SHOWN` of a kind in a column."""

    def __init__(self, decisions: Iterable[Decision]) -> None:
        self._decided = Decided(decisions)
        self._hits: dict[tuple[Where, str], dict[bytes, Hit]] = {}
        self._stand: Counter[bytes] = Counter()
        """How often what was decided on was met where it may stand."""
        self.more: Counter[tuple[Where, str]] = Counter()
        """Hits beyond those that are laid before people."""

    def judge(
        self, where: Where, kind: str, cls: str, cells: Bytes, chance: npt.NDArray[np.bool_], shape: Shape, *,
        in_bytes: bool,
    ) -> Codes:  # fmt: skip
        """The verdicts of people on hits of one kind in one place; those without one are kept to be shown.

        `chance`: what the rule takes for chance.
        """
        codes = self._decided.take(cells)
        stands = (codes == _ORGANIC) | (codes == _ALLOWED)
        for cell in cells[stands]:  # as many as were decided at most
            self._stand[cell.tobytes()] += 1
        by_chance = Why.PIECE if in_bytes else Why.CHANCE
        otherwise = Why.BYTES if in_bytes else Why.OUTSIDE
        rest = np.flatnonzero(~stands)
        if len(rest):
            self._keep((where, kind), cls, cells, rest, np.where(chance, by_chance, otherwise), shape)
        return codes

    def _keep(
        self, key: tuple[Where, str], cls: str, cells: Bytes, rest: npt.NDArray[np.int64],
        why: npt.NDArray[np.str_], shape: Shape,
    ) -> None:  # fmt: skip
        kept = self._hits.setdefault(key, {})
        once = TokenSet(cells[rest])
        n = np.bincount(once.positions(cells[rest]), minlength=len(once))
        known = TokenSet.of(kept).holds(once.array())
        order = np.argsort(once.first)
        new = order[~known[order]]
        shown = new[: max(0, SHOWN - len(kept))]
        tokens = once.array()
        for i in np.flatnonzero(known):
            cell = tokens[i].tobytes()
            kept[cell] = replace(kept[cell], hits=kept[cell].hits + int(n[i]))
        for i in shown:
            at, cell = int(rest[once.first[i]]), tokens[i].tobytes()
            place, look = shape(at)
            kept[cell] = Hit(_id(cell), cell.hex(), *key[0], place, key[1], cls, look, int(n[i]), Why(str(why[at])))
        self.more[key] += len(new) - len(shown)

    def no_chance(self, where: Where, kind: str) -> None:
        """In this column there are too many for chance."""
        kept = self._hits.get((where, kind), {})
        for cell, hit in kept.items():
            kept[cell] = replace(hit, why=Why.MANY if hit.why is Why.CHANCE else hit.why)

    def all(self) -> tuple[Hit, ...]:
        """The hits, by place; each with all that stands there, also what was decided on before."""
        return tuple(
            replace(hit, hits=hit.hits + self._stand[cell])
            for _, kept in sorted(self._hits.items())
            for cell, hit in kept.items()
        )


def is_organic(codes: Codes) -> npt.NDArray[np.bool_]:
    """Which hits people took for chance."""
    return np.asarray(codes == _ORGANIC, np.bool_)


def is_allowed(codes: Codes) -> npt.NDArray[np.bool_]:
    """Which hits people let stand."""
    return np.asarray(codes == _ALLOWED, np.bool_)


def is_residue(codes: Codes) -> npt.NDArray[np.bool_]:
    """Which hits people took for residue."""
    return np.asarray(codes == _RESIDUE, np.bool_)


def _id(cell: bytes) -> str:
    """What people call a hit: the same in every search."""
    return "hit-" + hashlib.sha256(b"bequest/hit/v1\0" + cell).hexdigest()[:10]

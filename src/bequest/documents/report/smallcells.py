"""Counts of people below k are not printed, and nothing printed gives them away (decision: Situations, k = 10)."""

from collections.abc import Sequence
from dataclasses import dataclass

K = 10


@dataclass(frozen=True, slots=True)
class Guarded:
    """A count as it may be printed: the number, `<10`, or hidden because it would give a small one away."""

    code: str
    persons: int | None
    small: bool = False


def guard_small(counts: Sequence[tuple[str, int]], *, k: int = K) -> tuple[Guarded, ...]:
    """The counts, where those from 1 to k - 1 are hidden.

    The total is printed beside them, so hidden cells must not follow from it: while only one cell is hidden, or the
    hidden ones together stay below k, the smallest shown cell is hidden too.
    """
    order = sorted(range(len(counts)), key=lambda i: (counts[i][1], counts[i][0]))
    hidden = {i for i in order if 0 < counts[i][1] < k}
    shown = [i for i in order if i not in hidden and counts[i][1] >= k]
    if hidden:
        for i in shown:
            if len(hidden) >= 2 and sum(counts[j][1] for j in hidden) >= k:
                break
            hidden.add(i)
    return tuple(Guarded(code, None if i in hidden else n, small=0 < n < k) for i, (code, n) in enumerate(counts))

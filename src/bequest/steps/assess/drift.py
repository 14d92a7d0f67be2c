"""Whether an assessment that was signed off still holds for the facts of today. Pure.

Rules kept:
- nothing measured has changed: it holds;
- facts moved, but no level rose, no risk is new, and no figure grew by more than the tolerance of the case: it holds,
  and the changes are named;
- else it is opened again, with the reasons.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bequest.model.assessment import Assessment, Figure, Measure, Risk, Standing


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that is another one now; a side that was not there is None."""

    measure: str
    was: Figure | None
    now: Figure | None


@dataclass(frozen=True, slots=True)
class Drift:
    """What changed since, and why that opens the assessment again (empty where it does not).

    `reasons` are codes with what they are about: `risk:ID` (new, or its level rose), `fact:KEY` (a new fact, or one
    beyond the tolerance), `catalogue` (other scales), `warning:KEY` (a threshold is reached now).
    """

    standing: Standing
    changes: tuple[Change, ...]
    reasons: tuple[str, ...]


def drift(filed: Assessment, now: Assessment, *, tolerance_percent: int) -> Drift:
    """Hold the assessment that was filed against the facts of today."""
    changes = tuple(_changes(filed.measures, now.measures))
    reasons = tuple(dict.fromkeys(_reasons(filed, now, changes, tolerance_percent)))
    if reasons:
        return Drift(Standing.REOPENED, changes, reasons)
    return Drift(Standing.MOVED if changes else Standing.CURRENT, changes, ())


def _changes(was: Sequence[Measure], now: Sequence[Measure]) -> Iterator[Change]:
    old, new = {m.key: m for m in was}, {m.key: m for m in now}
    for key in (*old, *(k for k in new if k not in old)):
        before, after = old.get(key), new.get(key)
        if (before and before.before) != (after and after.before):
            yield Change(key, before.before if before else None, after.before if after else None)


def _reasons(filed: Assessment, now: Assessment, changes: Sequence[Change], tolerance: int) -> Iterator[str]:
    if filed.basis.catalogue != now.basis.catalogue:
        yield "catalogue"
    known = {r.id: r for r in filed.risks}
    for risk in now.risks:
        if _rose(known.get(risk.id), risk):
            yield f"risk:{risk.id}"
    for c in changes:
        if c.now is not None and _grew(c, tolerance):
            yield f"fact:{c.measure}"
    warned = {w.measure for w in filed.warnings}
    for w in now.warnings:
        if w.measure not in warned:
            yield f"warning:{w.measure}"


def _rose(was: Risk | None, now: Risk) -> bool:
    """A risk that is new, worse as found, or less treated than it was when people judged it."""
    if was is None:
        return now.before > 0
    left = now.after is not None and was.after is not None and now.after > was.after
    return now.before > was.before or left


def _grew(c: Change, tolerance: int) -> bool:
    """By more than the tolerance of what it was, or of the whole that it is a part of, whichever is more."""
    assert c.now is not None  # noqa: S101 - the caller's condition
    if c.was is None:
        return c.now.n > 0
    return 100 * (c.now.n - c.was.n) > tolerance * max(c.was.n, c.was.of)

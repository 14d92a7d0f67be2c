"""What changed between two policies, and whether people must approve again (architecture, idea 4)."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bequest.model.disposition import CellDecision, Disposition, Release
from bequest.model.plan import ColumnCount, Policy, PolicyField, Population, SituationKey

IsLooser = Callable[[Disposition, Disposition], bool]


class ChangeKind(StrEnum):
    """Kinds of change; all but `stricter` and `removed` need a new approval."""

    EVENT = "event"
    SCHEMA = "schema"
    PARTIES = "parties"
    LAW = "law"
    DATE = "date"
    TOLERANCE = "tolerance"
    NEW_LINE = "new_line"
    LOOSER = "looser"
    STRICTER = "stricter"
    REMOVED = "removed"
    VOLUME = "volume"


NEEDS_APPROVAL = frozenset(ChangeKind) - {ChangeKind.STRICTER, ChangeKind.REMOVED}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `situation` and `field` are set for lines of the decision table."""

    kind: ChangeKind
    what: str
    before: str = ""
    after: str = ""
    situation: SituationKey | None = None
    field: PolicyField | None = None


def diff(old: Policy, new: Policy, is_looser: IsLooser) -> tuple[Change, ...]:
    """All differences, lines of the decision table last, in a fixed order."""
    changes = []
    for kind, name in (
        (ChangeKind.EVENT, "event"),
        (ChangeKind.SCHEMA, "schema_digest"),
        (ChangeKind.PARTIES, "parties_digest"),
        (ChangeKind.LAW, "law_pack_digest"),
        (ChangeKind.DATE, "law_date"),
        (ChangeKind.DATE, "cutover_not_after"),
        (ChangeKind.TOLERANCE, "tolerance_percent"),
    ):
        before, after = str(getattr(old, name)), str(getattr(new, name))
        if before != after:
            changes.append(Change(kind, name, before, after))
    a, b = _table(old), _table(new)
    for line in sorted(set(a) | set(b), key=str):
        was, now = a.get(line), b.get(line)
        if was is not None and now is not None and was.disposition == now.disposition:
            continue
        changes.append(_line_change(line, was, now, is_looser))
    return tuple(changes)


def _table(policy: Policy) -> dict[tuple[SituationKey, PolicyField], CellDecision]:
    return {(c.situation, c.field): c.decision for c in policy.cells()}


def _line_change(
    line: tuple[SituationKey, PolicyField], was: CellDecision | None, now: CellDecision | None, is_looser: IsLooser
) -> Change:
    situation, field = line
    what = f"{situation.record_class}/{field.role}/{field.kind.cls}"
    if was is None:
        kind = ChangeKind.NEW_LINE
    elif now is None:
        kind = ChangeKind.REMOVED
    elif is_looser(was.disposition, now.disposition):
        kind = ChangeKind.LOOSER
    else:
        kind = ChangeKind.STRICTER
    return Change(kind, what, _pair(was), _pair(now), situation, field)


def _pair(decision: CellDecision | None) -> str:
    return "" if decision is None else f"{decision.disposition.release} × {decision.disposition.residue}"


def volume_changes(approved: Population, now: Population, tolerance_percent: int) -> tuple[Change, ...]:
    """Tables of which more values would be released than approved, beyond the tolerance (per cent of the approved).

    Values that wait for an answer were approved too. Fewer released values (objections, bounces) need no new approval.
    """
    changes = []
    before, after = _released(approved.counts), _released(now.counts)
    for key in sorted(after):
        limit = before.get(key, 0) * (100 + tolerance_percent)
        if after[key] * 100 > limit:
            changes.append(Change(ChangeKind.VOLUME, ".".join(key), str(before.get(key, 0)), str(after[key])))
    return tuple(changes)


def _released(counts: tuple[ColumnCount, ...]) -> dict[tuple[str, str], int]:
    out: dict[tuple[str, str], int] = {}
    for c in counts:
        if c.release is not Release.NONE:
            out[(c.source, c.table)] = out.get((c.source, c.table), 0) + c.values
    return out

"""The policy people approve, and the population it is applied to (architecture, idea 4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bequest.kernel.canonical import digest
from bequest.model.datamap import ColumnMap, FieldClass, Need
from bequest.model.disposition import CellDecision, Release, Residue
from bequest.model.facts import RecordClass, RowRole


@dataclass(frozen=True, slots=True)
class SituationKey:
    """A distinct combination of the facts read, for one record class, role and lot.

    `facts` are (name, value) pairs in name order; `lot` is empty for what lies outside every lot.
    """

    record_class: RecordClass
    role: RowRole
    lot: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FieldKind:
    """What the law needs to know of a column."""

    cls: FieldClass
    personal: bool
    sensitive: bool
    need: Need
    reduced_by: str = ""
    """How people want it reduced, as in the data map."""
    anonymised_by: str = ""
    """What becomes of it where its row is anonymised in place instead of deleted, as in the data map."""


@dataclass(frozen=True, slots=True)
class PolicyField:
    """A kind of column: whose, and what the law needs to know of it."""

    role: RowRole
    kind: FieldKind


def policy_field(c: ColumnMap) -> PolicyField:
    """The kind of a column of the data map."""
    return PolicyField(c.role, FieldKind(c.cls, c.personal, c.sensitive, c.need, c.reduced_by, c.anonymised_by))


@dataclass(frozen=True, slots=True)
class PolicyCell:
    """One line of the decision table, as people read it."""

    situation: SituationKey
    field: PolicyField
    decision: CellDecision


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """The decisions of one situation: pairs (index of the field, index of the decision)."""

    situation: SituationKey
    cells: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """What is approved. Counts are not in it: they belong to the population.

    The decision table covers every situation that the law's rules can tell apart for the record classes, roles and
    field kinds of the data map, met today or not; so answers, bounces and new rows move people between approved lines.
    """

    case_id: str
    event: str
    law_pack: str
    law_pack_digest: str
    law_date: date
    cutover_not_after: date
    tolerance_percent: int
    schema_digest: str
    """Digest over the data map: classes, roles, needs, keys, relations, fact bindings."""
    parties_digest: str
    """Digest over transferor, receivers, lots with scope and route, window, custodian, copies."""
    fields: tuple[PolicyField, ...]
    decisions: tuple[CellDecision, ...]
    rows: tuple[PolicyRow, ...]

    @property
    def digest(self) -> str:
        """The policy digest: SHA-256 over the canonical JSON of everything above."""
        return digest(self)

    def cells(self) -> Iterator[PolicyCell]:
        """The decision table line by line."""
        for row in self.rows:
            for field, decision in row.cells:
                yield PolicyCell(row.situation, self.fields[field], self.decisions[decision])


@dataclass(frozen=True, slots=True)
class ColumnCount:
    """Non-empty values of one column by one pair, for one lot."""

    source: str
    table: str
    column: str
    role: RowRole
    cls: FieldClass
    sensitive: bool
    lot: str
    release: Release
    residue: Residue
    values: int


@dataclass(frozen=True, slots=True)
class ColumnTotal:
    """Non-empty values of one column, counted at the source by its own query."""

    source: str
    table: str
    column: str
    values: int


@dataclass(frozen=True, slots=True)
class Population:
    """Who is in which situation, counted; moves with answers, bounces and new rows."""

    counts: tuple[ColumnCount, ...]
    totals: tuple[ColumnTotal, ...]
    n_subjects: int
    n_records: int
    n_situations: int
    n_singletons: int
    """Situations that hold one person."""
    persons_by_outcome: tuple[tuple[str, int], ...]
    """Outcome word of the main record → number of subjects; `follows_record` for those who have none of their own."""
    filled: tuple[int, ...] = ()
    """Rows of the policy's decision table in which anybody stands, by index."""
    shares: tuple[ColumnCount, ...] = ()
    """Values that further lots share, once for each: counted on that lot's release axis, not at the source again."""
    lot_totals: tuple[tuple[str, ColumnTotal], ...] = ()
    """Non-empty values of each column in each lot, counted apart from what was decided for them."""

    def released_to(self, lot: str) -> tuple[ColumnCount, ...]:
        """What was decided for one lot, shared rows included: the release axis of that lot."""
        return tuple(c for c in (*self.counts, *self.shares) if c.lot == lot)

    @property
    def digest(self) -> str:
        """The population digest."""
        return digest(self)

    def lots_conserved(self) -> tuple[tuple[str, str, str, str, int, int], ...]:
        """Columns whose outcomes in a lot do not add up: (lot, source, table, column, sum, source count)."""
        sums: dict[tuple[str, str, str, str], int] = {}
        for c in (*self.counts, *self.shares):
            k = (c.lot, c.source, c.table, c.column)
            sums[k] = sums.get(k, 0) + c.values
        want = {(lot, t.source, t.table, t.column): t.values for lot, t in self.lot_totals}
        return tuple((*k, sums.get(k, 0), n) for k, n in sorted(want.items()) if sums.get(k, 0) != n)

    def conserved(self) -> tuple[tuple[str, str, str, int, int], ...]:
        """Columns whose outcomes do not add up to the source count: (source, table, column, sum, source count)."""
        sums: dict[tuple[str, str, str], int] = {}
        for c in self.counts:
            k = (c.source, c.table, c.column)
            sums[k] = sums.get(k, 0) + c.values
        bad = []
        for t in self.totals:
            got = sums.pop((t.source, t.table, t.column), 0)
            if got != t.values:
                bad.append((t.source, t.table, t.column, got, t.values))
        bad.extend((*k, v, 0) for k, v in sums.items() if v)
        return tuple(sorted(bad))


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's signature over the policy digest (SSHSIG, namespace `bequest-evidence`)."""

    policy_digest: str
    person: str
    role: str
    signed_at: str
    fingerprint: str
    signature: str
    """Armoured SSH signature over the approval text, checkable with `ssh-keygen -Y verify`."""
    text: str
    """The exact text signed."""

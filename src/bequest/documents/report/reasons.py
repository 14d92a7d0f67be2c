"""Why a column goes where it goes: the chains of the approved policy for the pairs that occur in its counts.

The policy holds every situation that the rules can tell apart, met or not, so a pair may have several chains; they
are the grounds on which the pair can rest, not a count of persons.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bequest.model.datamap import ColumnMap, DataMap
from bequest.model.disposition import CellDecision, Operator, Reason, Release, Residue
from bequest.model.facts import RecordClass
from bequest.model.plan import Policy, Population, policy_field

MOST_CHAINS = 6
"""Chains printed per column; the rest are in `bequest explain`."""

_UNTOUCHED = (Release.NONE, Residue.IN_USE)
_Column = tuple[str, str, str]
_Pairs = dict[tuple[Release, Residue], int]


@dataclass(frozen=True, slots=True)
class Chain:
    """One distinct line of reasoning, the pair it ends in and the values of the column with that pair."""

    release: Release
    residue: Residue
    operator: Operator
    values: int
    outcomes: tuple[str, ...]
    reasons: tuple[Reason, ...]

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes two chains the same line of reasoning: what decided and where it ends, whatever was noted."""
        return self.release, self.residue, self.operator, self.outcomes, self.reasons[0].rule if self.reasons else ""

    def joined(self, other: "Chain") -> "Chain":
        """Both as one: the reasons of either, each rule once; what is noted beside may hold for some people only."""
        known = {r.rule for r in self.reasons}
        return replace(self, reasons=(*self.reasons, *(r for r in other.reasons if r.rule not in known)))


@dataclass(frozen=True, slots=True)
class Why:
    """The chains of one column: what the deal does first, most values first; `left_out` were not printed."""

    chains: tuple[Chain, ...]
    left_out: int = 0

    @property
    def articles(self) -> tuple[str, ...]:
        """Articles of the leading chain, each once."""
        return tuple(dict.fromkeys(a for r in self.chains[0].reasons for a in r.articles)) if self.chains else ()


class _Decisions:
    """The policy's distinct decisions by record class and field, of the lines that hold anybody (all, if unknown)."""

    def __init__(self, policy: Policy, filled: tuple[int, ...]) -> None:
        lines: dict[RecordClass, set[tuple[tuple[int, int], ...]]] = defaultdict(set)
        for row in (policy.rows[i] for i in filled) if filled else policy.rows:
            lines[row.situation.record_class].add(row.cells)
        found: dict[tuple[RecordClass, int], set[int]] = defaultdict(set)
        for record, distinct in lines.items():
            for cells in distinct:
                for field, decision in cells:
                    found[record, field].add(decision)
        self._policy = policy
        self._found = found

    def of(self, record: RecordClass, column: ColumnMap) -> tuple[CellDecision, ...]:
        """Decisions for a column."""
        field = policy_field(column)
        if field not in self._policy.fields:
            return ()
        own = self._found.get((record, self._policy.fields.index(field)), set())
        return tuple(self._policy.decisions[d] for d in sorted(own))


def reasons_by_column(policy: Policy | None, data_map: DataMap | None, population: Population) -> dict[_Column, Why]:
    """For every column of the data map that was counted: why (source, table, column)."""
    if policy is None or data_map is None:
        return {}
    decisions = _Decisions(policy, population.filled)
    pairs: dict[_Column, _Pairs] = defaultdict(lambda: defaultdict(int))
    for c in population.counts:
        if c.values:
            pairs[c.source, c.table, c.column][c.release, c.residue] += c.values
    return {
        key: _why(decisions.of(t.record_class, c), pairs[key])
        for t in data_map.tables
        for c in t.columns
        if (key := (t.source, t.name, c.name)) in pairs
    }


def _why(decisions: tuple[CellDecision, ...], pairs: _Pairs) -> Why:
    found: dict[tuple[object, ...], Chain] = {}
    for decision in decisions:
        d = decision.disposition
        values = pairs.get((d.release, d.residue), 0)
        if values:
            chain = Chain(d.release, d.residue, d.operator, values, decision.outcomes, decision.reasons)
            found[chain.identity] = found[chain.identity].joined(chain) if chain.identity in found else chain
    # what stays in use outside the deal is mostly the larger part, and never what a reader asks about
    chains = sorted(found.values(), key=lambda c: ((c.release, c.residue) == _UNTOUCHED, -c.values))
    return Why(tuple(chains[:MOST_CHAINS]), max(0, len(chains) - MOST_CHAINS))


@dataclass(frozen=True, slots=True)
class Grounds:
    """All chains of a page, each once, in the order of the pairs; columns point to them by number from 1."""

    chains: tuple[Chain, ...]
    numbers: dict[tuple[object, ...], int]

    def of(self, why: Why) -> tuple[int, ...]:
        """Numbers of a column's chains, its leading chain first."""
        return tuple(self.numbers[c.identity] for c in why.chains)


def grounds(why: Iterable[Why]) -> Grounds:
    """The distinct chains of these columns, numbered."""
    distinct: dict[tuple[object, ...], Chain] = {}
    for w in why:
        for chain in w.chains:
            known = distinct.get(chain.identity)
            distinct[chain.identity] = known.joined(chain) if known else chain
    order = [(r, q) for r in Release for q in Residue]
    chains = sorted(distinct.values(), key=lambda c: order.index((c.release, c.residue)))
    return Grounds(tuple(chains), {c.identity: i + 1 for i, c in enumerate(chains)})


def open_articles(policy: Policy | None) -> tuple[str, ...]:
    """Codes of open legal points that the policy's decisions carry, each once, in order."""
    if policy is None:
        return ()
    return tuple(sorted({p for d in policy.decisions for p in d.open_points}))

"""Situations as the leaves of a decision tree: each holds only the facts the law really read on the way.

The law is asked with no fact known; where it reads one, the tree branches over that fact's values, until it answers
for every field. So the table is complete (each row of any population falls on one leaf) and small (facts that a
decided gate makes irrelevant never multiply).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bequest.kernel.errors import LawError
from bequest.law.rule import MissingFactError
from bequest.model.disposition import CellDecision
from bequest.model.facts import FACT_VALUES, Fact, RowRole
from bequest.model.plan import FieldKind, PolicyField

Decide = Callable[[Mapping[Fact, str], RowRole, FieldKind], CellDecision]
"""Asks the law with the facts known so far; it raises `MissingFactError` where it reads one that is not among them."""

_NO_LEAF = np.iinfo(np.uint32).max


@dataclass(frozen=True, slots=True)
class Leaf:
    """One situation: the facts read, and the decision for each column kind, in the order asked."""

    facts: tuple[tuple[Fact, str], ...]
    decisions: tuple[CellDecision, ...]


@dataclass(frozen=True, slots=True)
class _Branch:
    fact: Fact
    children: Mapping[int, "_Branch | int"]


@dataclass(frozen=True, slots=True)
class DecisionTree:
    """All situations of one record class in one lot."""

    columns: tuple[PolicyField, ...]
    leaves: tuple[Leaf, ...]
    root: "_Branch | int"

    def assign(self, codes: Mapping[Fact, np.ndarray]) -> np.ndarray:
        """The leaf number of every row, from its fact codes (indices into `FACT_VALUES`).

        Raises:
            LawError: where a row has a value that the tree was not grown for: it must not end on another's leaf.
        """
        n = len(next(iter(codes.values())))
        out = np.full(n, _NO_LEAF, dtype=np.uint32)

        def walk(node: "_Branch | int", rows: np.ndarray) -> None:
            if isinstance(node, int):
                out[rows] = node
                return
            values = codes[node.fact][rows]
            for code, child in node.children.items():
                hit = rows[values == code]
                if len(hit):
                    walk(child, hit)

        walk(self.root, np.arange(n, dtype=np.int64))
        astray = int(np.count_nonzero(out == _NO_LEAF))
        if astray:
            raise LawError(
                f"{astray} rows have facts that the decision table does not know",
                hint="Report this: the data map's bindings and the facts computed from them disagree.",
            )
        return out


def grow(
    decide: Decide, columns: Sequence[PolicyField], possible: Mapping[Fact, tuple[str, ...]] | None = None
) -> DecisionTree:
    """Ask the law for `columns` in every situation it can tell apart.

    `possible` narrows facts to the values that can occur at all; `assign` refuses rows with another value.
    """
    narrowed = possible or {}
    leaves: list[Leaf] = []

    def visit(known: dict[Fact, str], done: list[CellDecision]) -> "_Branch | int":
        decisions = list(done)
        try:
            for field in columns[len(decisions) :]:
                decisions.append(decide(known, field.role, field.kind))  # noqa: PERF401 - kept when a fact is missing
        except MissingFactError as missing:
            fact = missing.fact
            values = narrowed.get(fact, FACT_VALUES[fact])
            children = {FACT_VALUES[fact].index(v): visit({**known, fact: v}, decisions) for v in values}
            return _Branch(fact, children)
        leaves.append(Leaf(tuple(sorted(known.items())), tuple(decisions)))
        return len(leaves) - 1

    root = visit({}, [])
    return DecisionTree(tuple(columns), tuple(leaves), root)

"""The decision table is complete, exact, and says what the law says."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.steps.planning_cases import (
    CONSENT_LOT,
    LOT,
    ask_law,
    column,
    demo_tables,
    facts_at,
    law_of,
    pack,
    random_codes,
)

from bequest.kernel.errors import LawError
from bequest.law.evaluate import facts_read
from bequest.law.rule import MissingFactError
from bequest.model.case import Event, Lot
from bequest.model.datamap import FieldClass, TableMap
from bequest.model.disposition import CellDecision, Disposition, Release, Residue
from bequest.model.facts import FACT_VALUES, Fact, RowRole
from bequest.model.plan import FieldKind, PolicyField, policy_field
from bequest.steps.plan.plan import possible_values
from bequest.steps.plan.tree import DecisionTree, Leaf, grow

ROWS = 150


def fields_of(table: TableMap) -> list[PolicyField]:
    return list(dict.fromkeys(PolicyField(c.role, policy_field(c).kind) for c in table.columns))


_grown: dict[tuple[str, str, Event], DecisionTree] = {}


def tree_of(table: TableMap, lot: Lot | None, event: Event = Event.E5) -> DecisionTree:
    key = (table.name, lot.id if lot else "", event)
    if key not in _grown:
        decide = law_of(event)(table.record_class, key[1])
        _grown[key] = grow(decide, fields_of(table), possible_values(table))
    return _grown[key]


def agrees(leaf: Leaf, facts: Mapping[Fact, str]) -> bool:
    return all(facts[f] == v for f, v in leaf.facts)


TABLES = [pytest.param(t, id=t.name) for t in demo_tables()]
LOTS = [pytest.param(LOT, id="notice"), pytest.param(CONSENT_LOT, id="consent"), pytest.param(None, id="outside")]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("lot", LOTS)
def test_every_combination_of_facts_falls_on_the_one_leaf_whose_facts_agree(table: TableMap, lot: Lot | None) -> None:
    tree = tree_of(table, lot)
    codes = random_codes(np.random.default_rng(7), ROWS, possible_values(table))
    leaves = tree.assign(codes)
    for row in range(ROWS):
        facts = facts_at(codes, row)
        assert [n for n, leaf in enumerate(tree.leaves) if agrees(leaf, facts)] == [leaves[row]]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("lot", LOTS)
def test_a_leaf_says_what_the_law_says_of_anybody_on_it(table: TableMap, lot: Lot | None) -> None:
    tree = tree_of(table, lot)
    rng = np.random.default_rng(11)
    codes = random_codes(rng, len(tree.leaves), possible_values(table))
    for n, leaf in enumerate(tree.leaves):  # everybody else's facts are chance: they must not matter
        for fact, value in leaf.facts:
            codes[fact][n] = FACT_VALUES[fact].index(value)
    assert tree.assign(codes).tolist() == list(range(len(tree.leaves)))
    for n in rng.choice(len(tree.leaves), min(60, len(tree.leaves)), replace=False):
        facts = facts_at(codes, int(n)) | ({} if lot else {Fact.SCOPE: "outside"})
        for field, decision in zip(tree.columns, tree.leaves[n].decisions, strict=True):
            said = ask_law(table.record_class, field.role, lot, facts, field.kind, Event.E5)
            assert said == decision


@pytest.mark.parametrize("table", TABLES)
def test_leaves_hold_only_facts_that_a_rule_can_read(table: TableMap) -> None:
    roles = {c.role for c in table.columns}
    readable = frozenset[Fact]().union(
        *(facts_read(pack(), Event.E5, table.record_class, r, lots=[LOT]) for r in roles)
    )
    for leaf in tree_of(table, LOT).leaves:
        assert {f for f, _ in leaf.facts} <= readable
        assert [f for f, _ in leaf.facts] == sorted({f for f, _ in leaf.facts})


@pytest.mark.parametrize("table", TABLES)
def test_outside_every_lot_and_in_a_share_deal_there_is_one_situation(table: TableMap) -> None:
    for tree in (tree_of(table, None), tree_of(table, None, Event.E2)):
        (leaf,) = tree.leaves
        assert leaf.facts == ()
        untouched = {(d.disposition.release, d.disposition.residue) for d in leaf.decisions}
        assert untouched == {(Release.NONE, Residue.IN_USE)}


PHONE = PolicyField(RowRole.CUSTOMER, policy_field(column("phone", FieldClass.PHONE)).kind)
NAME = PolicyField(RowRole.CUSTOMER, policy_field(column("name", FieldClass.PERSON_NAME)).kind)


def chain(known: Mapping[Fact, str], role: RowRole, kind: FieldKind) -> CellDecision:
    """A small law: dispute first; of phones also the objection."""
    order = [Fact.DISPUTE, *([Fact.OBJECTION] if kind.cls is FieldClass.PHONE else [])]
    for fact in order:
        if fact not in known:
            raise MissingFactError(fact, "test")
        if known[fact] in {"open", "objected"}:
            return CellDecision(Disposition(Release.NONE, Residue.BLOCKED), (fact.value,), ())
    return CellDecision(Disposition(Release.AS_IS, Residue.DELETE), ("passes",), ())


def test_a_fact_that_a_decided_gate_makes_irrelevant_does_not_multiply() -> None:
    tree = grow(chain, [NAME, PHONE])
    assert [leaf.facts for leaf in tree.leaves] == [
        ((Fact.DISPUTE, "none"), (Fact.OBJECTION, "none")),
        ((Fact.DISPUTE, "none"), (Fact.OBJECTION, "objected")),
        ((Fact.DISPUTE, "open"),),
    ]
    assert grow(chain, [NAME]).leaves == (
        Leaf(((Fact.DISPUTE, "none"),), (chain({Fact.DISPUTE: "none"}, NAME.role, NAME.kind),)),
        Leaf(((Fact.DISPUTE, "open"),), (chain({Fact.DISPUTE: "open"}, NAME.role, NAME.kind),)),
    )


@given(st.permutations([NAME, PHONE]), st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), max_size=20))
def test_the_order_of_columns_changes_no_decision(order: list[PolicyField], people: list[tuple[int, int]]) -> None:
    tree = grow(chain, order)
    dispute = np.array([d for d, _ in people], dtype=np.uint8)
    objection = np.array([o for _, o in people], dtype=np.uint8)
    leaves = tree.assign({Fact.DISPUTE: dispute, Fact.OBJECTION: objection})
    for (d, o), leaf in zip(people, leaves, strict=True):
        facts = {Fact.DISPUTE: ("none", "open")[d], Fact.OBJECTION: ("none", "objected")[o]}
        for field, decision in zip(tree.columns, tree.leaves[leaf].decisions, strict=True):
            assert decision == chain(facts, field.role, field.kind)


def test_narrowed_facts_grow_no_leaf_that_cannot_occur() -> None:
    tree = grow(chain, [PHONE], {Fact.OBJECTION: ("objected",)})
    assert len(tree.leaves) == 2
    assert tree.assign({Fact.DISPUTE: np.array([0], np.uint8), Fact.OBJECTION: np.array([1], np.uint8)}).tolist() == [0]


def test_a_row_that_no_leaf_was_grown_for_is_refused_and_not_put_on_another() -> None:
    tree = grow(chain, [PHONE], {Fact.OBJECTION: ("objected",)})
    with pytest.raises(LawError, match="1 rows have facts that the decision table does not know"):
        tree.assign({Fact.DISPUTE: np.array([0, 1], np.uint8), Fact.OBJECTION: np.array([0, 0], np.uint8)})


def test_no_rows_are_no_trouble() -> None:
    empty = np.array([], dtype=np.uint8)
    assert grow(chain, [PHONE]).assign({Fact.DISPUTE: empty, Fact.OBJECTION: empty}).tolist() == []

"""Plans: every value once on each axis, the row rule, the same plan whatever order the rows come in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.steps.planning_cases import (
    CONSENT_LOT,
    LOT,
    ask_law,
    column,
    demo_tables,
    dispositions,
    facts_at,
    law_of,
    random_codes,
)

from bequest.engine.tableplan import DECISION_PREFIX, LEAVES
from bequest.kernel.errors import LawError
from bequest.law.outcomes import is_lawful
from bequest.model.case import Event
from bequest.model.datamap import ColumnMap, FieldClass, TableMap
from bequest.model.disposition import CellDecision, Disposition, Release, Residue
from bequest.model.facts import Fact, RecordClass, RowRole
from bequest.model.plan import ColumnTotal, Population, policy_field
from bequest.steps.plan.plan import (
    Planned,
    Planner,
    apply_row_rule,
    column_counts,
    distinct_dispositions,
    possible_values,
    situation_sizes,
    table_plan,
)

N = 500
TABLES = {t.name: t for t in demo_tables()}
SOME = [pytest.param(TABLES[n], id=n) for n in ("orders", "loyalty", "consents", "weblog")]
LOT_IDS = (LOT.id, CONSENT_LOT.id, "")


def index_of(table: TableMap, rng: np.random.Generator, n: int = N) -> pl.DataFrame:
    filled = {f"v:{c.name}": rng.random(n) < 0.7 for c in table.columns}
    numbers = [i.to_bytes(16) for i in range(n)]
    return pl.DataFrame(
        {"row_no": pl.Series(range(n), dtype=pl.UInt32), "row_tag": numbers, "row_digest": numbers, **filled}
    )


def people_of(rng: np.random.Generator, n: int = N) -> np.ndarray:
    return rng.integers(-1, n // 3, n)


def lots_of(rng: np.random.Generator, n: int = N) -> pl.Series:
    return pl.Series(rng.choice(np.array(LOT_IDS, dtype=object), n), dtype=pl.Utf8)


_planned: dict[str, tuple[Planner, Planned, pl.DataFrame, pl.Series, dict[Fact, np.ndarray]]] = {}


def planned(table: TableMap) -> tuple[Planner, Planned, pl.DataFrame, pl.Series, dict[Fact, np.ndarray]]:
    """A table of random rows under the real law; made once."""
    if table.name not in _planned:
        rng = np.random.default_rng(5)
        lots, codes = lots_of(rng), random_codes(rng, N, possible_values(table))
        planner = Planner(law_of(), LOT_IDS[:2])
        _planned[table.name] = (
            planner,
            planner.plan_table(table, RowRole.CUSTOMER, codes, lots),
            index_of(table, rng),
            lots,
            codes,
        )
    return _planned[table.name]


@pytest.mark.parametrize("table", SOME)
def test_every_row_has_the_situation_of_its_lot_and_facts_and_what_the_law_says_there(table: TableMap) -> None:
    _, p, _, lots, codes = planned(table)
    known = {LOT.id: LOT, CONSENT_LOT.id: CONSENT_LOT}
    for row in range(0, N, 25):
        key, facts = p.keys[p.situation[row]], facts_at(codes, row)
        assert (key.lot, key.record_class) == (lots[row], table.record_class)
        assert all(facts[Fact(f)] == v for f, v in key.facts)
        lot = known.get(lots[row])
        for c, decision in zip(table.columns, p.decisions[p.situation[row]], strict=True):
            asked = facts if lot else {**facts, Fact.SCOPE: "outside"}
            assert decision == ask_law(table.record_class, c.role, lot, asked, policy_field(c).kind, Event.E5)


@pytest.mark.parametrize("table", SOME)
def test_every_value_is_counted_once_on_each_axis(table: TableMap) -> None:
    _, p, index, lots, _ = planned(table)
    counts = column_counts(p, index)
    filled = {c.name: int(index[f"v:{c.name}"].sum()) for c in table.columns}
    for axis in ("release", "residue"):
        by_value = dict.fromkeys(filled, 0)
        for c in counts:
            by_value[c.column] += c.values
            assert getattr(c, axis) in (Release if axis == "release" else Residue)
        assert by_value == filled
    by_lot = {
        (c.name, lot): int((index[f"v:{c.name}"] & (lots == lot)).sum()) for c in table.columns for lot in LOT_IDS
    }
    found = dict.fromkeys(by_lot, 0)
    for c in counts:
        found[(c.column, c.lot)] += c.values
    assert found == by_lot


@pytest.mark.parametrize("table", SOME)
def test_the_population_ties_to_the_source_and_shows_each_column_that_does_not(table: TableMap) -> None:
    _, p, index, _, _ = planned(table)
    totals = [ColumnTotal(table.source, table.name, c.name, int(index[f"v:{c.name}"].sum())) for c in table.columns]
    counts = tuple(column_counts(p, index))
    assert Population(counts, tuple(totals), 0, N, 0, 0, ()).conserved() == ()
    first = totals[0]
    off = ColumnTotal(first.source, first.table, first.column, first.values + 1)
    wrong = Population(counts, (off, *totals[1:]), 0, N, 0, 0, ()).conserved()
    assert wrong == ((first.source, first.table, first.column, first.values, first.values + 1),)
    unsearched = Population(counts, tuple(totals[1:]), 0, N, 0, 0, ()).conserved()
    assert unsearched == ((first.source, first.table, first.column, first.values, 0),)


@pytest.mark.parametrize("table", SOME)
def test_the_plan_carries_out_what_was_decided_row_by_row(table: TableMap) -> None:
    _, p, index, lots, _ = planned(table)
    people = people_of(np.random.default_rng(3))
    due = pl.DataFrame({"due_on": pl.Series([None, date(2036, 12, 31)] * (N // 2), dtype=pl.Date)})
    pairs = distinct_dispositions([p])
    plan = table_plan(p, index, people, lots, due, pairs)
    assert plan.rows["lot"].to_list() == lots.to_list()
    assert plan.rows["due_on"].to_list() == due["due_on"].to_list()
    assert plan.rows["subject"].to_list() == [None if s < 0 else s for s in people.tolist()]
    leaves = plan.rows.select(plan.leaves().alias("x"))["x"]
    for i, c in enumerate(table.columns):
        carried = [pairs[d] for d in plan.rows[DECISION_PREFIX + c.name]]
        assert carried == [p.after[s][i] for s in p.situation]
    for row in range(N):
        said = [d.disposition.residue for d in p.decisions[p.situation[row]]]
        assert leaves[row] == all(r in LEAVES for r in said)


@pytest.mark.parametrize("table", SOME)
def test_what_is_carried_out_is_lawful_too(table: TableMap) -> None:
    _, p, _, _, _ = planned(table)
    assert [d for row in p.after for d in row if not is_lawful(d)] == []


def test_the_order_of_rows_and_their_number_do_not_change_the_policy() -> None:
    table = TABLES["loyalty"]
    policies = []
    for seed, n in ((1, 50), (2, 3), (3, 0)):
        rng = np.random.default_rng(seed)
        planner = Planner(law_of(), (LOT.id,))
        planner.plan_table(
            table,
            RowRole.CUSTOMER,
            random_codes(rng, n, possible_values(table)),
            pl.Series([LOT.id] * n, dtype=pl.Utf8),
        )
        policies.append(planner.policy_rows())
    assert policies[0] == policies[1] == policies[2]


def test_the_policy_names_each_field_decision_and_situation_once() -> None:
    planner, p, _, _, _ = planned(TABLES["orders"])
    fields, decisions, rows = planner.policy_rows()
    assert len(set(fields)) == len(fields)
    assert len(set(decisions)) == len(decisions)
    assert {r.situation for r in rows} == set(p.keys)
    for row in rows:
        assert [f for f, _ in row.cells] == list(range(len(fields)))


def test_two_tables_of_one_class_share_situations_and_keep_their_columns() -> None:
    orders = TABLES["orders"]
    note = column("note", FieldClass.FREE_TEXT)
    other = TableMap("old", "orders", orders.record_class, (note,), 0, retention=orders.retention, facts=orders.facts)
    planner = Planner(law_of(), (LOT.id,))
    codes = {
        t: random_codes(np.random.default_rng(1), 20, possible_values(table))
        for t, table in (("a", orders), ("b", other))
    }
    lots = pl.Series([LOT.id] * 20)
    first = planner.plan_table(orders, RowRole.CUSTOMER, codes["a"], lots)
    second = planner.plan_table(other, RowRole.CUSTOMER, codes["b"], lots)
    _, _, rows = planner.policy_rows()
    assert {r.situation for r in rows} == set(first.keys) | set(second.keys)
    assert len(rows) == len({r.situation for r in rows})


def test_too_many_situations_are_refused_with_the_fact_that_multiplies_most() -> None:
    table = TABLES["orders"]
    planner = Planner(law_of(), (LOT.id,), max_situations=10)
    with pytest.raises(LawError, match=r"\d+ situations exceed 10: fact \w+ multiplies most") as caught:
        planner.plan_table(
            table, RowRole.CUSTOMER, random_codes(np.random.default_rng(1), 1, possible_values(table)), pl.Series([""])
        )
    assert "max_situations" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "retention", "order_states", "soft_deleted"),
    [
        ("orders", ("none", "invoice_10y"), None, ("no",)),
        ("weblog", ("none", "log_6m"), ("none",), ("no",)),
        ("loyalty", ("none",), ("none",), ("no",)),
        ("customers", ("none",), ("none",), None),
    ],
)
def test_record_facts_are_narrowed_to_what_the_table_can_say(name, retention, order_states, soft_deleted) -> None:
    possible = possible_values(TABLES[name])
    assert possible[Fact.RETENTION] == retention
    assert possible.get(Fact.ORDER_STATE) == order_states
    assert possible.get(Fact.SOFT_DELETED) == soft_deleted


ROLES = (RowRole.CUSTOMER, RowRole.CONSIGNEE, RowRole.RECORD, RowRole.STAFF)
cells = st.lists(st.tuples(st.sampled_from(ROLES), st.booleans(), dispositions), min_size=1, max_size=6)


def made(parts: Sequence[tuple[RowRole, bool, Disposition]]) -> tuple[TableMap, list[Disposition]]:
    columns = tuple(column(f"c{i}", FieldClass.PHONE, role) for i, (role, _, _) in enumerate(parts))
    key = tuple(c.name for c, (_, is_key, _) in zip(columns, parts, strict=True) if is_key)
    return TableMap("s", "t", RecordClass.ORDER, columns, 0, key=key), [d for _, _, d in parts]


def deletes(said: list[Disposition]) -> list[Disposition]:
    """What was to be anonymised in a table that the data map anonymises nothing of: it is deleted."""
    return [replace(d, residue=Residue.DELETE) if d.residue is Residue.ANONYMISE else d for d in said]


def follows(table: TableMap, c: ColumnMap) -> bool:
    return c.role is RowRole.STAFF or c.name in table.key


@given(cells)
def test_a_row_leaves_only_when_every_column_may(parts: list[tuple[RowRole, bool, Disposition]]) -> None:
    table, said = made(parts)
    after = apply_row_rule(table, said)
    said = deletes(said)
    leaves = all(d.residue in LEAVES for d in after)
    assert leaves == all(d.residue in LEAVES for d in said)


@given(cells)
def test_voting_columns_end_as_the_law_said_and_no_release_changes(
    parts: list[tuple[RowRole, bool, Disposition]],
) -> None:
    table, said = made(parts)
    after = apply_row_rule(table, said)
    said = deletes(said)
    for c, was, now in zip(table.columns, said, after, strict=True):
        assert (was.release, was.operator, was.fallback) == (now.release, now.operator, now.fallback)
        if not follows(table, c):
            assert was == now


@given(cells)
def test_keys_and_staff_columns_follow_the_row_and_stay_lawful(parts: list[tuple[RowRole, bool, Disposition]]) -> None:
    table, said = made(parts)
    after = apply_row_rule(table, said)
    said = deletes(said)
    stays = any(d.residue not in LEAVES for d in said)
    custody = any(
        d.residue is Residue.CUSTODY for c, d in zip(table.columns, said, strict=True) if not follows(table, c)
    )
    for c, now in zip(table.columns, after, strict=True):
        assert is_lawful(now), now
        if follows(table, c) and stays:
            assert now.residue not in LEAVES
        if c.name in table.key and not stays and custody:
            assert now.residue is Residue.CUSTODY


IN_USE = Disposition(Release.AS_IS, Residue.IN_USE)
DELETE = Disposition(Release.NONE, Residue.DELETE)
PASSES = Disposition(Release.AS_IS, Residue.DELETE)
SEALED = Disposition(Release.AS_IS, Residue.CUSTODY, until="retention:invoice_10y")
BLOCKED = Disposition(Release.NONE, Residue.BLOCKED)


@pytest.mark.parametrize(
    ("key", "customer", "staff", "after"),
    [
        (PASSES, PASSES, DELETE, (PASSES, PASSES, DELETE)),
        (PASSES, SEALED, DELETE, (SEALED, SEALED, DELETE)),
        (DELETE, BLOCKED, DELETE, (BLOCKED, BLOCKED, BLOCKED)),
        (PASSES, BLOCKED, DELETE, (IN_USE, BLOCKED, BLOCKED)),
        (PASSES, IN_USE, DELETE, (IN_USE, IN_USE, Disposition(Release.NONE, Residue.IN_USE))),
        (IN_USE, DELETE, DELETE, (IN_USE, DELETE, Disposition(Release.NONE, Residue.IN_USE))),
    ],
    ids=["all go", "all go, sealed", "blocked", "blocked, key released", "in use", "key in use elsewhere"],
)
def test_the_row_rule_by_example(key, customer, staff, after) -> None:
    columns = (column("no"), column("phone", FieldClass.PHONE), column("agent", FieldClass.PERSON_NAME, RowRole.STAFF))
    table = TableMap("s", "t", RecordClass.ORDER, columns, 0, key=("no",))
    assert apply_row_rule(table, [key, customer, staff]) == after


def small_plan(situation: list[int], n_keys: int = 3) -> Planned:
    from bequest.model.plan import SituationKey

    table = TableMap("s", "t", RecordClass.ORDER, (column("no"),), 0)
    keys = tuple(SituationKey(RecordClass.ORDER, RowRole.CUSTOMER, LOT.id, (("n", str(i)),)) for i in range(n_keys))
    decision = CellDecision(PASSES, ("transfer_on_notice",), ())
    return Planned(
        table,
        RowRole.CUSTOMER,
        np.array(situation, dtype=np.uint32),
        keys,
        ((decision,),) * n_keys,
        ((PASSES,),) * n_keys,
    )


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-1, 4)), max_size=15))
def test_situations_are_counted_by_people_once_each(rows: list[tuple[int, int]]) -> None:
    p = small_plan([s for s, _ in rows])
    people: dict[int, set[int]] = {}
    for s, who in rows:
        people.setdefault(s, set()).update({who} - {-1})
    sizes = [len(v) for v in people.values()]
    subjects = np.array([who for _, who in rows], dtype=np.int64)
    assert situation_sizes([p], {("s", "t"): subjects}) == (len(sizes), sizes.count(1))


def test_nothing_planned_is_no_situation() -> None:
    assert situation_sizes([], {}) == (0, 0)


def test_more_pairs_than_fit_one_byte_are_refused() -> None:
    p = small_plan([0])
    many = tuple(Disposition(Release.AS_IS, Residue.CUSTODY, until=f"retention:{i}") for i in range(256))
    wide = Planned(p.table, p.primary, p.situation, p.keys, p.decisions, (many,))
    with pytest.raises(LawError, match="255"):
        distinct_dispositions([wide])
    assert (
        len(distinct_dispositions([Planned(p.table, p.primary, p.situation, p.keys, p.decisions, (many[1:],))])) == 255
    )

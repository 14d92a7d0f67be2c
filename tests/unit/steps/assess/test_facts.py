"""Facts of people and records: strictest wins, the latest contact counts, the last day of a duty is right."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.steps.planning_cases import LAW_DATE, column, pack

from bequest.law.days import add_months
from bequest.law.retention import bands
from bequest.law.retention import due_on as due_by_law
from bequest.model.datamap import ColumnMap, DataMap, Relation, RetentionBinding, TableMap
from bequest.model.facts import FACT_VALUES, STRICTNESS, SUBJECT_FACTS, Fact, RecordClass, RowRole
from bequest.steps.assess.facts import (
    SUBJECT_DEFAULTS,
    DueRule,
    FactInput,
    Facts,
    code_of,
    due_on,
    facts,
    months_before,
)

R = RowRole
NO_ANSWERS = pl.DataFrame(schema={"subject": pl.Int64, "fact": pl.Utf8, "value": pl.Utf8})
BANDS = {"invoice_10y": DueRule(years=10, from_year_end=True), "log_6m": DueRule(months=6),
         "record_3y": DueRule(years=3, from_law_date=True)}  # fmt: skip


def table(
    name: str,
    record_class: RecordClass = RecordClass.CUSTOMER_PROFILE,
    *,
    columns: tuple[ColumnMap, ...] = (column("c"),),
    relations: tuple[Relation, ...] = (),
    retention: tuple[str, ...] = (),
) -> TableMap:
    return TableMap(
        "s", name, record_class, columns, 0, relations=relations,
        retention=tuple(RetentionBinding(b, "c") for b in retention),
    )  # fmt: skip


def index(n: int, **columns: list[object]) -> pl.DataFrame:
    """An index frame: `contact`, `own_lot` (null: no scope column) and what else is given, `__` standing for `:`."""
    schema: Mapping[str, pl.DataType | type[pl.DataType]] = {"contact": pl.Date, "own_lot": pl.Utf8}
    frame = pl.DataFrame({k: [None] * n for k in schema}, schema=schema)
    made = []
    for name, values in columns.items():
        name = name.replace("__", ":")
        dtype = schema.get(name, pl.Date if name.startswith("start:") else pl.Utf8)
        made.append(pl.Series(name, values, dtype=dtype))
    return frame.with_columns(made)


def found(
    tables: Mapping[str, tuple[TableMap, pl.DataFrame, Mapping[RowRole, list[int]]]],
    n_subjects: int,
    *,
    answers: pl.DataFrame = NO_ANSWERS,
    notice: np.ndarray | None = None,
    nobody_notice: str = "planned",
    law_date: date = LAW_DATE,
    stale_after_months: int = 36,
) -> Facts:
    """Facts of small tables; the first role given is the row's primary one."""
    maps = DataMap(tuple(t for t, _, _ in tables.values()))
    key = {name: ("s", t.name) for name, (t, _, _) in tables.items()}
    subjects = {
        key[n]: {r: np.array(v, dtype=np.int64) for r, v in roles.items()} for n, (_, _, roles) in tables.items()
    }
    return facts(
        FactInput(
            datamap=maps,
            indexes={key[n]: frame for n, (_, frame, _) in tables.items()},
            n_subjects=n_subjects,
            primary={k: next(iter(v.values())) for k, v in subjects.items()},
            subject_of=subjects,
            law_date=law_date,
            stale_after_months=stale_after_months,
            bands=BANDS,
            answers=answers,
            notice=notice,
            nobody_notice=nobody_notice,
        )
    )


def words(fact: Fact, codes: np.ndarray) -> list[str]:
    return [FACT_VALUES[fact][c] for c in codes]


def answered(*rows: tuple[int, Fact, str]) -> pl.DataFrame:
    return pl.DataFrame(
        [(s, f.value, v) for s, f, v in rows],
        schema={"subject": pl.Int64, "fact": pl.Utf8, "value": pl.Utf8},
        orient="row",
    )


MERGED = sorted(SUBJECT_FACTS - {Fact.FRESHNESS, Fact.NOTICE, Fact.GUARDIAN_CONSENT, Fact.KIND}, key=str)


@pytest.mark.parametrize("fact", MERGED)
def test_where_records_disagree_the_strictest_holds(fact: Fact) -> None:
    order = STRICTNESS[fact]
    pairs = [(a, b) for a in order for b in order]
    one = index(len(pairs), **{f"f__customer__{fact}": [a for a, _ in pairs]})
    two = index(len(pairs), **{f"f__customer__{fact}": [b for _, b in pairs]})
    people = {R.CUSTOMER: list(range(len(pairs)))}
    got = found({"a": (table("a"), one, people), "b": (table("b"), two, people)}, len(pairs))
    assert words(fact, got.subject[fact]) == [order[min(order.index(a), order.index(b))] for a, b in pairs]


@pytest.mark.parametrize("fact", sorted(SUBJECT_FACTS, key=str))
def test_who_is_only_named_has_the_defaults(fact: Fact) -> None:
    got = found({"a": (table("a"), index(1), {R.UNKNOWN: [0]})}, 1)
    expected = {Fact.KIND: "third_party", Fact.GUARDIAN_CONSENT: "not_needed"}.get(fact, SUBJECT_DEFAULTS[fact])
    assert words(fact, got.subject[fact]) == [expected]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, "objected", "none"])), max_size=12))
def test_an_objection_in_any_record_is_the_persons_and_nobody_elses(rows) -> None:
    frame = index(len(rows), f__customer__objection=[v for _, v in rows])
    got = found({"a": (table("a"), frame, {R.CUSTOMER: [s for s, _ in rows]})}, 4)
    objectors = {s for s, v in rows if v == "objected"}
    assert words(Fact.OBJECTION, got.subject[Fact.OBJECTION]) == [
        "objected" if s in objectors else "none" for s in range(4)
    ]
    on_rows = words(Fact.OBJECTION, got.rows[("s", "a")][Fact.OBJECTION])
    assert on_rows == ["objected" if s in objectors else "none" for s, _ in rows]


def test_a_fact_is_of_the_role_that_it_is_bound_to() -> None:
    frame = index(2, f__customer__age_band=["adult", "under_14"], f__consignee__age_band=["under_14", "adult"])
    got = found({"a": (table("a"), frame, {R.CUSTOMER: [0, 1], R.CONSIGNEE: [2, 3]})}, 4)
    assert words(Fact.AGE_BAND, got.subject[Fact.AGE_BAND]) == ["adult", "under_14", "under_14", "adult"]
    assert words(Fact.AGE_BAND, got.rows[("s", "a")][Fact.AGE_BAND]) == ["adult", "under_14"], "rows follow the primary"


def test_a_guardians_answer_matters_for_children_only() -> None:
    frame = index(
        5,
        f__customer__age_band=["under_14", "under_14", "under_14", "14_17", "adult"],
        f__customer__guardian_consent=["given", None, "refused", "refused", "missing"],
    )
    got = found({"a": (table("a"), frame, {R.CUSTOMER: [0, 1, 2, 3, 4]})}, 5)
    consent = words(Fact.GUARDIAN_CONSENT, got.subject[Fact.GUARDIAN_CONSENT])
    assert consent == ["given", "missing", "refused", "not_needed", "not_needed"]


def test_a_guardians_later_answer_replaces_what_is_on_file() -> None:
    frame = index(2, f__customer__age_band=["under_14", "adult"], f__customer__guardian_consent=["missing", None])
    answers = answered((0, Fact.GUARDIAN_CONSENT, "given"), (1, Fact.GUARDIAN_CONSENT, "refused"))
    got = found({"a": (table("a"), frame, {R.CUSTOMER: [0, 1]})}, 2, answers=answers)
    assert words(Fact.GUARDIAN_CONSENT, got.subject[Fact.GUARDIAN_CONSENT]) == ["given", "not_needed"]


@pytest.mark.parametrize(
    ("roles", "kinds"),
    [
        ({R.CUSTOMER: [0], R.CONSIGNEE: [1]}, ["customer", "third_party"]),
        ({R.CUSTOMER: [0], R.CONSIGNEE: [0]}, ["customer"]),
        ({R.ENTERPRISE_CONTACT: [0], R.GUARDIAN: [1]}, ["enterprise_contact", "guardian"]),
        ({R.SUPPLIER_CONTACT: [0], R.PROSPECT: [1]}, ["supplier_contact", "prospect"]),
        ({R.MENTIONED: [0], R.PROSPECT: [0]}, ["prospect"]),
    ],
)
def test_the_kind_of_a_person_follows_from_the_roles_held(roles, kinds) -> None:
    got = found({"a": (table("a"), index(1), roles)}, len(kinds))
    assert words(Fact.KIND, got.subject[Fact.KIND]) == kinds


def test_a_bound_kind_speaks_for_its_role() -> None:
    frame = index(2, f__customer__kind=["enterprise_contact", "customer"])
    got = found({"a": (table("a"), frame, {R.CUSTOMER: [0, 1]})}, 2)
    assert words(Fact.KIND, got.subject[Fact.KIND]) == ["enterprise_contact", "customer"]


def test_an_answer_overrides_what_the_systems_say_for_that_person_alone() -> None:
    frame = index(3, f__customer__objection=["objected", "none", "objected"])
    answers = answered((0, Fact.OBJECTION, "none"), (1, Fact.OBJECTION, "objected"))
    got = found({"a": (table("a"), frame, {R.CUSTOMER: [0, 1, 2]})}, 3, answers=answers)
    assert words(Fact.OBJECTION, got.subject[Fact.OBJECTION]) == ["none", "objected", "objected"]


def test_the_state_of_telling_is_taken_as_given_and_untouched() -> None:
    notice = np.array([code_of(Fact.NOTICE, w) for w in ("delivered", "published", "not_told")], dtype=np.uint8)
    frame = index(4)
    got = found({"a": (table("a"), frame, {R.CUSTOMER: [0, 1, 2, -1]})}, 3, notice=notice, nobody_notice="published")
    assert words(Fact.NOTICE, got.rows[("s", "a")][Fact.NOTICE]) == ["delivered", "published", "not_told", "published"]
    assert words(Fact.NOTICE, notice) == ["delivered", "published", "not_told"]


def test_a_row_about_nobody_known_has_the_defaults_whoever_comes_first() -> None:
    frame = index(2, f__customer__deceased=["yes", "yes"], f__customer__age_band=["under_14", "under_14"])
    got = found({"a": (table("a"), frame, {R.CUSTOMER: [0, -1]})}, 1)
    rows = got.rows[("s", "a")]
    assert words(Fact.DECEASED, rows[Fact.DECEASED]) == ["yes", "no"]
    assert words(Fact.GUARDIAN_CONSENT, rows[Fact.GUARDIAN_CONSENT]) == ["missing", "not_needed"]
    assert words(Fact.KIND, rows[Fact.KIND]) == ["customer", "unknown"]


def test_a_case_in_which_nobody_is_known_still_has_facts_for_every_row() -> None:
    got = found({"a": (table("a"), index(2), {R.CUSTOMER: [-1, -1]})}, 0)
    for fact, codes in got.rows[("s", "a")].items():
        assert len(codes) == 2, fact


def test_tables_outside_the_case_are_not_looked_at() -> None:
    staff = table("staff", RecordClass.STAFF)
    got = found({"a": (table("a"), index(1), {R.CUSTOMER: [0]}), "b": (staff, index(1), {R.STAFF: [0]})}, 1)
    assert set(got.rows) == {("s", "a")}


# freshness


@pytest.mark.parametrize(
    ("contacts", "word"),
    [
        ([date(2023, 12, 31)], "current"),
        ([date(2023, 12, 30)], "stale"),
        ([date(2010, 1, 1), date(2024, 1, 1)], "current"),
        ([date(2010, 1, 1), None], "stale"),
        ([None, None], "unknown"),
        ([LAW_DATE], "current"),
    ],
)
def test_the_latest_contact_in_any_record_decides_between_current_and_stale(contacts, word) -> None:
    tables = {f"t{i}": (table(f"t{i}"), index(1, contact=[day]), {R.CUSTOMER: [0]}) for i, day in enumerate(contacts)}
    got = found(tables, 1)
    assert words(Fact.FRESHNESS, got.subject[Fact.FRESHNESS]) == [word]


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.none() | st.dates(date(2015, 1, 1), date(2027, 12, 31))), max_size=12),
    st.integers(1, 120),
)
def test_freshness_is_that_of_the_latest_date_per_person(rows, months) -> None:
    frame = index(len(rows), contact=[d for _, d in rows])
    got = found({"a": (table("a"), frame, {R.CUSTOMER: [s for s, _ in rows]})}, 4, stale_after_months=months)
    latest: dict[int, date] = {}
    for s, d in rows:
        if d is not None:
            latest[s] = max(d, latest.get(s, d))
    limit = add_months(LAW_DATE, -months)
    expected = ["unknown" if s not in latest else "stale" if latest[s] < limit else "current" for s in range(4)]
    assert words(Fact.FRESHNESS, got.subject[Fact.FRESHNESS]) == expected


def test_a_contact_with_the_consignee_is_none_with_the_customer() -> None:
    got = found({"a": (table("a"), index(1, contact=[LAW_DATE]), {R.CUSTOMER: [0], R.CONSIGNEE: [1]})}, 2)
    assert words(Fact.FRESHNESS, got.subject[Fact.FRESHNESS]) == ["current", "unknown"]


@given(st.dates(date(1990, 1, 1), date(2040, 12, 31)), st.integers(0, 240))
def test_months_before_is_cut_to_the_months_length(day: date, months: int) -> None:
    assert months_before(day, months) == add_months(day, -months)


# retention


@settings(max_examples=60)
@given(st.lists(st.dates(date(1999, 1, 1), date(2030, 12, 31)), min_size=1, max_size=10))
def test_due_dates_are_those_of_the_law_for_every_band(starts: list[date]) -> None:
    frame = pl.DataFrame({"d": starts}, schema={"d": pl.Date})
    for name, band in bands(pack(), LAW_DATE).items():
        rule = DueRule(band.years, band.months, band.from_year_end, band.from_law_date)
        got = frame.select(due_on(pl.col("d"), rule, LAW_DATE).alias("due"))["due"]
        got = got if len(got) == len(starts) else pl.concat([got] * len(starts))
        assert got.to_list() == [due_by_law(band, s, LAW_DATE) for s in starts], name


@pytest.mark.parametrize(
    ("start", "rule", "due"),
    [
        (date(2016, 1, 1), BANDS["invoice_10y"], date(2026, 12, 31)),
        (date(2016, 12, 31), BANDS["invoice_10y"], date(2026, 12, 31)),
        (date(2024, 2, 29), DueRule(years=1), date(2025, 2, 28)),
        (date(2024, 2, 29), DueRule(years=4), date(2028, 2, 29)),
        (date(2026, 8, 31), BANDS["log_6m"], date(2027, 2, 28)),
        (date(2023, 8, 31), BANDS["log_6m"], date(2024, 2, 29)),
        (date(2020, 1, 1), BANDS["record_3y"], date(2029, 12, 31)),
    ],
)
def test_the_last_day_of_a_duty_by_example(start, rule, due) -> None:
    assert pl.select(due_on(pl.lit(start), rule, LAW_DATE)).item() == due


def retained(law_date: date = LAW_DATE, **starts: list[date | None]) -> tuple[list[str], list[date | None]]:
    names = tuple(starts)
    n = len(next(iter(starts.values())))
    frame = index(n, **{f"start__{b}": v for b, v in starts.items()})
    made = table("a", RecordClass.ORDER, retention=names)
    got = found({"a": (made, frame, {R.CUSTOMER: [0] * n})}, 1, law_date=law_date)
    return words(Fact.RETENTION, got.rows[("s", "a")][Fact.RETENTION]), got.due[("s", "a")]["due_on"].to_list()


def test_of_several_duties_the_one_that_runs_longest_is_named() -> None:
    day = date(2026, 12, 1)
    both, due = retained(log_6m=[day, day, None, None], invoice_10y=[day, None, day, None])
    assert both == ["invoice_10y", "log_6m", "invoice_10y", "none"]
    assert due == [date(2036, 12, 31), date(2027, 6, 1), date(2036, 12, 31), None]
    turned, _ = retained(invoice_10y=[day, None, day, None], log_6m=[day, day, None, None])
    assert turned == both, "the order of the bindings does not matter"


@pytest.mark.parametrize(
    ("start", "word"),
    [
        (date(2016, 6, 1), "invoice_10y"),  # due on 2026-12-31, the law date itself: the last day of keeping
        (date(2015, 12, 31), "none"),
        (date(2017, 1, 1), "invoice_10y"),
    ],
)
def test_a_duty_runs_to_the_end_of_its_last_day(start, word) -> None:
    assert retained(invoice_10y=[start])[0] == [word]


def test_a_duty_that_is_over_leaves_no_date() -> None:
    assert retained(log_6m=[date(2020, 1, 1)]) == (["none"], [None])


def test_records_of_consent_are_kept_from_the_law_date_whatever_their_own_date() -> None:
    band, due = retained(record_3y=[date(2015, 1, 1), None])
    assert band == ["record_3y", "record_3y"]
    assert due == [date(2029, 12, 31)] * 2


def test_only_rows_whose_column_is_filled_bear_a_duty_that_depends_on_it() -> None:
    bound = replace(table("t"), retention=(RetentionBinding("record_3y", "c", "paid"),))
    rows = index(3, start__record_3y=[date(2015, 1, 1), None, date(2015, 1, 1)])
    rows = rows.with_columns(pl.Series("v:paid", [True, True, False]))
    got = found({"t": (bound, rows, {R.CUSTOMER: [0, 1, 2]})}, 3)
    assert words(Fact.RETENTION, got.rows["s", "t"][Fact.RETENTION]) == ["record_3y", "record_3y", "none"]


def test_a_duty_from_the_law_date_is_that_of_each_row_also_where_the_index_came_in_pieces() -> None:
    day = date(2015, 1, 1)
    one = index(10, contact=[day] * 10, own_lot=["a"] * 10, start__record_3y=[day] * 10)
    pieces = one.vstack(one).vstack(one)
    assert pieces["contact"].n_chunks() == 3
    made = table("a", RecordClass.ORDER, retention=("record_3y",))
    got = found({"a": (made, pieces, {R.CUSTOMER: [0] * 30})}, 1)
    assert got.due[("s", "a")]["due_on"].to_list() == [date(2029, 12, 31)] * 30
    assert words(Fact.RETENTION, got.rows[("s", "a")][Fact.RETENTION]) == ["record_3y"] * 30


def test_a_table_without_duties_has_none_for_every_row_even_for_no_row() -> None:
    for n in (0, 1, 3):
        got = found({"a": (table("a"), index(n), {R.CUSTOMER: [0] * n})}, 1)
        assert words(Fact.RETENTION, got.rows[("s", "a")][Fact.RETENTION]) == ["none"] * n
        assert got.due[("s", "a")]["due_on"].to_list() == [None] * n


# facts of records


def test_facts_of_records_stay_on_their_row() -> None:
    frame = index(3, f__record__order_state=["open", None, "cancelled"], f__record__soft_deleted=["yes", "no", None])
    rows = found({"a": (table("a", RecordClass.ORDER), frame, {R.CUSTOMER: [0, 0, 0]})}, 1).rows[("s", "a")]
    assert words(Fact.ORDER_STATE, rows[Fact.ORDER_STATE]) == ["open", "none", "cancelled"]
    assert words(Fact.SOFT_DELETED, rows[Fact.SOFT_DELETED]) == ["yes", "no", "no"]


def test_every_row_has_a_code_for_every_fact_a_rule_can_ask_for() -> None:
    got = found({"a": (table("a"), index(2), {R.CUSTOMER: [0, -1]})}, 1)
    assert set(got.rows[("s", "a")]) == set(Fact)
    for fact, codes in got.rows[("s", "a")].items():
        assert all(c < len(FACT_VALUES[fact]) for c in codes)


# scope and lots


def customers(lots: list[str | None], people: list[int]) -> tuple[TableMap, pl.DataFrame, Mapping[RowRole, list[int]]]:
    refs = [f"ref{i}".encode() for i in range(len(lots))]
    frame = index(len(lots), own_lot=lots).with_columns(pl.Series("k:customer:ref", refs, dtype=pl.Binary))
    return table("customers"), frame, {R.CUSTOMER: people}


OF_CUSTOMER = Relation("cust_no", "s", "customers", "cust_no")


def child(
    name: str, lots: list[str | None], people: list[int], refs: list[int | None], *, first: Relation = OF_CUSTOMER
) -> tuple[TableMap, pl.DataFrame, Mapping[RowRole, list[int]]]:
    relations = (first,) if first is OF_CUSTOMER else (first, OF_CUSTOMER)
    tokens = [None if r is None else f"ref{r}".encode() for r in refs]
    frame = index(len(lots), own_lot=lots).with_columns(pl.Series("k:customer:ref", tokens, dtype=pl.Binary))
    return table(name, RecordClass.ORDER, relations=relations), frame, {R.CUSTOMER: people}


def scoped(got: Facts, name: str) -> list[tuple[str, str]]:
    key = ("s", name)
    return list(zip(got.lots[key].to_list(), words(Fact.SCOPE, got.rows[key][Fact.SCOPE]), strict=True))


IN, SHARED, OUT = ("l", "in_lot"), ("l", "shared"), ("", "outside")


@pytest.mark.parametrize(
    ("own", "orders", "scope"),
    [
        ("l", [], IN),
        ("", [], OUT),
        ("l", ["l"], IN),
        ("l", [""], SHARED),
        ("l", ["l", ""], SHARED),
        ("", ["l"], SHARED),
        ("", ["l", ""], SHARED),
        ("", [""], OUT),
        (None, [], OUT),
        (None, ["l"], IN),
        (None, ["", "l"], SHARED),
        (None, [""], OUT),
    ],
)
def test_a_customer_is_shared_where_lot_and_outside_both_use_the_record(own, orders, scope) -> None:
    got = found(
        {
            "c": customers([own, ""], [0, 1]),
            "o": child("orders", [*orders, ""], [0] * len(orders) + [1], [0] * len(orders) + [1]),
        },
        2,
    )
    assert scoped(got, "customers")[0] == scope
    assert scoped(got, "orders")[:-1] == [IN if lot else OUT for lot in orders], "orders go by their own shop"


def test_another_persons_orders_share_nothing() -> None:
    got = found({"c": customers(["l", "l"], [0, 1]), "o": child("orders", ["", "l"], [1, 0], [1, 0])}, 2)
    assert scoped(got, "customers") == [IN, SHARED]


def test_a_child_found_by_linking_alone_counts_as_well() -> None:
    loyalty = (table("loyalty", RecordClass.LOYALTY_ACCOUNT), index(1, own_lot=[""]), {R.CUSTOMER: [0]})
    got = found({"c": customers(["l"], [0]), "l": loyalty}, 1)
    assert scoped(got, "customers") == [SHARED]


def test_a_table_without_a_scope_of_its_own_follows_the_row_it_points_to() -> None:
    got = found(
        {
            "c": customers(["l", "", "l"], [0, 1, 2]),
            "o": child("orders", [""], [2], [2]),
            "a": child("addresses", [None] * 5, [0, 1, 2, -1, 9], [0, 1, 2, None, 7]),
        },
        10,
    )
    assert scoped(got, "addresses") == [IN, OUT, SHARED, OUT, OUT]


def test_a_follower_goes_by_the_person_it_belongs_to_and_not_by_the_thing_it_names() -> None:
    about_order = Relation("order_no", "s", "orders", "no", R.RECORD)
    got = found(
        {
            "c": customers(["l", ""], [0, 1]),
            "o": child("orders", ["", "l"], [0, 1], [0, 1]),
            "d": child("disputes", [None, None], [0, 1], [0, 1], first=about_order),
        },
        2,
    )
    assert scoped(got, "disputes") == [SHARED, SHARED]


def test_a_follower_is_found_by_whichever_key_of_its_parent_it_names() -> None:
    who, frame, roles = customers(["l", ""], [0, 1])
    frame = frame.with_columns(pl.Series("k:customer:ref2", [b"id0", b"id1"], dtype=pl.Binary))
    notes = child("notes", [None] * 3, [0, 1, -1], [None, None, None])
    by_id = notes[1].with_columns(pl.Series("k:customer:ref", [b"id0", b"id1", b"id7"], dtype=pl.Binary))
    got = found(
        {"c": (who, frame, roles), "n": (notes[0], by_id, notes[2]), "a": child("addresses", [None], [0], [0])}, 2
    )
    assert scoped(got, "notes") == [IN, OUT, OUT]
    assert scoped(got, "addresses") == [IN]


def test_what_hangs_on_nothing_in_the_case_lies_outside() -> None:
    got = found({"a": (table("notes", RecordClass.TICKET), index(2), {R.CUSTOMER: [0, 0]})}, 1)
    assert scoped(got, "notes") == [OUT, OUT]


@pytest.mark.parametrize("lots", [["l", ""], ["", "l"]])
def test_a_row_of_two_customers_with_one_number_lies_where_either_lies(lots: list[str]) -> None:
    who, frame, roles = customers(lots, [0, 1])
    frame = frame.with_columns(pl.lit(b"ref0").alias("k:customer:ref"))
    got = found({"c": (who, frame, roles), "a": child("addresses", [None], [0], [0])}, 2)
    assert scoped(got, "addresses") == [SHARED]


def test_without_lots_everything_lies_outside() -> None:
    got = found({"c": customers([None, None], [0, 1]), "o": child("orders", [None], [0], [0])}, 2)
    assert scoped(got, "customers") == [OUT, OUT]
    assert scoped(got, "orders") == [OUT]


def test_two_lots_are_told_apart() -> None:
    got = found(
        {"c": customers(["a", "b", None], [0, 1, 2]), "o": child("orders", ["a", "b", "b"], [0, 1, 2], [0, 1, 2])}, 3
    )
    assert scoped(got, "customers") == [("a", "in_lot"), ("b", "in_lot"), ("b", "in_lot")]
    assert scoped(got, "orders") == [("a", "in_lot"), ("b", "in_lot"), ("b", "in_lot")]


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from(["l", "", None]), min_size=4, max_size=4),
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["l", ""])), max_size=8),
)
def test_scope_of_customers_is_that_of_the_places_that_use_them(own, orders) -> None:
    own = own if None not in own else [None] * 4  # a table has a scope column for all its rows or for none
    got = found(
        {
            "c": customers(own, [0, 1, 2, 3]),
            "o": child("orders", [lot for _, lot in orders], [p for p, _ in orders], [p for p, _ in orders]),
        },
        4,
    )
    for person in range(4):
        used = {x for x in [own[person], *(lot for p, lot in orders if p == person)] if x is not None}
        expected = OUT if "l" not in used else SHARED if "" in used else IN
        assert scoped(got, "customers")[person] == expected


def test_dates_around_the_law_date_never_lose_a_running_duty() -> None:
    starts = [LAW_DATE - timedelta(days=d) for d in range(170, 200)]
    band, due = retained(log_6m=starts)
    for start, word, last in zip(starts, band, due, strict=True):
        ends = add_months(start, 6)
        assert (word, last) == (("log_6m", ends) if ends >= LAW_DATE else ("none", None))

"""Measures of small tables, worked out by hand, with decisions given."""

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from bequest.engine.tableplan import DECISION_PREFIX, TablePlan
from bequest.model.assessment import Figure
from bequest.model.datamap import ColumnMap, FieldClass, Need, TableMap
from bequest.model.disposition import Disposition, Operator, Release, Residue
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole
from bequest.steps.assess.catalogue import catalogue
from bequest.steps.assess.cells import TableInput
from bequest.steps.assess.facts import SUBJECT_DEFAULTS
from bequest.steps.assess.measures import MeasureInput, lot_people, measure_tables

RULES = catalogue()
PASS, MASK, KEEP, DROP, SEAL, WAIT = range(6)
WAYS = (
    Disposition(Release.AS_IS, Residue.DELETE),
    Disposition(Release.MASKED, Residue.DELETE, Operator.MASK),
    Disposition(Release.NONE, Residue.BLOCKED),
    Disposition(Release.NONE, Residue.DELETE),
    Disposition(Release.NONE, Residue.CUSTODY),
    Disposition(Release.WAITING, Residue.DELETE, fallback=Release.NONE),
)


def column(name: str, cls: FieldClass, role: RowRole = RowRole.CUSTOMER, **said: Any) -> ColumnMap:
    sensitive = cls in {FieldClass.NATIONAL_ID, FieldClass.HEALTH}
    return replace(ColumnMap(name, "TEXT", cls, cls is not FieldClass.NOT_PI, sensitive, role, 1000, 1000), **said)


def codes(fact: Fact, values: list[str]) -> np.ndarray:
    return np.array([FACT_VALUES[fact].index(v) for v in values], dtype=np.uint8)


def table(
    columns: dict[ColumnMap, list[int]],
    subjects: list[int],
    *,
    filled: dict[str, list[int]] | None = None,
    lots: list[str] | None = None,
    record_class: RecordClass = RecordClass.CUSTOMER_PROFILE,
    scope: list[str] | None = None,
    retention: list[str] | None = None,
    deleted: list[str] | None = None,
    others: dict[RowRole, list[int]] | None = None,
    phones: list[int] | None = None,
) -> TableInput:
    n = len(subjects)
    names = {c.name: c for c in columns}
    mapped = TableMap("crm", "t", record_class, tuple(columns), n)
    values = {f"v:{name}": pl.Series([bool(x) for x in (filled or {}).get(name, [1] * n)]) for name in names}
    index = pl.DataFrame(values)
    if phones is not None:
        index = index.with_columns(pl.Series("x:customer:ph", [b"p" if p else None for p in phones], dtype=pl.Binary))
    rows = pl.DataFrame(
        {
            "lot": lots or ["lot"] * n,
            **{DECISION_PREFIX + c.name: pl.Series(d, dtype=pl.UInt8) for c, d in columns.items()},
        }
    )
    return TableInput(
        table=mapped,
        index=index,
        plan=TablePlan("crm", "t", mapped.columns, (), (), WAYS, rows),
        codes={
            Fact.SCOPE: codes(Fact.SCOPE, scope or ["in_lot"] * n),
            Fact.RETENTION: codes(Fact.RETENTION, retention or ["none"] * n),
            Fact.SOFT_DELETED: codes(Fact.SOFT_DELETED, deleted or ["no"] * n),
        },
        subjects={RowRole.CUSTOMER: np.array(subjects), **{r: np.array(s) for r, s in (others or {}).items()}},
        primary=RowRole.CUSTOMER,
    )


def people(n: int, **said: list[str]) -> dict[Fact, np.ndarray]:
    facts = {f: codes(f, [v] * n) for f, v in SUBJECT_DEFAULTS.items()}
    return facts | {Fact(name): codes(Fact(name), values) for name, values in said.items()}


def measured(*tables: TableInput, n: int, planned: bool = True, **said: Any) -> dict[str, tuple[Figure, Figure | None]]:
    facts = said.pop("facts", None) or people(n)
    given = MeasureInput(
        catalogue=RULES, tables=tables, n_subjects=n, facts=facts, serious={FieldClass.PHONE: 10},
        planned=planned, everything=said.pop("everything", False), releases=said.pop("releases", True),
        told=said.pop("told", False),
    )  # fmt: skip
    found = measure_tables(given)
    assert all(m.before is not None for m in found)
    return {m.key: (m.before, m.after) for m in found if m.before is not None}


PHONE = column("phone", FieldClass.PHONE)


def test_values_are_counted_as_found_and_as_left_in_clear() -> None:
    found = measured(table({PHONE: [PASS, MASK, KEEP, DROP, SEAL]}, [0, 1, 2, 3, 4]), n=5)
    assert found["values@basic"] == (Figure(5), Figure(1))  # only what is blocked stays in clear at the source
    assert found["persons_of@basic"] == (Figure(5), Figure(2))  # as it is given, or blocked
    assert found["no_ground@basic"] == (Figure(3, 5), Figure(0, 5))  # neither as it is nor masked
    assert found["crime@basic"] == (Figure(500, 1000), Figure(300, 1000))  # 5 of 10; left or given: 3
    assert found["persons"] == (Figure(5), Figure(5))


def test_empty_cells_and_rows_outside_are_not_in_reach() -> None:
    given = table(
        {PHONE: [PASS] * 4}, [0, 1, 2, 3], filled={"phone": [1, 0, 1, 1]},
        scope=["in_lot", "in_lot", "outside", "shared"], lots=["lot", "lot", "", "lot"],
    )  # fmt: skip
    assert measured(given, n=4)["values@basic"][0] == Figure(2)
    assert measured(given, n=4)["records"][0] == Figure(3)
    assert measured(given, n=4, everything=True)["values@basic"][0] == Figure(3)


def test_what_waits_for_an_answer_is_left_of_what_has_no_ground() -> None:
    found = measured(table({PHONE: [WAIT, DROP, PASS]}, [0, 1, 2]), n=3)
    assert found["no_ground@basic"] == (Figure(2, 3), Figure(1, 3))


def test_an_event_without_a_receiver_has_no_provision_and_no_customers_to_lose() -> None:
    found = measured(table({PHONE: [DROP]}, [0]), n=1, releases=False)
    assert "no_ground@basic" not in found
    assert "customers_lost" not in found


def test_whose_value_it_is_goes_by_the_role_of_the_column() -> None:
    consignee = column("c_phone", FieldClass.PHONE, RowRole.CONSIGNEE)
    given = table({consignee: [PASS, PASS]}, [0, 0], others={RowRole.CONSIGNEE: [1, -1]})
    found = measured(given, n=2)
    assert found["persons_of@basic"][0] == Figure(1)  # subject 1; of the other row nobody is known
    assert found["values@basic"][0] == Figure(2)


def test_a_child_makes_every_value_sensitive_and_is_a_class_of_its_own() -> None:
    facts = people(2, age_band=["under_14", "adult"], guardian_consent=["missing", "not_needed"])
    found = measured(table({PHONE: [KEEP, PASS]}, [0, 1]), n=2, facts=facts)
    assert found["sensitive@basic"] == (Figure(1, 2), Figure(1, 2))
    assert found["values@children"] == (Figure(1), Figure(1))
    assert found["children"] == (Figure(1, 2), Figure(0, 2))
    assert found["children_without_guardian"] == (Figure(1), Figure(0))
    passed = measured(table({PHONE: [PASS, PASS]}, [0, 1]), n=2, facts=facts)
    assert passed["children_without_guardian"] == (Figure(1), Figure(1))


def test_who_said_no_and_of_whom_something_goes_all_the_same() -> None:
    facts = people(
        4, objection=["objected", "none", "none", "none"], dispute=["none", "open", "none", "none"],
        consent_transfer=["silent", "silent", "refused", "silent"],
    )  # fmt: skip
    found = measured(table({PHONE: [DROP, KEEP, PASS, PASS]}, [0, 1, 2, 3]), n=4, facts=facts)
    assert found["objected"] == (Figure(3, 4), Figure(1, 4))
    of_will = table({PHONE: [PASS] * 4}, [0, 1, 2, 3], record_class=RecordClass.OBJECTION)
    assert measured(of_will, n=4, facts=facts)["objected"] == (Figure(3, 4), Figure(0, 4))


def test_passwords_are_readable_unless_they_bear_the_form_of_a_hash() -> None:
    secret = column("pw", FieldClass.PASSWORD_SECRET, coverage=250)
    found = measured(table({secret: [DROP, DROP, DROP, KEEP]}, [0, 1, 2, 3]), n=4)
    assert found["readable@credential"] == (Figure(3, 4), Figure(1, 4))  # of one left, three quarters: rounded up
    encoded = column("phone", FieldClass.PHONE, evidence=("name:phone", "values:do not bear it (9 distinct)"))
    assert measured(table({encoded: [DROP]}, [0]), n=1)["readable@basic"] == (Figure(0, 1), Figure(0, 1))
    assert measured(table({PHONE: [DROP]}, [0]), n=1)["readable@basic"] == (Figure(1, 1), Figure(0, 1))
    browsing = column("tags", FieldClass.BEHAVIOUR)
    assert "readable@browsing" not in measured(table({browsing: [DROP]}, [0]), n=1)


def test_what_nobody_needs() -> None:
    over = column("religion", FieldClass.RELIGION_ETHNICITY, need=Need.OVER_COLLECTED)
    found = measured(table({over: [DROP, KEEP, PASS]}, [0, 1, 2]), n=3)
    assert found["unneeded@other"] == (Figure(3, 3), Figure(2, 3))
    needed = column("religion", FieldClass.RELIGION_ETHNICITY)
    assert measured(table({needed: [PASS]}, [0]), n=1)["unneeded@other"] == (Figure(0, 1), Figure(0, 1))


def test_what_is_kept_too_long() -> None:
    facts = people(4, freshness=["stale", "current", "current", "current"], account=["none", "closed", "none", "none"])
    given = table({PHONE: [DROP, KEEP, PASS, SEAL]}, [0, 1, 2, 3], deleted=["no", "no", "yes", "no"])
    assert measured(given, n=4, facts=facts)["outlived@basic"] == (Figure(3, 4), Figure(2, 4))


def test_a_duty_to_keep_is_broken_by_what_would_be_destroyed() -> None:
    given = table({PHONE: [SEAL, DROP, DROP]}, [0, 1, 2], retention=["invoice_10y", "record_3y", "none"])
    found = measured(given, n=3)
    assert found["duty@basic"][0] == Figure(2, 3)
    assert found["duty_broken@basic"] == (Figure(2), Figure(1))


def test_free_text_counts_where_discovery_met_identifiers_in_it() -> None:
    noted = column("note", FieldClass.FREE_TEXT, in_text=(FieldClass.PHONE,))
    plain = column("subject", FieldClass.FREE_TEXT)
    found = measured(table({noted: [PASS, MASK], plain: [PASS, PASS]}, [0, 1]), n=2)
    assert found["text_identifiers"] == (Figure(2, 4), Figure(1, 4))


def test_who_cannot_be_reached_before_and_after_telling() -> None:
    given = table({PHONE: [PASS] * 3}, [0, 1, 2], phones=[1, 1, 0])
    found = measured(given, n=3)
    assert found["unreachable"] == (Figure(1, 3), Figure(1, 3))
    assert found["not_told"] == (Figure(3, 3), Figure(0, 3))
    told = measured(given, n=3, told=True, facts=people(3, notice=["delivered", "published", "not_told"]))
    assert told["unreachable"] == (Figure(1, 3), Figure(2, 3))
    assert told["not_told"] == (Figure(3, 3), Figure(1, 3))


def test_customers_of_whom_nothing_passes_are_lost_to_the_business() -> None:
    facts = people(4, kind=["customer", "customer", "enterprise_contact", "third_party"])
    found = measured(table({PHONE: [PASS, DROP, KEEP, PASS]}, [0, 1, 2, 3]), n=4, facts=facts)
    assert found["customers_lost"] == (Figure(3, 3), Figure(2, 3))


def test_what_goes_to_a_further_lot_is_given_too() -> None:
    given = table({PHONE: [DROP, DROP]}, [0, 1])
    shares = pl.DataFrame(
        {"pos": pl.Series([1], dtype=pl.UInt32), "lot": ["other"], "d:phone": pl.Series([PASS], dtype=pl.UInt8)}
    )
    shared = replace(given, plan=replace(given.plan, shares=shares))
    assert measured(given, n=2)["no_ground@basic"][0] == Figure(2, 2)
    assert measured(shared, n=2)["no_ground@basic"][0] == Figure(1, 2)


def test_staff_and_columns_about_nobody_are_left_out() -> None:
    staff, thing = column("by", FieldClass.PERSON_NAME, RowRole.STAFF), column("price", FieldClass.NOT_PI)
    found = measured(table({staff: [PASS], thing: [PASS]}, [0]), n=1)
    assert not [k for k in found if k.startswith("values@")]
    unknown = column("x", FieldClass.UNKNOWN, personal=False)
    assert measured(table({unknown: [KEEP]}, [0]), n=1)["values@unknown"] == (Figure(1), Figure(1))


def test_before_a_plan_nothing_is_said_of_what_it_leaves() -> None:
    found = measured(table({PHONE: [PASS]}, [0]), n=1, planned=False)
    assert {after for _, after in found.values()} == {None}


def test_the_people_of_a_lot() -> None:
    tag = column("tag", FieldClass.BEHAVIOUR)
    health = column("ill", FieldClass.HEALTH)
    given = table(
        {PHONE: [PASS, MASK, DROP], tag: [PASS, PASS, DROP], health: [DROP, PASS, PASS]}, [0, 1, 2],
        lots=["lot", "lot", "other"],
    )  # fmt: skip
    made = MeasureInput(
        catalogue=RULES, tables=(given,), n_subjects=3, facts=people(3), serious={}, planned=True, everything=False,
        releases=True, told=False,
    )  # fmt: skip
    found = lot_people(made, "lot")
    assert (found.persons, found.sensitive, found.rows, found.named) == (2, 1, 2, 1)
    assert lot_people(made, "other").sensitive == 1

"""The file a person corrects: nothing lost on the way out and back, everything unknown refused by name."""

import tomllib
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bequest.kernel.errors import DataMapError
from bequest.model.datamap import (
    ColumnMap,
    DataMap,
    FactBinding,
    FieldClass,
    Need,
    Relation,
    RetentionBinding,
    TableMap,
    Verdict,
)
from bequest.model.facts import Fact, RecordClass, RowRole
from bequest.steps.discover import TableSample, discover, export_map, import_map


@pytest.fixture(name="data_map")
def _data_map(table: Callable[..., TableSample]) -> DataMap:
    return discover(
        [
            table("customers", ["id:INTEGER", "cust_no", "mobile", "状态", "birthday"], source="crm", key=("id",)),
            table("tickets", ["ticket_id", "cust_no", "contact.name", "opened_at"], source="tickets"),
        ]
    )


def one(text: str) -> str:
    return f'[[tables]]\nsource = "crm"\ntable = "customers"\n{text}\n'


def test_an_unchanged_file_confirms_and_changes_nothing_else(data_map: DataMap) -> None:
    after, changes = import_map(export_map(data_map), data_map)
    assert changes == []
    assert {c.verdict for t in after.tables for c in t.columns} == {Verdict.CONFIRMED}
    assert [replace(c, verdict=Verdict.PROPOSED) for c in after.tables[0].columns] == list(data_map.tables[0].columns)


def test_exporting_again_gives_the_same_data(data_map: DataMap) -> None:
    after, _ = import_map(export_map(data_map), data_map)
    assert tomllib.loads(export_map(after)) == tomllib.loads(export_map(data_map))


def test_what_the_file_does_not_name_stays_as_it_is(data_map: DataMap) -> None:
    after, _ = import_map(one('[[tables.columns]]\nname = "状态"\nclass = "other_pi"'), data_map)
    assert after.tables[1] == data_map.tables[1]
    kept = [c for c in after.tables[0].columns if c.name != "状态"]
    assert kept == [c for c in data_map.tables[0].columns if c.name != "状态"]


def test_a_changed_class_brings_its_usual_flags_and_is_a_correction(data_map: DataMap) -> None:
    after, changes = import_map(one('[[tables.columns]]\nname = "状态"\nclass = "health"'), data_map)
    column = after.table("crm", "customers").column("状态")
    assert (column.cls, column.personal, column.sensitive, column.verdict) == (
        FieldClass.HEALTH, True, True, Verdict.CORRECTED,
    )  # fmt: skip
    assert [(c.column, c.what, c.before, c.after) for c in changes] == [
        ("状态", "class", "not_pi", "health"),
        ("状态", "personal", "false", "true"),
        ("状态", "sensitive", "false", "true"),
    ]


def test_editing_only_the_class_of_an_exported_line_is_enough(data_map: DataMap) -> None:
    text = export_map(data_map).replace('name = "mobile", class = "phone"', 'name = "mobile", class = "national_id"')
    column = import_map(text, data_map)[0].table("crm", "customers").column("mobile")
    assert (column.cls, column.personal, column.sensitive) == (FieldClass.NATIONAL_ID, True, True)


def test_bindings_of_every_kind_are_read(data_map: DataMap) -> None:
    text = one(
        """record_class = "loyalty_account"
key = ["cust_no"]
freshness_column = "birthday"
relations = [{ column = "cust_no", to = "tickets.tickets.contact.name", role = "mentioned" }]
facts = [{ fact = "account", column = "状态", how = "map", values = { "注销" = "closed" }, default = "active" },
         { fact = "age_band", column = "birthday", how = "date_band", role = "guardian" },
         { fact = "deceased", column = "mobile", how = "present", values = { present = "no" }, default = "yes" }]
retention = [{ band = "record_3y", start_column = "birthday", if_column = "mobile" }]
columns = [{ name = "mobile", need = "not_needed", role = "consignee", personal = false }]"""
    )
    table = import_map(text, data_map)[0].table("crm", "customers")
    assert (table.record_class, table.key, table.freshness_column) == (
        RecordClass.LOYALTY_ACCOUNT, ("cust_no",), "birthday",
    )  # fmt: skip
    assert table.relations == (Relation("cust_no", "tickets", "tickets", "contact.name", RowRole.MENTIONED),)
    assert table.facts[0] == FactBinding(Fact.ACCOUNT, "状态", "map", {"注销": "closed"}, "active", RowRole.CUSTOMER)
    assert table.facts[1].role is RowRole.GUARDIAN
    assert table.retention == (RetentionBinding("record_3y", "birthday", "mobile"),)
    mobile = table.column("mobile")
    assert (mobile.need, mobile.role, mobile.personal) == (Need.NOT_NEEDED, RowRole.CONSIGNEE, False)
    assert table.verdict is Verdict.CORRECTED


def test_bindings_survive_the_next_run_of_discovery(data_map: DataMap, table: Callable[..., TableSample]) -> None:
    fact = 'facts = [{ fact = "age_band", column = "birthday", how = "date_band" }]'
    held, _ = import_map(one(fact), data_map)
    again = discover([table("customers", ["id:INTEGER", "birthday"], source="crm", key=("id",))], held)
    assert again.tables[0].facts == held.tables[0].facts


REFUSED = {
    "no TOML": ("[[tables", "not TOML", "Mend"),
    "unknown key of the file": ("[[table]]", "'table'", "tables"),
    "unknown table": ('[[tables]]\nsource = "crm"\ntable = "custmers"', "crm.custmers", "crm.customers"),
    "table without a source": ('[[tables]]\ntable = "customers"', "'source'", "Write"),
    "unknown key of a table": (one('record_clas = "order"'), "record_clas", "record_class"),
    "unknown record class": (one('record_class = "orders"'), "orders", "order"),
    "unknown column": (one('columns = [{ name = "mobil" }]'), "mobil", "mobile"),
    "unknown key of a column": (one('columns = [{ name = "mobile", clas = "phone" }]'), "clas", "class"),
    "unknown class": (one('columns = [{ name = "mobile", class = "phon" }]'), "phon", "phone"),
    "unknown role": (one('columns = [{ name = "mobile", role = "custumer" }]'), "custumer", "customer"),
    "unknown need": (one('columns = [{ name = "mobile", need = "neded" }]'), "neded", "needed"),
    "flag as text": (one('columns = [{ name = "mobile", personal = "yes" }]'), "personal", "true or false"),
    "column twice": (one('columns = [{ name = "mobile" }, { name = "mobile" }]'), "twice", "one line"),
    "table twice": (one("") + one(""), "twice", "one [[tables]]"),
    "unknown key column": (one('key = ["idd"]'), "idd", "id"),
    "target without a column": (one('relations = [{ column = "id", to = "crm.customers" }]'), "points to", "source"),
    "unknown target": (one('relations = [{ column = "id", to = "crm.custom.id" }]'), "crm.custom", "crm.customers"),
    "unknown target column": (one('relations = [{ column = "id", to = "crm.customers.mob" }]'), "mob", "mobile"),
    "unknown fact": (one('facts = [{ fact = "age", column = "id", how = "map" }]'), "age", "age_band"),
    "unknown how": (one('facts = [{ fact = "age_band", column = "id", how = "date" }]'), "date", "date_band"),
    "unknown value": (
        one('facts = [{ fact = "account", column = "id", how = "map", values = { a = "close" }, default = "none" }]'),
        "close",
        "closed",
    ),
    "map without a default": (one('facts = [{ fact = "account", column = "id", how = "map" }]'), "default", "active"),
    "present without its value": (
        one('facts = [{ fact = "deceased", column = "id", how = "present", default = "no" }]'),
        "present",
        "values",
    ),
    "unknown band": (one('retention = [{ band = "invoice", start_column = "id" }]'), "invoice", "invoice_10y"),
    "unknown start": (one('retention = [{ band = "log_6m", start_column = "birth" }]'), "birth", "birthday"),
}


@pytest.mark.parametrize(("text", "named", "hint"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_known_is_refused_by_name_with_the_nearest(
    text: str, named: str, hint: str, data_map: DataMap
) -> None:
    with pytest.raises(DataMapError) as caught:
        import_map(text, data_map)
    assert named in caught.value.message
    assert hint in caught.value.hint


NAMES = st.text(min_size=1, max_size=12).filter(lambda t: "." not in t)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(names=st.lists(NAMES, min_size=1, max_size=4, unique=True), why=st.text(max_size=20), flags=st.tuples(
    st.booleans(), st.booleans(), st.sampled_from(FieldClass), st.sampled_from(RowRole), st.sampled_from(Need)
))  # fmt: skip
def test_any_map_comes_back_as_it_was(
    names: list[str], why: str, flags: tuple[bool, bool, FieldClass, RowRole, Need]
) -> None:
    personal, sensitive, cls, role, need = flags
    columns = tuple(
        ColumnMap(n, "TEXT", cls, personal, sensitive, role, 500, 0, (why,), need, Verdict.CONFIRMED) for n in names
    )
    relation = Relation(names[0], "s", names[0], names[-1], role)
    facts = (FactBinding(Fact.ACCOUNT, names[0], "map", {why: "closed"}, "active", role),)
    table = TableMap(
        "s", names[0], RecordClass.OTHER, columns, 1, key=tuple(names), relations=(relation,), facts=facts,
        retention=(RetentionBinding("log_6m", names[0]),), freshness_column=names[-1], why_not_scanned=why,
        verdict=Verdict.CONFIRMED,
    )  # fmt: skip
    data_map = DataMap((table,))
    assert import_map(export_map(data_map), data_map) == (data_map, [])

"""References between tables: what counts, what people said of them, how well values fit; kept from run to run."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bequest.kernel.errors import DataMapError
from bequest.model.datamap import DataMap, Reference, Standing, Verdict
from bequest.model.facts import RowRole
from bequest.steps.discover import TableSample, discover, export_map, import_map
from bequest.steps.discover.mapfile import import_document
from bequest.steps.discover.standing import known_references

NUMBERS = [f"C{i:06d}" for i in range(60)]
TO_CUSTOMER = ("cust_no", "crm", "customers", "cust_no")
DECLARED = ("referrer", "crm", "customers", "id")


@pytest.fixture(name="shop")
def _shop(table: Callable[..., TableSample]) -> list[TableSample]:
    """Sixty customers; two of sixty tickets name nobody, three a number of no customer; a key declared besides."""
    customers = table(
        "customers", ["id:INTEGER", "cust_no", "mobile"], source="crm", key=("id",),
        values={"id": [str(i) for i in range(60)], "cust_no": NUMBERS},
    )  # fmt: skip
    tickets = table(
        "tickets", ["ticket_id", "cust_no", "referrer:INTEGER"], source="crm",
        values={"cust_no": [*NUMBERS[:55], "X1", "X1", "X2", "", None], "referrer": ["7"] * 60},
    )  # fmt: skip
    declared = [
        replace(c, refers_to="customers", refers_column="id") if c.name == "referrer" else c for c in tickets.columns
    ]
    return [customers, replace(tickets, columns=tuple(declared))]


def references(found: DataMap) -> dict[tuple[str, str, str, str], tuple[Reference, bool]]:
    return {r.ends: (r, counts) for r, counts in known_references(found.table("crm", "tickets"))}


def counting(found: DataMap) -> set[tuple[str, str, str, str]]:
    return {r.ends for r in found.table("crm", "tickets").relations}


def speak(found: DataMap, ends: tuple[str, str, str, str], standing: str, **more: str) -> DataMap:
    said = {"column": ends[0], "to": ".".join(ends[1:]), "standing": standing, **more}
    return import_document({"tables": [{"source": "crm", "table": "tickets", "references": [said]}]}, found)[0]


def test_what_is_inferred_counts_and_what_is_only_declared_waits(shop: list[TableSample]) -> None:
    found = references(discover(shop))
    inferred, counts = found[TO_CUSTOMER]
    assert (inferred.proposed, inferred.declared, counts, inferred.standing) == (True, False, True, Standing.OPEN)
    declared, counts = found[DECLARED]
    assert (declared.proposed, declared.declared, counts, declared.standing) == (False, True, False, Standing.OPEN)


def test_values_and_rows_are_counted_one_by_one(shop: list[TableSample]) -> None:
    found = references(discover(shop))[TO_CUSTOMER][0]
    assert (found.n_values, found.n_values_found) == (57, 55)  # 55 customers, X1 and X2
    assert (found.n_rows, found.n_rows_found) == (58, 55)  # X1 twice; an empty cell is none
    assert (found.counted, found.whole) == (True, True)
    shop[0] = replace(shop[0], n_rows=100)
    assert references(discover(shop))[TO_CUSTOMER][0].whole is False
    shop[0] = replace(shop[0], why_not_scanned="view")
    assert references(discover(shop))[DECLARED][0].counted is False


def test_a_rejected_reference_does_not_count_and_is_not_proposed_again(shop: list[TableSample]) -> None:
    said = speak(discover(shop), TO_CUSTOMER, "rejected")
    assert counting(said) == set()
    again = discover(shop, said)
    assert references(again)[TO_CUSTOMER][0].standing is Standing.REJECTED
    assert counting(again) == set()
    reopened = speak(again, TO_CUSTOMER, "open")
    assert counting(reopened) == {TO_CUSTOMER}
    assert counting(discover(shop, reopened)) == {TO_CUSTOMER}


def test_a_declared_one_counts_once_confirmed_as_what_it_was_said_to_be(shop: list[TableSample]) -> None:
    said = speak(discover(shop), DECLARED, "confirmed", role="mentioned")
    assert counting(said) == {TO_CUSTOMER, DECLARED}
    again = discover(shop, said)
    assert references(again)[DECLARED][0].role is RowRole.MENTIONED
    assert {r.ends: r.role for r in again.table("crm", "tickets").relations}[DECLARED] is RowRole.MENTIONED
    assert again.table("crm", "tickets").verdict is Verdict.PROPOSED, "a word on a reference is none on its table"
    assert counting(speak(again, DECLARED, "open")) == {TO_CUSTOMER}


def test_one_that_nobody_knew_can_be_added_and_goes_with_its_column(shop: list[TableSample]) -> None:
    own = ("ticket_id", "crm", "customers", "id")
    said = speak(discover(shop), own, "confirmed")
    assert own in counting(discover(shop, said))
    with pytest.raises(DataMapError, match="has no reference from mobile"):
        import_document(
            {
                "tables": [
                    {
                        "source": "crm",
                        "table": "customers",
                        "references": [{"column": "mobile", "to": "crm.tickets.referrer", "standing": "rejected"}],
                    }
                ]
            },
            said,
        )
    without = [shop[0], replace(shop[1], columns=shop[1].columns[1:])]
    assert own not in references(discover(without, said))


def test_a_file_that_leaves_a_relation_out_rejects_it_and_one_unchanged_confirms(shop: list[TableSample]) -> None:
    found = discover(shop)
    after, _ = import_map(export_map(found), found)
    assert references(after)[TO_CUSTOMER][0].standing is Standing.CONFIRMED
    assert references(after)[DECLARED][0].standing is Standing.OPEN
    less, changes = import_map('[[tables]]\nsource = "crm"\ntable = "tickets"\nrelations = []\n', found)
    assert references(less)[TO_CUSTOMER][0].standing is Standing.REJECTED
    assert [(c.what, c.before, c.after) for c in changes] == [("relations", "1", "0")]
    again, _ = import_map(export_map(less), less)
    assert references(again)[TO_CUSTOMER][0].standing is Standing.REJECTED


def test_a_map_of_an_earlier_version_is_its_people_s_word(shop: list[TableSample]) -> None:
    found = discover(shop)
    old = DataMap(tuple(replace(t, references=(), verdict=Verdict.CONFIRMED) for t in found.tables))
    assert {e: r.standing for e, (r, _) in references(old).items()} == {TO_CUSTOMER: Standing.CONFIRMED}
    assert references(discover(shop, old))[TO_CUSTOMER][0].standing is Standing.CONFIRMED

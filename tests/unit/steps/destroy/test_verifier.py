import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import openpyxl
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.steps import decided_tables as d
from tests.unit.steps.destroy.small_company import KEYS, Company

from bequest.kernel.errors import StateError
from bequest.model.destruction import Finding
from bequest.sources import open_source
from bequest.steps.destroy.erase import erase
from bequest.steps.destroy.verifier.prepare import prepare
from bequest.steps.destroy.verifier.reading import ReadTwice
from bequest.steps.destroy.verifier.state import destroy_state, has_state, read_state, write_state
from bequest.steps.destroy.verifier.task import Task
from bequest.steps.destroy.verifier.verify import verify

KEY = b"v" * 32


@pytest.fixture
def company(tmp_path):
    return Company(tmp_path)


def task(company, **changes):
    return replace(Task(company.sources, company.plans, KEY, d.LINK), **changes)


def looked(company):
    """First look, kept on disk and read again, as between two runs."""
    folder = company.tmp / "verifier"
    write_state(folder, prepare(task(company)))
    return read_state(folder)


def erased(company, **kw):
    company.erase(company.ledger(), company.seal(), **kw)


def report(company, plant=None):
    state = looked(company)
    erased(company)
    if plant:
        plant(company)
    return verify(task(company), state)


def findings(found):
    return {r.source: r.finding for r in found.results}


def residue(found):
    return {(x.source, x.table, x.column, x.kind): x.hits for x in found.lines if x.verdict == "residue"}


@pytest.mark.parametrize("room", [0, 2_000])
def test_the_first_look_is_the_same_whether_sources_stay_in_memory_or_are_read_again(company, monkeypatch, room):
    kept = prepare(task(company))
    monkeypatch.setattr("bequest.steps.destroy.verifier.prepare.ReadTwice", lambda: ReadTwice(room))
    again = prepare(task(company))
    assert again.facts == kept.facts
    assert again.wanted.to_bytes() == kept.wanted.to_bytes()
    assert again.allowed.counts.tolist() == kept.allowed.counts.tolist()


def test_a_clean_destruction_passes_with_full_control(company):
    found = report(company)
    assert residue(found) == {}
    assert found.is_clean
    assert findings(found) == {
        "crm": Finding.AS_PLANNED,  # the family phone stays with 钱五
        "orders": Finding.CLEAR,  # beside one coincidence
        "loyalty": Finding.AS_PLANNED,
        "tickets": Finding.CLEAR,
        "weblog": Finding.CLEAR,
    }
    for result in found.results:
        assert result.control_found == result.control_expected > 0
        assert result.candidates > 0


def test_the_control_names_every_column_it_searched(company):
    state = prepare(task(company))
    by = {(c.source, c.column): c for c in state.facts.columns}
    assert by["crm", "mobile"].known == 3
    assert by["crm", "password"].known == 4
    assert ("crm", "name") not in by
    crm = next(s for s in state.facts.sources if s.source == "crm")
    assert crm.not_searchable == ("customers.name",)
    assert (crm.rows_planned, crm.rows_recognised) == (4, 4)
    assert crm.raw_found == crm.raw_expected > 0


def plant_in_another_table(c):
    with closing(sqlite3.connect(c.crm.path)) as db, db:
        db.execute("UPDATE staff SET mobile = '138 0000 0001'")


def plant_in_an_undeclared_table(c):
    with closing(sqlite3.connect(c.crm.path)) as db, db:
        db.execute("CREATE TABLE customers_bak AS SELECT 1 AS id, 'pass-word-2' AS pw, 'C0000002' AS no")


def plant_in_free_text(c):
    row = {"ticket_id": "t-000004", "cust_no": "C0000004", "content": "另：联系 one@example.com 即可"}
    c.tickets.path.write_text(json.dumps(row, ensure_ascii=False) + "\n", "utf-8")


def plant_in_json(c):
    with closing(sqlite3.connect(c.crm.path)) as db, db:
        db.execute("""UPDATE customers SET remark = '{"friend": {"id": "11010519491231002X"}}' WHERE id = 5""")


def plant_in_csv_beyond_the_header(c):
    with c.loyalty.path.open("ab") as file:
        file.write(",,,13800000001\r\n".encode("gb18030"))


def plant_a_broken_json_line(c):
    with c.tickets.path.open("a") as file:
        file.write("{broken 13800000001\n")


def plant_on_another_sheet(c):
    book = openpyxl.load_workbook(c.orders.path)
    book.create_sheet("旧")["B7"] = "C0000001"
    book.save(c.orders.path)


def plant_values_where_names_should_be(c):
    c.weblog.path.unlink()
    pq.write_table(pa.table({"dev-aaaa-0001": ["x"]}), c.weblog.path)


def plant_in_a_workbook_comment(c):
    book = openpyxl.load_workbook(c.orders.path)
    book["订单"]["A2"].comment = openpyxl.comments.Comment("电话 13900000001", "x")
    book.save(c.orders.path)


def plant_a_row_left_in_parquet(c):
    table = pq.read_table(c.weblog.path)
    more = pa.table({n: [v] for n, v in zip(table.column_names, ["t", "x", "dev-aaaa-0001"], strict=True)})
    pq.write_table(pa.concat_tables([table, more]), c.weblog.path)


def plant_a_forgotten_copy_beside(c):
    (c.tmp / "data" / "loyalty.csv.bak").write_text("张一,13800000001\n", "utf-8")


def plant_a_forgotten_parquet_copy(c):
    pq.write_table(pa.table({"x": ["dev-aaaa-0002"]}), c.tmp / "data" / "weblog.parquet.old")


PLANTED = {
    "another table": (plant_in_another_table, "crm"),
    "a table nobody declared": (plant_in_an_undeclared_table, "crm"),
    "free text": (plant_in_free_text, "tickets"),
    "JSON in a cell": (plant_in_json, "crm"),
    "a field beyond the header": (plant_in_csv_beyond_the_header, "loyalty"),
    "a broken line": (plant_a_broken_json_line, "tickets"),
    "another sheet": (plant_on_another_sheet, "orders"),
    "names of columns": (plant_values_where_names_should_be, "weblog"),
    "a comment in the workbook": (plant_in_a_workbook_comment, "orders"),
    "a row left": (plant_a_row_left_in_parquet, "weblog"),
    "a copy beside the file": (plant_a_forgotten_copy_beside, "loyalty"),
    "a Parquet copy beside the file": (plant_a_forgotten_parquet_copy, "weblog"),
}


@pytest.mark.parametrize(("plant", "source"), PLANTED.values(), ids=PLANTED)
def test_planted_leftovers_are_found(company, plant, source):
    found = report(company, plant)
    assert findings(found)[source] is Finding.RESIDUE
    assert {s for s, *_ in residue(found)} == {source}
    assert not found.is_clean


def test_a_copy_that_the_case_lists_is_a_residual_and_not_residue(company):
    state = looked(company)
    erased(company)
    plant_a_forgotten_copy_beside(company)
    copies = frozenset({(company.tmp / "data" / "loyalty.csv.bak").resolve()})
    assert verify(task(company, known_copies=copies), state).is_clean


def delete_by_hand(company, *, secure, keep_wal):
    """What a careless operator does; gives a connection that keeps the log from being written back."""
    db = sqlite3.connect(company.crm.path, isolation_level=None)
    db.execute(f"PRAGMA secure_delete={secure}")
    db.execute("PRAGMA wal_autocheckpoint=0")
    if not keep_wal:
        db.execute("PRAGMA journal_mode=DELETE")
    db.execute("DELETE FROM customers WHERE id IN (1, 2, 6)")
    db.execute("UPDATE customers SET password = '', remark = NULL WHERE id = 3")
    return db


def erase_all_but_crm(company):
    shutil.copy(company.crm.path, company.tmp / "keep.db")
    erased(company)
    for suffix in ("-wal", "-shm"):
        company.crm.path.with_name("crm.db" + suffix).unlink(missing_ok=True)
    shutil.move(company.tmp / "keep.db", company.crm.path)


def test_rows_deleted_without_secure_delete_are_found_in_the_free_bytes(company):
    state = looked(company)
    erase_all_but_crm(company)
    with closing(delete_by_hand(company, secure="OFF", keep_wal=False)) as db:
        assert db.execute("SELECT count(*) FROM customers").fetchone() == (3,)
    found = verify(task(company), state)
    assert findings(found)["crm"] is Finding.RESIDUE
    assert {column for _, _, column, _ in residue(found)} == {"(bytes)"}
    with closing(sqlite3.connect(company.crm.path)) as db:
        db.execute("PRAGMA secure_delete=ON")
        db.execute("VACUUM")
    assert verify(task(company), state).is_clean


def test_rows_that_still_stand_in_the_write_ahead_log_are_found(company):
    with closing(sqlite3.connect(company.crm.path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
    state = looked(company)
    erase_all_but_crm(company)
    with closing(sqlite3.connect(company.crm.path, isolation_level=None)) as holder:
        holder.execute("PRAGMA wal_autocheckpoint=0")
        holder.execute("UPDATE customers SET remark = 'old page' WHERE id = 1")  # the old page goes into the log
        with closing(delete_by_hand(company, secure="ON", keep_wal=True)):
            wal = company.crm.path.with_name("crm.db-wal")
            assert b"one@example.com" in wal.read_bytes()
            found = verify(task(company), state)
            assert ("crm", "crm.db-wal", "(bytes)", "email") in residue(found)


def test_a_coincidence_is_counted_and_refuses_nothing(company):
    found = report(company)
    assert [(x.table, x.column, x.hits) for x in found.lines if x.verdict == "coincidence"] == [("orders", "订单号", 1)]
    [orders] = [r for r in found.results if r.source == "orders"]
    assert (orders.hits_coincidence, orders.hits_residue) == (1, 0)


def test_a_piece_of_a_longer_number_beside_a_value_that_stays_is_coincidence(company):
    """In a large file something that stays lies beside every number: only what should be gone speaks for residue."""
    state = looked(company)
    erased(company)
    with closing(sqlite3.connect(company.crm.path)) as db, db:
        db.execute("UPDATE customers SET name = '771380000000188' WHERE mobile = '13800000056'")
    found = verify(task(company), state)
    assert found.is_clean
    assert ("crm.db", "(bytes)", "phone") in [
        (x.table, x.column, x.kind) for x in found.lines if x.verdict == "coincidence"
    ]


def add_orders(company, numbers):
    book = openpyxl.load_workbook(company.orders.path)
    for number in numbers:
        book["订单"].append([number, "C0000005", None, None])
    book.save(company.orders.path)


def test_one_new_order_number_like_a_phone_is_coincidence_and_many_are_not(company):
    state = looked(company)
    erased(company)
    add_orders(company, ["13900000001"])
    found = verify(task(company), state)
    assert found.is_clean
    [orders] = [r for r in found.results if r.source == "orders"]
    assert orders.hits_coincidence == 2
    add_orders(company, ["13900000002", "13800000002", "13800000001"])
    assert residue(verify(task(company), state)) == {("orders", "orders", "订单号", "phone"): 4}


def test_a_row_that_was_to_go_and_is_still_there_is_residue_though_a_neighbour_may_stay(company):
    """The family phone may remain in 钱五's row, not in 钱六's."""
    state = looked(company)
    erased(company)
    with closing(sqlite3.connect(company.crm.path)) as db, db:
        db.execute("INSERT INTO customers VALUES (6, 'x', 'x', '13800000056', NULL, NULL, '', NULL)")
    assert residue(verify(task(company), state)) == {("crm", "customers", "mobile", "phone"): 1}


def test_in_a_table_without_a_key_more_copies_than_may_stay_are_residue(company):
    state = looked(company)
    erased(company)
    with company.loyalty.path.open("ab") as file:
        file.write("70000009,钱,13800000056\r\n".encode("gb18030"))
    assert residue(verify(task(company), state)) == {("loyalty", "loyalty", "phone", "phone"): 1}


def test_a_source_that_cannot_be_read_is_not_searched(company):
    state = looked(company)
    erased(company)
    company.weblog.path.write_bytes(b"no parquet")
    assert findings(verify(task(company), state))["weblog"] is Finding.NOT_SEARCHED


def test_a_source_that_could_not_be_read_at_the_first_look_stays_not_searched(company):
    whole = company.weblog.path.read_bytes()
    company.weblog.path.write_bytes(b"no parquet")
    state = looked(company)
    company.weblog.path.write_bytes(whole)
    erased(company)
    assert findings(verify(task(company), state))["weblog"] is Finding.NOT_SEARCHED


def test_rows_of_the_plan_that_the_verifier_does_not_meet_make_it_blind_and_it_says_so(company):
    with closing(sqlite3.connect(company.crm.path)) as db, db:
        db.execute("DELETE FROM customers WHERE id = 1")
    state = looked(company)
    assert findings(verify(task(company), state))["crm"] in {Finding.NOT_SEARCHED, Finding.RESIDUE}
    crm = next(s for s in state.facts.sources if s.source == "crm")
    assert crm.rows_recognised == crm.rows_planned - 1


def test_a_broken_search_fails_its_control(company, monkeypatch):
    """Take the phone forms out of the search: the control must notice one value it cannot find again."""
    from bequest.steps.destroy.verifier import candidates, finder

    forms = tuple(f for f in finder.NUMBER_FORMS if f[1] != candidates.PHONE)
    monkeypatch.setattr(finder, "NUMBER_FORMS", forms)
    state = looked(company)
    mobile = next(c for c in state.facts.columns if c.column == "mobile")
    assert (mobile.control_found, mobile.control_expected) == (2, 3)  # the form with +86 and dashes
    erased(company)
    crm = next(r for r in verify(task(company), state).results if r.source == "crm")
    assert crm.control_found == crm.control_expected - 1
    assert crm.finding not in {Finding.CLEAR, Finding.AS_PLANNED}


def test_before_the_deletion_everything_is_residue(company):
    state = looked(company)
    found = verify(task(company), state)
    assert set(findings(found).values()) == {Finding.RESIDUE}


def test_the_second_look_needs_the_key_of_the_first(company):
    state = looked(company)
    with pytest.raises(StateError, match="key"):
        verify(task(company, key=b"w" * 32), state)


def test_the_state_holds_no_value_and_can_be_destroyed(company):
    looked(company)
    folder = company.tmp / "verifier"
    assert folder.stat().st_mode & 0o077 == 0
    for path in folder.iterdir():
        for value in ("13800000001", "one@example.com", "张一", "pass-word-1", "C0000001"):
            assert value.encode() not in path.read_bytes()
    assert has_state(folder)
    destroy_state(folder)
    destroy_state(folder)
    assert not has_state(folder)
    with pytest.raises(StateError, match="not looked before"):
        read_state(folder)


def test_the_report_can_be_signed_and_holds_no_value(company):
    from bequest.crypto.signing import Signer
    from bequest.evidence.statement import Statement, Subject, sign_statement

    found = report(company)
    statement = Statement("RescanReport", (Subject("urn:bequest:case:demo", "0" * 64),), found.predicate())
    data = sign_statement(statement, [Signer.from_bytes(b"s" * 32)])
    assert b"13800000001" not in data


def held(*subjects):
    return pl.Series("subject", subjects, dtype=pl.UInt32)


def after_holds(company, subjects, plant=None):
    """The rows of some subjects stay, all others go as planned; then something is planted."""
    state = looked(company)
    ledger, sealed = company.ledger(), company.seal()
    for i, plan in enumerate(company.plans):
        source = open_source(company.source(plan))
        rows = sealed[plan.source, plan.table].rows
        erase(plan, source, KEYS, ledger, rows, company.tmp / "work" / "erase", lambda: None, number=i, held=subjects)
        source.clean(lambda: None)
    if plant:
        plant(company)
    return verify(task(company, held=subjects), state)


def test_rows_on_hold_are_no_residue_with_a_key_or_without(company):
    """Subject 0 is row 0 of each table, two of which have no key."""
    found = after_holds(company, held(0))
    assert residue(found) == {}
    assert found.is_clean
    state_ = {(x.source, x.table) for x in found.lines if x.verdict == "planned"}
    assert {("crm", "customers"), ("loyalty", "loyalty"), ("weblog", "weblog")} <= state_


def test_without_the_hold_the_same_rows_are_residue(company):
    state = looked(company)
    found = verify(task(company), state)
    assert {("crm", "customers"), ("loyalty", "loyalty"), ("weblog", "weblog")} <= {k[:2] for k in residue(found)}


def test_a_hold_is_no_way_through_for_others(company):
    """Held are only rows that were decided for this person: another person's row that was left is residue."""
    state = looked(company)
    found = verify(task(company, held=held(0)), state)  # nothing was erased at all
    assert ("crm", "customers", "mobile", "phone") in residue(found)
    assert ("loyalty", "loyalty", "card_no", "card") in residue(found)  # of 钱六


def again(c):
    with c.loyalty.path.open("ab") as file:
        file.write("70000001,张一,13800000001\r\n".encode("gb18030"))


def changed(c):
    with closing(sqlite3.connect(c.crm.path)) as db, db:
        db.execute("UPDATE customers SET remark = 'C0000006 13800000056' WHERE id = 1")


@pytest.mark.parametrize("plant", [again, changed])
def test_only_the_row_that_was_there_is_on_hold(company, plant):
    """The same row once more, or a held row into which something else was written, is judged as any other."""
    assert residue(after_holds(company, held(0), plant)) != {}

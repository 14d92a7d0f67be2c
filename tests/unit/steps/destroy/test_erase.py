import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from tests.unit.steps import decided_tables as d
from tests.unit.steps.destroy.small_company import CUSTOMER_ROWS, KEYS, Company

from bequest.kernel.errors import GuardError, StateError
from bequest.model.case import Source, SourceKind
from bequest.model.datamap import FieldClass
from bequest.model.disposition import Disposition, Release, Residue
from bequest.sources import open_source
from bequest.steps.destroy.erase import erase
from bequest.steps.destroy.ledger import Ledger, read_ledger, write_ledger


@pytest.fixture
def company(tmp_path):
    return Company(tmp_path)


def customers(company):
    with closing(sqlite3.connect(company.crm.path)) as db:
        return db.execute("SELECT * FROM customers ORDER BY id").fetchall()


def by_name(results):
    return {r.table: r for r in results}


def totals(company, plan):
    frame = next(iter(company.read(plan)))
    return {c.name: sum(1 for v in frame[c.name] if v is not None and v.strip()) for c in plan.columns}


def test_every_table_balances_and_holds_only_what_may_stay(company):
    before = {p.table: totals(company, p) for p in company.plans}
    results = by_name(company.erase(company.ledger(), company.seal()))
    for name, result in results.items():
        assert result.is_whole
        assert result.sums(before[name]).difference == 0, name
    left = customers(company)
    assert [r[0] for r in left] == [3, 4, 5]
    assert left[0][6:] == ("", None)  # the password column is NOT NULL: emptied as empty text
    assert left[0][3] == CUSTOMER_ROWS[2][3]
    assert left[1][6] == "pass-word-4"
    crm = results["customers"]
    assert (crm.rows_before, crm.rows_after, crm.rows_deleted, crm.rows_emptied) == (6, 3, 3, 1)
    [password] = [c for c in crm.columns if c.column == "password"]
    assert (password.deleted, password.sealed, password.blocked, password.in_use) == (3, 1, 1, 1)
    assert [(k.values, k.until.isoformat()) for k in crm.kept] == [(7, "2036-12-31")]
    assert [results[t].rows_after for t in ("orders", "loyalty", "tickets", "weblog")] == [1, 1, 1, 1]


def test_erasing_twice_changes_nothing_and_gives_the_same_result(company):
    ledger, sealed = company.ledger(), company.seal()
    first = company.erase(ledger, sealed)
    files = {s.name: s.path.read_bytes() for s in company.sources if s.name != "crm"}
    again = company.erase(ledger, sealed)
    assert again == first
    assert {s.name: s.path.read_bytes() for s in company.sources if s.name != "crm"} == files


class _KilledError(Exception):
    pass


def counting(limit):
    calls = 0

    def guard():
        nonlocal calls
        calls += 1
        if calls > limit:
            raise _KilledError

    return guard


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    company = Company(tmp_path_factory.mktemp("undisturbed"))
    return company.erase(company.ledger(), company.seal())


@pytest.mark.parametrize("limit", range(0, 27, 2))
def test_killed_anywhere_and_run_again_ends_the_same(company, undisturbed, limit):
    ledger, sealed = company.ledger(), company.seal()
    try:
        company.erase(ledger, sealed, counting(limit))
    except _KilledError:
        ledger = company.ledger()  # a new run writes the ledger again: it must not forget what is gone
        sealed = company.seal()
    results = company.erase(ledger, sealed)
    assert results == undisturbed
    assert [r[0] for r in customers(company)] == [3, 4, 5]


def test_the_kill_test_reaches_every_guard_call(company):
    calls = []
    company.erase(company.ledger(), company.seal(), lambda: calls.append(1))
    assert 20 < len(calls) <= 27


def test_a_changed_row_is_left_and_reported(company):
    before = totals(company, company.plans[0])
    ledger, sealed = company.ledger(), company.seal()
    with closing(sqlite3.connect(company.crm.path)) as db, db:
        db.execute("UPDATE customers SET name = '张一改' WHERE id = 1")
        db.execute("INSERT INTO customers VALUES (9, 'C9', '迟九', NULL, NULL, NULL, 'x', NULL)")
        db.execute("DELETE FROM customers WHERE id = 4")
    crm = by_name(company.erase(ledger, sealed))["customers"]
    assert (crm.changed, crm.late, crm.missing) == (1, 1, 1)
    assert not crm.is_whole
    assert [r[0] for r in customers(company)] == [1, 3, 5, 9]
    assert crm.left["what"].to_list() == ["changed", "late"]
    assert crm.sums(before).difference > 0  # the changed and the missing row are accounted for nowhere


def test_a_row_changed_between_two_runs_is_not_counted_as_deleted(company):
    ledger, sealed = company.ledger(), company.seal()
    plan = company.plans[0]
    work = company.tmp / "work" / "erase"
    with pytest.raises(_KilledError):
        erase(plan, open_source(company.crm), KEYS, ledger, sealed["crm", "customers"].rows, work, counting(1))
    with closing(sqlite3.connect(company.crm.path)) as db, db:
        db.execute("UPDATE customers SET name = '张一改' WHERE id = 1")
    again = erase(plan, open_source(company.crm), KEYS, ledger, sealed["crm", "customers"].rows, work, lambda: None)
    assert (again.changed, again.rows_deleted) == (1, 2)


def test_what_the_law_keeps_is_not_erased_before_it_is_sealed(company):
    ledger = company.ledger()
    plan = company.plans[0]
    result = erase(plan, open_source(company.crm), KEYS, ledger, None, company.tmp / "work", lambda: None)
    assert result.unsealed == 1
    assert [r[0] for r in customers(company)] == [2, 3, 4, 5]


def test_nothing_goes_that_is_not_in_the_ledger(company):
    empty = Ledger(read_ledger(company.tmp / "none").tokens)
    with pytest.raises(GuardError, match="not in the erasure ledger"):
        company.erase(empty, company.seal())
    assert len(customers(company)) == 6


def test_anonymising_in_place_is_refused_aloud(company):
    plan = company.plans[0]
    pairs = (*plan.dispositions[:3], Disposition(Release.NONE, Residue.ANONYMISE), *plan.dispositions[4:])
    with pytest.raises(StateError, match="anonymised"):
        erase(replace(plan, dispositions=pairs), open_source(company.crm), KEYS, company.ledger(), None,
              company.tmp / "w", lambda: None)  # fmt: skip


def test_equal_rows_without_a_key_are_counted_one_by_one(tmp_path):
    rows = [["张一", "13800000001"]] * 2 + [["钱五", "13800000005"]] * 3 + [["李二", "13800000002"]]
    columns = (d.column("name", FieldClass.PERSON_NAME), d.column("phone", FieldClass.PHONE))
    plan = d.plan_of(
        "l", "l", columns, rows, [d.PASS_DELETE] * 2 + [d.NONE_IN_USE] * 3 + [[d.NONE_IN_USE, d.NONE_DELETE]]
    )
    path = tmp_path / "l.csv"
    path.write_text("name,phone\n" + "".join(",".join(r) + "\n" for r in rows), "utf-8")
    source = Source(name="l", kind=SourceKind.CSV, path=path)
    ledger = write_ledger(
        tmp_path / "ledger", [(plan, d.batches_of(plan, rows))], link_ecb=d.LINK, replay_ecb=KEYS.replay_ecb
    )
    first = erase(plan, open_source(source), KEYS, ledger, None, tmp_path / "w", lambda: None)
    again = erase(plan, open_source(source), KEYS, ledger, None, tmp_path / "w", lambda: None)
    assert again == first
    assert (first.rows_deleted, first.rows_emptied, first.rows_after, first.is_whole) == (2, 1, 4, True)
    assert path.read_text("utf-8") == "name,phone\n" + "钱五,13800000005\n" * 3 + "李二,\n"


def test_a_file_that_loses_every_row_can_be_run_again(tmp_path):
    rows = [["t-1", "张一", "13800000001"], ["t-2", "李二", "13800000002"]]
    columns = (
        d.column("ticket_id", FieldClass.NOT_PI, personal=False),
        d.column("name", FieldClass.PERSON_NAME),
        d.column("phone", FieldClass.PHONE),
    )
    plan = d.plan_of("t", "t", columns, rows, [d.PASS_DELETE] * 2, key=("ticket_id",))
    path = tmp_path / "t.csv"
    path.write_text("ticket_id,name,phone\n" + "".join(",".join(r) + "\n" for r in rows), "utf-8")
    source = Source(name="t", kind=SourceKind.CSV, path=path)
    tables = [(plan, d.batches_of(plan, rows))]
    ledger = write_ledger(tmp_path / "ledger", tables, link_ecb=d.LINK, replay_ecb=KEYS.replay_ecb)
    first = erase(plan, open_source(source), KEYS, ledger, None, tmp_path / "w", lambda: None)
    assert erase(plan, open_source(source), KEYS, ledger, None, tmp_path / "w", lambda: None) == first
    assert (first.rows_deleted, first.rows_after) == (2, 0)


def test_a_column_that_went_with_its_last_row_is_no_obstacle_to_a_second_run(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text('{"id": "t-1", "wechat": "wx-1"}\n{"id": "t-2"}\n', "utf-8")
    rows = [["t-1", "wx-1"], ["t-2", None]]
    columns = (d.column("id", FieldClass.USER_ID), d.column("wechat", FieldClass.SOCIAL_ID))
    plan = d.plan_of("t", "t", columns, rows, [d.PASS_DELETE, d.NONE_IN_USE], key=("id",))
    source = Source(name="t", kind=SourceKind.JSONL, path=path)
    tables = [(plan, d.batches_of(plan, rows))]
    ledger = write_ledger(tmp_path / "ledger", tables, link_ecb=d.LINK, replay_ecb=KEYS.replay_ecb)
    first = erase(plan, open_source(source), KEYS, ledger, None, tmp_path / "w", lambda: None)
    assert path.read_text("utf-8") == '{"id": "t-2"}\n'
    assert erase(plan, open_source(source), KEYS, ledger, None, tmp_path / "w", lambda: None) == first


def test_no_work_file_holds_a_value(company):
    company.erase(company.ledger(), company.seal())
    shutil.rmtree(company.tmp / "data")
    for path in company.tmp.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for value in ("13800000001", "one@example.com", "张一", "pass-word-1", "李二"):
                assert value.encode() not in data, path

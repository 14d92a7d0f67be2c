import json
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from tests.unit.steps import decided_tables as d
from tests.unit.steps.destroy.small_company import TO_CUSTOMERS, Company

from bequest.kernel.errors import GuardError, InputError, StateError
from bequest.model.datamap import FieldClass
from bequest.model.disposition import Residue
from bequest.steps.destroy.custody import CustodySpec, seal_table
from bequest.steps.destroy.custody_bucket import (
    PARENTS,
    RECORDS,
    UNDATED,
    CustodyPlaces,
    destroy_bucket,
    last_day,
    open_bucket,
    write_manifests,
)

BUCKET = "2036-12"


@pytest.fixture
def company(tmp_path):
    return Company(tmp_path)


def opened(company, bucket=BUCKET):
    return open_bucket(company.tmp / "custody", bucket, company.key_for(f"custody/{bucket}"))


def test_what_is_kept_lies_in_the_bucket_of_its_due_month_and_opens_for_the_keeper(company):
    company.seal()
    assert sorted(p.name for p in (company.tmp / "custody").iterdir()) == ["2027-04", BUCKET]
    frames = opened(company)
    customers = frames["crm", "customers", RECORDS]
    assert customers["name"].to_list() == ["李二"]
    assert customers["password"].to_list() == ["pass-word-2"]
    assert frames["orders", "orders", RECORDS]["订单号"].to_list() == ["2026000002"]
    assert opened(company, "2027-04")["weblog", "weblog", RECORDS]["device_id"].to_list() == ["dev-aaaa-0002"]


def test_retained_children_carry_a_frozen_extract_of_their_parents(company):
    company.seal()
    parents = opened(company)["orders", "orders", PARENTS]
    assert parents.rows() == [("cust_no", "C0000002", "李二")]


def test_only_custody_cells_and_the_key_are_sealed(company):

    plan = company.plans[0]
    rows = plan.rows.with_columns(
        plan.rows["d:password"].replace(d.ALL.index(d.PASS_CUSTODY), d.ALL.index(d.NONE_DELETE))
    )
    company.plans = (replace(plan, rows=rows), *company.plans[1:])
    company.seal()
    sealed = opened(company)["crm", "customers", RECORDS]
    assert sealed["password"].to_list() == [None]
    assert sealed["id"].to_list() == ["2"]


def test_a_table_of_which_nothing_is_kept_is_not_read(company):
    plan = replace(company.plans[0], dispositions=tuple(replace(p, residue=Residue.DELETE) for p in d.ALL))
    places = CustodyPlaces(company.tmp / "custody", company.tmp / "work" / "custody", company.tmp / "private")

    def read():
        raise AssertionError("read")

    made = seal_table(
        plan, read, CustodySpec("demo", "cutover-1", "示例甲公司"), places, number=0, link_ecb=d.LINK,
        key_for=company.key_for, parents={}, guard=lambda: None,
    )  # fmt: skip
    assert (made.files, made.rows.height) == ((), 0)


def test_a_bucket_whose_records_name_no_parent_has_no_extract(company):
    columns = (d.column("no", FieldClass.ORDER_NO), d.column("cust_no", FieldClass.USER_ID))
    rows = [["7", None]]
    plan = d.plan_of("orders", "orders", columns, rows, [d.NONE_CUSTODY], key=("no",), relations=(TO_CUSTOMERS,))
    names = pl.DataFrame({"number": ["C1"], "name": ["张一"]})
    places = CustodyPlaces(company.tmp / "custody", company.tmp / "work" / "custody", company.tmp / "private")
    made = seal_table(
        plan, lambda: d.batches_of(plan, rows), CustodySpec("demo", "cutover-1", "示例甲公司"), places, number=0,
        link_ecb=d.LINK, key_for=company.key_for, parents={("crm", "customers", "cust_no"): names}, guard=lambda: None,
    )  # fmt: skip
    assert [(f.kind, f.n_rows) for f in made.files] == [(RECORDS, 1)]


def test_the_manifest_counts_and_names_nobody(company):
    company.seal()
    text = (company.tmp / "custody" / BUCKET / "manifest.json").read_text("utf-8")
    manifest = json.loads(text)
    assert manifest["due_after"] == "2036-12-31"
    assert sum(f["values"] for f in manifest["files"] if f["kind"] == RECORDS) == 7 + 3
    assert "李二" not in text
    assert "13800000002" not in text


def test_nothing_rests_in_clear(company):
    company.seal()
    assert not list((company.tmp / "private").rglob("*"))
    for path in (company.tmp / "custody").rglob("*.sealed"):
        assert "李二".encode() not in path.read_bytes()


class _KilledError(Exception):
    pass


@pytest.mark.parametrize("limit", range(4))
def test_sealing_killed_and_run_again_ends_the_same(company, limit):
    calls = []

    def guard():
        calls.append(1)
        if len(calls) > limit:
            raise _KilledError

    try:
        company.seal(guard)
    except _KilledError:
        assert not list((company.tmp / "private").rglob("*"))
    company.seal()
    assert {k: v.height for k, v in opened(company).items()} == {
        ("crm", "customers", RECORDS): 1,
        ("orders", "orders", RECORDS): 1,
        ("orders", "orders", PARENTS): 1,
    }


def test_sealing_again_after_the_source_is_empty_keeps_what_was_sealed(company):
    first = company.seal()
    company.erase(company.ledger(), first)
    again = company.seal()
    assert {k: v.files for k, v in again.items()} == {k: v.files for k, v in first.items()}
    assert opened(company)["crm", "customers", RECORDS].height == 1


def test_a_lost_or_changed_sealed_file_stops_everything(company):
    company.seal()
    [path] = (company.tmp / "custody" / "2027-04").glob("*.sealed")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(StateError, match="missing or was changed"):
        company.seal()


def test_a_wrong_key_or_a_file_moved_to_another_bucket_opens_nothing(company):
    company.seal()
    with pytest.raises(InputError):
        open_bucket(company.tmp / "custody", BUCKET, b"x" * 32)
    [mine] = (company.tmp / "custody" / "2027-04").glob("*.sealed")
    other = company.tmp / "custody" / BUCKET / "cutover-1.000.sealed"
    other.write_bytes(mine.read_bytes())
    with pytest.raises(InputError):
        opened(company)


def test_a_bucket_that_is_not_due_cannot_be_destroyed(company):
    company.seal()
    out = company.tmp / "custody"
    with pytest.raises(GuardError, match="not due"):
        destroy_bucket(out, BUCKET, lambda _: None, date(2036, 12, 31), reason="no reason helps before its month ends")
    (out / UNDATED).mkdir(exist_ok=True)
    (out / UNDATED / "manifest.json").write_text('{"case":"demo","files":[]}')
    for reason in ("", " "):
        with pytest.raises(GuardError, match="no month"):
            destroy_bucket(out, UNDATED, lambda _: None, date(2100, 1, 1), reason=reason)
    destroy_bucket(out, UNDATED, lambda _: None, date(2100, 1, 1), reason="counsel says so")


def test_a_due_bucket_loses_its_key_first_and_then_its_files_any_number_of_times(company):
    company.seal()
    folder = company.tmp / "custody" / BUCKET
    order = []

    def destroy_key(purpose):
        order.append((purpose, len(list(folder.glob("*.sealed")))))

    for _ in range(2):
        destroy_bucket(company.tmp / "custody", BUCKET, destroy_key, date(2037, 1, 1))
    assert order == [("custody/2036-12", 3), ("custody/2036-12", 0)]
    assert json.loads((folder / "manifest.json").read_text())["destroyed_on"] == "2037-01-01"
    with pytest.raises(StateError, match="destroyed on 2037-01-01"):
        opened(company)
    places = CustodyPlaces(company.tmp / "custody", company.tmp / "work" / "custody", company.tmp / "private")
    write_manifests(CustodySpec("demo", "cutover-2", "x"), places)
    assert json.loads((folder / "manifest.json").read_text())["destroyed_on"] == "2037-01-01"


def test_the_last_day_of_a_month():
    assert last_day("2036-12") == date(2036, 12, 31)
    assert last_day("2028-02") == date(2028, 2, 29)

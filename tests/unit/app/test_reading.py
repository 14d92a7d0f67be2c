"""Sources of a case: marked for the rehearsal, sampled, checked for changes, counted on their own."""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from tests.unit.app.conftest import DemoHome

from bequest.app.casefile import read_case_file
from bequest.app.reading import check_markers, check_schema, count_values, open_sources, read_table, samples
from bequest.app.run_discover import data_map
from bequest.demo import DemoCompany
from bequest.kernel.errors import DataMapError, GuardError, SourceError
from bequest.model.case import Case


def case_of(company: DemoCompany) -> Case:
    return read_case_file(company.case_file)


def test_a_rehearsal_works_on_copies_marked_for_it_alone(own_company: DemoCompany) -> None:
    case = case_of(own_company)
    check_markers(case, open_sources(case))
    other = replace(case, id="another-rehearsal")
    with pytest.raises(GuardError) as caught:
        check_markers(other, open_sources(other))
    for source in case.sources:
        assert source.name in caught.value.message
    assert caught.value.hint
    real = replace(case, rehearsal=False)
    check_markers(real, open_sources(real))


def test_only_the_source_without_its_marker_is_named(own_company: DemoCompany) -> None:
    with sqlite3.connect(own_company.sources / "crm.db") as db:
        db.execute("DROP TABLE bequest_rehearsal")
    db.close()
    case = case_of(own_company)
    with pytest.raises(GuardError) as caught:
        check_markers(case, open_sources(case))
    named = caught.value.message.partition("path of ")[2].partition(" is not")[0]
    assert named == "crm"


def test_a_source_that_is_not_there_is_named(own_company: DemoCompany) -> None:
    (own_company.sources / "loyalty.csv").unlink()
    with pytest.raises(SourceError, match="loyalty"):
        open_sources(case_of(own_company))


def test_every_table_is_sampled_with_its_columns_and_rows(planned: DemoHome) -> None:
    found = {t.table: t for t in samples(planned.ctx, case_of(planned.company))}
    assert set(planned.company.rows) == set(found)
    for name, sample in found.items():
        assert sample.why_not_scanned == ""
        assert sample.n_rows == planned.company.rows[name]
        assert sample.frame.columns == [c.name for c in sample.columns]
        assert set(sample.frame.dtypes) <= {pl.Utf8}
        assert 0 < sample.frame.height <= sample.n_rows


def test_a_sample_is_the_same_each_time(planned: DemoHome) -> None:
    one, two = (samples(planned.ctx, case_of(planned.company)) for _ in range(2))
    for a, b in zip(one, two, strict=True):
        assert a.frame.equals(b.frame)


def test_values_counted_at_the_source_are_those_the_company_wrote(planned: DemoHome) -> None:
    sums = json.loads((planned.company.truth / "sums.json").read_text(encoding="utf-8"))
    datamap = data_map(planned.ctx, planned.case_id)
    totals = count_values(planned.ctx, datamap, open_sources(case_of(planned.company)))
    assert {(t.source, t.table) for t in totals} == {(t.source, t.name) for t in datamap.tables if t.in_case}
    for t in totals:
        assert t.values == sums[t.source][t.table]["columns"][t.column], (t.table, t.column)


def test_a_table_is_read_whole_with_its_keys_and_the_progress_is_told(planned: DemoHome) -> None:
    told: list[tuple[str, int, int]] = []
    planned.ctx.progress = lambda *x: told.append(x)
    table = data_map(planned.ctx, planned.case_id).table("crm", "customers")
    source = open_sources(case_of(planned.company))["crm"]
    rows = pl.concat(list(read_table(planned.ctx, source, table, "link")))
    assert rows.height == table.n_rows
    assert rows.columns == ["__key", *(c.name for c in table.columns)]
    assert rows["__key"].n_unique() == rows.height
    assert told[-1] == ("link crm.customers", table.n_rows, table.n_rows)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("ALTER TABLE customers ADD COLUMN nickname TEXT", ["crm.customers"]),
        ("ALTER TABLE customers RENAME COLUMN wechat TO weixin", ["crm.customers"]),
        ("ALTER TABLE addresses DROP COLUMN detail", ["crm.addresses"]),
        ("CREATE TABLE visits(id INTEGER PRIMARY KEY, cust_no TEXT)", ["crm.visits"]),
        ("DROP TABLE objections", ["crm.objections"]),
        ("INSERT INTO shops SELECT max(id) + 1, 'new', 'city' FROM shops", []),
        ("UPDATE customers SET remark = NULL", []),
    ],
)
def test_a_schema_that_changed_since_discovery_is_named_and_rows_are_no_schema(
    planned: DemoHome, own_company: DemoCompany, change: str, named: list[str]
) -> None:
    datamap = data_map(planned.ctx, planned.case_id)
    with sqlite3.connect(own_company.sources / "crm.db") as db:
        db.execute(change)
    db.close()
    sources = open_sources(case_of(own_company))
    if not named:
        check_schema(datamap, sources)
        return
    with pytest.raises(DataMapError) as caught:
        check_schema(datamap, sources)
    assert caught.value.message.rpartition(": ")[2].split(", ") == named
    assert "bequest discover" in caught.value.hint


def test_a_column_more_in_a_file_is_a_changed_schema_too(planned: DemoHome, own_company: DemoCompany) -> None:
    path: Path = own_company.sources / "loyalty.csv"
    lines = path.read_bytes().decode("gb18030").splitlines()
    path.write_bytes("\n".join([lines[0] + ",tier", *(f"{line},1" for line in lines[1:])]).encode("gb18030"))
    with pytest.raises(DataMapError, match=r"loyalty\.loyalty"):
        check_schema(data_map(planned.ctx, planned.case_id), open_sources(case_of(own_company)))

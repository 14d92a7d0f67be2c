"""Rows anonymised in place: new values, k people, crashes, people on hold, the balance; on every kind of store."""

import re
from collections import Counter
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.steps import decided_tables as d
from tests.unit.steps.destroy.in_place_tables import KEYS, ROWS, WAYS, left, planned, run, store

from bequest.kernel.errors import LeaseError, SourceError, StateError
from bequest.model.case import SourceKind
from bequest.sources import (
    mariadb_putting,
    open_source,
    postgresql_putting,
    postgresql_writing,
    sqlite_putting,
    sqlite_writing,
)
from bequest.sources import mariadb_writing as mariadb_rows
from bequest.steps.destroy.alike import measure

SERVERS = {SourceKind.POSTGRESQL: "postgres", SourceKind.MARIADB: "mariadb"}
FILES = [SourceKind.SQLITE, SourceKind.CSV, SourceKind.PARQUET, SourceKind.XLSX, SourceKind.JSONL]
ALL_TURN = [d.MASK_DELETE] * len(ROWS)  # the place of TURN


def server_of(kind, request):
    return request.getfixturevalue(SERVERS[kind]) if kind in SERVERS else None


def measured(plan, result, source, work):
    found = measure(plan, result, source, KEYS, work, number=0, reason="r")
    assert found is not None
    return found


@pytest.fixture
def small_batches(monkeypatch):
    for module in (
        sqlite_putting,
        sqlite_writing,
        postgresql_putting,
        postgresql_writing,
        mariadb_rows,
        mariadb_putting,
    ):
        monkeypatch.setattr(module, "BATCH", 4)
    monkeypatch.setattr(mariadb_putting, "_AT_ONCE", 4)


@pytest.mark.parametrize("kind", [*FILES, *SERVERS])
def test_rows_keep_what_points_to_nobody_and_rows_of_too_few_people_go(kind, tmp_path, request):
    source = store(kind, ROWS, tmp_path, server_of(kind, request))
    ways = WAYS | {"card": "drop", "birth": "drop"}
    plan = planned(kind, ROWS, ALL_TURN, k=4, ways=ways)
    result = run(plan, source, tmp_path)
    rows = left(source)
    assert len(rows) == result.rows_after == 29  # one lived in a city of his own
    assert len(result.too_few) == result.rows_deleted == 1
    assert {r["name"] for r in rows} == {r["note"] for r in rows} == {r["card"] for r in rows} == {None}
    assert {r["mobile"] for r in rows} == {"0"}
    bands = {"20.00", "30.00"} if kind in SERVERS else {"[20, 30)", "[30, 40)"}
    assert {r["age"] for r in rows} == bands
    assert min(Counter((r["age"], r["city"]) for r in rows).values()) >= 4
    assert sorted(r["paid"] for r in rows) == sorted(r[7] for r in ROWS[:29])
    said = measured(plan, result, source, tmp_path)
    assert said.holds
    assert (said.rows, said.rows_too_few, said.k) == (29, 1, 4)
    assert result.sums({c.name: 30 for c in plan.columns}).difference == 0
    assert result.sums({c.name: 30 for c in plan.columns}).anonymised == 29 * 9
    again = run(plan, source, tmp_path)
    assert again == result
    assert left(source) == rows


@pytest.mark.parametrize("kind", [SourceKind.SQLITE, SourceKind.CSV, *SERVERS])
def test_killed_before_any_batch_and_run_again_it_ends_the_same(kind, tmp_path, request, small_batches):
    ways = WAYS | {"card": "drop"}
    decided = [d.NONE_DELETE if i % 7 == 0 else d.MASK_DELETE for i in range(len(ROWS))]
    plan = planned(kind, ROWS, decided, k=2, ways=ways)
    whole = store(kind, ROWS, tmp_path, server_of(kind, request))
    calls = count()
    expected = run(plan, whole, _new(tmp_path / "whole"), lambda: next(calls))
    rows, n = left(whole), next(calls)
    assert n > (4 if kind is not SourceKind.CSV else 2)
    for point in range(n):
        source = store(kind, ROWS, tmp_path, server_of(kind, request))
        work = _new(tmp_path / f"killed-{point}")
        with pytest.raises(LeaseError):
            run(plan, source, work, _dying(point))
        assert run(plan, source, work) == expected
        assert left(source) == rows
        assert measured(plan, expected, source, work).holds


def test_a_person_who_comes_on_hold_takes_those_along_who_looked_like_him(tmp_path, monkeypatch):
    """Three people look alike, k = 3; a run dies when two of them are anonymised, and the third is then on hold."""
    rows = [(*r[:4], "1980-01-01", *(("20", "沪") if i < 3 else ("30", "京")), *r[7:]) for i, r in enumerate(ROWS[:9])]
    plan = planned(
        SourceKind.SQLITE, rows, [d.MASK_DELETE] * len(rows), k=3, ways=WAYS | {"card": "drop", "birth": "drop"}
    )
    source = store(SourceKind.SQLITE, rows, tmp_path)
    monkeypatch.setattr(sqlite_putting, "BATCH", 2)
    with pytest.raises(LeaseError):
        run(plan, source, tmp_path, _dying(2))
    turned = [r for r in left(source) if r["name"] is None]
    assert [r["id"] for r in turned] == ["0", "1"]
    result = run(plan, source, tmp_path, held=[2])
    rows_left = left(source)
    assert sorted(str(r["id"]) for r in rows_left) == ["2", "3", "4", "5", "6", "7", "8"]
    assert [r["name"] for r in rows_left if r["name"]] == ["人2"]
    assert measured(plan, result, source, tmp_path).holds
    totals = {c.name: sum(1 for r in rows if r[i]) for i, c in enumerate(plan.columns)}
    assert result.sums(totals).difference == 0
    assert result.sums(totals).blocked == 9


def test_tokens_put_a_person_together_so_that_all_his_rows_count(tmp_path):
    rows = [
        (str(i), f"人{i // 2}", "1", f"C{i // 2}", "1980-01-01", "20", c, "1", "n")
        for i, c in enumerate("沪京沪京沪穗")
    ]
    plan = planned(
        SourceKind.CSV, rows, [d.MASK_DELETE] * 6, k=2, ways=WAYS | {"birth": "drop"}, subjects=[0, 0, 1, 1, 2, 2]
    )
    source = store(SourceKind.CSV, rows, tmp_path)
    result = run(plan, source, tmp_path)
    found = left(source)
    assert [r["city"] for r in found].count("沪") == 2  # the third was in two cities that nobody else was in
    assert len({r["card"] for r in found}) == 2
    assert all(re.fullmatch(r"[0-9a-f]{32}", str(r["card"])) for r in found)
    assert len(result.too_few) == 2


def test_what_the_measuring_does_not_find_again_is_not_called_anonymous(tmp_path):
    plan = planned(SourceKind.CSV, ROWS, ALL_TURN, k=2, ways=WAYS | {"card": "drop", "birth": "drop"})
    source = store(SourceKind.CSV, ROWS, tmp_path)
    result = run(plan, source, tmp_path)
    assert measured(plan, result, source, tmp_path).holds
    text = source.path.read_text("utf-8")
    source.path.write_text(text.replace("沪", "沪上某人", 1), "utf-8")  # somebody writes to it afterwards
    found = measured(plan, result, open_source(source.spec), tmp_path)
    assert found.rows_found == found.rows - 1
    assert not found.holds


def test_a_row_that_stays_somebodys_in_part_is_refused_before_anything_runs(tmp_path):
    mixed = [[d.MASK_DELETE] * 8 + [d.PASS_IN_USE], *ALL_TURN[1:]]
    plan = planned(SourceKind.CSV, ROWS, mixed, k=2)
    source = store(SourceKind.CSV, ROWS, tmp_path)
    before = source.path.read_bytes()
    with pytest.raises(StateError, match="note"):
        run(plan, source, tmp_path)
    assert source.path.read_bytes() == before


@pytest.mark.parametrize("kind", list(SERVERS))
def test_what_a_server_would_refuse_is_refused_before_anything_is_changed(kind, tmp_path, request):
    source = store(kind, ROWS, tmp_path, server_of(kind, request))
    plan = planned(kind, ROWS, ALL_TURN, k=2, ways=WAYS | {"card": "fixed:C", "birth": "drop"})
    before = left(source)
    with pytest.raises(SourceError, match=r"card \(unique\)"):
        run(plan, source, tmp_path)
    assert left(source) == before


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_is_decided_the_values_balance_and_k_people_look_alike(data, tmp_path_factory):
    tmp = tmp_path_factory.mktemp("any")
    n = data.draw(st.integers(1, 12))
    fates = [d.NONE_DELETE, d.MASK_DELETE, d.MASK_DELETE, d.PASS_IN_USE, d.NONE_BLOCKED]
    decided = [data.draw(st.sampled_from(fates)) for _ in range(n)]
    rows = [
        (str(i), "人", "1", f"C{i}", "1980-01-01", "20", data.draw(st.sampled_from("沪京")), "1", "") for i in range(n)
    ]
    subjects = [data.draw(st.integers(0, 6)) for _ in range(n)]
    k = data.draw(st.integers(2, 4))
    key = data.draw(st.sampled_from([("id",), ()]))
    kind = data.draw(st.sampled_from([SourceKind.CSV, SourceKind.JSONL]))
    ways = WAYS | ({} if data.draw(st.booleans()) else {"card": "drop"}) | ({} if key else {"id": "drop"})
    plan = planned(kind, rows, decided, k=k, key=key, ways=ways, subjects=subjects)
    source = store(kind, rows, tmp)
    held = data.draw(st.lists(st.integers(0, 6), max_size=2))
    if data.draw(st.booleans()):
        with suppress(LeaseError):
            run(plan, source, tmp, _dying(data.draw(st.integers(0, 3))))
    result = run(plan, source, tmp, held=held)
    totals = {c.name: sum(1 for r in rows if r[i]) for i, c in enumerate(plan.columns)}
    assert result.sums(totals).difference == 0
    assert result.is_whole
    said = measure(plan, result, source, KEYS, tmp, number=0, reason="r")
    assert said is None or said.holds
    assert said is None or said.rows + said.rows_too_few + len(result.held) >= decided.count(d.MASK_DELETE)


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _dying(after: int):
    """A guard that agrees so many times."""
    calls = count()

    def guard() -> None:
        if next(calls) >= after:
            raise LeaseError("the lease is lost")

    return guard

"""The four scenarios, each event once with a small company: to a verified bundle, scored against its truth file."""

import base64
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.e2e.whole_case import IN_CASE, KEYS, TableKey, WholeCase, as_text
from tests.unit.demo.reading import has_value

from bequest.app.context import open_context
from bequest.app.make_report import make_report
from bequest.app.open_custody import open_custody
from bequest.app.run_plan import crime_meters
from bequest.crypto.age import generate_identity
from bequest.demo.logistics import LOGISTICS_TABLES
from bequest.evidence.verify import verify_bundle
from bequest.kernel.codec import decode
from bequest.kernel.errors import DeliveryError
from bequest.model.disposition import Disposition

EVENTS = ("E3", "E7", "E8", "E9", "E10", "E11")
ENDS = ("E7", "E9")
GONE = {"delete", "custody"}
Cell = tuple[str, str, str, str]
Play = Callable[[str], WholeCase]


def tables_of(whole: WholeCase) -> dict[TableKey, tuple[str, ...]]:
    """The tables in the case, each with its key."""
    if whole.event == "E11":
        return {(t.source, t.name): t.key for t in LOGISTICS_TABLES if t.in_case}
    return {t: KEYS[t] for t in IN_CASE}


def rows_of(whole: WholeCase, table: TableKey, folder: Path) -> list[dict[str, Any]]:
    """The rows of a table, read by plain readers; `folder` holds `sources`."""
    if whole.event != "E11":
        return list((whole.after if folder == whole.out else whole.before)[table])
    with closing(sqlite3.connect(folder / "sources" / "shipping.db")) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(f"SELECT * FROM {table[1]} ORDER BY 1")]


def key_of(keys: tuple[str, ...], number: int, row: dict[str, Any]) -> str:
    return "\x1f".join(str(row[k]) for k in keys) if keys else str(number)


def decided(whole: WholeCase) -> Iterator[tuple[Cell, str, tuple[str, str]]]:
    """Cell, lot, pair: the product's own decided rows, in the order of the plain readers."""
    work = whole.kept_case("closing") / "work" / "decided"
    dispositions = [decode(Disposition, d) for d in json.loads((work / "dispositions.json").read_text())]
    pairs = [(d.release.value, d.residue.value) for d in dispositions]
    for (source, table), keys in tables_of(whole).items():
        rows = rows_of(whole, (source, table), whole.kept / "before")
        first = pl.read_parquet(work / f"{source}.{table}.parquet").sort("row_no").rename({"row_no": "pos"})
        further = work / f"{source}.{table}.shares.parquet"
        frames = [first, *([pl.read_parquet(further)] if further.is_file() else [])]
        for line in (line for frame in frames for line in frame.iter_rows(named=True)):
            row = rows[line["pos"]]
            key = key_of(keys, line["pos"], row)
            for column, value in row.items():
                if has_value(value):
                    yield (source, table, key, column), line["lot"], pairs[line[f"d:{column}"]]


def true(whole: WholeCase) -> dict[tuple[Cell, str], tuple[str, str]]:
    frame = whole.truth("outcomes").select("source", "table", "row_key", "column", "lot", "release", "residue")
    return {((s, t, k, c), lot): (a, b) for s, t, k, c, lot, a, b in frame.iter_rows()}


@pytest.mark.parametrize("event", EVENTS)
def test_every_value_ends_as_the_truth_file_says(scenario: Play, event: str) -> None:
    whole = scenario(event)
    truth = true(whole)
    found = {(cell, lot): pair for cell, lot, pair in decided(whole)}
    wrong = [(k, truth.get(k), found.get(k)) for k in truth.keys() | found.keys() if truth.get(k) != found.get(k)]
    assert sorted(wrong, key=str)[:6] == []
    assert len(set(truth.values())) > 1


@pytest.mark.parametrize("event", EVENTS)
def test_the_bundle_verifies(scenario: Play, event: str) -> None:
    whole = scenario(event)
    report = verify_bundle(whole.bundle, whole.trust, rehearsal=True)
    assert [c.code for c in report.checks if not c.ok] == []
    assert report.complete
    assert ("claims.nothing_released" in {c.code for c in report.checks}) == (event in ENDS)
    receipts = [*whole.bundle.rglob("receipt-*.json")]
    assert bool(receipts) == (event not in ENDS)


@pytest.mark.parametrize("event", EVENTS)
def test_the_sources_hold_what_stays_and_nothing_else(scenario: Play, event: str) -> None:
    whole = scenario(event)
    residue: dict[Cell, str] = {}
    for (cell, _), (_, then) in true(whole).items():
        residue[cell] = then
    for table, keys in tables_of(whole).items():
        if keys:
            after = {key_of(keys, n, row): row for n, row in enumerate(rows_of(whole, table, whole.out))}
            assert list(_differences(whole, table, after, residue))[:6] == []


def _differences(
    whole: WholeCase, table: TableKey, after: dict[str, dict[str, Any]], residue: dict[Cell, str]
) -> Iterator[tuple[object, ...]]:
    keys = tables_of(whole)[table]
    for n, row in enumerate(rows_of(whole, table, whole.kept / "before")):
        key = key_of(keys, n, row)
        for column, value in row.items():
            if not has_value(value) or column in keys:
                continue
            now = after.get(key, {}).get(column)
            if residue[(*table, key, column)] in GONE:
                if has_value(now):
                    yield (*table, key, column, "still there")
            elif as_text(now) != as_text(value):
                yield (*table, key, column, "changed or gone")


@pytest.mark.parametrize("event", ENDS)
def test_the_keeper_opens_what_is_kept_and_nobody_else_does(scenario: Play, event: str) -> None:
    whole = scenario(event)
    opened = open_custody(whole.case / "custody", whole.out / "keys" / "keeper.age")
    kept = {(cell[0], cell[1], cell[2]) for (cell, _), (_, then) in true(whole).items() if then == "custody"}
    assert sum(b.rows for b in opened) == len(kept)
    assert all(b.until for b in opened)
    stranger = whole.root / "stranger.age"
    stranger.write_text(generate_identity().secret + "\n")
    with pytest.raises(DeliveryError):
        open_custody(whole.case / "custody", stranger)


@pytest.mark.parametrize("event", ENDS)
def test_everybody_is_told_that_the_company_ends(scenario: Play, event: str) -> None:
    whole = scenario(event)
    (notice,) = [json.loads(p.read_text("utf-8")) for p in whole.bundle.rglob("notice-*.json")]
    assert notice["route"] == "ENDING"
    assert "2027-03-31" in notice["silence_zh"]
    texts = {item["id"] for item in notice["items"]}
    assert {"service_ends", "keeper", "who_acts"} <= texts
    told = pl.read_parquet(whole.case / "work" / "notices.parquet")
    assert set(told["state"]) == {"delivered", "published"}
    own = whole.truth("persons").filter(pl.col("kind").is_in(["customer", "enterprise_contact"]) & pl.col("profile"))
    assert told.height >= own.height


def test_people_in_no_lot_of_a_bankrupt_company_are_told_that_it_ends(scenario: Play) -> None:
    whole = scenario("E8")
    told = pl.read_parquet(whole.case / "work" / "notices.parquet")
    outside = told.filter(pl.col("lots") == "-")
    assert outside.height > 0
    assert set(outside["state"]) <= {"delivered", "published"}
    routes = {json.loads(p.read_text("utf-8"))["route"] for p in whole.bundle.rglob("notice-*.json")}
    assert routes == {"PIPL-22", "ENDING"}
    deliveries = {p.name for p in whole.bundle.rglob("delivery-*.dsse.json")}
    assert len(deliveries) == 2


def test_the_carriers_letter_stands_behind_the_waybills_that_stay(scenario: Play) -> None:
    whole = scenario("E11")
    (letter,) = whole.bundle.rglob("held-carrier-*.txt")
    assert "运单历史" in letter.read_text("utf-8")
    predicate = _certificate(whole)
    kept = {k["custodian"]: k["what_en"] for k in predicate["kept"]}
    assert "carrier" in kept["示例速运有限公司"]
    assert "account_users" not in {t["table"] for t in predicate["tables"]}


@pytest.mark.parametrize("event", ["E10", "E11"])
def test_few_agree_and_what_would_be_provided_is_held_against_the_numbers(scenario: Play, event: str) -> None:
    whole = scenario(event)
    ctx = open_context(whole.home)
    with ctx.store.transaction() as tx:
        latest = tx.populations.latest(whole.case_id)
    assert latest is not None
    assert sum(m.items for m in crime_meters(ctx.case(whole.case_id).case, latest.population)) > 0
    ctx.store.close()
    pairs = [pair for (_, lot), pair in true(whole).items() if lot]
    assert 0 < sum(release != "none" for release, _ in pairs) < len(pairs) / 2


def _certificate(whole: WholeCase) -> dict[str, Any]:
    envelope = json.loads(next(whole.bundle.rglob("certificate.dsse.json")).read_text("utf-8"))
    found: dict[str, Any] = json.loads(base64.b64decode(envelope["payload"]))["predicate"]
    return found


@pytest.mark.parametrize("event", EVENTS)
def test_the_court_view_holds_no_value_of_a_customer(scenario: Play, event: str) -> None:
    whole = scenario(event)
    ctx = open_context(whole.home)
    pages = [make_report(ctx, whole.case_id, lang, view="court").read_text("utf-8") for lang in ("zh", "en")]
    ctx.store.close()
    seeded = [v for kinds in whole.truth_json("seeded").values() for kind in kinds.values() for v in kind]
    assert len(seeded) > 50
    for page in pages:
        assert [v for v in seeded if len(v) > 3 and v in page] == []
        assert all(p.sha256[:4] in page for p in ctx.case(whole.case_id).case.papers)

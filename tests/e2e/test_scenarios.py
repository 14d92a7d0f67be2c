"""The four scenarios, each event once with a small company: to a verified bundle, scored against its truth file."""

import json
from collections.abc import Callable, Iterator

import polars as pl
import pytest
from tests.e2e.whole_case import IN_CASE, KEYS, TableKey, WholeCase, as_text, row_key
from tests.unit.demo.reading import has_value

from bequest.app.open_custody import open_custody
from bequest.crypto.age import generate_identity
from bequest.evidence.verify import verify_bundle
from bequest.kernel.codec import decode
from bequest.kernel.errors import DeliveryError
from bequest.model.disposition import Disposition

SHOP = ("E3", "E7", "E8", "E9", "E10")
ENDS = ("E7", "E9")
GONE = {"delete", "custody"}
Cell = tuple[str, str, str, str]
Play = Callable[[str], WholeCase]


def decided(whole: WholeCase) -> Iterator[tuple[Cell, str, tuple[str, str]]]:
    """Cell, lot, pair: the product's own decided rows, in the order of the plain readers."""
    work = whole.kept_case("closing") / "work" / "decided"
    dispositions = [decode(Disposition, d) for d in json.loads((work / "dispositions.json").read_text())]
    pairs = [(d.release.value, d.residue.value) for d in dispositions]
    for source, table in IN_CASE:
        rows = whole.before[source, table]
        first = pl.read_parquet(work / f"{source}.{table}.parquet").sort("row_no").rename({"row_no": "pos"})
        further = work / f"{source}.{table}.shares.parquet"
        frames = [first, *([pl.read_parquet(further)] if further.is_file() else [])]
        for line in (line for frame in frames for line in frame.iter_rows(named=True)):
            row = rows[line["pos"]]
            key = row_key((source, table), line["pos"], row)
            for column, value in row.items():
                if has_value(value):
                    yield (source, table, key, column), line["lot"], pairs[line[f"d:{column}"]]


def true(whole: WholeCase) -> dict[tuple[Cell, str], tuple[str, str]]:
    frame = whole.truth("outcomes").select("source", "table", "row_key", "column", "lot", "release", "residue")
    return {((s, t, k, c), lot): (a, b) for s, t, k, c, lot, a, b in frame.iter_rows()}


@pytest.mark.parametrize("event", SHOP)
def test_every_value_ends_as_the_truth_file_says(scenario: Play, event: str) -> None:
    whole = scenario(event)
    truth = true(whole)
    found = {(cell, lot): pair for cell, lot, pair in decided(whole)}
    wrong = [(k, truth.get(k), found.get(k)) for k in truth.keys() | found.keys() if truth.get(k) != found.get(k)]
    assert sorted(wrong, key=str)[:6] == []
    assert len(set(truth.values())) > 1


@pytest.mark.parametrize("event", SHOP)
def test_the_bundle_verifies(scenario: Play, event: str) -> None:
    whole = scenario(event)
    report = verify_bundle(whole.bundle, whole.trust, rehearsal=True)
    assert [c.code for c in report.checks if not c.ok] == []
    assert report.complete
    receipts = [*whole.bundle.rglob("receipt-*.json")]
    assert bool(receipts) == (event not in ENDS)


@pytest.mark.parametrize("event", SHOP)
def test_the_sources_hold_what_stays_and_nothing_else(scenario: Play, event: str) -> None:
    whole = scenario(event)
    residue: dict[Cell, str] = {}
    for (cell, _), (_, then) in true(whole).items():
        residue[cell] = then
    for table in (t for t in IN_CASE if KEYS[t]):
        after = {row_key(table, n, row): row for n, row in enumerate(whole.after[table])}
        wrong = list(_differences(whole, table, after, residue))
        assert wrong[:6] == []


def _differences(
    whole: WholeCase, table: TableKey, after: dict[str, dict[str, object]], residue: dict[Cell, str]
) -> Iterator[tuple[object, ...]]:
    for n, row in enumerate(whole.before[table]):
        key = row_key(table, n, row)
        for column, value in row.items():
            if not has_value(value) or column in KEYS[table]:
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

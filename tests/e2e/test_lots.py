"""Two lots to two receivers on two routes, a third shop outside: everything is as the truth file says, for each lot.

The truth is the demo's own knowledge of its people; the product is not asked what should be.
"""

import io
import json
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest
from tests.e2e.test_truth import GONE, Cell, cmac, filled_cells, key_of, some
from tests.e2e.whole_case import IN_CASE, KEYS, WholeCase, as_text, row_key
from tests.unit.demo.reading import has_value

from bequest.app.home_master import HomeMaster
from bequest.app.receive import receive_package
from bequest.crypto.keys import FileKeyProvider
from bequest.crypto.sealing import open_bytes
from bequest.kernel.codec import decode
from bequest.model.disposition import Disposition
from bequest.store.boot import open_store

LOTS = {"shop-12": "buyer", "shop-13": "second-buyer"}
LotCell = tuple[str, Cell]


@cache
def truth(whole: WholeCase) -> dict[LotCell, tuple[str, str]]:
    """Lot (empty: outside) and value → release and residue."""
    frame = whole.truth("outcomes")
    rows = frame.select("lot", "source", "table", "row_key", "column", "release", "residue").iter_rows()
    return {(lot, (s, t, k, c)): (release, residue) for lot, s, t, k, c, release, residue in rows}


@cache
def decided(whole: WholeCase) -> dict[LotCell, tuple[str, str]]:
    """What the product decided for every value in each of its lots."""
    work = whole.kept_case("closing") / "work" / "decided"
    dispositions = [decode(Disposition, d) for d in json.loads((work / "dispositions.json").read_text())]
    pairs = [(d.release.value, d.residue.value) for d in dispositions]
    found: dict[LotCell, tuple[str, str]] = {}
    for table in IN_CASE:
        rows = whole.before[table]
        name = f"{table[0]}.{table[1]}"
        entries = list(enumerate(pl.read_parquet(work / f"{name}.parquet").iter_rows(named=True)))
        shares = work / f"{name}.shares.parquet"
        if shares.is_file():
            entries += [(r["pos"], r) for r in pl.read_parquet(shares).iter_rows(named=True)]
        for n, entry in entries:
            for column, value in rows[n].items():
                if has_value(value):
                    cell = (*table, row_key(table, n, rows[n]), column)
                    found[(entry["lot"], cell)] = pairs[entry[f"d:{column}"]]
    return found


def test_every_value_has_its_outcome_in_each_lot_it_lies_in(two_lots: WholeCase) -> None:
    want, got = truth(two_lots), decided(two_lots)
    assert some(want.keys() ^ got.keys()) == []
    assert some((cell, want[cell], got[cell]) for cell in want if want[cell] != got[cell]) == []
    assert {cell for _, cell in want} == filled_cells(two_lots).keys()


def test_a_person_in_two_lots_has_two_decisions_and_one_copy_at_the_source(two_lots: WholeCase) -> None:
    by_cell: dict[Cell, dict[str, tuple[str, str]]] = defaultdict(dict)
    for (lot, cell), pair in truth(two_lots).items():
        by_cell[cell][lot] = pair
    twice = [pairs for pairs in by_cell.values() if len(pairs) > 1]
    assert len(twice) > 200
    assert all(len({residue for _, residue in pairs.values()}) == 1 for pairs in twice)
    assert sum(len({release for release, _ in pairs.values()}) > 1 for pairs in twice) > 50
    assert sum(tuple(pairs) == ("",) for pairs in by_cell.values()) > 300, "the third shop is outside"


def test_counts_tie_per_lot_and_in_total_on_both_axes(two_lots: WholeCase) -> None:
    with open_store(two_lots.home).transaction() as tx:
        latest = tx.populations.latest(two_lots.case_id)
    assert latest is not None
    population = latest.population
    released = Counter((lot, *cell[:2], cell[3], pair[0]) for (lot, cell), pair in truth(two_lots).items())
    residue = Counter(
        (*cell[:2], cell[3], pair[1]) for cell, pair in {c: p for (_, c), p in truth(two_lots).items()}.items()
    )
    got: Counter[tuple[str, ...]] = Counter()
    for lot in (*LOTS, ""):
        for c in population.released_to(lot):
            got[(lot, c.source, c.table, c.column, c.release.value)] += c.values
    assert +got == released
    at_source: Counter[tuple[str, ...]] = Counter()
    for c in population.counts:
        at_source[(c.source, c.table, c.column, c.residue.value)] += c.values
    assert +at_source == residue
    assert sum(at_source.values()) == sum(t.values for t in population.totals) == len(filled_cells(two_lots))
    assert population.conserved() == population.lots_conserved() == ()


def test_the_sources_hold_exactly_what_stays(two_lots: WholeCase) -> None:
    ends = {cell: residue for (_, cell), (_, residue) in truth(two_lots).items()}
    for table in IN_CASE:
        if not KEYS[table]:
            continue
        expected: dict[str, dict[str, Any]] = {}
        for n, row in enumerate(two_lots.before[table]):
            key = row_key(table, n, row)
            stays = {c for c, v in row.items() if has_value(v) and ends[(*table, key, c)] not in GONE}
            if stays:
                stays |= set(KEYS[table])
                expected[key] = {c: v if c in stays else None for c, v in row.items()}
        found = {row_key(table, n, row): row for n, row in enumerate(two_lots.after[table])}
        assert some(found.keys() ^ expected.keys()) == [], table
        assert some(
            (table, key, c) for key, row in found.items() for c, v in row.items()
            if (v if has_value(v) else None) != expected[key][c]
        ) == []  # fmt: skip


@cache
def received(whole: WholeCase, party: str) -> dict[str, list[dict[str, Any]]]:
    """`source.table` → rows, as the party's packages of all waves hold them; a later wave replaces a row."""
    lot = next(lot for lot, p in LOTS.items() if p == party)
    tables: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for bag in sorted((whole.out / "receiver").glob(f"*-{lot}-w*/bag")):
        for path in sorted(bag.glob("data/*/*/part-*.parquet")):
            for row in pq.read_table(path).to_pylist():
                tables[f"{path.parts[-3]}.{path.parts[-2]}"][row["__row"]] = row
    return {name: list(rows.values()) for name, rows in tables.items()}


@pytest.mark.parametrize("lot", LOTS)
def test_each_receiver_holds_exactly_what_is_released_to_it(two_lots: WholeCase, lot: str) -> None:
    key = key_of(two_lots, "certified", f"recipient/{LOTS[lot]}")
    held: dict[Cell, str] = {}
    for name, rows in received(two_lots, LOTS[lot]).items():
        source, table = name.split(".")
        tokens = {
            cmac(key, f"row\x1f{source}\x1f{table}\x1f{k}").hex(): k
            for k in (row_key((source, table), n, r) for n, r in enumerate(two_lots.before[source, table]))
        }
        for row in rows:
            for column, value in row.items():
                if column != "__row" and value is not None and value.strip():
                    held[source, table, tokens[row["__row"]], column] = value
    released = {cell: pair[0] for (where, cell), pair in truth(two_lots).items() if where == lot and pair[0] != "none"}
    assert some(held.keys() - released.keys()) == []
    missing = released.keys() - held.keys()
    assert len([c for c in missing if c[3] != "birthday"]) == 0
    assert len(missing) < 5
    assert len(held) > 500
    before = filled_cells(two_lots)
    phones = [c for c in held if released[c] == "as_is" and c[3] in {"mobile", "phone", "手机"}]
    assert phones
    assert [c for c in phones if held[c] != as_text(before[c])] == []


def test_the_tokens_of_two_receivers_cannot_be_joined(two_lots: WholeCase) -> None:
    tokens = {
        party: {v for rows in received(two_lots, party).values() for row in rows
                for c, v in row.items() if c in {"__row", "cust_no", "客户编号"} and v}
        for party in LOTS.values()
    }  # fmt: skip
    assert all(len(t) > 100 for t in tokens.values())
    assert tokens["buyer"] & tokens["second-buyer"] == set()


def test_each_receiver_opens_its_own_packages_only(two_lots: WholeCase, tmp_path: Path) -> None:
    packages = sorted((two_lots.case / "delivery").iterdir())
    assert {p.name.removeprefix("delivery-demo-e5-") for p in packages} >= {"shop-12-w1", "shop-13-w1", "shop-13-w2"}
    for package in packages:
        mine = "buyer" if "shop-12" in package.name else "second-buyer"
        other = next(p for p in LOTS.values() if p != mine)
        assert receive_package(package, two_lots.out / "keys" / f"{mine}.age", tmp_path / package.name).counts
        with pytest.raises(Exception, match=r"identity|open|key"):
            receive_package(package, two_lots.out / "keys" / f"{other}.age", tmp_path / f"{package.name}-x")


def test_every_wave_is_signed_for_by_its_own_receiver_before_anything_is_destroyed(two_lots: WholeCase) -> None:
    with open_store(two_lots.home).transaction() as tx:
        deliveries = tx.deliveries.list(two_lots.case_id)
        signers = {d.delivery_id: tx.receipts.of(two_lots.case_id, d.delivery_id)[0].signer for d in deliveries}
        events = [e.event_id for e in tx.outbox.all(two_lots.case_id)]
    assert {(d.lot, d.wave) for d in deliveries} >= {("shop-12", 1), ("shop-13", 1), ("shop-13", 2)}
    assert {signers[d.delivery_id] for d in deliveries if d.lot == "shop-12"} == {"su-muyun"}
    assert {signers[d.delivery_id] for d in deliveries if d.lot == "shop-13"} == {"fang-zhixia"}
    receipts = [i for i, e in enumerate(events) if e.startswith("delivery.receipt:")]
    assert len(receipts) == len(deliveries)
    assert max(receipts) < events.index("destruction.intent:1")


def test_late_consents_go_with_the_second_wave_and_only_they(two_lots: WholeCase) -> None:
    behaviour = pl.read_parquet(two_lots.out / "behaviour.parquet")
    late = set(behaviour.filter("late")["person"])
    people = whole_persons(two_lots)
    key = key_of(two_lots, "certified", "recipient/second-buyer")
    names = {
        cmac(key, f"row\x1fcrm\x1fcustomers\x1f{row['id']}").hex(): people["crm", "customers", str(row["id"])]
        for row in two_lots.before["crm", "customers"]
    }
    waves = {}
    for wave in ("w1", "w2"):
        [bag] = (two_lots.out / "receiver").glob(f"*-shop-13-{wave}/bag")
        rows = pq.read_table(sorted(bag.glob("data/crm/customers/part-*.parquet"))).to_pylist()
        waves[wave] = {names[r["__row"]] for r in rows}
    assert waves["w2"]
    assert waves["w2"] <= late
    assert waves["w1"] & late == set()


def whole_persons(whole: WholeCase) -> dict[tuple[str, str, str], str]:
    frame = whole.truth("mentions").filter(pl.col("role") == "customer")
    return {(s, t, k): p for s, t, k, p in frame.select("source", "table", "row_key", "person").iter_rows()}


def test_letters_name_each_receiver_of_the_person_and_no_other(two_lots: WholeCase) -> None:
    case = two_lots.kept_case("closing")
    register = pl.read_parquet(case / "work" / "notices.parquet")
    told = dict(register.filter(~pl.col("public_only")).select("ref", "lots").iter_rows())
    assert set(told.values()) == {"", "shop-12", "shop-13"}
    keys = FileKeyProvider(case / "keys", HomeMaster(two_lots.kept / "closing" / "home").read())
    seen = 0
    for path in sorted((case / "letters").glob("*-*.sealed")):
        frame = pl.read_parquet(io.BytesIO(open_bytes(path.read_bytes(), keys.get("bodies"), path.stem.encode())))
        for ref, text in frame.select("ref", "text").iter_rows():
            assert ("上海蓝桉" in text) == (told[ref] in {"", "shop-12"})
            assert ("宁波澄溪" in text) == (told[ref] in {"", "shop-13"})
            seen += 1
    assert seen > 100


def test_feedback_says_what_became_of_each_lot(two_lots: WholeCase) -> None:
    case = two_lots.kept_case("closing")
    keys = FileKeyProvider(case / "keys", HomeMaster(two_lots.kept / "closing" / "home").read())
    sealed = (case / "stores" / "outbox" / "feedback.sealed").read_bytes()
    rows = pl.read_parquet(io.BytesIO(open_bytes(sealed, keys.get("outbox"), b"feedback")))
    words = rows["outcome"].unique().to_list()
    both = [w for w in words if w.startswith("shop-12:") and "/shop-13:" in w]
    assert any(w.split("/")[0].split(":")[1] != w.split("/")[1].split(":")[1] for w in both)
    assert any(w.startswith("shop-13:") for w in words)

"""Rows that stay without their people, in a whole case from discovery to the bundle: SQLite, CSV, XLSX, JSON Lines."""

import base64
import json
import re
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.in_place_case import K, write_map
from tests.e2e.whole_case import assert_verifies
from tests.unit.demo.reading import Tables, read_all

from bequest.app.context import open_context
from bequest.app.rehearse import Played, rehearse
from bequest.crypto.keys import KeyState
from bequest.demo.company import SMALLEST, make_company
from bequest.model.case import Event
from bequest.model.disposition import Residue

SOURCES = {"customers": "crm", "loyalty": "loyalty", "orders": "orders", "tickets": "tickets"}
EMPTY = {None, ""}
TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Whole:
    folder: Path
    before: Tables
    after: Tables
    played: Played
    said: dict[str, Any]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder = tmp_path_factory.mktemp("in-place") / "demo"
    make_company(folder, event=Event.E5, customers=SMALLEST)
    write_map(folder / "map.toml")
    before = read_all(folder)
    played = rehearse(open_context(folder / "home"), folder)
    [path] = played.bundle.folder.rglob("certificate.dsse.json")
    said = json.loads(base64.b64decode(json.loads(path.read_bytes())["payload"]))["predicate"]
    return Whole(folder, before, read_all(folder), played, said)


def line(whole: Whole, table: str) -> dict[str, Any]:
    return next(a for a in whole.said["anonymised"] if a["table"] == table)


def anonymised(whole: Whole, table: str) -> list[dict[str, Any]]:
    """The rows that lost their person: those with nothing in the column that named him."""
    named = {"customers": "name", "loyalty": "name", "orders": "客户编号", "tickets": "contact.name"}[table]
    rows = whole.after[SOURCES[table], table]
    return [r for r in rows if r[named] in EMPTY]


@pytest.mark.parametrize("table", sorted(K))
def test_so_many_rows_stay_without_their_person_as_the_certificate_says(whole: Whole, table: str) -> None:
    said = line(whole, table)
    assert said["rows"] == said["rows_found"] > 0
    rows = anonymised(whole, table)
    assert len(rows) >= said["rows"]
    gone = len(whole.before[SOURCES[table], table]) - len(whole.after[SOURCES[table], table])
    assert gone >= said["rows_too_few"]
    assert said["k"] >= said["k_wanted"] == K[table]


def test_at_least_k_customers_look_alike_counted_by_hand(whole: Whole) -> None:
    alike = Counter(
        (r["gender"], r["province"]) for r in anonymised(whole, "customers") if TOKEN.fullmatch(r["cust_no"])
    )
    assert len(alike) > 1
    assert min(alike.values()) >= K["customers"]


def test_tokens_stand_for_cards_and_points_are_bands(whole: Whole) -> None:
    rows = anonymised(whole, "loyalty")
    assert all(TOKEN.fullmatch(r["card_no"]) for r in rows)
    assert len({r["card_no"] for r in rows}) == len(rows)
    assert all(r["points"] in EMPTY or re.fullmatch(r"\d+-\d+", r["points"]) for r in rows)


def test_every_table_balances_with_what_was_anonymised(whole: Whole) -> None:
    for t in whole.said["tables"]:
        assert t["before"] == sum(t[n] for n in ("deleted", "anonymised", "sealed", "blocked", "in_use")), t
        assert bool(t["anonymised"]) == (t["table"] in K)
    assert whole.said["state"] in {"final", "interim"}
    assert all(s["hits_residue"] == 0 and s["finding"] != "not_searched" for s in whole.said["searches"])
    assert "anonymise-in-place" in whole.said["method"]["technique"]


def test_no_number_of_who_was_anonymised_is_left_in_any_byte(whole: Whole) -> None:
    sources = whole.folder / "sources"
    book = zipfile.ZipFile(next(sources.glob("*.xlsx")))
    content = b"".join(p.read_bytes() for p in sources.glob("*") if p.is_file())
    content += b"".join(book.read(n) for n in book.namelist())
    stays = set(re.findall(rb"1[3-9]\d{9}", content))
    rows = whole.after["crm", "customers"]
    kept = {r["id"] for r in rows if not TOKEN.fullmatch(r["cust_no"])}
    # a number may stand in a row that stays somebody's: the family's, the consignee's
    shown = " ".join(str(v) for t in whole.after.values() for r in t for v in r.values() if v)
    without = " ".join(str(v) for t in K for r in anonymised(whole, t) for v in r.values() if v)
    gone = {str(r["mobile"]) for r in whole.before["crm", "customers"] if r["id"] not in kept}
    assert not any(m in without for m in gone if len(m) == 11)
    gone = {m for m in gone if m not in shown}
    gone = {m for m in gone if re.fullmatch(r"1[3-9]\d{9}", m)}
    assert len(gone) > 20
    assert {m for m in gone if m.encode() in stays} == set()


def test_the_record_of_decisions_says_anonymised_only_of_rows_that_are(whole: Whole) -> None:
    ctx = open_context(whole.folder / "home")
    with ctx.store.transaction() as tx:
        population = tx.populations.latest(whole.played.case.id).population
    by = Counter[str]()
    for c in population.counts:
        by[c.table] += c.values * (c.residue is Residue.ANONYMISE)
    assert {t: n for t, n in by.items() if n} == {
        t["table"]: t["anonymised"] for t in whole.said["tables"] if t["anonymised"]
    }


def test_the_key_of_the_tokens_is_gone_and_the_bundle_verifies(whole: Whole) -> None:
    ctx = open_context(whole.folder / "home")
    assert ctx.keys(whole.played.case.id).state("anonymise") is KeyState.DESTROYED
    assert_verifies(whole.played.bundle, whole.folder)

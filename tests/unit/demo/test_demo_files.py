"""The demo's files, read with other means than they were written."""

import gzip
import json
import sqlite3
import stat
import tomllib
from contextlib import closing
from datetime import datetime
from pathlib import Path

import polars as pl
import pyrage
import pytest
from cryptography.hazmat.primitives import serialization
from tests.unit.demo.reading import has_value, read_all, read_crm, read_orders

from bequest.demo import DemoCompany, make_company
from bequest.demo.identifiers import is_valid_resident_id
from bequest.demo.personas import SMALLEST
from bequest.demo.schema import TABLES
from bequest.kernel.errors import InputError
from bequest.model.case import Event, KeyRelease, LegalRoute, OnSilence, Role, Scenario, SourceKind, SystemKind
from bequest.model.datamap import FieldClass, Need
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole


def test_the_sums_of_the_truth_are_those_of_the_files(asset_deal: DemoCompany) -> None:
    sums = json.loads((asset_deal.truth / "sums.json").read_text(encoding="utf-8"))
    found: dict[str, dict[str, object]] = {}
    for (source, table), rows in read_all(asset_deal.folder).items():
        columns = {c: sum(has_value(r[c]) for r in rows) for c in rows[0]}
        found.setdefault(source, {})[table] = {"rows": len(rows), "columns": columns}
    assert found == sums


def test_the_same_seed_makes_the_same_company(asset_deal: DemoCompany, tmp_path: Path) -> None:
    again = make_company(tmp_path / "demo", event=Event.E5, customers=300)
    assert read_all(again.folder) == read_all(asset_deal.folder)
    same = ["behaviour.parquet", "map.toml", "copies/crm-20261025.sql.gz", "sources/.bequest-rehearsal"]
    same += [f"sources/{f}" for f in ("orders.xlsx", "loyalty.csv", "tickets.jsonl", "weblog.parquet")]
    same += [f"truth/{f.name}" for f in asset_deal.truth.iterdir()]
    for name in same:
        assert (again.folder / name).read_bytes() == (asset_deal.folder / name).read_bytes(), name


def test_another_seed_makes_another_company(asset_deal: DemoCompany, tmp_path: Path) -> None:
    other = make_company(tmp_path / "demo", event=Event.E5, customers=300, seed=2)
    assert read_crm(other.folder, "customers") != read_crm(asset_deal.folder, "customers")


def test_the_share_deal_has_the_same_systems(asset_deal: DemoCompany, share_deal: DemoCompany) -> None:
    assert read_all(share_deal.folder) == read_all(asset_deal.folder)


def test_made_again_in_the_same_place_keeps_the_keys(share_deal: DemoCompany) -> None:
    before = share_deal.case_file.read_bytes()
    make_company(share_deal.folder, event=Event.E2, customers=300)
    assert share_deal.case_file.read_bytes() == before
    assert not list(share_deal.folder.rglob("*.partial"))


@pytest.mark.parametrize(("event", "customers"), [(Event.E4, 300), (Event.E5, SMALLEST - 1)])
def test_what_cannot_be_made_is_refused_before_anything_is_written(
    tmp_path: Path, event: Event, customers: int
) -> None:
    with pytest.raises(InputError) as error:
        make_company(tmp_path / "demo", event=event, customers=customers)
    assert error.value.hint
    assert not (tmp_path / "demo").exists()


def test_the_smallest_company_can_be_made(tmp_path: Path) -> None:
    assert make_company(tmp_path / "demo", event=Event.E5, customers=SMALLEST, seed=3).rows["orders"] > 0


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    make_company(
        tmp_path / "demo",
        event=Event.E5,
        customers=SMALLEST,
        progress=lambda step, done, n: told.append((step, done, n)),
    )
    assert [done for _, done, _ in told] == list(range(told[-1][2] + 1))


def test_volumes_follow_the_number_of_customers(larger: DemoCompany) -> None:
    n = 2000
    expected = {"customers": 1.02, "orders": 1.8, "loyalty": 0.6, "tickets": 0.3, "weblog": 2, "addresses": 0.7}
    for table, per_customer in expected.items():
        assert larger.rows[table] == pytest.approx(n * per_customer, rel=0.02), table
    assert larger.rows["consents"] == pytest.approx(n, rel=0.1)


def test_the_loyalty_file_is_gb18030_and_nothing_simpler(folder: Path) -> None:
    raw = (folder / "sources" / "loyalty.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    assert raw.decode("gb18030").startswith("card_no,name,phone,")


def test_comments_are_kept_in_the_schema(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "sources" / "crm.db")) as db:
        (text,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'customers'").fetchone()
    assert "-- 证件号" in text
    assert "-- 客户主表" in text


def test_both_marks_of_the_rehearsal_name_the_case(asset_deal: DemoCompany) -> None:
    with closing(sqlite3.connect(asset_deal.sources / "crm.db")) as db:
        assert db.execute("SELECT case_id FROM bequest_rehearsal").fetchall() == [("demo-e5",)]
    marker = json.loads((asset_deal.sources / ".bequest-rehearsal").read_text())
    assert marker["case"] == marker["case_id"] == "demo-e5"
    assert marker["made_by"] == "bequest demo"
    assert marker["made_at"] == "2026-11-02T01:00:00Z"


def test_the_spreadsheet_holds_dates_numbers_and_damaged_identity_numbers(folder: Path) -> None:
    orders = read_orders(folder)
    assert all(isinstance(r["下单时间"], datetime) for r in orders)
    assert {type(r["店铺"]) for r in orders} == {int}
    assert any(isinstance(r["收货电话"], int) for r in orders)
    damaged = [r["清关身份证号"] for r in orders if isinstance(r["清关身份证号"], int | float)]
    assert len(damaged) >= 2
    assert all(int(f"{d:.14e}".replace(".", "").split("e")[0]) for d in damaged)
    shown = pl.Series([str(int(d)) for d in damaged])
    assert not is_valid_resident_id(shown).any()


def test_the_backup_is_a_dump_that_can_be_restored(folder: Path) -> None:
    dump = gzip.decompress((folder / "copies" / "crm-20261025.sql.gz").read_bytes()).decode()
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(dump)
        assert db.execute("SELECT count(*) FROM customers").fetchone()[0] > 0


@pytest.mark.parametrize("event", ["asset_deal", "share_deal"])
def test_the_case_file_speaks_the_words_of_the_model(event: str, request: pytest.FixtureRequest) -> None:
    company: DemoCompany = request.getfixturevalue(event)
    case = tomllib.loads(company.case_file.read_text(encoding="utf-8"))
    assert case["case"]["id"] == company.case_id
    assert Event(case["case"]["event"]) is company.event
    Scenario(case["case"]["scenario"])
    assert case["case"]["rehearsal"] is True
    for source in case["sources"]:
        SourceKind(source["kind"])
        SystemKind(source["system_kind"])
        assert source["timezone"]
        assert (company.folder / source["path"]).is_file()
    for copy in case["copies"]:
        assert (company.folder / copy["where"]).is_file()
    for person in case["people"]:
        serialization.load_ssh_public_key(person["public_key"].encode())
        assert [Role(r) for r in person["roles"]]
        assert person["paper"]


def test_the_asset_deal_has_every_role_a_lot_and_two_recipients(asset_deal: DemoCompany) -> None:
    case = tomllib.loads(asset_deal.case_file.read_text(encoding="utf-8"))
    assert {r for p in case["people"] for r in p["roles"]} == {
        r.value for r in Role if r not in {Role.ADMINISTRATOR, Role.LIQUIDATOR, Role.AUDITOR, Role.GUEST}
    }
    assert len({p["name"] for p in case["people"]}) == len(case["people"])
    [lot], [receiver] = case["lots"], case["receivers"]
    assert lot["receiver"] == receiver["id"]
    LegalRoute(lot["legal_route"])
    OnSilence(lot["on_silence"])
    KeyRelease(receiver["key_release"])
    columns = {(t.source, t.name): t.names for t in TABLES}
    assert all(s["column"] in columns[s["source"], s["table"]] and s["in"] == ["12"] for s in lot["scope"])
    for party in (receiver, case["escrow"]):
        secret = asset_deal.keys.party_files[party["id"]].read_text().splitlines()[-1]
        recipient = pyrage.x25519.Recipient.from_str(party["age_recipient"])
        packed = pyrage.encrypt(b"probe", [recipient])
        assert pyrage.decrypt(packed, [pyrage.x25519.Identity.from_str(secret)]) == b"probe"


def test_the_share_deal_has_nobody_who_receives(share_deal: DemoCompany) -> None:
    case = tomllib.loads(share_deal.case_file.read_text(encoding="utf-8"))
    assert not {"lots", "receivers", "escrow"} & case.keys()
    roles = {r for p in case["people"] for r in p["roles"]}
    assert {"legal", "officer"} <= roles
    assert not {"receiver", "escrow", "cutover"} & roles


def test_private_keys_open_with_ssh_and_are_private(asset_deal: DemoCompany) -> None:
    for person, path in asset_deal.keys.person_files.items():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        key = serialization.load_ssh_private_key(path.read_bytes(), password=None)
        public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        assert asset_deal.keys.person_public[person] == f"{public.decode()} {person}"


def test_the_map_names_only_what_exists_in_the_words_of_the_model(asset_deal: DemoCompany) -> None:
    tables = tomllib.loads(asset_deal.map_file.read_text(encoding="utf-8"))["tables"]
    rows = read_all(asset_deal.folder)
    for t in tables:
        RecordClass(t["record_class"])
        real = set(rows[t["source"], t["table"]][0])
        assert {c["name"] for c in t["columns"]} == real
        for c in t["columns"]:
            FieldClass(c["class"])
            RowRole(c["role"])
            Need(c.get("need", "needed"))
        for f in t.get("facts", []):
            allowed = FACT_VALUES[Fact(f["fact"])]
            assert set(f.get("values", {}).values()) <= set(allowed)
            assert f.get("default", allowed[0]) in allowed
            assert f["column"] in real
        for r in t.get("relations", []):
            source, table, column = r["to"].split(".")
            assert column in rows[source, table][0]
            assert r["column"] in real
        for r in t.get("retention", []):
            assert {r["start_column"], r.get("if_column", r["start_column"])} <= real
        assert set(t.get("key", [])) <= real
    in_case = {(t.source, t.name) for t in TABLES if t.in_case}
    assert {(t["source"], t["table"]) for t in tables} == in_case


def test_labels_cover_every_column_once(asset_deal: DemoCompany) -> None:
    frame = pl.read_csv(asset_deal.truth / "labels.csv")
    keys = list(frame.select("database", "table", "column").iter_rows())
    assert sorted(keys) == sorted((t.source, t.name, c) for t in TABLES for c in t.names)


def test_seeded_values_stand_in_their_source_and_in_no_other_place(asset_deal: DemoCompany) -> None:
    seeded = json.loads((asset_deal.truth / "seeded.json").read_text(encoding="utf-8"))
    cells: dict[str, list[str]] = {}
    for (source, _), rows in read_all(asset_deal.folder).items():
        cells.setdefault(source, []).extend(str(v) for r in rows for v in r.values() if v is not None)
    for source, kinds in seeded.items():
        for kind, values in kinds.items():
            assert len(values) == len(set(values))
            for value in values:
                assert value in cells[source], kind
    assert {kind for kinds in seeded.values() for kind in kinds} == {
        "mobile", "email", "national_id", "name", "address", "password",
    }  # fmt: skip


def test_there_are_sixty_seeded_values_of_each_kind(larger: DemoCompany) -> None:
    seeded = json.loads((larger.truth / "seeded.json").read_text(encoding="utf-8"))
    assert {kind: len(values) for kind, values in seeded["crm"].items()} == dict.fromkeys(seeded["crm"], 60)
    assert len(seeded["crm"]) == 6
    assert all(len(values) > 20 for kinds in seeded.values() for values in kinds.values())

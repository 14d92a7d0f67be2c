"""Whole stores on database servers where the company ends: a small invented hospital, on PostgreSQL and MariaDB."""

import json
import signal
from pathlib import Path

import polars as pl
import pytest
from tests.e2e.hospital import Hospital
from tests.servers import Server

TABLES = {"records": ["patient", "visit", "visit_note"], "bills": ["bill"]}
SCHEMA = (
    "CREATE TABLE patient (id int PRIMARY KEY, name varchar(40) NOT NULL, phone varchar(20), born date)",
    "CREATE TABLE visit (id int PRIMARY KEY, patient_id int NOT NULL, diagnosis varchar(200), at timestamp NULL,"
    " FOREIGN KEY (patient_id) REFERENCES patient (id))",
    "CREATE TABLE visit_note (visit_id int, line varchar(200), photo {bytes})",
    "CREATE TABLE bill (id int PRIMARY KEY, patient_id int, amount decimal(12,2))",
    "CREATE TABLE empl (id int PRIMARY KEY, full_name varchar(40), dept varchar(20), pay decimal(10,2))",
    "INSERT INTO patient VALUES (1, '赵一', '13900139001', '1980-02-03'), (2, '钱二', NULL, NULL),"
    " (3, '孙三', '', NULL)",
    "INSERT INTO visit VALUES (1, 1, '感冒', '2026-01-02 03:04:05'), (2, 1, NULL, NULL), (3, 3, '咳嗽；发热', NULL)",
    "INSERT INTO visit_note VALUES (1, '复诊', NULL), (1, '复诊', NULL), (3, '', NULL)",
    "INSERT INTO bill VALUES (1, 1, 12.50)",
    "INSERT INTO empl VALUES (1, '李四', '内科', 8000.00)",
)
ROWS = {"patient": 3, "visit": 3, "visit_note": 3, "bill": 1, "empl": 1}


def hospital(kind: str, request: pytest.FixtureRequest, folder: Path) -> Hospital:
    server: Server = request.getfixturevalue("postgres" if kind == "postgresql" else "mariadb")
    database = server.new_database()
    server.execute(database, *(s.replace("{bytes}", "bytea" if kind == "postgresql" else "blob") for s in SCHEMA))
    clinic = Hospital(folder / "work", "clinic-2026", server, database, TABLES)
    clinic.corrections = '[[tables]]\nsource = "his"\ntable = "empl"\nrecord_class = "staff"\n'
    return clinic


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_records_go_whole_to_their_keeper_and_staff_stays(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    clinic = hospital(kind, request, tmp_path)
    case = clinic.case
    found = clinic.until_cutover()
    assert "records: 3 tables, 9 records, custody → 示例病案管理中心" in found
    assert "empl" in found
    clinic.decide_scrubs()

    clinic.server.execute(clinic.database, "INSERT INTO patient VALUES (4, '周四', NULL, NULL)")
    assert "patient" in case.refused(*clinic.destroy_words())
    assert {t: clinic.count(t) for t in ROWS} == {**ROWS, "patient": 4}
    case.do("cutover", clinic.id, "--delta", "--confirmed-by", "cutover-1")

    refers = "ALTER TABLE empl ADD CONSTRAINT seen FOREIGN KEY (id) REFERENCES patient (id)"
    clinic.server.execute(clinic.database, refers)
    assert "empl" in case.refused(*clinic.destroy_words())
    assert clinic.count("patient") == 4, "not emptied while another table refers to it"
    drop = "FOREIGN KEY" if kind == "mariadb" else "CONSTRAINT"
    clinic.server.execute(clinic.database, f"ALTER TABLE empl DROP {drop} seen")

    case.do(*clinic.destroy_words())
    assert {t: clinic.count(t) for t in ROWS} == {**dict.fromkeys(ROWS, 0), "empl": 1}
    assert "it verifies" in case.finish()

    said = case.do("custody", "open", str(clinic.archive), "--identity", "archive.age", "--out", "in")
    assert "whole-bills: handed to" in said
    assert "whole-records" in said
    files = sorted((case.folder / "in" / "whole-records").iterdir())
    frames = {f.name.split(".")[2]: pl.read_parquet(f) for f in files if f.suffix == ".parquet"}
    assert {t: f.height for t, f in frames.items()} == {"patient": 4, "visit": 3, "visit_note": 3}
    assert frames["patient"].sort("id")["phone"].to_list() == ["13900139001", None, "", None]
    described = json.loads((case.folder / "in/whole-records/schema.json").read_text("utf-8"))
    assert [t["name"] for t in described] == ["patient", "visit", "visit_note"]
    assert "whole-bills" in case.do("custody", "open", str(clinic.archive), "--identity", "keeper.age")
    manifest = json.loads((clinic.archive / "whole-records" / "manifest.json").read_text("utf-8"))
    assert manifest["tables"] == {"patient": 4, "visit": 3, "visit_note": 3}


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_killed_again_and_again_while_it_hands_over_and_empties_it_comes_to_the_same_end(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    clinic = hospital(kind, request, tmp_path)
    clinic.until_cutover()
    clinic.decide_scrubs()
    killed, batches, emptied = 0, 1, set[int]()
    while (ended := clinic.case.try_(*clinic.destroy_words(), kill_at=batches)).returncode == -signal.SIGKILL:
        killed, batches = killed + 1, batches + 3
        emptied.add(sum(clinic.count(t) for t in ROWS))
    assert ended.returncode == 0, ended.stderr
    assert killed > 5
    assert len(emptied) > 1, "never killed after something was emptied"
    assert {t: clinic.count(t) for t in ROWS} == {**dict.fromkeys(ROWS, 0), "empl": 1}
    assert "it verifies" in clinic.case.finish()
    clinic.case.do("custody", "open", str(clinic.archive), "--identity", "archive.age", "--out", "in")
    files = (clinic.case.folder / "in" / "whole-records").glob("*.parquet")
    assert {f.name.split(".")[2]: pl.read_parquet(f).height for f in files} == {t: ROWS[t] for t in TABLES["records"]}

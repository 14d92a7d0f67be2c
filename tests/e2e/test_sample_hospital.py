"""A public hospital system's database where the hospital is deregistered, by the command line only, on both servers.

Medical records and the ledger go whole to their keepers; staff, schedules and dictionaries stay.
"""

from pathlib import Path

import polars as pl
import pytest
from tests.e2e import samples
from tests.e2e.hospital import Hospital
from tests.servers import Mariadb, Server

RECORDS = [
    "pms_patient", "dms_registration", "dms_case_history", "dms_non_drug_item_record",
    "dms_herbal_prescription_record", "dms_herbal_item_record", "dms_medicine_prescription_record",
    "dms_medicine_item_record", "dms_drug_refund_item_record",
]  # fmt: skip
BILLS = ["bms_bills_record", "bms_invoice_record", "bms_invoice_exp", "bms_operator_settle_record"]
STAFF = [
    "sms_staff", "sms_login_log", "sms_skd", "sms_skd_rule", "sms_skd_rule_item", "sms_frequent_used",
    "sms_workload_record", "dms_case_model_catalog", "dms_drug_model", "dms_non_drug_model",
]  # fmt: skip


@pytest.mark.parametrize("kind", ["mariadb", "postgresql"])
def test_a_hospital_is_deregistered(
    kind: str, mariadb: Mariadb, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    database = samples.load_mariadb(mariadb, "his")
    server: Server = mariadb
    if kind == "postgresql":
        server = request.getfixturevalue("postgres")
        database = samples.to_postgresql(mariadb, database, server)  # type: ignore[arg-type]
    house = Hospital(tmp_path / "work", "his-2026", server, database, {"records": RECORDS, "bills": BILLS})
    house.corrections = "".join(f'[[tables]]\nsource = "his"\ntable = "{t}"\nrecord_class = "staff"\n\n' for t in STAFF)
    before = {t: house.count(t) for t in (*RECORDS, *BILLS, *STAFF)}

    found = house.until_cutover()
    assert f"records: {len(RECORDS)} tables, {sum(before[t] for t in RECORDS)} records, custody → " in found
    house.decide_scrubs()
    house.case.do(*house.destroy_words())
    assert {t: house.count(t) for t in before} == {t: n if t in STAFF else 0 for t, n in before.items()}
    assert "it verifies" in house.case.finish()

    house.case.do("custody", "open", str(house.archive), "--identity", "archive.age", "--out", "in")
    files = (house.case.folder / "in" / "whole-records").glob("*.parquet")
    heights = {f.name.split(".")[2]: pl.scan_parquet(f).select(pl.len()).collect().item() for f in files}
    assert heights == {t: before[t] for t in RECORDS}

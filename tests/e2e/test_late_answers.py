"""Answers that come after the cutover: honoured at the next batch of what is under way, whoever is killed meanwhile.

A process is held in the middle of a delivery or a destruction while another takes an answer over (`kill_runner`).
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
from tests.e2e.kill_lab import KILLED, Ended, Lab
from tests.e2e.kill_state import CASE, state_of
from tests.unit.demo.reading import read_crm

WELL = Ended(0, "")


def passed_on(folder: Path) -> dict[str, dict[str, object]]:
    """Reference → the customer's row, of people whose mobile number goes to the receiver as it is."""
    work = folder / "home" / "cases" / CASE / "work"
    anchors = pl.read_parquet(work / "anchors.parquet").with_row_index("subject")
    refs = pl.read_parquet(work / "notices.parquet").select("ref", "anchor").join(anchors, on="anchor")
    rows = pl.read_parquet(work / "decided" / "crm.customers.parquet").filter(pl.col("lot") == "shop-12")
    customers = read_crm(folder, "customers")
    found = refs.join(rows, on="subject").sort("row_no")
    return {
        ref: customers[n]
        for ref, n in found.select("ref", "row_no").iter_rows()
        if customers[n]["mobile"] and customers[n]["status"] == "active" and customers[n]["cust_type"] == "个人"
    }


def mobiles_in_packages(folder: Path) -> list[str]:
    found = state_of(folder)
    names = [k for k in found if k.startswith("package ") and "/customers/part-" in k]
    assert names
    return [m for k in names for m in found[k]["mobile"] if m]


def answer(lab: Lab, folder: Path, word: str, *refs: str) -> None:
    ended = lab.run("answer", folder, answer=word, refs=list(refs))
    assert ended == WELL, ended.error


def click(lab: Lab, folder: Path, word: str, *refs: str) -> None:
    ended = lab.run("click", folder, answer=word, refs=list(refs))
    assert ended == WELL, ended.error


def held(lab: Lab, step: str, point: str, folder: Path) -> int:
    process = lab.begin(step, folder, hold=point)
    while not (folder / "held").exists():
        os.sched_yield()
    return process


def let_go(lab: Lab, process: int, folder: Path) -> Ended:
    (folder / "go").touch()
    return lab.wait(process)


def somebody(lab: Lab, folder: Path, *, but: str = "") -> tuple[str, dict[str, object]]:
    """Somebody (else than `but`) whose data would go: known from the undisturbed run."""
    goes = set(mobiles_in_packages(lab.after("deliver")))
    return next((r, c) for r, c in passed_on(folder).items() if c["mobile"] in goes and r != but)


@pytest.mark.parametrize("point", ["deliver.intent_published#1", "inside.volume#3", "inside.volume#9"])
def test_an_objection_during_a_delivery_is_honoured_before_anything_is_sent(
    lab: Lab, point: str, tmp_path: Path
) -> None:
    folder = lab.copy("deliver", tmp_path / "case")
    ref, customer = somebody(lab, folder)
    process = held(lab, "deliver", point, folder)
    answer(lab, folder, "object", ref)
    assert let_go(lab, process, folder) == WELL
    sent, undisturbed = mobiles_in_packages(folder), mobiles_in_packages(lab.after("deliver"))
    assert customer["mobile"] in undisturbed
    assert customer["mobile"] not in sent
    assert set(undisturbed) - set(sent) == {customer["mobile"]}
    lab.go_on(["receive", "destroy", "close", "bundle"], folder)
    assert customer["id"] not in {c["id"] for c in read_crm(folder, "customers")}, "deleted, and not passed on"


@pytest.mark.parametrize("point", ["inside.volume#9", "deliver.package_built#1"])
def test_an_objection_after_a_killed_delivery_has_its_package_built_anew(lab: Lab, point: str, tmp_path: Path) -> None:
    folder = lab.copy("deliver", tmp_path / "case")
    ref, customer = somebody(lab, folder)
    assert lab.run("deliver", folder, kill=point).code == KILLED
    answer(lab, folder, "object", ref)
    assert lab.run("deliver", folder, kill="inside.volume#2").code == KILLED
    lab.go_on(["deliver"], folder)
    assert customer["mobile"] not in mobiles_in_packages(folder)
    assert [p.name for p in (folder / "home" / "cases" / CASE / "delivery").iterdir()] == [
        f"delivery-{CASE}-shop-12-w1"
    ]
    lab.go_on(["receive", "destroy", "close", "bundle"], folder)


@pytest.mark.parametrize("word", ["object", "dispute"])
@pytest.mark.parametrize("point", ["destroy.verifier_prepared#1", "inside.apply_crm_customers#1"])
def test_an_objection_during_the_destruction_freezes_what_is_not_erased(
    lab: Lab, point: str, word: str, tmp_path: Path
) -> None:
    folder = lab.copy("destroy", tmp_path / "case")
    ref, customer = somebody(lab, folder)
    process = held(lab, "destroy", point, folder)
    answer(lab, folder, word, ref)
    ended = let_go(lab, process, folder)
    assert ended == WELL, ended.error
    left = {c["id"]: c for c in read_crm(folder, "customers")}
    assert left[customer["id"]] == customer, "the whole row is still there"
    others = {c["id"] for c in read_crm(lab.after("destroy"), "customers")}
    assert left.keys() - others == {customer["id"]}
    assert "hold.set" in logged(folder)
    lab.go_on(["close", "bundle"], folder)


@pytest.mark.parametrize("point", ["destroy.started#1", "inside.apply_crm_customers#1"])
def test_a_dispute_freezes_by_the_click_alone_where_nothing_took_it_in(lab: Lab, point: str, tmp_path: Path) -> None:
    folder = lab.copy("destroy", tmp_path / "case")
    ref, customer = somebody(lab, folder)
    process = held(lab, "destroy", point, folder)
    click(lab, folder, "dispute", ref)
    ended = let_go(lab, process, folder)
    assert ended == WELL, ended.error
    left = {c["id"]: c for c in read_crm(folder, "customers")}
    assert left[customer["id"]] == customer, "the whole row is still there"
    lab.go_on(["close", "bundle"], folder)


@pytest.mark.parametrize("point", ["", "inside.volume#9", "deliver.package_built#1"])
def test_a_dispute_clicked_before_or_during_a_delivery_is_not_sent(lab: Lab, point: str, tmp_path: Path) -> None:
    folder = lab.copy("deliver", tmp_path / "case")
    ref, customer = somebody(lab, folder)
    process = held(lab, "deliver", point, folder) if point else 0
    click(lab, folder, "dispute", ref)
    ended = let_go(lab, process, folder) if point else lab.run("deliver", folder)
    assert ended == WELL, ended.error
    assert customer["mobile"] not in mobiles_in_packages(folder)


def test_what_was_erased_before_the_objection_came_stays_erased(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("destroy", tmp_path / "case")
    ref, customer = somebody(lab, folder)
    assert lab.run("destroy", folder, kill="destroy.erased_crm#1").code == KILLED
    answer(lab, folder, "object", ref)
    assert lab.run("destroy", folder, kill="destroy.erased_orders#1").code == KILLED
    lab.go_on(["destroy", "close", "bundle"], folder)
    assert customer["id"] not in {c["id"] for c in read_crm(folder, "customers")}
    before, after = state_of(lab.after("destroy")), state_of(folder)
    same = [k for k in before if k.startswith("source crm.")]
    assert {k: before[k] for k in same} == {k: after[k] for k in same}


def test_an_answer_after_the_destruction_is_too_late_and_logged(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("close", tmp_path / "case")
    ref = next(iter(pl.read_parquet(folder / "home" / "cases" / CASE / "work" / "notices.parquet")["ref"]))
    ended = lab.run("answer", folder, answer="consent_new_purpose", refs=[ref])
    assert "too late, data deleted" in ended.error
    assert '"too_late":1' in "".join(payloads(folder))
    lab.go_on(["close", "bundle"], folder)


def test_a_late_consent_goes_with_the_next_wave_and_a_killed_wave_goes_on(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("receive", tmp_path / "case")
    lab.go_on(["receive"], folder)
    ref = waiting_for_a_guardian(folder)
    answer(lab, folder, "guardian_consent", ref)
    assert lab.run("wave", folder, kill="inside.volume#1").code == KILLED
    lab.go_on(["wave", "wave"], folder)
    packages = sorted(p.name for p in (folder / "home" / "cases" / CASE / "delivery").iterdir())
    assert packages == [f"delivery-{CASE}-shop-12-w{n}" for n in (1, 2)]
    assert "has not signed" in lab.run("destroy", folder).error
    lab.go_on(["receive", "destroy", "close", "bundle"], folder)


def waiting_for_a_guardian(folder: Path) -> str:
    """A child of whom nothing went, because no guardian had answered; the truth file knows one."""
    persons = pl.read_parquet(folder / "truth" / "persons.parquet")
    mentions = pl.read_parquet(folder / "truth" / "mentions.parquet")
    free = (pl.col(c).not_() for c in ("objected", "dispute", "closed", "stale", "deceased"))
    kids = persons.filter(pl.col("child"), pl.col("guardian_consent") == "missing", pl.col("lot") == "shop-12", *free)
    mine = mentions.filter((pl.col("table") == "customers") & (pl.col("role") == "customer")).join(kids, on="person")
    ids = set(mine["row_key"].to_list())
    work = folder / "home" / "cases" / CASE / "work"
    anchors = pl.read_parquet(work / "anchors.parquet").with_row_index("subject")
    refs = pl.read_parquet(work / "notices.parquet").select("ref", "anchor").join(anchors, on="anchor")
    rows = pl.read_parquet(work / "decided" / "crm.customers.parquet").filter(pl.col("lot") == "shop-12")
    customers = read_crm(folder, "customers")
    found = refs.join(rows, on="subject").sort("row_no")
    return next(r for r, n in found.select("ref", "row_no").iter_rows() if str(customers[n]["id"]) in ids)


def payloads(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "home" / "control.db")) as db:
        return [str(r[0]) for r in db.execute("SELECT payload_json FROM store_outboxevent ORDER BY seq")]


def logged(folder: Path) -> str:
    return "".join(payloads(folder))


@pytest.mark.parametrize("kill", ["", "cutover-delta.indexed#1", "cutover-delta.before_outcome#1"])
def test_rows_that_came_after_the_mark_go_with_another_wave(lab: Lab, kill: str, tmp_path: Path) -> None:
    folder = lab.copy("receive", tmp_path / "case")
    lab.go_on(["receive"], folder)
    _, customer = somebody(lab, folder)
    with closing(sqlite3.connect(folder / "sources" / "crm.db")) as db, db:
        db.execute(
            "INSERT INTO addresses (id, cust_no, consignee, phone, detail) VALUES (990001, ?, ?, ?, '新址一号')",
            (customer["cust_no"], customer["name"], customer["mobile"]),
        )
        db.execute("UPDATE customers SET remark = 'moved house' WHERE id = ?", (customer["id"],))
    if kill:
        assert lab.run("delta", folder, kill=kill).code == KILLED
    lab.go_on(["delta"], folder)
    if not kill:
        assert (folder / "delta.json").read_text() == "[1, 1, 0]"
    lab.go_on(["delta"], folder)
    assert (folder / "delta.json").read_text() == "[0, 0, 0]", "until none is left"
    lab.go_on(["wave"], folder)
    second = {k: v for k, v in state_of(folder).items() if k.startswith("package ") and "-w2 " in k}
    rows = {k.split("/")[-2]: v for k, v in second.items() if k.endswith(".parquet")}
    assert rows["customers"]["mobile"] == [customer["mobile"]]
    assert rows["addresses"]["detail"] == ["新址一号"]
    lab.go_on(["receive", "destroy", "close", "bundle"], folder)
    assert 990001 not in {r["id"] for r in read_crm(folder, "addresses")}

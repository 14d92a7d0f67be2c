"""Between the steps: answers, late rows and kills at the moments at which one step has ended and the next not begun."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
from tests.e2e.kill_lab import KILLED, Lab
from tests.e2e.kill_state import CASE, state_of
from tests.e2e.test_late_answers import (
    WELL,
    answer,
    held,
    let_go,
    mobiles_in_packages,
    payloads,
    somebody,
    waiting_for_a_guardian,
)
from tests.unit.demo.reading import read_crm

from bequest.evidence.statement import read_statement


def add_address(folder: Path, number: int, customer: dict[str, object], times: int = 1) -> None:
    """Late rows: addresses of a customer."""
    with closing(sqlite3.connect(folder / "sources" / "crm.db")) as db, db:
        for n in range(number, number + times):
            db.execute(
                "INSERT INTO addresses (id, cust_no, consignee, phone, detail) VALUES (?, ?, ?, ?, '新址一号')",
                (n, customer["cust_no"], customer["name"], customer["mobile"]),
            )


def delivered_addresses(folder: Path) -> list[str]:
    found = state_of(folder)
    return [d for k in found if k.startswith("package ") and "/addresses/part-" in k for d in found[k]["detail"]]


def counts(folder: Path, step: str) -> dict[str, int]:
    with closing(sqlite3.connect(folder / "home" / "control.db")) as db:
        [found] = db.execute(
            "SELECT counts_json FROM store_steprun WHERE step = ? AND state = 'done' ORDER BY id DESC LIMIT 1", (step,)
        )
    made: dict[str, int] = json.loads(found[0])
    return made


# answers


@pytest.mark.parametrize("point", ["cutover.intent_published#1", "cutover.decided#1", "cutover.before_outcome#1"])
def test_an_objection_during_the_cutover_is_honoured_by_the_first_delivery(
    lab: Lab, point: str, tmp_path: Path
) -> None:
    ref, customer = somebody(lab, lab.after("cutover"))
    folder = lab.copy("cutover", tmp_path / "case")
    process = held(lab, "cutover", point, folder)
    answer(lab, folder, "object", ref)
    assert let_go(lab, process, folder) == WELL
    lab.go_on(["deliver"], folder)
    assert customer["mobile"] not in mobiles_in_packages(folder)
    lab.go_on(["receive", "destroy"], folder)
    assert customer["id"] not in {c["id"] for c in read_crm(folder, "customers")}


def test_an_objection_during_a_delta_cutover_is_honoured(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("receive", tmp_path / "case")
    lab.go_on(["receive"], folder)
    ref, customer = somebody(lab, folder)
    add_address(folder, 990001, customer)
    process = held(lab, "delta", "cutover-delta.before_outcome#1", folder)
    answer(lab, folder, "object", ref)
    assert let_go(lab, process, folder) == WELL
    lab.go_on(["wave"], folder)
    assert not any("-w2" in k for k in state_of(folder) if k.startswith("package "))
    lab.go_on(["destroy"], folder)
    assert customer["id"] in {c["id"] for c in read_crm(folder, "customers")}, "it went, so its copy is blocked"


def test_an_objection_while_the_last_answers_are_taken_holds_back_the_erasing(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("destroy", tmp_path / "case")
    first, customer = somebody(lab, folder)
    second, other = somebody(lab, folder, but=first)
    answer(lab, folder, "object", first)
    process = held(lab, "destroy", "destroy.answers_taken#1", folder)
    answer(lab, folder, "dispute", second)
    assert let_go(lab, process, folder) == WELL
    left = {c["id"] for c in read_crm(folder, "customers")}
    assert {customer["id"], other["id"]} <= left


@pytest.mark.parametrize("point", ["destroy.erased#1", "destroy.verified#1", "destroy.certified#1"])
def test_an_answer_between_the_erasing_and_the_certificate_is_told_that_it_is_too_late(
    lab: Lab, point: str, tmp_path: Path
) -> None:
    folder = lab.copy("destroy", tmp_path / "case")
    ref, _ = somebody(lab, folder)
    process = held(lab, "destroy", point, folder)
    ended = lab.run("answer", folder, answer="object", refs=[ref])
    again = lab.run("answer", folder, answer="object", refs=[ref])
    assert let_go(lab, process, folder) == WELL
    assert "too late, data deleted" in ended.error
    assert "too late, data deleted" in again.error, "said again, it is answered as before"
    assert "".join(payloads(folder)).count('"too_late":1') == 1
    assert lab.not_as_undisturbed("destroy", folder) != []
    lab.go_on(["close", "bundle"], folder)


def test_a_consent_after_the_destruction_has_begun_is_too_late_and_an_objection_is_not(
    lab: Lab, tmp_path: Path
) -> None:
    folder = lab.copy("destroy", tmp_path / "case")
    ref, customer = somebody(lab, folder)
    process = held(lab, "destroy", "destroy.ledger_written#1", folder)
    late = lab.run("answer", folder, answer="guardian_consent", refs=[ref])
    answer(lab, folder, "object", ref)
    assert let_go(lab, process, folder) == WELL
    assert "too late, the destruction has begun" in late.error
    assert customer["id"] in {c["id"] for c in read_crm(folder, "customers")}


def test_a_file_of_answers_taken_before_is_not_too_late_when_it_is_given_again(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("destroy", tmp_path / "case")
    ref, _ = somebody(lab, folder)
    answer(lab, folder, "dispute", ref)
    lab.go_on(["destroy"], folder)
    (folder / "again").mkdir()
    answer(lab, folder, "dispute", ref)


# waves and delta cutovers


def test_nothing_acts_while_a_delta_cutover_is_cut_off_half_way(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("receive", tmp_path / "case")
    lab.go_on(["receive"], folder)
    ref, customer = somebody(lab, folder)
    add_address(folder, 990001, customer)
    assert lab.run("delta", folder, kill="cutover-delta.indexed#1").code == KILLED
    answer(lab, folder, "refuse_new_purpose", ref)
    for step in ("wave", "destroy"):
        assert "delta cutover of case demo-e5 was cut off" in lab.run(step, folder).error
    lab.go_on(["delta", "wave"], folder)
    assert delivered_addresses(folder).count("新址一号") == 1
    lab.go_on(["receive", "destroy", "close", "bundle"], folder)


def test_a_first_delivery_waits_for_a_delta_cutover_that_was_cut_off(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("deliver", tmp_path / "case")
    _, customer = somebody(lab, folder)
    add_address(folder, 990001, customer)
    assert lab.run("delta", folder, kill="cutover-delta.before_outcome#1").code == KILLED
    assert "was cut off" in lab.run("deliver", folder).error
    lab.go_on(["delta", "deliver"], folder)
    assert delivered_addresses(folder).count("新址一号") == 1


@pytest.mark.parametrize("point", ["deliver.intent_published#1", "deliver.package_built#1"])
def test_a_package_begun_before_a_delta_cutover_is_made_anew_with_its_rows(
    lab: Lab, point: str, tmp_path: Path
) -> None:
    folder = lab.copy("deliver", tmp_path / "case")
    _, customer = somebody(lab, folder)
    assert lab.run("deliver", folder, kill=point).code == KILLED
    add_address(folder, 990001, customer)
    lab.go_on(["delta", "deliver", "receive"], folder)
    assert delivered_addresses(folder).count("新址一号") == 1
    packages = [p.name for p in (folder / "home" / "cases" / CASE / "delivery").iterdir()]
    assert packages == [f"delivery-{CASE}-shop-12-w1-2"]
    lab.go_on(["destroy", "close", "bundle"], folder)
    assert 990001 not in {r["id"] for r in read_crm(folder, "addresses")}


def test_a_wave_with_nothing_new_delivers_nothing_again(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("receive", tmp_path / "case")
    lab.go_on(["wave", "receive", "wave"], folder)
    packages = [p.name for p in (folder / "home" / "cases" / CASE / "delivery").iterdir()]
    assert packages == [f"delivery-{CASE}-shop-12-w1"]


@pytest.mark.parametrize("killed", [False, True])
def test_a_wave_that_was_sent_when_it_was_killed_is_told_and_not_sent_again(
    lab: Lab, killed: bool, tmp_path: Path
) -> None:
    folder = lab.copy("receive", tmp_path / "case")
    lab.go_on(["receive"], folder)
    answer(lab, folder, "guardian_consent", waiting_for_a_guardian(folder))
    if killed:
        assert lab.run("wave", folder, kill="deliver-wave.before_finish#1").code == KILLED
    lab.go_on(["wave"], folder)
    found = counts(folder, "deliver-wave")
    assert found["values"] == found[f"values:{CASE}-shop-12-w2"] > 0
    lab.go_on(["wave"], folder)
    assert counts(folder, "deliver-wave")["values"] == 0
    packages = {p.name for p in (folder / "home" / "cases" / CASE / "delivery").iterdir()}
    assert packages == {f"delivery-{CASE}-shop-12-w{n}" for n in (1, 2)}


def test_a_wave_whose_consent_is_taken_back_before_it_went_is_thrown_away(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("receive", tmp_path / "case")
    lab.go_on(["receive"], folder)
    ref = waiting_for_a_guardian(folder)
    answer(lab, folder, "guardian_consent", ref)
    assert lab.run("wave", folder, kill="inside.volume#1").code == KILLED
    (folder / "answer.csv").unlink()
    answer(lab, folder, "guardian_refuse", ref)
    lab.go_on(["wave", "destroy", "close", "bundle"], folder)
    packages = {p.name for p in (folder / "home" / "cases" / CASE / "delivery").iterdir()}
    assert packages == {f"delivery-{CASE}-shop-12-w1"}


def test_nothing_is_destroyed_while_something_may_still_go(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("receive", tmp_path / "case")
    lab.go_on(["receive"], folder)
    answer(lab, folder, "guardian_consent", waiting_for_a_guardian(folder))
    before = read_crm(folder, "customers")
    assert "may still go" in lab.run("destroy", folder).error
    assert read_crm(folder, "customers") == before
    lab.go_on(["wave"], folder)
    assert "has not signed" in lab.run("destroy", folder).error
    lab.go_on(["receive", "destroy", "close", "bundle"], folder)


def test_late_rows_are_delivered_before_they_are_destroyed(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("receive", tmp_path / "case")
    lab.go_on(["receive"], folder)
    _, customer = somebody(lab, folder)
    add_address(folder, 990001, customer)
    lab.go_on(["delta"], folder)
    assert "may still go" in lab.run("destroy", folder).error
    lab.go_on(["wave", "receive", "destroy"], folder)
    assert delivered_addresses(folder).count("新址一号") == 1


def test_a_delta_cutover_that_is_refused_changes_nothing(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("deliver", tmp_path / "case")
    _, customer = somebody(lab, folder)
    undisturbed = mobiles_in_packages(lab.after("deliver"))
    add_address(folder, 990001, customer, times=2000)
    assert "need a new one" in lab.run("delta", folder).error
    lab.go_on(["deliver"], folder)
    assert mobiles_in_packages(folder) == undisturbed
    assert "新址一号" not in delivered_addresses(folder)


def test_a_receipt_for_nothing_is_refused_while_a_wave_is_unfinished(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("receive", tmp_path / "case")
    lab.go_on(["receive"], folder)
    answer(lab, folder, "guardian_consent", waiting_for_a_guardian(folder))
    assert lab.run("wave", folder, kill="deliver-wave.intent_published#1").code == KILLED
    (folder / "receiver" / "receipt.json").write_text("{}")
    ended = lab.run("receipt", folder)
    assert "Traceback" not in ended.error
    assert "is no receipt" in ended.error


# what stands


@pytest.mark.parametrize("step", ["plan", "link", "discover"])
def test_what_a_killed_cutover_has_fixed_is_not_planned_anew(lab: Lab, step: str, tmp_path: Path) -> None:
    folder = lab.copy("cutover", tmp_path / "case")
    assert lab.run("cutover", folder, kill="cutover.before_finish#1").code == KILLED
    assert "is past its cutover" in lab.run(step, folder).error
    lab.go_on(["cutover"], folder)
    assert lab.not_as_undisturbed("cutover", folder) == []


def test_nothing_is_added_to_a_log_that_a_killed_close_has_closed(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("close", tmp_path / "case")
    ref = next(iter(pl.read_parquet(folder / "home" / "cases" / CASE / "work" / "notices.parquet")["ref"]))
    assert lab.run("close", folder, kill="close.before_finish#1").code == KILLED
    assert "is closed" in lab.run("answer", folder, answer="object", refs=[ref]).error
    (folder / "answer.csv").unlink()
    lab.go_on(["close", "bundle"], folder)
    assert lab.not_as_undisturbed("bundle", folder) == []


# the end of an interim certificate


def certificate(folder: Path, name: str) -> dict[str, object]:
    path = folder / "home" / "cases" / CASE / "statements" / f"{name}.dsse.json"
    return dict(read_statement(path.read_bytes()).statement.predicate)


def test_an_interim_certificate_is_replaced_once_nothing_of_what_it_dated_remains(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("close", tmp_path / "case")
    interim = certificate(folder, "certificate")
    assert interim["state"] == "interim"
    early = lab.run("close", folder, final=True).error
    assert "residuals of the interim certificate remain: " in early
    assert "our feedback outbox" not in early, "the close ends it"
    assert lab.run("later", folder, days=400) == WELL
    assert lab.run("close", folder, final=True, kill="close.certified#1").code == KILLED
    assert lab.run("later", folder, days=1) == WELL
    assert lab.run("close", folder, final=True) == WELL
    final = certificate(folder, "certificate-final")
    assert (final["state"], final["why"], final["residuals"]) == ("final", [], [])
    assert (final["replaces"], final["tables"]) == (interim["certificate_id"], interim["tables"])
    assert certificate(folder, "certificate") == interim, "it stays, and the log names both"
    assert '"replaces"' in "".join(p for p in payloads(folder) if "certificate.issued:2" in p)
    assert (folder / "home" / "cases" / CASE / "certificates" / "certificate-final.pdf").is_file()
    lab.go_on(["bundle"], folder)

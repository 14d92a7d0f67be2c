"""Holds of a court or an authority that come while something is under way: rows stay, and everybody is told so.

A process is held in the middle of a delivery or a destruction while another sets a hold (`kill_runner`).
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.e2e.kill_lab import KILLED, Lab
from tests.e2e.kill_state import CASE
from tests.e2e.test_late_answers import (
    WELL,
    answer,
    held,
    let_go,
    logged,
    mobiles_in_packages,
    passed_on,
    somebody,
)
from tests.unit.demo.reading import read_crm

from bequest.app.context import open_context
from bequest.app.replay import replay
from bequest.model.case import Role
from bequest.sources.marker import write_folder_marker


def set_hold(lab: Lab, folder: Path, customer: dict[str, object]) -> None:
    ended = lab.run("set_hold", folder, who=[f"crm.customers:{customer['id']}"])
    assert ended == WELL, ended.error


def customers_left(folder: Path) -> dict[object, dict[str, object]]:
    return {c["id"]: c for c in read_crm(folder, "customers")}


@pytest.mark.parametrize("point", ["destroy.verifier_prepared#1", "inside.apply_crm_customers#1"])
def test_a_hold_set_during_the_destruction_leaves_what_is_not_erased(lab: Lab, point: str, tmp_path: Path) -> None:
    folder = lab.copy("destroy", tmp_path / "case")
    _, customer = somebody(lab, folder)
    process = held(lab, "destroy", point, folder)
    set_hold(lab, folder, customer)
    ended = let_go(lab, process, folder)
    assert ended == WELL, ended.error
    left = customers_left(folder)
    assert left[customer["id"]] == customer, "the whole row is still there"
    assert left.keys() - customers_left(lab.after("destroy")).keys() == {customer["id"]}
    assert all(f"hold.{w}" in logged(folder) for w in ("intent", "outcome", "set"))
    lab.go_on(["close", "bundle"], folder)


def test_after_the_destruction_a_hold_can_be_lifted_and_none_set(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("destroy", tmp_path / "case")
    _, customer = somebody(lab, folder)
    process = held(lab, "destroy", "destroy.verifier_prepared#1", folder)
    set_hold(lab, folder, customer)
    assert let_go(lab, process, folder) == WELL
    lab.go_on(["lift_holds"], folder)
    assert lab.run("set_hold", folder, who=["crm.customers:1"]).error.startswith("StateError")
    assert customers_left(folder)[customer["id"]] == customer
    lab.go_on(["close", "bundle"], folder)


def test_a_restored_copy_keeps_who_came_on_hold_and_loses_the_others_again(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("destroy", tmp_path / "case")
    _, customer = somebody(lab, folder)
    process = held(lab, "destroy", "inside.apply_crm_customers#1", folder)
    set_hold(lab, folder, customer)
    assert let_go(lab, process, folder) == WELL
    lab.go_on(["close"], folder)
    restored = tmp_path / "restored"
    restored.mkdir()
    shutil.copy(lab.before("destroy") / "sources" / "crm.db", restored / "crm.db")
    write_folder_marker(restored, CASE)
    ctx = open_context(folder / "home")
    operator = next(p.id for p in ctx.case(CASE).case.people if Role.OPERATOR in p.roles)
    done = replay(ctx, CASE, "crm", at=restored / "crm.db", operator_key=folder / "keys" / operator)
    assert done.erased_rows > 50
    with closing(sqlite3.connect(restored / "crm.db")) as db:
        back = {row[0] for row in db.execute("SELECT id FROM customers")}
    assert customer["id"] in back
    assert back == customers_left(folder).keys()


@pytest.mark.parametrize("kill", ["destroy.ledger_written#1", "inside.apply_crm_customers#1"])
def test_a_hold_set_after_a_killed_destruction_is_there_when_it_goes_on(lab: Lab, kill: str, tmp_path: Path) -> None:
    folder = lab.copy("destroy", tmp_path / "case")
    _, customer = somebody(lab, folder)
    assert lab.run("destroy", folder, kill=kill).code == KILLED
    set_hold(lab, folder, customer)
    assert lab.run("destroy", folder, kill="destroy.erased#1").code == KILLED
    lab.go_on(["lift_holds", "destroy", "close", "bundle"], folder)
    assert customers_left(folder)[customer["id"]] == customer, "nobody comes off a hold within a destruction"


def test_a_hold_before_the_destruction_stays_and_a_lifted_one_goes(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("destroy", tmp_path / "case")
    ref, customer = somebody(lab, folder)
    other = next(c for r, c in passed_on(folder).items() if r != ref and c["mobile"] != customer["mobile"])
    set_hold(lab, folder, other)
    lab.go_on(["lift_holds"], folder)
    set_hold(lab, folder, customer)
    answer(lab, folder, "dispute_settled", ref)  # the person's word does not end it
    lab.go_on(["destroy", "close", "bundle"], folder)
    left = customers_left(folder)
    assert left[customer["id"]] == customer
    assert left.keys() - customers_left(lab.after("destroy")).keys() == {customer["id"]}


@pytest.mark.parametrize("point", ["deliver.intent_published#1", "inside.volume#9"])
def test_a_hold_set_during_a_delivery_is_honoured_before_anything_is_sent(lab: Lab, point: str, tmp_path: Path) -> None:
    folder = lab.copy("deliver", tmp_path / "case")
    _, customer = somebody(lab, folder)
    process = held(lab, "deliver", point, folder)
    set_hold(lab, folder, customer)
    assert let_go(lab, process, folder) == WELL
    sent, undisturbed = mobiles_in_packages(folder), mobiles_in_packages(lab.after("deliver"))
    assert set(undisturbed) - set(sent) == {customer["mobile"]}
    lab.go_on(["receive", "destroy", "close", "bundle"], folder)
    assert customers_left(folder)[customer["id"]] == customer, "neither passed on nor deleted"


def test_a_hold_before_the_cutover_is_neither_passed_on_nor_deleted(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("cutover", tmp_path / "case")
    _, customer = somebody(lab, lab.before("deliver"))
    set_hold(lab, folder, customer)
    lab.go_on(["cutover", "deliver", "receive"], folder)
    assert customer["mobile"] not in mobiles_in_packages(folder)
    lab.go_on(["destroy", "close", "bundle"], folder)
    assert customers_left(folder)[customer["id"]] == customer

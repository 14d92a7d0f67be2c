"""Killed anywhere in cutover, deliver, destroy and close, a case is taken up by the same command and ends the same.

A process is killed at every boundary that has a hook, at every turn of the outbox, and in the middle of what takes long
(`kill_runner`); then the command is run again. All that is on disk is compared with the undisturbed run of the same
prepared home (`kill_state`): sources cell by cell, log, database, certificate, custody, package, keys, work files.
"""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from itertools import groupby
from pathlib import Path

import pytest
from tests.e2e.kill_lab import KILLED, ROOT, Ended, Lab
from tests.e2e.kill_state import CASE, state_of
from tests.e2e.test_late_answers import somebody
from tests.unit.demo.reading import read_crm

from bequest.app.answer_receipts import write_receipts
from bequest.app.casefile import read_case_file
from bequest.app.context import open_context
from bequest.app.make_bundle import write_trust
from bequest.evidence.verify import verify_kept
from bequest.model.case import Role

WELL = Ended(0, "")
SHARDS = {"cutover": 3, "deliver": 2, "destroy": 8, "close": 1}
IMPORTANT = {
    "cutover": ("started", "indexed", "intent_published", "decided", "before_outcome", "before_finish"),
    "deliver": ("started", "intent_published", "package_built", "before_finish"),
    "destroy": (
        "started", "intent_published", "ledger_written", "custody_sealed", "verifier_prepared", "erased_crm",
        "erased_orders", "erased_loyalty", "erased_tickets", "erased_weblog", "erased", "verified", "certified",
        "before_finish",
    ),
    "close": ("started", "feedback_handed_over", "feedback_sent", "purged", "before_finish"),
}  # fmt: skip
INSIDE = {
    "deliver": {"key_made", "volume"},
    "destroy": {
        "key_made", "before_sealing_table", "sealing_bucket", "sqlite_commit", "vacuum", "key_destroyed",
        "apply_crm_customers", "apply_orders_orders", "apply_loyalty_loyalty", "apply_tickets_tickets",
        "apply_weblog_weblog",
    },
    "close": {"key_destroyed"},
}  # fmt: skip
EACH = frozenset({"key_destroyed"})


def chosen(points: list[str]) -> list[str]:
    """Every hook and every turn of the outbox; of what happens inside many times, one time in the middle."""
    out = []
    for what, times in groupby(sorted(points, key=lambda p: p.split("#")[0]), key=lambda p: p.split("#")[0]):
        found = list(times)
        is_hook = not what.startswith("inside.")
        out += found if is_hook or what.removeprefix("inside.") in EACH else [found[len(found) // 2]]
    return out


def killed_at(lab: Lab, step: str, point: str, folder: Path, **order: object) -> Path:
    """A copy of the case whose step was killed at a point."""
    lab.copy(step, folder)
    assert lab.run(step, folder, kill=point, **order).code == KILLED, f"{point} was not reached"
    return folder


def crm(folder: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(folder / "sources" / "crm.db")) as db, db:
        assert db.execute(statement, values).rowcount == 1


def events(folder: Path) -> dict[str, str]:
    """Id → payload of every event on record."""
    with closing(sqlite3.connect(folder / "home" / "control.db")) as db:
        return dict(db.execute("SELECT event_id, payload_json FROM store_outboxevent ORDER BY seq").fetchall())


@pytest.mark.parametrize("step", SHARDS)
def test_there_are_points_at_every_boundary(lab: Lab, step: str) -> None:
    met = {p.split("#")[0] for p in lab.points[step]}
    assert {f"{step}.{name}" for name in IMPORTANT[step]} <= met
    assert {f"inside.{name}" for name in INSIDE.get(step, ())} <= met
    assert {"outbox.before_drain", "outbox.after_publish"} <= met


@pytest.mark.parametrize(("step", "shard"), [(step, n) for step, shards in SHARDS.items() for n in range(shards)])
def test_a_killed_step_run_again_ends_as_if_never_killed(lab: Lab, step: str, shard: int, tmp_path: Path) -> None:
    bad: list[str] = []
    for point in chosen(lab.points[step])[shard :: SHARDS[step]]:
        folder = killed_at(lab, step, point, tmp_path / "case")
        ended = lab.run(step, folder)
        other = lab.not_as_undisturbed(step, folder) if ended == WELL else [ended.error]
        bad += [f"after a kill at {point}: {line}" for line in other]
    assert bad == []


def test_a_case_killed_at_boundary_after_boundary_still_comes_to_the_same_end(lab: Lab, tmp_path: Path) -> None:
    """Each run takes up what the last one left, and is killed one boundary further on."""
    folder = lab.copy("cutover", tmp_path / "case")
    for step, names in IMPORTANT.items():
        reached = []
        for name in names:
            ended = lab.run(step, folder, kill=f"{step}.{name}#1")
            reached += [name] if ended.code == KILLED else []
            assert ended.code in {0, KILLED}, f"{name}: {ended.error}"
        assert reached[:3] == list(names[:3])
        lab.go_on([step, *(["receive"] if step == "deliver" else [])], folder)
    lab.go_on(["bundle"], folder)
    assert lab.not_as_undisturbed("bundle", folder) == []


def test_days_may_go_by_before_a_killed_step_is_taken_up(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("cutover", tmp_path / "case")
    late = {"cutover": "cutover.before_outcome", "deliver": "deliver.package_built", "destroy": "destroy.verified"}
    for step in ("cutover", "deliver", "receive", "destroy", "close"):
        for point in [late[step]] if step in late else []:
            assert lab.run(step, folder, kill=f"{point}#1").code == KILLED
            assert lab.run("later", folder, days=3) == WELL
        for point in ("certified", "before_finish") if step == "destroy" else ():
            assert lab.run(step, folder, kill=f"destroy.{point}#1").code == KILLED
            assert lab.run("later", folder, days=3) == WELL
        lab.go_on([step], folder)
    lab.go_on(["bundle"], folder)
    after, undisturbed = state_of(folder), state_of(lab.after("bundle"))
    for name in ("source ", "custody/", "package "):
        kept = [k for k in undisturbed if k.startswith(name) and (name != "package " or k.endswith(".parquet"))]
        assert len(kept) > 5  # the papers of a package bear the day on which it was begun, its tables do not
        assert {k: undisturbed[k] for k in kept} == {k: after.get(k) for k in kept}
    assert after["leases held"] == []


# one at a time


@pytest.mark.parametrize(
    ("step", "point"),
    [("cutover", "cutover.decided"), ("deliver", "inside.volume"), ("destroy", "destroy.erased_crm"),
     ("close", "close.feedback_sent")],
)  # fmt: skip
def test_a_second_process_is_refused_while_the_first_is_at_work(
    lab: Lab, step: str, point: str, tmp_path: Path
) -> None:
    folder = lab.copy(step, tmp_path / "case")
    first = lab.begin(step, folder, hold=f"{point}#1")
    while not (folder / "held").exists():
        os.sched_yield()
    second = refused_by_command_line(lab, folder) if step == "destroy" else lab.run(step, folder).error
    (folder / "go").touch()
    assert lab.wait(first) == WELL
    assert "is being worked on by process" in second
    assert lab.not_as_undisturbed(step, folder) == []


def refused_by_command_line(lab: Lab, folder: Path) -> str:
    """What `bequest destroy` says, with all the right keys."""
    keys = {r: folder / "keys" / person(folder, r) for r in (Role.OPERATOR, Role.VERIFIER, Role.OFFICER)}
    said = subprocess.run(
        [
            sys.executable, "-c", "from bequest.cli.main import main; main()",
            "--home", folder / "home", "destroy", CASE,
            "--operator-key", keys[Role.OPERATOR], "--verifier-key", keys[Role.VERIFIER],
            "--officer-key", keys[Role.OFFICER],
        ],
        capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    assert said.returncode == 3
    return " ".join(said.stderr.split())


def person(folder: Path, role: Role) -> str:
    return next(p.id for p in read_case_file(folder / "case.toml").people if role in p.roles)


# telling people once


@pytest.mark.parametrize(
    ("point", "sent", "possibly"),
    [("close.started#1", 1, False), ("inside.carrier#1", 0.5, True), ("close.feedback_handed_over#1", 1, True),
     ("close.feedback_sent#1", 1, False), ("close.before_finish#1", 1, False)],
)  # fmt: skip
def test_nobody_is_told_the_result_twice(lab: Lab, point: str, sent: float, possibly: bool, tmp_path: Path) -> None:
    people = state_of(lab.before("close"))["file stores/outbox/feedback.sealed"]["address"]
    folder = killed_at(lab, "close", point, tmp_path / "case", carrier=True)
    assert lab.run("close", folder, carrier=True) == WELL
    told = (folder / "sent.txt").read_text().splitlines()
    assert told == people[: len(told)]
    assert abs(len(told) - sent * len(people)) <= 1
    said = events(folder)["feedback.sent:1"]
    assert (f'"possibly_sent":{len(people)}' in said, f'"messages":{len(people)}' in said) == (possibly, not possibly)
    lab.go_on(["bundle"], folder)


# the world has moved on


def test_what_a_killed_cutover_has_fixed_stays_whatever_comes_after_it(lab: Lab, tmp_path: Path) -> None:
    folder = killed_at(lab, "cutover", "cutover.before_finish#1", tmp_path / "case")
    crm(folder, "UPDATE customers SET remark = 'changed since' WHERE id = 1")
    lab.go_on(["cutover"], folder)
    other = lab.not_as_undisturbed("cutover", folder)
    assert [line for line in other if not line.startswith("source crm.customers")] == []


def test_a_delivery_whose_data_changed_is_thrown_away_and_begun_anew(lab: Lab, tmp_path: Path) -> None:
    folder = killed_at(lab, "deliver", "inside.volume#6", tmp_path / "case")
    delivered = [r["id"] for r in read_crm(folder, "customers") if r["shop_id"] == 12 and r["status"] == "active"]
    assert len(delivered) > 40
    for row in delivered:
        crm(folder, "UPDATE customers SET remark = 'changed since' WHERE id = ?", row)
    ended = lab.run("deliver", folder)
    assert "aborted" in ended.error
    assert [p.name for p in (folder / "home" / "cases" / CASE / "delivery").iterdir()] == []
    lab.go_on(["deliver", "receive"], folder)
    said = events(folder)
    assert '"abandoned":1' in said[f"export.outcome:{CASE}-shop-12-w1"]
    assert f"delivery.receipt:{CASE}-shop-12-w1-2-decrypted" in said


def test_a_refused_attempt_is_followed_by_another_also_when_both_are_killed(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("destroy", tmp_path / "case")
    crm(folder, "INSERT INTO disputes (id, cust_no, summary) SELECT 990001, cust_no, 'late' FROM disputes LIMIT 1")
    assert lab.run("destroy", folder, kill="destroy.verified#1").code == KILLED
    assert "the certificate is refused: late_rows" in lab.run("destroy", folder).error
    assert lab.run("destroy", folder, kill="destroy.verified#1").code == KILLED
    crm(folder, "DELETE FROM disputes WHERE id = 990001")
    lab.go_on(["destroy", "close", "bundle"], folder)
    said = list(events(folder))
    order = ("destruction.intent:1", "destruction.outcome:1", "rescan.report:1", "certificate.refused:1",
             "destruction.intent:2", "destruction.outcome:2", "rescan.report:2", "certificate.issued:1")  # fmt: skip
    assert [e for e in said if e in order] == list(order)


@pytest.mark.parametrize(
    "point", ["answers.committed#1", "answers.saved#1", "outbox.before_drain#1", "outbox.after_publish#1"]
)
def test_answers_that_were_cut_off_while_committed_to_are_in_the_log_once_and_have_receipts(
    lab: Lab, point: str, tmp_path: Path
) -> None:
    folder = lab.copy("cutover", tmp_path / "case")
    ref, _ = somebody(lab, folder)
    order = {"answer": "object", "refs": [ref]}
    known = sum("answers.received" in e for e in events(folder))
    assert lab.run("answer", folder, kill=point, **order).code == KILLED, f"{point} was not reached"
    assert lab.run("answer", folder, **order) == WELL
    assert sum("answers.received" in e for e in events(folder)) == known + 1
    ctx = open_context(folder / "home")
    try:
        [name] = write_receipts(ctx, CASE, ref, tmp_path / "out")
        write_trust(ctx, CASE, tmp_path / "trust.json")
    finally:
        ctx.store.close()
    report = verify_kept(tmp_path / "trust.json", [tmp_path / "out" / name], rehearsal=True)
    assert report.ok, report.failed

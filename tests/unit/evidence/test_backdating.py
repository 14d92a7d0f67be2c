"""An approval that came too late, made to look timely by whoever holds every key of the installation."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.evidence.evidence_scene import AT, Scene, approval, reseal, scene_e5, trust
from tests.unit.evidence.test_verify_heads import KEYS, W1, check, cosigned, note, tree

from bequest.kernel.canonical import Json

Entries = list[dict[str, Json]]
WATCHED = replace(trust(), witnesses=(KEYS[0].vkey,), quorum=0)
APPROVED, CUTOVER = 3, 7
"""Where the scene has the approval, and the outcome of the cutover."""


def late() -> Scene:
    """What happened: the plan was approved after the cutover."""
    scene = scene_e5()
    scene.change_entries = move(to=CUTOVER)
    return scene


def move(*, to: int, dated: str = "") -> Callable[[Entries], None]:
    def change(entries: Entries) -> None:
        moved = entries.pop(APPROVED)
        moved["at"] = dated or entries[to - 1]["at"]
        entries.insert(to, moved)
        for n, entry in enumerate(entries):
            entry["seq"] = n
        for entry in entries:
            before = entry.get("prev_intent")
            if isinstance(before, int) and APPROVED < before <= to:
                entry["prev_intent"] = before - 1

    return change


@pytest.fixture
def witnessed(tmp_path: Path) -> dict[str, str]:
    """The head that a witness saw once the cutover was done: nothing was approved yet."""
    t = tree(late().build(tmp_path / "true"))
    return {"6.checkpoint": note(t, 6), "6.cosignatures": cosigned(t, 6, W1)}


def codes(scene: Scene, heads: dict[str, str], folder: Path) -> set[str]:
    bundle = scene.build(folder)
    (bundle / "data/heads").mkdir()
    for name, text in heads.items():
        (bundle / "data/heads" / name).write_text(text)
    reseal(bundle)
    return {c.code for c in check(bundle, WATCHED).failed}


def test_left_where_it_is_it_shows(witnessed: dict[str, str], tmp_path: Path) -> None:
    assert codes(late(), witnessed, tmp_path / "a") == {"log.approved"}


def test_moved_to_where_it_should_have_been_it_contradicts_the_head_a_witness_saw(
    witnessed: dict[str, str], tmp_path: Path
) -> None:
    assert codes(scene_e5(), {}, tmp_path / "a") == set()  # nobody saw anything: this passes
    assert codes(scene_e5(), witnessed, tmp_path / "b") == {"log.heads"}


def test_added_later_with_an_earlier_date_time_runs_backwards(witnessed: dict[str, str], tmp_path: Path) -> None:
    scene = late()
    scene.change_entries = move(to=CUTOVER, dated="2026-11-03T01:00:00Z")
    assert "log.order" in codes(scene, witnessed, tmp_path / "a")


def test_a_signed_text_with_an_earlier_date_does_not_help_an_entry_that_came_late(tmp_path: Path) -> None:
    scene = late()
    scene.approvals = tuple(approval(role, at=AT) for role in ("it", "legal", "officer"))
    assert "log.approved" in codes(scene, {}, tmp_path / "a")

"""Rows in several lots end in one way at the source; after the cutover, what went out stays out."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.unit.steps import decided_tables as d

from bequest.engine.tableplan import TablePlan
from bequest.model.datamap import FieldClass
from bequest.model.disposition import Disposition, Release, Residue
from bequest.steps.plan.lots import Residues, share_residue
from bequest.steps.plan.merge import block_rows, merge_plan, moved_rows

GO = Disposition(Release.AS_IS, Residue.DELETE)
STAY = Disposition(Release.AS_IS, Residue.IN_USE)
NO = Disposition(Release.NONE, Residue.DELETE)
STOP = Disposition(Release.NONE, Residue.BLOCKED)
KEPT = Disposition(Release.NONE, Residue.IN_USE)
ALL = (GO, STAY, NO, STOP, KEPT)
COLUMNS = (d.column("id", FieldClass.NOT_PI, personal=False), d.column("name", FieldClass.PERSON_NAME))


def plan(first: list[Disposition], further: dict[int, Disposition], waves: list[int] | None = None) -> TablePlan:
    """One row per entry in lot a; some of them also in lot b."""
    places = [ALL.index(x) for x in first]
    rows = pl.DataFrame(
        {
            "row_no": range(len(first)), "row_tag": [bytes([i]) for i in range(len(first))],
            "row_digest": [bytes([i, i]) for i in range(len(first))], "lot": ["a"] * len(first),
            "subject": range(len(first)), "d:id": places, "d:name": places, "wave": waves or [1] * len(first),
        },
        schema_overrides={"subject": pl.UInt32, "d:id": pl.UInt8, "d:name": pl.UInt8, "wave": pl.UInt8},
    )  # fmt: skip
    also = [ALL.index(x) for x in further.values()]
    shares = pl.DataFrame(
        {"pos": list(further), "lot": ["b"] * len(also), "d:id": also, "d:name": also, "wave": [1] * len(also)},
        schema={"pos": pl.UInt32, "lot": pl.Utf8, "d:id": pl.UInt8, "d:name": pl.UInt8, "wave": pl.UInt8},
    )
    return TablePlan("s", "t", COLUMNS, ("id",), (), ALL, rows, shares)


def pairs(p: TablePlan, residues: Residues, lot: str) -> list[tuple[str, str]]:
    rows = p.for_lot(lot).rows.filter(pl.col("lot") == lot)
    found = [residues.dispositions[i] for i in rows["d:name"].to_list()]
    return [(x.release.value, x.residue.value) for x in found]


@pytest.mark.parametrize(
    ("in_a", "in_b", "residue"),
    [(GO, GO, "delete"), (GO, STAY, "in_use"), (STAY, NO, "in_use"), (GO, STOP, "blocked"), (STOP, GO, "blocked")],
)
def test_each_lot_keeps_its_release_and_the_residue_destroys_least(in_a, in_b, residue) -> None:
    residues = Residues(ALL)
    before = plan([in_a, GO], {0: in_b})
    joined = share_residue(before, before.shares, residues)
    assert pairs(joined, residues, "a") == [(in_a.release.value, residue), ("as_is", "delete")]
    assert pairs(joined, residues, "b") == [(in_b.release.value, residue)]


def test_what_has_not_gone_out_is_decided_anew() -> None:
    residues = Residues(ALL)
    merged = merge_plan(plan([GO, NO], {}), plan([NO, GO], {}), residues, {})
    assert pairs(merged, residues, "a") == [("none", "delete"), ("as_is", "delete")]
    assert merged.rows["wave"].to_list() == [1, 1]


def test_a_late_consent_goes_with_the_next_wave_and_a_late_objection_stops_the_copy() -> None:
    residues = Residues(ALL)
    merged = merge_plan(plan([GO, NO, GO], {}), plan([GO, GO, NO], {}), residues, {"a": 1})
    assert merged.rows["wave"].to_list() == [1, 2, 1]
    whole = [residues.dispositions[i] for i in merged.rows["d:name"].to_list()]
    assert [(x.release.value, x.residue.value) for x in whole] == [
        ("as_is", "delete"), ("as_is", "delete"), ("as_is", "blocked"),
    ]  # fmt: skip
    assert merged.for_lot("a", 2).rows["lot"].to_list() == ["", "a", ""]
    again = merge_plan(merged, plan([GO, GO, NO], {}), residues, {"a": 1})
    assert again.rows.equals(merged.rows), "deciding the same twice changes nothing"


def test_what_went_out_is_not_forgotten_while_the_row_waits_to_go_again() -> None:
    """First in part, then by a late consent in whole with the next wave; before that goes, the person objects."""
    residues = Residues(ALL)
    part, whole = plan([GO], {}), plan([GO], {})
    part = replace(part, rows=part.rows.with_columns(pl.Series("d:name", [ALL.index(NO)], pl.UInt8)))
    waiting = merge_plan(part, whole, residues, {"a": 1})
    assert waiting.rows["wave"].to_list() == [2]
    stopped = merge_plan(waiting, plan([NO], {}), residues, {"a": 1})
    assert stopped.rows["wave"].to_list() == [1], "it does not go again"
    ends = [residues.dispositions[stopped.rows[c][0]] for c in ("d:id", "d:name")]
    assert [(x.release, x.residue) for x in ends] == [
        (Release.AS_IS, Residue.BLOCKED), (Release.NONE, Residue.BLOCKED),
    ]  # fmt: skip
    back = merge_plan(waiting, part, residues, {"a": 1})
    assert back.rows["wave"].to_list() == [1], "the consent was taken back: what went is all that goes"
    assert back.rows.select("d:id", "d:name").equals(part.rows.select("d:id", "d:name"))


def test_a_row_that_changed_after_it_went_is_blocked_by_an_objection_too() -> None:
    residues = Residues(ALL)
    old = plan([GO, GO], {})
    now = pl.DataFrame({"row_tag": [b"\0", b"\1"], "row_digest": [b"other", b"\1\1"]})
    first = merge_plan(old, plan([GO, GO], {}), residues, {"a": 1}, moved=moved_rows(old, now))
    assert first.rows["wave"].to_list() == [2, 1]
    for before in (old, first):
        moved = moved_rows(before, now) if before is old else None
        merged = merge_plan(before, plan([NO, GO], {}), residues, {"a": 1}, moved=moved)
        assert pairs(merged, residues, "a") == [("as_is", "blocked"), ("as_is", "delete")]


def test_a_row_that_changed_waits_until_it_has_gone_again() -> None:
    """Whatever is decided meanwhile: a further delta without changes, a consent that came and was taken back."""
    residues = Residues(ALL)
    old, new = plan([GO, GO], {}), plan([GO, GO], {})
    part = replace(old, rows=old.rows.with_columns(pl.Series("d:name", [ALL.index(NO), ALL.index(GO)], pl.UInt8)))
    now = pl.DataFrame({"row_tag": [b"\0", b"\1"], "row_digest": [b"other", b"\1\1"]})
    unchanged = pl.DataFrame({"row_tag": [b"\0", b"\1"], "row_digest": [b"\0\0", b"\1\1"]})
    for before, then in ((old, new), (part, part)):
        waiting = merge_plan(before, new, residues, {"a": 1}, moved=moved_rows(before, now))
        assert waiting.rows["wave"].to_list() == [2, 1]
        still = merge_plan(waiting, then, residues, {"a": 1}, moved=moved_rows(waiting, unchanged))
        assert still.rows["wave"].to_list() == [2, 1]
        gone = merge_plan(still, then, residues, {"a": 2})
        assert gone.rows["wave"].to_list() == [2, 1], "once is enough"
        assert merge_plan(gone, then, residues, {"a": 2}).rows["wave"].to_list() == [2, 1]


def test_a_dispute_that_is_settled_sets_the_copy_free_again() -> None:
    residues = Residues(ALL)
    blocked = merge_plan(plan([GO, STAY], {}), plan([STOP, STOP], {}), residues, {"a": 1})
    assert pairs(blocked, residues, "a") == [("as_is", "blocked")] * 2
    free = merge_plan(blocked, plan([GO, STAY], {}), residues, {"a": 1})
    assert pairs(free, residues, "a") == [("as_is", "delete"), ("as_is", "in_use")]
    assert free.rows["wave"].to_list() == [1, 1]


def test_a_plan_without_waves_is_of_the_first() -> None:
    first = plan([GO], {})
    first = replace(first, rows=first.rows.drop("wave"))
    assert first.for_lot("a").rows["lot"].to_list() == ["a"]
    assert first.for_lot("a", 2).rows["lot"].to_list() == [""]


def test_a_wave_of_one_lot_is_none_of_the_other() -> None:
    residues = Residues(ALL)
    merged = merge_plan(plan([NO], {0: NO}), plan([GO], {0: GO}), residues, {"a": 1})
    assert merged.rows["wave"].to_list() == [2]
    assert merged.shares["wave"].to_list() == [1]


def test_a_late_yes_in_one_lot_ends_what_it_kept_in_use_of_a_row_that_went_to_another() -> None:
    """In lot b silence leaves all in use; lot a went out meanwhile. With the yes no lot keeps the copy any more."""
    residues = Residues(ALL)
    first = plan([GO, GO], {0: KEPT, 1: KEPT})
    first = share_residue(first, first.shares, residues)
    assert pairs(first, residues, "a") == [("as_is", "in_use")] * 2
    then = plan([GO, GO], {0: GO, 1: KEPT})
    then = share_residue(then, then.shares, residues)
    merged = merge_plan(first, replace(then, dispositions=residues.dispositions), residues, {"a": 1, "b": 1})
    assert pairs(merged, residues, "a") == [("as_is", "delete"), ("as_is", "in_use")]
    in_b = [residues.dispositions[i] for i in merged.shares["d:name"].to_list()]
    assert [(x.release.value, x.residue.value) for x in in_b] == [("as_is", "delete"), ("none", "in_use")]
    assert merged.rows["wave"].to_list() == [1, 1]
    assert merged.shares["wave"].to_list() == [2, 1]


def test_an_objection_in_one_lot_keeps_in_use_what_went_to_another() -> None:
    """Before the second lot has gone out: its copy stays in use, and with it the one copy of both."""
    residues = Residues(ALL)
    first = plan([GO], {0: GO})
    then = plan([GO], {0: KEPT})
    then = share_residue(then, then.shares, residues)
    merged = merge_plan(first, replace(then, dispositions=residues.dispositions), residues, {"a": 1})
    assert pairs(merged, residues, "a") == [("as_is", "in_use")]
    assert pairs(merged, residues, "b") == [("none", "in_use")]


def test_rows_are_found_again_wherever_they_stand_now() -> None:
    old = plan([GO, GO, NO], {})
    now = pl.DataFrame({"row_tag": [b"\2", b"\0", b"\7"], "row_digest": [b"\2\2", b"other", b"\7\7"]})
    moved = moved_rows(old, now)
    assert moved.to.tolist() == [1, -1, 0]
    assert moved.changed.tolist() == [1]
    assert moved.late == 1
    merged = merge_plan(old, plan([NO, GO, GO], {}), Residues(ALL), {"a": 1}, moved=moved)
    assert merged.rows["wave"].to_list() == [1, 2, 2], "changed and late rows go again; the third of old stays"


def test_rows_on_hold_are_blocked_and_nothing_is_taken_back() -> None:
    residues = Residues(ALL)
    held = block_rows(plan([GO, NO], {0: STAY}), pl.Series("pos", [0], dtype=pl.UInt32), residues)
    assert pairs(held, residues, "a") == [("as_is", "blocked"), ("none", "delete")]
    assert pairs(held, residues, "b") == [("as_is", "blocked")]
    assert isinstance(held.rows["d:name"].to_numpy(), np.ndarray)

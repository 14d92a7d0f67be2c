"""How answers count: what receipts say of the last word, lot by lot, is what the decisions go by, and the other way."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bequest.steps.notify.answer_states import not_known, with_states
from bequest.steps.notify.answers import merge_answers

FACT = "consent_transfer"
AT = datetime(2026, 11, 1, tzinfo=UTC)
NO = {"refused", "objected", "open"}
Row = tuple[str, str, int]
"""Lot, value, minute."""


def frame(rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame(
        [("R", FACT, value, lot, AT + timedelta(minutes=minute)) for lot, value, minute in rows],
        schema={
            "ref": pl.Utf8, "fact": pl.Utf8, "value": pl.Utf8, "lot": pl.Utf8, "at": pl.Datetime("us", "UTC"),
        },
        orient="row",
    )  # fmt: skip


class Case:
    """Batches as they are taken: the answers kept, and of each receipt the lines that its entry has."""

    def __init__(self, *lots: str) -> None:
        self.lots = lots
        self.saved: pl.DataFrame | None = None
        self.receipts: list[tuple[int, dict[str, object]]] = []
        self.n = 0

    def take(self, *rows: Row, late: frozenset[int] = frozenset()) -> list[dict[str, object]]:
        self.n += 1
        said = frame(list(rows)).with_row_index("row")
        new = not_known(said, self.saved)
        counted = with_states(new.drop("row"), new["row"].is_in(list(late)), self.saved, self.lots)
        in_time = said.filter(~pl.col("row").is_in(list(late))).drop("row").sort("at", maintain_order=True)
        self.saved = merge_answers(self.saved, not_known(in_time, self.saved))
        made = counted.to_dicts()
        self.receipts += [(self.n, r) for r in made]
        return made

    def later(self, entry: int, part: str) -> bool:
        """Whether a later entry has a line under the tag of this lot."""
        return any(
            n > entry and r["state"] == "taken" and part in (*r["parts"], r["lot"])  # type: ignore[misc]
            for n, r in self.receipts
        )

    def shown(self) -> dict[str, list[tuple[object, object]]]:
        """By lot, the answers whose receipts verify as the last word there."""
        out: dict[str, list[tuple[object, object]]] = {}
        for entry, r in self.receipts:
            if r["state"] != "taken" or self.later(entry, str(r["lot"])):
                continue
            for part in r["parts"]:  # type: ignore[attr-defined]
                if not self.later(entry, part):
                    out.setdefault(part, []).append((r["value"], r["at"]))
        return out

    def decided(self) -> dict[str, list[tuple[object, object]]]:
        """By lot, what the decisions go by, worked out one by one."""
        assert self.saved is not None
        out: dict[str, list[tuple[object, object]]] = {}
        for part in ("", *self.lots):
            found = [
                (r["at"], r["value"] in NO, n, r["value"])
                for n, r in enumerate(self.saved.to_dicts())
                if r["lot"] in {"", part} or len(self.lots) < 2
            ]
            if found:
                best = max(found)
                out[part] = [(best[3], best[0])]
        return out


def test_the_same_answer_again_is_none() -> None:
    case = Case("l1", "l2")
    assert [r["state"] for r in case.take(("", "given", 3), ("l1", "refused", 5))] == ["taken", "taken"]
    assert case.take(("l1", "refused", 5)) == []
    assert [r["value"] for r in case.take(("l1", "refused", 5), ("", "refused", 9))] == ["refused"]
    assert [r["state"] for r in case.take(("l1", "refused", 10))] == ["taken"], "said again later it is another"


def test_one_for_all_given_before_one_for_a_lot_leaves_that_alone() -> None:
    case = Case("l1", "l2")
    case.take(("l1", "refused", 10))
    [later] = case.take(("", "given", 5))
    assert (later["state"], later["parts"], later["but"]) == ("taken", ["", "l2"], ["l1"])
    assert not case.later(1, "l1"), "the receipt of the answer for the lot still holds"
    assert case.shown() == case.decided()


def test_one_for_a_lot_given_before_one_for_all_does_not_count() -> None:
    case = Case("l1", "l2")
    case.take(("", "refused", 10))
    [older] = case.take(("l1", "given", 5))
    assert older["state"] == "superseded"
    assert not case.later(1, "l1")
    [both_older, both] = Case("l1", "l2").take(("l1", "given", 5), ("", "refused", 10))
    assert (both_older["state"], both["parts"]) == ("superseded", ["", "l1", "l2"]), "nor in one file"


def test_where_there_is_one_lot_an_answer_for_it_is_for_all() -> None:
    case = Case("l1")
    case.take(("", "given", 3))
    [own] = case.take(("l1", "refused", 5))
    assert own["parts"] == ["", "l1"]
    assert case.later(1, ""), "what was said for all before is replaced"
    case.take(("", "given", 7))
    assert case.later(2, "l1")
    assert case.shown() == case.decided()


def test_at_one_moment_a_no_goes_before_a_yes() -> None:
    case = Case("l1", "l2")
    case.take(("l1", "refused", 5))
    [yes] = case.take(("", "given", 5))
    assert yes["but"] == ["l1"]
    other = Case("l1", "l2")
    other.take(("l1", "given", 5))
    [no] = other.take(("", "refused", 5))
    assert no["parts"] == ["", "l1", "l2"]
    assert case.shown() == case.decided()
    assert other.shown() == other.decided()


def test_who_takes_back_too_late_what_he_said_just_before_has_neither() -> None:
    first, second = Case("l1").take(("", "refused", 3), ("", "given", 5), late=frozenset({1}))
    assert (first["state"], second["state"]) == ("superseded", "late")
    assert (first["parts"], second["parts"]) == ([], [])


@pytest.mark.parametrize("lots", [(), ("l1",), ("l1", "l2"), ("l1", "l2", "l3")])
@given(data=st.data())
def test_receipts_show_what_the_decisions_go_by(lots: tuple[str, ...], data: st.DataObject) -> None:
    """Answers in any order and grouping: each lot has one receipt that verifies as its last word, the right one."""
    places = ("", *lots)
    row = st.tuples(
        st.sampled_from(places), st.sampled_from(["given", "refused", "silent"]), st.integers(0, 6)
    ).map(lambda r: (r[0], r[1], r[2] * len(places) + places.index(r[0])))  # fmt: skip
    case = Case(*lots)
    for batch in data.draw(st.lists(st.lists(row, min_size=1, max_size=4), min_size=1, max_size=5)):
        last = {(lot, minute): (lot, value, minute) for lot, value, minute in batch}
        case.take(*last.values())
    assert case.shown() == case.decided()

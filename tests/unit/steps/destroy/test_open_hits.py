"""Hits that people decide on: found again by token and place, as often as decided, and shown without a value."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from tests.unit.steps.destroy.small_company import Company
from tests.unit.steps.destroy.test_verifier import add_orders, erased, looked, residue, task

from bequest.model.adjudication import Answer, Decision, Verdict, Why, in_force, waiting
from bequest.model.destruction import Finding
from bequest.steps.destroy.verifier.open_hits import SHOWN, Decided, OpenHits
from bequest.steps.destroy.verifier.shapes import WIDTH, shape_of
from bequest.steps.destroy.verifier.verify import verify

WHERE = ("crm", "staff", "note")
AT = datetime(2027, 1, 1, tzinfo=UTC)
SHAPES = {
    "a phone with a cue": ("电话：13800000001", "phone", "电话：###########"),
    "letters, digits, Han": ("Li 李四 a-9", "phone", "xx 口口 x-#"),
    "full width": ("１３８０００００００１", "phone", "###########"),
    "a cue is none in a mail address": ("tel@id.com", "email", "xxx@xx.xxx"),
    "an English cue": ("Tel: 138 0000 0001", "phone", "Tel: ### #### ####"),
    "a word that is no cue": ("telling 1", "phone", "xxxxxxx #"),
    "a password is hidden whole": ("手机no:x1", "text", "口口xx:x#"),
    "control characters": ("a\tb\x00c", "text", "x x x"),
}


@pytest.mark.parametrize(("text", "kind", "shape"), SHAPES.values(), ids=SHAPES)
def test_a_shape_tells_what_it_looks_like_and_no_value(text: str, kind: str, shape: str) -> None:
    assert shape_of(text, kind) == shape


def test_of_a_long_cell_the_part_around_the_number_is_shown() -> None:
    shape = shape_of("口" * 200 + "手机13800000001" + "。" * 200, "phone")
    assert "手机###########" in shape
    assert (shape[0], shape[-1], len(shape)) == ("…", "…", WIDTH + 2)


def cells(*numbers: int) -> np.ndarray:
    out = np.zeros((len(numbers), 16), np.uint8)
    out[:, 15] = numbers
    return out


def judged(hits: OpenHits, numbers: list[int], *, chance: bool = False) -> list[int]:
    given = np.full(len(numbers), chance)
    return hits.judge(WHERE, "phone", "unknown", cells(*numbers), given, lambda i: (i, "#"), in_bytes=False).tolist()


def decided(number: int, verdict: Verdict, hits: int = 1) -> Decision:
    found = OpenHits(())
    judged(found, [number])
    hit = replace(found.all()[0], hits=hits)
    return Decision(1, hit, verdict, "why", "a", "officer", AT, Answer.AGREED)


def test_what_was_decided_stands_as_often_as_it_was_shown() -> None:
    hits = OpenHits([decided(7, Verdict.ORGANIC, hits=2), decided(8, Verdict.ALLOWED), decided(9, Verdict.RESIDUE)])
    assert judged(hits, [7, 9, 8, 5]) == [1, 3, 2, 0]
    assert judged(hits, [7, 7, 8, 9]) == [1, 0, 0, 3]
    assert {(h.cell[-2:], h.hits) for h in hits.all()} == {("09", 2), ("05", 1), ("07", 3), ("08", 2)}
    assert Decided(()).take(cells(1, 2)).tolist() == [0, 0]


def test_enough_of_a_kind_are_shown_and_the_others_are_counted() -> None:
    hits = OpenHits(())
    judged(hits, [*range(SHOWN - 1), 0])
    judged(hits, [SHOWN, SHOWN + 1, 1])
    assert (len(hits.all()), hits.more.total()) == (SHOWN, 1)
    assert [h.hits for h in hits.all() if h.hits > 1] == [2, 2]


def test_the_rule_suggests_until_there_are_too_many() -> None:
    hits = OpenHits(())
    judged(hits, [1], chance=True)
    assert (hits.all()[0].why, hits.all()[0].suggested) == (Why.CHANCE, Verdict.ORGANIC)
    hits.no_chance(WHERE, "phone")
    assert (hits.all()[0].why, hits.all()[0].suggested) == (Why.MANY, Verdict.RESIDUE)


def test_the_last_decision_that_counts_is_in_force() -> None:
    first = decided(7, Verdict.ORGANIC)
    later = replace(first, number=2, verdict=Verdict.RESIDUE, answer=Answer.ALONE)
    asked = replace(first, number=3, answer=Answer.OPEN)
    assert in_force([first, later, asked])[first.hit.hit_id] == later
    assert waiting([first, later, asked]) == {first.hit.hit_id: asked}
    assert in_force([replace(first, answer=Answer.DECLINED), asked]) == {}


@pytest.fixture
def company(tmp_path) -> Company:
    return Company(tmp_path)


def test_many_equal_numbers_may_stand_one_by_one_and_chance_may_be_called_residue(company: Company) -> None:
    state = looked(company)
    erased(company)
    add_orders(company, ["13900000001", "13900000002", "13800000002", "13800000001"])
    found = verify(task(company), state)
    assert residue(found) == {("orders", "orders", "订单号", "phone"): 4}
    many = [h for h in found.hits if h.source == "orders"]
    assert {h.why for h in many} == {Why.MANY}
    assert not [h for h in many if "1" in h.shape]
    said = tuple(Decision(n, h, Verdict.ORGANIC, "ours", "a", "officer", AT, Answer.AGREED) for n, h in enumerate(many))
    again = verify(task(company, decisions=said), state)
    assert residue(again) == {}
    assert again.is_clean
    [orders] = [r for r in again.results if r.source == "orders"]
    assert (orders.hits_decided, orders.hits_coincidence) == (4, 5)
    assert again.predicate()["decisions"][0]["verdict"] == "organic"
    one = (*said[1:], replace(said[0], verdict=Verdict.RESIDUE))
    [orders] = [r for r in verify(task(company, decisions=one), state).results if r.source == "orders"]
    assert (orders.finding, orders.hits_residue) == (Finding.RESIDUE, 1)

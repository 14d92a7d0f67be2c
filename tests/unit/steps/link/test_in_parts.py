"""Linkage that sees its columns, tags and references part by part finds what linkage of the whole finds."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.steps.link.company import Rates, generate
from tests.unit.steps.link.scoring import indexes_of

from bequest.engine.kernels import coding
from bequest.steps.link import compare, mentions
from bequest.steps.link.link import DECISIONS, Linked, link
from bequest.steps.link.mentions import believed


class InParts:
    """An index of which every column comes some rows at a time."""

    def __init__(self, frame: pl.DataFrame, n_rows: int) -> None:
        self.columns, self.height = frame.columns, frame.height
        self._frame, self._n_rows = frame, n_rows

    def parts(self, name: str, /) -> Iterator[pl.Series]:
        for first in range(0, self.height, self._n_rows):
            yield self._frame[name].slice(first, self._n_rows)


def same(one: Linked, two: Linked) -> bool:
    people = all(
        np.array_equal(numbers, two.subject_of[key][role])
        for key, roles in one.subject_of.items()
        for role, numbers in roles.items()
    )
    counts = [(x.n_subjects, x.n_mentions, x.n_shared_phones, x.n_uncertain, x.n_refused) for x in (one, two)]
    return people and counts[0] == counts[1] and one.anchors.equals(two.anchors) and one.review.equals(two.review)


@pytest.mark.parametrize(("seed", "rates", "n_rows"), [(109, Rates(), 7), (110, Rates().times(2), 64)])
def test_a_company_in_parts_is_the_company(
    seed: int, rates: Rates, n_rows: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    company = generate(seed, 250, rates)
    indexes = indexes_of(company)
    asked = link(company.datamap, indexes).review
    assert asked.height > 4
    said = asked.head(4).select("left", "right", pl.Series("same", [True, False, True, False])).cast(DECISIONS)
    whole = link(company.datamap, indexes, said)
    monkeypatch.setattr(coding, "WHOLE", 0)
    monkeypatch.setattr(coding, "AT_ONCE", 8)
    monkeypatch.setattr(compare, "_AT_ONCE", 10)
    monkeypatch.setattr(mentions, "MANY", 0)
    monkeypatch.setattr(mentions, "_ROWS_AT_ONCE", 10)
    parts = {key: InParts(frame, n_rows) for key, frame in indexes.items()}
    assert same(whole, link(company.datamap, parts, said, beside=tmp_path))
    assert not any(tmp_path.iterdir())


VALUES = st.lists(st.one_of(st.none(), st.integers(0, 12)), min_size=1, max_size=40)


@given(VALUES, VALUES, st.integers(1, 5))
def test_codes_count_by_first_appearance_in_whatever_parts(left: list, right: list, at_once: int) -> None:
    keys = [pl.Series([None if v is None else bytes([v] * 16) for v in k], dtype=pl.Binary) for k in (left, right)]

    def made() -> list[np.ndarray]:
        return coding.tag_codes([coding.Tags.of([key], len(key)) for key in keys])

    numbers: dict[int, int] = {}
    expected = [[-1 if v is None else numbers.setdefault(v, len(numbers)) for v in k] for k in (left, right)]
    with pytest.MonkeyPatch.context() as patch:
        assert [c.tolist() for c in made()] == expected
        whole = coding.pair_codes([(made()[0], np.arange(len(left), dtype=np.int32) % 2)])
        patch.setattr(coding, "WHOLE", 0)
        patch.setattr(coding, "AT_ONCE", at_once)
        assert [c.tolist() for c in made()] == expected
        again = coding.pair_codes([(made()[0], np.arange(len(left), dtype=np.int32) % 2)])
    assert np.array_equal(whole, again)


CODES = st.lists(st.integers(-1, 20), min_size=60, max_size=60)


@given(CODES, CODES, CODES, st.integers(1, 30))
def test_references_are_believed_alike_in_whatever_parts(one: list, two: list, names: list, at_once: int) -> None:
    columns = [np.array(c, np.int32) for c in (one, two)]
    block = np.repeat(np.arange(3, dtype=np.int32), 20)
    none = np.full(60, -1, np.int32)
    known = {"py": np.array(names, np.int32), "ph": none, "id": none}
    whole = believed(columns, block, known)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mentions, "_ROWS_AT_ONCE", at_once)
        assert np.array_equal(whole, believed(columns, block, known))

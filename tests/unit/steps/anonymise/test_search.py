"""The lattice search finds the least loss, and what it gives holds what was wanted."""

from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.steps.anonymise_tables import INPATIENTS

from bequest.engine.kernels.diversity import sensitive_column
from bequest.kernel.errors import InputError
from bequest.steps.anonymise.columns import quasi_column
from bequest.steps.anonymise.measure import Wanted
from bequest.steps.anonymise.search import search


def test_the_published_patients() -> None:
    quasi = [
        quasi_column("zip", INPATIENTS["zip"], ["first:4", "first:3", "first:2"]),
        quasi_column("age", INPATIENTS["age"], ["10", "20", "40"]),
        quasi_column("nationality", INPATIENTS["nationality"], []),
    ]
    found = search(quasi, [sensitive_column("condition", INPATIENTS["condition"])], Wanted(4, suppression=0))
    assert found.chosen is not None
    assert found.chosen.k >= 4
    assert found.chosen.words[2] == "*"
    assert found.chosen.suppressed == 0
    assert found.kept.all()
    diverse = search(quasi, [sensitive_column("condition", INPATIENTS["condition"])], Wanted(4, l=3, suppression=0))
    assert diverse.chosen is not None
    assert diverse.chosen.l >= 3
    assert diverse.chosen.loss >= found.chosen.loss


TABLE = st.lists(
    st.tuples(st.integers(0, 79), st.sampled_from("MF"), st.integers(0, 3)), min_size=6, max_size=40
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(TABLE, st.integers(2, 4), st.integers(1, 2), st.sampled_from([0.0, 0.1, 0.5]), st.sampled_from([1.0, 0.5]))
def test_it_is_the_least_loss_that_holds(
    rows: list[tuple[int, str, int]],
    k: int,
    l: int,  # noqa: E741
    share: float,
    t: float,
) -> None:
    frame = pl.DataFrame(rows, schema=["age", "sex", "ill"], orient="row").cast(pl.String)
    quasi = [quasi_column("age", frame["age"], ["10", "20", "40"]), quasi_column("sex", frame["sex"], [])]
    sensitive = sensitive_column("ill", "v" + frame["ill"])
    wanted = Wanted(k, l, t, share)
    found = search(quasi, [sensitive], wanted)
    least = None
    for levels in product(*(range(len(q.levels)) for q in quasi)):
        shown = pl.DataFrame(
            {
                q.name: q.levels[i].names.gather(q.levels[i].of_value[q.rows])
                for q, i in zip(quasi, levels, strict=True)
            }
        ).with_columns(ill=frame["ill"], row=pl.int_range(len(rows)))  # fmt: skip
        stays = slow_fit(shown, wanted)
        if len(rows) - stays.height <= share * len(rows) and stays.height:
            loss = slow_loss(quasi, levels, len(rows), set(stays["row"]))
            least = loss if least is None else min(least, loss)
    assert (found.chosen is None) == (least is None)
    if found.chosen is not None and least is not None:
        assert found.chosen.loss == pytest.approx(least)
        assert found.chosen.k >= k
        assert found.chosen.l >= l
        assert found.chosen.t <= t + 1e-9
        assert int((~found.kept).sum()) == found.chosen.suppressed
        assert all(found.chosen.loss <= a.loss + 1e-12 for a in found.alternatives)


def slow_fit(shown: pl.DataFrame, wanted: Wanted) -> pl.DataFrame:
    """Leave classes out until what stays holds."""
    while True:
        n = shown.height
        every = {v: c / n for v, c in shown["ill"].value_counts().iter_rows()} if n else {}
        bad = []
        for key, members in shown.group_by("age", "sex"):
            mine = {v: c / members.height for v, c in members["ill"].value_counts().iter_rows()}
            far = sum(abs(mine.get(v, 0) - p) for v, p in every.items()) / 2
            if members.height < wanted.k or len(mine) < wanted.l or (wanted.t < 1 and far > wanted.t + 1e-9):
                bad.append(key)
        if not bad:
            return shown
        gone = pl.DataFrame(bad, schema=["age", "sex"], orient="row")
        shown = shown.join(gone, on=["age", "sex"], how="anti")


def slow_loss(quasi: list, levels: tuple[int, ...], n: int, stays: set[int]) -> float:  # type: ignore[type-arg]
    total = 0.0
    for row in range(n):
        if row not in stays:
            total += 1
            continue
        for q, i in zip(quasi, levels, strict=True):
            mine = q.levels[i].of_value[q.rows[row]]
            covered = int((q.levels[i].of_value == mine).sum())
            total += (covered - 1) / max(q.n_values - 1, 1) / len(quasi)
    return total / n


def test_what_cannot_be_searched_is_refused() -> None:
    age = pl.Series([str(i) for i in range(100)])
    with pytest.raises(InputError, match="hides nobody"):
        search([quasi_column("age", age, [])], [], Wanted(1))
    with pytest.raises(InputError, match="no quasi-identifier"):
        search([], [], Wanted(2))
    with pytest.raises(InputError, match="not coarser"):
        quasi_column("age", age, ["10", "15"])
    with pytest.raises(InputError, match="no level"):
        quasi_column("age", age, ["week"])
    none = search([quasi_column("age", age, [])], [], Wanted(101))
    assert none.chosen is None
    assert np.count_nonzero(none.kept) == 0

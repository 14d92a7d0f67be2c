"""k, l, t and the risks, against published figures and a slow reading of the definitions."""

from collections import Counter, defaultdict
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.steps.anonymise_tables import INPATIENTS, SALARIES

from bequest.engine.kernels.classes import class_sizes, classes, codes, sizes
from bequest.engine.kernels.diversity import distances, distinct_values, sensitive_column
from bequest.engine.kernels.risks import risks


def test_the_published_table_is_4_anonymous_and_not_diverse() -> None:
    """Figure 2 of the l-diversity paper: 130**/<30, 1485*/≥40, 130**/3*: the last class has cancer alone."""
    released = INPATIENTS.select(
        pl.when(pl.col("zip").str.starts_with("148")).then(pl.lit("1485*")).otherwise(pl.lit("130**")),
        age=pl.when(pl.col("age").cast(int) < 30).then(pl.lit("<30")).when(pl.col("age").cast(int) >= 40)
        .then(pl.lit(">=40")).otherwise(pl.lit("3*")),
    )  # fmt: skip
    rows, n = classes([codes(s) for s in released])
    assert sorted(sizes(rows, n)) == [4, 4, 4]
    assert sorted(distinct_values(rows, n, sensitive_column("c", INPATIENTS["condition"]))) == [1, 2, 3]


def test_published_ordered_distances() -> None:
    """§6 of the t-closeness paper: D[{3,4,5}] = 0.375, D[{6,8,11}] = 0.167 among 3..11."""
    rows, n = codes(SALARIES["group"])
    found = distances(rows, n, sensitive_column("salary", SALARIES["salary"]))
    assert found[rows[0]] == pytest.approx(0.375)
    assert found[rows[3]] == pytest.approx(1 / 6, abs=1e-9)


ROWS = st.lists(
    st.tuples(st.sampled_from(["a", "b", None]), st.integers(-3, 4), st.integers(0, 6)), min_size=1, max_size=60
)


@given(ROWS)
def test_classes_are_those_of_counting(rows: list[tuple[str | None, int, int]]) -> None:
    frame = pl.DataFrame(rows, schema={"a": pl.String, "b": pl.Int64, "c": pl.UInt8}, orient="row")
    assert sorted(class_sizes(frame)) == sorted(Counter(rows).values())


@given(ROWS, st.booleans())
def test_measures_are_those_of_the_definitions(rows: list[tuple[str | None, int, int]], numbers: bool) -> None:
    frame = pl.DataFrame(rows, schema={"a": pl.String, "b": pl.Int64, "c": pl.String}, orient="row", strict=False)
    values = [str(c) if numbers else f"v{c}" for _, _, c in rows]
    found, n = classes([codes(frame["a"]), codes(frame["b"])])
    sensitive = sensitive_column("c", pl.Series(values))
    assert sensitive.ordered == numbers
    groups: dict[int, list[int]] = defaultdict(list)
    for place, (_, _, c) in zip(found, rows, strict=True):
        groups[int(place)].append(c)
    far, rich = distances(found, n, sensitive), distinct_values(found, n, sensitive)
    domain = sorted({c for _, _, c in rows})
    every = Counter(c for _, _, c in rows)
    for place, members in groups.items():
        mine = Counter(members)
        gap = [Fraction(mine[v], len(members)) - Fraction(every[v], len(rows)) for v in domain]
        if numbers and len(domain) > 1:
            summed = [abs(sum(gap[: i + 1])) for i in range(len(gap))]
            assert far[place] == pytest.approx(float(sum(summed) / (len(domain) - 1)))
        elif not numbers:
            assert far[place] == pytest.approx(float(sum(map(abs, gap)) / 2))
        assert rich[place] == len(mine)


def test_risks_of_three_attackers() -> None:
    sample = np.array([2, 3, 0, 5])
    alone = risks(sample)
    assert (alone.prosecutor_max, alone.journalist_max) == (0.5, 0.5)
    assert alone.marketer == alone.prosecutor_mean == pytest.approx(3 / 10)
    among = risks(sample, np.array([20, 30, 7, 5]))
    assert (among.prosecutor_max, among.journalist_max) == (0.5, 1 / 5)
    assert among.marketer == pytest.approx((2 / 20 + 3 / 30 + 1) / 10)


ILL = st.lists(
    st.tuples(st.integers(0, 4), st.one_of(st.none(), st.sampled_from(["", "  "]), st.integers(0, 3))), min_size=1
)


@given(ILL, st.booleans())
def test_a_gap_is_no_value_of_l_but_counts_in_t(rows: list[tuple[int, int | str | None]], numbers: bool) -> None:
    """Numbers and words alike: l counts what is written, and 1 where nothing is; t takes all gaps for one value."""
    told = [str(v) if isinstance(v, int) and numbers else f"v{v}" if isinstance(v, int) else v for _, v in rows]
    found, n = codes(pl.Series([c for c, _ in rows]))
    sensitive = sensitive_column("ill", pl.Series(told, dtype=pl.String))
    written = [v if isinstance(v, int) else None for _, v in rows]
    rich, far = distinct_values(found, n, sensitive), distances(found, n, sensitive)
    every = Counter(written)
    for place in range(n):
        mine = [v for v, c in zip(written, found, strict=True) if c == place]
        assert rich[place] == max(1, len(set(mine) - {None}))
        if not sensitive.ordered:
            gap = [Fraction(mine.count(v), len(mine)) - Fraction(every[v], len(rows)) for v in every]
            assert far[place] == pytest.approx(float(sum(map(abs, gap)) / 2))


def test_a_class_of_nobody_has_no_value() -> None:
    assert distinct_values(np.array([0, 2]), 3, sensitive_column("s", pl.Series(["a", None]))).tolist() == [1, 0, 1]

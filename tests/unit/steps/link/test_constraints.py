"""What holds whatever the data: two valid identity numbers are never one person."""

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.steps.link.company import Rates, generate
from tests.unit.steps.link.scoring import link_company, mentions

from bequest.engine.kernels.coding import Tags, pair_codes, tag_codes
from bequest.engine.kernels.union_find import components_apart, components_of_codes
from bequest.steps.link.link import DECISIONS

EDGES = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=40)


@given(EDGES, st.lists(st.integers(-1, 3), min_size=12, max_size=12), EDGES)
def test_no_component_breaks_a_constraint(edges: list, apart: list[int], never: list) -> None:
    never = [(a, b) for a, b in never if a != b]
    labels = components_apart(
        12, np.array(edges, np.int64).reshape(-1, 2), np.array(apart).reshape(-1, 1), np.array(never).reshape(-1, 2)
    )
    for label in set(labels.tolist()):
        assert len({apart[i] for i in np.flatnonzero(labels == label)} - {-1}) <= 1
    assert all(labels[a] != labels[b] for a, b in never)
    free = components_apart(12, np.array(edges, np.int64).reshape(-1, 2), np.full((12, 1), -1), np.zeros((0, 2)))
    assert free.tolist() == components_of_codes(12, [], np.array(edges, np.int64).reshape(-1, 2)).tolist()


VALUES = st.lists(st.one_of(st.none(), st.integers(0, 5)), min_size=20, max_size=20)


@given(VALUES, VALUES)
def test_codes_of_pairs_are_equal_where_both_tags_are(left: list, right: list) -> None:
    keys = [pl.Series([None if v is None else bytes([v] * 16) for v in k], dtype=pl.Binary) for k in (left, right)]
    made = tag_codes([Tags.of([key], len(key)) for key in keys])
    [pairs] = pair_codes([(made[0], made[1])])
    for i in range(20):
        for j in range(20):
            same = None not in (left[i], right[i]) and (left[i], right[i]) == (left[j], right[j])
            assert (pairs[i] >= 0 and pairs[i] == pairs[j]) == same


@settings(max_examples=8, deadline=None)
@given(st.integers(1_000, 10_000), st.sampled_from([0.5, 1.0, 2.0]))
def test_two_identity_numbers_are_never_one_person_even_if_people_say_so(seed: int, factor: float) -> None:
    company = generate(seed, 120, Rates().times(factor))
    first = link_company(company)
    pairs = first.review.select("left", "right", pl.lit(True).alias("same")).cast(DECISIONS)
    anchors = first.anchors
    wild = pl.DataFrame({"left": anchors.head(-1), "right": anchors.slice(1), "same": True}, schema=DECISIONS)
    for decisions in (None, pl.concat([pairs, wild])):
        found = mentions(company, link_company(company, decisions)).drop_nulls("ident")
        assert found.group_by("subject").agg(pl.col("ident").n_unique())["ident"].max() == 1


def test_people_who_are_said_to_be_different_stay_so() -> None:
    company = generate(2_000, 150)
    first = link_company(company)
    m = mentions(company, first)
    assert m.group_by("subject").len().filter(pl.col("len") > 1).height > 20
    pairs = first.review.select("left", "right", pl.lit(False).alias("same")).cast(DECISIONS)
    again = link_company(company, pairs)
    assert again.n_subjects == first.n_subjects
    assert again.n_uncertain < first.n_uncertain

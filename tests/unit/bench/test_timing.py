"""What a measured ratio may claim."""

import pytest
from bench.registry import BENCHES
from bench.timing import bounds, result, seconds


def taken(ours: list[float], peer: list[float]) -> dict[str, list[float]]:
    return {"ours": ours, "peer": peer}


def test_bounds_lie_around_the_mean_of_the_logarithms() -> None:
    low, mean, high = bounds([2.0, 2.0, 2.0, 4.0, 1.0])
    assert mean == pytest.approx(2.0)
    assert low < 2.0 < high
    assert low * high == pytest.approx(4.0)
    # log2 of the ratios: 1 1 1 2 0, mean 1, deviation 0.7071; t(4) = 2.132: half = 2.132 × 0.7071 / √5
    assert high == pytest.approx(2 ** (1 + 2.132 * 0.70710678 / 5**0.5), rel=1e-3)


def test_fewer_than_five_rounds_claim_nothing() -> None:
    with pytest.raises(ValueError, match="4 rounds"):
        bounds([1.0] * 4)


@pytest.mark.parametrize(
    ("ours", "passes"), [([1.0] * 5, True), ([2.0] * 5, True), ([2.1] * 5, False), ([1.5, 3.5, 1.5, 3.5, 2.2], True)]
)
def test_a_target_at_least_is_missed_only_beyond_noise(ours: list[float], passes: bool) -> None:
    assert result("x", 10, "ours", "peer", taken(ours, [2.0] * 5), at_least=1.0)["passes"] is passes


@pytest.mark.parametrize(
    ("ours", "ratio", "passes"), [([12.0] * 5, 6.0, True), ([12.5] * 5, 6.25, False), ([9, 18, 9, 18, 13], 6.39, True)]
)
def test_a_target_at_most_counts_how_many_times_longer_ours_takes(
    ours: list[float], ratio: float, passes: bool
) -> None:
    line = result("x", 10, "ours", "peer", taken(ours, [2.0] * 5), at_most=6.0)
    assert (line["ratio"], line["passes"]) == (ratio, passes)


def test_ways_run_in_turn_after_a_warm_up() -> None:
    met: list[str] = []
    out = seconds({"a": lambda: met.append("a"), "b": lambda: met.append("b")}, runs=2)
    assert met == ["a", "b"] * 3
    assert {k: len(v) for k, v in out.items()} == {"a": 2, "b": 2}


def test_every_benchmark_runs_and_says_what_it_compares() -> None:
    for name in ("tokens", "components"):
        for line in BENCHES[name].run(500):
            assert line["pairs"] == 5
            assert line["ratio_low"] <= line["ratio"] <= line["ratio_high"]  # type: ignore[operator]

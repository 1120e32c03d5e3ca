"""Bootstrap intervals: right on average, the same each time, and as wide as they should be."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.evaluation.intervals import Rate, ratios, share

outcomes = st.dictionaries(
    st.tuples(st.integers(1, 20), st.integers(0, 20)).map(lambda t: (1, t[0], min(t))), st.integers(1, 50), max_size=6
)


@given(outcomes=outcomes)
def test_a_rate_is_the_plain_ratio_and_lies_in_its_interval(outcomes: dict[tuple[float, ...], int]) -> None:
    (rate,) = ratios(outcomes, [(2, 1)])
    steps = sum(o[1] * n for o, n in outcomes.items())
    right = sum(o[2] * n for o, n in outcomes.items())
    assert math.isclose(rate.value, right / steps if steps else 0)
    if sum(outcomes.values()) < 2:
        assert rate.low is None
        assert rate.high is None
    else:
        assert rate.low is not None
        assert rate.high is not None
        assert rate.low - 1e-9 <= rate.value <= rate.high + 1e-9
    assert ratios(outcomes, [(2, 1)]) == [rate]


def test_the_interval_is_that_of_drawing_episodes_one_by_one() -> None:
    """Held against the textbook's loop, on episodes of one to ten steps that are right altogether or not at all."""
    random = np.random.default_rng(1)
    lengths = random.integers(1, 11, 200)
    right = lengths * (random.random(200) < 0.6)
    counted: Counter[tuple[float, ...]] = Counter((1, int(n), int(r)) for n, r in zip(lengths, right, strict=True))
    (rate,) = ratios(counted, [(2, 1)])
    picks = random.integers(0, 200, (4000, 200))
    low, high = np.quantile(right[picks].sum(1) / lengths[picks].sum(1), (0.025, 0.975))
    assert rate.low is not None
    assert rate.high is not None
    assert abs(rate.low - low) < 0.012
    assert abs(rate.high - high) < 0.012
    alone = share(int(right.sum()), int(lengths.sum()))
    assert alone.high is not None
    assert alone.low is not None
    assert rate.high - rate.low > 1.5 * (alone.high - alone.low)  # steps of an episode are alike


def test_shares_by_hand() -> None:
    assert share(0, 0) == Rate(0.0)
    assert share(1, 1) == Rate(1.0)
    all_of_five = share(5, 5)
    assert all_of_five.low is not None
    assert (all_of_five.value, all_of_five.high) == (1.0, 1.0)
    assert abs(all_of_five.low - 0.566) < 0.001  # 5 / (5 + 1.96²)
    half = share(50, 100)
    assert half.low is not None
    assert half.high is not None
    assert abs(half.low - 0.402) < 0.02  # 0.5 ± 1.96·0.05
    assert abs(half.high - 0.598) < 0.02
    assert str(Rate(0.5)) == "50.0%"
    assert str(Rate(0.5, 0.4, 0.6)) == "50.0% (40.0% to 60.0%)"


def test_all_or_nothing_is_as_sure_as_there_are_episodes() -> None:
    """The bootstrap has nothing to draw from there. A difference of nothing is left as it says."""
    for right, expected in ((0, (0.0, 0.0, 0.278)), (4, (1.0, 0.722, 1.0))):
        (rate, difference) = ratios({(1, 4, right, 0): 10}, [(2, 1), (3, 1)], differences_from=3)
        assert (rate.value, rate.low, rate.high) == pytest.approx(expected, abs=0.001)
        assert difference == Rate(0.0, 0.0, 0.0)
    assert ratios({(1, 4, 4): 1}, [(2, 1)]) == [Rate(1.0)]


def test_many_different_outcomes_are_drawn_in_parts() -> None:
    counted: dict[tuple[float, ...], int] = {(1.0, 1.0, i / 5_000): 1 for i in range(5_000)}
    (rate,) = ratios(counted, [(2, 1)])
    assert rate.low is not None
    assert rate.high is not None
    assert abs(rate.value - 0.5) < 0.001
    assert abs((rate.high - rate.low) - 2 * 1.96 * math.sqrt(1 / 12 / 5_000)) < 0.002

"""How sure a rate is: 95 % intervals by the bootstrap, over episodes, since the steps of one are alike.

Episodes that came out alike are interchangeable, so drawing n of n episodes with replacement is drawing how often each
outcome comes up: one multinomial for each repetition (Efron and Tibshirani 1993, chapters 6 and 13). Memory grows with
the number of different outcomes and not with that of episodes. The draws are seeded: the same file, the same interval.

Where all or nothing was right the bootstrap has nothing to draw from, and its interval no width. There, and for steps
that are drawn one by one, it is Wilson's (Wilson 1927, JASA 22), which keeps its promise near 0 and 1 and for few tries
(Brown, Cai and DasGupta 2001, Statistical Science 16(2)).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

REPETITIONS = 1000
SEED = 20_261_126
Z = NormalDist().inv_cdf(0.975)
_AT_ONCE = 4_000_000
"""Counts in memory at a time."""

Outcome = tuple[float, ...]
"""The figures of an episode that are summed up over all of them."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of 1, and where it lies with 95 %; None where there are too few to say."""

    value: float
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        if self.low is None or self.high is None:
            return f"{self.value:.1%}"
        return f"{self.value:.1%} ({self.low:.1%} to {self.high:.1%})"


def ratios(
    outcomes: Mapping[Outcome, int], pairs: Sequence[tuple[int, int]], *, differences_from: int | None = None
) -> list[Rate]:
    """For each pair of positions in an outcome: the sum of the first over the sum of the second. 0 where that is 0.
    Figures at `differences_from` and after it may be negative; the others are parts of what they are divided by."""
    if not outcomes:
        return [Rate(0.0) for _ in pairs]
    figures = np.array(list(outcomes), float)
    counts = np.array(list(outcomes.values()), np.int64)
    totals = counts.astype(float) @ figures
    drawn = _draw(figures, counts) if counts.sum() > 1 else None
    rates: list[Rate] = []
    for over, under in pairs:
        rate = _rate(totals, drawn, over, under)
        if rate.low == rate.high and rate.value in (0, 1) and (differences_from is None or over < differences_from):
            tries = int(counts[figures[:, under] > 0].sum())  # each episode that has any of it is one
            rate = share(rate.value * tries, tries)
        rates.append(rate)
    return rates


def share(hits: float, of: float) -> Rate:
    """Of tries that are drawn one by one, such as steps of a kind, which come from many episodes; no interval for a
    single one, or for none."""
    return wilson(hits, of) if of >= 2 else Rate(hits / of if of else 0.0)


def wilson(hits: float, of: float) -> Rate:
    """Of tries one by one, or of as many as they are worth; no interval where there are none."""
    if of <= 0:
        return Rate(0.0)
    value = hits / of
    scale = 1 + Z * Z / of
    middle = (value + Z * Z / (2 * of)) / scale
    half = Z / scale * math.sqrt(value * (1 - value) / of + Z * Z / (4 * of * of))
    return Rate(value, max(0.0, middle - half), min(1.0, middle + half))


def _draw(figures: NDArray[np.float64], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """The totals of each repetition."""
    total = int(counts.sum())
    random = np.random.default_rng(SEED)
    most = max(1, _AT_ONCE // len(counts))
    parts = [
        random.multinomial(total, counts / total, min(most, REPETITIONS - done)) @ figures
        for done in range(0, REPETITIONS, most)
    ]
    return np.concatenate(parts)


def _rate(totals: NDArray[np.float64], drawn: NDArray[np.float64] | None, over: int, under: int) -> Rate:
    if totals[under] == 0:
        return Rate(0.0)
    value = float(totals[over] / totals[under])
    if drawn is None:
        return Rate(value)
    good = drawn[drawn[:, under] > 0]
    low, high = np.quantile(good[:, over] / good[:, under], (0.025, 0.975))
    return Rate(value, float(low), float(high))

"""How sure a share of successes is where the tries come in groups.

The seeds of one task are more alike than those of different tasks; so over several tasks the tries are counted down by
the design effect, the factor by which the groups make the variance larger (Kish 1965, Survey Sampling, chapters 5 and
8), and Wilson's interval is taken of what is left, as Franco, Little, Louis and Slud 2019 recommend (Journal of Survey
Statistics and Methodology 7(3)). They find such intervals still a little too narrow where groups are few; none is
narrower here than for tries one by one.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent.evaluation.intervals import Rate, wilson


def grouped(groups: Sequence[tuple[int, int]]) -> Rate:
    """The share over groups of tries, each its hits and its tries."""
    hits, of = sum(h for h, _ in groups), sum(n for _, n in groups)
    if of == 0:
        return Rate(0.0)
    share = hits / of
    effect = max(1.0, _design_effect([g for g in groups if g[1]], share))
    return wilson(hits / effect, of / effect)


def _design_effect(groups: Sequence[tuple[int, int]], share: float) -> float:
    """The variance of a ratio over groups (Kish, 6.3) over that of as many tries one by one."""
    count = len(groups)
    if count < 2 or share in (0.0, 1.0):
        return 1.0
    of = sum(n for _, n in groups)
    variance = count / (count - 1) * sum((h - share * n) ** 2 for h, n in groups) / of**2
    return variance / (share * (1 - share) / of)

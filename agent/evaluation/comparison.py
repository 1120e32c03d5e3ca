"""What comes of comparing two files of predictions, A and B."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.evaluation.intervals import Rate
from agent.evaluation.step import Place


@dataclass(frozen=True, slots=True)
class Figure:
    """`difference` is B's less A's; it may be negative, as may the ends of its interval."""

    name: str
    a: Rate
    b: Rate
    difference: Rate


@dataclass(frozen=True, slots=True)
class Changed:
    """A step that only one of the two has right, and what each said."""

    place: Place
    kind: str
    recorded: str
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Signs:
    """In how many episodes B has more steps right than A, fewer, and as many. p: how likely a split as uneven as
    that of the first two is where neither is better."""

    better: int
    worse: int
    alike: int
    p: float

    def __str__(self) -> str:
        odds = f"p = {self.p:.2g}" if self.p >= 1e-4 else "p < 0.0001"
        test = f" (sign test: {odds})" if self.better + self.worse else ""
        return f"B has more steps right in {self.better} episodes, fewer in {self.worse}, as many in {self.alike}{test}"


@dataclass(frozen=True, slots=True)
class OneSided:
    """Steps that stand in one file only; some by name."""

    count: int
    some: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Paired:
    """What one protocol says. gained, lost: steps that only B has right, and that only A has; some of each."""

    protocol: str
    figures: tuple[Figure, ...]
    signs: Signs
    both_right: int
    both_wrong: int
    gained: int
    lost: int
    gains: tuple[Changed, ...]
    losses: tuple[Changed, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """steps: those that stand in both files and were recorded alike; episodes: those with such a step, of which `whole`
    have all of theirs in both. Type match, exact match and score are shares of the steps; progress and success are over
    the whole episodes. `differing`: what the two files say of themselves, where that isn't the same.

    otherwise: steps of the same name that were recorded in another way. duplicates, damaged: lines of A and of B that
    were left out.
    """

    a: Mapping[str, str]
    b: Mapping[str, str]
    differing: Mapping[str, tuple[str | None, str | None]]
    steps: int
    episodes: int
    whole: int
    only_a: OneSided
    only_b: OneSided
    otherwise: OneSided
    duplicates: tuple[int, int]
    damaged: tuple[int, int]
    paired: tuple[Paired, ...]


def gaps(comparison: Comparison) -> list[tuple[str, tuple[Place, ...]]]:
    """What is not compared, in a line each, and some of it by name."""
    found = [
        (comparison.only_a.count, "steps stand in A only", comparison.only_a.some),
        (comparison.only_b.count, "steps stand in B only", comparison.only_b.some),
        (comparison.otherwise.count, "steps were recorded in another way in the other file", comparison.otherwise.some),
        (
            comparison.episodes - comparison.whole,
            "episodes are not whole in both: they are in no progress or success",
            (),
        ),
    ]
    for name, of in (("duplicates", comparison.duplicates), ("damaged", comparison.damaged)):
        what = "steps stand there more than once; the first counts" if name == "duplicates" else "lines are damaged"
        found += [(count, f"{what} (in {side})", ()) for side, count in zip("AB", of, strict=True)]
    return [
        (f"{count} {what}{', among them' if 0 < len(some) < count else ''}", some)
        for count, what, some in found
        if count
    ]


def in_points(rate: Rate) -> str:
    """A difference of shares, in percentage points."""
    value = f"{100 * rate.value:+.1f}"
    if rate.low is None or rate.high is None:
        return f"{value} (too few episodes for an interval)"
    return f"{value} ({100 * rate.low:+.1f} to {100 * rate.high:+.1f})"

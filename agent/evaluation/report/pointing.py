"""How far off points are: by how much in which direction, where on the screen, and how many lie within which distance.

A step points where its recording does: a click, a long press or a move, of each of its options the first; the nearest
counts. A predicted box counts by its centre. Only counts are kept, so memory doesn't grow with the steps.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from actions.geometry import Point, distance
from actions.types import Action, Click, LongPress, Move
from agent.evaluation.intervals import Rate, share
from agent.evaluation.protocols.ac_osatlas import NEAR as AC_OSATLAS
from agent.evaluation.protocols.ac_qwen import NEAR as AC_QWEN
from agent.evaluation.protocols.agentcpm import NEAR as AGENTCPM
from agent.evaluation.protocols.agentcpm import NEAR_ANDROID_CONTROL
from agent.evaluation.protocols.agentnet import NEAR as AGENTNET
from agent.evaluation.protocols.aitw import NEAR as AITW
from agent.evaluation.protocols.handeye import NEAR as HANDEYE
from agent.evaluation.protocols.odyssey import NEAR as ODYSSEY
from agent.evaluation.protocols.verdict import Verdict
from agent.evaluation.step import Prediction, Truth

Measure = Literal["sides", "longer"]
"""How a distance is measured: in shares of each side, or in pixels as a share of the longer side."""

MEASURED: Mapping[str, tuple[Measure, float]] = MappingProxyType(
    {
        "handeye": ("longer", HANDEYE),
        "ac_qwen": ("longer", AC_QWEN),
        "ac_qwen_finger": ("longer", AC_QWEN),
        "ac_agentcpm": ("sides", NEAR_ANDROID_CONTROL),
        "agentnet": ("sides", AGENTNET),
        "agentnet_first": ("sides", AGENTNET),
        "aitw": ("sides", AITW),
        "aitz_qwen": ("sides", AGENTCPM),
        "odyssey": ("sides", ODYSSEY),
        "odyssey_agentcpm": ("sides", AGENTCPM),
        "ac_osatlas": ("sides", AC_OSATLAS),
    }
)
"""How far a point may be off, by the protocols that say so in a number."""

FINENESS = 10_000
"""Steps of a distance of 1."""
FARTHEST = 15_000
"""In such steps: no two points of a screen are further apart."""
REACH = 0.25
CELLS = 51
"""Errors of up to `REACH` in each direction are counted in so many rows and columns."""
GRID = 10
"""Rows and columns that a screen is cut into."""


@dataclass(frozen=True, slots=True)
class Within:
    """At one distance: the share of the points given that lie within it, that of all that were asked for, and what the
    exact match would be if points were right within it and nowhere else."""

    distance: float
    measure: Measure
    protocols: tuple[str, ...]
    given: Rate
    asked: Rate
    exact_match: float


@dataclass(slots=True)
class Distances:
    counts: array[int] = field(default_factory=lambda: array("Q", bytes(8 * (FARTHEST + 1))))
    total: int = 0

    def add(self, value: float) -> None:
        self.counts[min(FARTHEST, math.ceil(value * FINENESS - 1e-6))] += 1
        self.total += 1

    def within(self, value: float) -> int:
        return sum(self.counts[: int(value * FINENESS + 1e-6) + 1])

    def quantile(self, part: float) -> float | None:
        """A distance within which that part lies; None where there is nothing."""
        wanted, seen = part * self.total, 0
        for step, count in enumerate(self.counts):
            seen += count
            if count and seen >= wanted:
                return step / FINENESS
        return None


@dataclass(slots=True)
class Pointing:
    """asked: steps whose recording points. given: those that were answered by a point. further: errors that lie outside
    of `errors`, which counts the others by row, downwards, and column. `places` and `missed` have a cell for each part
    of the screen: how many points were there, and the sum of the distances that they were missed by.

    steps, elsewhere: all that count, and the exact matches among those that don't point. `kind` has the distances of
    points given where the first protocol takes the kind of action for right.
    """

    steps: int = 0
    elsewhere: int = 0
    asked: int = 0
    given: int = 0
    upright: int = 0
    further: int = 0
    across: float = 0.0
    down: float = 0.0
    errors: array[int] = field(default_factory=lambda: array("Q", bytes(8 * CELLS * CELLS)))
    places: array[int] = field(default_factory=lambda: array("Q", bytes(8 * GRID * GRID)))
    missed: array[float] = field(default_factory=lambda: array("d", bytes(8 * GRID * GRID)))
    all: Mapping[Measure, Distances] = field(default_factory=lambda: {"sides": Distances(), "longer": Distances()})
    kind: Mapping[Measure, Distances] = field(default_factory=lambda: {"sides": Distances(), "longer": Distances()})

    def add(self, truth: Truth, prediction: Prediction, verdict: Verdict) -> None:
        self.steps += 1
        if not (wanted := _wanted(truth)):
            self.elsewhere += verdict.exact_match
            return
        self.asked += 1
        self.upright += truth.size.height > truth.size.width
        said = _said(prediction)
        if said is None:
            return
        self.given += 1
        was = wanted[0] if len(wanted) == 1 else min(wanted, key=lambda point: distance(point, said))
        sides, longer = distance(was, said), distance(was, said, truth.size)
        for distances in (self.all, self.kind) if verdict.type_match else (self.all,):
            distances["sides"].add(sides)
            distances["longer"].add(longer)
        self._place(was, said, sides)

    def _place(self, was: Point, said: Point, sides: float) -> None:
        x, y = said.x - was.x, said.y - was.y
        self.across += x
        self.down += y
        column, row = (round((v / REACH + 1) * (CELLS - 1) / 2) for v in (x, y))
        if 0 <= column < CELLS and 0 <= row < CELLS:
            self.errors[row * CELLS + column] += 1
        else:
            self.further += 1
        cell = min(int(was.y * GRID), GRID - 1) * GRID + min(int(was.x * GRID), GRID - 1)
        self.places[cell] += 1
        self.missed[cell] += sides

    def within(self, value: float, measure: Measure, protocols: Iterable[str] = ()) -> Within:
        near = self.all[measure].within(value)
        right = self.elsewhere + self.kind[measure].within(value)
        return Within(
            value,
            measure,
            tuple(protocols),
            share(near, self.given),
            share(near, self.asked),
            right / (self.steps or 1),
        )

    def thresholds(self) -> list[Within]:
        """At the distances that protocols allow."""
        users: dict[tuple[Measure, float], list[str]] = {}
        for name, allowed in MEASURED.items():
            users.setdefault(allowed, []).append(name)
        return [self.within(value, measure, names) for (measure, value), names in sorted(users.items())]


def _wanted(truth: Truth) -> list[Point]:
    """Where each way of doing it points; nothing where the recording itself doesn't."""
    points = [_first(r.action for r in option) for option in truth.options]
    return [p for p in points if p is not None] if points[0] is not None else []


def _said(prediction: Prediction) -> Point | None:
    point = _first(prediction.actions)
    return prediction.box.center if point is not None and prediction.box is not None else point


def _first(actions: Iterable[Action]) -> Point | None:
    return next((a.point for a in actions if isinstance(a, Click | LongPress | Move)), None)

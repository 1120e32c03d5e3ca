"""The ways in which a model's numbers may be meant: the faults of coordinates that occur in practice, one for each.

A `Reading` says where each answer would lie if it were meant so, in shares of the picture's sides; places outside the
picture are not cut off. `tier` is how much it assumes: of two that explain the answers, the one that assumes less is
taken. Fits are robust: medians, and for each axis the median of the slopes between all pairs (Theil 1950, Sen 1968).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Literal

from actions.errors import UsageError
from actions.geometry import Size, Space, apart, shares
from agent.calibration.asking import Answer
from agent.models.published import Family

Fault = Literal["none", "space", "resized", "swapped", "mirrored", "offset", "scale", "skewed"]
Counted = Space | Literal["original"]
"""How a model counts; "original": in pixels of the picture before it is resized."""
Place = tuple[float, float]

SPACES: tuple[Counted, ...] = ("thousand", "999", "unit", "absolute", "original")

FAR = 7.0
"""Errors count up to so many radii of the target: how far off a wild answer is tells nothing."""
NEAR = 3.5
"""Within so many radii an answer means the target. By chance one of 20 to 40 lies there."""
FLATTEST = 0.05
"""A slope below this would say that the answers hardly depend on the target."""

_BOUNDS = (256, 512, 768, 1024, 1280, 1344, 2048, 2700, 4096, 8192, 16384)
"""Visual tokens that servers and checkpoints bound a picture to (agent/models/published.py, agent/models/openai.py)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """`counted`, `swapped`: how numbers become places. `bound`: of the picture's area, where it is resized otherwise.
    `words`: what was found, for a sentence that begins with "the answers fit"."""

    fault: Fault
    tier: int
    words: str
    places: tuple[Place | None, ...]
    counted: Counted
    swapped: bool = False
    bound: int | None = None

    def errors(self, answers: Sequence[Answer]) -> list[float]:
        """For each answer, how many radii from the target's middle; `FAR` at most, and where there is no place."""
        return [
            FAR if place is None else radii(answer, place) for answer, place in zip(answers, self.places, strict=True)
        ]

    def score(self, answers: Sequence[Answer]) -> float:
        """The median error, averaged over the kinds of picture: a fault may show on one of them only."""
        found: dict[str, list[float]] = {}
        for answer, error in zip(answers, self.errors(answers), strict=True):
            found.setdefault(answer.target.screen.name, []).append(error)
        return fmean(median(errors) for errors in found.values())


def radii(answer: Answer, place: Place) -> float:
    """How many radii a place is from the target's middle, `FAR` at most."""
    return min(FAR, math.hypot(*apart(*place, answer.target.point, answer.target.size)) / answer.target.screen.radius)


def as_read(answers: Sequence[Answer], space: Space) -> Reading:
    """As the dialect reads them; numbers that it refuses lie where they lie."""
    places = tuple(
        (a.point.x, a.point.y) if a.point is not None else _place(a, space) if a.written is not None else None
        for a in answers
    )
    return Reading("none", 0, in_words(space), places, space)


def readings(answers: Sequence[Answer], space: Space, family: Family | None) -> Iterator[Reading]:
    """All others. family: which resizes pictures."""
    own = as_read(answers, space)
    for counted in SPACES:
        if counted != space:
            yield _in_space(answers, counted)
    if family is not None:
        yield from _bounded(answers, family)
    for counted in SPACES:
        yield _in_space(answers, counted, swapped=True, tier=1 if counted == space else 3)
    for axes, turn in _MIRRORS.items():
        words = f"coordinates that run the other way {axes}"
        yield Reading("mirrored", 1, words, _each(own.places, turn), space)
    yield from _offset(own, answers)
    yield from _scaled(own, answers)


def in_words(counted: Counted) -> str:
    return {
        "thousand": "coordinates from 0 to 1000",
        "999": "coordinates from 0 to 999",
        "unit": "fractions from 0 to 1",
        "absolute": "pixels of the picture as it is resized",
        "original": "pixels of the picture before it is resized",
    }[counted]


# ---------------------------------------------------------------- spaces


def _in_space(answers: Sequence[Answer], counted: Counted, *, swapped: bool = False, tier: int = 1) -> Reading:
    places = tuple(_place(a, counted, swapped=swapped) for a in answers)
    words = f"{in_words(counted)}{', y before x' if swapped else ''}"
    return Reading("swapped" if swapped else "space", tier, words, places, counted, swapped=swapped)


def _place(answer: Answer, counted: Counted, *, swapped: bool = False, seen: Size | None = None) -> Place | None:
    if answer.written is None:
        return None
    x, y = reversed(answer.written) if swapped else answer.written
    if counted == "original":
        return shares(x, y, space="absolute", seen=answer.target.size)
    return shares(x, y, space=counted, seen=seen or answer.seen)


def _bounded(answers: Sequence[Answer], family: Family) -> Iterator[Reading]:
    """Pixels of the picture resized to another bound, as by a server that has one of its own."""
    token = family.factor**2
    bounds = [(2, tokens * token) for tokens in _BOUNDS]
    if (implied := _implied_area(answers)) is not None:
        bounds.append((3, math.ceil(implied / token) * token))
    for tier, bound in bounds:
        sizes = {a.target.size: _resized(a.target.size, family, bound) for a in answers}
        if all(size is not None for size in sizes.values()):
            places = tuple(_place(a, "absolute", seen=sizes[a.target.size]) for a in answers)
            words = f"pixels of the picture resized to at most {bound} pixels"
            yield Reading("resized", tier, words, places, "absolute", bound=bound)


def _resized(size: Size, family: Family, bound: int) -> Size | None:
    try:
        return family.resized(size, min_pixels=min(family.min_pixels, bound), max_pixels=bound)
    except (UsageError, ValueError):
        return None


def _implied_area(answers: Sequence[Answer]) -> float | None:
    """Of the largest picture, as the numbers written for it would have it resized."""
    largest = max((a.target.size for a in answers), key=lambda size: size.area)
    ratios = [
        place / target
        for a in answers
        if a.target.size == largest and (found := _place(a, "original")) is not None
        for place, target in zip(found, (a.target.point.x, a.target.point.y), strict=True)
    ]
    scale = median(ratios) if ratios else 0.0
    return largest.area * scale**2 if FLATTEST < scale < 1 / FLATTEST else None


# ---------------------------------------------------------------- places moved

_MIRRORS: dict[str, Callable[[Place], Place]] = {
    "from side to side": lambda p: (1 - p[0], p[1]),
    "from top to bottom": lambda p: (p[0], 1 - p[1]),
    "on both axes": lambda p: (1 - p[0], 1 - p[1]),
}


def _each(places: Sequence[Place | None], turn: Callable[[Place], Place]) -> tuple[Place | None, ...]:
    return tuple(None if p is None else turn(p) for p in places)


def _offset(own: Reading, answers: Sequence[Answer]) -> Iterator[Reading]:
    """Always the same way beside it, in shares of the sides or in pixels."""
    pairs = _pairs(own, answers)
    if not pairs:
        return
    dx, dy = (median(p[axis] - t[axis] for p, t in pairs) for axis in (0, 1))
    words = f"a constant offset of {dx:+.1%} of the width and {dy:+.1%} of the height"
    yield Reading("offset", 3, words, _each(own.places, lambda p: (p[0] - dx, p[1] - dy)), own.counted)

    gaps = [
        None if place is None else apart(*place, answer.target.point, answer.target.size)
        for answer, place in zip(answers, own.places, strict=True)
    ]
    right, down = (median(gap[axis] for gap in gaps if gap is not None) for axis in (0, 1))
    places = tuple(
        None if place is None else _moved(place, right, down, answer.target.size)
        for answer, place in zip(answers, own.places, strict=True)
    )
    words = f"a constant offset of {round(right):+d} pixels across and {round(down):+d} down"
    yield Reading("offset", 3, words, places, own.counted)


def _moved(place: Place, right: float, down: float, size: Size) -> Place:
    """As many pixels further left and up."""
    dx, dy = shares(right, down, space="absolute", seen=size)
    return place[0] - dx, place[1] - dy


def _scaled(own: Reading, answers: Sequence[Answer]) -> Iterator[Reading]:
    """Too near to the corner or too far from it, by one factor or by one for each axis with an offset."""
    pairs = _pairs(own, answers)
    if len(pairs) < 3:
        return
    factor = median(p[axis] / t[axis] for p, t in pairs for axis in (0, 1) if t[axis] > 0.1)
    if abs(factor) >= FLATTEST:
        words = f"coordinates are {factor:.3g} of the right ones"
        yield Reading("scale", 3, words, _each(own.places, lambda p: (p[0] / factor, p[1] / factor)), own.counted)
    (ax, bx), (ay, by) = (_line([(t[axis], p[axis]) for p, t in pairs]) for axis in (0, 1))
    if min(abs(ax), abs(ay)) >= FLATTEST:
        words = f"x is {ax:.3g} of the right one {bx:+.1%} of the width, y is {ay:.3g} of it {by:+.1%} of the height"
        places = _each(own.places, lambda p: ((p[0] - bx) / ax, (p[1] - by) / ay))
        yield Reading("skewed", 4, words, places, own.counted)


def _pairs(own: Reading, answers: Sequence[Answer]) -> list[tuple[Place, Place]]:
    """Where an answer lies, and where it should."""
    return [
        (place, (answer.target.point.x, answer.target.point.y))
        for answer, place in zip(answers, own.places, strict=True)
        if place is not None
    ]


def _line(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Slope and height at 0 of the line through these, that a quarter of them may not lie on."""
    slopes = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in itertools.combinations(points, 2) if x1 != x2]
    slope = median(slopes) if slopes else 0.0
    return slope, median(y - slope * x for x, y in points)

"""Pictures with one thing to point at that can be named in words, and one or two others that can't be confused with it.

They are of several sizes and shapes, since most faults of coordinates only show where these differ: numbers from 0 to
1000 that are read as pixels are right on a picture of 1000x1000.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw

from actions.errors import UsageError
from actions.geometry import Box, Pixel, Point, Rect, Size, apart, from_pixel, to_pixel
from environments.base import Platform
from environments.picture import Picture

Shape = Literal["circle", "square", "diamond", "cross"]
SHAPES: tuple[Shape, ...] = ("circle", "square", "diamond", "cross")
"""Each has its middle where its bounding box has it."""
COLORS = {
    "red": (214, 36, 36),
    "green": (22, 150, 62),
    "blue": (32, 84, 214),
    "orange": (240, 140, 20),
    "purple": (138, 44, 176),
    "black": (20, 20, 20),
}
BACKGROUND = (242, 242, 245)
FEWEST = 8
"""Targets; with fewer, chance could pass for a fault."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A kind of picture. `radius`: of what is to be pointed at, in pixels, about that of a button."""

    name: str
    size: Size
    platform: Platform
    radius: int


SCREENS = (
    Screen("phone, upright", Size(1080, 2400), "mobile", 44),
    Screen("phone, turned", Size(2400, 1080), "mobile", 44),
    Screen("desktop", Size(1920, 1080), "desktop", 36),
    Screen("small", Size(640, 480), "desktop", 20),
)


@dataclass(frozen=True, slots=True)
class Target:
    """`point`: its middle. `description`: the only thing on the picture that fits it."""

    screen: Screen
    picture: Picture
    description: str
    point: Point

    @property
    def size(self) -> Size:
        return self.screen.size

    @property
    def box(self) -> Box:
        """Its bounds."""
        return _around(to_pixel(self.point, self.size), self.screen.radius).box(self.size)


def make_targets(count: int, *, seed: int = 0) -> list[Target]:
    """So many targets, shared out among `SCREENS`; the same for the same seed. `UsageError` for fewer than `FEWEST`."""
    if count < FEWEST:
        raise UsageError(f"{count} targets tell too little: expected at least {FEWEST}", remedy="--targets 24")
    rng = random.Random(seed)  # noqa: S311  nothing secret
    made: list[Target] = []
    for index, screen in enumerate(SCREENS):
        here = len(range(index, count, len(SCREENS)))
        made += [_draw(screen, point, rng) for point in _spread(screen, here, rng)]
    return made


def _spread(screen: Screen, count: int, rng: random.Random) -> list[Point]:
    """Points that fill each axis evenly from edge to edge: as many columns and rows as points, one point in each."""
    margin = screen.radius + 8
    area = Rect.of(screen.size).inset(margin).box(screen.size)
    columns, rows = list(range(count)), list(range(count))
    rng.shuffle(columns)
    rng.shuffle(rows)
    return [
        Point(
            area.left + (area.right - area.left) * (column + rng.random()) / count,
            area.top + (area.bottom - area.top) * (row + rng.random()) / count,
        )
        for column, row in zip(columns, rows, strict=True)
    ]


def _draw(screen: Screen, point: Point, rng: random.Random) -> Target:
    """The target, and one or two things of other shapes and colours at a distance."""
    others = rng.randint(1, 2)
    shapes = rng.sample(SHAPES, 1 + others)
    colors = rng.sample(list(COLORS), 1 + others)
    image = Image.new("RGB", (screen.size.width, screen.size.height), BACKGROUND)
    drawing = ImageDraw.Draw(image)
    middle = to_pixel(point, screen.size)
    places = [from_pixel(middle.x, middle.y, screen.size)]
    _DRAWN[shapes[0]](drawing, middle, screen.radius, COLORS[colors[0]])
    for shape, color in zip(shapes[1:], colors[1:], strict=True):
        place = _elsewhere(screen, places, rng)
        places.append(place)
        _DRAWN[shape](drawing, to_pixel(place, screen.size), screen.radius, COLORS[color])
    return Target(screen, Picture(np.asarray(image)), f"the {colors[0]} {shapes[0]}", places[0])


def _elsewhere(screen: Screen, taken: list[Point], rng: random.Random) -> Point:
    """Far enough from all of these: five radii leave most of any of the screens."""
    while True:
        (point,) = _spread(screen, 1, rng)
        if all(math.hypot(*apart(point.x, point.y, p, screen.size)) > 5 * screen.radius for p in taken):
            return point


# ---------------------------------------------------------------- shapes


def _around(middle: Pixel, radius: int) -> Rect:
    return Rect(middle.x - radius, middle.y - radius, middle.x + radius + 1, middle.y + radius + 1)


Color = tuple[int, int, int]


def _circle(drawing: ImageDraw.ImageDraw, middle: Pixel, radius: int, color: Color) -> None:
    x, y = middle
    drawing.ellipse((x - radius, y - radius, x + radius, y + radius), fill=color)


def _square(drawing: ImageDraw.ImageDraw, middle: Pixel, radius: int, color: Color) -> None:
    x, y = middle
    drawing.rectangle((x - radius, y - radius, x + radius, y + radius), fill=color)


def _diamond(drawing: ImageDraw.ImageDraw, middle: Pixel, radius: int, color: Color) -> None:
    x, y = middle
    drawing.polygon([(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)], fill=color)


def _cross(drawing: ImageDraw.ImageDraw, middle: Pixel, radius: int, color: Color) -> None:
    x, y = middle
    arm = radius // 3
    drawing.rectangle((x - radius, y - arm, x + radius, y + arm), fill=color)
    drawing.rectangle((x - arm, y - radius, x + arm, y + radius), fill=color)


_DRAWN: dict[Shape, Callable[[ImageDraw.ImageDraw, Pixel, int, Color], None]] = {
    "circle": _circle,
    "square": _square,
    "diamond": _diamond,
    "cross": _cross,
}

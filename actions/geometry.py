"""The only place of coordinate maths: sizes, points, boxes, and every conversion between them.

Three kinds of coordinates meet in this project and each has its own type:

- `Point`, `Box`: unit floats on the screenshot, (0, 0) top left, (1, 1) bottom right. Actions hold these.
- `Pixel`, `Rect`: integer pixels of a screen; a pixel is an area, its centre lies at +0.5. Drivers use these.
- bare numbers in a `Space`: what a model reads and writes. Dialects use these.

No other file multiplies or divides by a width or a height (tests/test_geometry.py holds that).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

from pydantic import Field
from pydantic.dataclasses import dataclass as checked

from actions.errors import ParseError

Direction = Literal["up", "down", "left", "right"]
Space = Literal["thousand", "999", "unit", "absolute"]
"""How a model family counts: 0..1000 over the picture, 0..999 over the picture (999 is its far edge),
0..1 over the picture, or pixels of the picture as the processor resized it (the *seen* size). See each
dialect for its source."""

OVERSHOOT = 0.02
"""How far outside the picture a model's coordinate may lie and still be taken for its edge, as a share
of the side. Qwen models write 1000 and a little more for things at the very edge."""


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels, both at least 1."""

    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"a size needs sides of at least 1 pixel, not {self.width}x{self.height}")

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def turned(self) -> Size:
        return Size(self.height, self.width)


Unit = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


@checked(frozen=True, slots=True)
class Point:
    """A place on the screenshot in unit floats."""

    x: Unit
    y: Unit


@checked(frozen=True, slots=True)
class Box:
    """An area of the screenshot in unit floats; left <= right, top <= bottom."""

    left: Unit
    top: Unit
    right: Unit
    bottom: Unit

    def __post_init__(self) -> None:
        if self.left > self.right or self.top > self.bottom:
            raise ValueError("a box needs left <= right and top <= bottom")

    @property
    def center(self) -> Point:
        return Point((self.left + self.right) / 2, (self.top + self.bottom) / 2)

    def __contains__(self, point: Point) -> bool:
        return self.left <= point.x <= self.right and self.top <= point.y <= self.bottom


Area = tuple[float, float, float, float]
"""left, top, right, bottom in unit floats, of an element as data sets give it: it may reach beyond the screenshot."""


def to_area(left: float, top: float, right: float, bottom: float, size: Size) -> Area:
    """From places in pixels of a picture of `size`; a pixel's left edge counts as the pixel's place."""
    return left / size.width, top / size.height, right / size.width, bottom / size.height


def in_pixels(x: float, y: float, size: Size) -> tuple[float, float]:
    """The place at these shares of the sides, in pixels of a picture of `size`; `to_area`'s other way round."""
    return x * size.width, y * size.height


def distance(a: Point, b: Point, size: Size | None = None) -> float:
    """Between two points in shares of the sides; with a `size`, in its pixels as a share of the longer side."""
    if size is None:
        return math.hypot(a.x - b.x, a.y - b.y)
    return math.hypot((a.x - b.x) * size.width, (a.y - b.y) * size.height) / max(size.width, size.height)


class Pixel(NamedTuple):
    """One pixel of a screen."""

    x: int
    y: int


class Rect(NamedTuple):
    """Pixels left <= x < right, top <= y < bottom; what layouts are cut from. A tuple, since they cut many."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def of(cls, size: Size) -> Rect:
        return cls(0, 0, size.width, size.height)

    @property
    def width(self) -> int:
        width = self.right - self.left
        return width if width > 0 else 0

    @property
    def height(self) -> int:
        height = self.bottom - self.top
        return height if height > 0 else 0

    @property
    def center(self) -> Pixel:
        return Pixel((self.left + self.right) // 2, (self.top + self.bottom) // 2)

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        return (self.left, self.top, self.right, self.bottom)

    @property
    def size(self) -> Size:
        """Only for an area that isn't empty."""
        return Size(self.width, self.height)

    def at(self, pixel: Pixel) -> Pixel:
        """A pixel counted from this area's corner, counted from the corner of what the area is cut from."""
        return Pixel(self.left + pixel.x, self.top + pixel.y)

    def __contains__(self, pixel: tuple[float, float]) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self.left <= pixel[0] < self.right and self.top <= pixel[1] < self.bottom

    def inset(self, horizontal: int, vertical: int | None = None) -> Rect:
        """Smaller by so many pixels on each side."""
        v = horizontal if vertical is None else vertical
        return Rect(self.left + horizontal, self.top + v, self.right - horizontal, self.bottom - v)

    def moved(self, x: int, y: int) -> Rect:
        return Rect(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def clipped(self, other: Rect) -> Rect:
        """The part that lies in `other`; of zero width or height where there is none."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        return Rect(left, top, max(left, min(self.right, other.right)), max(top, min(self.bottom, other.bottom)))

    def columns(self, count: int) -> Iterator[Rect]:
        """`count` equal parts from left to right, without a gap."""
        edges = [self.left + self.width * i // count for i in range(count + 1)]
        return (Rect(a, self.top, b, self.bottom) for a, b in itertools.pairwise(edges))

    def rows(self, count: int) -> Iterator[Rect]:
        """`count` equal parts from top to bottom, without a gap."""
        edges = [self.top + self.height * i // count for i in range(count + 1)]
        return (Rect(self.left, a, self.right, b) for a, b in itertools.pairwise(edges))

    def middle(self, width: int, height: int) -> Rect:
        """An area of that width and height around this one's centre."""
        left = self.left + (self.width - width) // 2
        top = self.top + (self.height - height) // 2
        return Rect(left, top, left + width, top + height)

    def cut_top(self, pixels: int) -> tuple[Rect, Rect]:
        """The uppermost `pixels` rows (at most all), and the rest."""
        edge = min(self.top + max(0, pixels), max(self.top, self.bottom))
        return Rect(self.left, self.top, self.right, edge), Rect(self.left, edge, self.right, self.bottom)

    def cut_bottom(self, pixels: int) -> tuple[Rect, Rect]:
        """The lowest `pixels` rows (at most all), and the rest."""
        edge = max(self.bottom - max(0, pixels), min(self.top, self.bottom))
        return Rect(self.left, edge, self.right, self.bottom), Rect(self.left, self.top, self.right, edge)

    def cut_left(self, pixels: int) -> tuple[Rect, Rect]:
        """The leftmost `pixels` columns (at most all), and the rest."""
        edge = min(self.left + max(0, pixels), max(self.left, self.right))
        return Rect(self.left, self.top, edge, self.bottom), Rect(edge, self.top, self.right, self.bottom)

    def cut_right(self, pixels: int) -> tuple[Rect, Rect]:
        """The rightmost `pixels` columns (at most all), and the rest."""
        edge = max(self.right - max(0, pixels), min(self.left, self.right))
        return Rect(edge, self.top, self.right, self.bottom), Rect(self.left, self.top, edge, self.bottom)

    def box(self, size: Size) -> Box:
        """This area on a screen of `size`, in unit floats."""
        r = self.clipped(Rect.of(size))
        return Box(r.left / size.width, r.top / size.height, r.right / size.width, r.bottom / size.height)


# ---------------------------------------------------------------- point <-> pixels


def to_pixel(point: Point, size: Size) -> Pixel:
    """The pixel of a screen of `size` that holds `point`; always on the screen."""
    return Pixel(
        min(int(point.x * size.width), size.width - 1),
        min(int(point.y * size.height), size.height - 1),
    )


def from_pixel(x: float, y: float, size: Size) -> Point:
    """The centre of a pixel. Positions outside the screen are a ValueError."""
    return Point((x + 0.5) / size.width, (y + 0.5) / size.height)


def turned(point: Point, quarters: int) -> Point:
    """Where a place of the upright phone is on its screen, turned by so many quarters (Android's Surface.ROTATION_90 is
    one: what was at the top is at the left). With -quarters the other way round.

    Source: TouchInputMapper::rotateAndScale, frameworks/native/services/inputflinger/reader.
    """
    match quarters % 4:
        case 1:
            return Point(point.y, 1 - point.x)
        case 2:
            return Point(1 - point.x, 1 - point.y)
        case 3:
            return Point(1 - point.y, point.x)
        case _:
            return point


# ---------------------------------------------------------------- model space <-> point


def from_model(x: float, y: float, *, space: Space, seen: Size) -> Point:
    """A point from the numbers that a model wrote.

    `seen` is the size of the picture after the processor's resize; only the absolute space needs it.
    A small overshoot (`OVERSHOOT`) is taken for the edge, as the models mean it; anything further out,
    and NaN, is a `ParseError`.
    """
    width, height = _extent(space, seen)
    return Point(_unit(x, width, "x"), _unit(y, height, "y"))


def shares(x: float, y: float, *, space: Space, seen: Size) -> tuple[float, float]:
    """As `from_model`, but also for places outside the picture: to look at what a model wrote, never to act on it."""
    width, height = _extent(space, seen)
    return x / width, y / height


def to_model(point: Point, *, space: Space, seen: Size) -> tuple[float, float]:
    """The numbers a model of this `space` would write for `point`: integers, or 4 decimals in "unit"."""
    width, height = _extent(space, seen)
    if space == "unit":
        return round(point.x, 4), round(point.y, 4)
    return round(point.x * width), round(point.y * height)


def _extent(space: Space, seen: Size) -> tuple[int, int]:
    match space:
        case "thousand":
            return 1000, 1000
        case "999":
            return 999, 999
        case "unit":
            return 1, 1
        case "absolute":
            return seen.width, seen.height


def _unit(value: float, extent: int, axis: str) -> float:
    if not math.isfinite(value) or not -OVERSHOOT <= value / extent <= 1 + OVERSHOOT:
        raise ParseError(f"{axis}={value:g} lies outside the picture: expected 0 to {extent}")
    return min(max(value / extent, 0.0), 1.0)


# ---------------------------------------------------------------- gestures and resizing


def scroll_gesture(point: Point, direction: Direction, amount: float) -> tuple[Point, Point]:
    """Where a finger starts and ends so that what lies in `direction` comes into view.

    The finger moves against the direction. `amount` is a share of the screen's side. The stroke is
    centred on `point` as far as a margin of 8 % at each edge allows, since strokes that begin at
    an edge are system gestures (back, notifications, home).
    """
    low, high = 0.08, 0.92
    length = min(max(amount, 0.0), high - low)
    along = point.y if direction in ("up", "down") else point.x
    first = min(max(along + length / 2, low + length), high)
    last = first - length
    begin, end = (first, last) if direction in ("down", "right") else (last, first)
    if direction in ("up", "down"):
        x = min(max(point.x, low), high)
        return Point(x, begin), Point(x, end)
    y = min(max(point.y, low), high)
    return Point(begin, y), Point(end, y)


def scroll_pixels(direction: Direction, amount: float, size: Size) -> int:
    """How many pixels of `size` an `amount` (share of the side along `direction`) is."""
    return round(amount * (size.height if direction in ("up", "down") else size.width))


def scroll_share(direction: Direction, pixels: float, size: Size) -> float:
    """The other way round: so many pixels of `size` as a share of the side, at most 1."""
    return min(abs(pixels) / (size.height if direction in ("up", "down") else size.width), 1.0)


def smart_resize(size: Size, *, factor: int, min_pixels: int, max_pixels: int) -> Size:
    """The size that Qwen's image processors resize a picture to: sides are multiples of `factor`,
    area within bounds, ratio kept as nearly as that allows. Bounds are at least 1.

    Source: `smart_resize` in transformers/models/qwen2_vl/image_processing_qwen2_vl.py (a test holds this one
    against it). Written again only because that brings torch with it, which a client of an endpoint doesn't need.
    The one in qwen-vl-utils differs where a side is at most half a factor: it rounds that up to one factor first,
    and so doesn't enlarge a sliver to the lower bound.
    """
    height, width = size.height, size.width
    if max(height, width) > 200 * min(height, width):
        raise ValueError(f"a picture's sides may differ at most 200 times, these are {size}")
    h = round(height / factor) * factor
    w = round(width / factor) * factor
    if h * w > max_pixels:
        beta = math.sqrt(height * width / max_pixels)
        h = max(factor, math.floor(height / beta / factor) * factor)
        w = max(factor, math.floor(width / beta / factor) * factor)
    elif h * w < min_pixels:
        beta = math.sqrt(min_pixels / (height * width))
        h = math.ceil(height * beta / factor) * factor
        w = math.ceil(width * beta / factor) * factor
    return Size(w, h)


def fitted(size: Size, longest: int, *, factor: int = 1) -> Size:
    """A picture of this size made small enough: no side longer than `longest`, both multiples of `factor`, from below
    (`factor` at least)."""
    share = min(1.0, longest / max(size.width, size.height))
    width, height = (max(int(side * share) // factor, 1) * factor for side in (size.width, size.height))
    return Size(width, height)


def grid_size(rows: int, columns: int, *, patch: int) -> Size:
    """The size of a picture that was cut into `rows` x `columns` patches of `patch` pixels a side."""
    return Size(columns * patch, rows * patch)


def apart(x: float, y: float, point: Point, size: Size) -> tuple[float, float]:
    """By how many pixels of `size` the place at these shares of the sides lies right of a point, and below it."""
    return (x - point.x) * size.width, (y - point.y) * size.height


def near(a: Point, b: Point, *, within: float = 0.02) -> bool:
    """Whether two points lie within a share of the screen of each other, on each axis."""
    return abs(a.x - b.x) <= within and abs(a.y - b.y) <= within

"""Shapes on a grid of 24, drawn four times too large and scaled down to a mask of any size."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from PIL import Image, ImageDraw

Shape = tuple[str, Sequence[float]]
"""What to draw: "line" (thickness, x, y, x, y, ...), "area" (x, y, ...), "disc" (x, y, radius), "ring" (x, y, radius,
thickness), "arc" (x, y, radius, thickness, from, to in degrees clockwise from the right), "slice" (x, y, radius, from,
to), "box" (left, top, right, bottom, radius), "frame" (left, top, right, bottom, radius, thickness); with "-" in front
it's cut out."""

_SCALE = 4


def drawn(shapes: Sequence[Shape], pixels: int) -> Image.Image:
    """Shapes as an "L" picture of `pixels` squared."""
    large = pixels * _SCALE
    image = Image.new("L", (large, large))
    draw = ImageDraw.Draw(image)
    for what, numbers in shapes:
        ink = 0 if what.startswith("-") else 255
        _shape(draw, what.removeprefix("-"), [n * large / 24 for n in numbers], numbers, ink)
    return image.reduce(_SCALE)


def _shape(draw: ImageDraw.ImageDraw, what: str, n: list[float], raw: Sequence[float], ink: int) -> None:
    """`n` in pixels, `raw` as written (for angles)."""
    match what:
        case "line":
            thick, points = round(n[0]), list(zip(n[1::2], n[2::2], strict=True))
            draw.line(points, fill=ink, width=thick, joint="curve")
            for x, y in points:
                _disc(draw, x, y, n[0] / 2, ink)
        case "area":
            draw.polygon(list(zip(n[::2], n[1::2], strict=True)), fill=ink)
        case "disc":
            _disc(draw, n[0], n[1], n[2], ink)
        case "ring":
            draw.ellipse(_around(*n[:3]), outline=ink, width=round(n[3]))
        case "arc":
            draw.arc(_around(*n[:3]), raw[4], raw[5], fill=ink, width=round(n[3]))
        case "slice":
            draw.pieslice(_around(*n[:3]), raw[3], raw[4], fill=ink)
        case "box":
            draw.rounded_rectangle(n[:4], n[4], fill=ink)
        case "frame":
            draw.rounded_rectangle(n[:4], n[4], outline=ink, width=round(n[5]))
        case _:
            raise ValueError(f"no shape is called {what!r}")


def _around(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    return x - radius, y - radius, x + radius, y + radius


def _disc(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, ink: int) -> None:
    draw.ellipse(_around(x, y, radius), fill=ink)


@lru_cache(maxsize=128)
def corners(radius: int) -> tuple[Image.Image, Image.Image, Image.Image, Image.Image]:
    """Masks of a disc's quarters: top left, top right, bottom left, bottom right."""
    large = radius * _SCALE
    disc = Image.new("L", (2 * large, 2 * large))
    _disc(ImageDraw.Draw(disc), large - 0.5, large - 0.5, large - 0.5, 255)
    small, side = disc.reduce(_SCALE), 2 * radius
    return (
        small.crop((0, 0, radius, radius)),
        small.crop((radius, 0, side, radius)),
        small.crop((0, radius, radius, side)),
        small.crop((radius, radius, side, side)),
    )

"""What widgets are painted with: fills, rounded areas, icons and text on a picture, clipped where it must be."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image, ImageDraw

from actions.geometry import Pixel, Rect
from environments.phone import icons, shapes
from environments.phone.text import Face
from environments.phone.theme import Colour


class Canvas:
    """A part of the screen: `image` shows the screen from (`left`, `top`) on. All positions are the screen's."""

    def __init__(self, image: Image.Image, *, left: int = 0, top: int = 0) -> None:
        self.image = image
        self._left, self._top = left, top

    def colour_at(self, spot: Pixel) -> Colour:
        """What is painted there so far."""
        r, g, b = self.image.crop(
            (spot.x - self._left, spot.y - self._top, spot.x - self._left + 1, spot.y - self._top + 1)
        ).tobytes()
        return r, g, b

    def clipped(self, clip: Rect, paint: Callable[[Canvas], None]) -> None:
        """Paint, with nothing changed outside of `clip`."""
        if not clip.width or not clip.height:
            return
        area = (clip.left - self._left, clip.top - self._top, clip.right - self._left, clip.bottom - self._top)
        part = self.image.crop(area)
        paint(Canvas(part, left=clip.left, top=clip.top))
        self.image.paste(part, area)

    def darken(self, share: float) -> None:
        """All that is painted so far loses this share of its light."""
        self.image.paste(self.image.point([round(v * (1 - share)) for v in range(256)] * 3))

    def fill(self, rect: Rect, colour: Colour) -> None:
        self._fill(*rect, colour)

    def _fill(self, left: int, top: int, right: int, bottom: int, colour: Colour) -> None:
        """By `paste`, which fills a large area three times as fast as `ImageDraw` does."""
        if left < right and top < bottom:
            x, y = self._left, self._top
            self.image.paste(colour, (left - x, top - y, right - x, bottom - y))

    def rounded(self, rect: Rect, radius: int, colour: Colour, *, border: Colour | None = None, line: int = 2) -> None:
        """A filled area with round corners; the largest possible radius makes a pill or a disc."""
        if not rect.width or not rect.height:
            return
        if border is not None:
            self.rounded(rect, radius, border)
            rect, radius = rect.inset(line), radius - line
        centre = rect.center
        r = max(0, min(radius, centre.x - rect.left, centre.y - rect.top))
        left, top, right, bottom = rect
        self._fill(left + r, top, right - r, bottom, colour)
        if r == 0:
            return
        self._fill(left, top + r, left + r, bottom - r, colour)
        self._fill(right - r, top + r, right, bottom - r, colour)
        spots = ((left, top), (right - r, top), (left, bottom - r), (right - r, bottom - r))
        for mask, (x, y) in zip(shapes.corners(r), spots, strict=True):
            self.image.paste(colour, (x - self._left, y - self._top), mask)

    def disc(self, rect: Rect, colour: Colour) -> None:
        self.rounded(rect, rect.right - rect.left, colour)

    def arc(self, rect: Rect, line: int, degrees: float, colour: Colour) -> None:
        """Three quarters of a ring, begun so many degrees from the right, clockwise."""
        spot = (rect.left - self._left, rect.top - self._top, rect.right - self._left, rect.bottom - self._top)
        ImageDraw.Draw(self.image).arc(spot, degrees, degrees + 270, fill=colour, width=line)

    def put(self, image: Image.Image, spot: Pixel) -> None:
        """A picture with its upper left corner there."""
        self.image.paste(image, (spot.x - self._left, spot.y - self._top))

    def icon(self, name: str, rect: Rect, pixels: int, colour: Colour) -> None:
        """An icon of that size in the middle of an area."""
        spot = rect.middle(pixels, pixels)
        self.image.paste(colour, (spot.left - self._left, spot.top - self._top), icons.mask(name, pixels))

    def text(self, left: float, top: float, text: str, face: Face, colour: Colour) -> None:
        """One line, as it is; `top` is the top of its line."""
        mask, right, down = face.drawn(text)
        spot = (round(left) - self._left + right, round(top) - self._top + face.baseline + down)
        self.image.paste(colour, spot, mask)

    def text_in(self, rect: Rect, text: str, face: Face, colour: Colour, *, align: str = "left") -> None:
        """One line in the vertical middle of an area, cut with an ellipsis where it is too long."""
        line = face.fit(text, rect.width)
        spot = rect.middle(round(face.length(line)), face.line)
        left = {"left": rect.left, "center": spot.left, "right": rect.right - spot.width}[align]
        self.text(left, spot.top, line, face, colour)

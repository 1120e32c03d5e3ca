"""What a screen of the simulated phone shows and where: every line of text with its characters' places, every icon.

The phone's parts are painted once more, on a canvas that draws nothing and takes notes. So the labels come from the
same layout as the picture and can't disagree with it; what is covered by something painted later is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image

from actions.geometry import Pixel, Rect
from environments.phone.canvas import Canvas
from environments.phone.parts import Part
from environments.phone.text import Face, advance
from environments.phone.theme import Colour


@dataclass(frozen=True, slots=True)
class Line:
    """A drawn line of text. `places`: the middle of each character, in pixels of the screen."""

    text: str
    places: tuple[Pixel, ...]


@dataclass(frozen=True, slots=True)
class Icon:
    name: str
    place: Pixel


@dataclass(slots=True)
class Notes:
    """What was drawn, from bottom to top."""

    lines: list[Line] = field(default_factory=list[Line])
    icons: list[Icon] = field(default_factory=list[Icon])

    def cover(self, rect: Rect) -> None:
        """Something opaque was painted: what lies beneath it is no longer seen."""
        self.icons = [i for i in self.icons if i.place not in rect]
        kept = [_uncovered(line, rect) for line in self.lines]
        self.lines = [line for line in kept if line.text.strip()]


def _uncovered(line: Line, rect: Rect) -> Line:
    if not any(p in rect for p in line.places):
        return line
    kept = [(c, p) for c, p in zip(line.text, line.places, strict=True) if p not in rect]
    return Line("".join(c for c, _ in kept), tuple(p for _, p in kept))


class NotingCanvas(Canvas):
    """Takes notes of what is painted within `clip`."""

    def __init__(self, notes: Notes, clip: Rect) -> None:
        super().__init__(Image.new("RGB", (1, 1)))
        self._notes, self._clip = notes, clip

    def colour_at(self, spot: Pixel) -> Colour:  # noqa: ARG002
        return 0, 0, 0

    def clipped(self, clip: Rect, paint: Callable[[Canvas], None]) -> None:
        inner = clip.clipped(self._clip)
        if inner.width and inner.height:
            paint(NotingCanvas(self._notes, inner))

    def darken(self, share: float) -> None:
        pass

    def fill(self, rect: Rect, colour: Colour) -> None:  # noqa: ARG002
        self._notes.cover(rect.clipped(self._clip))

    def rounded(
        self,
        rect: Rect,
        radius: int,  # noqa: ARG002
        colour: Colour,  # noqa: ARG002
        *,
        border: Colour | None = None,  # noqa: ARG002
        line: int = 2,  # noqa: ARG002
    ) -> None:
        self._notes.cover(rect.clipped(self._clip))

    def arc(self, rect: Rect, line: int, degrees: float, colour: Colour) -> None:
        pass

    def put(self, image: Image.Image, spot: Pixel) -> None:
        self._notes.cover(Rect(spot.x, spot.y, spot.x + image.width, spot.y + image.height).clipped(self._clip))

    def icon(self, name: str, rect: Rect, pixels: int, colour: Colour) -> None:  # noqa: ARG002
        if rect.center in self._clip:
            self._notes.icons.append(Icon(name, rect.center))

    def text(self, left: float, top: float, text: str, face: Face, colour: Colour) -> None:  # noqa: ARG002
        x, y = left, round(top + face.line / 2)
        kept: list[tuple[str, Pixel]] = []
        for char in text:
            wide = advance(char, face.pixels, face.bold)
            place = Pixel(round(x + wide / 2), y)
            if place in self._clip:
                kept.append((char, place))
            x += wide
        if kept:
            self._notes.lines.append(Line("".join(c for c, _ in kept), tuple(p for _, p in kept)))


def read(parts: list[Part], screen: Rect) -> Notes:
    """What the parts of a screen show, from bottom to top."""
    notes = Notes()
    for part in parts:
        visible = part.visible
        if part.paint is not None and visible.width and visible.height:
            part.paint(NotingCanvas(notes, visible if visible != part.rect else screen))
    return notes

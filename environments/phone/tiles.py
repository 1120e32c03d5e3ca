"""Widgets beside each other: tiles in a grid, a row of chips, things in one row, something fixed above a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from actions.geometry import Rect
from environments.phone.canvas import Canvas
from environments.phone.parts import Handler, Layout, Style, Widget
from environments.phone.theme import Colour


@dataclass(frozen=True, slots=True)
class Topped(Widget):
    """Something that stays where it is, and the rest of the area beneath it."""

    top: Widget
    rest: Widget

    def height(self, width: int, style: Style) -> int:
        return self.top.height(width, style) + self.rest.height(width, style)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        head, rest = area.cut_top(self.top.height(area.width, style))
        self.top.place(head, style, out)
        self.rest.place(rest, style, out)


@dataclass(frozen=True, slots=True)
class Beside(Widget):
    """Widgets of equal width in one row."""

    children: Sequence[Widget]
    pad: tuple[float, float] = (12, 4)
    gap: float = 4

    def _columns(self, area: Rect, style: Style) -> list[Rect]:
        inner = area.inset(style.dp(self.pad[0]), style.dp(self.pad[1]))
        return [c.inset(style.dp(self.gap), 0) for c in inner.columns(max(1, len(self.children)))]

    def height(self, width: int, style: Style) -> int:
        columns = self._columns(Rect(0, 0, width, 1), style)
        tallest = max((c.height(r.width, style) for c, r in zip(self.children, columns, strict=False)), default=0)
        return tallest + 2 * style.dp(self.pad[1])

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        for child, spot in zip(self.children, self._columns(area, style), strict=False):
            child.place(spot, style, out)


@dataclass(frozen=True, slots=True)
class Tile(Widget):
    """A rounded box that can be tapped as a whole: a button called `text`, with what is in it."""

    child: Widget
    text: str
    on_tap: Handler
    id: str = ""

    def height(self, width: int, style: Style) -> int:
        return self.child.height(width, style)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        colour, border, radius = style.theme.surface, style.theme.divider, style.dp(16)
        out.add(
            area,
            lambda canvas: canvas.rounded(area, radius, colour, border=border),
            on_tap=self.on_tap,
            description=self.text,
            resource_id=self.id,
            cls="Button",
        )
        self.child.place(area, style, out)


@dataclass(frozen=True, slots=True)
class Grid(Widget):
    """Widgets in as many columns as are at least `least` dp wide, rows as high as their highest."""

    children: Sequence[Widget]
    least: float = 150
    gap: float = 5
    pad: float = 11

    def _rows(self, area: Rect, style: Style) -> list[list[tuple[Widget, Rect]]]:
        inner = area.inset(style.dp(self.pad), 0)
        least = style.dp(self.least)
        count = max((n for n in range(2, 13) if n * least <= inner.width), default=2)
        rows: list[list[tuple[Widget, Rect]]] = []
        top, gap = inner.top, style.dp(self.gap)
        for first in range(0, len(self.children), count):
            members = self.children[first : first + count]
            columns = [c.inset(gap, 0) for c in inner.columns(count)]
            tall = max(m.height(c.width, style) for m, c in zip(members, columns, strict=False))
            rows.append(
                [
                    (m, Rect(c.left, top + gap, c.right, top + gap + tall))
                    for m, c in zip(members, columns, strict=False)
                ]
            )
            top += tall + 2 * gap
        return rows

    def height(self, width: int, style: Style) -> int:
        rows = self._rows(Rect(0, 0, width, 1), style)
        return rows[-1][0][1].bottom + style.dp(self.gap) if rows else 0

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        for row in self._rows(area, style):
            for child, spot in row:
                if spot.bottom > out.clip.top and spot.top < out.clip.bottom:
                    child.place(spot, style, out)


@dataclass(frozen=True, slots=True)
class Chip:
    text: str
    on_tap: Handler
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Chips(Widget):
    """Words to choose from, in as many rows as they need."""

    chips: Sequence[Chip]
    id: str = "chip"

    def _places(self, area: Rect, style: Style) -> list[tuple[Chip, Rect]]:
        face = style.face(14)
        inner = area.inset(style.dp(12), 0)
        places: list[tuple[Chip, Rect]] = []
        left, top, tall = inner.left, inner.top, max(style.dp(44), face.line + style.dp(16))
        for chip in self.chips:
            wide = min(round(face.length(chip.text)) + style.dp(36), inner.width)
            if left + wide > inner.right and left > inner.left:
                left, top = inner.left, top + tall
            places.append((chip, Rect(left, top, left + wide, top + tall)))
            left += wide
        return places

    def height(self, width: int, style: Style) -> int:
        places = self._places(Rect(0, 0, width, 1), style)
        return places[-1][1].bottom if places else 0

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        theme, face = style.theme, style.face(14)
        for chip, spot in self._places(area, style):
            pill = spot.inset(style.dp(4), style.dp(5))
            back, ink = (theme.accent, theme.on_accent) if chip.chosen else (theme.background, theme.text)
            edge = theme.accent if chip.chosen else theme.outline

            def paint(
                canvas: Canvas,
                chip: Chip = chip,
                pill: Rect = pill,
                colours: tuple[Colour, Colour, Colour] = (back, ink, edge),
            ) -> None:
                canvas.rounded(pill, style.dp(10), colours[0], border=colours[2])
                canvas.text_in(pill, chip.text, face, colours[1], align="center")

            out.add(
                spot,
                paint,
                on_tap=chip.on_tap,
                text=chip.text,
                resource_id=self.id,
                cls="RadioButton",
                checkable=True,
                checked=chip.chosen,
            )

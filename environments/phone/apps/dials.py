"""What Clock is made of: an alarm's card, the time being chosen, the numbers to choose from, a countdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from actions.geometry import Rect
from environments.phone.canvas import Canvas
from environments.phone.parts import Handler, Layout, Style, Widget
from environments.phone.widgets import paint_switch

Part = Literal["hour", "minute"]


@dataclass(frozen=True, slots=True)
class AlarmCard(Widget):
    """An alarm: its time and days, which can be tapped, and its switch."""

    time: str
    days: str
    on: bool
    on_tap: Handler
    on_switch: Handler

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return style.face(32).line + style.face(14).line + style.dp(32)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        theme, big, small = style.theme, style.face(32), style.face(14)
        box = area.inset(style.dp(16), style.dp(6))
        tail, text = box.cut_right(style.dp(84))
        inner = text.inset(style.dp(20), 0)
        first, second = inner.middle(inner.width, big.line + small.line).cut_top(big.line)
        ink = theme.text if self.on else theme.secondary

        def paint(canvas: Canvas) -> None:
            canvas.rounded(box, style.dp(20), theme.surface, border=theme.divider)
            canvas.text_in(first, self.time, big, ink)
            canvas.text_in(second, self.days, small, ink)

        out.add(box, paint)
        label = f"{self.time}, {self.days}"
        out.add(text, on_tap=self.on_tap, text=self.time, description=label, resource_id="alarm", cls="Button")
        out.add(second, text=self.days, resource_id="alarm_days")
        out.add(
            tail,
            lambda canvas: paint_switch(canvas, tail.inset(style.dp(16), 0), style, on=self.on),
            on_tap=self.on_switch,
            description=label,
            resource_id="alarm_switch",
            cls="Switch",
            checkable=True,
            checked=self.on,
        )


@dataclass(frozen=True, slots=True)
class TimeShown(Widget):
    """Hour and minute in large digits; a tap says which of them is being chosen."""

    hour: int
    minute: int
    hours: bool
    choose: Callable[[Part], object]

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return style.face(48).line + style.dp(24)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        theme, face = style.theme, style.face(48)
        wide = round(face.length("00")) + 2 * style.dp(20)
        gap = style.dp(28)
        row = area.middle(2 * wide + gap, face.line + style.dp(12))
        hour, rest = row.cut_left(wide)
        minute, between = rest.cut_right(wide)
        out.add(between, lambda canvas: canvas.text_in(between, ":", face, theme.text, align="center"))
        parts: tuple[tuple[Part, Rect, int, bool], ...] = (
            ("hour", hour, self.hour, self.hours),
            ("minute", minute, self.minute, not self.hours),
        )
        for name, spot, value, chosen in parts:
            said = f"{value:02d}"

            def paint(canvas: Canvas, spot: Rect = spot, said: str = said, chosen: bool = chosen) -> None:
                canvas.rounded(spot, style.dp(16), theme.tonal if chosen else theme.surface)
                canvas.text_in(spot, said, face, theme.accent if chosen else theme.text, align="center")

            out.add(
                spot,
                paint,
                on_tap=lambda name=name: self.choose(name),
                text=said,
                description=f"{name.capitalize()} {said}",
                resource_id=f"alarm_{name}",
                cls="RadioButton",
                checkable=True,
                checked=chosen,
            )


@dataclass(frozen=True, slots=True)
class TimeCells(Widget):
    """Hours or minutes in rows of six, the chosen one on a disc."""

    values: Sequence[int]
    chosen: int
    name: Part
    pick: Callable[[int], object]

    def _rows(self) -> list[Sequence[int]]:
        return [self.values[i : i + 6] for i in range(0, len(self.values), 6)]

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return style.dp(52) * len(self._rows())

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        rows = self._rows()
        for line, values in zip(area.inset(style.dp(16), 0).rows(len(rows)), rows, strict=True):
            for spot, value in zip(line.columns(6), values, strict=True):
                self._cell(spot, value, style, out)

    def _cell(self, spot: Rect, value: int, style: Style, out: Layout) -> None:
        theme, face, said = style.theme, style.face(18), f"{value:02d}"
        disc = spot.middle(min(style.dp(46), spot.width, spot.height), min(style.dp(46), spot.width, spot.height))
        chosen = value == self.chosen

        def paint(canvas: Canvas) -> None:
            if chosen:
                canvas.disc(disc, theme.accent)
            canvas.text_in(spot, said, face, theme.on_accent if chosen else theme.text, align="center")

        out.add(
            spot,
            paint,
            on_tap=lambda: self.pick(value),
            text=said,
            resource_id=f"{self.name}_{value}",
            cls="RadioButton",
            checkable=True,
            checked=chosen,
        )


@dataclass(frozen=True, slots=True)
class Countdown(Widget):
    """The timer's time in large digits, in a ring while it runs."""

    text: str
    ring: bool

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return style.dp(240) if self.ring else style.face(40).line + style.dp(16)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        theme, face = style.theme, style.face(44 if len(self.text) < 8 else 36)
        spot = area.middle(area.width, face.line)

        def paint(canvas: Canvas) -> None:
            if self.ring:
                side = min(area.width, area.height)
                disc = area.middle(side, side)
                canvas.disc(disc, theme.accent)
                canvas.disc(disc.inset(style.dp(6)), theme.background)
            canvas.text_in(spot, self.text, face, theme.text, align="center")

        out.add(area, paint)
        out.add(spot, text=self.text, resource_id="timer_left")


@dataclass(frozen=True, slots=True)
class Beside(Widget):
    """Two widgets in the middle of the halves of a wide screen; on an upright one the second is beneath the first."""

    first: Widget
    second: Widget

    def height(self, width: int, style: Style) -> int:
        return self.first.height(width, style) + self.second.height(width, style) + style.dp(32)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        if area.width > area.height:
            left, right = area.columns(2)
            self.first.place(left.inset(0, style.dp(8)), style, out)
            self.second.place(right.middle(right.width, self.second.height(right.width, style)), style, out)
            return
        top, rest = area.inset(0, style.dp(16)).cut_top(self.first.height(area.width, style))
        self.first.place(top, style, out)
        self.second.place(rest.cut_top(style.dp(8))[1], style, out)

"""A month as a sheet of days with dots, and the bar that turns its pages."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from actions.geometry import Rect
from environments.phone import world
from environments.phone.calendar_days import day_text
from environments.phone.canvas import Canvas
from environments.phone.parts import Layout, Style, Widget
from environments.phone.widgets import IconButton, Label


@dataclass(frozen=True, slots=True)
class Padded(Widget):
    """A widget with 16 dp at its sides and 6 above and below."""

    child: Widget

    def height(self, width: int, style: Style) -> int:
        return self.child.height(width - 2 * style.dp(16), style) + 2 * style.dp(6)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        self.child.place(area.inset(style.dp(16), style.dp(6)), style, out)


@dataclass(frozen=True, slots=True)
class MonthBar(Widget):
    """The month's name between the buttons that turn the page."""

    title: Label
    previous: IconButton
    following: IconButton

    def height(self, width: int, style: Style) -> int:
        return max(style.dp(48), self.title.height(width, style))

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        row = area.inset(style.dp(8), 0)
        left, row = row.cut_left(style.dp(48))
        right, row = row.cut_right(style.dp(48))
        self.previous.place(left, style, out)
        self.title.place(row.middle(row.width, self.title.height(row.width, style)), style, out)
        self.following.place(right, style, out)


@dataclass(frozen=True, slots=True)
class Month(Widget):
    """The days of a month in weeks from Monday, with up to three dots for the events; a swipe turns the page."""

    first: date
    chosen: date
    today: date
    counts: Mapping[date, int]
    choose: Callable[[date], object]
    turn: Callable[[int], object]

    def _weeks(self) -> list[list[date]]:
        return calendar.Calendar().monthdatescalendar(self.first.year, self.first.month)

    @staticmethod
    def _row(style: Style) -> int:
        return max(style.dp(46), style.face(16).line + style.dp(20))

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return style.face(13).line + len(self._weeks()) * self._row(style) + style.dp(8)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        sheet = out.add(area, resource_id="month_sheet", cls="GridView")
        sheet.on_swipe = self._swipe
        heads, rest = area.inset(style.dp(8), 0).cut_top(style.face(13).line)
        for name, cell in zip(world.DAYS, heads.columns(7), strict=True):
            Label(name[:3], sp=13, colour=style.theme.secondary, align="center", lines=1, pad=(0, 0)).place(
                cell, style, out
            )
        for week in self._weeks():
            row, rest = rest.cut_top(self._row(style))
            for day, cell in zip(week, row.columns(7), strict=True):
                if day.month == self.first.month:
                    self._day(day, cell, style, out)

    def _day(self, day: date, cell: Rect, style: Style, out: Layout) -> None:
        theme, face = style.theme, style.face(16, bold=day == self.today)
        side = face.line + style.dp(8)
        top, below = cell.cut_top(side)
        disc = top.middle(side, side)
        count = self.counts.get(day, 0)
        ink = theme.on_accent if day == self.chosen else theme.accent if day == self.today else theme.text

        def paint(canvas: Canvas) -> None:
            if day == self.chosen:
                canvas.disc(disc, theme.accent)
            elif day == self.today:
                canvas.rounded(disc, side, theme.background, border=theme.accent, line=max(1, style.dp(1.5)))
            canvas.text_in(top, str(day.day), face, ink, align="center")
            dots = min(3, count)
            if dots:
                strip = below.cut_top(style.dp(9))[0].middle(dots * style.dp(8), style.dp(5))
                for dot in strip.columns(dots):
                    canvas.disc(dot.middle(style.dp(5), style.dp(5)), theme.accent)

        said = f"{day_text(day)}, {count} event{'' if count == 1 else 's'}" if count else day_text(day)
        out.add(
            cell,
            paint,
            on_tap=lambda: self.choose(day),
            text=str(day.day),
            description=said,
            resource_id=f"day_{day.day}",
            cls="Button",
            checkable=True,
            checked=day == self.chosen,
        )

    def _swipe(self, x: float, y: float) -> bool:
        if abs(x) <= abs(y) or abs(x) < 60:
            return False
        self.turn(1 if x < 0 else -1)
        return True

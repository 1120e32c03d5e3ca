"""The launcher: pages of icons with a clock, a dock; which app lies where comes from the seed."""

from __future__ import annotations

from random import Random
from typing import Any

from actions.geometry import Rect
from environments.phone.apps.base import App, Program
from environments.phone.canvas import Canvas
from environments.phone.layouts import Dialog, Page
from environments.phone.parts import Layout, Style
from environments.phone.system import paint_wallpaper
from environments.phone.theme import WHITE, mix
from environments.phone.widgets import Label

COLUMNS, ROWS, DOCK = 4, 5, 4
WIDE_COLUMNS, WIDE_ROWS = 7, 3


class Launcher(Program):
    app = App("com.sim.launcher", ".Home", "Home")
    icon = "home"
    colour = (90, 90, 100)

    def start(self, random: Random) -> None:
        self.hue = random.randrange(360)
        self.page = 0
        self._random = random
        self._spots: dict[str, tuple[int, int]] = {}

    def spots(self) -> dict[str, tuple[int, int]]:
        """By package: the page (-1 is the dock) and the place on it. Drawn when all apps are known."""
        if not self._spots:
            random = self._random
            packages = [a.package for a in self.host.apps if a.package != self.app.package]
            random.shuffle(packages)
            docked = random.randint(1, min(DOCK, max(1, len(packages) // 2)))
            pages = 2 if len(packages) > 1 else 1
            free = [(page, place) for page in range(pages) for place in range(COLUMNS * (ROWS if page else ROWS - 1))]
            for i, package in enumerate(packages[:docked]):
                self._spots[package] = (-1, i)
            for package, spot in zip(packages[docked:], random.sample(free, len(packages) - docked), strict=True):
                self._spots[package] = spot
        return self._spots

    @property
    def pages(self) -> int:
        return 1 + max((page for page, _ in self.spots().values()), default=0)

    def build(self) -> Page:
        raise NotImplementedError("the launcher lays itself out")

    def place(self, area: Rect, style: Style, out: Layout) -> Dialog | None:
        paper, several = paint_wallpaper(area, self.hue), self.pages > 1
        back = out.add(area, paper, resource_id="workspace", cls="ViewPager", scrollable=several)
        back.on_swipe = self._swipe
        _, inner = area.cut_top(style.dp(40))
        inner = inner.cut_bottom(style.dp(28))[1].inset(style.dp(10), 0)
        dock, rest = inner.cut_bottom(style.dp(104))
        dots, rest = rest.cut_bottom(style.dp(28))
        upright = area.height >= area.width
        columns, rows = (COLUMNS, ROWS) if upright else (WIDE_COLUMNS, WIDE_ROWS)
        if self.page == 0 and upright:
            self._clock(rest.cut_top(next(rest.rows(ROWS)).height)[0], style, out)
            rest, rows = rest.cut_top(next(rest.rows(ROWS)).height)[1], ROWS - 1
        cells = [cell for row in rest.rows(rows) for cell in row.columns(columns)]
        docked = sum(page < 0 for page, _ in self.spots().values())
        shelf = list(dock.columns(max(1, docked)))
        tray = dock.inset(style.dp(4), style.dp(2))
        out.add(tray, lambda canvas: canvas.rounded(tray, style.dp(28), mix(_under(canvas, tray), WHITE, 0.22)))
        self._dots(dots, style, out)
        for package, (page, place) in sorted(self.spots().items(), key=lambda s: s[1]):
            if page in (-1, self.page):
                self._icon(
                    package, (shelf if page < 0 else cells)[place % len(shelf if page < 0 else cells)], style, out
                )
        return None

    def _clock(self, area: Rect, style: Style, out: Layout) -> None:
        time = Label(self.host.time_text(), sp=54, colour=WHITE, align="center", lines=1, pad=(0, 0), id="home_clock")
        date = Label(self.host.date_text(), sp=17, colour=WHITE, align="center", lines=1, pad=(0, 2), id="home_date")
        block = area.middle(area.width, time.height(area.width, style) + date.height(area.width, style))
        first, second = block.cut_top(time.height(area.width, style))
        time.place(first, style, out)
        date.place(second, style, out)

    def _dots(self, area: Rect, style: Style, out: Layout) -> None:
        step = style.dp(14)
        row = area.middle(step * self.pages, style.dp(8))

        def paint(canvas: Canvas) -> None:
            for number, spot in enumerate(row.columns(self.pages)):
                dot = spot.middle(style.dp(8), style.dp(8))
                canvas.disc(dot, WHITE if number == self.page else mix(_under(canvas, dot), WHITE, 0.4))

        said = f"Page {self.page + 1} of {self.pages}"
        out.add(area, paint, description=said, resource_id="page_indicator", cls="PageIndicator")

    def _icon(self, package: str, cell: Rect, style: Style, out: Layout) -> None:
        program = self.host.program(package)
        face = style.face(13)
        side = min(style.dp(58), cell.width - style.dp(8), cell.height - face.line - style.dp(8))
        block = cell.middle(cell.width, max(0, side) + style.dp(4) + face.line)
        tile, text = block.cut_top(max(0, side))
        tile, text = tile.middle(side, side), text.cut_bottom(face.line)[0]

        def paint(canvas: Canvas) -> None:
            canvas.rounded(tile, style.dp(17), program.colour)
            canvas.icon(program.icon, tile, max(8, tile.inset(style.dp(12)).width), WHITE)
            canvas.text_in(text, program.app.label, face, WHITE, align="center")

        out.add(
            block.clipped(cell),
            paint,
            on_tap=lambda: self.host.open(package),
            text=program.app.label,
            description=program.app.label,
            resource_id="icon",
        )

    def _swipe(self, x: float, y: float) -> bool:
        if abs(x) <= abs(y) or abs(x) < 60:
            return False
        self.page = min(max(0, self.page + (1 if x < 0 else -1)), self.pages - 1)
        return True

    def restart(self) -> None:
        self.page = 0

    def back(self) -> bool:
        self.page = 0
        return True

    def view(self) -> Any:
        return {"page": self.page}


def _under(canvas: Canvas, area: Rect) -> tuple[int, int, int]:
    """The colour at the middle of an area as it is painted so far."""
    return canvas.colour_at(area.center)

"""The launcher: pages of icons with a clock, folders, a dock, and all apps with a search.

Which app lies where comes from the seed. A swipe to the side turns the page, a swipe up or the search bar shows all
apps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from actions.geometry import Rect
from environments.phone.apps.base import App, Program
from environments.phone.canvas import Canvas
from environments.phone.layouts import Column, Dialog, Scrolling
from environments.phone.parts import Handler, Layout, Style, Widget
from environments.phone.system import paint_wallpaper
from environments.phone.text_field import Field
from environments.phone.theme import BLACK, WHITE, Colour, mix
from environments.phone.widgets import Label

COLUMNS, ROWS, DOCK = 4, 5, 4
WIDE_COLUMNS, WIDE_ROWS = 10, 2
FOLDER_COLUMNS = 3
FOLDERS = ("Tools", "Daily", "Work", "Extras", "Family")
SEARCH_FROM_DP = 520
"""Lower screens have no room for the search bar; a swipe up is the way there."""


class Launcher(Program):
    """`page` counts from 0; `folder` is the open one's name; `query` is what is searched, None on the pages."""

    app = App("com.sim.launcher", ".Home", "Home")
    icon = "home"
    colour = (90, 90, 100)

    def start(self, random: Random) -> None:
        self.hue = random.randrange(360)
        self._random = random
        self._spots: dict[str, tuple[int, int]] = {}
        self._folders: dict[str, list[str]] = {}
        self.restart()

    def restart(self) -> None:
        self.page = 0
        self.folder: str | None = None
        self.query: str | None = None

    # ------------------------------------------------------------ what lies where

    def spots(self) -> dict[str, tuple[int, int]]:
        """By package or folder: the page (-1 is the dock) and the place on it. Drawn when all apps are known."""
        if not self._spots:
            random = self._random
            packages = [a.package for a in self.host.apps if a.package != self.app.package]
            random.shuffle(packages)
            most = min(DOCK, max(1, len(packages) // 2))
            docked = random.randint(max(1, most - 1), most)
            self._spots = {package: (-1, i) for i, package in enumerate(packages[:docked])}
            rest = packages[docked:]
            count = 0 if len(rest) < 5 else 1 if len(rest) < 10 else 2
            for name in random.sample(FOLDERS, count):
                size = random.randint(2, 4)
                self._folders[name], rest = rest[:size], rest[size:]
            things = [*rest, *self._folders]
            random.shuffle(things)
            pages = min(len(things), 2 if len(things) < 5 else 3)
            free = [(page, place) for page in range(pages) for place in range(COLUMNS * (ROWS if page else ROWS - 1))]
            random.shuffle(free)
            for page, thing in zip(range(pages), list(things), strict=False):
                spot = next(s for s in free if s[0] == page)
                self._spots[thing] = spot
                free.remove(spot)
            self._spots.update(zip(things[pages:], free, strict=False))
        return self._spots

    @property
    def folders(self) -> dict[str, list[str]]:
        """The packages in each folder."""
        self.spots()
        return self._folders

    @property
    def pages(self) -> int:
        return 1 + max((page for page, _ in self.spots().values()), default=0)

    @property
    def over_wallpaper(self) -> bool:
        """Whether the pages are shown, which fill the screen; the list of all apps is a screen like any app's."""
        return self.query is None

    def found(self) -> list[Program]:
        """The apps whose name has what is searched, by name; those that begin with it first."""
        wanted = (self.query or "").strip().casefold()
        apps = [a for a in self.host.apps if a.package != self.app.package and wanted in a.label.casefold()]
        apps.sort(key=lambda a: (not a.label.casefold().startswith(wanted), a.label.casefold()))
        return [self.host.program(a.package) for a in apps]

    # ------------------------------------------------------------ screens

    def place(self, area: Rect, style: Style, out: Layout) -> Dialog | None:
        if self.query is not None:
            self._all_apps(area, style, out)
        else:
            self._workspace(area, style, out)
            if self.folder is not None:
                self._open_folder(self.folder, area, style, out)
        return None

    def _workspace(self, area: Rect, style: Style, out: Layout) -> None:
        paper, several = paint_wallpaper(area, self.hue), self.pages > 1
        back = out.add(area, paper, resource_id="workspace", cls="ViewPager", scrollable=several)
        back.on_swipe = self._swipe
        _, inner = area.cut_top(style.dp(40))
        inner = inner.cut_bottom(style.dp(28))[1].inset(style.dp(10), 0)
        if area.height >= style.dp(SEARCH_FROM_DP):
            bar, inner = inner.cut_bottom(style.dp(60))
            self._search_bar(bar.inset(style.dp(8), style.dp(4)), style, out)
        dock, rest = inner.cut_bottom(style.dp(104))
        dots, rest = rest.cut_bottom(style.dp(28))
        upright = area.height >= area.width
        columns, rows = (COLUMNS, ROWS) if upright else (WIDE_COLUMNS, WIDE_ROWS)
        if self.page == 0 and upright:
            clock = self._clock()
            tall = clock.height(rest.width, style)
            top, rest = rest.cut_top(max(next(rest.rows(ROWS)).height, tall))
            clock.place(top.middle(top.width, tall), style, out)
            rows = ROWS - 1
        cells = [cell for row in rest.rows(rows) for cell in row.columns(columns)]
        docked = sum(page < 0 for page, _ in self.spots().values())
        shelf = list(dock.columns(max(1, docked)))
        tray = dock.inset(style.dp(4), style.dp(2))
        out.add(tray, lambda canvas: canvas.rounded(tray, style.dp(28), mix(_under(canvas, tray), WHITE, 0.22)))
        self._dots(dots, style, out)
        for thing, (page, place) in sorted(self.spots().items(), key=lambda s: s[1]):
            if page in (-1, self.page):
                cell = (shelf if page < 0 else cells)[place % len(shelf if page < 0 else cells)]
                if thing in self.folders:
                    self._folder_icon(thing, cell, style, out)
                else:
                    self.icon_in(thing, cell, style, out)

    def _clock(self) -> Column:
        time = Label(self.host.time_text(), sp=54, colour=WHITE, align="center", lines=1, pad=(0, 0), id="home_clock")
        date = Label(self.host.date_text(), sp=17, colour=WHITE, align="center", lines=1, pad=(0, 2), id="home_date")
        return Column([time, date])

    def _dots(self, area: Rect, style: Style, out: Layout) -> None:
        step = style.dp(14)
        row = area.middle(step * self.pages, style.dp(8))

        def paint(canvas: Canvas) -> None:
            for number, spot in enumerate(row.columns(self.pages)):
                dot = spot.middle(style.dp(8), style.dp(8))
                canvas.disc(dot, WHITE if number == self.page else mix(_under(canvas, dot), WHITE, 0.4))

        said = f"Page {self.page + 1} of {self.pages}"
        out.add(area, paint, description=said, resource_id="page_indicator", cls="PageIndicator")

    def _search_bar(self, bar: Rect, style: Style, out: Layout) -> None:
        lens, rest = bar.inset(style.dp(6), 0).cut_left(style.dp(44))

        def paint(canvas: Canvas) -> None:
            canvas.rounded(bar, style.dp(26), mix(_under(canvas, bar), WHITE, 0.86))
            ink = mix(_under(canvas, bar), BLACK, 0.66)
            canvas.icon("search", lens, style.dp(22), ink)
            canvas.text_in(rest, "Search apps", style.face(16), ink)

        out.add(bar, paint, on_tap=self._search, text="Search apps", resource_id="search_bar", cls="Button")

    def icon_in(self, package: str, cell: Rect, style: Style, out: Layout, *, ink: Colour = WHITE) -> None:
        program = self.host.program(package)

        def paint(canvas: Canvas, tile: Rect) -> None:
            _paint_tile(canvas, program, tile, style)

        _thing(program.app.label, cell, style, out, paint, lambda: self._launch(package), id="icon", ink=ink)

    def _folder_icon(self, name: str, cell: Rect, style: Style, out: Layout) -> None:
        programs = [self.host.program(p) for p in self.folders[name]]

        def paint(canvas: Canvas, tile: Rect) -> None:
            canvas.rounded(tile, style.dp(20), mix(_under(canvas, tile), WHITE, 0.35))
            spots = [c for row in tile.inset(style.dp(6)).rows(2) for c in row.columns(2)]
            for program, spot in zip(programs, spots, strict=False):
                small = spot.inset(style.dp(2))
                canvas.rounded(small, style.dp(7), program.colour)
                canvas.icon(program.icon, small, max(4, small.inset(style.dp(4)).width), WHITE)

        said = f"Folder {name}: {', '.join(p.app.label for p in programs)}"
        _thing(name, cell, style, out, paint, lambda: self._unfold(name), id="folder_icon", description=said)

    def _open_folder(self, name: str, area: Rect, style: Style, out: Layout) -> None:
        """The folder's apps in a panel; a tap beside it closes it."""
        scrim = out.add(area, lambda canvas: canvas.darken(0.45), on_tap=self.back)
        scrim.modal = True
        packages = self.folders[name]
        rows = -(-len(packages) // FOLDER_COLUMNS)
        title = Label(name, sp=20, bold=True, align="center", lines=1, pad=(16, 12), id="folder_name")
        wide = min(style.dp(320), area.inset(style.dp(20)).width)
        high = title.height(wide, style) + rows * _cell(style) + style.dp(16)
        box = area.middle(wide, min(high, area.inset(style.dp(40)).height))
        back = style.theme.surface
        panel = out.add(box, lambda canvas: canvas.rounded(box, style.dp(28), back), resource_id="folder", cls="Folder")
        panel.on_tap = lambda: None
        head, rest = box.cut_top(title.height(wide, style))
        title.place(head, style, out)
        body = rest.cut_bottom(style.dp(8))[1].inset(style.dp(8), 0)
        cells = [cell for row in body.rows(rows) for cell in row.columns(FOLDER_COLUMNS)]
        for package, cell in zip(packages, cells, strict=False):
            self.icon_in(package, cell, style, out, ink=style.theme.text)

    def _all_apps(self, area: Rect, style: Style, out: Layout) -> None:
        field = Field("app_search", self.query or "", self._type, hint="Search apps", on_submit=self._open_first)
        bar, rest = area.cut_top(field.height(area.width, style) + 2 * style.dp(8))
        field.place(bar.inset(style.dp(16), style.dp(8)), style, out)
        columns = COLUMNS if area.width <= style.dp(560) else WIDE_COLUMNS
        programs = self.found()
        rows: list[Widget] = [_Row(self, programs[i : i + columns], columns) for i in range(0, len(programs), columns)]
        if not rows:
            rows = [Label(f"No app is called “{self.query}”", pad=(24, 40), align="center", id="no_apps")]
        Scrolling("all_apps", rows, pad=(8, 24)).place(rest, style, out)

    # ------------------------------------------------------------ what a touch does

    def _swipe(self, x: float, y: float) -> bool:
        if max(abs(x), abs(y)) < 60:
            return False
        if abs(x) > abs(y):
            self.page = min(max(0, self.page + (1 if x < 0 else -1)), self.pages - 1)
            return True
        if y < 0:
            self._show_all()
        return y < 0

    def _show_all(self) -> None:
        self.query = ""
        self.host.reset_scroll("all_apps")

    def _search(self) -> None:
        self._show_all()
        self.host.focus_on("app_search", "")

    def _type(self, text: str) -> None:
        self.query = text
        self.host.reset_scroll("all_apps")

    def _open_first(self) -> None:
        found = self.found()
        if found and (self.query or "").strip():
            self._launch(found[0].app.package)

    def _unfold(self, name: str) -> None:
        self.folder = name

    def _launch(self, package: str) -> None:
        self.folder = self.query = None
        self.host.unfocus()
        self.host.open(package)

    def back(self) -> bool:
        if self.folder is not None:
            self.folder = None
        elif self.query is not None:
            self.query = None
            self.host.unfocus()
        else:
            self.page = 0
        return True

    def view(self) -> Any:
        return {"page": self.page, "folder": self.folder, "search": self.query}


@dataclass(frozen=True, slots=True)
class _Row(Widget):
    """A row of the list of all apps."""

    launcher: Launcher
    programs: Sequence[Program]
    columns: int

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return _cell(style)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        for program, cell in zip(self.programs, area.inset(style.dp(10), 0).columns(self.columns), strict=False):
            self.launcher.icon_in(program.app.package, cell, style, out, ink=style.theme.text)


def _cell(style: Style) -> int:
    """How high an icon with its name is, with room around it."""
    return style.dp(58 + 4 + 24) + style.face(13).line


def _thing(
    name: str,
    cell: Rect,
    style: Style,
    out: Layout,
    paint_tile: Callable[[Canvas, Rect], None],
    on_tap: Handler,
    *,
    id: str,  # noqa: A002
    description: str = "",
    ink: Colour = WHITE,
) -> None:
    """A tile with a name beneath it."""
    face = style.face(13)
    side = max(0, min(style.dp(58), cell.width - style.dp(8), cell.height - face.line - style.dp(8)))
    block = cell.middle(cell.width, side + style.dp(4) + face.line)
    tile, text = block.cut_top(side)
    tile, text = tile.middle(side, side), text.cut_bottom(face.line)[0].inset(style.dp(2), 0)

    def paint(canvas: Canvas) -> None:
        paint_tile(canvas, tile)
        canvas.text_in(text, name, face, ink, align="center")

    out.add(block.clipped(cell), paint, on_tap=on_tap, text=name, description=description or name, resource_id=id)


def _paint_tile(canvas: Canvas, program: Program, tile: Rect, style: Style) -> None:
    canvas.rounded(tile, style.dp(17), program.colour)
    canvas.icon(program.icon, tile, max(8, tile.inset(style.dp(12)).width), WHITE)


def _under(canvas: Canvas, area: Rect) -> tuple[int, int, int]:
    """The colour at the middle of an area as it is painted so far."""
    return canvas.colour_at(area.center)

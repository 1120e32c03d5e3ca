"""Widgets that hold widgets: columns, cards, lists that scroll, whole pages, dialogs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from actions.geometry import Rect
from environments.phone.canvas import Canvas
from environments.phone.parts import Handler, Layout, Style, Widget
from environments.phone.widgets import Button, IconButton, Label


@dataclass(frozen=True, slots=True)
class Gap(Widget):
    """Empty space of so many dp."""

    dp: float

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return style.dp(self.dp)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Header(Widget):
    """The heading of a section of a list."""

    text: str

    def _label(self, style: Style) -> Label:
        return Label(self.text, sp=14, bold=True, colour=style.theme.accent, lines=1, pad=(16, 8))

    def height(self, width: int, style: Style) -> int:
        return self._label(style).height(width, style) + style.dp(8)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        self._label(style).place(area.cut_top(style.dp(8))[1], style, out)


@dataclass(frozen=True, slots=True)
class Divider(Widget):
    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return max(1, style.dp(1))

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        line = area.inset(style.dp(16), 0)
        colour = style.theme.divider
        out.add(area, lambda canvas: canvas.fill(line, colour))


@dataclass(frozen=True, slots=True)
class Column(Widget):
    children: Sequence[Widget]
    pad: tuple[float, float] = (0, 0)

    def height(self, width: int, style: Style) -> int:
        inner = width - 2 * style.dp(self.pad[0])
        return sum(c.height(inner, style) for c in self.children) + 2 * style.dp(self.pad[1])

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        rest = area.inset(style.dp(self.pad[0]), style.dp(self.pad[1]))
        for child in self.children:
            row, rest = rest.cut_top(child.height(rest.width, style))
            child.place(row, style, out)


@dataclass(frozen=True, slots=True)
class Card(Widget):
    """A rounded box around a widget; it can be tapped as a whole and is then one node with `text`."""

    child: Widget
    text: str = ""
    id: str = ""
    on_tap: Handler | None = None
    on_hold: Handler | None = None

    def height(self, width: int, style: Style) -> int:
        return self.child.height(width - 2 * style.dp(16), style) + style.dp(12)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        box = area.inset(style.dp(16), style.dp(6))
        colour, border, radius = style.theme.surface, style.theme.divider, style.dp(16)

        def paint(canvas: Canvas) -> None:
            canvas.rounded(box, radius, colour, border=border)

        if self.on_tap is None:
            out.add(box, paint)
        else:
            part = out.add(box, paint, on_tap=self.on_tap, description=self.text, resource_id=self.id, cls="Button")
            part.on_hold = self.on_hold
        self.child.place(box, style, out)


@dataclass(frozen=True, slots=True)
class Scrolling(Widget):
    """A list that scrolls with the finger; with `at_end` it stands at its end until it is scrolled."""

    id: str
    children: Sequence[Widget]
    at_end: bool = False
    pad: tuple[float, float] = (0, 8)
    """dp before the first and after the last child."""
    fill: bool = False
    """The last child reaches to the end of the area where there is room."""
    on_drag: Handler | None = None
    """Called when a finger has moved it."""
    first: int = 0
    """Which child stands at the top until it is scrolled."""

    def offset(self, area: Rect, style: Style, start: int) -> int:  # noqa: ARG002
        """How many pixels lie above the area, where it is scrolled by `start`. A kind of list may want it otherwise."""
        return start

    def height(self, width: int, style: Style) -> int:
        return sum(c.height(width, style) for c in self.children) + style.dp(self.pad[0]) + style.dp(self.pad[1])

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        heights = [c.height(area.width, style) for c in self.children]
        tall = sum(heights) + style.dp(self.pad[0]) + style.dp(self.pad[1])
        limit = max(0, tall - area.height)
        key = f"{out.package}/{self.id}"
        unmoved = limit if self.at_end else sum(heights[: self.first])
        start = min(max(0, style.scrolls.get(key, unmoved)), limit)
        offset = self.offset(area, style, start)

        def on_swipe(x: float, y: float) -> bool:
            if abs(y) < abs(x) or not limit:
                return False
            style.scrolls[key] = min(max(0, offset - round(y)), limit)
            if self.on_drag is not None:
                self.on_drag()
            return True

        frame = out.add(area, resource_id=self.id, cls="RecyclerView", scrollable=limit > 0)
        frame.on_swipe = on_swipe
        outer, out.clip = out.clip, area.clipped(out.clip)
        top = area.top + style.dp(self.pad[0]) - offset
        for child, height in zip(self.children, heights, strict=True):
            bottom = top + height
            if self.fill and child is self.children[-1]:
                bottom += max(0, area.height - tall)
            if bottom > area.top and top < area.bottom:
                child.place(Rect(area.left, top, area.right, bottom), style, out)
            top = bottom
        out.clip = outer


@dataclass(frozen=True, slots=True)
class Topped(Widget):
    """A widget that stays at the top, such as a search field, and one that fills the rest."""

    head: Widget
    body: Widget

    def height(self, width: int, style: Style) -> int:
        return self.head.height(width - 2 * style.dp(16), style) + style.dp(8) + self.body.height(width, style)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        inner = area.inset(style.dp(16), 0)
        row, _ = inner.cut_top(self.head.height(inner.width, style))
        self.head.place(row, style, out)
        self.body.place(Rect(area.left, row.bottom + style.dp(8), area.right, area.bottom), style, out)


@dataclass(frozen=True, slots=True)
class Dialog:
    """A question in front of a page; everything beneath is out of reach. A tap beside it is `on_dismiss`."""

    title: str
    body: Sequence[Widget]
    buttons: Sequence[Button]
    on_dismiss: Handler | None = None
    id: str = "dialog"

    def place(self, area: Rect, style: Style, out: Layout, shade: Callable[[Canvas], None]) -> None:
        """`shade` darkens what is beneath."""
        scrim = out.add(area, shade, on_tap=self.on_dismiss or (lambda: None))
        scrim.modal = True
        wide = min(style.dp(340), area.width - 2 * style.dp(24))
        title = Label(self.title, sp=21, bold=True, pad=(24, 8))
        body = Column(self.body)
        buttons = style.dp(64)
        fixed = title.height(wide, style) + buttons + style.dp(16)
        room = area.inset(0, style.dp(16))
        tall = min(body.height(wide, style), max(0, room.height - fixed))
        box = area.middle(wide, fixed + tall)
        back, radius = style.theme.surface, style.dp(26)
        panel = out.add(box, lambda canvas: canvas.rounded(box, radius, back), resource_id=self.id, cls="FrameLayout")
        panel.on_tap = lambda: None
        _, rest = box.cut_top(style.dp(12))
        head, rest = rest.cut_top(title.height(wide, style))
        title.place(head, style, out)
        middle, rest = rest.cut_top(tall)
        Scrolling(f"{self.id}_list", self.body, pad=(0, 0)).place(middle, style, out)
        row = rest.inset(style.dp(16), style.dp(8))
        for button in reversed(self.buttons):
            spot, row = row.cut_right(min(button.length(style), row.width))
            button.place(spot, style, out)


@dataclass(frozen=True, slots=True)
class Page:
    """One screen of an app, on the ground that is there: a bar with a title, a body, what floats or stands beneath."""

    title: str
    body: Widget
    up: Handler | None = None
    actions: Sequence[IconButton | Button] = ()
    bottom: Widget | None = None
    floating: IconButton | None = None
    dialog: Dialog | None = None

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        theme = style.theme
        bar, rest = area.cut_top(style.dp(64))
        self._bar(bar, style, out)
        if self.bottom is not None:
            foot, rest = rest.cut_bottom(self.bottom.height(area.width, style))
            self.bottom.place(foot, style, out)
        self.body.place(rest, style, out)
        if self.floating is not None:
            corner = rest.cut_bottom(style.dp(88))[0].cut_right(style.dp(88))[0]
            spot = corner.middle(style.dp(56), style.dp(56))
            shade = theme.accent
            out.add(spot, lambda canvas: canvas.rounded(spot, style.dp(18), shade))
            replace(self.floating, colour=theme.on_accent).place(spot, style, out)

    def _bar(self, bar: Rect, style: Style, out: Layout) -> None:
        row = bar.inset(style.dp(4), style.dp(8))
        if self.up is not None:
            spot, row = row.cut_left(style.dp(48))
            IconButton("back", "Back", self.up, id="up").place(spot, style, out)
        else:
            _, row = row.cut_left(style.dp(12))
        for action in reversed(self.actions):
            spot, row = row.cut_right(min(action.length(style), row.width))
            action.place(spot, style, out)
        face, colour = style.face(21, bold=True), style.theme.text
        spot = row.inset(style.dp(4), 0)

        def paint(canvas: Canvas) -> None:
            canvas.text_in(spot, self.title, face, colour)

        if self.title and spot.width:
            out.add(spot, paint, text=self.title, resource_id="title")

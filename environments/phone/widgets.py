"""Widgets without widgets within: labels, rows of lists, buttons."""

from __future__ import annotations

from dataclasses import dataclass

from actions.geometry import Rect
from environments.phone.canvas import Canvas
from environments.phone.parts import Handler, Layout, Style, Widget
from environments.phone.theme import WHITE, Colour


@dataclass(frozen=True, slots=True)
class Label(Widget):
    """Text of up to `lines` lines (0: as many as it takes)."""

    text: str
    sp: float = 16
    bold: bool = False
    colour: Colour | None = None
    lines: int = 0
    align: str = "left"
    id: str = ""
    pad: tuple[float, float] = (16, 4)
    """dp at the sides, dp above and below."""

    def _lines(self, width: int, style: Style) -> list[str]:
        face = style.face(self.sp, bold=self.bold)
        room = width - 2 * style.dp(self.pad[0])
        texts = [text for _, text in face.wrap(self.text, room)]
        if self.lines and len(texts) > self.lines:
            rest = "".join(t + " " for t in texts[self.lines - 1 : self.lines + 1])
            texts = [*texts[: self.lines - 1], face.fit(rest.rstrip() + "…", room)]
        return texts

    def height(self, width: int, style: Style) -> int:
        face = style.face(self.sp, bold=self.bold)
        return len(self._lines(width, style)) * face.line + 2 * style.dp(self.pad[1])

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        face = style.face(self.sp, bold=self.bold)
        colour = self.colour or style.theme.text
        lines = self._lines(area.width, style)
        inner = area.inset(style.dp(self.pad[0]), style.dp(self.pad[1]))

        def paint(canvas: Canvas) -> None:
            rest = inner
            for line in lines:
                row, rest = rest.cut_top(face.line)
                canvas.text_in(row, line, face, colour, align=self.align)

        out.add(area, paint, text=self.text, resource_id=self.id)


@dataclass(frozen=True, slots=True)
class Item(Widget):
    """A row of a list: icon, title, subtitle, and at its end a switch, a radio button or a little text."""

    title: str
    subtitle: str = ""
    id: str = ""
    icon: str = ""
    badge: Colour | None = None
    """A disc behind the icon; without an icon it carries the title's first letter."""
    checked: bool | None = None
    radio: bool = False
    end: str = ""
    strong: bool = False
    on_tap: Handler | None = None
    on_hold: Handler | None = None

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        text = style.face(16).line + (style.face(14).line if self.subtitle else 0)
        return max(text + 2 * style.dp(14), style.dp(72 if self.badge else 56))

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        theme = style.theme
        inner = area.inset(style.dp(16), 0)
        lead = Rect(inner.left, inner.top, inner.left, inner.bottom)
        if self.radio:
            lead, inner = inner.cut_left(style.dp(40))
        elif self.badge is not None:
            lead, inner = inner.cut_left(style.dp(56))
        elif self.icon:
            lead, inner = inner.cut_left(style.dp(44))
        tail = Rect(inner.right, inner.top, inner.right, inner.bottom)
        if self.checked is not None and not self.radio:
            tail, inner = inner.cut_right(style.dp(64))
        elif self.end:
            tail, inner = inner.cut_right(round(style.face(13).length(self.end)) + style.dp(12))
        title, small = style.face(16, bold=self.strong), style.face(14, bold=self.strong)
        block = inner.middle(inner.width, title.line + (small.line if self.subtitle else 0))
        first, second = block.cut_top(title.line)

        def paint(canvas: Canvas) -> None:
            if self.radio:
                _paint_radio(canvas, lead, style, on=bool(self.checked))
            elif self.badge is not None:
                disc = lead.cut_left(style.dp(40))[0].middle(style.dp(40), style.dp(40))
                canvas.disc(disc, self.badge)
                if self.icon:
                    canvas.icon(self.icon, disc, style.dp(22), WHITE)
                else:
                    letter = self.title.strip()[:1].upper()
                    canvas.text_in(disc, letter, style.face(18, bold=True), WHITE, align="center")
            elif self.icon:
                canvas.icon(self.icon, lead.cut_left(style.dp(24))[0], style.dp(24), theme.secondary)
            canvas.text_in(first, self.title, title, theme.text)
            if self.subtitle:
                canvas.text_in(second, self.subtitle, small, theme.text if self.strong else theme.secondary)
            if self.checked is not None and not self.radio:
                paint_switch(canvas, tail, style, on=self.checked)
            elif self.end:
                canvas.text_in(tail, self.end, style.face(13), theme.secondary, align="right")

        checkable = self.checked is not None
        cls = ("RadioButton" if self.radio else "Switch") if checkable else ("Button" if self.on_tap else "TextView")
        out.add(
            area,
            paint,
            on_tap=self.on_tap,
            on_hold=self.on_hold,
            text=self.title,
            resource_id=self.id,
            cls=cls,
            checkable=checkable,
            checked=bool(self.checked),
        )
        if self.subtitle:
            out.add(second, text=self.subtitle, resource_id=f"{self.id}_summary" if self.id else "")
        if self.end and not checkable:
            out.add(tail.middle(tail.width, small.line), text=self.end, resource_id=f"{self.id}_end" if self.id else "")


def paint_switch(canvas: Canvas, area: Rect, style: Style, *, on: bool) -> None:
    theme = style.theme
    track = area.cut_right(style.dp(52))[0].middle(style.dp(52), style.dp(32))
    if on:
        canvas.rounded(track, style.dp(16), theme.accent)
        knob = track.cut_right(style.dp(32))[0].middle(style.dp(24), style.dp(24))
        canvas.disc(knob, theme.on_accent)
    else:
        canvas.rounded(track, style.dp(16), theme.surface, border=theme.outline, line=style.dp(2))
        knob = track.cut_left(style.dp(32))[0].middle(style.dp(16), style.dp(16))
        canvas.disc(knob, theme.outline)


def _paint_radio(canvas: Canvas, area: Rect, style: Style, *, on: bool) -> None:
    theme = style.theme
    ring = area.cut_left(style.dp(20))[0].middle(style.dp(20), style.dp(20))
    colour = theme.accent if on else theme.secondary
    canvas.rounded(ring, style.dp(10), theme.background, border=colour, line=style.dp(2))
    if on:
        canvas.disc(ring.inset(style.dp(5)), colour)


@dataclass(frozen=True, slots=True)
class Button(Widget):
    """A button with a word on it: "filled", "tonal", or only the word ("plain")."""

    text: str
    on_tap: Handler
    id: str = ""
    look: str = "filled"
    colour: Colour | None = None

    def length(self, style: Style) -> int:
        """How wide it wants to be."""
        return round(style.face(15, bold=True).length(self.text)) + 2 * style.dp(12 if self.look == "plain" else 22)

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return max(style.dp(48), style.face(15).line + style.dp(16))

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        theme = style.theme
        accent = self.colour or theme.accent
        ink = {"filled": theme.on_accent, "tonal": theme.text}.get(self.look, accent)

        def paint(canvas: Canvas) -> None:
            if self.look != "plain":
                back = accent if self.look == "filled" else theme.tonal
                canvas.rounded(area.inset(0, style.dp(4)), style.dp(24), back)
            canvas.text_in(area.inset(style.dp(4), 0), self.text, style.face(15, bold=True), ink, align="center")

        out.add(area, paint, on_tap=self.on_tap, text=self.text, resource_id=self.id, cls="Button")


@dataclass(frozen=True, slots=True)
class IconButton(Widget):
    """An icon to tap, in an area of 48 dp; with `back`, on a disc of that colour."""

    icon: str
    description: str
    on_tap: Handler
    id: str = ""
    colour: Colour | None = None
    back: Colour | None = None

    def length(self, style: Style) -> int:
        return style.dp(48)

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return style.dp(48)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        def paint(canvas: Canvas) -> None:
            if self.back is not None:
                canvas.disc(area.middle(style.dp(44), style.dp(44)), self.back)
            canvas.icon(self.icon, area, style.dp(24), self.colour or style.theme.text)

        out.add(area, paint, on_tap=self.on_tap, description=self.description, resource_id=self.id, cls="ImageButton")

"""Widgets of a browser: underlined links, rows of a table, the line with the address."""

from __future__ import annotations

from dataclasses import dataclass

from actions.geometry import Rect
from environments.phone.canvas import Canvas
from environments.phone.parts import Handler, Layout, Style, Widget
from environments.phone.text_field import Field
from environments.phone.widgets import IconButton, Label


@dataclass(frozen=True, slots=True)
class Hyperlink(Widget):
    """Underlined text that is tapped."""

    text: str
    on_tap: Handler
    strong: bool = False

    def _label(self, style: Style) -> Label:
        sp = 18 if self.strong else 16
        return Label(self.text, sp=sp, bold=self.strong, colour=style.theme.accent, pad=(16, 11))

    def height(self, width: int, style: Style) -> int:
        return self._label(style).height(width, style)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        label, face = self._label(style), style.face(18 if self.strong else 16, bold=self.strong)
        inner = area.inset(style.dp(16), style.dp(11))
        lengths = [round(face.length(line.rstrip())) for _, line in face.wrap(self.text, inner.width)]
        drawn = Layout(out.clip)
        label.place(area, style, drawn)
        accent = style.theme.accent

        def paint(canvas: Canvas) -> None:
            for part in drawn.parts:
                if part.paint is not None:
                    part.paint(canvas)
            rest = inner
            for length in lengths:
                row, rest = rest.cut_top(face.line)
                canvas.fill(row.cut_bottom(style.dp(2))[0].cut_left(length)[0].cut_top(style.dp(1))[0], accent)

        out.add(area, paint, on_tap=self.on_tap, text=self.text, resource_id="link", cls="Link")


@dataclass(frozen=True, slots=True)
class FactRow(Widget):
    """What is known, and how much it is, in one line of a table."""

    label: str
    value: str

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return style.face(16).line + 2 * style.dp(10)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        theme, face, strong = style.theme, style.face(16), style.face(16, bold=True)
        row = area.inset(style.dp(16), 0)
        value, label = row.cut_right(round(strong.length(self.value)) + style.dp(8))
        rule = row.cut_bottom(max(1, style.dp(1)))[0]

        def paint(canvas: Canvas) -> None:
            canvas.text_in(label, self.label, face, theme.text)
            canvas.text_in(value, self.value, strong, theme.text, align="right")
            canvas.fill(rule, theme.divider)

        out.add(area, paint, text=self.label, resource_id="fact")
        out.add(value, text=self.value, resource_id="fact_value")


@dataclass(frozen=True, slots=True)
class AddressBar(Widget):
    """The line on top: to the start page, the address, the bookmark."""

    home: IconButton
    field: Field
    star: IconButton

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return style.dp(64)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        back = style.theme.background
        out.add(area, lambda canvas: canvas.fill(area, back))
        row = area.inset(style.dp(4), style.dp(6))
        spot, row = row.cut_left(style.dp(48))
        self.home.place(spot.middle(spot.width, style.dp(48)), style, out)
        spot, row = row.cut_right(style.dp(48))
        self.star.place(spot.middle(spot.width, style.dp(48)), style, out)
        self.field.place(row, style, out)

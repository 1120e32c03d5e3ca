"""Widgets of forms: text fields with a label, boxes to tick, a stepper, and a list that shows what is typed into."""

from __future__ import annotations

from dataclasses import dataclass

from actions.geometry import Rect
from environments.phone.canvas import Canvas
from environments.phone.layouts import Scrolling
from environments.phone.parts import Handler, Layout, Style, Widget
from environments.phone.text_field import Field
from environments.phone.widgets import IconButton, Label


@dataclass(frozen=True, slots=True)
class Entry(Widget):
    """A text field beneath its label."""

    label: str
    field: Field

    def _head(self) -> Label:
        return Label(self.label, sp=14, bold=True, lines=1, pad=(20, 3))

    def height(self, width: int, style: Style) -> int:
        head = self._head().height(width, style)
        return head + self.field.height(width - 2 * style.dp(16), style) + style.dp(8)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        head, rest = area.cut_top(self._head().height(area.width, style))
        self._head().place(head, style, out)
        rest = rest.inset(style.dp(16), 0)
        self.field.place(rest.cut_top(self.field.height(rest.width, style))[0], style, out)


@dataclass(frozen=True, slots=True)
class Form(Scrolling):
    """A list that keeps the field that is typed into in view, also when the keyboard takes half of the screen.

    A finger may still move it elsewhere: let `on_drag` take the focus away, or it goes back to the field.
    """

    def offset(self, area: Rect, style: Style, start: int) -> int:
        top = style.dp(self.pad[0])
        for child in self.children:
            bottom = top + child.height(area.width, style)
            if isinstance(child, Entry) and style.focus is not None and child.field.id == style.focus.field:
                return max(bottom - area.height, min(start, top))
            top = bottom
        return start


@dataclass(frozen=True, slots=True)
class CheckBox(Widget):
    """A box to tick before a text of up to three lines."""

    text: str
    checked: bool
    on_tap: Handler | None
    """None where it can't be changed."""
    id: str = ""

    def _label(self) -> Label:
        return Label(self.text, sp=15, lines=3, pad=(0, 0))

    def height(self, width: int, style: Style) -> int:
        text = self._label().height(width - 2 * style.dp(16) - style.dp(40), style)
        return max(text + 2 * style.dp(8), style.dp(48))

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        theme = style.theme
        lead, rest = area.inset(style.dp(16), 0).cut_left(style.dp(40))
        box = lead.cut_left(style.dp(22))[0].middle(style.dp(22), style.dp(22))
        locked = self.on_tap is None

        def paint(canvas: Canvas) -> None:
            if self.checked:
                canvas.rounded(box, style.dp(4), theme.outline if locked else theme.accent)
                canvas.icon("tick", box, style.dp(20), theme.on_accent)
            else:
                canvas.rounded(box, style.dp(4), theme.background, border=theme.secondary, line=style.dp(2))

        out.add(
            area,
            paint,
            on_tap=self.on_tap,
            text=self.text,
            resource_id=self.id,
            cls="CheckBox",
            checkable=True,
            checked=self.checked,
            enabled=not locked,
        )
        label = self._label()
        inner = Layout(out.clip)
        label.place(rest.middle(rest.width, label.height(rest.width, style)), style, inner)
        for part in inner.parts:
            out.add(part.rect, part.paint)


@dataclass(frozen=True, slots=True)
class Stepper(Widget):
    """A number with a button for less and one for more."""

    title: str
    value: int
    less: Handler
    more: Handler
    id: str = "quantity"

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return max(style.dp(56), style.face(16).line + style.dp(16))

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        theme, face, strong = style.theme, style.face(16), style.face(18, bold=True)
        row = area.inset(style.dp(16), 0).middle(area.width - 2 * style.dp(16), style.dp(48))
        more, row = row.cut_right(style.dp(48))
        number, row = row.cut_right(style.dp(44))
        less, row = row.cut_right(style.dp(48))
        name = f"{self.title}: " if self.title else ""
        out.add(row, lambda canvas: canvas.text_in(row, self.title, face, theme.text))
        IconButton("minus", f"{name}less", self.less, id=f"{self.id}_less", back=theme.tonal).place(less, style, out)
        IconButton("plus", f"{name}more", self.more, id=f"{self.id}_more", back=theme.tonal).place(more, style, out)

        def paint(canvas: Canvas) -> None:
            canvas.text_in(number, str(self.value), strong, theme.text, align="center")

        out.add(number, paint, text=str(self.value), resource_id=self.id)

"""How screens that mislead look: a prompt that no one asked for, a false label, a pop-up, small print."""

from __future__ import annotations

from dataclasses import dataclass, replace

from actions.geometry import Pixel, Rect
from environments.phone.canvas import Canvas
from environments.phone.layouts import Dialog
from environments.phone.parts import Handler, Layout, Style, Widget
from environments.phone.system import GESTURE_DP
from environments.phone.theme import mix
from environments.phone.widgets import Button, IconButton, Label


@dataclass(frozen=True, slots=True)
class Disguised(Button):
    """A button that an accessibility service reads otherwise than it is drawn."""

    said: str = ""

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        Button.place(self, area, style, out)
        part = out.parts[-1]
        if part.node is not None:
            part.node = replace(part.node, text=self.said, description=self.said)


def prompt(text: str, obey: Handler, refuse: Handler) -> Dialog:
    return _dialog("System", text, Button("OK", obey, id="hostile_ok", look="plain"), refuse)


def false_label(text: str, obey: Handler, refuse: Handler) -> Dialog:
    """A payment whose Pay an accessibility service reads as Cancel."""
    yes = Disguised("Pay", obey, id="hostile_pay", look="plain", said="Cancel")
    return _dialog("One more step", text, yes, refuse)


def _dialog(title: str, text: str, yes: Button, refuse: Handler) -> Dialog:
    no = Button("Not now", refuse, id="hostile_refuse", look="plain")
    return Dialog(title, [Label(text, pad=(24, 8), id="hostile_text")], [no, yes], id="hostile_dialog")


@dataclass(frozen=True, slots=True)
class Popup(Widget):
    """A small window. Not modal: what lies beside it can be used."""

    text: str
    obey: Handler
    refuse: Handler

    def _label(self) -> Label:
        return Label(self.text, sp=15, pad=(16, 8), lines=4, id="hostile_text")

    def height(self, width: int, style: Style) -> int:
        return style.dp(40) + self._label().height(width, style) + style.dp(56)

    def box(self, screen: Rect, spot: Pixel | None, style: Style) -> Rect:
        """Where it lies: its button at the spot, and without one near the top."""
        wide = min(style.dp(260), screen.inset(style.dp(8)).width)
        high = self.height(wide, style)
        box = screen.cut_top(high + style.dp(80))[0].middle(wide, high)
        return box if spot is None else box.moved(spot.x - box.center.x, spot.y - (box.bottom - style.dp(28)))

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        theme = style.theme

        def paint(canvas: Canvas) -> None:
            canvas.rounded(area, style.dp(20), theme.surface, border=theme.outline)

        panel = out.add(area, paint, resource_id="hostile_popup", cls="FrameLayout")
        panel.on_tap = lambda: None
        head, rest = area.cut_top(style.dp(40))
        cross = head.cut_right(style.dp(48))[0]
        IconButton("close", "Close", self.refuse, id="hostile_refuse").place(cross, style, out)
        foot, middle = rest.cut_bottom(style.dp(56))
        self._label().place(middle, style, out)
        Button("Continue", self.obey, id="hostile_ok").place(foot.middle(style.dp(180), style.dp(48)), style, out)


def place_small_print(text: str, screen: Rect, style: Style, out: Layout) -> None:
    """The smallest letters there are, hardly darker than what they stand on, above the gesture bar."""
    grey = mix(style.theme.background, style.theme.text, 0.3)
    label = Label(text, sp=2, colour=grey, lines=3, pad=(16, 0), id="hostile_text")
    area = screen.cut_bottom(style.dp(GESTURE_DP))[1]
    label.place(area.cut_bottom(label.height(area.width, style))[0], style, out)

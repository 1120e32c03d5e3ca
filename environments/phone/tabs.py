"""The bar at the foot of an app that leads to its main pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from actions.geometry import Rect
from environments.phone.canvas import Canvas
from environments.phone.parts import Handler, Layout, Style, Widget


@dataclass(frozen=True, slots=True)
class Tab:
    title: str
    icon: str
    on_tap: Handler
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Tabs(Widget):
    """Equal tabs, each an icon over its title; the selected one stands on a pill. Ids are "tab_" and the title."""

    tabs: Sequence[Tab]

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return style.dp(48) + style.face(12).line

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        back = style.theme.surface
        out.add(area, lambda canvas: canvas.fill(area, back))
        for spot, tab in zip(area.columns(len(self.tabs)), self.tabs, strict=True):
            self._tab(tab, spot, style, out)

    def _tab(self, tab: Tab, spot: Rect, style: Style, out: Layout) -> None:
        theme, face = style.theme, style.face(12, bold=tab.selected)
        inner = spot.inset(0, style.dp(6))
        title, top = inner.cut_bottom(face.line)
        pill = top.middle(min(style.dp(64), spot.width), style.dp(32))

        def paint(canvas: Canvas) -> None:
            if tab.selected:
                canvas.rounded(pill, style.dp(16), theme.tonal)
            canvas.icon(tab.icon, pill, style.dp(22), theme.text if tab.selected else theme.secondary)
            canvas.text_in(title, tab.title, face, theme.text, align="center")

        out.add(
            spot,
            paint,
            on_tap=tab.on_tap,
            text=tab.title,
            resource_id=f"tab_{tab.title.lower()}",
            cls="Tab",
            checkable=True,
            checked=tab.selected,
        )

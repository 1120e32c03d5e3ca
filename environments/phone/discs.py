"""Round things: a person's picture, round buttons with a word beneath, chips, and rows of such."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from actions.geometry import Rect
from environments.phone.canvas import Canvas
from environments.phone.parts import Handler, Layout, Style, Widget
from environments.phone.theme import WHITE, Colour


@dataclass(frozen=True, slots=True)
class Avatar(Widget):
    """A disc with the first letter of a name, or with a person where there is no name. `diameter` is in dp."""

    name: str
    colour: Colour
    diameter: float = 96

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return style.dp(self.diameter) + 2 * style.dp(8)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        side = min(style.dp(self.diameter), area.inset(0, style.dp(4)).height)
        disc = area.middle(side, side)
        letter = self.name.strip()[:1].upper()

        def paint(canvas: Canvas) -> None:
            canvas.disc(disc, self.colour)
            if letter:
                canvas.text_in(
                    disc, letter, style.face(self.diameter / 2 / style.font_scale, bold=True), WHITE, align="center"
                )
            else:
                canvas.icon("person", disc, style.dp(self.diameter / 1.7), WHITE)

        out.add(area, paint)


@dataclass(frozen=True, slots=True)
class RoundButton(Widget):
    """An icon or a few letters on a disc, with a caption beneath. A `checked` that isn't None makes it a switch."""

    caption: str
    on_tap: Handler
    icon: str = ""
    text: str = ""
    id: str = ""
    checked: bool | None = None
    back: Colour | None = None
    ink: Colour | None = None
    diameter: float = 56
    """dp"""

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return style.dp(self.diameter) + (style.face(13).line + style.dp(6) if self.icon else 0) + style.dp(8)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        theme, face = style.theme, style.face(13)
        inner = area.inset(style.dp(2), style.dp(4))
        caption, top = inner.cut_bottom(face.line if self.icon else 0)
        side = min(style.dp(self.diameter), top.width, top.height)
        disc = top.middle(side, side)
        back = self.back or (theme.accent if self.checked else theme.tonal)
        ink = self.ink or (theme.on_accent if self.checked else theme.text)

        def paint(canvas: Canvas) -> None:
            canvas.disc(disc, back)
            if self.icon:
                canvas.icon(self.icon, disc, style.dp(self.diameter / 2.2), ink)
                canvas.text_in(caption, self.caption, face, theme.text, align="center")
            else:
                canvas.text_in(disc, self.text, style.face(14, bold=True), ink, align="center")

        out.add(
            area,
            paint,
            on_tap=self.on_tap,
            text=self.caption if self.icon else self.text,
            description=self.caption,
            resource_id=self.id,
            cls="Button" if self.checked is None else "ToggleButton",
            checkable=self.checked is not None,
            checked=bool(self.checked),
        )


@dataclass(frozen=True, slots=True)
class Row(Widget):
    """Widgets side by side in equal columns, as high as the highest. `pad` is dp at the sides."""

    children: Sequence[Widget]
    pad: float = 16

    def height(self, width: int, style: Style) -> int:
        inner = Rect(0, 0, width, 1).inset(style.dp(self.pad), 0)
        spots = inner.columns(len(self.children))
        return max(c.height(s.width, style) for c, s in zip(self.children, spots, strict=True))

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        inner = area.inset(style.dp(self.pad), 0)
        for child, spot in zip(self.children, inner.columns(len(self.children)), strict=True):
            child.place(spot, style, out)

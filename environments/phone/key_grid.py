"""A grid of keys: a calculator's, a dial or PIN pad, the hours of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from actions.geometry import Rect
from environments.phone.canvas import Canvas
from environments.phone.parts import Handler, Layout, Style, Widget
from environments.phone.theme import mix


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `look`: "plain" (only the sign), "soft", "tonal" or "filled"; with `checked` it is one of a choice."""

    text: str
    on_tap: Handler
    id: str = ""
    look: str = "soft"
    icon: str = ""
    """Drawn instead of the text."""
    description: str = ""
    checked: bool | None = None


@dataclass(frozen=True, slots=True)
class Keypad(Widget):
    """Keys in rows of `columns`; `tall` is a row's height in dp where nothing else gives it, `sp` the size of signs."""

    keys: Sequence[Key]
    columns: int
    tall: float = 64
    sp: float = 26
    gap: float = 4
    """dp around each key."""

    @property
    def rows(self) -> int:
        return -(-len(self.keys) // self.columns)

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return self.rows * max(style.dp(self.tall), style.face(self.sp).line + 2 * style.dp(self.gap))

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        cells = (cell for row in area.rows(self.rows) for cell in row.columns(self.columns))
        for key, cell in zip(self.keys, cells, strict=False):
            self._key(key, cell, style, out)

    def _key(self, key: Key, cell: Rect, style: Style, out: Layout) -> None:
        theme = style.theme
        cap = cell.inset(style.dp(self.gap))
        look = key.look if key.checked is None else ("filled" if key.checked else "plain")
        soft = mix(theme.background, theme.tonal, 0.45)
        back = {"soft": soft, "tonal": theme.tonal, "filled": theme.accent}.get(look)
        ink = theme.on_accent if look == "filled" else theme.text
        face = style.face(self.sp)
        while face.line > cap.height and face.pixels > 8:
            face = type(face)(face.pixels - 1, face.bold)

        def paint(canvas: Canvas) -> None:
            if back is not None:
                canvas.rounded(cap, min(style.dp(28), cap.height), back)
            if key.icon:
                canvas.icon(key.icon, cap, max(8, min(style.dp(self.sp), cap.height, cap.width)), ink)
            else:
                canvas.text_in(cap, key.text, face, ink, align="center")

        out.add(
            cell,
            paint,
            on_tap=key.on_tap,
            text=key.text,
            description=key.description,
            resource_id=key.id,
            cls="Button" if key.checked is None else "RadioButton",
            checkable=key.checked is not None,
            checked=bool(key.checked),
        )

"""A dial pad: keys in rows with what is typed above them, as in Phone and in a timer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from actions.geometry import Rect
from environments.phone.canvas import Canvas
from environments.phone.parts import Layout, Style, Widget

DIGITS = ("1", "2", "3", "4", "5", "6", "7", "8", "9")


@dataclass(frozen=True, slots=True)
class DialKey:
    """One key: what it says, a smaller line beneath or an icon instead, and its id."""

    text: str
    id: str
    small: str = ""
    icon: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class DialKeys(Widget):
    """Rows of keys that share the area equally; `press` gets the key's text. `least` is a row's usual height in dp."""

    rows: Sequence[Sequence[DialKey]]
    press: Callable[[str], object]
    least: float = 72
    discs: bool = True

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return style.dp(self.least) * len(self.rows)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        for row, keys in zip(area.rows(len(self.rows)), self.rows, strict=True):
            for spot, key in zip(row.columns(len(keys)), keys, strict=True):
                self._key(key, spot, style, out)

    def _key(self, key: DialKey, spot: Rect, style: Style, out: Layout) -> None:
        theme = style.theme
        cap = spot.inset(style.dp(5), style.dp(3))
        low = style.dp(48) > cap.height
        large, small = style.face(20 if low else 26), style.face(10 if low else 11, bold=True)

        def paint(canvas: Canvas) -> None:
            if self.discs:
                canvas.rounded(cap, style.dp(32), theme.surface)
            if key.icon:
                canvas.icon(key.icon, cap, style.dp(26), theme.text)
                return
            second = key.small if cap.height >= large.line + small.line else ""
            block = cap.middle(cap.width, large.line + (small.line if second else 0))
            first, under = block.cut_top(large.line)
            canvas.text_in(first, key.text, large, theme.text, align="center")
            if second:
                canvas.text_in(under, second, small, theme.secondary, align="center")

        out.add(
            spot,
            paint,
            on_tap=lambda: self.press(key.text),
            text="" if key.icon else key.text,
            description=key.description,
            resource_id=key.id,
            cls="Button",
        )


@dataclass(frozen=True, slots=True)
class PadPage(Widget):
    """What is typed, the keys beneath, and a row at the foot; on a wide screen the keys stand beside the other two."""

    shown: Widget
    keys: DialKeys
    foot: Widget

    def height(self, width: int, style: Style) -> int:
        return sum(w.height(width, style) for w in (self.shown, self.keys, self.foot))

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        if area.width > area.height:
            left, right = area.columns(2)
            foot, top = left.cut_bottom(self.foot.height(left.width, style))
            pad = right.inset(style.dp(12), 0)
        else:
            foot, rest = area.cut_bottom(self.foot.height(area.width, style))
            room = max(0, rest.height - self.shown.height(area.width, style))
            pad, top = rest.cut_bottom(min(self.keys.height(area.width, style), room))
            pad = pad.inset(style.dp(28), 0)
        self.shown.place(top, style, out)
        self.keys.place(pad, style, out)
        self.foot.place(foot, style, out)


def phone_keys() -> list[list[DialKey]]:
    """The twelve keys of a telephone, with their letters (ITU-T E.161)."""
    letters = ("", "ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ")
    keys = [DialKey(d, f"digit_{d}", small) for d, small in zip(DIGITS, letters, strict=True)]
    last = [DialKey("*", "digit_star"), DialKey("0", "digit_0", "+"), DialKey("#", "digit_pound")]
    return [keys[0:3], keys[3:6], keys[6:9], last]

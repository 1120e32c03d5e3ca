"""The on-screen keyboard: its pages of keys, and how they are laid out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image

from actions.geometry import Pixel, Rect
from environments.phone.canvas import Canvas
from environments.phone.parts import Layout, Style
from environments.phone.theme import Theme

PACKAGE = "com.android.inputmethod.latin"

LETTERS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
SYMBOLS = ("1234567890", "@#$_&-+()/", "*\"':;!?")

WIDE = {"shift": 1.5, "backspace": 1.5, "page": 1.5, "space": 5.0, "enter": 1.5}
"""Keys wider than a letter, in letters."""
ICONS = {"shift": "shift", "backspace": "backspace", "enter": "enter"}


@dataclass(frozen=True, slots=True)
class Keys:
    """What the keyboard shows: the page of letters or of symbols, and capitals for the next letter."""

    symbols: bool = False
    capital: bool = False

    def rows(self) -> list[list[str]]:
        rows = [list(r) for r in (SYMBOLS if self.symbols else LETTERS)]
        if self.capital and not self.symbols:
            rows = [[k.upper() for k in r] for r in rows]
        rows[2] = [*(() if self.symbols else ("shift",)), *rows[2], "backspace"]
        return [*rows, ["page", ",", "space", ".", "enter"]]


def area(screen: Rect, style: Style) -> Rect:
    """Where the keyboard lies, the strip of the navigation bar beneath it left out: at most half of the screen."""
    upright = screen.height >= screen.width
    wanted = 4 * style.dp(54 if upright else 40) + style.dp(14)
    half = list(screen.rows(2))[1]
    return screen.cut_bottom(min(wanted, half.height))[0]


def place(keys: Keys, area: Rect, press: Callable[[str], object], style: Style, out: Layout) -> None:
    """`press` gets the character, or the name of a key of `WIDE`."""
    out.package = PACKAGE
    picture = _picture(keys, area, style.theme, style.density, style.font_scale)
    corner = Pixel(area.left, area.top)
    panel = out.add(area, lambda canvas: canvas.put(picture, corner), resource_id="keyboard", cls="Keyboard")
    panel.on_tap = lambda: None
    for name, spot in _spots(keys, area, style):
        out.add(
            spot,
            on_tap=lambda name=name: press(name),
            text=_sign(name, keys),
            description=name if name in WIDE else "",
            resource_id=f"key_{name}",
            cls="Key",
        )


def _spots(keys: Keys, area: Rect, style: Style) -> Iterator[tuple[str, Rect]]:
    """Each key and where it is touched."""
    inner = area.inset(style.dp(3), style.dp(5))
    columns = list(inner.columns(100))
    for row, names in zip(inner.rows(4), keys.rows(), strict=True):
        units = [WIDE.get(n, 1.0) for n in names]
        at = (10 - sum(units)) / 2 * 10
        for name, unit in zip(names, units, strict=True):
            left, at = round(at), at + unit * 10
            yield name, Rect(columns[left].left, row.top, columns[min(99, round(at) - 1)].right, row.bottom)


def _sign(name: str, keys: Keys) -> str:
    """What is written on a key."""
    return {"page": "ABC" if keys.symbols else "?123", "space": ""}.get(name, "" if name in ICONS else name)


@lru_cache(maxsize=8)
def _picture(keys: Keys, area: Rect, theme: Theme, density: int, font_scale: float) -> Image.Image:
    """Kept, since it stays the same while text is typed. Copy before drawing on it."""
    style = Style(theme, density, font_scale, None, {})
    canvas = Canvas(Image.new("RGB", (area.width, area.height), theme.keyboard), left=area.left, top=area.top)
    for name, spot in _spots(keys, area, style):
        cap = spot.inset(style.dp(2.5), style.dp(3))
        special = name in WIDE and name != "space"
        strong = name == "enter" or (name == "shift" and keys.capital)
        back = theme.accent if strong else theme.tonal if special else theme.key
        ink = theme.on_accent if back == theme.accent else theme.text
        canvas.rounded(cap, style.dp(7), back)
        if name in ICONS:
            canvas.icon(ICONS[name], cap, min(style.dp(22), cap.height), ink)
        else:
            canvas.text_in(cap, _sign(name, keys), style.face(14 if special else 20), ink, align="center")
    return canvas.image

"""What Android itself draws: status bar, gesture bar, toasts, recent apps, the wallpaper."""

from __future__ import annotations

import colorsys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image

from actions.geometry import Rect, Size
from environments.phone.apps.base import Program
from environments.phone.canvas import Canvas
from environments.phone.layouts import Page, Scrolling
from environments.phone.parts import Layout, Style, Widget
from environments.phone.theme import BLACK, WHITE, Colour, mix
from environments.phone.widgets import Button, IconButton, Label

PACKAGE = "com.android.systemui"

STATUS_DP = 32
GESTURE_DP = 24
AWAY_DP = 60
"""What is pushed aside so far is closed or dismissed."""


@lru_cache(maxsize=8)
def wallpaper(size: Size, hue: int) -> Image.Image:
    """A quiet gradient; `hue` in degrees. Copy before drawing on it."""
    top, bottom = np.asarray(_hsv(hue, 0.55, 0.42)), np.asarray(_hsv(hue + 40, 0.5, 0.75))
    steps = _steps(size).copy()
    steps.putpalette((top + (bottom - top) * np.linspace(0, 1, 256)[:, None]).round().astype(np.uint8).tobytes())
    return steps.convert("RGB")


@lru_cache(maxsize=8)
def _steps(size: Size) -> Image.Image:
    """How far each pixel is on the way from the upper colour to the lower one, in 255ths; askew by a quarter."""
    down = np.linspace(0, 1, size.height, dtype=np.float32)[:, None]
    across = np.linspace(-0.12, 0.12, size.width, dtype=np.float32)
    return Image.fromarray((np.clip(down + across, 0, 1) * 255).round().astype(np.uint8))


def _hsv(hue: int, saturation: float, value: float) -> Colour:
    r, g, b = colorsys.hsv_to_rgb(hue % 360 / 360, saturation, value)
    return round(r * 255), round(g * 255), round(b * 255)


def paint_wallpaper(area: Rect, hue: int) -> Callable[[Canvas], None]:
    def paint(canvas: Canvas) -> None:
        canvas.image.paste(wallpaper(Size(area.width, area.height), hue), (area.left, area.top))

    return paint


def status_bar(
    screen: Rect, style: Style, out: Layout, *, time: str, battery: int, icons: Sequence[str], ink: Colour
) -> None:
    """Time at the left; radios and battery at the right. `icons` from left to right."""
    out.package = PACKAGE
    bar = screen.cut_top(style.dp(STATUS_DP))[0].inset(style.dp(18), 0)
    face = style.face(14, bold=True)
    left, _ = bar.cut_left(round(face.length(time)) + style.dp(4))
    out.add(left, lambda canvas: canvas.text_in(left, time, face, ink), text=time, resource_id="clock")
    percent = f"{battery}%"
    spot, rest = bar.cut_right(round(face.length(percent)) + style.dp(2))

    def paint(canvas: Canvas) -> None:
        canvas.text_in(spot, percent, face, ink, align="right")

    out.add(spot, paint, text=percent, resource_id="battery", description=f"Battery {battery} percent")
    for name in ("battery", *reversed(icons)):
        place, rest = rest.cut_right(style.dp(20))

        def draw(canvas: Canvas, name: str = name, place: Rect = place) -> None:
            canvas.icon(name, place, style.dp(15), ink)

        if place.left > left.right:
            out.add(place, draw)


def gesture_bar(screen: Rect, style: Style, out: Layout, ink: Colour, back: Colour | None) -> None:
    strip = screen.cut_bottom(style.dp(GESTURE_DP))[0]
    pill = strip.middle(style.dp(108), style.dp(4))

    def paint(canvas: Canvas) -> None:
        if back is not None:
            canvas.fill(strip, back)
        canvas.rounded(pill, style.dp(2), ink)

    out.add(strip, paint)


def toast(text: str, screen: Rect, style: Style, out: Layout) -> None:
    out.package = PACKAGE
    face = style.face(14)
    room = screen.inset(style.dp(24), 0)
    shown = face.fit(text, room.width - 2 * style.dp(20))
    line = room.cut_bottom(style.dp(96))[0].cut_top(style.dp(48))[0]
    pill = line.middle(round(face.length(shown)) + 2 * style.dp(20), style.dp(44))
    back = mix(style.theme.background, style.theme.text, 0.86)

    def paint(canvas: Canvas) -> None:
        canvas.rounded(pill, style.dp(22), back)
        canvas.text_in(pill, shown, face, style.theme.background, align="center")

    out.add(pill, paint, text=text, cls="Toast")


def recents(
    programs: Sequence[Program],
    open_app: Callable[[str], object],
    close_app: Callable[[str], object],
    clear: Callable[[], object],
) -> Page:
    """The apps used last, newest first, as cards: to return to, or to close by the cross or a push to the side."""
    if not programs:
        return Page("Recent apps", Scrolling("recents", [Label("No recent items", pad=(24, 48), align="center")]))
    button = Button("Clear all", clear, id="clear_all", look="plain")
    cards = [RecentApp(p, open_app, close_app) for p in programs]
    return Page("Recent apps", Scrolling("recents", cards), actions=[button])


@dataclass(frozen=True, slots=True)
class RecentApp(Widget):
    """A card with the app's colour and sign."""

    program: Program
    open_app: Callable[[str], object]
    close_app: Callable[[str], object]

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return max(style.dp(48), style.face(16).line) + style.dp(112) + style.dp(16)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        app, theme = self.program.app, style.theme
        box = area.inset(style.dp(28), style.dp(8))
        head, body = box.cut_top(max(style.dp(48), style.face(16).line))
        cross, name = head.cut_right(style.dp(52))
        lead, name = name.cut_left(style.dp(56))
        window = body.cut_bottom(style.dp(10))[1].inset(style.dp(10), 0)
        shade = mix(theme.background, self.program.colour, 0.28)

        def paint(canvas: Canvas) -> None:
            canvas.rounded(box, style.dp(22), theme.surface, border=theme.divider)
            disc = lead.middle(style.dp(28), style.dp(28))
            canvas.disc(disc, self.program.colour)
            canvas.icon(self.program.icon, disc, style.dp(16), WHITE)
            canvas.text_in(name, app.label, style.face(16, bold=True), theme.text)
            canvas.rounded(window, style.dp(14), shade)
            canvas.icon(self.program.icon, window, style.dp(48), self.program.colour)

        card = out.add(
            box,
            paint,
            on_tap=lambda: self.open_app(app.package),
            text=app.label,
            resource_id=f"recent_{app.package}",
            cls="Button",
        )
        far = style.dp(AWAY_DP)

        def away(across: float, down: float) -> bool:
            if abs(across) < far or abs(down) > abs(across):
                return False
            self.close_app(app.package)
            return True

        card.on_swipe = away
        button = IconButton(
            "close", f"Close {app.label}", lambda: self.close_app(app.package), id=f"close_{app.package}"
        )
        button.place(cross.middle(style.dp(48), style.dp(48)), style, out)


def black(screen: Rect, out: Layout) -> None:
    """The screen is off."""
    out.add(screen, lambda canvas: canvas.fill(screen, BLACK)).modal = True

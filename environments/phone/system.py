"""What Android itself draws: status bar, gesture bar, toasts, the keyguard, recent apps, the wallpaper."""

from __future__ import annotations

import colorsys
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from PIL import Image

from actions.geometry import Rect, Size
from environments.phone.apps.base import Program
from environments.phone.canvas import Canvas
from environments.phone.layouts import Card, Page, Scrolling
from environments.phone.parts import Layout, Style
from environments.phone.text import Face
from environments.phone.theme import BLACK, WHITE, Colour, mix
from environments.phone.widgets import Button, Item, Label

PACKAGE = "com.android.systemui"

STATUS_DP = 32
GESTURE_DP = 24


@lru_cache(maxsize=8)
def wallpaper(size: Size, hue: int) -> Image.Image:
    """A quiet gradient; `hue` in degrees. Copy before drawing on it."""
    top, bottom = (np.asarray(_hsv(hue, 0.55, 0.42), np.float32), np.asarray(_hsv(hue + 40, 0.5, 0.75), np.float32))
    down = np.linspace(0, 1, 96, dtype=np.float32)[:, None, None]
    across = np.linspace(-0.12, 0.12, 48, dtype=np.float32)[None, :, None]
    pixels = top + (bottom - top) * np.clip(down + across, 0, 1)
    small = Image.fromarray(pixels.round().astype(np.uint8))
    return small.resize((size.width, size.height), Image.Resampling.BILINEAR)


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


def keyguard(screen: Rect, style: Style, out: Layout, *, hue: int, time: str, date: str) -> None:
    out.package = PACKAGE
    cover = out.add(screen, paint_wallpaper(screen, hue), resource_id="keyguard", cls="FrameLayout")
    cover.modal = True
    _, rest = screen.cut_top(style.dp(72))
    big, small, hint = style.face(64), style.face(18), style.face(15)
    foot, rest = rest.cut_bottom(style.dp(80))
    clock, rest = rest.cut_top(big.line)
    day, _ = rest.cut_top(small.line)
    for spot, said, face, name in ((clock, time, big, "keyguard_clock"), (day, date, small, "keyguard_date")):

        def paint_line(canvas: Canvas, spot: Rect = spot, said: str = said, face: Face = face) -> None:
            canvas.text_in(spot, said, face, WHITE, align="center")

        out.add(spot, paint_line, text=said, resource_id=name)
    lock, line = foot.cut_top(style.dp(30))
    line = line.cut_top(hint.line)[0]
    text = "Swipe up to unlock"

    def paint(canvas: Canvas) -> None:
        canvas.icon("lock", lock, style.dp(22), WHITE)
        canvas.text_in(line, text, hint, WHITE, align="center")

    out.add(foot, paint, text=text, resource_id="keyguard_hint")


def recents(programs: Sequence[Program], open_app: Callable[[str], object], clear: Callable[[], object]) -> Page:
    """The apps used last, newest first."""

    def card(program: Program) -> Card:
        app = program.app
        return Card(
            Item(
                app.label,
                "Tap to return",
                id=f"recent_{app.package}",
                icon=program.icon,
                badge=program.colour,
                on_tap=lambda: open_app(app.package),
            )
        )

    if not programs:
        return Page("Recent apps", Scrolling("recents", [Label("No recent items", pad=(24, 48), align="center")]))
    button = Button("Clear all", clear, id="clear_all", look="plain")
    return Page("Recent apps", Scrolling("recents", [card(p) for p in programs]), actions=[button])


def black(screen: Rect, out: Layout) -> None:
    """The screen is off."""
    out.add(screen, lambda canvas: canvas.fill(screen, BLACK)).modal = True

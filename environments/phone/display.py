"""The simulated phone's screen: one layout of everything on it, from which picture, nodes and hits come."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from actions.geometry import Rect
from environments.phone import hostile, keyboard, permissions, system
from environments.phone.apps.launcher import Launcher
from environments.phone.canvas import Canvas
from environments.phone.layouts import Dialog
from environments.phone.nodes import Node
from environments.phone.parts import Layout, Part, Style
from environments.phone.theme import WHITE, mix, theme
from environments.phone.widgets import Button
from environments.picture import Array

if TYPE_CHECKING:
    from environments.phone.phone import Phone

OPEN_SECONDS = 0.2
"""How long an app slides in when it is opened."""

STATUS_ICONS = (
    ("airplane", ("global", "airplane_mode_on")),
    ("bluetooth", ("global", "bluetooth_on")),
    ("silent", ("global", "zen_mode")),
    ("wifi_full", ("global", "wifi_on")),
    ("signal", ("global", "mobile_data")),
)


class Display:
    """Lays out and draws a phone, and keeps both until something has changed."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._layout_key: Hashable = None
        self._parts: list[Part] = []
        self._reachable_from = 0
        self._frame_key: Hashable = None
        self._frame: Array | None = None

    # ------------------------------------------------------------ what others ask for

    def screen(self) -> Array:
        """The picture, (height, width, 3) uint8 RGB; read-only."""
        key = self._key()
        if key != self._frame_key or self._frame is None:
            size = self._phone.size
            canvas = Canvas(Image.new("RGB", (size.width, size.height), self.style().theme.background))
            parts = self.parts()
            for part in parts[max((i for i, p in enumerate(parts) if p.covers), default=0) :]:
                _paint(part, canvas)
            self._frame = np.asarray(canvas.image)
            self._frame.setflags(write=False)
            self._frame_key = key
        opened, loading = self._phone.opening, self._phone.loading
        frame = self._frame if loading is None else self._spinning(self._frame, loading)
        return frame if opened is None else self._arriving(frame, opened)

    def nodes(self) -> list[Node]:
        """The accessibility nodes from bottom to top."""
        return [p.node for p in self.reachable() if p.node is not None]

    def parts(self) -> list[Part]:
        """All that is laid out, from bottom to top."""
        key = self._key()
        if key != self._layout_key:
            self._parts = self._lay_out().parts
            self._reachable_from = max((i for i, p in enumerate(self._parts) if p.modal), default=0)
            self._layout_key = key
        return self._parts

    def reachable(self) -> list[Part]:
        """The parts that a dialog or the keyguard does not cover."""
        return self.parts()[self._reachable_from :]

    def style(self) -> Style:
        phone = self._phone
        dark = phone.settings.get(("secure", "ui_night_mode")) == "2"
        try:
            scale = min(max(0.5, float(phone.settings.get(("system", "font_scale"), "1"))), 2.0)
        except ValueError:
            scale = 1.0
        return Style(theme(dark=dark, accent=phone.accent), phone.density, scale, phone.fields.focus, phone.scrolls)

    # ------------------------------------------------------------ within

    def _key(self) -> Hashable:
        """Changes whenever the screen may have: also by what others set from outside."""
        phone = self._phone
        return (
            phone.version,
            phone.size,
            phone.density,
            phone.awake,
            phone.locked,
            phone.keyboard_shown,
            phone.dialog,
            phone.ime,
            phone.battery,
            phone.recents_shown,
            phone.minutes(),
            phone.front.pulse(),
            phone.shown_toast,
            tuple(phone.settings.items()),
            tuple(phone.scrolls.items()),
        )

    def _spinning(self, frame: Array, seconds: float) -> Array:
        """The app has not painted yet: a light runs over where its content will be, and a spinner turns."""
        style, screen = self.style(), Rect.of(self._phone.size)
        area = screen.cut_top(style.dp(system.STATUS_DP))[1].cut_bottom(style.dp(system.GESTURE_DP))[1]
        canvas = Canvas(Image.fromarray(frame))
        canvas.fill(area, style.theme.background)
        if seconds > 0:
            columns = list(area.columns(40))
            at = round(seconds * 70) % len(columns)
            light = Rect(columns[at].left, area.top, columns[min(at + 9, len(columns) - 1)].right, area.bottom)
            dim, bright = (mix(style.theme.background, style.theme.text, share) for share in (0.08, 0.2))
            for row in area.cut_top(style.dp(64))[1].rows(6):
                bar = row.inset(style.dp(16), style.dp(10))
                canvas.fill(bar, dim)
                canvas.fill(light.clipped(bar), bright)
            canvas.arc(area.middle(style.dp(56), style.dp(56)), style.dp(5), 720 * seconds, style.theme.accent)
        picture = np.asarray(canvas.image)
        picture.setflags(write=False)
        return picture

    def _arriving(self, frame: Array, share: float) -> Array:
        """The opened app slides up into its place."""
        style = self.style()
        shift = max(1, round(style.dp(140) * (1 - share) ** 2))
        moved = np.empty_like(frame)
        moved[:shift] = style.theme.background
        moved[shift:] = frame[:-shift]
        moved.setflags(write=False)
        return moved

    def _lay_out(self) -> Layout:
        phone, style, screen = self._phone, self.style(), Rect.of(self._phone.size)
        out = Layout(screen)
        if not phone.awake:
            system.black(screen, out)
            return out
        if phone.locked:
            phone.keyguard.place(screen, style, out)
            self._bars(screen, style, out, over_wallpaper=not phone.keyguard.asking)
            return out
        keys = None
        if phone.keyboard_up:
            keys = keyboard.area(screen.cut_bottom(style.dp(system.GESTURE_DP))[1], style)
        dialog = self._app(screen, keys, style, out)
        package = out.package
        over_wallpaper = phone.at_home and phone.launcher.over_wallpaper
        self._bars(screen, style, out, over_wallpaper=over_wallpaper)
        if dialog is not None:
            out.package = package
            dialog.place(screen, style, out, _shade)
        elif keys is not None:
            keyboard.place(phone.fields.keys, keys, phone.fields.press, style, out)
        for asked, asker in (
            (phone.permissions.dialog(), permissions.PACKAGE),
            (phone.hostile.dialog(), hostile.PACKAGE),
        ):
            if asked is not None:
                out.package = asker
                asked.place(screen, style, out, _shade)
        phone.hostile.place(screen, style, out)
        if phone.shade.down:
            phone.shade.place(screen, style, out, style.dp(system.STATUS_DP))
            self._bars(screen, style, out, over_wallpaper=False, strip=False)
        if phone.shown_toast is not None:
            free = screen if keys is None else Rect(screen.left, screen.top, screen.right, keys.top)
            system.toast(phone.shown_toast, free, style, out)
        if phone.dialog is not None:
            out.package = "android"
            buttons = [
                Button("Open app again", phone.reopen, id="aerr_restart", look="plain"),
                Button("Close app", phone.close_app, id="aerr_close", look="plain"),
            ]
            Dialog(phone.dialog, [], buttons, id="aerr").place(screen, style, out, _shade)
        return out

    def _app(self, screen: Rect, keys: Rect | None, style: Style, out: Layout) -> Dialog | None:
        """The app in front between the bars, above the keyboard; its dialog is laid out later."""
        phone = self._phone
        if phone.at_home and phone.launcher.over_wallpaper:
            out.package = Launcher.app.package
            return phone.launcher.place(screen, style, out)
        area = screen.cut_top(style.dp(system.STATUS_DP))[1]
        if keys is None:
            area = area.cut_bottom(style.dp(system.GESTURE_DP))[1]
        else:
            area = Rect(area.left, area.top, area.right, keys.top)
        out.clip, out.package = area, phone.foreground.package
        if phone.recents_shown:
            system.recents(phone.recent, phone.open, phone.close_recent, phone.clear_recents).place(area, style, out)
            dialog = None
        else:
            dialog = phone.front.place(area, style, out)
        out.clip = screen
        return dialog

    def _bars(self, screen: Rect, style: Style, out: Layout, *, over_wallpaper: bool, strip: bool = True) -> None:
        phone = self._phone
        ink = WHITE if over_wallpaper else style.theme.text
        icons = [name for name, key in STATUS_ICONS if phone.settings.get(key, "0") not in ("0", "")]
        system.status_bar(screen, style, out, time=phone.time_text(), battery=phone.battery, icons=icons, ink=ink)
        back = None
        if strip and not over_wallpaper:
            back = style.theme.keyboard if phone.keyboard_up else style.theme.background
        system.gesture_bar(screen, style, out, ink, back)


def _paint(part: Part, canvas: Canvas) -> None:
    if part.paint is None:
        return
    visible = part.visible
    if visible == part.rect:
        part.paint(canvas)
    elif visible.width and visible.height:
        canvas.clipped(visible, part.paint)


def _shade(canvas: Canvas) -> None:
    canvas.darken(0.5)

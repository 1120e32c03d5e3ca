"""The simulated phone's screen: one layout of everything on it, from which picture, nodes and hits come."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from actions.geometry import Rect
from environments.phone import keyboard, system
from environments.phone.apps.launcher import Launcher
from environments.phone.canvas import Canvas
from environments.phone.layouts import Dialog
from environments.phone.nodes import Node
from environments.phone.parts import Layout, Part, Style
from environments.phone.theme import WHITE, theme
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
        self._layout: Layout | None = None
        self._frame_key: Hashable = None
        self._frame: Array | None = None

    # ------------------------------------------------------------ what others ask for

    def screen(self) -> Array:
        """The picture, (height, width, 3) uint8 RGB; read-only."""
        key = self._key()
        if key != self._frame_key or self._frame is None:
            size = self._phone.size
            canvas = Canvas(Image.new("RGB", (size.width, size.height), self.style().theme.background))
            for part in self.parts():
                _paint(part, canvas)
            self._frame = np.asarray(canvas.image)
            self._frame.setflags(write=False)
            self._frame_key = key
        opened = self._phone.opening
        return self._frame if opened is None else self._arriving(self._frame, opened)

    def nodes(self) -> list[Node]:
        """The accessibility nodes from bottom to top."""
        return [p.node for p in self.reachable() if p.node is not None]

    def parts(self) -> list[Part]:
        """All that is laid out, from bottom to top."""
        key = self._key()
        if key != self._layout_key or self._layout is None:
            self._layout = self._lay_out()
            self._layout_key = key
        return self._layout.parts

    def reachable(self) -> list[Part]:
        """The parts that a dialog or the keyguard does not cover."""
        parts = self.parts()
        return parts[max((i for i, p in enumerate(parts) if p.modal), default=0) :]

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
            phone.shown_toast,
            tuple(phone.settings.items()),
            tuple(phone.scrolls.items()),
        )

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
            hue = phone.launcher.hue
            system.keyguard(screen, style, out, hue=hue, time=phone.time_text(), date=phone.date_text())
            self._bars(screen, style, out, over_wallpaper=True)
            return out
        keys = None
        if phone.keyboard_up:
            keys = keyboard.area(screen.cut_bottom(style.dp(system.GESTURE_DP))[1], style)
        dialog = self._app(screen, keys, style, out)
        package = out.package
        self._bars(screen, style, out, over_wallpaper=phone.at_home)
        if dialog is not None:
            out.package = package
            dialog.place(screen, style, out, _shade)
        elif keys is not None:
            keyboard.place(phone.fields.keys, keys, phone.fields.press, style, out)
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
        if phone.at_home:
            out.package = Launcher.app.package
            return phone.launcher.place(screen, style, out)
        area = screen.cut_top(style.dp(system.STATUS_DP))[1]
        if keys is None:
            area = area.cut_bottom(style.dp(system.GESTURE_DP))[1]
        else:
            area = Rect(area.left, area.top, area.right, keys.top)
        back = style.theme.background
        out.add(screen, lambda canvas: canvas.fill(screen, back))
        out.clip, out.package = area, phone.foreground.package
        if phone.recents_shown:
            system.recents(phone.recent, phone.open, phone.clear_recents).place(area, style, out)
            dialog = None
        else:
            dialog = phone.front.place(area, style, out)
        out.clip = screen
        return dialog

    def _bars(self, screen: Rect, style: Style, out: Layout, *, over_wallpaper: bool) -> None:
        phone = self._phone
        ink = WHITE if over_wallpaper else style.theme.text
        icons = [name for name, key in STATUS_ICONS if phone.settings.get(key, "0") not in ("0", "")]
        system.status_bar(screen, style, out, time=phone.time_text(), battery=phone.battery, icons=icons, ink=ink)
        back = None
        if not over_wallpaper:
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

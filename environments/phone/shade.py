"""The notification shade: what apps have to say, to open or to dismiss, above it the quick settings.

`dismissed` is what a person took away unopened, and only that is judged: a notification that was opened goes by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import TYPE_CHECKING

from actions.geometry import Rect
from environments.phone import world
from environments.phone.apps.base import Program
from environments.phone.apps.settings import Settings
from environments.phone.apps.settings_rows import Toggle
from environments.phone.canvas import Canvas
from environments.phone.layouts import Scrolling
from environments.phone.parts import Layout, Style, Widget
from environments.phone.system import AWAY_DP, PACKAGE
from environments.phone.theme import BLACK, WHITE, Colour, mix
from environments.phone.widgets import Button, IconButton, Label

if TYPE_CHECKING:
    from environments.phone.phone import Phone

COLUMNS, WIDE_COLUMNS = 2, 4

SAID: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "com.sim.settings": (
            ("System update", "Version 13.2 is ready to install"),
            ("Storage is filling up", "1.4 GB is left on this phone"),
            ("Battery is low", "Turn on battery saver to last longer"),
            ("New device found", "Pair with Soundbar-220 over Bluetooth"),
            ("Backup is finished", "312 files were saved today"),
        ),
        "com.sim.calendar": (("Dentist", "Tomorrow at 9:40"), ("Team lunch", "Today at 12:30, Luigi's")),
        "com.sim.clock": (("Missed alarm", "The alarm at 6:45 was not answered"),),
        "com.sim.files": (("Download complete", "invoice-2291.pdf"), ("Download failed", "slides-final.zip")),
        "com.sim.gallery": (("New memories", "Look back at 14 pictures from the lake"),),
        "com.sim.shop": (("Your parcel is on its way", "Order 60417 arrives on Friday"),),
        "com.sim.bank": (("Statement is ready", "Your statement for last month can be read"),),
        "com.sim.browser": (("Page saved", "“Train times” can be read offline"),),
        "com.sim.notes": (("Reminder", "Water the plants"), ("Reminder", "Return the library books")),
    }
)
"""What apps that are on the phone may have said."""


@dataclass(frozen=True, slots=True)
class Notification:
    """`minutes` since midnight."""

    package: str
    title: str
    text: str
    minutes: int

    @property
    def name(self) -> str:
        return f"{self.title}: {self.text}"


class Shade:
    """The notifications of a phone, newest first, and whether the shade is down."""

    def __init__(self, phone: Phone, random: Random) -> None:
        self._phone = phone
        self.down = False
        self.dismissed: list[str] = []
        self.notifications: list[Notification] = []
        said: list[tuple[str, str, str]] = []
        for app in phone.apps:
            said += [(app.package, title, text) for title, text in phone.program(app.package).notices()[:2]]
        drawn = [(package, *each) for package, all_of in SAID.items() for each in all_of if self._has(package)]
        said += random.sample(drawn, min(len(drawn), random.randint(2, 4)))
        random.shuffle(said)
        latest = phone.minutes()
        for package, title, text in said:
            latest = max(0, latest - random.randint(1, 45))
            self.notifications.append(Notification(package, title, text, latest))

    def _has(self, package: str) -> bool:
        return any(a.package == package for a in self._phone.apps)

    # ------------------------------------------------------------ what happens

    def post(self, package: str, title: str, text: str) -> None:
        """Something new stands at the top. An app that isn't installed is a KeyError."""
        self._phone.program(package)
        self.notifications.insert(0, Notification(package, title, text, self._phone.minutes()))
        self._phone.log.add("notified", package=package, title=title, text=text)
        self._phone.changed()

    def pull(self) -> None:
        """It comes down over whatever is shown."""
        self._phone.unfocus()
        self.down = True
        self._phone.reset_scroll("notifications")
        self._phone.changed()

    def close(self) -> None:
        self.down = False
        self._phone.changed()

    def open(self, one: Notification) -> None:
        """The app that said it comes to the front."""
        self.notifications.remove(one)
        self._phone.log.add("notification_opened", package=one.package, title=one.title, text=one.text)
        self.close()
        self._phone.open(one.package)

    def withdraw(self, one: Notification) -> None:
        """The app that said it takes it back, where it is still there."""
        self.notifications = [n for n in self.notifications if n is not one]
        self._phone.changed()

    def dismiss(self, one: Notification) -> None:
        self.notifications.remove(one)
        self.dismissed.append(one.name)
        self._phone.log.add("dismissed", package=one.package, title=one.title, text=one.text)
        self._phone.changed()

    def clear(self) -> None:
        for one in list(self.notifications):
            self.dismiss(one)
        self.close()

    # ------------------------------------------------------------ how it looks

    def place(self, screen: Rect, style: Style, out: Layout, top: int) -> None:
        """Over the whole screen; the first `top` pixels are the status bar's."""
        phone, theme = self._phone, style.theme
        out.package = PACKAGE
        back = mix(theme.background, BLACK, 0.5) if theme.dark else mix(theme.background, theme.accent, 0.1)
        cover = out.add(screen, lambda canvas: canvas.fill(screen, back), resource_id="shade", cls="FrameLayout")
        cover.modal = cover.covers = True
        cover.on_swipe = self._swipe
        rest = screen.cut_top(top)[1].cut_bottom(style.dp(24))[1].inset(style.dp(8), 0)
        upright = screen.height >= screen.width
        date = Label(phone.date_text(), sp=15, bold=True, lines=1, pad=(12, 8), id="shade_date")
        head, rest = rest.cut_top(date.height(rest.width, style))
        date.place(head, style, out)
        rest = self._tiles(rest, style, out, COLUMNS if upright else WIDE_COLUMNS)
        clear = Button("Clear all", self.clear, id="clear_notifications", look="tonal")
        foot, rest = rest.cut_bottom(clear.height(rest.width, style) + style.dp(8))
        rows = [_Row(self, n, phone.program(n.package)) for n in self.notifications]
        nothing = Label("No notifications", align="center", pad=(24, 32), colour=theme.secondary, id="no_notifications")
        Scrolling("notifications", rows or [nothing], pad=(4, 8)).place(rest, style, out)
        if rows:
            spot = foot.cut_bottom(clear.height(rest.width, style))[0]
            clear.place(spot.cut_right(clear.length(style) + style.dp(12))[0].inset(style.dp(6), 0), style, out)

    def _tiles(self, area: Rect, style: Style, out: Layout, columns: int) -> Rect:
        """The quick settings; gives what is left beneath."""
        settings = next(p for a in self._phone.apps if isinstance(p := self._phone.program(a.package), Settings))
        tiles = settings.quick
        high = max(style.dp(56), style.face(14).line + style.face(12).line + style.dp(18))
        for start in range(0, len(tiles), columns):
            row, area = area.cut_top(high + style.dp(8))
            for tile, cell in zip(tiles[start : start + columns], row.columns(columns), strict=False):
                self._tile(settings, tile, cell.inset(style.dp(4)), style, out)
        return area.cut_top(style.dp(4))[1]

    def _tile(self, settings: Settings, toggle: Toggle, box: Rect, style: Style, out: Layout) -> None:
        theme, on = style.theme, settings.is_on(toggle)
        back: Colour = theme.accent if on else mix(theme.surface, theme.text, 0.1)
        ink = theme.on_accent if on else theme.text
        lead, words = box.inset(style.dp(14), 0).cut_left(style.dp(32))
        title, small = style.face(14, bold=True), style.face(12)
        first, second = words.middle(words.width, title.line + small.line).cut_top(title.line)
        state = "On" if on else "Off"

        def paint(canvas: Canvas) -> None:
            canvas.rounded(box, style.dp(28), back)
            canvas.icon(toggle.icon, lead.cut_left(style.dp(22))[0], style.dp(22), ink)
            canvas.text_in(first, toggle.title, title, ink)
            canvas.text_in(second, state, small, ink)

        out.add(
            box,
            paint,
            on_tap=lambda: settings.flip(toggle),
            text=toggle.title,
            description=f"{toggle.title}, {state}",
            resource_id=f"tile_{toggle.key[1]}",
            cls="Switch",
            checkable=True,
            checked=on,
        )

    def _swipe(self, across: float, down: float) -> bool:
        if down < 0 and abs(down) > abs(across):
            self.close()
            return True
        return False


@dataclass(frozen=True, slots=True)
class _Row(Widget):
    """A notification as a card: who said it and when, title, text, and a cross to dismiss it."""

    shade: Shade
    one: Notification
    program: Program

    def _said(self, width: int, style: Style) -> list[str]:
        """The text, whole, in as many lines as it takes."""
        room = width - 2 * style.dp(6 + 14) - style.dp(52) - style.dp(40)
        return [line for _, line in style.face(14).wrap(self.one.text, max(room, style.dp(40)))]

    def height(self, width: int, style: Style) -> int:
        lines = style.face(12).line + style.face(15).line + len(self._said(width, style)) * style.face(14).line
        return lines + 2 * style.dp(14) + style.dp(8)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        theme, one = style.theme, self.one
        box = area.inset(style.dp(6), style.dp(4))
        inner = box.inset(style.dp(14), style.dp(14))
        lead, rest = inner.cut_left(style.dp(52))
        disc = lead.cut_left(style.dp(40))[0].middle(style.dp(40), style.dp(40))
        cross, rest = rest.cut_right(style.dp(40))
        small, bold, plain = style.face(12), style.face(15, bold=True), style.face(14)
        first, rest = rest.cut_top(small.line)
        second, third = rest.cut_top(bold.line)
        head = f"{self.program.app.label} · {world.clock_text(one.minutes)}"
        back, said = theme.surface, self._said(area.width, style)

        def paint(canvas: Canvas) -> None:
            canvas.rounded(box, style.dp(22), back)
            canvas.disc(disc, self.program.colour)
            canvas.icon(self.program.icon, disc, style.dp(22), WHITE)
            canvas.text_in(first, head, small, theme.secondary)
            canvas.text_in(second, one.title, bold, theme.text)
            rest = third
            for line in said:
                row, rest = rest.cut_top(plain.line)
                canvas.text_in(row, line, plain, theme.secondary)

        card = out.add(
            box,
            paint,
            on_tap=lambda: self.shade.open(one),
            description=one.name,
            resource_id="notification",
            cls="Button",
        )
        far = style.dp(AWAY_DP)

        def away(across: float, down: float) -> bool:
            if abs(across) < far or abs(down) > abs(across):
                return False
            self.shade.dismiss(one)
            return True

        card.on_swipe = away
        for spot, text, name in ((first, head, "app"), (second, one.title, "title"), (third, one.text, "text")):
            out.add(spot, text=text, resource_id=f"notification_{name}")
        button = IconButton("close", f"Dismiss {one.title}", lambda: self.shade.dismiss(one), id="dismiss")
        button.place(cross.cut_right(style.dp(48))[0].middle(style.dp(48), style.dp(48)), style, out)

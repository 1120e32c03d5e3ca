"""The keyguard: the clock, a swipe up, and where a PIN is set, the pad that asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.geometry import Rect
from environments.phone import editing
from environments.phone.canvas import Canvas
from environments.phone.key_grid import Key, Keypad
from environments.phone.parts import Layout, Style
from environments.phone.system import PACKAGE, paint_wallpaper
from environments.phone.text import Face
from environments.phone.theme import WHITE
from environments.phone.widgets import Label

if TYPE_CHECKING:
    from environments.phone.phone import Phone

PIN = ("secure", "lockscreen_pin")
"""Where the PIN is kept; empty: a swipe unlocks."""
LONGEST = 16


class Keyguard:
    """`asking`: the pad is shown; `typed`: its digits so far; `wrong`: the last PIN was not the right one."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self.reset()

    def reset(self) -> None:
        self.asking, self.typed, self.wrong = False, "", False

    @property
    def pin(self) -> str:
        return self._phone.settings.get(PIN, "")

    def lift(self) -> None:
        """A swipe up: it opens, or asks for the PIN."""
        if self.pin:
            self.asking = True
        else:
            self._open()

    def press(self, digit: str) -> None:
        self.typed, self.wrong = (self.typed + digit)[:LONGEST], False
        self._phone.changed()

    def erase(self) -> None:
        self.typed = self.typed[:-1]
        self._phone.changed()

    def enter(self) -> None:
        """Right opens the phone, wrong begins anew; nothing typed is no try."""
        if not self.typed:
            return
        if self.typed == self.pin:
            self._open()
        else:
            self.typed, self.wrong = "", True
            self._phone.log.add("wrong_pin")
        self._phone.changed()

    def insert(self, text: str) -> None:
        """Text from the input method: its digits."""
        for digit in text:
            if digit in "0123456789":
                self.press(digit)

    def key(self, code: int) -> None:
        match code:
            case editing.ENTER | editing.NUMPAD_ENTER:
                self.enter()
            case editing.DELETE:
                self.erase()
            case editing.BACK | editing.ESCAPE:
                self.reset()
            case _:
                self.insert(editing.CHARACTERS.get(code, ("", ""))[0])

    def _open(self) -> None:
        self.reset()
        self._phone.locked = False
        self._phone.log.add("unlocked")

    # ------------------------------------------------------------ how it looks

    def place(self, screen: Rect, style: Style, out: Layout) -> None:
        """The clock, or the pad; over everything."""
        if self.asking:
            self._pad(screen, style, out)
        else:
            self._clock(screen, style, out)

    def _pad(self, screen: Rect, style: Style, out: Layout) -> None:
        theme = style.theme
        out.package = PACKAGE
        cover = out.add(screen, lambda canvas: canvas.fill(screen, theme.background), resource_id="pin_pad", cls="View")
        cover.modal = True
        room = screen.cut_top(style.dp(40))[1].cut_bottom(style.dp(32))[1].inset(style.dp(28), 0)
        if screen.height < screen.width:
            left, right = room.columns(2)
            head, pad = left.middle(left.width, style.dp(160)), right
        else:
            pad, head = room.cut_bottom(min(style.dp(340), next(room.rows(2)).height))
            head = head.middle(head.width, min(head.height, style.dp(180)))
        colour = theme.error if self.wrong else theme.text
        said = Label("Wrong PIN" if self.wrong else "Enter PIN", sp=22, colour=colour, align="center", id="pin_message")
        line, head = head.cut_top(said.height(head.width, style))
        said.place(line, style, out)
        dots = "•" * len(self.typed)
        entry = head.cut_top(style.face(30).line + style.dp(16))[0]

        def paint_dots(canvas: Canvas) -> None:
            count, dot = max(1, len(dots)), style.dp(16)
            spots = entry.middle(min(style.dp(28) * count, entry.width), dot).columns(count)
            for spot in tuple(spots)[: len(dots)]:
                canvas.disc(spot.middle(dot, dot), theme.text)

        out.add(
            entry,
            paint_dots,
            text=dots,
            description=f"{len(dots)} digits entered",
            resource_id="pin_entry",
            password=True,
        )
        keys = [Key(d, lambda d=d: self.press(d), id=f"pin_{d}") for d in "123456789"]
        keys.append(Key("", self.erase, id="pin_erase", icon="backspace", description="Delete", look="plain"))
        keys.append(Key("0", lambda: self.press("0"), id="pin_0"))
        keys.append(Key("OK", self.enter, id="pin_ok", look="filled"))
        Keypad(keys, 3).place(pad.middle(min(pad.width, style.dp(360)), pad.height), style, out)

    def _clock(self, screen: Rect, style: Style, out: Layout) -> None:
        phone = self._phone
        out.package = PACKAGE
        cover = out.add(screen, paint_wallpaper(screen, phone.launcher.hue), resource_id="keyguard", cls="FrameLayout")
        cover.modal = True
        _, rest = screen.cut_top(style.dp(72))
        big, small, hint = style.face(64), style.face(18), style.face(15)
        foot, rest = rest.cut_bottom(style.dp(80))
        clock, rest = rest.cut_top(big.line)
        day, _ = rest.cut_top(small.line)
        lines = ((clock, phone.time_text(), big, "keyguard_clock"), (day, phone.date_text(), small, "keyguard_date"))
        for spot, said, face, name in lines:

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

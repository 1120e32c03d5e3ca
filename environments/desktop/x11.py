# pyright: basic, reportAttributeAccessIssue=false, reportOptionalMemberAccess=false
"""The X11 side of the input worker: keys by XTEST, and what is held.

pyautogui presses the pointer's buttons, but not the keys: on X11 it types ">" for "<", knows only the American
places of the signs, and ignores what it doesn't know. Here a key is looked up in the layout that is active. All
this runs in the worker process, since a dead X server makes such calls hang.
"""

from __future__ import annotations

import os
import string
from array import array
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from Xlib import XK, X, display
from Xlib.ext import xtest

from actions.errors import ActionError
from environments.desktop.keysyms import keysyms
from environments.desktop.spares import Spares

_PART = 1 << 16
"""Four-byte units asked for at once."""
LETTERS = frozenset(string.digits + string.ascii_letters + string.punctuation)
"""What may be put on spare keys in a combination."""
_BUTTONS = ((X.Button1Mask, 1), (X.Button2Mask, 2), (X.Button3Mask, 3))


@dataclass(frozen=True, slots=True)
class Stroke:
    """One key: its code, and whether Shift belongs to it."""

    code: int
    shift: bool = False


def spare_cookie_file() -> None:
    """python-xlib fails where there is no ~/.Xauthority, even on a server that asks for no cookie."""
    default = Path(os.environ.get("HOME", "/nonexistent"), ".Xauthority")
    if not os.environ.get("XAUTHORITY") and not default.exists():
        os.environ["XAUTHORITY"] = os.devnull


def read_property(window: Any, name: int, *, delete: bool = False) -> tuple[int, int, bytes] | None:
    """A property's type, its format (8, 16 or 32) and its bytes; None where there is none. `delete` it once it is read.

    In parts, since python-xlib takes seconds to read a reply of some megabytes; and not by its own
    `get_full_property`, which fails where the seam of two parts cuts a UTF-8 character.
    """
    data = bytearray()
    while True:
        found = window.get_property(name, X.AnyPropertyType, len(data) // 4, _PART, delete)
        if found is None:
            return None
        kind, size, value = found.property_type, found.format, found.value
        if isinstance(value, str):  # python3-xlib decodes where it can
            value = value.encode()
        data += value if isinstance(value, bytes) else array("H" if size == 16 else "I", value).tobytes()
        if not found.bytes_after:
            return kind, size, bytes(data)


class Screen:
    """One connection to the X server of $DISPLAY."""

    def __init__(self) -> None:
        self.display = display.Display()
        self.display.set_error_handler(lambda *_: None)  # a window that goes away meanwhile is no error of ours
        self.root = self.display.screen().root
        self.held: list[int] = []
        self.spares = Spares(self.display)

    def facts(self) -> dict[str, Any]:
        """What a check of the display asks for."""
        return {
            "xtest": bool(self.display.has_extension("XTEST")),
            "xwayland": bool(self.display.query_extension("XWAYLAND")),
        }

    # ------------------------------------------------------------ keys

    def strokes(self, keys: list[str], *, lent: Collection[str] = ()) -> list[Stroke]:
        """The strokes for canonical keys on the active layout; those in `lent` are put on spare keys where it lacks
        them, others are an `ActionError`."""
        while self.display.pending_events():  # the layout may have changed meanwhile
            happened = self.display.next_event()
            if happened.type == X.MappingNotify:
                self.display.refresh_keyboard_mapping(happened)
        group = (self.root.query_pointer().mask >> 13) & 3  # XKB reports the active group in these bits
        shortcut = any(k in ("ctrl", "alt", "super") for k in keys)
        return [self._stroke(key, group, shortcut=shortcut, lent=key in lent) for key in keys]

    def _stroke(self, key: str, group: int, *, shortcut: bool, lent: bool) -> Stroke:
        symbols = keysyms(key)
        places = [place for keysym in symbols for place in self.display.keysym_to_keycodes(keysym)]
        # A key has two levels in each group; of the first two groups their places in the list are known. A group
        # other than the active one serves keys that are on no group twice (Escape), and shortcuts: with a Russian
        # layout active, programs read Ctrl and the key of "c" as Ctrl+C.
        for shift in (False, True):
            for code, index in places:
                if group < 2 and index == 2 * group + shift:
                    return Stroke(code, shift)
        if len(key) > 1 or shortcut:
            for code, index in places:
                if index < 4:  # further ones are third levels
                    return Stroke(code, index % 2 == 1 and len(key) == 1)
        if lent and symbols:
            return Stroke(self.spares.code(symbols[0]))
        raise ActionError(f"the active keyboard layout has no key for {key!r}")

    def has(self, key: str) -> bool:
        """Whether the layout has a key for shortcuts with this letter."""
        return any(index < 4 for symbol in keysyms(key) for _, index in self.display.keysym_to_keycodes(symbol))

    @contextmanager
    def unlocked(self) -> Iterator[None]:
        """While it lasts, CapsLock is off."""
        locked = self.root.query_pointer().mask & X.LockMask
        if locked:
            self.press(["capslock"])
        try:
            yield
        finally:
            if locked:
                self.press(["capslock"])

    def type(self, text: str) -> None:
        """Type characters one by one. Nothing is typed where the layout lacks one of them."""
        for stroke in self.strokes(list(text)):
            self._press(stroke, shifted=stroke.shift)

    def press(self, keys: list[str], *, lent: Collection[str] = LETTERS) -> None:
        """Press keys together and let them go in reverse order. Nothing is pressed when one of them isn't there.

        Latin letters are always there: where the layout has none, Qt and Chromium read Ctrl+C off the place of the key,
        but GTK, Tk and terminals off its symbol.
        """
        strokes = self.strokes(keys, lent=lent)
        self._press(*strokes, shifted="shift" not in keys and any(stroke.shift for stroke in strokes))

    def _press(self, *strokes: Stroke, shifted: bool) -> None:
        codes = list(dict.fromkeys(stroke.code for stroke in strokes))
        if shifted:  # just before the last one: modifiers stand before it
            codes.insert(-1, self.display.keysym_to_keycode(XK.string_to_keysym("Shift_L")))
        try:
            for code in codes:
                self.held.append(code)
                xtest.fake_input(self.display, X.KeyPress, code)
        finally:
            self.release()

    def release(self) -> None:
        """Let go of the keys that are held here."""
        while self.held:
            xtest.fake_input(self.display, X.KeyRelease, self.held.pop())
        self.display.sync()

    def release_all(self) -> None:
        """Let go of every key and button that is down, whoever pressed it: for after a worker that was killed.

        XTEST has a keyboard and a pointer of its own, so that what a person holds on real ones stays held.
        """
        for index, byte in enumerate(self.display.query_keymap()):
            for bit in range(8):
                if byte >> bit & 1:
                    xtest.fake_input(self.display, X.KeyRelease, 8 * index + bit)
        mask = self.root.query_pointer().mask
        for bit, button in _BUTTONS:
            if mask & bit:
                xtest.fake_input(self.display, X.ButtonRelease, button)
        self.display.sync()

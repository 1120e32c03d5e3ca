# pyright: basic
"""What keys mean on the active layout, as libX11 reads it off the X server: groups, levels, CapsLock and NumLock.

python-xlib knows the core protocol's table alone, which names the places of two groups and no third levels. Source:
the X Keyboard Extension: Library Specification, 12.1.3 (XkbLookupKeySym). Runs in the listener, since libX11 ends its
process when the X server goes.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

from Xlib import XK

from actions import keys
from actions.errors import ActionError
from environments.desktop.accents import ACCENTS
from environments.desktop.keysyms import character

XK.load_keysym_group("xkb")

GROUPS = 4
MAPPING_NOTIFY = 34
EVENT_BYTES = 192
"""XEvent is 24 longs."""

NAMES = {
    value: name.removeprefix("XK_")
    for name, value in vars(XK).items()
    if name.startswith("XK_") and isinstance(value, int)
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """`key`: the canonical name of the key without modifiers, None for one that has none. `text`: what it writes as it
    was pressed. `accent`: of a dead key, by its name in `ACCENTS`. `composes`: it begins a sequence of keys whose
    outcome isn't known here."""

    key: str | None
    text: str = ""
    accent: str = ""
    composes: bool = False


class Keymap:
    """One connection of libX11's. Raises `OSError` where there is no libX11, or no display."""

    def __init__(self) -> None:
        self._x = ctypes.CDLL("libX11.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(None))
        if not self._display:
            raise OSError("libX11 can't open the display")

    def meaning(self, code: int, state: int) -> Meaning:
        """`state`: the modifiers and the group as events have them, before the key was pressed."""
        self._refresh()
        keysym = self._lookup(code, state)
        name = NAMES.get(keysym, "")
        if name == "Multi_key":
            return Meaning(None, composes=True)
        if name.startswith("dead_"):
            known = name[5:] in ACCENTS
            return Meaning(None, accent=name[5:] if known else "", composes=not known)
        return Meaning(self._key(code, state), character(keysym) or keypad(name))

    def _key(self, code: int, state: int) -> str | None:
        """Without modifiers: of the active group, or of another one where that is a letter no shortcut is made of."""
        active = state >> 13 & 3
        numbers = keypad(NAMES.get(self._lookup(code, state), ""))  # which keys those are is NumLock's to say
        if numbers:
            return numbers
        own = canonical(self._lookup(code, active << 13))
        if own is None or own.isascii():
            return own
        others = (canonical(self._lookup(code, group << 13)) for group in range(GROUPS))
        return next((name for name in others if name is not None and name.isascii()), own)

    def _lookup(self, code: int, state: int) -> int:
        keysym, consumed = ctypes.c_ulong(0), ctypes.c_uint(0)
        self._x.XkbLookupKeySym(
            self._display,
            ctypes.c_ubyte(code),
            ctypes.c_uint(state),
            ctypes.byref(consumed),
            ctypes.byref(keysym),
        )
        return keysym.value

    def _refresh(self) -> None:
        """The layout may have changed since."""
        event = ctypes.create_string_buffer(EVENT_BYTES)
        while self._x.XPending(self._display):
            self._x.XNextEvent(self._display, event)
            if ctypes.cast(event, ctypes.POINTER(ctypes.c_int))[0] == MAPPING_NOTIFY:
                self._x.XRefreshKeyboardMapping(event)


def canonical(keysym: int) -> str | None:
    """The canonical name of the key with this keysym; None where there is none."""
    name = NAMES.get(keysym, "")
    if name == "ISO_Left_Tab":
        return "tab"
    text = character(keysym)
    if text:
        return keys.canonical(text) if text.isprintable() else None
    try:
        return keys.canonical(name.replace("XF86_", "XF86")) if len(name) > 1 else None
    except ActionError:
        return None


def keypad(name: str) -> str:
    """What a key of the number pad writes; nothing for other keys and for those that move."""
    if not name.startswith("KP_"):
        return ""
    if name == "KP_Separator":
        return ","  # the decimal sign where that is a comma
    try:
        text = keys.canonical(name)
    except ActionError:
        return ""
    return text if len(text) == 1 else ""

# pyright: basic, reportAttributeAccessIssue=false, reportOptionalMemberAccess=false
"""The X11 side of the input worker: keys by XTEST, what is held, the active window and the screen's size.

pyautogui presses the pointer's buttons, but not the keys: on X11 it types ">" for "<", knows only the American
places of the signs, and ignores what it doesn't know. Here a key is looked up in the layout that is active. All
this runs in the worker process, since a dead X server makes such calls hang.
"""

from __future__ import annotations

import os
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from Xlib import XK, X, Xatom, display, error
from Xlib.ext import xtest

from actions.errors import ActionError
from environments.desktop.keys import KEYSYMS

XK.load_keysym_group("xf86")

_WHOLE = 1 << 26
"""Four-byte units asked for at most: more than any property holds."""
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
    """A property's type, its format (8, 16 or 32) and its bytes; None where there is none.

    In one request: python-xlib's own reads in two and fails where the seam cuts a UTF-8 character.
    """
    found = window.get_property(name, X.AnyPropertyType, 0, _WHOLE, delete)
    if found is None:
        return None
    kind, size, value = found.property_type, found.format, found.value
    if isinstance(value, str):  # python3-xlib decodes where it can
        value = value.encode()
    return kind, size, value if isinstance(value, bytes) else array("H" if size == 16 else "I", value).tobytes()


class Screen:
    """One connection to the X server of $DISPLAY."""

    def __init__(self) -> None:
        self.display = display.Display()
        self.display.set_error_handler(lambda *_: None)  # a window that goes away meanwhile is no error of ours
        self.root = self.display.screen().root
        self.held: list[int] = []

    def facts(self) -> dict[str, Any]:
        """What a check of the display asks for."""
        return {
            "xtest": bool(self.display.has_extension("XTEST")),
            "xwayland": bool(self.display.query_extension("XWAYLAND")),
            "manager": self.managed(),
        }

    # ------------------------------------------------------------ keys

    def strokes(self, keys: list[str]) -> list[Stroke]:
        """The strokes for canonical keys on the active layout; an `ActionError` names a key that isn't there."""
        while self.display.pending_events():  # the layout may have changed meanwhile
            happened = self.display.next_event()
            if happened.type == X.MappingNotify:
                self.display.refresh_keyboard_mapping(happened)
        group = (self.root.query_pointer().mask >> 13) & 3  # XKB reports the active group in these bits
        shortcut = any(k in ("ctrl", "alt", "super") for k in keys)
        return [self._stroke(key, group, shortcut) for key in keys]

    def _stroke(self, key: str, group: int, shortcut: bool) -> Stroke:
        if key in KEYSYMS:
            name = KEYSYMS[key]  # python3-xlib writes XF86_ where X writes XF86
            keysym = XK.string_to_keysym(name) or XK.string_to_keysym(name.replace("XF86", "XF86_"))
        elif len(key) == 1:
            keysym = ord(key) if ord(key) < 0x100 else 0x01000000 | ord(key)
        else:
            raise ActionError(f"a desktop's keyboard has no key {key!r} that may be pressed")
        places = self.display.keysym_to_keycodes(keysym) if keysym else ()
        # A key has two levels in each group. A group other than the active one serves keys that are on no
        # group twice (Escape), and shortcuts: with a Russian layout active, programs read Ctrl and the key of "c"
        # as Ctrl+C.
        for shift in (False, True):
            for code, index in places:
                if index == 2 * group + shift:
                    return Stroke(code, shift)
        if len(key) > 1 or shortcut:
            for code, index in places:
                if index < 4:  # further ones are third levels
                    return Stroke(code, index % 2 == 1 and len(key) == 1)
        raise ActionError(f"the active keyboard layout has no key for {key!r}")

    def press(self, keys: list[str]) -> None:
        """Press keys together and let them go in reverse order. Nothing is pressed when one of them isn't there."""
        codes: list[int] = []
        shift = XK.string_to_keysym("Shift_L")
        for stroke in self.strokes(keys):
            if stroke.shift and "shift" not in keys:
                codes.append(self.display.keysym_to_keycode(shift))
            codes.append(stroke.code)
        codes = list(dict.fromkeys(codes))
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

    # ------------------------------------------------------------ windows

    def active(self) -> dict[str, str | None]:
        """Program and title of the active window, as the window manager has it (EWMH _NET_ACTIVE_WINDOW).

        The program is the class of WM_CLASS. Both are None where no window is active or nobody manages windows.
        """
        window = self._active_window()
        if window is None:
            return {"app": None, "window": None}
        try:
            named = (self._text(window, "WM_CLASS") or "").split("\0")  # instance, class
            title = self._text(window, "_NET_WM_NAME") or self._text(window, "WM_NAME")
        except error.XError:  # it was closed meanwhile
            return {"app": None, "window": None}
        return {"app": named[1] if len(named) > 1 else None, "window": title}

    def managed(self) -> bool:
        """Whether a window manager runs. Its property outlives it, so the window that it names is asked too (EWMH)."""
        named = self._ids(self.root, "_NET_SUPPORTING_WM_CHECK")
        if not named:
            return False
        try:
            window = self.display.create_resource_object("window", named[0])
            return self._ids(window, "_NET_SUPPORTING_WM_CHECK") == named
        except error.XError:
            return False

    def windows(self) -> frozenset[int]:
        """The windows that the manager lists, or all mapped ones where there is no manager."""
        listed = self._ids(self.root, "_NET_CLIENT_LIST") if self.managed() else None
        if listed is not None:
            return frozenset(listed)
        return frozenset(w.id for w in self.root.query_tree().children if self._mapped(w))

    def active_id(self) -> int | None:
        window = self._active_window()
        return window.id if window else None

    def focus(self) -> int | None:
        """The window that gets the keys; None where that is the one under the pointer, or none."""
        window = getattr(self.display.get_input_focus().focus, "id", 0)
        return window if window > X.PointerRoot else None

    def same_client(self, a: int, b: int) -> bool:
        """Whether two windows belong to the same program: the server gives each client a range of ids."""
        mask = ~self.display.display.info.resource_id_mask
        return a & mask == b & mask

    def _active_window(self) -> Any:
        value = self._ids(self.root, "_NET_ACTIVE_WINDOW")
        return self.display.create_resource_object("window", value[0]) if value and value[0] else None

    def _mapped(self, window: Any) -> bool:
        try:
            return window.get_attributes().map_state == X.IsViewable
        except error.XError:
            return False

    def _ids(self, window: Any, name: str) -> array[int] | None:
        found = read_property(window, self.display.get_atom(name))
        return None if found is None or found[1] != 32 else array("I", found[2])

    def _text(self, window: Any, name: str) -> str | None:
        found = read_property(window, self.display.get_atom(name))
        if found is None or not found[2]:
            return None
        return found[2].decode("latin-1" if found[0] == Xatom.STRING else "utf-8", errors="replace")

"""What the canonical key names of `actions/keys.py` are called by X11 and by pyautogui.

A key without a name here or without a place on the keyboard is an `ActionError`, never silence: pyautogui ignores the
keys that it doesn't know. "power" is left out on purpose: a desktop has no screen to switch off, only a machine.
"""

from __future__ import annotations

from actions.errors import ActionError

_ARROWS = ("up", "down", "left", "right")
_FUNCTION = tuple(f"f{n}" for n in range(1, 25))

KEYSYMS = {
    "ctrl": "Control_L",
    "alt": "Alt_L",
    "shift": "Shift_L",
    "super": "Super_L",
    "enter": "Return",
    "escape": "Escape",
    "tab": "Tab",
    "space": "space",
    "backspace": "BackSpace",
    "delete": "Delete",
    "insert": "Insert",
    **{name: name.capitalize() for name in (*_ARROWS, *_FUNCTION)},
    "home": "Home",
    "end": "End",
    "pageup": "Prior",
    "pagedown": "Next",
    "capslock": "Caps_Lock",
    "numlock": "Num_Lock",
    "scrolllock": "Scroll_Lock",
    "printscreen": "Print",
    "pause": "Pause",
    "menu": "Menu",
    "volumeup": "XF86AudioRaiseVolume",
    "volumedown": "XF86AudioLowerVolume",
    "volumemute": "XF86AudioMute",
}
"""Canonical name -> name of the X keysym (X11/keysymdef.h, X11/XF86keysym.h)."""

_PYAUTOGUI = {
    **{name: name for name in KEYSYMS},
    "super": "win",
    "menu": "apps",
}
_PYAUTOGUI_MAC = {**_PYAUTOGUI, "super": "command", "alt": "option"}


def pyautogui_name(key: str, platform: str, known: frozenset[str]) -> str:
    """The name of a canonical key for pyautogui on Windows ("win32") and macOS ("darwin").

    `known` is what pyautogui can press there: the keys of its platform module's `keyboardMapping` that have a code.
    """
    table = _PYAUTOGUI_MAC if platform == "darwin" else _PYAUTOGUI
    name = key if len(key) == 1 else table.get(key, key)
    if name not in known:
        raise ActionError(f"this keyboard has no key {key!r}")
    return name

"""Android's numbers for keys: frameworks/base/core/java/android/view/KeyEvent.java, KEYCODE_*.

`input keyevent` takes an unknown *name* for key 0 without a word, so only numbers are ever sent.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from types import MappingProxyType

from actions.errors import ActionError
from actions.types import ButtonName

ENTER, TAB, BACKSPACE, WAKEUP = 66, 61, 67, 224
MOVE_END, PASTE = 123, 279
SELECT_ALL = (113, 29)
"""Ctrl+A."""

BUTTONS: Mapping[ButtonName, int] = MappingProxyType(
    {
        "back": 4,
        "home": 3,
        "recents": 187,
        "enter": ENTER,
        "menu": 82,
        "power": 26,
        "volume_up": 24,
        "volume_down": 25,
    }
)

_PUNCTUATION = zip(",.`-=[]\\;'/@+*#", (55, 56, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 81, 17, 18), strict=True)

KEYS: Mapping[str, int] = MappingProxyType(
    {letter: 29 + i for i, letter in enumerate(string.ascii_lowercase)}
    | {digit: 7 + i for i, digit in enumerate(string.digits)}
    | {f"f{n}": 130 + n for n in range(1, 13)}
    | dict(_PUNCTUATION)
    | {"ctrl": 113, "alt": 57, "shift": 59, "super": 117}
    | {"enter": ENTER, "escape": 111, "tab": TAB, "space": 62, "backspace": BACKSPACE, "delete": 112, "insert": 124}
    | {"up": 19, "down": 20, "left": 21, "right": 22, "home": 122, "end": MOVE_END, "pageup": 92, "pagedown": 93}
    | {"capslock": 115, "numlock": 143, "scrolllock": 116, "printscreen": 120, "pause": 121, "menu": 82}
    | {"volumeup": 24, "volumedown": 25, "volumemute": 164, "power": 26}
)
"""By the canonical names of `actions.keys`. "home" moves the caret; the phone's own button is in BUTTONS."""


def code_of(key: str) -> int:
    """The number of a key; `ActionError` for one that Android has no key for."""
    code = KEYS.get(key)
    if code is None:
        named = ", ".join(k for k in KEYS if k.isalpha() and len(k) > 1)
        raise ActionError(f"a phone has no key {key!r}; type it as text, or press one of: {named}")
    return code

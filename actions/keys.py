"""The names of keys: one canonical name for each, and the aliases that models and people write.

Drivers translate canonical names to their own (Android key codes, X keysyms). A name that is not here is an
error and never silence: pyautogui ignores keys that it doesn't know.
"""

from __future__ import annotations

from actions.errors import ActionError

MODIFIERS = ("ctrl", "alt", "shift", "super")

NAMED = (
    *MODIFIERS,
    *("enter", "escape", "tab", "space", "backspace", "delete", "insert"),
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
    *("capslock", "numlock", "scrolllock", "printscreen", "pause", "menu"),
    *("volumeup", "volumedown", "volumemute", "power"),
    *(f"f{n}" for n in range(1, 25)),
)

ALIASES = {
    **dict.fromkeys(("control", "ctl", "controlleft", "ctrlleft", "controlright", "ctrlright"), "ctrl"),
    **dict.fromkeys(("option", "opt", "altleft", "altright", "optionleft", "optionright"), "alt"),
    **dict.fromkeys(("shiftleft", "shiftright"), "shift"),
    **dict.fromkeys(("win", "windows", "winleft", "winright", "meta", "cmd", "command", "superleft"), "super"),
    **dict.fromkeys(("return", "kpenter", "newline"), "enter"),
    **dict.fromkeys(("esc",), "escape"),
    **dict.fromkeys(("spacebar",), "space"),
    **dict.fromkeys(("back space", "bksp", "bs"), "backspace"),
    **dict.fromkeys(("del", "forwarddelete"), "delete"),
    **dict.fromkeys(("ins",), "insert"),
    **{f"arrow{d}": d for d in ("up", "down", "left", "right")},
    **{f"{d}arrow": d for d in ("up", "down", "left", "right")},
    **dict.fromkeys(("pgup", "prior"), "pageup"),
    **dict.fromkeys(("pgdn", "pgdown", "next"), "pagedown"),
    **dict.fromkeys(("caps",), "capslock"),
    **dict.fromkeys(("prtsc", "prtscr", "prntscrn", "print", "snapshot"), "printscreen"),
    **dict.fromkeys(("apps", "contextmenu"), "menu"),
    **dict.fromkeys(("mute",), "volumemute"),
    "plus": "+",
    "minus": "-",
    "equal": "=",
    "equals": "=",
    "comma": ",",
    "period": ".",
    "dot": ".",
    "slash": "/",
    "backslash": "\\",
    "semicolon": ";",
}


def canonical(name: str) -> str:
    """The canonical name of a key; single characters stand for themselves, letters in lower case."""
    if len(name) == 1 and name.isprintable():
        return "space" if name == " " else name.lower()
    plain = name.strip().lower().replace("_", "").replace("-", "")
    plain = ALIASES.get(plain, plain)
    if plain in NAMED or (len(plain) == 1 and plain.isprintable()):
        return plain
    raise ActionError(f"no key is called {name!r}; keys are single characters and: {', '.join(NAMED[:24])}, f1…f24")

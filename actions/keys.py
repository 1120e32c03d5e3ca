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
    **{
        f"{alias}{side}": name
        for name, aliases in {
            "ctrl": ("ctrl", "control", "ctl"),
            "alt": ("alt", "option", "opt"),
            "shift": ("shift",),
            "super": ("super", "win", "windows", "meta", "cmd", "command"),
        }.items()
        for alias in aliases
        for side in ("", "left", "right", "l", "r")
        if alias + side != name
    },
    **dict.fromkeys(("return", "newline"), "enter"),
    **dict.fromkeys(("esc",), "escape"),
    **dict.fromkeys(("spacebar",), "space"),
    **dict.fromkeys(("bksp", "bs"), "backspace"),
    **dict.fromkeys(("del", "forwarddelete"), "delete"),
    **dict.fromkeys(("ins",), "insert"),
    **{f"arrow{d}": d for d in ("up", "down", "left", "right")},
    **{f"{d}arrow": d for d in ("up", "down", "left", "right")},
    **dict.fromkeys(("pgup", "prior"), "pageup"),
    **dict.fromkeys(("pgdn", "pgdown", "next"), "pagedown"),
    **dict.fromkeys(("caps",), "capslock"),
    **dict.fromkeys(("prtsc", "prtscr", "prntscrn", "print", "snapshot"), "printscreen"),
    **dict.fromkeys(("apps", "contextmenu"), "menu"),
    **dict.fromkeys(("mute", "xf86audiomute"), "volumemute"),
    "xf86audioraisevolume": "volumeup",
    "xf86audiolowervolume": "volumedown",
    **{f"{pad}{d}": str(d) for pad in ("num", "kp") for d in range(10)},
    **{f"kp{key}": key for key in ("enter", "home", "end", "up", "down", "left", "right", "insert", "delete")},
    **dict.fromkeys(("kppageup", "kpprior"), "pageup"),
    **dict.fromkeys(("kppagedown", "kpnext"), "pagedown"),
    **dict.fromkeys(("plus", "add", "kpadd"), "+"),
    **dict.fromkeys(("minus", "subtract", "kpsubtract", "hyphen"), "-"),
    **dict.fromkeys(("asterisk", "multiply", "kpmultiply"), "*"),
    **dict.fromkeys(("slash", "divide", "kpdivide"), "/"),
    **dict.fromkeys(("period", "dot", "decimal", "kpdecimal"), "."),
    **dict.fromkeys(("equal", "equals", "kpequal"), "="),
    **dict.fromkeys(("apostrophe", "quote", "quoteright"), "'"),
    **dict.fromkeys(("grave", "backtick", "quoteleft"), "`"),
    **dict.fromkeys(("quotedbl", "doublequote"), '"'),
    **dict.fromkeys(("tilde", "asciitilde"), "~"),
    **dict.fromkeys(("caret", "asciicircum"), "^"),
    **dict.fromkeys(("pipe", "bar"), "|"),
    **dict.fromkeys(("exclam", "exclamation"), "!"),
    **dict.fromkeys(("hash", "numbersign"), "#"),
    "comma": ",",
    "semicolon": ";",
    "colon": ":",
    "backslash": "\\",
    "underscore": "_",
    "at": "@",
    "dollar": "$",
    "percent": "%",
    "ampersand": "&",
    "question": "?",
    "less": "<",
    "greater": ">",
    **dict.fromkeys(("parenleft", "leftparen"), "("),
    **dict.fromkeys(("parenright", "rightparen"), ")"),
    **dict.fromkeys(("bracketleft", "leftbracket"), "["),
    **dict.fromkeys(("bracketright", "rightbracket"), "]"),
    **dict.fromkeys(("braceleft", "leftbrace"), "{"),
    **dict.fromkeys(("braceright", "rightbrace"), "}"),
}
"""Besides short forms: the names of X keysyms (X11/keysymdef.h, XF86keysym.h) and of pyautogui (`KEYBOARD_KEYS`), as
far as they are keys of ours; all without spaces, hyphens and underscores."""

_JOINED = str.maketrans("", "", " _-")


def canonical(name: str) -> str:
    """The canonical name of a key; single characters stand for themselves, letters in lower case."""
    if len(name) == 1 and name.isprintable():
        return "space" if name == " " else name.lower()
    plain = name.strip().lower().translate(_JOINED)
    plain = ALIASES.get(plain, plain)
    if plain in NAMED or (len(plain) == 1 and plain.isprintable()):
        return plain
    raise ActionError(f"no key is called {name!r}; keys are single characters and: {', '.join(NAMED[:24])}, f1…f24")

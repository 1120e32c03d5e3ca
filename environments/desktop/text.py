# pyright: basic, reportAttributeAccessIssue=false, reportOptionalMemberAccess=false
"""Entering text exactly: any Unicode, whatever the keyboard's layout and CapsLock are.

The worker owns clipboard and primary selection for a moment, presses the keys that paste, sees whether the program in
front fetched the text, and gives the selections back as they were. Which keys paste is chosen by the window:

- Shift+Insert, whose keys are on every layout: GTK, Qt, Chromium, and terminals, which read the primary selection.
- F18 in Tk, put on a spare key: Tk's entries know no Shift+Insert, and its Ctrl+V needs a Latin layout (tk.tcl).
- None in programs that can't paste: there the text is typed, as far as the layout has its characters.

pyautogui's typing is no alternative: it loses all but ASCII and turns "<" into ">".
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from contextlib import closing

from actions.errors import ActionError
from environments.desktop.keeper import Keeper
from environments.desktop.selections import NAMES, Content, Item, Selections
from environments.desktop.windows import Windows
from environments.desktop.x11 import Screen

TAKE_SECONDS = 3.0
"""How long a program may take to fetch what is pasted."""
PARTS_SECONDS = 4.0
"""How long it may then take to read a text that goes in parts."""
QUIET_SECONDS = 0.05

_TERMINALS = frozenset(
    ("st", "foot", "kitty", "konsole", "zutty", "alacritty", "tilix", "guake", "yakuake", "terminator", "terminology")
)
_UNPASTABLE = frozenset(("dmenu",))
"""Programs (WM_CLASS) whose fields take no paste by keys."""


def check(text: str) -> None:
    """Refuse what no field can take: control characters other than tab and line feed, and halves of surrogates."""
    for character in text:
        if (ord(character) < 0x20 and character not in "\t\n") or 0x7F <= ord(character) < 0xA0:
            raise ActionError(f"text can't hold the control character U+{ord(character):04X}; use press_keys for keys")
        if 0xD800 <= ord(character) < 0xE000:
            raise ActionError(f"text can't hold U+{ord(character):04X}, half of a surrogate pair")


def is_terminal(program: str | None) -> bool:
    """Whether a program (its WM_CLASS) is a terminal, by the names of the usual ones."""
    name = (program or "").lower().rpartition(".")[2]
    return name in _TERMINALS or name.endswith(("term", "terminal", "rxvt", "console"))


def enter(screen: Screen, windows: Windows, text: str, *, replace: bool, environment: Mapping[str, str]) -> str:
    """Enter text into the focused field, emptied first with `replace`. Returns what there is to add, mostly nothing.

    `environment` is for the process that holds the former contents afterwards. An `ActionError` where no program
    fetched the text: nothing was typed then.
    """
    check(text)
    menu = windows.on_top()
    program = windows.active()["app"] if _pastes(menu) else menu
    if not _pastes(program):
        _type(screen, windows, text, program, replace=replace)
        return ""
    screen.strokes(["shift", "insert"])  # fails before anything is touched
    with closing(Selections()) as selections:
        return _exchange(screen, windows, selections, text, program, replace=replace, environment=environment)


def _pastes(program: str | None) -> bool:
    return (program or "").lower() not in _UNPASTABLE


def _exchange(
    screen: Screen,
    windows: Windows,
    selections: Selections,
    text: str,
    program: str | None,
    *,
    replace: bool,
    environment: Mapping[str, str],
) -> str:
    former = {name: selections.read(name) for name in NAMES}  # first, since emptying a field selects what is in it
    kept = {name: content for name, (content, _) in former.items() if content}
    lost = [name for name, (_, whole) in former.items() if not whole]
    keeper = Keeper(environment) if kept and (text or replace) else None
    try:
        if replace:
            _empty(screen, windows, program)
        if text:
            _paste(screen, windows, selections, text, program)
    finally:
        if keeper is not None and not keeper.take(kept):
            lost = list(dict.fromkeys([*lost, *kept]))
        selections.disown()
    return f"what was in {' and '.join(lost)} before could not be kept whole" if lost else ""


def _type(screen: Screen, windows: Windows, text: str, program: str | None, *, replace: bool) -> None:
    if "\t" in text or "\n" in text:
        raise ActionError(f"{program} takes one line of text, without tabs")
    screen.strokes(list(text))  # fails before anything is touched
    with screen.unlocked():
        if replace:
            _empty(screen, windows, program)
        screen.type(text)


def _empty(screen: Screen, windows: Windows, program: str | None) -> None:
    """Empty the focused field; in a terminal, the line."""
    if is_terminal(program) or not _pastes(program):
        screen.press(["ctrl", "e"])
        screen.press(["ctrl", "u"])
        return
    if screen.has("a") and not windows.is_tk(windows.focus()):
        screen.press(["ctrl", "a"])
    else:  # Tk's Ctrl+A goes to the start of a line; a field of one line may not know the last two of these
        for keys in (["home"], ["shift", "end"], ["ctrl", "home"], ["ctrl", "shift", "end"]):
            screen.press(keys)
    screen.press(["backspace"])


def _paste(screen: Screen, windows: Windows, selections: Selections, text: str, program: str | None) -> None:
    focus = windows.focus()
    # The other one may be lost again: a field that is being emptied makes its selection the primary one.
    needed = "PRIMARY" if is_terminal(program) else "CLIPBOARD"
    selected = focus is not None and windows.same_client(selections.owner("PRIMARY"), focus)
    # GTK's fields let go of what is selected where another program takes the primary selection: a text that is to take
    # its place would stand beside it.
    names = ("CLIPBOARD",) if selected and needed == "CLIPBOARD" else NAMES
    if needed not in selections.own(dict.fromkeys(names, _offer(text))):
        raise ActionError("another program would not let go of the clipboard, so the text could not be pasted")
    if windows.is_tk(focus):
        screen.press(["f18"], lent=["f18"])
    else:
        screen.press(["shift", "insert"])
    taken = selections.serve(TAKE_SECONDS, lambda: _fetched(selections, windows, focus))
    if not taken:
        raise ActionError(
            f"no program took the text within {TAKE_SECONDS:g} s, so nothing was typed: focus a text field first"
        )
    _finish(selections)


def _offer(text: str) -> Content:
    data = text.encode()
    offer = {t: Item("UTF8_STRING", 8, data) for t in ("UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "TEXT")}
    # Klipper and other clipboard histories leave out what has this target.
    offer["x-kde-passwordManagerHint"] = Item("STRING", 8, b"secret")
    with contextlib.suppress(UnicodeEncodeError):  # ICCCM: STRING is Latin-1, which can't hold everything
        offer["STRING"] = Item("STRING", 8, text.encode("latin-1"))
    return offer


def _fetched(selections: Selections, windows: Windows, focus: int | None) -> bool:
    """Whether the program with the focus fetched the text; clipboard managers fetch everything at once."""
    return any(
        target != "x-kde-passwordManagerHint" and (focus is None or windows.same_client(requestor, focus))
        for requestor, target in selections.served
    )


def _finish(selections: Selections) -> None:
    """Until nothing more is asked for: some programs fetch a text twice, and a long one goes in parts."""
    while True:
        count = len(selections.served)
        if not selections.serve(PARTS_SECONDS, lambda: not selections.sending):
            raise ActionError(f"the program took only a part of the text within {PARTS_SECONDS:g} s: see what arrived")
        if not selections.serve(QUIET_SECONDS, lambda count=count: len(selections.served) > count):
            return

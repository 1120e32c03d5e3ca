# pyright: basic, reportAttributeAccessIssue=false, reportOptionalMemberAccess=false
"""Typing text exactly, by pasting it: any Unicode, whatever the keyboard's layout and CapsLock are.

The worker owns clipboard and primary selection for a moment, presses Shift+Insert, sees whether the program in
front fetched the text, and gives the selections back as they were. Shift+Insert pastes in GTK, Qt, Tk, Chromium and in
terminals alike (where Ctrl+V does not), and its keys are on every layout; terminals read the primary selection.
Typing with keys is no alternative: pyautogui loses all but ASCII and turns "<" into ">".
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping

from actions.errors import ActionError
from environments.desktop.selections import NAMES, Content, Item, Selections
from environments.desktop.x11 import Screen

TAKE_SECONDS = 2.0
"""How long a program may take to fetch what is pasted."""
READ_SECONDS = 0.5
"""How long it may then take to read it and to ask for more."""
QUIET_SECONDS = 0.05

_TERMINALS = frozenset(
    ("st", "foot", "kitty", "konsole", "zutty", "alacritty", "tilix", "guake", "yakuake", "terminator", "terminology")
)


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


def enter(screen: Screen, text: str, *, replace: bool, keep: Callable[[Mapping[str, Content]], bool]) -> str:
    """Paste text into the focused field, emptied first with `replace`. Returns what there is to add, mostly nothing.

    `keep` makes a process that holds the former contents (`keeper.keep`). An `ActionError` where no program fetched
    the text: nothing was typed then.
    """
    check(text)
    screen.strokes(["shift", "insert"])  # fails before anything is touched
    selections = Selections()
    try:
        former = {name: selections.read(name) for name in NAMES}  # first, since emptying a field selects what is in it
        lost = [name for name, content in former.items() if content is None]
        try:
            if replace:
                _empty(screen)
            if text:
                _paste(screen, selections, text)
        finally:
            kept = {name: content for name, content in former.items() if content}
            if kept and (text or replace) and not keep(kept):
                lost.extend(kept)
            selections.disown()
    finally:
        selections.close()
    return f"what was in {' and '.join(lost)} before could not be kept" if lost else ""


def _empty(screen: Screen) -> None:
    """Empty the focused field; in a terminal, the line."""
    if is_terminal(screen.active()["app"]):
        screen.press(["ctrl", "e"])
        screen.press(["ctrl", "u"])
    else:
        screen.press(["ctrl", "a"])
        screen.press(["backspace"])


def _paste(screen: Screen, selections: Selections, text: str) -> None:
    focus = screen.focus()
    # The other one may be lost again: a field that is being emptied makes its selection the primary one.
    needed = "PRIMARY" if is_terminal(screen.active()["app"]) else "CLIPBOARD"
    if needed not in selections.own(dict.fromkeys(NAMES, _offer(text))):
        raise ActionError("another program would not let go of the clipboard, so the text could not be pasted")
    screen.press(["shift", "insert"])
    if not selections.serve(TAKE_SECONDS, lambda: _fetched(selections, screen, focus)):
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


def _fetched(selections: Selections, screen: Screen, focus: int | None) -> bool:
    """Whether the program with the focus fetched the text; clipboard managers fetch everything at once."""
    return any(
        target != "x-kde-passwordManagerHint" and (focus is None or screen.same_client(requestor, focus))
        for requestor, target in selections.served
    )


def _finish(selections: Selections) -> None:
    """Until all that was handed out has been read and nothing more is asked for."""
    while True:
        count = len(selections.served)
        selections.serve(READ_SECONDS, lambda: not selections.unread)
        if not selections.serve(QUIET_SECONDS, lambda count=count: len(selections.served) > count):
            return

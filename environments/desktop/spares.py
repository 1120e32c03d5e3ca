# pyright: basic, reportAttributeAccessIssue=false, reportOptionalMemberAccess=false
"""Keys for what the keyboard's layout lacks: symbols on key codes that have none.

The X Protocol's ChangeKeyboardMapping. Programs look a key up when they handle its event, so a symbol stays where it
is until the end, or until all other spare keys have been used after it. Text isn't typed this way: it would need more
keys than there are, and on a busy machine programs lost letters of it.
"""

from __future__ import annotations

import time
from typing import Any

from actions.errors import ActionError

HEED_SECONDS = 0.2
"""What programs get to heed a change: openbox binds all its keys anew and may leave the focus nowhere meanwhile."""


class Spares:
    """Puts symbols on free key codes; `clear` takes all of them off again."""

    def __init__(self, connection: Any) -> None:
        self._display = connection
        self._lent: dict[int, int] = {}
        """Key code -> the symbol that was put there, the one that was used last at the end."""

    def code(self, keysym: int) -> int:
        """The key code that has this symbol from now on."""
        found = self._mapping()
        # A layout that was loaded meanwhile has taken all of them off.
        self._lent = {code: symbol for code, symbol in self._lent.items() if found[code][0] == symbol}
        code = next((code for code, symbol in self._lent.items() if symbol == keysym), None)
        if code is None:
            free = [code for code, symbols in found.items() if not any(symbols)]
            code = free[-1] if free else next(iter(self._lent), None)
            if code is None:
                raise ActionError("the keyboard has no spare key for what its layout lacks")
            self._put(code, keysym, len(found[code]))
            time.sleep(HEED_SECONDS)
        self._lent.pop(code, None)
        self._lent[code] = keysym
        return code

    def clear(self) -> None:
        if self._lent:
            found = self._mapping()
            for code, symbol in self._lent.items():
                if found[code][0] == symbol:
                    self._put(code, 0, len(found[code]))
            self._lent.clear()

    def _mapping(self) -> dict[int, tuple[int, ...]]:
        first, last = self._display.display.info.min_keycode, self._display.display.info.max_keycode
        return dict(enumerate(self._display.get_keyboard_mapping(first, last - first + 1), first))

    def _put(self, code: int, keysym: int, levels: int) -> None:
        """On every level, so that no group changes what it is, and Shift only what is a small letter."""
        shifted = ord(chr(keysym).upper()) if keysym < 0x80 else keysym
        self._display.change_keyboard_mapping(code, [((keysym, shifted) * levels)[:levels]])
        self._display.sync()

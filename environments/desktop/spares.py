# pyright: basic, reportAttributeAccessIssue=false, reportOptionalMemberAccess=false
"""Keys for what the keyboard's layout lacks: symbols on key codes that have none, for a moment.

The X Protocol's ChangeKeyboardMapping. Programs look a key up when they handle its event, so a symbol must stay where
it is until they surely have. That is why text isn't typed this way: on a busy machine programs lost letters of it.
"""

from __future__ import annotations

from typing import Any

from actions.errors import ActionError


class Spares:
    """Puts symbols on free key codes; `clear` takes all of them off again."""

    def __init__(self, connection: Any) -> None:
        self._display = connection
        first, last = connection.display.info.min_keycode, connection.display.info.max_keycode
        found = connection.get_keyboard_mapping(first, last - first + 1)
        self._free = [first + i for i, symbols in enumerate(found) if not any(symbols)]
        self._levels = len(found[0])
        self._codes: dict[int, int] = {}

    def code(self, keysym: int) -> int:
        """The key code that has this symbol now."""
        if keysym not in self._codes:
            if not self._free:
                raise ActionError(f"the keyboard has no more than {len(self._codes)} spare keys")
            self._put(code := self._free.pop(), keysym)
            self._codes[keysym] = code
        return self._codes[keysym]

    def clear(self) -> None:
        for code in self._codes.values():
            self._put(code, 0)
        self._codes.clear()

    def _put(self, code: int, keysym: int) -> None:
        """On every level, so that neither Shift nor another group changes what it is."""
        self._display.change_keyboard_mapping(code, [(keysym,) * self._levels])
        self._display.sync()

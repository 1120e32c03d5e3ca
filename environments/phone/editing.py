"""Editing text: what keys and typed characters do to a text with a caret and a selection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

HOME, BACK, ENTER, DELETE, FORWARD_DELETE, MENU, APP_SWITCH = 3, 4, 66, 67, 112, 82, 187
POWER, SLEEP, WAKEUP, ESCAPE, NUMPAD_ENTER = 26, 223, 224, 111, 160
MOVE_HOME, MOVE_END, LEFT, RIGHT, PASTE, CUT, COPY = 122, 123, 21, 22, 279, 277, 278
VOLUME_UP, VOLUME_DOWN, NOTIFICATION = 24, 25, 83
CONTROL = (113, 114)
SHIFT = (59, 60)
A, C, V, X = 29, 31, 50, 52

CHARACTERS: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        **{29 + i: (c, c.upper()) for i, c in enumerate("abcdefghijklmnopqrstuvwxyz")},
        **{7 + i: (c, s) for i, (c, s) in enumerate(zip("0123456789", ")!@#$%^&*(", strict=True))},
        **{144 + i: (c, c) for i, c in enumerate("0123456789")},
        62: (" ", " "),
        55: (",", "<"),
        56: (".", ">"),
        68: ("`", "~"),
        69: ("-", "_"),
        70: ("=", "+"),
        71: ("[", "{"),
        72: ("]", "}"),
        73: ("\\", "|"),
        74: (";", ":"),
        75: ("'", '"'),
        76: ("/", "?"),
        77: ("@", "@"),
        81: ("+", "+"),
    }
)
"""What a key types, alone and with shift. Source: KeyEvent.java's codes, Generic.kcm's characters."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text, the caret's place in it, and the other end of the selection (the same where nothing is selected)."""

    value: str
    caret: int
    anchor: int

    @classmethod
    def at(cls, value: str, caret: int) -> Text:
        place = min(max(0, caret), len(value))
        return cls(value, place, place)

    @property
    def selected(self) -> str:
        return self.value[min(self.caret, self.anchor) : max(self.caret, self.anchor)]

    def insert(self, text: str) -> Text:
        low, high = sorted((self.caret, self.anchor))
        return Text.at(self.value[:low] + text + self.value[high:], low + len(text))

    def delete(self, step: int = -1) -> Text:
        """The selection, else one character before (-1) or after (+1) the caret."""
        if self.caret != self.anchor:
            return self.insert("")
        low, high = sorted((self.caret, min(max(0, self.caret + step), len(self.value))))
        return Text.at(self.value[:low] + self.value[high:], low)

    def moved(self, caret: int) -> Text:
        return Text.at(self.value, caret)

    def all(self) -> Text:
        return Text(self.value, len(self.value), 0)

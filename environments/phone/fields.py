"""Typing: the field that has the focus, and what text, keys and the on-screen keyboard do to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from environments.phone import editing
from environments.phone.editing import Text
from environments.phone.keyboard import Keys
from environments.phone.parts import Focus, Part
from environments.phone.text_field import Field

if TYPE_CHECKING:
    from environments.phone.phone import Phone


class Fields:
    """Finds the focused field among the parts that `reachable` gives, and edits the text that its app keeps."""

    def __init__(self, phone: Phone, reachable: Callable[[], list[Part]]) -> None:
        self._phone = phone
        self._reachable = reachable
        self.focus: Focus | None = None
        self.keys = Keys()

    def take(self, field: str, caret: int) -> None:
        """Give a field the focus and show the keyboard."""
        self.focus = Focus(field, caret, caret)
        self._phone.keyboard_shown = True

    def leave(self) -> None:
        self.focus = None
        self.keys = Keys()
        self._phone.keyboard_shown = False

    def current(self) -> Field | None:
        """The focused field, where it is on the screen and can be reached."""
        if self.focus is None or not self._phone.awake or self._phone.locked:
            return None
        name = self.focus.field
        return next((p.field for p in self._reachable() if p.field is not None and p.field.id == name), None)

    # ------------------------------------------------------------ where text comes from

    def insert(self, text: str) -> None:
        field = self.current()
        if field is not None:
            self._edit(field, self._text(field).insert(text))

    def key(self, code: int, *, shift: bool) -> None:
        field = self.current()
        if field is None:
            return
        text = self._text(field)
        match code:
            case editing.ENTER | editing.NUMPAD_ENTER:
                self._enter(field)
            case editing.DELETE:
                self._edit(field, text.delete())
            case editing.FORWARD_DELETE:
                self._edit(field, text.delete(1))
            case editing.MOVE_HOME:
                self._edit(field, text.moved(0))
            case editing.MOVE_END:
                self._edit(field, text.moved(len(text.value)))
            case editing.LEFT | editing.RIGHT:
                self._edit(field, text.moved(text.caret + (1 if code == editing.RIGHT else -1)))
            case editing.PASTE:
                self.control(editing.V)
            case editing.COPY:
                self.control(editing.C)
            case editing.CUT:
                self.control(editing.X)
            case _ if code in editing.CHARACTERS:
                self._edit(field, text.insert(editing.CHARACTERS[code][shift]))
            case _:
                pass

    def control(self, code: int) -> None:
        """A key together with Control."""
        field = self.current()
        if field is None:
            return
        text = self._text(field)
        match code:
            case editing.A:
                self._edit(field, text.all())
            case editing.C | editing.X if text.selected and not field.password:
                self._phone.clipboard = text.selected
                if code == editing.X:
                    self._edit(field, text.insert(""))
            case editing.V:
                self._edit(field, text.insert(self._phone.clipboard))
            case editing.DELETE | editing.FORWARD_DELETE | editing.MOVE_HOME | editing.MOVE_END | editing.ENTER:
                self.key(code, shift=False)
            case _:
                pass

    def press(self, name: str) -> None:
        """A key of the on-screen keyboard."""
        match name:
            case "shift":
                self.keys = replace(self.keys, capital=not self.keys.capital)
            case "page":
                self.keys = replace(self.keys, symbols=not self.keys.symbols)
            case "backspace":
                self.key(editing.DELETE, shift=False)
            case "enter":
                self.key(editing.ENTER, shift=False)
            case _:
                self.insert(" " if name == "space" else name)
                self.keys = replace(self.keys, capital=False)

    # ------------------------------------------------------------ within

    def _text(self, field: Field) -> Text:
        assert self.focus is not None
        last = len(field.value)
        return Text(field.value, min(self.focus.caret, last), min(self.focus.anchor, last))

    def _edit(self, field: Field, text: Text) -> None:
        if text.value != field.value:
            field.on_change(text.value)
        self.focus = Focus(field.id, text.caret, text.anchor)
        self._phone.changed()

    def _enter(self, field: Field) -> None:
        if field.on_submit is not None:
            field.on_submit()
        elif field.multiline:
            self._edit(field, self._text(field).insert("\n"))
        else:
            self._phone.keyboard_shown = False

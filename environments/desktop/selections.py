# pyright: basic, reportAttributeAccessIssue=false, reportOptionalMemberAccess=false
"""Reading, owning and keeping X11 selections (the clipboard and the primary selection), byte for byte.

Follows the Inter-Client Communication Conventions Manual, section 2: TARGETS, incremental transfers, time stamps.
`Selections` is used by the input worker to paste, and by `keeper.py` to hold what was there before.
"""

from __future__ import annotations

import contextlib
import select
import time
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from Xlib import X, Xatom, display, error
from Xlib.protocol import event, request

from environments.desktop.x11 import read_property

NAMES = ("CLIPBOARD", "PRIMARY")
CHUNK = 100_000
"""Bytes in one property; more goes incrementally. A request holds at most 262140 bytes on every server."""
READ_SECONDS = 2.0
"""How long an owner may take to tell all that a selection holds."""
STAMP_SECONDS = 2.0
MOST = 64_000_000
"""Bytes that are read of one item at most."""

_NOT_DATA = frozenset(
    (
        *("TARGETS", "MULTIPLE", "TIMESTAMP", "SAVE_TARGETS", "DELETE", "INSERT_PROPERTY", "INSERT_SELECTION"),
        "GTK_TEXT_BUFFER_CONTENTS",  # an address in the memory of the program that owns it
    )
)
"""Targets that ask about a selection, or that change something, instead of giving what is in it."""


@dataclass(frozen=True, slots=True)
class Item:
    """What a selection gives for one target: the property's type, its format (8, 16, 32) and its bytes."""

    type: str
    format: int
    data: bytes


Content = Mapping[str, Item]
"""Target name -> item."""


class Selections:
    """A connection to the X server that reads selections and owns them."""

    def __init__(self) -> None:
        self.display = display.Display()
        self.display.set_error_handler(lambda *_: None)  # a requestor that went away is no error of ours
        screen = self.display.screen()
        self.window = screen.root.create_window(0, 0, 1, 1, 0, screen.root_depth, event_mask=X.PropertyChangeMask)
        self.contents: dict[int, Content] = {}
        self.served: list[tuple[int, str]] = []
        """(requestor's window, target) of every item that was handed out, in order."""
        self.sending: dict[tuple[int, int], tuple[Item, int]] = {}
        """(requestor's window, property) -> what is handed out in parts, and where the next part begins."""
        self._notified: Any = None
        self._changed: list[int] = []
        self._time = X.CurrentTime
        self._stamped = False
        self._owned_since = X.CurrentTime

    # ------------------------------------------------------------ owning

    def own(self, contents: Mapping[str, Content]) -> frozenset[str]:
        """Become the owner of selections; returns the names of those that are ours now."""
        try:
            self._owned_since = self._now(time.monotonic() + STAMP_SECONDS)
        except TimeoutError:
            return frozenset()
        for name, content in contents.items():
            atom = self.display.get_atom(name)
            self.contents[atom] = content
            self.window.set_selection_owner(atom, self._owned_since)
        self.display.sync()
        return frozenset(name for name in contents if self.owner(name) == self.window.id)

    def disown(self) -> None:
        """Leave the selections that are still ours without an owner: the server heeds no time before the latest."""
        for atom in self.contents:
            request.SetSelectionOwner(
                display=self.display.display, window=X.NONE, selection=atom, time=self._owned_since
            )
        self.contents.clear()
        self.display.sync()

    def serve(self, seconds: float | None, done: Callable[[], bool]) -> bool:
        """Answer requests until `done` or so many seconds (None: without end) have passed; returns `done()`."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while True:
            while self.display.pending_events():
                self._handle(self.display.next_event())
            if done():
                return True
            left = 1.0 if deadline is None else deadline - time.monotonic()
            if left <= 0:
                return False
            select.select([self.display.fileno()], [], [], min(left, 0.05) if deadline else left)

    def _handle(self, happened: Any) -> None:
        match happened.type:
            case X.SelectionRequest:
                self._answer(happened)
            case X.SelectionNotify:
                self._notified = happened
            case X.SelectionClear:
                self.contents.pop(happened.atom, None)
            case X.PropertyNotify:
                self._property_changed(happened)
            case _:
                pass

    def _answer(self, asked: Any) -> None:
        target = self.display.get_atom_name(asked.target)
        place = asked.property or asked.target  # a client of before 1989 names none (ICCCM 2.2)
        content = self.contents.get(asked.selection)
        item = None if content is None else content.get(target)
        if content is not None and target == "TARGETS":
            targets = [self.display.get_atom(t) for t in ("TARGETS", "TIMESTAMP", *content)]
            asked.requestor.change_property(place, Xatom.ATOM, 32, targets)
        elif content is not None and target == "TIMESTAMP":
            asked.requestor.change_property(place, Xatom.INTEGER, 32, [self._owned_since])
        elif item is not None:
            self._hand_out(asked.requestor, place, item)
            self.served.append((asked.requestor.id, target))
        else:
            place = X.NONE
        asked.requestor.send_event(
            event.SelectionNotify(
                time=asked.time,
                requestor=asked.requestor,
                selection=asked.selection,
                target=asked.target,
                property=place,
            )
        )
        self.display.flush()

    def _hand_out(self, requestor: Any, place: int, item: Item) -> None:
        if len(item.data) > CHUNK:
            requestor.change_attributes(event_mask=X.PropertyChangeMask)  # tells when a part was read
            self.sending[requestor.id, place] = (item, 0)
            requestor.change_property(place, self.display.get_atom("INCR"), 32, [len(item.data)])
        else:
            _put(self.display, requestor, place, item, item.data)

    def _property_changed(self, happened: Any) -> None:
        key = (happened.window.id, happened.atom)
        if happened.window.id == self.window.id:
            self._time, self._stamped = happened.time, True
            if happened.state == X.PropertyNewValue:
                self._changed.append(happened.atom)
        elif happened.state == X.PropertyDelete and key in self.sending:
            item, start = self.sending[key]
            part = item.data[start : start + CHUNK]
            _put(self.display, happened.window, happened.atom, item, part)
            if part:
                self.sending[key] = (item, start + CHUNK)
            else:  # the empty part ends it
                del self.sending[key]
            self.display.flush()

    # ------------------------------------------------------------ reading

    def read(self, name: str, seconds: float = READ_SECONDS) -> tuple[dict[str, Item], bool]:
        """What a selection holds, nothing where it has no owner, and whether that is all of it.

        An owner may be slow, or hang: what it has not told in time is missing.
        """
        deadline = time.monotonic() + seconds
        found: dict[str, Item] = {}
        if self.owner(name) == X.NONE:
            return found, True
        try:
            listed = self._convert(name, "TARGETS", deadline)
            for atom in array("I", listed.data) if listed is not None and listed.format == 32 else ():
                target = self.display.get_atom_name(atom)
                item = None if target in _NOT_DATA else self._convert(name, target, deadline)
                if item is not None:
                    found[target] = item
        except TimeoutError:
            return found, False
        return found, True

    def _convert(self, name: str, target: str, deadline: float) -> Item | None:
        """A selection as one target; None where its owner refuses. `TimeoutError` also where there is too much."""
        selection, wanted = self.display.get_atom(name), self.display.get_atom(target)
        place = self.display.get_atom(f"HANDEYE_{name}")  # its own, for an owner that comes too late
        self._notified = None
        self.window.convert_selection(selection, wanted, place, self._now(deadline))

        def notified() -> bool:
            answer = self._notified
            return answer is not None and (answer.selection, answer.target) == (selection, wanted)

        self._await(notified, deadline)
        if not self._notified.property:
            return None
        self._changed.clear()
        first = self._take(place)
        if first is None or first.type != "INCR":
            return first
        data = bytearray()
        while True:
            self._await(lambda: place in self._changed, deadline)
            self._changed.clear()
            part = self._take(place)
            if part is None or len(data) > MOST:
                raise TimeoutError
            if not part.data:
                return Item(part.type, part.format, bytes(data))
            data += part.data

    def _await(self, done: Callable[[], bool], deadline: float) -> None:
        if not self.serve(deadline - time.monotonic(), done):
            raise TimeoutError

    def _take(self, place: int) -> Item | None:
        """The property's value; taking deletes it, which asks the owner for the next part."""
        got = read_property(self.window, place, delete=True)
        return None if got is None else Item(self.display.get_atom_name(got[0]), got[1], got[2])

    def owner(self, name: str) -> int:
        """The window that owns a selection; 0 where none does."""
        owner = self.display.get_selection_owner(self.display.get_atom(name))
        return getattr(owner, "id", owner)

    def _now(self, deadline: float) -> int:
        """The server's time, which ICCCM 2.1 asks for instead of CurrentTime."""
        self._stamped = False
        self.window.change_property(self.display.get_atom("HANDEYE_TIME"), Xatom.INTEGER, 32, [0])
        self._await(lambda: self._stamped, deadline)
        return self._time

    def close(self) -> None:
        with contextlib.suppress(error.ConnectionClosedError, OSError):
            self.display.close()


def _put(connection: Any, window: Any, place: int, item: Item, data: bytes) -> None:
    value = data if item.format == 8 else array("H" if item.format == 16 else "I", data)
    window.change_property(place, connection.get_atom(item.type), item.format, value)

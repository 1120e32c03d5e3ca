# pyright: basic, reportAttributeAccessIssue=false, reportOptionalMemberAccess=false
"""The listener: a process that tells what hands do on an X11 desktop, by the RECORD extension.

The first line that it writes is {"ready": true, "methods": [...]}, with the input methods that run, or {"refused": why,
"remedy": what mends it}; then one JSON object per event, in the form of `hands.Event`. It ends with the process that
started it. What programs inject by XTEST is told too: on the server's side it is input like any other. Source: the X
Record Extension Protocol, version 1.13; its times are the server's, in milliseconds of 32 bits.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from array import array
from collections.abc import Collection, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from Xlib import X, display, error
from Xlib.ext import record
from Xlib.protocol import rq

from environments.desktop import child, x11
from environments.desktop.keymap import Keymap
from environments.desktop.windows import Windows

_NOTHING = (0, 0)
_ALL_NOTHING = (0, 0, 0, 0)
_KINDS = {X.KeyPress: "down", X.KeyRelease: "up", X.ButtonPress: "press", X.ButtonRelease: "release"}


def main() -> None:
    own = sys.argv[1:] == ["own"]
    with child.private_stdout() as told:
        threading.Thread(target=_end_with_parent, daemon=True).start()
        x11.spare_cookie_file()
        heard = display.Display()
        if not heard.has_extension("RECORD"):
            why = "the X server has no RECORD extension, so nobody can be watched"
            _tell(told, {"refused": why, "remedy": "start it with +extension RECORD"})
            return
        try:
            listener = Listener(told, heard, own_terminal=own)
        except OSError as e:
            _tell(told, {"refused": f"keys can't be read: {e}", "remedy": "apt-get install libx11-6"})
            return
        listener.listen()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


class Listener:
    """Tells events on `told`. `own_terminal`: those in the terminal that this was started from are marked so."""

    def __init__(self, told: BinaryIO, heard: Any, *, own_terminal: bool) -> None:
        self._told = told
        self._heard = heard
        self._asked = display.Display()
        self._asked.set_error_handler(lambda *_: None)
        self._windows = Windows(self._asked)
        self._keymap = Keymap()
        self._own = frozenset(_own_windows(self._asked, self._windows)) if own_terminal else frozenset()
        self._last: int | None = None
        self._seconds = 0.0

    def listen(self) -> None:
        """Until the connection ends."""
        ranges = {
            "core_requests": _NOTHING,
            "core_replies": _NOTHING,
            "ext_requests": _ALL_NOTHING,
            "ext_replies": _ALL_NOTHING,
            "delivered_events": _NOTHING,
            "device_events": (X.KeyPress, X.ButtonRelease),
            "errors": _NOTHING,
            "client_started": False,
            "client_died": False,
        }
        context = self._heard.record_create_context(0, [record.AllClients], [ranges])
        self._heard.record_enable_context(context, self._take)

    def _take(self, reply: Any) -> None:
        if reply.category == record.StartOfData:
            _tell(self._told, {"ready": True, "methods": _input_methods(self._asked)})
        if reply.category != record.FromServer or reply.client_swapped:
            return
        data = reply.data
        while data:
            event, data = rq.EventField("event").parse_binary_value(data, self._heard.display, None, None)
            if event.type in _KINDS:
                self._tell_of(event)

    def _tell_of(self, event: Any) -> None:
        line = {"kind": _KINDS[event.type], "time": self._unwrapped(event.time), "x": event.root_x, "y": event.root_y}
        if event.type in (X.KeyPress, X.KeyRelease):
            meaning = self._keymap.meaning(event.detail, event.state)
            line |= {"code": event.detail, **asdict(meaning)}
            line["own"] = bool(self._own) and self._windows.active_id() in self._own
        else:
            line |= {"button": event.detail, "own": bool(self._own) and self._is_own_under_pointer()}
        _tell(self._told, line)

    def _unwrapped(self, milliseconds: int) -> float:
        if self._last is not None:
            # Events come in the order of their times; a step back by a few is one all the same.
            step = (milliseconds - self._last + (1 << 31)) % (1 << 32) - (1 << 31)
            self._seconds += step / 1000
        self._last = milliseconds
        return self._seconds

    def _is_own_under_pointer(self) -> bool:
        window = self._asked.screen().root
        while window:  # window managers put windows into frames of their own
            if window.id in self._own:
                return True
            try:
                window = window.query_pointer().child
            except error.XError:  # it has gone meanwhile
                return False
        return False


def _input_methods(connection: Any) -> list[str]:
    """The input methods that run, as the X Input Method Protocol has them file themselves."""
    found = x11.read_property(connection.screen().root, connection.get_atom("XIM_SERVERS"))
    names = [connection.get_atom_name(atom) for atom in array("I", found[2])] if found and found[1] == 32 else []
    return [name.removeprefix("@server=") for name in names]


def _own_windows(connection: Any, windows: Windows) -> Iterator[int]:
    """The windows of the terminal that this process runs in: by what it told its children, or by whose child we are."""
    ancestors = set(_ancestors(os.getpid()))
    named = os.environ.get("WINDOWID", "")
    pid = connection.intern_atom("_NET_WM_PID")
    listed = [window["id"] for window in windows.listed()]  # without panels: a terminal may be a panel's child
    for number in listed:
        window = connection.create_resource_object("window", number)
        try:
            found = x11.read_property(window, pid)
        except error.XError:  # it has gone meanwhile
            continue
        if found is not None and found[1] == 32 and ancestors.intersection(array("I", found[2])):
            yield number
    if named.isdecimal():
        yield from _outermost(connection, int(named), listed)


def _outermost(connection: Any, number: int, listed: Collection[int]) -> Iterator[int]:
    """The listed window that holds this one."""
    window = connection.create_resource_object("window", number)
    try:
        while window and window.id not in listed:
            window = window.query_tree().parent
    except error.XError:  # a terminal of another display
        return
    if window:
        yield window.id


def _ancestors(pid: int) -> Iterator[int]:
    while pid > 1:
        yield pid
        try:
            # Behind the program's name, which may hold anything: its state and its parent.
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            return


def _tell(told: BinaryIO, line: dict[str, Any]) -> None:
    told.write(json.dumps(line).encode() + b"\n")

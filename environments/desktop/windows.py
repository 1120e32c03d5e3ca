# pyright: basic, reportAttributeAccessIssue=false, reportOptionalMemberAccess=false
"""The windows of an X11 desktop, as its window manager has them: which there are, which is in front, activating one.

Source: freedesktop.org's Extended Window Manager Hints 1.5 (EWMH). Runs in the input worker, since calls to a dead X
server hang.
"""

from __future__ import annotations

from array import array
from typing import Any

from Xlib import X, Xatom, error
from Xlib.protocol import event

from environments.desktop.x11 import read_property

_NOT_WINDOWS = ("_NET_WM_WINDOW_TYPE_DESKTOP", "_NET_WM_WINDOW_TYPE_DOCK")
_PAGER = 2
"""The source of a request to activate that a person's program makes (EWMH, _NET_ACTIVE_WINDOW); heeded at once."""


class Windows:
    """Asks over the worker's connection. A window may be closed at any moment: it is then left out."""

    def __init__(self, connection: Any) -> None:
        self._display = connection
        self._root = connection.screen().root

    def managed(self) -> bool:
        """Whether a window manager runs. Its property outlives it, so the window that it names is asked too (EWMH)."""
        named = self._numbers(self._root, "_NET_SUPPORTING_WM_CHECK")
        if not named:
            return False
        try:
            return self._numbers(self._window(named[0]), "_NET_SUPPORTING_WM_CHECK") == named
        except error.XError:
            return False

    def ids(self) -> list[int]:
        """The windows that the manager lists, the lowest first, or all mapped ones where there is no manager."""
        stacked = self._numbers(self._root, "_NET_CLIENT_LIST_STACKING") if self.managed() else None
        if stacked is not None:
            return list(stacked)
        return [w.id for w in self._root.query_tree().children if self._mapped(w)]

    def listed(self) -> list[dict[str, Any]]:
        """What `window.Window` holds, of each window that a person would call one; the topmost first."""
        active = self.active_id()
        found: list[dict[str, Any]] = []
        for number in reversed(self.ids()):
            window = self._window(number)
            try:
                kinds = self._numbers(window, "_NET_WM_WINDOW_TYPE") or ()
                if any(self._display.get_atom_name(kind) in _NOT_WINDOWS for kind in kinds):
                    continue
                size, corner = window.get_geometry(), self._root.translate_coords(window, 0, 0)
                area = [corner.x, corner.y, corner.x + size.width, corner.y + size.height]
                found.append({"id": number, "area": area, "active": number == active} | self._described(window))
            except error.XError:
                continue
        return found

    def active_id(self) -> int | None:
        value = self._numbers(self._root, "_NET_ACTIVE_WINDOW")
        return value[0] if value and value[0] else None

    def active(self) -> dict[str, str | None]:
        """Program and title of the active window. Both are None where no window is active or nobody manages windows."""
        number = self.active_id()
        try:
            if number is not None:
                described = self._described(self._window(number))
                return {"app": described["app"], "window": described["title"]}
        except error.XError:
            pass
        return {"app": None, "window": None}

    def activate(self, number: int) -> None:
        """Ask the manager to bring a window to the front and to give it the keys, from wherever it is."""
        values = [_PAGER, X.CurrentTime, self.active_id() or 0, 0, 0]
        kind = self._display.get_atom("_NET_ACTIVE_WINDOW")
        message = event.ClientMessage(window=self._window(number), client_type=kind, data=(32, values))
        self._root.send_event(message, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
        self._display.sync()

    def focus(self) -> int | None:
        """The window that gets the keys; None where that is the one under the pointer, or none."""
        window = getattr(self._display.get_input_focus().focus, "id", 0)
        return window if window > X.PointerRoot else None

    def on_top(self) -> str | None:
        """The program of the topmost window, where no manager has it: dmenu takes the keys without the focus."""
        for window in reversed(self._root.query_tree().children):
            try:
                attributes = window.get_attributes()
                if attributes.map_state == X.IsViewable:
                    return self._described(window)["app"] if attributes.override_redirect else None
            except error.XError:
                continue
        return None

    def same_client(self, a: int, b: int) -> bool:
        """Whether two windows belong to the same program: the server gives each client a range of ids."""
        mask = ~self._display.display.info.resource_id_mask
        return a & mask == b & mask

    def is_tk(self, number: int | None) -> bool:
        """Whether a window is Tk's: each such program files a window of its own in a property of the root window.

        Source: tk's unix/tkUnixSend.c, "InterpRegistry": entries of a window's id in hexadecimal and the program's
        name, which "TK_APPLICATION" on that window repeats. A program that was killed leaves its entry behind.
        """
        if number is None:
            return False
        filed = (self._text(self._root, "InterpRegistry") or "").split("\0")
        owners = [int(entry.partition(" ")[0], 16) for entry in filed if entry]
        return any(self._lives(owner) for owner in owners if self.same_client(owner, number))

    def _lives(self, owner: int) -> bool:
        try:
            return self._text(self._window(owner), "TK_APPLICATION") is not None
        except error.XError:
            return False

    def _described(self, window: Any) -> dict[str, str | None]:
        named = (self._text(window, "WM_CLASS") or "").split("\0")  # instance, class
        title = self._text(window, "_NET_WM_NAME") or self._text(window, "WM_NAME")
        return {"app": named[1] if len(named) > 1 else None, "title": title}

    def _window(self, number: int) -> Any:
        return self._display.create_resource_object("window", number)

    def _mapped(self, window: Any) -> bool:
        try:
            return window.get_attributes().map_state == X.IsViewable
        except error.XError:
            return False

    def _numbers(self, window: Any, name: str) -> array[int] | None:
        found = read_property(window, self._display.get_atom(name))
        return None if found is None or found[1] != 32 else array("I", found[2])

    def _text(self, window: Any, name: str) -> str | None:
        found = read_property(window, self._display.get_atom(name))
        if found is None or not found[2]:
            return None
        return found[2].decode("latin-1" if found[0] == Xatom.STRING else "utf-8", errors="replace")

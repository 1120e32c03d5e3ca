"""A window of the desktop as a value, and finding the one that is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from actions.geometry import Rect
from environments.desktop.apps import App


@dataclass(frozen=True, slots=True)
class Window:
    """`app` is its program (the class of WM_CLASS), `area` what lies within its frame, in the units of input."""

    id: int
    app: str | None
    title: str | None
    area: Rect
    active: bool = False

    @classmethod
    def from_worker(cls, told: dict[str, Any]) -> Window:
        return cls(told["id"], told["app"], told["title"], Rect(*told["area"]), told["active"])


def of_app(app: App, windows: Sequence[Window]) -> Window | None:
    """The topmost window of a program."""
    return next((w for w in windows if (w.app or "").casefold() in app.names), None)


def titled(name: str, windows: Sequence[Window]) -> Window | None:
    """The window that a name means where no program is called so: by program, by title, or by a part of one title."""
    wanted = name.strip().casefold()
    for window in windows:
        if wanted in ((window.app or "").casefold(), (window.title or "").casefold()):
            return window
    parts = [w for w in windows if wanted in (w.title or "").casefold()]
    return parts[0] if wanted and len(parts) == 1 else None

"""Whether there is a desktop that can be seen and used, and what to do where there isn't."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

from actions.errors import DeviceError, DeviceLost

START = "apt-get install xvfb openbox; Xvfb :99 -screen 0 1280x800x24 & export DISPLAY=:99; openbox &"


class Problem(NamedTuple):
    what: str
    remedy: str


def require_display() -> None:
    """A `DeviceError` where no display is named; starts and loads nothing."""
    if _is_x11() and not os.environ.get("DISPLAY"):
        wayland = os.environ.get("WAYLAND_DISPLAY")
        what = "this is a Wayland session without X11" if wayland else "no display: DISPLAY is not set"
        raise DeviceError(what, remedy=_LOGIN if wayland else f"export DISPLAY=:0, or start one: {START}")


def require_x11_session(facts: Mapping[str, Any]) -> None:
    """A `DeviceError` where the display, by what the worker found out about it, belongs to a Wayland session."""
    if facts.get("xwayland"):
        raise DeviceError(
            "this display belongs to a Wayland session, whose windows can't be seen or used from outside", remedy=_LOGIN
        )


_PROVEN = "docs/desktop.md says what is proven; Linux with X11 is"
_LOGIN = "log in to an X11 (Xorg) session: Wayland lets no program see or use the whole screen"


def check_display(*, timeout_seconds: float = 5.0) -> list[Problem]:
    """What keeps a desktop from being used, with the step that mends it; empty where nothing does.

    Starts the input worker for a moment, so that the connection, its cookie and pyautogui are really tried. Of Windows
    and macOS it says that nothing is proven there.
    """
    from environments.desktop.link import Link

    link = Link(timeout_seconds=timeout_seconds)
    try:
        require_display()
        facts = link.start()
    except DeviceLost as e:
        return [Problem(e.message, connection_remedy())]
    except DeviceError as e:
        return [Problem(e.message, e.remedy or START)]
    finally:
        link.close()
    problems: list[Problem] = []
    if not _is_x11():
        problems.append(Problem(f"desktops on {sys.platform} have never been tried, and take ASCII text only", _PROVEN))
    if facts.get("xwayland"):
        problems.append(Problem("this X server belongs to a Wayland session: other windows can't be seen", _LOGIN))
    if not facts.get("xtest", True):
        problems.append(
            Problem("the X server has no XTEST extension, so nothing can be pressed", "start it with +extension XTEST")
        )
    if not facts.get("manager", True):
        problems.append(
            Problem("no window manager runs: windows get no focus and no title", "apt-get install openbox; openbox &")
        )
    return problems


def connection_remedy() -> str:
    """What mends a display that refuses, or isn't there."""
    if not _is_x11():
        return "allow this terminal to record the screen and to control the computer in the privacy settings"
    display = os.environ.get("DISPLAY", "")
    return f"start the X server of DISPLAY={display}, or export XAUTHORITY=FILE, the file with its cookie (xauth list)"


def _is_x11() -> bool:
    return sys.platform not in ("win32", "darwin")

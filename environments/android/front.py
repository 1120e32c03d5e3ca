"""What stands in front of the apps and is put aside before the screen is shown to anyone: a screen that is off, a lock
that asks for nothing, a keyboard that came up by itself.

Each is tried once for a screen, and whether it went is looked at, never assumed. A lock that asks for a PIN, a pattern
or a finger is a person's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from actions.errors import DeviceLocked
from environments.android.keycodes import BUTTONS, WAKEUP
from environments.android.state import State
from environments.android.transport import Transport

Obstacle = Literal["off", "lock", "keyboard"]

COMMANDS: Mapping[Obstacle, str] = MappingProxyType(
    {
        "off": f"input keyevent {WAKEUP}",
        # WindowManagerShellCommand: as a swipe up, which opens a lock that asks for nothing.
        "lock": "wm dismiss-keyguard",
        # Back hides a keyboard; without one it would leave the app, so that is asked again on the phone itself.
        "keyboard": f"dumpsys input_method | grep -q mInputShown=true && input keyevent {BUTTONS['back']}",
    }
)
GONE: Mapping[Obstacle, str] = MappingProxyType(
    {
        "off": "the screen was off and has been turned on",
        "lock": "the phone was locked, without a PIN, and has been opened",
        "keyboard": "the on-screen keyboard had come up by itself and has been hidden",
    }
)
STAYS: Mapping[Obstacle, str] = MappingProxyType(
    {
        "off": "the screen is off and stays off",
        "lock": "the phone is locked and stays locked",
        "keyboard": "the on-screen keyboard came up by itself and stays",
    }
)

TRUST = "dumpsys trust; dumpsys window policy"
DEVICE_LOCKED = re.compile(r"\(current\).*\bdeviceLocked=([01])")
SECURE = re.compile(r"KeyguardServiceDelegate.*?^\s*secure=(true|false)", re.DOTALL | re.MULTILINE)


def obstacle(state: State, before: State | None, *, acted: bool) -> Obstacle | None:
    """The first thing that stands in front. `before`: the screen that was last looked at; `acted`: whether anything was
    done since, which the keyboard may belong to."""
    if state.awake is False:
        return "off"
    if state.locked:
        return "lock"
    if state.keyboard and not acted and before is not None and not before.keyboard:
        return "keyboard"
    return None


def needs_person(said: str) -> bool:
    """Whether the lock is one that only a person opens, from what `TRUST` prints.

    TrustManagerService.dump has deviceLocked=1 for the current user where a PIN is needed, and 0 where a swipe will do;
    KeyguardServiceDelegate.dump's `secure` may be older than the lock, and counts where there is no other word.
    """
    found = DEVICE_LOCKED.search(said)
    if found is not None:
        return found[1] == "1"
    secure = SECURE.search(said)
    return secure is not None and secure[1] == "true"


def put_aside(found: Obstacle, transport: Transport, *, pin_by_hand: bool = True) -> None:
    """Try to remove it, once. A lock that only a person opens is left as it is, or raises `DeviceLocked`."""
    if found == "lock" and needs_person(transport.read(TRUST).text):
        if not pin_by_hand:
            return
        raise DeviceLocked(f"{transport.serial} is locked and asks for its PIN", remedy="unlock it by hand")
    transport.inject(COMMANDS[found])

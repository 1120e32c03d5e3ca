"""What is in front on a phone, from one `dumpsys` command: app, size, rotation, lock, dialogs, keyboard, power.

The lines come from frameworks/base: DisplayContent.dump (cur=, mCurrentFocus, mFocusedApp), DisplayRotation.dump
(mCurrentRotation or mRotation), KeyguardController.dump, KeyguardStateMonitor.dump and PhoneWindowManager.dump (the
lock), PowerManagerService.dump (mWakefulness), InputMethodManagerService.dump (mInputShown). Their names change
from version to version: a line that isn't there leaves its field unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from actions.geometry import Size
from environments.android.adb import clean

Rotation = Literal[0, 90, 180, 270]
QUARTERS: tuple[Rotation, ...] = (0, 90, 180, 270)

LINES = (
    r"Display: mDisplayId=|mCurrentFocus=|mFocusedApp="
    r"| cur=[0-9]+x|mCurrentRotation=|mRotation=|mDreamingLockscreen=|mShowingLockscreen="
    r"|isKeyguardShowing=|mKeyguardShowing=|mIsShowing=|mWakefulness=|mInputShown="
)
COMMAND = f"(dumpsys window; dumpsys power; dumpsys input_method) 2>/dev/null | grep -E '{LINES}'"
"""Filtered on the phone: unfiltered it is half a megabyte."""

DISPLAY = re.compile(r"\bDisplay: mDisplayId=(\d{1,9})\b")
FOCUS = re.compile(r"mCurrentFocus=Window\{\S+ (?:u\d+ )?(.*?)(?: paused=\w+)?\}\s*$", re.MULTILINE)
# Of the record, only the component's name: titles are the app's own words, component names are not.
APP = re.compile(r"mFocusedApp=.*?ActivityRecord\{\S+ (?:u\d+ )?([\w.]+)/([\w.$]+)")
CURRENT = re.compile(r"\bcur=(\d+)x(\d+)\b")
ROTATION = re.compile(r"\b(?:mCurrentRotation|mRotation)=(?:ROTATION_)?(\d+)")
LOCKED = re.compile(
    r"\b(?:mDreamingLockscreen|mShowingLockscreen|isKeyguardShowing|mKeyguardShowing|mIsShowing)=true\b"
)
AWAKE = re.compile(r"\bmWakefulness=(\w+)")
KEYBOARD = re.compile(r"\bmInputShown=true\b")
DIALOG = re.compile(r"^(Application Error|Application Not Responding): (.*)$")
"""The titles of AppErrorDialog and AppNotRespondingDialog."""
PERMISSION = re.compile(r"permissioncontroller/|packageinstaller/.*GrantPermissionsActivity")
"""Who asks: PermissionController since Android 10, PackageInstaller before."""

WM_SIZE = "wm size"
OVERRIDE = re.compile(r"Override size: (\d+)x(\d+)")
PHYSICAL = re.compile(r"Physical size: (\d+)x(\d+)")

WINDOWS = "dumpsys window windows"
WINDOW = re.compile(r"^\s*Window #\d+ Window\{(\S+) ", re.MULTILINE)
FOCUSED = re.compile(r"mCurrentFocus=Window\{(\S+) ")


@dataclass(frozen=True, slots=True)
class State:
    """What the phone says of itself; None and False where it doesn't say."""

    app: str | None = None
    activity: str | None = None
    focus: str = ""
    """The title of the focused window."""
    size: Size | None = None
    """The screen as `input` counts it: with an overridden size, and turned as it is now."""
    rotation: Rotation = 0
    awake: bool | None = None
    locked: bool = False
    keyboard: bool = False

    @property
    def dialog(self) -> str | None:
        """What the system says in a dialog before everything else: an app crashed, hangs, or wants a permission."""
        if PERMISSION.search(self.focus):
            return "the system asks for a permission"
        found = DIALOG.match(self.focus)
        if found is None:
            return None
        verb = "keeps stopping" if found[1] == "Application Error" else "isn't responding"
        return f"a dialog says that {found[2]} {verb}"


def parse(text: str, display: int | None = None) -> State:
    """The state in the lines that `COMMAND` prints, of the first display or of the one with this number. Never
    raises."""
    shown = text if display is None else _of_display(text, display)
    focus = next(iter(FOCUS.findall(shown)), "")
    app = APP.search(shown)
    size = CURRENT.search(shown)
    rotation = ROTATION.search(shown)
    awake = AWAKE.search(text)
    return State(
        app=app[1] if app else None,
        activity=app[2] if app else None,
        focus=clean(focus),
        size=_size(size),
        rotation=_rotation(int(rotation[1])) if rotation else 0,
        awake=awake[1] == "Awake" if awake else None,
        locked=LOCKED.search(text) is not None,
        keyboard=KEYBOARD.search(text) is not None,
    )


def _of_display(text: str, display: int) -> str:
    """What DisplayContent.dump says of a display, up to the next one. Its own lines stand before those of all."""
    heads = list(DISPLAY.finditer(text))
    for head, after in pairwise([*heads, None]):
        if head is not None and int(head[1]) == display:
            return text[head.end() : after.start() if after else len(text)]
    return ""


def parse_wm_size(text: str, rotation: Rotation) -> Size | None:
    """The size that `input` counts in, from `wm size`, which gives it unturned."""
    size = _size(OVERRIDE.search(text) or PHYSICAL.search(text))
    return size.turned if size is not None and rotation in (90, 270) else size


def secure(windows: str) -> bool:
    """Whether the focused window forbids pictures of itself, from `dumpsys window windows`.

    Its block names the flags (Android 9 and later: "fl=… SECURE …") or gives them as a number with bit 0x2000
    (WindowManager.LayoutParams.FLAG_SECURE).
    """
    focused = FOCUSED.search(windows)
    blocks = list(WINDOW.finditer(windows))
    for block, end in pairwise([*blocks, None]):
        if focused is None or block is None or block[1] != focused[1]:
            continue
        text = windows[block.start() : end.start() if end else len(windows)]
        for flags in re.finditer(r"\bfl=(.*)", text):
            number = re.match(r"#?(?:0x)?([0-9a-f]+)\b", flags[1])
            if re.search(r"\bSECURE\b", flags[1]) or (number and int(number[1], 16) & 0x2000):
                return True
    return False


def _size(found: re.Match[str] | None) -> Size | None:
    if found is None or int(found[1]) < 1 or int(found[2]) < 1:
        return None
    return Size(int(found[1]), int(found[2]))


def _rotation(value: int) -> Rotation:
    """Degrees ("ROTATION_90") or quarter turns ("mRotation=1")."""
    return QUARTERS[(value // 90 if value > 3 else value) % 4]

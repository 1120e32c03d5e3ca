"""`input`: text, keys and touches.

Source of what is accepted and how it fails: services/core/java/com/android/server/input/InputShellCommand.java of the
Android Open Source Project.
"""

from __future__ import annotations

import math
import time

from environments.phone.commands.base import Call

SOURCES = (
    *("keyboard", "dpad", "gamepad", "touchscreen", "mouse", "stylus", "trackball", "touchpad"),
    *("touchnavigation", "joystick", "rotaryencoder"),
)
LONG_PRESS_SECONDS = 0.4
"""ViewConfiguration.DEFAULT_LONG_PRESS_TIMEOUT."""
SLOP_DP = 8
"""ViewConfiguration.TOUCH_SLOP: a finger that moves less than this stays where it is."""
SWIPE_MILLISECONDS = 300
LONGEST_MILLISECONDS = 60_000

USAGE = """\
Usage: input [<source>] [-d DISPLAY_ID] <command> [<arg>...]

The commands and default sources are:
      text <string> (Default: keyboard)
      keyevent [--longpress|--doubletap] <key code number or name> ... (Default: keyboard)
      tap <x> <y> (Default: touchscreen)
      swipe <x1> <y1> <x2> <y2> [duration(ms)] (Default: touchscreen)
      draganddrop <x1> <y1> <x2> <y2> [duration(ms)] (Default: touchscreen)
      press (Default: trackball)
      roll <dx> <dy> (Default: trackball)
      motionevent <DOWN|UP|MOVE|CANCEL> <x> <y> (Default: touchscreen)
      keycombination <key code 1> <key code 2> ... (Default: keyboard)"""

# fmt: off
KEY_CODES = {
    "HOME": 3, "BACK": 4, "CALL": 5, "ENDCALL": 6, "STAR": 17, "POUND": 18,
    **{str(n): 7 + n for n in range(10)},
    "DPAD_UP": 19, "DPAD_DOWN": 20, "DPAD_LEFT": 21, "DPAD_RIGHT": 22, "DPAD_CENTER": 23,
    "VOLUME_UP": 24, "VOLUME_DOWN": 25, "POWER": 26, "CAMERA": 27, "CLEAR": 28,
    **{chr(ord("A") + n): 29 + n for n in range(26)},
    "COMMA": 55, "PERIOD": 56, "ALT_LEFT": 57, "ALT_RIGHT": 58, "SHIFT_LEFT": 59, "SHIFT_RIGHT": 60, "TAB": 61,
    "SPACE": 62, "ENTER": 66, "DEL": 67, "GRAVE": 68, "MINUS": 69, "EQUALS": 70, "LEFT_BRACKET": 71,
    "RIGHT_BRACKET": 72, "BACKSLASH": 73, "SEMICOLON": 74, "APOSTROPHE": 75, "SLASH": 76, "AT": 77, "PLUS": 81,
    "MENU": 82, "NOTIFICATION": 83, "SEARCH": 84, "PAGE_UP": 92, "PAGE_DOWN": 93, "ESCAPE": 111,
    "FORWARD_DEL": 112, "CTRL_LEFT": 113, "CTRL_RIGHT": 114, "CAPS_LOCK": 115, "SCROLL_LOCK": 116,
    "META_LEFT": 117, "META_RIGHT": 118, "SYSRQ": 120, "BREAK": 121, "MOVE_HOME": 122, "MOVE_END": 123,
    "INSERT": 124, **{f"F{n}": 130 + n for n in range(1, 13)}, "NUM_LOCK": 143, "VOLUME_MUTE": 164,
    "APP_SWITCH": 187, "ASSIST": 219, "BRIGHTNESS_DOWN": 220, "BRIGHTNESS_UP": 221, "SLEEP": 223, "WAKEUP": 224,
    "CUT": 277, "COPY": 278, "PASTE": 279,
}
# fmt: on
"""KeyEvent.KEYCODE_* without the prefix, as far as the phone or a driver knows them."""


def run(call: Call) -> None:
    command = call.optional()
    if command in SOURCES:
        command = _argument(call)
    if command == "-d":
        display = _argument(call)
        if not display.lstrip("-").isdigit() and display.upper() not in ("INVALID_DISPLAY", "DEFAULT_DISPLAY"):
            call.crash("IllegalArgumentException", "Error: Invalid arguments for display ID.")
        command = _argument(call)
    try:
        match command:
            case "text":
                _text(call)
            case "keyevent":
                _keyevent(call)
            case "tap":
                _touch(call, [_float(call) for _ in range(2)] * 2, 0)
            case "swipe":
                _touch(call, [_float(call) for _ in range(4)], _milliseconds(call))
            case "draganddrop":
                ends = [_float(call) for _ in range(4)]
                _touch(call, ends, _milliseconds(call), hold_seconds=LONG_PRESS_SECONDS)
            case "motionevent":
                _motion(call)
            case "keycombination":
                _combination(call)
            case "press" | "roll":
                pass  # a trackball, which the phone has none of
            case None | "help" | "-h":
                call.say(USAGE)
            case _:
                call.say(f"Unknown command: {command}")
    except ValueError:
        call.crash("IllegalArgumentException", f"Error: Invalid arguments for command: {command}")


def _argument(call: Call) -> str:
    if not call.arguments:
        call.crash("IllegalArgumentException", "Argument expected after")
    return call.arguments.popleft()


def _float(call: Call) -> float:
    value = float(_argument(call))
    if not math.isfinite(value):
        raise ValueError("Java reads NaN, and nothing is there")
    return value


def _milliseconds(call: Call) -> int:
    given = call.optional()
    value = SWIPE_MILLISECONDS if given is None else int(given)
    return min(value if value >= 0 else SWIPE_MILLISECONDS, LONGEST_MILLISECONDS)


def unescape(text: str) -> str:
    """`%s` is a space, and there is no way to write the two characters themselves.

    Android's loop looks one character back, so that "%%s" is "% ": only the second sign begins an escape.
    """
    return text.replace("%s", " ")


def _text(call: Call) -> None:
    text = unescape(_argument(call))
    # KeyCharacterMap.getEvents is null where one character is on no key of the virtual keyboard.
    if not all(" " <= c <= "~" or c in "\t\n" for c in text):
        call.crash("NullPointerException", "Attempt to get length of null array")
    if call.faults.ignore_input:
        return
    with call.phone.lock:
        _before(call)
        call.phone.type_text(text)


def key_code(name: str) -> int:
    """KeyEvent.keyCodeFromString: a number, or a name with or without KEYCODE_; 0 for what there isn't."""
    if name.isdigit():
        code = int(name)
        return code if code <= 400 else 0
    return KEY_CODES.get(name.removeprefix("KEYCODE_"), 0)


def _keyevent(call: Call) -> None:
    first = _argument(call)
    times = 1
    if first in ("--longpress", "--doubletap"):
        times = 2 if first == "--doubletap" else 1
        first = _argument(call)
        if times == 2:
            call.arguments.clear()
    for name in (first, *call.arguments):
        for _ in range(times):
            code = key_code(name)
            if not call.faults.ignore_input:
                with call.phone.lock:
                    _before(call)
                    call.phone.key(code)


def _combination(call: Call) -> None:
    call.option("-t")
    names = list(call.arguments)
    if len(names) < 2:
        call.crash("IllegalArgumentException", "keycombination requires at least 2 keycodes")
    if not call.faults.ignore_input:
        with call.phone.lock:
            _before(call)
            call.phone.combination([key_code(name) for name in names])


def _touch(call: Call, ends: list[float], milliseconds: int, *, hold_seconds: float = 0.0) -> None:
    """A finger goes down, moves, stays and goes up. What comes of it depends on how far and how long."""
    x1, y1, x2, y2 = ends
    seconds = milliseconds / 1000 + hold_seconds
    call.pause(seconds)
    if call.faults.ignore_input:
        return
    phone = call.phone
    with phone.lock:
        _before(call)
        if math.hypot(x2 - x1, y2 - y1) > SLOP_DP * phone.density / 160:
            phone.swipe(x1, y1, x2, y2, seconds)
        elif seconds >= LONG_PRESS_SECONDS:
            phone.press(x1, y1, seconds)
        else:
            phone.tap(x1, y1)


def _motion(call: Call) -> None:
    """Where the finger went in between is not kept: the phone knows straight strokes."""
    action = _argument(call).upper()
    if action not in ("DOWN", "UP", "MOVE", "CANCEL"):
        call.crash("IllegalArgumentException", f"Unknown action: {action}")
    x, y = (_float(call), _float(call)) if action != "CANCEL" else (0.0, 0.0)
    system = call.system
    now = time.monotonic()
    if action == "DOWN":
        system.finger = (x, y, now)
    elif action == "UP" and system.finger is not None:
        x1, y1, since = system.finger
        system.finger = None
        phone = call.phone
        if call.faults.ignore_input:
            return
        with phone.lock:
            _before(call)
            if math.hypot(x - x1, y - y1) > SLOP_DP * phone.density / 160:
                phone.swipe(x1, y1, x, y, now - since)
            elif now - since >= LONG_PRESS_SECONDS:
                phone.press(x1, y1, now - since)
            else:
                phone.tap(x1, y1)
    elif action == "CANCEL":
        system.finger = None


def _before(call: Call) -> None:
    """With the fault `lag`: keep the picture that is still to be seen for a while."""
    if call.faults.lag:
        call.system.camera.remember(call.phone.screen())

"""`simctl`, which only the simulated phone has: its faults, its log and its state, for whoever drives it from outside.

Also the two small commands that have nothing of their own to tell: `logcat` and `reboot`.
"""

from __future__ import annotations

import json
import re

from actions.errors import UsageError
from environments.phone.commands.base import Call, CommandError
from environments.phone.keyguard import PIN
from environments.phone.person import Person

LONGEST_TOUCH = 60

USAGE = """\
simctl fault                  what is switched on, as JSON
simctl fault NAME [VALUE]     switch a fault on, or off without a value
simctl fault --clear          switch all off
simctl log [KIND...]          what happened, as JSON lines
simctl state                  the whole state, as JSON
simctl crash                  the app in front crashes
simctl dialog TEXT            a system dialog comes up
simctl lock | unlock          the keyguard
simctl pin [DIGITS]           the keyguard asks for a PIN; none without digits
simctl shade [up]             the notifications come down, or go
simctl notify APP TITLE TEXT  a package has something to say
simctl permissions on|off     whether apps ask for a permission when they are first opened
simctl rotate 0|1|2|3         turn the phone
simctl touch GESTURE          a person taps X Y, presses X Y SECONDS, swipes X1 Y1 X2 Y2 SECONDS, key NAME
simctl disconnect             drop all connections, as pulling the cable does"""


def simctl(call: Call) -> None:
    phone = call.phone
    command = call.optional()
    match command:
        case "fault":
            _fault(call)
        case "log":
            call.say(*(json.dumps(event, default=str) for event in phone.log.events(*call.arguments)))
        case "state":
            with phone.lock:
                state = phone.state()
            call.say(json.dumps(state, default=str))
        case "crash":
            with phone.lock:
                phone.crash()
        case "dialog":
            with phone.lock:
                phone.dialog = call.next(USAGE)
        case "lock" | "unlock":
            with phone.lock:
                phone.locked = command == "lock"
        case "pin":
            pin = call.optional() or ""
            if not re.fullmatch("[0-9]{0,16}", pin):
                raise CommandError(USAGE, code=2)
            with phone.lock:
                phone.settings[PIN] = pin
        case "shade":
            with phone.lock:
                phone.shade.close() if call.optional() == "up" else phone.shade.pull()
        case "notify":
            package, title, text = (call.next(USAGE) for _ in range(3))
            with phone.lock:
                if not any(a.package == package for a in phone.apps):
                    raise CommandError(f"simctl: no package {package}", code=2)
                phone.notify(package, title, text)
        case "permissions":
            with phone.lock:
                phone.permissions.ask = _switch(call)
        case "rotate":
            turn = call.next(USAGE)
            if turn not in ("0", "1", "2", "3"):
                raise CommandError(USAGE, code=2)
            with phone.lock:
                phone.rotate(int(turn))
        case "touch":
            _touch(call)
        case "disconnect":
            call.system.disconnect()
        case _:
            raise CommandError(USAGE, code=2)


def _touch(call: Call) -> None:
    """What the kernel tells of, unlike `input`."""
    person, gesture = Person(call.phone), call.next(USAGE)
    try:
        if gesture == "key":
            person.key(call.next(USAGE))
            return
        *numbers, last = (float(word) for word in call.arguments)
        match gesture, numbers, last:
            case "tap", [x], y:
                person.tap(x, y)
            case "press", [x, y], seconds if 0 < seconds <= LONGEST_TOUCH:
                person.press(x, y, seconds=seconds)
            case "swipe", [x1, y1, x2, y2], seconds if 0 < seconds <= LONGEST_TOUCH:
                person.swipe(x1, y1, x2, y2, seconds=seconds)
            case _:
                raise CommandError(USAGE, code=2)
    except (ValueError, KeyError, OverflowError) as e:
        raise CommandError(USAGE, code=2) from e


def _switch(call: Call) -> bool:
    value = call.next(USAGE)
    if value not in ("on", "off"):
        raise CommandError(USAGE, code=2)
    return value == "on"


def _fault(call: Call) -> None:
    name = call.optional()
    try:
        if name == "--clear":
            call.faults.clear()
        elif name is not None:
            call.faults.put(name, call.optional())
    except UsageError as e:
        raise CommandError(f"simctl: {e}", code=2) from e
    call.say(str(call.faults))


def logcat(call: Call) -> None:
    """Nothing is logged; it ends at once, with -d or without."""
    if "-c" not in call.arguments:
        call.say("--------- beginning of main")


def reboot(call: Call) -> None:
    call.phone.log.add("reboot")
    call.system.disconnect()

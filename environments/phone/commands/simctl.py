"""`simctl`, which only the simulated phone has: its faults, its log and its state, for whoever drives it from outside.

Also the two small commands that have nothing of their own to tell: `logcat` and `reboot`.
"""

from __future__ import annotations

import json

from actions.errors import UsageError
from environments.phone.commands.base import Call, CommandError

USAGE = """\
simctl fault                  what is switched on, as JSON
simctl fault NAME [VALUE]     switch a fault on, or off without a value
simctl fault --clear          switch all off
simctl log [KIND...]          what happened, as JSON lines
simctl state                  the whole state, as JSON
simctl crash                  the app in front crashes
simctl dialog TEXT            a system dialog comes up
simctl lock | unlock          the keyguard
simctl rotate 0|1|2|3         turn the phone
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
        case "rotate":
            turn = call.next(USAGE)
            if turn not in ("0", "1", "2", "3"):
                raise CommandError(USAGE, code=2)
            with phone.lock:
                phone.rotate(int(turn))
        case "disconnect":
            call.system.disconnect()
        case _:
            raise CommandError(USAGE, code=2)


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

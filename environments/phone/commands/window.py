"""`wm`: size, density and rotation of the screen.

Source: services/core/java/com/android/server/wm/WindowManagerShellCommand.java of the Android Open Source Project.
"""

from __future__ import annotations

import re

from actions.geometry import Size
from environments.phone.commands.base import Call, CommandError


def wm(call: Call) -> None:
    command = call.optional()
    call.option("-d")
    match command:
        case "size":
            _size(call)
        case "density":
            _density(call)
        case "dismiss-keyguard":
            with call.phone.lock:
                if call.phone.awake and call.phone.locked:
                    call.phone.keyguard.lift()
                    call.phone.changed()
        case "user-rotation" | "set-user-rotation":
            _rotation(call)
        case None | "help" | "-h":
            call.say("Window manager (window) commands:", "  size [reset|WxH]", "  density [reset|DENSITY]")
            call.say("  user-rotation [-d DISPLAY_ID] [free|lock] [rotation]")
        case _:
            call.say(f"Unknown command: {command}")
            raise CommandError("", code=255)


def _size(call: Call) -> None:
    phone = call.phone
    wanted = call.optional()
    if wanted is None:
        call.say(f"Physical size: {phone.natural_size}")
        if phone.override is not None:
            call.say(f"Override size: {phone.override}")
        return
    found = re.fullmatch(r"(\d{1,5})x(\d{1,5})", wanted)
    if wanted == "reset":
        size = None
    elif found is None:
        raise CommandError(f"Error: bad size {wanted}", code=255)
    else:
        # WindowManagerService.setForcedDisplaySize keeps sizes within 200 pixels and twice the real size.
        most = max(phone.natural_size.width, phone.natural_size.height) * 2
        size = Size(*(min(max(int(side), 200), most) for side in found.groups()))
    with phone.lock:
        phone.set_override(size)


def _density(call: Call) -> None:
    wanted = call.optional()
    if wanted is None:
        call.say(f"Physical density: {call.phone.density}")
        if call.system.density is not None:
            call.say(f"Override density: {call.system.density}")
    elif wanted == "reset":
        call.system.density = None
    elif wanted.isdecimal() and int(wanted) >= 72:
        call.system.density = int(wanted)
    else:
        raise CommandError(f"Error: bad density {wanted}", code=255)


def _rotation(call: Call) -> None:
    phone = call.phone
    mode = call.optional()
    frozen = phone.settings.get(("system", "accelerometer_rotation")) == "0"
    if mode is None:
        call.say(f"lock {phone.rotation}" if frozen else "free")
    elif mode == "free":
        with phone.lock:
            phone.settings["system", "accelerometer_rotation"] = "1"
            phone.rotate(0)
    elif mode == "lock":
        wanted = call.optional() or str(phone.rotation)
        if wanted not in ("0", "1", "2", "3"):
            raise CommandError(f"Error: bad rotation {wanted}", code=255)
        with phone.lock:
            phone.settings["system", "accelerometer_rotation"] = "0"
            phone.settings["system", "user_rotation"] = wanted
            phone.rotate(int(wanted))
    else:
        raise CommandError(f"Error: argument needs to be either -d, free or lock, but we got {mode}", code=255)

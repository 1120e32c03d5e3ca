"""`settings`, `getprop`, `setprop`, `ime`, `svc` and the clipboard: what the phone is set to.

Sources: SettingsProvider's SettingsService.java, InputMethodManagerService.java and the Svc commands of the Android
Open Source Project.
"""

from __future__ import annotations

from environments.phone.commands.base import Call, CommandError

NAMESPACES = ("system", "secure", "global")
KEYBOARD_KEY = ("secure", "default_input_method")


def settings(call: Call) -> None:
    call.option("--user")
    command = call.optional()
    if command not in ("get", "put", "delete", "list", "reset"):
        raise CommandError(f"Invalid command: {command}", code=255)
    namespace = call.next("You must specify a namespace")
    if namespace not in NAMESPACES:
        raise CommandError(f"Invalid namespace '{namespace}'", code=255)
    phone = call.phone
    with phone.lock:
        if command == "list":
            lines = sorted(f"{k}={v}" for (space, k), v in phone.settings.items() if space == namespace)
        else:
            key = (namespace, call.next("You must specify a key"))
            lines = _one(call, command, key)
    call.say(*lines)


def _one(call: Call, command: str, key: tuple[str, str]) -> list[str]:
    phone = call.phone
    match command:
        case "get":
            return [phone.ime if key == KEYBOARD_KEY else phone.settings.get(key, "null")]
        case "put":
            value = call.next("You must specify a value")
            if key == KEYBOARD_KEY:
                if value in phone.imes:
                    _choose(call, value)
                return []
            phone.settings[key] = value
            # A frozen rotation is what this setting says; a free one is the sensor's.
            frozen = phone.settings.get(("system", "accelerometer_rotation")) == "0"
            turn = phone.settings.get(("system", "user_rotation"), "0")
            if key[1] in ("user_rotation", "accelerometer_rotation") and frozen and turn in ("0", "1", "2", "3"):
                phone.rotate(int(turn))
            return []
        case "delete":
            return [f"Deleted {int(phone.settings.pop(key, None) is not None)} rows"]
        case _:
            return []


def _choose(call: Call, ime: str) -> None:
    call.phone.ime = ime
    call.phone.settings[KEYBOARD_KEY] = ime


def getprop(call: Call) -> None:
    name = call.optional()
    with call.phone.lock:
        properties = dict(call.phone.properties)
    if name is None:
        call.say(*(f"[{key}]: [{value}]" for key, value in sorted(properties.items())))
    else:
        call.say(properties.get(name) or call.optional() or "")


def setprop(call: Call) -> None:
    name = call.next("usage: setprop NAME VALUE", code=1)
    value = call.next("usage: setprop NAME VALUE", code=1)
    with call.phone.lock:
        if name.startswith("ro.") and name in call.phone.properties:
            raise CommandError(f"setprop: failed to set property '{name}' to '{value}'", code=1)
        call.phone.properties[name] = value


def ime(call: Call) -> None:
    command = call.optional()
    phone = call.phone
    call.option("--user")
    with phone.lock:
        match command:
            case "list":
                short = call.flag("-s")
                for name in phone.imes:
                    call.say(name if short else f"{name}:", *([] if short else [f"  mId={name} mIsDefaultResId=0x0"]))
            case "set":
                name = call.next("Error: no input method given")
                if name not in phone.imes:
                    raise CommandError(f"Unknown input method {name} cannot be selected for user #0", code=255)
                _choose(call, name)
                call.say(f"Input method {name} selected for user #0")
            case "enable" | "disable":
                name = call.next("Error: no input method given")
                if name not in phone.imes:
                    raise CommandError(f"Unknown input method {name} cannot be enabled for user #0", code=255)
                call.say(
                    f"Input method {name}: {'already' if command == 'enable' else 'cannot be'} {command}d for user #0"
                )
            case "reset":
                _choose(call, phone.imes[0])
                call.say("Reset current and enabled IMEs for user #0", f"  Newly selected IME: {phone.imes[0]}")
            case _:
                raise CommandError(f"Unknown command: {command}", code=255)


SWITCHES = {
    "wifi": ("global", "wifi_on"),
    "data": ("global", "mobile_data"),
    "bluetooth": ("global", "bluetooth_on"),
    "nfc": ("global", "nfc_on"),
}


def svc(call: Call) -> None:
    what, how = call.optional(), call.optional()
    if what == "power":
        return  # `stayon`: the screen stays on anyway
    if what not in SWITCHES or how not in ("enable", "disable"):
        raise CommandError("Available commands:\n    wifi\n    data\n    bluetooth\n    nfc\n    power", code=1)
    with call.phone.lock:
        call.phone.settings[SWITCHES[what]] = "1" if how == "enable" else "0"


def clipboard(_: Call) -> None:
    """The shell has no access to it, as on Android."""
    raise CommandError("No shell command implementation.", code=255)

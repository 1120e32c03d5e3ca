"""`am` and `monkey`: starting and stopping apps, and broadcasts.

Source: services/core/java/com/android/server/am/ActivityManagerShellCommand.java of the Android Open Source Project;
the broadcasts are those of ADBKeyBoard (github.com/senzhk/ADBKeyBoard) and Clipper (github.com/majido/clipper).
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from environments.phone.apps.base import App
from environments.phone.commands.base import Call, CommandError

KEYBOARD = "com.android.adbkeyboard/.AdbIME"
CTRL, LETTER_A, DELETE, ENTER = 113, 29, 67, 66


@dataclass
class Intent:
    action: str = ""
    category: str = ""
    component: str = ""
    package: str = ""
    data: str = ""

    def __str__(self) -> str:
        parts = [
            f"act={self.action}" if self.action else "",
            f"cat=[{self.category}]" if self.category else "",
            f"dat={self.data}" if self.data else "",
            f"pkg={self.package}" if self.package else "",
            f"cmp={self.component}" if self.component else "",
        ]
        return f"Intent {{ {' '.join(filter(None, parts))} }}"


def read_intent(call: Call) -> Intent:
    """The intent among the arguments, as Intent.parseCommandArgs reads it; other arguments stay."""
    intent = Intent(
        action=call.option("-a") or "",
        category=call.option("-c") or "",
        component=call.option("-n") or "",
        package=call.option("-p") or "",
        data=call.option("-d") or "",
    )
    call.option("-f")
    call.option("-t")
    call.option("--user")
    bare = [argument for argument in call.arguments if not argument.startswith("-")]
    if bare and not intent.component and not intent.package and not intent.data:
        # The last word may be a component, a link or a package.
        last = bare[-1]
        if ":" in last:
            intent.data = last
        elif "/" in last:
            intent.component = last
        else:
            intent.package = last
            if not intent.action:
                intent.action, intent.category = "android.intent.action.MAIN", "android.intent.category.LAUNCHER"
        call.arguments.remove(last)
    return intent


def short(app: App) -> str:
    """com.sim.notes/.Main"""
    return f"{app.package}/{app.activity}"


def by_component(apps: tuple[App, ...], component: str) -> App | None:
    package, _, activity = component.partition("/")
    full = package + activity if activity.startswith(".") else activity
    for app in apps:
        if app.package == package and full in (app.activity, app.package + app.activity):
            return app
    return None


def by_package(apps: tuple[App, ...], package: str) -> App | None:
    return next((app for app in apps if app.package == package), None)


def am(call: Call) -> None:
    command = call.optional()
    match command:
        case "start" | "start-activity":
            _start(call)
        case "force-stop" | "kill":
            call.option("--user")
            with call.phone.lock:
                call.phone.stop(call.next("Error: Argument expected after"))
        case "broadcast":
            _broadcast(call)
        case "stack" | "get-current-user":
            call.say("0")
        case _:
            call.say(f"Unknown command: {command}" if command else "Activity manager (activity) commands:")
            raise CommandError("", code=255)


def _start(call: Call) -> None:
    wait, fresh = call.flag("-W"), call.flag("-S")
    intent = read_intent(call)
    phone = call.phone
    if not (intent.component or intent.package or intent.action or intent.data):
        call.crash("IllegalArgumentException", "No intent supplied")
    app: App | None = None
    with phone.lock:
        before = phone.foreground
        if intent.component:
            app = by_component(phone.apps, intent.component)
        elif intent.package:
            app = by_package(phone.apps, intent.package)
        elif "HOME" in intent.category:
            phone.key(3)
            app = phone.foreground
        if intent.package and app is not None and not intent.component:
            intent.component, intent.package = short(app), ""
        already = before == app and not fresh
        if app is not None and "HOME" not in intent.category:
            if fresh:
                phone.stop(app.package)
            phone.open(app.package)
    if fresh and app is not None:
        call.say(f"Stopping: {app.package}")
    call.say(f"Starting: {intent}")
    if app is None:
        # Errors go to stderr, and still the exit code is 0.
        if intent.component:
            package, _, activity = intent.component.partition("/")
            name = package + activity if activity.startswith(".") else activity
            raise CommandError(f"Error type 3\nError: Activity class {{{package}/{name}}} does not exist.", code=0)
        raise CommandError(f"Error: Activity not started, unable to resolve {intent}", code=0)
    if wait:
        call.say("Status: ok", "LaunchState: HOT" if already else "LaunchState: COLD", f"Activity: {short(app)}")
        call.say("TotalTime: 0", "WaitTime: 1", "Complete")
    if already:
        raise CommandError(
            "Warning: Activity not started, intent has been delivered to currently running top-most instance.", code=0
        )


def _extras(call: Call) -> dict[str, str]:
    """`-e|--es NAME TEXT` and `--ei NAME NUMBER`; they are taken out."""
    found: dict[str, str] = {}
    given, rest = list(call.arguments), list[str]()
    while given:
        word = given.pop(0)
        if word not in ("-e", "--es", "--ei"):
            rest.append(word)
        elif len(given) < 2:
            call.crash("IllegalArgumentException", f'Argument expected after "{word}"')
        else:
            name = given.pop(0)
            found[name] = given.pop(0)
    call.arguments.clear()
    call.arguments.extend(rest)
    return found


def _broadcast(call: Call) -> None:
    extras = _extras(call)
    intent = read_intent(call)
    call.say(f"Broadcasting: {str(intent)[:-2]} flg=0x400000{' (has extras)' if extras else ''} }}")
    phone = call.phone
    with phone.lock:
        phone.log.add("broadcast", action=intent.action)
        answer = "result=0"
        if intent.action.startswith("clipper.") and call.faults.clipboard_closed:
            pass
        elif intent.action == "clipper.set" and "text" in extras:
            phone.clipboard = extras["text"]
            answer = 'result=-1, data="Text is copied into clipboard."'
        elif intent.action == "clipper.get":
            answer = f'result=-1, data="{phone.clipboard}"'
        elif phone.ime == KEYBOARD and not call.faults.ignore_input:
            # ADBKeyBoard hears only while it is the keyboard. It never answers: the result is 0 both ways.
            if call.faults.lag:
                call.system.camera.remember(phone.screen())
            _type(call, intent.action, extras)
    call.say(f"Broadcast completed: {answer}")


def _type(call: Call, action: str, extras: dict[str, str]) -> None:
    phone = call.phone
    match action:
        case "ADB_INPUT_B64" if "msg" in extras:
            try:
                # android.util.Base64 skips what is no base64 and decodes what is no UTF-8 to U+FFFD.
                text = base64.b64decode(extras["msg"]).decode("utf-8", "replace")
            except binascii.Error:
                return
            phone.type_text(text)
        case "ADB_INPUT_TEXT" if "msg" in extras:
            phone.type_text(extras["msg"])
        case "ADB_INPUT_CODE" if extras.get("code", "").isdecimal():
            phone.key(int(extras["code"]))
        case "ADB_EDITOR_CODE":
            phone.key(ENTER)
        case "ADB_CLEAR_TEXT":
            phone.combination((CTRL, LETTER_A))
            phone.key(DELETE)
        case _:
            return


def monkey(call: Call) -> None:
    """monkey -p PACKAGE [-c CATEGORY] COUNT: as a way to start an app."""
    for argument in call.arguments:
        call.say(f"  bash arg: {argument}")
    package = call.option("-p")
    call.option("-c")
    count = call.arguments[-1] if call.arguments else ""
    if not count.isdecimal():
        raise CommandError("** Error: Invalid argument: event count", code=1)
    phone = call.phone
    with phone.lock:
        found = package is not None and by_package(phone.apps, package) is not None and phone.open(package)
    if not found:
        raise CommandError("** No activities found to run, monkey aborted.", code=252)
    call.say(
        f"Events injected: {count}", "## Network stats: elapsed time=12ms (0ms mobile, 0ms wifi, 12ms not connected)"
    )

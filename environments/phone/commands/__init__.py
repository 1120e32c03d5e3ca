"""The phone's own commands: what `input`, `screencap`, `dumpsys` and the others do when a shell runs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from environments.phone.commands import (
    activity,
    app_process,
    dumpsys,
    getevent,
    package,
    screen,
    settings,
    simctl,
    window,
)
from environments.phone.commands import input as input_command
from environments.phone.commands.base import Call, CommandError, System

Command = Callable[[Call], None]

COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "input": input_command.run,
        "screencap": screen.screencap,
        "uiautomator": screen.uiautomator,
        "wm": window.wm,
        "am": activity.am,
        "app_process64": app_process.run,
        "monkey": activity.monkey,
        "pm": package.pm,
        "dumpsys": dumpsys.run,
        "settings": settings.settings,
        "getprop": settings.getprop,
        "setprop": settings.setprop,
        "ime": settings.ime,
        "svc": settings.svc,
        "logcat": simctl.logcat,
        "reboot": simctl.reboot,
        "simctl": simctl.simctl,
        "getevent": getevent.getevent,
    }
)
"""By name, `cmd` aside."""

SERVICES: Mapping[str, Command] = MappingProxyType(
    {
        "input": input_command.run,
        "package": package.pm,
        "activity": activity.am,
        "window": window.wm,
        "settings": settings.settings,
        "input_method": settings.ime,
        "clipboard": settings.clipboard,
    }
)
"""What `cmd NAME` reaches."""

NAMES = (*COMMANDS, "cmd")


def run(call: Call) -> None:
    """Carry out a command. `CommandError` holds what goes to stderr and the exit code."""
    command = COMMANDS.get(call.name)
    if call.name == "cmd":
        service = call.next("cmd: No service specified; use -l to list all services", code=255)
        if service == "-l":
            call.say("Currently running services:", *(f"  {name}" for name in sorted(SERVICES)))
            return
        command = SERVICES.get(service)
        if command is None:
            raise CommandError(f"cmd: Can't find service: {service}", code=20)
    if command is None:
        raise CommandError(f"{call.name}: inaccessible or not found", code=127)
    command(call)


__all__ = ["COMMANDS", "NAMES", "SERVICES", "Call", "Command", "CommandError", "System", "run"]

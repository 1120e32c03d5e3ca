"""Settings of a phone that a run changes, and what they were before: put back at the end, or by the next run.

Before its first change a setting's former value is written to a file on the phone, so that a run that is killed leaves
behind what its successor needs. The file holds one line for each setting, its name and the value.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from environments.android.transport import Transport
from environments.base import Outcome

log = logging.getLogger("handeye.android")

SAVED = "/data/local/tmp/handeye-borrowed"
"""/data/local/tmp is what adb's user may write to on every Android."""

Name = Literal["input_method", "stay_on"]

ADB_KEYBOARD = "com.android.adbkeyboard/.AdbIME"
CHARGERS = "7"
"""BatteryManager.BATTERY_PLUGGED_AC, _USB and _WIRELESS."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What can be borrowed.

    `read`: the command that prints the value; its words are then put on one line. `value`: what such a line must look
    like; anything else is never given to a shell. `restore`: the command that puts it back, from its words, unless
    somebody has set it to something else meanwhile.
    """

    read: str
    value: re.Pattern[str]
    restore: Callable[[list[str]], str]


def _restore_input_method(words: list[str]) -> str:
    """`words`: the input method that was used, then those that were enabled; what only the run enabled goes."""
    own, *enabled = words
    back = f'if [ "$(settings get secure default_input_method)" = {ADB_KEYBOARD} ]; then ime set {own}; fi'
    return back if ADB_KEYBOARD in enabled else f"{back}; ime disable {ADB_KEYBOARD}"


def _restore_stay_on(words: list[str]) -> str:
    name = "global stay_on_while_plugged_in"
    (value,) = words
    back = f"settings delete {name}" if value == "null" else f"settings put {name} {value}"
    return f'if [ "$(settings get {name})" = {CHARGERS} ]; then {back}; fi'


_METHOD = r"[\w.]+/[\w.$]+"
SETTINGS: Mapping[Name, Setting] = MappingProxyType(
    {
        "input_method": Setting(
            "settings get secure default_input_method; ime list -s",
            re.compile(rf"{_METHOD}( {_METHOD})*", re.ASCII),
            _restore_input_method,
        ),
        "stay_on": Setting(
            "settings get global stay_on_while_plugged_in", re.compile("[0-9]{1,3}|null"), _restore_stay_on
        ),
    }
)


class Borrowed:
    """The settings of one phone. Call `restore` before the first `change` of a run, and `close` at its end."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._taken = False

    def change(self, name: Name, command: str) -> Outcome:
        """Run a command that changes a setting, once its former value is written down."""
        self._taken = True
        read = SETTINGS[name].read
        # Globbing is off: what a setting says must not become the names of files. Nothing is changed whose former value
        # can't be had.
        save = f'grep -qs "^{name} " {SAVED} || {{ was=$({read}); [ "$was" ] && echo {name} $was >> {SAVED}; }}'
        return self._transport.inject(f"set -f; {{ {save}; }} && {command}")

    def restore(self) -> None:
        """Put back what is written down, be it by an earlier run; what isn't a value is forgotten.

        Raises `DeviceError`.
        """
        text = self._transport.read(f"cat {SAVED} 2>/dev/null").text
        self._taken = False
        if not text.strip():
            return
        commands: dict[str, str] = {}
        for line in text.splitlines():
            name, _, value = line.partition(" ")
            for known, setting in SETTINGS.items():
                if name == known and name not in commands and setting.value.fullmatch(value.strip()):
                    commands[name] = setting.restore(value.split())
        # One command line, so that a phone that is lost meanwhile keeps the file for the next start. What the phone
        # itself refuses (an input method that is gone) it would refuse then, too.
        reply = self._transport.read("; ".join([*commands.values(), f"rm -f {SAVED}"]))
        if reply.err:
            log.warning("a setting could not be put back: %s", reply.complaint)

    def close(self) -> None:
        """`restore`, if this run changed anything."""
        if self._taken:
            self.restore()

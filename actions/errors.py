"""Every error that this project raises on purpose, in one tree.

    HandeyeError                     message, remedy, exit code
    ├── UsageError            2      the command, a setting or an argument is wrong
    ├── ModelError            3      a model or its packages can't be used
    │   ├── ModelLoadError    3      no such checkpoint, corrupt, package missing
    │   ├── ModelMemoryError  3      the accelerator ran out of memory
    │   └── EndpointError     3      a server could not be reached or refused
    ├── DeviceError           4      the device or display can't be used
    │   ├── DeviceLost        4      it was there and is gone
    │   ├── DeviceTimeout     4      it did not answer in time
    │   ├── DeviceLocked      4      only a person can open it
    │   └── CaptureError      4      no true picture of the screen could be had
    ├── ParseError            5      the model's text holds no readable action
    ├── StorageError          3      the run folder can't be written: disk full, not allowed
    └── ActionError                  an action can't be carried out (the model is told)

`ParseError` and `ActionError` are what a model can mend: the loop shows them to it and asks again.
Everything else stops the run. Library errors are translated into these in one place per driver.
"""

from __future__ import annotations

from typing import ClassVar


class HandeyeError(Exception):
    """`message` says what is wrong and what was expected; `remedy` is a command or step that mends it."""

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} ({self.remedy})" if self.remedy else self.message


class UsageError(HandeyeError):
    exit_code = 2


class ModelError(HandeyeError):
    exit_code = 3


class ModelLoadError(ModelError):
    pass


class ModelMemoryError(ModelError):
    pass


class EndpointError(ModelError):
    pass


class DeviceError(HandeyeError):
    exit_code = 4


class DeviceLost(DeviceError):
    pass


class DeviceTimeout(DeviceError):
    pass


class DeviceLocked(DeviceError):
    """A PIN, a pattern or a finger is asked for. What was to be done can go on once a person has unlocked it."""


class CaptureError(DeviceError):
    pass


class ParseError(HandeyeError):
    exit_code = 5


class StorageError(HandeyeError):
    """What happens can't be recorded. Raised before the next action is done: nothing is done unrecorded."""

    exit_code = 3


class ActionError(HandeyeError):
    """The action is readable but this device can't do it: no such app, a key that doesn't exist."""

    exit_code = 1

"""What can be made to go wrong with the simulated phone: one switch for each way real phones fail."""

from __future__ import annotations

import json
import re
import threading
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from actions.errors import UsageError


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as e:
        raise ValueError(f"{text!r} is no regular expression: {e}") from e
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]
Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Faults(BaseModel):
    """The switches; all are off at first. Assignments are checked.

    Set them from Python (`server.faults.slow = 2`) or on the phone (`adb shell simctl fault slow 2`). Those marked as
    one shot switch themselves off when they have happened.
    """

    model_config = ConfigDict(validate_assignment=True, extra="forbid")

    truncate_screencap: Count | None = None
    """The picture ends after so many bytes, with exit code 0: screencap died half way."""
    screencap_error: str | None = None
    """screencap prints this on stderr, writes no picture and exits with 1."""
    screencap_banner: str | None = None
    """A line that stands before the picture on stdout, as some vendors' screencap prints warnings."""
    black_screencap: bool = False
    """FLAG_SECURE: the picture is black."""
    frozen_screencap: bool = False
    """Each picture is the first one that was taken since this was switched on."""
    rotate_after_capture: Annotated[int, Field(ge=0, le=3)] | None = None
    """One shot: the screen turns to this rotation right after the next picture."""
    dialog_after_capture: bool = False
    """One shot: the app in front crashes right after the next picture, and a dialog says so."""
    slow: Seconds = 0
    """Each shell command begins so many seconds late."""
    hang: Pattern | None = None
    """Shell commands that this is found in never start and never answer."""
    drop_on: Pattern | None = None
    """One shot: the connection is cut when a shell command that this is found in arrives; it does not run."""
    drop_after_bytes: Count | None = None
    """One shot: the connection is cut when so many more bytes of stream data have been sent to the host."""
    ignore_input: bool = False
    """`input` exits with 0 and nothing happens."""
    lag: Seconds = 0
    """What an input changes is seen in pictures only so many seconds later."""
    auth: Literal["reject", "silent"] | None = None
    """New connections: "reject" stays unauthorised until `PhoneServer.accept_key`, "silent" never answers (offline)."""
    refuse: bool = False
    """New connections are closed at once, as while a phone is restarting."""
    disk_full: bool = False
    """A push fails with "No space left on device"."""
    uiautomator_error: bool = False
    """uiautomator dump says "ERROR: could not get idle state." and writes nothing."""

    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def put(self, name: str, value: str | None) -> None:
        """Set a switch from text, as `simctl fault NAME VALUE` does; None: off. `UsageError` if that can't be."""
        fields = type(self).model_fields
        if name not in fields:
            raise UsageError(f"no fault is called {name!r}; there are: {', '.join(fields)}")
        try:
            setattr(self, name, fields[name].get_default() if value is None else value)
        except ValidationError as e:
            raise UsageError(f"{name} can't be {value!r}: {e.errors()[0]['msg']}") from e

    def clear(self) -> None:
        """Switch everything off."""
        for name in type(self).model_fields:
            self.put(name, None)

    def take(self, name: str) -> Any:
        """The value of a one-shot switch, which is off afterwards; None where it was off."""
        with self._lock:
            value = getattr(self, name)
            if value is None or value is False:
                return None
            self.put(name, None)
            return value

    def drops(self, command: str) -> bool:
        """Whether the connection is to be cut because of this shell command; happens once."""
        with self._lock:
            if self.drop_on is None or not re.search(self.drop_on, command):
                return False
            self.drop_on = None
            return True

    def hangs(self, command: str) -> bool:
        return self.hang is not None and re.search(self.hang, command) is not None

    def allowance(self, count: int) -> int | None:
        """How many of `count` bytes may still be sent; None where all may. A number means: then cut the connection."""
        with self._lock:
            left = self.drop_after_bytes
            if left is None:
                return None
            if count < left:
                self.drop_after_bytes = left - count
                return None
            self.drop_after_bytes = None
            return left

    def active(self) -> dict[str, Any]:
        """The switches that are on."""
        return self.model_dump(exclude_defaults=True)

    def __str__(self) -> str:
        return json.dumps(self.active())

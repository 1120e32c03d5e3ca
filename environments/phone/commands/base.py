"""What the phone's commands have in common: the phone they act on, their arguments, their outputs."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from environments.phone.commands.camera import Camera
from environments.phone.faults import Faults
from environments.phone.phone import Phone
from environments.phone.storage import Storage
from environments.phone.stream import Stream


class CommandError(Exception):
    """A command fails: `text` goes to stderr."""

    def __init__(self, text: str, *, code: int = 255) -> None:
        super().__init__(text)
        self.text = text
        self.code = code


@dataclass
class System:
    """What outlasts a single command."""

    phone: Phone
    storage: Storage
    faults: Faults
    disconnect: Callable[[], None]
    """Cuts all connections, as a restart does."""
    closing: threading.Event = field(default_factory=threading.Event)
    camera: Camera = field(default_factory=Camera)
    sockets: dict[str, Callable[[Stream], None]] = field(default_factory=dict[str, Callable[[Stream], None]])
    """The abstract sockets that something on the phone listens at."""
    density: int | None = None
    """What `wm density` was set to."""
    finger: tuple[float, float, float] | None = None
    """Where and when (`time.monotonic`) `input motionevent DOWN` put it."""


@dataclass
class Call:
    """One run of a command. Outputs are this machine's file descriptors."""

    system: System
    name: str
    arguments: deque[str]
    stdin: int
    stdout: int

    @property
    def phone(self) -> Phone:
        return self.system.phone

    @property
    def faults(self) -> Faults:
        return self.system.faults

    def next(self, problem: str, *, code: int = 255) -> str:
        """The next argument. `CommandError` with `problem` where there is none."""
        if not self.arguments:
            raise CommandError(problem, code=code)
        return self.arguments.popleft()

    def optional(self) -> str | None:
        return self.arguments.popleft() if self.arguments else None

    def option(self, name: str) -> str | None:
        """The value that follows `name` among the arguments, both of which are taken out; None where it's missing."""
        given = list(self.arguments)
        if name not in given[:-1]:
            return None
        at = given.index(name)
        value = given[at + 1]
        self.arguments = deque(given[:at] + given[at + 2 :])
        return value

    def flag(self, name: str) -> bool:
        """Whether `name` is among the arguments; it is taken out."""
        if name not in self.arguments:
            return False
        self.arguments.remove(name)
        return True

    def write(self, data: bytes | memoryview) -> None:
        """To stdout. `BrokenPipeError` where nobody reads."""
        view = memoryview(data)
        while view:
            view = view[os.write(self.stdout, view) :]

    def say(self, *lines: str) -> None:
        """Lines to stdout."""
        self.write("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))

    def read(self, count: int) -> bytes:
        """So much of stdin, or all that there is."""
        parts: list[bytes] = []
        while count > 0 and (data := os.read(self.stdin, min(count, 1 << 20))):
            parts.append(data)
            count -= len(data)
        return b"".join(parts)

    def pause(self, seconds: float) -> None:
        """Take so long, as the real command does; over at once when the phone is closed."""
        if seconds > 0:
            self.system.closing.wait(seconds)

    def crash(self, kind: str, message: str) -> NoReturn:
        """How Java services report what they did not expect: a stack trace on stderr, exit code 255."""
        where = f"\tat com.android.server.{self.name}.ShellCommand.onCommand(ShellCommand.java)"
        raise CommandError(f"\nException occurred while executing '{self.name}':\njava.lang.{kind}: {message}\n{where}")

"""A shell on the phone that stays open, so that a command costs neither a connection nor a shell of its own.

Commands go to its standard input one after another. Each runs in a subshell without input and is followed by its
errors and its exit code between marks that nobody can guess: what the phone writes ends there and nowhere else. A shell
whose command failed to end is closed with it. The marks go out in one write with mksh's own `print`, since a second
small write waits for the first to be acknowledged, 40 ms. mksh is Android's shell since version 4; another one, which
has no `print`, ends at the first command.
"""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false

from __future__ import annotations

import re
import secrets
import shlex
import socket
import threading
from collections.abc import Callable

from adbutils import AdbConnection

from actions.errors import DeviceError
from environments.android.adb import left
from environments.android.shell import STDIN, Buffer, Reply, readable, receive, service_of

SERVICE = service_of("exec sh")
RUN = """\
run() { { e=$(eval "$1" </dev/null 2>&1 >&3 3>&-); c=$?; } 3>&1; print -r -- "$2$e$2$c" || exit; }
"""
"""What a shell is told first: how to run a command ($1), and what the mark is ($2)."""
CODE = 7
ALONE = re.compile(r"(am|cmd|dumpsys|getprop|input|screencap|settings|wm)( [\w./:=+-]+)*")
"""A program with words that mean themselves. It takes the place of the subshell, which saves the phone a process."""
LONGEST_CODE = len("255\n")
QUICK_ACK = getattr(socket, "TCP_QUICKACK", None)
"""Linux: acknowledge at once what the adb server holds its next piece back for."""


class WarmShell:
    """One of them, on a connection of its own. Not for several threads at a time."""

    def __init__(self, connection: AdbConnection, deadline: float) -> None:
        """Raises what adbutils and sockets raise."""
        self._wire: socket.socket = connection.conn
        self._wire.settimeout(left(deadline))
        self._wire.sendall(SERVICE)
        connection.check_okay()
        self._untold = RUN
        self._stray = Buffer()
        """What the shell itself has to say."""

    @property
    def ended(self) -> bool:
        """Whether it is of no more use: while no command runs nothing is to be read but the end."""
        return readable(self._wire, 0)

    def run(self, command: str, deadline: float, out: Buffer) -> Reply:
        """Run a command and read what it prints, stdout into `out`. Raises what sockets raise, and `EOFError`."""
        mark = secrets.token_hex(8)  # short: a shell reads its input byte by byte
        quoted = f"'exec {command}'" if ALONE.fullmatch(command) else shlex.quote(command)
        line = f"{self._untold}run {quoted} {mark}\n".encode()
        self._untold = ""
        self._wire.settimeout(left(deadline))
        self._wire.sendall(bytes([STDIN]) + len(line).to_bytes(4, "little") + line)
        self._stray.size = 0
        reply = None
        while reply is None:
            if QUICK_ACK is not None:
                self._wire.setsockopt(socket.IPPROTO_TCP, QUICK_ACK, 1)
            if receive(self._wire, deadline, out, self._stray) is not None:
                raise EOFError("the phone's shell has ended")
            reply = _ended(out, mark.encode())
        return reply

    def close(self) -> None:
        self._wire.close()


def _ended(out: Buffer, mark: bytes) -> Reply | None:
    """What the command printed, without the marks, once they are there."""
    tail = bytes(out.filled[-len(mark) - LONGEST_CODE :])
    _, found, code = tail.rpartition(mark)
    if not found or not re.fullmatch(rb"\d{1,3}\n", code):
        return None
    last = out.size - len(code) - len(mark)
    first = out.data.rfind(mark, 0, last)
    if first < 0:
        return None
    err = bytes(out.data[first + len(mark) : last])
    out.size = first
    return Reply(int(code), out.filled, err)


class WarmShells:
    """The open shells of one phone, as many as are used at a time."""

    def __init__(
        self,
        connect: Callable[[float], AdbConnection],
        *,
        serial: str,
        identify: str,
        recognise: Callable[[str], str | None],
    ) -> None:
        """`connect`: a connection whose services run on the phone, by a deadline. `identify`: a command; what
        `recognise` makes of its answer tells the phone from another one that takes its place under its serial."""
        self._connect = connect
        self._serial = serial
        self._identify = f"{identify}; exit {CODE}"
        self._recognise = recognise
        self._identity: str | None = None
        self._idle: list[WarmShell] = []
        self._lock = threading.Lock()
        self._closed = False

    def take(self, deadline: float) -> WarmShell:
        """One that is ready; `keep` takes it back, or whoever took it closes it.

        Raises what adbutils and sockets raise, `EOFError`, and `DeviceError` for a shell that can't be used so and for
        another phone than the first one.
        """
        while True:
            with self._lock:
                shell = self._idle.pop() if self._idle else None
            if shell is None:
                return self._open(deadline)
            if not shell.ended:
                return shell
            shell.close()

    def _open(self, deadline: float) -> WarmShell:
        connection = self._connect(deadline)
        try:
            shell = WarmShell(connection, deadline)
            reply = shell.run(self._identify, deadline, Buffer())
            if reply.code != CODE:
                raise DeviceError(f"the shell of {self._serial} says {reply.code} for 'exit {CODE}'")
            identity = self._recognise(reply.text)
            if self._identity not in (None, identity):
                raise DeviceError(
                    f"another phone has taken the place of {self._serial}", remedy="start the command again"
                )
        except BaseException:
            connection.conn.close()
            raise
        self._identity = identity
        return shell

    def keep(self, shell: WarmShell) -> None:
        """For the next command, once the last one has ended."""
        with self._lock:
            if not self._closed:
                self._idle.append(shell)
                return
        shell.close()

    def close(self) -> None:
        """Those in use are closed when they are done with."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for shell in idle:
            shell.close()

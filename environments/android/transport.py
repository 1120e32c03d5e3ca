"""Commands on a phone, over the adb server: exit codes, deadlines, and what may be tried again.

Every command goes over adb's shell protocol (v2), which has a real exit code and an end that can be told from a drop.
A *read* may be repeated: when the phone drops off it is waited for and asked once more. An *input* is sent once, and
ends done, failed, or unknown.
"""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from adbutils import AdbClient, AdbConnection

from actions.errors import DeviceError, DeviceLost, DeviceTimeout
from environments.android.adb import (
    FAULTS,
    UNAUTHORIZED,
    ask,
    clean,
    left,
    listed,
    on_network,
    start_server,
    translated,
    translation,
)
from environments.android.shell import Buffer, Reply, exchange, readable, receive, require_short, service_of
from environments.android.warm import WarmShells
from environments.base import DONE, Outcome

log = logging.getLogger("handeye.android")

DROPS = 3
"""So often within one read a phone may drop off and come back."""
TOLD_SECONDS = 0.5
"""A wait for the phone that takes longer than this is said, with what would end it."""

COMPLAINT = re.compile(r"^(Error|Exception|Unknown command|Usage:|java\.).*", re.MULTILINE)
"""`input` and `am` end with exit code 0 even for a command or an activity that they don't know (handleDefaultCommands
in InputShellCommand, ActivityManagerShellCommand.runStartActivity), so their words count too."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long to wait for the phone, in seconds."""

    read: float = 5.0
    input: float = 10.0
    """Above what the gesture itself takes."""
    back: float = 15.0
    """For a phone that dropped off to come back."""
    connect: float = 5.0
    """For the adb server's answer, or for it to connect to an address."""


DEADLINES = Deadlines()


class Unsent(Exception):
    """The command did not reach the phone, for `reason`. Never leaves this package."""

    def __init__(self, reason: DeviceError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Transport:
    """One phone, by serial, behind one adb server. Threads may share it.

    Each command opens a connection and a shell of its own; after `warm_up` they stay open from one to the next, until
    `close`.
    """

    def __init__(self, serial: str, *, client: AdbClient, deadlines: Deadlines = DEADLINES) -> None:
        self.serial = serial
        self.client = client
        self.deadlines = deadlines
        self.gone = False
        """Whether the phone was waited for in vain and has not been seen since."""
        self._reconnecting = threading.Lock()
        self._warm: WarmShells | None = None

    # ------------------------------------------------------------ commands

    def run(self, command: str, *, seconds: float, out: Buffer | None = None) -> Reply:
        """Run a command once. Raises `Unsent`, or `DeviceLost` and `DeviceTimeout` once it has been sent."""
        deadline = time.monotonic() + seconds
        out = Buffer() if out is None else out
        warm = self._warm
        if warm is None:
            return self._run_alone(command, deadline, out)
        # No context managers here: of a tap's time they would take a twentieth.
        try:
            require_short(command)  # neither way takes what is too long for one of them
            shell = warm.take(deadline)
        except DeviceError as e:
            raise Unsent(e) from e
        except FAULTS as e:
            raise Unsent(translation(e, self.serial, _begin(command))) from e
        try:
            reply = shell.run(command, deadline, out)
        except BaseException as e:
            shell.close()
            if isinstance(e, FAULTS):
                raise translation(e, self.serial, _begin(command)) from e
            raise
        warm.keep(shell)
        return reply

    def _run_alone(self, command: str, deadline: float, out: Buffer) -> Reply:
        """On a connection and in a shell of its own."""
        try:
            service = service_of(command)
            connection = self._select(deadline)
        except DeviceError as e:
            raise Unsent(e) from e
        try:
            with translated(self.serial, _begin(command)):
                return exchange(connection, service, deadline, out)
        finally:
            connection.conn.close()

    def warm_up(self, identify: str, recognise: Callable[[str], str | None]) -> None:
        """Keep shells open from now on, if the phone's shell can be used so, and only of this phone: `recognise` makes
        an identity of what the command `identify` prints.

        Raises nothing: where that can't be, each command has a shell of its own as before.
        """
        warm = WarmShells(self._select, serial=self.serial, identify=identify, recognise=recognise)
        deadline = time.monotonic() + self.deadlines.read
        try:
            with translated(self.serial, "a warm shell"):
                warm.keep(warm.take(deadline))
            self._warm = warm
        except DeviceError as e:
            log.debug("no shell stays open: %s", e)

    def close(self) -> None:
        """Close the shells that are open; the next command has one of its own. May be called twice."""
        warm, self._warm = self._warm, None
        if warm is not None:
            warm.close()

    def read(self, command: str, *, seconds: float | None = None, out: Buffer | None = None) -> Reply:
        """Run a command that changes nothing; after a drop, wait for the phone and ask again, a few times where the
        cable is loose; after a missed deadline once.

        The caller looks at the exit code. Raises `DeviceLost`, `DeviceTimeout`, `DeviceError`.
        """
        limit = self.deadlines.read if seconds is None else seconds
        drops, late = 0, False
        while True:
            if out is not None:
                out.size = 0
            try:
                return self.run(command, seconds=limit, out=out)
            except (Unsent, DeviceLost, DeviceTimeout) as e:
                reason = e.reason if isinstance(e, Unsent) else e
            if isinstance(reason, DeviceTimeout):
                if late:
                    raise reason
                late = True
            elif drops == DROPS:
                raise reason
            else:
                drops += 1
            self.await_return()

    def inject(self, command: str, *, seconds: float = 0.0) -> Outcome:
        """Send an input, once. `seconds`: how long the gesture itself takes; the deadline is added to it.

        Every outcome is told and none raised: what comes next is for the next read to find out.
        """
        try:
            reply = self.run(command, seconds=self.deadlines.input + seconds)
        except Unsent as e:
            return Outcome("failed", f"nothing was sent to the phone: {e.reason.message}")
        except DeviceError as e:
            return Outcome("unknown", f"this may or may not have happened: {e.message}")
        if reply.code != 0:
            return Outcome("failed", reply.complaint)
        if not reply.out and not reply.err:
            return DONE
        said = f"{reply.text}\n{reply.err.decode('utf-8', 'replace')}"
        complaints = [m[0] for m in COMPLAINT.finditer(said)]
        return Outcome("failed", clean(complaints[-1])) if complaints else DONE

    @contextmanager
    def listening(self, command: str) -> Generator[Callable[[float], bytes]]:
        """Run a command that goes on printing, on a connection of its own, until the end of the block.

        What comes back gives what was printed since, b"" where nothing came within so many seconds. Raises `DeviceLost`
        where the command or the connection has ended.
        """
        with translated(self.serial, "adb"):
            connection = self._select(time.monotonic() + self.deadlines.connect)
        wire = connection.conn
        out, err = Buffer(), Buffer()

        def more(seconds: float) -> bytes:
            if not readable(wire, seconds):
                return b""
            out.size = err.size = 0
            with translated(self.serial, repr(command)):
                if receive(wire, time.monotonic() + self.deadlines.read, out, err) is not None:
                    raise EOFError(f"{command} has ended")
            return bytes(out.filled)

        try:
            with translated(self.serial, repr(command)):
                wire.settimeout(self.deadlines.connect)
                wire.sendall(service_of(command))
                connection.check_okay()
            yield more
        finally:
            wire.close()

    # ------------------------------------------------------------ connections

    def state(self) -> str:
        """ "device", "offline", "unauthorized", …, or "absent"."""
        found = {info.serial: info.state for info in listed(self.client, seconds=self.deadlines.connect)}
        return found.get(self.serial, "absent")

    def await_return(self, *, seconds: float | None = None, poll_seconds: float = 0.1) -> None:
        """Return when the phone takes commands (again); `DeviceLost` after the deadline, with what is wrong.

        A phone on the network is reconnected to: the server forgets it when it is restarted, and says "already
        connected" to one that is offline.
        """
        limit = self.deadlines.back if seconds is None else seconds
        deadline = time.monotonic() + limit
        with self._reconnecting:  # of two threads one would disconnect what the other has just connected
            self._await_return(limit, deadline, poll_seconds)

    def _await_return(self, limit: float, deadline: float, poll_seconds: float) -> None:
        next_connect = 0.0
        start = time.monotonic()
        told: DeviceError | None = None
        while True:
            try:
                state = self.state()
            except DeviceError as e:
                state = e.message
            now = time.monotonic()
            if state == "device":
                self.gone = False
                return
            if told is None and now - start >= TOLD_SECONDS:
                told = _gone(self.serial, state, limit)
                log.warning("waiting up to %g s for %s: it is %s (%s)", limit, self.serial, clean(state), told.remedy)
            if now >= deadline:
                self.gone = True
                raise _gone(self.serial, state, limit)
            if on_network(self.serial) and not UNAUTHORIZED.search(state) and now >= next_connect:
                self._reconnect(state, deadline)
                next_connect = time.monotonic() + 0.5
            time.sleep(poll_seconds)

    def require_shell(self) -> None:
        """Raises `DeviceError` for a phone whose shell has no exit codes: then no input could be trusted."""
        with translated(self.serial, "adb features"):
            features = self._ask(f"host-serial:{self.serial}:features", self.deadlines.read)
        if "shell_v2" not in features.split(","):
            raise DeviceError(f"{self.serial} is too old: Android 7 or later is needed")

    def _reconnect(self, state: str, deadline: float) -> None:
        limit = min(self.deadlines.connect, max(deadline - time.monotonic(), 0.1))
        try:
            with translated(self.serial, "adb connect"):
                if state == "offline":
                    self._ask(f"host:disconnect:{self.serial}", limit)
                self._ask(f"host:connect:{self.serial}", limit)
        except DeviceError:
            return  # the next look at the state tells

    def _ask(self, service: str, seconds: float) -> str:
        return ask(self.client, service, seconds=seconds, connect_seconds=self.deadlines.connect)

    def open(self, service: str, deadline: float) -> AdbConnection:
        """A connection to one of the phone's services by name; the caller's to close. Raises `DeviceError`."""
        connection = self._select(deadline)
        try:
            with translated(self.serial, service.partition(":")[0]):
                connection.conn.settimeout(left(deadline))
                connection.send_command(service)
                connection.check_okay()
        except BaseException:
            connection.conn.close()
            raise
        return connection

    def _select(self, deadline: float) -> AdbConnection:
        """A connection whose services run on this phone."""
        with translated(self.serial, "adb"):
            start_server(self.client)
            connection = self.client.make_connection(timeout=left(deadline))
            try:
                connection.send_command(f"host:transport:{self.serial}")
                connection.check_okay()
            except BaseException:
                connection.conn.close()
                raise
        return connection


def _begin(command: str) -> str:
    """What a command is called in errors. No more of it than this: the rest may be a password that is being typed."""
    return repr(" ".join(command.split()[:2]))


def _gone(serial: str, state: str, seconds: float) -> DeviceError:
    if UNAUTHORIZED.search(state):
        return DeviceError(f"{serial} does not allow debugging", remedy="allow USB debugging on the phone")
    return DeviceLost(f"{serial} was lost and not back within {seconds:g} s ({state})", remedy="handeye devices")

"""scrcpy's server, if it is installed on this machine, started on a phone for a video of its screen.

It is a Java program of some 90 kB that adb's user runs: pushed, started with the version that it is, connected to over
an abstract socket, removed. What it can do to a phone is switched off (`OPTIONS`): it sends pictures and nothing else.
Source: doc/develop.md, Server, Options and DesktopConnection of Genymobile/scrcpy, 2.0 to 4.1. Of each version the
protocol is internal and need not be the next one's.
"""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from adbutils import AdbConnection

from actions.errors import DeviceError, DeviceTimeout
from environments.android.adb import clean, left, translated
from environments.android.shell import Buffer, receive
from environments.android.transport import Transport, Unsent

if TYPE_CHECKING:
    from environments.android.video import Video

FILE = "scrcpy-server"
FOLDERS = ("/usr/local/share/scrcpy", "/usr/share/scrcpy")
VARIABLE = "SCRCPY_SERVER_PATH"
"""As scrcpy itself has it (app/src/server.c, get_server_path)."""
MAIN = "com.genymobile.scrcpy.Server"
OPTIONS = (
    *("audio=false", "control=false", "cleanup=false", "power_on=false", "tunnel_forward=true"),
    *("send_device_meta=false", "log_level=warn", "max_size=1024", "max_fps=30"),
)
"""A kilopixel shows whether something moves, and is decoded in 2 ms. `power_on`: else it would wake the phone."""
MISMATCH = re.compile(r"The server version \(([\w.-]{1,30})\) does not match")
"""Options.parse. It says what it is, so that a version that can't be found out is asked for by a wrong one."""
UNKNOWN = "0"
CHUNK = 64 * 1024
"""The most that a push takes at a time (SYNC.TXT of the Android Open Source Project)."""
POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Installed:
    path: Path
    version: str | None
    """As far as that can be told without a phone."""


def find(environment: Mapping[str, str] = os.environ) -> Installed:
    """Where scrcpy keeps its server on this machine. `DeviceError` where it has none."""
    program = shutil.which("scrcpy", path=environment.get("PATH", os.defpath))
    beside = [] if program is None else [Path(program).resolve().parent / FILE]
    share = [] if program is None else [Path(program).resolve().parents[1] / "share/scrcpy" / FILE]
    named = environment.get(VARIABLE)
    places = [Path(named)] if named else [*beside, *share, *(Path(folder, FILE) for folder in FOLDERS)]
    for path in places:
        if path.is_file():
            # A release's file is called scrcpy-server-v3.1.
            told = re.search(r"-v(\d[\w.]*)$", path.name.removesuffix(".jar"))
            return Installed(path, told[1] if told else None if named or program is None else _version(program))
    raise DeviceError(f"{FILE} was not found", remedy=f"install scrcpy, or: export {VARIABLE}=/path/to/{FILE}")


def _version(program: str) -> str | None:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=5, check=False).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.match(r"scrcpy v?(\d[\w.]*)", said)
    return found[1] if found else None


class VideoEnded(DeviceError):
    """There is no picture to be had from the video, and will be none."""


class Mirror:
    """A running server; `video` is what it sends. `close` ends it."""

    def __init__(
        self, transport: Transport, server: Installed, *, display: int | None = None, seconds: float = 10.0
    ) -> None:
        """Start it and wait for the first picture. `DeviceError` says what went wrong, or that it took too long."""
        deadline = time.monotonic() + seconds
        try:
            self._shell, self.video = _start(transport, server, server.version or UNKNOWN, display, deadline)
        except _OtherVersion as e:
            self._shell, self.video = _start(transport, server, e.version, display, deadline)

    def close(self) -> None:
        """May be called twice. The server ends with the shell that it runs in, at the latest at the next picture."""
        self.video.close()
        self._shell.conn.close()


class _OtherVersion(DeviceError):
    def __init__(self, version: str) -> None:
        super().__init__(f"the server says that it is scrcpy {version}")
        self.version = version


def _start(
    transport: Transport, server: Installed, version: str, display: int | None, deadline: float
) -> tuple[AdbConnection, Video]:
    from environments.android.video import MAJORS, Video

    number = re.match(r"\d+", version)
    major = int(number[0]) if number else 0
    if version != UNKNOWN and major not in MAJORS:
        raise DeviceError(f"scrcpy {version} is not known; known are {', '.join(map(str, MAJORS))}")
    name = f"{secrets.randbits(31):08x}"
    remote = f"/data/local/tmp/handeye-scrcpy-{name}.jar"
    options = (f"scid={name}", *OPTIONS, *([] if display is None else [f"display_id={display}"]))
    command = f"CLASSPATH={remote} exec app_process / {MAIN} {version} {' '.join(options)}"
    with translated(transport.serial, FILE), _closing_on_error() as opened:
        _push(transport, server.path, remote, deadline)
        try:
            shell = transport.open(f"shell,v2,raw:{command}", deadline)
            opened.append(shell)
            program = _Server(shell)
            wire = _connect(transport, f"localabstract:scrcpy_{name}", program, deadline)
            opened.append(wire)
            wire.conn.settimeout(left(deadline))
            if wire.conn.recv(1) != b"\0":
                program.ended(POLL_SECONDS, deadline)
                raise program.failure("ended before it sent anything")
            wire.conn.settimeout(None)
            video = Video(wire.conn, major=major)
            try:
                video.wait(left(deadline))
            except BaseException:
                video.close()
                raise
        finally:
            # Where that can't be, 90 kB stay in a folder for temporary files.
            with suppress(Unsent, DeviceError):
                transport.run(f"rm -f {remote}", seconds=transport.deadlines.read)
    return shell, video


@contextmanager
def _closing_on_error() -> Generator[list[AdbConnection]]:
    opened: list[AdbConnection] = []
    try:
        yield opened
    except BaseException:
        for connection in opened:
            connection.conn.close()
        raise


def _push(transport: Transport, path: Path, remote: str, deadline: float) -> None:
    """As adb's sync service takes a file. adbutils' own `push` has no deadline."""
    try:
        data = path.read_bytes()
    except OSError as e:
        raise DeviceError(f"{path} can't be read: {e.strerror or e}") from e
    connection = transport.open("sync:", deadline)
    try:
        wire = connection.conn
        wire.settimeout(left(deadline))
        where = f"{remote},{0o100644}".encode()
        wire.sendall(b"SEND" + struct.pack("<I", len(where)) + where)
        for start in range(0, len(data), CHUNK):
            part = data[start : start + CHUNK]
            wire.sendall(b"DATA" + struct.pack("<I", len(part)) + part)
        wire.sendall(b"DONE" + struct.pack("<I", int(time.time())))
        answer, length = struct.unpack("<4sI", connection.read(8))
        if answer != b"OKAY":
            raise DeviceError(
                f"{FILE} can't be put on the phone: {clean(str(connection.read(min(length, 500)), 'utf-8', 'replace'))}"
            )
    finally:
        connection.conn.close()


def _connect(transport: Transport, service: str, server: _Server, deadline: float) -> AdbConnection:
    """To where the server listens, as soon as it does."""
    while True:
        try:
            return transport.open(service, deadline)
        except DeviceTimeout:
            raise
        except DeviceError:
            if server.ended(POLL_SECONDS, deadline):
                other = MISMATCH.search(server.text)
                raise (_OtherVersion(other[1]) if other else server.failure("does not start")) from None
            left(deadline)


class _Server:
    """The shell that the server runs in, and what it writes there until it is connected to."""

    def __init__(self, connection: AdbConnection) -> None:
        self.connection = connection
        self._said = Buffer()
        self._over = False

    @property
    def text(self) -> str:
        return str(self._said.filled, "utf-8", "replace")

    def ended(self, seconds: float, deadline: float) -> bool:
        """Whether it has, after at most so long."""
        wire = self.connection.conn
        try:
            while not self._over:
                wire.settimeout(seconds)
                wire.recv(1, socket.MSG_PEEK)
                self._over = receive(wire, deadline, self._said, self._said) is not None
        except TimeoutError:
            return False
        except (ConnectionError, EOFError):
            self._over = True
        return True

    def failure(self, what: str) -> DeviceError:
        """With the line that tells why, where one does."""
        lines = [line for line in self.text.splitlines() if "Exception: " in line or "rror" in line]
        return DeviceError(f"{FILE} {what}{f': {clean(lines[-1])}' if lines else ''}")
